//! Keys: read, checked once, and from then on of one family.

mod builder;
mod curve;
mod explicit;
mod fit;
mod form;
mod jwk;
mod secret;
mod set;
mod skipped;
mod spki;
mod thumbprint;

pub use self::builder::KeySetBuilder;
pub(crate) use self::fit::Asked;
pub use self::fit::{KeyFit, KeyOutcome};
pub use self::set::KeySet;
pub(crate) use self::set::{Candidates, KeyName, Prepared};
pub use self::skipped::SkippedKey;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use self::curve::EdwardsPoint;
use self::form::Form;
use crate::algorithm::{Algorithm, AlgorithmSet, Family};
use crate::error::{ConfigError, KeyFault};
use crate::header::MAX_KEY_ID_BYTES;
use crate::signature::{Backend, KeyMaterial};

/// One key that tokens may be signed with: a public key or an HMAC secret, checked when it is read.
///
/// A key owns its family: an RSA key never verifies an HMAC, whatever a token asks for. A key that
/// names an algorithm owns exactly that one.
///
/// ```
/// use lowwater::{Algorithm, Key, KeySet};
///
/// let pem = "-----BEGIN PUBLIC KEY-----
/// MCowBQYDK2VwAyEAh8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F+eqk4=
/// -----END PUBLIC KEY-----";
/// let key = Key::from_pem(pem)?.with_id("2026-11")?.with_algorithm(Algorithm::EdDsa)?;
/// let keys = KeySet::from_keys([key])?;
/// assert_eq!(keys.len(), 1);
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    material: Material,
    id: Option<Box<str>>,
    algorithm: Option<Algorithm>,
    /// A secret shorter than its hash was allowed by name.
    short_secret: bool,
}

/// What a key is made of, checked.
#[derive(Clone, PartialEq, Eq)]
enum Material {
    Rsa { modulus: Box<[u8]>, exponent: Box<[u8]> },
    P256(Box<[u8; 65]>),
    P384(Box<[u8; 97]>),
    Ed25519([u8; 32]),
    P521(Box<[u8; 133]>),
    Secp256k1(Box<[u8; 65]>),
    Secret(Box<[u8]>),
}

/// Which of [`Algorithm::OPTIONAL`] a backend offers: the keys that are read for it.
fn offered(backend: &dyn Backend) -> AlgorithmSet {
    let offers = |algorithm: &Algorithm| backend.optional().contains(algorithm);
    Algorithm::OPTIONAL.into_iter().filter(offers).collect()
}

