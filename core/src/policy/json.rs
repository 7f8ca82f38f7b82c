//! A policy as a JSON object. Unknown members are mistakes: a misspelled `leeway` must not mean 60.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::draft::{ClaimValue, Draft, List};
use super::{MissingAuthTime, SameSecond, TokenType};
use crate::algorithm::{Algorithm, AlgorithmSet};
use crate::error::ConfigError;
use crate::json::{self, Decimal, Kind, Member, unescape};

#[rustfmt::skip]
const MEMBERS: [&str; 21] = [
    "issuer", "audience", "algorithms", "token_type", "leeway", "max_lifetime", "max_age", "max_session",
    "missing_exp", "missing_iat", "same_second", "missing_auth_time", "required", "claim_equals",
    "tenant_claim", "device_claim", "max_token_bytes", "allow_padding", "allow_short_secret", "realm",
    "resource_metadata",
];

pub(super) fn read(text: &str) -> Result<Draft, ConfigError> {
    let members = json::members(text).map_err(|fault| ConfigError::json("policy", fault))?;
    let mut draft = Draft::default();
    for member in &members {
        let name = unescape(member.raw_name(text));
        let value = Value { text, member };
        value.store(&name, &mut draft)?;
    }
    Ok(draft)
}

/// One member's value.
struct Value<'t> {
    text: &'t str,
    member: &'t Member,
}

