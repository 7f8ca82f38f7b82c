//! What is done about which event: the default, and what an operator says otherwise.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use core::fmt;
use core::str::FromStr;

use lowwater::ConfigError;

use super::WHAT;
use super::received::NotApplied;
use crate::config::{Config, mistake};
use crate::members::Members;

/// What an event does to the tokens of whom it names. T is when it happened. All of them may be done twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventAction {
    /// Nothing: the application may want to know.
    Nothing,
    /// The session that is named is over; where none is named, as `Reauthenticate`.
    EndSession,
    /// Whoever logged in before T has to log in again (`authenticated_before`, which leaves machines alone: they do not log
    /// in).
    Reauthenticate,
    /// What was issued before T is over; a refresh gives a token that passes (`issued_before`).
    Refresh,
    /// What was issued before T to the receiver's own clients (the audience of the message) is over.
    EndGrant,
    /// May not act (`suspended`), until a later event says otherwise.
    Suspend,
    /// `Suspend` and `Reauthenticate`.
    SuspendAndReauthenticate,
    /// `Suspend` and `Refresh`.
    SuspendAndRefresh,
    /// May act again. Cutoffs stay.
    Resume,
    /// May never act again, whatever a later event says; whoever is named by another identifier than the subject has to log
    /// in again instead, for another person may get that identifier. An operator can lift it: the rule has the id
    /// `account-purged ISSUER JTI`.
    Purge,
}

use EventAction::{
    EndGrant, EndSession, Nothing, Purge, Reauthenticate, Refresh, Resume, Suspend,
    SuspendAndReauthenticate, SuspendAndRefresh,
};

const ACTIONS: [EventAction; 10] = [
    Nothing,
    EndSession,
    Reauthenticate,
    Refresh,
    EndGrant,
    Suspend,
    SuspendAndReauthenticate,
    SuspendAndRefresh,
    Resume,
    Purge,
];

impl EventAction {
    /// Its name in a configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Nothing => "nothing",
            EndSession => "end_session",
            Reauthenticate => "reauthenticate",
            Refresh => "refresh",
            EndGrant => "end_grant",
            Suspend => "suspend",
            SuspendAndReauthenticate => "suspend_and_reauthenticate",
            SuspendAndRefresh => "suspend_and_refresh",
            Resume => "resume",
            Purge => "purge",
        }
    }
}

impl fmt::Display for EventAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EventAction {
    type Err = ConfigError;

    fn from_str(word: &str) -> Result<Self, ConfigError> {
        ACTIONS.into_iter().find(|action| action.as_str() == word).ok_or_else(|| {
            let all = ACTIONS.map(Self::as_str).join(", ");
            mistake(WHAT, format!("an event does one of: {all}"))
        })
    }
}

/// One line of the table.
struct Row {
    base: &'static str,
    name: &'static str,
    /// The member of the event that decides, and what each of its values does.
    by: Option<(&'static str, &'static [(&'static str, EventAction)])>,
    /// Without such a member, or with another value; `None`: it is not known what that would mean.
    otherwise: Option<EventAction>,
    about: &'static [&'static str],
}

const CAEP: &str = "https://schemas.openid.net/secevent/caep/event-type/";
const RISC: &str = "https://schemas.openid.net/secevent/risc/event-type/";
const OAUTH: &str = "https://schemas.openid.net/secevent/oauth/event-type/";

const fn row(base: &'static str, name: &'static str, action: EventAction) -> Row {
    Row { base, name, by: None, otherwise: Some(action), about: &["user"] }
}

impl Row {
    const fn by(
        mut self,
        member: &'static str,
        values: &'static [(&'static str, EventAction)],
    ) -> Self {
        self.by = Some((member, values));
        self
    }

    const fn about(mut self, members: &'static [&'static str]) -> Self {
        self.about = members;
        self
    }

    const fn only(mut self) -> Self {
        self.otherwise = None;
        self
    }
}

const TABLE: [Row; 27] = [
    row(CAEP, "session-revoked", EndSession).about(&["user", "session"]),
    row(CAEP, "token-claims-change", Refresh),
    // Some other way of changing it is not harmless because it is new.
    row(CAEP, "credential-change", Reauthenticate).by(
        "change_type",
        &[
            ("create", Nothing),
            ("revoke", Reauthenticate),
            ("update", Reauthenticate),
            ("delete", Reauthenticate),
        ],
    ),
    row(CAEP, "assurance-level-change", Refresh)
        .by("change_direction", &[("increase", Nothing), ("decrease", Refresh)]),
    row(CAEP, "device-compliance-change", Nothing)
        .by("current_status", &[("not-compliant", SuspendAndRefresh), ("compliant", Resume)])
        .only()
        .about(&["device"]),
    row(CAEP, "session-established", Nothing),
    row(CAEP, "session-presented", Nothing),
    // Logging in again is the step up that a rule can ask for (RFC 9470).
    row(CAEP, "risk-level-change", Nothing)
        .by("current_level", &[("HIGH", Reauthenticate), ("MEDIUM", Nothing), ("LOW", Nothing)])
        .only()
        .about(&["user", "session", "device"]),
    row(RISC, "account-disabled", SuspendAndReauthenticate),
    row(RISC, "account-enabled", Resume),
    row(RISC, "account-purged", Purge),
    row(RISC, "credential-compromise", Reauthenticate),
    row(RISC, "account-credential-change-required", Reauthenticate),
    row(RISC, "identifier-changed", Nothing),
    // Older tokens with that identifier are another person's.
    row(RISC, "identifier-recycled", Reauthenticate),
    row(RISC, "sessions-revoked", Reauthenticate),
    row(RISC, "recovery-activated", Nothing),
    row(RISC, "recovery-information-changed", Nothing),
    row(RISC, "opt-in", Nothing),
    row(RISC, "opt-out-initiated", Nothing),
    row(RISC, "opt-out-cancelled", Nothing),
    row(RISC, "opt-out-effective", Nothing),
    row(OAUTH, "tokens-revoked", EndGrant),
    row(OAUTH, "token-revoked", Refresh),
    row(OAUTH, "client-disabled", Suspend).about(&["application"]),
    row(OAUTH, "client-enabled", Resume).about(&["application"]),
    row(OAUTH, "client-credential-changed", Refresh).about(&["application"]),
];