impl Material {
    /// Big-endian, without leading zeros.
    ///
    /// 2048 bits is the least that RFC 7518 section 3.3 allows; 8192 is the most that backends take,
    /// and an exponent beyond 2^33 - 1 makes verification slow for whoever publishes the key to enjoy.
    fn rsa(modulus: Vec<u8>, exponent: Vec<u8>) -> Result<Self, KeyFault> {
        let (Some(first), Some(last)) = (modulus.first(), modulus.last()) else {
            return Err(KeyFault::Malformed);
        };
        if *first == 0 || exponent.first().is_none_or(|first| *first == 0) {
            return Err(KeyFault::Malformed);
        }
        let zeros = usize::try_from(first.leading_zeros()).unwrap_or(8);
        let bits = modulus.len().saturating_mul(8).saturating_sub(zeros);
        if last % 2 == 0 || !(2048..=8192).contains(&bits) {
            return Err(KeyFault::RsaModulus);
        }
        let value = match exponent.len() {
            0..=5 => exponent.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte)),
            _ => u64::MAX,
        };
        if value % 2 == 0 || !(3..1 << 33).contains(&value) {
            return Err(KeyFault::RsaExponent);
        }
        Ok(Self::Rsa { modulus: modulus.into(), exponent: exponent.into() })
    }

    fn p256_point(point: &[u8]) -> Result<Self, KeyFault> {
        uncompressed(point, curve::is_on_p256).map(Self::P256)
    }

    fn p384_point(point: &[u8]) -> Result<Self, KeyFault> {
        uncompressed(point, curve::is_on_p384).map(Self::P384)
    }

    fn p521_point(point: &[u8]) -> Result<Self, KeyFault> {
        uncompressed(point, curve::is_on_p521).map(Self::P521)
    }

    fn secp256k1_point(point: &[u8]) -> Result<Self, KeyFault> {
        uncompressed(point, curve::is_on_secp256k1).map(Self::Secp256k1)
    }

    fn ed25519(encoded: &[u8]) -> Result<Self, KeyFault> {
        let encoded: &[u8; 32] = encoded.try_into().map_err(|_| KeyFault::Malformed)?;
        match curve::edwards_point(encoded) {
            EdwardsPoint::Fine => Ok(Self::Ed25519(*encoded)),
            EdwardsPoint::NotOnCurve => Err(KeyFault::NotOnCurve),
            EdwardsPoint::SmallOrder => Err(KeyFault::SmallOrder),
        }
    }

    fn secret(bytes: &[u8]) -> Result<Self, KeyFault> {
        if bytes.is_empty() {
            return Err(KeyFault::SecretEmpty);
        }
        if secret::looks_like_a_key(bytes) {
            return Err(KeyFault::SecretLooksLikeKey);
        }
        Ok(Self::Secret(bytes.into()))
    }

    const fn family(&self) -> Family {
        match self {
            Self::Rsa { .. } => Family::Rsa,
            Self::P256(_) => Family::P256,
            Self::P384(_) => Family::P384,
            Self::Ed25519(_) => Family::Ed25519,
            Self::P521(_) => Family::P521,
            Self::Secp256k1(_) => Family::Secp256k1,
            Self::Secret(_) => Family::Secret,
        }
    }
}

/// The uncompressed form of SEC 1: 4, then both coordinates.
fn uncompressed<const LENGTH: usize>(
    point: &[u8],
    is_on_curve: fn(&[u8], &[u8]) -> bool,
) -> Result<Box<[u8; LENGTH]>, KeyFault> {
    let point: &[u8; LENGTH] = point.try_into().map_err(|_| KeyFault::Malformed)?;
    match point.split_first().map(|(form, rest)| (form, rest.split_at(rest.len() / 2))) {
        Some((4, (x, y))) if is_on_curve(x, y) => Ok(Box::new(*point)),
        Some((4, _)) => Err(KeyFault::NotOnCurve),
        _ => Err(KeyFault::Malformed),
    }
}

impl Key {
    /// An HMAC secret: at least 32 bytes from a generator of random bytes.
    ///
    /// It serves each of HS256, HS384 and HS512 for which it is long enough; bind it to one with
    /// [`with_algorithm`](Self::with_algorithm).
    ///
    /// # Errors
    /// An empty or a short secret, and bytes that look like a public key, a certificate or a JWK.
    pub fn from_secret(secret: &[u8]) -> Result<Self, ConfigError> {
        Self::new(Material::secret(secret)?, None, None, false).map_err(Into::into)
    }

    /// An HMAC secret of any length but zero: for an issuer that uses shorter secrets than RFC 7518
    /// section 3.2 allows. Whoever holds one token can guess a short secret offline.
    ///
    /// # Errors
    /// As [`from_secret`](Self::from_secret), but for the length.
    pub fn from_short_secret(secret: &[u8]) -> Result<Self, ConfigError> {
        Self::new(Material::secret(secret)?, None, None, true).map_err(Into::into)
    }

    /// A public key in PEM: `PUBLIC KEY` (SPKI) or `RSA PUBLIC KEY` (PKCS#1).
    ///
    /// # Errors
    /// Any other PEM, a private key, a key that must not be used.
    pub fn from_pem(pem: &str) -> Result<Self, ConfigError> {
        Self::pem(pem, AlgorithmSet::default())
    }

