//! A validator that asks about each token: what to ask is said, the asking is somebody else's.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use lowwater::{
    Backend, ConfigError, Introspected, KeySet, Policy, Rejection, RuleSet, UnixTime, Validator,
};
use lowwater_intake::{
    Answer, Asked as Question, Fetch, Introspection, IntrospectionFault, IntrospectionUnavailable,
    MessageFault,
};

use crate::issuer::{Asked, IssuerValidator};

/// A validator of tokens that only their authorization server can read (RFC 7662), for many threads: it asks about each, and
/// decides by the answer under the same policy and the same rules as about a JWT.
///
/// It does no I/O. [`inquire`](Self::inquire) looks what is known of a token, and says what to fetch where that is nothing;
/// [`ask`](Self::ask) decides. `FetchingIntrospection` (feature `fetch`) does all of it for you.
///
/// ```
/// use lowwater::{KeySet, NoCutoffs, Ring, Validator};
/// use lowwater_edge::{IntrospectionValidator, now};
/// use lowwater_intake::{Answer, Introspection};
///
/// let policy = Validator::builder().issuer("https://issuer.example/").audience("https://api.example/").opaque_policy()?;
/// let introspection = Introspection::from_json(
///     r#"{"issuer": "https://issuer.example/", "endpoint": "https://issuer.example/introspect",
///         "client_id": "api", "client_secret": "a secret"}"#,
/// )?;
/// let validator = IntrospectionValidator::new(policy, introspection, Ring)?;
///
/// let mut inquiry = validator.inquire("8xLOxBtZ", now());
/// if let Some(fetch) = inquiry.fetch() {
///     // POST fetch.body() to fetch.url(), with fetch.headers(), within fetch.timeout(), at most fetch.max_bytes() long
///     let answer = Answer::new(200, &[], br#"{"active": false}"#);
///     validator.answered(&fetch, &answer, &KeySet::empty(), now());
/// }
/// let asked = validator.ask(&inquiry, &NoCutoffs, now());
/// assert_eq!(asked.answer.unwrap_err().code(), "token_inactive");
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
pub struct IntrospectionValidator {
    validator: Validator,
    issuer: String,
    state: Mutex<State>,
    backend: Box<dyn Backend + Send + Sync>,
}

struct State {
    introspection: Introspection,
    /// Whoever asks about a token about which somebody asks already shares what comes.
    rounds: BTreeMap<u64, Round>,
}

/// One request.
#[derive(Clone)]
struct Round {
    outcome: Arc<OnceLock<Result<Introspected, IntrospectionUnavailable>>>,
    number: u64,
    until: UnixTime,
    #[cfg(feature = "fetch")]
    arrived: Arc<event_listener::Event>,
}

/// What is known of one token; [`IntrospectionValidator::ask`] decides by it.
pub struct Inquiry {
    known: Known,
    fetch: Option<Fetch>,
}

enum Known {
    Refused(Box<Rejection>),
    Response(Introspected),
    Asked(Round),
}

impl IntrospectionValidator {
    /// A validator of this policy that asks there.
    ///
    /// # Errors
    /// An issuer whose tokens the policy does not take.
    pub fn new(
        policy: Policy,
        introspection: Introspection,
        backend: impl Backend + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        let issuer = introspection.issuer().to_owned();
        if !policy.takes_issuer(&issuer) {
            let expected =
                "the policy takes no tokens of this issuer: name the issuer in the policy";
            return Err(ConfigError::Value { what: "introspection", expected: expected.into() });
        }
        let state = State { introspection, rounds: BTreeMap::new() };
        Ok(Self {
            validator: Validator::new(policy, KeySet::empty()),
            issuer,
            state: Mutex::new(state),
            backend: Box::new(backend),
        })
    }

    /// Looks what is known of a token. Where that is nothing, either [`Inquiry::fetch`] says what to fetch, or somebody does
    /// already.
    pub fn inquire(&self, token: &str, clock: UnixTime) -> Inquiry {
        let State { introspection, rounds } = &mut *self.state();
        let asked = introspection.ask(token, &self.validator, &*self.backend, clock);
        let (known, fetch) = match asked {
            Err(no) => (Known::Refused(Box::new(no)), None),
            Ok(Question::Known(response)) => (Known::Response(response), None),
            Ok(Question::Fetch(fetch)) => {
                rounds.retain(|_, round| round.is_awaited(clock));
                let round = Round {
                    outcome: Arc::default(),
                    number: fetch.number(),
                    until: clock.after(introspection.longest()),
                    #[cfg(feature = "fetch")]
                    arrived: Arc::default(),
                };
                rounds.insert(fetch.number(), round.clone());
                (Known::Asked(round), Some(fetch))
            }
            Ok(Question::Pending { number }) => match rounds.get(&number) {
                Some(round) => (Known::Asked(round.clone()), None),
                None => (Known::Refused(Box::new(self.later())), None),
            },
        };
        Inquiry { known, fetch }
    }

