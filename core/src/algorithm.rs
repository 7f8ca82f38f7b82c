//! The closed list of signature algorithms.

use core::fmt;
use core::str::FromStr;

use crate::error::ConfigError;

/// A signature algorithm of JWS (RFC 7518 section 3, RFC 9864).
///
/// The list is closed: `none` is not a value of this type, so no configuration can ask for it. Twelve
/// are everyone's ([`ALL`](Self::ALL)): every backend has them, and a policy in JSON may name them. Two
/// more ([`OPTIONAL`](Self::OPTIONAL)) are asked for by value, of the backend and of the validator.
///
/// ```
/// use lowwater::Algorithm;
///
/// assert_eq!("RS256".parse(), Ok(Algorithm::Rs256));
/// assert_eq!("Ed25519".parse::<Algorithm>(), "EdDSA".parse()); // two spellings of one algorithm
/// assert!("none".parse::<Algorithm>().is_err());
/// assert!("rs256".parse::<Algorithm>().is_err()); // names are case-sensitive
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a new algorithm should break a caller's match")]
pub enum Algorithm {
    /// HMAC with SHA-256 (RFC 7518 section 3.2).
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3).
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256, a salt as long as the hash (RFC 7518 section 3.5).
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4).
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519 (RFC 8037); `alg` may say `EdDSA` or `Ed25519` (RFC 9864).
    EdDsa,
    /// ECDSA on P-521 with SHA-512 (RFC 7518 section 3.4); one of [`OPTIONAL`](Self::OPTIONAL).
    Es512,
    /// ECDSA on secp256k1 with SHA-256 (RFC 8812 section 3.2); one of [`OPTIONAL`](Self::OPTIONAL).
    Es256K,
}

/// What kind of key an algorithm needs. A key owns its family for life, which is what stops a
/// public RSA key from being used as an HMAC secret (CVE-2016-10555 and its many successors).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Secret,
    Rsa,
    P256,
    P384,
    Ed25519,
    P521,
    Secp256k1,
}

impl Algorithm {
    /// The algorithms of every backend, in the order of the documentation: those that have a name in
    /// a policy as JSON and for [`FromStr`].
    pub const ALL: [Self; 12] = [
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];

    /// What some libraries have beside them. A validator takes one if its allow-list holds the value and
    /// the backend of its keys offers it ([`Backend::optional`](crate::Backend::optional)). Where the
    /// list does not hold it its name is unknown, and where the backend does not offer it its keys are of
    /// an unknown curve. So exchanging the library does not widen what a deployment takes.
    ///
    /// ```
    /// use lowwater::Algorithm;
    ///
    /// assert_eq!(Algorithm::OPTIONAL.map(Algorithm::name), ["ES512", "ES256K"]);
    /// assert!("ES512".parse::<Algorithm>().is_err()); // by value alone
    /// ```
    pub const OPTIONAL: [Self; 2] = [Self::Es512, Self::Es256K];

