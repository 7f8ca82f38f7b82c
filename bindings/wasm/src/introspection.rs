//! Tokens that their authorization server is asked about. `clock` is the host's time.

use lowwater::Ring;
use lowwater_javascript::{Decided, Introspections, Pending, Response, Signers};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, millis, object, thrown};
use crate::cutoffs::Rules;
use crate::issuers::{Fetch, Issuers};
use crate::keys::KeySet;
use crate::validator::{Validator, told};

#[wasm_bindgen]
#[derive(Debug)]
pub struct Introspection(Introspections);

/// What is known of one token.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Inquiry(lowwater_javascript::Inquiry);

/// A decision, and of an accepted token the response that stands for its text.
fn decided(decided: Decided) -> JsValue {
    let Decided { answer, response } = decided;
    object([("answer", told(answer)), ("response", response.into())])
}

#[wasm_bindgen(js_name = introspectionsFromJson)]
pub fn introspections_from_json(policy: &str, introspection: &str) -> Result<Introspection> {
    Introspections::from_json(policy, introspection, Ring).map(Introspection).map_err(thrown)
}

/// A decision alone, or an array of one: what there is to wait for, what to fetch, if nobody does already, and which request
/// it is.
#[wasm_bindgen(js_name = introspectionsBegin)]
pub fn introspections_begin(
    own: &Introspection,
    token: &str,
    rules: &Rules,
    now: f64,
    fresh_within: Option<f64>,
    clock: f64,
) -> JsValue {
    let (now, within) = (millis(now), fresh_within.map(millis));
    match own.0.begin(token, &rules.0, now, within, millis(clock)) {
        Ok(answer) => decided(answer),
        Err(pending) => {
            let Pending { inquiry, fetch, number } = *pending;
            let (inquiry, fetch) = (Inquiry(inquiry).into(), fetch.map(Fetch).into());
            let awaited = [("inquiry", inquiry), ("fetch", fetch), ("number", number.into())];
            js_sys::Array::of1(&object(awaited)).into()
        }
    }
}

#[wasm_bindgen(js_name = introspectionsAsk)]
pub fn introspections_ask(
    own: &Introspection,
    inquiry: &Inquiry,
    rules: &Rules,
    now: f64,
    fresh_within: Option<f64>,
) -> JsValue {
    let (now, within) = (millis(now), fresh_within.map(millis));
    decided(own.0.ask(&inquiry.0, &rules.0, now, within).answer)
}

#[wasm_bindgen(js_name = introspectionsAnswered)]
#[expect(clippy::needless_pass_by_value, reason = "so it comes from JavaScript")]
pub fn introspections_answered(
    own: &Introspection,
    fetch: &Fetch,
    status: u32,
    headers: Vec<String>,
    body: &[u8],
    clock: f64,
) {
    let response = Response { status, headers: &headers, body };
    own.0.answered(&fetch.0, &response, None, millis(clock));
}

#[wasm_bindgen(js_name = introspectionsAnsweredWith)]
#[expect(clippy::needless_pass_by_value, reason = "so it comes from JavaScript")]
pub fn introspections_answered_with(
    own: &Introspection,
    keys: &KeySet,
    fetch: &Fetch,
    status: u32,
    headers: Vec<String>,
    body: &[u8],
    clock: f64,
) {
    let response = Response { status, headers: &headers, body };
    own.0.answered(&fetch.0, &response, Some(Signers::Given(&keys.0)), millis(clock));
}

/// Tells whether it was not taken in yet, for newer keys are worth waiting for.
#[wasm_bindgen(js_name = introspectionsAnsweredBy)]
#[expect(clippy::needless_pass_by_value, reason = "so it comes from JavaScript")]
pub fn introspections_answered_by(
    own: &Introspection,
    issuers: &Issuers,
    fetch: &Fetch,
    status: u32,
    headers: Vec<String>,
    body: &[u8],
    clock: f64,
) -> bool {
    let response = Response { status, headers: &headers, body };
    let keys = Signers::Fetched(&issuers.0, millis(clock));
    own.0.answered(&fetch.0, &response, Some(keys), millis(clock))
}

#[wasm_bindgen(js_name = introspectionsFailed)]
pub fn introspections_failed(own: &Introspection, fetch: &Fetch, clock: f64) {
    own.0.failed(&fetch.0, millis(clock));
}

#[wasm_bindgen(js_name = introspectionsIsSigned)]
pub fn introspections_is_signed(own: &Introspection) -> bool {
    own.0.is_signed()
}

/// Are the keys of its issuer fetched there?
#[wasm_bindgen(js_name = introspectionsIsKnownTo)]
pub fn introspections_is_known_to(own: &Introspection, issuers: &Issuers) -> bool {
    issuers.0.has_source(own.0.issuer())
}

#[wasm_bindgen(js_name = introspectionsFault)]
pub fn introspections_fault(own: &Introspection) -> Option<String> {
    own.0.fault()
}

#[wasm_bindgen(js_name = introspectionsSetCredentials)]
#[expect(clippy::needless_pass_by_value, reason = "so it comes from JavaScript")]
pub fn introspections_set_credentials(
    own: &Introspection,
    client_id: Option<String>,
    client_secret: Option<String>,
    bearer: Option<String>,
) -> Result<()> {
    let (client, secret) = (client_id.as_deref(), client_secret.as_deref());
    own.0.set_credentials(client, secret, bearer.as_deref()).map_err(thrown)
}

#[wasm_bindgen(js_name = introspectionsClear)]
pub fn introspections_clear(own: &Introspection) {
    own.0.clear();
}

#[wasm_bindgen(js_name = introspectionsValidator)]
pub fn introspections_validator(own: &Introspection) -> Validator {
    Validator(own.0.validator())
}