/// Events of the stream itself, and how they were called in drafts.
const VERIFICATION: [&str; 3] = [
    "https://schemas.openid.net/secevent/ssf/event-type/verification",
    "https://schemas.openid.net/secevent/sse/event-type/verification",
    "https://schemas.openid.net/secevent/risc/event-type/verification",
];
const STREAM_UPDATED: [&str; 2] = [
    "https://schemas.openid.net/secevent/ssf/event-type/stream-updated",
    "https://schemas.openid.net/secevent/sse/event-type/stream-updated",
];

/// What an operator says about an event: all of them, or by the value of the member that decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Said {
    always: Option<EventAction>,
    by_value: BTreeMap<String, EventAction>,
}

/// The table with what an operator says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EventTable(BTreeMap<String, Said>);

/// What an event is.
pub(super) enum Known {
    Verification,
    StreamUpdated,
    Of(Chosen),
}

/// What is to be done about an event.
pub(super) struct Chosen {
    pub(super) action: EventAction,
    pub(super) about: &'static [&'static str],
    /// The last part of its name, for people.
    pub(super) name: &'static str,
}

fn row_of(event: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| event.strip_prefix(row.base) == Some(row.name))
}

impl EventTable {
    pub(super) fn say(&mut self, event: &str, action: EventAction) -> Result<(), ConfigError> {
        if VERIFICATION.contains(&event) || STREAM_UPDATED.contains(&event) {
            return Err(mistake(WHAT, "events of the stream itself do nothing to tokens"));
        }
        self.0.entry(event.to_string()).or_default().always = Some(action);
        Ok(())
    }

    pub(super) fn say_of(
        &mut self,
        event: &str,
        value: &str,
        action: EventAction,
    ) -> Result<(), ConfigError> {
        if row_of(event).is_none_or(|row| row.by.is_none()) {
            return Err(mistake(
                WHAT,
                format!("no member of `{event}` decides: give it one action"),
            ));
        }
        self.0.entry(event.to_string()).or_default().by_value.insert(value.to_string(), action);
        Ok(())
    }

    pub(super) fn of(config: &Config<'_>) -> Result<Self, ConfigError> {
        let mut table = Self::default();
        let Some(raw) = config.members.raw("events") else { return Ok(table) };
        let expected = || {
            config
                .mistake("`events` must be an object: of each event an action, or actions by value")
        };
        let events = Members::of(raw).ok_or_else(expected)?;
        for event in events.names() {
            if let Some(values) = events.inner(event) {
                for value in values.names() {
                    let word = values.string(value).ok_or_else(expected)?;
                    table.say_of(event, value, word.parse()?)?;
                }
            } else {
                let word = events.string(event).ok_or_else(expected)?;
                table.say(event, word.parse()?)?;
            }
        }
        Ok(table)
    }

    /// What to do about this event.
    pub(super) fn find(&self, uri: &str, event: &Members<'_>) -> Result<Known, NotApplied> {
        if VERIFICATION.contains(&uri) {
            return Ok(Known::Verification);
        }
        if STREAM_UPDATED.contains(&uri) {
            return Ok(Known::StreamUpdated);
        }
        let (said, row) = (self.0.get(uri), row_of(uri));
        let decides = row.and_then(|row| row.by);
        let value = decides.and_then(|(member, _)| event.string(member));
        let by_value =
            said.zip(value.as_ref()).and_then(|(said, value)| said.by_value.get(&**value));
        let default = || {
            let row = row.ok_or(NotApplied::UnknownEvent)?;
            let known = decides.zip(value.as_ref()).and_then(|((_, values), value)| {
                values.iter().find(|(known, _)| **known == **value).map(|(_, action)| *action)
            });
            let member = decides.map_or("", |(member, _)| member);
            known.or(row.otherwise).ok_or(NotApplied::UnknownValue { member })
        };
        let action = match by_value.copied().or_else(|| said?.always) {
            Some(action) => action,
            None => default()?,
        };
        let about = row.map_or(&["user"][..], |row| row.about);
        Ok(Known::Of(Chosen { action, about, name: row.map_or("security event", |row| row.name) }))
    }
}
