//! The one call.

use lowwater::{Freshness, Note, Policy, Unverified};
use napi::bindgen_prelude::{Array, Either, External};
use napi_derive::napi;

use crate::error::{Result, mistake, mistake_in_options};
use crate::held;
use crate::keys::{self, Proven, proven};
use crate::rules::{Rules, freshness_json};
use crate::time::{at, span};

/// What JavaScript holds of a validator.
pub(crate) struct Validator {
    pub(crate) validator: lowwater::Validator,
    /// The policy's switch, for keys that come later.
    short_secrets: bool,
}

/// A validator of a policy in JSON; `text`: a person wrote it, and can be told the place of a mistake.
#[napi(catch_unwind)]
pub(crate) fn validator_from_json(
    policy: String,
    text: bool,
    keys: Array<'_>,
) -> Result<External<Validator>> {
    let policy = Policy::from_json(&policy).map_err(|error| match text {
        true => mistake(error),
        false => mistake_in_options(error),
    })?;
    let short_secrets = policy.allows_short_secret();
    let keys = keys::given(&keys, short_secrets)?;
    Ok(external(lowwater::Validator::new(policy, keys), short_secrets))
}

/// With what V8 should know of its size, for a policy and keys that come anew again and again.
fn external(validator: lowwater::Validator, short_secrets: bool) -> External<Validator> {
    let size = keys::size(validator.keys());
    External::new_with_size_hint(Validator { validator, short_secrets }, size)
}

#[napi(catch_unwind)]
pub(crate) fn validator_with_keys(
    validator: &External<Validator>,
    keys: Array<'_>,
) -> Result<External<Validator>> {
    let short_secrets = validator.short_secrets;
    let validator = validator.validator.with_keys(keys::given(&keys, short_secrets)?);
    Ok(external(validator, short_secrets))
}

#[napi(catch_unwind)]
pub(crate) fn validator_keys(validator: &External<Validator>) -> External<lowwater::KeySet> {
    keys::external(validator.validator.keys().clone())
}

/// A number: the token is accepted, and that is its number (see `held`). Or JSON: that of a rejection,
/// or `number`, `notes` and `freshness` where there is something to say of these.
#[napi(catch_unwind)]
pub(crate) fn validate(
    validator: &External<Validator>,
    token: String,
    rules: &External<Rules>,
    now: i64,
    fresh_within: Option<i64>,
) -> Either<f64, String> {
    let bound = fresh_within.map(span);
    match rules.ask(bound, |rules| validator.validator.validate(&token, rules, at(now))) {
        Err(no) => Either::B(no.to_json()),
        Ok(accepted) => {
            let notes: Vec<_> = accepted.notes().map(Note::as_str).collect();
            let freshness = accepted.freshness();
            let number = held::keep(&token, accepted);
            if notes.is_empty() && freshness == Freshness::Fresh {
                return Either::A(number);
            }
            let (notes, freshness) = (serde_json::json!(notes), freshness_json(freshness));
            Either::B(format!(r#"{{"number":{number},"notes":{notes},"freshness":{freshness}}}"#))
        }
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
    let explain =
        |rules: &dyn lowwater::RuleSet| validator.validator.explain(&token, rules, at(now));
    rules.ask(fresh_within.map(span), explain).to_json()
}

#[napi(catch_unwind)]
pub(crate) fn verify(validator: &External<Validator>, token: String) -> Proven {
    proven(validator.validator.verify(&token))
}

/// `[the token]`, or the JSON of a rejection.
#[napi(catch_unwind)]
pub(crate) fn bearer(
    validator: &External<Validator>,
    header: Option<String>,
) -> Either<Vec<String>, String> {
    let found = match &header {
        None => Err(validator.validator.missing_token()),
        Some(header) => validator.validator.bearer(header),
    };
    match found {
        Ok(token) => Either::A(vec![token.to_owned()]),
        Err(no) => Either::B(no.to_json()),
    }
}

/// The JSON of a rejection.
#[napi(catch_unwind)]
pub(crate) fn rules_unavailable(validator: &External<Validator>, retry_after: i64) -> String {
    validator.validator.rules_unavailable(span(retry_after)).to_json()
}

/// `[header, claims]` in JSON, or the JSON of a rejection.
#[napi(catch_unwind)]
pub(crate) fn unverified(token: String) -> Either<Vec<String>, String> {
    match Unverified::read(&token) {
        Ok(read) => Either::A(vec![read.header_json().to_owned(), read.claims_json().to_owned()]),
        Err(no) => Either::B(no.to_json()),
    }
}
