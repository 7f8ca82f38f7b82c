//! Rules from a file, one a line: what somebody wants to apply, not a state that was written.

use alloc::vec::Vec;

use super::change::{ApplyError, Change};
use super::json_lines::Line;
use super::load::LoadError;
use super::rule_json;
use super::state::Cutoffs;
use crate::time::UnixTime;

/// What to do about a line that cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the good lines count or they do not")]
pub enum BadLines {
    /// Apply nothing at all.
    Refuse,
    /// Apply the good ones and list the others.
    Skip,
}

/// What came of applying a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppliedLines {
    /// Rules that hold now, and lifts, and did not before.
    pub applied: usize,
    /// Of these, cutoffs that were brought down to 60 seconds after now.
    pub clamped: usize,
    /// Rules and lifts that held already.
    pub already_held: usize,
    /// The lines that were skipped, from 1, and why.
    pub skipped: Vec<(usize, ApplyError)>,
}

impl Cutoffs {
    /// Applies rules from JSON Lines, each as [`apply`](Self::apply) does; a line `{"lift":"r-17"}` lifts.
    ///
    /// ```
    /// use lowwater::{BadLines, Cutoffs, UnixTime};
    ///
    /// let rules = "{\"rule\":\"issued_before\",\"target\":{\"subject\":\"u1\"},\"at\":1700000000}\n\
    ///              {\"rule\":\"issued_before\",\"target\":{\"subject\":\"u2\"}}\n";
    /// let (mut cutoffs, now) = (Cutoffs::local(), UnixTime::from_secs(1_700_000_000));
    /// let error = cutoffs.apply_json_lines(rules, now, BadLines::Refuse).unwrap_err();
    /// assert_eq!(error.to_string(),
    ///     "line 2: the rule cannot be read at byte 0: `at` is missing; nothing was loaded");
    /// assert!(cutoffs.is_empty());
    ///
    /// let came_of_it = cutoffs.apply_json_lines(rules, now, BadLines::Skip)?;
    /// assert_eq!((came_of_it.applied, came_of_it.skipped.len(), cutoffs.len()), (1, 1, 1));
    /// # Ok::<(), lowwater::LoadError>(())
    /// ```
    ///
    /// # Errors
    /// With [`BadLines::Refuse`] the first line that cannot be applied; nothing was applied then.
    pub fn apply_json_lines(
        &mut self,
        text: &str,
        now: UnixTime,
        bad: BadLines,
    ) -> Result<AppliedLines, LoadError> {
        let mut next = self.clone();
        let mut came_of_it = AppliedLines::default();
        let counted = |count: &mut usize| *count = count.saturating_add(1);
        for (text, line) in text.lines().zip(1..) {
            match (next.apply_line(text, now), bad) {
                (Ok(Change::AlreadyHeld), _) => counted(&mut came_of_it.already_held),
                (Ok(change), _) => {
                    counted(&mut came_of_it.applied);
                    if change == Change::Clamped {
                        counted(&mut came_of_it.clamped);
                    }
                }
                (Err(mistake), BadLines::Refuse) => return Err(LoadError::Line { line, mistake }),
                (Err(mistake), BadLines::Skip) => came_of_it.skipped.push((line, mistake)),
            }
        }
        *self = next;
        Ok(came_of_it)
    }

    fn apply_line(&mut self, text: &str, now: UnixTime) -> Result<Change, ApplyError> {
        if let Ok(Line::Lift(id)) = Line::read(text) {
            let held = self.lifted.contains_key(&*id);
            self.lift(&id);
            return Ok(if held { Change::AlreadyHeld } else { Change::Applied });
        }
        self.apply(rule_json::read(text)?, now)
    }
}
