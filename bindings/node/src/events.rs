//! Security event tokens, and how young the rules of a stream are.

use lowwater::KeySet;
use lowwater_intake::{EventReceiver, Received};
use lowwater_javascript::{
    Awaiting, Issuers, Signers, Stream, event_receiver_from_json as read, receive_events,
    received_json, wrong_state_json,
};
use napi::bindgen_prelude::{Either, External, Uint8ArraySlice};
use napi_derive::napi;

use crate::border::{Result, thrown};
use crate::now;

/// What came of a message (the JSON of one that is not taken), and whether newer keys are worth waiting for.
#[napi(object, object_from_js = false)]
pub(crate) struct EventsAsked {
    pub answer: Either<External<Received>, String>,
    pub awaited: bool,
}

impl From<Awaiting<std::result::Result<Received, String>>> for EventsAsked {
    fn from(awaiting: Awaiting<std::result::Result<Received, String>>) -> Self {
        let Awaiting { answer, awaited } = awaiting;
        let answer = match answer {
            Ok(received) => Either::A(External::new(received)),
            Err(json) => Either::B(json),
        };
        Self { answer, awaited }
    }
}

#[napi(catch_unwind)]
pub(crate) fn event_receiver_from_json(config: String) -> Result<External<EventReceiver>> {
    read(&config).map(External::new).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn event_receiver_issuer(receiver: &External<EventReceiver>) -> String {
    receiver.issuer().to_owned()
}

/// Without a content type, of a token by itself.
#[napi(catch_unwind)]
pub(crate) fn events_receive(
    receiver: &External<EventReceiver>,
    content_type: Option<String>,
    body: Uint8ArraySlice<'_>,
    keys: &External<KeySet>,
    at: i64,
) -> EventsAsked {
    receive_events(receiver, content_type.as_deref(), &body, Signers::Given(keys), at).into()
}

#[napi(catch_unwind)]
pub(crate) fn issuers_receive_events(
    issuers: &External<Issuers>,
    receiver: &External<EventReceiver>,
    content_type: Option<String>,
    body: Uint8ArraySlice<'_>,
    at: i64,
) -> EventsAsked {
    let keys = Signers::Fetched(issuers, now());
    receive_events(receiver, content_type.as_deref(), &body, keys, at).into()
}

#[napi(catch_unwind)]
pub(crate) fn events_received_json(received: &External<Received>) -> String {
    received_json(received)
}

#[napi(catch_unwind)]
pub(crate) fn events_wrong_state_json() -> String {
    wrong_state_json()
}

#[napi(catch_unwind)]
pub(crate) fn stream_freshness() -> External<Stream> {
    External::new(Stream::default())
}

#[napi(catch_unwind)]
pub(crate) fn stream_heard(stream: &External<Stream>, received: &External<Received>) {
    stream.heard(received);
}

#[napi(catch_unwind)]
pub(crate) fn stream_polled(stream: &External<Stream>, as_of: i64) {
    stream.polled(as_of);
}

#[napi(catch_unwind)]
pub(crate) fn stream_status(stream: &External<Stream>, status: String, when: i64) -> Result<()> {
    stream.status(&status, when).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn stream_resynced(stream: &External<Stream>, as_of: i64) {
    stream.resynced(as_of);
}

#[napi(catch_unwind)]
pub(crate) fn stream_needs_resync(stream: &External<Stream>) -> bool {
    stream.needs_resync()
}

#[napi(catch_unwind)]
pub(crate) fn stream_as_of(stream: &External<Stream>) -> Option<i64> {
    stream.as_of()
}
