//! Security event tokens that are fetched.

use lowwater_intake::{EventReceiver, Fetch};
use lowwater_javascript::{Issuers, Poll, Response};
use napi::bindgen_prelude::{External, Uint8ArraySlice};
use napi_derive::napi;

use crate::border::{Result, thrown};
use crate::events::EventsAsked;
use crate::now;

#[napi(catch_unwind)]
pub(crate) fn event_poll_from_json(config: String) -> Result<External<Poll>> {
    Poll::from_json(&config).map(External::new).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn event_poll_poll(poll: &External<Poll>) -> Option<External<Fetch>> {
    poll.poll(now()).map(External::new)
}

/// The tokens that came, as JSON: of each its name and its text.
#[napi(catch_unwind)]
pub(crate) fn event_poll_answered(
    poll: &External<Poll>,
    fetch: &External<Fetch>,
    status: u32,
    headers: Vec<String>,
    body: Uint8ArraySlice<'_>,
) -> String {
    poll.answered(fetch, &Response { status, headers: &headers, body: &body }, now())
}

#[napi(catch_unwind)]
pub(crate) fn event_poll_failed(poll: &External<Poll>, fetch: &External<Fetch>) {
    poll.failed(fetch, now());
}

#[napi(catch_unwind)]
pub(crate) fn event_poll_kept(poll: &External<Poll>, token_id: String) -> bool {
    poll.kept(&token_id)
}

/// Reads a token that came, and refuses one that cannot be taken.
#[napi(catch_unwind)]
pub(crate) fn event_poll_read(
    poll: &External<Poll>,
    receiver: &External<EventReceiver>,
    issuers: &External<Issuers>,
    token_id: String,
    token: String,
) -> EventsAsked {
    poll.read(receiver, issuers, &token_id, &token, now()).into()
}

/// How long to wait before the next round, in milliseconds.
#[napi(catch_unwind)]
pub(crate) fn event_poll_wait(poll: &External<Poll>) -> f64 {
    poll.wait(now())
}

#[napi(catch_unwind)]
pub(crate) fn event_poll_as_of(poll: &External<Poll>) -> Option<i64> {
    poll.as_of()
}

/// Those that were refused in the last round, each with the reason, as JSON.
#[napi(catch_unwind)]
pub(crate) fn event_poll_refused(poll: &External<Poll>) -> String {
    poll.refused()
}

#[napi(catch_unwind)]
pub(crate) fn event_poll_fault(poll: &External<Poll>) -> Option<String> {
    poll.fault()
}
