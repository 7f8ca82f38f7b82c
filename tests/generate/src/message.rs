//! Messages beside tokens: who reads them, what is handed over, what comes of it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::format::{Time, raw};
use crate::payload::NOW;

/// One message, handed to the reader of its kind.
#[derive(Serialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    comment: String,
    kind: &'static str,
    config: Box<RawValue>,
    keys: String,
    now: Time,
    /// What the reader is handed beside keys and time.
    #[serde(flatten)]
    texts: BTreeMap<&'static str, String>,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// What it makes, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<Box<RawValue>>>,
    /// Why its events made no rule, or not all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_applied: Vec<&'static str>,
}

impl Message {
    /// A message that is taken at [`NOW`], unless what follows says otherwise.
    pub(crate) fn new(
        kind: &'static str,
        id: impl Into<String>,
        comment: impl Into<String>,
        config: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            comment: comment.into(),
            kind,
            config: raw(config),
            keys: "main".into(),
            now: Time(NOW),
            texts: BTreeMap::new(),
            result: "accept",
            code: None,
            rules: None,
            not_applied: Vec::new(),
        }
    }

    pub(crate) fn text(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.texts.insert(name, text.into());
        self
    }

    pub(crate) fn keys(mut self, name: impl Into<String>) -> Self {
        self.keys = name.into();
        self
    }

    pub(crate) const fn now(mut self, now: i64) -> Self {
        self.now = Time(now);
        self
    }

    /// Taken, and these rules made of it.
    pub(crate) fn rules<R: Into<String>>(mut self, rules: impl IntoIterator<Item = R>) -> Self {
        self.rules = Some(rules.into_iter().map(raw).collect());
        self
    }

    /// Taken, without a rule, for this reason.
    pub(crate) fn not_applied(mut self, why: &'static str) -> Self {
        self.rules.get_or_insert_default();
        self.not_applied.push(why);
        self
    }

    /// Refused with this code.
    pub(crate) fn reject(mut self, code: &'static str) -> Self {
        (self.result, self.code) = ("reject", Some(code));
        self
    }
}
