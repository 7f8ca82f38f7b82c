//! Rules in place.

use lowwater_javascript::Rules;
use napi::bindgen_prelude::{External, Uint8ArraySlice};
use napi_derive::napi;

use crate::border::{Result, thrown};

fn external(index: Rules) -> External<Rules> {
    let size = index.bytes();
    External::new_with_size_hint(index, size)
}

#[napi(catch_unwind)]
pub(crate) fn index_local(bytes: Uint8ArraySlice<'_>) -> Result<External<Rules>> {
    Rules::index(&bytes).map(external).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn index_replica(
    bytes: Uint8ArraySlice<'_>,
    stale_after: i64,
    expired_after: i64,
) -> Result<External<Rules>> {
    Rules::index_replica(&bytes, stale_after, expired_after).map(external).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn index_freshness(index: &External<Rules>, now: i64) -> Result<String> {
    index.index_freshness(now).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn index_check_all(index: &External<Rules>) -> Result<()> {
    index.index_check_all().map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn index_targets(index: &External<Rules>) -> Result<f64> {
    index.index_targets().map_err(thrown)
}
