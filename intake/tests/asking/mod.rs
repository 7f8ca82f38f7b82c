//! An API that asks about tokens: what each test of introspection begins with.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "each test binary includes it and uses its own part"
)]

use lowwater::{
    Accepted, Cutoffs, Introspected, KeySet, NoCutoffs, Policy, Rejection, Ring, RuleSet, UnixTime,
    Validator,
};
use lowwater_intake::{
    Answer, Asked, Fetch, Introspection, IntrospectionFault, IntrospectionUnavailable,
};

pub const ISSUER: &str = "https://issuer.example/";
pub const ENDPOINT: &str = "https://issuer.example/introspect";
pub const AUDIENCE: &str = "https://api.example/";
pub const NOW: i64 = 1_700_000_000;
pub const TOKEN: &str = "2YotnFZFEjr1zCsicMWpAA";
pub const INACTIVE: &str = r#"{"active":false}"#;

pub fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(NOW + seconds)
}

/// With members beside those that are needed, comma first.
pub fn configured(more: &str) -> Introspection {
    Introspection::from_json(&format!(
        r#"{{"issuer":"{ISSUER}","endpoint":"{ENDPOINT}","client_id":"api","client_secret":"s3cret"{more}}}"#
    ))
    .unwrap()
}

pub fn validator() -> Validator {
    let policy =
        format!(r#"{{"issuer":["{ISSUER}"],"audience":["{AUDIENCE}"],"algorithms":["EdDSA"]}}"#);
    Validator::new(Policy::from_json(&policy).unwrap(), KeySet::empty())
}

/// The response about an active token of ten minutes.
pub fn active(more: &str) -> String {
    format!(
        r#"{{"active":true,"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"u1","iat":{NOW},"exp":{}{more}}}"#,
        NOW + 600
    )
}

pub fn ask(own: &mut Introspection, token: &str, now: i64) -> Result<Asked, Rejection> {
    own.ask(token, &validator(), &Ring, at(now))
}

/// What is known of it, without asking anybody.
#[track_caller]
pub fn known(own: &mut Introspection, token: &str, now: i64) -> Introspected {
    match ask(own, token, now) {
        Ok(Asked::Known(response)) => response,
        other => panic!("not known: {other:?}"),
    }
}

#[track_caller]
pub fn fetch(own: &mut Introspection, token: &str, now: i64) -> Fetch {
    match ask(own, token, now) {
        Ok(Asked::Fetch(fetch)) => fetch,
        other => panic!("nothing to fetch: {other:?}"),
    }
}

/// The 503 of a request that causes no other.
#[track_caller]
pub fn turned_away(own: &mut Introspection, token: &str, now: i64) -> u32 {
    let no = ask(own, token, now).unwrap_err();
    assert_eq!((no.code().as_str(), no.http_status()), ("introspection_unavailable", 503));
    no.retry_after().unwrap()
}

pub fn answer(
    own: &mut Introspection,
    fetch: &Fetch,
    status: u16,
    body: &str,
    now: i64,
) -> Result<Introspected, IntrospectionUnavailable> {
    own.answered(fetch, &Answer::new(status, &[], body.as_bytes()), &KeySet::empty(), at(now))
}

/// Asks and is answered so.
#[track_caller]
pub fn told(own: &mut Introspection, token: &str, body: &str, now: i64) -> Introspected {
    let fetch = fetch(own, token, now);
    answer(own, &fetch, 200, body, now).unwrap()
}

#[track_caller]
pub fn fails(own: &mut Introspection, token: &str, status: u16, now: i64) -> IntrospectionFault {
    let fetch = fetch(own, token, now);
    let no = answer(own, &fetch, status, "", now).unwrap_err();
    assert_eq!(no.rejection(&validator()).http_status(), 503);
    no.fault
}

pub fn decide(
    response: &Introspected,
    rules: &(impl RuleSet + ?Sized),
    now: i64,
) -> Result<Accepted, Rejection> {
    validator().introspected(response, rules, at(now))
}

/// The code of the rejection; nothing, where it is accepted.
pub fn code(response: &Introspected, now: i64) -> Option<&'static str> {
    decide(response, &NoCutoffs, now).err().map(|no| no.code().as_str())
}

pub fn rules() -> Cutoffs {
    Cutoffs::local()
}
