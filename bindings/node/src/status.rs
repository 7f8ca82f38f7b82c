//! Status lists, and rules with them beside.

use lowwater::KeySet;
use lowwater_javascript::{Lists, Rules};
use napi::bindgen_prelude::{Array, External};
use napi_derive::napi;

use crate::border::{Result, argument, thrown, unreadable};

#[napi(catch_unwind)]
pub(crate) fn status_lists_from_json(config: String) -> Result<External<Lists>> {
    Lists::from_json(&config).map(External::new).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn status_lists_issuer(lists: &External<Lists>) -> String {
    lists.issuer()
}

#[napi(catch_unwind)]
pub(crate) fn status_lists_list_issuer(lists: &External<Lists>) -> String {
    lists.list_issuer()
}

/// Nothing, or the JSON of why the list is not taken.
#[napi(catch_unwind)]
pub(crate) fn status_lists_hydrate(
    lists: &External<Lists>,
    uri: String,
    token: String,
    keys: &External<KeySet>,
    fetched_at: i64,
) -> Option<String> {
    lists.hydrate(&uri, &token, keys, fetched_at)
}

#[napi(catch_unwind)]
pub(crate) fn status_lists_faults(lists: &External<Lists>) -> String {
    lists.faults()
}

#[napi(catch_unwind)]
pub(crate) fn rules_with_status(
    rules: &External<Rules>,
    lists: Array<'_>,
) -> Result<External<Rules>> {
    Ok(External::new(rules.with_status(given(&lists)?)))
}

/// Lists as they come, in an array.
pub(crate) fn given(lists: &Array<'_>) -> Result<Vec<Lists>> {
    let mut all = Vec::new();
    for place in 0..lists.len() {
        let one = lists.get_ref::<External<Lists>>(place).map_err(unreadable)?;
        let changed = || argument("lists", "changed while they were read");
        all.push(Lists::clone(one.ok_or_else(changed)?));
    }
    Ok(all)
}
