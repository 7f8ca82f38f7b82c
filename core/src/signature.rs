//! The seam to cryptography, and the one place that makes a [`Signed`].
//!
//! A backend is a value that is handed in: there is no process-wide provider and no feature that
//! changes which one is used. It prepares a key once, when a key set is built, and verifies with what
//! it prepared.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::compact::Compact;
use crate::header::Header;
use crate::key::{Candidates, Prepared};
use crate::media_type;
use crate::reason::Reason;

/// An implementation of the signature algorithms.
///
/// Two ship: `Ring` (feature `ring`, on by default) and `AwsLc` (feature `aws-lc-rs`). They give the
/// same answers; another library, a smart card or a microcontroller's own peripheral can stand in.
///
/// ```
/// use lowwater::{Algorithm, Backend, KeyMaterial, KeySet, Ring, VerifySignature};
///
/// /// Ed25519 alone, whatever else a key could do.
/// struct Ed25519Only;
///
/// impl Backend for Ed25519Only {
///     fn prepare(&self, algorithm: Algorithm, key: &KeyMaterial<'_>) -> Option<Box<dyn VerifySignature>> {
///         (algorithm == Algorithm::EdDsa).then(|| Ring.prepare(algorithm, key)).flatten()
///     }
///     fn sha256(&self, data: &[u8]) -> [u8; 32] {
///         Ring.sha256(data)
///     }
/// }
///
/// let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4"}]}"#;
/// let keys = KeySet::builder_with(&Ed25519Only).jwks(jwks)?.build()?;
/// # assert_eq!(keys.len(), 1);
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
pub trait Backend {
    /// Prepares a key for one algorithm; `None` where the backend does not implement it.
    ///
    /// The key has been checked: its family fits the algorithm, RSA sizes are in range, points lie on
    /// their curve, a secret is not empty.
    fn prepare(
        &self,
        algorithm: Algorithm,
        key: &KeyMaterial<'_>,
    ) -> Option<Box<dyn VerifySignature>>;

    /// The SHA-256 of `data`: names keys that have no `kid` by their thumbprint (RFC 7638).
    fn sha256(&self, data: &[u8]) -> [u8; 32];

    /// Which of [`Algorithm::OPTIONAL`] it takes keys for: none, unless it says so. Of other
    /// curves no key is read, so [`prepare`](Self::prepare) is not asked about them.
    fn optional(&self) -> &[Algorithm] {
        &[]
    }
}

/// One key, prepared for one algorithm.
pub trait VerifySignature: Send + Sync {
    /// Is `signature` a valid signature of `message`?
    ///
    /// # Errors
    /// [`InvalidSignature`] if it is not, whatever the cause. ECDSA signatures are the two integers of
    /// RFC 7518 section 3.4, each as long as the curve's order, nothing else. A MAC is compared in
    /// constant time.
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature>;
}

/// The signature is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to add to a plain no")]
pub struct InvalidSignature;

impl fmt::Display for InvalidSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature is not valid")
    }
}

impl core::error::Error for InvalidSignature {}

