//! The token itself: its type, its claims, its time, how it is pushed.

use super::{CAEP, KNOWN, LEGACY, SSF, USER, config, message, payload, rule, sign};
use crate::format::Topic;
use crate::keys::signed;
use crate::message::Message;
use crate::payload::{AUDIENCE, NOW, S};

const REVOKED: &str = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";

pub(super) fn add(topic: &mut Topic) {
    types(topic);
    claims(topic);
    times(topic);
    stream(topic);
    pushed(topic);
}

fn cut(at: &str) -> String {
    let at = format!(r#""at":{at}"#);
    rule("authenticated_before", r#""subject":"u1""#, &at, "session-revoked")
}

fn types(topic: &mut Topic) {
    for (name, typ, strict, legacy) in [
        ("own", r#","typ":"secevent+jwt""#, true, true),
        ("long", r#","typ":"application/secevent+jwt""#, true, true),
        ("jwt", r#","typ":"JWT""#, false, true),
        ("none", "", false, true),
        ("logout", r#","typ":"logout+jwt""#, false, false),
        ("access-token", r#","typ":"at+jwt""#, false, false),
    ] {
        for (mode, more, taken) in [("strict", "", strict), ("legacy", LEGACY, legacy)] {
            let header = format!(r#"{{"alg":"EdDSA","kid":"k"{typ}}}"#);
            let token = signed(&header, payload(USER, REVOKED, "{}").to_string());
            let message =
                message(&format!("type-{name}-{mode}"), "RFC 8417 section 2.3", more, token);
            topic.message(if taken {
                message.rules([cut("1700000000")])
            } else {
                message.reject("type_not_allowed")
            });
        }
    }
}

fn claims(topic: &mut Topic) {
    let cases: &[(&str, &str, &str, &str)] = &[
        ("iss-other", "iss", r#""https://other.example/""#, "issuer_not_allowed"),
        ("iss-missing", "iss", "", "issuer_not_allowed"),
        ("aud-other", "aud", r#""https://api.example""#, "audience_not_allowed"),
        ("aud-missing", "aud", "", "audience_not_allowed"),
        ("aud-list", "aud", &format!(r#"["x","{AUDIENCE}"]"#), ""),
        ("iat-missing", "iat", "", "claim_missing"),
        ("iat-future", "iat", "1700000061", "issued_in_future"),
        ("jti-missing", "jti", "", "claim_missing"),
        ("jti-empty", "jti", r#""""#, "claim_type"),
        ("sub", "sub", r#""u1""#, "claim_forbidden"),
        ("exp", "exp", "1700000600", "claim_forbidden"),
        ("sub-id-missing", "sub_id", "", "claim_missing"),
        ("sub-id-text", "sub_id", r#""u1""#, "claim_type"),
        ("events-missing", "events", "", "claim_missing"),
        ("events-empty", "events", "{}", "claim_type"),
        ("events-array", "events", "[]", "claim_type"),
        ("event-text", "events", &format!(r#"{{"{REVOKED}":"now"}}"#), "claim_type"),
        (
            "event-twice",
            "events",
            &format!(r#"{{"{REVOKED}":{{"a":1,"a":2}}}}"#),
            "claims_malformed",
        ),
        ("toe-text", "toe", r#""now""#, "claim_type"),
        ("txn", "txn", r#""8675309""#, ""),
    ];
    for (id, name, value, code) in cases {
        let good = payload(USER, REVOKED, "{}");
        let token = sign(match *value {
            "" => good.without(name),
            value => good.with(name, value),
        });
        let message = message(
            id,
            "RFC 8417 section 2.2, Shared Signals Framework 1.0 section 4.1",
            "",
            token,
        );
        topic.message(match *code {
            "" => message.rules([cut("1700000000")]),
            code => message.reject(code),
        });
    }
    let old = payload(USER, REVOKED, "{}").time("iat", NOW - 40_000_000 * S);
    topic.message(
        message("iat-old", "it may have waited long", "", sign(old)).rules([cut("1660000000")]),
    );
}

fn times(topic: &mut Topic) {
    for (id, value, at) in [
        ("seconds", "1699998000", "1699998000"),
        ("decimal", "1699998000.25", "1699998000.250"),
        ("milliseconds", "1699998000643", "1699998000.643"),
        ("milliseconds-of-a-second", "1699998000000", "1699998000"),
        ("later-than-told", "1800000000", "1700000000"),
        ("in-the-second-that-is-told", "1700000000999", "1700000000.999"),
    ] {
        let value = format!(r#"{{"event_timestamp":{value}}}"#);
        let token = sign(payload(USER, REVOKED, &value));
        let comment = "seconds, in drafts milliseconds; no event happens after it is told";
        topic.message(message(&format!("time-{id}"), comment, "", token).rules([cut(at)]));
    }
    for (id, value) in [("text", r#""1699998000""#), ("null", "null"), ("negative", "-1")] {
        let value = format!(r#"{{"event_timestamp":{value}}}"#);
        let token = sign(payload(USER, REVOKED, &value));
        topic.message(message(&format!("time-{id}"), "a number", "", token).reject("claim_type"));
    }
    let toe = payload(USER, REVOKED, "{}").time("toe", NOW - 1000 * S);
    let comment = "RFC 8417 section 2.2: the time of the event";
    topic.message(message("time-toe", comment, "", sign(toe)).rules([cut("1699999000")]));
    let again = sign(payload(USER, REVOKED, r#"{"event_timestamp":1800000000}"#));
    let again = message("time-later-than-told-again", "the same rule at any time", "", again);
    topic.message(again.now(NOW + 200_000_000 * S).rules([cut("1700000000")]));
}

fn stream(topic: &mut Topic) {
    let opaque = r#"{"format":"opaque","id":"stream-1"}"#;
    for (id, event, value) in [
        ("verification", "verification", r#"{"state":"VGhpcyBpcyBhbiBleGFtcGxl"}"#),
        ("verification-unasked", "verification", "{}"),
        ("stream-paused", "stream-updated", r#"{"status":"paused","reason":"Internal error"}"#),
        ("stream-enabled", "stream-updated", r#"{"status":"enabled"}"#),
    ] {
        let token = sign(payload(opaque, &format!("{SSF}{event}"), value));
        let none: [String; 0] = [];
        topic.message(
            message(id, "Shared Signals Framework 1.0 section 8.1", KNOWN, token).rules(none),
        );
    }
    let odd = sign(payload(opaque, &format!("{SSF}stream-updated"), r#"{"status":"gone"}"#));
    topic.message(message("stream-odd", "one of three", "", odd).reject("claim_type"));
}

fn pushed(topic: &mut Topic) {
    let token = sign(payload(USER, &format!("{CAEP}session-revoked"), "{}"));
    for (id, content_type, body, code) in [
        ("push", "application/secevent+jwt", token.clone(), ""),
        ("push-parameters", "Application/SECEVENT+jwt; charset=utf-8", token.clone(), ""),
        ("push-type", "application/jwt", token.clone(), "claim_type"),
        ("push-no-type", "", token.clone(), "claim_type"),
        ("push-form", "application/secevent+jwt", format!("token={token}"), "token_malformed"),
        ("push-nothing", "application/secevent+jwt", String::new(), "token_malformed"),
    ] {
        let message = Message::new(
            "security_event",
            format!("events-{id}"),
            "RFC 8935 section 2",
            config(""),
        )
        .text("content_type", content_type)
        .text("body", body);
        topic.message(match code {
            "" => message.rules([cut("1700000000")]),
            code => message.reject(code),
        });
    }
}