    /// A public key in DER: SPKI or PKCS#1.
    ///
    /// # Errors
    /// Any other DER, trailing bytes, a key that must not be used.
    pub fn from_der(der: &[u8]) -> Result<Self, ConfigError> {
        Self::der(der, AlgorithmSet::default())
    }

    /// A JWK (RFC 7517) as JSON text.
    ///
    /// # Errors
    /// A text that is not strict JSON, a private key, a key that must not be used.
    pub fn from_jwk(jwk: &str) -> Result<Self, ConfigError> {
        jwk::read_one(jwk, false, AlgorithmSet::default())
    }

    /// A key as a file holds it (a JWK, PEM, DER, told apart by their look as in
    /// [`KeySetBuilder::read`]), of every curve that a backend offers: the other constructors know those
    /// of [`Algorithm::ALL`].
    ///
    #[cfg_attr(feature = "aws-lc-rs", doc = "```")]
    #[cfg_attr(not(feature = "aws-lc-rs"), doc = "```ignore")]
    /// use lowwater::{Algorithm, AwsLc, Key, KeySet};
    ///
    /// // The key of RFC 7515 appendix A.4.
    /// let jwk = br#"{"kty":"EC","crv":"P-521",
    ///     "x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
    ///     "y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}"#;
    /// assert!(Key::read_with(&AwsLc::new(), jwk).is_err()); // the twelve, as on ring
    /// let backend = AwsLc::new().with_es512_and_es256k();
    /// let key = Key::read_with(&backend, jwk)?.with_id("a4")?.with_algorithm(Algorithm::Es512)?;
    /// assert_eq!(KeySet::builder_with(&backend).key(key)?.build()?.len(), 1);
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// What is none of these, a set of keys, and a key that must not be used.
    pub fn read_with(backend: &dyn Backend, file: &[u8]) -> Result<Self, ConfigError> {
        let offered = offered(backend);
        match Form::of(file) {
            // A set is refused by the reader of lone keys, which says how to read it.
            Some(Form::JwkSet(text) | Form::Jwk(text) | Form::OtherJson(text)) => {
                jwk::read_one(text, false, offered)
            }
            Some(Form::Pem(text)) => Self::pem(text, offered),
            Some(Form::Der) => Self::der(file, offered),
            None => Err(form::unknown("key", "a JWK")),
        }
    }

    /// `offered`: which of [`Algorithm::OPTIONAL`] it may be for.
    fn pem(pem: &str, offered: AlgorithmSet) -> Result<Self, ConfigError> {
        Self::new(spki::from_pem(pem, offered)?, None, None, false).map_err(Into::into)
    }

    fn der(der: &[u8], offered: AlgorithmSet) -> Result<Self, ConfigError> {
        Self::new(spki::from_der(der, offered)?, None, None, false).map_err(Into::into)
    }

    /// Names the key: a token that names a `kid` is checked with the keys of that name, and with those
    /// that have none.
    ///
    /// # Errors
    /// A name of more than 1024 bytes.
    pub fn with_id(mut self, id: &str) -> Result<Self, ConfigError> {
        if id.len() > MAX_KEY_ID_BYTES {
            return Err(KeyFault::BadKeyId.into());
        }
        self.id = Some(id.into());
        Ok(self)
    }

    /// Binds the key to one algorithm.
    ///
    /// # Errors
    /// An algorithm that does not fit the key, another than the one that it names already, or one for
    /// which its secret is too short.
    pub fn with_algorithm(self, algorithm: Algorithm) -> Result<Self, ConfigError> {
        if self.algorithm.is_some_and(|own| own != algorithm) {
            return Err(KeyFault::AlgorithmMismatch.into());
        }
        Self::new(self.material, self.id, Some(algorithm), self.short_secret).map_err(Into::into)
    }

