//! One list of checks for two readers: a validation stops at the first that fails, an explanation
//! hears them all. Written once, so that they cannot disagree.

use alloc::format;
use alloc::string::{String, ToString as _};

use crate::reason::{Reason, Stage};
use crate::rejection::Rejection;
use crate::time::Seconds;

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

/// A value of the token, or that there is none.
pub(crate) fn shown(name: &str, value: Option<&str>) -> String {
    value.map_or_else(|| format!("no {name}"), |value| format!("{name} {value:?}"))
}

/// A span beside its limit.
pub(crate) fn limited(name: &str, span: Option<i64>, limit: Option<i64>) -> String {
    let span = span.map_or_else(|| "unknown".to_string(), |span| format!("{} s", Seconds(span)));
    match limit {
        Some(limit) => format!("{name} {span}; at most {} s", Seconds(limit)),
        None => format!("{name} {span}; no limit"),
    }
}
