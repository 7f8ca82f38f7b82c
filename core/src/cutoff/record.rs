//! One rule as bytes: how the live set keeps it, and how a snapshot writes it.
//!
//! ```text
//! 8 bytes  sequence: the change of this set with which the rule came (in memory only)
//! 1 byte   bits 0-1 kind: 0 issued_before, 1 authenticated_before, 2 revoked, 3 suspended
//!          bit 2: `at` is a whole second; `until` is never; on. Bits 3-7: what follows the target
//! 7 bytes  `at` or `until` in milliseconds since 1970 (never: 0), or `version`; least byte first
//! varint   length of the target's values, then these (see `key`)
//! bit 3    varint: `skew_guard` in milliseconds, not 0
//! bit 4    varint: `raw_at` in milliseconds
//! bit 5    length, then excepted sessions and token ids: a count each, then texts in order
//! bit 6, 7 `id`, `reason`: texts
//! ```
//! A rule has one form, so equal rules have equal bytes, in one order. A text is a varint and so many
//! bytes of UTF-8. One allocation a rule, whatever it says.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::dimension::Shape;
use super::encoding::{Bytes, number, put_bytes, put_text, put_varint};
use super::rule::{Cutoff, Except, Kind, Rule, Until};
use super::target::Target;
use crate::time::UnixTime;

const SECOND: u8 = 1 << 2;
const GUARD: u8 = 1 << 3;
const RAW_AT: u8 = 1 << 4;
const EXCEPT: u8 = 1 << 5;
const ID: u8 = 1 << 6;
const REASON: u8 = 1 << 7;

const ISSUED: u8 = 0;
const AUTHENTICATED: u8 = 1;
const REVOKED: u8 = 2;
const SUSPENDED: u8 = 3;

/// A rule of a known shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record(Box<[u8]>);

/// What a rule says, as far as decisions ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    Issued { low: i64, high: i64 },
    Authenticated { low: i64, high: i64 },
    Revoked(Until),
    Suspended { version: u64, on: bool },
}

/// The parts of a rule, in place.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'r> {
    flags: u8,
    number: u64,
    pub(super) key: &'r [u8],
    guard: u64,
    raw_at: Option<u64>,
    /// As it was written; empty: no exceptions.
    pub(super) except: ExceptBytes<'r>,
    pub(super) id: Option<&'r [u8]>,
    reason: Option<&'r [u8]>,
}

/// Excepted ids as they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ExceptBytes<'r>(pub(super) &'r [u8]);

fn millis(time: i64) -> u64 {
    time.unsigned_abs()
}

fn time(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}

fn write_cutoff(cutoff: &Cutoff, flags: &mut u8, tail: &mut Vec<u8>) -> u64 {
    if cutoff.resolution != 0 {
        *flags |= SECOND;
    }
    if cutoff.skew_guard != 0 {
        *flags |= GUARD;
        put_varint(tail, millis(cutoff.skew_guard));
    }
    if let Some(raw_at) = cutoff.raw_at {
        *flags |= RAW_AT;
        put_varint(tail, millis(raw_at));
    }
    if !cutoff.except.is_empty() {
        *flags |= EXCEPT;
        let mut except = Vec::new();
        for ids in [&cutoff.except.sessions, &cutoff.except.token_ids] {
            put_varint(&mut except, number(ids.len()));
            ids.iter().for_each(|id| put_text(&mut except, id));
        }
        put_bytes(tail, &except);
    }
    millis(cutoff.at)
}

