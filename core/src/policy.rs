//! What this API asks of a token, beyond a good signature.

mod draft;
mod json;
mod kinds;
mod retention;
mod token_type;

pub(crate) use self::draft::{Draft, List, span};
pub use self::retention::Retention;
pub(crate) use self::token_type::KIND;
pub use self::token_type::TokenType;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::algorithm::AlgorithmSet;
use crate::claims::{ClaimSet, Claims, Origin};
use crate::compact::Limits;
use crate::json::same_value;
use crate::observer::{FirstFailure, Observer, limited, shown};
use crate::reason::{Name, Reason, Stage};
use crate::rejection::{Challenge, Rejection};
use crate::time::{Seconds, TokenTime, UnixTime};

/// The longest leeway: clocks that differ by more than five minutes have a fault that no leeway mends.
pub(crate) const MAX_LEEWAY: i64 = 300_000;

/// What to do when a cutoff and a token fall into one instant as far as anyone can tell.
///
/// ```
/// # use lowwater::{Algorithm, Key, KeySet, MissingAuthTime, SameSecond, Validator};
/// # let keys = KeySet::from_keys([Key::from_secret(&[7; 32])?])?;
/// let validator = Validator::builder()
///     .issuer("https://issuer.example/")
///     .audience("https://api.example/")
///     .algorithms([Algorithm::Hs256])
///     .keys(keys)
///     .same_second(SameSecond::Accept)
///     .missing_auth_time(MissingAuthTime::Refuse)
///     .build()?;
/// # let _ = validator;
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum SameSecond {
    /// Refuse: the token may be older. A client that logs in within the same second waits for the next.
    #[default]
    Refuse,
    /// Accept: the token may be newer. A token stolen within the same second stays good.
    Accept,
}

/// What stands for `auth_time` where a rule needs it and the token has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum MissingAuthTime {
    /// `iat` stands for it. A refresh gives a new `iat`, so a stolen refresh token evades the rule;
    /// [`Accepted::notes`](crate::Accepted::notes) says where this happened.
    #[default]
    UseIssuedAt,
    /// The token is refused.
    Refuse,
}

/// Which values a claim may have.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// Any, also none: said aloud.
    Any,
    /// One of these, byte for byte.
    OneOf(Vec<Box<str>>),
}

impl fmt::Debug for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("Any"),
            Self::OneOf(list) => write!(f, "OneOf({})", list.len()),
        }
    }
}

impl Allowed {
    fn describe(&self) -> String {
        match self {
            Self::Any => "any".to_string(),
            Self::OneOf(list) => format!("{list:?}"),
        }
    }
}

/// What an API asks of a token: checked when it is built, then only read.
///
/// [`Validator::builder`](crate::Validator::builder) makes one in code; [`from_json`](Self::from_json)
/// reads one from a configuration file.
#[derive(Clone)]
pub struct Policy {
    pub(crate) limits: Limits,
    pub(crate) algorithms: AlgorithmSet,
    pub(crate) challenge: Arc<Challenge>,
    pub(crate) cutoff: CutoffPolicy,
    issuers: Allowed,
    audiences: Allowed,
    token_type: TokenType,
    max_lifetime: Option<i64>,
    accept_missing_exp: bool,
    accept_missing_iat: bool,
    max_age: Option<i64>,
    required: Vec<Arc<str>>,
    claim_equals: Vec<(Arc<str>, Box<str>)>,
    allow_short_secret: bool,
}

/// What the cutoff stage needs to know of the policy.
#[derive(Clone, Debug)]
pub(crate) struct CutoffPolicy {
    pub(crate) leeway: i64,
    pub(crate) same_second: SameSecond,
    pub(crate) missing_auth_time: MissingAuthTime,
    pub(crate) max_session: Option<i64>,
    pub(crate) tenant_claim: Box<str>,
    pub(crate) device_claim: Box<str>,
}

/// A token that the policy permits: what is left to ask is whether it was taken back.
pub(crate) struct Permitted {
    pub(crate) claims: Arc<Claims>,
}