    /// The key's name, if it has one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The one algorithm that the key owns, if it names one.
    #[must_use]
    pub const fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    fn new(
        material: Material,
        id: Option<Box<str>>,
        algorithm: Option<Algorithm>,
        short_secret: bool,
    ) -> Result<Self, KeyFault> {
        if algorithm.is_some_and(|algorithm| algorithm.family() != material.family()) {
            return Err(KeyFault::AlgorithmMismatch);
        }
        if let (Material::Secret(bytes), false) = (&material, short_secret) {
            let least = algorithm.map_or(32, Algorithm::least_secret);
            if bytes.len() < least {
                return Err(KeyFault::SecretTooShort { bytes: bytes.len(), least });
            }
        }
        Ok(Self { material, id, algorithm, short_secret })
    }

    /// May this key verify signatures of `algorithm`?
    fn fits(&self, algorithm: Algorithm) -> bool {
        let long_enough = match &self.material {
            Material::Secret(bytes) => self.short_secret || bytes.len() >= algorithm.least_secret(),
            _ => true,
        };
        algorithm.family() == self.material.family()
            && self.algorithm.is_none_or(|own| own == algorithm)
            && long_enough
    }

    fn material(&self) -> KeyMaterial<'_> {
        match &self.material {
            Material::Rsa { modulus, exponent } => KeyMaterial::Rsa { modulus, exponent },
            Material::P256(point) => KeyMaterial::P256(point),
            Material::P384(point) => KeyMaterial::P384(point),
            Material::Ed25519(point) => KeyMaterial::Ed25519(point),
            Material::P521(point) => KeyMaterial::P521(point),
            Material::Secp256k1(point) => KeyMaterial::Secp256k1(point),
            Material::Secret(bytes) => KeyMaterial::Secret(bytes),
        }
    }
}

