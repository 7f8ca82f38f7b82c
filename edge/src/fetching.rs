//! A validator that fetches the keys of its issuers by itself.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use lowwater::{
    Accepted, Algorithm, Backend, ConfigError, KeySet, Policy, Rejection, RuleSet, UnixTime,
    Validator,
};
use lowwater_intake::{Answer, Fetch, KeySource, KeysUnavailable, MessageFault, StatusLists};

use crate::client::{Client, HttpClient};
use crate::clock::now as clock;
use crate::driver::{Driver, Source};
use crate::issuer::{Asked, IssuerValidator};

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
    driver: Driver<IssuerValidator>,
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

    /// The same, with the status lists of their tokens: see [`IssuerValidator::with_status_lists`].
    ///
    /// # Errors
    /// As [`IssuerValidator::with_status_lists`].
    pub fn with_status_lists(
        policy: Policy,
        sources: impl IntoIterator<Item = KeySource>,
        lists: impl IntoIterator<Item = StatusLists>,
        backend: impl Backend + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        let issuers = IssuerValidator::with_status_lists(policy, sources, lists, backend)?;
        Ok(Self::with_client(issuers, HttpClient::new()))
    }

    /// The same over a client of one's own.
    #[must_use]
    pub fn with_client(issuers: IssuerValidator, client: impl Client + 'static) -> Self {
        Self { driver: Driver::new(issuers, client) }
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
        self.decide(|issuers| issuers.ask(token, &*rules(), now, clock()))
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
        self.driver.decide_async(|| self.issuers().ask(token, &*rules(), now, clock())).await
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
        self.decide(|issuers| issuers.read(issuer, clock(), &read))
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
        self.driver.decide_async(|| self.issuers().read(issuer, clock(), &read)).await
    }

    /// Fetches the keys of all issuers, and waits: before the first request, so that none has to.
    ///
    /// # Errors
    /// An issuer without keys afterwards. It is asked again when a request comes.
    pub fn hydrate(&self) -> Result<(), KeysUnavailable> {
        // Once: what failed is not begun again while another is waited for.
        self.driver.start_what_is_due();
        while let Some(arrival) = self.driver.going_on(is_fetching) {
            self.driver.wait(arrival);
        }
        self.all_there()
    }

    /// The same, for an executor of any kind.
    ///
    /// # Errors
    /// As [`hydrate`](Self::hydrate).
    pub async fn hydrate_async(&self) -> Result<(), KeysUnavailable> {
        // Once: what failed is not begun again while another is waited for.
        self.driver.start_what_is_due();
        while let Some(arrival) = self.driver.going_on(is_fetching) {
            arrival.await;
        }
        self.all_there()
    }

    /// The validator that it drives: to hand it keys that were kept, to look at its sources.
    #[must_use]
    pub fn issuers(&self) -> &IssuerValidator {
        self.driver.source()
    }

    /// The validator with the keys of this moment: to explain a decision, to verify another message of the issuer's, to read
    /// a header. A fetch that is due is started.
    #[must_use]
    pub fn current(&self) -> Validator {
        self.driver.start_what_is_due();
        self.issuers().current(clock())
    }

    /// What `ask` answers once it waits for nothing.
    pub(crate) fn decide<A>(&self, ask: impl Fn(&IssuerValidator) -> Asked<A>) -> A {
        self.driver.decide(|| ask(self.issuers()))
    }

    fn all_there(&self) -> Result<(), KeysUnavailable> {
        let now = clock();
        self.issuers().with_sources(|issuers| {
            issuers.sources().try_for_each(|source| source.keys(now).map(|_| ()))
        })
    }
}

fn is_fetching(issuers: &IssuerValidator) -> bool {
    issuers.with_sources(lowwater_intake::Issuers::is_fetching)
}

impl Source for IssuerValidator {
    fn poll(&self, clock: UnixTime) -> Option<Fetch> {
        self.poll(clock)
    }

    fn answered(&self, fetch: &Fetch, answer: &Answer<'_>, clock: UnixTime) -> Option<Fetch> {
        self.answered(fetch, answer, clock)
    }

    fn failed(&self, fetch: &Fetch, clock: UnixTime) {
        self.failed(fetch, clock);
    }

    fn longest_wait(&self, clock: UnixTime) -> Duration {
        self.longest_wait(clock)
    }
}

impl fmt::Debug for FetchingValidator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FetchingValidator").field(self.issuers()).finish()
    }
}
