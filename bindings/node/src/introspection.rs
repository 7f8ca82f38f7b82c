//! Tokens that their authorization server is asked about.

use lowwater::{AwsLc, KeySet};
use lowwater_intake::Fetch;
use lowwater_javascript::{
    Decided, Inquiry, Introspections, Issuers, Pending, Response, Rules, Signers, Validator,
};
use napi::bindgen_prelude::{Either, External, Uint8ArraySlice};
use napi_derive::napi;

use crate::border::{Result, thrown};
use crate::validator::{external, told};

/// A decision, and of an accepted token the response that stands for its text.
#[napi(object, object_from_js = false)]
pub(crate) struct Introspected {
    pub answer: Either<f64, String>,
    pub response: Option<String>,
}

impl From<Decided> for Introspected {
    fn from(Decided { answer, response }: Decided) -> Self {
        Self { answer: told(answer), response }
    }
}

/// What there is to wait for: what to fetch, if nobody does already, and which request it is.
#[napi(object, object_from_js = false)]
pub(crate) struct Awaited {
    pub inquiry: External<Inquiry>,
    pub fetch: Either<External<Fetch>, bool>,
    pub number: f64,
}

#[napi(catch_unwind)]
pub(crate) fn introspections_from_json(
    policy: String,
    introspection: String,
) -> Result<External<Introspections>> {
    let own = Introspections::from_json(&policy, &introspection, AwsLc::new());
    own.map(External::new).map_err(thrown)
}

/// A decision alone, or `[what there is to wait for]`.
#[napi(catch_unwind)]
pub(crate) fn introspections_begin(
    own: &External<Introspections>,
    token: String,
    rules: &External<Rules>,
    at: i64,
    fresh_within: Option<i64>,
    clock: i64,
) -> Either<Introspected, Vec<Awaited>> {
    match own.begin(&token, rules, at, fresh_within, clock) {
        Ok(decided) => Either::A(decided.into()),
        Err(pending) => {
            let Pending { inquiry, fetch, number } = *pending;
            let fetch = fetch.map_or(Either::B(false), |fetch| Either::A(External::new(fetch)));
            Either::B(vec![Awaited { inquiry: External::new(inquiry), fetch, number }])
        }
    }
}

#[napi(catch_unwind)]
pub(crate) fn introspections_ask(
    own: &External<Introspections>,
    inquiry: &External<Inquiry>,
    rules: &External<Rules>,
    at: i64,
    fresh_within: Option<i64>,
) -> Introspected {
    own.ask(inquiry, rules, at, fresh_within).answer.into()
}

#[napi(catch_unwind)]
pub(crate) fn introspections_answered(
    own: &External<Introspections>,
    fetch: &External<Fetch>,
    status: u32,
    headers: Vec<String>,
    body: Uint8ArraySlice<'_>,
    clock: i64,
) {
    own.answered(fetch, &Response { status, headers: &headers, body: &body }, None, clock);
}

#[napi(catch_unwind)]
pub(crate) fn introspections_answered_with(
    own: &External<Introspections>,
    keys: &External<KeySet>,
    fetch: &External<Fetch>,
    status: u32,
    headers: Vec<String>,
    body: Uint8ArraySlice<'_>,
    clock: i64,
) {
    let response = Response { status, headers: &headers, body: &body };
    own.answered(fetch, &response, Some(Signers::Given(keys)), clock);
}

/// Tells whether it was not taken in yet, for newer keys are worth waiting for.
#[napi(catch_unwind)]
pub(crate) fn introspections_answered_by(
    own: &External<Introspections>,
    issuers: &External<Issuers>,
    fetch: &External<Fetch>,
    status: u32,
    headers: Vec<String>,
    body: Uint8ArraySlice<'_>,
    clock: i64,
) -> bool {
    let response = Response { status, headers: &headers, body: &body };
    own.answered(fetch, &response, Some(Signers::Fetched(issuers, clock)), clock)
}

#[napi(catch_unwind)]
pub(crate) fn introspections_failed(
    own: &External<Introspections>,
    fetch: &External<Fetch>,
    clock: i64,
) {
    own.failed(fetch, clock);
}

#[napi(catch_unwind)]
pub(crate) fn introspections_is_signed(own: &External<Introspections>) -> bool {
    own.is_signed()
}

/// Are the keys of its issuer fetched there?
#[napi(catch_unwind)]
pub(crate) fn introspections_is_known_to(
    own: &External<Introspections>,
    issuers: &External<Issuers>,
) -> bool {
    issuers.has_source(own.issuer())
}

#[napi(catch_unwind)]
pub(crate) fn introspections_fault(own: &External<Introspections>) -> Option<String> {
    own.fault()
}

#[napi(catch_unwind)]
pub(crate) fn introspections_set_credentials(
    own: &External<Introspections>,
    client_id: Option<String>,
    client_secret: Option<String>,
    bearer: Option<String>,
) -> Result<()> {
    own.set_credentials(client_id.as_deref(), client_secret.as_deref(), bearer.as_deref())
        .map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn introspections_clear(own: &External<Introspections>) {
    own.clear();
}

#[napi(catch_unwind)]
pub(crate) fn introspections_validator(own: &External<Introspections>) -> External<Validator> {
    external(own.validator())
}
