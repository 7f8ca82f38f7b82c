//! Security event tokens that are fetched. `clock` is the host's time.

use lowwater_javascript::Response;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, millis, number, thrown};
use crate::events::{EventReceiver, came};
use crate::issuers::{Fetch, Issuers};

#[wasm_bindgen]
#[derive(Debug)]
pub struct Poll(lowwater_javascript::Poll);

#[wasm_bindgen(js_name = eventPollFromJson)]
pub fn event_poll_from_json(config: &str) -> Result<Poll> {
    lowwater_javascript::Poll::from_json(config).map(Poll).map_err(thrown)
}

#[wasm_bindgen(js_name = eventPollPoll)]
pub fn event_poll_poll(poll: &Poll, clock: f64) -> Option<Fetch> {
    poll.0.poll(millis(clock)).map(Fetch)
}

/// The tokens that came, as JSON: of each its name and its text.
#[wasm_bindgen(js_name = eventPollAnswered)]
#[expect(clippy::needless_pass_by_value, reason = "so it comes from JavaScript")]
pub fn event_poll_answered(
    poll: &Poll,
    fetch: &Fetch,
    status: u32,
    headers: Vec<String>,
    body: &[u8],
    clock: f64,
) -> String {
    poll.0.answered(&fetch.0, &Response { status, headers: &headers, body }, millis(clock))
}

#[wasm_bindgen(js_name = eventPollFailed)]
pub fn event_poll_failed(poll: &Poll, fetch: &Fetch, clock: f64) {
    poll.0.failed(&fetch.0, millis(clock));
}

#[wasm_bindgen(js_name = eventPollKept)]
pub fn event_poll_kept(poll: &Poll, token_id: &str) -> bool {
    poll.0.kept(token_id)
}

/// Reads a token that came, and refuses one that cannot be taken.
#[wasm_bindgen(js_name = eventPollRead)]
pub fn event_poll_read(
    poll: &Poll,
    receiver: &EventReceiver,
    issuers: &Issuers,
    token_id: &str,
    token: &str,
    clock: f64,
) -> JsValue {
    came(poll.0.read(&receiver.0, &issuers.0, token_id, token, millis(clock)))
}

/// Those that were refused in the last round, each with the reason, as JSON.
#[wasm_bindgen(js_name = eventPollRefused)]
pub fn event_poll_refused(poll: &Poll) -> String {
    poll.0.refused()
}

/// How long to wait before the next round, in milliseconds.
#[wasm_bindgen(js_name = eventPollWait)]
pub fn event_poll_wait(poll: &Poll, clock: f64) -> f64 {
    poll.0.wait(millis(clock))
}

#[wasm_bindgen(js_name = eventPollAsOf)]
pub fn event_poll_as_of(poll: &Poll) -> Option<f64> {
    poll.0.as_of().map(number)
}

#[wasm_bindgen(js_name = eventPollFault)]
pub fn event_poll_fault(poll: &Poll) -> Option<String> {
    poll.0.fault()
}
