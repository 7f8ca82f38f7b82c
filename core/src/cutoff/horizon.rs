//! What was forgotten, and why that is sound.
//!
//! Any acceptable token has `exp + leeway > now` and `exp - iat <= max_lifetime`, so its `iat` lies above
//! `floor = now - leeway - max_lifetime`. A cutoff that reaches no higher refuses nothing any more and
//! may be dropped. The floor is kept, and what lies below it is refused from then on, so that pruning
//! and validation cannot disagree: not when the clock goes back, and not when a validator allows longer
//! lives than the one that pruned.

use core::fmt;
use core::time::Duration;

use crate::policy::{MAX_LEEWAY, Retention};
use crate::time::{Seconds, UnixTime, within_range};

/// A clock that stands more than this after every time seen before is taken for wrong: pruning by it
/// would lift the floor above every token that is good.
const LONGEST_PAUSE: i64 = 366 * 86_400_000;

/// What a prune left behind. None of it goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(unnameable_types, reason = "part of the sealed trait of rule sets")]
pub struct Horizon {
    /// Cutoffs that reach no higher were dropped: an `iat` below is refused.
    pub(super) floor: Option<i64>,
    /// The same for login cutoffs and `auth_time`.
    pub(super) login_floor: Option<i64>,
    /// The shortest leeway by which was pruned.
    pub(super) leeway: Option<i64>,
    /// When was pruned: what had expired by then stays expired.
    pub(super) pruned_at: Option<i64>,
    /// The newest time that apply, loaded or prune were given.
    pub(super) seen: Option<i64>,
}

impl fmt::Display for Horizon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.floor, self.login_floor) {
            (None, _) => f.write_str("nothing was forgotten"),
            (Some(floor), None) => write!(f, "iat at least {}", Seconds(floor)),
            (Some(floor), Some(login)) => {
                write!(f, "iat at least {}, auth_time at least {}", Seconds(floor), Seconds(login))
            }
        }
    }
}

impl Horizon {
    pub(super) fn see(&mut self, now: UnixTime) {
        self.seen = self.seen.max(Some(within_range(now)));
    }

    /// What was forgotten, without what was seen: what replicas have to hear of.
    pub(super) fn forgot(&self) -> Self {
        Self { seen: None, ..*self }
    }

    /// What two states forgot together.
    pub(super) fn join(self, other: Self) -> Self {
        Self {
            floor: self.floor.max(other.floor),
            login_floor: self.login_floor.max(other.login_floor),
            leeway: self.leeway.into_iter().chain(other.leeway).min(),
            pruned_at: self.pruned_at.max(other.pruned_at),
            seen: self.seen.max(other.seen),
        }
    }

    /// Is this a time to prune by?
    pub(super) fn check(&self, now: UnixTime) -> Result<(), PruneError> {
        match self.seen {
            Some(seen) if now.as_millis().saturating_sub(seen) > LONGEST_PAUSE => {
                Err(PruneError::ClockJump { now, seen: UnixTime::from_millis(seen) })
            }
            _ => Ok(()),
        }
    }

    /// What says nothing beside the floors: no state holds it, whichever way it came. Tombstones by the
    /// longest leeway that a validator can have.
    pub(super) fn forgettable(&self) -> Option<Forgettable> {
        let (floor, pruned_at) = (self.floor?, self.pruned_at?);
        let expired = pruned_at.saturating_sub(MAX_LEEWAY);
        Some(Forgettable { floor, login_floor: self.login_floor, expired })
    }

    /// Raises the floors; tells what may be dropped, or nothing, where lifetimes are unbounded.
    pub(super) fn raise(&mut self, now: UnixTime, retention: Retention) -> Option<Forgettable> {
        let Retention { max_lifetime, leeway, max_session } = retention;
        let lifetime = max_lifetime?;
        // No token and no rule has a time before 1970, so a floor there refuses and forgets as much.
        let now = within_range(now);
        let expired = now.saturating_sub(leeway);
        self.floor = self.floor.max(Some(expired.saturating_sub(lifetime).max(0)));
        let login_floor = max_session.map(|session| expired.saturating_sub(session).max(0));
        self.login_floor = self.login_floor.max(login_floor);
        self.leeway = Some(self.leeway.map_or(leeway, |own| own.min(leeway)));
        self.pruned_at = self.pruned_at.max(Some(now));
        let floor = self.floor.unwrap_or(i64::MIN);
        Some(Forgettable { floor, login_floor: self.login_floor, expired })
    }
}

/// What a prune may drop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forgettable {
    /// An `issued_before` that reaches no higher.
    pub(super) floor: i64,
    /// An `authenticated_before` that reaches no higher and names no client.
    pub(super) login_floor: Option<i64>,
    /// A tombstone until then or earlier.
    pub(super) expired: i64,
}

/// Rules were not pruned; all of them hold still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PruneError {
    /// The time lies more than 366 days after every time seen before: the clock is wrong, or nobody
    /// used these rules for a year. [`Cutoffs::prune_forced`](crate::Cutoffs::prune_forced) believes it.
    ClockJump {
        /// The time that was given.
        now: UnixTime,
        /// The newest time seen before.
        seen: UnixTime,
    },
}

impl PruneError {
    /// A stable snake_case name of the mistake.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ClockJump { .. } => "clock_jump",
        }
    }
}

impl fmt::Display for PruneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::ClockJump { now, seen } = self;
        let days = Duration::from_millis(LONGEST_PAUSE.unsigned_abs()).as_secs() / 86_400;
        write!(
            f,
            "not pruned: the time {now} lies {} s after {seen}, the newest seen before, which is more \
             than {days} days; check the clock, or force it",
            Seconds(now.since(*seen))
        )
    }
}

impl core::error::Error for PruneError {}
