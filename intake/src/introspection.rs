//! Tokens that only their authorization server can read: asked about, kept for a while, decided anew each time.

mod builder;
mod credentials;
mod fault;
mod rounds;
mod shelf;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use lowwater::{Backend, ConfigError, Introspected, KeySet, Rejection, UnixTime, Validator};

pub use self::builder::IntrospectionBuilder;
use self::builder::{Settings, Signed};
pub use self::credentials::Credentials;
pub use self::fault::{IntrospectionFault, IntrospectionUnavailable};
use self::rounds::Rounds;
use self::shelf::{Digest, Shelf};
use crate::answer::Answer;
use crate::clock::span;
use crate::fetch::Fetch;
use crate::members::Members;
use crate::message::{self, MessageFault, Typ};

/// The media type of signed responses, and the `typ` of their header without its first part.
const SIGNED: &str = "application/token-introspection+jwt";
/// A response is made when it is asked for: an old one was kept by somebody.
const MAX_AGE: Duration = Duration::from_secs(60);
const LEEWAY: Duration = Duration::from_secs(60);

/// So many failures in a row cause no pause: a single token over which the server stumbles shuts nobody out.
const TOLERATED: u32 = 2;
/// The first pause; it doubles up to the cool-down.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The part of the memory for tokens that are not active.
const REFUSED: usize = 4;

/// Asks an authorization server about tokens (RFC 7662, RFC 9701), and keeps what it said for a while.
///
/// What is kept is the response, never a decision: time, policy and every rule are asked again for each request, so a
/// cutoff holds for the next one, in every process that has the rule, whatever any of them keeps.
///
/// ```
/// use lowwater::{Accepted, KeySet, Rejection, Ring, RuleSet, UnixTime, Validator};
/// use lowwater_intake::{Answer, Asked, Fetch, Introspection};
///
/// let mut introspection = Introspection::from_json(
///     r#"{"issuer": "https://issuer.example/", "endpoint": "https://issuer.example/introspect",
///         "client_id": "api", "client_secret": "a secret"}"#,
/// )?;
/// # fn post(_: &Fetch) -> Option<(u16, Vec<u8>)> { None }
///
/// fn admit(
///     introspection: &mut Introspection,
///     validator: &Validator,
///     token: &str,
///     rules: &impl RuleSet,
///     now: UnixTime,
/// ) -> Result<Accepted, Rejection> {
///     let response = match introspection.ask(token, validator, &Ring, now)? {
///         Asked::Known(response) => response,
///         // Another request asks: wait until it has its answer, then ask again.
///         Asked::Pending { .. } => return Err(validator.introspection_unavailable(core::time::Duration::ZERO)),
///         Asked::Fetch(fetch) => match post(&fetch) {
///             Some((status, body)) => introspection
///                 .answered(&fetch, &Answer::new(status, &[], &body), &KeySet::empty(), now)
///                 .map_err(|no| no.rejection(validator))?,
///             None => return Err(introspection.failed(&fetch, now).rejection(validator)),
///         },
///     };
///     validator.introspected(&response, rules, now)
/// }
/// # let validator = Validator::builder().issuer("i").audience("a").algorithms([lowwater::Algorithm::Rs256]).keys(KeySet::empty()).build()?;
/// # let no = admit(&mut introspection, &validator, "8xLOxBtZ", &lowwater::NoCutoffs, UnixTime::from_secs(1_700_000_000));
/// # assert_eq!(no.unwrap_err().code(), "introspection_unavailable");
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
///
/// - One request for each token at a time, and a bounded number of all. Tokens are known by their SHA-256.
/// - A response counts for a bounded time, never beyond `exp`, and no longer for being asked for.
/// - Tokens that are not active are kept apart and for seconds: a flood of guesses pushes no other out.
/// - No answer, a status, a text that cannot be read are never *inactive*: 503. After the third failure in a row the
///   endpoint is left alone for a second, then for twice as long each time, and then asked by one request first.
pub struct Introspection {
    settings: Settings,
    active: Shelf,
    refused: Shelf,
    rounds: Rounds,
    /// In a row.
    failures: u32,
    quiet_until: Option<UnixTime>,
    fault: Option<IntrospectionFault>,
}

