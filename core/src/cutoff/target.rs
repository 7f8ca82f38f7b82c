//! Whom a rule names: a conjunction of dimensions.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::error::ConfigError;

/// One thing about a token that a rule can name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dimension {
    Issuer,
    Subject,
    Client,
    Session,
    TokenId,
    KeyId,
    Tenant,
    Device,
    Confirmation,
    Claim(Box<str>),
}

impl Dimension {
    /// The name in JSON; of a claim, `claim:` and its name.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Subject => "subject",
            Self::Client => "client",
            Self::Session => "session",
            Self::TokenId => "token_id",
            Self::KeyId => "key_id",
            Self::Tenant => "tenant",
            Self::Device => "device",
            Self::Confirmation => "confirmation",
            Self::Claim(_) => "claim:",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "issuer" => Self::Issuer,
            "subject" => Self::Subject,
            "client" => Self::Client,
            "session" => Self::Session,
            "token_id" => Self::TokenId,
            "key_id" => Self::KeyId,
            "tenant" => Self::Tenant,
            "device" => Self::Device,
            "confirmation" => Self::Confirmation,
            _ => Self::Claim(word.strip_prefix("claim:")?.into()),
        })
    }

    /// Takes integers and booleans too: the value of a claim that the operator chose.
    pub(super) const fn is_typed(&self) -> bool {
        matches!(self, Self::Tenant | Self::Device | Self::Claim(_))
    }
}

/// A value that a rule names: compared byte for byte, and with its type.
///
/// ```
/// use lowwater::{Target, TargetValue};
///
/// assert_ne!(Target::tenant(5), Target::tenant("5"));
/// assert_eq!(TargetValue::from("a"), TargetValue::Text("a".into()));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "the scalars of JSON that have one spelling each")]
pub enum TargetValue {
    /// A string.
    Text(Box<str>),
    /// An integer from -(2^53 - 1) to 2^53 - 1: what every language can hold.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
}

impl fmt::Debug for TargetValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(..)"), // may name a person
            Self::Integer(_) => f.write_str("Integer(..)"),
            Self::Boolean(value) => value.fmt(f),
        }
    }
}

impl From<&str> for TargetValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for TargetValue {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for TargetValue {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<bool> for TargetValue {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

/// The most dimensions of one target: nine are named, a handful of claims beside them is plenty.
pub(super) const MAX_DIMENSIONS: usize = 16;

/// Whom a rule names: one dimension, or several that must all match.
///
/// A token that lacks a dimension does not match. Values are compared as bytes. Leave the issuer out
/// only where the rule is meant for every issuer that this API trusts: two issuers may both have a
/// user `42`.
///
/// ```
/// use lowwater::Target;
///
/// // One user of one issuer; one application's grant; everything.
/// let user = Target::subject("auth0|42").at_issuer("https://tenant.example.auth/");
/// let grant = user.clone().and(Target::client("calendar"));
/// let all = Target::everyone();
/// # let _ = (grant, all);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Target {
    /// In the order of [`Dimension`], each at most once (unless that is the mistake).
    dimensions: Vec<(Dimension, TargetValue)>,
    everyone: bool,
}

impl Target {
    fn one(dimension: Dimension, value: impl Into<TargetValue>) -> Self {
        Self { dimensions: alloc::vec![(dimension, value.into())], everyone: false }
    }

    /// All tokens of an issuer (`iss`).
    pub fn issuer(issuer: &str) -> Self {
        Self::one(Dimension::Issuer, issuer)
    }

    /// All tokens of a user (`sub`).
    pub fn subject(subject: &str) -> Self {
        Self::one(Dimension::Subject, subject)
    }

    /// All tokens of a client (`client_id`, else `azp`).
    pub fn client(client: &str) -> Self {
        Self::one(Dimension::Client, client)
    }

    /// All tokens of a session (`sid`).
    pub fn session(session: &str) -> Self {
        Self::one(Dimension::Session, session)
    }

    /// One token (`jti`).
    pub fn token_id(token_id: &str) -> Self {
        Self::one(Dimension::TokenId, token_id)
    }

    /// All tokens that one key signed: the `kid` of the key that verified (or its RFC 7638 thumbprint,
    /// where it has none), never the header's, which a thief writes.
    pub fn key_id(key_id: &str) -> Self {
        Self::one(Dimension::KeyId, key_id)
    }

