//! One rule: a target, and what it says of the tokens that match.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use core::fmt;
use core::time::Duration;

use super::rule_json;
use super::target::Target;
use crate::error::ConfigError;
use crate::json::MAX_SAFE_INTEGER;
use crate::time::{At, LAST_MILLIS, UnixTime};

/// The most ids that one cutoff can except: "log out everywhere but here" names one.
pub(super) const MAX_EXCEPTIONS: usize = 8;
/// As the leeway of a policy: clocks that differ by more have a fault that no guard mends.
const MAX_SKEW_GUARD: i64 = 300_000;
const MAX_VERSION: u64 = MAX_SAFE_INTEGER.unsigned_abs();

/// The last instant at which a token of a tombstone's target could be valid.
///
/// ```
/// use lowwater::{Rule, Target, UnixTime, Until};
///
/// let one_token = Rule::revoked(Target::token_id("t-1"), UnixTime::from_secs(1_700_000_600));
/// let stolen_key = Rule::revoked(Target::confirmation("0ZcOCORZNYy"), Until::Never);
/// # let _ = (one_token, stolen_key);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "some instant or none")]
pub enum Until {
    /// An instant: `exp` of the token, the end of the session.
    Time(UnixTime),
    /// For ever.
    Never,
}

impl From<UnixTime> for Until {
    fn from(time: UnixTime) -> Self {
        Self::Time(time)
    }
}

/// What a rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    IssuedBefore(Cutoff),
    AuthenticatedBefore(Cutoff),
    Revoked { until: Until },
    Suspended { on: bool, version: u64 },
}

/// "Before T", where T may be rounded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cutoff {
    /// T in milliseconds.
    pub(super) at: i64,
    /// 0: exact; 1000: some instant of that second.
    pub(super) resolution: i64,
    /// For a rule that another clock than the issuer's stamped.
    pub(super) skew_guard: i64,
    pub(super) except: Except,
    /// What was asked for, where `apply` brought T down.
    pub(super) raw_at: Option<i64>,
}

impl Cutoff {
    const fn new(at: At) -> Self {
        Self {
            at: at.millis(),
            resolution: at.resolution(),
            skew_guard: 0,
            except: Except { sessions: BTreeSet::new(), token_ids: BTreeSet::new() },
            raw_at: None,
        }
    }
}

/// Ids that a cutoff does not touch.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Except {
    pub(super) sessions: BTreeSet<Box<str>>,
    pub(super) token_ids: BTreeSet<Box<str>>,
}

impl fmt::Debug for Except {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Except({} sessions, {} tokens)", self.sessions.len(), self.token_ids.len())
    }
}

impl Except {
    pub(super) fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.token_ids.is_empty()
    }
}

/// One rule: a target, what it says, and for people an id and a reason.
///
/// Which one? *This access is over, a new token is fine*: [`issued_before`](Self::issued_before). *The
/// user has to log in again*: [`authenticated_before`](Self::authenticated_before); it needs
/// `auth_time`, which most issuers leave out of access tokens (see
/// [`MissingAuthTime`](crate::MissingAuthTime)). *This one session, token, device*:
/// [`revoked`](Self::revoked). *This account may not act for now*: [`suspended`](Self::suspended).
///
/// Mistakes in a rule are told by [`Cutoffs::apply`](crate::Cutoffs::apply), not here, so that a rule
/// can be written down in one expression.
///
/// ```
/// use lowwater::{Rule, Target, UnixTime};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let everywhere_but_here = Rule::authenticated_before(Target::subject("auth0|42"), now)
///     .except_session("s-1")
///     .with_id("r-17")
///     .with_reason("device stolen");
/// let suspended = Rule::suspended(Target::subject("auth0|42"), true, 1);
/// # let _ = (everywhere_but_here, suspended);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Rule {
    pub(super) target: Target,
    pub(super) kind: Kind,
    pub(super) id: Option<Box<str>>,
    pub(super) reason: Option<Box<str>>,
    /// A member was set that this kind does not have.
    stray: Option<&'static str>,
}

