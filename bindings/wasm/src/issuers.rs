//! Keys that come from their issuers. `clock` is the host's time.

use lowwater::Ring;
use lowwater_javascript::{Awaiting, Response};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, millis, object, thrown};
use crate::cutoffs::Rules;
use crate::status::ManyLists;
use crate::validator::{Validator, told};

#[wasm_bindgen]
#[derive(Debug)]
pub struct Issuers(pub(crate) lowwater_javascript::Issuers);

#[wasm_bindgen]
#[derive(Debug)]
pub struct Fetch(pub(crate) lowwater_intake::Fetch);

/// `answer`, and `awaited`: newer keys are worth waiting for.
pub(crate) fn asked(awaiting: Awaiting<JsValue>) -> JsValue {
    let Awaiting { answer, awaited } = awaiting;
    object([("answer", answer), ("awaited", awaited.into())])
}

#[wasm_bindgen(js_name = issuersFromJson)]
#[expect(clippy::needless_pass_by_value, reason = "so it comes from JavaScript")]
pub fn issuers_from_json(
    policy: &str,
    sources: Vec<String>,
    lists: &ManyLists,
    memo_bytes: Option<f64>,
) -> Result<Issuers> {
    let memo_bytes = memo_bytes.map(millis);
    lowwater_javascript::Issuers::from_json(policy, &sources, &lists.0, memo_bytes, Ring)
        .map(Issuers)
        .map_err(thrown)
}

#[wasm_bindgen(js_name = issuersAsk)]
pub fn issuers_ask(
    issuers: &Issuers,
    token: &str,
    rules: &Rules,
    now: f64,
    fresh_within: Option<f64>,
    clock: f64,
) -> JsValue {
    let (now, within) = (millis(now), fresh_within.map(millis));
    let Awaiting { answer, awaited } = issuers.0.ask(token, &rules.0, now, within, millis(clock));
    asked(Awaiting { answer: told(answer), awaited })
}

/// Nothing: it is the one that was handed out last.
#[wasm_bindgen(js_name = issuersRenewed)]
pub fn issuers_renewed(issuers: &Issuers, clock: f64) -> Option<Validator> {
    issuers.0.renewed(millis(clock)).map(Validator)
}

#[wasm_bindgen(js_name = issuersPoll)]
pub fn issuers_poll(issuers: &Issuers, clock: f64) -> Option<Fetch> {
    issuers.0.poll(millis(clock)).map(Fetch)
}

#[wasm_bindgen(js_name = fetchJson)]
pub fn fetch_json(fetch: &Fetch) -> String {
    lowwater_javascript::fetch_json(&fetch.0)
}

#[wasm_bindgen(js_name = issuersAnswered)]
#[expect(clippy::needless_pass_by_value, reason = "so it comes from JavaScript")]
pub fn issuers_answered(
    issuers: &Issuers,
    fetch: &Fetch,
    status: u32,
    headers: Vec<String>,
    body: &[u8],
    clock: f64,
) -> Option<Fetch> {
    let response = Response { status, headers: &headers, body };
    issuers.0.answered(&fetch.0, &response, millis(clock)).map(Fetch)
}

#[wasm_bindgen(js_name = issuersFailed)]
pub fn issuers_failed(issuers: &Issuers, fetch: &Fetch, clock: f64) {
    issuers.0.failed(&fetch.0, millis(clock));
}

#[wasm_bindgen(js_name = issuersIsFetching)]
pub fn issuers_is_fetching(issuers: &Issuers) -> bool {
    issuers.0.is_fetching()
}

#[wasm_bindgen(js_name = issuersHydrate)]
pub fn issuers_hydrate(
    issuers: &Issuers,
    issuer: &str,
    jwks: &str,
    fresh_until: f64,
    clock: f64,
) -> Result<()> {
    issuers.0.hydrate(issuer, jwks, millis(fresh_until), millis(clock)).map_err(thrown)
}

#[wasm_bindgen(js_name = issuersFaults)]
pub fn issuers_faults(issuers: &Issuers, clock: f64) -> String {
    issuers.0.faults(millis(clock))
}

#[wasm_bindgen(js_name = issuersListFaults)]
pub fn issuers_list_faults(issuers: &Issuers) -> String {
    issuers.0.list_faults()
}
