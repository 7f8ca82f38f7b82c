//! Why a token was refused: each fault with its code, its stage and its sentence.
//!
//! A reason carries numbers, algorithm names and limits, never text of the token: what was compared
//! stands in the explanation, for the operator.

use alloc::sync::Arc;
use core::fmt;

use crate::algorithm::{Algorithm, AlgorithmSet};
pub(crate) use crate::code::{Code, Stage};
use crate::time::{Seconds, UnixTime};

/// One fault, with the numbers that its sentence needs. Each stage makes its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    TokenMissing(&'static str),
    TooLarge { bytes: usize, limit: usize },
    Parts { found: usize },
    NotBase64url { part: &'static str },
    Encrypted,
    NotVisible,
    Inactive,
    IntrospectionUnavailable,
    HeaderJson { fault: &'static str },
    HeaderMember { member: &'static str, expected: &'static str },
    HeaderUnsupported { member: &'static str },
    AlgorithmUnknown,
    AlgorithmNotAllowed { algorithm: Algorithm, allowed: AlgorithmSet },
    KeyNotFound { algorithm: Algorithm, named: bool },
    KeyMismatch { algorithm: Algorithm },
    KeyAmbiguous { algorithm: Algorithm, limit: usize },
    KeysUnavailable,
    Signature { algorithm: Algorithm },
    ClaimsJson { fault: &'static str },
    ClaimType { claim: &'static str, expected: &'static str },
    TokenType { expected: &'static str },
    ResponseType { said: bool },
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
    RulesUnavailable(Unavailable),
    BelowFloor { iat: UnixTime, floor: UnixTime },
    ExpiredByPrune { expires_at: Option<UnixTime>, pruned_at: UnixTime },
    LoginBelowFloor { claim: &'static str, at: UnixTime, floor: UnixTime },
    Suspended,
    Status(StatusFault),
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

/// Why the rules cannot be asked. Ages in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unavailable {
    /// The caller says so.
    Asked,
    Blind,
    Expired {
        age: i64,
    },
    ClockBehind,
    /// The bytes that hold them were changed.
    Damaged,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Asked => f.write_str("the rules cannot be asked now"),
            Self::Blind => f.write_str("the rules were never loaded"),
            Self::Expired { age } => {
                write!(f, "the rules are {} s old, too old to decide by", Seconds(age))
            }
            Self::ClockBehind => f.write_str("the clock stands far behind the time of the rules"),
            Self::Damaged => f.write_str("rules that the token may meet are damaged"),
        }
    }
}

/// What speaks against a token whose status was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatusFault {
    /// The claim names no entry of a list.
    Malformed,
    /// The list has no such entry.
    OutOfRange,
    /// A value other than valid and suspended.
    Value(u8),
    Suspended,
    /// There is no list to decide by.
    Unavailable,
    /// The list is none of those that may be fetched.
    NotAllowed,
}

impl StatusFault {
    const fn code(self) -> Code {
        match self {
            Self::Malformed | Self::OutOfRange | Self::Value(_) => Code::StatusInvalid,
            Self::Suspended => Code::StatusSuspended,
            Self::Unavailable | Self::NotAllowed => Code::StatusUnavailable,
        }
    }
}

impl fmt::Display for StatusFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Malformed => f.write_str(
                "the token's `status` must name an entry of a status list, by `idx` and `uri`",
            ),
            Self::OutOfRange => {
                f.write_str("the token names an entry that its status list does not have")
            }
            Self::Value(1) => f.write_str("the status list says that the token is invalid"),
            Self::Value(value) => write!(
                f,
                "the status list gives the token the value {value}, which is not that of a valid one"
            ),
            Self::Suspended => f.write_str("the status list says that the token is suspended"),
            Self::Unavailable => {
                f.write_str("the token's status list is not there, or too old to decide by")
            }
            Self::NotAllowed => f.write_str(
                "the token's status list is none of those that may be asked for its issuer",
            ),
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
            Self::Parts { .. } | Self::NotBase64url { .. } | Self::NotVisible => {
                Code::TokenMalformed
            }
            Self::Encrypted => Code::TokenEncrypted,
            Self::Inactive => Code::TokenInactive,
            Self::IntrospectionUnavailable => Code::IntrospectionUnavailable,
            Self::HeaderJson { .. } | Self::HeaderMember { .. } => Code::HeaderMalformed,
            Self::HeaderUnsupported { .. } => Code::HeaderUnsupported,
            Self::AlgorithmUnknown => Code::AlgorithmUnknown,
            Self::AlgorithmNotAllowed { .. } => Code::AlgorithmNotAllowed,
            Self::KeyNotFound { .. } => Code::KeyNotFound,
            Self::KeyMismatch { .. } => Code::KeyMismatch,
            Self::KeyAmbiguous { .. } => Code::KeyAmbiguous,
            Self::KeysUnavailable => Code::KeysUnavailable,
            Self::Signature { .. } => Code::SignatureInvalid,
            Self::ClaimsJson { .. } => Code::ClaimsMalformed,
            Self::ClaimType { .. } => Code::ClaimType,
            Self::TokenType { .. } | Self::ResponseType { .. } => Code::TypeNotAllowed,
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
            Self::RevokedSession(_)
            | Self::SessionAge { .. }
            | Self::LoginBelowFloor { .. }
            | Self::NoAuthenticationTime => Code::SessionRevoked,
            Self::RulesUnavailable(_) => Code::RulesUnavailable,
            Self::BelowFloor { .. } | Self::ExpiredByPrune { .. } => Code::IssuedBeforeFloor,
            Self::Suspended => Code::Suspended,
            Self::Status(fault) => fault.code(),
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
            | Self::Encrypted
            | Self::NotVisible
            | Self::Inactive
            | Self::IntrospectionUnavailable => Stage::Shape,
            Self::HeaderJson { .. }
            | Self::HeaderMember { .. }
            | Self::HeaderUnsupported { .. }
            | Self::AlgorithmUnknown
            | Self::AlgorithmNotAllowed { .. } => Stage::Header,
            Self::KeyNotFound { .. }
            | Self::KeyMismatch { .. }
            | Self::KeyAmbiguous { .. }
            | Self::KeysUnavailable => Stage::Key,
            Self::Signature { .. } => Stage::Signature,
            Self::ClaimsJson { .. } | Self::ClaimType { .. } => Stage::Claims,
            Self::RevokedToken(_)
            | Self::RevokedSession(_)
            | Self::SessionAge { .. }
            | Self::NoAuthenticationTime
            | Self::NoIssuedAt
            | Self::RulesUnavailable(_)
            | Self::BelowFloor { .. }
            | Self::ExpiredByPrune { .. }
            | Self::LoginBelowFloor { .. }
            | Self::Suspended
            | Self::Status(_) => Stage::Cutoff,
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
            Self::NotVisible => f.write_str(
                "an opaque token is one visible ASCII character or more, and nothing else",
            ),
            Self::Inactive => {
                f.write_str("the authorization server says that the token is not active")
            }
            Self::IntrospectionUnavailable => {
                f.write_str("the authorization server cannot be asked about the token now")
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
            Self::KeysUnavailable => f.write_str("the issuer's keys cannot be had now"),
            Self::KeyAmbiguous { algorithm, limit } => {
                write!(f, "more than {limit} keys may be meant for {algorithm}")
            }
            Self::Signature { algorithm } => write!(f, "the {algorithm} signature does not verify"),
            Self::ClaimsJson { fault } => {
                write!(f, "the payload is not the JSON expected: {fault}")
            }
            Self::ClaimType { claim, expected } => write!(f, "`{claim}` must be {expected}"),
            Self::TokenType { expected } => write!(f, "the header's `typ` must be {expected}"),
            Self::ResponseType { said: true } => {
                f.write_str("the authorization server says that this is no access token")
            }
            Self::ResponseType { said: false } => f.write_str(
                "the authorization server does not say that this is an access token (`token_type`)",
            ),
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
            Self::RulesUnavailable(unavailable) => unavailable.fmt(f),
            Self::BelowFloor { iat, floor } => write!(
                f,
                "`iat` is {iat}, before {floor}: no token issued then can be valid, and rules about it \
                 are forgotten"
            ),
            Self::ExpiredByPrune { expires_at: Some(expires_at), pruned_at } => write!(
                f,
                "the token expired at {expires_at}, and rules about it were forgotten at {pruned_at}"
            ),
            Self::ExpiredByPrune { expires_at: None, pruned_at } => write!(
                f,
                "the token does not say when it expires, and rules about it may have been forgotten at \
                 {pruned_at}, which the clock has not left behind"
            ),
            Self::LoginBelowFloor { claim, at, floor } => write!(
                f,
                "`{claim}` is {at}, before {floor}: no session that began then can go on, and rules about \
                 it are forgotten"
            ),
            Self::Suspended => f.write_str("the account is suspended"),
            Self::Status(fault) => fault.fmt(f),
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
                "`{claim}` is {at}, which cannot be told from before the cutoff at {low}; a new one from \
                 {} on passes",
                high.round_up_to_second()
            ),
            Self::Id => f.write_str("a rule names it"),
        }
    }
}
