//! Logout tokens of an issuer.

use lowwater_javascript::{Awaiting, Signers, receive_logout};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, millis, thrown};
use crate::issuers::{Issuers, asked};
use crate::keys::KeySet;

#[wasm_bindgen]
#[derive(Debug)]
pub struct LogoutReceiver(lowwater_intake::LogoutReceiver);

#[wasm_bindgen(js_name = logoutReceiverFromJson)]
pub fn logout_receiver_from_json(config: &str) -> Result<LogoutReceiver> {
    lowwater_javascript::logout_receiver_from_json(config).map(LogoutReceiver).map_err(thrown)
}

#[wasm_bindgen(js_name = logoutReceiverIssuer)]
pub fn logout_receiver_issuer(receiver: &LogoutReceiver) -> String {
    receiver.0.issuer().to_owned()
}

fn receive(receiver: &LogoutReceiver, body: &[u8], keys: Signers<'_>, now: f64) -> JsValue {
    let Awaiting { answer, awaited } = receive_logout(&receiver.0, body, keys, millis(now));
    asked(Awaiting { answer: answer.into(), awaited })
}

#[wasm_bindgen(js_name = logoutReceive)]
pub fn logout_receive(receiver: &LogoutReceiver, body: &[u8], keys: &KeySet, now: f64) -> JsValue {
    receive(receiver, body, Signers::Given(&keys.0), now)
}

#[wasm_bindgen(js_name = issuersReceiveLogout)]
pub fn issuers_receive_logout(
    issuers: &Issuers,
    receiver: &LogoutReceiver,
    body: &[u8],
    now: f64,
    clock: f64,
) -> JsValue {
    receive(receiver, body, Signers::Fetched(&issuers.0, millis(clock)), now)
}
