//! Status lists beside the rules of a test.

use std::error::Error;

use lowwater::KeySet;
use lowwater_intake::StatusLists;
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
