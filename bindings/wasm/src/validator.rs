//! The one call.

use lowwater_javascript::Answer;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, made, millis, thrown};
use crate::cutoffs::Rules;
use crate::keys::{BACKEND, Files, KeySet, Signed};

#[wasm_bindgen]
#[derive(Debug)]
pub struct Validator(pub(crate) lowwater_javascript::Validator);

/// A validator that waits for its keys.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Draft(lowwater_javascript::Draft);

#[wasm_bindgen]
impl Draft {
    /// Of a policy in JSON; `text`: a person wrote it, and can be told the place of a mistake.
    #[wasm_bindgen(constructor)]
    pub fn from_json(policy: &str, text: bool) -> Result<Self> {
        lowwater_javascript::Draft::from_json(policy, text).map(Self).map_err(thrown)
    }

    /// For the keys that come as files.
    pub fn files(&self) -> Files {
        Files(self.0.files(BACKEND))
    }

    /// The validator; this object is used up.
    #[wasm_bindgen(js_name = withKeys)]
    pub fn with_keys(self, keys: &KeySet, memo_bytes: Option<f64>) -> Validator {
        Validator(self.0.with_keys(keys.0.clone(), memo_bytes.map(millis)))
    }
}

/// For keys that come later as files.
#[wasm_bindgen(js_name = validatorFiles)]
pub fn validator_files(validator: &Validator) -> Files {
    Files(validator.0.files(BACKEND))
}

#[wasm_bindgen(js_name = validatorWithKeys)]
pub fn validator_with_keys(validator: &Validator, keys: &KeySet) -> Validator {
    Validator(validator.0.with_keys(keys.0.clone()))
}

#[wasm_bindgen(js_name = validatorKeys)]
pub fn validator_keys(validator: &Validator) -> KeySet {
    KeySet(validator.0.keys())
}

/// A number: the token is accepted, and that is its number. Or JSON: that of a rejection, or `number`,
/// `notes` and `freshness` where there is something to say of these.
#[wasm_bindgen]
pub fn validate(
    validator: &Validator,
    token: &str,
    rules: &Rules,
    now: f64,
    fresh_within: Option<f64>,
) -> JsValue {
    told(validator.0.validate(token, &rules.0, millis(now), fresh_within.map(millis)))
}

pub(crate) fn told(answer: Answer) -> JsValue {
    match answer {
        Answer::Accepted(number) => number.into(),
        Answer::Said(json) => json.into(),
    }
}

#[wasm_bindgen]
pub fn explain(
    validator: &Validator,
    token: &str,
    rules: &Rules,
    now: f64,
    fresh_within: Option<f64>,
) -> String {
    validator.0.explain(token, &rules.0, millis(now), fresh_within.map(millis))
}

/// A proven message, or the JSON of a rejection.
#[wasm_bindgen]
pub fn verify(validator: &Validator, token: &str) -> JsValue {
    made(validator.0.verify(token).map(Signed))
}

/// `[the token]`, or the JSON of a rejection.
#[wasm_bindgen]
#[expect(clippy::needless_pass_by_value, reason = "so it comes from JavaScript")]
pub fn bearer(validator: &Validator, header: Option<String>) -> JsValue {
    made(validator.0.bearer(header.as_deref()).map(|token| vec![token]))
}

/// The JSON of a rejection.
#[wasm_bindgen(js_name = rulesUnavailable)]
pub fn rules_unavailable(validator: &Validator, retry_after: f64) -> String {
    validator.0.rules_unavailable(millis(retry_after))
}
