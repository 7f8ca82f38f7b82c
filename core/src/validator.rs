//! The pipeline: the one file that sees every stage.

mod builder;
mod introspection;

pub use self::builder::{Given, NoAlgorithms, NoAudience, NoIssuer, NoKeys, ValidatorBuilder};

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;

use crate::accepted::Accepted;
use crate::bearer::bearer;
use crate::claims::{ClaimSet, Claims, Origin};
use crate::compact::Compact;
use crate::cutoff::{self, Facts, RuleSet};
use crate::explain::{Everything, Explanation, describe_header};
use crate::header::{Header, RawHeader};
use crate::key::{Asked, KeySet, Prepared};
use crate::memo::ProvenTokens;
use crate::observer::Observer as _;
use crate::policy::{Policy, Retention};
use crate::reason::{Reason, Stage, Unavailable};
use crate::rejection::Rejection;
use crate::signature::{self, Signed};
use crate::time::UnixTime;

/// Decides whether an API should accept a token.
///
/// Built once, shared by reference or cloned cheaply; holds no state that a validation changes.
///
/// ```
/// use lowwater::{Algorithm, Code, Cutoffs, Key, KeySet, Rule, Target, UnixTime, Validator};
///
/// let secret = b"a secret of at least thirty-two bytes";
/// let validator = Validator::builder()
///     .issuer("https://issuer.example/")
///     .audience("https://api.example/")
///     .algorithms([Algorithm::Hs256])
///     .keys(KeySet::from_keys([Key::from_secret(secret)?])?)
///     .build()?;
///
/// // {"iss":"https://issuer.example/","aud":"https://api.example/","sub":"u1","iat":1700000000,"exp":1700000600}
/// let token = "eyJhbGciOiJIUzI1NiJ9.\
///     eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlLyIsImF1ZCI6Imh0dHBzOi8vYXBpLmV4YW1wbGUv\
///     Iiwic3ViIjoidTEiLCJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMDYwMH0.\
///     CYU2MNQtBv2L-L-ruG7nanOx4l-fOhQtw0vYICSEjfc";
/// let now = UnixTime::from_secs(1_700_000_060);
/// let mut cutoffs = Cutoffs::local();
/// let accepted = validator.validate(token, &cutoffs, now).expect("a good token");
/// assert_eq!(accepted.subject(), Some("u1"));
///
/// cutoffs.apply(Rule::issued_before(Target::subject("u1"), now), now)?;
/// let rejection = validator.validate(token, &cutoffs, now).expect_err("issued before the cutoff");
/// assert_eq!(rejection.code(), Code::TokenRevoked);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Validator {
    policy: Arc<Policy>,
    keys: Arc<KeySet>,
}

impl Validator {
    /// A validator of a policy that was read from configuration, and keys.
    #[must_use]
    pub fn new(policy: Policy, keys: KeySet) -> Self {
        Self { policy: Arc::new(policy), keys: Arc::new(keys) }
    }

    /// Decides about a token, at an instant, under rules.
    ///
    /// An application without rules says so with [`NoCutoffs`](crate::NoCutoffs).
    ///
    /// # Errors
    /// A [`Rejection`]: the first stage that fails, and in it the first check.
    pub fn validate(
        &self,
        token: &str,
        rules: &(impl RuleSet + ?Sized),
        now: UnixTime,
    ) -> Result<Accepted, Rejection> {
        let decided = self.prove(token).map_err(Rejection::new);
        let decided = decided.and_then(|claims| self.decide(claims, rules, now));
        decided.map_err(|no| no.with_challenge(&self.policy.challenge))
    }

