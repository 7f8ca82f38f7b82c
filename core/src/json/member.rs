//! What the scanner notes: where the members of an object lie, and what they are called.

use core::cmp::Ordering;

use super::Span;
use super::text::{bytes_of, tag};

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
}

impl Member {
    /// A value that is no member of an object; of a string, `value` still includes the quotes.
    pub(super) const fn unnamed(value: Span, kind: Kind) -> Self {
        Self { name: Span { start: 0, end: 0 }, name_escaped: false, tag: 0, value, kind }
    }

    /// Is this the member's name, after escapes?
    pub(crate) fn is_named(&self, text: &str, name: &str) -> bool {
        self.is_called(text, &Known::new(name))
    }

    /// The same for a name that is looked for among many.
    pub(crate) fn is_called(&self, text: &str, known: &Known<'_>) -> bool {
        self.tag == known.tag && self.is_spelled(text, known.name)
    }

    fn is_spelled(&self, text: &str, name: &str) -> bool {
        let raw = self.name.of(text);
        if self.name_escaped { bytes_of(raw).eq(name.bytes()) } else { raw == name }
    }

    /// The name as it stands in the text.
    pub(crate) fn raw_name<'t>(&self, text: &'t str) -> &'t str {
        self.name.of(text)
    }

    /// The value's text; of a string, with its quotes.
    pub(crate) fn raw_value<'t>(&self, text: &'t str) -> &'t str {
        let quote = usize::from(self.kind == Kind::String);
        let start = self.value.start.saturating_sub(quote);
        text.get(start..self.value.end.saturating_add(quote)).unwrap_or_default()
    }

    /// Where a value from `start` to `end` lies: the quotes of a string are no part of it.
    #[inline]
    pub(super) const fn value_span(start: usize, end: usize, kind: Kind) -> Span {
        match kind {
            Kind::String => Span { start: start.saturating_add(1), end: end.saturating_sub(1) },
            _ => Span { start, end },
        }
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
