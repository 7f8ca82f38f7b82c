//! Global Token Revocation (draft-parecki-oauth-global-token-revocation): everything of a user.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::time::Duration;

use lowwater::{At, ConfigError, UnixTime};
use serde_json::Value;

use super::{MOST_BODY, Revocation};
use crate::authority::Authority;
use crate::config::{Config, longest, mistake};
use crate::events::{EventAction, Happened, NotApplied};
use crate::members::Members;
use crate::message::{self, MessageFault};
use crate::reply::Reply;
use crate::subject::config::SUBJECT_MEMBERS;
use crate::subject::{Reading, Subjects};

const WHAT: &str = "global revocation";
const TYPE: &str = "application/json";
const MEMBERS: [&str; 3] = ["issuer", "authority", "max_lifetime"];

/// Takes in requests to revoke everything of a user: a `POST` of `{"sub_id": ..}`, an identifier of RFC 9493.
///
/// Whoever logged in before now has to log in again. The draft leaves access tokens that are out there to their end; the rule
/// ends them. **Who may ask is for the application to check, before this is called**: the request proves nothing, and asked
/// again later it cuts again. It cuts by this clock: where the issuer's is ahead by some seconds, a token of just those seconds
/// passes; where that matters give the rules a [`skew_guard`](lowwater::Rule::skew_guard).
///
/// ```
/// use lowwater::UnixTime;
/// use lowwater_intake::{GlobalRevocation, Reply, Subjects};
///
/// let revocation = GlobalRevocation::new("https://issuer.example/")?
///     .subjects(Subjects::new().format("email", "claim:email")?);
///
/// // The application knows who asks, and that they may.
/// fn revoke(revocation: &GlobalRevocation, content_type: &str, body: &[u8], now: UnixTime) -> Reply {
///     match revocation.receive(content_type, body, now) {
///         Ok(revoked) => {
///             for rule in revoked.rules() { /* apply and keep it, then answer */ }
///             GlobalRevocation::reply() // or `unknown_user`
///         }
///         Err(fault) => fault.reply(),
///     }
/// }
/// # let body = br#"{"sub_id":{"format":"iss_sub","iss":"https://issuer.example/","sub":"u1"}}"#;
/// # assert_eq!(revoke(&revocation, "application/json", body, UnixTime::from_secs(1_700_000_000)).status(), 204);
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct GlobalRevocation {
    issuer: String,
    authority: Option<Authority>,
    subjects: Subjects,
    max_lifetime: Option<Duration>,
}

impl GlobalRevocation {
    /// Of the tokens of this issuer: those that an identifier without an issuer means.
    ///
    /// # Errors
    /// An empty issuer.
    pub fn new(issuer: &str) -> Result<Self, ConfigError> {
        if issuer.is_empty() {
            return Err(mistake(WHAT, "the issuer must not be empty"));
        }
        let (authority, max_lifetime) = (None, None);
        Ok(Self { issuer: issuer.into(), authority, subjects: Subjects::new(), max_lifetime })
    }

