//! Rules.

use lowwater::Rule;
use napi::bindgen_prelude::External;
use napi_derive::napi;

use crate::border::{Result, thrown};

/// The rule of a JSON text; `text`: a person wrote it, and can be told the place of a mistake.
#[napi(catch_unwind)]
pub(crate) fn rule_from_json(json: String, text: bool) -> Result<External<Rule>> {
    lowwater_javascript::rule_from_json(&json, text).map(External::new).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn rule_json(rule: &External<Rule>) -> String {
    rule.to_json()
}

#[napi(catch_unwind)]
pub(crate) fn rule_kind(rule: &External<Rule>) -> &'static str {
    rule.kind_word()
}

#[napi(catch_unwind)]
pub(crate) fn rule_id(rule: &External<Rule>) -> Option<String> {
    rule.id().map(str::to_owned)
}

#[napi(catch_unwind)]
pub(crate) fn rule_reason(rule: &External<Rule>) -> Option<String> {
    rule.reason().map(str::to_owned)
}

pub(crate) fn externals(rules: Vec<Rule>) -> Vec<External<Rule>> {
    rules.into_iter().map(External::new).collect()
}
