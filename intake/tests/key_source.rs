//! A key source, driven by hand: what it asks for, when, and what it believes.
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
use lowwater::{Algorithm, Code, NoCutoffs, Ring, UnixTime, Validator};
use lowwater_intake::{Answer, Fetch, KeySource, KeySourceBuilder, SourceFault};
use ring::signature::Ed25519KeyPair;

const ISSUER: &str = "https://issuer.example/";
const KEYS: &str = "https://issuer.example/jwks";
const A: &str =
    r#"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4"}"#;
const B: &str =
    r#"{"kty":"OKP","crv":"Ed25519","kid":"b","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// The private key of [`B`], which everyone can read.
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
const SECRET: &str = r#"{"kty":"oct","kid":"s","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(1_700_000_000 + seconds)
}

fn set(keys: &[&str]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

fn of_keys() -> KeySource {
    KeySource::of_jwks(ISSUER, KEYS).build().unwrap()
}

type Headers<'h> = &'h [(&'h str, &'h str)];

fn answer(
    source: &mut KeySource,
    fetch: &Fetch,
    status: u16,
    headers: Headers<'_>,
    body: &str,
    now: i64,
) {
    source.answered(fetch, &Answer::new(status, headers, body.as_bytes()), &Ring, at(now));
}

/// Polls, answers with this, and tells what was asked.
fn serve(source: &mut KeySource, status: u16, headers: Headers<'_>, body: &str, now: i64) -> Fetch {
    let fetch = source.poll(at(now)).unwrap();
    assert!(source.poll(at(now)).is_none(), "one at a time");
    answer(source, &fetch, status, headers, body, now);
    fetch
}

fn names(source: &KeySource, now: i64) -> Vec<String> {
    source.keys(at(now)).map_or(Vec::new(), |keys| keys.key_ids().map(Into::into).collect())
}

fn etag_of(fetch: &Fetch) -> Option<&str> {
    fetch.headers().find(|(name, _)| *name == "If-None-Match").map(|(_, value)| value)
}

#[test]
fn an_issuer_is_asked_for_its_metadata_and_then_for_its_keys() {
    let mut source = KeySource::of_issuer("https://issuer.example/tenant/").build().unwrap();
    assert!(source.keys(at(0)).is_err());
    let metadata =
        r#"{"issuer":"https://issuer.example/tenant/","jwks_uri":"https://keys.example/k"}"#;
    let asked = serve(&mut source, 200, &[], metadata, 0);
    assert_eq!(asked.url(), "https://issuer.example/tenant/.well-known/openid-configuration");
    assert!(source.keys(at(0)).is_err());
    assert_eq!(serve(&mut source, 200, &[], &set(&[A]), 0).url(), "https://keys.example/k");
    assert_eq!(names(&source, 0), ["a"]);
    assert!(source.poll(at(0)).is_none());
}

#[test]
fn keys_are_bound_to_their_issuer() {
    let mut source = of_keys();
    serve(&mut source, 200, &[], &set(&[B]), 0);
    // Signed by the key of RFC 8037 appendix A, in the name of another issuer.
    let signer = Ed25519KeyPair::from_seed_unchecked(&SEED).unwrap();
    let signed = |issuer: &str| {
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let claims = format!(r#"{{"iss":"{issuer}","iat":1700000000,"exp":1700000600}}"#);
        let head = format!("{}.{}", encode(br#"{"alg":"EdDSA"}"#), encode(claims.as_bytes()));
        format!("{head}.{}", encode(signer.sign(head.as_bytes()).as_ref()))
    };
    let validator = Validator::builder()
        .any_issuer()
        .any_audience()
        .algorithms([Algorithm::EdDsa])
        .keys(source.keys(at(0)).unwrap().clone())
        .build()
        .unwrap();
    let code = |issuer| {
        validator.validate(&signed(issuer), &NoCutoffs, at(0)).map(drop).map_err(|no| no.code())
    };
    assert_eq!(code(ISSUER), Ok(()));
    assert_eq!(code("https://other.example/"), Err(Code::IssuerNotAllowed));
}

#[test]
fn metadata_of_another_issuer_are_refused() {
    for (metadata, fault) in [
        (
            r#"{"issuer":"https://issuer.example","jwks_uri":"https://a.example/"}"#,
            SourceFault::Issuer,
        ),
        (
            r#"{"issuer":"https://issuer.example/","jwks_uri":"http://a.example/"}"#,
            SourceFault::Address,
        ),
        (
            r#"{"issuer":"https://issuer.example/","jwks_uri":"http://127.0.0.1/"}"#,
            SourceFault::Address,
        ),
        (
            r#"{"issuer":"https://issuer.example/","jwks_uri":"https://u:p@a.example/"}"#,
            SourceFault::Address,
        ),
        (
            r#"{"issuer":"https://issuer.example/","jwks_uri":"file:///etc/passwd"}"#,
            SourceFault::Address,
        ),
        (r#"{"issuer":"https://issuer.example/","jwks_uri":5}"#, SourceFault::Metadata),
        (r#"{"jwks_uri":"https://a.example/"}"#, SourceFault::Metadata),
    ] {
        let mut source = KeySource::of_issuer(ISSUER).build().unwrap();
        serve(&mut source, 200, &[], metadata, 0);
        assert_eq!(source.fault(), Some(&fault), "{metadata}");
        assert!(source.keys(at(0)).is_err());
    }
    let mut source = KeySource::of_issuer(ISSUER).build().unwrap();
    let twice =
        r#"{"issuer":"https://issuer.example/","jwks_uri":"https://a.example/","\u0069ssuer":"x"}"#;
    serve(&mut source, 200, &[], twice, 0);
    assert!(matches!(source.fault(), Some(SourceFault::Json(_))));
}

#[test]
fn secrets_are_never_taken_from_an_issuer() {
    let mut source = of_keys();
    serve(&mut source, 200, &[], &set(&[SECRET, A]), 0);
    assert_eq!(names(&source, 0), ["a"]);
    let mut source = of_keys();
    serve(&mut source, 200, &[], &set(&[SECRET]), 0);
    assert_eq!(source.fault(), Some(&SourceFault::NoUsableKey));
    assert!(source.keys(at(0)).is_err());
}

#[test]
fn keys_are_fetched_anew_before_they_are_stale() {
    let cases: [(Headers<'_>, i64); 7] = [
        (&[], 480),
        (&[("cache-control", "public, max-age=1000")], 800),
        (&[("Cache-Control", "max-age=1000"), ("Age", "500")], 400),
        (&[("Cache-Control", "max-age=1")], 48),
        (&[("Cache-Control", "no-store, max-age=1000")], 48),
        (&[("Cache-Control", "max-age=99999999999999999999")], 48),
        (&[("Cache-Control", "max-age=31536000")], 69_120),
    ];
    for (headers, due) in cases {
        let mut source = of_keys();
        serve(&mut source, 200, headers, &set(&[A]), 0);
        assert_eq!(source.next_poll(), Some(at(due)), "{headers:?}");
        assert!(source.poll(at(due - 1)).is_none() && source.poll(at(due)).is_some());
    }
}

#[test]
fn a_withdrawn_key_is_gone_with_the_next_answer() {
    let mut source = of_keys();
    serve(&mut source, 200, &[], &set(&[A, B]), 0);
    serve(&mut source, 200, &[], &set(&[B]), 480);
    assert_eq!(names(&source, 480), ["b"]);
    serve(&mut source, 200, &[], &set(&[]), 1000);
    assert_eq!(source.fault(), Some(&SourceFault::NoUsableKey));
    assert!(source.keys(at(1000)).is_err(), "all are withdrawn");
}

#[test]
fn the_last_good_keys_are_used_up_to_a_bound() {
    let mut source =
        KeySource::of_jwks(ISSUER, KEYS).stale_for(Duration::from_secs(100)).build().unwrap();
    serve(&mut source, 200, &[], &set(&[A]), 0);
    for (now, status, body) in
        [(480, 500, ""), (510, 200, "<html>"), (540, 200, "{}"), (570, 404, "{}")]
    {
        serve(&mut source, status, &[], body, now);
        assert_eq!(names(&source, now), ["a"]);
        assert!(source.fault().is_some());
    }
    assert_eq!(names(&source, 699), ["a"]);
    let unavailable = source.keys(at(700)).unwrap_err();
    assert_eq!(
        unavailable.to_string(),
        "the issuer's keys cannot be had: the answer has status 404, 200 was expected"
    );
    serve(&mut source, 200, &[], &set(&[B]), 800);
    assert_eq!((names(&source, 800), source.fault()), (vec!["b".into()], None));
}

#[test]
fn an_unknown_key_causes_one_fetch_in_a_cool_down_also_after_failures() {
    let mut source = of_keys();
    serve(&mut source, 200, &[("ETag", "\"1\"")], &set(&[A]), 0);
    let mut fetched = Vec::new();
    for now in 0..200 {
        source.key_is_missing();
        if let Some(fetch) = source.poll(at(now)) {
            assert_eq!(etag_of(&fetch), None, "who misses a key wants all");
            fetched.push(now);
            match now % 60 {
                0 => source.failed(&fetch, at(now)),
                _ => answer(&mut source, &fetch, 503, &[], "", now),
            }
        }
    }
    assert_eq!(fetched, [30, 60, 90, 120, 150, 180]);
}

#[test]
fn a_source_that_is_down_at_the_start_is_asked_again_soon_and_then_later() {
    let mut source = of_keys();
    let mut fetched = Vec::new();
    for now in 0..150 {
        if let Some(fetch) = source.poll(at(now)) {
            fetched.push(now);
            source.failed(&fetch, at(now));
        }
    }
    assert_eq!(fetched, [0, 1, 3, 7, 15, 31, 61, 91, 121]);
    assert_eq!(source.keys(at(150)).unwrap_err().retry_after, Duration::from_secs(1));
}

#[test]
fn a_fetch_that_hangs_is_given_up_and_its_late_answer_is_nobodys() {
    let mut source = of_keys();
    let hung = source.poll(at(0)).unwrap();
    assert!(source.poll(at(4)).is_none());
    assert_eq!(source.next_poll(), Some(at(5)));
    assert!(source.poll(at(5)).is_none());
    assert_eq!(source.fault(), Some(&SourceFault::Unreachable));
    answer(&mut source, &hung, 200, &[], &set(&[A]), 5);
    assert!(source.keys(at(5)).is_err(), "an answer to what was given up");
    serve(&mut source, 200, &[], &set(&[B]), 6);
    answer(&mut source, &hung, 200, &[], &set(&[A]), 6);
    assert_eq!(names(&source, 6), ["b"]);
}

#[test]
fn an_etag_is_sent_back_and_believed_for_a_day() {
    let mut source = of_keys();
    let day = [("Cache-Control", "max-age=86400"), ("ETag", "W/\"x\"")];
    serve(&mut source, 200, &day, &set(&[A]), 0);
    let asked = serve(&mut source, 304, &[], "", 69_120);
    assert_eq!(etag_of(&asked), Some("W/\"x\""));
    assert_eq!((names(&source, 69_121), source.next_poll()), (vec!["a".into()], Some(at(69_600))));
    let asked = serve(&mut source, 304, &day, "", 69_600);
    assert_eq!(etag_of(&asked), Some("W/\"x\""));
    let asked = serve(&mut source, 304, &day, "", 69_600 + 69_120);
    assert_eq!(etag_of(&asked), None, "everything, once a day");
    assert_eq!(source.fault(), Some(&SourceFault::Status(304)), "nobody asked for that");
}

#[test]
fn an_etag_that_would_break_a_header_is_not_sent() {
    for etag in
        ["\"a\r\nX: y\"", "bare", "\"a\"b\"", "\"\u{e9}\"", &format!("\"{}\"", "x".repeat(300))]
    {
        let mut source = of_keys();
        serve(&mut source, 200, &[("ETag", etag)], &set(&[A]), 0);
        assert_eq!(etag_of(&source.poll(at(480)).unwrap()), None, "{etag:?}");
    }
}

#[test]
fn redirects_stay_with_the_host() {
    for (location, fault) in [
        ("https://evil.example/jwks", true),
        ("//evil.example/jwks", true),
        ("http://issuer.example/jwks", true),
        ("https://issuer.example:444/jwks", true),
        ("https://issuer.example@evil.example/", true),
        ("https://issuer.example\\@evil.example/", true),
        ("/other", false),
        ("https://ISSUER.example:443/other", false),
    ] {
        let mut source = of_keys();
        serve(&mut source, 302, &[("Location", location)], "", 0);
        assert_eq!(source.fault() == Some(&SourceFault::Redirect), fault, "{location}");
        let next = source.poll(at(0)).map(|fetch| fetch.url().to_owned());
        assert_eq!(next.is_none(), fault);
        let own = ["https://issuer.example/", "https://issuer.example:443/"];
        assert!(next.is_none_or(|url| own.iter().any(|own| url.starts_with(own))), "{location}");
    }
    let mut source = of_keys();
    for _ in 0..4 {
        serve(&mut source, 307, &[("Location", "/again")], "", 0);
    }
    assert_eq!(source.fault(), Some(&SourceFault::Redirect), "the fourth in a row");
}

#[test]
fn a_large_answer_is_refused() {
    let mut source = KeySource::of_jwks(ISSUER, KEYS).max_bytes(200).build().unwrap();
    serve(&mut source, 200, &[], &format!("{}{}", set(&[A]), " ".repeat(200)), 0);
    assert_eq!(source.fault(), Some(&SourceFault::TooLarge));
}

#[test]
fn keys_that_were_kept_serve_until_the_first_answer() {
    let mut source = of_keys();
    source.hydrate(&set(&[A]), at(0), &Ring).unwrap();
    assert_eq!(names(&source, 0), ["a"]);
    assert!(source.hydrate("{}", at(0), &Ring).is_err());
    serve(&mut source, 500, &[], "", 0);
    assert_eq!(names(&source, 100), ["a"]);
    serve(&mut source, 200, &[], &set(&[B]), 100);
    assert_eq!(names(&source, 100), ["b"]);
}

#[test]
fn a_clock_that_goes_back_does_not_put_off_a_missing_key() {
    let mut source = of_keys();
    serve(&mut source, 200, &[], &set(&[A]), 100_000);
    source.key_is_missing();
    assert!(source.poll(at(0)).is_none());
    assert!(source.poll(at(30)).is_some());
}

#[test]
fn keys_that_moved_are_looked_for_again() {
    let mut source = KeySource::of_issuer(ISSUER).build().unwrap();
    let metadata =
        |place: &str| format!(r#"{{"issuer":"{ISSUER}","jwks_uri":"https://{place}.example/"}}"#);
    serve(&mut source, 200, &[], &metadata("old"), 0);
    serve(&mut source, 200, &[], &set(&[A]), 0);
    assert_eq!(serve(&mut source, 404, &[], "", 480).url(), "https://old.example/");
    assert!(
        serve(&mut source, 200, &[], &metadata("new"), 510).url().ends_with("openid-configuration")
    );
    assert_eq!(serve(&mut source, 200, &[], &set(&[B]), 510).url(), "https://new.example/");
    assert_eq!(names(&source, 510), ["b"]);
}

#[test]
fn mistakes_in_configuration_say_what_to_do() {
    let told = |builder: KeySourceBuilder| builder.build().unwrap_err().to_string();
    let of = |url| told(KeySource::of_jwks(ISSUER, url));
    for url in
        ["http://issuer.example/jwks", "http://localhost:8080/", "ftp://x/", "jwks", "https://u@x/"]
    {
        assert!(of(url).contains("the address must be https"), "{}", of(url));
    }
    assert!(
        KeySource::of_jwks(ISSUER, "http://localhost:8080/").allow_loopback_http().build().is_ok()
    );
    assert!(KeySource::of_jwks(ISSUER, "http://[::1]:80/").allow_loopback_http().build().is_ok());
    assert!(
        KeySource::of_jwks(ISSUER, "http://localhost.evil.example/")
            .allow_loopback_http()
            .build()
            .is_err()
    );
    assert!(told(KeySource::of_issuer("")).contains("issuer must not be empty"));
    let base = || KeySource::of_jwks(ISSUER, KEYS);
    assert!(told(base().metadata_url(KEYS)).contains("not both"));
    assert!(told(base().fresh_for(Duration::ZERO)).contains("1 minute to 24 hours"));
    assert!(told(base().cool_down(Duration::ZERO)).contains("1 second to 24 hours"));
    assert!(told(base().timeout(Duration::ZERO)).contains("at most 1 minute"));
    assert!(told(base().stale_for(Duration::MAX)).contains("at most 30 days"));
    assert!(told(base().max_bytes(0)).contains("1 to 16 MiB"));
}

#[test]
fn a_round_with_its_redirects_is_over_in_one_timeout() {
    let mut source = KeySource::of_issuer(ISSUER).build().unwrap();
    let first = source.poll(at(0)).unwrap();
    assert_eq!(first.timeout().as_secs(), 5);
    let headers = [("Location", "/moved")];
    source.answered(&first, &Answer::new(302, &headers, b""), &Ring, at(4));
    let second = source.poll(at(4)).unwrap();
    assert_eq!(second.timeout().as_secs(), 1);
    source.answered(&second, &Answer::new(302, &[("Location", "/again")], b""), &Ring, at(5));
    assert!(source.poll(at(5)).is_none());
    assert_eq!(source.fault(), Some(&SourceFault::Unreachable));
}

#[test]
fn a_round_that_was_begun_before_the_clock_went_back_is_over() {
    let mut source = KeySource::of_issuer(ISSUER).build().unwrap();
    assert!(source.poll(at(1_000)).is_some());
    assert!(source.poll(at(0)).is_none());
    assert_eq!(source.fault(), Some(&SourceFault::Unreachable));
}

#[test]
fn keys_are_fetched_anew_after_the_clock_went_back() {
    let mut source = of_keys();
    serve(&mut source, 200, &[], &set(&[A]), 100_000);
    assert!(source.poll(at(99_999)).is_none(), "another thread's reading");
    assert!(source.poll(at(0)).is_none());
    assert_eq!(serve(&mut source, 200, &[], &set(&[B]), 30).url(), KEYS);
    assert_eq!(names(&source, 30), ["b"]);
}