impl Record {
    /// A rule that was checked: its times lie in the years 1970 to 9999, its version below 2^53.
    pub(super) fn new(rule: &Rule, sequence: u64) -> Self {
        let mut tail = Vec::new();
        let mut flags = match rule.kind {
            Kind::IssuedBefore(_) => ISSUED,
            Kind::AuthenticatedBefore(_) => AUTHENTICATED,
            Kind::Revoked { .. } => REVOKED,
            Kind::Suspended { .. } => SUSPENDED,
        };
        let number = match &rule.kind {
            Kind::IssuedBefore(cutoff) | Kind::AuthenticatedBefore(cutoff) => {
                write_cutoff(cutoff, &mut flags, &mut tail)
            }
            Kind::Revoked { until: Until::Time(time) } => millis(time.as_millis()),
            Kind::Revoked { until: Until::Never } => {
                flags |= SECOND;
                0
            }
            Kind::Suspended { on, version } => {
                flags |= if *on { SECOND } else { 0 };
                *version
            }
        };
        for (flag, text) in [(ID, &rule.id), (REASON, &rule.reason)] {
            if let Some(text) = text {
                flags |= flag;
                put_text(&mut tail, text);
            }
        }
        let key = rule.target.key();
        let mut bytes = Vec::with_capacity(tail.len().saturating_add(key.len()).saturating_add(19));
        bytes.extend_from_slice(&sequence.to_le_bytes());
        bytes.push(flags);
        bytes.extend(number.to_le_bytes().into_iter().take(7));
        put_bytes(&mut bytes, &key);
        bytes.extend_from_slice(&tail);
        Self(bytes.into_boxed_slice())
    }

    pub(super) fn touch(&self) -> usize {
        self.0.first().copied().map_or(0, usize::from)
    }

    /// The change with which the rule came.
    pub(super) fn sequence(&self) -> u64 {
        Bytes(&self.0).u64().unwrap_or(u64::MAX)
    }

    /// The same rule, come with another change.
    pub(super) fn at_sequence(&self, sequence: u64) -> Self {
        let mut bytes = self.0.clone();
        bytes.iter_mut().zip(sequence.to_le_bytes()).for_each(|(slot, byte)| *slot = byte);
        Self(bytes)
    }

    /// The rule itself: what a snapshot holds.
    pub(super) fn content(&self) -> &[u8] {
        self.0.get(8..).unwrap_or_default()
    }

    pub(super) fn key(&self) -> &[u8] {
        let mut bytes = Bytes(self.0.get(16..).unwrap_or_default());
        bytes.bytes().unwrap_or_default()
    }

    pub(super) fn view(&self) -> View<'_> {
        // What was written here reads back. If that were not so, the rule would refuse all it names.
        View::read(self.content()).unwrap_or_else(|| View {
            flags: REVOKED | SECOND,
            number: 0,
            key: self.key(),
            guard: 0,
            raw_at: None,
            except: ExceptBytes(&[]),
            id: None,
            reason: None,
        })
    }
}

impl<'r> View<'r> {
    pub(super) fn read(content: &'r [u8]) -> Option<Self> {
        let mut bytes = Bytes(content);
        let flags = bytes.byte()?;
        let mut number = [0; 8];
        number.iter_mut().zip(bytes.take(7)?).for_each(|(slot, byte)| *slot = *byte);
        let key = bytes.bytes()?;
        let has = |flag: u8| flags & flag != 0;
        let guard = if has(GUARD) { bytes.varint()? } else { 0 };
        let raw_at = if has(RAW_AT) { Some(bytes.varint()?) } else { None };
        let except = ExceptBytes(if has(EXCEPT) { bytes.bytes()? } else { &[] });
        let id = if has(ID) { Some(bytes.bytes()?) } else { None };
        let reason = if has(REASON) { Some(bytes.bytes()?) } else { None };
        let number = u64::from_le_bytes(number);
        let view = Self { flags, number, key, guard, raw_at, except, id, reason };
        bytes.is_empty().then_some(view)
    }

    const fn kind(&self) -> u8 {
        self.flags & 3
    }

    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn bounds(&self) -> (i64, i64) {
        let low = time(self.number).saturating_add(time(self.guard));
        (low, if self.has(SECOND) { low.saturating_add(1000) } else { low })
    }