/// What to do about a token.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a new case should break a caller's match")]
pub enum Asked {
    /// Decide by this ([`Validator::introspected`]).
    Known(Introspected),
    /// Fetch this, and tell what came of it ([`Introspection::answered`], [`Introspection::failed`]).
    Fetch(Fetch),
    /// Somebody does already: ask again when an answer has come, or after the timeout at the latest.
    Pending {
        /// Which request it is: [`Fetch::number`].
        number: u64,
    },
}

impl Introspection {
    /// Asks this endpoint about tokens of this issuer.
    pub fn of_endpoint(
        issuer: &str,
        endpoint: &str,
        credentials: Credentials,
    ) -> IntrospectionBuilder {
        IntrospectionBuilder::new(issuer, endpoint, credentials)
    }

    /// Reads `{"issuer", "endpoint"}` with `"client_id"` and `"client_secret"`, or `"bearer"`, or `"credentials":
    /// "connection"`; perhaps `"signed_for"` and `"algorithms"`; `"ttl"`, `"inactive_ttl"`, `"cool_down"`, `"timeout"` in
    /// seconds; `"max_entries"`, `"max_cache_bytes"`, `"max_pending"`, `"max_bytes"`; `"allow_loopback_http"`.
    ///
    /// # Errors
    /// What was expected.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        IntrospectionBuilder::from_json(json)?.build()
    }

    fn new(settings: Settings) -> Self {
        let Settings { max_entries, max_cache_bytes, max_pending, .. } = settings;
        let longest = settings.longest();
        let refused_bytes = max_cache_bytes / REFUSED;
        Self {
            settings,
            active: Shelf::new(max_entries, max_cache_bytes.saturating_sub(refused_bytes)),
            refused: Shelf::new(max_entries, refused_bytes),
            rounds: Rounds::new(max_pending, longest),
            failures: 0,
            quiet_until: None,
            fault: None,
        }
    }

    /// The issuer whose tokens these are.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// What to do about a token: decide by what is known, or fetch, or wait. `validator` says how long a token may be.
    ///
    /// # Errors
    /// A [`Rejection`] without any request: the token has no shape to be sent (`token_too_large`, `token_malformed`), or the
    /// endpoint is left alone, or too many are asked about (`introspection_unavailable`, 503).
    pub fn ask(
        &mut self,
        token: &str,
        validator: &Validator,
        backend: &dyn Backend,
        now: UnixTime,
    ) -> Result<Asked, Rejection> {
        validator.check_opaque(token)?;
        let digest = backend.sha256(token.as_bytes());
        let known = self.active.get(&digest, now).or_else(|| self.refused.get(&digest, now));
        if let Some(response) = known {
            return Ok(Asked::Known(response.clone()));
        }
        self.rounds.give_up(now);
        if let Some(number) = self.rounds.number_of(&digest) {
            return Ok(Asked::Pending { number });
        }
        let later = |wait: Duration| Err(validator.introspection_unavailable(wait));
        if let Some(wait) = self.pause(now) {
            return later(wait);
        }
        // After a pause one request finds out whether it was long enough.
        if self.failures > TOLERATED && !self.rounds.is_empty() {
            return later(FIRST_PAUSE);
        }
        match self.rounds.begin(digest, now) {
            Some(number) => Ok(Asked::Fetch(self.fetch(number, token, digest))),
            None => later(FIRST_PAUSE),
        }
    }

    /// How long it may take until an answer is told: the timeout, and where responses are signed the wait for keys.
    #[must_use]
    pub const fn longest(&self) -> Duration {
        self.settings.longest()
    }

    /// Are responses signed (RFC 9701)?
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        self.settings.signed.is_some()
    }

    /// Do these keys prove an answer, where responses are signed? Asked before [`answered`](Self::answered), to fetch keys anew
    /// where it is for want of one that they do not; it changes nothing.
    ///
    /// # Errors
    /// Why they do not.
    pub fn proves(
        &self,
        answer: &Answer<'_>,
        keys: &KeySet,
        now: UnixTime,
    ) -> Result<(), MessageFault> {
        match self.read(answer, keys, now) {
            Err(IntrospectionFault::Message(fault)) => Err(*fault),
            // What else is wrong with it keys do not mend.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// What the endpoint answered: the response to decide by. `keys` are the issuer's, bound to it or not, where responses
    /// are signed, and [`KeySet::empty`] where they are not.
    ///
    /// # Errors
    /// The answer says nothing about the token, or came after its time. See [`IntrospectionUnavailable::rejection`].
    pub fn answered(
        &mut self,
        fetch: &Fetch,
        answer: &Answer<'_>,
        keys: &KeySet,
        now: UnixTime,
    ) -> Result<Introspected, IntrospectionUnavailable> {
        let Some(token) = self.rounds.end(fetch.number, fetch.about) else {
            return Err(self.unavailable(IntrospectionFault::Unreachable, now));
        };
        let response = self.read(answer, keys, now).map_err(|fault| self.fail(fault, now))?;
        (self.failures, self.quiet_until, self.fault) = (0, None, None);
        let (shelf, span) = match response.is_active() {
            true => (&mut self.active, self.settings.ttl),
            false => (&mut self.refused, self.settings.inactive_ttl),
        };
        let until = now.after(span);
        let until = response.expires_at().map_or(until, |exp| exp.min(until));
        // It is on neither shelf: while it is known, nobody asks.
        shelf.put(token, &response, now, until);
        Ok(response)
    }

    /// There was no answer: no connection, or not in time.
    pub fn failed(&mut self, fetch: &Fetch, now: UnixTime) -> IntrospectionUnavailable {
        match self.rounds.end(fetch.number, fetch.about) {
            Some(_) => self.fail(IntrospectionFault::Unreachable, now),
            None => self.unavailable(IntrospectionFault::Unreachable, now),
        }
    }

    /// What went wrong last; `None` after an answer that could be read. For an operator: `credentials` mends nobody else.
    #[must_use]
    pub const fn fault(&self) -> Option<&IntrospectionFault> {
        self.fault.as_ref()
    }

    /// Other credentials from now on: a secret that was changed, a token of one's own that was renewed.
    pub fn set_credentials(&mut self, credentials: Credentials) {
        self.settings.credentials = credentials;
        (self.failures, self.quiet_until) = (0, None);
    }

    /// Forgets every response, those that are on their way too. No rule needs it.
    pub fn clear(&mut self) {
        self.rounds.clear();
        self.active.clear();
        self.refused.clear();
    }

    /// How many responses are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.active.len().saturating_add(self.refused.len())
    }

    /// Is none kept?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What they take of memory, in bytes: never more than the bound.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.active.bytes().saturating_add(self.refused.bytes())
    }

    fn fetch(&self, number: u64, token: &str, digest: Digest) -> Fetch {
        let settings = &self.settings;
        let accept = if settings.signed.is_some() { SIGNED } else { "application/json" };
        let mut headers: Vec<(&'static str, String)> = [
            ("Accept", accept.into()),
            ("Content-Type", "application/x-www-form-urlencoded".into()),
        ]
        .into();
        headers.extend(settings.credentials.header().map(|value| ("Authorization", value.into())));
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        Fetch {
            source: 0,
            about: Some(digest),
            number,
            address: settings.endpoint.clone(),
            headers,
            body: Some(body),
            max_bytes: settings.max_bytes,
            timeout: settings.timeout,
        }
    }

    fn read(
        &self,
        answer: &Answer<'_>,
        keys: &KeySet,
        now: UnixTime,
    ) -> Result<Introspected, IntrospectionFault> {
        match answer.status() {
            200 => {}
            status @ (401 | 403) => return Err(IntrospectionFault::Credentials(status)),
            status => return Err(IntrospectionFault::Status(status)),
        }
        let (body, issuer) = (answer.body(), self.issuer());
        if body.len() > self.settings.max_bytes {
            return Err(IntrospectionFault::TooLarge);
        }
        let content_type = answer.header("content-type").and_then(|value| value.split(';').next());
        let is_signed = content_type.map(|value| value.trim().eq_ignore_ascii_case(SIGNED));
        match &self.settings.signed {
            None if is_signed == Some(true) => Err(IntrospectionFault::Signed),
            None => Introspected::read(body, issuer).map_err(IntrospectionFault::Json),
            Some(_) if is_signed == Some(false) => Err(IntrospectionFault::NotSigned),
            Some(signed) => signed.read(body, keys, issuer, now),
        }
    }

    /// How long the endpoint is left alone. A clock that went back makes no pause longer than the longest.
    fn pause(&self, now: UnixTime) -> Option<Duration> {
        let until = self.quiet_until?.min(now.after(self.settings.cool_down));
        (now < until).then(|| span(now, until))
    }

    fn fail(&mut self, fault: IntrospectionFault, now: UnixTime) -> IntrospectionUnavailable {
        // Those that were on their way when the pause began tell nothing new.
        if !fault.is_of_the_endpoint() {
            // It answers: what it finds wrong with one token is no reason to leave it alone.
            (self.failures, self.quiet_until) = (0, None);
        } else if self.pause(now).is_none() {
            let doublings = self.failures.checked_sub(TOLERATED);
            self.failures = self.failures.saturating_add(1).min(31);
            self.quiet_until = doublings.map(|doublings| {
                let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
                now.after(FIRST_PAUSE.saturating_mul(factor).min(self.settings.cool_down))
            });
        }
        self.fault = Some(fault.clone());
        self.unavailable(fault, now)
    }

    fn unavailable(&self, fault: IntrospectionFault, now: UnixTime) -> IntrospectionUnavailable {
        let retry_after = self.pause(now).unwrap_or(FIRST_PAUSE);
        IntrospectionUnavailable { retry_after, fault }
    }
}

