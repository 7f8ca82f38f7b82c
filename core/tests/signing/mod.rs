//! Makes tokens for tests and benchmarks. The library itself does not sign.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    missing_debug_implementations,
    reason = "each test binary includes it and uses its own part; keys are fixed"
)]

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lowwater::{Algorithm, Backend, Key, KeySet, Ring, Validator};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512, RsaKeyPair,
};
use ring::{hmac, rsa};

pub const ISSUER: &str = "https://issuer.example/";
pub const AUDIENCE: &str = "https://api.example/";
/// 2023-11-14T22:13:20Z, the time of every test.
pub const NOW: i64 = 1_700_000_000;
pub const SECRET: &[u8; 64] = b"sixty-four bytes of a secret that everyone can read: test only!!";

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A key that signs, and the public part of it.
pub enum Signer {
    Secret,
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    pub fn of(algorithm: Algorithm) -> Self {
        let random = SystemRandom::new();
        match algorithm {
            Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => Self::Secret,
            Algorithm::Es256 => {
                let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
                let pkcs8 = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
                Self::P256(EcdsaKeyPair::from_pkcs8(kind, pkcs8.as_ref(), &random).unwrap())
            }
            Algorithm::Es384 => {
                let kind = &ECDSA_P384_SHA384_FIXED_SIGNING;
                let pkcs8 = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
                Self::P384(EcdsaKeyPair::from_pkcs8(kind, pkcs8.as_ref(), &random).unwrap())
            }
            Algorithm::EdDsa => {
                Self::Ed25519(Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap())
            }
            _ => Self::Rsa(RsaKeyPair::from_pkcs8(include_bytes!("rsa-2048.pk8")).unwrap()),
        }
    }

    /// The public part as a JWK without `alg`; of a secret, the secret.
    pub fn jwk(&self, kid: &str) -> String {
        let point = |bytes: &[u8], curve: &str| {
            let (x, y) = bytes[1..].split_at((bytes.len() - 1) / 2);
            format!(
                r#"{{"kty":"EC","crv":"{curve}","kid":"{kid}","x":"{}","y":"{}"}}"#,
                encode(x),
                encode(y)
            )
        };
        match self {
            Self::Secret => format!(r#"{{"kty":"oct","kid":"{kid}","k":"{}"}}"#, encode(SECRET)),
            Self::Rsa(pair) => {
                let public = rsa::PublicKeyComponents::<Vec<u8>>::from(pair.public());
                let (n, e) = (encode(public.n), encode(public.e));
                format!(r#"{{"kty":"RSA","kid":"{kid}","n":"{n}","e":"{e}"}}"#)
            }
            Self::P256(pair) => point(pair.public_key().as_ref(), "P-256"),
            Self::P384(pair) => point(pair.public_key().as_ref(), "P-384"),
            Self::Ed25519(pair) => {
                let x = encode(pair.public_key());
                format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"{kid}","x":"{x}"}}"#)
            }
        }
    }

    pub fn key(&self, kid: &str) -> Key {
        Key::from_jwk(&self.jwk(kid)).unwrap()
    }

    /// A token with this header and payload, signed.
    pub fn sign(&self, algorithm: Algorithm, header: &str, payload: &[u8]) -> String {
        let message = format!("{}.{}", encode(header), encode(payload));
        let signature = self.signature(algorithm, message.as_bytes());
        format!("{message}.{}", encode(signature))
    }

    /// A token with the usual header.
    pub fn token(&self, algorithm: Algorithm, payload: &str) -> String {
        let header = format!(r#"{{"alg":"{algorithm}","kid":"k","typ":"at+jwt"}}"#);
        self.sign(algorithm, &header, payload.as_bytes())
    }

    /// What stands behind the last dot, not yet encoded.
    pub fn signature(&self, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Secret => {
                let hash = match algorithm {
                    Algorithm::Hs256 => hmac::HMAC_SHA256,
                    Algorithm::Hs384 => hmac::HMAC_SHA384,
                    _ => hmac::HMAC_SHA512,
                };
                hmac::sign(&hmac::Key::new(hash, SECRET), message).as_ref().to_vec()
            }
            Self::Rsa(pair) => {
                let padding: &dyn ring::signature::RsaEncoding = match algorithm {
                    Algorithm::Rs256 => &RSA_PKCS1_SHA256,
                    Algorithm::Rs384 => &RSA_PKCS1_SHA384,
                    Algorithm::Rs512 => &RSA_PKCS1_SHA512,
                    Algorithm::Ps256 => &RSA_PSS_SHA256,
                    Algorithm::Ps384 => &RSA_PSS_SHA384,
                    _ => &RSA_PSS_SHA512,
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(padding, &random, message, &mut signature).unwrap();
                signature
            }
            Self::P256(pair) | Self::P384(pair) => {
                pair.sign(&random, message).unwrap().as_ref().to_vec()
            }
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}

/// How many tokens an attack sends: as many as a test has time for, or as a long run says.
pub fn many() -> usize {
    std::env::var("LOWWATER_TOKENS").map_or(20_000, |count| count.parse().unwrap())
}

/// A validator of [`ISSUER`] and [`AUDIENCE`] with one key named `k`.
pub fn validator(algorithm: Algorithm, signer: &Signer) -> Validator {
    validator_on(&Ring, algorithm, signer)
}

/// The same on another backend.
pub fn validator_on(backend: &dyn Backend, algorithm: Algorithm, signer: &Signer) -> Validator {
    Validator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .algorithms([algorithm])
        .keys(KeySet::builder_with(backend).key(signer.key("k")).unwrap().build().unwrap())
        .build()
        .unwrap()
}

/// Claims of a token that is good for ten minutes from [`NOW`], and more members after them.
pub fn claims(more: &str) -> String {
    format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"u1","iat":{NOW},"exp":{}{more}}}"#,
        NOW + 600
    )
}

/// An access token as authorization servers write them: 12 claims, about 900 bytes when signed.
pub fn access_token_claims() -> String {
    format!(
        r#"{{"iss":"{ISSUER}","sub":"auth0|5f7c8ec7c33c6c004bbafe82","aud":["{AUDIENCE}","https://tenant.example.auth/userinfo"],"iat":{NOW},"exp":{},"auth_time":{},"azp":"my_client_id_0123456789abcdefghij","client_id":"my_client_id_0123456789abcdefghij","scope":"openid profile email read:messages write:messages read:calendar","jti":"b1e2c3d4-5f60-4718-9a2b-3c4d5e6f7081","sid":"08a5019c-17e1-4977-8f42-65a12843ea02","permissions":["read:messages","write:messages"]}}"#,
        NOW + 3600,
        NOW - 60
    )
}