    /// Decides by what is known now. While nothing is, the answer is `introspection_unavailable` (503), and worth a wait.
    pub fn ask(&self, inquiry: &Inquiry, rules: &(impl RuleSet + ?Sized), now: UnixTime) -> Asked {
        let response = match &inquiry.known {
            Known::Refused(no) => Err((**no).clone()),
            Known::Response(response) => Ok(response),
            Known::Asked(round) => match round.outcome.get() {
                None => return Asked { answer: Err(self.later()), awaited: true },
                Some(Ok(response)) => Ok(response),
                Some(Err(unavailable)) => Err(unavailable.rejection(&self.validator)),
            },
        };
        let decided =
            response.and_then(|response| self.validator.introspected(response, rules, now));
        Asked { answer: decided, awaited: false }
    }

    /// How long to wait for the answer to an inquiry at most.
    #[must_use]
    pub fn longest_wait(&self, inquiry: &Inquiry, clock: UnixTime) -> Duration {
        let Known::Asked(round) = &inquiry.known else { return Duration::ZERO };
        let millis = round.until.as_millis().saturating_sub(clock.as_millis());
        // A clock that was set back makes nobody wait for longer.
        Duration::from_millis(millis.clamp(0, 60_000).unsigned_abs())
    }

    /// Do these keys prove an answer, where responses are signed (RFC 9701)?
    fn proves(
        &self,
        answer: &Answer<'_>,
        keys: &KeySet,
        clock: UnixTime,
    ) -> Result<(), MessageFault> {
        self.state().introspection.proves(answer, keys, clock)
    }

    /// What the endpoint answered. `keys` are the issuer's, where responses are signed, and [`KeySet::empty`] where they are
    /// not.
    pub fn answered(&self, fetch: &Fetch, answer: &Answer<'_>, keys: &KeySet, clock: UnixTime) {
        let mut state = self.state();
        let outcome = state.introspection.answered(fetch, answer, keys, clock);
        state.end(fetch, outcome);
    }

    /// The same, with the issuer's keys as they are fetched, where responses are signed. Tells whether it was not taken in yet,
    /// for newer keys are worth waiting for: then tell it again, or that it [failed](Self::failed).
    pub fn answered_by(
        &self,
        fetch: &Fetch,
        answer: &Answer<'_>,
        issuers: &IssuerValidator,
        clock: UnixTime,
    ) -> bool {
        let keys = RefCell::new(KeySet::empty());
        let read = issuers.read(&self.issuer, clock, |held| {
            keys.replace(held.clone());
            self.proves(answer, held, clock)
        });
        if !read.awaited {
            // By keys that do not prove it, what is wrong with it is told.
            self.answered(fetch, answer, &keys.into_inner(), clock);
        }
        read.awaited
    }

    /// There was no answer: no connection, or not in time.
    pub fn failed(&self, fetch: &Fetch, clock: UnixTime) {
        let mut state = self.state();
        let unavailable = state.introspection.failed(fetch, clock);
        state.end(fetch, Err(unavailable));
    }

    /// Whose tokens these are.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The validator, which has no keys: to read a header ([`Validator::bearer`]), to keep rules as long as its tokens live.
    #[must_use]
    pub const fn validator(&self) -> &Validator {
        &self.validator
    }

    /// What went wrong last; `None` after an answer that could be read.
    #[must_use]
    pub fn fault(&self) -> Option<IntrospectionFault> {
        self.state().introspection.fault().cloned()
    }

    /// Calls `change` with what asks: to give it other credentials, to forget what is kept.
    pub fn with_introspection<T>(&self, change: impl FnOnce(&mut Introspection) -> T) -> T {
        change(&mut self.state().introspection)
    }

    fn later(&self) -> Rejection {
        self.validator.introspection_unavailable(Duration::ZERO)
    }

    /// A panic in a turn could come from a backend of the caller's alone, while it hashes a token: then nothing was begun.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Round {
    /// Whoever waits for one that takes too long is told so: nobody else may ever come.
    fn is_awaited(&self, clock: UnixTime) -> bool {
        let is_awaited = clock < self.until;
        #[cfg(feature = "fetch")]
        if !is_awaited {
            self.arrived.notify(usize::MAX);
        }
        is_awaited
    }
}

impl State {
    fn end(&mut self, fetch: &Fetch, outcome: Result<Introspected, IntrospectionUnavailable>) {
        if let Some(round) = self.rounds.remove(&fetch.number()) {
            // It was in the map: nobody set it before.
            let _first = round.outcome.set(outcome);
            #[cfg(feature = "fetch")]
            round.arrived.notify(usize::MAX);
        }
    }
}

impl Inquiry {
    /// What to fetch, once: whoever gets it has to tell what came of it.
    pub const fn fetch(&mut self) -> Option<Fetch> {
        self.fetch.take()
    }

    /// Hears of the answer that it waits for.
    #[cfg(feature = "fetch")]
    pub(crate) fn listen(&self) -> Option<event_listener::EventListener> {
        match &self.known {
            Known::Asked(round) => Some(round.arrived.listen()),
            Known::Refused(_) | Known::Response(_) => None,
        }
    }

    /// Which request it waits for ([`Fetch::number`]); `None`: for none.
    #[must_use]
    pub const fn number(&self) -> Option<u64> {
        match &self.known {
            Known::Asked(round) => Some(round.number),
            Known::Refused(_) | Known::Response(_) => None,
        }
    }
}

impl fmt::Debug for Inquiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inquiry").field("number", &self.number()).finish_non_exhaustive()
    }
}

impl fmt::Debug for IntrospectionValidator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectionValidator")
            .field("introspection", &self.state().introspection)
            .finish_non_exhaustive()
    }
}
