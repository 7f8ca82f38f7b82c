//! Whom a subject means.

use super::{CAEP, KNOWN, LEGACY, RISC, USER, message, payload, rule, sign};
use crate::format::Topic;

const REVOKED: &str = "session-revoked";

pub(super) fn add(topic: &mut Topic) {
    simple(topic);
    nobody(topic);
    complex(topic);
    drafts(topic);
}

fn cut(target: &str) -> String {
    rule("authenticated_before", target, r#""at":1700000000"#, REVOKED)
}

fn over(target: &str) -> String {
    rule("revoked", target, r#""until":"never""#, REVOKED)
}

fn revoked(subject: &str) -> String {
    sign(payload(subject, &format!("{CAEP}{REVOKED}"), "{}"))
}

fn simple(topic: &mut Topic) {
    let mut add = |id: &str, subject: &str, rules: Vec<String>| {
        let comment = "RFC 9493 section 3.2";
        let message = message(&format!("subject-{id}"), comment, KNOWN, revoked(subject));
        topic.message(message.rules(rules));
    };
    add("iss-sub", USER, vec![cut(r#""subject":"u1""#)]);
    let token = r#"{"format":"jwt_id","iss":"https://issuer.example/","jti":"t1"}"#;
    add("jwt-id", token, vec![over(r#""token_id":"t1""#)]);
    let opaque = r#"{"format":"opaque","id":"dMTlD|1600802906337.16|16008.16"}"#;
    add("opaque", opaque, vec![over(r#""session":"dMTlD|1600802906337.16|16008.16""#)]);
    let mail = |mail: &str| cut(&format!(r#""claim:email":"{mail}""#));
    add("email", r#"{"format":"email","email":"Jo@b.example"}"#, vec![mail("Jo@b.example")]);
    let domain = r#"{"format":"email","email":"Jo@B.Example"}"#;
    add("email-domain", domain, vec![mail("Jo@B.Example"), mail("Jo@b.example")]);
    let number = |number: &str| cut(&format!(r#""claim:phone_number":"{number}""#));
    let spaced = r#"{"format":"phone_number","phone_number":"+1 206 555 0123"}"#;
    add("phone", spaced, vec![number("+1 206 555 0123"), number("+12065550123")]);
    let account = r#"{"format":"account","uri":"acct:u@s.example"}"#;
    add("account", account, vec![cut(r#""claim:acct":"acct:u@s.example""#)]);
    add("uri", r#"{"format":"uri","uri":"urn:u:1"}"#, vec![cut(r#""claim:uri":"urn:u:1""#)]);
    add("did", r#"{"format":"did","url":"did:a:1"}"#, vec![cut(r#""claim:did":"did:a:1""#)]);
    let aliases = format!(
        r#"{{"format":"aliases","identifiers":[{USER},{opaque},{{"format":"saml_assertion_id","issuer":"i","assertion_id":"a"}}]}}"#
    );
    let both =
        vec![cut(r#""subject":"u1""#), over(r#""session":"dMTlD|1600802906337.16|16008.16""#)];
    add("aliases", &aliases, both);
    let tokens = r#","token_issuer":"https://tokens.example""#;
    let target = r#"{"issuer":"https://tokens.example","subject":"u1"}"#;
    let rule = format!(
        r#"{{"rule":"authenticated_before","target":{target},"at":1700000000,"reason":"{REVOKED}"}}"#
    );
    let comment = "the transmitter's own identifiers are read as those of its tokens";
    topic.message(message("token-issuer", comment, tokens, revoked(USER)).rules([rule]));
}

fn nobody(topic: &mut Topic) {
    let other = USER.replace("issuer.example", "other.example");
    let aliases = r#"{"format":"aliases","identifiers":[]}"#;
    let nested = format!(
        r#"{{"format":"aliases","identifiers":[{{"format":"aliases","identifiers":[{USER}]}}]}}"#
    );
    for (id, more, subject, why) in [
        ("opaque-unsaid", "", r#"{"format":"opaque","id":"x"}"#, "subject_unresolved"),
        ("email-unsaid", "", r#"{"format":"email","email":"a@b.example"}"#, "subject_unresolved"),
        ("other-issuer", KNOWN, &*other, "overreach"),
        (
            "saml",
            KNOWN,
            r#"{"format":"saml_assertion_id","issuer":"i","assertion_id":"a"}"#,
            "subject_unresolved",
        ),
        (
            "ip-addresses",
            KNOWN,
            r#"{"format":"ip-addresses","ip-addresses":["10.29.37.75"]}"#,
            "subject_unresolved",
        ),
        (
            "custom",
            KNOWN,
            r#"{"format":"catalog_item","catalog_id":"c0384/winter"}"#,
            "subject_unresolved",
        ),
        (
            "no-format",
            KNOWN,
            r#"{"iss":"https://issuer.example/","sub":"u1"}"#,
            "subject_unresolved",
        ),
        (
            "no-sub",
            KNOWN,
            r#"{"format":"iss_sub","iss":"https://issuer.example/"}"#,
            "subject_unresolved",
        ),
        (
            "empty-sub",
            KNOWN,
            r#"{"format":"iss_sub","iss":"https://issuer.example/","sub":""}"#,
            "subject_unresolved",
        ),
        (
            "draft-format",
            KNOWN,
            r#"{"format":"iss-sub","iss":"https://issuer.example/","sub":"u1"}"#,
            "subject_unresolved",
        ),
        ("no-aliases", KNOWN, aliases, "subject_unresolved"),
        ("nested-aliases", KNOWN, &nested, "subject_unresolved"),
        ("empty", KNOWN, "{}", "subject_missing"),
        ("empty-complex", KNOWN, r#"{"format":"complex"}"#, "subject_missing"),
    ] {
        let comment = "taken, and no rule: never one about everyone";
        let message = message(&format!("subject-{id}"), comment, more, revoked(subject));
        topic.message(message.not_applied(why));
    }
}

fn complex(topic: &mut Topic) {
    let member = |name: &str, id: &str| format!(r#","{name}":{{"format":"opaque","id":"{id}"}}"#);
    let user = format!(r#","user":{USER}"#);
    let of = |members: &str| format!(r#"{{"format":"complex"{members}}}"#);
    let (session, device, tenant) =
        (member("session", "s1"), member("device", "d1"), member("tenant", "o1"));
    let no_match = r#","unknown_members":{"device":"no_match"}"#;
    let critical = r#","critical_subject_members":["device"],"unknown_members":{"device":"match"}"#;
    let only_tenant = r#","members":{"tenant":"tenant"}"#;
    let only_session = r#","members":{"session":"session"}"#;
    let u1 = r#""subject":"u1""#;
    let cases: Vec<(&str, &str, String, Result<String, &'static str>)> = vec![
        (
            "conjunction",
            KNOWN,
            format!("{user}{device}{tenant}"),
            Ok(cut(r#""subject":"u1","tenant":"o1","device":"d1""#)),
        ),
        (
            "device-and-tenant",
            KNOWN,
            format!("{device}{tenant}"),
            Ok(cut(r#""tenant":"o1","device":"d1""#)),
        ),
        ("group", KNOWN, member("group", "g1"), Ok(cut(r#""claim:groups":"g1""#))),
        ("session", KNOWN, format!("{session}{user}{device}"), Ok(over(r#""session":"s1""#))),
        (
            "session-of-a-tenant",
            KNOWN,
            format!("{session}{tenant}"),
            Ok(over(r#""session":"s1","tenant":"o1""#)),
        ),
        (
            "session-known-alone",
            only_session,
            format!("{session}{user}{device}"),
            Ok(over(r#""session":"s1""#)),
        ),
        ("unknown-device", "", format!("{user}{device}"), Ok(cut(u1))),
        ("unknown-device-no-match", no_match, format!("{user}{device}"), Err("member_unresolved")),
        ("unknown-device-critical", critical, format!("{user}{device}"), Err("member_critical")),
        (
            "unknown-without-user",
            only_tenant,
            format!("{device}{tenant}"),
            Err("member_unresolved"),
        ),
        (
            "device-of-another-issuer",
            KNOWN,
            format!(
                r#"{user},"device":{{"format":"iss_sub","iss":"https://other.example/","sub":"d1"}}"#
            ),
            Ok(cut(u1)),
        ),
    ];
    for (id, more, members, came) in cases {
        let comment = "Shared Signals Framework 1.0 section 3: all members together";
        let message = message(&format!("complex-{id}"), comment, more, revoked(&of(&members)));
        topic.message(match came {
            Ok(rule) => message.rules([rule]),
            Err(why) => message.not_applied(why),
        });
    }
    let both = of(&format!("{user}{tenant}"));
    let enabled = |subject: &str| sign(payload(subject, &format!("{RISC}account-enabled"), "{}"));
    let comment = "what ends a suspension names no more than it was told";
    let back = message("complex-unknown-tenant-enabled", comment, "", enabled(&both));
    topic.message(back.not_applied("member_unresolved"));
    let said = r#","unknown_members":{"tenant":"match"}"#;
    let more = r#""on":false,"version":1700000000000"#;
    let rule = rule("suspended", u1, more, "account-enabled");
    let back =
        message("complex-tenant-left-out-enabled", "unless that was said", said, enabled(&both));
    topic.message(back.rules([rule]));
}

fn drafts(topic: &mut Topic) {
    let event = format!("{CAEP}{REVOKED}");
    let google = r#"{"subject_type":"iss-sub","iss":"https://issuer.example/","sub":"u1"}"#;
    let okta = format!(r#"{{"user":{USER}}}"#);
    for (id, subject) in [("google", google), ("okta", &*okta), ("caep", USER)] {
        let value = format!(r#"{{"subject":{subject},"event_timestamp":1615304991643}}"#);
        let comment = "the subject within the event, and milliseconds";
        let at = r#""at":1615304991.643"#;
        let rule = rule("authenticated_before", r#""subject":"u1""#, at, REVOKED);
        let token = sign(payload("", &event, &value));
        let taken = message(&format!("draft-{id}"), comment, LEGACY, token.clone());
        topic.message(taken.rules([rule]));
        let comment = "unless that was said";
        let refused = message(&format!("draft-{id}-strict"), comment, "", token);
        topic.message(refused.reject("claim_missing"));
    }
}
