//! What went wrong with a source.

use core::fmt;
use core::time::Duration;

use lowwater::JsonError;

/// Why a fetch brought nothing. No text of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceFault {
    /// No answer: no connection, or not in time.
    Unreachable,
    /// A status other than 200 (or 304, where that was asked for).
    Status(u16),
    /// A redirect to another host, another scheme or another port; without a place; or the fourth in a row.
    Redirect,
    /// More than the bound.
    TooLarge,
    /// An address that is not `https`, has no host, or names a user.
    Address,
    /// Not the strict JSON object that was expected.
    Json(JsonError),
    /// The metadata has no `issuer` or no `jwks_uri`, or they are no strings.
    Metadata,
    /// The metadata is another issuer's (OpenID Connect Discovery 1.0 section 4.3).
    Issuer,
    /// No key set.
    Keys,
    /// A key set in which no key can be used: what was held is withdrawn.
    NoUsableKey,
    /// No answer to a poll for security events (RFC 8936 section 2.5).
    Sets,
}

impl SourceFault {
    /// A stable snake_case name.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Status(_) => "status",
            Self::Redirect => "redirect",
            Self::TooLarge => "too_large",
            Self::Address => "address",
            Self::Json(_) => "json",
            Self::Metadata => "metadata",
            Self::Issuer => "issuer",
            Self::Keys => "keys",
            Self::NoUsableKey => "no_usable_key",
            Self::Sets => "sets",
        }
    }
}

impl fmt::Display for SourceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("no answer: no connection, or not in time"),
            Self::Status(status) => write!(f, "the answer has status {status}, 200 was expected"),
            Self::Redirect => f.write_str(
                "a redirect to another host, or one too many: configure the address that it leads to",
            ),
            Self::TooLarge => f.write_str("the answer is larger than the bound"),
            Self::Address => f.write_str(
                "expected an address of https with a host and without a user (http of this machine \
                 wants `allow_loopback_http`)",
            ),
            Self::Json(fault) => write!(f, "the answer is no strict JSON object: {fault}"),
            Self::Metadata => f.write_str("the metadata has no text `issuer` and `jwks_uri`"),
            Self::Issuer => f.write_str("the metadata names another issuer than the one asked for"),
            Self::Keys => f.write_str("the answer is no JWK Set"),
            Self::NoUsableKey => f.write_str("no key of the set can be used"),
            Self::Sets => f.write_str("the answer has no object `sets`, or an odd `moreAvailable`"),
        }
    }
}

impl core::error::Error for SourceFault {}

/// No keys to decide by: never fetched, or too long ago. Answer with
/// [`Validator::keys_unavailable`](lowwater::Validator::keys_unavailable), 503.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeysUnavailable {
    /// When the next fetch is due.
    pub retry_after: Duration,
    /// What went wrong last.
    pub fault: Option<SourceFault>,
}

impl fmt::Display for KeysUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            None => f.write_str("the issuer's keys were not fetched yet"),
            Some(fault) => write!(f, "the issuer's keys cannot be had: {fault}"),
        }
    }
}

impl core::error::Error for KeysUnavailable {}
