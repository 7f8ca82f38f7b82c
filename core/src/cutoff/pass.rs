//! The cutoff stage: is the token still good, or has it been taken back?

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::facts::Facts;
use super::freshness::Freshness;
use super::horizon::Horizon;
use super::matching::{Damaged, Named, RuleSet};
use super::rule::{Rule, Until};
use super::status;
use super::summary::Found;
use crate::claims::Claims;
use crate::observer::{FirstFailure, Observer, limited};
use crate::policy::{CutoffPolicy, MissingAuthTime, Permitted, SameSecond};
use crate::reason::{Code, Reason, Revoked, Stage, Unavailable};
use crate::rejection::{Rejection, Remedy};
use crate::time::{Seconds, TokenTime, UnixTime};

/// Something about an accepted token that its owner should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// A rule or the policy asked when the user logged in; the token does not say (`auth_time`), and
    /// `iat` stood for it. A refresh gives a new `iat`, so it evades a login cutoff.
    IssuedAtForAuthTime,
    /// The token names a status list (`status`), and nobody was asked: no lists were given with the rules
    /// ([`RuleSet::with_status`]).
    StatusNotAsked,
}

impl Note {
    /// The word, equal in every language: `issued_at_for_auth_time`, `status_not_asked`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IssuedAtForAuthTime => "issued_at_for_auth_time",
            Self::StatusNotAsked => "status_not_asked",
        }
    }
}

/// What the owner should know of the way in which a token passed.
#[derive(Clone, Copy)]
pub(crate) struct Passed {
    pub(crate) note: Option<Note>,
    pub(crate) freshness: Freshness,
    /// Was somebody there to ask about its status?
    pub(crate) status_asked: bool,
}

/// A token that no rule refuses.
pub(crate) struct Live {
    pub(crate) claims: Arc<Claims>,
    pub(crate) passed: Passed,
}

/// A rule that matches a token, as an explanation lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatchedRule {
    /// The kind of rule: `issued_before`, `authenticated_before`, `revoked`, `suspended`.
    pub rule: &'static str,
    /// The dimensions of its target, by name.
    pub target: String,
    /// What it says of this token; `None`: it lets it pass.
    pub code: Option<Code>,
    /// What was compared.
    pub compared: String,
    /// The rules of this kind and target, with their ids and reasons; none from an index, which keeps none.
    pub rules: Vec<Rule>,
}

/// Asks the rules. Only a token that none refuses becomes [`Live`].
pub(crate) fn pass(
    permitted: Permitted,
    rules: &(impl RuleSet + ?Sized),
    policy: &CutoffPolicy,
    now: UnixTime,
) -> Result<Live, Rejection> {
    let claims = permitted.claims;
    let facts = Facts { claims: &claims.set, key_id: claims.key_id(), policy };
    let passed = check(&facts, rules, now, &mut FirstFailure, None)?;
    Ok(Live { claims, passed })
}

/// Every check of the stage, in its order. `listed` collects the rules that match.
pub(crate) fn check(
    facts: &Facts<'_>,
    rules: &(impl RuleSet + ?Sized),
    now: UnixTime,
    observer: &mut impl Observer,
    mut listed: Option<&mut Vec<MatchedRule>>,
) -> Result<Passed, Rejection> {
    let mut asked = Asked { facts, now, note: None };
    let freshness = rules.source().freshness(now);
    observer
        .check(Stage::Cutoff, "freshness", fresh_enough(freshness), || freshness.to_string())?;
    let horizon = rules.horizon();
    let floors = asked.above_floors(&horizon);
    observer.check(Stage::Cutoff, "floors", floors, || horizon.to_string())?;
    let age = asked.session_age();
    observer.check(Stage::Cutoff, "session age", age, || {
        if facts.policy.max_session.is_none() {
            return String::from("no limit");
        }
        let since = facts.claims.authenticated_at.or(facts.claims.issued_at);
        let since = since.map(|time| now.since(time.at));
        let login = Asked { facts, now, note: None }.describe_login();
        format!("{login}; {}", limited("session age", since, facts.policy.max_session))
    })?;
    let source = rules.status();
    let status = status::ask(facts.claims, source, now);
    observer.check(Stage::Cutoff, "status", status.verdict(), || status.describe(facts.claims))?;
    let mut matches = 0_usize;
    let outcome = asked.rules(rules, |rule| {
        matches = matches.saturating_add(1);
        if let Some(listed) = listed.as_deref_mut() {
            listed.push(rule());
        }
    });
    observer.check(Stage::Cutoff, "rules", outcome, || format!("rules that match: {matches}"))?;
    Ok(Passed { note: asked.note, freshness, status_asked: source.is_some() })
}

