//! Whom a rule names: a conjunction of dimensions.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::dimension::{Dimension, MAX_DIMENSIONS, Shape};
use super::key::{KeyValue, KeyValues};
use crate::error::ConfigError;
use crate::json::{MAX_SAFE_INTEGER, quoted};

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

    /// Is it [`everyone`](Self::everyone)?
    #[must_use]
    pub const fn is_everyone(&self) -> bool {
        self.everyone
    }

    /// What it names: each dimension as its JSON calls it (`issuer`, `subject`, ... `claim:NAME`), with the value.
    ///
    /// ```
    /// use lowwater::{Target, TargetValue};
    ///
    /// let target = Target::claim("role", "admin").at_issuer("https://i.example/");
    /// let issuer = TargetValue::from("https://i.example/");
    /// assert_eq!(target.dimensions().next(), Some(("issuer".into(), &issuer)));
    /// assert_eq!(target.dimensions().last().map(|(name, _)| name), Some("claim:role".into()));
    /// ```
    pub fn dimensions(&self) -> impl Iterator<Item = (Cow<'_, str>, &TargetValue)> {
        self.dimensions.iter().map(|(dimension, value)| (dimension.json_name(), value))
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
                    if !(-MAX_SAFE_INTEGER..=MAX_SAFE_INTEGER).contains(integer) =>
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
    pub(super) fn shape(&self) -> Box<Shape> {
        self.dimensions.iter().map(|(dimension, _)| dimension.clone()).collect()
    }

    /// The target as it stands in a rule's JSON: for explanations, which are for the operator.
    pub(super) fn describe(&self) -> String {
        if self.everyone {
            return String::from(r#"{"everyone":true}"#);
        }
        let members: Vec<String> = self
            .dimensions
            .iter()
            .map(|(dimension, value)| {
                let name = quoted(&dimension.json_name());
                match value {
                    TargetValue::Text(text) => alloc::format!("{name}:{}", quoted(text)),
                    TargetValue::Integer(integer) => alloc::format!("{name}:{integer}"),
                    TargetValue::Boolean(boolean) => alloc::format!("{name}:{boolean}"),
                }
            })
            .collect();
        alloc::format!("{{{}}}", members.join(","))
    }

    /// The values as bytes: see [`key`](super::key).
    pub(super) fn key(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (_, value) in &self.dimensions {
            KeyValue::of(value).write(&mut bytes);
        }
        bytes
    }

    /// The target of a shape and a key: of bytes that were not made here, perhaps none.
    pub(super) fn of_key(shape: &Shape, key: &[u8]) -> Option<Self> {
        let mut values = KeyValues::of(key);
        let mut pairs = Vec::with_capacity(shape.len());
        for dimension in shape {
            pairs.push((dimension.clone(), values.next()?.owned()?));
        }
        values.is_done().then_some(Self { everyone: pairs.is_empty(), dimensions: pairs })
    }

    /// What the target would be with these dimensions alone; `None`, if it lacks one.
    pub(super) fn narrowed_to(&self, shape: &Shape) -> Option<Self> {
        let own = |dimension: &Dimension| self.dimensions.iter().find(|(own, _)| own == dimension);
        let dimensions: Option<Vec<_>> = shape.iter().map(|one| own(one).cloned()).collect();
        Some(Self { everyone: shape.is_empty(), dimensions: dimensions? })
    }

    /// Does the target name all that another names, with the same values?
    pub(super) fn includes(&self, other: &Self) -> bool {
        other.dimensions.iter().all(|pair| self.dimensions.contains(pair))
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
    fn a_target_comes_back_from_its_key() {
        let long = "x".repeat(300);
        for target in [
            Target::everyone(),
            Target::subject(""),
            Target::subject(&long).and(Target::tenant(-5)).and(Target::claim("b", true)),
        ] {
            let (shape, key) = (target.shape(), target.key());
            assert_eq!(Target::of_key(&shape, &key).as_ref(), Some(&target));
            let cut = key.len().checked_sub(1).and_then(|end| key.get(..end));
            assert!(cut.is_none_or(|cut| Target::of_key(&shape, cut).is_none()), "cut off");
            assert!(Target::of_key(&shape, &[&key[..], &[0]].concat()).is_none(), "more behind it");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let text = alloc::format!("{:?}", Target::subject("alice@example.com"));
        assert!(!text.contains("alice"), "{text}");
    }
}
