//! A target as a JSON object: dimensions by name, or everyone.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::dimension::{Dimension, MAX_DIMENSIONS};
use super::target::{Target, TargetValue};
use crate::error::ConfigError;
use crate::json::{self, Decimal, Kind, Member, unescape};

impl Target {
    /// Reads a target as it stands in a rule's JSON.
    ///
    /// ```
    /// use lowwater::Target;
    ///
    /// let target = Target::from_json(r#"{"issuer": "https://i.example/", "subject": "u1"}"#)?;
    /// assert_eq!(target, Target::subject("u1").at_issuer("https://i.example/"));
    /// assert!(Target::from_json("{}").is_err(), "everyone has to be said");
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// What was expected: unknown dimensions, values of the wrong type, no dimension at all.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        let members = json::members(json).map_err(|fault| ConfigError::json("target", fault))?;
        let target = read(json, &members)
            .map_err(|expected| ConfigError::expected("target", 0, expected))?;
        target.check()?;
        Ok(target)
    }
}

/// `Err`: what was expected.
pub(super) fn read(text: &str, members: &[Member]) -> Result<Target, String> {
    if members.len() > MAX_DIMENSIONS {
        return Err("a target names at most 16 dimensions".into());
    }
    let (mut dimensions, mut everyone) = (Vec::new(), false);
    for member in members {
        let name = unescape(member.raw_name(text));
        if name == "everyone" {
            if member.kind != Kind::True {
                return Err("`everyone` must be true".into());
            }
            everyone = true;
            continue;
        }
        let Some(dimension) = Dimension::from_word(&name) else {
            return Err(format!(
                "{name:?} is no dimension: a target names `issuer`, `subject`, `client`, `session`, \
                 `token_id`, `key_id`, `tenant`, `device`, `confirmation`, `claim:NAME` or `everyone`"
            ));
        };
        let value = match member.kind {
            Kind::String => TargetValue::Text(Box::from(&*member.letters(text))),
            _ if !dimension.is_typed() => return Err(format!("`{name}` must be a string")),
            Kind::Number => Decimal::parse(member.value.of(text))
                .integer()
                .map(TargetValue::Integer)
                .ok_or_else(|| format!("`{name}` must be an integer within 2^53 - 1 of zero"))?,
            Kind::True => TargetValue::Boolean(true),
            Kind::False => TargetValue::Boolean(false),
            _ => return Err(format!("`{name}` must be a string, an integer or a boolean")),
        };
        dimensions.push((dimension, value));
    }
    Ok(Target::from_parts(dimensions, everyone))
}
