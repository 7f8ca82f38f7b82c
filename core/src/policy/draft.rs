//! A policy that is not finished: what was said so far, and the checks that end it.

use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use super::{Allowed, CutoffPolicy, MAX_LEEWAY, MissingAuthTime, Policy, SameSecond, TokenType};
use crate::algorithm::AlgorithmSet;
use crate::compact::{DEFAULT_MAX_TOKEN_BYTES, Limits, MOST_TOKEN_BYTES};
use crate::error::ConfigError;
use crate::json;
use crate::rejection::Challenge;

/// 24 hours.
const DEFAULT_MAX_LIFETIME: i64 = 86_400_000;
/// One minute: what clocks that are kept differ by at most.
const DEFAULT_LEEWAY: i64 = 60_000;

/// A span as it was given. `None`: finer than a millisecond, or out of range.
pub(crate) type Span = Option<i64>;

/// A `Duration` in whole milliseconds.
pub(crate) fn span(duration: Duration) -> Span {
    let whole = duration.subsec_nanos().is_multiple_of(1_000_000);
    i64::try_from(duration.as_millis()).ok().filter(|_| whole)
}

/// What was said so far. Both the builder and the JSON reader fill it, and [`finish`](Self::finish)
/// is the one place that finds mistakes in it.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) issuers: Option<Allowed>,
    pub(crate) audiences: Option<Allowed>,
    /// `any` and a list were both said.
    pub(crate) contradiction: Option<&'static str>,
    pub(crate) algorithms: Option<AlgorithmSet>,
    /// For tokens without a signature that anyone here could check.
    pub(crate) opaque: bool,
    pub(crate) token_type: TokenType,
    pub(crate) leeway: Span,
    /// The outer `None`: unbounded.
    pub(crate) max_lifetime: Option<Span>,
    pub(crate) accept_missing_exp: bool,
    pub(crate) accept_missing_iat: bool,
    pub(crate) max_age: Option<Span>,
    pub(crate) max_session: Option<Span>,
    pub(crate) required: Vec<Arc<str>>,
    pub(crate) claim_equals: Vec<ClaimValue>,
    pub(crate) same_second: SameSecond,
    pub(crate) missing_auth_time: MissingAuthTime,
    pub(crate) tenant_claim: Box<str>,
    pub(crate) device_claim: Box<str>,
    pub(crate) max_token_bytes: Option<usize>,
    pub(crate) allow_padding: bool,
    pub(crate) allow_short_secret: bool,
    pub(crate) realm: Option<Box<str>>,
    pub(crate) resource_metadata: Option<Box<str>>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            issuers: None,
            audiences: None,
            contradiction: None,
            algorithms: None,
            opaque: false,
            token_type: TokenType::Default,
            leeway: Some(DEFAULT_LEEWAY),
            max_lifetime: Some(Some(DEFAULT_MAX_LIFETIME)),
            accept_missing_exp: false,
            accept_missing_iat: false,
            max_age: None,
            max_session: None,
            required: Vec::new(),
            claim_equals: Vec::new(),
            same_second: SameSecond::default(),
            missing_auth_time: MissingAuthTime::default(),
            tenant_claim: "org_id".into(),
            device_claim: "device_id".into(),
            max_token_bytes: Some(DEFAULT_MAX_TOKEN_BYTES),
            allow_padding: false,
            allow_short_secret: false,
            realm: None,
            resource_metadata: None,
        }
    }
}

/// A claim's name, and the JSON that it must equal; `None`: JSON cannot hold what was given.
pub(crate) type ClaimValue = (Arc<str>, Option<Box<str>>);

/// Which of the two lists.
#[derive(Clone, Copy, Debug)]
pub(crate) enum List {
    Issuer,
    Audience,
}

impl Draft {
    fn list(&mut self, list: List) -> (&mut Option<Allowed>, &'static str) {
        match list {
            List::Issuer => (&mut self.issuers, "issuer"),
            List::Audience => (&mut self.audiences, "audience"),
        }
    }

    /// Adds one value to a list.
    pub(crate) fn add(&mut self, list: List, value: &str) {
        let (allowed, name) = self.list(list);
        match allowed.get_or_insert_with(|| Allowed::OneOf(Vec::new())) {
            Allowed::OneOf(values) => values.push(value.into()),
            Allowed::Any => self.contradiction = Some(name),
        }
    }

    /// Any value will do.
    pub(crate) fn any(&mut self, list: List) {
        let (allowed, name) = self.list(list);
        if matches!(allowed.replace(Allowed::Any), Some(Allowed::OneOf(_))) {
            self.contradiction = Some(name);
        }
    }