    /// All tokens of a tenant (`org_id`, unless the policy names another claim).
    pub fn tenant(tenant: impl Into<TargetValue>) -> Self {
        Self::one(Dimension::Tenant, tenant)
    }

    /// All tokens of a device (`device_id`, unless the policy names another claim).
    pub fn device(device: impl Into<TargetValue>) -> Self {
        Self::one(Dimension::Device, device)
    }

    /// All tokens bound to a key (`cnf.jkt`, RFC 9449) or certificate (`cnf.x5t#S256`, RFC 8705): they
    /// stay refused after a refresh.
    pub fn confirmation(thumbprint: &str) -> Self {
        Self::one(Dimension::Confirmation, thumbprint)
    }

    /// All tokens with a value in a top-level claim; of an array, any element.
    pub fn claim(name: &str, value: impl Into<TargetValue>) -> Self {
        Self::one(Dimension::Claim(name.into()), value)
    }

    /// All tokens. There is no other way to say it: a target without dimensions is a mistake.
    pub const fn everyone() -> Self {
        Self { dimensions: Vec::new(), everyone: true }
    }

    /// Both: the token must match this target and the other.
    pub fn and(mut self, other: Self) -> Self {
        for pair in other.dimensions {
            if !self.dimensions.contains(&pair) {
                self.dimensions.push(pair);
            }
        }
        self.dimensions.sort();
        self.everyone |= other.everyone;
        self
    }

    /// This target, at one issuer.
    pub fn at_issuer(self, issuer: &str) -> Self {
        self.and(Self::issuer(issuer))
    }

    /// From members of JSON. Mistakes are left for [`check`](Self::check).
    pub(super) fn from_parts(
        mut dimensions: Vec<(Dimension, TargetValue)>,
        everyone: bool,
    ) -> Self {
        dimensions.sort();
        Self { dimensions, everyone }
    }

    /// Is this a target that a rule can have?
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |expected| Err(ConfigError::Rule { expected });
        if self.everyone != self.dimensions.is_empty() {
            return wrong("a target names at least one dimension, or everyone and nothing else");
        }
        if self.dimensions.len() > MAX_DIMENSIONS {
            return wrong("a target names at most 16 dimensions");
        }
        let twice =
            |pair: &[(Dimension, TargetValue)]| matches!(pair, [one, other] if one.0 == other.0);
        if self.dimensions.windows(2).any(twice) {
            return wrong("a target names each dimension once: no token has two values of it");
        }
        for (dimension, value) in &self.dimensions {
            match value {
                TargetValue::Text(_) => {}
                _ if !dimension.is_typed() => {
                    return wrong("only `tenant`, `device` and `claim` take integers and booleans");
                }
                TargetValue::Integer(integer)
                    if !(-9_007_199_254_740_991..=9_007_199_254_740_991).contains(integer) =>
                {
                    return wrong("an integer in a target lies within 2^53 - 1 of zero");
                }
                _ => {}
            }
            if matches!(dimension, Dimension::Claim(name) if name.is_empty()) {
                return wrong("a claim in a target has a name");
            }
        }
        Ok(())
    }

    /// Which dimensions the target names: targets of one shape share a table.
    pub(super) fn shape(&self) -> Vec<Dimension> {
        self.dimensions.iter().map(|(dimension, _)| dimension.clone()).collect()
    }

    pub(super) fn dimensions(&self) -> &[(Dimension, TargetValue)] {
        &self.dimensions
    }

    pub(super) fn names(&self, dimension: &Dimension) -> bool {
        self.dimensions.iter().any(|(own, _)| own == dimension)
    }

