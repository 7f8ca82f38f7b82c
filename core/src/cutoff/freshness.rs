//! How old the rules are: part of the answer, because a rule that has not arrived cannot refuse.

use core::fmt;
use core::time::Duration;

use crate::error::ConfigError;
use crate::policy::span;
use crate::time::{UnixTime, within_range};

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
    /// Older than the second bound: so old. `None`: nobody can tell, for the clock stood more than 60 s
    /// behind the time of the rules.
    Expired(Option<Duration>),
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

    /// How old the rules are, where they are old and somebody can tell.
    #[must_use]
    pub const fn age(&self) -> Option<Duration> {
        match self {
            Self::Stale(age) => Some(*age),
            Self::Expired(age) => *age,
            Self::Fresh | Self::Blind => None,
        }
    }
}

impl fmt::Display for Freshness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where the rules come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(unnameable_types, reason = "part of the sealed trait of rule sets")]
pub enum Source {
    /// This process is the authority.
    Local,
    /// Another is.
    Replica(Replica),
}

/// A copy of rules that another process makes. Times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(unnameable_types, reason = "part of the sealed trait of rule sets")]
pub struct Replica {
    stale_after: i64,
    expired_after: i64,
    loaded: Loaded,
}

/// When the authority made what was loaded last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loaded {
    Never,
    At(i64),
    /// The same, read where no clock was at hand: it may be a time to come.
    ReadBack(i64),
    /// So far ahead of the clock that one of the two is wrong: the age cannot be told, until the next.
    Unclear,
}

impl Source {
    pub(super) fn replica(
        stale_after: Duration,
        expired_after: Duration,
    ) -> Result<Self, ConfigError> {
        match (span(stale_after), span(expired_after)) {
            (Some(stale_after), Some(expired_after)) if stale_after <= expired_after => {
                Ok(Self::Replica(Replica { stale_after, expired_after, loaded: Loaded::Never }))
            }
            _ => Err(ConfigError::Value {
                what: "replica",
                expected:
                    "`stale_after` must not be above `expired_after`, both in whole milliseconds"
                        .into(),
            }),
        }
    }

    /// A state that the authority made at `as_of` was loaded. An older one makes it no older, and one from
    /// a time that the clock has not reached is not believed: it would look fresh when that time comes.
    pub(super) fn loaded(&mut self, as_of: UnixTime, now: UnixTime) {
        let Self::Replica(replica) = self else { return };
        let new = within_range(as_of);
        replica.loaded = match replica.loaded {
            _ if new > now.as_millis().saturating_add(CLOCKS_DIFFER) => Loaded::Unclear,
            Loaded::ReadBack(own) if own > now.as_millis().saturating_add(CLOCKS_DIFFER) => {
                Loaded::At(new)
            }
            Loaded::At(own) | Loaded::ReadBack(own) => Loaded::At(own.max(new)),
            Loaded::Never | Loaded::Unclear => Loaded::At(new),
        };
    }

    /// A state that was written comes back: it is as old as it says.
    pub(super) fn read_back(&mut self, as_of: UnixTime) {
        let Self::Replica(replica) = self else { return };
        let new = within_range(as_of);
        replica.loaded = match replica.loaded {
            Loaded::Never => Loaded::ReadBack(new),
            Loaded::ReadBack(own) => Loaded::ReadBack(own.max(new)),
            Loaded::At(own) if new <= own => Loaded::At(own),
            Loaded::At(_) => Loaded::ReadBack(new),
            Loaded::Unclear => Loaded::Unclear,
        };
    }

    pub(super) fn as_of(&self) -> Option<UnixTime> {
        match self {
            Self::Replica(Replica { loaded: Loaded::At(at) | Loaded::ReadBack(at), .. }) => {
                Some(UnixTime::from_millis(*at))
            }
            _ => None,
        }
    }

    pub(super) const fn is_local(&self) -> bool {
        matches!(self, Self::Local)
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
        let Self::Replica(Replica { stale_after, expired_after, loaded }) = *self else {
            return Freshness::Fresh;
        };
        let as_of = match loaded {
            Loaded::Never => return Freshness::Blind,
            Loaded::Unclear => return Freshness::Expired(None),
            Loaded::At(as_of) | Loaded::ReadBack(as_of) => as_of,
        };
        let age = now.as_millis().saturating_sub(as_of);
        if age < CLOCKS_DIFFER.saturating_neg() {
            return Freshness::Expired(None);
        }
        let (age, span) = (age.max(0), Duration::from_millis(age.max(0).unsigned_abs()));
        if age >= expired_after {
            Freshness::Expired(Some(span))
        } else if age >= stale_after {
            Freshness::Stale(span)
        } else {
            Freshness::Fresh
        }
    }
}
