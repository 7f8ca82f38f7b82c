//! Rules in place.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, millis, thrown};
use crate::cutoffs::Rules;

#[wasm_bindgen(js_name = indexLocal)]
pub fn index_local(bytes: &[u8]) -> Result<Rules> {
    lowwater_javascript::Rules::index(bytes).map(Rules).map_err(thrown)
}

#[wasm_bindgen(js_name = indexReplica)]
pub fn index_replica(bytes: &[u8], stale_after: f64, expired_after: f64) -> Result<Rules> {
    let (stale_after, expired_after) = (millis(stale_after), millis(expired_after));
    lowwater_javascript::Rules::index_replica(bytes, stale_after, expired_after)
        .map(Rules)
        .map_err(thrown)
}

#[wasm_bindgen(js_name = indexFreshness)]
pub fn index_freshness(index: &Rules, now: f64) -> Result<String> {
    index.0.index_freshness(millis(now)).map_err(thrown)
}

#[wasm_bindgen(js_name = indexCheckAll)]
pub fn index_check_all(index: &Rules) -> Result<()> {
    index.0.index_check_all().map_err(thrown)
}

#[wasm_bindgen(js_name = indexTargets)]
pub fn index_targets(index: &Rules) -> Result<f64> {
    index.0.index_targets().map_err(thrown)
}
