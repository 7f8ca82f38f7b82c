//! Introspection, driven by hand: what is asked, what is kept and for how long, what a fault is.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod asking;

use asking::*;
use lowwater::{Introspected, Rule, Target, Until};
use lowwater_intake::{Answer, Asked, Credentials, Introspection};

#[test]
fn a_token_is_posted_as_a_form_with_the_credentials() {
    let fetch = fetch(&mut configured(""), "a+b/c=&token=x%41", 0);
    assert_eq!((fetch.method(), fetch.url()), ("POST", ENDPOINT));
    assert_eq!(
        fetch.body(),
        Some("token=a%2Bb%2Fc%3D%26token%3Dx%2541&token_type_hint=access_token")
    );
    let headers: Vec<_> = fetch.headers().collect();
    assert_eq!(
        headers,
        [
            ("Accept", "application/json"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Authorization", "Basic YXBpOnMzY3JldA=="), // api:s3cret
        ]
    );
    assert_eq!((fetch.max_bytes(), fetch.timeout().as_secs()), (64 * 1024, 3));
}

#[test]
fn name_and_secret_are_form_encoded_before_they_are_joined() {
    let credentials = Credentials::basic("a:b c", "\u{fc}%/+").unwrap();
    let mut own = Introspection::of_endpoint(ISSUER, ENDPOINT, credentials).build().unwrap();
    let authorization = |own: &mut Introspection, token: &str| {
        let fetch = fetch(own, token, 0);
        let found = fetch.headers().find(|(name, _)| *name == "Authorization");
        found.map(|(_, value)| value.to_owned())
    };
    // a%3Ab+c:%C3%BC%25%2F%2B
    let basic = "Basic YSUzQWIrYzolQzMlQkMlMjUlMkYlMkI=";
    assert_eq!(authorization(&mut own, "t1").unwrap(), basic);
    own.set_credentials(Credentials::bearer("an-own.token~").unwrap());
    assert_eq!(authorization(&mut own, "t2").unwrap(), "Bearer an-own.token~");
    own.set_credentials(Credentials::of_the_connection());
    assert_eq!(authorization(&mut own, "t3"), None);
}

#[test]
fn neither_token_nor_secret_is_shown() {
    let mut own = configured("");
    let asked = ask(&mut own, TOKEN, 0).unwrap();
    let builder =
        Introspection::of_endpoint(ISSUER, ENDPOINT, Credentials::basic("api", "s3cret").unwrap());
    let mut shown = format!("{asked:?} {own:?} {builder:?}");
    let Asked::Fetch(fetch) = asked else { panic!("nothing to fetch") };
    let no = answer(&mut own, &fetch, 200, TOKEN, 0).unwrap_err();
    shown.push_str(&format!("{no:?} {no} {own:?}"));
    shown.push_str(&format!("{:?}", told(&mut own, TOKEN, &active(r#","x":"u1""#), 0)));
    for secret in [TOKEN, "s3cret", "YXBpOnMzY3JldA", "u1"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn a_token_that_cannot_be_sent_causes_no_request() {
    let mut own = configured("");
    for token in ["", " ", "a b", "a\r\nX: y", "caf\u{e9}", "\u{0}"] {
        let no = ask(&mut own, token, 0).unwrap_err();
        assert_eq!((no.code().as_str(), no.http_status()), ("token_malformed", 401), "{token:?}");
    }
    let no = ask(&mut own, &"a".repeat(16 * 1024 + 1), 0).unwrap_err();
    assert_eq!(no.code(), "token_too_large");
}

#[test]
fn a_response_that_is_known_is_not_asked_for() {
    let mut own = configured("");
    let first = told(&mut own, TOKEN, &active(""), 0);
    assert_eq!(code(&first, 0), None);
    let again = known(&mut own, TOKEN, 30);
    assert_eq!(code(&again, 30), None);
    assert_eq!(decide(&again, &rules(), 30).unwrap().claims_json(), active(""));
    assert!(matches!(ask(&mut own, "another", 30), Ok(Asked::Fetch(_))));
}

/// A cache of decisions would answer the second route with the first one's yes.
#[test]
fn scopes_are_asked_anew_on_every_hit() {
    let mut own = configured("");
    let first = told(&mut own, TOKEN, &active(r#","scope":"read""#), 0);
    assert!(decide(&first, &rules(), 0).unwrap().require_scopes(["read"]).is_ok());
    let again = decide(&known(&mut own, TOKEN, 1), &rules(), 1).unwrap();
    let no = again.require_scopes(["write"]).unwrap_err();
    assert_eq!((no.code().as_str(), no.http_status()), ("scope_missing", 403));
    assert!(again.require_scopes(["read"]).is_ok());
}

/// A token that is used without pause would otherwise never be asked about again.
#[test]
fn a_hit_prolongs_nothing() {
    let mut own = configured("");
    told(&mut own, TOKEN, &active(""), 0);
    for now in 0..60 {
        known(&mut own, TOKEN, now);
    }
    assert_eq!(code(&told(&mut own, TOKEN, INACTIVE, 60), 60), Some("token_inactive"));
}

/// No cache has to be told of a rule, in no process.
#[test]
fn one_cutoff_ends_what_every_instance_keeps() {
    let mut instances = [configured(""), configured("")];
    for own in &mut instances {
        assert_eq!(code(&told(own, TOKEN, &active(r#","client_id":"c1""#), 0), 0), None);
    }
    let mut cutoffs = rules();
    let user = Target::subject("u1").at_issuer(ISSUER).and(Target::client("c1"));
    cutoffs.apply(Rule::issued_before(user, at(10)), at(10)).unwrap();
    for own in &mut instances {
        let no = decide(&known(own, TOKEN, 11), &cutoffs, 11).unwrap_err();
        assert_eq!((no.code().as_str(), no.http_status()), ("token_revoked", 401));
    }
    cutoffs.apply(Rule::revoked(Target::session("s1"), Until::Never), at(12)).unwrap();
    let session = told(&mut instances[0], "other", &active(r#","sid":"s1""#), 13);
    let no = decide(&session, &cutoffs, 13).unwrap_err();
    assert_eq!(no.code(), "session_revoked");
}

#[test]
fn no_response_is_kept_beyond_exp() {
    let mut own = configured("");
    let soon = active("").replace(&(NOW + 600).to_string(), &format!("{}.5", NOW + 20));
    told(&mut own, TOKEN, &soon, 0);
    known(&mut own, TOKEN, 20);
    assert_eq!(code(&told(&mut own, TOKEN, INACTIVE, 21), 21), Some("token_inactive"));
    // One that has expired already is decided about, and kept for nobody.
    let late = told(&mut own, "late", &soon, 30);
    assert_eq!(code(&late, 30), None, "within the leeway");
    assert_eq!(code(&late, 81), Some("token_expired"));
    fetch(&mut own, "late", 30);
}

#[test]
fn time_is_asked_anew_on_every_hit() {
    let mut own = configured("");
    let from_30 = active(&format!(r#","nbf":{}"#, NOW + 90));
    assert_eq!(code(&told(&mut own, TOKEN, &from_30, 0), 0), Some("token_not_yet_valid"));
    assert_eq!(code(&known(&mut own, TOKEN, 29), 29), Some("token_not_yet_valid"));
    assert_eq!(code(&known(&mut own, TOKEN, 30), 30), None);
}

#[test]
fn a_token_that_is_not_active_is_asked_about_again_after_seconds() {
    for body in
        [INACTIVE, "{}", r#"{"active":"true"}"#, r#"{"active":1}"#, r#"{"active":null,"sub":"u1"}"#]
    {
        let mut own = configured("");
        assert_eq!(code(&told(&mut own, TOKEN, body, 0), 0), Some("token_inactive"), "{body}");
        assert_eq!(code(&known(&mut own, TOKEN, 9), 9), Some("token_inactive"));
        assert_eq!(code(&told(&mut own, TOKEN, &active(""), 10), 10), None);
        assert_eq!(code(&known(&mut own, TOKEN, 69), 69), None);
    }
    let mut own = configured("");
    let wrong = told(&mut own, TOKEN, r#"{"active":true,"exp":"never"}"#, 0);
    assert_eq!(code(&wrong, 0), Some("claim_type"));
    assert_eq!(code(&known(&mut own, TOKEN, 9), 9), Some("claim_type"));
    fetch(&mut own, TOKEN, 10);
}

#[test]
fn the_issuer_is_the_one_that_was_asked() {
    let mut own = configured("");
    let nameless = active("").replace(&format!(r#""iss":"{ISSUER}","#), "");
    let accepted = decide(&told(&mut own, "t1", &nameless, 0), &rules(), 0).unwrap();
    assert_eq!((accepted.issuer(), own.issuer()), (Some(ISSUER), ISSUER));
    let other = active("").replace(ISSUER, "https://other.example/");
    assert_eq!(code(&told(&mut own, "t2", &other, 0), 0), Some("issuer_not_allowed"));
    // A validator that asks refuses such a configuration; where none is built, the policy tells.
    let read = Introspected::read(nameless.as_bytes(), "https://other.example/").unwrap();
    assert_eq!(code(&read, 0), Some("issuer_not_allowed"));
}

#[test]
fn an_audience_that_is_not_this_api_is_refused() {
    let mut own = configured("");
    let other = active("").replace(AUDIENCE, "https://other.example/");
    assert_eq!(code(&told(&mut own, "t1", &other, 0), 0), Some("audience_not_allowed"));
    let none = active("").replace(&format!(r#""aud":"{AUDIENCE}","#), "");
    assert_eq!(code(&told(&mut own, "t2", &none, 0), 0), Some("audience_not_allowed"));
}

#[test]
fn a_refresh_token_is_refused() {
    for kind in [
        r#","typ":"Refresh""#,
        r#","token_use":"refresh_token","token_type":"Bearer""#,
        r#","token_type":"refresh_token""#,
    ] {
        let response = told(&mut configured(""), TOKEN, &active(kind), 0);
        assert_eq!(code(&response, 0), Some("type_not_allowed"), "{kind}");
    }
}

#[test]
fn a_bound_token_wants_its_key() {
    let mut own = configured("");
    told(&mut own, TOKEN, &active(r#","token_type":"DPoP","cnf":{"jkt":"thumb"}"#), 0);
    let accepted = decide(&known(&mut own, TOKEN, 1), &rules(), 1).unwrap();
    assert!(accepted.require_confirmation("thumb").is_ok());
    let no = accepted.require_confirmation("other").unwrap_err();
    assert_eq!((no.code().as_str(), no.http_status()), ("confirmation_mismatch", 401));
}

#[test]
fn an_answer_that_is_not_200_is_not_inactive() {
    for status in [100, 204, 301, 302, 307, 400, 404, 429, 500, 502, 503] {
        let mut own = configured("");
        let fault = fails(&mut own, TOKEN, status, 0);
        assert_eq!((fault.code(), own.len()), ("status", 0), "{status}");
        assert_eq!(fault.to_string(), format!("the answer has status {status}, 200 was expected"));
        assert!(told(&mut own, TOKEN, &active(""), 0).is_active(), "nothing was kept");
        assert!(own.fault().is_none());
    }
    // Whatever such an answer says.
    let mut own = configured("");
    let asked = fetch(&mut own, TOKEN, 0);
    assert!(answer(&mut own, &asked, 503, INACTIVE, 0).is_err());
    let asked = fetch(&mut own, TOKEN, 0);
    assert!(answer(&mut own, &asked, 400, &active(""), 0).is_err());
    let asked = fetch(&mut own, TOKEN, 0);
    assert_eq!(own.failed(&asked, at(3)).fault.code(), "unreachable");
}

#[test]
fn credentials_that_are_refused_are_told_to_the_operator() {
    for status in [401, 403] {
        let mut own = configured("");
        let fault = fails(&mut own, TOKEN, status, 0);
        assert_eq!(fault.code(), "credentials");
        let text = format!("the answer has status {status}: the endpoint refuses the credentials");
        assert_eq!(own.fault().unwrap().to_string(), text);
    }
}

#[test]
fn an_answer_that_cannot_be_read_is_not_inactive() {
    for body in [
        "",
        "false",
        "[]",
        "<html>",
        r#"{"active":false"#,
        r#"{"active":false,"active":true}"#,
        r#"{"active":true,"\u0061ctive":true}"#,
        "\u{feff}{}",
    ] {
        let mut own = configured("");
        let asked = fetch(&mut own, TOKEN, 0);
        let no = answer(&mut own, &asked, 200, body, 0).unwrap_err();
        assert_eq!((no.fault.code(), own.len()), ("json", 0), "{body}");
        assert_eq!(no.rejection(&validator()).code(), "introspection_unavailable");
        fetch(&mut own, TOKEN, 0);
    }
    let mut own = configured(r#","max_bytes":32"#);
    let asked = fetch(&mut own, TOKEN, 0);
    assert_eq!(asked.max_bytes(), 32);
    let no = answer(&mut own, &asked, 200, &active(""), 0).unwrap_err();
    assert_eq!(no.fault.code(), "too_large");
    let asked = fetch(&mut own, TOKEN, 0);
    let no = own.answered(
        &asked,
        &Answer::new(200, &[], b"{\"active\":true,\"a\":\"\xff\"}"),
        &lowwater::KeySet::empty(),
        at(0),
    );
    assert_eq!(no.unwrap_err().fault.code(), "json");
}

#[test]
fn a_configuration_with_a_mistake_is_refused() {
    let full = |from: &str, to: &str| {
        let json = format!(
            r#"{{"issuer":"{ISSUER}","endpoint":"{ENDPOINT}","client_id":"api","client_secret":"s","ttl":60}}"#
        );
        assert!(json.contains(from));
        Introspection::from_json(&json.replace(from, to))
    };
    assert!(full("60", "0").is_ok());
    for (from, to) in [
        (ISSUER, ""),
        (ENDPOINT, "http://issuer.example/introspect"),
        (ENDPOINT, "https://user:pw@issuer.example/"),
        (ENDPOINT, "http://127.0.0.1/introspect"),
        (r#","client_secret":"s""#, ""),
        (r#","client_secret":"s""#, r#","client_secret":"""#),
        (r#","client_secret":"s""#, r#","client_secret":"s","bearer":"t""#),
        (r#""client_id":"api","client_secret":"s""#, r#""bearer":"a b""#),
        (r#""client_id":"api","client_secret":"s""#, r#""credentials":"none""#),
        (r#""client_id":"api","client_secret":"s","#, ""),
        (r#""ttl":60"#, r#""ttl":3601"#),
        (r#""ttl":60"#, r#""ttl":-1"#),
        (r#""ttl":60"#, r#""inactive_ttl":4"#),
        (r#""ttl":60"#, r#""inactive_ttl":31"#),
        (r#""ttl":60"#, r#""timeout":0"#),
        (r#""ttl":60"#, r#""cool_down":0.5"#),
        (r#""ttl":60"#, r#""max_pending":0"#),
        (r#""ttl":60"#, r#""max_bytes":1.5"#),
        (r#""ttl":60"#, r#""max_entries":-1"#),
        (r#""ttl":60"#, r#""max_cache_bytes":"16""#),
        (r#""ttl":60"#, r#""allow_loopback_http":1"#),
        (r#""ttl":60"#, r#""TTL":60"#),
        (r#""ttl":60"#, r#""signed_for":[]"#),
        (r#""ttl":60"#, r#""signed_for":"api""#),
        (r#""ttl":60"#, r#""algorithms":["RS256"]"#),
    ] {
        let mistake = full(from, to).expect_err(to).to_string();
        assert!(!mistake.contains("\"s\""), "{mistake}");
    }
    assert!(
        full(r#""client_id":"api","client_secret":"s""#, r#""credentials":"connection""#).is_ok()
    );
    let local = r#","allow_loopback_http":true"#;
    let json = format!(
        r#"{{"issuer":"{ISSUER}","endpoint":"http://127.0.0.1:8080/i","bearer":"t"{local}}}"#
    );
    assert!(Introspection::from_json(&json).is_ok());
}
