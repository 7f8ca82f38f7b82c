//! A token without proof.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::made;

/// `[header, claims]` in JSON, or the JSON of a rejection.
#[wasm_bindgen]
pub fn unverified(token: &str) -> JsValue {
    made(lowwater_javascript::unverified(token).map(|read| vec![read.header, read.claims]))
}
