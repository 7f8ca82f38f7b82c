//! lowwater for Node, the native half: the calls of `lowwater-javascript`, as Node-API takes and gives them.
//! The other half is `lib/`, whose classes hold what these functions return and check what their users give;
//! nobody else calls them.
//!
//! A mistake is thrown as an error whose `code` is the core's; a rejection is no error here but a value, its
//! JSON.
#![cfg_attr(
    test,
    allow(
        dead_code,
        clippy::allow_attributes,
        reason = "a build for tests registers nothing with Node"
    )
)]

mod accepted;
mod border;
mod cutoffs;
mod events;
mod index;
mod introspection;
mod issuers;
mod keys;
mod logout;
mod poll;
mod revocation;
mod rule;
mod status;
mod validator;

use napi_derive::napi;

/// What the other half must be, too.
#[napi(catch_unwind)]
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The clock.
#[napi(catch_unwind)]
pub(crate) fn now() -> i64 {
    lowwater_edge::now().as_millis()
}

/// Milliseconds of seconds in decimal digits; nothing if they lie outside of what a time can be.
#[napi(catch_unwind)]
pub(crate) fn millis_of(seconds: String) -> Option<i64> {
    lowwater_javascript::millis_of(&seconds)
}
