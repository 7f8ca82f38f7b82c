//! What a validation can be given as its rules.

use std::time::Duration;

use lowwater::{Freshness, RuleSet};
use lowwater_edge::SharedCutoffs;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::cutoffs::Cutoffs;
use crate::error::argument;
use crate::index::Index;
use crate::sentinel::NoCutoffs;

/// A set of rules that Python holds.
#[derive(Clone, Copy)]
pub(crate) enum Rules<'a> {
    Cutoffs(&'a SharedCutoffs),
    Index(&'a lowwater::Index<'a>),
    None,
}

impl<'a> Rules<'a> {
    pub(crate) fn of(given: &'a Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(cutoffs) = given.cast::<Cutoffs>() {
            return Ok(Self::Cutoffs(&cutoffs.get().0));
        }
        if let Ok(index) = given.cast::<Index>() {
            return Ok(Self::Index(index.get().index()));
        }
        if given.is_instance_of::<NoCutoffs>() {
            return Ok(Self::None);
        }
        Err(argument("cutoffs", "must be Cutoffs, an Index, or NO_CUTOFFS, said aloud"))
    }

    /// Asks the rules as they are now, of an age that is bounded.
    pub(crate) fn ask<T>(
        self,
        fresh_within: Option<Duration>,
        ask: impl FnOnce(&(dyn RuleSet + Sync)) -> T,
    ) -> T {
        match (self, fresh_within) {
            (Self::Cutoffs(cutoffs), None) => ask(&*cutoffs.current()),
            (Self::Cutoffs(cutoffs), Some(bound)) => ask(&cutoffs.current().fresh_within(bound)),
            (Self::Index(index), None) => ask(index),
            (Self::Index(index), Some(bound)) => ask(&index.fresh_within(bound)),
            (Self::None, _) => ask(&lowwater::NoCutoffs),
        }
    }
}

/// The word, and the age in seconds where there is one.
pub(crate) fn freshness(py: Python<'_>, freshness: Freshness) -> PyResult<Bound<'_, PyTuple>> {
    (freshness.as_str(), freshness.age().map(|age| age.as_secs_f64())).into_pyobject(py)
}
