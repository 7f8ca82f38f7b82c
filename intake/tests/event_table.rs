//! What each event of CAEP, RISC and the OAuth drafts does: the default table, line by line.
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

use lowwater::{Algorithm, Code, Cutoffs, Rule, Target, Validator};
use lowwater_intake::{EventAction, EventReceiver, Received, Subjects};
use messages::{AUDIENCE, ISSUER, about, at, keys, sign, told};

const CAEP: &str = "https://schemas.openid.net/secevent/caep/event-type/";
const RISC: &str = "https://schemas.openid.net/secevent/risc/event-type/";
const OAUTH: &str = "https://schemas.openid.net/secevent/oauth/event-type/";
const USER: &str = r#"{"format":"iss_sub","iss":"https://issuer.example/","sub":"u1"}"#;
const TOKEN: &str = r#"{"format":"jwt_id","iss":"https://issuer.example/","jti":"t1"}"#;
const DEVICE: &str = r#"{"format":"complex","device":{"format":"opaque","id":"d1"}}"#;
const SESSION: &str = r#"{"format":"complex","session":{"format":"opaque","id":"s1"},"user":{"format":"iss_sub","iss":"https://issuer.example/","sub":"u1"}}"#;
const MAIL: &str = r#"{"format":"email","email":"a@b.example"}"#;

fn subjects() -> Subjects {
    let subjects = Subjects::new().format("email", "claim:email").unwrap();
    let members = [("device", "device"), ("session", "session"), ("application", "client")];
    members.into_iter().fold(subjects, |all, (name, means)| all.member(name, means).unwrap())
}

fn receiver() -> EventReceiver {
    let receiver = EventReceiver::new(ISSUER, [AUDIENCE], [Algorithm::EdDsa]).unwrap();
    receiver.subjects(subjects())
}

fn receive_by(receiver: &EventReceiver, event: &str, subject: &str, value: &str) -> Received {
    let claims = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","iat":1700000000,"jti":"j1","sub_id":{subject},
        "events":{{"{event}":{value}}}}}"#
    );
    receiver.receive(&sign("secevent+jwt", claims), &keys(), at(0)).unwrap()
}

fn receive(event: &str, subject: &str, value: &str) -> Received {
    receive_by(&receiver(), event, subject, value)
}

fn why(received: &Received) -> Vec<&'static str> {
    let events = received.events().iter().flat_map(|event| &event.not_applied);
    events.map(lowwater_intake::NotApplied::code).collect()
}