    /// The name on the wire; `EdDSA` for both spellings of Ed25519.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
            Self::Es512 => "ES512",
            Self::Es256K => "ES256K",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Self::EdDsa);
        }
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The same, with those of [`OPTIONAL`](Self::OPTIONAL) that someone asked for by value.
    pub(crate) fn from_name_among(name: &str, asked_for: AlgorithmSet) -> Option<Self> {
        let is_named = |one: &Self| asked_for.contains(*one) && one.name() == name;
        Self::from_name(name).or_else(|| Self::OPTIONAL.into_iter().find(is_named))
    }

    pub(crate) const fn family(self) -> Family {
        match self {
            Self::Hs256 | Self::Hs384 | Self::Hs512 => Family::Secret,
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => {
                Family::Rsa
            }
            Self::Es256 => Family::P256,
            Self::Es384 => Family::P384,
            Self::EdDsa => Family::Ed25519,
            Self::Es512 => Family::P521,
            Self::Es256K => Family::Secp256k1,
        }
    }

    /// The least length of an HMAC secret in bytes: the output of the hash (RFC 7518 section 3.2).
    pub(crate) const fn least_secret(self) -> usize {
        match self {
            Self::Hs384 => 48,
            Self::Hs512 => 64,
            _ => 32,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = ConfigError;

    fn from_str(name: &str) -> Result<Self, ConfigError> {
        Self::from_name(name).ok_or(ConfigError::UnknownAlgorithm)
    }
}

/// A set of algorithms: the allow-list. One bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AlgorithmSet(u16);

impl AlgorithmSet {
    const fn bit(algorithm: Algorithm) -> u16 {
        match algorithm {
            Algorithm::Hs256 => 1,
            Algorithm::Hs384 => 1 << 1,
            Algorithm::Hs512 => 1 << 2,
            Algorithm::Rs256 => 1 << 3,
            Algorithm::Rs384 => 1 << 4,
            Algorithm::Rs512 => 1 << 5,
            Algorithm::Ps256 => 1 << 6,
            Algorithm::Ps384 => 1 << 7,
            Algorithm::Ps512 => 1 << 8,
            Algorithm::Es256 => 1 << 9,
            Algorithm::Es384 => 1 << 10,
            Algorithm::EdDsa => 1 << 11,
            Algorithm::Es512 => 1 << 12,
            Algorithm::Es256K => 1 << 13,
        }
    }

    pub(crate) const fn contains(self, algorithm: Algorithm) -> bool {
        self.0 & Self::bit(algorithm) != 0
    }

    pub(crate) const fn insert(&mut self, algorithm: Algorithm) {
        self.0 |= Self::bit(algorithm);
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, in the order of the documentation.
    pub(crate) fn iter(self) -> impl Iterator<Item = Algorithm> {
        let every = Algorithm::ALL.into_iter().chain(Algorithm::OPTIONAL);
        every.filter(move |one| self.contains(*one))
    }
}

impl FromIterator<Algorithm> for AlgorithmSet {
    fn from_iter<I: IntoIterator<Item = Algorithm>>(algorithms: I) -> Self {
        let mut set = Self::default();
        for algorithm in algorithms {
            set.insert(algorithm);
        }
        set
    }
}

/// The members, by name, separated by a comma: for messages.
impl fmt::Display for AlgorithmSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for algorithm in self.iter() {
            write!(f, "{separator}{algorithm}")?;
            separator = ", ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_algorithm_and_no_two_share_a_bit() {
        let mut seen = AlgorithmSet::default();
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
            assert!(!seen.contains(algorithm));
            seen.insert(algorithm);
        }
        for algorithm in Algorithm::OPTIONAL {
            assert!(!seen.contains(algorithm));
            seen.insert(algorithm);
        }
        assert_eq!(seen.iter().count(), 14);
    }

    #[test]
    fn a_name_that_is_optional_is_known_to_whoever_asked_for_it() {
        let both: AlgorithmSet = Algorithm::OPTIONAL.into_iter().collect();
        for algorithm in Algorithm::OPTIONAL {
            let (name, alone) = (algorithm.name(), [algorithm].into_iter().collect());
            assert_eq!(Algorithm::from_name(name), None);
            assert_eq!(Algorithm::from_name_among(name, both), Some(algorithm));
            assert_eq!(Algorithm::from_name_among(name, alone), Some(algorithm));
            assert_eq!(Algorithm::from_name_among(name, AlgorithmSet::default()), None);
        }
        let other = [Algorithm::Es512].into_iter().collect();
        assert_eq!(Algorithm::from_name_among("ES256K", other), None);
        assert_eq!(Algorithm::from_name_among("RS256", other), Some(Algorithm::Rs256));
    }

    #[test]
    fn none_in_any_spelling_is_no_algorithm() {
        for name in ["none", "None", "NONE", "nOnE", "none ", "", "null", "HS256 ", "hs256"] {
            assert_eq!(Algorithm::from_name(name), None, "{name:?}");
        }
    }
}
