//! Status lists: beside the rules of a test, or one read as a message.

use std::error::Error;

use lowwater::{KeySet, UnixTime};
use lowwater_intake::{ListFault, StatusLists};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The token of a list, taken in for this address as fetched at that time.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    uri: String,
    token: String,
    fetched: f64,
}

/// The lists of a test. One that is not taken is not there: what follows shows in the decision.
pub(crate) fn read(
    config: &RawValue,
    lists: &[List],
    keys: &KeySet,
) -> Result<StatusLists, Box<dyn Error>> {
    let mut all = StatusLists::from_json(config.get())?;
    for List { uri, token, fetched } in lists {
        let _not_there = all.hydrate(uri, token, keys, crate::format::time(*fetched));
    }
    Ok(all)
}

/// What a list by itself is handed to its reader with.
#[derive(Deserialize)]
pub(crate) struct Message {
    uri: String,
    token: String,
}

impl Message {
    pub(crate) fn read(
        &self,
        config: &RawValue,
        keys: &KeySet,
        now: UnixTime,
    ) -> Result<Result<(), ListFault>, Box<dyn Error>> {
        let mut lists = StatusLists::from_json(config.get())?;
        Ok(lists.hydrate(&self.uri, &self.token, keys, now))
    }
}
