//! Why a state that was written was not taken in.

use core::fmt;

use super::change::ApplyError;
use crate::error::ConfigError;

/// A state was not taken in, or only a part of a file of rules; what held before holds still.
///
/// ```
/// use lowwater::{Cutoffs, LoadError, UnixTime};
///
/// let error = Cutoffs::local().load_snapshot(b"rules", UnixTime::from_secs(1_700_000_000)).unwrap_err();
/// assert_eq!(error, LoadError::Form { expected: "a snapshot" });
/// assert_eq!(error.to_string(), "nothing was loaded: these bytes are not a snapshot of lowwater (perhaps cut off, or another of \
///      its forms)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// A line cannot be read or applied.
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        mistake: ApplyError,
    },
    /// A text has other lines than its first says were written.
    NotWhole {
        /// The lines given, the first included.
        lines: usize,
    },
    /// The lines of a text are not those that were written.
    Changed,
    /// The bytes are something else: another form, or not from here.
    Form {
        /// What was asked for.
        expected: &'static str,
    },
    /// A newer version of this library wrote it.
    Newer {
        /// The version of its layout.
        version: u8,
    },
    /// More or fewer bytes than were written.
    Length {
        /// The bytes given.
        bytes: usize,
        /// The bytes written.
        written: u64,
    },
    /// The checksum does not fit: bytes were changed on the way.
    Damaged,
    /// The checksum fits, and yet this is nothing that this library writes.
    Malformed,
    /// The state is older than what is held: it may lack rules that hold already.
    Older {
        /// Its sequence number.
        sequence: u64,
        /// The number of what is held.
        held: u64,
    },
    /// These changes are of another run of the authority: it came back from a file and counts on from
    /// there, so its numbers mean other changes. Load a snapshot of it.
    OtherRun,
    /// A delta belongs into a replica. Two authorities exchange whole states, with
    /// [`Cutoffs::merge`](crate::Cutoffs::merge).
    NotReplica,
    /// The index of a replica that was never loaded: it knows no rules yet.
    Blind,
    /// A replica has two bounds in whole milliseconds, the first not above the second.
    Bounds,
    /// The rules do not fit together with those that are held.
    CapacityExceeded {
        /// How many may be held.
        capacity: usize,
    },
}

impl LoadError {
    /// A stable snake_case name of the mistake.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Line { mistake, .. } => mistake.code(),
            Self::NotWhole { .. } => "state_length",
            Self::Changed => "state_damaged",
            Self::Form { .. } => "state_form",
            Self::Newer { .. } => "state_newer",
            Self::Length { .. } => "state_length",
            Self::Damaged => "state_damaged",
            Self::Malformed => "state_malformed",
            Self::Older { .. } => "state_older",
            Self::OtherRun => "state_other_run",
            Self::NotReplica => "not_replica",
            Self::Blind => "state_blind",
            Self::Bounds => "replica_bounds",
            Self::CapacityExceeded { .. } => "capacity_exceeded",
        }
    }

    pub(super) fn line(line: usize, mistake: ConfigError) -> Self {
        Self::Line { line, mistake: ApplyError::Invalid(mistake) }
    }
}

impl From<ApplyError> for LoadError {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::CapacityExceeded { capacity } => Self::CapacityExceeded { capacity },
            ApplyError::Invalid(_) | ApplyError::Lifted => Self::Malformed,
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { line, mistake } => {
                return write!(f, "line {line}: {mistake}; nothing was loaded");
            }
            _ => f.write_str("nothing was loaded: ")?,
        }
        match self {
            Self::Line { .. } => Ok(()),
            Self::NotWhole { lines: 0 } => f.write_str("the text is empty, which no state is"),
            Self::NotWhole { lines } => write!(
                f,
                "there are {lines} lines, not as many as the first says were written: the text was cut off"
            ),
            Self::Changed => f.write_str(
                "the lines are not those that were written; after a change by hand take `checksum` and \
                 `lines` out of the first",
            ),
            Self::Form { expected } => write!(
                f,
                "these bytes are not {expected} of lowwater (perhaps cut off, or another of its forms)"
            ),
            Self::Newer { version } => {
                write!(f, "a newer version wrote it (layout {version}); update this one")
            }
            Self::Length { bytes, written } => {
                write!(f, "there are {bytes} bytes of the {written} that were written")
            }
            Self::Damaged => f.write_str("its checksum does not fit; take another copy"),
            Self::Malformed => f.write_str("it says what no state can say; take another copy"),
            Self::Older { sequence, held } => write!(
                f,
                "it has sequence {sequence}, older than the {held} that is held; an authority that came back \
                 from an older file loads a snapshot of its replica first; to join the states of two \
                 authorities, load it into a set of its own and merge that"
            ),
            Self::Blind => f.write_str(
                "it was made of a replica that had never been loaded; make it again, or open it as a \
                 replica's",
            ),
            Self::Bounds => f.write_str(
                "a replica has two bounds in whole milliseconds, the first not above the second",
            ),
            Self::OtherRun => f.write_str(
                "the authority was started anew since, and its numbers mean other changes; load a \
                 snapshot of it",
            ),
            Self::NotReplica => {
                f.write_str("a delta belongs into a replica, not into an authority")
            }
            Self::CapacityExceeded { capacity } => {
                write!(f, "the rules together are more than the {capacity} allowed")
            }
        }
    }
}

impl core::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Line { mistake, .. } => Some(mistake),
            _ => None,
        }
    }
}
