//! What came of applying a rule.

use core::fmt;

use crate::error::ConfigError;

/// What applying a rule did.
///
/// ```
/// use lowwater::{Change, Cutoffs, Rule, Target, UnixTime};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let rule = Rule::issued_before(Target::subject("u1"), now);
/// let mut cutoffs = Cutoffs::local();
/// assert_eq!(cutoffs.apply(rule.clone(), now)?, Change::Applied);
/// assert_eq!(cutoffs.apply(rule, now)?, Change::AlreadyHeld);
/// # Ok::<(), lowwater::ApplyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The rule holds now, and did not before.
    Applied,
    /// The rule holds now, brought down to 60 seconds after the time of the call: it asked for a later
    /// time than a clock can be wrong by.
    Clamped,
    /// The rule is held, but its `until` has passed: it refuses nothing, or for the policy's leeway only.
    /// `until` is the end of a `revoked`, not its start.
    Ended,
    /// Nothing: what held already says as much, or the floors of a prune do.
    AlreadyHeld,
}

impl Change {
    /// `applied`, `clamped`, `ended` or `already_held`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Clamped => "clamped",
            Self::Ended => "ended",
            Self::AlreadyHeld => "already_held",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A rule could not be applied; what held before holds still.
///
/// ```
/// use lowwater::{Cutoffs, Rule, Target, UnixTime};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let milliseconds_for_seconds = UnixTime::from_secs(1_700_000_000_000);
/// let error = Cutoffs::local()
///     .apply(Rule::issued_before(Target::subject("u1"), milliseconds_for_seconds), now)
///     .unwrap_err();
/// assert_eq!(error.to_string(), "the rule is refused: `at` lies in the years 1970 to 9999, in seconds");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplyError {
    /// The rule says nothing clear.
    Invalid(ConfigError),
    /// The rule's id was lifted: whoever made it took it back for good. Give it another id.
    Lifted,
    /// There are as many rules as [`Cutoffs::with_capacity`](crate::Cutoffs::with_capacity) allows.
    CapacityExceeded {
        /// That many.
        capacity: usize,
    },
}

impl From<ConfigError> for ApplyError {
    fn from(mistake: ConfigError) -> Self {
        Self::Invalid(mistake)
    }
}

impl ApplyError {
    /// A stable snake_case name of the mistake.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invalid(mistake) => mistake.code(),
            Self::Lifted => "rule_lifted",
            Self::CapacityExceeded { .. } => "capacity_exceeded",
        }
    }
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(mistake) => mistake.fmt(f),
            Self::Lifted => f.write_str(
                "the rule is refused: its id was lifted, which is never undone; give it another id",
            ),
            Self::CapacityExceeded { capacity } => write!(
                f,
                "there is no room: the set holds at most {capacity} rules; prune it, or allow more"
            ),
        }
    }
}

impl core::error::Error for ApplyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Invalid(mistake) => Some(mistake),
            Self::Lifted | Self::CapacityExceeded { .. } => None,
        }
    }
}