    /// The target as it stands in a rule's JSON: for explanations, which are for the operator.
    pub(super) fn describe(&self) -> String {
        if self.everyone {
            return String::from(r#"{"everyone":true}"#);
        }
        let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let members: Vec<String> = self
            .dimensions
            .iter()
            .map(|(dimension, value)| {
                let name = match dimension {
                    Dimension::Claim(name) => quoted(&alloc::format!("claim:{name}")),
                    _ => quoted(dimension.word()),
                };
                match value {
                    TargetValue::Text(text) => alloc::format!("{name}:{}", quoted(text)),
                    TargetValue::Integer(integer) => alloc::format!("{name}:{integer}"),
                    TargetValue::Boolean(boolean) => alloc::format!("{name}:{boolean}"),
                }
            })
            .collect();
        alloc::format!("{{{}}}", members.join(","))
    }

    /// The values, each behind its length: two different targets of one shape never share a key, as
    /// joined strings do (`a-b` and `c` against `a` and `b-c`).
    pub(super) fn key(&self) -> Vec<u8> {
        let mut key = KeyBuffer::new();
        for (_, value) in &self.dimensions {
            match value {
                TargetValue::Text(text) => key.text(text),
                TargetValue::Integer(integer) => key.integer(*integer),
                TargetValue::Boolean(boolean) => key.boolean(*boolean),
            }
        }
        key.as_slice().to_vec()
    }
}

/// A key under construction: on the stack as long as it is short, so that asking a rule set costs no
/// allocation. 256 bytes hold an issuer, a subject and a client of usual lengths.
pub(super) struct KeyBuffer {
    short: [u8; 256],
    length: usize,
    long: Vec<u8>,
}

impl KeyBuffer {
    pub(super) const fn new() -> Self {
        Self { short: [0; 256], length: 0, long: Vec::new() }
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        match self.short.get(..self.length) {
            Some(key) => key,
            None => &self.long,
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.length
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.long.truncate(length);
        self.length = length;
    }

    fn push(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        match self.short.get_mut(self.length..end) {
            Some(room) => room.copy_from_slice(bytes),
            None => {
                // The first `length` bytes of the long form are current only from here on.
                if self.long.len() < self.length {
                    let short = self.short.get(..self.length).unwrap_or_default();
                    self.long.clear();
                    self.long.extend_from_slice(short);
                }
                self.long.truncate(self.length);
                self.long.extend_from_slice(bytes);
            }
        }
        self.length = end;
    }

    pub(super) fn text(&mut self, text: &str) {
        self.push(b"s");
        self.push(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        self.push(text.as_bytes());
    }

    pub(super) fn integer(&mut self, integer: i64) {
        self.push(b"i");
        self.push(&integer.to_le_bytes());
    }

    pub(super) fn boolean(&mut self, boolean: bool) {
        self.push(if boolean { b"t" } else { b"f" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_targets_of_one_shape_have_different_keys() {
        let two = |a: &str, b: &str| Target::claim("a", a).and(Target::claim("b", b)).key();
        assert_ne!(two("a-b", "c"), two("a", "b-c"));
        assert_ne!(two("", "ab"), two("ab", ""));
        assert_ne!(Target::claim("a", 5).key(), Target::claim("a", "5").key());
        assert_ne!(Target::claim("a", true).key(), Target::claim("a", "t").key());
    }

    #[test]
    fn the_order_in_which_a_target_is_put_together_means_nothing() {
        let one = Target::subject("u").at_issuer("i").and(Target::client("c"));
        let other = Target::client("c").and(Target::issuer("i").and(Target::subject("u")));
        assert_eq!(one, other);
        assert_eq!(one.clone().and(Target::subject("u")), one);
    }

    #[test]
    fn a_target_that_says_nothing_clear_is_a_mistake() {
        let subject = || Target::subject("u");
        assert!(subject().check().is_ok() && Target::everyone().check().is_ok());
        assert!(subject().and(Target::everyone()).check().is_err());
        assert!(subject().and(Target::subject("v")).check().is_err());
        assert!(Target::tenant(1 << 53).check().is_err());
        assert!(Target::tenant((1 << 53) - 1).check().is_ok());
        assert!(Target::claim("", 1).check().is_err());
        let many =
            (0..17).fold(subject(), |all, n| all.and(Target::claim(&alloc::format!("c{n}"), n)));
        assert!(many.check().is_err());
    }

    #[test]
    fn keys_of_any_length_are_the_same_however_they_are_reached() {
        let long = "x".repeat(300);
        let mut key = KeyBuffer::new();
        key.text("a");
        let mark = key.len();
        key.text(&long);
        key.truncate(mark);
        key.text(&long);
        let direct = Target::claim("a", "a").and(Target::claim("b", long.as_str())).key();
        assert_eq!(key.as_slice(), direct);
        key.truncate(mark);
        key.text("b");
        let short = Target::claim("a", "a").and(Target::claim("b", "b")).key();
        assert_eq!(key.as_slice(), short);
    }

    #[test]
    fn debug_shows_no_value() {
        let text = alloc::format!("{:?}", Target::subject("alice@example.com"));
        assert!(!text.contains("alice"), "{text}");
    }
}