impl Rule {
    pub(super) const fn new(target: Target, kind: Kind) -> Self {
        Self { target, kind, id: None, reason: None, stray: None }
    }

    /// Refuse tokens issued (`iat`) before `at`: `token_revoked`. A refresh gives a token that passes.
    ///
    /// A `UnixTime` counts as exact to the millisecond; where T came as a whole second, say
    /// [`At::Second`], or a token of the rest of that second passes.
    ///
    /// For a changed role, an application whose access was withdrawn, a leaked token.
    ///
    /// Most issuers write `iat` in whole seconds. A token of the cutoff's own second cannot be told
    /// from one before it and is refused, for up to a second, with `Retry-After`;
    /// [`SameSecond`](crate::SameSecond) decides otherwise.
    pub fn issued_before(target: Target, at: impl Into<At>) -> Self {
        Self::new(target, Kind::IssuedBefore(Cutoff::new(at.into())))
    }

    /// Refuse tokens whose user logged in (`auth_time`) before `at`: `session_revoked`. A refresh keeps
    /// `auth_time`, so a stolen refresh token does not help: the user has to log in again.
    ///
    /// For a stolen device, a changed password, "log out everywhere".
    pub fn authenticated_before(target: Target, at: impl Into<At>) -> Self {
        Self::new(target, Kind::AuthenticatedBefore(Cutoff::new(at.into())))
    }

    /// Refuse one id (token, session, key, device key) until the last instant at which a token of it
    /// could be valid: its `exp`, the end of the session, or [`Until::Never`]. It is an end, not a start:
    /// what is revoked is refused at once. With an `until` that has passed the rule refuses nothing after
    /// the leeway ([`Change::Ended`](crate::Change::Ended) says so).
    pub fn revoked(target: Target, until: impl Into<Until>) -> Self {
        Self::new(target, Kind::Revoked { until: until.into() })
    }

    /// Suspend an account, or end its suspension: 403, never 401, for the token is fine.
    ///
    /// Of several the highest `version` counts (0 to 2^53 - 1); at equal versions, on. Keep a counter, or
    /// take the milliseconds since 1970; an end with the version of its beginning ends nothing
    /// ([`Change::AlreadyHeld`](crate::Change::AlreadyHeld)).
    pub fn suspended(target: Target, on: bool, version: u64) -> Self {
        Self::new(target, Kind::Suspended { on, version })
    }

