//! Status lists, and rules with them beside.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, millis, thrown};
use crate::cutoffs::Rules;
use crate::keys::KeySet;

#[wasm_bindgen]
#[derive(Debug)]
pub struct Lists(lowwater_javascript::Lists);

/// Lists of several issuers, one by one: an array of them would be taken away from JavaScript.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct ManyLists(pub(crate) Vec<lowwater_javascript::Lists>);

#[wasm_bindgen]
impl ManyLists {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&mut self, lists: &Lists) {
        self.0.push(lists.0.clone());
    }
}

#[wasm_bindgen(js_name = statusListsFromJson)]
pub fn status_lists_from_json(config: &str) -> Result<Lists> {
    lowwater_javascript::Lists::from_json(config).map(Lists).map_err(thrown)
}

#[wasm_bindgen(js_name = statusListsIssuer)]
pub fn status_lists_issuer(lists: &Lists) -> String {
    lists.0.issuer()
}

#[wasm_bindgen(js_name = statusListsListIssuer)]
pub fn status_lists_list_issuer(lists: &Lists) -> String {
    lists.0.list_issuer()
}

/// Nothing, or the JSON of why the list is not taken.
#[wasm_bindgen(js_name = statusListsHydrate)]
pub fn status_lists_hydrate(
    lists: &Lists,
    uri: &str,
    token: &str,
    keys: &KeySet,
    fetched_at: f64,
) -> Option<String> {
    lists.0.hydrate(uri, token, &keys.0, millis(fetched_at))
}

#[wasm_bindgen(js_name = statusListsFaults)]
pub fn status_lists_faults(lists: &Lists) -> String {
    lists.0.faults()
}

#[wasm_bindgen(js_name = rulesWithStatus)]
pub fn rules_with_status(rules: &Rules, lists: &ManyLists) -> Rules {
    Rules(rules.0.with_status(lists.0.clone()))
}
