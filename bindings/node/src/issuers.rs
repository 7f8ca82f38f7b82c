//! Keys that come from their issuers.

use lowwater::AwsLc;
use lowwater_intake::Fetch;
use lowwater_javascript::{Awaiting, Issuers, Response, Validator};
use napi::bindgen_prelude::{Array, Either, External, Uint8ArraySlice};
use napi_derive::napi;

use crate::border::{Result, thrown};
use crate::now;
use crate::status;
use crate::validator::{external, told};

/// An answer, and whether newer keys are worth waiting for.
#[napi(object)]
pub(crate) struct Asked {
    /// As that of `validate`, or the JSON of a message.
    pub answer: Either<f64, String>,
    pub awaited: bool,
}

pub(crate) fn asked(awaiting: Awaiting<String>) -> Asked {
    let Awaiting { answer, awaited } = awaiting;
    Asked { answer: Either::B(answer), awaited }
}

#[napi(catch_unwind)]
pub(crate) fn issuers_from_json(
    policy: String,
    sources: Vec<String>,
    lists: Array<'_>,
    memo_bytes: Option<i64>,
) -> Result<External<Issuers>> {
    let lists = status::given(&lists)?;
    let issuers = Issuers::from_json(&policy, &sources, &lists, memo_bytes, AwsLc::new());
    issuers.map(External::new).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn issuers_ask(
    issuers: &External<Issuers>,
    token: String,
    rules: &External<lowwater_javascript::Rules>,
    at: i64,
    fresh_within: Option<i64>,
) -> Asked {
    let Awaiting { answer, awaited } = issuers.ask(&token, rules, at, fresh_within, now());
    Asked { answer: told(answer), awaited }
}

/// Nothing: it is the one that was handed out last.
#[napi(catch_unwind)]
pub(crate) fn issuers_renewed(issuers: &External<Issuers>) -> Option<External<Validator>> {
    issuers.renewed(now()).map(external)
}

#[napi(catch_unwind)]
pub(crate) fn issuers_poll(issuers: &External<Issuers>) -> Option<External<Fetch>> {
    issuers.poll(now()).map(External::new)
}

#[napi(catch_unwind)]
pub(crate) fn fetch_json(fetch: &External<Fetch>) -> String {
    lowwater_javascript::fetch_json(fetch)
}

#[napi(catch_unwind)]
pub(crate) fn issuers_answered(
    issuers: &External<Issuers>,
    fetch: &External<Fetch>,
    status: u32,
    headers: Vec<String>,
    body: Uint8ArraySlice<'_>,
) -> Option<External<Fetch>> {
    let response = Response { status, headers: &headers, body: &body };
    issuers.answered(fetch, &response, now()).map(External::new)
}

#[napi(catch_unwind)]
pub(crate) fn issuers_failed(issuers: &External<Issuers>, fetch: &External<Fetch>) {
    issuers.failed(fetch, now());
}

#[napi(catch_unwind)]
pub(crate) fn issuers_is_fetching(issuers: &External<Issuers>) -> bool {
    issuers.is_fetching()
}

#[napi(catch_unwind)]
pub(crate) fn issuers_hydrate(
    issuers: &External<Issuers>,
    issuer: String,
    jwks: String,
    fresh_until: i64,
) -> Result<()> {
    issuers.hydrate(&issuer, &jwks, fresh_until, now()).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn issuers_faults(issuers: &External<Issuers>) -> String {
    issuers.faults(now())
}

#[napi(catch_unwind)]
pub(crate) fn issuers_list_faults(issuers: &External<Issuers>) -> String {
    issuers.list_faults()
}
