//! Numbers of a policy and of a token, as large and as small as they come, against the design's lines in
//! arithmetic that cannot overflow; or any text as a policy.

use std::time::Duration;

use arbitrary::{Result, Unstructured};
use lowwater::{Algorithm, Code, MissingAuthTime, NoCutoffs, Policy, UnixTime, Validator};

use crate::given::{TRUSTING_KEYS, now};
use crate::made::Choices;
use crate::signing::{NOW, encode};
use crate::strict_json::object;

/// The last second of the year 9999.
const LAST: i64 = 253_402_300_799;

/// All in milliseconds.
struct Numbers {
    leeway: u64,
    /// `None`: unbounded, and nothing is missed.
    max_lifetime: Option<u64>,
    max_age: Option<u64>,
    max_session: Option<u64>,
    refuse_missing_login: bool,
    expires: Option<i64>,
    not_before: Option<i64>,
    issued: Option<i64>,
    login: Option<i64>,
    machine: bool,
    now: i64,
}

fn span(from: &mut Choices<'_>) -> Result<u64> {
    Ok(match from.int_in_range(0..=5)? {
        0 => from.int_in_range(0..=2)?,
        1 => from.int_in_range(299_998..=300_002)?,
        2 => from.int_in_range(0..=100_000_000)?,
        3 => i64::MAX.unsigned_abs().saturating_sub(from.int_in_range(0..=2)?),
        4 => from.int_in_range(0..=300_000)?,
        _ => from.arbitrary()?,
    })
}

fn time(from: &mut Choices<'_>) -> Result<i64> {
    Ok(match from.int_in_range(0..=4)? {
        0 => from.int_in_range(0..=2)?,
        1 => LAST * 1000 - from.int_in_range(0..=1000)?,
        2 => NOW * 1000 + from.int_in_range(-400_000..=400_000)?,
        3 => NOW * 1000 + from.int_in_range(-2..=2)? * 1000,
        _ => from.int_in_range(0..=LAST * 1000)?,
    })
}

impl Numbers {
    fn take(from: &mut Choices<'_>) -> Result<Self> {
        let some_time = |from: &mut Choices<'_>| from.ratio(3, 4)?.then(|| time(from)).transpose();
        let some_span = |from: &mut Choices<'_>| from.ratio(1, 2)?.then(|| span(from)).transpose();
        Ok(Self {
            leeway: span(from)?,
            max_lifetime: some_span(from)?,
            max_age: some_span(from)?,
            max_session: some_span(from)?,
            refuse_missing_login: from.arbitrary()?,
            expires: some_time(from)?,
            not_before: some_time(from)?,
            issued: some_time(from)?,
            login: some_time(from)?,
            machine: from.ratio(1, 4)?,
            now: if from.ratio(1, 5)? { from.arbitrary()? } else { time(from)? },
        })
    }

    /// Section by section, as the design words it.
    fn expected(&self) -> Option<Code> {
        let [now, leeway] = [i128::from(self.now), i128::from(self.leeway)];
        let wide = |time: Option<i64>| time.map(i128::from);
        let [expires, issued, login] = [self.expires, self.issued, self.login].map(wide);
        let [lifetime, age, session] =
            [self.max_lifetime, self.max_age, self.max_session].map(|span| span.map(i128::from));
        let strict = lifetime.is_some();
        if expires.is_none() && strict {
            return Some(Code::ClaimMissing);
        }
        if expires.is_some_and(|expires| now >= expires + leeway) {
            return Some(Code::TokenExpired);
        }
        if wide(self.not_before).is_some_and(|from| now < from - leeway) {
            return Some(Code::TokenNotYetValid);
        }
        if issued.is_none() && strict {
            return Some(Code::ClaimMissing);
        }
        if [issued, login].iter().flatten().any(|time| *time > now + leeway) {
            return Some(Code::IssuedInFuture);
        }
        if let (Some(expires), Some(issued), Some(lifetime)) = (expires, issued, lifetime)
            && expires - issued > lifetime
        {
            return Some(Code::LifetimeTooLong);
        }
        if let Some(age) = age {
            let Some(issued) = issued else { return Some(Code::ClaimMissing) };
            if now - issued > age + leeway {
                return Some(Code::TokenTooOld);
            }
        }
        let session = session?;
        if self.machine && login.is_none() {
            return None;
        }
        match (login, self.refuse_missing_login) {
            (None, true) => Some(Code::SessionRevoked),
            // Nothing tells when the session began.
            (None, false) if issued.is_none() => Some(Code::ClaimMissing),
            _ if login.or(issued).is_some_and(|login| now < login + session + leeway) => None,
            _ => Some(Code::SessionRevoked),
        }
    }

