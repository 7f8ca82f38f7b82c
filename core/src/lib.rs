//! **lowwater decides whether an API should accept a token.** It validates a JWT offline and then applies
//! the rule that plain JWT libraries leave to everyone's own code: *accept no token of user X issued
//! before T*.
#![no_std]
#![forbid(unsafe_code)]
#![deny(clippy::std_instead_of_core, clippy::std_instead_of_alloc, clippy::alloc_instead_of_core)]
#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod accepted;
mod algorithm;
mod base64url;
mod bearer;
mod claims;
mod compact;
mod cutoff;
mod error;
mod explain;
mod header;
mod json;
mod key;
mod observer;
mod permission;
mod policy;
mod reason;
mod rejection;
#[cfg(feature = "ring")]
mod ring;
mod signature;
mod time;
mod unverified;
mod validator;

pub use crate::accepted::{Accepted, ClaimError};
pub use crate::algorithm::Algorithm;
pub use crate::bearer::bearer;
pub use crate::cutoff::{
    ApplyError, Change, Cutoffs, MatchedRule, NoCutoffs, Note, Rule, RuleSet, Target, TargetValue,
    Until,
};
pub use crate::error::{ConfigError, KeyFault};
pub use crate::explain::{Check, Explanation, Outcome};
pub use crate::key::{Key, KeySet, KeySetBuilder, SkippedKey};
pub use crate::permission::Requirement;
pub use crate::policy::{MissingAuthTime, Policy, SameSecond, TokenType};
pub use crate::reason::{Code, Stage};
pub use crate::rejection::{Rejection, Remedy};
#[cfg(feature = "ring")]
pub use crate::ring::Ring;
pub use crate::signature::{Backend, InvalidSignature, KeyMaterial, Signed, VerifySignature};
pub use crate::time::{At, UnixTime};
pub use crate::unverified::Unverified;
pub use crate::validator::{Given, Missing, Validator, ValidatorBuilder};
