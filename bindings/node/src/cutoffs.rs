//! The rules, shared by all that ask them.

use lowwater::Rule;
use lowwater_javascript::{Rules, Sharers, Validator};
use napi::bindgen_prelude::{Array, BufferSlice, Env, External, Uint8ArraySlice};
use napi_derive::napi;

use crate::border::{Result, argument, buffer, thrown, unreadable};
use crate::rule::externals;

#[napi(catch_unwind)]
pub(crate) fn cutoffs_local(capacity: Option<i64>) -> External<Rules> {
    External::new(Rules::local(capacity))
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_replica(
    stale_after: i64,
    expired_after: i64,
    capacity: Option<i64>,
) -> Result<External<Rules>> {
    Rules::replica(stale_after, expired_after, capacity).map(External::new).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn no_cutoffs() -> External<Rules> {
    External::new(Rules::none())
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_apply(
    cutoffs: &External<Rules>,
    rule: &External<Rule>,
    now: i64,
) -> Result<&'static str> {
    cutoffs.apply(rule, now).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_lift(cutoffs: &External<Rules>, id: String) -> Result<u32> {
    cutoffs.lift(&id).map_err(thrown)
}

/// Nothing but a size that V8 can know of: the rules may have grown since they were made.
pub(crate) struct Weight;

#[napi(catch_unwind)]
pub(crate) fn cutoffs_weight(cutoffs: &External<Rules>) -> Result<External<Weight>> {
    let size = cutoffs.cutoffs_bytes().map_err(thrown)?;
    Ok(External::new_with_size_hint(Weight, size))
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_merge(
    cutoffs: &External<Rules>,
    other: &External<Rules>,
) -> Result<&'static str> {
    cutoffs.merge(other).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_prune(
    cutoffs: &External<Rules>,
    validators: Array<'_>,
    now: i64,
    force: bool,
) -> Result<u32> {
    let mut sharers = Sharers::default();
    for place in 0..validators.len() {
        let one = validators.get_ref::<External<Validator>>(place).map_err(unreadable)?;
        let changed = || argument("validators", "changed while they were read");
        sharers.add(one.ok_or_else(changed)?);
    }
    cutoffs.prune(&sharers, now, force).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_compact(cutoffs: &External<Rules>, now: i64) -> Result<u32> {
    cutoffs.compact(now).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_find(
    cutoffs: &External<Rules>,
    target_json: String,
) -> Result<Vec<External<Rule>>> {
    cutoffs.find(&target_json).map(externals).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_list(cutoffs: &External<Rules>) -> Result<Vec<External<Rule>>> {
    cutoffs.list().map(externals).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_freshness(cutoffs: &External<Rules>, now: i64) -> Result<String> {
    cutoffs.freshness(now).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_loaded(cutoffs: &External<Rules>, as_of: i64, now: i64) -> Result<()> {
    cutoffs.loaded(as_of, now).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_to_json_lines(cutoffs: &External<Rules>) -> Result<String> {
    cutoffs.to_json_lines().map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_load_json_lines(cutoffs: &External<Rules>, lines: String) -> Result<u32> {
    cutoffs.load_json_lines(&lines).map_err(thrown)
}

/// What came of it, as JSON.
#[napi(catch_unwind)]
pub(crate) fn cutoffs_apply_json_lines(
    cutoffs: &External<Rules>,
    lines: String,
    now: i64,
    skip_bad: bool,
) -> Result<String> {
    cutoffs.apply_json_lines(&lines, now, skip_bad).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_to_snapshot<'e>(
    env: &'e Env,
    cutoffs: &External<Rules>,
    now: i64,
) -> Result<BufferSlice<'e>> {
    buffer(env, &cutoffs.to_snapshot(now).map_err(thrown)?)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_load_snapshot(
    cutoffs: &External<Rules>,
    snapshot: Uint8ArraySlice<'_>,
    now: i64,
) -> Result<u32> {
    cutoffs.load_snapshot(&snapshot, now).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_delta_since<'e>(
    env: &'e Env,
    cutoffs: &External<Rules>,
    sequence: i64,
    now: i64,
) -> Result<BufferSlice<'e>> {
    buffer(env, &cutoffs.delta_since(sequence, now).map_err(thrown)?)
}

/// How far it has come, as JSON.
#[napi(catch_unwind)]
pub(crate) fn cutoffs_apply_delta(
    cutoffs: &External<Rules>,
    delta: Uint8ArraySlice<'_>,
    now: i64,
) -> Result<String> {
    cutoffs.apply_delta(&delta, now).map_err(thrown)
}

/// `secret`: 16 random bytes.
#[napi(catch_unwind)]
pub(crate) fn cutoffs_to_index<'e>(
    env: &'e Env,
    cutoffs: &External<Rules>,
    secret: Uint8ArraySlice<'_>,
    now: i64,
) -> Result<BufferSlice<'e>> {
    buffer(env, &cutoffs.to_index(&secret, now).map_err(thrown)?)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_sequence(cutoffs: &External<Rules>) -> Result<f64> {
    cutoffs.sequence().map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_size(cutoffs: &External<Rules>) -> Result<u32> {
    cutoffs.size().map_err(thrown)
}
