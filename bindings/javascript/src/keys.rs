//! Keys and sets of keys.

use lowwater::{Algorithm, Backend, ConfigError, Key, KeySet, KeySetBuilder, Signed, SkippedKey};

use crate::OrRejection;
use crate::mistake::{Mistake, Result};

/// What is given as one key or one file of keys.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "keys come in these forms alone")]
pub enum File<'f> {
    /// A key that was read before.
    Key(&'f Key),
    /// JSON, PEM or DER.
    Content(&'f [u8]),
}

/// Keys as they come, one by one.
#[derive(Debug)]
#[must_use]
pub struct KeyFiles(KeySetBuilder<'static>);

impl KeyFiles {
    /// `short`: secrets in sets of keys may be shorter than their hash.
    pub const fn new(backend: &'static dyn Backend, short: bool) -> Self {
        let builder = KeySet::builder_with(backend);
        Self(if short { builder.allow_short_secrets() } else { builder })
    }

    /// One more.
    ///
    /// # Errors
    /// A file that holds no key, and keys that must not be used.
    pub fn and(self, file: &File<'_>) -> Result<Self> {
        Ok(Self(match file {
            File::Key(key) => self.0.key(Key::clone(key)),
            File::Content(bytes) => self.0.read(bytes),
        }?))
    }

    /// The set.
    ///
    /// # Errors
    /// No key that can be used.
    pub fn set(self) -> Result<KeySet> {
        Ok(self.0.build()?)
    }
}

/// What a key takes, roughly: an RSA key of 2048 bits that names no algorithm is prepared for six, and has 15 kB
/// after each was used (on ring 5).
const KEY_BYTES: usize = 16 * 1024;

/// What a set takes of memory, roughly.
#[must_use]
pub fn size_of_keys(set: &KeySet) -> usize {
    set.len().saturating_add(1).saturating_mul(KEY_BYTES)
}

/// A key of a form: `secret`, `short_secret`, `der`, `pem` or `jwk`, with what a file does not say.
///
/// # Errors
/// What is no key of that form, and keys that must not be used.
pub fn key_from(
    form: &str,
    content: &[u8],
    id: Option<&str>,
    algorithm: Option<&str>,
) -> Result<Key> {
    let text = || str::from_utf8(content).map_err(|_| Mistake::argument("key", "must be UTF-8"));
    let mut key = match form {
        "secret" => Key::from_secret(content),
        "short_secret" => Key::from_short_secret(content),
        "der" => Key::from_der(content),
        "pem" => Key::from_pem(text()?),
        "jwk" => Key::from_jwk(text()?),
        _ => return Err(Mistake::argument("key", "has no such form")),
    }?;
    if let Some(id) = id {
        key = key.with_id(id)?;
    }
    if let Some(name) = algorithm {
        key = key.with_algorithm(name.parse()?)?;
    }
    Ok(key)
}

/// The set of a JWK Set.
///
/// # Errors
/// A text that is none, a set in which no key can be used.
pub fn key_set_from_jwks(backend: &'static dyn Backend, jwks: &str, short: bool) -> Result<KeySet> {
    Ok(KeyFiles::new(backend, short).0.jwks(jwks).and_then(KeySetBuilder::build)?)
}

/// The keys of a set that were left out, as JSON.
#[must_use]
pub fn skipped(set: &KeySet) -> String {
    let all: Vec<_> = set.skipped().iter().map(SkippedKey::to_json).collect();
    format!("[{}]", all.join(","))
}

/// A proven message, or the JSON of a rejection.
///
/// # Errors
/// An algorithm that is none.
pub fn verify(set: &KeySet, token: &str, algorithms: &[String]) -> Result<OrRejection<Signed>> {
    let allowed = algorithms.iter().map(|name| name.parse::<Algorithm>());
    let allowed = allowed.collect::<std::result::Result<Vec<_>, ConfigError>>()?;
    Ok(set.verify(token, allowed).map_err(|no| no.to_json()))
}