    /// The same decision, without another signature check for a token that was proven before.
    ///
    /// The memo is told of tokens that are accepted. Of a token that it recalls, the signature, the shape,
    /// the header and the types of the claims are as they were, for the bytes, the keys and the policy
    /// are: those stages are left out. Time, policy and every rule are asked again, so a rule holds for
    /// the next request.
    ///
    /// # Errors
    /// What [`validate`](Self::validate) answers, for every token at every time.
    ///
    /// ```
    /// # use std::cell::RefCell;
    /// # use lowwater::{Algorithm, Code, Cutoffs, Key, KeySet, Memo, Rule, Target, UnixTime, Validator};
    /// # let secret = b"a secret of at least thirty-two bytes";
    /// # let validator = Validator::builder().issuer("https://issuer.example/").audience("https://api.example/")
    /// #     .algorithms([Algorithm::Hs256]).keys(KeySet::from_keys([Key::from_secret(secret)?])?).build()?;
    /// # let token = "eyJhbGciOiJIUzI1NiJ9.\
    /// #     eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlLyIsImF1ZCI6Imh0dHBzOi8vYXBpLmV4YW1wbGUv\
    /// #     Iiwic3ViIjoidTEiLCJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMDYwMH0.\
    /// #     CYU2MNQtBv2L-L-ruG7nanOx4l-fOhQtw0vYICSEjfc";
    /// # let now = UnixTime::from_secs(1_700_000_060);
    /// # let random = [7; 16];
    /// let memo = RefCell::new(Memo::new(1 << 20, random)); // 1 MiB
    /// let mut cutoffs = Cutoffs::local();
    /// let first = validator.validate_with(&memo, token, &cutoffs, now);
    /// let second = validator.validate_with(&memo, token, &cutoffs, now); // no signature check
    /// assert!(first.is_ok() && second.is_ok());
    ///
    /// cutoffs.apply(Rule::issued_before(Target::subject("u1"), now), now)?;
    /// let rejection = validator.validate_with(&memo, token, &cutoffs, now).expect_err("taken back");
    /// assert_eq!(rejection.code(), Code::TokenRevoked);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn validate_with(
        &self,
        memo: &dyn ProvenTokens,
        token: &str,
        rules: &(impl RuleSet + ?Sized),
        now: UnixTime,
    ) -> Result<Accepted, Rejection> {
        let recalled = memo.recall(token);
        let known = recalled.and_then(|proven| proven.claims_of(token, &self.keys, &self.policy));
        let is_new = known.is_none();
        let claims = known.map_or_else(|| self.prove(token), Ok).map_err(Rejection::new);
        let decided = claims.and_then(|claims| self.decide(claims, rules, now));
        if let (Ok(accepted), true) = (&decided, is_new && memo.is_on()) {
            memo.keep(accepted.proven(token, &self.keys));
        }
        decided.map_err(|no| no.with_challenge(&self.policy.challenge))
    }

    /// What bytes, keys and policy settle: nothing here asks for the time or for a rule.
    fn prove(&self, token: &str) -> Result<Arc<Claims>, Reason> {
        let policy = &*self.policy;
        let mut compact = Compact::parse(token, &policy.limits)?; // shape and size only
        let header = Header::parse(&mut compact, policy.algorithms)?; // an allowed algorithm
        let keys = self.keys.select(&header)?; // the key owns the algorithm, the header must agree
        let signed = signature::verify(compact, header, &keys)?; // the only maker of `Signed`
        Claims::parse(signed) // cannot be given unverified bytes
    }

    /// What may change from one request to the next.
    fn decide(
        &self,
        claims: Arc<Claims>,
        rules: &(impl RuleSet + ?Sized),
        now: UnixTime,
    ) -> Result<Accepted, Rejection> {
        let policy = &*self.policy;
        let permitted = policy.permit(claims, now)?; // typ, iss, aud, exp, nbf, iat, lifetime, age
        let live = cutoff::pass(permitted, rules, &policy.cutoff, now)?; // what was taken back
        Ok(Accepted::new(live, Arc::clone(&self.policy)))
    }

    /// The first four steps alone, with this validator's limits, algorithms and keys: for another kind
    /// of signed message from the same issuer.
    ///
    /// # Errors
    /// A [`Rejection`] of the stages shape, header, key and signature.
    pub fn verify(&self, token: &str) -> Result<Signed, Rejection> {
        let proven = self.keys.prove(token, &self.policy.limits, self.policy.algorithms);
        proven.map_err(|reason| Rejection::new(reason).with_challenge(&self.policy.challenge))
    }

    /// Runs every check that can still run and reports them all.
    ///
    /// Its first failure is the rejection of [`validate`](Self::validate).
    pub fn explain(
        &self,
        token: &str,
        rules: &(impl RuleSet + ?Sized),
        now: UnixTime,
    ) -> Explanation {
        let mut heard = Everything::default();
        self.hear(token, rules, now, &mut heard);
        heard.finish(|no| no.with_challenge(&self.policy.challenge))
    }

    /// Walks the stages like [`validate`](Self::validate), but past failures.
    fn hear(
        &self,
        token: &str,
        rules: &(impl RuleSet + ?Sized),
        now: UnixTime,
        heard: &mut Everything,
    ) {
        let policy = &*self.policy;
        heard.keys = self.keys.fits(None, &[], None);
        let size = || format!("{} bytes; at most {}", token.len(), policy.limits.max_token_bytes);
        let Some(mut compact) =
            keep(heard, Stage::Shape, "shape", Compact::parse(token, &policy.limits), size)
        else {
            for stage in [Stage::Header, Stage::Key, Stage::Signature, Stage::Claims, Stage::Policy]
            {
                heard.skip(stage, stage.as_str());
            }
            return heard.skip(Stage::Cutoff, "cutoff");
        };
        let payload = compact.payload.clone();
        let mut token_type = None;
        let mut key = None;
        let raw = RawHeader::read(core::mem::take(&mut compact.header));
        match keep(heard, Stage::Header, "header", raw, String::new) {
            None => {
                heard.skip(Stage::Header, "algorithm");
                heard.skip(Stage::Key, "key");
                heard.skip(Stage::Signature, "signature");
            }
            Some(raw) => {
                token_type = raw.token_type().map(String::from);
                key = self.hear_signature(compact, raw, heard);
            }
        }
        let Some(claims) =
            keep(heard, Stage::Claims, "claims", ClaimSet::read(payload), String::new)
        else {
            heard.skip(Stage::Policy, "policy");
            return heard.skip(Stage::Cutoff, "cutoff");
        };
        let key_issuers = key.as_ref().map(|key| key.issuers()).unwrap_or_default();
        let origin = Origin::Token { token_type: token_type.as_deref(), key_issuers };
        self.hear_decision(&claims, origin, key.as_ref().map(|key| key.id()), rules, now, heard);
    }

    fn hear_decision(
        &self,
        claims: &ClaimSet,
        origin: Origin<'_>,
        key_id: Option<&str>,
        rules: &(impl RuleSet + ?Sized),
        now: UnixTime,
        heard: &mut Everything,
    ) {
        let policy = &*self.policy;
        // An observer that hears everything is never left early.
        let _always = policy.check(claims, origin, now, heard);
        let facts = Facts { claims, key_id, policy: &policy.cutoff };
        let mut listed = alloc::vec::Vec::new();
        let _always = cutoff::check(&facts, rules, now, heard, Some(&mut listed));
        heard.rules = listed;
    }

    fn hear_signature(
        &self,
        compact: Compact<'_>,
        raw: RawHeader,
        heard: &mut Everything,
    ) -> Option<Arc<Prepared>> {
        let described = describe_header(raw.algorithm(), raw.key_id());
        let header = raw.allowed_by(self.policy.algorithms);
        let allowed = || format!("{described}; allowed {}", self.policy.algorithms);
        let Some(header) = keep(heard, Stage::Header, "algorithm", header, allowed) else {
            heard.skip(Stage::Key, "key");
            heard.skip(Stage::Signature, "signature");
            return None;
        };
        let asked =
            Asked { algorithm: header.algorithm, key_id: header.key_id().map(String::from) };
        let selected = self.keys.select(&header);
        let Some(keys) = keep(heard, Stage::Key, "key", selected, || described.clone()) else {
            heard.keys = self.keys.fits(Some(&asked), &[], None);
            heard.skip(Stage::Signature, "signature");
            return None;
        };
        let candidates: alloc::vec::Vec<_> = keys.iter().map(|(key, _)| Arc::clone(key)).collect();
        let tried = || {
            let names: alloc::vec::Vec<&str> = keys.iter().map(|(key, _)| key.id()).collect();
            format!("keys {names:?}")
        };
        let verified = signature::verify(compact, header, &keys);
        let key =
            keep(heard, Stage::Signature, "signature", verified, tried).map(|signed| signed.key);
        heard.keys = self.keys.fits(Some(&asked), &candidates, key.as_ref());
        key
    }

    /// The token of an `Authorization` header; see [`bearer`](crate::bearer()).
    ///
    /// # Errors
    /// `token_missing`, with this validator's realm in the challenge.
    pub fn bearer<'h>(&self, header: &'h str) -> Result<&'h str, Rejection> {
        bearer(header).map_err(|no| no.with_challenge(&self.policy.challenge))
    }

    /// The answer to a request without an `Authorization` header.
    pub fn missing_token(&self) -> Rejection {
        Rejection::missing_token().with_challenge(&self.policy.challenge)
    }

    /// The answer when the rules cannot be asked: a lock that is poisoned, a store that is down. 503,
    /// because the token is not known to be bad.
    ///
    /// Never answer such a fault by leaving the rules out.
    pub fn rules_unavailable(&self, retry_after: Duration) -> Rejection {
        self.later(Reason::RulesUnavailable(Unavailable::Asked), retry_after)
    }

    /// The answer when the keys of the token's issuer were never fetched, or too long ago. 503, because the token is not
    /// known to be bad: a 401 would log everyone out while the issuer is down.
    pub fn keys_unavailable(&self, retry_after: Duration) -> Rejection {
        self.later(Reason::KeysUnavailable, retry_after)
    }

    fn later(&self, reason: Reason, retry_after: Duration) -> Rejection {
        Rejection::new(reason).retry_after_span(retry_after).with_challenge(&self.policy.challenge)
    }

    /// How long this validator accepts tokens: what [`Cutoffs::prune`](crate::Cutoffs::prune) goes by.
    #[must_use]
    pub fn retention(&self) -> Retention {
        self.policy.retention()
    }

    /// The same policy with other keys: an exchange at run time costs one allocation.
    ///
    /// ```
    /// use std::sync::{Arc, RwLock};
    /// use lowwater::{ConfigError, KeySet, Validator};
    ///
    /// fn rotate(current: &RwLock<Arc<Validator>>, jwks: &str) -> Result<(), ConfigError> {
    ///     let keys = KeySet::from_jwks(jwks)?; // where they cannot be read, the old ones stay
    ///     let mut current = current.write().unwrap_or_else(|poisoned| poisoned.into_inner());
    ///     *current = Arc::new(current.with_keys(keys));
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn with_keys(&self, keys: KeySet) -> Self {
        Self { policy: Arc::clone(&self.policy), keys: Arc::new(keys) }
    }

    /// Has it the very policy and key set of the other, not only equal ones? A clone has; one
    /// [with other keys](Self::with_keys) has not.
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.policy, &other.policy) && Arc::ptr_eq(&self.keys, &other.keys)
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &KeySet {
        &self.keys
    }
}

/// Reports a step and hands on what it made.
fn keep<T>(
    heard: &mut Everything,
    stage: Stage,
    name: &'static str,
    made: Result<T, Reason>,
    compared: impl FnOnce() -> String,
) -> Option<T> {
    let (made, outcome) = match made {
        Ok(made) => (Some(made), Ok(())),
        Err(reason) => (None, Err(reason)),
    };
    let _always = heard.plain(stage, name, outcome, compared);
    made
}

impl From<Reason> for Rejection {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator").field("policy", &self.policy).field("keys", &self.keys).finish()
    }
}
