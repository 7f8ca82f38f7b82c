//! The test keys: private in `keys/`, public as JWK and PEM. Anyone can read them; never use them.

use std::sync::LazyLock;

use p256::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;

use crate::payload::{Payload, quoted};
use crate::sign::{Signer, encode};

/// A key of `keys/`, read once.
pub(crate) type Key = LazyLock<Signer>;

macro_rules! key {
    ($name:ident, $kind:ident, $type:ty, $file:literal) => {
        pub(crate) static $name: Key = LazyLock::new(|| {
            let pem = include_str!(concat!("../keys/", $file));
            Signer::$kind(<$type>::from_pkcs8_pem(pem).expect("a kept key").into())
        });
    };
}

key!(ED25519, Ed25519, ed25519_dalek::SigningKey, "ed25519-a.pem");
key!(ED25519_B, Ed25519, ed25519_dalek::SigningKey, "ed25519-b.pem");
key!(ED25519_C, Ed25519, ed25519_dalek::SigningKey, "ed25519-c.pem");
key!(ED25519_D, Ed25519, ed25519_dalek::SigningKey, "ed25519-d.pem");
key!(ED25519_E, Ed25519, ed25519_dalek::SigningKey, "ed25519-e.pem");
key!(P256, P256, p256::ecdsa::SigningKey, "p256-a.pem");
key!(P256_B, P256, p256::ecdsa::SigningKey, "p256-b.pem");
key!(P384, P384, p384::ecdsa::SigningKey, "p384-a.pem");
key!(RSA, Rsa, rsa::RsaPrivateKey, "rsa-a.pem");
key!(RSA_B, Rsa, rsa::RsaPrivateKey, "rsa-b.pem");
key!(RSA_1024, Rsa, rsa::RsaPrivateKey, "rsa-1024.pem");

/// 64 bytes.
pub(crate) const SECRET_BYTES: &[u8; 64] =
    b"sixty-four bytes of a secret that everyone can read: test only!!";
pub(crate) static SECRET: Key = LazyLock::new(|| Signer::Secret(SECRET_BYTES.to_vec()));
pub(crate) static SECRET_B: Key = LazyLock::new(|| Signer::Secret(vec![b'b'; 64]));

/// Every algorithm with the key that signs it here.
pub(crate) static ALGORITHMS: [(&str, &Key); 13] = [
    ("HS256", &SECRET),
    ("HS384", &SECRET),
    ("HS512", &SECRET),
    ("RS256", &RSA),
    ("RS384", &RSA),
    ("RS512", &RSA),
    ("PS256", &RSA),
    ("PS384", &RSA),
    ("PS512", &RSA),
    ("ES256", &P256),
    ("ES384", &P384),
    ("EdDSA", &ED25519),
    ("Ed25519", &ED25519),
];

/// The members of the public JWK (of a secret, the secret), without the braces.
pub(crate) fn members(signer: &Signer) -> String {
    let point = |curve: &str, x: &[u8], y: &[u8]| {
        format!(r#""kty":"EC","crv":"{curve}","x":"{}","y":"{}""#, encode(x), encode(y))
    };
    match signer {
        Signer::Secret(bytes) => format!(r#""kty":"oct","k":"{}""#, encode(bytes)),
        Signer::Rsa(key) => {
            let (n, e) = (key.n().to_bytes_be(), key.e().to_bytes_be());
            format!(r#""kty":"RSA","n":"{}","e":"{}""#, encode(n), encode(e))
        }
        Signer::P256(key) => {
            let at = key.verifying_key().to_encoded_point(false);
            point("P-256", at.x().expect("a point"), at.y().expect("a point"))
        }
        Signer::P384(key) => {
            let at = key.verifying_key().to_encoded_point(false);
            point("P-384", at.x().expect("a point"), at.y().expect("a point"))
        }
        Signer::Ed25519(key) => {
            format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, encode(key.verifying_key()))
        }
    }
}

/// A JWK; `more` are members as JSON text, comma first.
pub(crate) fn jwk(signer: &Signer, more: &str) -> String {
    format!("{{{}{more}}}", members(signer))
}

/// A JWK with a `kid`.
pub(crate) fn named(signer: &Signer, kid: &str) -> String {
    jwk(signer, &format!(r#","kid":{}"#, quoted(kid)))
}

/// A key set of JWKs.
pub(crate) fn jwks<K: AsRef<str>>(keys: &[K]) -> String {
    let keys: Vec<_> = keys.iter().map(AsRef::as_ref).collect();
    format!(r#"{{"jwks":{{"keys":[{}]}}}}"#, keys.join(","))
}

/// A key set of one secret; `more` are members as JSON text, comma first.
pub(crate) fn secret(bytes: &[u8], more: &str) -> String {
    format!(r#"{{"secrets":[{{"base64url":"{}"{more}}}]}}"#, encode(bytes))
}

/// A key set of one PEM; `more` are members as JSON text, comma first.
pub(crate) fn pem(pem: &str, more: &str) -> String {
    format!(r#"{{"pems":[{{"pem":{}{more}}}]}}"#, quoted(pem))
}

/// A text for the reader of JWK Sets.
pub(crate) fn text(text: &str) -> String {
    format!(r#"{{"text":{}}}"#, quoted(text))
}

/// The public key as SPKI in PEM.
pub(crate) fn spki_pem(signer: &Signer) -> String {
    let pem = match signer {
        Signer::Secret(_) => panic!("a secret has no public part"),
        Signer::Rsa(key) => key.to_public_key().to_public_key_pem(LineEnding::LF),
        Signer::P256(key) => key.verifying_key().to_public_key_pem(LineEnding::LF),
        Signer::P384(key) => key.verifying_key().to_public_key_pem(LineEnding::LF),
        Signer::Ed25519(key) => key.verifying_key().to_public_key_pem(LineEnding::LF),
    };
    pem.expect("a public key can be written")
}

/// The public RSA key as SPKI in DER.
pub(crate) fn spki_der(signer: &Signer) -> Vec<u8> {
    let Signer::Rsa(key) = signer else { panic!("asked for RSA only") };
    key.to_public_key().to_public_key_der().expect("a public key can be written").into_vec()
}

/// The public RSA key as PKCS#1 in PEM.
pub(crate) fn pkcs1_pem(signer: &Signer) -> String {
    let Signer::Rsa(key) = signer else { panic!("PKCS#1 is for RSA") };
    key.to_public_key().to_pkcs1_pem(LineEnding::LF).expect("a public key can be written")
}

/// The usual header.
pub(crate) const HEADER: &str = r#"{"alg":"EdDSA","kid":"k","typ":"at+jwt"}"#;

/// A token with the usual header and key, and this payload.
pub(crate) fn token(payload: &Payload) -> String {
    signed(HEADER, payload.to_string())
}

/// A token with the usual key.
pub(crate) fn signed(header: &str, payload: impl AsRef<[u8]>) -> String {
    ED25519.token("EdDSA", header, payload)
}

/// The key set that verifies [`token`].
pub(crate) fn main_keys() -> String {
    jwks(&[named(&ED25519, "k")])
}
