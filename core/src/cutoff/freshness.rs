//! How old the rules are: part of the answer, because a rule that has not arrived cannot refuse.

use core::fmt;
use core::time::Duration;

use crate::error::ConfigError;
use crate::policy::span;
use crate::time::UnixTime;

/// How far a clock may stand behind the load and still say something about its age.
const CLOCKS_DIFFER: i64 = 60_000;

/// How old the rules were when a token was decided.
///
/// Blind and Expired refuse with `rules_unavailable` (503): the token is not known to be bad. Stale
/// passes, and [`Accepted::freshness`](crate::Accepted::freshness) says so.
///
/// ```
/// use core::time::Duration;
/// use lowwater::{Cutoffs, Freshness, UnixTime};
///
/// let mut rules = Cutoffs::replica(Duration::from_secs(30), Duration::from_secs(300))?;
/// let start = UnixTime::from_secs(1_700_000_000);
/// assert_eq!(rules.freshness(start), Freshness::Blind);
/// rules.loaded(start, start);
/// assert_eq!(rules.freshness(start), Freshness::Fresh);
/// let late = start.after(Duration::from_secs(40));
/// assert_eq!(rules.freshness(late), Freshness::Stale(Duration::from_secs(40)));
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new state should break a caller's match")]
pub enum Freshness {
    /// As new as they need be; always so where this process is the authority.
    Fresh,
    /// Older than the first bound: so old.
    Stale(Duration),
    /// Never loaded.
    Blind,
    /// Older than the second bound: so old. Zero, where the clock stands so far behind the load that it
    /// says nothing.
    Expired(Duration),
}

impl Freshness {
    /// The word, equal in every language: `fresh`, `stale`, `blind`, `expired`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale(_) => "stale",
            Self::Blind => "blind",
            Self::Expired(_) => "expired",
        }
    }
}

impl fmt::Display for Freshness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where the rules come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// This process is the authority.
    Local,
    /// Another is.
    Replica(Replica),
}

/// A copy of rules that another process makes. Times in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replica {
    stale_after: i64,
    expired_after: i64,
    /// When the authority made what was loaded last.
    as_of: Option<i64>,
}

impl Source {
    pub(super) fn replica(
        stale_after: Duration,
        expired_after: Duration,
    ) -> Result<Self, ConfigError> {
        match (span(stale_after), span(expired_after)) {
            (Some(stale_after), Some(expired_after)) if stale_after <= expired_after => {
                Ok(Self::Replica(Replica { stale_after, expired_after, as_of: None }))
            }
            _ => Err(ConfigError::Rule {
                expected: "a replica has two bounds in whole milliseconds, the first not above the second",
            }),
        }
    }

    /// A state that the authority made at `as_of` was loaded. An older one does not make it younger.
    pub(super) fn loaded(&mut self, as_of: UnixTime) {
        if let Self::Replica(replica) = self {
            replica.as_of = replica.as_of.max(Some(as_of.as_millis()));
        }
    }

    pub(super) fn as_of(&self) -> Option<UnixTime> {
        match self {
            Self::Local => None,
            Self::Replica(replica) => replica.as_of.map(UnixTime::from_millis),
        }
    }

    /// The same with a second bound of at most `bound`.
    pub(super) fn within(self, bound: Duration) -> Self {
        let bound = i64::try_from(bound.as_millis()).unwrap_or(i64::MAX);
        match self {
            Self::Local => Self::Local,
            Self::Replica(replica) => Self::Replica(Replica {
                expired_after: replica.expired_after.min(bound),
                ..replica
            }),
        }
    }

    pub(super) fn freshness(&self, now: UnixTime) -> Freshness {
        let Self::Replica(Replica { stale_after, expired_after, as_of }) = *self else {
            return Freshness::Fresh;
        };
        let Some(as_of) = as_of else { return Freshness::Blind };
        let age = now.as_millis().saturating_sub(as_of);
        if age < CLOCKS_DIFFER.saturating_neg() {
            return Freshness::Expired(Duration::ZERO);
        }
        let (age, span) = (age.max(0), Duration::from_millis(age.max(0).unsigned_abs()));
        if age >= expired_after {
            Freshness::Expired(span)
        } else if age >= stale_after {
            Freshness::Stale(span)
        } else {
            Freshness::Fresh
        }
    }
}
