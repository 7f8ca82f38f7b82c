//! **lowwater decides whether an API should accept a token.** It validates a JWT offline and then applies
//! the rule that plain JWT libraries leave to everyone's own code: *accept no token of user X issued
//! before T*.
//!
//! # Overview
//!
//! - [`Validator`] is built once, of a [`Policy`] (issuer, audience, algorithms, leeway ...) and a
//!   [`KeySet`]. Nothing important has a default, and mistakes are a [`ConfigError`] when it is built.
//! - [`Cutoffs`] holds the [`Rule`]s: who was logged out, revoked or suspended, and since when.
//! - [`Validator::validate`] takes a token, the rules and the time, and answers with [`Accepted`] or a
//!   [`Rejection`]: stage, code, remedy, HTTP status and challenge. It never fails, it decides.
//! - [`Index`] asks the same rules in place, from bytes that [`Cutoffs::to_index`] made; a [`Ticket`] asks
//!   again for a connection that lasts.
//! - [`Validator::introspected`] decides by what an authorization server says of a token that only it can read
//!   ([`Introspected`]).
//! - [`Accepted::require`] asks what the bearer may do: that is another question, with another status.
//! - [`Validator::explain`] runs every check that can still run and says what was compared.
//! - [`Unverified`] shows a token without keys. There is no road from it to an accepted token.
//!
//! ```
//! use lowwater::{Accepted, Cutoffs, Rejection, UnixTime, Validator};
//!
//! fn guard(
//!     validator: &Validator,
//!     cutoffs: &Cutoffs,
//!     authorization: &str, // the header of the request
//!     now: UnixTime,       // read by the caller: the library has no clock
//! ) -> Result<Accepted, Rejection> {
//!     let token = validator.bearer(authorization)?;
//!     let accepted = validator.validate(token, cutoffs, now)?;
//!     accepted.require_scopes(["read:messages"])?;
//!     Ok(accepted)
//! }
//! ```
//!
//! # One token's way through
//!
//! ```text
//! &str --Compact::parse--> Compact --Header::parse--> Header --KeySet::select--> keys
//! Compact + Header + keys --signature::verify--> Signed --Claims::parse--> Claims
//! Claims + now --Policy::permit--> Permitted --cutoff::pass--> Live --> Accepted
//! ```
//!
//! Each step takes what the step before made, and only that step can make it, so leaving one out does
//! not compile. The first check that fails is the answer, in a fixed order: a token with two faults has
//! the same code everywhere. The order of the policy's checks stands in `Policy::check` (`policy.rs`),
//! the line that refuses an expired token in `check_expiry` below it.
//!
//! # Features
//!
//! - `ring` (default): signatures by [ring](https://docs.rs/ring), as the [`Backend`] named `Ring`, and
//!   the constructors of [`KeySet`] that use it. Without it the crate builds for any target with
//!   `alloc`; hand a backend of your own to [`KeySet::builder_with`].
//! - `aws-lc-rs`: signatures by [aws-lc-rs](https://docs.rs/aws-lc-rs), as the [`Backend`] named `AwsLc`,
//!   for `KeySet::builder_with(&AwsLc::new())`. Faster for RSA, P-384 and Ed25519; a C library, so the
//!   build needs a C compiler for the target, and the target `std`.
//! - `simd`: base64 by vector instructions where the processor has them. It asks `std` which it has, and
//!   changes nothing but the time that a validation takes. `lowwater-edge` turns it on.
//!
//! No feature changes what another does, and both backends give the same answers. The backend is a value: the
//! constructors of [`KeySet`] that name none are ring's, also where both features are on, and are
//! absent where `ring` is off.
//!
//! Without the last two the crate is `no_std`. It does no I/O, reads no clock, spawns nothing, holds no
//! state outside of its values (with `simd` a table of base64, made once), and contains no `unsafe`; of
//! its dependencies base64 has some with `simd`, and the backends call C and assembler.
//!
//! # Scope
//!
//! Compact JWS alone: no encryption, no signing, no JSON serialization, no certificates. Keys are handed
//! in: fetching them is the caller's. Headers that bring keys along (`jku`, `jwk`, `x5u`, `x5c`) are
//! never read.
#![no_std]
#![forbid(unsafe_code)]
#![deny(clippy::std_instead_of_core, clippy::std_instead_of_alloc, clippy::alloc_instead_of_core)]
#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

mod accepted;
mod algorithm;
#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
mod base64url;
mod bearer;
mod claims;
mod code;
mod compact;
mod cutoff;
mod error;
mod explain;
mod header;
mod introspected;
mod json;
mod key;
mod media_type;
mod memo;
mod observer;
mod permission;
mod policy;
mod reason;
mod rejection;
#[cfg(feature = "ring")]
mod ring;
mod signature;
mod status;
mod ticket;
mod time;
mod unverified;
mod validator;

pub use crate::accepted::{Accepted, ClaimError};
pub use crate::algorithm::Algorithm;
#[cfg(feature = "aws-lc-rs")]
pub use crate::aws_lc::AwsLc;
pub use crate::bearer::bearer;
pub use crate::code::{Code, Stage};
pub use crate::cutoff::{
    AppliedLines, ApplyError, BadLines, Change, Cutoffs, DeltaError, FreshWithin, Freshness, Index,
    LoadError, MatchedRule, NoCutoffs, Note, Progress, PruneError, Rule, RuleSet, Target,
    TargetValue, Until, WithStatus,
};
pub use crate::error::{ConfigError, KeyFault};
pub use crate::explain::{Check, Explanation, Outcome};
pub use crate::introspected::Introspected;
pub use crate::json::{JsonError, strict_json};
pub use crate::key::{Key, KeyFit, KeyOutcome, KeySet, KeySetBuilder, SkippedKey};
pub use crate::memo::{Memo, Proven, ProvenTokens};
pub use crate::permission::Requirement;
pub use crate::policy::{MissingAuthTime, Policy, Retention, SameSecond, TokenType};
pub use crate::rejection::{Rejection, Remedy};
#[cfg(feature = "ring")]
pub use crate::ring::Ring;
pub use crate::signature::{Backend, InvalidSignature, KeyMaterial, Signed, VerifySignature};
pub use crate::status::{StatusAnswer, StatusEntry, StatusSource, WantedList};
pub use crate::ticket::{Ticket, affected};
pub use crate::time::{At, UnixTime};
pub use crate::unverified::Unverified;
pub use crate::validator::{
    Given, NoAlgorithms, NoAudience, NoIssuer, NoKeys, Validator, ValidatorBuilder,
};
