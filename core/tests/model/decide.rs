//! What a token is told.

use core::cmp::Ordering;

use lowwater::{Remedy, UnixTime};

use super::policy::Terms;
use super::rule::{Cutoff, Rule, What};
use super::state::{Age, State};
use super::token::{Stamp, Token};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Accepted(Age),
    Refused(&'static str, Remedy, Told),
}

/// What a challenge tells beside the remedy, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub retry_after: Option<i64>,
    pub max_age: Option<i64>,
}

impl Answer {
    pub const fn is_refusal(self) -> bool {
        matches!(self, Self::Refused(..))
    }

    pub fn untold(self) -> Self {
        match self {
            Self::Refused(code, remedy, _) => refused(code, remedy),
            Self::Accepted(_) => self,
        }
    }
}

/// What a token lacks that a rule needs.
#[derive(Clone, Copy)]
enum Missing {
    Issued,
    Login,
}

impl Missing {
    const fn refused(self, max_age: i64) -> Answer {
        match self {
            Self::Issued => CLAIM_MISSING,
            Self::Login => session_revoked(None, max_age),
        }
    }
}

const CLAIM_MISSING: Answer = refused("claim_missing", Remedy::None);

const fn refused(code: &'static str, remedy: Remedy) -> Answer {
    Answer::Refused(code, remedy, Told { retry_after: None, max_age: None })
}

const fn session_revoked(retry_after: Option<i64>, max_age: i64) -> Answer {
    let told = Told { retry_after, max_age: Some(max_age) };
    Answer::Refused("session_revoked", Remedy::Reauthenticate, told)
}

fn wait(code: &'static str, until: i64, now: i64) -> Answer {
    let told = Told { retry_after: Some(seconds_until(until, now)), max_age: None };
    Answer::Refused(code, Remedy::WaitUntil(UnixTime::from_millis(until)), told)
}

/// Rounded up; a challenge has 32 bits for them.
fn seconds_until(then: i64, now: i64) -> i64 {
    ((then - now).max(0).saturating_add(999) / 1000).min(u32::MAX.into())
}

/// Rounded down.
fn seconds_since(then: i64, now: i64) -> i64 {
    ((now - then).max(0) / 1000).min(u32::MAX.into())
}

/// Is what was forgotten asked for?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floors {
    Heeded,
    /// The model keeps every rule, so it can do without.
    Ignored,
}

/// The answer to a token at an instant.
pub fn decide(state: &State, terms: &Terms, token: &Token, now: i64, floors: Floors) -> Answer {
    permitted(terms, token, now)
        .and_then(|()| match state.age(now) {
            Age::Unavailable => Err(refused("rules_unavailable", Remedy::RetryLater)),
            age => Ok(age),
        })
        .and_then(|age| {
            if floors == Floors::Heeded {
                above_floors(state, terms, token, now)?;
            }
            young_enough(terms, token, now)?;
            unruled(state, terms, token, now)?;
            Ok(Answer::Accepted(age))
        })
        .unwrap_or_else(|refused| refused)
}

/// The times of the policy: `exp`, `iat` with `auth_time`, lifetime.
fn permitted(terms: &Terms, token: &Token, now: i64) -> Result<(), Answer> {
    let bounded = terms.max_lifetime.is_some();
    match &token.expires {
        Some(expires) if now >= expires.at + terms.leeway => {
            return Err(refused("token_expired", Remedy::Refresh));
        }
        None if bounded => return Err(CLAIM_MISSING),
        _ => {}
    }
    if bounded && token.issued.is_none() {
        return Err(CLAIM_MISSING);
    }
    for time in [&token.issued, &token.login].into_iter().flatten() {
        if time.at > now + terms.leeway {
            return Err(wait("issued_in_future", time.at - terms.leeway, now));
        }
    }
    match (terms.max_lifetime, &token.expires, &token.issued) {
        (Some(longest), Some(expires), Some(issued)) if expires.at - issued.at > longest => {
            Err(refused("lifetime_too_long", Remedy::None))
        }
        _ => Ok(()),
    }
}

