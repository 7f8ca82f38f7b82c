//! Payloads: a good one, and members of it exchanged.

use std::fmt;

pub(crate) const ISSUER: &str = "https://issuer.example/";
pub(crate) const AUDIENCE: &str = "https://api.example/";
/// 2023-11-14T22:13:20Z in milliseconds: when every call is made that says nothing else.
pub(crate) const NOW: i64 = 1_700_000_000_000;
/// One second.
pub(crate) const S: i64 = 1000;

/// Milliseconds as seconds, with as few decimals as do.
pub(crate) fn seconds(millis: i64) -> String {
    let (whole, part) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    match format!("{part:03}").trim_end_matches('0') {
        "" => whole.to_string(),
        digits => format!("{whole}.{digits}"),
    }
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string can be written")
}

/// Members in order, values as JSON text.
#[derive(Clone)]
pub(crate) struct Payload(Vec<(String, String)>);

impl Payload {
    /// Issued now, good for ten minutes.
    pub(crate) fn good() -> Self {
        Self(Vec::new())
            .with("iss", quoted(ISSUER))
            .with("aud", quoted(AUDIENCE))
            .with("sub", r#""u1""#)
            .with("iat", seconds(NOW))
            .with("exp", seconds(NOW + 600 * S))
    }

    /// No member.
    pub(crate) const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Sets a member to a JSON text.
    pub(crate) fn with(mut self, name: &str, json: impl Into<String>) -> Self {
        match self.0.iter_mut().find(|(own, _)| own == name) {
            Some((_, value)) => *value = json.into(),
            None => self.0.push((name.into(), json.into())),
        }
        self
    }

    /// Sets a member to a string.
    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        self.with(name, quoted(value))
    }

    /// Sets a member to a time in milliseconds.
    pub(crate) fn time(self, name: &str, millis: i64) -> Self {
        self.with(name, seconds(millis))
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(own, _)| own != name);
        self
    }

    /// The members without the braces.
    pub(crate) fn members(&self) -> String {
        let member = |(name, value): &(String, String)| format!("{}:{value}", quoted(name));
        self.0.iter().map(member).collect::<Vec<_>>().join(",")
    }
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.members())
    }
}