/// The rules alone, whatever else may stand against the token.
pub(crate) fn check_rules(
    facts: &Facts<'_>,
    rules: &(impl RuleSet + ?Sized),
    now: UnixTime,
) -> Result<(), Rejection> {
    Asked { facts, now, note: None }.rules(rules, |_| {})
}

/// How long a client waits that met rules which could not be asked: about as long as a reload takes.
const RETRY_SECONDS: u32 = 5;

/// May rules so old decide?
fn fresh_enough(freshness: Freshness) -> Result<(), Rejection> {
    let unavailable = match freshness {
        Freshness::Fresh | Freshness::Stale(_) => return Ok(()),
        Freshness::Blind => Unavailable::Blind,
        Freshness::Expired(None) => Unavailable::ClockBehind,
        Freshness::Expired(Some(age)) => {
            Unavailable::Expired { age: i64::try_from(age.as_millis()).unwrap_or(i64::MAX) }
        }
    };
    Err(self::unavailable(unavailable))
}

fn unavailable(why: Unavailable) -> Rejection {
    Rejection::new(Reason::RulesUnavailable(why)).retry_in(RETRY_SECONDS)
}

/// What one rule says of a token that it refuses, and what would satisfy it.
struct Verdict {
    reason: Reason,
    remedy: Remedy,
    /// No token and no login satisfies it before.
    until: Option<UnixTime>,
    /// A login within so many seconds does, for remedy Reauthenticate.
    max_age: u32,
}

impl Verdict {
    /// `session_revoked > token_revoked > claim_missing > suspended`, within a code `Reauthenticate >
    /// Refresh > WaitUntil`.
    fn weight(&self) -> u8 {
        match (self.reason.code(), self.remedy) {
            (Code::SessionRevoked, _) => 6,
            (Code::TokenRevoked, Remedy::Reauthenticate) => 5,
            (Code::TokenRevoked, Remedy::Refresh) => 4,
            (Code::TokenRevoked, _) => 3,
            (Code::ClaimMissing, _) => 2,
            _ => 1,
        }
    }

    /// The worse of two; of equals one that satisfies both.
    fn or_worse(self, other: Self) -> Self {
        match self.weight().cmp(&other.weight()) {
            core::cmp::Ordering::Greater => self,
            core::cmp::Ordering::Less => other,
            core::cmp::Ordering::Equal => {
                let (max_age, until) =
                    (self.max_age.min(other.max_age), self.until.max(other.until));
                let remedy = match (self.remedy, until) {
                    (Remedy::WaitUntil(_), Some(until)) => Remedy::WaitUntil(until),
                    (remedy, _) => remedy,
                };
                // The reason of the later cutoff, whichever came first.
                let reason = if other.until > self.until { other.reason } else { self.reason };
                Self { reason, remedy, until, max_age }
            }
        }
    }

    fn rejection(self, now: UnixTime) -> Rejection {
        let rejection = Rejection::new(self.reason).remedied_by(self.remedy);
        match (self.remedy, self.until) {
            (Remedy::WaitUntil(until), _) => rejection.wait_until(until, now),
            (Remedy::Reauthenticate, Some(until)) => {
                rejection.login_within(self.max_age).not_before(until, now)
            }
            (Remedy::Reauthenticate, None) => rejection.login_within(self.max_age),
            _ => rejection,
        }
    }
}

/// When the user logged in, and which claim says so.
struct Login {
    claim: &'static str,
    time: TokenTime,
}

/// One token before the rules.
struct Asked<'f, 'c> {
    facts: &'f Facts<'c>,
    now: UnixTime,
    note: Option<Note>,
}

impl Asked<'_, '_> {
    /// `auth_time`, or what the policy lets stand for it; else why there is neither.
    fn login(&mut self) -> Result<Login, Reason> {
        let claims = self.facts.claims;
        match (claims.authenticated_at, self.facts.policy.missing_auth_time) {
            (Some(time), _) => Ok(Login { claim: "auth_time", time }),
            (None, MissingAuthTime::Refuse) => Err(Reason::NoAuthenticationTime),
            (None, MissingAuthTime::UseIssuedAt) => {
                // Without either, logging in again would not help: the next token lacks them too.
                let time = claims.issued_at.ok_or(Reason::NoIssuedAt)?;
                self.note = Some(Note::IssuedAtForAuthTime);
                Ok(Login { claim: "iat", time })
            }
        }
    }

