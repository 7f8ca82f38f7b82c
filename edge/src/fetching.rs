//! A validator that fetches the keys of its issuers by itself.

use std::fmt;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::Builder;

use event_listener::{Event, EventListener, Listener as _};
use lowwater::{
    Accepted, Algorithm, Backend, ConfigError, KeySet, Policy, Rejection, RuleSet, UnixTime,
    Validator,
};
use lowwater_intake::{Answer, Fetch, KeySource, KeysUnavailable, MessageFault};

use crate::client::{Client, HttpClient};
use crate::clock::now as clock;
use crate::issuer::{Asked, IssuerValidator};

/// So often a decision waits for keys: each round that ends wakes all, also those of other issuers.
const MOST_WAITS: u32 = 64;

/// A validator that fetches the keys of its issuers, and fetches them again: before they grow old, and when a token names a
/// key that is not there.
///
/// Cheap to clone: all clones are one. Nothing happens between requests, so nothing has to be stopped: each request that
/// finds a fetch due starts it, on a thread of its own, and goes on. It waits for a fetch only where it could not decide
/// otherwise: before the first keys, for a key that is missing, for keys that grew old while nobody asked.
///
/// ```no_run
/// use lowwater::{Accepted, Algorithm, Cutoffs, Rejection, Ring};
/// use lowwater_edge::{FetchingValidator, SharedCutoffs, now};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let validator = FetchingValidator::for_issuer(
///     "https://issuer.example/", "https://api.example/", [Algorithm::Rs256], Ring)?;
/// validator.hydrate()?; // or let the first request wait
///
/// let rules = SharedCutoffs::new(Cutoffs::local());
/// let admit = |token: &str| validator.validate(token, || rules.current(), now());
/// # let _: Result<Accepted, Rejection> = admit("");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FetchingValidator {
    shared: Arc<Shared>,
}

struct Shared {
    issuers: IssuerValidator,
    client: Box<dyn Client>,
    /// A round of fetches is over.
    arrived: Event,
}

impl FetchingValidator {
    /// Takes tokens of one issuer, for one audience, by these algorithms; the rest of the policy is the default one. The
    /// keys are where the issuer's metadata say (OpenID Connect Discovery).
    ///
    /// # Errors
    /// An issuer that is no `https` address, an empty audience, no algorithm.
    pub fn for_issuer(
        issuer: &str,
        audience: &str,
        algorithms: impl IntoIterator<Item = Algorithm>,
        backend: impl Backend + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        let policy = Validator::builder()
            .issuer(issuer)
            .audience(audience)
            .algorithms(algorithms)
            .policy()?;
        Self::new(policy, [KeySource::of_issuer(issuer).build()?], backend)
    }

    /// A validator of this policy, with the keys of these issuers.
    ///
    /// # Errors
    /// As [`IssuerValidator::new`].
    pub fn new(
        policy: Policy,
        sources: impl IntoIterator<Item = KeySource>,
        backend: impl Backend + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        Ok(Self::with_client(IssuerValidator::new(policy, sources, backend)?, HttpClient::new()))
    }

    /// The same over a client of one's own.
    #[must_use]
    pub fn with_client(issuers: IssuerValidator, client: impl Client + 'static) -> Self {
        let client = Box::new(client);
        Self { shared: Arc::new(Shared { issuers, client, arrived: Event::new() }) }
    }

    /// Decides about a token. Waits for keys where it has to, no longer than the source's timeout.
    ///
    /// `rules` is asked for the rules of the moment, again after a wait: `|| shared.current()`, or `|| &NoCutoffs`.
    ///
    /// # Errors
    /// What [`Validator::validate`] answers; `keys_unavailable` (503), where the keys of the token's issuer cannot be had.
    pub fn validate<R: Deref<Target: RuleSet>>(
        &self,
        token: &str,
        rules: impl Fn() -> R,
        now: UnixTime,
    ) -> Result<Accepted, Rejection> {
        for _ in 0..MOST_WAITS {
            match self.ask(token, &*rules(), now) {
                Ok(answer) => return answer,
                Err(arrival) => self.wait(arrival),
            }
        }
        self.shared.issuers.ask(token, &*rules(), now, clock()).answer
    }

    /// The same, for an executor of any kind.
    ///
    /// # Errors
    /// As [`validate`](Self::validate).
    pub async fn validate_async<R: Deref<Target: RuleSet>>(
        &self,
        token: &str,
        rules: impl Fn() -> R,
        now: UnixTime,
    ) -> Result<Accepted, Rejection> {
        for _ in 0..MOST_WAITS {
            let asked = self.ask(token, &*rules(), now);
            match asked {
                Ok(answer) => return answer,
                Err(arrival) => arrival.await,
            }
        }
        self.shared.issuers.ask(token, &*rules(), now, clock()).answer
    }

    /// Reads a message of an issuer's: waits for its keys as [`validate`](Self::validate) does.
    ///
    /// ```no_run
    /// # use lowwater_edge::{FetchingValidator, SharedCutoffs, now};
    /// use lowwater_intake::{LogoutReceiver, Reply};
    ///
    /// fn logout(
    ///     validator: &FetchingValidator,
    ///     receiver: &LogoutReceiver,
    ///     rules: &SharedCutoffs,
    ///     body: &[u8],
    /// ) -> Result<Reply, lowwater::ApplyError> {
    ///     match validator.read(receiver.issuer(), |keys| receiver.receive(body, keys, now())) {
    ///         Err(fault) => Ok(LogoutReceiver::refusal(&fault)),
    ///         Ok(logout) => {
    ///             for rule in logout.rules() {
    ///                 rules.apply(rule.clone(), now())?;
    ///             }
    ///             Ok(logout.reply())
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// What `read` returns; `keys_unavailable`, where the keys cannot be had.
    pub fn read<T>(
        &self,
        issuer: &str,
        read: impl Fn(&KeySet) -> Result<T, MessageFault>,
    ) -> Result<T, MessageFault> {
        for _ in 0..MOST_WAITS {
            match self.take(issuer, &read) {
                Ok(taken) => return taken,
                Err(arrival) => self.wait(arrival),
            }
        }
        self.shared.issuers.read(issuer, clock(), read).answer
    }