impl Policy {
    /// Reads a policy from JSON: an object of the members below, nothing else.
    ///
    /// | member | value | default |
    /// |---|---|---|
    /// | `issuer` | array of strings, or `"any"` | needed |
    /// | `audience` | array of strings, or `"any"` | needed |
    /// | `algorithms` | array of names | needed |
    /// | `leeway` | seconds, 0 to 300 | 60 |
    /// | `max_lifetime` | seconds above 0, or `"unbounded"` | 86400 |
    /// | `token_type` | `"default"`, `"strict"`, `"any"`, or an array of types | `"default"` |
    /// | `missing_exp`, `missing_iat` | `"accept"` (with an unbounded lifetime) | refused |
    /// | `max_age` | seconds | off |
    /// | `required` | array of claim names | none |
    /// | `claim_equals` | object: claim name to JSON value | none |
    /// | `same_second` | `"refuse"` or `"accept"` | `"refuse"` |
    /// | `missing_auth_time` | `"use_issued_at"` or `"refuse"` | `"use_issued_at"` |
    /// | `max_session` | seconds above 0 | off |
    /// | `tenant_claim`, `device_claim` | claim name | `"org_id"`, `"device_id"` |
    /// | `max_token_bytes` | 1 to 1048576 | 16384 |
    /// | `allow_padding`, `allow_short_secret` | true or false | false |
    /// | `realm`, `resource_metadata` | strings for challenges | none |
    ///
    /// Seconds have at most three decimals.
    ///
    /// # Errors
    /// Unknown members, wrong types, unknown words, values out of bounds.
    ///
    /// ```
    /// use lowwater::Policy;
    ///
    /// let policy = Policy::from_json(r#"{"issuer": ["https://issuer.example/"],
    ///     "audience": ["https://api.example/"], "algorithms": ["RS256"], "leeway": 30}"#)?;
    /// let mistake = Policy::from_json(r#"{"issuer": "any", "audience": [], "algorithms": ["RS256"]}"#);
    /// assert_eq!(
    ///     mistake.unwrap_err().to_string(),
    ///     "`audience` must be given: one or several, none of them empty, or `any`",
    /// );
    /// # let _ = policy;
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    pub fn from_json(json: &str) -> Result<Self, crate::ConfigError> {
        json::read(json)?.finish()
    }

    /// Does the policy take tokens of this issuer?
    #[must_use]
    pub fn takes_issuer(&self, issuer: &str) -> bool {
        match &self.issuers {
            Allowed::Any => true,
            Allowed::OneOf(list) => list.iter().any(|one| **one == *issuer),
        }
    }

    /// Does the policy allow HMAC secrets shorter than their hash? Key sets are built apart from
    /// policies; this hands the switch of a configuration file on to
    /// [`KeySetBuilder::allow_short_secrets`](crate::KeySetBuilder::allow_short_secrets).
    #[must_use]
    pub const fn allows_short_secret(&self) -> bool {
        self.allow_short_secret
    }

    /// How long tokens are accepted under this policy.
    #[must_use]
    pub const fn retention(&self) -> Retention {
        let CutoffPolicy { leeway, max_session, .. } = self.cutoff;
        Retention { max_lifetime: self.max_lifetime, leeway, max_session }
    }

    /// Holds claims against the policy. Only claims that pass become [`Permitted`].
    pub(crate) fn permit(
        &self,
        claims: Arc<Claims>,
        now: UnixTime,
    ) -> Result<Permitted, Rejection> {
        self.check(&claims.set, claims.origin(), now, &mut FirstFailure)?;
        Ok(Permitted { claims })
    }

    /// Every check, in the order that decides which fault is told.
    pub(crate) fn check(
        &self,
        claims: &ClaimSet,
        origin: Origin<'_>,
        now: UnixTime,
        observer: &mut impl Observer,
    ) -> Result<(), Rejection> {
        let stage = Stage::Policy;
        observer.plain(stage, "token type", self.check_type(claims, origin), || match origin {
            Origin::Token { token_type, .. } => {
                format!("{}; must be {}", shown("typ", token_type), self.token_type.expected())
            }
            Origin::Response { .. } => {
                let said = KIND.map(|name| shown(name, claims.text(name).as_deref())).join(", ");
                format!("{said}; must be {}", self.token_type.expected_of_response())
            }
        })?;
        observer.plain(stage, "issuer", self.check_issuer(claims, origin), || {
            let bound = match origin {
                Origin::Token { key_issuers: [], .. } => String::new(),
                Origin::Token { key_issuers, .. } => {
                    format!("; the key is bound to {key_issuers:?}")
                }
                Origin::Response { issuer } => format!("; {issuer:?} was asked"),
            };
            format!("{}; allowed {}{bound}", shown("iss", claims.issuer()), self.issuers.describe())
        })?;
        observer.plain(stage, "audience", self.check_audience(claims), || {
            let mut named = Vec::new();
            claims.each_audience(|audience| named.push(audience.to_string()));
            format!("aud {named:?}; allowed {}", self.audiences.describe())
        })?;
        self.check_validity(claims, now, observer)?;
        observer.plain(stage, "lifetime", self.check_lifetime(claims), || {
            let lifetime = claims.expires_at.zip(claims.issued_at);
            let lifetime = lifetime.map(|(exp, iat)| exp.at.since(iat.at));
            limited("lifetime", lifetime, self.max_lifetime)
        })?;
        self.check_age_limit(claims, now, observer)?;
        for name in &self.required {
            let missing = Reason::Missing { claim: Name::Configured(Arc::clone(name)) };
            let outcome = if claims.is_present(name) { Ok(()) } else { Err(missing) };
            observer
                .plain(stage, "required claim", outcome, || format!("{name:?} must be there"))?;
        }
        for (name, value) in &self.claim_equals {
            let outcome = match claims.raw(name) {
                Some(found) if same_value(found, value) => Ok(()),
                Some(_) => Err(Reason::Mismatch { claim: Name::Configured(Arc::clone(name)) }),
                None => Err(Reason::Missing { claim: Name::Configured(Arc::clone(name)) }),
            };
            observer.plain(stage, "claim value", outcome, || {
                format!("{}; must equal {value:?}", shown(name, claims.raw(name)))
            })?;
        }
        Ok(())
    }

