//! Several issuers as one, driven by hand: what a rejected token says of their keys, and how long keys may be used unseen.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lowwater::{NoCutoffs, Policy, Rejection, Ring, UnixTime, Validator};
use lowwater_intake::{Answer, Issuers, KeySource, Lack};

const A: &str = "https://a.example/";
const B: &str = "https://b.example/";
const NAMED: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4"}]}"#;
const NAMELESS: &str =
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4"}]}"#;

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(1_700_000_000 + seconds)
}

fn issuers() -> Issuers {
    let of = |issuer: &str| KeySource::of_jwks(issuer, &format!("{issuer}jwks")).build().unwrap();
    Issuers::new([of(A), of(B)]).unwrap()
}

/// Answers all that is asked for.
fn serve(issuers: &mut Issuers, status: u16, body: &str, now: i64) -> Vec<String> {
    let asked: Vec<_> = std::iter::from_fn(|| issuers.poll(at(now))).collect();
    for fetch in &asked {
        issuers.answered(fetch, &Answer::new(status, &[], body.as_bytes()), &Ring, at(now));
    }
    asked.iter().map(|fetch| fetch.url().to_owned()).collect()
}

/// A token that nobody signed.
fn token(issuer: &str, kid: Option<&str>) -> String {
    let kid = kid.map(|kid| format!(r#","kid":"{kid}""#)).unwrap_or_default();
    let part = |text: String| BASE64_URL_SAFE_NO_PAD.encode(text);
    let (header, claims) =
        (format!(r#"{{"alg":"EdDSA"{kid}}}"#), format!(r#"{{"iss":"{issuer}"}}"#));
    format!("{}.{}.{}", part(header), part(claims), BASE64_URL_SAFE_NO_PAD.encode([7; 64]))
}

fn rejection(issuers: &Issuers, token: &str, now: i64) -> Rejection {
    let policy = format!(r#"{{"issuer":["{A}","{B}"],"audience":"any","algorithms":["EdDSA"]}}"#);
    let validator = Validator::new(Policy::from_json(&policy).unwrap(), issuers.keys(at(now)));
    validator.validate(token, &NoCutoffs, at(now)).unwrap_err()
}

fn lack(issuers: &mut Issuers, token: &str, now: i64) -> Lack {
    let no = rejection(issuers, token, now);
    issuers.lacking(token, &no, at(now))
}

#[test]
fn keys_that_were_never_fetched_are_awaited() {
    let mut issuers = issuers();
    assert_eq!(lack(&mut issuers, &token(A, Some("a")), 0), Lack::Awaited);
    let fetches: Vec<_> = std::iter::from_fn(|| issuers.poll(at(0))).collect();
    assert_eq!(fetches.len(), 2, "one for each issuer, at once");
    assert_eq!(
        lack(&mut issuers, &token(A, Some("a")), 0),
        Lack::Awaited,
        "while they are fetched"
    );
}

#[test]
fn whoever_is_not_configured_lacks_nothing() {
    let mut issuers = issuers();
    for strange in ["https://c.example/", "https://a.example", ""] {
        assert_eq!(lack(&mut issuers, &token(strange, Some("a")), 0), Lack::Nothing, "{strange}");
    }
    let none = "e30.e30.";
    assert_eq!(lack(&mut issuers, none, 0), Lack::Nothing);
}

#[test]
fn a_name_that_is_missing_is_looked_for_at_its_issuer_alone() {
    let mut issuers = issuers();
    serve(&mut issuers, 200, NAMED, 0);
    assert_eq!(
        lack(&mut issuers, &token(A, Some("new")), 10),
        Lack::Nothing,
        "within the cool-down"
    );
    assert_eq!(serve(&mut issuers, 200, NAMED, 31), ["https://a.example/jwks"], "once it is over");
    assert_eq!(lack(&mut issuers, &token(B, Some("new")), 100), Lack::Awaited);
    assert_eq!(serve(&mut issuers, 200, NAMED, 100), ["https://b.example/jwks"]);
}

#[test]
fn a_signature_that_fails_says_something_of_keys_without_names_alone() {
    let mut issuers = issuers();
    serve(&mut issuers, 200, NAMELESS, 0);
    assert_eq!(lack(&mut issuers, &token(A, None), 100), Lack::Awaited);
    serve(&mut issuers, 200, NAMED, 100);
    assert_eq!(lack(&mut issuers, &token(A, Some("a")), 200), Lack::Nothing);
}

#[test]
fn nobody_waits_for_an_issuer_that_failed() {
    let mut issuers = issuers();
    serve(&mut issuers, 500, "", 0);
    let one = Lack::Unavailable { retry_after: Duration::from_secs(1) };
    assert_eq!(lack(&mut issuers, &token(A, Some("a")), 0), one);
    assert_eq!(lack(&mut issuers, &token(A, Some("a")), 5), one, "though a fetch is due");
    serve(&mut issuers, 200, NAMED, 5);
    // Later the same while there are keys: who is new cannot be asked about.
    serve(&mut issuers, 500, "", 500);
    let later = lack(&mut issuers, &token(A, Some("new")), 500);
    assert!(matches!(later, Lack::Unavailable { .. }), "{later:?}");
}

#[test]
fn keys_are_used_unseen_as_long_as_they_are_fresh_and_beyond_while_the_issuer_is_down() {
    let mut issuers = issuers();
    assert_eq!(issuers.unchanged_until(at(0)), at(0), "there are none");
    serve(&mut issuers, 200, NAMED, 0);
    assert_eq!(issuers.unchanged_until(at(0)), at(600));
    assert!(!issuers.is_outdated(A, at(599)) && issuers.is_outdated(A, at(600)));
    assert!(!issuers.is_outdated("https://c.example/", at(600)));
    assert_eq!(issuers.unchanged_until(at(600)), at(600), "each decision looks");
    serve(&mut issuers, 500, "", 600);
    assert!(!issuers.is_outdated(A, at(600)));
    let day = 24 * 60 * 60;
    assert_eq!(issuers.unchanged_until(at(600)), at(600 + day));
    assert_eq!(issuers.keys(at(600 + day - 1)).len(), 1, "one key, of both issuers");
    assert!(issuers.keys(at(600 + day)).is_empty());
}

#[test]
fn the_same_text_is_the_same_keys() {
    let mut issuers = issuers();
    let before = issuers.revisions(at(0));
    serve(&mut issuers, 200, NAMED, 0);
    let first = issuers.revisions(at(0));
    assert_ne!(before, first);
    serve(&mut issuers, 200, NAMED, 500);
    assert_eq!(issuers.revisions(at(500)), first);
    serve(&mut issuers, 200, NAMELESS, 1_000);
    assert_ne!(issuers.revisions(at(1_000)), first);
}
