//! What an index says of one target, in few bits: one plain rule stands in the entry itself, anything else
//! behind an offset.

use alloc::vec::Vec;

use super::encoding::{Bytes, number, put_bytes, put_varint};
use super::held::Held;
use super::record::{ExceptBytes, Says};
use super::rule::Until;
use super::summary::{Bounds, Found, Merged, Names, Summary, TokenIds, Told, for_token};
use crate::time::UnixTime;

/// Three bits that tell what the others say.
const ISSUED: u8 = 0;
const ISSUED_SECOND: u8 = 1;
const AUTHENTICATED: u8 = 2;
const AUTHENTICATED_SECOND: u8 = 3;
const REVOKED: u8 = 4;
const REVOKED_FOR_EVER: u8 = 5;
const SUSPENDED: u8 = 6;
const ELSEWHERE: u8 = 7;
pub(super) const TAG_BITS: u32 = 3;

/// One target's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Entry {
    /// One plain rule: its tag, and milliseconds where it has a time.
    Plain { tag: u8, time: i64 },
    /// Several, or one with exceptions or a time that does not fit: at this offset.
    Elsewhere { offset: u64 },
}

impl Entry {
    /// The rules of a target as an entry, if one plain rule that refuses anything is all.
    pub(super) fn of(held: &Held) -> Option<Self> {
        let [record] = held.records() else { return None };
        let view = record.view();
        if !view.except.0.is_empty() {
            return None;
        }
        let cutoff = |low: i64, high: i64, tag: u8| {
            let tag = if high == low { tag } else { tag.saturating_add(1) };
            Self::Plain { tag, time: low }
        };
        Some(match view.says() {
            Says::Issued { low, high } => cutoff(low, high, ISSUED),
            Says::Authenticated { low, high } => cutoff(low, high, AUTHENTICATED),
            Says::Revoked(Until::Time(until)) => {
                Self::Plain { tag: REVOKED, time: until.as_millis() }
            }
            Says::Revoked(Until::Never) => Self::Plain { tag: REVOKED_FOR_EVER, time: 0 },
            Says::Suspended { on: true, .. } => Self::Plain { tag: SUSPENDED, time: 0 },
            Says::Suspended { on: false, .. } => return None,
        })
    }

    /// What a plain rule says, as several are summed up.
    pub(super) fn summary(self) -> Summary {
        let mut summary = Summary::default();
        if let Self::Plain { tag, time } = self {
            let plain = |tag: u8| {
                let high = if tag & 1 == 0 { time } else { time.saturating_add(1000) };
                Merged::of_plain(Bounds { low: time, high })
            };
            match tag {
                ISSUED | ISSUED_SECOND => summary.issued = plain(tag),
                AUTHENTICATED | AUTHENTICATED_SECOND => summary.authenticated = plain(tag),
                REVOKED => summary.revoked = Some(Until::Time(UnixTime::from_millis(time))),
                REVOKED_FOR_EVER => summary.revoked = Some(Until::Never),
                _ => summary.suspended = Some((0, true)),
            }
        }
        summary
    }

    /// The time that the entry has to hold.
    pub(super) const fn time(self) -> Option<i64> {
        match self {
            Self::Plain { tag: REVOKED_FOR_EVER | SUSPENDED, .. } | Self::Elsewhere { .. } => None,
            Self::Plain { time, .. } => Some(time),
        }
    }

    /// In `bits` bits, times counted from `base`; `None`: it does not fit.
    pub(super) fn pack(self, base: i64, bits: u32) -> Option<u64> {
        let (tag, value) = match self {
            Self::Elsewhere { offset } => (ELSEWHERE, offset),
            Self::Plain { tag, .. } if self.time().is_none() => (tag, 0),
            Self::Plain { tag, time } => (tag, u64::try_from(time.checked_sub(base)?).ok()?),
        };
        let room = bits.checked_sub(TAG_BITS)?;
        (value.checked_shr(room).unwrap_or(0) == 0).then_some(value << TAG_BITS | u64::from(tag))
    }

    pub(super) fn unpack(packed: u64, base: i64) -> Self {
        let [low, ..] = packed.to_le_bytes();
        let (tag, value) = (low & 7, packed >> TAG_BITS);
        match tag {
            ELSEWHERE => Self::Elsewhere { offset: value },
            _ => {
                let time = base.saturating_add(i64::try_from(value).unwrap_or(i64::MAX));
                Self::Plain { tag, time }
            }
        }
    }
}

