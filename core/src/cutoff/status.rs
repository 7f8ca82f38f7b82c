//! What a status list says of a token: asked for every token, every time, where lists were handed in.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use core::time::Duration;

use crate::claims::ClaimSet;
use crate::json::{self, Decimal, Kind, Member};
use crate::observer::shown;
use crate::reason::{Reason, StatusFault};
use crate::rejection::Rejection;
use crate::status::{StatusAnswer, StatusEntry, StatusSource, WantedList};
use crate::time::UnixTime;

/// The name of the claim.
pub(crate) const STATUS: &str = "status";

const VALID: u8 = 0;
const SUSPENDED: u8 = 2;

/// A list that is not configured comes when somebody has mended that, not in seconds.
const NOT_ALLOWED_AGAIN: Duration = Duration::from_secs(60);

/// What came of the question.
pub(super) enum Asked<'c> {
    /// Nobody keeps lists: nothing was read.
    NoSource,
    /// The token has no `status`.
    NoClaim,
    /// It has one of which nothing can be learned.
    Malformed,
    /// What was asked, and the answer.
    Entry { issuer: Option<&'c str>, uri: Cow<'c, str>, index: u64, answer: StatusAnswer },
}

/// Reads the claim and asks; without a source not even that.
#[inline]
pub(super) fn ask<'c>(
    claims: &'c ClaimSet,
    source: Option<&dyn StatusSource>,
    now: UnixTime,
) -> Asked<'c> {
    source.map_or(Asked::NoSource, |source| asked_of(claims, source, now))
}

fn asked_of<'c>(claims: &'c ClaimSet, source: &dyn StatusSource, now: UnixTime) -> Asked<'c> {
    let Some(claim) = claims.raw(STATUS) else { return Asked::NoClaim };
    let Some((uri, index)) = entry_of(claim) else { return Asked::Malformed };
    let issuer = claims.issuer();
    let answer = source.status(&StatusEntry::new(issuer, &uri, index), now);
    Asked::Entry { issuer, uri, index, answer }
}

/// `{"status_list":{"idx":..,"uri":".."}}`, perhaps with more. Other mechanisms alone are none that could be asked.
fn entry_of(claim: &str) -> Option<(Cow<'_, str>, u64)> {
    let members = json::members(claim).ok()?;
    let list = of_kind(&members, claim, "status_list", Kind::Object)?.raw_value(claim);
    let members = json::members(list).ok()?;
    let index = of_kind(&members, list, "idx", Kind::Number)?;
    let index = u64::try_from(Decimal::parse(index.raw_value(list)).integer()?).ok()?;
    Some((of_kind(&members, list, "uri", Kind::String)?.letters(list), index))
}

fn of_kind<'m>(members: &'m [Member], text: &str, name: &str, kind: Kind) -> Option<&'m Member> {
    members.iter().find(|member| member.is_named(text, name) && member.kind == kind)
}

impl Asked<'_> {
    /// May the token pass?
    #[inline]
    pub(super) fn verdict(&self) -> Result<(), Rejection> {
        match self {
            Self::NoSource
            | Self::NoClaim
            | Self::Entry { answer: StatusAnswer::Value(VALID), .. } => Ok(()),
            _ => Err(self.refused()),
        }
    }

    /// What an explanation shows.
    pub(super) fn describe(&self, claims: &ClaimSet) -> String {
        let (uri, index, answer) = match self {
            Self::NoSource if claims.raw(STATUS).is_some() => {
                return "not asked: no status lists were given".into();
            }
            Self::NoSource | Self::NoClaim => return "no status".into(),
            Self::Malformed => return "a status that names no entry of a list".into(),
            Self::Entry { uri, index, answer, .. } => (uri, index, *answer),
        };
        let says = match answer {
            StatusAnswer::Value(value) => format!("value {value}"),
            StatusAnswer::OutOfRange => "no such entry".into(),
            StatusAnswer::Unavailable { .. } => "no list to decide by".into(),
            StatusAnswer::NotAllowed => "no list that may be fetched for this token".into(),
        };
        format!("{}, idx {index}: {says}", shown("uri", Some(uri)))
    }

    #[cold]
    fn refused(&self) -> Rejection {
        let Self::Entry { issuer, uri, index, answer } = self else {
            return invalid(StatusFault::Malformed);
        };
        let plain = |fault| Rejection::new(Reason::Status(fault));
        match *answer {
            StatusAnswer::Value(SUSPENDED) => plain(StatusFault::Suspended),
            StatusAnswer::Value(value) => invalid(StatusFault::Value(value)),
            StatusAnswer::OutOfRange => invalid(StatusFault::OutOfRange),
            StatusAnswer::NotAllowed => {
                plain(StatusFault::NotAllowed).retry_after_span(NOT_ALLOWED_AGAIN)
            }
            StatusAnswer::Unavailable { retry_after } => plain(StatusFault::Unavailable)
                .retry_after_span(retry_after)
                .with_wanted_list(WantedList::of(&StatusEntry::new(*issuer, uri, *index))),
        }
    }
}

/// Logging in again gives another token; how old that login may be nobody knows, as for a tombstone, which has no time.
fn invalid(fault: StatusFault) -> Rejection {
    Rejection::new(Reason::Status(fault)).login_within(0)
}
