//! An explanation as JSON: for whatever has no such types, a log, a web page, another language.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{Check, Explanation};
use crate::cutoff::MatchedRule;
use crate::json::quoted;
use crate::key::KeyFit;
use crate::rejection::{Rejection, Remedy};

fn or_null(json: Option<String>) -> String {
    json.unwrap_or_else(|| "null".to_string())
}

fn array(elements: impl Iterator<Item = String>) -> String {
    format!("[{}]", elements.collect::<Vec<_>>().join(","))
}

impl Explanation {
    /// The explanation as a JSON object: `accepted`, `rejection` (`null`, or what
    /// [`Rejection::to_json`] writes), `checks` (each `stage`, `name`, `outcome`, `code`, `message`,
    /// `compared`), `keys` (each `key_id`, `algorithms`, `outcome`, `message`) and `rules` (each `rule`, `target`, `code`, `compared`, and `rules`, as
    /// [`Rule::to_json`](crate::Rule::to_json) writes them). What does not apply is `null`.
    ///
    /// ```
    /// # use lowwater::{Algorithm, Key, KeySet, NoCutoffs, UnixTime, Validator};
    /// # let keys = KeySet::from_keys([Key::from_secret(&[7; 32])?])?;
    /// let validator = Validator::builder().issuer("i").audience("a").algorithms([Algorithm::Hs256]).keys(keys).build()?;
    /// let json = validator.explain("..", &NoCutoffs, UnixTime::from_secs(1_700_000_000)).to_json();
    /// let explanation: serde_json::Value = serde_json::from_str(&json).unwrap();
    /// assert_eq!(explanation["rejection"]["code"], "header_malformed");
    /// assert_eq!(explanation["checks"][0]["outcome"], "pass");
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        format!(
            "{{\"accepted\":{},\"rejection\":{},\"checks\":{},\"keys\":{},\"rules\":{}}}",
            self.rejection.is_none(),
            or_null(self.rejection.as_ref().map(Rejection::to_json)),
            array(self.checks.iter().map(check)),
            array(self.keys.iter().map(key)),
            array(self.rules.iter().map(matched)),
        )
    }
}

fn check(check: &Check) -> String {
    format!(
        "{{\"stage\":{},\"name\":{},\"outcome\":{},\"code\":{},\"message\":{},\"compared\":{}}}",
        quoted(check.stage.as_str()),
        quoted(check.name),
        quoted(check.outcome.as_str()),
        or_null(check.code.map(|code| quoted(code.as_str()))),
        or_null(check.message.as_deref().map(quoted)),
        quoted(&check.compared),
    )
}

fn key(key: &KeyFit) -> String {
    format!(
        "{{\"key_id\":{},\"algorithms\":{},\"outcome\":{},\"message\":{}}}",
        quoted(&key.key_id),
        array(key.algorithms.iter().map(|algorithm| quoted(algorithm.name()))),
        quoted(key.outcome.as_str()),
        or_null(key.message.map(quoted)),
    )
}

fn matched(matched: &MatchedRule) -> String {
    // An index keeps no targets; the others are described as they stand in a rule.
    let target = Some(matched.target.clone()).filter(|target| !target.is_empty());
    format!(
        "{{\"rule\":{},\"target\":{},\"code\":{},\"compared\":{},\"rules\":{}}}",
        quoted(matched.rule),
        or_null(target),
        or_null(matched.code.map(|code| quoted(code.as_str()))),
        quoted(&matched.compared),
        array(matched.rules.iter().map(crate::cutoff::Rule::to_json)),
    )
}

impl Rejection {
    /// The rejection as a JSON object: `code`, `stage`, `remedy`, `message`, `status`, `headers` (by
    /// name) and `wait_until` (seconds since 1970; `null` for other remedies).
    ///
    /// ```
    /// assert_eq!(
    ///     lowwater::Rejection::missing_token().to_json(),
    ///     r#"{"code":"token_missing","stage":"shape","remedy":"none","message":"the request carries no token","#
    ///         .to_string() + r#""status":401,"headers":{"WWW-Authenticate":"Bearer"},"wait_until":null}"#,
    /// );
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let headers: Vec<String> = self
            .headers()
            .map(|(name, value)| format!("{}:{}", quoted(name), quoted(&value)))
            .collect();
        let wait_until = match self.remedy() {
            Remedy::WaitUntil(time) => Some(time.to_string()),
            _ => None,
        };
        format!(
            "{{\"code\":{},\"stage\":{},\"remedy\":{},\"message\":{},\"status\":{},\"headers\":{{{}}},\
             \"wait_until\":{}}}",
            quoted(self.code().as_str()),
            quoted(self.stage().as_str()),
            quoted(self.remedy().as_str()),
            quoted(&self.message()),
            self.http_status(),
            headers.join(","),
            or_null(wait_until),
        )
    }
}
