//! What came of each key of a set for one token: for explanations alone.

use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::set::{KeySet, Prepared};
use crate::algorithm::Algorithm;

/// What came of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyOutcome {
    /// It made the signature.
    Verified,
    /// It fits the token, and did not make the signature.
    Tried,
    /// It was not asked.
    NotTried,
}

impl KeyOutcome {
    /// `verified`, `tried` or `not_tried`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Tried => "tried",
            Self::NotTried => "not_tried",
        }
    }
}

/// One key of the set, as an [`Explanation`](crate::Explanation) tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyFit {
    /// Its `kid`, or the thumbprint (RFC 7638) of a key without one.
    pub key_id: String,
    /// What it may serve.
    pub algorithms: Vec<Algorithm>,
    /// What came of it.
    pub outcome: KeyOutcome,
    /// Why it was not tried, if the token is the reason; holds no text of the token.
    pub message: Option<&'static str>,
}

/// What a token asks of a key.
pub(crate) struct Asked {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<String>,
}

impl KeySet {
    /// Each key in the order of the set. `asked`: nothing where the token never came to the keys;
    /// `tried`: those that were candidates; `verified`: the one that made the signature.
    pub(crate) fn fits(
        &self,
        asked: Option<&Asked>,
        tried: &[Arc<Prepared>],
        verified: Option<&Arc<Prepared>>,
    ) -> Vec<KeyFit> {
        let fit = |key: &Arc<Prepared>| {
            let is_key = |one: &Arc<Prepared>| Arc::ptr_eq(one, key);
            let (outcome, message) = match asked {
                None => (KeyOutcome::NotTried, None),
                Some(_) if verified.is_some_and(is_key) => (KeyOutcome::Verified, None),
                Some(asked) if !tried.iter().any(is_key) => {
                    (KeyOutcome::NotTried, Some(misfit(key, asked)))
                }
                // They are asked in order, and the first that verifies ends it.
                Some(_) if verified.is_some_and(|found| self.stands_before(found, key)) => {
                    (KeyOutcome::NotTried, Some("a key before it made the signature"))
                }
                Some(_) => (KeyOutcome::Tried, None),
            };
            let algorithms = key.algorithms().collect();
            KeyFit { key_id: key.id().to_string(), algorithms, outcome, message }
        };
        self.prepared().map(fit).collect()
    }

    fn stands_before(&self, one: &Arc<Prepared>, other: &Arc<Prepared>) -> bool {
        let first = self.prepared().find(|key| Arc::ptr_eq(key, one) || Arc::ptr_eq(key, other));
        first.is_some_and(|key| Arc::ptr_eq(key, one))
    }
}

fn misfit(key: &Prepared, asked: &Asked) -> &'static str {
    let named =
        asked.key_id.is_none() || key.key_id().is_none() || asked.key_id.as_deref() == key.key_id();
    match (named, key.algorithms().any(|algorithm| algorithm == asked.algorithm)) {
        (false, false) => "it has another `kid` and does not serve the token's algorithm",
        (false, true) => "it has another `kid`",
        (true, false) => "it does not serve the token's algorithm",
        (true, true) => "too many keys fit the token",
    }
}
