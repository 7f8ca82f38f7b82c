//! What came of a security event token.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use lowwater::{Rule, UnixTime};
use serde_json::Value;

use crate::authority::Overreach;
use crate::reply::Reply;
use crate::subject::Unresolved;

/// Why an event made no rule, or not all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotApplied {
    /// It is in no table.
    UnknownEvent,
    /// The table says that nothing is done about it.
    NothingToDo,
    /// The member that decides is missing, or has a value that the table does not know.
    UnknownValue {
        /// The member.
        member: &'static str,
    },
    /// It names nobody.
    NoSubject,
    /// Its subject means nobody here: this format is not configured, or not what the format says.
    UnresolvedSubject {
        /// The format, `another` where it is none of the standard's.
        format: &'static str,
    },
    /// A member of its subject means nothing here, and is not left out.
    UnresolvedMember {
        /// The member, `another` where it is none of the framework's.
        member: &'static str,
    },
    /// The same, of a member that the transmitter calls critical.
    CriticalMember {
        /// The member.
        member: &'static str,
    },
    /// It names somebody whom the source may not name.
    Overreach(Overreach),
}

impl NotApplied {
    /// A stable snake_case name.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownEvent => "event_unknown",
            Self::NothingToDo => "nothing_to_do",
            Self::UnknownValue { .. } => "event_value_unknown",
            Self::NoSubject => "subject_missing",
            Self::UnresolvedSubject { .. } => "subject_unresolved",
            Self::UnresolvedMember { .. } => "member_unresolved",
            Self::CriticalMember { .. } => "member_critical",
            Self::Overreach(_) => "overreach",
        }
    }
}

impl fmt::Display for NotApplied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownEvent => f.write_str("no table has this event"),
            Self::NothingToDo => f.write_str("nothing is done about this event"),
            Self::UnknownValue { member } => write!(f, "{member} has no value that is known"),
            Self::NoSubject => f.write_str("the event names nobody"),
            Self::UnresolvedSubject { format } => {
                write!(f, "a subject of the format {format} means nobody here")
            }
            Self::UnresolvedMember { member } => {
                write!(f, "the subject's member {member} means nothing here")
            }
            Self::CriticalMember { member } => {
                write!(f, "the subject's member {member} is critical and means nothing here")
            }
            Self::Overreach(overreach) => overreach.fmt(f),
        }
    }
}

impl core::error::Error for NotApplied {}

impl From<Unresolved> for NotApplied {
    fn from(unresolved: Unresolved) -> Self {
        match unresolved {
            Unresolved::Nothing => Self::NoSubject,
            Unresolved::Format(format) => Self::UnresolvedSubject { format },
            Unresolved::Member(member) => Self::UnresolvedMember { member },
            Unresolved::Critical(member) => Self::CriticalMember { member },
        }
    }
}

impl From<Overreach> for NotApplied {
    fn from(overreach: Overreach) -> Self {
        Self::Overreach(overreach)
    }
}

/// What the transmitter says of the stream (Shared Signals Framework 1.0 section 8.1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "the three of the framework")]
pub enum StreamStatus {
    /// Events are sent.
    Enabled,
    /// Events are held back, to be sent later.
    Paused,
    /// Events are neither sent nor held.
    Disabled,
}

impl StreamStatus {
    pub(super) fn read(word: &str) -> Option<Self> {
        Some(match word {
            "enabled" => Self::Enabled,
            "paused" => Self::Paused,
            "disabled" => Self::Disabled,
            _ => return None,
        })
    }

    /// As it stands in an event.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }
}

/// One event of a security event token.
#[derive(Clone)]
#[non_exhaustive]
pub struct Event {
    /// Its type.
    pub uri: String,
    /// What it says, as it was sent: the new claims of a `token-claims-change`, say.
    pub json: Box<str>,
    /// Why it made no rule, or not all.
    pub not_applied: Vec<NotApplied>,
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("uri", &self.uri)
            .field("not_applied", &self.not_applied)
            .finish_non_exhaustive() // what it says may name a person
    }
}

/// A security event token that was taken.
#[derive(Clone)]
#[must_use = "its rules have to be applied"]
pub struct Received {
    pub(super) rules: Vec<Rule>,
    pub(super) events: Vec<Event>,
    pub(super) token_id: String,
    pub(super) issued: UnixTime,
    pub(super) verification: Option<Option<String>>,
    pub(super) stream: Option<StreamStatus>,
}

impl Received {
    /// The rules to apply. Apply and keep them, and then answer: what was acknowledged is not sent again.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What happened, and why it made no rule where it made none. One event, in other words where there are several.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The token's `jti`, for a log.
    #[must_use]
    pub fn token_id(&self) -> &str {
        &self.token_id
    }

    /// Does it verify the stream? With the `state` that was asked for, if any.
    #[must_use]
    pub fn verification(&self) -> Option<Option<&str>> {
        self.verification.as_ref().map(|state| state.as_deref())
    }

    /// What it says of the stream. Where it is not enabled, rules are no longer as young as the last event:
    /// see [`StreamFreshness`](crate::StreamFreshness).
    #[must_use]
    pub const fn stream(&self) -> Option<StreamStatus> {
        self.stream
    }

    /// When the transmitter made it, by its own clock, and never later than it was received.
    #[must_use]
    pub const fn issued_at(&self) -> UnixTime {
        self.issued
    }

    /// What to answer a push once the rules are kept: 202 (RFC 8935 section 2.2).
    #[must_use]
    pub fn reply(&self) -> Reply {
        Reply::empty(202)
    }

    /// What to answer a push whose `state` is not the one that was asked for: 400, `invalid_state`.
    #[must_use]
    pub fn wrong_state() -> Reply {
        refusal("invalid_state", "the state is not the one that was asked for")
    }

    /// All of it as JSON: `token_id`, `rules`, `events` (`event`, `value`, `not_applied` with codes), and where it says so
    /// `verification` (its `state`, or null) and `stream`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let list = |all: Vec<String>| format!("[{}]", all.join(","));
        let quoted = |text: &str| Value::from(text).to_string();
        let event = |event: &Event| {
            let codes = event.not_applied.iter().map(|why| quoted(why.code())).collect();
            let (uri, json, codes) = (quoted(&event.uri), &event.json, list(codes));
            format!(r#"{{"event":{uri},"value":{json},"not_applied":{codes}}}"#)
        };
        let rules = list(self.rules.iter().map(Rule::to_json).collect());
        let events = list(self.events.iter().map(event).collect());
        let mut json =
            format!(r#"{{"token_id":{},"rules":{rules},"events":{events}"#, quoted(&self.token_id));
        if let Some(state) = self.verification() {
            json.push_str(r#","verification":"#);
            json.push_str(&state.map_or_else(|| "null".to_string(), quoted));
        }
        if let Some(stream) = self.stream {
            json.push_str(&format!(r#","stream":"{}""#, stream.as_str()));
        }
        json.push('}');
        json
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("token_id", &self.token_id)
            .field("rules", &self.rules)
            .field("events", &self.events)
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}

/// RFC 8935 section 2.3.
pub(crate) fn refusal(err: &str, description: &str) -> Reply {
    let description = Value::from(description).to_string();
    Reply::json(400, format!(r#"{{"err":"{err}","description":{description}}}"#))
}

/// Adds those that say something new, whatever their reason: an event may come in two words.
pub(super) fn add(rules: &mut Vec<Rule>, more: Vec<Rule>) {
    let said = |rule: &Rule| rule.clone().with_reason("");
    for rule in more {
        if !rules.iter().any(|own| said(own) == said(&rule)) {
            rules.push(rule);
        }
    }
}
