//! Whatever a source says, it says nothing about another issuer's tokens.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]
mod messages;

use std::sync::LazyLock;

use lowwater::{Algorithm, Cutoffs, KeySet, Rule, Validator};
use lowwater_intake::{EventReceiver, GlobalRevocation, LogoutReceiver, Subjects, UnknownMember};
use messages::{AUDIENCE, ISSUER, OTHER, at, keys, sign};
use proptest::prelude::*;

static KEYS: LazyLock<KeySet> = LazyLock::new(keys);
/// Of both issuers.
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    Validator::builder()
        .issuer(ISSUER)
        .issuer(OTHER)
        .audience(AUDIENCE)
        .algorithms([Algorithm::EdDsa])
        .keys(KEYS.clone())
        .build()
        .unwrap()
});

/// Tokens of an issuer that carry all that a rule can name, and some that carry less.
fn tokens(issuer: &str) -> Vec<String> {
    let claims = [
        r#","sub":"x","sid":"x","jti":"x","client_id":"x","org_id":"x","device_id":"x","email":"x","groups":["x","y"],"auth_time":1699990000"#,
        r#","sub":"x","client_id":"https://api.example/","email":"x@y""#,
        r#","sub":"y","sid":"y","jti":"y","org_id":"y","auth_time":1699999999"#,
        r#","client_id":"x","sub":"x","cnf":{"jkt":"x"}"#,
        "",
    ];
    let token = |more: &&str| {
        sign(
            "at+jwt",
            format!(
                r#"{{"iss":"{issuer}","aud":"{AUDIENCE}","iat":1699999990,"exp":1700003600{more}}}"#
            ),
        )
    };
    claims.iter().map(token).collect()
}
static OWN: LazyLock<Vec<String>> = LazyLock::new(|| tokens(ISSUER));
static OTHERS: LazyLock<Vec<String>> = LazyLock::new(|| tokens(OTHER));

fn decisions(tokens: &[String], cutoffs: &Cutoffs) -> Vec<Option<String>> {
    let decide =
        |token: &String| VALIDATOR.validate(token, cutoffs, at(10)).err().map(|no| no.to_json());
    tokens.iter().map(decide).collect()
}

fn identifier() -> impl Strategy<Value = String> {
    let issuer = prop::sample::select(vec![ISSUER, OTHER, "https://issuer.example", "x", ""]);
    let value = prop::sample::select(vec!["x", "y", "x@y", "X@Y", "", "https://api.example/"]);
    let format = prop::sample::select(vec![
        "iss_sub",
        "iss-sub",
        "jwt_id",
        "opaque",
        "email",
        "phone_number",
        "account",
        "uri",
        "did",
        "complex",
        "aliases",
        "",
    ]);
    (issuer, value, format).prop_map(|(issuer, value, format)| {
        format!(
            r#"{{"format":"{format}","iss":"{issuer}","sub":"{value}","jti":"{value}","id":"{value}","email":"{value}","phone_number":"{value}","uri":"{value}","url":"{value}"}}"#
        )
    })
}

