//! The backend on ring: the only file that names it.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use ring::{digest, hmac, signature};

use crate::algorithm::Algorithm;
use crate::signature::{Backend, InvalidSignature, KeyMaterial, VerifySignature};

/// Signatures by [ring](https://docs.rs/ring): every algorithm of [`Algorithm::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a backend without settings")]
pub struct Ring;

impl Backend for Ring {
    fn prepare(
        &self,
        algorithm: Algorithm,
        key: &KeyMaterial<'_>,
    ) -> Option<Box<dyn VerifySignature>> {
        match (algorithm, *key) {
            (Algorithm::Hs256, KeyMaterial::Secret(secret)) => mac(hmac::HMAC_SHA256, secret),
            (Algorithm::Hs384, KeyMaterial::Secret(secret)) => mac(hmac::HMAC_SHA384, secret),
            (Algorithm::Hs512, KeyMaterial::Secret(secret)) => mac(hmac::HMAC_SHA512, secret),
            (_, KeyMaterial::Rsa { modulus, exponent }) => {
                let parameters = rsa_parameters(algorithm)?;
                Some(Box::new(Rsa {
                    parameters,
                    key: signature::RsaPublicKeyComponents {
                        n: modulus.to_vec(),
                        e: exponent.to_vec(),
                    },
                }))
            }
            (Algorithm::Es256, KeyMaterial::P256(point)) => {
                point_key(&signature::ECDSA_P256_SHA256_FIXED, point)
            }
            (Algorithm::Es384, KeyMaterial::P384(point)) => {
                point_key(&signature::ECDSA_P384_SHA384_FIXED, point)
            }
            (Algorithm::EdDsa, KeyMaterial::Ed25519(point)) => {
                point_key(&signature::ED25519, point)
            }
            _ => None,
        }
    }

    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, data).as_ref()); // both 32 bytes long
        hash
    }
}

const fn rsa_parameters(algorithm: Algorithm) -> Option<&'static signature::RsaParameters> {
    Some(match algorithm {
        Algorithm::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

fn mac(algorithm: hmac::Algorithm, secret: &[u8]) -> Option<Box<dyn VerifySignature>> {
    Some(Box::new(Mac(hmac::Key::new(algorithm, secret))))
}

fn point_key(
    algorithm: &'static dyn signature::VerificationAlgorithm,
    point: &[u8],
) -> Option<Box<dyn VerifySignature>> {
    Some(Box::new(Point(signature::UnparsedPublicKey::new(algorithm, point.to_vec()))))
}

/// The key's two hash states are computed once, when the key is prepared.
struct Mac(hmac::Key);

impl VerifySignature for Mac {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        // In constant time, and only a tag of full length.
        hmac::verify(&self.0, message, signature).map_err(|_| InvalidSignature)
    }
}

/// ring has no public form of an RSA key that was read: each check reads the modulus and the exponent
/// again and computes the constants of Montgomery's multiplication, 8 of the 24 microseconds of RS256 with
/// 2048 bits. `PublicKeyComponents` spares the DER.
struct Rsa {
    parameters: &'static signature::RsaParameters,
    key: signature::RsaPublicKeyComponents<Vec<u8>>,
}

impl VerifySignature for Rsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.key.verify(self.parameters, message, signature).map_err(|_| InvalidSignature)
    }
}

/// The same holds of points: ring checks them each time, after the core did.
struct Point(signature::UnparsedPublicKey<Vec<u8>>);

impl VerifySignature for Point {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.0.verify(message, signature).map_err(|_| InvalidSignature)
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac(..)")
    }
}
