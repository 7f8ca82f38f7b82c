//! Requests to revoke: of a user everything, of a client one token.

mod global;
mod token;

use alloc::vec::Vec;

use lowwater::Rule;

pub use self::global::{GlobalRevocation, RevocationFault};
pub use self::token::{NotRevoked, RevocationRequest, Revoker};

/// A form or an object with one token or one subject: a token has at most 16 KiB, and percent-encoding may triple it.
const MOST_BODY: usize = 64 * 1024;

/// What a request to revoke comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "its rules have to be applied"]
pub struct Revocation {
    rules: Vec<Rule>,
}

impl Revocation {
    /// The rules to apply. Keep them, and then answer.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }
}
