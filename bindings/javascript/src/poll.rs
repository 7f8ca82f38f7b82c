//! Security event tokens that are fetched: what to fetch, and what became of what came. The fetching is JavaScript's.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use lowwater::UnixTime;
use lowwater_intake::{EventPoll, EventReceiver, Fetch, Received};

use crate::events;
use crate::issuers::{Awaiting, Issuers};
use crate::json;
use crate::message::Signers;
use crate::mistake::{Result, in_json};
use crate::response::Response;
use crate::time::at;

/// The poll of one stream.
pub struct Poll(Mutex<EventPoll>);

impl Poll {
    /// Reads a configuration in JSON.
    ///
    /// # Errors
    /// A mistake in it.
    pub fn from_json(config: &str) -> Result<Self> {
        EventPoll::from_json(config).map(|poll| Self(Mutex::new(poll))).map_err(in_json(false))
    }

    fn with<T>(&self, ask: impl FnOnce(&mut EventPoll) -> T) -> T {
        ask(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What to fetch now, if anything.
    #[must_use]
    pub fn poll(&self, clock: i64) -> Option<Fetch> {
        self.with(|poll| poll.poll(at(clock)))
    }

    /// What the transmitter answered; the tokens that came as JSON: of each its name and its text.
    #[must_use]
    pub fn answered(&self, fetch: &Fetch, response: &Response<'_>, clock: i64) -> String {
        let sets =
            response.read(|answer| self.with(|poll| poll.answered(fetch, answer, at(clock))));
        json(&sets.iter().map(|set| (set.token_id(), set.token())).collect::<Vec<_>>())
    }

    /// There was no answer.
    pub fn failed(&self, fetch: &Fetch, clock: i64) {
        self.with(|poll| poll.failed(fetch, at(clock)));
    }

    /// Reads a token that came. One that cannot be taken is refused to the transmitter, unless it is for the want of keys:
    /// then it comes again.
    #[must_use]
    pub fn read(
        &self,
        receiver: &EventReceiver,
        issuers: &Issuers,
        token_id: &str,
        token: &str,
        clock: i64,
    ) -> Awaiting<std::result::Result<Received, String>> {
        let keys = Signers::Fetched(issuers, clock);
        let read = events::read(receiver, None, token.as_bytes(), keys, clock);
        match &read.answer {
            Ok(_) => {}
            Err(fault) if fault.for_later().is_some() => {}
            Err(fault) => self.with(|poll| poll.refused(token_id, fault)),
        }
        read.map(|answer| answer.map_err(|fault| events::refused(&fault)))
    }

    /// The rules of this token are applied and kept.
    pub fn kept(&self, token_id: &str) -> bool {
        self.with(|poll| poll.kept(token_id))
    }

    /// How long to wait before [`poll`](Self::poll) is asked again, in milliseconds.
    #[must_use]
    pub fn wait(&self, clock: i64) -> f64 {
        let next = self.with(|poll| poll.next_poll()).map_or(clock, UnixTime::as_millis);
        crate::number(next.saturating_sub(clock).max(0).unsigned_abs())
    }

    /// So old the rules are, if that is known.
    #[must_use]
    pub fn as_of(&self) -> Option<i64> {
        self.with(|poll| poll.as_of()).map(UnixTime::as_millis)
    }

    /// Those that were refused in the last round, each with the reason, as JSON.
    #[must_use]
    pub fn refused(&self) -> String {
        let pairs = |poll: &EventPoll| {
            let owned = |(token_id, why): (&str, &str)| (token_id.to_owned(), why.to_owned());
            poll.refusals().map(owned).collect::<Vec<_>>()
        };
        json(&self.with(|poll| pairs(poll)))
    }

    /// What went wrong with the last request.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.with(|poll| poll.fault().map(ToString::to_string))
    }
}

impl fmt::Debug for Poll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|poll| poll.fmt(f))
    }
}
