//! What an operator configures, as one JSON object: every member known, every value of its kind.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use lowwater::{Algorithm, ConfigError, UnixTime};

use crate::members::{Members, Wrong};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
const MOST_LEEWAY: Duration = Duration::from_secs(300);
const TEN_YEARS: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);

/// A configuration that is being read.
pub(crate) struct Config<'t> {
    what: &'static str,
    pub(crate) members: Members<'t>,
}

impl<'t> Config<'t> {
    /// Reads the object; a member that is not `known` is a mistake, for it would have no effect.
    pub(crate) fn read(
        what: &'static str,
        json: &'t str,
        known: &[&str],
    ) -> Result<Self, ConfigError> {
        let members = Members::read(json.as_bytes()).map_err(|fault| ConfigError::Json {
            what,
            position: fault.position(),
            expected: fault.expected().into(),
        })?;
        let unknown = members.names().find(|name| !known.contains(name)).map(String::from);
        match unknown {
            Some(name) => {
                Err(mistake(what, format!("`{name}` is no member: it has {}", known.join(", "))))
            }
            None => Ok(Self { what, members }),
        }
    }

    pub(crate) fn mistake(&self, expected: impl Into<Box<str>>) -> ConfigError {
        mistake(self.what, expected)
    }

    fn said<T>(&self, read: Result<T, Wrong>) -> Result<T, ConfigError> {
        read.map_err(|Wrong { member, expected }| {
            self.mistake(format!("`{member}` must be {expected}"))
        })
    }

    /// A string that has to be there, and not empty.
    pub(crate) fn needed(&self, member: &'static str) -> Result<String, ConfigError> {
        self.text(member)?
            .ok_or_else(|| self.mistake(format!("`{member}` must be a string that is not empty")))
    }

    /// A string that is not empty.
    pub(crate) fn text(&self, member: &'static str) -> Result<Option<String>, ConfigError> {
        let text = self.said(self.members.text(member))?;
        if text.as_deref() == Some("") {
            return Err(self.mistake(format!("`{member}` must be a string that is not empty")));
        }
        Ok(text.map(String::from))
    }

    /// A string, or several: none is empty, and so is not the list.
    pub(crate) fn texts(&self, member: &'static str) -> Result<Option<Vec<String>>, ConfigError> {
        let Some(list) = self.said(self.members.texts(member))? else { return Ok(None) };
        if list.iter().any(|text| text.is_empty()) {
            return Err(self.mistake(format!("`{member}` must not have an empty string in it")));
        }
        Ok(Some(list.into_iter().map(String::from).collect()))
    }

    /// An object of strings that are not empty; absent: none.
    pub(crate) fn words(&self, member: &'static str) -> Result<Vec<(String, String)>, ConfigError> {
        let expected = || self.mistake(format!("`{member}` must be an object of strings"));
        let Some(raw) = self.members.raw(member) else { return Ok(Vec::new()) };
        let words = Members::of(raw).ok_or_else(expected)?;
        let word = |name: &str| {
            let text: String = words.raw(name).and_then(|raw| serde_json::from_str(raw).ok())?;
            (!text.is_empty()).then(|| (String::from(name), text))
        };
        words.names().map(|name| word(name).ok_or_else(expected)).collect()
    }

    /// `true` or `false`; absent: `false`.
    pub(crate) fn flag(&self, member: &'static str) -> Result<bool, ConfigError> {
        match self.members.raw(member) {
            Some("true") => Ok(true),
            Some("false") | None => Ok(false),
            Some(_) => Err(self.mistake(format!("`{member}` must be true or false"))),
        }
    }

    /// The algorithms that are allowed: a list that has to be there.
    pub(crate) fn algorithms(&self) -> Result<Vec<Algorithm>, ConfigError> {
        let names = self.texts("algorithms")?.unwrap_or_default();
        if names.is_empty() {
            return Err(self.mistake("`algorithms` must list at least one, [\"RS256\"] say"));
        }
        names.iter().map(|name| name.parse()).collect()
    }

    /// A whole number.
    pub(crate) fn count(&self, member: &'static str) -> Result<Option<usize>, ConfigError> {
        let Some(raw) = self.members.raw(member) else { return Ok(None) };
        raw.parse()
            .map(Some)
            .map_err(|_| self.mistake(format!("`{member}` must be a whole number")))
    }

    /// A span in seconds.
    pub(crate) fn span(&self, member: &'static str) -> Result<Option<Duration>, ConfigError> {
        let Some(raw) = self.members.raw(member) else { return Ok(None) };
        let millis = UnixTime::from_decimal(raw).and_then(|time| time.as_millis().try_into().ok());
        match millis {
            Some(millis) => Ok(Some(Duration::from_millis(millis))),
            None => Err(self.mistake(format!("`{member}` must be a number of seconds"))),
        }
    }
}

/// A value that is no JSON, or comes from a builder.
pub(crate) fn mistake(what: &'static str, expected: impl Into<Box<str>>) -> ConfigError {
    ConfigError::Value { what, expected: expected.into() }
}

/// How far clocks may differ.
pub(crate) fn leeway(what: &'static str, leeway: Duration) -> Result<Duration, ConfigError> {
    let expected = "`leeway` must be 0 to 300 seconds";
    if leeway > MOST_LEEWAY { Err(mistake(what, expected)) } else { Ok(leeway) }
}

/// How long something can last, a session say: after that a tombstone of it is forgotten.
pub(crate) fn longest(
    what: &'static str,
    name: &str,
    span: Duration,
) -> Result<Duration, ConfigError> {
    let expected = || mistake(what, format!("`{name}` must be 1 second to 10 years"));
    if (SECOND..=TEN_YEARS).contains(&span) { Ok(span) } else { Err(expected()) }
}