    /// Reads `{"issuer"}`, and perhaps what is said of [`Subjects`] (as in
    /// [`EventReceiver::from_json`](crate::EventReceiver::from_json)), `"authority"`, `"max_lifetime"` in seconds.
    ///
    /// # Errors
    /// What was expected.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        let known = [&MEMBERS[..], &SUBJECT_MEMBERS].concat();
        let config = Config::read(WHAT, json, &known)?;
        let mut revocation = Self::new(&config.needed("issuer")?)?.subjects(Subjects::of(&config)?);
        if let Some(authority) = config.members.raw("authority") {
            revocation.authority = Some(Authority::from_json(authority)?);
        }
        match config.span("max_lifetime")? {
            Some(span) => revocation.max_lifetime(span),
            None => Ok(revocation),
        }
    }

    /// What identifiers mean here.
    #[must_use]
    pub fn subjects(mut self, subjects: Subjects) -> Self {
        self.subjects = subjects;
        self
    }

    /// Whom a request may name, in place of the tokens of the issuer by the usual dimensions and by those that
    /// [`subjects`](Self::subjects) speak of.
    #[must_use]
    pub fn within(mut self, authority: Authority) -> Self {
        self.authority = Some(authority);
        self
    }

    /// The validator's own `max_lifetime`: a tombstone of one token (`jwt_id`) is then forgotten. Without it, it stays.
    ///
    /// # Errors
    /// Less than a second, more than 10 years.
    pub fn max_lifetime(mut self, span: Duration) -> Result<Self, ConfigError> {
        self.max_lifetime = Some(longest(WHAT, "max_lifetime", span)?);
        Ok(self)
    }

    /// Reads the body of a request, with its `Content-Type`.
    ///
    /// # Errors
    /// Why nothing is revoked, with what to answer.
    pub fn receive(
        &self,
        content_type: &str,
        body: &[u8],
        now: UnixTime,
    ) -> Result<Revocation, RevocationFault> {
        if !message::is_media_type(content_type, TYPE) {
            return Err(MessageFault::Member { name: "Content-Type", expected: TYPE }.into());
        }
        if body.len() > MOST_BODY {
            let expected = "an object, at most 64 KiB";
            return Err(MessageFault::Member { name: "the body", expected }.into());
        }
        let members = Members::read(body).map_err(MessageFault::Json)?;
        let subject = members.object("sub_id").map_err(MessageFault::from)?;
        let subject = subject.ok_or(MessageFault::Missing("sub_id"))?;
        let reading = Reading {
            issuer: &self.issuer,
            tokens_of: &self.issuer,
            about: &["user"],
            refuses: true,
            legacy: false,
        };
        let everyone = self.subjects.resolve(&subject, reading).map_err(NotApplied::from)?;
        let at = At::from(now);
        let happened = Happened {
            at,
            issued: at,
            max_session: None,
            max_lifetime: self.max_lifetime,
            clients: &[],
            issuer: &self.issuer,
            token_id: "",
            name: "global token revocation",
        };
        let authority = self.subjects.authority(self.authority.as_ref(), &self.issuer);
        let mut rules = alloc::vec::Vec::new();
        for whom in &everyone {
            rules.extend(happened.rules(EventAction::Reauthenticate, whom));
        }
        for rule in &rules {
            authority.admit(rule).map_err(NotApplied::from)?;
        }
        Ok(Revocation { rules })
    }

    /// What to answer once the rules are kept: 204.
    #[must_use]
    pub fn reply() -> Reply {
        Reply::empty(204)
    }

    /// What to answer where the application knows that there is no such user: 404.
    #[must_use]
    pub fn unknown_user() -> Reply {
        Reply::empty(404)
    }
}

/// Why a request to revoke everything of a user is not carried out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RevocationFault {
    /// It is not what the draft says: 400.
    Message(MessageFault),
    /// It names nobody here (422), or somebody whom it may not name (403).
    Subject(NotApplied),
}

impl RevocationFault {
    /// A stable snake_case name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Message(fault) => fault.code(),
            Self::Subject(why) => why.code(),
        }
    }

    /// What to answer: 400, 403 or 422.
    #[must_use]
    pub fn reply(&self) -> Reply {
        let status = match self {
            Self::Message(_) => 400,
            Self::Subject(NotApplied::Overreach(_)) => 403,
            Self::Subject(_) => 422,
        };
        let text = Value::from(format!("{self}"));
        Reply::json(status, format!(r#"{{"error":"{}","error_description":{text}}}"#, self.code()))
    }
}

impl fmt::Display for RevocationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(fault) => fault.fmt(f),
            Self::Subject(why) => why.fmt(f),
        }
    }
}

impl core::error::Error for RevocationFault {}

impl From<MessageFault> for RevocationFault {
    fn from(fault: MessageFault) -> Self {
        Self::Message(fault)
    }
}

impl From<NotApplied> for RevocationFault {
    fn from(why: NotApplied) -> Self {
        Self::Subject(why)
    }
}