/// What a plain rule says.
pub(super) fn found(tag: u8, time: i64, names: Names) -> Found {
    let later = time.saturating_add(1000);
    let names_client = names.client;
    match tag {
        ISSUED => Found::IssuedBefore { low: time, high: time },
        ISSUED_SECOND => Found::IssuedBefore { low: time, high: later },
        AUTHENTICATED => Found::AuthenticatedBefore { low: time, high: time, names_client },
        AUTHENTICATED_SECOND => Found::AuthenticatedBefore { low: time, high: later, names_client },
        REVOKED => {
            let until = Until::Time(UnixTime::from_millis(time));
            Found::Revoked { until, session: names.session }
        }
        REVOKED_FOR_EVER => Found::Revoked { until: Until::Never, session: names.session },
        _ => Found::Suspended,
    }
}

/// What several rules say, where an entry has no room: a byte of flags, then in this order as flagged.
/// Bit 0 plain `issued_before` and bit 1 plain `authenticated_before` (two times each), bit 2 `revoked`
/// (a time), bit 3 for ever, bit 4 suspended; then for both kinds of cutoff a count of those with
/// exceptions, each two times and the excepted ids.
pub(super) fn write(summary: &Summary, bytes: &mut Vec<u8>) {
    let Summary { issued, authenticated, revoked, suspended } = summary;
    let flag = |bit: u32, set: bool| u8::from(set) << bit;
    let time = |bytes: &mut Vec<u8>, time: i64| bytes.extend_from_slice(&time.to_le_bytes());
    let bounds = |bytes: &mut Vec<u8>, bounds: Bounds| {
        time(bytes, bounds.low);
        time(bytes, bounds.high);
    };
    bytes.push(
        flag(0, issued.plain.is_some())
            | flag(1, authenticated.plain.is_some())
            | flag(2, matches!(revoked, Some(Until::Time(_))))
            | flag(3, *revoked == Some(Until::Never))
            | flag(4, matches!(suspended, Some((_, true)))),
    );
    issued.plain.into_iter().for_each(|plain| bounds(bytes, plain));
    authenticated.plain.into_iter().for_each(|plain| bounds(bytes, plain));
    if let Some(Until::Time(until)) = revoked {
        time(bytes, until.as_millis());
    }
    for merged in [issued, authenticated] {
        let excepting = merged.excepting();
        put_varint(bytes, number(excepting.len()));
        for (own, except) in excepting {
            bounds(bytes, own);
            put_bytes(bytes, except.0);
        }
    }
}

fn read_bounds(bytes: &mut Bytes<'_>) -> Option<Bounds> {
    Some(Bounds { low: bytes.i64()?, high: bytes.i64()? })
}

/// Those with exceptions, in place; and what follows them.
fn read_excepting<'b>(
    bytes: &mut Bytes<'b>,
) -> Option<impl Iterator<Item = (Bounds, ExceptBytes<'b>)> + use<'b>> {
    let count = bytes.varint()?;
    let mut own = *bytes;
    for _ in 0..count {
        read_bounds(bytes)?;
        bytes.bytes()?;
    }
    let next = move |_| Some((read_bounds(&mut own)?, ExceptBytes(own.bytes()?)));
    Some((0..count).map_while(next))
}

/// Reads what [`write()`] wrote; `None`: it did not.
pub(super) fn read(
    content: &[u8],
    ids: TokenIds<'_>,
    names: Names,
    visit: &mut dyn FnMut(Found),
) -> Option<()> {
    let mut bytes = Bytes(content);
    let flags = bytes.byte()?;
    let has = |bit: u32| flags >> bit & 1 != 0;
    let issued = if has(0) { Some(read_bounds(&mut bytes)?) } else { None };
    let authenticated = if has(1) { Some(read_bounds(&mut bytes)?) } else { None };
    let until = if has(2) { Some(bytes.i64()?) } else { None };
    let issued = for_token(issued, read_excepting(&mut bytes)?, ids);
    let authenticated = for_token(authenticated, read_excepting(&mut bytes)?, ids);
    let until = until.map(|until| Until::Time(UnixTime::from_millis(until)));
    let revoked = if has(3) { Some(Until::Never) } else { until };
    Told { issued, authenticated, revoked, suspended: has(4) }.tell(names, visit);
    bytes.is_empty().then_some(())
}