/// Kind, name and algorithm; nothing of a secret.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("material", &self.material())
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rsa_sizes_and_exponents_have_bounds() {
        let modulus = |bytes: usize, first: u8| {
            let mut modulus = alloc::vec![1; bytes];
            modulus[0] = first;
            modulus
        };
        let fault = |modulus, exponent: &[u8]| Material::rsa(modulus, exponent.to_vec()).err();
        assert_eq!(fault(modulus(256, 0x80), &[1, 0, 1]), None);
        assert_eq!(fault(modulus(256, 0x7f), &[1, 0, 1]), Some(KeyFault::RsaModulus));
        assert_eq!(fault(modulus(1024, 0xff), &[3]), None);
        assert_eq!(fault(modulus(1025, 1), &[3]), Some(KeyFault::RsaModulus));
        for exponent in [&[1][..], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1], &[1, 0, 0, 0, 0, 1]] {
            assert_eq!(fault(modulus(256, 0x80), exponent), Some(KeyFault::RsaExponent));
        }
        assert_eq!(fault(modulus(256, 0x80), &[1, 0xff, 0xff, 0xff, 0xff]), None);
        assert_eq!(fault(modulus(256, 0x80), &[0, 3]), Some(KeyFault::Malformed));
        assert_eq!(fault(modulus(257, 0), &[3]), Some(KeyFault::Malformed));
    }

    #[test]
    fn secrets_need_the_length_of_their_hash() {
        assert!(Key::from_secret(&[7; 31]).is_err());
        let key = Key::from_secret(&[7; 48]).unwrap();
        assert!(
            key.fits(Algorithm::Hs256) && key.fits(Algorithm::Hs384) && !key.fits(Algorithm::Hs512)
        );
        assert!(key.clone().with_algorithm(Algorithm::Hs512).is_err());
        assert!(!key.with_algorithm(Algorithm::Hs256).unwrap().fits(Algorithm::Hs384));
        let short = Key::from_short_secret(b"x").unwrap();
        assert!(short.fits(Algorithm::Hs512));
        assert!(Key::from_short_secret(b"").is_err());
    }

    #[test]
    fn a_key_is_bound_to_one_algorithm_once() {
        let key = Key::from_secret(&[7; 64]).unwrap();
        assert_eq!(key.algorithm(), None);
        let bound = key.with_algorithm(Algorithm::Hs384).unwrap();
        assert_eq!(bound.algorithm(), Some(Algorithm::Hs384));
        assert!(bound.clone().with_algorithm(Algorithm::Hs384).is_ok());
        let other = bound.with_algorithm(Algorithm::Hs256);
        assert_eq!(other, Err(KeyFault::AlgorithmMismatch.into()));
    }

    #[test]
    fn a_name_has_1024_bytes_at_most() {
        let named =
            |length: usize| Key::from_secret(&[7; 32]).unwrap().with_id(&"k".repeat(length));
        assert_eq!(named(1024).unwrap().id().map(str::len), Some(1024));
        assert_eq!(named(1025), Err(KeyFault::BadKeyId.into()));
    }

    #[test]
    fn a_point_is_uncompressed_and_on_its_curve() {
        // The generator of P-256 (SEC 2 section 2.4.2).
        let mut point = *b"\x04\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5";
        assert!(Material::p256_point(&point).is_ok());
        assert_eq!(Material::p256_point(&point[..64]).err(), Some(KeyFault::Malformed));
        point[64] ^= 1;
        assert_eq!(Material::p256_point(&point).err(), Some(KeyFault::NotOnCurve));
        point[0] = 2;
        assert_eq!(Material::p256_point(&point).err(), Some(KeyFault::Malformed));
    }

    /// PKCS#1 has no algorithm in front: what stands first tells which it is.
    #[test]
    fn both_ders_of_an_rsa_key_are_one_key() {
        let integer = |bytes: &[u8]| [&[0x02, 0x82, 0x01, 0x01, 0][..], bytes].concat();
        let numbers = [&integer(&[0xc1; 256])[..], &[0x02, 0x03, 1, 0, 1]].concat();
        let sequence = |content: &[u8]| {
            let length = u16::try_from(content.len()).unwrap().to_be_bytes();
            [&[0x30, 0x82][..], &length, content].concat()
        };
        let pkcs1 = sequence(&numbers);
        let spki = |parameters: &[u8]| {
            let name = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
            let length = u8::try_from(name.len() + parameters.len()).unwrap();
            let algorithm = [&[0x30, length], &name[..], parameters].concat();
            let length = u16::try_from(pkcs1.len() + 1).unwrap().to_be_bytes();
            let bits = [&[0x03, 0x82][..], &length, &[0], &pkcs1].concat();
            sequence(&[algorithm, bits].concat())
        };
        let key = Key::from_der(&pkcs1).unwrap();
        assert_eq!(Key::from_der(&spki(&[0x05, 0])), Ok(key.clone()));
        assert_eq!(Key::from_der(&spki(&[])), Ok(key));
        let strange = Key::from_der(&spki(&[0x30, 0]));
        assert_eq!(strange, Err(KeyFault::UnknownType.into()));
    }

    #[test]
    fn der_and_pem_give_the_same_key() {
        let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAh8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F+eqk4=\n-----END PUBLIC KEY-----\n";
        let key = Key::from_pem(pem).unwrap();
        assert_eq!(Key::from_der(&spki::der_of(pem)).unwrap(), key);
        let mut longer = spki::der_of(pem);
        longer.push(0);
        assert!(Key::from_der(&longer).is_err());
        assert!(Key::from_pem(&pem.replace('\n', "\r\n")).is_ok());
        assert!(Key::from_pem("").is_err());
        // Ed25519 has no parameters, not even a NULL (RFC 8410 section 3).
        let mut with_null = spki::der_of(pem);
        (with_null[1], with_null[3]) = (0x2c, 0x07);
        with_null.splice(9..9, [0x05, 0]);
        assert_eq!(Key::from_der(&with_null), Err(KeyFault::UnknownType.into()));
    }

    #[test]
    fn a_pem_of_another_kind_says_which_mistake_it_is() {
        let fault = |label: &str| {
            let pem = alloc::format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
            Key::from_pem(&pem).unwrap_err()
        };
        assert_eq!(fault("EC PRIVATE KEY"), KeyFault::Private.into());
        assert_eq!(fault("CERTIFICATE"), KeyFault::NotAPublicKeyPem.into());
    }
}
