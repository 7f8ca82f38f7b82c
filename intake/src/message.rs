//! What all signed messages beside access tokens have in common: who signed, for whom, when.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;
use core::time::Duration;

use lowwater::{Algorithm, At, Code, JsonError, KeySet, Rejection, Signed, UnixTime, Unverified};

use crate::members::{Members, Wrong};

/// Why a message is not what its protocol says. It holds no text of the message.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum MessageFault {
    /// Its shape, header, key or signature: as a token's. `key_not_found` may mean that the keys are old.
    Unproven(Rejection),
    /// Its signature is not that of the key that it names, which is there: newer keys change nothing.
    Forged(Box<Rejection>),
    /// Not one strict JSON object.
    Json(JsonError),
    /// `typ` says that it is another kind of message.
    TokenType,
    /// Not from the issuer that was configured, or signed by a key that is bound to another.
    Issuer,
    /// Not for this receiver.
    Audience,
    /// A member that has to be there is not.
    Missing(&'static str),
    /// A member is there that must not be.
    Forbidden(&'static str),
    /// A member has another value than its protocol gives it.
    Member {
        /// Its name.
        name: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// A member says something else than what was asked for.
    Mismatch(&'static str),
    /// `iat` lies in the future.
    IssuedInFuture,
    /// `iat` lies too far back.
    TooOld,
    /// `exp` has passed.
    Expired,
    /// The keys of the issuer were never fetched, or too long ago: ask again later, the message is not known to be bad.
    KeysUnavailable {
        /// When the next fetch is due.
        retry_after: Duration,
    },
}

impl MessageFault {
    /// May newer keys tell otherwise? Its key was not among those that were asked, or none of a set without names fits.
    #[must_use]
    pub fn may_lack_keys(&self) -> bool {
        let keys = [Code::KeyNotFound, Code::KeyMismatch, Code::SignatureInvalid];
        matches!(self, Self::Unproven(no) if keys.contains(&no.code()))
    }

    /// May it be taken later, as it is? Then after this time: keys may be there, or a clock that differs has caught up. To settle
    /// such a message for good would lose it.
    #[must_use]
    pub const fn for_later(&self) -> Option<Duration> {
        match self {
            Self::KeysUnavailable { retry_after } => Some(*retry_after),
            Self::IssuedInFuture => Some(Duration::from_secs(60)),
            _ => None,
        }
    }

    /// A stable snake_case name: where tokens have the same fault, theirs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unproven(rejection) => rejection.code().as_str(),
            Self::Forged(rejection) => rejection.code().as_str(),
            Self::Json(_) => "claims_malformed",
            Self::TokenType => "type_not_allowed",
            Self::Issuer => "issuer_not_allowed",
            Self::Audience => "audience_not_allowed",
            Self::Missing(_) => "claim_missing",
            Self::Forbidden(_) => "claim_forbidden",
            Self::Member { .. } => "claim_type",
            Self::Mismatch(_) => "claim_mismatch",
            Self::IssuedInFuture => "issued_in_future",
            Self::TooOld => "token_too_old",
            Self::Expired => "token_expired",
            Self::KeysUnavailable { .. } => "keys_unavailable",
        }
    }
}

impl fmt::Display for MessageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unproven(rejection) => rejection.fmt(f),
            Self::Forged(rejection) => rejection.fmt(f),
            Self::Json(fault) => write!(f, "the message is no strict JSON object: {fault}"),
            Self::TokenType => f.write_str("typ says that this is another kind of message"),
            Self::Issuer => f.write_str("the message is of another issuer"),
            Self::Audience => f.write_str("the message is for somebody else"),
            Self::Missing(name) => write!(f, "{name} is missing"),
            Self::Forbidden(name) => write!(f, "{name} must not be there"),
            Self::Member { name, expected } => write!(f, "{name} must be {expected}"),
            Self::Mismatch(name) => write!(f, "{name} is not what was asked for"),
            Self::IssuedInFuture => f.write_str("the message was issued in the future"),
            Self::TooOld => f.write_str("the message was issued too long ago"),
            Self::Expired => f.write_str("the message has expired"),
            Self::KeysUnavailable { .. } => f.write_str("the issuer's keys cannot be had"),
        }
    }
}

impl core::error::Error for MessageFault {}

impl From<Wrong> for MessageFault {
    fn from(Wrong { member, expected }: Wrong) -> Self {
        Self::Member { name: member, expected }
    }
}

impl From<JsonError> for MessageFault {
    fn from(fault: JsonError) -> Self {
        Self::Json(fault)
    }
}

