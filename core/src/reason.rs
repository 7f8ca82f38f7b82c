//! Why a token was refused: stages, codes and the sentences that go with them.
//!
//! A reason carries numbers, algorithm names and limits, never text of the token: what was compared
//! stands in the explanation, for the operator.

use alloc::sync::Arc;
use core::fmt;

use crate::algorithm::{Algorithm, AlgorithmSet};
use crate::time::{Seconds, UnixTime};

/// How far a token came.
///
/// ```
/// use lowwater::{Stage, Unverified};
///
/// let rejection = Unverified::read("no token").unwrap_err();
/// assert_eq!(rejection.stage(), Stage::Shape);
/// assert!(Stage::Shape < Stage::Signature, "in the order in which they are asked");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a new stage should break a caller's match")]
pub enum Stage {
    /// Size, three parts, canonical base64url.
    Shape,
    /// The protected header.
    Header,
    /// The choice of a key.
    Key,
    /// The signature.
    Signature,
    /// The payload as JSON and the types of its registered claims.
    Claims,
    /// What this API asks of a token.
    Policy,
    /// What has been revoked or suspended.
    Cutoff,
    /// What the bearer may do: asked after acceptance.
    Permission,
}

impl Stage {
    /// The name in lower case, equal in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shape => "shape",
            Self::Header => "header",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Policy => "policy",
            Self::Cutoff => "cutoff",
            Self::Permission => "permission",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What was wrong, as a stable snake_case word that is equal in every language.
        ///
        /// ```
        /// use lowwater::Code;
        ///
        /// assert_eq!(Code::TokenExpired.as_str(), "token_expired");
        /// assert_eq!(Code::TokenExpired, "token_expired");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)+
        }

        impl Code {
            /// Every code, in the order of the stages.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

codes! {
    /// No token at all (stage shape).
    TokenMissing = "token_missing",
    /// More bytes than allowed.
    TokenTooLarge = "token_too_large",
    /// Not three parts of canonical base64url.
    TokenMalformed = "token_malformed",
    /// Five parts: an encrypted token.
    TokenEncrypted = "token_encrypted",
    /// Introspection says that the token is not active.
    TokenInactive = "token_inactive",
    /// The header is no JSON object of the right types (stage header).
    HeaderMalformed = "header_malformed",
    /// The header asks for what is not supported: `crit`, `b64`, `zip`, `enc`.
    HeaderUnsupported = "header_unsupported",
    /// `alg` is not in the closed list.
    AlgorithmUnknown = "algorithm_unknown",
    /// `alg` is not in the allow-list of this API.
    AlgorithmNotAllowed = "algorithm_not_allowed",
    /// No key for this token (stage key).
    KeyNotFound = "key_not_found",
    /// The keys that the token may mean do not fit its algorithm.
    KeyMismatch = "key_mismatch",
    /// More than four keys may be meant.
    KeyAmbiguous = "key_ambiguous",
    /// The signature is not that of the key.
    SignatureInvalid = "signature_invalid",
    /// The payload is no JSON object (stage claims).
    ClaimsMalformed = "claims_malformed",
    /// A registered claim has the wrong type.
    ClaimType = "claim_type",
    /// `typ` says that this is no access token (stage policy).
    TypeNotAllowed = "type_not_allowed",
    /// `iss` is missing or not one of the configured, or the key belongs to another.
    IssuerNotAllowed = "issuer_not_allowed",
    /// `aud` is missing or names none of the configured.
    AudienceNotAllowed = "audience_not_allowed",
    /// `exp` has passed.
    TokenExpired = "token_expired",
    /// `nbf` has not come.
    TokenNotYetValid = "token_not_yet_valid",
    /// `iat` or `auth_time` lies in the future.
    IssuedInFuture = "issued_in_future",
    /// `exp - iat` is more than the policy allows.
    LifetimeTooLong = "lifetime_too_long",
    /// `iat` is longer ago than the policy allows.
    TokenTooOld = "token_too_old",
    /// A claim that is needed is missing.
    ClaimMissing = "claim_missing",
    /// A claim has another value than the policy demands.
    ClaimMismatch = "claim_mismatch",
    /// The rules are not there or too old to decide by (stage cutoff, 503).
    RulesUnavailable = "rules_unavailable",
    /// Issued before anything that could still be valid.
    IssuedBeforeFloor = "issued_before_floor",
    /// The session is over: log in again.
    SessionRevoked = "session_revoked",
    /// The token is revoked.
    TokenRevoked = "token_revoked",
    /// The account is suspended (403).
    Suspended = "suspended",
    /// The status list is not there or too old to decide by (503).
    StatusUnavailable = "status_unavailable",
    /// The status list says that the token is revoked.
    StatusInvalid = "status_invalid",
    /// The status list says that the token is suspended (403).
    StatusSuspended = "status_suspended",
    /// A scope that is needed is missing (stage permission, 403).
    ScopeMissing = "scope_missing",
    /// A permission that is needed is missing.
    PermissionMissing = "permission_missing",
    /// The resource belongs to someone else.
    SubjectNotAllowed = "subject_not_allowed",
    /// The connection proved another key than the token is bound to (401).
    ConfirmationMismatch = "confirmation_mismatch",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<str> for Code {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

/// One fault, with the numbers that its sentence needs. Each stage makes its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    TokenMissing(&'static str),
    TooLarge { bytes: usize, limit: usize },
    Parts { found: usize },
    NotBase64url { part: &'static str },
    Encrypted,
    HeaderJson { fault: &'static str },
    HeaderMember { member: &'static str, expected: &'static str },
    HeaderUnsupported { member: &'static str },
    AlgorithmUnknown,
    AlgorithmNotAllowed { algorithm: Algorithm, allowed: AlgorithmSet },
    KeyNotFound { algorithm: Algorithm, named: bool },
    KeyMismatch { algorithm: Algorithm },
    KeyAmbiguous { algorithm: Algorithm, limit: usize },
    Signature { algorithm: Algorithm },
    ClaimsJson { fault: &'static str },
    ClaimType { claim: &'static str, expected: &'static str },
    TokenType { expected: &'static str },
    Issuer(&'static str),
    Audience(&'static str),
    Expired { expires_at: UnixTime, leeway: i64, now: UnixTime },
    NotYetValid { not_before: UnixTime, leeway: i64, now: UnixTime },
    InFuture { claim: &'static str, at: UnixTime, leeway: i64, now: UnixTime },
    LifetimeTooLong { lifetime: i64, limit: i64 },
    TooOld { age: i64, limit: i64, leeway: i64 },
    Missing { claim: Name },
    Mismatch { claim: Name },
    RevokedToken(Revoked),
    RevokedSession(Revoked),
    SessionAge { since: UnixTime, limit: i64, leeway: i64 },
    NoAuthenticationTime,
    NoIssuedAt,
    RulesUnavailable,
    Suspended,
    Scope { any: bool },
    Permission { any: bool },
    Subject,
    Confirmation { bound: bool },
}

/// The name of a claim: one that this crate knows, or one that the policy names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Registered(&'static str),
    Configured(Arc<str>),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registered(name) => f.write_str(name),
            Self::Configured(name) => f.write_str(name),
        }
    }
}

/// What a rule compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Revoked {
    /// The claim (`iat`, `auth_time`) at `at` lies before the cutoff, or in the same instant as far as
    /// anyone can tell.
    Before { claim: &'static str, at: UnixTime, low: UnixTime, high: UnixTime, same_second: bool },
    /// One id is refused.
    Id,
}

impl Reason {
    pub(crate) const fn code(&self) -> Code {
        match self {
            Self::TokenMissing(_) => Code::TokenMissing,
            Self::TooLarge { .. } => Code::TokenTooLarge,
            Self::Parts { .. } | Self::NotBase64url { .. } => Code::TokenMalformed,
            Self::Encrypted => Code::TokenEncrypted,
            Self::HeaderJson { .. } | Self::HeaderMember { .. } => Code::HeaderMalformed,
            Self::HeaderUnsupported { .. } => Code::HeaderUnsupported,
            Self::AlgorithmUnknown => Code::AlgorithmUnknown,
            Self::AlgorithmNotAllowed { .. } => Code::AlgorithmNotAllowed,
            Self::KeyNotFound { .. } => Code::KeyNotFound,
            Self::KeyMismatch { .. } => Code::KeyMismatch,
            Self::KeyAmbiguous { .. } => Code::KeyAmbiguous,
            Self::Signature { .. } => Code::SignatureInvalid,
            Self::ClaimsJson { .. } => Code::ClaimsMalformed,
            Self::ClaimType { .. } => Code::ClaimType,
            Self::TokenType { .. } => Code::TypeNotAllowed,
            Self::Issuer(_) => Code::IssuerNotAllowed,
            Self::Audience(_) => Code::AudienceNotAllowed,
            Self::Expired { .. } => Code::TokenExpired,
            Self::NotYetValid { .. } => Code::TokenNotYetValid,
            Self::InFuture { .. } => Code::IssuedInFuture,
            Self::LifetimeTooLong { .. } => Code::LifetimeTooLong,
            Self::TooOld { .. } => Code::TokenTooOld,
            Self::Missing { .. } | Self::NoIssuedAt => Code::ClaimMissing,
            Self::Mismatch { .. } => Code::ClaimMismatch,
            Self::RevokedToken(_) => Code::TokenRevoked,
            Self::RevokedSession(_) | Self::SessionAge { .. } | Self::NoAuthenticationTime => {
                Code::SessionRevoked
            }
            Self::RulesUnavailable => Code::RulesUnavailable,
            Self::Suspended => Code::Suspended,
            Self::Scope { .. } => Code::ScopeMissing,
            Self::Permission { .. } => Code::PermissionMissing,
            Self::Subject => Code::SubjectNotAllowed,
            Self::Confirmation { .. } => Code::ConfirmationMismatch,
        }
    }

    pub(crate) const fn stage(&self) -> Stage {
        match self {
            Self::TokenMissing(_)
            | Self::TooLarge { .. }
            | Self::Parts { .. }
            | Self::NotBase64url { .. }
            | Self::Encrypted => Stage::Shape,
            Self::HeaderJson { .. }
            | Self::HeaderMember { .. }
            | Self::HeaderUnsupported { .. }
            | Self::AlgorithmUnknown
            | Self::AlgorithmNotAllowed { .. } => Stage::Header,
            Self::KeyNotFound { .. } | Self::KeyMismatch { .. } | Self::KeyAmbiguous { .. } => {
                Stage::Key
            }
            Self::Signature { .. } => Stage::Signature,
            Self::ClaimsJson { .. } | Self::ClaimType { .. } => Stage::Claims,
            Self::RevokedToken(_)
            | Self::RevokedSession(_)
            | Self::SessionAge { .. }
            | Self::NoAuthenticationTime
            | Self::NoIssuedAt
            | Self::RulesUnavailable
            | Self::Suspended => Stage::Cutoff,
            Self::Scope { .. }
            | Self::Permission { .. }
            | Self::Subject
            | Self::Confirmation { .. } => Stage::Permission,
            _ => Stage::Policy,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TokenMissing(what) => f.write_str(what),
            Self::TooLarge { bytes, limit } => {
                write!(f, "the token has {bytes} bytes, more than the {limit} allowed")
            }
            Self::Parts { found } => {
                write!(f, "a compact JWS has 3 parts separated by dots, this token has {found}")
            }
            Self::NotBase64url { part } => {
                write!(f, "the {part} is not canonical base64url without padding")
            }
            Self::Encrypted => {
                f.write_str("the token has 5 parts: it is encrypted (JWE), which is not supported")
            }
            Self::HeaderJson { fault } => write!(f, "the header is not the JSON expected: {fault}"),
            Self::HeaderMember { member, expected } => {
                write!(f, "the header's `{member}` must be {expected}")
            }
            Self::HeaderUnsupported { member } => {
                write!(f, "the header's `{member}` asks for what is not supported")
            }
            Self::AlgorithmUnknown => f.write_str("the header's `alg` is no known algorithm"),
            Self::AlgorithmNotAllowed { algorithm, allowed } => {
                write!(f, "the algorithm {algorithm} is not allowed here, only {allowed}")
            }
            Self::KeyNotFound { algorithm, named: true } => {
                write!(f, "no key has the `kid` that the token names (for {algorithm})")
            }
            Self::KeyNotFound { algorithm, named: false } => {
                write!(f, "no key fits {algorithm}, and the token names no `kid`")
            }
            Self::KeyMismatch { algorithm } => {
                write!(f, "the keys that the token may mean are not for {algorithm}")
            }
            Self::KeyAmbiguous { algorithm, limit } => {
                write!(f, "more than {limit} keys may be meant for {algorithm}")
            }
            Self::Signature { algorithm } => write!(f, "the {algorithm} signature does not verify"),
            Self::ClaimsJson { fault } => {
                write!(f, "the payload is not the JSON expected: {fault}")
            }
            Self::ClaimType { claim, expected } => write!(f, "`{claim}` must be {expected}"),
            Self::TokenType { expected } => write!(f, "the header's `typ` must be {expected}"),
            Self::Issuer(what) | Self::Audience(what) => f.write_str(what),
            Self::Expired { expires_at, leeway, now } => write!(
                f,
                "the token expired at {expires_at} (leeway {} s), it is now {now}",
                Seconds(leeway)
            ),
            Self::NotYetValid { not_before, leeway, now } => write!(
                f,
                "the token is valid from {not_before} (leeway {} s), it is now {now}",
                Seconds(leeway)
            ),
            Self::InFuture { claim, at, leeway, now } => write!(
                f,
                "`{claim}` is {at}, later than now {now} and leeway {} s",
                Seconds(leeway)
            ),
            Self::LifetimeTooLong { lifetime, limit } => write!(
                f,
                "the token lives {} s, longer than the {} s allowed",
                Seconds(lifetime),
                Seconds(limit)
            ),
            Self::TooOld { age, limit, leeway } => write!(
                f,
                "the token was issued {} s ago, more than the {} s allowed (leeway {} s)",
                Seconds(age),
                Seconds(limit),
                Seconds(leeway)
            ),
            Self::Missing { ref claim } => write!(f, "the claim `{claim}` is missing"),
            Self::Mismatch { ref claim } => {
                write!(f, "the claim `{claim}` has another value than the policy demands")
            }
            Self::RevokedToken(revoked) => write!(f, "the token is revoked: {revoked}"),
            Self::RevokedSession(revoked) => write!(f, "the session is revoked: {revoked}"),
            Self::SessionAge { since, limit, leeway } => write!(
                f,
                "the session began at {since} and may last {} s (leeway {} s)",
                Seconds(limit),
                Seconds(leeway)
            ),
            Self::NoAuthenticationTime => f.write_str(
                "the token does not say when its user logged in (`auth_time`), which a rule needs",
            ),
            Self::NoIssuedAt => {
                f.write_str("the token does not say when it was issued (`iat`), which a rule needs")
            }
            Self::RulesUnavailable => f.write_str("the rules cannot be asked now"),
            Self::Suspended => f.write_str("the account is suspended"),
            Self::Scope { any: false } => f.write_str("a scope that is needed is missing"),
            Self::Scope { any: true } => f.write_str("none of the scopes that would do is there"),
            Self::Permission { any: false } => {
                f.write_str("a permission that is needed is missing")
            }
            Self::Permission { any: true } => {
                f.write_str("none of the permissions that would do is there")
            }
            Self::Subject => f.write_str("the resource belongs to someone else"),
            Self::Confirmation { bound: true } => {
                f.write_str("the connection proved another key than the token is bound to")
            }
            Self::Confirmation { bound: false } => {
                f.write_str("the token is not bound to a key, and one is required")
            }
        }
    }
}

impl fmt::Display for Revoked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Before { claim, at, low, same_second: false, .. } => {
                write!(f, "`{claim}` is {at}, before the cutoff at {low}")
            }
            Self::Before { claim, at, low, high, same_second: true } => write!(
                f,
                "`{claim}` is {at}, which cannot be told from before the cutoff at {low}; from {high} on \
                 tokens pass"
            ),
            Self::Id => f.write_str("a rule names it"),
        }
    }
}