fn subject() -> impl Strategy<Value = String> {
    let names = ["user", "session", "device", "application", "tenant", "group", "other"];
    let member = (prop::sample::select(names.to_vec()), identifier());
    let complex =
        prop::collection::btree_map(member.prop_map(|(name, _)| name), identifier(), 0..5)
            .prop_map(|members| {
                let all: Vec<_> =
                    members.iter().map(|(name, one)| format!(r#""{name}":{one}"#)).collect();
                format!(
                    r#"{{"format":"complex"{}{}}}"#,
                    if all.is_empty() { "" } else { "," },
                    all.join(",")
                )
            });
    let aliases = prop::collection::vec(identifier(), 0..4)
        .prop_map(|all| format!(r#"{{"format":"aliases","identifiers":[{}]}}"#, all.join(",")));
    prop_oneof![3 => identifier(), 3 => complex, 1 => aliases, 1 => Just("{}".to_owned())]
}

fn event() -> impl Strategy<Value = String> {
    const SECEVENT: &str = "https://schemas.openid.net/secevent";
    let uri = prop::sample::select(vec![
        "caep/event-type/session-revoked",
        "caep/event-type/token-claims-change",
        "caep/event-type/credential-change",
        "caep/event-type/assurance-level-change",
        "caep/event-type/device-compliance-change",
        "caep/event-type/risk-level-change",
        "risc/event-type/account-disabled",
        "risc/event-type/account-enabled",
        "risc/event-type/account-purged",
        "risc/event-type/identifier-recycled",
        "oauth/event-type/tokens-revoked",
        "oauth/event-type/client-disabled",
        "ssf/event-type/verification",
        "other",
    ]);
    let value = prop::sample::select(vec![
        r#""current_status":"not-compliant","current_level":"HIGH""#,
        r#""current_status":"compliant","change_type":"create""#,
        r#""event_timestamp":1699999999123"#,
        r#""event_timestamp":32503680000"#,
        r#""change_direction":"decrease""#,
    ]);
    (uri, value, subject()).prop_map(|(uri, value, subject)| {
        format!(r#"{{"{SECEVENT}/{uri}":{{{value},"subject":{subject}}}}}"#)
    })
}

fn subjects() -> impl Strategy<Value = Subjects> {
    let meanings = vec![
        "subject",
        "session",
        "client",
        "tenant",
        "device",
        "confirmation",
        "claim:email",
        "claim:groups",
    ];
    let format =
        prop::sample::select(vec!["opaque", "email", "phone_number", "account", "uri", "did"]);
    let member = prop::sample::select(vec![
        "user",
        "session",
        "device",
        "application",
        "tenant",
        "group",
        "other",
    ]);
    let means = prop::sample::select(meanings);
    let formats = prop::collection::vec((format, means.clone()), 0..5);
    let members = prop::collection::vec((member.clone(), means), 0..6);
    let unknown = prop::collection::vec(member, 0..4);
    (formats, members, unknown, any::<bool>()).prop_map(|(formats, members, unknown, any_case)| {
        let all = Subjects::new();
        let all = formats.iter().fold(all, |all, (name, means)| all.format(name, means).unwrap());
        let all = members.iter().fold(all, |all, (name, means)| all.member(name, means).unwrap());
        let left_out = unknown.iter().filter(|name| **name != "user");
        let all =
            left_out.fold(all, |all, name| all.unknown_member(name, UnknownMember::Match).unwrap());
        if any_case { all.any_email_case() } else { all }
    })
}

/// Takes the rules in: each names more than an issuer, and can be applied.
fn apply(cutoffs: &mut Cutoffs, rules: &[Rule]) -> Result<(), TestCaseError> {
    for rule in rules {
        prop_assert!(!rule.target().is_everyone());
        prop_assert!(rule.target().dimensions().count() > 1, "an issuer alone: {}", rule.to_json());
        prop_assert!(cutoffs.apply(rule.clone(), at(0)).is_ok(), "{}", rule.to_json());
    }
    Ok(())
}

/// What holds without a rule.
static BEFORE: LazyLock<Vec<Option<String>>> =
    LazyLock::new(|| decisions(&OTHERS, &Cutoffs::local()));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn no_message_changes_a_decision_about_another_issuer(
        subjects in subjects(),
        legacy in any::<bool>(),
        messages in prop::collection::vec((prop::sample::select(vec![ISSUER, ISSUER, ISSUER, OTHER]), subject(), event(), any::<bool>()), 1..4),
    ) {
        let receiver = EventReceiver::new(ISSUER, [AUDIENCE], [Algorithm::EdDsa]).unwrap();
        let receiver = receiver.subjects(subjects.clone());
        let receiver = if legacy { receiver.legacy() } else { receiver };
        let global = GlobalRevocation::new(ISSUER).unwrap().subjects(subjects);
        let mut cutoffs = Cutoffs::local();
        for (issuer, subject, events, at_the_top) in messages {
            let sub_id = if at_the_top { format!(r#","sub_id":{subject}"#) } else { String::new() };
            let claims = format!(r#"{{"iss":"{issuer}","aud":"{AUDIENCE}","iat":1700000000,"jti":"j"{sub_id},"events":{events}}}"#);
            let received = receiver.receive(&sign("secevent+jwt", claims), &KEYS, at(0));
            prop_assert!(issuer == ISSUER || received.is_err());
            if let Ok(received) = received {
                apply(&mut cutoffs, received.rules())?;
                // Each event made a rule, or says why not, or is one of the stream.
                for event in received.events() {
                    let told = !event.not_applied.is_empty() || event.uri.contains("/ssf/");
                    prop_assert!(told || !received.rules().is_empty(), "{}", received.to_json());
                }
            }
            let body = format!(r#"{{"sub_id":{subject}}}"#);
            if let Ok(revoked) = global.receive("application/json", body.as_bytes(), at(0)) {
                apply(&mut cutoffs, revoked.rules())?;
            }
        }
        prop_assert_eq!(decisions(&OTHERS, &cutoffs), &**BEFORE);
    }
}

#[test]
fn no_logout_changes_a_decision_about_another_issuer() {
    let receiver = LogoutReceiver::new(ISSUER, [AUDIENCE], [Algorithm::EdDsa]).unwrap();
    let mut cutoffs = Cutoffs::local();
    for issuer in [ISSUER, OTHER] {
        for who in [r#""sub":"x""#, r#""sub":"y","sid":"y""#, r#""sid":"x""#] {
            let claims = format!(
                r#"{{"iss":"{issuer}","aud":"{AUDIENCE}","iat":1700000000,"jti":"j",{who},"events":{{"http://schemas.openid.net/event/backchannel-logout":{{}}}}}}"#
            );
            let logout = receiver.read(&sign("logout+jwt", claims), &KEYS, at(0));
            assert_eq!(logout.is_ok(), issuer == ISSUER);
            logout.iter().for_each(|logout| apply(&mut cutoffs, logout.rules()).unwrap());
        }
    }
    assert_eq!(decisions(&OTHERS, &cutoffs), *BEFORE);
    assert_eq!(decisions(&OWN, &cutoffs).iter().flatten().count(), 3);
}

#[test]
fn the_same_messages_do_change_decisions_about_their_own_issuer() {
    // Else the property above would hold of a receiver that does nothing.
    let receiver = EventReceiver::new(ISSUER, [AUDIENCE], [Algorithm::EdDsa]).unwrap();
    let claims = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","iat":1700000000,"jti":"j","sub_id":{{"format":"iss_sub","iss":"{ISSUER}","sub":"x"}},
        "events":{{"https://schemas.openid.net/secevent/risc/event-type/account-disabled":{{}}}}}}"#
    );
    let received = receiver.receive(&sign("secevent+jwt", claims), &KEYS, at(0)).unwrap();
    let mut cutoffs = Cutoffs::local();
    for rule in received.rules() {
        cutoffs.apply(rule.clone(), at(0)).unwrap();
    }
    let refused = |all: Vec<Option<String>>| all.iter().flatten().count();
    assert_eq!(refused(decisions(&OWN, &Cutoffs::local())), 0);
    assert_eq!(refused(decisions(&OWN, &cutoffs)), 3);
    assert_eq!(refused(decisions(&OTHERS, &cutoffs)), 0);
}
