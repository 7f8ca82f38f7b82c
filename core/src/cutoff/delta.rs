//! What changed since: an authority's changes are numbered, and a replica that has all up to one number
//! takes in the rest. What it holds too early does no harm, for rules only ever add; what it lacks is
//! known by the numbers.

use alloc::vec::Vec;
use core::fmt;

use super::load::LoadError;
use super::snapshot::{Changes, Form};
use super::state::Cutoffs;
use crate::time::UnixTime;

/// How many separate spans of later changes are remembered. More gaps than that want a snapshot.
const MOST_SPANS: usize = 64;

/// Changes that came before those in front of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Ahead {
    spans: Vec<Span>,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    after: u64,
    to: u64,
    as_of: Option<UnixTime>,
}

/// How far a replica has come with the changes of its authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "all is there, or something is missing")]
#[must_use = "after a gap the missing changes have to be fetched"]
pub enum Progress {
    /// All changes up to this number are held.
    Complete {
        /// The number.
        sequence: u64,
    },
    /// Changes are missing. What came holds already, but the rules count as no younger than before:
    /// fetch the changes after [`Cutoffs::sequence`] again, or a snapshot.
    Gap {
        /// All changes up to this number are held.
        after: u64,
        /// The first number after the gap of which is known that it is held.
        before: u64,
    },
}

/// No delta can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeltaError {
    /// Only the authority knows what changed since: a replica hands on snapshots.
    NotAuthority,
    /// The number lies ahead of this state: the one who asks follows another authority, or this one came
    /// back from an older file and has lost rules. Let it load a snapshot of the one who asks.
    Ahead {
        /// The number asked for.
        after: u64,
        /// The number of this state.
        sequence: u64,
    },
}

impl DeltaError {
    /// A stable snake_case name of the mistake.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAuthority => "not_authority",
            Self::Ahead { .. } => "sequence_ahead",
        }
    }
}

impl fmt::Display for DeltaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAuthority => {
                f.write_str("a replica cannot tell what changed since; hand on a snapshot")
            }
            Self::Ahead { after, sequence } => write!(
                f,
                "changes after {after} were asked for, and this state is at {sequence}: it came back from an \
                 older file, or is another authority; let it load a snapshot of the one that asks"
            ),
        }
    }
}

impl core::error::Error for DeltaError {}

impl Cutoffs {
    /// What changed after a sequence number, as bytes for [`apply_delta`](Self::apply_delta). There is no
    /// number too old: after 0 is everything. An authority that was read back from a file sends all of it
    /// to replicas that were behind the file. Reads every rule once.
    ///
    /// A delta without changes is worth sending: it says that the rules are as young as `now`.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use lowwater::{Cutoffs, Progress, Rule, Target, UnixTime};
    /// let now = UnixTime::from_secs(1_700_000_000);
    /// let mut authority = Cutoffs::local();
    /// let mut replica = Cutoffs::replica(Duration::from_secs(30), Duration::from_secs(300))?;
    /// replica.load_snapshot(&authority.to_snapshot(now), now)?;
    ///
    /// authority.apply(Rule::issued_before(Target::subject("u1"), now), now)?;
    /// let delta = authority.delta_since(replica.sequence(), now)?;
    /// assert_eq!(replica.apply_delta(&delta, now)?, Progress::Complete { sequence: 1 });
    /// assert_eq!(replica.list(), authority.list());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// On a replica, and for a number ahead of this state.
    pub fn delta_since(&self, sequence: u64, now: UnixTime) -> Result<Vec<u8>, DeltaError> {
        if !self.source.is_local() {
            return Err(DeltaError::NotAuthority);
        }
        if sequence > self.sequence {
            return Err(DeltaError::Ahead { after: sequence, sequence: self.sequence });
        }
        // What was there before anything was counted has the number 0.
        Ok(self.write_changes(Form::Delta, sequence, now, |at| at > sequence || sequence == 0))
    }

    /// Takes in changes of the authority, in whichever order they come. What they say holds at once; the
    /// rules count as younger once nothing is missing in between.
    ///
    /// # Errors
    /// Bytes that are not exactly a delta; changes of another run of the authority (it came back from a
    /// file and counts on from there: load a snapshot); an authority instead of a replica; no room.
    /// Nothing was taken in then.
    pub fn apply_delta(&mut self, bytes: &[u8], now: UnixTime) -> Result<Progress, LoadError> {
        let changes = Changes::read(bytes, Form::Delta, self.reader())?;
        if self.source.is_local() {
            return Err(LoadError::NotReplica);
        }
        // An authority that never changed anything has no run yet, and nothing to tell.
        let Changes { run, sequence, state, .. } = &changes;
        let empty = state.is_empty() && state.lifted.is_empty();
        let nothing = *run == 0 && *sequence == 0 && empty;
        if self.run != 0 && changes.run != self.run && !nothing {
            return Err(LoadError::OtherRun);
        }
        self.take_in(changes.state, changes.sequence)?;
        self.run = if nothing { self.run } else { changes.run };
        let (after, to, as_of) = (changes.after, changes.sequence, changes.as_of);
        if to >= self.sequence {
            self.ahead.spans.push(Span { after, to, as_of });
        }
        self.close_gaps(now);
        // The nearest are kept: what is dropped here is noticed as missing later.
        self.ahead.spans.sort_unstable_by_key(|span| (span.after, span.to));
        self.ahead.spans.truncate(MOST_SPANS);
        Ok(match self.ahead.spans.first() {
            None => Progress::Complete { sequence: self.sequence },
            Some(span) => {
                Progress::Gap { after: self.sequence, before: span.after.saturating_add(1) }
            }
        })
    }

    /// All changes up to a number are held.
    pub(super) fn reached(&mut self, sequence: u64, as_of: Option<UnixTime>, now: UnixTime) {
        self.sequence = self.sequence.max(sequence);
        if let Some(as_of) = as_of {
            self.loaded(as_of, now);
        }
        self.close_gaps(now);
    }

    fn close_gaps(&mut self, now: UnixTime) {
        while let Some(next) = self.ahead.spans.iter().position(|span| span.after <= self.sequence)
        {
            let Span { to, as_of, .. } = self.ahead.spans.swap_remove(next);
            if to >= self.sequence {
                self.sequence = to;
                if let Some(as_of) = as_of {
                    self.loaded(as_of, now);
                }
            }
        }
    }
}
