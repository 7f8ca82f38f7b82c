//! In which form a file holds keys.

use super::jwk;

/// A file of keys, by its look.
pub(super) enum Form<'f> {
    JwkSet(&'f str),
    Jwk(&'f str),
    Pem(&'f str),
    Der,
}

impl<'f> Form<'f> {
    pub(super) fn of(file: &'f [u8]) -> Option<Self> {
        // The tag of an ASN.1 SEQUENCE; as text it is the digit 0, with which neither JSON objects nor
        // PEM begin.
        if file.first() == Some(&0x30) {
            return Some(Self::Der);
        }
        let text = core::str::from_utf8(file).ok()?;
        if text.trim_start().starts_with('{') {
            return Some(if jwk::names_keys(text) { Self::JwkSet(text) } else { Self::Jwk(text) });
        }
        text.contains("-----BEGIN ").then_some(Self::Pem(text))
    }
}
