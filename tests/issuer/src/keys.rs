//! Keys by name: everyone can make them, which is what they are for.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL;
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

/// An Ed25519 key whose seed is the hash of its name.
pub(crate) struct Key {
    name: String,
    pair: Ed25519KeyPair,
}

impl Key {
    pub(crate) fn named(name: &str) -> Self {
        let seed = digest(&SHA256, name.as_bytes());
        #[expect(clippy::expect_used, reason = "a hash of 32 bytes is a seed")]
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).expect("32 bytes");
        Self { name: name.into(), pair }
    }

    pub(crate) fn jwk(&self) -> Value {
        let x = URL.encode(self.pair.public_key());
        json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.name, "x": x})
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let usual = json!({"alg": "EdDSA", "kid": self.name});
        let part = |value: &Value| URL.encode(value.to_string());
        let message = format!("{}.{}", part(&crate::over(usual, header)), part(claims));
        let signature = self.pair.sign(message.as_bytes());
        format!("{message}.{}", URL.encode(signature))
    }
}
