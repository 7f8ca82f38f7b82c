//! Keys and sets of keys.

use lowwater::{Algorithm, Backend, Ring};
use lowwater_javascript::{File, KeyFiles};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, made, thrown};

/// What checks signatures: of the two libraries the one that builds for WebAssembly.
pub(crate) const BACKEND: &dyn Backend = &Ring;

#[wasm_bindgen]
#[derive(Debug)]
pub struct Key(lowwater::Key);

#[wasm_bindgen]
#[derive(Debug)]
pub struct KeySet(pub(crate) lowwater::KeySet);

/// A proven message.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Signed(pub(crate) lowwater::Signed);

/// Keys as they come, one by one: `wasm-bindgen` hands no array of such objects over without taking them
/// away from JavaScript.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Files(pub(crate) KeyFiles);

#[wasm_bindgen]
impl Files {
    /// `short`: secrets in sets of keys may be shorter than their hash.
    #[wasm_bindgen(constructor)]
    pub fn new(short: bool) -> Self {
        Self(KeyFiles::new(BACKEND, short))
    }

    /// One more; this object is used up.
    #[wasm_bindgen(js_name = andKey)]
    pub fn and_key(self, key: &Key) -> Result<Self> {
        self.0.and(&File::Key(&key.0)).map(Self).map_err(thrown)
    }

    /// One more; this object is used up.
    #[wasm_bindgen(js_name = andContent)]
    pub fn and_content(self, content: &[u8]) -> Result<Self> {
        self.0.and(&File::Content(content)).map(Self).map_err(thrown)
    }

    /// The set; this object is used up.
    pub fn set(self) -> Result<KeySet> {
        self.0.set().map(KeySet).map_err(thrown)
    }
}

/// A key of a form: `secret`, `short_secret`, `der`, `pem` or `jwk`.
#[wasm_bindgen(js_name = keyFrom)]
pub fn key_from(
    form: &str,
    content: &[u8],
    id: Option<String>,
    algorithm: Option<String>,
) -> Result<Key> {
    lowwater_javascript::key_from(form, content, id.as_deref(), algorithm.as_deref())
        .map(Key)
        .map_err(thrown)
}

#[wasm_bindgen(js_name = keyId)]
pub fn key_id(key: &Key) -> Option<String> {
    key.0.id().map(str::to_owned)
}

#[wasm_bindgen(js_name = keyAlgorithm)]
pub fn key_algorithm(key: &Key) -> Option<String> {
    key.0.algorithm().map(|algorithm| Algorithm::name(algorithm).to_owned())
}

#[wasm_bindgen(js_name = keySetFromJwks)]
pub fn key_set_from_jwks(jwks: &str, short: bool) -> Result<KeySet> {
    lowwater_javascript::key_set_from_jwks(BACKEND, jwks, short).map(KeySet).map_err(thrown)
}

#[wasm_bindgen(js_name = keySetCopy)]
pub fn key_set_copy(set: &KeySet) -> KeySet {
    KeySet(set.0.clone())
}

#[wasm_bindgen(js_name = keySetForIssuer)]
pub fn key_set_for_issuer(set: &KeySet, issuer: &str) -> KeySet {
    KeySet(set.0.clone().for_issuer(issuer))
}

#[wasm_bindgen(js_name = keySetUnion)]
pub fn key_set_union(set: &KeySet, other: &KeySet) -> KeySet {
    KeySet(set.0.union(&other.0))
}

#[wasm_bindgen(js_name = keySetIds)]
pub fn key_set_ids(set: &KeySet) -> Vec<String> {
    set.0.key_ids().map(str::to_owned).collect()
}

#[wasm_bindgen(js_name = keySetSkipped)]
pub fn key_set_skipped(set: &KeySet) -> String {
    lowwater_javascript::skipped(&set.0)
}

#[wasm_bindgen(js_name = keySetSize)]
pub fn key_set_size(set: &KeySet) -> u32 {
    lowwater_javascript::count(set.0.len())
}

/// A proven message, or the JSON of a rejection.
#[wasm_bindgen(js_name = keySetVerify)]
#[expect(clippy::needless_pass_by_value, reason = "so it comes from JavaScript")]
pub fn key_set_verify(set: &KeySet, token: &str, algorithms: Vec<String>) -> Result<JsValue> {
    let proven = lowwater_javascript::verify(&set.0, token, &algorithms).map_err(thrown)?;
    Ok(made(proven.map(Signed)))
}

#[wasm_bindgen(js_name = signedPayload)]
pub fn signed_payload(signed: &Signed) -> Vec<u8> {
    signed.0.payload().to_vec()
}

#[wasm_bindgen(js_name = signedHeaderJson)]
pub fn signed_header_json(signed: &Signed) -> String {
    signed.0.header_json().to_owned()
}

#[wasm_bindgen(js_name = signedAlgorithm)]
pub fn signed_algorithm(signed: &Signed) -> String {
    signed.0.algorithm().name().to_owned()
}

#[wasm_bindgen(js_name = signedKeyId)]
pub fn signed_key_id(signed: &Signed) -> String {
    signed.0.key_id().to_owned()
}