/// `auth_time`, or what stands for it.
fn login<'t>(terms: &Terms, token: &'t Token) -> Result<&'t Stamp, Missing> {
    match &token.login {
        Some(login) => Ok(login),
        None if terms.refuse_missing_login => Err(Missing::Login),
        None => token.issued.as_ref().ok_or(Missing::Issued),
    }
}

fn above_floors(state: &State, terms: &Terms, token: &Token, now: i64) -> Result<(), Answer> {
    let below = refused("issued_before_floor", Remedy::Refresh);
    let horizon = state.horizon;
    match (horizon.floor, &token.issued) {
        (Some(_), None) => return Err(CLAIM_MISSING),
        (Some(floor), Some(issued)) if issued.at < floor => return Err(below),
        _ => {}
    }
    if let (Some(leeway), Some(pruned_at)) = (horizon.leeway, horizon.pruned_at) {
        let gone = match &token.expires {
            Some(expires) => expires.at + leeway.min(terms.leeway) <= pruned_at,
            // The design is silent. A forgotten tombstone ended by `pruned_at - leeway`, so it could
            // have refused such a token until then.
            None => now < pruned_at - leeway + terms.leeway,
        };
        if gone {
            return Err(below);
        }
    }
    let Some(floor) = horizon.login_floor.filter(|_| !token.is_machine()) else { return Ok(()) };
    // A login from then would not do where sessions last shorter.
    let longest = terms.max_session.map_or(i64::MAX, |longest| longest / 1000);
    let max_age = seconds_since(floor, now).min(longest);
    let login = login(terms, token).map_err(|missing| missing.refused(max_age))?;
    if login.at < floor { Err(session_revoked(None, max_age)) } else { Ok(()) }
}

fn young_enough(terms: &Terms, token: &Token, now: i64) -> Result<(), Answer> {
    let Some(longest) = terms.max_session.filter(|_| !token.is_machine()) else { return Ok(()) };
    let max_age = longest / 1000;
    let login = login(terms, token).map_err(|missing| missing.refused(max_age))?;
    let over = now >= login.at + longest + terms.leeway;
    if over { Err(session_revoked(None, max_age)) } else { Ok(()) }
}

/// The worst of what the rules say that match.
fn unruled(state: &State, terms: &Terms, token: &Token, now: i64) -> Result<(), Answer> {
    let matching: Vec<&Rule> = state
        .rules
        .iter()
        .map(|held| &held.rule)
        .filter(|rule| rule.target.matches(token, terms))
        .collect();
    let one_thing = |one: &Rule, other: &Rule| {
        one.target.same(&other.target) && one.what.same_kind(&other.what)
    };
    let mut worst: Option<Answer> = None;
    for (number, first) in matching.iter().enumerate() {
        if matching.iter().take(number).any(|rule| one_thing(rule, first)) {
            continue;
        }
        let merged: Vec<&Rule> =
            matching.iter().copied().filter(|rule| one_thing(rule, first)).collect();
        if let Some(said) = says(&merged, terms, token, now) {
            worst = Some(worst.map_or(said, |worst| worse(worst, said)));
        }
    }
    worst.map_or(Ok(()), Err)
}

