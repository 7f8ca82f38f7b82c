//! How an event receiver is configured.

use core::time::Duration;

use lowwater::ConfigError;

use super::table::{EventAction, EventTable};
use super::{EventReceiver, WHAT};
use crate::authority::Authority;
use crate::config::{self, Config};
use crate::subject::Subjects;
use crate::subject::config::SUBJECT_MEMBERS;

const MEMBERS: [&str; 10] = [
    "issuer",
    "audience",
    "algorithms",
    "token_issuer",
    "authority",
    "events",
    "legacy",
    "leeway",
    "max_session",
    "max_lifetime",
];

impl EventReceiver {
    /// Reads `{"issuer", "audience", "algorithms"}`, and perhaps
    /// - `"formats"`, `"members"`: objects of meanings, `"unknown_members"`: an object of `match` and `no_match`,
    ///   `"critical_subject_members"`: a list, `"any_email_case"`: `true` (see [`Subjects`]);
    /// - `"events"`: of each event an [action](EventAction), or an object of actions by the value that decides
    ///   (`{"https://schemas.openid.net/secevent/caep/event-type/risk-level-change": {"MEDIUM": "refresh"}}`);
    /// - `"authority"`: see [`Authority::from_json`]; `"token_issuer"`; `"legacy"`: `true`;
    /// - `"leeway"`, `"max_session"`, `"max_lifetime"` in seconds.
    ///
    /// # Errors
    /// What was expected.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        let known = [&MEMBERS[..], &SUBJECT_MEMBERS].concat();
        let config = Config::read(WHAT, json, &known)?;
        let audience = config.texts("audience")?.unwrap_or_default();
        let audience = audience.iter().map(alloc::string::String::as_str);
        let mut receiver = Self::new(&config.needed("issuer")?, audience, config.algorithms()?)?;
        receiver.subjects = Subjects::of(&config)?;
        receiver.table = EventTable::of(&config)?;
        receiver.legacy = config.flag("legacy")?;
        if let Some(issuer) = config.text("token_issuer")? {
            receiver.token_issuer = issuer;
        }
        if let Some(authority) = config.members.raw("authority") {
            receiver.authority = Some(Authority::from_json(authority)?);
        }
        if let Some(leeway) = config.span("leeway")? {
            receiver = receiver.leeway(leeway)?;
        }
        if let Some(longest) = config.span("max_session")? {
            receiver = receiver.max_session(longest)?;
        }
        if let Some(longest) = config.span("max_lifetime")? {
            receiver = receiver.max_lifetime(longest)?;
        }
        Ok(receiver)
    }

    /// What identifiers mean here.
    #[must_use]
    pub fn subjects(mut self, subjects: Subjects) -> Self {
        self.subjects = subjects;
        self
    }

    /// Whom the transmitter may name, in place of the tokens of its own issuer by the usual dimensions and by those that
    /// [`subjects`](Self::subjects) speak of. An event that names others makes no rule, and is reported.
    #[must_use]
    pub fn within(mut self, authority: Authority) -> Self {
        self.authority = Some(authority);
        self
    }

    /// Whose tokens the transmitter speaks of (their `iss`), where it calls itself by another name: identifiers without an
    /// issuer, and those with the transmitter's own, are read as this one's.
    ///
    /// # Errors
    /// An empty issuer.
    pub fn token_issuer(mut self, issuer: &str) -> Result<Self, ConfigError> {
        if issuer.is_empty() {
            return Err(config::mistake(WHAT, "the issuer of tokens must not be empty"));
        }
        self.token_issuer = issuer.into();
        Ok(self)
    }

    /// What this event does, in place of what the table says.
    ///
    /// ```
    /// use lowwater::Algorithm;
    /// use lowwater_intake::{EventAction, EventReceiver};
    ///
    /// let recovered = "https://schemas.openid.net/secevent/risc/event-type/recovery-activated";
    /// let receiver = EventReceiver::new("https://issuer.example/", ["me"], [Algorithm::Rs256])?
    ///     .action(recovered, EventAction::Reauthenticate)?;
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// An event of the stream itself.
    pub fn action(mut self, event: &str, action: EventAction) -> Result<Self, ConfigError> {
        self.table.say(event, action)?;
        Ok(self)
    }

    /// What this event does where the member that decides (`current_level`, `change_type`, `change_direction`,
    /// `current_status`) has this value.
    ///
    /// # Errors
    /// An event in which no member decides.
    pub fn action_of(
        mut self,
        event: &str,
        value: &str,
        action: EventAction,
    ) -> Result<Self, ConfigError> {
        self.table.say_of(event, value, action)?;
        Ok(self)
    }

    /// Takes what drafts said: no `sub_id` but a `subject` within the event, `subject_type` and `iss-sub`, a complex subject
    /// that does not say so, `sub` and `exp` (which then counts), and no `typ` or `JWT`.
    #[must_use]
    pub const fn legacy(mut self) -> Self {
        self.legacy = true;
        self
    }

    /// How far the transmitter's clock may be ahead: 60 s where nothing is said.
    ///
    /// # Errors
    /// More than 300 s.
    pub fn leeway(mut self, leeway: Duration) -> Result<Self, ConfigError> {
        self.leeway = config::leeway(WHAT, leeway)?;
        Ok(self)
    }

    /// The validator's own `max_session`, where it has one: a tombstone of a session is then forgotten when no session can
    /// be so old. Without it a tombstone stays for ever.
    ///
    /// # Errors
    /// Less than a second, more than 10 years.
    pub fn max_session(mut self, longest: Duration) -> Result<Self, ConfigError> {
        self.max_session = Some(config::longest(WHAT, "max_session", longest)?);
        Ok(self)
    }

    /// The validator's own `max_lifetime`: the same of one token (`jwt_id`).
    ///
    /// # Errors
    /// Less than a second, more than 10 years.
    pub fn max_lifetime(mut self, longest: Duration) -> Result<Self, ConfigError> {
        self.max_lifetime = Some(config::longest(WHAT, "max_lifetime", longest)?);
        Ok(self)
    }
}