    /// Is the token above what was forgotten?
    fn above_floors(&mut self, horizon: &Horizon) -> Result<(), Rejection> {
        let claims = self.facts.claims;
        if let Some(floor) = horizon.floor.map(UnixTime::from_millis) {
            // Without `iat` nobody can tell whether a rule about the token was forgotten.
            let iat = claims.issued_at.ok_or_else(|| Rejection::new(Reason::NoIssuedAt))?.at;
            if iat < floor {
                return Err(Rejection::new(Reason::BelowFloor { iat, floor }));
            }
        }
        if let Some(pruned_at) = horizon.pruned_at {
            let (own, least) = (self.facts.policy.leeway, horizon.leeway.unwrap_or(0));
            let gone = match claims.expires_at {
                Some(exp) => exp.at.as_millis().saturating_add(least.min(own)) <= pruned_at,
                // Without `exp` nobody can tell whether a tombstone of the token was forgotten, unless
                // it would be over by now: it ended by `pruned_at - least`.
                None => {
                    let over = pruned_at.saturating_sub(least).saturating_add(own);
                    self.now.as_millis() < over
                }
            };
            if gone {
                let pruned_at = UnixTime::from_millis(pruned_at);
                let expires_at = claims.expires_at.map(|exp| exp.at);
                return Err(Rejection::new(Reason::ExpiredByPrune { expires_at, pruned_at }));
            }
        }
        let Some(floor) = horizon.login_floor.map(UnixTime::from_millis) else { return Ok(()) };
        if claims.is_machine() {
            return Ok(());
        }
        // A login as long ago as the floor would be too old for a session that may last shorter.
        let longest = self.facts.policy.max_session.map(|limit| limit.div_euclid(1000));
        let longest = longest.map_or(u32::MAX, |limit| u32::try_from(limit).unwrap_or(u32::MAX));
        let max_age = self.seconds_since(floor).min(longest);
        match self.login() {
            Ok(Login { time, .. }) if time.at >= floor => Ok(()),
            Ok(Login { claim, time }) => {
                let reason = Reason::LoginBelowFloor { claim, at: time.at, floor };
                Err(Rejection::new(reason).login_within(max_age))
            }
            Err(reason) => Err(Rejection::new(reason).login_within(max_age)),
        }
    }

    /// Whole seconds from `time` to now, at least 0.
    fn seconds_since(&self, time: UnixTime) -> u32 {
        let seconds = self.now.since(time).max(0).div_euclid(1000);
        u32::try_from(seconds).unwrap_or(u32::MAX)
    }

    fn session_age(&mut self) -> Result<(), Rejection> {
        let Some(limit) = self.facts.policy.max_session else { return Ok(()) };
        if self.facts.claims.is_machine() {
            return Ok(());
        }
        let leeway = self.facts.policy.leeway;
        let max_age = u32::try_from(limit.div_euclid(1000)).unwrap_or(u32::MAX);
        let reason = match self.login() {
            Ok(Login { time, .. }) if self.now.since(time.at) < limit.saturating_add(leeway) => {
                return Ok(());
            }
            Ok(Login { time, .. }) => Reason::SessionAge { since: time.at, limit, leeway },
            Err(reason) => reason,
        };
        Err(Rejection::new(reason).login_within(max_age))
    }

    /// What all rules that match say together. `list` hears of each, and may have it described.
    fn rules(
        &mut self,
        rules: &(impl RuleSet + ?Sized),
        mut list: impl FnMut(&dyn Fn() -> MatchedRule),
    ) -> Result<(), Rejection> {
        let mut worst: Option<Verdict> = None;
        let read = rules.matching(self.facts, &mut |target, found| {
            let verdict = self.ask(found);
            let Asked { facts, now, .. } = *self;
            list(&|| describe(target(), found, &mut Asked { facts, now, note: None }));
            worst = match (worst.take(), verdict) {
                (Some(worst), Some(verdict)) => Some(worst.or_worse(verdict)),
                (worst, verdict) => worst.or(verdict),
            };
        });
        match (read, worst) {
            (Err(Damaged), _) => Err(unavailable(Unavailable::Damaged)),
            (Ok(()), Some(verdict)) => Err(verdict.rejection(self.now)),
            (Ok(()), None) => Ok(()),
        }
    }

    /// What an explanation shows of the login.
    fn describe_login(&mut self) -> String {
        match self.login() {
            Ok(Login { claim: "iat", time }) => format!("iat {} stands for auth_time", time.at),
            Ok(Login { claim, time }) => format!("{claim} {}", time.at),
            Err(reason) => reason.to_string(),
        }
    }

