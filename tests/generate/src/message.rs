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

    /// Refused with this code.
    pub(crate) fn reject(mut self, code: &'static str) -> Self {
        (self.result, self.code) = ("reject", Some(code));
        self
    }
}
