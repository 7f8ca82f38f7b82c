//! What the packages for Node and for WebAssembly share: calls, in text, bytes and numbers. It decides
//! nothing: what a token, a rule or a policy means is the core's. Each package hands these calls to
//! JavaScript in its own way; the classes of `bindings/node/lib` hold what they return and check what their
//! users give.
//!
//! Configuration goes in as JSON, times as milliseconds since 1970. A mistake is an error with the core's
//! code; a rejection is no error here but a value, its JSON.

mod mistake;
mod unverified;

#[cfg(feature = "validation")]
mod accepted;
#[cfg(feature = "validation")]
mod cutoffs;
#[cfg(feature = "issuers")]
mod events;
#[cfg(feature = "validation")]
mod held;
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
mod message;
#[cfg(feature = "issuers")]
mod poll;
#[cfg(feature = "issuers")]
mod response;
#[cfg(feature = "issuers")]
mod revocation;
#[cfg(feature = "validation")]
mod rule;
#[cfg(feature = "validation")]
mod rules;
#[cfg(feature = "issuers")]
mod status;
#[cfg(feature = "validation")]
mod time;
#[cfg(feature = "validation")]
mod validator;

pub use crate::mistake::{Mistake, Result};
pub use crate::unverified::{Unverified, unverified};
#[cfg(feature = "validation")]
pub use crate::{
    accepted::{Asked, Required, is_affected_by, recheck},
    cutoffs::Sharers,
    index::Index,
    keys::{File, KeyFiles, key_from, key_set_from_jwks, size_of_keys, skipped, verify},
    rule::rule_from_json,
    rules::Rules,
    time::millis_of,
    validator::{Answer, Draft, Validator},
};
#[cfg(feature = "issuers")]
pub use crate::{
    events::{Stream, event_receiver_from_json, receive_events, received_json, wrong_state_json},
    introspection::{Decided, Inquiry, Introspections, Pending},
    issuers::{Awaiting, Issuers},
    logout::{logout_receiver_from_json, receive_logout},
    message::Signers,
    poll::Poll,
    response::{Response, fetch_json},
    revocation::{
        global_revocation_from_json, revocation_request, revoke_all, revoke_grant,
        unknown_user_json,
    },
    status::Lists,
};

/// A call's answer, or the JSON of a rejection.
pub type OrRejection<T> = std::result::Result<T, String>;

/// A count as JavaScript has it.
#[cfg(feature = "validation")]
#[expect(clippy::as_conversions, reason = "nobody counts to 2^53")]
pub(crate) const fn number(count: u64) -> f64 {
    count as f64
}

/// A count of JavaScript's, which is not negative. Whatever is beyond a size is as good as the largest.
#[cfg(feature = "validation")]
pub(crate) fn size(count: i64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// A small count.
#[must_use]
pub fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}

/// A value as JSON. What is written here are texts and whole numbers, which no writer refuses.
#[cfg(feature = "validation")]
pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
