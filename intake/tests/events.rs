//! Security event tokens: which are taken, how they are pushed, what is told about them.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]
mod messages;

use std::time::Duration;

use lowwater::{Algorithm, Cutoffs, Freshness, UnixTime};
use lowwater_intake::{
    EventAction, EventReceiver, MessageFault, Received, StreamFreshness, StreamStatus, Subjects,
};
use messages::{AUDIENCE, ISSUER, OTHER, about, at, keys, sign, signed, told};
use proptest::prelude::*;

const REVOKED: &str = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
const SSF: &str = "https://schemas.openid.net/secevent/ssf/event-type/";
const USER: &str = r#"{"format":"iss_sub","iss":"https://issuer.example/","sub":"u1"}"#;

/// Good members, one of them exchanged (or added); an empty value takes it away.
fn claims(changed: &str, value: &str) -> String {
    let good = [
        ("iss", format!("{ISSUER:?}")),
        ("aud", format!("{AUDIENCE:?}")),
        ("iat", "1700000000".into()),
        ("jti", r#""j1""#.into()),
        ("sub_id", USER.into()),
        ("events", format!(r#"{{"{REVOKED}":{{}}}}"#)),
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

fn event(value: &str) -> String {
    claims("events", &format!(r#"{{"{REVOKED}":{value}}}"#))
}

fn receiver() -> EventReceiver {
    EventReceiver::new(ISSUER, [AUDIENCE], [Algorithm::EdDsa]).unwrap()
}

fn receive_at(claims: &str, now: UnixTime) -> Result<Received, MessageFault> {
    receiver().receive(&sign("secevent+jwt", claims), &keys(), now)
}

fn receive(claims: &str) -> Result<Received, MessageFault> {
    receive_at(claims, at(0))
}

fn code(claims: &str) -> String {
    receive(claims).map_or_else(|no| no.code().into(), |_| "taken".into())
}

fn cut(at: &str) -> [String; 1] {
    [about("authenticated_before", r#""subject":"u1""#, &format!(r#""at":{at}"#))]
}

#[test]
fn the_type_has_to_be_said_unless_drafts_are_taken() {
    for (typ, strict, legacy) in [
        ("secevent+jwt", true, true),
        ("application/SecEvent+JWT", true, true),
        ("JWT", false, true),
        ("", false, true),
        ("logout+jwt", false, false),
        ("at+jwt", false, false),
    ] {
        let taken = |receiver: EventReceiver| {
            receiver.receive(&sign(typ, claims("", "")), &keys(), at(0)).is_ok()
        };
        assert_eq!((taken(receiver()), taken(receiver().legacy())), (strict, legacy), "{typ}");
    }
}

#[test]
fn the_transmitter_is_the_one_that_was_configured_and_so_is_its_key() {
    assert_eq!(code(&claims("iss", &format!("{OTHER:?}"))), "issuer_not_allowed");
    assert_eq!(code(&claims("iss", "")), "issuer_not_allowed");
    let token = sign("secevent+jwt", claims("", ""));
    let no = receiver().receive(&token, &keys().for_issuer(OTHER), at(0)).unwrap_err();
    assert_eq!(no.code(), "issuer_not_allowed");
    assert!(receiver().receive(&token, &keys().for_issuer(ISSUER), at(0)).is_ok());
}

#[test]
fn a_message_for_somebody_else_is_not_taken() {
    assert_eq!(code(&claims("aud", r#""https://api.example""#)), "audience_not_allowed");
    assert_eq!(code(&claims("aud", "")), "audience_not_allowed");
    assert_eq!(code(&claims("aud", &format!(r#"["x",{AUDIENCE:?}]"#))), "taken");
}

#[test]
fn what_has_to_be_there_is_there() {
    for (name, value, expected) in [
        ("jti", "", "claim_missing"),
        ("jti", r#""""#, "claim_type"),
        ("iat", "", "claim_missing"),
        ("iat", "1700000061", "issued_in_future"),
        ("iat", "1500000000", "taken"),
        ("sub_id", "", "claim_missing"),
        ("sub_id", r#""u1""#, "claim_type"),
        ("sub_id", "null", "claim_type"),
        ("events", "", "claim_missing"),
        ("events", "{}", "claim_type"),
        ("events", "[]", "claim_type"),
        ("events", "null", "claim_type"),
        ("events", r#"{"urn:a":5}"#, "claim_type"),
        ("events", r#"{"urn:a":{},"urn:b":null}"#, "claim_type"),
        ("toe", r#""now""#, "claim_type"),
        ("toe", "1699999999", "taken"),
        ("txn", "8675309", "taken"),
        ("unknown", "[]", "taken"),
    ] {
        assert_eq!(code(&claims(name, value)), expected, "{name}: {value}");
    }
    let many = (0..9).map(|n| format!(r#""urn:{n}":{{}}"#)).collect::<Vec<_>>().join(",");
    assert_eq!(code(&claims("events", &format!("{{{many}}}"))), "claim_type");
}

#[test]
fn subject_and_expiry_at_the_top_are_another_kind_of_token() {
    for (name, value) in [("sub", r#""u1""#), ("sub", "null"), ("exp", "1700000600")] {
        assert_eq!(code(&claims(name, value)), "claim_forbidden", "{name}");
        let token = sign("secevent+jwt", claims(name, value));
        assert!(receiver().legacy().receive(&token, &keys(), at(0)).is_ok(), "{name}");
    }
    let expired = sign("secevent+jwt", claims("exp", "1699999940"));
    let no = receiver().legacy().receive(&expired, &keys(), at(0)).unwrap_err();
    assert_eq!(no.code(), "token_expired");
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    assert_eq!(code(&event(r#"{"a":1,"\u0061":2}"#)), "claims_malformed");
}

#[test]
fn the_time_of_an_event_is_its_own_then_that_of_the_message_then_when_it_was_made() {
    let rules = |claims: &str| told(receive(claims).unwrap().rules());
    assert_eq!(rules(&claims("", "")), cut("1700000000"));
    assert_eq!(rules(&claims("toe", "1699999000")), cut("1699999000"));
    assert_eq!(rules(&event(r#"{"event_timestamp":1699998000}"#)), cut("1699998000"));
    let both = event(r#"{"event_timestamp":1699998000}"#).replacen('{', r#"{"toe":1699999000,"#, 1);
    assert_eq!(rules(&both), cut("1699998000"));
}

#[test]
fn milliseconds_are_read_as_such_and_a_whole_second_stays_one() {
    for (written, at) in [
        ("1699998000", "1699998000"),
        ("1699998000.0", "1699998000"),
        ("1699998000.5", "1699998000.500"),
        ("1699998000643", "1699998000.643"),
        ("1699998000000", "1699998000"),
        ("1699998000643.9", "1699998000.643"),
        ("1.699998000643e12", "1699998000.643"),
        ("99999999999", "1700000000"),
        ("100000000000", "100000000"),
        ("0", "0"),
    ] {
        let received = receive(&event(&format!(r#"{{"event_timestamp":{written}}}"#))).unwrap();
        assert_eq!(told(received.rules()), cut(at), "{written}");
    }
    for odd in [r#""1699998000""#, "null", "-1", "1e99", "[]", "253402300800000000"] {
        let written = format!(r#"{{"event_timestamp":{odd}}}"#);
        assert_eq!(code(&event(&written)), "claim_type", "{odd}");
    }
}

#[test]
fn an_event_does_not_happen_after_it_is_told() {
    // Else it would lie in the future of every delivery, and end one more login each time.
    let token = sign("secevent+jwt", event(r#"{"event_timestamp":1800000000}"#));
    for now in [0, 3600, 200_000_000] {
        let received = receiver().receive(&token, &keys(), at(now)).unwrap();
        assert_eq!(told(received.rules()), cut("1700000000"), "{now}");
    }
    // Within the second in which it is told it may have happened.
    let same = receive(&event(r#"{"event_timestamp":1700000000999}"#)).unwrap();
    assert_eq!(told(same.rules()), cut("1700000000.999"));
    let next = receive(&event(r#"{"event_timestamp":1700000001001}"#)).unwrap();
    assert_eq!(told(next.rules()), cut("1700000000"));
}

#[test]
fn a_message_that_comes_again_changes_nothing() {
    let mut cutoffs = Cutoffs::local();
    let token = sign("secevent+jwt", claims("", ""));
    let mut written = Vec::new();
    for now in [0, 10, 100_000] {
        for rule in receiver().receive(&token, &keys(), at(now)).unwrap().rules() {
            cutoffs.apply(rule.clone(), at(now)).unwrap();
        }
        written.push(cutoffs.list());
    }
    assert!(written.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_push_is_one_token_of_its_type() {
    let token = sign("secevent+jwt", claims("", ""));
    let push = |content_type: &str, body: &[u8]| {
        receiver().push(content_type, body, &keys(), at(0)).map_err(|no| no.code().to_owned())
    };
    for content_type in ["application/secevent+jwt", "Application/SecEvent+JWT ; charset=utf-8"] {
        let received = push(content_type, token.as_bytes()).unwrap();
        let reply = received.reply();
        assert_eq!((reply.status(), reply.body()), (202, ""));
    }
    for content_type in ["application/jwt", "text/plain", "", "application/secevent+jwt2"] {
        assert_eq!(push(content_type, token.as_bytes()).unwrap_err(), "claim_type");
    }
    assert!(push("application/secevent+jwt", b"\xff").is_err());
    assert!(push("application/secevent+jwt", format!("{token}\n").as_bytes()).is_err());
    let large = format!("{token}{}", "A".repeat(65_536));
    assert_eq!(push("application/secevent+jwt", large.as_bytes()).unwrap_err(), "claim_type");
}

#[test]
fn a_refusal_has_the_codes_of_the_standard_and_nothing_of_the_token() {
    let err = |fault: MessageFault| {
        let reply = EventReceiver::refusal(&fault);
        assert_eq!(reply.status(), 400);
        assert!(reply.headers().any(|one| one == ("Content-Type", "application/json".to_owned())));
        let body: serde_json::Value = serde_json::from_str(reply.body()).unwrap();
        assert!(body["description"].is_string());
        body["err"].as_str().unwrap().to_owned()
    };
    let of = |token: &str| err(receiver().receive(token, &keys(), at(0)).unwrap_err());
    let good = sign("secevent+jwt", claims("", ""));
    let (head, _) = good.rsplit_once('.').unwrap();
    assert_eq!(of("x"), "invalid_request");
    assert_eq!(of(&format!("{head}.AA")), "invalid_key");
    assert_eq!(of(&signed(r#"{"alg":"EdDSA","kid":"x"}"#, claims("", ""))), "invalid_key");
    assert_eq!(of(&signed(r#"{"alg":"RS256","kid":"k"}"#, claims("", ""))), "invalid_request");
    assert_eq!(of(&sign("JWT", claims("", ""))), "invalid_request");
    assert_eq!(of(&sign("secevent+jwt", claims("iss", r#""x""#))), "invalid_issuer");
    assert_eq!(of(&sign("secevent+jwt", claims("aud", r#""x""#))), "invalid_audience");
    assert_eq!(of(&sign("secevent+jwt", claims("jti", ""))), "invalid_request");
    let state = Received::wrong_state();
    assert!(state.status() == 400 && state.body().starts_with(r#"{"err":"invalid_state","#));
}

#[test]
fn an_event_that_nobody_knows_is_taken_and_reported() {
    let received = receive(&claims("events", r#"{"urn:example:news":{"a":[1]}}"#)).unwrap();
    assert!(received.rules().is_empty() && received.reply().status() == 202);
    let event = &received.events()[0];
    assert_eq!((&*event.uri, &*event.json), ("urn:example:news", r#"{"a":[1]}"#));
    assert_eq!(event.not_applied[0].code(), "event_unknown");
}

#[test]
fn two_words_for_one_event_make_one_rule() {
    let two = format!(r#"{{"{REVOKED}":{{}},"urn:example:revoked":{{}}}}"#);
    let receiver = receiver().action("urn:example:revoked", EventAction::Reauthenticate).unwrap();
    let token = sign("secevent+jwt", claims("events", &two));
    let received = receiver.receive(&token, &keys(), at(0)).unwrap();
    assert_eq!(told(received.rules()), cut("1700000000"));
    assert_eq!(received.events().len(), 2);
}

#[test]
fn what_was_received_is_told_as_json() {
    let received = receive(&claims("", "")).unwrap();
    let rule = received.rules()[0].to_json();
    let expected = format!(
        r#"{{"token_id":"j1","rules":[{rule}],"events":[{{"event":"{REVOKED}","value":{{}},"not_applied":[]}}]}}"#
    );
    assert_eq!(received.to_json(), expected);
    let stream =
        format!(r#"{{"{SSF}stream-updated":{{"status":"paused"}},"{SSF}verification":{{}}}}"#);
    let json = receive(&claims("events", &stream)).unwrap().to_json();
    assert!(json.ends_with(r#","verification":null,"stream":"paused"}"#), "{json}");
}

#[test]
fn debug_does_not_say_whom_it_names() {
    let user = USER.replace("u1", "person@example.com");
    let claims = claims("sub_id", &user).replace("{}", r#"{"reason_user":{"en":"person"}}"#);
    let received = receive(&claims).unwrap();
    assert!(!received.rules().is_empty());
    assert!(!format!("{received:?}").contains("person"));
}

fn stream(name: &str, value: &str, iat: i64) -> Received {
    let claims = claims("events", &format!(r#"{{"{SSF}{name}":{value}}}"#));
    let claims = claims.replace("1700000000", &at(iat).to_string());
    let claims = claims.replace(USER, r#"{"format":"opaque","id":"stream-1"}"#);
    receive_at(&claims, at(iat)).unwrap()
}

#[test]
fn a_verification_tells_its_state_and_makes_no_rule() {
    let received = stream("verification", r#"{"state":"s"}"#, 0);
    assert_eq!((received.verification(), received.rules().len()), (Some(Some("s")), 0));
    assert_eq!(stream("verification", "{}", 0).verification(), Some(None));
    assert_eq!(receive(&claims("", "")).unwrap().verification(), None);
    let odd = claims("events", &format!(r#"{{"{SSF}verification":{{"state":5}}}}"#));
    assert_eq!(code(&odd), "claim_type");
    let draft = "https://schemas.openid.net/secevent/risc/event-type/verification";
    let token = claims("events", &format!(r#"{{"{draft}":{{"state":"s"}}}}"#));
    assert_eq!(receive(&token).unwrap().verification(), Some(Some("s")));
}

#[test]
fn any_message_shows_that_the_stream_is_alive_and_an_old_one_no_more_than_it_did() {
    let mut fresh = StreamFreshness::new();
    assert_eq!(fresh.as_of(), None);
    fresh.heard(&stream("verification", "{}", 100));
    assert_eq!(fresh.as_of(), Some(at(100)));
    fresh.heard(&receive(&claims("", "")).unwrap());
    assert_eq!(fresh.as_of(), Some(at(100)), "made before");
    fresh.polled(at(200));
    assert_eq!(fresh.as_of(), Some(at(200)));
}

#[test]
fn a_clock_ahead_makes_no_rules_younger_than_now() {
    let received = receive_at(&claims("iat", "1700000050"), at(0)).unwrap();
    assert_eq!(received.issued_at(), at(0));
    let ahead = receiver().leeway(Duration::from_secs(300)).unwrap();
    let token = sign("secevent+jwt", claims("iat", "1700000300"));
    let mut fresh = StreamFreshness::new();
    fresh.heard(&ahead.receive(&token, &keys(), at(0)).unwrap());
    let mut cutoffs = Cutoffs::replica(Duration::from_secs(30), Duration::from_secs(60)).unwrap();
    cutoffs.loaded(fresh.as_of().unwrap(), at(0));
    assert_eq!(cutoffs.freshness(at(0)), Freshness::Fresh);
}

#[test]
fn a_stream_that_stands_still_keeps_nothing_fresh() {
    let mut fresh = StreamFreshness::new();
    fresh.polled(at(0));
    let paused = stream("stream-updated", r#"{"status":"paused","reason":"x"}"#, 10);
    assert_eq!(paused.stream(), Some(StreamStatus::Paused));
    fresh.heard(&paused);
    assert_eq!(fresh.as_of(), None);
    fresh.polled(at(20));
    fresh.heard(&stream("verification", "{}", 20));
    assert_eq!(fresh.as_of(), None);
    fresh.heard(&stream("stream-updated", r#"{"status":"enabled"}"#, 30));
    assert_eq!(fresh.as_of(), Some(at(0)), "what was held back may be on its way");
    assert!(!fresh.needs_resync());
    fresh.heard(&paused);
    assert_eq!(fresh.as_of(), Some(at(0)), "an old message that comes again");
    fresh.polled(at(40));
    assert_eq!(fresh.as_of(), Some(at(40)));
}

#[test]
fn after_a_stream_was_disabled_events_are_missing_until_somebody_knows_them() {
    let mut fresh = StreamFreshness::new();
    fresh.heard(&stream("stream-updated", r#"{"status":"disabled"}"#, 10));
    fresh.resynced(at(15));
    assert_eq!((fresh.as_of(), fresh.needs_resync()), (None, true), "still disabled");
    fresh.heard(&stream("stream-updated", r#"{"status":"enabled"}"#, 20));
    fresh.polled(at(30));
    assert_eq!((fresh.as_of(), fresh.needs_resync()), (None, true));
    fresh.resynced(at(35));
    assert_eq!((fresh.as_of(), fresh.needs_resync()), (Some(at(35)), false));
    let odd = claims("events", &format!(r#"{{"{SSF}stream-updated":{{"status":"gone"}}}}"#));
    assert_eq!(code(&odd), "claim_type");
}

#[test]
fn a_configuration_is_read_whole_or_not_at_all() {
    let good = r#"{"issuer":"i","audience":"a","algorithms":["ES256"],"token_issuer":"t",
        "authority":{"issuers":["t"],"dimensions":["subject"],"tenant":5},"legacy":false,
        "formats":{"email":"claim:email"},"members":{"device":"device"},
        "unknown_members":{"tenant":"match"},"critical_subject_members":["user"],"any_email_case":true,
        "events":{"urn:x":"refresh","https://schemas.openid.net/secevent/caep/event-type/risk-level-change":{"LOW":"nothing"}},
        "leeway":5,"max_session":3600,"max_lifetime":60}"#;
    EventReceiver::from_json(good).unwrap();
    for (from, to) in [
        (r#""i""#, r#""""#),
        (r#""audience":"a""#, r#""audience":[]"#),
        (r#"["ES256"]"#, r#"[]"#),
        (r#""issuers":["t"]"#, r#""issuers":[]"#),
        (r#""tenant":5"#, r#""tenant":[]"#),
        (r#""legacy":false"#, r#""legacy":0"#),
        (r#""email":"#, r#""mail":"#),
        ("claim:email", "claim:"),
        ("claim:email", "issuer"),
        (r#""device":"device""#, r#""device":"token_id""#),
        (r#""tenant":"match""#, r#""tenant":"yes""#),
        (r#""tenant":"match""#, r#""user":"match""#),
        (r#"["user"]"#, "[5]"),
        (r#""urn:x":"refresh""#, r#""urn:x":"refuse""#),
        (r#""urn:x":"refresh""#, r#""urn:x":{"a":"refresh"}"#),
        (r#""urn:x":"#, r#""https://schemas.openid.net/secevent/ssf/event-type/verification":"#),
        (r#""LOW":"nothing""#, r#""LOW":5"#),
        ("\"leeway\":5", "\"leeway\":301"),
        ("3600", "0"),
        ("\"max_lifetime\":60", "\"max_life\":60"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert!(bad != good && EventReceiver::from_json(&bad).is_err(), "{bad}");
    }
    let many = (0..13).try_fold(Subjects::new(), |all, n| all.member(&n.to_string(), "claim:a"));
    assert!(many.is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_answered(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = receiver().push("application/secevent+jwt", &body, &keys(), at(0));
        let _ = receiver().legacy().receive(&sign("", &body), &keys(), at(0));
    }
}
