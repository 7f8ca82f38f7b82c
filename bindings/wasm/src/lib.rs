//! lowwater for WebAssembly, the inner half: the calls of `lowwater-javascript`, as wasm-bindgen takes and
//! gives them. The other half is the `lib/` of the package for Node, whose classes hold what these functions
//! return and check what their users give; nobody else calls them.
//!
//! A mistake is thrown as an error whose `code` is the core's; a rejection is no error here but a value, its
//! JSON. Times are milliseconds since 1970, as numbers: whole, and below 2^53.
#![allow(
    missing_docs,
    unnameable_types,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    reason = "what JavaScript sees is documented by its types"
)]

mod border;
mod unverified;

#[cfg(feature = "validation")]
mod accepted;
#[cfg(feature = "validation")]
mod cutoffs;
#[cfg(feature = "issuers")]
mod events;
#[cfg(feature = "validation")]
mod index;
#[cfg(feature = "issuers")]
mod introspection;
#[cfg(feature = "issuers")]
mod issuers;
#[cfg(feature = "validation")]
mod keys;
#[cfg(feature = "issuers")]
mod logout;
#[cfg(feature = "issuers")]
mod poll;
#[cfg(feature = "issuers")]
mod revocation;
#[cfg(feature = "validation")]
mod rule;
#[cfg(feature = "issuers")]
mod status;
#[cfg(feature = "validation")]
mod validator;

use wasm_bindgen::prelude::wasm_bindgen;

/// What the other half must be, too.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
