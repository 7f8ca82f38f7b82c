//! One list while it is kept: what is held of it, when it is due, who asked.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;

use lowwater::{StatusAnswer, UnixTime};

use super::builder::{LEAST_FRESH, MOST_FRESH, Settings};
use super::token::{ListFault, ListToken};
use crate::address::Address;
use crate::clock::{READ_EARLIER, span};

/// The first wait after a fetch that failed while there is no list; it doubles up to the cool-down.
pub(super) const FIRST_RETRY: Duration = Duration::from_secs(1);
const AT_ONCE: UnixTime = UnixTime::from_millis(i64::MIN);
/// A clock that stands further back than this behind the fetch says nothing about the age of a list.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) address: Address,
    held: Option<Arc<Held>>,
    /// What was asked for, under which number.
    pub(super) asked: Option<(u64, Step)>,
    /// Where a redirect leads.
    pub(super) next: Option<Step>,
    pub(super) due: UnixTime,
    began: Option<UnixTime>,
    failures: u32,
    pub(super) fault: Option<ListFault>,
    /// When a token last named it, in seconds since 1970. Readers tell it while they ask, so copies share it.
    named_at: Arc<AtomicU32>,
}

#[derive(Debug)]
struct Held {
    token: ListToken,
    fetched_at: UnixTime,
    /// Until when it counts while another could be had.
    fresh_until: UnixTime,
    /// And while none can.
    usable_until: UnixTime,
}

/// One fetch, which has to be over at an instant with its redirects.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) address: Address,
    pub(super) redirects: u8,
    pub(super) until: UnixTime,
}

impl Kept {
    /// A list that a token named now: due at once.
    pub(super) fn new(address: Address, now: UnixTime) -> Self {
        let named_at = Arc::new(AtomicU32::new(stamp(now)));
        let (asked, next, began, fault) = (None, None, None, None);
        // At once, also for who looked at the clock a little earlier.
        Self { address, held: None, asked, next, due: AT_ONCE, began, failures: 0, fault, named_at }
    }

    /// What it says of an entry.
    pub(super) fn answer(&self, index: u64, settings: &Settings, now: UnixTime) -> StatusAnswer {
        self.named(now);
        let later = StatusAnswer::Unavailable { retry_after: span(now, self.due).max(FIRST_RETRY) };
        let Some(held) = self.held.as_ref().filter(|held| self.counts(held, now)) else {
            return later;
        };
        match held.token.list.get(index) {
            Some(value) => StatusAnswer::Value(value),
            // The issuer may have made it longer since.
            None if now >= held.fetched_at.after(settings.cool_down) => later,
            None => StatusAnswer::OutOfRange,
        }
    }

    /// Is it fresh, or the best that can be had?
    fn counts(&self, held: &Held, now: UnixTime) -> bool {
        held.is_usable(now) && (now < held.fresh_until || self.fault.is_some())
    }

    /// A token could not be decided: another list is needed than the one that is held, if it is not from just now.
    pub(super) fn wanted(&mut self, settings: &Settings, now: UnixTime) {
        self.named(now);
        let is_old = |held: &Arc<Held>| now >= held.fetched_at.after(settings.cool_down);
        if self.fault.is_none() && self.held.as_ref().is_some_and(is_old) {
            self.due = AT_ONCE;
        }
    }

    /// A token named it. Written once a second: many processors read what is written.
    pub(super) fn named(&self, now: UnixTime) {
        let now = stamp(now);
        if self.named_at.load(Ordering::Relaxed) != now {
            self.named_at.store(now, Ordering::Relaxed);
        }
    }

    /// For how long no token has named it.
    pub(super) fn idle(&self, now: UnixTime) -> Duration {
        let seconds = stamp(now).saturating_sub(self.named_at.load(Ordering::Relaxed));
        Duration::from_secs(seconds.into())
    }

    /// Is it being fetched, or would be, and the last fetch did not fail?
    pub(super) fn is_awaited(&self, now: UnixTime) -> bool {
        self.fault.is_none() && (self.is_in_flight() || now >= self.due)
    }

