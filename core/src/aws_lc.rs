//! The backend on AWS-LC: the only file that names aws-lc-rs.

use alloc::boxed::Box;
use core::fmt;

use aws_lc_rs::signature::{
    self, EcdsaVerificationAlgorithm, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents,
};
use aws_lc_rs::{digest, hmac};

use crate::algorithm::Algorithm;
use crate::signature::{Backend, InvalidSignature, KeyMaterial, VerifySignature};

/// Signatures by AWS-LC, through [aws-lc-rs](https://docs.rs/aws-lc-rs) (feature `aws-lc-rs`): every
/// algorithm of [`Algorithm::ALL`], and those of [`Algorithm::OPTIONAL`] for whoever asks.
///
/// It gives the answers that `Ring` gives; RSA, P-384 and Ed25519 cost it less. Keys are parsed once, when
/// they are prepared.
///
/// ```
/// use lowwater::{AwsLc, KeySet};
///
/// let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4"}]}"#;
/// let keys = KeySet::builder_with(&AwsLc::new()).jwks(jwks)?.build()?;
/// assert_eq!(keys.len(), 1);
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AwsLc {
    es512_and_es256k: bool,
}

impl AwsLc {
    /// The twelve algorithms of [`Algorithm::ALL`], as on ring.
    #[must_use]
    pub const fn new() -> Self {
        Self { es512_and_es256k: false }
    }

    /// Takes keys of P-521 and secp256k1 too, for [`Algorithm::Es512`] and [`Algorithm::Es256K`]. A
    /// validator takes their tokens once its allow-list holds these values.
    ///
    /// ```
    /// use lowwater::{Algorithm, AwsLc, KeySet, NoCutoffs, UnixTime, Validator};
    ///
    /// // The key of RFC 7515 appendix A.4.
    /// let jwk = br#"{"kty":"EC","crv":"P-521",
    ///     "x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
    ///     "y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}"#;
    /// let keys = KeySet::builder_with(&AwsLc::new().with_es512_and_es256k()).read(jwk)?.build()?;
    /// let validator = Validator::builder()
    ///     .issuer("https://issuer.example/")
    ///     .audience("https://api.example/")
    ///     .algorithms([Algorithm::Es512])
    ///     .keys(keys)
    ///     .build()?;
    /// let token = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZq\
    ///     wqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";
    /// let no = validator.validate(token, &NoCutoffs, UnixTime::from_secs(0)).unwrap_err();
    /// assert_eq!(no.code(), "claims_malformed"); // well signed, and `Payload` is no object of claims
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    #[must_use]
    pub const fn with_es512_and_es256k(self) -> Self {
        Self { es512_and_es256k: true }
    }
}

impl Backend for AwsLc {
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
                let key = RsaPublicKeyComponents { n: modulus, e: exponent };
                Some(Box::new(Public(key.to_parsed_public_key(parameters).ok()?)))
            }
            (Algorithm::Es256, KeyMaterial::P256(point)) => {
                point_key(&signature::ECDSA_P256_SHA256_FIXED, point)
            }
            (Algorithm::Es384, KeyMaterial::P384(point)) => {
                point_key(&signature::ECDSA_P384_SHA384_FIXED, point)
            }
            (Algorithm::EdDsa, KeyMaterial::Ed25519(point)) => {
                let key = ParsedPublicKey::new(&signature::ED25519, point).ok()?;
                Some(Box::new(Public(key)))
            }
            (Algorithm::Es512, KeyMaterial::P521(point)) if self.es512_and_es256k => {
                point_key(&signature::ECDSA_P521_SHA512_FIXED, point)
            }
            (Algorithm::Es256K, KeyMaterial::Secp256k1(point)) if self.es512_and_es256k => {
                point_key(&signature::ECDSA_P256K1_SHA256_FIXED, point)
            }
            _ => None,
        }
    }

    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, data).as_ref()); // both 32 bytes long
        hash
    }

    fn optional(&self) -> &[Algorithm] {
        if self.es512_and_es256k { &Algorithm::OPTIONAL } else { &[] }
    }
}

const fn rsa_parameters(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        Algorithm::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        // The salt is as long as the hash: the default of these parameters.
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
    algorithm: &'static EcdsaVerificationAlgorithm,
    point: &[u8],
) -> Option<Box<dyn VerifySignature>> {
    Some(Box::new(Public(ParsedPublicKey::new(algorithm, point).ok()?)))
}

/// The key's two hash states are computed once, when the key is prepared. The library copies them for each
/// check, and ends the process where there is no memory for some hundred bytes, as `alloc` does.
struct Mac(hmac::Key);

impl VerifySignature for Mac {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        // In constant time, and only a tag of full length.
        hmac::verify(&self.0, message, signature).map_err(|_| InvalidSignature)
    }
}

/// A public key in the library's own form, for one algorithm: what depends on the key is computed once for
/// each (the point here, the Montgomery constants of RSA at the first check, behind the library's lock). An
/// RSA key that names no algorithm is there six times: 15 kB in all with 2048 bits, 39 with 8192.
struct Public(ParsedPublicKey);

impl VerifySignature for Public {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.0.verify_sig(message, signature).map_err(|_| InvalidSignature)
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac(..)")
    }
}
