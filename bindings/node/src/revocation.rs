//! Requests to revoke. What comes of one is JSON.

use lowwater_intake::GlobalRevocation;
use lowwater_javascript::{
    Asked, Validator, global_revocation_from_json as read, revoke_all, revoke_grant,
    unknown_user_json,
};
use napi::bindgen_prelude::{External, Uint8ArraySlice};
use napi_derive::napi;

use crate::border::{Result, thrown};

#[napi(catch_unwind)]
pub(crate) fn global_revocation_from_json(config: String) -> Result<External<GlobalRevocation>> {
    read(&config).map(External::new).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn global_revocation_receive(
    receiver: &External<GlobalRevocation>,
    content_type: String,
    body: Uint8ArraySlice<'_>,
    at: i64,
) -> String {
    revoke_all(receiver, &content_type, &body, at)
}

#[napi(catch_unwind)]
pub(crate) fn global_revocation_unknown_user() -> String {
    unknown_user_json()
}

#[napi(catch_unwind)]
pub(crate) fn revocation_request(content_type: String, body: Uint8ArraySlice<'_>) -> String {
    lowwater_javascript::revocation_request(&content_type, &body)
}

#[napi(catch_unwind)]
pub(crate) fn revocation_grant(issuer: String, subject: String, client: String, at: i64) -> String {
    revoke_grant(&issuer, &subject, &client, at)
}

#[napi(catch_unwind)]
pub(crate) fn accepted_revoke(
    number: f64,
    validator: &External<Validator>,
    token: String,
    now: i64,
    client: Option<String>,
) -> Result<String> {
    Asked { number, validator, token: &token, now }.revoke(client.as_deref()).map_err(thrown)
}
