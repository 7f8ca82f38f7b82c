//! Signatures that come out the same every time.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::Hmac;
use p256::ecdsa::signature::Signer as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _};
use rsa::{RsaPrivateKey, pkcs1v15, pss};
use sha2::{Sha256, Sha384, Sha512};

/// base64url without padding.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).expect("made by `encode`")
}

/// Bytes written in hexadecimal.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    (0..text.len()).step_by(2).map(pair).collect()
}

/// A key that signs.
pub(crate) enum Signer {
    Secret(Vec<u8>),
    Rsa(Box<RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl Signer {
    /// The signature that `algorithm` makes with this key.
    pub(crate) fn signature(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let salt = || ChaCha20Rng::from_seed([7; 32]);
        match (self, algorithm) {
            (Self::Secret(secret), "HS256") => hmac::<Hmac<Sha256>>(secret, message),
            (Self::Secret(secret), "HS384") => hmac::<Hmac<Sha384>>(secret, message),
            (Self::Secret(secret), "HS512") => hmac::<Hmac<Sha512>>(secret, message),
            (Self::Rsa(key), "RS256") => {
                pkcs1v15::SigningKey::<Sha256>::new((**key).clone()).sign(message).to_vec()
            }
            (Self::Rsa(key), "RS384") => {
                pkcs1v15::SigningKey::<Sha384>::new((**key).clone()).sign(message).to_vec()
            }
            (Self::Rsa(key), "RS512") => {
                pkcs1v15::SigningKey::<Sha512>::new((**key).clone()).sign(message).to_vec()
            }
            (Self::Rsa(key), "PS256") => pss::SigningKey::<Sha256>::new((**key).clone())
                .sign_with_rng(&mut salt(), message)
                .to_vec(),
            (Self::Rsa(key), "PS384") => pss::SigningKey::<Sha384>::new((**key).clone())
                .sign_with_rng(&mut salt(), message)
                .to_vec(),
            (Self::Rsa(key), "PS512") => pss::SigningKey::<Sha512>::new((**key).clone())
                .sign_with_rng(&mut salt(), message)
                .to_vec(),
            (Self::P256(key), "ES256") => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_vec()
            }
            (Self::P384(key), "ES384") => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_vec()
            }
            (Self::Ed25519(key), "EdDSA" | "Ed25519") => key.sign(message).to_vec(),
            _ => panic!("the key does not sign {algorithm}"),
        }
    }

    /// A PS256 signature whose salt has another length than the hash.
    pub(crate) fn ps256_with_salt_of(&self, length: usize, message: &[u8]) -> Vec<u8> {
        let Self::Rsa(key) = self else { panic!("PS256 is signed with RSA") };
        pss::SigningKey::<Sha256>::new_with_salt_len((**key).clone(), length)
            .sign_with_rng(&mut ChaCha20Rng::from_seed([7; 32]), message)
            .to_vec()
    }

    /// A token with this header and payload, signed with `algorithm`, whatever the header says.
    pub(crate) fn token(&self, algorithm: &str, header: &str, payload: impl AsRef<[u8]>) -> String {
        let message = format!("{}.{}", encode(header), encode(payload));
        let signature = self.signature(algorithm, message.as_bytes());
        format!("{message}.{}", encode(signature))
    }
}

fn hmac<M: hmac::digest::KeyInit + hmac::Mac>(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = <M as hmac::Mac>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// The three parts of a token.
pub(crate) fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<_> = token.split('.').collect();
    parts.try_into().expect("a token has three parts")
}

/// The token with other bytes for a signature.
pub(crate) fn with_signature(token: &str, signature: impl AsRef<[u8]>) -> String {
    let [header, payload, _] = parts(token);
    format!("{header}.{payload}.{}", encode(signature))
}

/// The bytes of a token's signature.
pub(crate) fn signature_of(token: &str) -> Vec<u8> {
    decode(parts(token)[2])
}