fn login(target: &str) -> String {
    about("authenticated_before", target, r#""at":1699999000"#)
}

fn issue(target: &str) -> String {
    about("issued_before", target, r#""at":1699999000"#)
}

fn revoke(target: &str) -> String {
    about("revoked", target, r#""until":"never""#)
}

fn suspend(target: &str, on: bool) -> String {
    about("suspended", target, &format!(r#""on":{on},"version":1699999000000"#))
}

/// With the time of the event and these members.
fn value(members: &str) -> String {
    format!(r#"{{"event_timestamp":1699999000{members}}}"#)
}

const U: &str = r#""subject":"u1""#;
const D: &str = r#""device":"d1""#;

/// Checks a row; the name stands in what a failure prints.
fn row(event: &str, subject: &str, members: &str, rules: &[String]) {
    let received = receive(event, subject, &value(members));
    assert_eq!(told(received.rules()), rules, "{event} {members} of {subject}");
    assert_eq!(why(&received), Vec::<&str>::new(), "{event} {members} of {subject}");
}

/// A row that does nothing.
fn nothing(event: &str, members: &str) {
    let received = receive(event, USER, &value(members));
    assert!(received.rules().is_empty(), "{event} {members}");
    assert_eq!(why(&received), ["nothing_to_do"], "{event} {members}");
}

fn caep(name: &str) -> String {
    format!("{CAEP}{name}")
}

fn risc(name: &str) -> String {
    format!("{RISC}{name}")
}

fn oauth(name: &str) -> String {
    format!("{OAUTH}{name}")
}

#[test]
fn session_revoked_ends_the_session_that_is_named_and_otherwise_all_of_the_user() {
    let event = caep("session-revoked");
    row(&event, SESSION, "", &[revoke(r#""session":"s1""#)]);
    row(&event, USER, "", &[login(U)]);
    row(&event, TOKEN, "", &[revoke(r#""token_id":"t1""#)]);
}

#[test]
fn a_session_is_forgotten_when_none_can_be_so_old_and_a_token_likewise() {
    let hour = Duration::from_secs(3600);
    let receiver = receiver().max_session(hour).unwrap().max_lifetime(hour).unwrap();
    // Counted from when the message was made: an event that claims to be old must not end its own tombstone.
    let until = r#""until":1700003600.999"#;
    let received = receive_by(&receiver, &caep("session-revoked"), SESSION, &value(""));
    assert_eq!(told(received.rules()), [about("revoked", r#""session":"s1""#, until)]);
    let received = receive_by(&receiver, &caep("session-revoked"), TOKEN, &value(""));
    assert_eq!(told(received.rules()), [about("revoked", r#""token_id":"t1""#, until)]);
}

#[test]
fn token_claims_change_asks_for_a_refresh_and_hands_the_claims_over() {
    let event = caep("token-claims-change");
    let claims = r#","claims":{"role":"ro-admin"}"#;
    row(&event, TOKEN, claims, &[revoke(r#""token_id":"t1""#)]);
    row(&event, USER, claims, &[issue(U)]);
    let received = receive(&event, USER, &value(claims));
    assert!(received.events().iter().all(|event| *event.json == *value(claims)));
}

#[test]
fn credential_change_asks_for_a_login_unless_a_credential_was_added() {
    let event = caep("credential-change");
    for change in ["revoke", "update", "delete", "transferred"] {
        row(&event, USER, &format!(r#","change_type":"{change}""#), &[login(U)]);
    }
    row(&event, USER, "", &[login(U)]);
    nothing(&event, r#","change_type":"create""#);
}

#[test]
fn assurance_level_change_asks_for_a_refresh_unless_the_level_rose() {
    let event = caep("assurance-level-change");
    row(&event, USER, r#","change_direction":"decrease""#, &[issue(U)]);
    row(&event, USER, r#","current_level":"x""#, &[issue(U)]);
    nothing(&event, r#","change_direction":"increase""#);
}

#[test]
fn device_compliance_change_suspends_the_device_and_lets_it_back() {
    let event = caep("device-compliance-change");
    let bad = r#","current_status":"not-compliant""#;
    row(&event, DEVICE, bad, &[suspend(D, true), issue(D)]);
    row(&event, DEVICE, r#","current_status":"compliant""#, &[suspend(D, false)]);
    let alone = r#"{"format":"opaque","id":"d1"}"#;
    row(&event, alone, bad, &[suspend(D, true), issue(D)]);
    for unclear in ["", r#","current_status":"unknown""#, r#","current_status":5"#] {
        let received = receive(&event, DEVICE, &value(unclear));
        assert!(received.rules().is_empty(), "{unclear}");
        assert_eq!(why(&received), ["event_value_unknown"], "{unclear}");
    }
}

#[test]
fn sessions_that_begin_and_are_seen_do_nothing() {
    nothing(&caep("session-established"), "");
    nothing(&caep("session-presented"), "");
}

#[test]
fn risk_level_change_asks_for_a_login_where_the_risk_is_high() {
    let event = caep("risk-level-change");
    let level = |level: &str| format!(r#","principal":"USER","current_level":"{level}""#);
    row(&event, USER, &level("HIGH"), &[login(U)]);
    nothing(&event, &level("MEDIUM"));
    nothing(&event, &level("LOW"));
    assert_eq!(why(&receive(&event, USER, &value(&level("high")))), ["event_value_unknown"]);
}

#[test]
fn account_disabled_suspends_and_asks_for_a_login_and_account_enabled_lets_back() {
    row(&risc("account-disabled"), USER, "", &[suspend(U, true), login(U)]);
    row(&risc("account-enabled"), USER, "", &[suspend(U, false)]);
}

#[test]
fn account_purged_suspends_for_good_where_the_subject_is_named_and_an_operator_can_lift_it() {
    let event = risc("account-purged");
    let id = format!(r#","id":"account-purged {ISSUER} j1""#);
    let last = r#""on":true,"version":9007199254740991"#.to_owned() + &id;
    row(&event, USER, "", &[about("suspended", U, &last), login(U)]);
    // Another person may get the address.
    row(&event, MAIL, "", &[login(r#""claim:email":"a@b.example""#)]);
}

#[test]
fn credentials_that_are_known_to_others_ask_for_a_login() {
    row(&risc("credential-compromise"), USER, r#","credential_type":"password""#, &[login(U)]);
    row(&risc("account-credential-change-required"), USER, "", &[login(U)]);
    row(&risc("sessions-revoked"), USER, "", &[login(U)]);
}

#[test]
fn an_identifier_that_another_person_has_now_ends_the_tokens_that_carry_it() {
    row(&risc("identifier-recycled"), MAIL, "", &[login(r#""claim:email":"a@b.example""#)]);
    nothing(&risc("identifier-changed"), r#","new-value":"c@d.example""#);
}

#[test]
fn recovery_and_opting_in_and_out_do_nothing() {
    for name in [
        "recovery-activated",
        "recovery-information-changed",
        "opt-in",
        "opt-out-initiated",
        "opt-out-cancelled",
        "opt-out-effective",
    ] {
        nothing(&risc(name), "");
    }
}

#[test]
fn tokens_revoked_ends_the_grant_to_the_receivers_own_client() {
    let grant = r#""subject":"u1","client":"https://api.example/""#;
    row(&oauth("tokens-revoked"), USER, "", &[issue(grant)]);
    row(&oauth("token-revoked"), TOKEN, "", &[revoke(r#""token_id":"t1""#)]);
    let by_hash =
        r#"{"format":"oauth_token","token_identifier_alg":"hash_SHA512_double","token":"x"}"#;
    assert_eq!(why(&receive(&oauth("token-revoked"), by_hash, &value(""))), ["subject_unresolved"]);
}

#[test]
fn a_client_that_is_disabled_is_suspended_until_it_is_enabled() {
    let client = r#"{"format":"opaque","id":"c1"}"#;
    let c = r#""client":"c1""#;
    row(&oauth("client-disabled"), client, "", &[suspend(c, true)]);
    row(&oauth("client-enabled"), client, "", &[suspend(c, false)]);
    row(&oauth("client-credential-changed"), client, "", &[issue(c)]);
    let member = format!(r#"{{"format":"complex","application":{client}}}"#);
    row(&oauth("client-disabled"), &member, "", &[suspend(c, true)]);
}

#[test]
fn an_operator_may_say_otherwise() {
    let (risk, recovered) = (caep("risk-level-change"), risc("recovery-activated"));
    let receiver = receiver()
        .action(&recovered, EventAction::Reauthenticate)
        .and_then(|all| all.action_of(&risk, "MEDIUM", EventAction::Refresh))
        .and_then(|all| all.action(&risc("account-disabled"), EventAction::Suspend))
        .and_then(|all| all.action("urn:example:gone", EventAction::EndSession))
        .unwrap();
    let rules = |event: &str, members: &str| {
        told(receive_by(&receiver, event, USER, &value(members)).rules())
    };
    assert_eq!(rules(&recovered, ""), [login(U)]);
    assert_eq!(rules(&risk, r#","current_level":"MEDIUM""#), [issue(U)]);
    assert_eq!(rules(&risk, r#","current_level":"HIGH""#), [login(U)], "as before");
    assert_eq!(rules(&risc("account-disabled"), ""), [suspend(U, true)]);
    assert_eq!(rules("urn:example:gone", ""), [login(U)]);
    let all = receiver.action(&risk, EventAction::Nothing).unwrap();
    let left = |level: &str| {
        let members = format!(r#","current_level":"{level}""#);
        receive_by(&all, &risk, USER, &value(&members)).rules().len()
    };
    assert_eq!((left("HIGH"), left("MEDIUM")), (0, 1), "a value that was named stays");
}

/// The state after these events, each at its own time, and whether a token of the user passes.
fn after(events: &[(&str, i64)]) -> Option<Code> {
    let mut cutoffs = Cutoffs::local();
    for (name, happened) in events {
        let time = format!(r#"{{"event_timestamp":{happened}}}"#);
        for rule in receive(&risc(name), USER, &time).rules() {
            cutoffs.apply(rule.clone(), at(0)).unwrap();
        }
    }
    decide(&cutoffs)
}

/// A token of the user of a login after all of that.
fn decide(cutoffs: &Cutoffs) -> Option<Code> {
    let validator = Validator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .algorithms([Algorithm::EdDsa])
        .keys(keys())
        .build()
        .unwrap();
    let claims = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"u1","iat":1700000030,"exp":1700000600,"auth_time":1700000030}}"#
    );
    validator.validate(&sign("at+jwt", claims), cutoffs, at(30)).err().map(|no| no.code())
}

#[test]
fn of_disabled_and_enabled_the_later_event_counts_in_whatever_order_they_come() {
    let (off, on) = (("account-disabled", 1_699_999_000), ("account-enabled", 1_699_999_001));
    assert_eq!(after(&[off]), Some(Code::Suspended));
    assert_eq!(after(&[off, on]), None);
    assert_eq!(after(&[on, off]), None, "an old event that comes late changes nothing");
    assert_eq!(after(&[off, on, off, off]), None, "nor does one that comes again");
    let again = ("account-disabled", 1_699_999_002);
    assert_eq!(after(&[on, again, off]), Some(Code::Suspended));
    let same = ("account-enabled", off.1);
    assert_eq!(after(&[off, same]), Some(Code::Suspended), "at the same time: suspended");
}

#[test]
fn a_purge_outlasts_every_later_event_but_not_the_operator() {
    let (purged, on) = (("account-purged", 1_699_999_000), ("account-enabled", 1_699_999_900));
    assert_eq!(after(&[purged, on]), Some(Code::Suspended));
    let mut cutoffs = Cutoffs::local();
    let rules = receive(&risc("account-purged"), USER, &value(""));
    for rule in rules.rules() {
        cutoffs.apply(rule.clone(), at(0)).unwrap();
    }
    let user = Target::subject("u1").at_issuer(ISSUER);
    let newest = u64::try_from(at(0).as_millis()).unwrap();
    cutoffs.apply(Rule::suspended(user.clone(), false, newest), at(0)).unwrap();
    assert_eq!(decide(&cutoffs), Some(Code::Suspended));
    let held = cutoffs.find(&user);
    let id = held.iter().find_map(Rule::id).unwrap();
    cutoffs.lift(id);
    assert_eq!(decide(&cutoffs), None);
    for rule in rules.rules() {
        let _ = cutoffs.apply(rule.clone(), at(0));
    }
    assert_eq!(decide(&cutoffs), None, "the same message again: its id was lifted");
}

#[test]
fn times_of_events_give_versions_in_milliseconds() {
    let version = |time: &str| {
        let received = receive(&risc("account-enabled"), USER, time);
        let json = told(received.rules()).concat();
        json.rsplit_once(r#""version":"#).unwrap().1.trim_end_matches('}').to_owned()
    };
    assert_eq!(version(r#"{"event_timestamp":1699999000643}"#), "1699999000643");
    assert_eq!(version(r#"{"event_timestamp":1699999000}"#), "1699999000000");
    assert_eq!(version("{}"), "1700000000000");
    // Else no later event could ever end the suspension.
    assert_eq!(version(r#"{"event_timestamp":32503680000000}"#), "1700000000000");
}