    fn token(&self) -> String {
        let stamp = |millis: i64| match millis % 1000 {
            0 => (millis / 1000).to_string(),
            rest => format!("{}.{rest:03}", millis / 1000),
        };
        let times = [
            ("exp", self.expires),
            ("nbf", self.not_before),
            ("iat", self.issued),
            ("auth_time", self.login),
        ];
        let mut members: Vec<String> = times
            .iter()
            .filter_map(|(name, time)| time.map(|time| format!("{name:?}:{}", stamp(time))))
            .collect();
        if self.machine {
            members.push(r#""sub":"c1","client_id":"c1""#.into());
        }
        let payload = format!("{{{}}}", members.join(","));
        format!("{}.{}.{}", encode(r#"{"alg":"HS256"}"#), encode(payload), encode("signature"))
    }

    fn validator(&self) -> std::result::Result<Validator, lowwater::ConfigError> {
        let builder = Validator::builder()
            .any_issuer()
            .any_audience()
            .algorithms([Algorithm::Hs256])
            .keys(TRUSTING_KEYS.clone())
            .leeway(Duration::from_millis(self.leeway))
            .missing_auth_time(match self.refuse_missing_login {
                true => MissingAuthTime::Refuse,
                false => MissingAuthTime::UseIssuedAt,
            });
        let builder = match self.max_lifetime {
            Some(lifetime) => builder.max_lifetime(Duration::from_millis(lifetime)),
            None => builder.unbounded_lifetime().accept_missing_exp().accept_missing_iat(),
        };
        let builder = match self.max_age {
            Some(age) => builder.max_age(Duration::from_millis(age)),
            None => builder,
        };
        match self.max_session {
            Some(session) => builder.max_session(Duration::from_millis(session)).build(),
            None => builder.build(),
        }
    }
}

pub fn run(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    if first & 1 == 1 {
        return any_text(rest);
    }
    let Ok(numbers) = Numbers::take(&mut Unstructured::new(rest)) else { return };
    let lengths = [numbers.max_lifetime, numbers.max_session];
    let in_range = |span: &u64| i64::try_from(*span).is_ok();
    let good = numbers.leeway <= 300_000
        && lengths.iter().flatten().all(|span| *span > 0)
        && lengths.iter().chain([&numbers.max_age]).flatten().all(in_range);
    let validator = numbers.validator();
    assert_eq!(validator.is_ok(), good, "{validator:?}");
    let Ok(validator) = validator else { return };
    let now = UnixTime::from_millis(numbers.now);
    let decided = validator.validate(&numbers.token(), &NoCutoffs, now);
    assert_eq!(decided.err().map(|no| no.code()), numbers.expected());
    let _ = validator.explain(&numbers.token(), &NoCutoffs, now).to_json();
}

fn any_text(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(policy) = Policy::from_json(text) else { return };
    let members = object(text).expect("a policy is a strict object");
    for needed in ["issuer", "audience", "algorithms"] {
        assert!(members.get(needed).is_some(), "{needed} is missing: {text}");
    }
    let validator = Validator::new(policy, TRUSTING_KEYS.clone());
    let token = crate::signing::Signer::Secret.token(Algorithm::Hs256, &crate::signing::claims(""));
    let _ = validator.validate(&token, &NoCutoffs, now());
    let _ = validator.explain(&token, &NoCutoffs, now()).to_string();
    let challenge = validator.missing_token().www_authenticate().expect("a challenge");
    assert!(challenge.bytes().all(|byte| (b' '..0x7f).contains(&byte)), "{challenge:?}");
}
