//! Is this secret a secret, or a public key that someone gave to the wrong constructor?
//!
//! The oldest trick against JWT libraries signs with HS256 and the *public* RSA key as the secret.
//! Keys own their family here, so the trick does not work; but an operator who hands a PEM to the
//! constructor for secrets makes it work again. Looking at the bytes is a second line, never the
//! first: fast-jwt's was walked around three times by what stood before `-----BEGIN` (CVE-2026-34950).

use alloc::string::String;

use der::{Decode as _, Reader as _, SliceReader, Tag, Tagged as _, asn1::AnyRef};

use crate::base64url;
use crate::json;

/// Do these bytes look like a key, a certificate or a JWK?
pub(super) fn looks_like_a_key(secret: &[u8]) -> bool {
    let pem = secret.windows(11).any(|window| window == b"-----BEGIN ");
    pem || looks_like_der(secret) || looks_like_base64_der(secret) || looks_like_text_key(secret)
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// A DER SEQUENCE that fills the bytes (but for blanks behind it), whose first member is a SEQUENCE
/// (SPKI: the algorithm; certificate: the body) or an INTEGER (PKCS#1, PKCS#8, SEC 1).
fn looks_like_der(secret: &[u8]) -> bool {
    let Ok(mut reader) = SliceReader::new(secret) else { return false };
    let Ok(outer) = AnyRef::decode(&mut reader) else { return false };
    let behind = usize::try_from(reader.remaining_len()).unwrap_or(usize::MAX);
    outer.tag() == Tag::Sequence
        && matches!(outer.value().first(), Some(0x30 | 0x02))
        && secret.iter().rev().take(behind).all(|byte| is_blank(*byte))
}

/// The body of a PEM without its frame, as some identity servers show the key of a realm.
fn looks_like_base64_der(secret: &[u8]) -> bool {
    let letters = secret.iter().copied().filter(|byte| !is_blank(*byte) && *byte != b'=');
    let url_safe = |byte| match byte {
        b'+' => b'-',
        b'/' => b'_',
        other => other,
    };
    let text = String::from_utf8(letters.map(url_safe).collect()).ok();
    text.and_then(|text| base64url::decode(&text)).is_some_and(|der| looks_like_der(&der))
}

fn looks_like_text_key(secret: &[u8]) -> bool {
    let mut rest = secret;
    loop {
        let skipped = rest.iter().take_while(|byte| is_blank(**byte)).count();
        rest = rest.get(skipped..).unwrap_or_default();
        match rest.strip_prefix(b"\xef\xbb\xbf") {
            Some(after) => rest = after,
            None => break,
        }
    }
    if [&b"ssh-"[..], b"ecdsa-sha2-", b"sk-"].iter().any(|word| rest.starts_with(word)) {
        return true;
    }
    rest.starts_with(b"{") && (has(rest, b"\"kty\"") || has(rest, b"\"keys\"") || is_jwk(rest))
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// A JSON object with `kty` or `keys`, also when the name is spelled with escapes.
fn is_jwk(bytes: &[u8]) -> bool {
    let Ok(text) = core::str::from_utf8(bytes) else {
        return false;
    };
    json::members(text.trim_end_matches(['\0', '\u{b}', '\u{c}'])).is_ok_and(|members| {
        members.iter().any(|member| member.is_named(text, "kty") || member.is_named(text, "keys"))
    })
}

#[cfg(test)]
mod tests {
    use super::looks_like_a_key;

    #[test]
    fn what_is_public_is_no_secret() {
        for text in [
            "-----BEGIN PUBLIC KEY-----\nMIIB",
            "\u{feff} \n-----BEGIN CERTIFICATE-----",
            "key: -----BEGIN RSA PUBLIC KEY-----",
            "\0\0ssh-ed25519 AAAA",
            "ecdsa-sha2-nistp256 AAAA",
            " sk-ssh-ed25519@openssh.com AAAA",
            "{\"kty\":\"RSA\",\"n\":\"x\"}",
            "\u{feff}\u{feff} {\"keys\":[]}",
            "{\"\\u006bty\":\"EC\"}",
            "{\"kty\":\"oct\",",
        ] {
            assert!(looks_like_a_key(text.as_bytes()), "{text:?}");
        }
        assert!(looks_like_a_key(&[0x30, 0x04, 0x30, 0x02, 0x05, 0x00]));
        assert!(looks_like_a_key(&[0x30, 0x04, 0x30, 0x02, 0x05, 0x00, b'\n', 0]));
        let body = b"MCowBQYDK2VwAyEAh8NOvTEkdQ9cbJmi\nfn5U9J4WaUyUSHe2MuD21F+eqk4=\n";
        assert!(looks_like_a_key(body), "a PEM without its frame");
    }

    #[test]
    fn what_is_random_is_a_secret() {
        for text in [
            "correct horse battery staple correct horse",
            "my secret is not ssh-rsa, really not at all",
            "{not json, and no key}",
            "{\"user\":1}",
            "-----begin public key-----",
        ] {
            assert!(!looks_like_a_key(text.as_bytes()), "{text:?}");
        }
        assert!(!looks_like_a_key(&[0; 32]));
        assert!(!looks_like_a_key(&[0x30; 32]));
        assert!(!looks_like_a_key(&[0x30, 0x02, 0x05, 0x00]), "a SEQUENCE of nothing known");
        assert!(!looks_like_a_key(&[0x31, 0x04, 0x30, 0x02, 0x05, 0x00]), "a SET");
    }
}
