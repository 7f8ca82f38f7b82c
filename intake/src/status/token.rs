//! The signed message that a list comes in, and why one is not taken.

use core::fmt;
use core::time::Duration;

use lowwater::{KeySet, UnixTime};

use super::builder::Settings;
use super::list::StatusList;
use crate::fault::SourceFault;
use crate::members::Members;
use crate::message::{self, MessageFault, Typ};

/// A list, and for how long it holds.
#[derive(Clone, Debug)]
pub(super) struct ListToken {
    pub(super) list: StatusList,
    pub(super) issued_at: UnixTime,
    pub(super) expires_at: Option<UnixTime>,
    pub(super) ttl: Option<Duration>,
}

impl ListToken {
    /// Reads the token of the list at this address.
    pub(super) fn read(
        token: &str,
        uri: &str,
        keys: &KeySet,
        settings: &Settings,
        now: UnixTime,
    ) -> Result<Self, MessageFault> {
        let (most, typ) = (settings.max_bytes, Typ::Said("statuslist+jwt"));
        let signed = message::prove_up_to(token, most, keys, &settings.algorithms, typ)?;
        let claims = Members::read(signed.payload())?;
        let issuer = &*settings.list_issuer;
        // The draft asks for no `iss`: the key tells whose list it is.
        let mut bound = signed.key_issuers().peekable();
        let by_key = bound.peek().is_none() || bound.any(|one| one == issuer);
        if !by_key || claims.text("iss")?.is_some_and(|named| named != issuer) {
            return Err(MessageFault::Issuer);
        }
        if message::needed(&claims, "sub")? != uri {
            return Err(MessageFault::Mismatch("sub"));
        }
        let iat = message::issued_at(&claims, None, settings.leeway, now)?;
        // Not an instant longer: what the issuer said since is in no list that is over.
        message::not_expired(&claims, Duration::ZERO, now)?;
        let expires_at = claims.time("exp")?.map(message::instant);
        let ttl = match claims.time("ttl")?.map(message::instant) {
            Some(ttl) => Some(span_of(ttl).ok_or(MessageFault::Member {
                name: "ttl",
                expected: "a number of seconds above 0",
            })?),
            None => None,
        };
        let status_list =
            claims.object("status_list")?.ok_or(MessageFault::Missing("status_list"))?;
        let bits = status_list.raw("bits").ok_or(MessageFault::Missing("bits"))?;
        let bits = bits.parse().unwrap_or_default(); // 0 bits are as wrong as any other text
        let lst = status_list.text("lst")?.ok_or(MessageFault::Missing("lst"))?;
        let list = StatusList::decode(bits, &lst, settings.max_list_bytes)?;
        Ok(Self { list, issued_at: message::instant(iat), expires_at, ttl })
    }
}

/// A number of seconds was read as a time since 1970.
fn span_of(time: UnixTime) -> Option<Duration> {
    let millis = u64::try_from(time.as_millis()).ok().filter(|millis| *millis > 0)?;
    Some(Duration::from_millis(millis))
}

/// Why there is no list, or no newer one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ListFault {
    /// It could not be fetched, or not from there.
    Fetch(SourceFault),
    /// What came is not taken.
    Token(MessageFault),
    /// What came was issued before the list that is held.
    Older,
    /// So many lists are kept, and all are in use.
    Full,
}

impl ListFault {
    /// A stable snake_case name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Fetch(fault) => fault.code(),
            Self::Token(fault) => fault.code(),
            Self::Older => "older_list",
            Self::Full => "too_many_lists",
        }
    }

    /// May newer keys tell otherwise?
    pub(super) fn may_lack_keys(&self) -> bool {
        matches!(self, Self::Token(fault) if fault.may_lack_keys())
    }
}

impl fmt::Display for ListFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetch(fault) => fault.fmt(f),
            Self::Token(fault) => fault.fmt(f),
            Self::Older => f.write_str("the list was issued before the one that is held"),
            Self::Full => f.write_str("as many lists are in use as may be kept"),
        }
    }
}

impl core::error::Error for ListFault {}

impl From<SourceFault> for ListFault {
    fn from(fault: SourceFault) -> Self {
        Self::Fetch(fault)
    }
}

impl From<MessageFault> for ListFault {
    fn from(fault: MessageFault) -> Self {
        Self::Token(fault)
    }
}
