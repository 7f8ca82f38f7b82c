//! In which form a file holds keys.

use super::jwk;

/// A file of keys, by its look.
pub(super) enum Form<'f> {
    JwkSet(&'f str),
    Jwk(&'f str),
    /// An object that says neither; an error of the server that was asked for keys, say.
    OtherJson,
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
            return Some(match jwk::names_one_of(text, ["keys", "kty"]) {
                Some("keys") | None => Self::JwkSet(text),
                Some("kty") => Self::Jwk(text),
                Some(_) => Self::OtherJson,
            });
        }
        text.contains("-----BEGIN ").then_some(Self::Pem(text))
    }
}
