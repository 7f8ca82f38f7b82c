//! Requests to revoke. What comes of one is JSON.

use lowwater_javascript::{
    Asked, global_revocation_from_json as read, revoke_all, revoke_grant, unknown_user_json,
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, millis, thrown};
use crate::validator::Validator;

#[wasm_bindgen]
#[derive(Debug)]
pub struct GlobalRevocation(lowwater_intake::GlobalRevocation);

#[wasm_bindgen(js_name = globalRevocationFromJson)]
pub fn global_revocation_from_json(config: &str) -> Result<GlobalRevocation> {
    read(config).map(GlobalRevocation).map_err(thrown)
}

#[wasm_bindgen(js_name = globalRevocationReceive)]
pub fn global_revocation_receive(
    receiver: &GlobalRevocation,
    content_type: &str,
    body: &[u8],
    now: f64,
) -> String {
    revoke_all(&receiver.0, content_type, body, millis(now))
}

#[wasm_bindgen(js_name = globalRevocationUnknownUser)]
pub fn global_revocation_unknown_user() -> String {
    unknown_user_json()
}

#[wasm_bindgen(js_name = revocationRequest)]
pub fn revocation_request(content_type: &str, body: &[u8]) -> String {
    lowwater_javascript::revocation_request(content_type, body)
}

#[wasm_bindgen(js_name = revocationGrant)]
pub fn revocation_grant(issuer: &str, subject: &str, client: &str, now: f64) -> String {
    revoke_grant(issuer, subject, client, millis(now))
}

#[wasm_bindgen(js_name = acceptedRevoke)]
#[expect(clippy::needless_pass_by_value, reason = "so it comes from JavaScript")]
pub fn accepted_revoke(
    number: f64,
    validator: &Validator,
    token: &str,
    now: f64,
    client: Option<String>,
) -> Result<String> {
    let asked = Asked { number, validator: &validator.0, token, now: millis(now) };
    asked.revoke(client.as_deref()).map_err(thrown)
}