    pub(super) fn says(&self) -> Says {
        let (low, high) = self.bounds();
        match self.kind() {
            ISSUED => Says::Issued { low, high },
            AUTHENTICATED => Says::Authenticated { low, high },
            SUSPENDED => Says::Suspended { version: self.number, on: self.has(SECOND) },
            _ if self.has(SECOND) => Says::Revoked(Until::Never),
            _ => Says::Revoked(Until::Time(UnixTime::from_millis(time(self.number)))),
        }
    }

    /// Rules of one target that may make each other superfluous: the same kind, exceptions and id.
    pub(super) fn group(&self, other: &View<'_>) -> Ordering {
        let own = (self.kind(), self.except, self.id);
        own.cmp(&(other.kind(), other.except, other.id))
    }

    /// Does this rule, of the same group, refuse all that the other refuses?
    pub(super) fn outweighs(&self, other: &View<'_>) -> bool {
        let (low, high) = self.bounds();
        let (other_low, other_high) = other.bounds();
        match self.kind() {
            ISSUED | AUTHENTICATED => low >= other_low && high >= other_high,
            REVOKED if self.has(SECOND) || other.has(SECOND) => self.has(SECOND),
            REVOKED => self.number >= other.number,
            _ => (self.number, self.has(SECOND)) >= (other.number, other.has(SECOND)),
        }
    }

    /// The rule; of bytes that were not made here, perhaps none.
    pub(super) fn rule(&self, shape: &Shape) -> Option<Rule> {
        let text = |bytes: &[u8]| core::str::from_utf8(bytes).ok().map(Box::<str>::from);
        let cutoff = || {
            Some(Cutoff {
                at: i64::try_from(self.number).ok()?,
                resolution: if self.has(SECOND) { 1000 } else { 0 },
                skew_guard: i64::try_from(self.guard).ok()?,
                except: self.except.read()?,
                raw_at: self.raw_at.map(i64::try_from).transpose().ok()?,
            })
        };
        let kind = match self.kind() {
            ISSUED => Kind::IssuedBefore(cutoff()?),
            AUTHENTICATED => Kind::AuthenticatedBefore(cutoff()?),
            SUSPENDED => Kind::Suspended { on: self.has(SECOND), version: self.number },
            _ => match self.says() {
                Says::Revoked(until) => Kind::Revoked { until },
                _ => return None,
            },
        };
        let mut rule = Rule::new(Target::of_key(shape, self.key)?, kind);
        if let Some(id) = self.id {
            rule.id = Some(text(id)?);
        }
        if let Some(reason) = self.reason {
            rule.reason = Some(text(reason)?);
        }
        Some(rule)
    }
}

impl ExceptBytes<'_> {
    /// Is a token of these ids left alone?
    pub(super) fn contains(self, session: Option<&str>, token_id: Option<&str>) -> bool {
        let mut bytes = Bytes(self.0);
        [session, token_id].into_iter().any(|own| {
            let count = bytes.varint().unwrap_or(0);
            // Where none is found all were read, and what follows begins at its place.
            (0..count)
                .map_while(|_| bytes.bytes())
                .any(|id| own.is_some_and(|own| own.as_bytes() == id))
        })
    }

    /// Are all of these among the other's?
    pub(super) fn is_within(self, other: Self) -> bool {
        match (self.read(), other.read()) {
            (Some(own), Some(other)) => {
                own.sessions.is_subset(&other.sessions) && own.token_ids.is_subset(&other.token_ids)
            }
            _ => false,
        }
    }

    fn read(self) -> Option<Except> {
        if self.0.is_empty() {
            return Some(Except::default());
        }
        let mut bytes = Bytes(self.0);
        let mut ids = || {
            let count = bytes.varint()?;
            (0..count).map(|_| bytes.text().map(Box::from)).collect::<Option<BTreeSet<Box<str>>>>()
        };
        let except = Except { sessions: ids()?, token_ids: ids()? };
        bytes.is_empty().then_some(except)
    }
}
