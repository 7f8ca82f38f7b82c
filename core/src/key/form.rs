//! In which form a file holds keys.

use alloc::format;

use super::jwk;
use crate::error::ConfigError;

/// A file of keys, by its look.
pub(super) enum Form<'f> {
    JwkSet(&'f str),
    Jwk(&'f str),
    /// An object that says neither; an error of the server that was asked for keys, say.
    OtherJson(&'f str),
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
                Some(_) => Self::OtherJson(text),
            });
        }
        text.contains("-----BEGIN ").then_some(Self::Pem(text))
    }
}

/// Bytes that are none of these forms.
pub(super) fn unknown(what: &'static str, forms: &str) -> ConfigError {
    let expected = format!(
        "expected {forms}, a public key in PEM or DER: what is in the file, not its path or URL; a \
         secret is given by name (`from_secret`)"
    );
    ConfigError::expected(what, 0, expected)
}
