//! The one call.

use lowwater::Signed;
use lowwater_javascript::{Answer, Draft, Rules, Validator};
use napi::bindgen_prelude::{Array, Either, External};
use napi_derive::napi;

use crate::border::{Result, made, thrown};
use crate::keys::{self, BACKEND, given};

/// With what V8 should know of its size, for a policy and keys that come anew again and again.
pub(crate) fn external(validator: Validator) -> External<Validator> {
    let size = validator.bytes();
    External::new_with_size_hint(validator, size)
}

/// A validator of a policy in JSON; `text`: a person wrote it, and can be told the place of a mistake.
#[napi(catch_unwind)]
pub(crate) fn validator_from_json(
    policy: String,
    text: bool,
    keys: Array<'_>,
    memo_bytes: Option<i64>,
) -> Result<External<Validator>> {
    let draft = Draft::from_json(&policy, text).map_err(thrown)?;
    let keys = given(&keys, draft.files(BACKEND))?;
    Ok(external(draft.with_keys(keys, memo_bytes)))
}

#[napi(catch_unwind)]
pub(crate) fn validator_with_keys(
    validator: &External<Validator>,
    keys: Array<'_>,
) -> Result<External<Validator>> {
    let keys = given(&keys, validator.files(BACKEND))?;
    Ok(external(validator.with_keys(keys)))
}

#[napi(catch_unwind)]
pub(crate) fn validator_keys(validator: &External<Validator>) -> External<lowwater::KeySet> {
    keys::external(validator.keys())
}

/// A number: the token is accepted, and that is its number. Or JSON: that of a rejection, or `number`,
/// `notes` and `freshness` where there is something to say of these.
#[napi(catch_unwind)]
pub(crate) fn validate(
    validator: &External<Validator>,
    token: String,
    rules: &External<Rules>,
    now: i64,
    fresh_within: Option<i64>,
) -> Either<f64, String> {
    told(validator.validate(&token, rules, now, fresh_within))
}

/// The same for each of many tokens, on so many threads.
#[napi(catch_unwind)]
pub(crate) fn validate_many(
    validator: &External<Validator>,
    tokens: Vec<String>,
    rules: &External<Rules>,
    now: i64,
    fresh_within: Option<i64>,
    threads: Option<i64>,
) -> Vec<Either<f64, String>> {
    let answers = validator.validate_many(&tokens, rules, now, fresh_within, threads);
    answers.into_iter().map(told).collect()
}

pub(crate) fn told(answer: Answer) -> Either<f64, String> {
    match answer {
        Answer::Accepted(number) => Either::A(number),
        Answer::Said(json) => Either::B(json),
    }
}

#[napi(catch_unwind)]
pub(crate) fn explain(
    validator: &External<Validator>,
    token: String,
    rules: &External<Rules>,
    now: i64,
    fresh_within: Option<i64>,
) -> String {
    validator.explain(&token, rules, now, fresh_within)
}

#[napi(catch_unwind)]
pub(crate) fn verify(
    validator: &External<Validator>,
    token: String,
) -> Either<External<Signed>, String> {
    made(validator.verify(&token), keys::size_of_signed)
}

/// `[the token]`, or the JSON of a rejection.
#[napi(catch_unwind)]
pub(crate) fn bearer(
    validator: &External<Validator>,
    header: Option<String>,
) -> Either<Vec<String>, String> {
    match validator.bearer(header.as_deref()) {
        Ok(token) => Either::A(vec![token]),
        Err(json) => Either::B(json),
    }
}

/// The JSON of a rejection.
#[napi(catch_unwind)]
pub(crate) fn rules_unavailable(validator: &External<Validator>, retry_after: i64) -> String {
    validator.rules_unavailable(retry_after)
}

/// `[header, claims]` in JSON, or the JSON of a rejection.
#[napi(catch_unwind)]
pub(crate) fn unverified(token: String) -> Either<Vec<String>, String> {
    match lowwater_javascript::unverified(&token) {
        Ok(read) => Either::A(vec![read.header, read.claims]),
        Err(json) => Either::B(json),
    }
}
