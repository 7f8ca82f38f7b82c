//! The rules, shared by all that ask them.

use lowwater::{BadLines, Change, Cutoffs, Progress, Retention, Rule};
use lowwater_edge::SharedCutoffs;
use napi::bindgen_prelude::{Array, BufferSlice, Env, External, Uint8ArraySlice};
use napi_derive::napi;

use crate::error::{Result, argument, mistake, unreadable};
use crate::number;
use crate::rule::{externals, target};
use crate::rules::{Rules, freshness_json};
use crate::time::{at, span};
use crate::validator::Validator;

fn shared(cutoffs: Cutoffs, capacity: Option<i64>) -> External<Rules> {
    let capacity = capacity.and_then(|rules| usize::try_from(rules).ok());
    External::new(Rules::Cutoffs(SharedCutoffs::new(match capacity {
        Some(rules) => cutoffs.with_capacity(rules),
        None => cutoffs,
    })))
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_local(capacity: Option<i64>) -> External<Rules> {
    shared(Cutoffs::local(), capacity)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_replica(
    stale_after: i64,
    expired_after: i64,
    capacity: Option<i64>,
) -> Result<External<Rules>> {
    let cutoffs = Cutoffs::replica(span(stale_after), span(expired_after)).map_err(mistake)?;
    Ok(shared(cutoffs, capacity))
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_apply(
    cutoffs: &External<Rules>,
    rule: &External<Rule>,
    now: i64,
) -> Result<&'static str> {
    let change = cutoffs.cutoffs()?.apply(Rule::clone(rule), at(now));
    change.map(Change::as_str).map_err(mistake)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_lift(cutoffs: &External<Rules>, id: String) -> Result<u32> {
    Ok(count(cutoffs.cutoffs()?.lift(&id)))
}

/// What a rule takes, roughly, in all tables that name it.
const RULE_BYTES: usize = 128;

/// Nothing but a size that V8 can know of: the rules may have grown since they were made.
pub(crate) struct Weight;

#[napi(catch_unwind)]
pub(crate) fn cutoffs_weight(cutoffs: &External<Rules>) -> Result<External<Weight>> {
    let size = cutoffs.cutoffs()?.current().len().saturating_mul(RULE_BYTES);
    Ok(External::new_with_size_hint(Weight, size))
}

fn count(rules: usize) -> u32 {
    u32::try_from(rules).unwrap_or(u32::MAX)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_merge(
    cutoffs: &External<Rules>,
    other: &External<Rules>,
) -> Result<&'static str> {
    let other = other.cutoffs()?.hold();
    let change = cutoffs.cutoffs()?.update(|rules| rules.merge(&other));
    change.map(Change::as_str).map_err(mistake)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_prune(
    cutoffs: &External<Rules>,
    validators: Array<'_>,
    now: i64,
    force: bool,
) -> Result<u32> {
    let mut all: Option<Retention> = None;
    for place in 0..validators.len() {
        if let Some(one) = validators.get_ref::<External<Validator>>(place).map_err(unreadable)? {
            let one = one.validator.retention();
            all = Some(all.map_or(one, |all| all.join(one)));
        }
    }
    let expected =
        || argument("validators", "must be a Validator, or a list of all that share the rules");
    let (retention, now) = (all.ok_or_else(expected)?, at(now));
    let gone = match force {
        true => cutoffs.cutoffs()?.update(|rules| Ok(rules.prune_forced(now, retention))),
        false => cutoffs.cutoffs()?.prune(now, retention),
    };
    gone.map(count).map_err(mistake)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_compact(cutoffs: &External<Rules>, now: i64) -> Result<u32> {
    cutoffs.cutoffs()?.update(|rules| Ok(count(rules.compact(at(now)))))
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_find(
    cutoffs: &External<Rules>,
    target_json: String,
) -> Result<Vec<External<Rule>>> {
    Ok(externals(cutoffs.cutoffs()?.hold().find(&target(&target_json)?)))
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_list(cutoffs: &External<Rules>) -> Result<Vec<External<Rule>>> {
    Ok(externals(cutoffs.cutoffs()?.hold().list()))
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_freshness(cutoffs: &External<Rules>, now: i64) -> Result<String> {
    Ok(freshness_json(cutoffs.cutoffs()?.current().freshness(at(now))))
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_loaded(cutoffs: &External<Rules>, as_of: i64, now: i64) -> Result<()> {
    cutoffs.cutoffs()?.update(|rules| {
        rules.loaded(at(as_of), at(now));
        Ok(())
    })
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_to_json_lines(cutoffs: &External<Rules>) -> Result<String> {
    Ok(cutoffs.cutoffs()?.hold().to_json_lines())
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_load_json_lines(cutoffs: &External<Rules>, lines: String) -> Result<u32> {
    let loaded = cutoffs.cutoffs()?.update(|rules| rules.load_json_lines(&lines));
    loaded.map(count).map_err(mistake)
}

/// What came of it, as JSON.
#[napi(catch_unwind)]
pub(crate) fn cutoffs_apply_json_lines(
    cutoffs: &External<Rules>,
    lines: String,
    now: i64,
    skip_bad: bool,
) -> Result<String> {
    let bad = if skip_bad { BadLines::Skip } else { BadLines::Refuse };
    let came = cutoffs.cutoffs()?.update(|rules| rules.apply_json_lines(&lines, at(now), bad));
    let came = came.map_err(mistake)?;
    let skipped = came.skipped.iter();
    let skipped = skipped
        .map(|(line, mistake)| serde_json::json!({ "line": line, "mistake": mistake.to_string() }));
    let came = serde_json::json!({
        "applied": came.applied,
        "clamped": came.clamped,
        "alreadyHeld": came.already_held,
        "skipped": skipped.collect::<Vec<_>>(),
    });
    Ok(came.to_string())
}

fn buffer<'e>(env: &'e Env, bytes: &[u8]) -> Result<BufferSlice<'e>> {
    BufferSlice::copy_from(env, bytes).map_err(unreadable)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_to_snapshot<'e>(
    env: &'e Env,
    cutoffs: &External<Rules>,
    now: i64,
) -> Result<BufferSlice<'e>> {
    buffer(env, &cutoffs.cutoffs()?.hold().to_snapshot(at(now)))
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_load_snapshot(
    cutoffs: &External<Rules>,
    snapshot: Uint8ArraySlice<'_>,
    now: i64,
) -> Result<u32> {
    cutoffs.cutoffs()?.load_snapshot(&snapshot, at(now)).map(count).map_err(mistake)
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_delta_since<'e>(
    env: &'e Env,
    cutoffs: &External<Rules>,
    sequence: i64,
    now: i64,
) -> Result<BufferSlice<'e>> {
    let rules = cutoffs.cutoffs()?.hold();
    buffer(env, &rules.delta_since(sequence.unsigned_abs(), at(now)).map_err(mistake)?)
}

/// How far it has come, as JSON.
#[napi(catch_unwind)]
pub(crate) fn cutoffs_apply_delta(
    cutoffs: &External<Rules>,
    delta: Uint8ArraySlice<'_>,
    now: i64,
) -> Result<String> {
    let progress = cutoffs.cutoffs()?.apply_delta(&delta, at(now)).map_err(mistake)?;
    let progress = match progress {
        Progress::Complete { sequence } => {
            serde_json::json!({ "complete": true, "sequence": sequence })
        }
        Progress::Gap { after, before } => {
            serde_json::json!({ "complete": false, "sequence": after, "before": before })
        }
    };
    Ok(progress.to_string())
}

/// `secret`: 16 random bytes.
#[napi(catch_unwind)]
pub(crate) fn cutoffs_to_index<'e>(
    env: &'e Env,
    cutoffs: &External<Rules>,
    secret: Uint8ArraySlice<'_>,
    now: i64,
) -> Result<BufferSlice<'e>> {
    let secret = <[u8; 16]>::try_from(&*secret);
    let secret = secret.map_err(|_| argument("secret", "must have 16 bytes"))?;
    buffer(env, &cutoffs.cutoffs()?.hold().to_index(secret, at(now)))
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_sequence(cutoffs: &External<Rules>) -> Result<f64> {
    Ok(number(cutoffs.cutoffs()?.current().sequence()))
}

#[napi(catch_unwind)]
pub(crate) fn cutoffs_size(cutoffs: &External<Rules>) -> Result<u32> {
    Ok(count(cutoffs.cutoffs()?.current().len()))
}