    /// The policy, if what was said makes one.
    pub(crate) fn finish(self) -> Result<Policy, ConfigError> {
        let wrong = |member, expected| Err(ConfigError::Policy { member, expected });
        if let Some(member) = self.contradiction {
            return wrong(member, "either a list or `any`, not both");
        }
        let allowed = |member, list: Option<Allowed>| {
            let expected = "given: one or several, none of them empty, or `any`";
            match list {
                Some(Allowed::OneOf(list))
                    if list.is_empty() || list.iter().any(|one| one.is_empty()) =>
                {
                    Err(ConfigError::Policy { member, expected })
                }
                Some(allowed) => Ok(allowed),
                None => Err(ConfigError::Policy { member, expected }),
            }
        };
        let issuers = allowed("issuer", self.issuers)?;
        let audiences = allowed("audience", self.audiences)?;
        let algorithms = match self.algorithms {
            Some(algorithms) if !algorithms.is_empty() => algorithms,
            None if self.opaque => AlgorithmSet::default(),
            _ => return wrong("algorithms", "a list that is not empty"),
        };
        if let Some(expected) = self.token_type.mistake() {
            return wrong("token_type", expected);
        }
        let Some(leeway @ 0..=MAX_LEEWAY) = self.leeway else {
            return wrong("leeway", "0 to 300 seconds, in whole milliseconds");
        };
        let above_zero = |member, span: Option<Span>| match span {
            None => Ok(None),
            Some(Some(span @ 1..)) => Ok(Some(span)),
            Some(_) => Err(ConfigError::Policy {
                member,
                expected: "more than 0 seconds, in whole milliseconds",
            }),
        };
        let max_lifetime = above_zero("max_lifetime", self.max_lifetime)?;
        let max_session = above_zero("max_session", self.max_session)?;
        let max_age = match self.max_age {
            None => None,
            Some(Some(age @ 0..)) => Some(age),
            Some(_) => return wrong("max_age", "0 seconds or more, in whole milliseconds"),
        };
        let unbounded = "said together with an unbounded `max_lifetime`, which it amounts to";
        if max_lifetime.is_some() && self.accept_missing_exp {
            return wrong("missing_exp", unbounded);
        }
        if max_lifetime.is_some() && self.accept_missing_iat {
            return wrong("missing_iat", unbounded);
        }
        let Some(max_token_bytes @ 1..=MOST_TOKEN_BYTES) = self.max_token_bytes else {
            return wrong("max_token_bytes", "1 to 1048576");
        };
        if self.required.iter().any(|name| name.is_empty()) {
            return wrong("required", "a list without empty strings");
        }
        let mut claim_equals = Vec::new();
        for (name, value) in self.claim_equals {
            match value {
                Some(value) if !name.is_empty() && may_stand_in_claims(&value) => {
                    claim_equals.push((name, value));
                }
                _ => return wrong("claim_equals", "claim names with values that JSON can hold"),
            }
        }
        for (member, name) in
            [("tenant_claim", &self.tenant_claim), ("device_claim", &self.device_claim)]
        {
            if name.is_empty() {
                return wrong(member, "the name of a claim");
            }
        }
        for (member, text) in
            [("realm", &self.realm), ("resource_metadata", &self.resource_metadata)]
        {
            if text.as_deref().is_some_and(|text| !text.bytes().all(is_plain)) {
                return wrong(member, "printable ASCII without quotes and backslashes");
            }
        }
        Ok(Policy {
            limits: Limits { max_token_bytes, allow_padding: self.allow_padding },
            algorithms,
            challenge: Arc::new(Challenge {
                realm: self.realm,
                resource_metadata: self.resource_metadata,
            }),
            cutoff: CutoffPolicy {
                leeway,
                same_second: self.same_second,
                missing_auth_time: self.missing_auth_time,
                max_session,
                tenant_claim: self.tenant_claim,
                device_claim: self.device_claim,
            },
            issuers,
            audiences,
            token_type: self.token_type,
            max_lifetime,
            accept_missing_exp: self.accept_missing_exp,
            accept_missing_iat: self.accept_missing_iat,
            max_age,
            required: self.required,
            claim_equals,
            allow_short_secret: self.allow_short_secret,
        })
    }
}

/// Could a token hold this value? It stands one level below the payload's own.
fn may_stand_in_claims(value: &str) -> bool {
    json::validate(&format!("[{value}]")).is_ok()
}

/// May stand in a quoted string of a header as it is (RFC 9110 section 5.6.4).
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
}