    /// The checks in which time plays a part: what can change for a token that was accepted.
    pub(crate) fn check_time(
        &self,
        claims: &ClaimSet,
        now: UnixTime,
        observer: &mut impl Observer,
    ) -> Result<(), Rejection> {
        self.check_validity(claims, now, observer)?;
        self.check_age_limit(claims, now, observer)
    }

    fn check_validity(
        &self,
        claims: &ClaimSet,
        now: UnixTime,
        observer: &mut impl Observer,
    ) -> Result<(), Rejection> {
        let (stage, leeway) = (Stage::Policy, self.cutoff.leeway);
        observer.plain(stage, "expiry", self.check_expiry(claims, now), || {
            compare("exp", claims.expires_at, leeway, now)
        })?;
        observer.check(stage, "not before", self.check_not_before(claims, now), || {
            compare("nbf", claims.not_before, leeway, now)
        })?;
        observer.check(stage, "issued at", self.check_issued_at(claims, now), || {
            let login = match claims.authenticated_at {
                Some(time) => format!("; auth_time {}", time.at),
                None => String::new(),
            };
            format!("{}{login}", compare("iat", claims.issued_at, leeway, now))
        })?;
        Ok(())
    }

    fn check_age_limit(
        &self,
        claims: &ClaimSet,
        now: UnixTime,
        observer: &mut impl Observer,
    ) -> Result<(), Rejection> {
        observer.plain(Stage::Policy, "age", self.check_age(claims, now), || {
            limited("age", claims.issued_at.map(|iat| now.since(iat.at)), self.max_age)
        })
    }

    fn check_type(&self, claims: &ClaimSet, origin: Origin<'_>) -> Result<(), Reason> {
        match origin {
            Origin::Token { token_type, .. } if self.token_type.allows(token_type) => Ok(()),
            Origin::Token { .. } => Err(Reason::TokenType { expected: self.token_type.expected() }),
            Origin::Response { .. } => {
                let said: Vec<_> = KIND.iter().filter_map(|name| claims.text(name)).collect();
                match self.token_type.allows_response(said.iter().map(AsRef::as_ref)) {
                    true => Ok(()),
                    false => Err(Reason::ResponseType { said: !said.is_empty() }),
                }
            }
        }
    }

    fn check_issuer(&self, claims: &ClaimSet, origin: Origin<'_>) -> Result<(), Reason> {
        let issuer = claims.issuer();
        if let Allowed::OneOf(allowed) = &self.issuers {
            match issuer {
                None => return Err(Reason::Issuer("the token names no issuer (`iss`)")),
                Some(issuer) if allowed.iter().any(|one| **one == *issuer) => {}
                Some(_) => return Err(Reason::Issuer("`iss` is none of the configured issuers")),
            }
        }
        let key_issuers = match origin {
            Origin::Token { key_issuers, .. } => key_issuers,
            Origin::Response { issuer: asked } if issuer == Some(asked) => return Ok(()),
            Origin::Response { .. } => {
                let why = "the response names another issuer than the one that was asked";
                return Err(Reason::Issuer(why));
            }
        };
        if key_issuers.is_empty() || key_issuers.iter().any(|one| Some(&**one) == issuer) {
            return Ok(());
        }
        Err(Reason::Issuer("the key that verified is bound to another issuer"))
    }

