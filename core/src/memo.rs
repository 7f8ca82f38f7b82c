//! What may be remembered of a token: that these exact bytes were signed by a key of this set.
//!
//! A signature check is a function of bytes and keys, and so are the shape, the header and the types of
//! the claims under one policy: their outcome cannot change. Everything that can (time, rules, what the
//! application asks) is decided anew for a token that was remembered as for any other, so a memo makes
//! a decision cheaper and never another one.

mod store;

pub use self::store::Memo;

use alloc::boxed::Box;
use alloc::sync::{Arc, Weak};
use core::fmt;

use crate::claims::Claims;
use crate::key::KeySet;
use crate::policy::Policy;

/// A token that a validator accepted once, with the proof that its signature was good: what a memo keeps.
///
/// Only a validation makes it, and only for the same bytes under the same keys and the same policy is it
/// of use: whoever keeps it can forget it, or hand out the wrong one, and no decision changes. `Debug`
/// shows nothing of the token.
#[derive(Clone)]
pub struct Proven(Arc<Proof>);

struct Proof {
    token: Box<str>,
    claims: Arc<Claims>,
    /// Which set and which policy it was, without keeping them alive. A weak pointer holds the place in
    /// memory, so no later set can lie there and be taken for this one.
    keys: Weak<KeySet>,
    policy: Weak<Policy>,
}

impl Proven {
    pub(crate) fn new(
        token: &str,
        claims: &Arc<Claims>,
        keys: &Arc<KeySet>,
        policy: &Arc<Policy>,
    ) -> Self {
        Self(Arc::new(Proof {
            token: token.into(),
            claims: Arc::clone(claims),
            keys: Arc::downgrade(keys),
            policy: Arc::downgrade(policy),
        }))
    }

    /// The claims, if this is the proof for `token`, byte for byte, under these keys and this policy.
    pub(crate) fn claims_of(
        &self,
        token: &str,
        keys: &Arc<KeySet>,
        policy: &Arc<Policy>,
    ) -> Option<Arc<Claims>> {
        let proof = &*self.0;
        let same = *proof.token == *token
            && core::ptr::eq(proof.keys.as_ptr(), Arc::as_ptr(keys))
            && core::ptr::eq(proof.policy.as_ptr(), Arc::as_ptr(policy));
        same.then(|| Arc::clone(&proof.claims))
    }

    /// The token, as it was sent. It is a credential: it belongs in no log.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.0.token
    }

    /// What it takes of memory, in bytes: three to ten times the token's length, the more, the shorter
    /// it is and the more members it has.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let own = size_of::<Proof>().saturating_add(self.0.token.len());
        own.saturating_add(self.0.claims.bytes())
    }
}

impl fmt::Debug for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proven").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

/// Where proven tokens are kept: [`Memo`] in a cell for one thread, `SharedMemo` of the crate
/// `lowwater-edge` for many, or a cache of one's own.
///
/// An implementation cannot weaken a decision. What [`recall`](Self::recall) hands out is used only if
/// it is the proof for the very bytes at hand, by the validator at hand; anything else is ignored.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Mutex, PoisonError};
/// use lowwater::{Proven, ProvenTokens};
///
/// /// Keeps the first hundred.
/// #[derive(Default)]
/// struct FirstHundred(Mutex<HashMap<String, Proven>>);
///
/// impl ProvenTokens for FirstHundred {
///     fn recall(&self, token: &str) -> Option<Proven> {
///         self.0.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
///     }
///     fn keep(&self, proven: Proven) {
///         let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
///         if kept.len() < 100 {
///             kept.insert(proven.token().to_owned(), proven);
///         }
///     }
/// }
/// ```
pub trait ProvenTokens {
    /// What was kept for this token, if it is still there.
    fn recall(&self, token: &str) -> Option<Proven>;

    /// Keeps it, or does not. Called for a token that was accepted and not recalled.
    fn keep(&self, proven: Proven);

    /// Whether anything would be kept; where not, nobody copies a token for it.
    fn is_on(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    /// No two validators share a key set without sharing the policy; if ever two do, this holds.
    #[test]
    #[cfg(feature = "ring")]
    fn a_proof_counts_for_its_bytes_its_keys_and_its_policy_alone() {
        let policy = || {
            let json = r#"{"issuer":"any","audience":"any","algorithms":["HS256"],"max_lifetime":"unbounded","missing_exp":"accept","missing_iat":"accept"}"#;
            Arc::new(Policy::from_json(json).unwrap())
        };
        let keys = || {
            let key = crate::Key::from_secret(b"a secret of at least thirty-two bytes").unwrap();
            Arc::new(KeySet::from_keys([key]).unwrap())
        };
        let token =
            "eyJhbGciOiJIUzI1NiJ9.eyJldmVudHMiOnt9fQ.EmW8GUponP_DxBf7ycM82Ml8i0skc49Gq1-7V23zekc";
        let (own_keys, own_policy) = (keys(), policy());
        let signed = own_keys.verify(token, [crate::Algorithm::Hs256]).unwrap();
        let claims = Claims::parse(signed).unwrap();
        let proven = Proven::new(token, &claims, &own_keys, &own_policy);
        let counts = |token: &str, keys: &Arc<KeySet>, policy: &Arc<Policy>| {
            proven.claims_of(token, keys, policy).is_some()
        };
        assert!(counts(&String::from(token), &Arc::clone(&own_keys), &Arc::clone(&own_policy)));
        assert!(!counts(token.trim_start_matches('e'), &own_keys, &own_policy));
        assert!(!counts(token, &keys(), &own_policy));
        assert!(!counts(token, &own_keys, &policy()));
    }
}