/// The parts of a key, as a backend receives them.
///
/// `Debug` shows what kind of key it is and nothing of a secret.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_enums, reason = "a backend has to handle every kind of key")]
pub enum KeyMaterial<'k> {
    /// Modulus and exponent, big-endian, no leading zero octets.
    Rsa {
        /// 2048 to 8192 bits, odd.
        modulus: &'k [u8],
        /// Odd, 3 to 2^33 - 1.
        exponent: &'k [u8],
    },
    /// A point of P-256, uncompressed (SEC 1): 65 bytes.
    P256(&'k [u8; 65]),
    /// A point of P-384, uncompressed: 97 bytes.
    P384(&'k [u8; 97]),
    /// A point of Ed25519, encoded as in RFC 8032.
    Ed25519(&'k [u8; 32]),
    /// A point of P-521, uncompressed: 133 bytes. For [`Algorithm::Es512`] alone.
    P521(&'k [u8; 133]),
    /// A point of secp256k1, uncompressed: 65 bytes. For [`Algorithm::Es256K`] alone.
    Secp256k1(&'k [u8; 65]),
    /// An HMAC secret.
    Secret(&'k [u8]),
}

impl fmt::Debug for KeyMaterial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa { .. } => "Rsa(..)",
            Self::P256(_) => "P256(..)",
            Self::P384(_) => "P384(..)",
            Self::Ed25519(_) => "Ed25519(..)",
            Self::P521(_) => "P521(..)",
            Self::Secp256k1(_) => "Secp256k1(..)",
            Self::Secret(_) => "Secret(..)",
        })
    }
}

/// The longest signature of any supported algorithm: RSA with 8192 bits.
const LONGEST_SIGNATURE: usize = 1024 + 8; // the decoder wants room for a last group

/// A payload that a key of the set has signed: proven bytes and no more.
///
/// Whoever checks another kind of signed message (a logout token, a security event) starts here; the
/// claims, the policy and the rules of access tokens do not apply to it.
///
/// ```
/// # use lowwater::{Algorithm, Key, KeySet};
/// # let secret = b"a secret of at least thirty-two bytes";
/// # let token = "eyJhbGciOiJIUzI1NiJ9.eyJldmVudHMiOnt9fQ.EmW8GUponP_DxBf7ycM82Ml8i0skc49Gq1-7V23zekc";
/// let keys = KeySet::from_keys([Key::from_secret(secret)?])?;
/// let signed = keys.verify(token, [Algorithm::Hs256]).expect("signed by us");
/// assert_eq!(signed.payload(), br#"{"events":{}}"#);
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[must_use]
pub struct Signed {
    pub(crate) header: Header,
    pub(crate) payload: Vec<u8>,
    pub(crate) key: Arc<Prepared>,
}

impl Signed {
    /// The bytes that were signed, decoded.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The algorithm of the signature.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    /// The header's `typ`, as it was sent.
    #[must_use]
    pub fn token_type(&self) -> Option<&str> {
        self.header.token_type()
    }

    /// Is the header's `typ` this media type? ASCII case does not count, and `application/` is implied where the value
    /// has no other slash (RFC 7515 section 4.1.9). Without `typ`: no.
    #[must_use]
    pub fn has_type(&self, media_type: &str) -> bool {
        self.token_type().is_some_and(|own| media_type::same(own, media_type))
    }

    /// The name of the key that verified: its `kid`, or its thumbprint (RFC 7638) where it has none.
    #[must_use]
    pub fn key_id(&self) -> &str {
        self.key.id()
    }

    /// The issuers to which that key is bound; empty if it serves all.
    pub fn key_issuers(&self) -> impl Iterator<Item = &str> {
        self.key.issuers().iter().map(AsRef::as_ref)
    }

    /// The header as JSON, as it was sent.
    #[must_use]
    pub fn header_json(&self) -> &str {
        self.header.json()
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed")
            .field("algorithm", &self.header.algorithm)
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

/// Tries the candidates in their order; the first that verifies vouches for the payload.
pub(crate) fn verify(
    compact: Compact<'_>,
    header: Header,
    candidates: &Candidates<'_>,
) -> Result<Signed, Reason> {
    let refused = Reason::Signature { algorithm: header.algorithm };
    let mut room = [0; LONGEST_SIGNATURE];
    let Some((signature, _)) = base64url::decode_to(compact.signature, &mut room) else {
        return Err(refused); // longer than any algorithm makes
    };
    let message = compact.signed_text.as_bytes();
    let verified =
        candidates.iter().find(|(_, verifier)| verifier.verify(message, signature).is_ok());
    match verified {
        Some((key, _)) => Ok(Signed { header, payload: compact.payload, key: Arc::clone(key) }),
        None => Err(refused),
    }
}
