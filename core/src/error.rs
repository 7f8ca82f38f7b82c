//! Mistakes of the operator, told when something is built and never at the first request.

use core::fmt;

use alloc::boxed::Box;
use alloc::string::String;

use crate::json::Malformed;

/// A mistake in configuration: a policy, a key, a key set or a rule that cannot be what was meant.
///
/// Told at construction. A token never causes one: a token causes a [`Rejection`](crate::Rejection).
/// The text says what was expected and what to do; it holds no secret and no key material.
///
/// ```
/// use lowwater::{Algorithm, Key, KeySet};
///
/// let mistake = Key::from_secret(b"too short").unwrap_err();
/// assert_eq!(mistake.code(), "secret_too_short");
/// assert_eq!(
///     mistake.to_string(),
///     "the secret has 9 bytes: HMAC needs at least 32, make one with a generator of random bytes, \
///      or allow it by name (`from_short_secret`)",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A name that is not in [`Algorithm::ALL`](crate::Algorithm::ALL).
    UnknownAlgorithm,
    /// A member of a policy has no acceptable value.
    Policy {
        /// The member, as it is spelled in JSON.
        member: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// A text that should be JSON is not, or says something else than was asked for.
    Json {
        /// What the text is: `policy`, `rule`, `target`, `key set`, `key`.
        what: &'static str,
        /// Bytes from the start of the text.
        position: usize,
        /// What was expected.
        expected: Box<str>,
    },
    /// The same, where there is no text.
    Value {
        /// What is refused: `policy`, `rule`, `target`, `key set`, `key`, `replica`.
        what: &'static str,
        /// What was expected.
        expected: Box<str>,
    },
    /// A key cannot be used.
    Key(KeyFault),
    /// No key of a set can be used; the reasons are those of [`KeySet::skipped`](crate::KeySet::skipped).
    NoUsableKey {
        /// How many keys the set names.
        named: usize,
        /// Why the first of them was skipped.
        first: Option<KeyFault>,
    },
    /// A rule says nothing clear.
    Rule {
        /// What was expected.
        expected: &'static str,
    },
}

/// Why one key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFault {
    /// The element is no JSON object.
    NotAnObject,
    /// `kty` is missing, no string, or of a kind that is not supported (RFC 7517 section 5 asks to
    /// ignore it).
    UnknownType,
    /// `crv` is missing, no string, or a curve that is not supported.
    UnknownCurve,
    /// `alg` is no string, not supported, or does not fit the key.
    AlgorithmMismatch,
    /// `use` is there and is not `sig`.
    NotForSignatures,
    /// `key_ops` is there and is no list of different strings with `verify` among them.
    NotForVerification,
    /// `kid` is no string or longer than 1 KiB.
    BadKeyId,
    /// A member that the kind of key needs is missing, no string, or no canonical base64url of the
    /// right length.
    Malformed,
    /// The key holds private members: it must never leave the issuer. Publish the public part.
    Private,
    /// RSA modulus shorter than 2048 or longer than 8192 bits, or even.
    RsaModulus,
    /// RSA exponent even, below 3, or above 2^33 - 1.
    RsaExponent,
    /// The coordinates name no point of the curve.
    NotOnCurve,
    /// An Ed25519 point of small order: anyone can sign for it.
    SmallOrder,
    /// An `oct` key beside public keys: whoever reads the set knows the secret.
    SecretAmongPublic,
    /// An empty secret.
    SecretEmpty,
    /// A secret shorter than the output of its hash.
    SecretTooShort {
        /// Length of the secret in bytes.
        bytes: usize,
        /// Length that is needed.
        least: usize,
    },
    /// The bytes given as a secret are a public key, a certificate or a JWK: public knowledge.
    SecretLooksLikeKey,
    /// The text is no PEM, or one of another kind than `PUBLIC KEY` and `RSA PUBLIC KEY`.
    NotAPublicKeyPem,
    /// The bytes are no DER of a public key of a supported kind.
    NotAPublicKeyDer,
    /// The backend has no implementation of any algorithm that fits the key.
    Unsupported,
}

