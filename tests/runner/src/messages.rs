//! Messages beside tokens: each is handed to the reader of its kind, and told by the code of its fault.

use std::error::Error;

use lowwater::Backend;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::format::{File, time};
use crate::status;

/// One message.
#[derive(Deserialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    config: Box<RawValue>,
    keys: String,
    now: f64,
    result: String,
    code: Option<String>,
    #[serde(flatten)]
    kind: Kind,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kind {
    StatusList(status::Message),
}

impl Message {
    /// What came of it, as all languages print it.
    pub(crate) fn told(&self, on: &dyn Backend, file: &File) -> String {
        match self.read(on, file) {
            Ok(None) => "accept".into(),
            Ok(Some(code)) => format!("reject\t{code}"),
            Err(_) => "config_error".into(),
        }
    }

    /// What should have come.
    pub(crate) fn expected(&self) -> String {
        match &self.code {
            Some(code) => format!("{}\t{code}", self.result),
            None => self.result.clone(),
        }
    }

    fn read(&self, on: &dyn Backend, file: &File) -> Result<Option<&'static str>, Box<dyn Error>> {
        let keys = file.keysets.get(&self.keys).ok_or("no key set")?.read(on, false)?;
        let now = time(self.now);
        match &self.kind {
            Kind::StatusList(list) => {
                Ok(list.read(&self.config, &keys, now)?.err().map(|fault| fault.code()))
            }
        }
    }
}
