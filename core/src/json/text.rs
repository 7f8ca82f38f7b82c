//! Strings with escapes: compared and read without building them where that is possible.
//!
//! Everything here is handed spans that the scanner has checked, so escapes are well formed and
//! surrogates stand in pairs; where that were not so, the reading ends early and no two texts that
//! differ are called equal.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

use super::{Member, Span};

/// The characters of a string as they read after its escapes.
fn chars_of(raw: &str) -> impl Iterator<Item = char> {
    let mut rest = raw.chars();
    core::iter::from_fn(move || {
        let first = rest.next()?;
        if first != '\\' {
            return Some(first);
        }
        match rest.next()? {
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'u' => {
                let high = four_hex(&mut rest)?;
                if (0xD800..0xDC00).contains(&high) {
                    rest.next(); // the backslash and the `u` of the second half
                    rest.next();
                    let low = four_hex(&mut rest)?;
                    char::decode_utf16([high, low]).next()?.ok()
                } else {
                    char::from_u32(u32::from(high))
                }
            }
            same => Some(same), // `"`, `\`, `/`
        }
    })
}

fn four_hex(rest: &mut core::str::Chars<'_>) -> Option<u16> {
    let mut unit = 0_u16;
    for _ in 0..4 {
        let digit = u16::try_from(rest.next()?.to_digit(16)?).ok()?;
        unit = unit.checked_mul(16)?.checked_add(digit)?;
    }
    Some(unit)
}

/// The UTF-8 bytes of a string as it reads after its escapes.
pub(super) fn bytes_of(raw: &str) -> impl Iterator<Item = u8> {
    chars_of(raw).flat_map(|char| {
        let mut buffer = [0; 4];
        let length = char.encode_utf8(&mut buffer).len();
        buffer.into_iter().take(length)
    })
}

/// So many bytes of a name stand in its tag.
pub(super) const TAGGED: usize = 7;

/// A number that is equal for equal names: the first seven bytes and the length, after escapes. It
/// only tells names apart quickly; names whose tags are equal are still compared.
pub(super) fn tag_of(raw: &str, escaped: bool) -> u64 {
    if !escaped {
        return tag(raw.as_bytes());
    }
    let (mut tag, mut count) = (0_u64, 0_usize);
    for byte in bytes_of(raw) {
        if count < TAGGED {
            tag = (tag << 8) | u64::from(byte);
        }
        count = count.saturating_add(1);
    }
    with_length(tag, count)
}

/// The same number for a name without escapes, without walking all of it.
pub(super) const fn tag(name: &[u8]) -> u64 {
    let (mut tag, mut rest, mut count) = (0_u64, name, 0_u8);
    while let ([first, after @ ..], 0..7) = (rest, count) {
        tag = (tag << 8) | widen(*first);
        rest = after;
        count = count.wrapping_add(1);
    }
    with_length(tag, name.len())
}

/// The same for a name of `length` bytes without escapes at the start of eight bytes, read big-endian.
#[inline]
pub(super) fn tag_of_word(eight: u64, length: usize) -> u64 {
    let kept = u32::try_from(length.min(TAGGED)).unwrap_or(0);
    let other = 64_u32.saturating_sub(kept.saturating_mul(8)); // bits that are not of the name: 8 to 64
    with_length(eight.checked_shr(other).unwrap_or(0), length)
}

/// The length stands above the seven bytes. It ends at 255, so that no long name passes for a short one.
const fn with_length(bytes: u64, length: usize) -> u64 {
    let length = if length > 255 { 255 } else { length };
    let [low, ..] = length.to_le_bytes();
    bytes | (widen(low) << 56)
}

const fn widen(byte: u8) -> u64 {
    u64::from_le_bytes([byte, 0, 0, 0, 0, 0, 0, 0])
}

/// A string as it reads after its escapes; borrowed where it has none.
pub(crate) fn unescape(raw: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', raw.as_bytes()).is_some() {
        Cow::Owned(chars_of(raw).collect::<String>())
    } else {
        Cow::Borrowed(raw)
    }
}

/// A string as JSON writes it.
pub(crate) fn quoted(text: &str) -> String {
    // Writing a string into a string cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}

/// A string of a text that somebody else holds: a span of it, or its own letters where it has escapes.
#[derive(Clone, Debug)]
pub(crate) enum Text {
    Plain(Span),
    Unescaped(Box<str>),
}

impl Text {
    /// The value of a string member.
    pub(crate) fn of(text: &str, member: &Member) -> Self {
        match member.letters(text) {
            Cow::Borrowed(_) => Self::Plain(member.value),
            Cow::Owned(letters) => Self::Unescaped(letters.into_boxed_str()),
        }
    }

    /// The letters, given the text that this came from.
    pub(crate) fn read<'t>(&'t self, text: &'t str) -> &'t str {
        match self {
            Self::Plain(span) => span.of(text),
            Self::Unescaped(letters) => letters,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_escape() {
        let raw = r#"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é"#;
        assert_eq!(unescape(raw), "\"\\/\u{8}\u{c}\n\r\té😀é");
        assert_eq!(unescape("plain"), "plain");
    }

    #[test]
    fn tags_agree_however_the_name_is_spelled() {
        for (plain, escaped) in [("exp", r"\u0065xp"), ("", ""), ("a/b", r"a\/b"), ("é", r"\u00e9")]
        {
            assert_eq!(tag_of(plain, false), tag_of(escaped, true), "{plain}");
        }
        assert_ne!(tag_of("expires", false), tag_of("expires_at", false));
        assert_eq!(tag_of("expires_at", false), tag(b"expires_in"), "settled by the whole name");
        for length in 0..300 {
            let name = "abcdefgh".repeat(40);
            let word = u64::from_be_bytes(*b"abcdefgh");
            assert_eq!(tag_of_word(word, length), tag(&name.as_bytes()[..length]), "{length}");
        }
        // Lengths that agree in their low byte, with zeros where the short name has nothing.
        for length in [3, 256 + 3, 512 + 3, 65536 + 3] {
            let name = alloc::format!("\0\0\0\0sub{}", "x".repeat(length));
            assert_ne!(tag(name.as_bytes()), tag(b"sub"), "{length}");
            let name = alloc::format!(
                "{}{}",
                r"\u0000\u0000\u0000\u0000sub",
                "x".repeat(length - 3 + 252)
            );
            assert_ne!(tag_of(&name, true), tag(b"sub"), "{length}");
        }
    }
}