    /// Until when the fetch that goes on may take.
    pub(super) fn fetching_until(&self) -> Option<UnixTime> {
        let step = self.asked.as_ref().map(|(_, step)| step).or(self.next.as_ref());
        step.map(|step| step.until)
    }

    pub(super) const fn is_in_flight(&self) -> bool {
        self.asked.is_some() || self.next.is_some()
    }

    /// When something is to be done.
    pub(super) fn wakes(&self) -> UnixTime {
        match (&self.next, &self.asked) {
            (Some(_), _) => AT_ONCE,
            (None, Some((_, step))) => step.until,
            (None, None) => self.due,
        }
    }

    /// Ends what takes too long, and mends what a clock that went back has put off.
    pub(super) fn settle(&mut self, settings: &Settings, now: UnixTime) {
        let latest = now.after(settings.timeout).after(READ_EARLIER);
        let over = |step: &Step| now >= step.until || step.until > latest;
        if self.asked.as_ref().map(|(_, step)| step).or(self.next.as_ref()).is_some_and(over) {
            (self.asked, self.next) = (None, None);
            self.fail(crate::SourceFault::Unreachable.into(), settings, now);
        }
        if self.began.is_some_and(|began| began > now.after(READ_EARLIER)) {
            (self.began, self.due) = (Some(now), now);
        }
        let stamp = stamp(now);
        if self.named_at.load(Ordering::Relaxed) > stamp {
            self.named_at.store(stamp, Ordering::Relaxed);
        }
    }

    /// The next fetch.
    pub(super) fn begin(&mut self, settings: &Settings, now: UnixTime) -> Step {
        self.next.take().unwrap_or_else(|| {
            self.began = Some(now);
            Step { address: self.address.clone(), redirects: 0, until: now.after(settings.timeout) }
        })
    }

    /// Takes in a list that was fetched then.
    pub(super) fn take(
        &mut self,
        token: ListToken,
        settings: &Settings,
        fetched_at: UnixTime,
    ) -> Result<(), ListFault> {
        if self.held.as_ref().is_some_and(|held| token.issued_at < held.token.issued_at) {
            return Err(ListFault::Older);
        }
        let fresh_for = token.ttl.unwrap_or(settings.fresh_for).clamp(LEAST_FRESH, MOST_FRESH);
        let mut fresh_until = fetched_at.after(fresh_for);
        let mut usable_until = fresh_until.after(settings.stale_for);
        if let Some(exp) = token.expires_at {
            (fresh_until, usable_until) = (fresh_until.min(exp), usable_until.min(exp));
        }
        // Ahead of its end, so that nobody waits for it, and one failure or two are made up for.
        let ahead = span(fetched_at, fresh_until).saturating_mul(4).checked_div(5);
        let due = fetched_at.after(ahead.unwrap_or_default().max(settings.cool_down));
        self.held = Some(Arc::new(Held { token, fetched_at, fresh_until, usable_until }));
        (self.failures, self.fault, self.due) = (0, None, due);
        Ok(())
    }

    pub(super) fn fail(&mut self, fault: ListFault, settings: &Settings, now: UnixTime) {
        let doubled =
            FIRST_RETRY.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX));
        let usable = self.held.as_ref().is_some_and(|held| held.is_usable(now));
        let wait = if usable { settings.cool_down } else { doubled.min(settings.cool_down) };
        self.failures = self.failures.saturating_add(1).min(31);
        (self.fault, self.due) = (Some(fault), now.after(wait));
    }
}

impl Held {
    fn is_usable(&self, now: UnixTime) -> bool {
        now.after(CLOCKS_DIFFER) >= self.fetched_at && now < self.usable_until
    }
}

/// Whole seconds since 1970 as 32 bits have them: until the year 2106.
fn stamp(time: UnixTime) -> u32 {
    u32::try_from(time.as_secs().max(0)).unwrap_or(u32::MAX)
}