    /// What one kind of rule of one target says; `None`: it lets the token pass.
    fn ask(&mut self, found: Found) -> Option<Verdict> {
        match found {
            Found::IssuedBefore { low, high } => {
                let (low_time, high_time) =
                    (UnixTime::from_millis(low), UnixTime::from_millis(high));
                let Some(time) = self.facts.claims.issued_at else {
                    let remedy = Remedy::None;
                    return Some(Verdict {
                        reason: Reason::NoIssuedAt,
                        remedy,
                        until: None,
                        max_age: 0,
                    });
                };
                let same_second = self.before(time, low, high)?;
                let reason = Revoked::Before {
                    claim: "iat",
                    at: time.at,
                    low: low_time,
                    high: high_time,
                    same_second,
                };
                let until = high_time.round_up_to_second();
                // A refresh within the cutoff's own second, or before it, gives a token that is refused
                // again: the client has to wait, and is told how long.
                let remedy = if same_second || self.now < high_time {
                    Remedy::WaitUntil(until)
                } else {
                    Remedy::Refresh
                };
                let reason = Reason::RevokedToken(reason);
                Some(Verdict { reason, remedy, until: Some(until), max_age: 0 })
            }
            Found::AuthenticatedBefore { low, high, names_client } => {
                if self.facts.claims.is_machine() && !names_client {
                    return None;
                }
                let (low_time, high_time) =
                    (UnixTime::from_millis(low), UnixTime::from_millis(high));
                let reason = match self.login() {
                    Err(reason) => reason,
                    Ok(Login { claim, time }) => {
                        let same_second = self.before(time, low, high)?;
                        let at = time.at;
                        Reason::RevokedSession(Revoked::Before {
                            claim,
                            at,
                            low: low_time,
                            high: high_time,
                            same_second,
                        })
                    }
                };
                let max_age = self.seconds_since(high_time);
                let remedy = match reason {
                    Reason::NoIssuedAt => Remedy::None,
                    _ => Remedy::Reauthenticate,
                };
                Some(Verdict { reason, remedy, until: Some(high_time), max_age })
            }
            Found::Revoked { until, session } => {
                let over = match until {
                    Until::Never => false,
                    Until::Time(time) => self.now.since(time) >= self.facts.policy.leeway,
                };
                let reason = match session {
                    true => Reason::RevokedSession(Revoked::Id),
                    false => Reason::RevokedToken(Revoked::Id),
                };
                let remedy = Remedy::Reauthenticate;
                (!over).then_some(Verdict { reason, remedy, until: None, max_age: 0 })
            }
            Found::Suspended => {
                let remedy = Remedy::Stop;
                Some(Verdict { reason: Reason::Suspended, remedy, until: None, max_age: 0 })
            }
        }
    }

    /// Does the time lie before the cutoff? `Some(true)`: it cannot be told, and the policy refuses.
    fn before(&self, time: TokenTime, low: i64, high: i64) -> Option<bool> {
        if time.end() <= low {
            Some(false)
        } else if time.at.as_millis() >= high || self.facts.policy.same_second == SameSecond::Accept
        {
            None
        } else {
            Some(true)
        }
    }
}

/// A rule that matches, for an explanation: what it says, what the token says, what follows.
fn describe(named: Named, found: Found, asked: &mut Asked<'_, '_>) -> MatchedRule {
    let before = |low: i64, high: i64| match high.saturating_sub(low) {
        0 => format!("before {}", Seconds(low)),
        _ => format!("before some instant from {} to {}", Seconds(low), Seconds(high)),
    };
    let claims = asked.facts.claims;
    let (rule, says, compared) = match found {
        Found::IssuedBefore { low, high } => {
            let iat = claims.issued_at.map(|time| format!("iat {}", time.at));
            ("issued_before", before(low, high), iat.unwrap_or_else(|| "no iat".to_string()))
        }
        Found::AuthenticatedBefore { names_client: false, low, high } if claims.is_machine() => (
            "authenticated_before",
            before(low, high),
            "no login: a client's own token".to_string(),
        ),
        Found::AuthenticatedBefore { low, high, .. } => {
            ("authenticated_before", before(low, high), asked.describe_login())
        }
        Found::Revoked { until: Until::Never, .. } => {
            ("revoked", "for ever".to_string(), String::new())
        }
        Found::Revoked { until: Until::Time(time), .. } => {
            ("revoked", format!("until {time}"), format!("now {}", asked.now))
        }
        Found::Suspended => ("suspended", "on".to_string(), String::new()),
    };
    let verdict = asked.ask(found);
    let code = verdict.map(|verdict| verdict.reason.code());
    let separator = if compared.is_empty() { "" } else { "; " };
    let compared = format!("{says}{separator}{compared}");
    let target = named.target.map(|target| target.describe()).unwrap_or_default();
    let mut rules = named.rules;
    rules.retain(|own| own.kind_word() == rule);
    MatchedRule { rule, target, code, compared, rules }
}
