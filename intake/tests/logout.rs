//! Back-channel logout: what a logout token does, and everything that is none.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]
mod messages;

use std::time::Duration;

use lowwater::{Algorithm, NoCutoffs, Validator};
use lowwater_intake::{Logout, LogoutReceiver, MessageFault};
use messages::{ISSUER, OTHER, about, at, keys, sign, signed, told};
use proptest::prelude::*;

const EVENTS: &str = r#"{"http://schemas.openid.net/event/backchannel-logout":{}}"#;

/// Good members, one of them exchanged (or added); an empty value takes it away.
fn claims(changed: &str, value: &str) -> String {
    let good = [
        ("iss", format!("{ISSUER:?}")),
        ("aud", r#""client-1""#.into()),
        ("iat", "1700000000".into()),
        ("exp", "1700000120".into()),
        ("jti", r#""j1""#.into()),
        ("sub", r#""u1""#.into()),
        ("events", EVENTS.into()),
    ];
    let mut members: Vec<(&str, String)> = good.into();
    match members.iter_mut().find(|(name, _)| *name == changed) {
        Some(member) => member.1 = value.into(),
        None => members.push((changed, value.into())),
    }
    members.retain(|(_, value)| !value.is_empty());
    let member = |(name, value): &(&str, String)| format!("{name:?}:{value}");
    format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
}

fn receiver() -> LogoutReceiver {
    LogoutReceiver::new(ISSUER, ["client-1", "client-2"], [Algorithm::EdDsa]).unwrap()
}

fn read(claims: &str) -> Result<Logout, MessageFault> {
    receiver().read(&sign("logout+jwt", claims), &keys(), at(0))
}

fn code(claims: &str) -> String {
    read(claims).map_or_else(|no| no.code().into(), |_| "taken".into())
}

#[test]
fn a_session_that_is_named_is_over_whatever_the_subject() {
    let logout = read(&claims("sid", r#""s1""#)).unwrap();
    let never = about("revoked", r#""session":"s1""#, r#""until":"never""#);
    assert_eq!(told(logout.rules()), [never]);
    assert_eq!((logout.subject(), logout.session()), (Some("u1"), Some("s1")));
    assert_eq!((logout.token_id(), logout.reply().status()), ("j1", 200));
    let bounded = receiver().max_session(Duration::from_secs(3600)).unwrap();
    let token = sign("logout+jwt", claims("sid", r#""s1""#));
    let logout = bounded.read(&token, &keys(), at(0)).unwrap();
    let until = about("revoked", r#""session":"s1""#, r#""until":1700003600.999"#);
    assert_eq!(told(logout.rules()), [until]);
}

#[test]
fn a_subject_alone_ends_what_began_before_the_tokens_own_second_is_over() {
    let user = |at: &str| about("authenticated_before", r#""subject":"u1""#, at);
    assert_eq!(
        told(read(&claims("iat", "1700000000")).unwrap().rules()),
        [user(r#""at":1700000000"#)]
    );
    assert_eq!(
        told(read(&claims("iat", "1700000000.25")).unwrap().rules()),
        [user(r#""at":1700000000.250"#)]
    );
}

#[test]
fn the_example_of_the_specification_is_taken_strictly_and_not() {
    let example = r#"{"iss":"https://server.example.com","sub":"248289761001","aud":"s6BhdRkqt3",
        "iat":1700000000,"exp":1700000120,"jti":"bWJq","sid":"08a5019c-17e1-4977-8f42-65a12843ea02",
        "events":{"http://schemas.openid.net/event/backchannel-logout":{}}}"#;
    let receiver =
        LogoutReceiver::new("https://server.example.com", ["s6BhdRkqt3"], [Algorithm::EdDsa]);
    for receiver in [receiver.clone().unwrap().strict(), receiver.unwrap()] {
        let logout = receiver.read(&sign("logout+jwt", example), &keys(), at(0)).unwrap();
        assert_eq!(logout.session(), Some("08a5019c-17e1-4977-8f42-65a12843ea02"));
    }
}

#[test]
fn a_token_that_comes_again_makes_the_same_rules() {
    let token = sign("logout+jwt", claims("sid", r#""s1""#));
    let rules = |now| receiver().read(&token, &keys(), at(now)).unwrap().rules().to_vec();
    assert_eq!(rules(0), rules(100));
}

#[test]
fn the_type_is_asked_for_when_strict_and_otherwise_where_it_is_said() {
    let taken = |receiver: LogoutReceiver, typ: &str| {
        receiver.read(&sign(typ, claims("", "")), &keys(), at(0)).is_ok()
    };
    for (typ, strict, plain) in [
        ("logout+jwt", true, true),
        ("Logout+JWT", true, true),
        ("application/logout+jwt", true, true),
        ("JWT", false, true),
        ("", false, true),
        ("secevent+jwt", false, false),
        ("at+jwt", false, false),
    ] {
        assert_eq!(taken(receiver().strict(), typ), strict, "strict {typ}");
        assert_eq!(taken(receiver(), typ), plain, "{typ}");
    }
}

#[test]
fn no_expiry_is_taken_unless_strict_and_one_that_passed_is_not() {
    assert_eq!(code(&claims("exp", "")), "taken");
    let strict = receiver().strict().read(&sign("logout+jwt", claims("exp", "")), &keys(), at(0));
    assert_eq!(strict.unwrap_err().code(), "claim_missing");
    assert_eq!(code(&claims("exp", "1699999940")), "token_expired");
    assert_eq!(code(&claims("exp", "1699999941")), "taken");
}

#[test]
fn an_id_token_is_no_logout_token() {
    let id_token = claims("events", "").replace("\"jti\"", "\"nonce\":\"n\",\"jti\"");
    assert_eq!(code(&id_token), "claim_missing");
    assert_eq!(code(&claims("nonce", r#""n""#)), "claim_forbidden");
    assert_eq!(code(&claims("nonce", "null")), "claim_forbidden");
}

#[test]
fn an_access_token_is_no_logout_token() {
    assert_eq!(code(&claims("events", "")), "claim_missing");
    let typed = receiver().read(&sign("at+jwt", claims("", "")), &keys(), at(0));
    assert_eq!(typed.unwrap_err().code(), "type_not_allowed");
}

#[test]
fn a_logout_token_is_no_access_token() {
    let validator = Validator::builder()
        .issuer(ISSUER)
        .audience("client-1")
        .algorithms([Algorithm::EdDsa])
        .keys(keys())
        .build()
        .unwrap();
    let token = sign("logout+jwt", claims("", ""));
    let no = validator.validate(&token, &NoCutoffs, at(0)).map(drop).unwrap_err();
    assert_eq!(no.code().as_str(), "type_not_allowed");
}

#[test]
fn a_token_for_another_client_is_not_taken() {
    for (audience, taken) in [
        (r#""client-3""#, false),
        (r#"["client-3","client-2"]"#, true),
        (r#"["client-3"]"#, false),
        (r#""client-1 ""#, false),
        ("", false),
    ] {
        assert_eq!(code(&claims("aud", audience)) == "taken", taken, "{audience}");
    }
    assert_eq!(code(&claims("aud", "")), "audience_not_allowed");
    assert_eq!(code(&claims("aud", "[]")), "claim_type");
    assert_eq!(code(&claims("aud", "5")), "claim_type");
}

#[test]
fn a_session_of_another_issuer_is_not_taken() {
    assert_eq!(code(&claims("iss", &format!("{OTHER:?}"))), "issuer_not_allowed");
    assert_eq!(code(&claims("iss", r#""https://issuer.example""#)), "issuer_not_allowed");
    assert_eq!(code(&claims("iss", "")), "issuer_not_allowed");
    let of_other = keys().for_issuer(OTHER);
    let token = sign("logout+jwt", claims("sid", r#""s1""#));
    let no = receiver().read(&token, &of_other, at(0)).unwrap_err();
    assert_eq!(no.code(), "issuer_not_allowed", "signed by a key of another issuer");
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    let twice = claims("", "").replacen('{', r#"{"sid":"a","\u0073id":"b","#, 1);
    assert_eq!(code(&twice), "claims_malformed");
    let inner = claims("events", &EVENTS.replace("{}", r#"{"a":1,"a":2}"#));
    assert_eq!(code(&inner), "claims_malformed");
}

#[test]
fn events_is_an_object_that_has_the_logout_as_an_object() {
    for (events, expected) in [
        (EVENTS.replace("{}", r#"{"more":1}"#), "taken"),
        (EVENTS.replace("{}}", r#"{},"urn:other":5}"#), "taken"),
        (EVENTS.replace("{}", "null"), "claim_type"),
        (EVENTS.replace("{}", "[]"), "claim_type"),
        (EVENTS.replace("{}", r#""""#), "claim_type"),
        (EVENTS.replace("http:", "https:"), "claim_missing"),
        (r#"["http://schemas.openid.net/event/backchannel-logout"]"#.into(), "claim_type"),
        (r#""http://schemas.openid.net/event/backchannel-logout""#.into(), "claim_type"),
        ("null".into(), "claim_type"),
        ("{}".into(), "claim_missing"),
    ] {
        assert_eq!(code(&claims("events", &events)), expected, "{events}");
    }
    let draft = claims("events", "").replacen('{', &format!(r#"{{"event":{EVENTS},"#), 1);
    assert_eq!(code(&draft), "claim_missing");
}

#[test]
fn what_has_to_be_there_is_there_and_not_empty() {
    for (name, value, expected) in [
        ("jti", "", "claim_missing"),
        ("jti", r#""""#, "claim_type"),
        ("jti", "5", "claim_type"),
        ("iat", "", "claim_missing"),
        ("iat", r#""1700000000""#, "claim_type"),
        ("sub", "", "claim_missing"),
        ("sub", r#""""#, "claim_type"),
        ("sub", "null", "claim_type"),
        ("sid", r#""""#, "claim_type"),
        ("sid", "null", "claim_type"),
        ("sid", "[\"s1\"]", "claim_type"),
        ("unknown", "[1]", "taken"),
    ] {
        assert_eq!(code(&claims(name, value)), expected, "{name}: {value}");
    }
}

#[test]
fn a_token_is_neither_of_the_future_nor_old() {
    for (iat, expected) in [
        ("1700000060", "taken"),
        ("1700000060.001", "issued_in_future"),
        ("1700000061", "issued_in_future"),
        ("1699999640", "taken"),
        ("1699999639", "token_too_old"),
    ] {
        assert_eq!(code(&claims("iat", iat)), expected, "{iat}");
    }
    let short = receiver().max_age(Duration::from_secs(10)).unwrap();
    let short = short.leeway(Duration::ZERO).unwrap();
    let token = sign("logout+jwt", claims("", ""));
    assert!(short.read(&token, &keys(), at(10)).is_ok());
    assert_eq!(short.read(&token, &keys(), at(11)).unwrap_err().code(), "token_too_old");
}

#[test]
fn only_what_is_signed_by_an_allowed_algorithm_is_read() {
    let told = |token: &str| receiver().read(token, &keys(), at(0)).unwrap_err().code().to_owned();
    let good = sign("logout+jwt", claims("", ""));
    let (head, _) = good.rsplit_once('.').unwrap();
    assert_eq!(told(&format!("{head}.AA")), "signature_invalid");
    assert_eq!(told(&signed(r#"{"alg":"none"}"#, claims("", ""))), "algorithm_unknown");
    assert_eq!(told(&signed(r#"{"alg":"RS256"}"#, claims("", ""))), "algorithm_not_allowed");
    assert_eq!(told(&signed(r#"{"alg":"EdDSA","kid":"x"}"#, claims("", ""))), "key_not_found");
    assert_eq!(told("a.b.c.d.e"), "token_encrypted");
}

#[test]
fn the_form_has_one_token() {
    let token = sign("logout+jwt", claims("", ""));
    let told = |body: &str| match receiver().receive(body.as_bytes(), &keys(), at(0)) {
        Ok(_) => "taken".to_owned(),
        Err(no) => no.code().into(),
    };
    assert_eq!(told(&format!("logout_token={token}")), "taken");
    assert_eq!(told(&format!("a=b&logout_token={}", token.replace('.', "%2E"))), "taken");
    assert_eq!(told(&format!("logout_token={token}&logout_token={token}")), "claim_type");
    assert_eq!(told(&format!("token={token}")), "claim_missing");
    assert_eq!(told(""), "claim_missing");
    assert_eq!(told(&format!("logout_token={token}&a={}", "x".repeat(65_536))), "claim_type");
}

#[test]
fn a_refusal_says_why_and_nothing_of_the_token() {
    let fault = read(&claims("nonce", r#""person@example.com""#)).unwrap_err();
    let reply = LogoutReceiver::refusal(&fault);
    let body = r#"{"error":"invalid_request","error_description":"claim_forbidden: nonce must not be there"}"#;
    assert_eq!((reply.status(), reply.body()), (400, body));
    assert!(reply.headers().any(|header| header == ("Cache-Control", "no-store".to_owned())));
    let logout = read(&claims("sub", r#""person@example.com""#)).unwrap();
    assert!(!format!("{:?}", logout.rules()).contains("person"));
    assert!(!format!("{logout:?}").contains("person"));
}

#[test]
fn a_configuration_is_read_whole_or_not_at_all() {
    let good = r#"{"issuer":"i","client_id":["a"],"algorithms":["ES256"],"mode":"strict","leeway":5,"max_age":60,"max_session":3600}"#;
    assert!(LogoutReceiver::from_json(good).is_ok());
    for (from, to) in [
        (r#""i""#, r#""""#),
        (r#"["a"]"#, "[]"),
        (r#"["a"]"#, r#"[""]"#),
        (r#"["ES256"]"#, r#"["none"]"#),
        (r#""strict""#, r#""lax""#),
        ("\"leeway\":5", "\"leeway\":301"),
        ("\"max_age\":60", "\"max_age\":0"),
        ("3600", "0.5"),
        ("3600", "\"1h\""),
        ("\"mode\"", "\"modes\""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert!(bad != good && LogoutReceiver::from_json(&bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(body in proptest::collection::vec(any::<u8>(), 0..200), typ in "[ -~]{0,12}") {
        let _ = receiver().receive(&body, &keys(), at(0));
        let typ = typ.replace(['"', '\\'], "");
        let _ = receiver().read(&sign(&typ, &body), &keys(), at(0));
    }

    #[test]
    fn any_claim_is_answered(name in "iss|aud|iat|exp|jti|sub|sid|events|nonce", value in "null|[0-9]{1,20}|\"[a-z]{0,3}\"|\\[\\]|\\{\\}|[0-9]e[0-9]{1,3}|true") {
        if let Ok(logout) = read(&claims(&name, &value)) {
            prop_assert_eq!(logout.rules().len(), 1);
        }
    }
}
