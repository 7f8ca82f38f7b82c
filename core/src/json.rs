//! A strict reader of JSON texts (RFC 8259, as narrowed by RFC 7493): one pass, spans and no tree.
//!
//! It refuses what lenient readers let pass and attackers use: bytes that are not UTF-8, a byte order
//! mark, lone surrogates, member names that stand twice (at any depth, also when one of them is
//! spelled with escapes), more than [`MAX_DEPTH`] levels. What it yields are the direct members of the
//! outermost object, as spans of the text: values that nobody asks for are checked and left where they
//! are. Numbers keep their decimal text.

mod decimal;
mod equality;
mod member;
mod plain;
mod scan;
mod strict;
mod text;

pub(crate) use self::decimal::{Decimal, MAX_SAFE_INTEGER, Rounding};
pub(crate) use self::equality::same_value;
pub(crate) use self::member::{Elements, Kind, Known, Member};
pub(crate) use self::scan::{Malformed, elements, members, members_into, validate};
pub use self::strict::{JsonError, strict_json};
pub(crate) use self::text::{Text, quoted, unescape};

/// Open objects and arrays, the outermost counted as 1.
///
/// Access tokens nest three or four levels; other libraries' parsers have crashed at tens of thousands
/// (GHSA-8wjv-2p76-3863, CVE-2025-53864).
pub(crate) const MAX_DEPTH: u32 = 32;

/// A part of a text, in bytes. The scanner refuses texts of 4 GiB and more, so places have 32 bits: a
/// token of a memo takes half as much for its members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    fn new(start: usize, end: usize) -> Self {
        let place = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: place(start), end: place(end) }
    }

    pub(crate) fn start(self) -> usize {
        usize::try_from(self.start).unwrap_or(usize::MAX)
    }

    fn end(self) -> usize {
        usize::try_from(self.end).unwrap_or(usize::MAX)
    }

    /// The part of `text` that this span names; empty if it is none of it.
    pub(crate) fn of(self, text: &str) -> &str {
        text.get(self.start()..self.end()).unwrap_or_default()
    }
}
