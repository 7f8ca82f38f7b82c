//! lowwater for Node, the native half: calls, and what crosses the border as text, bytes and numbers. It
//! decides nothing: what a token, a rule or a policy means is the core's. The other half is `lib/`, whose
//! classes hold what these functions return and check what their users give; nobody else calls them.
//!
//! Configuration goes in as JSON, times as milliseconds since 1970. A mistake is thrown as an error whose
//! `code` is the core's; a rejection is no error here but a value, its JSON.
#![cfg_attr(
    test,
    allow(
        dead_code,
        clippy::allow_attributes,
        reason = "a build for tests registers nothing with Node"
    )
)]

mod accepted;
mod cutoffs;
mod error;
mod held;
mod index;
mod keys;
mod rule;
mod rules;
mod time;
mod validator;

use napi_derive::napi;

/// What the other half must be, too.
#[napi(catch_unwind)]
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// A count as JavaScript has it.
#[expect(clippy::as_conversions, reason = "nobody counts to 2^53")]
pub(crate) const fn number(count: u64) -> f64 {
    count as f64
}
