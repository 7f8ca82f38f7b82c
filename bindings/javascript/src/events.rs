//! Security event tokens: of a push, of a poll, and how young the rules of a stream are.

use std::sync::{Mutex, PoisonError};

use lowwater_intake::{EventReceiver, MessageFault, Received, StreamFreshness, StreamStatus};
use serde::Serialize;

use crate::issuers::Awaiting;
use crate::json;
use crate::message::{self, Signers, Told};
use crate::mistake::{Mistake, Result, in_json};
use crate::time::at;

/// A receiver of a configuration in JSON.
///
/// # Errors
/// A mistake in it.
pub fn event_receiver_from_json(config: &str) -> Result<EventReceiver> {
    EventReceiver::from_json(config).map_err(in_json(false))
}

/// What came of the body of a push; without a `content_type`, of a token by itself. Of one that is not taken the JSON of a
/// refusal: `code`, `message`, `reply`.
#[must_use]
pub fn receive_events(
    receiver: &EventReceiver,
    content_type: Option<&str>,
    body: &[u8],
    keys: Signers<'_>,
    now: i64,
) -> Awaiting<std::result::Result<Received, String>> {
    read(receiver, content_type, body, keys, now)
        .map(|answer| answer.map_err(|fault| refused(&fault)))
}

pub(crate) fn read(
    receiver: &EventReceiver,
    content_type: Option<&str>,
    body: &[u8],
    keys: Signers<'_>,
    now: i64,
) -> Awaiting<std::result::Result<Received, MessageFault>> {
    // What is no text has a shape that no token has; it is told as such.
    let token = str::from_utf8(body).unwrap_or_default();
    keys.read(receiver.issuer(), |keys| match content_type {
        Some(content_type) => receiver.push(content_type, body, keys, at(now)),
        None => receiver.receive(token, keys, at(now)),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Taken<'l> {
    rules: Vec<String>,
    /// As the crate writes it.
    said: String,
    issued_at: i64,
    reply: Told<'l>,
}

/// What a message says, as JSON: `rules`, `said` (all of it, in JSON), `issuedAt`, `reply`.
#[must_use]
pub fn received_json(received: &Received) -> String {
    let (rules, said) = (message::texts(received.rules()), received.to_json());
    let (issued_at, reply) = (received.issued_at().as_millis(), received.reply());
    json(&Taken { rules, said, issued_at, reply: Told::of(&reply) })
}

pub(crate) fn refused(fault: &MessageFault) -> String {
    let reply = EventReceiver::refusal(fault);
    message::refused(fault.code(), fault.to_string(), Some(&reply))
}

/// What to answer a verification with another `state` than the one that was asked for, as JSON.
#[must_use]
pub fn wrong_state_json() -> String {
    message::reply_json(&Received::wrong_state())
}

/// How young the rules of a stream are.
#[derive(Debug, Default)]
pub struct Stream(Mutex<StreamFreshness>);

impl Stream {
    fn with<T>(&self, ask: impl FnOnce(&mut StreamFreshness) -> T) -> T {
        ask(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A message was taken, and its rules are kept.
    pub fn heard(&self, received: &Received) {
        self.with(|stream| stream.heard(received));
    }

    /// A poll left nothing open.
    pub fn polled(&self, as_of: i64) {
        self.with(|stream| stream.polled(at(as_of)));
    }

    /// The transmitter says that the stream has this status, at this time.
    ///
    /// # Errors
    /// A word that is none.
    pub fn status(&self, status: &str, when: i64) -> Result<()> {
        let known = [StreamStatus::Enabled, StreamStatus::Paused, StreamStatus::Disabled];
        let said = known.into_iter().find(|known| known.as_str() == status);
        let expected = "must be `enabled`, `paused` or `disabled`";
        let said = said.ok_or_else(|| Mistake::argument("status", expected))?;
        self.with(|stream| stream.status(said, at(when)));
        Ok(())
    }

    /// All rules of this time were loaded from somewhere else.
    pub fn resynced(&self, as_of: i64) {
        self.with(|stream| stream.resynced(at(as_of)));
    }

    /// Were events lost that will not come again?
    #[must_use]
    pub fn needs_resync(&self) -> bool {
        self.with(|stream| stream.needs_resync())
    }

    /// So old the rules are, if that is known.
    #[must_use]
    pub fn as_of(&self) -> Option<i64> {
        self.with(|stream| stream.as_of()).map(lowwater::UnixTime::as_millis)
    }
}
