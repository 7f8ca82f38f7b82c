//! base64url as JOSE means it (RFC 7515 section 2): one text for one sequence of bytes.
//!
//! Lenient decoders accept padding, white space and stray bits in the last character, so that one
//! signature has up to 16 texts; whoever keeps a list of refused *texts* is then walked around. Here
//! a text is canonical or it is nothing. That a text is canonical is found without decoding it, which
//! is how the shape of a token is settled before any memory is asked for.

use alloc::vec::Vec;

use base64::Engine as _;

use self::engine::engine;

/// Both engines are of one crate and equally strict, which a test holds against each other.
#[cfg(not(all(feature = "simd", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod engine {
    use base64::engine::general_purpose::{GeneralPurpose, URL_SAFE_NO_PAD};

    pub(super) const fn engine() -> &'static GeneralPurpose {
        &URL_SAFE_NO_PAD
    }
}

/// Vector instructions, where the processor has them: a payload of 640 bytes in 60 in place of 330 ns.
#[cfg(all(feature = "simd", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod engine {
    extern crate std;

    use std::sync::LazyLock;

    use base64::engine::Simd;
    use base64::engine::general_purpose::NO_PAD;

    /// What the processor can do is asked once.
    static ENGINE: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));

    pub(super) fn engine() -> &'static Simd {
        &ENGINE
    }
}

/// Is this byte one of the 64?
const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Letters alone, of a length that can be, and no bits left over in the last one.
pub(crate) fn is_canonical(text: &[u8]) -> bool {
    // Folding instead of stopping early lets the compiler do 16 bytes at a time.
    let letters = text.iter().fold(true, |all, byte| all & is_letter(*byte));
    letters && tail_is_canonical(text)
}

/// A last group of two letters carries 12 bits for one byte, one of three 18 for two: the 4 or 2 bits
/// over must be zero, which leaves 4 or 16 letters for the last place.
fn tail_is_canonical(text: &[u8]) -> bool {
    let last = text.last().copied().unwrap_or_default();
    match text.len() % 4 {
        0 => true,
        2 => matches!(last, b'A' | b'Q' | b'g' | b'w'),
        3 => b"AEIMQUYcgkosw048".contains(&last),
        _ => false,
    }
}

/// Takes off the padding that makes the length a multiple of four, and only that much.
pub(crate) fn without_padding(text: &str) -> &str {
    if !text.len().is_multiple_of(4) {
        return text;
    }
    // Two letters need two signs, three need one. One sign more than needed stays, and is no letter.
    text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text)
}

/// What a canonical text stands for. `None` if it is not canonical.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    // With memory that is there: `decode` asks for zeroed memory, which allocators have to search for.
    let mut bytes = Vec::with_capacity(base64::decoded_len_estimate(text.len()));
    engine().decode_vec(text, &mut bytes).ok()?;
    Some(bytes)
}

/// What a canonical text stands for, in memory of the caller's, and what is left of that. `None` if the
/// text is not canonical or there is not enough memory.
pub(crate) fn decode_to<'r>(text: &str, room: &'r mut [u8]) -> Option<(&'r [u8], &'r mut [u8])> {
    let length = engine().decode_slice(text, room).ok()?;
    let (decoded, rest) = room.split_at_mut_checked(length)?;
    Some((decoded, rest))
}

/// The canonical text of these bytes.
pub(crate) fn encode(bytes: &[u8]) -> alloc::string::String {
    engine().encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    /// Long enough for every width of vector, with each byte at each place of the longest.
    #[test]
    fn the_engine_takes_what_the_plain_one_takes() {
        let bytes: Vec<u8> =
            (0..=255).cycle().map(|byte: u8| byte.wrapping_mul(167)).take(400).collect();
        for length in 0..bytes.len() {
            let text = URL_SAFE_NO_PAD.encode(&bytes[..length]);
            assert_eq!(encode(&bytes[..length]), text, "{length}");
            assert_eq!(decode(&text).as_deref(), Some(&bytes[..length]), "{length}");
            for other in
                [format!("{text}A"), format!("{text}="), format!(" {text}"), format!("{text}\n")]
            {
                let plain = URL_SAFE_NO_PAD.decode(&other).ok();
                assert_eq!(decode(&other), plain, "{other:?}");
                assert_eq!(is_canonical(other.as_bytes()), plain.is_some(), "{other:?}");
            }
        }
        let text = URL_SAFE_NO_PAD.encode(&bytes[..128]);
        for place in 0..text.len() {
            for byte in 0..=127_u8 {
                let mut other = text.clone().into_bytes();
                other[place] = byte;
                let other = alloc::string::String::from_utf8(other).unwrap();
                assert_eq!(
                    decode(&other),
                    URL_SAFE_NO_PAD.decode(&other).ok(),
                    "{byte} at {place}"
                );
            }
        }
    }

    #[test]
    fn what_is_canonical_is_what_decodes() {
        // Every text of up to three bytes over a telling alphabet, against the library.
        let alphabet = b"ABQagw048-_+/= .\n\0\xc3";
        for &a in alphabet {
            for &b in alphabet {
                for &c in alphabet {
                    for &d in alphabet {
                        for text in [&[a][..], &[a, b], &[a, b, c], &[a, b, c, d]] {
                            let decoded = engine().decode(text).is_ok();
                            assert_eq!(is_canonical(text), decoded, "{text:?}");
                        }
                    }
                }
            }
        }
        assert!(is_canonical(b""));
    }

    #[test]
    fn one_last_letter_in_sixteen_is_canonical_for_64_bytes() {
        let stem = "A".repeat(85);
        let texts = (0_u8..=127)
            .filter(|last| is_canonical(format!("{stem}{}", char::from(*last)).as_bytes()));
        assert_eq!(texts.count(), 4); // AQgw: the 64 letters fall into 4 classes of 16 spellings
    }

    #[test]
    fn padding_is_taken_off_in_the_right_amount_only() {
        for (text, rest) in [
            ("QQ==", "QQ"),
            ("QUI=", "QUI"),
            ("QUJD", "QUJD"),
            ("QQ", "QQ"),
            ("", ""),
            ("QQ=", "QQ="),
            ("QUI==", "QUI=="),
            ("QUJD=", "QUJD="),
        ] {
            assert_eq!(without_padding(text), rest, "{text}");
        }
        for text in ["====", "Q===", "QUJDQ===", "QUI====", "QUJD===="] {
            assert!(!is_canonical(without_padding(text).as_bytes()), "{text}");
        }
    }
}
