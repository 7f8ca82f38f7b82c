//! A validator that asks about each token by itself.

use std::fmt;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::Builder;

use event_listener::Listener as _;
use lowwater::{Accepted, Backend, ConfigError, KeySet, Policy, Rejection, RuleSet, UnixTime};
use lowwater_intake::{Fetch, Introspection};

use crate::client::{Client, HttpClient};
use crate::clock::now as clock;
use crate::fetching::FetchingValidator;
use crate::introspection::{Inquiry, IntrospectionValidator};
use crate::issuer::Asked;

/// A validator of opaque tokens that asks their authorization server about each (RFC 7662, RFC 9701): see
/// [`Introspection`] for what it keeps, and for how long.
///
/// Cheap to clone: all clones are one. A request whose token nobody asks about yet asks, on its own thread; others that
/// bring the same token wait for that answer.
///
/// ```no_run
/// use lowwater::{Accepted, Cutoffs, Rejection, Ring, Validator};
/// use lowwater_edge::{FetchingIntrospection, SharedCutoffs, now};
/// use lowwater_intake::Introspection;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Validator::builder().issuer("https://issuer.example/").audience("https://api.example/").opaque_policy()?;
/// let introspection = Introspection::from_json(
///     r#"{"issuer": "https://issuer.example/", "endpoint": "https://issuer.example/introspect",
///         "client_id": "api", "client_secret": "a secret"}"#,
/// )?;
/// let validator = FetchingIntrospection::new(policy, introspection, Ring)?;
///
/// let rules = SharedCutoffs::new(Cutoffs::local());
/// let admit = |token: &str| validator.validate(token, || rules.current(), now());
/// # let _: Result<Accepted, Rejection> = admit("");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FetchingIntrospection {
    shared: Arc<Shared>,
}

struct Shared {
    validator: IntrospectionValidator,
    /// Of who signs responses, where they are signed.
    keys: Option<FetchingValidator>,
    client: Box<dyn Client>,
}

impl FetchingIntrospection {
    /// A validator of this policy that asks there.
    ///
    /// # Errors
    /// As [`IntrospectionValidator::new`]; signed responses, which want [`signed`](Self::signed).
    pub fn new(
        policy: Policy,
        introspection: Introspection,
        backend: impl Backend + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        let validator = IntrospectionValidator::new(policy, introspection, backend)?;
        Self::with_client(validator, None, HttpClient::new())
    }

    /// The same where responses are signed, with the keys of their issuer.
    ///
    /// # Errors
    /// As [`IntrospectionValidator::new`]; responses that are not configured to be signed; no source of their issuer's keys.
    pub fn signed(
        policy: Policy,
        introspection: Introspection,
        keys: FetchingValidator,
        backend: impl Backend + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        let validator = IntrospectionValidator::new(policy, introspection, backend)?;
        Self::with_client(validator, Some(keys), HttpClient::new())
    }

    /// The same over a client of one's own.
    ///
    /// # Errors
    /// Keys are needed where responses are signed, of their issuer, and only there.
    pub fn with_client(
        validator: IntrospectionValidator,
        keys: Option<FetchingValidator>,
        client: impl Client + 'static,
    ) -> Result<Self, ConfigError> {
        let issuer = validator.issuer();
        let right = match &keys {
            Some(keys) => {
                validator.with_introspection(|own| own.is_signed())
                    && keys.issuers().has_source_of(issuer)
            }
            None => !validator.with_introspection(|own| own.is_signed()),
        };
        if !right {
            let expected = "give the keys of the issuer where responses are signed (`signed_for`), and only there";
            return Err(ConfigError::Value { what: "introspection", expected: expected.into() });
        }
        Ok(Self { shared: Arc::new(Shared { validator, keys, client: Box::new(client) }) })
    }

    /// Decides about a token. Waits for an answer where none is known, no longer than the timeout (and where responses are
    /// signed, the time that keys take).
    ///
    /// `rules` is asked for the rules of the moment, after a wait too: `|| shared.current()`, or `|| &NoCutoffs`.
    ///
    /// # Errors
    /// `token_inactive`; what [`Validator::validate`](lowwater::Validator::validate) says of the same claims;
    /// `introspection_unavailable` (503), where nothing is known.
    pub fn validate<R: Deref<Target: RuleSet>>(
        &self,
        token: &str,
        rules: impl Fn() -> R,
        now: UnixTime,
    ) -> Result<Accepted, Rejection> {
        let mut inquiry = self.shared.validator.inquire(token, clock());
        if let Some(fetch) = inquiry.fetch() {
            self.shared.run(&fetch);
        }
        loop {
            // Listens before it looks: what arrives in between is not missed.
            let arrival = inquiry.listen();
            let Asked { answer, awaited } = self.shared.validator.ask(&inquiry, &*rules(), now);
            let left = self.shared.validator.longest_wait(&inquiry, clock());
            match arrival.filter(|_| awaited && !left.is_zero()) {
                Some(arrival) => arrival.wait_timeout(left),
                None => return answer,
            };
        }
    }

    /// The same, for an executor of any kind: a request that asks has a thread for that.
    ///
    /// # Errors
    /// As [`validate`](Self::validate).
    pub async fn validate_async<R: Deref<Target: RuleSet>>(
        &self,
        token: &str,
        rules: impl Fn() -> R,
        now: UnixTime,
    ) -> Result<Accepted, Rejection> {
        let inquiry = self.begin(token);
        let arrival = inquiry.listen();
        if let Some(arrival) = arrival
            && self.shared.validator.ask(&inquiry, &*rules(), now).awaited
        {
            arrival.await;
        }
        self.shared.validator.ask(&inquiry, &*rules(), now).answer
    }

    /// What it drives: to look at what went wrong, to give it other credentials, to forget what is kept.
    #[must_use]
    pub fn introspection(&self) -> &IntrospectionValidator {
        &self.shared.validator
    }

    /// Looks what is known, and asks on a thread where nothing is.
    fn begin(&self, token: &str) -> Inquiry {
        let mut inquiry = self.shared.validator.inquire(token, clock());
        if let Some(fetch) = inquiry.fetch() {
            let (shared, begun) = (Arc::clone(&self.shared), fetch.clone());
            let thread =
                Builder::new().name("lowwater-fetch".into()).spawn(move || shared.run(&begun));
            if thread.is_err() {
                self.shared.validator.failed(&fetch, clock());
            }
        }
        inquiry
    }
}

impl Shared {
    fn run(&self, fetch: &Fetch) {
        // A client or a backend of the caller's may panic: that is no answer, and nobody may wait for it.
        if catch_unwind(AssertUnwindSafe(|| self.take(fetch))).is_err() {
            self.validator.failed(fetch, clock());
        }
    }

    fn take(&self, fetch: &Fetch) {
        let Some(response) = self.client.fetch(fetch) else {
            self.validator.failed(fetch, clock());
            return;
        };
        response.read(|answer| match &self.keys {
            None => self.validator.answered(fetch, answer, &KeySet::empty(), clock()),
            // Waits for keys, also for one that is new.
            Some(keys) => {
                let is_taken = keys.decide(|issuers| {
                    let awaited = self.validator.answered_by(fetch, answer, issuers, clock());
                    Asked { answer: !awaited, awaited }
                });
                if !is_taken {
                    self.validator.failed(fetch, clock());
                }
            }
        });
    }
}

impl fmt::Debug for FetchingIntrospection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FetchingIntrospection").field(&self.shared.validator).finish()
    }
}
