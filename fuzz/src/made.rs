//! Rules, payloads, tokens and damage, made of bytes. The pools are small, so that things meet.

use std::time::Duration;

use arbitrary::{Result, Unstructured};
use lowwater::{Algorithm, At, Cutoffs, Rule, Target, UnixTime, Until};

use crate::signing::{AUDIENCE, ISSUER, NOW, Signer};

pub type Choices<'b> = Unstructured<'b>;

fn text<'t>(from: &mut Choices<'_>, pool: &[&'t str]) -> Result<&'t str> {
    from.choose(pool).copied()
}

/// A time near those that matter, in milliseconds.
pub fn time(from: &mut Choices<'_>) -> Result<i64> {
    let around = [0, 0, 0, -600, 600, -86_400, 86_400, -2_000_000, 3600];
    let seconds = NOW.saturating_add(*from.choose(&around)?);
    Ok(seconds.saturating_mul(1000).saturating_add(from.int_in_range(-1500..=1500)?))
}

fn target(from: &mut Choices<'_>) -> Result<Target> {
    let one = |from: &mut Choices<'_>| {
        Ok(match from.int_in_range(0..=12)? {
            0..=2 => Target::subject(text(from, &["u1", "u2", ""])?),
            3 => Target::issuer(text(from, &[ISSUER, "https://other.example/"])?),
            4 => Target::client(text(from, &["c1", "u1"])?),
            5 => Target::session(text(from, &["s1", "s2"])?),
            6 => Target::token_id(text(from, &["t1", "t2"])?),
            7 => Target::key_id(text(from, &["k", "x"])?),
            8 => Target::confirmation(text(from, &["j1", "j2"])?),
            9 => Target::tenant(from.int_in_range(0..=2_i64)?),
            10 => Target::device(from.ratio(1, 2)?),
            11 => Target::claim("roles", text(from, &["admin", "5", ""])?),
            _ => Target::claim(text(from, &["a", "b", "sub"])?, from.int_in_range(-1..=5_i64)?),
        })
    };
    if from.ratio(1, 9)? {
        return Ok(Target::everyone());
    }
    let mut target = one(from)?;
    for _ in 0..from.int_in_range(0..=2)? {
        target = target.and(one(from)?);
    }
    Ok(target)
}

/// A rule of any kind; some say nothing clear and are refused.
pub fn rule(from: &mut Choices<'_>) -> Result<Rule> {
    let target = target(from)?;
    let instant = UnixTime::from_millis(time(from)?);
    let at: At = match from.ratio(1, 3)? {
        true => At::Second(instant.as_millis().div_euclid(1000)),
        false => instant.into(),
    };
    let mut rule = match from.int_in_range(0..=6)? {
        0..=2 => Rule::issued_before(target, at),
        3 | 4 => Rule::authenticated_before(target, at),
        5 => Rule::revoked(target, if from.ratio(1, 3)? { Until::Never } else { instant.into() }),
        _ => return Ok(Rule::suspended(target, from.ratio(2, 3)?, from.int_in_range(0..=3)?)),
    };
    if from.ratio(1, 5)? {
        rule = rule.skew_guard(Duration::from_millis(from.int_in_range(0..=300_001)?));
    }
    if from.ratio(1, 5)? {
        rule = rule.except_session(text(from, &["s1", "s2"])?);
    }
    if from.ratio(1, 6)? {
        rule = rule.except_token_id(text(from, &["t1", "t2"])?);
    }
    if from.ratio(1, 2)? {
        rule = rule.with_id(text(from, &["a", "b", "gone"])?);
    }
    Ok(if from.ratio(1, 6)? { rule.with_reason("why \u{e9}\0\"") } else { rule })
}

/// A state of some rules.
pub fn state(from: &mut Choices<'_>, mut state: Cutoffs) -> Result<Cutoffs> {
    for _ in 0..from.int_in_range(0..=8)? {
        let now = UnixTime::from_millis(time(from)?);
        // What is no rule, or was lifted, is refused; that changes nothing.
        let _ = state.apply(rule(from)?, now);
        if from.ratio(1, 8)? {
            state.lift("gone");
        }
    }
    Ok(state)
}

