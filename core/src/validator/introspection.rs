//! The pipeline for a token that its authorization server was asked about: shape, claims, policy, cutoff.

use alloc::string::String;
use alloc::sync::Arc;
use core::time::Duration;

use super::{Validator, keep};
use crate::accepted::Accepted;
use crate::cutoff::RuleSet;
use crate::explain::{Everything, Explanation};
use crate::introspected::Introspected;
use crate::reason::{Reason, Stage};
use crate::rejection::Rejection;
use crate::time::UnixTime;

impl Validator {
    /// Decides about a token by what its authorization server said of it, at an instant, under rules: the same policy,
    /// the same rules and the same answers as for a JWT. There is no header, no algorithm and no key.
    ///
    /// Where a JWT's `typ` is asked for, the response's `token_type`, `token_use` and `typ` are: each that is there has
    /// to be that of an access token, for an endpoint answers for refresh tokens too. With
    /// [`TokenType::Strict`](crate::TokenType::Strict) or a list of one's own, one of them has to be there.
    ///
    /// # Errors
    /// A [`Rejection`]: `token_inactive`, or what [`validate`](Self::validate) says of the same claims.
    pub fn introspected(
        &self,
        response: &Introspected,
        rules: &(impl RuleSet + ?Sized),
        now: UnixTime,
    ) -> Result<Accepted, Rejection> {
        let claims = response.active().and_then(|claims| claims).map_err(Rejection::new);
        let decided = claims.and_then(|claims| self.decide(Arc::clone(claims), rules, now));
        decided.map_err(|no| no.with_challenge(&self.policy.challenge))
    }

    /// Runs every check that can still run and reports them all; its first failure is the rejection of
    /// [`introspected`](Self::introspected).
    pub fn explain_introspected(
        &self,
        response: &Introspected,
        rules: &(impl RuleSet + ?Sized),
        now: UnixTime,
    ) -> Explanation {
        let mut heard = Everything::default();
        let active = keep(&mut heard, Stage::Shape, "active", response.active(), String::new);
        let claims = match active {
            Some(read) => keep(&mut heard, Stage::Claims, "claims", read, String::new),
            None => {
                heard.skip(Stage::Claims, "claims");
                None
            }
        };
        match claims {
            Some(claims) => {
                self.hear_decision(&claims.set, claims.origin(), None, rules, now, &mut heard);
            }
            None => {
                heard.skip(Stage::Policy, "policy");
                heard.skip(Stage::Cutoff, "cutoff");
            }
        }
        heard.finish(|no| no.with_challenge(&self.policy.challenge))
    }

    /// Has a token that is not read here the shape to be asked about: no longer than the policy allows, and visible ASCII?
    ///
    /// # Errors
    /// `token_too_large`, `token_malformed`.
    pub fn check_opaque(&self, token: &str) -> Result<(), Rejection> {
        let (bytes, limit) = (token.len(), self.policy.limits.max_token_bytes);
        let reason = if bytes > limit {
            Reason::TooLarge { bytes, limit }
        } else if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            Reason::NotVisible
        } else {
            return Ok(());
        };
        Err(Rejection::new(reason).with_challenge(&self.policy.challenge))
    }

    /// The answer when the authorization server cannot be asked about a token: it is down, it refuses, it says what cannot
    /// be read. 503, because the token is not known to be bad.
    pub fn introspection_unavailable(&self, retry_after: Duration) -> Rejection {
        self.later(Reason::IntrospectionUnavailable, retry_after)
    }
}
