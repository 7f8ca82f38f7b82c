//! A stand-in for an authorization server: it makes a key, publishes the public half and signs tokens.
//!
//! The library does not sign. In production this is another service, and only its JWK Set arrives here.

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lowwater::UnixTime;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::json;

use crate::api::{AUDIENCE, ISSUER};

/// The name of the key. A forger uses it too: a name proves nothing.
const KEY_ID: &str = "2025-01";
/// How long tokens live: an hour, in seconds.
const LIFETIME: i64 = 3600;

/// An issuer of tokens, or a forger: they differ in whose keys the API trusts.
pub(crate) struct Issuer {
    /// The private key. It never leaves this struct.
    key: Ed25519KeyPair,
    /// How many tokens it has signed: each has an id of its own.
    signed: AtomicU64,
}

/// What a token says about its bearer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Login<'l> {
    /// The user.
    subject: &'l str,
    /// What the application was granted, separated by spaces.
    scope: &'l str,
    /// When.
    issued_at: UnixTime,
}

impl<'l> Login<'l> {
    /// A login of a user who granted these scopes.
    pub(crate) const fn of(subject: &'l str, scope: &'l str) -> Self {
        Self { subject, scope, issued_at: UnixTime::from_millis(0) }
    }

    /// At this instant.
    pub(crate) const fn at(self, issued_at: UnixTime) -> Self {
        Self { issued_at, ..self }
    }
}

impl Issuer {
    /// An issuer with a freshly made key.
    pub(crate) fn new() -> Result<Self, Box<dyn Error + Send + Sync>> {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .map_err(|_| "the system has no random bytes for a key")?;
        Self::from_pkcs8(document.as_ref())
    }

    /// An issuer with this key (PKCS #8, DER), whose tokens outlive this process.
    pub(crate) fn from_pkcs8(document: &[u8]) -> Result<Self, Box<dyn Error + Send + Sync>> {
        // OpenSSL leaves the public half out, so there is none to check against.
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(document)
            .map_err(|fault| format!("it is no Ed25519 key in PKCS #8, DER: {fault}"))?;
        Ok(Self { key, signed: AtomicU64::new(0) })
    }

    /// The public half, as an issuer publishes it.
    pub(crate) fn jwks(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key());
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "alg": "EdDSA", "kid": KEY_ID});
        json!({ "keys": [key] }).to_string()
    }

    /// Signs an access token (RFC 9068), valid for an hour.
    pub(crate) fn token(&self, login: &Login<'_>) -> String {
        let Login { subject, scope, issued_at } = login;
        let header = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": KEY_ID}).to_string();
        // Written by hand for the sake of `iat`: see `seconds`. `json!` puts quotes and escapes.
        let claims = format!(
            r#"{{"iss":{},"aud":{},"sub":{},"client_id":"web","jti":"t{}","scope":{},"iat":{},"exp":{}}}"#,
            json!(ISSUER),
            json!(AUDIENCE),
            json!(subject),
            self.signed.fetch_add(1, Ordering::Relaxed),
            json!(scope),
            seconds(*issued_at),
            issued_at.as_secs().saturating_add(LIFETIME),
        );
        let mut token =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.key.sign(token.as_bytes());
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        token
    }
}

/// An instant as seconds with all three decimals: `1700000000.400`.
///
/// The digits say how finely a time is known. A token whose `iat` is the bare second of a cutoff may
/// have been issued before or after it, and is refused; with milliseconds on both sides nobody has to
/// wait for the next second. Hence `.400` and not `.4`, which stands for any instant of that tenth.
pub(crate) fn seconds(time: UnixTime) -> String {
    format!("{}.{:03}", time.as_secs(), time.as_millis().rem_euclid(1000))
}
