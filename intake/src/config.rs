//! What an operator configures, as one JSON object: every member known, every value of its kind.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use lowwater::{Algorithm, ConfigError, UnixTime};

use serde::Deserialize;

use crate::members::{Members, Wrong};

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

    /// The algorithms that are allowed: a list that has to be there.
    pub(crate) fn algorithms(&self) -> Result<Vec<Algorithm>, ConfigError> {
        let names = self.texts("algorithms")?.unwrap_or_default();
        if names.is_empty() {
            return Err(self.mistake("`algorithms` must list at least one, [\"RS256\"] say"));
        }
        names.iter().map(|name| name.parse()).collect()
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, member: &'static str) -> Result<Option<bool>, ConfigError> {
        let Some(raw) = self.members.raw(member) else { return Ok(None) };
        raw.parse().map(Some).map_err(|_| self.mistake(format!("`{member}` must be true or false")))
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

    /// Any type that serde reads.
    pub(crate) fn value<T: Deserialize<'t>>(
        &self,
        member: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>, ConfigError> {
        self.said(self.members.value(member, expected))
    }
}

/// A value that is no JSON, or comes from a builder.
pub(crate) fn mistake(what: &'static str, expected: impl Into<Box<str>>) -> ConfigError {
    ConfigError::Value { what, expected: expected.into() }
}