impl Signed {
    /// A signed response (RFC 9701 section 5): from whom, to whom, when. Top-level `sub` and `exp` mean nothing.
    fn read(
        &self,
        body: &[u8],
        keys: &KeySet,
        issuer: &str,
        now: UnixTime,
    ) -> Result<Introspected, IntrospectionFault> {
        let text = str::from_utf8(body).map_err(|_| IntrospectionFault::NotSigned)?.trim();
        if text.starts_with('{') {
            return Err(IntrospectionFault::NotSigned);
        }
        self.prove(text, keys, issuer, now)
            .map_err(|fault| IntrospectionFault::Message(Box::new(fault)))
    }

    fn prove(
        &self,
        token: &str,
        keys: &KeySet,
        issuer: &str,
        now: UnixTime,
    ) -> Result<Introspected, MessageFault> {
        const MEMBER: &str = "token_introspection";
        let signed = message::prove(token, keys, &self.algorithms, Typ::Said(SIGNED))?;
        let claims = Members::read(signed.payload())?;
        message::from_issuer(&claims, &signed, issuer)?;
        message::for_audience(&claims, &self.audience)?;
        message::issued_at(&claims, Some(MAX_AGE), LEEWAY, now)?;
        claims.object(MEMBER)?.ok_or(MessageFault::Missing(MEMBER))?;
        let response = claims.raw(MEMBER).unwrap_or_default();
        Ok(Introspected::read(response.as_bytes(), issuer)?)
    }
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("issuer", &self.settings.issuer)
            .field("endpoint", &self.settings.endpoint.as_str())
            .field("credentials", &self.settings.credentials)
            .field("kept", &self.len())
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}
