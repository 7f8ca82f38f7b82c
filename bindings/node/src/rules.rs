//! What a validation can be given as its rules.

use std::time::Duration;

use lowwater::{Freshness, RuleSet};
use lowwater_edge::SharedCutoffs;
use napi::bindgen_prelude::External;
use napi_derive::napi;

use crate::error::{Result, argument};
use crate::index::Index;

/// A set of rules that JavaScript holds.
pub(crate) enum Rules {
    Cutoffs(SharedCutoffs),
    Index(Box<Index>),
    None,
}

impl Rules {
    /// Asks the rules as they are now, of an age that is bounded.
    pub(crate) fn ask<T>(
        &self,
        fresh_within: Option<Duration>,
        ask: impl FnOnce(&dyn RuleSet) -> T,
    ) -> T {
        match (self, fresh_within) {
            (Self::Cutoffs(cutoffs), None) => ask(&*cutoffs.current()),
            (Self::Cutoffs(cutoffs), Some(bound)) => ask(&cutoffs.current().fresh_within(bound)),
            (Self::Index(index), None) => ask(index.get()),
            (Self::Index(index), Some(bound)) => ask(&index.get().fresh_within(bound)),
            (Self::None, _) => ask(&lowwater::NoCutoffs),
        }
    }

    pub(crate) fn cutoffs(&self) -> Result<&SharedCutoffs> {
        match self {
            Self::Cutoffs(cutoffs) => Ok(cutoffs),
            _ => Err(argument("cutoffs", "must be Cutoffs")),
        }
    }

    pub(crate) fn index(&self) -> Result<&lowwater::Index<'static>> {
        match self {
            Self::Index(index) => Ok(index.get()),
            _ => Err(argument("index", "must be an Index")),
        }
    }
}

#[napi(catch_unwind)]
pub(crate) fn no_cutoffs() -> External<Rules> {
    External::new(Rules::None)
}

/// `state`, and `age` in seconds where there is one.
pub(crate) fn freshness_json(freshness: Freshness) -> String {
    let age = freshness.age().map(|age| age.as_secs_f64());
    serde_json::json!({ "state": freshness.as_str(), "age": age }).to_string()
}
