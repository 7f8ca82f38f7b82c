//! What a validation can be given as its rules.

use std::sync::Arc;
use std::time::Duration;

use lowwater::{Freshness, RuleSet};
use lowwater_edge::SharedCutoffs;
use lowwater_intake::StatusLists;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::cutoffs::Cutoffs;
use crate::error::argument;
use crate::index::Index;
use crate::sentinel::NoCutoffs;
use crate::status::WithStatus;

/// Rules that Python holds, with the status lists beside them.
pub(crate) struct Rules<'a> {
    held: Held<'a>,
    lists: Vec<Arc<StatusLists>>,
}

#[derive(Clone, Copy)]
enum Held<'a> {
    Cutoffs(&'a SharedCutoffs),
    Index(&'a lowwater::Index<'a>),
    None,
}

impl<'a> Rules<'a> {
    pub(crate) fn of(given: &'a Bound<'_, PyAny>) -> PyResult<Self> {
        if let Some(held) = Held::of(given) {
            return Ok(Self { held, lists: Vec::new() });
        }
        let with = given.cast::<WithStatus>().ok().map(Bound::get);
        let held = with.and_then(|with| Held::of(with.rules().bind(given.py())));
        match (with, held) {
            (Some(with), Some(held)) => Ok(Self { held, lists: with.lists() }),
            _ => Err(argument("cutoffs", "must be Cutoffs, an Index, or NO_CUTOFFS, said aloud")),
        }
    }

    /// Asks the rules as they are now, of an age that is bounded.
    pub(crate) fn ask<T>(
        &self,
        fresh_within: Option<Duration>,
        ask: impl FnOnce(&(dyn RuleSet + Sync)) -> T,
    ) -> T {
        if self.lists.is_empty() {
            return self.held.ask(fresh_within, ask);
        }
        let lists: Vec<&StatusLists> = self.lists.iter().map(Arc::as_ref).collect();
        self.held
            .ask(fresh_within, |rules| ask(&lowwater::WithStatus::new(rules, lists.as_slice())))
    }
}

impl<'a> Held<'a> {
    fn of(given: &'a Bound<'_, PyAny>) -> Option<Self> {
        if let Ok(cutoffs) = given.cast::<Cutoffs>() {
            return Some(Self::Cutoffs(&cutoffs.get().0));
        }
        if let Ok(index) = given.cast::<Index>() {
            return Some(Self::Index(index.get().index()));
        }
        given.is_instance_of::<NoCutoffs>().then_some(Self::None)
    }

    fn ask<T>(
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
