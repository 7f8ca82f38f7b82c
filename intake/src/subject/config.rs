//! What an operator says about subjects.

use alloc::format;
use alloc::string::String;

use lowwater::{ConfigError, Target};

use super::{Subjects, UnknownMember, WHAT};
use crate::config::{Config, mistake};

/// Which dimension of a rule an identifier is a value of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Subject,
    Client,
    Session,
    TokenId,
    Tenant,
    Device,
    Confirmation,
    Claim(String),
}

impl Meaning {
    pub(super) fn read(word: &str) -> Result<Self, ConfigError> {
        Ok(match word {
            "subject" => Self::Subject,
            "client" => Self::Client,
            "session" => Self::Session,
            "tenant" => Self::Tenant,
            "device" => Self::Device,
            "confirmation" => Self::Confirmation,
            _ => match word.strip_prefix("claim:") {
                Some(name) if !name.is_empty() => Self::Claim(name.into()),
                _ => {
                    let expected = "an identifier means `subject`, `client`, `session`, `tenant`, `device`, \
                                    `confirmation` or `claim:NAME`";
                    return Err(mistake(WHAT, expected));
                }
            },
        })
    }

    pub(super) fn target(&self, value: &str) -> Target {
        match self {
            Self::Subject => Target::subject(value),
            Self::Client => Target::client(value),
            Self::Session => Target::session(value),
            Self::TokenId => Target::token_id(value),
            Self::Tenant => Target::tenant(value),
            Self::Device => Target::device(value),
            Self::Confirmation => Target::confirmation(value),
            Self::Claim(name) => Target::claim(name, value),
        }
    }

    /// As a rule's JSON calls it.
    pub(super) fn dimension(&self) -> String {
        match self {
            Self::Subject => "subject".into(),
            Self::Client => "client".into(),
            Self::Session => "session".into(),
            Self::TokenId => "token_id".into(),
            Self::Tenant => "tenant".into(),
            Self::Device => "device".into(),
            Self::Confirmation => "confirmation".into(),
            Self::Claim(name) => format!("claim:{name}"),
        }
    }
}

/// The members of a configuration that are about subjects.
pub(crate) const SUBJECT_MEMBERS: [&str; 5] =
    ["formats", "members", "unknown_members", "critical_subject_members", "any_email_case"];

impl Subjects {
    pub(crate) fn of(config: &Config<'_>) -> Result<Self, ConfigError> {
        let mut subjects = Self::new();
        for (format, means) in config.words("formats")? {
            subjects = subjects.format(&format, &means)?;
        }
        for (member, means) in config.words("members")? {
            subjects = subjects.member(&member, &means)?;
        }
        for (member, word) in config.words("unknown_members")? {
            let unknown = match &*word {
                "match" => UnknownMember::Match,
                "no_match" => UnknownMember::NoMatch,
                _ => return Err(config.mistake("an unknown member is `match` or `no_match`")),
            };
            subjects = subjects.unknown_member(&member, unknown)?;
        }
        let critical = config.texts("critical_subject_members")?.unwrap_or_default();
        subjects = subjects.critical_members(critical.iter().map(String::as_str));
        Ok(if config.flag("any_email_case")? { subjects.any_email_case() } else { subjects })
    }
}
