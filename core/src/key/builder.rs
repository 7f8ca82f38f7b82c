//! Collecting keys for a set.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::form::{self, Form};
use super::jwk::Secrets;
use super::set::Prepared;
use super::skipped::SkippedKey;
use super::{Key, KeySet, jwk, offered};
use crate::error::ConfigError;
use crate::signature::Backend;

/// Collects keys for a [`KeySet`]: of several forms, from several places.
///
/// ```
/// use lowwater::{Key, KeySet};
///
/// let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4"}]}"#;
/// let keys = KeySet::builder().jwks(jwks)?.key(Key::from_secret(&[7; 32])?.with_id("s")?)?.build()?;
/// assert_eq!(keys.key_ids().collect::<Vec<_>>(), ["a", "s"]);
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[must_use]
pub struct KeySetBuilder<'b> {
    backend: &'b dyn Backend,
    keys: Vec<Arc<Prepared>>,
    skipped: Vec<SkippedKey>,
    short_secrets: bool,
    public_only: bool,
    named: usize,
}

impl<'b> KeySetBuilder<'b> {
    pub(super) const fn new(backend: &'b dyn Backend) -> Self {
        Self {
            backend,
            keys: Vec::new(),
            skipped: Vec::new(),
            short_secrets: false,
            public_only: false,
            named: 0,
        }
    }

    /// Takes `oct` keys of sets that follow even where they are shorter than their hash.
    pub const fn allow_short_secrets(mut self) -> Self {
        self.short_secrets = true;
        self
    }

    /// Skips every `oct` key of sets that follow, also of a set that has no other: for a set that was fetched. Whoever can
    /// fetch a secret can sign with it.
    pub const fn public_only(mut self) -> Self {
        self.public_only = true;
        self
    }

    /// Adds the usable keys of a JWK Set.
    ///
    /// # Errors
    /// A text that is not strict JSON or no JWK Set.
    pub fn jwks(mut self, jwks: &str) -> Result<Self, ConfigError> {
        let secrets = if self.public_only {
            Secrets::Never
        } else {
            Secrets::Alone { short: self.short_secrets }
        };
        let (keys, skipped) = jwk::read_set(jwks, secrets, offered(self.backend))?;
        self.named = self.named.saturating_add(keys.len()).saturating_add(skipped.len());
        self.skipped.extend(skipped);
        for (position, key) in keys {
            let id = key.id().map(Box::from);
            match Prepared::new(key, self.backend) {
                Ok(key) => self.keys.push(Arc::new(key)),
                Err(fault) => self.skipped.push(SkippedKey { position, id, fault }),
            }
        }
        Ok(self)
    }

    /// Adds what a file of keys holds, by its look: JSON is a JWK Set (if it has a member `keys`) or a
    /// lone JWK, then there is PEM, then DER. Never a secret: bytes that are none of these are refused,
    /// for an error page that came in place of keys would be a secret that everyone knows.
    ///
    /// ```
    /// use lowwater::KeySet;
    ///
    /// let jwk = br#"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4"}"#;
    /// assert_eq!(KeySet::read(jwk)?.key_ids().collect::<Vec<_>>(), ["a"]);
    /// assert!(KeySet::read(b"<html>502 Bad Gateway</html>, and thirty-two bytes at that").is_err());
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// Bytes that are none of these, and what [`jwks`](Self::jwks) and [`Key`] refuse.
    pub fn read(self, file: &[u8]) -> Result<Self, ConfigError> {
        let (short_secrets, offered) = (self.short_secrets, offered(self.backend));
        match Form::of(file) {
            Some(Form::JwkSet(text)) => self.jwks(text),
            Some(Form::Jwk(text)) => self.key(jwk::read_one(text, short_secrets, offered)?),
            Some(Form::OtherJson(_)) => Err(ConfigError::expected(
                "key set",
                0,
                "expected a member `keys` (a JWK Set) or `kty` (a JWK)",
            )),
            Some(Form::Pem(text)) => self.key(Key::pem(text, offered)?),
            Some(Form::Der) => self.key(Key::der(file, offered)?),
            None => Err(form::unknown("key set", "a JWK Set, a JWK")),
        }
    }

    /// Adds one key.
    ///
    /// # Errors
    /// A key that the backend cannot use.
    pub fn key(mut self, key: Key) -> Result<Self, ConfigError> {
        self.named = self.named.saturating_add(1);
        self.keys.push(Arc::new(Prepared::new(key, self.backend)?));
        Ok(self)
    }

    /// The set.
    ///
    /// # Errors
    /// No key that can be used.
    pub fn build(self) -> Result<KeySet, ConfigError> {
        if self.keys.is_empty() {
            let first = self.skipped.first().map(SkippedKey::fault);
            return Err(ConfigError::NoUsableKey { named: self.named, first });
        }
        Ok(KeySet::new(self.keys, self.skipped))
    }
}

impl fmt::Debug for KeySetBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySetBuilder").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}
