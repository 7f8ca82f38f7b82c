//! One list of checks for two readers: a validation stops at the first that fails, an explanation
//! hears them all. Written once, so that they cannot disagree.

use alloc::string::String;

use crate::reason::{Reason, Stage};
use crate::rejection::Rejection;

/// Who is told of each check.
pub(crate) trait Observer {
    /// Hears of one check: its name, and what came of it.
    ///
    /// # Errors
    /// The rejection, if the checks are to stop here.
    fn check(
        &mut self,
        stage: Stage,
        name: &'static str,
        outcome: Result<(), Rejection>,
        compared: impl FnOnce() -> String,
    ) -> Result<(), Rejection>;

    /// Hears of a check that fails with a plain reason.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    fn plain(
        &mut self,
        stage: Stage,
        name: &'static str,
        outcome: Result<(), Reason>,
        compared: impl FnOnce() -> String,
    ) -> Result<(), Rejection> {
        self.check(stage, name, outcome.map_err(Rejection::new), compared)
    }
}

/// Stops at the first failure and writes nothing down.
pub(crate) struct FirstFailure;

impl Observer for FirstFailure {
    fn check(
        &mut self,
        _: Stage,
        _: &'static str,
        outcome: Result<(), Rejection>,
        _: impl FnOnce() -> String,
    ) -> Result<(), Rejection> {
        outcome
    }
}
