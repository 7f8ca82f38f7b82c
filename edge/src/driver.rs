//! Drives what says what to fetch: a thread for each fetch, and whoever waits for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use event_listener::{Event, EventListener, Listener as _};
use lowwater::UnixTime;
use lowwater_intake::{Answer, Fetch};

use crate::client::Client;
use crate::clock::now as clock;
use crate::issuer::Asked;

/// So often a decision waits: each round that ends wakes all, also those of others. What it waits for ends by itself.
const MOST_WAITS: u32 = 1000;

/// What says what to fetch.
pub(crate) trait Source: Send + Sync + 'static {
    /// What to fetch now, if anything.
    fn poll(&self, clock: UnixTime) -> Option<Fetch>;
    /// What came; tells what to fetch next in the same round.
    fn answered(&self, fetch: &Fetch, answer: &Answer<'_>, clock: UnixTime) -> Option<Fetch>;
    /// There was no answer.
    fn failed(&self, fetch: &Fetch, clock: UnixTime);
    /// How long to wait at most.
    fn longest_wait(&self, clock: UnixTime) -> Duration;
}

/// All clones are one.
pub(crate) struct Driver<S> {
    shared: Arc<Shared<S>>,
}

struct Shared<S> {
    source: S,
    client: Box<dyn Client>,
    /// A round of fetches is over.
    arrived: Event,
}

impl<S: Source> Driver<S> {
    pub(crate) fn new(source: S, client: impl Client + 'static) -> Self {
        let client = Box::new(client);
        Self { shared: Arc::new(Shared { source, client, arrived: Event::new() }) }
    }

    pub(crate) fn source(&self) -> &S {
        &self.shared.source
    }

    /// What `ask` answers once it waits for nothing.
    pub(crate) fn decide<A>(&self, ask: impl Fn() -> Asked<A>) -> A {
        for _ in 0..MOST_WAITS {
            match self.ask(&ask) {
                Ok(answer) => return answer,
                Err(arrival) => self.wait(arrival),
            }
        }
        ask().answer
    }

    /// The same, for an executor of any kind.
    pub(crate) async fn decide_async<A>(&self, ask: impl Fn() -> Asked<A>) -> A {
        for _ in 0..MOST_WAITS {
            let asked = self.ask(&ask);
            match asked {
                Ok(answer) => return answer,
                Err(arrival) => arrival.await,
            }
        }
        ask().answer
    }

    /// The answer, or whom to wait for.
    fn ask<A>(&self, ask: &impl Fn() -> Asked<A>) -> Result<A, EventListener> {
        let Asked { answer, awaited } = ask();
        if !awaited {
            self.start_what_is_due();
            return Ok(answer);
        }
        // Listens before it looks again: what arrives in between is not missed.
        let arrival = self.shared.arrived.listen();
        self.start_what_is_due();
        let again = ask();
        if again.awaited { Err(arrival) } else { Ok(again.answer) }
    }

    /// Whom to wait for, while `goes_on`.
    pub(crate) fn going_on(&self, goes_on: impl FnOnce(&S) -> bool) -> Option<EventListener> {
        let arrival = self.shared.arrived.listen();
        goes_on(&self.shared.source).then_some(arrival)
    }

    /// No longer than a round may take, whatever the client does.
    pub(crate) fn wait(&self, arrival: EventListener) {
        arrival.wait_timeout(self.shared.source.longest_wait(clock()));
    }

    pub(crate) fn start_what_is_due(&self) {
        while let Some(fetch) = self.shared.source.poll(clock()) {
            let (shared, begun) = (Arc::clone(&self.shared), fetch.clone());
            let thread =
                Builder::new().name("lowwater-fetch".into()).spawn(move || shared.run(begun));
            if thread.is_err() {
                self.shared.source.failed(&fetch, clock());
                self.shared.arrived.notify(usize::MAX);
            }
        }
    }
}

impl<S: Source> Shared<S> {
    /// Fetches, and what that leads to; then wakes who waits.
    fn run(&self, first: Fetch) {
        let mut next = Some(first);
        while let Some(fetch) = next {
            // A client or a backend of the caller's may panic: that is no answer, and nobody may wait for it.
            let taken = catch_unwind(AssertUnwindSafe(|| self.take(&fetch)));
            next = taken.unwrap_or_else(|_| {
                self.source.failed(&fetch, clock());
                None
            });
        }
        self.arrived.notify(usize::MAX);
    }

    /// One fetch; tells what to fetch next.
    fn take(&self, fetch: &Fetch) -> Option<Fetch> {
        let Some(response) = self.client.fetch(fetch) else {
            self.source.failed(fetch, clock());
            return None;
        };
        response.read(|answer| self.source.answered(fetch, answer, clock()))
    }
}

impl<S> Clone for Driver<S> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}
