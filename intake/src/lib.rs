//! Where [`lowwater`]'s keys and rules come from: an issuer's key set ([`KeySource`]), its logout tokens ([`LogoutReceiver`]),
//! its security events ([`EventReceiver`], [`EventPoll`]), requests to revoke ([`GlobalRevocation`], [`RevocationRequest`]).
//!
//! Each protocol is a state machine. It is given bytes and the time, and says what to fetch next and what holds now; it
//! never opens a connection, never reads a clock, never waits. Whoever drives it does the I/O with the HTTP client of its
//! language, and decides nothing.
//!
//! ```
//! use lowwater::{Ring, UnixTime};
//! use lowwater_intake::{Answer, KeySource};
//!
//! # fn get(_: &str) -> (u16, Vec<(String, String)>, Vec<u8>) {
//! #     let jwks = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4"}]}"#;
//! #     (200, vec![("Cache-Control".into(), "max-age=600".into())], jwks.to_vec())
//! # }
//! let mut now = UnixTime::from_secs(1_700_000_000);
//! let mut source = KeySource::of_jwks("https://issuer.example/", "https://issuer.example/jwks").build()?;
//! while let Some(fetch) = source.poll(now) {
//!     let (status, headers, body) = get(fetch.url()); // with the headers, the time and the size that it names
//!     let headers = headers.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>();
//!     source.answered(&fetch, &Answer::new(status, &headers, &body), &Ring, now);
//! }
//! assert_eq!(source.keys(now)?.key_ids().collect::<Vec<_>>(), ["a"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![deny(clippy::std_instead_of_core, clippy::std_instead_of_alloc, clippy::alloc_instead_of_core)]
#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

extern crate alloc;

mod address;
mod answer;
mod authority;
mod clock;
mod config;
mod events;
mod fault;
mod fetch;
mod introspection;
mod issuers;
mod key_source;
mod logout;
mod members;
mod message;
mod metadata;
mod reply;
mod revocation;
mod status;
mod subject;

pub use crate::answer::Answer;
pub use crate::authority::{Authority, Overreach};
pub use crate::events::{
    Event, EventAction, EventPoll, EventReceiver, NotApplied, PolledSet, Received, StreamFreshness,
    StreamStatus,
};
pub use crate::fault::{KeysUnavailable, SourceFault};
pub use crate::fetch::Fetch;
pub use crate::introspection::{
    Asked, Credentials, Introspection, IntrospectionBuilder, IntrospectionFault,
    IntrospectionUnavailable,
};
pub use crate::issuers::{Issuers, Lack};
pub use crate::key_source::{KeySource, KeySourceBuilder};
pub use crate::logout::{Logout, LogoutReceiver};
pub use crate::message::MessageFault;
pub use crate::reply::Reply;
pub use crate::revocation::{
    GlobalRevocation, NotRevoked, Revocation, RevocationFault, RevocationRequest, Revoker,
};
pub use crate::status::{ListFault, StatusList, StatusLists, StatusListsBuilder};
pub use crate::subject::{Subjects, UnknownMember};