    /// Reads a rule from JSON. Unknown members, unclear values and everything else that is not exactly
    /// a rule are refused.
    ///
    /// ```
    /// use lowwater::Rule;
    ///
    /// let rule = Rule::from_json(r#"{"rule": "issued_before", "at": 1700000000.4,
    ///     "target": {"issuer": "https://i.example/", "subject": "u1"}, "id": "r-17"}"#)?;
    /// let mistake = Rule::from_json(r#"{"rule": "issued_before", "target": {"subject": "u1"}}"#);
    /// assert_eq!(
    ///     mistake.unwrap_err().to_string(),
    ///     "the rule cannot be read at byte 0: `at` is missing",
    /// );
    /// # let _ = rule;
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// The position in the text and what was expected there.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        let rule = rule_json::read(json)?;
        rule.check()?;
        Ok(rule)
    }

    fn with_cutoff(mut self, mistake: &'static str, change: impl FnOnce(&mut Cutoff)) -> Self {
        match &mut self.kind {
            Kind::IssuedBefore(cutoff) | Kind::AuthenticatedBefore(cutoff) => change(cutoff),
            _ => self.stray = Some(mistake),
        }
        self
    }

    /// Leaves the tokens of one session (`sid`) alone: "log out everywhere but here". Cutoffs only, at
    /// most eight exceptions together.
    pub fn except_session(self, session: &str) -> Self {
        self.with_cutoff("only cutoffs have exceptions", |cutoff| {
            cutoff.except.sessions.insert(session.into());
        })
    }

    /// Leaves one token (`jti`) alone. Cutoffs only, at most eight exceptions together.
    pub fn except_token_id(self, token_id: &str) -> Self {
        self.with_cutoff("only cutoffs have exceptions", |cutoff| {
            cutoff.except.token_ids.insert(token_id.into());
        })
    }

    /// Moves a cutoff up by 0 to 300 s: for a rule stamped by another clock than the issuer's. An
    /// issuer whose clock is ahead by g wants a guard of g; one that rounds `iat` wants 1 s.
    pub fn skew_guard(self, guard: Duration) -> Self {
        // A guard finer than a millisecond is rounded up: it never refuses less than was asked for.
        let millis = i64::try_from(guard.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX);
        self.with_cutoff("only cutoffs have a `skew_guard`", |cutoff| cutoff.skew_guard = millis)
    }

    /// Names the rule, for people and for undoing it. Several rules may share an id.
    pub fn with_id(mut self, id: &str) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Says why, for people.
    pub fn with_reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Which kind it is, as its JSON says: `issued_before`, `authenticated_before`, `revoked`, `suspended`.
    #[must_use]
    pub const fn kind_word(&self) -> &'static str {
        match self.kind {
            Kind::IssuedBefore(_) => "issued_before",
            Kind::AuthenticatedBefore(_) => "authenticated_before",
            Kind::Revoked { .. } => "revoked",
            Kind::Suspended { .. } => "suspended",
        }
    }

    /// Whom the rule names.
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// Its id, if it has one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Why it was made, if it says so.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// A cutoff after `latest` falls there; tells whether it did.
    pub(super) fn bring_down_to(&mut self, latest: i64) -> bool {
        match &mut self.kind {
            Kind::IssuedBefore(cutoff) | Kind::AuthenticatedBefore(cutoff)
                if cutoff.at > latest =>
            {
                cutoff.raw_at = cutoff.raw_at.or(Some(cutoff.at));
                cutoff.at = latest;
                true
            }
            _ => false,
        }
    }

    /// A tombstone whose end is there: somebody may have taken `until` for "since".
    pub(super) fn ended_by(&self, now: UnixTime) -> bool {
        matches!(self.kind, Kind::Revoked { until: Until::Time(until) } if until <= now)
    }

    /// A whole second is one, unless it was brought down: no text would say it otherwise.
    pub(super) fn is_written_so(&self) -> bool {
        match &self.kind {
            Kind::IssuedBefore(cutoff) | Kind::AuthenticatedBefore(cutoff) => {
                let written = cutoff.raw_at.unwrap_or(cutoff.at);
                cutoff.resolution == 0 || written.rem_euclid(1000) == 0
            }
            _ => true,
        }
    }

    /// What was asked for, where `apply` brought a cutoff down.
    pub(super) fn raw_at(&self) -> Option<i64> {
        match &self.kind {
            Kind::IssuedBefore(cutoff) | Kind::AuthenticatedBefore(cutoff) => cutoff.raw_at,
            _ => None,
        }
    }

    /// Is this a rule that can be applied?
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |expected| Err(ConfigError::Rule { expected });
        if let Some(stray) = self.stray {
            return wrong(stray);
        }
        self.target.check()?;
        match &self.kind {
            Kind::IssuedBefore(cutoff) | Kind::AuthenticatedBefore(cutoff) => {
                if !(0..=LAST_MILLIS).contains(&cutoff.at) {
                    return wrong("`at` lies in the years 1970 to 9999, in seconds");
                }
                if !(0..=MAX_SKEW_GUARD).contains(&cutoff.skew_guard) {
                    return wrong("`skew_guard` is 0 to 300 seconds");
                }
                let except = &cutoff.except;
                if except.sessions.len().saturating_add(except.token_ids.len()) > MAX_EXCEPTIONS {
                    return wrong("a cutoff excepts at most 8 ids");
                }
                Ok(())
            }
            Kind::Revoked { until: Until::Time(time) }
                if !(0..=LAST_MILLIS).contains(&time.as_millis()) =>
            {
                wrong("`until` lies in the years 1970 to 9999, in seconds, or is `never`")
            }
            Kind::Suspended { version, .. } if *version > MAX_VERSION => {
                wrong("`version` is 0 to 2^53 - 1")
            }
            _ => Ok(()),
        }
    }
}
