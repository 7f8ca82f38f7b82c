//! For connections that outlive their first answer: what it takes to ask again.

use alloc::sync::Arc;
use core::fmt;

use crate::claims::Claims;
use crate::cutoff::{self, Facts, Freshness, OneRule, Rule, RuleSet};
use crate::observer::FirstFailure;
use crate::policy::Policy;
use crate::rejection::Rejection;
use crate::time::UnixTime;

/// What is kept of an accepted token for as long as its connection lasts: a WebSocket, an event stream, a
/// long job. It asks again without the token and without its signature.
///
/// ```
/// use lowwater::{Accepted, Cutoffs, Rule, Ticket, UnixTime};
///
/// struct Connection { ticket: Ticket }
/// impl AsRef<Ticket> for Connection { fn as_ref(&self) -> &Ticket { &self.ticket } }
///
/// fn open(accepted: &Accepted) -> Connection {
///     Connection { ticket: accepted.ticket() }
/// }
/// /// Now and then: what has expired, what was taken back since.
/// fn sweep(connections: &mut Vec<Connection>, rules: &Cutoffs, now: UnixTime) {
///     connections.retain(|connection| connection.ticket.recheck(rules, now).is_ok());
/// }
/// /// At once, when a rule comes: those that it hits.
/// fn on_rule(connections: &[Connection], rule: &Rule, now: UnixTime) -> usize {
///     lowwater::affected(connections, rule, now).map(|connection| /* close it */ connection).count()
/// }
/// ```
///
/// It shares the claims with the accepted token: two to ten times their length in bytes, once. `Debug` shows no claim.
#[derive(Clone)]
pub struct Ticket {
    claims: Arc<Claims>,
    policy: Arc<Policy>,
}

impl Ticket {
    pub(crate) const fn new(claims: Arc<Claims>, policy: Arc<Policy>) -> Self {
        Self { claims, policy }
    }

    fn facts(&self) -> Facts<'_> {
        let claims = &*self.claims;
        Facts { claims: &claims.set, key_id: claims.key_id(), policy: &self.policy.cutoff }
    }

    /// Would the token still be accepted? Asks the checks of the policy in which time plays a part
    /// (expiry, not before, issued at, age), by the policy that accepted it, then the rules. Tells how old
    /// the rules are.
    ///
    /// Keys are not asked again: where a key may be withdrawn, apply a rule that names it
    /// ([`Target::key_id`](crate::Target::key_id)).
    ///
    /// # Errors
    /// What [`Validator::validate`](crate::Validator::validate) would answer.
    pub fn recheck(
        &self,
        rules: &(impl RuleSet + ?Sized),
        now: UnixTime,
    ) -> Result<Freshness, Rejection> {
        let asked = self
            .policy
            .check_time(&self.claims.set, now, &mut FirstFailure)
            .and_then(|()| cutoff::check(&self.facts(), rules, now, &mut FirstFailure, None));
        let passed = asked.map_err(|no| no.with_challenge(&self.policy.challenge))?;
        Ok(passed.freshness)
    }

    /// Does this rule alone refuse the token? A rule that cannot be applied refuses nothing.
    #[must_use]
    pub fn is_affected_by(&self, rule: &Rule, now: UnixTime) -> bool {
        OneRule::of(rule).is_some_and(|rule| self.is_refused_by(&rule, now))
    }

    fn is_refused_by(&self, rule: &OneRule, now: UnixTime) -> bool {
        cutoff::check_rules(&self.facts(), rule, now).is_err()
    }
}

/// Of many tickets (or what holds one) those whose tokens a rule refuses: the connections to close when
/// the rule comes. It asks this rule alone, so it says nothing of tokens that another rule refuses.
///
/// The rule is read once for all tickets; each then costs about as much as one lookup.
pub fn affected<T: AsRef<Ticket>>(
    tickets: impl IntoIterator<Item = T>,
    rule: &Rule,
    now: UnixTime,
) -> impl Iterator<Item = T> {
    let rule = OneRule::of(rule);
    tickets.into_iter().filter(move |ticket| {
        rule.as_ref().is_some_and(|rule| ticket.as_ref().is_refused_by(rule, now))
    })
}

impl AsRef<Self> for Ticket {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expires_at = self.claims.set.expires_at.map(|time| time.at);
        f.debug_struct("Ticket").field("expires_at", &expires_at).finish_non_exhaustive()
    }
}