    fn check_audience(&self, claims: &ClaimSet) -> Result<(), Reason> {
        match &self.audiences {
            Allowed::Any => Ok(()),
            Allowed::OneOf(own) if own.iter().any(|one| claims.has_audience(one)) => Ok(()),
            Allowed::OneOf(_) if claims.has_any_audience() => {
                Err(Reason::Audience("`aud` names none of the configured audiences"))
            }
            Allowed::OneOf(_) => Err(Reason::Audience("the token names no audience (`aud`)")),
        }
    }

    /// RFC 7519 section 4.1.4: "on or after" the expiry it must not be accepted.
    fn check_expiry(&self, claims: &ClaimSet, now: UnixTime) -> Result<(), Reason> {
        let leeway = self.cutoff.leeway;
        match claims.expires_at {
            None if self.accept_missing_exp => Ok(()),
            None => Err(Reason::Missing { claim: Name::Registered("exp") }),
            Some(TokenTime { at, .. }) if now.since(at) >= leeway => {
                Err(Reason::Expired { expires_at: at, leeway, now })
            }
            Some(_) => Ok(()),
        }
    }

    fn check_not_before(&self, claims: &ClaimSet, now: UnixTime) -> Result<(), Rejection> {
        let leeway = self.cutoff.leeway;
        match claims.not_before {
            Some(TokenTime { at, .. }) if at.since(now) > leeway => {
                let passes = UnixTime::from_millis(at.as_millis().saturating_sub(leeway));
                let reason = Reason::NotYetValid { not_before: at, leeway, now };
                Err(Rejection::new(reason).wait_until(passes, now))
            }
            _ => Ok(()),
        }
    }

    /// A token issued in the future outlives every cutoff, and so does a login in the future.
    fn check_issued_at(&self, claims: &ClaimSet, now: UnixTime) -> Result<(), Rejection> {
        let leeway = self.cutoff.leeway;
        if claims.issued_at.is_none() && !self.accept_missing_iat {
            return Err(Rejection::new(Reason::Missing { claim: Name::Registered("iat") }));
        }
        for (claim, time) in [("iat", claims.issued_at), ("auth_time", claims.authenticated_at)] {
            let Some(TokenTime { at, .. }) = time else {
                continue;
            };
            if at.since(now) > leeway {
                let passes = UnixTime::from_millis(at.as_millis().saturating_sub(leeway));
                let reason = Reason::InFuture { claim, at, leeway, now };
                return Err(Rejection::new(reason).wait_until(passes, now));
            }
        }
        Ok(())
    }

    /// The bound that makes it sound to forget old rules: whatever is still valid was issued no longer
    /// ago than this.
    fn check_lifetime(&self, claims: &ClaimSet) -> Result<(), Reason> {
        let (Some(limit), Some(exp), Some(iat)) =
            (self.max_lifetime, claims.expires_at, claims.issued_at)
        else {
            return Ok(());
        };
        let lifetime = exp.at.since(iat.at);
        if lifetime > limit { Err(Reason::LifetimeTooLong { lifetime, limit }) } else { Ok(()) }
    }

    fn check_age(&self, claims: &ClaimSet, now: UnixTime) -> Result<(), Reason> {
        let Some(limit) = self.max_age else {
            return Ok(());
        };
        let Some(iat) = claims.issued_at else {
            return Err(Reason::Missing { claim: Name::Registered("iat") });
        };
        let (age, leeway) = (now.since(iat.at), self.cutoff.leeway);
        if age > limit.saturating_add(leeway) {
            return Err(Reason::TooOld { age, limit, leeway });
        }
        Ok(())
    }
}

/// What is allowed, by number: the values themselves stand in explanations only.
impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("issuers", &self.issuers)
            .field("audiences", &self.audiences)
            .field("algorithms", &format_args!("{}", self.algorithms))
            .field("token_type", &self.token_type)
            .field("leeway_ms", &self.cutoff.leeway)
            .field("max_lifetime_ms", &self.max_lifetime)
            .field("required", &self.required)
            .field("claim_equals", &self.claim_equals.len())
            .finish_non_exhaustive()
    }
}

fn compare(claim: &str, time: Option<TokenTime>, leeway: i64, now: UnixTime) -> String {
    match time {
        Some(time) => format!("{claim} {}; now {now}; leeway {} s", time.at, Seconds(leeway)),
        None => format!("no {claim}"),
    }
}
