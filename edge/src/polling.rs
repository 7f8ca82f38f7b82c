//! A stream of security events that is fetched.

use std::fmt;
use std::time::Duration;

use lowwater::ConfigError;
use lowwater_intake::{EventPoll, EventReceiver, Fetch, PolledSet, Received};

use crate::client::{Client, HttpClient};
use crate::clock::now as clock;
use crate::fetching::FetchingValidator;

/// Fetches the security events of one stream (RFC 8936), reads them by their transmitter's keys, and acknowledges what was
/// kept.
///
/// ```no_run
/// use lowwater::ApplyError;
/// use lowwater_edge::{FetchingValidator, PollingReceiver, SharedCutoffs, now};
/// use lowwater_intake::{EventPoll, EventReceiver, Received};
///
/// fn follow(
///     poll: EventPoll,
///     receiver: EventReceiver,
///     validator: FetchingValidator, // of the transmitter's keys
///     rules: &SharedCutoffs,
/// ) -> Result<(), lowwater::ConfigError> {
///     let mut stream = PollingReceiver::new(poll, receiver, validator)?;
///     let take = |received: &Received| {
///         for rule in received.rules() {
///             match rules.apply(rule.clone(), now()) { // and keep it, where a restart must not lose it
///                 // What an operator took back stays so.
///                 Ok(_) | Err(ApplyError::Lifted) => {}
///                 Err(fault) => return Err(fault),
///             }
///         }
///         Ok(())
///     };
///     loop {
///         // What could not be kept comes again: nothing is lost, and the stream goes on.
///         let wait = stream.round(take).unwrap_or_else(|fault| {
///             eprintln!("not kept: {fault}");
///             std::time::Duration::from_secs(1)
///         });
///         for (token_id, why) in stream.poll().refusals() {
///             eprintln!("refused {token_id}: {why}");
///         }
///         if let Some(as_of) = stream.poll().as_of() {
///             // Of a replica: so old its rules are.
///             let told = rules.update(|rules| Ok::<_, ApplyError>(rules.loaded(as_of, now())));
///         }
///         std::thread::sleep(wait);
///     }
/// }
/// ```
pub struct PollingReceiver {
    poll: EventPoll,
    receiver: EventReceiver,
    validator: FetchingValidator,
    client: Box<dyn Client>,
}

impl PollingReceiver {
    /// Polls there, and reads what comes by the keys that this validator fetches.
    ///
    /// # Errors
    /// It has no source of the transmitter's: every event would be refused, and sent no more.
    pub fn new(
        poll: EventPoll,
        receiver: EventReceiver,
        validator: FetchingValidator,
    ) -> Result<Self, ConfigError> {
        Self::with_client(poll, receiver, validator, HttpClient::new())
    }

    /// The same over a client of one's own.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_client(
        poll: EventPoll,
        receiver: EventReceiver,
        validator: FetchingValidator,
        client: impl Client + 'static,
    ) -> Result<Self, ConfigError> {
        if !validator.issuers().has_source_of(receiver.issuer()) {
            let expected = "the validator has to fetch the keys of the receiver's issuer";
            return Err(ConfigError::Value { what: "event poll", expected: expected.into() });
        }
        Ok(Self { poll, receiver, validator, client: Box::new(client) })
    }

    /// One request, if it is due, and what comes of it. `take` applies the rules of a message and keeps them: then it is
    /// acknowledged, with the next request. A message that `take` fails on comes again, as does one whose keys cannot be had
    /// now; one that can never be taken is refused ([`EventPoll::refusals`]). Tells how long to wait before the next round.
    ///
    /// # Errors
    /// The first of `take`'s, after the others were tried.
    pub fn round<E>(
        &mut self,
        mut take: impl FnMut(&Received) -> Result<(), E>,
    ) -> Result<Duration, E> {
        let mut first = Ok(());
        if let Some(fetch) = self.poll.poll(clock()) {
            for set in self.fetch(&fetch) {
                let taken = self.take(&set, &mut take);
                first = first.and(taken);
            }
        }
        let next = self.poll.next_poll().map_or(i64::MIN, lowwater::UnixTime::as_millis);
        let millis = next.saturating_sub(clock().as_millis());
        first.map(|()| Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
    }

    /// The state: when the last round left nothing open, what went wrong, what was refused.
    #[must_use]
    pub const fn poll(&self) -> &EventPoll {
        &self.poll
    }

    fn fetch(&mut self, fetch: &Fetch) -> Vec<PolledSet> {
        let Some(response) = self.client.fetch(fetch) else {
            self.poll.failed(fetch, clock());
            return Vec::new();
        };
        response.read(|answer| self.poll.answered(fetch, answer, clock()))
    }

    fn take<E>(
        &mut self,
        set: &PolledSet,
        take: &mut impl FnMut(&Received) -> Result<(), E>,
    ) -> Result<(), E> {
        let receiver = &self.receiver;
        let read = |keys: &_| receiver.receive(set.token(), keys, clock());
        match self.validator.read(receiver.issuer(), read) {
            Ok(received) => {
                take(&received)?;
                self.poll.kept(set.token_id());
            }
            Err(fault) if fault.for_later().is_some() => {}
            Err(fault) => self.poll.refused(set.token_id(), &fault),
        }
        Ok(())
    }
}

impl fmt::Debug for PollingReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PollingReceiver").field(&self.poll).finish()
    }
}
