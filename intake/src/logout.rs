//! OpenID Connect Back-Channel Logout 1.0: an issuer says that a session is over.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use lowwater::{Algorithm, ConfigError, KeySet, Rule, Target, UnixTime, Until};

use crate::config::{self, Config, SECOND, mistake};
use crate::members::Members;
use crate::message::{self, MessageFault, Typ};
use crate::reply::Reply;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const WHAT: &str = "logout receiver";
/// A logout token has at most 16 KiB, and percent-encoding may triple what it is not made of.
const MOST_BODY: usize = 64 * 1024;
const MOST_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Takes in the logout tokens of one issuer and says which rules they make.
///
/// A token that names a session makes a tombstone of it; one that names a user alone ends every session that began before
/// (section 2.7). Grants of `offline_access` live on, as the specification asks. A token that comes again makes the same
/// rules, which changes nothing, so nothing has to be remembered.
///
/// ```
/// use core::time::Duration;
/// use lowwater::{Algorithm, KeySet, UnixTime};
/// use lowwater_intake::{LogoutReceiver, Reply};
///
/// let receiver = LogoutReceiver::new("https://issuer.example/", ["client-1"], [Algorithm::Rs256])?
///     .max_session(Duration::from_secs(12 * 60 * 60))?; // the validator's own, which refuses tokens without `auth_time`
///
/// // The issuer posts to this API; the answer is the issuer's.
/// fn logout(receiver: &LogoutReceiver, keys: &KeySet, body: &[u8], now: UnixTime) -> Reply {
///     match receiver.receive(body, keys, now) {
///         Ok(logout) => {
///             for rule in logout.rules() { /* apply and keep it, then answer */ }
///             logout.reply()
///         }
///         Err(fault) => LogoutReceiver::refusal(&fault),
///     }
/// }
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct LogoutReceiver {
    issuer: String,
    clients: Vec<String>,
    algorithms: Vec<Algorithm>,
    strict: bool,
    leeway: Duration,
    max_age: Duration,
    max_session: Option<Duration>,
}