/// What the rules of one target and kind say together.
fn says(rules: &[&Rule], terms: &Terms, token: &Token, now: i64) -> Option<Answer> {
    let first = rules.first()?;
    match first.what {
        What::IssuedBefore(_) => {
            let (low, high) = reach(rules, token)?;
            let Some(issued) = &token.issued else { return Some(CLAIM_MISSING) };
            let wait = || wait("token_revoked", (high + 999).div_euclid(1000) * 1000, now);
            match before(issued, low, high) {
                Before::No => None,
                Before::Yes if now >= high => Some(refused("token_revoked", Remedy::Refresh)),
                Before::Yes => Some(wait()),
                Before::SameInstant if terms.accept_same_second => None,
                Before::SameInstant => Some(wait()),
            }
        }
        What::AuthenticatedBefore(_) => {
            if token.is_machine() && !first.names_client() {
                return None;
            }
            let (low, high) = reach(rules, token)?;
            // The design is silent on a login that is missing: like one that was too early.
            let retry_after = (high > now).then(|| seconds_until(high, now));
            let too_early = session_revoked(retry_after, seconds_since(high, now));
            match login(terms, token).map(|login| before(login, low, high)) {
                Err(Missing::Issued) => Some(CLAIM_MISSING),
                Ok(Before::No) => None,
                Ok(Before::SameInstant) if terms.accept_same_second => None,
                Err(Missing::Login) | Ok(Before::Yes | Before::SameInstant) => Some(too_early),
            }
        }
        What::Revoked(_) => {
            let applies = rules.iter().any(|rule| match rule.what {
                What::Revoked(Some(until)) => now < until + terms.leeway,
                _ => true,
            });
            let session = first.names_session_or_device();
            let code = if session { "session_revoked" } else { "token_revoked" };
            let told = Told { retry_after: None, max_age: Some(0) };
            applies.then_some(Answer::Refused(code, Remedy::Reauthenticate, told))
        }
        What::Suspended { .. } => {
            let of = |rule: &&Rule| match rule.what {
                What::Suspended { on, version } => (version, on),
                _ => (0, false),
            };
            let (_, on) = rules.iter().map(of).max()?;
            on.then_some(refused("suspended", Remedy::Stop))
        }
    }
}

/// The greater `low` and the greater `high`, each for itself, of the rules that do not except the token.
fn reach(rules: &[&Rule], token: &Token) -> Option<(i64, i64)> {
    let counted: Vec<&Cutoff> = rules
        .iter()
        .filter_map(|rule| rule.what.cutoff())
        .filter(|cutoff| !cutoff.excepts(token))
        .collect();
    let low = counted.iter().map(|cutoff| cutoff.low()).max()?;
    let high = counted.iter().map(|cutoff| cutoff.high()).max()?;
    Some((low, high))
}

enum Before {
    Yes,
    No,
    SameInstant,
}

const fn before(time: &Stamp, low: i64, high: i64) -> Before {
    if time.at + time.resolution <= low {
        Before::Yes
    } else if time.at >= high {
        Before::No
    } else {
        Before::SameInstant
    }
}

/// `session_revoked > token_revoked > claim_missing > suspended`, then Reauthenticate, Refresh,
/// WaitUntil; of equals what satisfies both: the longer wait, the younger login.
fn worse(one: Answer, other: Answer) -> Answer {
    let (Answer::Refused(code, remedy, told), Answer::Refused(_, other_remedy, other_told)) =
        (one, other)
    else {
        return one;
    };
    match rank(one).cmp(&rank(other)) {
        Ordering::Less => one,
        Ordering::Greater => other,
        Ordering::Equal => {
            let remedy = match (remedy, other_remedy) {
                (Remedy::WaitUntil(one), Remedy::WaitUntil(two)) => Remedy::WaitUntil(one.max(two)),
                _ => remedy,
            };
            let told = Told {
                retry_after: told.retry_after.max(other_told.retry_after),
                max_age: told.max_age.min(other_told.max_age),
            };
            Answer::Refused(code, remedy, told)
        }
    }
}

/// The worst first.
fn rank(answer: Answer) -> Option<(usize, usize)> {
    let Answer::Refused(code, remedy, _) = answer else { return None };
    let codes = ["session_revoked", "token_revoked", "claim_missing", "suspended"];
    let remedy = match remedy {
        Remedy::Reauthenticate => 0,
        Remedy::Refresh => 1,
        Remedy::WaitUntil(_) => 2,
        _ => 3,
    };
    Some((codes.iter().position(|known| *known == code)?, remedy))
}
