//! Security event tokens, and how young the rules of a stream are.

use lowwater_javascript::{Awaiting, Signers, receive_events};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, made, millis, number, thrown};
use crate::issuers::{Issuers, asked};
use crate::keys::KeySet;

#[wasm_bindgen]
#[derive(Debug)]
pub struct EventReceiver(pub(crate) lowwater_intake::EventReceiver);

#[wasm_bindgen]
#[derive(Debug)]
pub struct Received(lowwater_intake::Received);

#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Stream(lowwater_javascript::Stream);

/// What came of a message: what it says, or the JSON of why it is not taken.
pub(crate) fn came(
    awaiting: Awaiting<std::result::Result<lowwater_intake::Received, String>>,
) -> JsValue {
    let Awaiting { answer, awaited } = awaiting;
    asked(Awaiting { answer: made(answer.map(Received)), awaited })
}

#[wasm_bindgen(js_name = eventReceiverFromJson)]
pub fn event_receiver_from_json(config: &str) -> Result<EventReceiver> {
    lowwater_javascript::event_receiver_from_json(config).map(EventReceiver).map_err(thrown)
}

#[wasm_bindgen(js_name = eventReceiverIssuer)]
pub fn event_receiver_issuer(receiver: &EventReceiver) -> String {
    receiver.0.issuer().to_owned()
}

/// Without a content type, of a token by itself.
#[wasm_bindgen(js_name = eventsReceive)]
#[expect(clippy::needless_pass_by_value, reason = "so it comes from JavaScript")]
pub fn events_receive(
    receiver: &EventReceiver,
    content_type: Option<String>,
    body: &[u8],
    keys: &KeySet,
    now: f64,
) -> JsValue {
    let keys = Signers::Given(&keys.0);
    came(receive_events(&receiver.0, content_type.as_deref(), body, keys, millis(now)))
}

#[wasm_bindgen(js_name = issuersReceiveEvents)]
#[expect(clippy::needless_pass_by_value, reason = "so it comes from JavaScript")]
pub fn issuers_receive_events(
    issuers: &Issuers,
    receiver: &EventReceiver,
    content_type: Option<String>,
    body: &[u8],
    now: f64,
    clock: f64,
) -> JsValue {
    let keys = Signers::Fetched(&issuers.0, millis(clock));
    came(receive_events(&receiver.0, content_type.as_deref(), body, keys, millis(now)))
}

#[wasm_bindgen(js_name = eventsReceivedJson)]
pub fn events_received_json(received: &Received) -> String {
    lowwater_javascript::received_json(&received.0)
}

#[wasm_bindgen(js_name = eventsWrongStateJson)]
pub fn events_wrong_state_json() -> String {
    lowwater_javascript::wrong_state_json()
}

#[wasm_bindgen(js_name = streamFreshness)]
pub fn stream_freshness() -> Stream {
    Stream::default()
}

#[wasm_bindgen(js_name = streamHeard)]
pub fn stream_heard(stream: &Stream, received: &Received) {
    stream.0.heard(&received.0);
}

#[wasm_bindgen(js_name = streamPolled)]
pub fn stream_polled(stream: &Stream, as_of: f64) {
    stream.0.polled(millis(as_of));
}

#[wasm_bindgen(js_name = streamStatus)]
pub fn stream_status(stream: &Stream, status: &str, when: f64) -> Result<()> {
    stream.0.status(status, millis(when)).map_err(thrown)
}

#[wasm_bindgen(js_name = streamResynced)]
pub fn stream_resynced(stream: &Stream, as_of: f64) {
    stream.0.resynced(millis(as_of));
}

#[wasm_bindgen(js_name = streamNeedsResync)]
pub fn stream_needs_resync(stream: &Stream) -> bool {
    stream.0.needs_resync()
}

#[wasm_bindgen(js_name = streamAsOf)]
pub fn stream_as_of(stream: &Stream) -> Option<f64> {
    stream.0.as_of().map(number)
}