fn stamp(from: &mut Choices<'_>) -> Result<String> {
    let millis = time(from)?;
    let (seconds, rest) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    Ok(match from.int_in_range(0..=9)? {
        0..=5 => seconds.to_string(),
        6 => format!("{seconds}.{rest:03}"),
        7 => format!("{millis}e-3"),
        8 => format!("{seconds}.{rest:03}9999"),
        _ => text(from, &["0", "-1", "1e3", "\"1\"", "null", "253402300800", "1e999"])?.into(),
    })
}

/// Nearly an access token: each claim is missing, right, wrong or odd.
pub fn payload(from: &mut Choices<'_>) -> Result<String> {
    let mut members = Vec::new();
    for (name, usual) in [("iss", ISSUER), ("aud", AUDIENCE), ("sub", "u1")] {
        if !from.ratio(1, 20)? {
            let other = from.ratio(1, 8)?;
            let odd = [
                "\"\"",
                "5",
                "null",
                "[\"x\",\"https://api.example/\"]",
                "[]",
                "\"\\u0075\\u0031\"",
            ];
            members.push(match other {
                true => format!("{name:?}:{}", text(from, &odd)?),
                false => format!("{name:?}:{usual:?}"),
            });
        }
    }
    for name in ["iat", "exp"] {
        if !from.ratio(1, 16)? {
            members.push(format!("{name:?}:{}", stamp(from)?));
        }
    }
    for name in ["auth_time", "nbf"] {
        if from.ratio(1, 3)? {
            members.push(format!("{name:?}:{}", stamp(from)?));
        }
    }
    let others: [(&str, &[&str]); 11] = [
        ("sid", &["\"s1\"", "\"s2\"", "7"]),
        ("jti", &["\"t1\"", "\"t2\"", "[]"]),
        ("client_id", &["\"c1\"", "\"u1\""]),
        ("azp", &["\"c1\"", "null"]),
        ("org_id", &["1", "2", "\"1\"", "[0,1]"]),
        ("device_id", &["true", "false", "\"true\""]),
        ("roles", &["\"admin\"", "[\"admin\",5]", "{\"a\":1}"]),
        ("cnf", &["{\"jkt\":\"j1\"}", "{\"x5t#S256\":\"j2\",\"jkt\":\"j1\"}", "5", "{\"jkt\":5}"]),
        ("a", &["1", "1.0", "[1,2,3]", "10e-1"]),
        ("scope", &["\"read write\"", "[\"read\"]", "5"]),
        ("\\u0061zp", &["\"c1\"", "\"u1\""]),
    ];
    for (name, values) in others {
        if from.ratio(1, 4)? {
            members.push(format!("\"{name}\":{}", text(from, values)?));
        }
    }
    Ok(format!("{{{}}}", members.join(",")))
}

/// A token around it; some are not signed by the secret of the tests.
pub fn token(from: &mut Choices<'_>) -> Result<String> {
    let payload = payload(from)?;
    let key_id = text(from, &["", "", "", ",\"kid\":\"k\"", ",\"kid\":\"x\"", ",\"kid\":5"])?;
    let token_type = text(from, &["", "", ",\"typ\":\"at+jwt\"", ",\"typ\":\"dpop+jwt\""])?;
    let name = text(from, &["HS256", "HS256", "HS256", "HS256", "HS384", "none", "RS256"])?;
    let header = format!("{{\"alg\":\"{name}\"{key_id}{token_type}}}");
    let mut token = Signer::Secret.sign(Algorithm::Hs256, &header, payload.as_bytes());
    if from.ratio(1, 16)? {
        let place = from.choose_index(token.len())?;
        token.replace_range(place..=place, text(from, &["A", ".", "=", "-", "", "AA"])?);
    }
    Ok(token)
}

/// Changes bytes here and there, cuts some off or adds some.
pub fn damage(from: &mut Choices<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    for _ in 0..from.int_in_range(0..=4)? {
        if bytes.is_empty() {
            break;
        }
        let place = from.choose_index(bytes.len())?;
        match from.int_in_range(0..=7)? {
            0..=2 => bytes[place] ^= 1 << from.int_in_range(0..=7)?,
            3 | 4 => bytes[place] = from.arbitrary()?,
            5 => bytes.truncate(place),
            6 => bytes.insert(place, from.arbitrary()?),
            _ => {
                let word: [u8; 8] = from.arbitrary()?;
                bytes.iter_mut().skip(place).zip(word).for_each(|(byte, new)| *byte = new);
            }
        }
    }
    Ok(())
}
