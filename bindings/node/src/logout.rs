//! Logout tokens of an issuer.

use lowwater::KeySet;
use lowwater_intake::LogoutReceiver;
use lowwater_javascript::{Issuers, Signers, logout_receiver_from_json as read, receive_logout};
use napi::bindgen_prelude::{External, Uint8ArraySlice};
use napi_derive::napi;

use crate::border::{Result, thrown};
use crate::issuers::{Asked, asked};
use crate::now;

#[napi(catch_unwind)]
pub(crate) fn logout_receiver_from_json(config: String) -> Result<External<LogoutReceiver>> {
    read(&config).map(External::new).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn logout_receiver_issuer(receiver: &External<LogoutReceiver>) -> String {
    receiver.issuer().to_owned()
}

#[napi(catch_unwind)]
pub(crate) fn logout_receive(
    receiver: &External<LogoutReceiver>,
    body: Uint8ArraySlice<'_>,
    keys: &External<KeySet>,
    at: i64,
) -> Asked {
    asked(receive_logout(receiver, &body, Signers::Given(keys), at))
}

#[napi(catch_unwind)]
pub(crate) fn issuers_receive_logout(
    issuers: &External<Issuers>,
    receiver: &External<LogoutReceiver>,
    body: Uint8ArraySlice<'_>,
    at: i64,
) -> Asked {
    asked(receive_logout(receiver, &body, Signers::Fetched(issuers, now()), at))
}
