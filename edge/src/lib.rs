//! What [`lowwater`] needs of an operating system, beside a core that has none: rules that many threads
//! share, and the clock.
//!
//! ```
//! use lowwater::{Accepted, ApplyError, Cutoffs, Rejection, Rule, Target, Validator};
//! use lowwater_edge::{SharedCutoffs, now};
//!
//! // In each request: no lock, no waiting.
//! fn admit(v: &Validator, rules: &SharedCutoffs, authorization: &str) -> Result<Accepted, Rejection> {
//!     v.validate(v.bearer(authorization)?, &*rules.current(), now())
//! }
//!
//! // Once, before the first request; where rules were kept, read them first.
//! let rules = SharedCutoffs::new(Cutoffs::local());
//!
//! // Anywhere, at any time: the next request is decided under it.
//! rules.apply(Rule::issued_before(Target::subject("auth0|42"), now()), now())?;
//! assert_eq!(rules.current().len(), 1);
//! # Ok::<(), ApplyError>(())
//! ```
//!
//! - [`SharedCutoffs`] is one handle to the rules for all threads.
//! - [`SharedMemo`] remembers whose signatures were proven, for all threads.
//! - [`decide_many`] decides about a list of tokens, on several threads if they are given.
//! - [`now`] reads the clock: the time that every call of the core is given.
//!
//! Feature `issuers`: `IssuerValidator` takes keys (and status lists) from issuers, `IntrospectionValidator` asks about opaque
//! tokens; they say what to fetch. Feature `fetch`: `FetchingValidator`, `FetchingIntrospection` and `PollingReceiver` fetch it.
//!
//! # Scope
//!
//! Without `fetch` no network, no files, no threads but those that a caller asks for: bytes come in and go out as
//! values, as they do in the core. Signatures are the core's too; this crate chooses no backend.
#![forbid(unsafe_code)]
#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

#[cfg(feature = "fetch")]
mod asking;
#[cfg(feature = "fetch")]
mod client;
mod clock;
mod current;
#[cfg(feature = "fetch")]
mod driver;
#[cfg(feature = "fetch")]
mod fetching;
mod hash_key;
#[cfg(feature = "issuers")]
mod introspection;
#[cfg(feature = "issuers")]
mod issuer;
mod many;
mod memo;
#[cfg(feature = "fetch")]
mod polling;
mod shared;

#[cfg(feature = "fetch")]
pub use crate::asking::FetchingIntrospection;
#[cfg(feature = "fetch")]
pub use crate::client::{Client, HttpClient, Response};
pub use crate::clock::now;
pub use crate::current::Current;
#[cfg(feature = "fetch")]
pub use crate::fetching::FetchingValidator;
#[cfg(feature = "issuers")]
pub use crate::introspection::{Inquiry, IntrospectionValidator};
#[cfg(feature = "issuers")]
pub use crate::issuer::{Asked, IssuerValidator};
pub use crate::many::decide_many;
pub use crate::memo::SharedMemo;
#[cfg(feature = "fetch")]
pub use crate::polling::PollingReceiver;
pub use crate::shared::SharedCutoffs;
