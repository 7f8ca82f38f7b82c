//! Any bytes as what an authorization server says: read as another parser reads it, decided as a JWT of the same claims,
//! and decided by what is kept as by what was just said.

use arbitrary::{Result, Unstructured};
use lowwater::{Accepted, Cutoffs, Introspected, KeySet, Rejection, Ring, UnixTime};
use lowwater_intake::{Answer, Asked, Introspection};

use crate::given::{TRUSTING, now, told};
use crate::made::{rule, time};
use crate::signing::{AUDIENCE, ISSUER, NOW, encode};
use crate::strict_json::{Members, object};

const CONFIG: &str = r#"{"issuer":"https://issuer.example/","endpoint":"https://issuer.example/i","bearer":"t","max_entries":2,"max_pending":2"#;

fn instance(more: &str) -> Introspection {
    Introspection::from_json(&format!("{CONFIG}{more}}}")).expect("a configuration")
}

/// The claims of a JWT that says the same; none, where a JWT cannot.
fn as_jwt(text: &str, members: &Members<'_>) -> Option<String> {
    let kind = ["token_type", "token_use", "typ"];
    if kind.iter().any(|name| members.get(name).is_some()) {
        return None;
    }
    let claims = match members.get("iss") {
        Some(_) => text.to_owned(),
        None => text.replacen('{', &format!(r#"{{"iss":"{ISSUER}","#), 1),
    };
    let token =
        format!("{}.{}.{}", encode(r#"{"alg":"HS256"}"#), encode(claims), encode("signature"));
    (token.len() <= 16 << 10).then_some(token)
}

fn read(body: &[u8]) {
    let response = Introspected::read(body, ISSUER);
    let text = str::from_utf8(body).ok();
    let members = text.and_then(object);
    assert_eq!(response.is_ok(), members.is_some(), "{text:?}");
    let signed = &mut instance(r#","signed_for":"a","algorithms":["HS256"]"#);
    if let Ok(Asked::Fetch(fetch)) = signed.ask("t", &TRUSTING, &Ring, now()) {
        let answer = Answer::new(200, &[], body);
        let came = signed.answered(&fetch, &answer, TRUSTING.keys(), now());
        // Whatever is taken is a signed message, and that has dots.
        assert!(came.is_err() || body.contains(&b'.'), "{text:?}");
    }
    let (Ok(response), Some(text), Some(members)) = (response, text, members) else { return };
    let decided = TRUSTING.introspected(&response, &Cutoffs::local(), now());
    let explained = TRUSTING.explain_introspected(&response, &Cutoffs::local(), now());
    let code = decided.as_ref().err().map(|no| no.code().as_str());
    assert_eq!(explained.rejection().map(Rejection::to_json), told(&decided), "{text}");
    let active = members.get("active") == Some("true");
    assert_eq!(code == Some("token_inactive"), !active, "{text}");
    assert!(active || !response.is_active(), "{text}");
    if let Some(token) = as_jwt(text, &members).filter(|_| active) {
        let jwt = TRUSTING.validate(&token, &Cutoffs::local(), now());
        // Another issuer is told in other words.
        if code != Some("issuer_not_allowed") {
            assert_eq!(told(&jwt), told(&decided), "{text}");
        }
        if let (Ok(jwt), Ok(own)) = (jwt, decided) {
            assert_eq!(jwt.claims_json(), own.claims_json());
        }
    }
}

fn body(from: &mut Unstructured<'_>, token: u8) -> Result<String> {
    let active = *from.choose(&["true", "true", "true", "false", "1"])?;
    let life = from.int_in_range(-60..=120_i64)?;
    Ok(format!(
        r#"{{"active":{active},"aud":"{AUDIENCE}","sub":"u{}","jti":"t{token}","iat":{NOW},"exp":{}}}"#,
        token % 3,
        NOW + life
    ))
}

fn keep(from: &mut Unstructured<'_>) -> Result<()> {
    let decide = |response: &Introspected, rules: &Cutoffs, now| -> (Option<String>, _) {
        let decided = TRUSTING.introspected(response, rules, now);
        (told(&decided), decided.ok().map(|accepted: Accepted| accepted.claims_json().to_owned()))
    };
    let (mut own, mut rules) = (instance(""), Cutoffs::local());
    let mut said: [Option<(String, UnixTime)>; 4] = [const { None }; 4];
    let mut at = now();
    for _ in 0..from.int_in_range(1..=60)? {
        match from.int_in_range(0..=6)? {
            0 => at = UnixTime::from_millis(time(from)?),
            1 | 2 => {
                at = UnixTime::from_millis(at.as_millis() + from.int_in_range(0..=20_000_i64)?);
            }
            3 => drop(rules.apply(rule(from)?, at)),
            _ => {}
        }
        let token = from.int_in_range(0..=3_u8)?;
        match own.ask(&format!("t{token}"), &TRUSTING, &Ring, at) {
            Ok(Asked::Known(response)) => {
                let Some((body, since)) = &said[usize::from(token)] else {
                    panic!("known, and nobody said it")
                };
                let fresh = Introspected::read(body.as_bytes(), ISSUER).expect("an object");
                assert_eq!(decide(&response, &rules, at), decide(&fresh, &rules, at));
                // Up to 5 seconds before it came: see the shelf.
                let age = at.as_millis() - since.as_millis();
                assert!((-5_000..60_000).contains(&age), "{age} ms");
                assert!(fresh.expires_at().is_none_or(|exp| at < exp), "beyond exp");
            }
            Ok(Asked::Fetch(fetch)) => match from.int_in_range(0..=4)? {
                0 => drop(own.failed(&fetch, at)),
                1 => {} // never answered
                _ => {
                    let body = body(from, token)?;
                    let answer = Answer::new(200, &[], body.as_bytes());
                    let came = own.answered(&fetch, &answer, &KeySet::empty(), at);
                    came.expect("an answer that can be read, in time");
                    said[usize::from(token)] = Some((body, at));
                }
            },
            Ok(Asked::Pending { .. }) => {}
            Err(no) => assert_eq!(no.http_status(), 503),
        }
        assert!(own.len() <= 4, "more than there is room for");
    }
    Ok(())
}

pub fn run(data: &[u8]) {
    read(data);
    // Too few bytes for all choices: nothing left to try.
    let _ = keep(&mut Unstructured::new(data));
}