impl Value<'_> {
    #[rustfmt::skip]
    fn store(&self, name: &str, draft: &mut Draft) -> Result<(), ConfigError> {
        match name {
            "issuer" => self.list("issuer", List::Issuer, draft)?,
            "audience" => self.list("audience", List::Audience, draft)?,
            "algorithms" => draft.algorithms = Some(self.algorithms()?),
            "token_type" => draft.token_type = self.token_type()?,
            "leeway" => draft.leeway = self.span("leeway")?,
            "max_lifetime" if self.word() == Some("unbounded") => draft.max_lifetime = None,
            "max_lifetime" => draft.max_lifetime = Some(self.span("max_lifetime")?),
            "max_age" => draft.max_age = Some(self.span("max_age")?),
            "max_session" => draft.max_session = Some(self.span("max_session")?),
            "missing_exp" => draft.accept_missing_exp = self.choice("missing_exp", "`accept`", &[("accept", true)])?,
            "missing_iat" => draft.accept_missing_iat = self.choice("missing_iat", "`accept`", &[("accept", true)])?,
            "same_second" => draft.same_second = self.choice("same_second", "`refuse` or `accept`",
                &[("refuse", SameSecond::Refuse), ("accept", SameSecond::Accept)])?,
            "missing_auth_time" => draft.missing_auth_time = self.choice("missing_auth_time", "`use_issued_at` or `refuse`",
                &[("use_issued_at", MissingAuthTime::UseIssuedAt), ("refuse", MissingAuthTime::Refuse)])?,
            "required" => draft.required = self.strings("required")?.into_iter().map(Arc::from).collect(),
            "claim_equals" => draft.claim_equals = self.values()?,
            "tenant_claim" => draft.tenant_claim = self.string("tenant_claim")?,
            "device_claim" => draft.device_claim = self.string("device_claim")?,
            "max_token_bytes" => draft.max_token_bytes = self.count(),
            "allow_padding" => draft.allow_padding = self.switch("allow_padding")?,
            "allow_short_secret" => draft.allow_short_secret = self.switch("allow_short_secret")?,
            "realm" => draft.realm = Some(self.string("realm")?),
            "resource_metadata" => draft.resource_metadata = Some(self.string("resource_metadata")?),
            _ => {
                let expected = format!("the member {name:?} is unknown; those of a policy are {}", MEMBERS.join(", "));
                return Err(ConfigError::expected("policy", self.member.value.start(), expected));
            }
        }
        Ok(())
    }

    /// A string as it is spelled: no word of a policy needs an escape.
    fn word(&self) -> Option<&str> {
        (self.member.kind == Kind::String).then(|| self.member.value.of(self.text))
    }

    fn string(&self, member: &'static str) -> Result<Box<str>, ConfigError> {
        if self.member.kind != Kind::String {
            return Err(ConfigError::Policy { member, expected: "a string" });
        }
        let text = self.member.letters(self.text);
        Ok(text.into_owned().into_boxed_str())
    }

    fn strings(&self, member: &'static str) -> Result<Vec<String>, ConfigError> {
        let wrong = ConfigError::Policy { member, expected: "a list of strings" };
        let text = self.member.value.of(self.text);
        if self.member.kind != Kind::Array {
            return Err(wrong);
        }
        let mut strings = Vec::new();
        for element in json::elements(text) {
            if element.kind != Kind::String {
                return Err(wrong);
            }
            strings.push(element.letters(text).into_owned());
        }
        Ok(strings)
    }

    fn list(&self, member: &'static str, list: List, draft: &mut Draft) -> Result<(), ConfigError> {
        if self.word() == Some("any") {
            draft.any(list);
            return Ok(());
        }
        let strings = match self.member.kind {
            Kind::Array => self.strings(member)?,
            _ => {
                let expected = "a list of strings, or `any`";
                return Err(ConfigError::Policy { member, expected });
            }
        };
        strings.iter().for_each(|value| draft.add(list, value));
        Ok(())
    }

    fn algorithms(&self) -> Result<AlgorithmSet, ConfigError> {
        let names = self.strings("algorithms")?;
        names.iter().map(|name| name.parse::<Algorithm>()).collect()
    }

    fn token_type(&self) -> Result<TokenType, ConfigError> {
        let expected = "`default`, `strict`, `any` or a list of types";
        match self.word() {
            Some("default") => Ok(TokenType::Default),
            Some("strict") => Ok(TokenType::Strict),
            Some("any") => Ok(TokenType::Any),
            _ if self.member.kind == Kind::Array => {
                let types = self.strings("token_type")?;
                Ok(TokenType::OneOf(types.into_iter().map(Into::into).collect()))
            }
            _ => Err(ConfigError::Policy { member: "token_type", expected }),
        }
    }

    /// Seconds. Numbers out of range are left for the checks that end a policy.
    fn span(&self, member: &'static str) -> Result<Option<i64>, ConfigError> {
        if self.member.kind != Kind::Number {
            return Err(ConfigError::Policy { member, expected: "a number of seconds" });
        }
        Ok(Decimal::parse(self.member.value.of(self.text)).span())
    }

    fn choice<C: Copy>(
        &self,
        member: &'static str,
        expected: &'static str,
        choices: &[(&str, C)],
    ) -> Result<C, ConfigError> {
        let chosen = choices.iter().find(|(word, _)| self.word() == Some(*word));
        chosen.map(|(_, choice)| *choice).ok_or(ConfigError::Policy { member, expected })
    }

    fn switch(&self, member: &'static str) -> Result<bool, ConfigError> {
        match self.member.kind {
            Kind::True => Ok(true),
            Kind::False => Ok(false),
            _ => Err(ConfigError::Policy { member, expected: "true or false" }),
        }
    }

    fn count(&self) -> Option<usize> {
        let number = self.member.kind == Kind::Number;
        let decimal = number.then(|| Decimal::parse(self.member.value.of(self.text)))?;
        usize::try_from(decimal.integer()?).ok()
    }

    fn values(&self) -> Result<Vec<ClaimValue>, ConfigError> {
        let text = self.member.value.of(self.text);
        let members = json::members(text).map_err(|_| ConfigError::Policy {
            member: "claim_equals",
            expected: "an object of claim names and values",
        })?;
        let pair = |member: &Member| {
            let name = unescape(member.raw_name(text));
            (Arc::from(&*name), Some(Box::from(member.raw_value(text))))
        };
        Ok(members.iter().map(pair).collect())
    }
}