impl KeyFault {
    /// A stable snake_case name.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAnObject => "key_not_an_object",
            Self::UnknownType => "key_type_unknown",
            Self::UnknownCurve => "key_curve_unknown",
            Self::AlgorithmMismatch => "key_algorithm_mismatch",
            Self::NotForSignatures => "key_not_for_signatures",
            Self::NotForVerification => "key_not_for_verification",
            Self::BadKeyId => "key_id_malformed",
            Self::Malformed => "key_malformed",
            Self::Private => "key_private",
            Self::RsaModulus => "rsa_modulus",
            Self::RsaExponent => "rsa_exponent",
            Self::NotOnCurve => "key_not_on_curve",
            Self::SmallOrder => "key_small_order",
            Self::SecretAmongPublic => "secret_among_public",
            Self::SecretEmpty => "secret_empty",
            Self::SecretTooShort { .. } => "secret_too_short",
            Self::SecretLooksLikeKey => "secret_looks_like_key",
            Self::NotAPublicKeyPem => "pem_malformed",
            Self::NotAPublicKeyDer => "der_malformed",
            Self::Unsupported => "key_unsupported",
        }
    }
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnObject => "a key is a JSON object",
            Self::UnknownType => "`kty` must be `RSA`, `EC`, `OKP` or `oct`",
            Self::UnknownCurve => "`crv` must be `P-256`, `P-384` or `Ed25519`, as `kty` allows",
            Self::AlgorithmMismatch => "`alg` must be a supported signature algorithm that fits the key",
            Self::NotForSignatures => "`use` must be `sig` or absent",
            Self::NotForVerification => {
                "`key_ops` must be a list of different strings with `verify` among them, or absent"
            }
            Self::BadKeyId => "`kid` must be a string of at most 1024 bytes",
            Self::Malformed => {
                "the members of the key must be canonical base64url of the length that its type demands"
            }
            Self::Private => {
                "the key holds private members: give the public part only, and replace the key if it \
                 was published"
            }
            Self::RsaModulus => "the RSA modulus must be odd and have 2048 to 8192 bits",
            Self::RsaExponent => "the RSA exponent must be odd, at least 3 and at most 2^33 - 1",
            Self::NotOnCurve => "the coordinates are no point of the curve",
            Self::SmallOrder => "the point has small order: anyone can sign for it",
            Self::SecretAmongPublic => {
                "a secret stands in a set with public keys: whoever may read the set could sign"
            }
            Self::SecretEmpty => "the secret is empty: anyone can sign with it",
            Self::SecretTooShort { bytes, least } => {
                return write!(
                    f,
                    "the secret has {bytes} bytes: HMAC needs at least {least}, make one with a \
                     generator of random bytes, or allow it by name (`from_short_secret`)"
                );
            }
            Self::SecretLooksLikeKey => {
                "the secret looks like a key, a certificate or a JWK: give it to the constructor of its \
                 kind, a public key must never serve as an HMAC secret"
            }
            Self::NotAPublicKeyPem => {
                "expected one PEM block `PUBLIC KEY` or `RSA PUBLIC KEY`: extract the public key, for \
                 example with `openssl pkey -pubout` or `openssl x509 -pubkey -noout`"
            }
            Self::NotAPublicKeyDer => {
                "expected the DER of a public key (SubjectPublicKeyInfo, RFC 5280, or PKCS#1, RFC 8017) \
                 of RSA, P-256, P-384 or Ed25519"
            }
            Self::Unsupported => "the backend implements no algorithm that fits the key",
        })
    }
}

impl ConfigError {
    /// A stable snake_case name of the mistake.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownAlgorithm => "algorithm_unknown",
            Self::Policy { .. } => "policy_invalid",
            Self::Json { .. } => "json_invalid",
            Self::Value { what, .. } => match what.as_bytes() {
                b"policy" => "policy_invalid",
                b"replica" => "replica_bounds",
                b"key" | b"key set" => "key_malformed",
                _ => "rule_invalid",
            },
            Self::Key(fault) => fault.code(),
            Self::NoUsableKey { .. } => "no_usable_key",
            Self::Rule { .. } => "rule_invalid",
        }
    }

    /// The same without a place in JSON: for configuration that was never a text, such as keyword
    /// arguments.
    ///
    /// ```
    /// use lowwater::Policy;
    ///
    /// let mistake = Policy::from_json(r#"{"leway": 30}"#).unwrap_err();
    /// assert!(mistake.to_string().starts_with("the policy cannot be read at byte 10: the member"));
    /// let mistake = mistake.without_place();
    /// assert!(mistake.to_string().starts_with("the policy is refused: the member \"leway\" is unknown"));
    /// assert_eq!(mistake.code(), "policy_invalid");
    /// ```
    #[must_use]
    pub fn without_place(self) -> Self {
        match self {
            Self::Json { what, expected, .. } => Self::Value { what, expected },
            other => other,
        }
    }

    pub(crate) fn json(what: &'static str, malformed: Malformed) -> Self {
        Self::Json { what, position: malformed.position, expected: malformed.fault.into() }
    }

    pub(crate) fn expected(
        what: &'static str,
        position: usize,
        expected: impl Into<String>,
    ) -> Self {
        Self::Json { what, position, expected: expected.into().into_boxed_str() }
    }
}

impl From<KeyFault> for ConfigError {
    fn from(fault: KeyFault) -> Self {
        Self::Key(fault)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAlgorithm => f.write_str(
                "unknown algorithm: expected HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, \
                 PS512, ES256, ES384, EdDSA or Ed25519, in this spelling",
            ),
            Self::Policy { member, expected } => write!(f, "`{member}` must be {expected}"),
            Self::Json { what, position, expected } => {
                write!(f, "the {what} cannot be read at byte {position}: {expected}")
            }
            Self::Value { what, expected } => write!(f, "the {what} is refused: {expected}"),
            Self::Key(fault) => fault.fmt(f),
            Self::NoUsableKey { named, first } => {
                write!(f, "no key of the set can be used (it names {named})")?;
                match first {
                    Some(fault) => write!(f, "; the first: {fault}"),
                    None => Ok(()),
                }
            }
            Self::Rule { expected } => write!(f, "the rule is refused: {expected}"),
        }
    }
}

impl core::error::Error for ConfigError {}
