//! The closed list of signature algorithms.

use core::fmt;
use core::str::FromStr;

use crate::error::ConfigError;

/// A signature algorithm of JWS (RFC 7518 section 3, RFC 9864).
///
/// The list is closed: `none` is not a value of this type, so no configuration can ask for it.
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
}

impl Algorithm {
    /// Every algorithm, in the order of the documentation.
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
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Self::EdDsa);
        }
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
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
        for algorithm in Algorithm::ALL.into_iter().filter(|one| self.contains(*one)) {
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
    }

    #[test]
    fn none_in_any_spelling_is_no_algorithm() {
        for name in ["none", "None", "NONE", "nOnE", "none ", "", "null", "HS256 ", "hs256"] {
            assert_eq!(Algorithm::from_name(name), None, "{name:?}");
        }
    }
}
