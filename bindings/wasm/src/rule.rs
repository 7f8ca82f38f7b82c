//! Rules.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, thrown};

#[wasm_bindgen]
#[derive(Debug)]
pub struct Rule(pub(crate) lowwater::Rule);

/// The rule of a JSON text; `text`: a person wrote it, and can be told the place of a mistake.
#[wasm_bindgen(js_name = ruleFromJson)]
pub fn rule_from_json(json: &str, text: bool) -> Result<Rule> {
    lowwater_javascript::rule_from_json(json, text).map(Rule).map_err(thrown)
}

#[wasm_bindgen(js_name = ruleJson)]
pub fn rule_json(rule: &Rule) -> String {
    rule.0.to_json()
}

#[wasm_bindgen(js_name = ruleKind)]
pub fn rule_kind(rule: &Rule) -> String {
    rule.0.kind_word().to_owned()
}

#[wasm_bindgen(js_name = ruleId)]
pub fn rule_id(rule: &Rule) -> Option<String> {
    rule.0.id().map(str::to_owned)
}

#[wasm_bindgen(js_name = ruleReason)]
pub fn rule_reason(rule: &Rule) -> Option<String> {
    rule.0.reason().map(str::to_owned)
}

pub(crate) fn all(rules: Vec<lowwater::Rule>) -> Vec<Rule> {
    rules.into_iter().map(Rule).collect()
}
