//! The rules.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, millis, thrown};
use crate::rule::{Rule, all};
use crate::validator::Validator;

#[wasm_bindgen]
#[derive(Debug)]
pub struct Rules(pub(crate) lowwater_javascript::Rules);

#[wasm_bindgen(js_name = noCutoffs)]
pub fn no_cutoffs() -> Rules {
    Rules(lowwater_javascript::Rules::none())
}

#[wasm_bindgen(js_name = cutoffsLocal)]
pub fn cutoffs_local(capacity: Option<f64>) -> Rules {
    Rules(lowwater_javascript::Rules::local(capacity.map(millis)))
}

#[wasm_bindgen(js_name = cutoffsReplica)]
pub fn cutoffs_replica(
    stale_after: f64,
    expired_after: f64,
    capacity: Option<f64>,
) -> Result<Rules> {
    let (stale_after, expired_after) = (millis(stale_after), millis(expired_after));
    lowwater_javascript::Rules::replica(stale_after, expired_after, capacity.map(millis))
        .map(Rules)
        .map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsApply)]
pub fn cutoffs_apply(cutoffs: &Rules, rule: &Rule, now: f64) -> Result<String> {
    cutoffs.0.apply(&rule.0, millis(now)).map(str::to_owned).map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsLift)]
pub fn cutoffs_lift(cutoffs: &Rules, id: &str) -> Result<u32> {
    cutoffs.0.lift(id).map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsMerge)]
pub fn cutoffs_merge(cutoffs: &Rules, other: &Rules) -> Result<String> {
    cutoffs.0.merge(&other.0).map(str::to_owned).map_err(thrown)
}

/// Validators that share rules, one by one: an array of them would be taken away from JavaScript.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Sharers(lowwater_javascript::Sharers);

#[wasm_bindgen]
impl Sharers {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&mut self, validator: &Validator) {
        self.0.add(&validator.0);
    }
}

#[wasm_bindgen(js_name = cutoffsPruneFor)]
pub fn cutoffs_prune_for(cutoffs: &Rules, sharers: &Sharers, now: f64, force: bool) -> Result<u32> {
    cutoffs.0.prune(&sharers.0, millis(now), force).map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsCompact)]
pub fn cutoffs_compact(cutoffs: &Rules, now: f64) -> Result<u32> {
    cutoffs.0.compact(millis(now)).map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsFind)]
pub fn cutoffs_find(cutoffs: &Rules, target_json: &str) -> Result<Vec<Rule>> {
    cutoffs.0.find(target_json).map(all).map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsList)]
pub fn cutoffs_list(cutoffs: &Rules) -> Result<Vec<Rule>> {
    cutoffs.0.list().map(all).map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsFreshness)]
pub fn cutoffs_freshness(cutoffs: &Rules, now: f64) -> Result<String> {
    cutoffs.0.freshness(millis(now)).map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsLoaded)]
pub fn cutoffs_loaded(cutoffs: &Rules, as_of: f64, now: f64) -> Result<()> {
    cutoffs.0.loaded(millis(as_of), millis(now)).map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsToJsonLines)]
pub fn cutoffs_to_json_lines(cutoffs: &Rules) -> Result<String> {
    cutoffs.0.to_json_lines().map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsLoadJsonLines)]
pub fn cutoffs_load_json_lines(cutoffs: &Rules, lines: &str) -> Result<u32> {
    cutoffs.0.load_json_lines(lines).map_err(thrown)
}

/// What came of it, as JSON.
#[wasm_bindgen(js_name = cutoffsApplyJsonLines)]
pub fn cutoffs_apply_json_lines(
    cutoffs: &Rules,
    lines: &str,
    now: f64,
    skip_bad: bool,
) -> Result<String> {
    cutoffs.0.apply_json_lines(lines, millis(now), skip_bad).map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsToSnapshot)]
pub fn cutoffs_to_snapshot(cutoffs: &Rules, now: f64) -> Result<Vec<u8>> {
    cutoffs.0.to_snapshot(millis(now)).map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsLoadSnapshot)]
pub fn cutoffs_load_snapshot(cutoffs: &Rules, snapshot: &[u8], now: f64) -> Result<u32> {
    cutoffs.0.load_snapshot(snapshot, millis(now)).map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsDeltaSince)]
pub fn cutoffs_delta_since(cutoffs: &Rules, sequence: f64, now: f64) -> Result<Vec<u8>> {
    cutoffs.0.delta_since(millis(sequence), millis(now)).map_err(thrown)
}

/// How far it has come, as JSON.
#[wasm_bindgen(js_name = cutoffsApplyDelta)]
pub fn cutoffs_apply_delta(cutoffs: &Rules, delta: &[u8], now: f64) -> Result<String> {
    cutoffs.0.apply_delta(delta, millis(now)).map_err(thrown)
}

/// `secret`: 16 random bytes.
#[wasm_bindgen(js_name = cutoffsToIndex)]
pub fn cutoffs_to_index(cutoffs: &Rules, secret: &[u8], now: f64) -> Result<Vec<u8>> {
    cutoffs.0.to_index(secret, millis(now)).map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsSequence)]
pub fn cutoffs_sequence(cutoffs: &Rules) -> Result<f64> {
    cutoffs.0.sequence().map_err(thrown)
}

#[wasm_bindgen(js_name = cutoffsSize)]
pub fn cutoffs_size(cutoffs: &Rules) -> Result<u32> {
    cutoffs.0.size().map_err(thrown)
}