    /// The same, for an executor of any kind.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn read_async<T>(
        &self,
        issuer: &str,
        read: impl Fn(&KeySet) -> Result<T, MessageFault>,
    ) -> Result<T, MessageFault> {
        for _ in 0..MOST_WAITS {
            let taken = self.take(issuer, &read);
            match taken {
                Ok(taken) => return taken,
                Err(arrival) => arrival.await,
            }
        }
        self.shared.issuers.read(issuer, clock(), read).answer
    }

    /// Fetches the keys of all issuers, and waits: before the first request, so that none has to.
    ///
    /// # Errors
    /// An issuer without keys afterwards. It is asked again when a request comes.
    pub fn hydrate(&self) -> Result<(), KeysUnavailable> {
        while let Some(arrival) = self.fetching() {
            self.wait(arrival);
        }
        self.all_there()
    }

    /// The same, for an executor of any kind.
    ///
    /// # Errors
    /// As [`hydrate`](Self::hydrate).
    pub async fn hydrate_async(&self) -> Result<(), KeysUnavailable> {
        while let Some(arrival) = self.fetching() {
            arrival.await;
        }
        self.all_there()
    }

    /// The validator that it drives: to hand it keys that were kept, to look at its sources.
    #[must_use]
    pub fn issuers(&self) -> &IssuerValidator {
        &self.shared.issuers
    }

    /// The validator with the keys of this moment: to explain a decision, to verify another message of the issuer's, to read
    /// a header. A fetch that is due is started.
    #[must_use]
    pub fn current(&self) -> Validator {
        self.start_what_is_due();
        self.shared.issuers.current(clock())
    }

    /// The answer, or whom to wait for.
    fn ask(
        &self,
        token: &str,
        rules: &(impl RuleSet + ?Sized),
        now: UnixTime,
    ) -> Result<Result<Accepted, Rejection>, EventListener> {
        let Asked { answer, keys_awaited } = self.shared.issuers.ask(token, rules, now, clock());
        if !keys_awaited {
            self.start_what_is_due();
            return Ok(answer);
        }
        // Listens before it looks again: what arrives in between is not missed.
        let arrival = self.shared.arrived.listen();
        self.start_what_is_due();
        let again = self.shared.issuers.ask(token, rules, now, clock());
        if again.keys_awaited { Err(arrival) } else { Ok(again.answer) }
    }

    /// What came of a message, or whom to wait for.
    fn take<T>(
        &self,
        issuer: &str,
        read: &impl Fn(&KeySet) -> Result<T, MessageFault>,
    ) -> Result<Result<T, MessageFault>, EventListener> {
        let issuers = &self.shared.issuers;
        let Asked { answer, keys_awaited } = issuers.read(issuer, clock(), read);
        if !keys_awaited {
            self.start_what_is_due();
            return Ok(answer);
        }
        let arrival = self.shared.arrived.listen();
        self.start_what_is_due();
        let again = issuers.read(issuer, clock(), read);
        if again.keys_awaited { Err(arrival) } else { Ok(again.answer) }
    }

    /// Whom to wait for, while anything is being fetched.
    fn fetching(&self) -> Option<EventListener> {
        let arrival = self.shared.arrived.listen();
        self.start_what_is_due();
        self.shared.issuers.with_sources(|issuers| issuers.is_fetching()).then_some(arrival)
    }

    /// No longer than a round may take, whatever the client does.
    fn wait(&self, arrival: EventListener) {
        arrival.wait_timeout(self.shared.issuers.longest_wait(clock()));
    }

    fn all_there(&self) -> Result<(), KeysUnavailable> {
        let now = clock();
        self.shared.issuers.with_sources(|issuers| {
            issuers.sources().try_for_each(|source| source.keys(now).map(|_| ()))
        })
    }

    fn start_what_is_due(&self) {
        while let Some(fetch) = self.shared.issuers.poll(clock()) {
            let (shared, begun) = (Arc::clone(&self.shared), fetch.clone());
            let thread =
                Builder::new().name("lowwater-fetch".into()).spawn(move || shared.run(begun));
            if thread.is_err() {
                self.shared.issuers.failed(&fetch, clock());
                self.shared.arrived.notify(usize::MAX);
            }
        }
    }
}

impl Shared {
    /// Fetches, and what that leads to; then wakes who waits.
    fn run(&self, first: Fetch) {
        let mut next = Some(first);
        while let Some(fetch) = next {
            // A client or a backend of the caller's may panic: that is no answer, and nobody may wait for it.
            let taken = catch_unwind(AssertUnwindSafe(|| self.take(&fetch)));
            next = taken.unwrap_or_else(|_| {
                self.issuers.failed(&fetch, clock());
                None
            });
        }
        self.arrived.notify(usize::MAX);
    }

    /// One fetch; tells what to fetch next.
    fn take(&self, fetch: &Fetch) -> Option<Fetch> {
        let Some(response) = self.client.fetch(fetch) else {
            self.issuers.failed(fetch, clock());
            return None;
        };
        let headers: Vec<_> =
            response.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let answer = Answer::new(response.status, &headers, &response.body);
        self.issuers.answered(fetch, &answer, clock())
    }
}

impl fmt::Debug for FetchingValidator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FetchingValidator").field(&self.shared.issuers).finish()
    }
}
