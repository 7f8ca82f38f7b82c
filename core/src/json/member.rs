//! What the scanner notes: where the members of an object lie, and what they are called.

use alloc::borrow::Cow;
use core::cmp::Ordering;

use super::Span;
use super::text::{TAGGED, bytes_of, tag, unescape};

/// What kind of value a span holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    False,
    True,
    Number,
    String,
    Array,
    Object,
}

/// One member of an object (or element of an array, then without a name).
///
/// The span of a string lies inside its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(super) name: Span,
    pub(super) name_escaped: bool,
    /// First bytes and length of the unescaped name: equal names have equal tags, so a comparison of
    /// two integers settles nearly every pair.
    pub(super) tag: u64,
    pub(crate) value: Span,
    pub(crate) kind: Kind,
    /// A string that has escapes.
    pub(super) escaped: bool,
    /// Of an array that is a member.
    pub(crate) elements: Elements,
}

/// What the elements of an array are: noted while it is read, for nearly every array of a token is one
/// of strings, and each would be read again to learn it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Elements {
    Nothing,
    Strings,
    Mixed,
}

impl Member {
    /// A value that is no member of an object; of a string, `value` still includes the quotes.
    pub(super) fn unnamed(value: Span, kind: Kind, escaped: bool) -> Self {
        let (name, elements) = (Span::default(), Elements::Mixed);
        Self { name, name_escaped: false, tag: 0, value, kind, escaped, elements }
    }

    /// Is this the member's name, after escapes?
    pub(crate) fn is_named(&self, text: &str, name: &str) -> bool {
        self.is_called(text, &Known::new(name))
    }

    /// The same for a name that is looked for among many.
    #[inline]
    pub(crate) fn is_called(&self, text: &str, known: &Known<'_>) -> bool {
        // A tag says all of a name of up to seven bytes.
        self.tag == known.tag && (known.name.len() <= TAGGED || self.is_spelled(text, known.name))
    }

    fn is_spelled(&self, text: &str, name: &str) -> bool {
        let raw = self.name.of(text);
        if self.name_escaped { bytes_of(raw).eq(name.bytes()) } else { raw == name }
    }

    /// The name as it stands in the text.
    pub(crate) fn raw_name<'t>(&self, text: &'t str) -> &'t str {
        self.name.of(text)
    }

    /// A string that has escapes?
    pub(crate) const fn is_escaped(&self) -> bool {
        self.escaped
    }

    /// A string's letters, as they read after its escapes.
    pub(crate) fn letters<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let raw = self.value.of(text);
        if self.escaped { unescape(raw) } else { Cow::Borrowed(raw) }
    }

    /// The value's text; of a string, with its quotes.
    pub(crate) fn raw_value<'t>(&self, text: &'t str) -> &'t str {
        let quote = usize::from(self.kind == Kind::String);
        let start = self.value.start().saturating_sub(quote);
        text.get(start..self.value.end().saturating_add(quote)).unwrap_or_default()
    }

    /// Where a value from `start` to `end` lies: the quotes of a string are no part of it.
    #[inline]
    pub(super) fn value_span(start: usize, end: usize, kind: Kind) -> Span {
        let quote = usize::from(kind == Kind::String);
        Span::new(start.saturating_add(quote), end.saturating_sub(quote))
    }

    pub(super) fn compare_names(&self, other: &Self, text: &str) -> Ordering {
        let (name, twin) = (self.name.of(text), other.name.of(text));
        let spelled = || match self.name_escaped || other.name_escaped {
            true => bytes_of(name).cmp(bytes_of(twin)),
            false => name.cmp(twin),
        };
        self.tag.cmp(&other.tag).then_with(spelled)
    }
}

/// A name that is looked for, its tag computed beforehand.
pub(crate) struct Known<'n> {
    pub(crate) name: &'n str,
    tag: u64,
}

impl<'n> Known<'n> {
    pub(crate) const fn new(name: &'n str) -> Self {
        Self { name, tag: tag(name.as_bytes()) }
    }
}
