//! Whom a rule names, and which tokens carry that.

use lowwater::TargetValue;

use super::policy::Terms;
use super::token::{Claim, Token};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    Text(&'static str),
    Integer(i64),
    Boolean(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    Issuer,
    Subject,
    Client,
    Session,
    TokenId,
    KeyId,
    Tenant,
    Device,
    Confirmation,
    Claim(&'static str),
}

/// A conjunction. Without dimensions it names everyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(pub Vec<(Dimension, Value)>);

impl Value {
    const fn text(self) -> &'static str {
        match self {
            Self::Text(text) => text,
            Self::Integer(_) | Self::Boolean(_) => "",
        }
    }

    fn real(self) -> TargetValue {
        match self {
            Self::Text(text) => TargetValue::Text(text.into()),
            Self::Integer(integer) => TargetValue::Integer(integer),
            Self::Boolean(boolean) => TargetValue::Boolean(boolean),
        }
    }
}

impl Target {
    /// A set: the order in which the dimensions were named means nothing.
    pub fn same(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|one| other.0.contains(one))
    }

    pub fn names(&self, dimensions: &[Dimension]) -> bool {
        self.0.iter().any(|(dimension, _)| dimensions.contains(dimension))
    }

    /// The token carries all of the dimensions with equal values.
    pub fn matches(&self, token: &Token, terms: &Terms) -> bool {
        self.0.iter().all(|(dimension, value)| carries(token, terms, *dimension, *value))
    }

    pub fn real(&self) -> lowwater::Target {
        let one = |(dimension, value): &(Dimension, Value)| match dimension {
            Dimension::Issuer => lowwater::Target::issuer(value.text()),
            Dimension::Subject => lowwater::Target::subject(value.text()),
            Dimension::Client => lowwater::Target::client(value.text()),
            Dimension::Session => lowwater::Target::session(value.text()),
            Dimension::TokenId => lowwater::Target::token_id(value.text()),
            Dimension::KeyId => lowwater::Target::key_id(value.text()),
            Dimension::Tenant => lowwater::Target::tenant(value.real()),
            Dimension::Device => lowwater::Target::device(value.real()),
            Dimension::Confirmation => lowwater::Target::confirmation(value.text()),
            Dimension::Claim(name) => lowwater::Target::claim(name, value.real()),
        };
        let joined = self.0.iter().map(one).reduce(lowwater::Target::and);
        joined.unwrap_or_else(lowwater::Target::everyone)
    }
}

fn carries(token: &Token, terms: &Terms, dimension: Dimension, value: Value) -> bool {
    let text = |claim: &str| token.text(claim).is_some_and(|held| Value::Text(held) == value);
    let any = |claim: &str| match token.claim(claim) {
        Some(Claim::One(held)) => *held == value,
        Some(Claim::Many(held)) => held.contains(&value),
        Some(Claim::Other(_)) | None => false,
    };
    match dimension {
        Dimension::Issuer => text("iss"),
        Dimension::Subject => text("sub"),
        Dimension::Client => {
            text(if token.claim("client_id").is_some() { "client_id" } else { "azp" })
        }
        Dimension::Session => text("sid"),
        Dimension::TokenId => text("jti"),
        Dimension::KeyId => value == Value::Text(token.key_id),
        Dimension::Tenant => any(terms.tenant_claim),
        Dimension::Device => any("device_id"),
        Dimension::Confirmation => {
            token.thumbprints.iter().any(|(_, held)| Value::Text(held) == value)
        }
        Dimension::Claim(name) => any(name),
    }
}