impl LogoutReceiver {
    /// Takes tokens of this issuer for these clients (`aud`), signed by one of these algorithms.
    ///
    /// # Errors
    /// An empty issuer, no client or an empty one, no algorithm.
    pub fn new<'c>(
        issuer: &str,
        clients: impl IntoIterator<Item = &'c str>,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> Result<Self, ConfigError> {
        let clients: Vec<String> = clients.into_iter().map(String::from).collect();
        let algorithms: Vec<_> = algorithms.into_iter().collect();
        if issuer.is_empty() {
            return Err(mistake(WHAT, "the issuer must not be empty"));
        }
        if clients.is_empty() || clients.iter().any(String::is_empty) {
            return Err(mistake(WHAT, "name at least one client, and none of them empty"));
        }
        if algorithms.is_empty() {
            return Err(mistake(WHAT, "name at least one algorithm"));
        }
        let (strict, max_session) = (false, None);
        let (leeway, max_age) = (Duration::from_secs(60), Duration::from_secs(300));
        Ok(Self {
            issuer: issuer.into(),
            clients,
            algorithms,
            strict,
            leeway,
            max_age,
            max_session,
        })
    }

    /// Reads `{"issuer", "client_id", "algorithms"}`, and perhaps `"mode"` (`strict` or `compatible`), `"leeway"`,
    /// `"max_age"`, `"max_session"` in seconds.
    ///
    /// # Errors
    /// What was expected.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        let known =
            ["issuer", "client_id", "algorithms", "mode", "leeway", "max_age", "max_session"];
        let config = Config::read(WHAT, json, &known)?;
        let clients = config.texts("client_id")?.unwrap_or_default();
        let issuer = config.needed("issuer")?;
        let clients = clients.iter().map(String::as_str);
        let mut receiver = Self::new(&issuer, clients, config.algorithms()?)?;
        receiver = match config.text("mode")?.as_deref() {
            Some("strict") => receiver.strict(),
            Some("compatible") | None => receiver,
            Some(_) => return Err(config.mistake("`mode` must be `strict` or `compatible`")),
        };
        if let Some(leeway) = config.span("leeway")? {
            receiver = receiver.leeway(leeway)?;
        }
        if let Some(max_age) = config.span("max_age")? {
            receiver = receiver.max_age(max_age)?;
        }
        if let Some(max_session) = config.span("max_session")? {
            receiver = receiver.max_session(max_session)?;
        }
        Ok(receiver)
    }

    /// Asks for `typ` and `exp` (errata set 1). Without it a token without `typ`, with `JWT`, or without `exp` is taken
    /// too: many issuers send such.
    #[must_use]
    pub const fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// How far the issuer's clock may differ: 60 s where nothing is said.
    ///
    /// # Errors
    /// More than 300 s.
    pub fn leeway(mut self, leeway: Duration) -> Result<Self, ConfigError> {
        self.leeway = config::leeway(WHAT, leeway)?;
        Ok(self)
    }

    /// How old a token may be: 300 s where nothing is said.
    ///
    /// # Errors
    /// Less than a second, more than a day.
    pub fn max_age(mut self, max_age: Duration) -> Result<Self, ConfigError> {
        if !(SECOND..=MOST_AGE).contains(&max_age) {
            return Err(mistake(WHAT, "`max_age` must be 1 second to 24 hours"));
        }
        self.max_age = max_age;
        Ok(self)
    }

    /// The validator's own `max_session`: a tombstone of a session is then forgotten when no session can be so old. Without it a
    /// tombstone stays for ever.
    ///
    /// Say it only where tokens without `auth_time` are refused ([`MissingAuthTime::Refuse`](lowwater::MissingAuthTime)): where
    /// `iat` stands in for it, a session that is refreshed never grows old, and would come back with its tombstone's end.
    ///
    /// # Errors
    /// Less than a second, more than 10 years.
    pub fn max_session(mut self, max_session: Duration) -> Result<Self, ConfigError> {
        self.max_session = Some(config::longest(WHAT, "max_session", max_session)?);
        Ok(self)
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Reads the body of a request: a form with one `logout_token`.
    ///
    /// # Errors
    /// Why it is not taken; answer with [`refusal`](Self::refusal).
    pub fn receive(
        &self,
        body: &[u8],
        keys: &KeySet,
        now: UnixTime,
    ) -> Result<Logout, MessageFault> {
        let expected = "in the form, once, at most 64 KiB";
        let unclear = MessageFault::Member { name: "logout_token", expected };
        if body.len() > MOST_BODY {
            return Err(unclear);
        }
        let mut tokens = form_urlencoded::parse(body).filter(|(name, _)| name == "logout_token");
        match (tokens.next(), tokens.next()) {
            (Some((_, token)), None) => self.read(&token, keys, now),
            (None, _) => Err(MessageFault::Missing("logout_token")),
            _ => Err(unclear),
        }
    }

    /// Reads a logout token by itself.
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    pub fn read(&self, token: &str, keys: &KeySet, now: UnixTime) -> Result<Logout, MessageFault> {
        let typ =
            if self.strict { Typ::Said("logout+jwt") } else { Typ::SaidOrPlain("logout+jwt") };
        let signed = message::prove(token, keys, &self.algorithms, typ)?;
        let claims = Members::read(signed.payload())?;
        message::from_issuer(&claims, &signed, &self.issuer)?;
        message::for_audience(&claims, &self.clients)?;
        let iat = message::issued_at(&claims, Some(self.max_age), self.leeway, now)?;
        if !message::not_expired(&claims, self.leeway, now)? && self.strict {
            return Err(MessageFault::Missing("exp"));
        }
        let token_id = message::needed(&claims, "jti")?;
        let id = |name| match claims.has(name) {
            true => message::needed(&claims, name).map(Some),
            false => Ok(None),
        };
        let (subject, session) = (id("sub")?, id("sid")?);
        check_event(&claims)?;
        if claims.has("nonce") {
            return Err(MessageFault::Forbidden("nonce")); // an ID token
        }
        let rule = match (&session, &subject) {
            (Some(session), _) => {
                // No session that it ends began after the second in which it was made.
                let last = message::end(iat);
                let until = self.max_session.map_or(Until::Never, |max| last.after(max).into());
                Rule::revoked(Target::session(session).at_issuer(&self.issuer), until)
            }
            (None, Some(subject)) => {
                let target = Target::subject(subject).at_issuer(&self.issuer);
                Rule::authenticated_before(target, iat)
            }
            (None, None) => return Err(MessageFault::Missing("sub")),
        };
        let rules = alloc::vec![rule.with_reason("logout at the issuer")];
        Ok(Logout { rules, token_id, subject, session })
    }

    /// What to answer where a token is not taken: 400, with the reason as JSON (section 2.8); 503 where it may be
    /// taken later (keys that cannot be had, a clock that differs).
    #[must_use]
    pub fn refusal(fault: &MessageFault) -> Reply {
        let text = serde_json::Value::from(message::described(fault)).to_string();
        let body = format!(r#"{{"error":"invalid_request","error_description":{text}}}"#);
        let reply = Reply::json(400, body);
        match fault.for_later() {
            Some(retry_after) => reply.later(retry_after),
            None => reply,
        }
    }
}

/// `events` names the logout and nothing contradicts it: an object, as is its member (section 2.4).
fn check_event(claims: &Members<'_>) -> Result<(), MessageFault> {
    let events = claims.object("events")?.ok_or(MessageFault::Missing("events"))?;
    match events.object(EVENT) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(MessageFault::Missing("events")),
        Err(_) => Err(MessageFault::Member { name: "events", expected: "an object of objects" }),
    }
}

/// A logout token that was taken. `Debug` does not say whom it names.
#[derive(Clone)]
#[must_use = "its rules have to be applied"]
pub struct Logout {
    rules: Vec<Rule>,
    token_id: String,
    subject: Option<String>,
    session: Option<String>,
}

impl Logout {
    /// The rules to apply. Keep them before you answer: the issuer does not ask again.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The token's `jti`, for a log.
    #[must_use]
    pub fn token_id(&self) -> &str {
        &self.token_id
    }

    /// Whom it names (`sub`).
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Which session it names (`sid`).
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// What to answer once the rules are kept: 200.
    #[must_use]
    pub fn reply(&self) -> Reply {
        Reply::empty(200)
    }
}

impl fmt::Debug for Logout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logout")
            .field("token_id", &self.token_id)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
