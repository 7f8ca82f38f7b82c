//! A rule written as JSON: the form that `rule_json` reads, exact.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::rule::{Cutoff, Kind, Rule, Until};
use crate::json::quoted;
use crate::time::Seconds;

impl Rule {
    /// Writes the rule as JSON: what [`from_json`](Self::from_json) reads.
    ///
    /// A cutoff that [`apply`](crate::Cutoffs::apply) brought down also carries `raw_at`, what was asked
    /// for; only a whole state is read with it.
    ///
    /// ```
    /// use lowwater::{At, Rule, Target};
    ///
    /// let rule = Rule::issued_before(Target::subject("u1"), At::Second(1_700_000_000));
    /// let json = rule.to_json();
    /// assert_eq!(json, r#"{"rule":"issued_before","target":{"subject":"u1"},"at":1700000000}"#);
    /// assert_eq!(Rule::from_json(&json)?, rule);
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let word = self.kind_word();
        let mut members = match &self.kind {
            Kind::IssuedBefore(cutoff) | Kind::AuthenticatedBefore(cutoff) => {
                cutoff_members(cutoff)
            }
            Kind::Revoked { until: Until::Never } => String::from(",\"until\":\"never\""),
            Kind::Revoked { until: Until::Time(time) } => format!(",\"until\":{time}"),
            Kind::Suspended { on, version } => format!(",\"on\":{on},\"version\":{version}"),
        };
        for (name, text) in [("id", &self.id), ("reason", &self.reason)] {
            if let Some(text) = text {
                members.push_str(&format!(",\"{name}\":{}", quoted(text)));
            }
        }
        format!("{{\"rule\":\"{word}\",\"target\":{}{members}}}", self.target.describe())
    }
}

/// A time whose form tells its resolution: an integer is a whole second, decimals are exact.
fn time(millis: i64, resolution: i64) -> String {
    let whole = millis.div_euclid(1000);
    match (resolution, millis.rem_euclid(1000)) {
        (1000, 0) => format!("{whole}"),
        (_, part) => format!("{whole}.{part:03}"),
    }
}

fn cutoff_members(cutoff: &Cutoff) -> String {
    let mut members = format!(",\"at\":{}", time(cutoff.at, cutoff.resolution));
    let except = [("session", &cutoff.except.sessions), ("token_id", &cutoff.except.token_ids)];
    let except: Vec<String> =
        except.into_iter().filter_map(|(name, ids)| list(name, ids)).collect();
    if !except.is_empty() {
        members.push_str(&format!(",\"except\":{{{}}}", except.join(",")));
    }
    if cutoff.skew_guard != 0 {
        members.push_str(&format!(",\"skew_guard\":{}", Seconds(cutoff.skew_guard)));
    }
    if let Some(raw_at) = cutoff.raw_at {
        members.push_str(&format!(",\"raw_at\":{}", time(raw_at, cutoff.resolution)));
    }
    members
}

fn list(name: &str, ids: &BTreeSet<Box<str>>) -> Option<String> {
    let ids: Vec<String> = ids.iter().map(|id| quoted(id)).collect();
    (!ids.is_empty()).then(|| format!("\"{name}\":[{}]", ids.join(",")))
}