/// Which `typ` a kind of message has.
#[derive(Clone, Copy)]
pub(crate) enum Typ {
    /// This one, said aloud.
    Said(&'static str),
    /// This one, `JWT`, or nothing: what issuers send that came before the rule.
    SaidOrPlain(&'static str),
}

/// Checks shape, header, signature and kind of a message.
pub(crate) fn prove(
    token: &str,
    keys: &KeySet,
    algorithms: &[Algorithm],
    typ: Typ,
) -> Result<Signed, MessageFault> {
    let proven = keys.verify(token, algorithms.iter().copied());
    of_kind(proven.map_err(|no| fault(token, keys, no)), typ)
}

/// The same for a message that may have more bytes than a token.
pub(crate) fn prove_up_to(
    message: &str,
    most_bytes: usize,
    keys: &KeySet,
    algorithms: &[Algorithm],
    typ: Typ,
) -> Result<Signed, MessageFault> {
    let proven = keys.verify_up_to(message, most_bytes, algorithms.iter().copied());
    of_kind(proven.map_err(|no| fault(message, keys, no)), typ)
}

/// Why nothing is proven: a signature that fails may want a key that is missing, but not where the key that is named is there.
fn fault(message: &str, keys: &KeySet, no: Rejection) -> MessageFault {
    let is_there = || {
        let said = Unverified::read(message).ok();
        let named = said.as_ref().and_then(|said| said.key_id());
        named.is_some_and(|id| keys.key_ids().any(|own| own == id))
    };
    if no.code() == Code::SignatureInvalid && is_there() {
        MessageFault::Forged(Box::new(no))
    } else {
        MessageFault::Unproven(no)
    }
}

fn of_kind(proven: Result<Signed, MessageFault>, typ: Typ) -> Result<Signed, MessageFault> {
    let signed = proven?;
    let fits = match typ {
        Typ::Said(own) => signed.has_type(own),
        Typ::SaidOrPlain(own) => {
            signed.token_type().is_none() || signed.has_type("JWT") || signed.has_type(own)
        }
    };
    if fits { Ok(signed) } else { Err(MessageFault::TokenType) }
}

/// `iss` is this issuer, and so is the key's, if it is bound to one: else an issuer could speak for another.
pub(crate) fn from_issuer(
    members: &Members<'_>,
    signed: &Signed,
    issuer: &str,
) -> Result<(), MessageFault> {
    let own = members.text("iss")?;
    let bound = signed.key_issuers().next().is_some();
    let by_key = !bound || signed.key_issuers().any(|one| one == issuer);
    if own.is_some_and(|own| own == issuer) && by_key { Ok(()) } else { Err(MessageFault::Issuer) }
}

/// `aud` names one of these.
pub(crate) fn for_audience(members: &Members<'_>, audience: &[String]) -> Result<(), MessageFault> {
    let named = members.texts("aud")?.unwrap_or_default();
    let ours = named.iter().any(|name| audience.iter().any(|own| *own == **name));
    if ours { Ok(()) } else { Err(MessageFault::Audience) }
}

/// When it was issued: not in the future, and, with `max_age`, not longer ago.
pub(crate) fn issued_at(
    members: &Members<'_>,
    max_age: Option<Duration>,
    leeway: Duration,
    now: UnixTime,
) -> Result<At, MessageFault> {
    let iat = members.time("iat")?.ok_or(MessageFault::Missing("iat"))?;
    let at = instant(iat);
    if at > now.after(leeway) {
        return Err(MessageFault::IssuedInFuture);
    }
    if max_age.is_some_and(|max_age| at.after(max_age).after(leeway) < now) {
        return Err(MessageFault::TooOld);
    }
    Ok(iat)
}

/// `exp` has not passed, if it is there; tells whether it is.
pub(crate) fn not_expired(
    members: &Members<'_>,
    leeway: Duration,
    now: UnixTime,
) -> Result<bool, MessageFault> {
    match members.time("exp")? {
        Some(exp) if now >= instant(exp).after(leeway) => Err(MessageFault::Expired),
        exp => Ok(exp.is_some()),
    }
}

/// A string that has to be there, and not empty.
pub(crate) fn needed(members: &Members<'_>, name: &'static str) -> Result<String, MessageFault> {
    let text = members.text(name)?.ok_or(MessageFault::Missing(name))?;
    let expected = "a string that is not empty";
    if text.is_empty() {
        Err(MessageFault::Member { name, expected })
    } else {
        Ok(text.into_owned())
    }
}

/// Is this the value of a `Content-Type`? Its parameters do not count, nor does case.
pub(crate) fn is_media_type(said: &str, media_type: &str) -> bool {
    said.split(';').next().is_some_and(|own| own.trim().eq_ignore_ascii_case(media_type))
}

/// A fault for whoever sent the message.
pub(crate) fn described(fault: &MessageFault) -> String {
    format!("{}: {fault}", fault.code())
}

/// The start of what a time may mean.
pub(crate) const fn instant(at: At) -> UnixTime {
    match at {
        At::Millis(millis) => UnixTime::from_millis(millis),
        At::Second(second) => UnixTime::from_secs(second),
    }
}

/// The end of what a time may mean.
pub(crate) const fn end(at: At) -> UnixTime {
    match at {
        At::Millis(millis) => UnixTime::from_millis(millis),
        At::Second(second) => {
            UnixTime::from_millis(second.saturating_mul(1000).saturating_add(999))
        }
    }
}
