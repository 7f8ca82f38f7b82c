//! Security events that are fetched from a transmitter.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

use std::cell::Cell;
use std::thread;
use std::time::Duration;

use lowwater::{Algorithm, ApplyError, Code, Cutoffs, Policy, Ring};
use lowwater_edge::{FetchingValidator, PollingReceiver, SharedCutoffs, now};
use lowwater_intake::{EventPoll, EventReceiver, KeySource, Received, StreamFreshness};
use lowwater_issuer::{Behaviour, Instead, Issuer};
use serde_json::{Value, json};

const REVOKED: &str = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";

fn event(issuer: &Issuer, key: &str, name: &str, audience: &str) -> String {
    let subject = json!({"format": "iss_sub", "iss": issuer.url(), "sub": "u1"});
    let claims = json!({"aud": audience, "exp": null, "jti": name, "sub_id": subject,
        "events": {REVOKED: {"event_timestamp": now().as_secs()}}});
    issuer.signed(key, &json!({"typ": "secevent+jwt"}), &claims)
}

fn says(issuer: &Issuer, sets: &Value) {
    let body = json!({"sets": sets, "moreAvailable": false}).to_string();
    let at = [("/poll".to_owned(), Instead::Body(body))].into();
    issuer.behave(Behaviour { publish: vec!["a".into()], at, ..Behaviour::default() });
}

fn validator(issuer: &Issuer) -> FetchingValidator {
    let url = issuer.url();
    let source = KeySource::of_issuer(&url).allow_loopback_http().cool_down(Duration::from_secs(1));
    let policy = json!({"issuer": [&url], "audience": ["api"], "algorithms": ["EdDSA"]});
    let policy = Policy::from_json(&policy.to_string()).unwrap();
    FetchingValidator::new(policy, [source.build().unwrap()], Ring).unwrap()
}

fn stream(issuer: &Issuer) -> PollingReceiver {
    let url = issuer.url();
    let poll = EventPoll::on_loopback(&format!("{url}/poll")).unwrap();
    let receiver = EventReceiver::new(&url, ["me"], [Algorithm::EdDsa]).unwrap();
    let poll = poll.authorization("Bearer secret").unwrap();
    PollingReceiver::new(poll, receiver, validator(issuer)).unwrap()
}

/// What the transmitter was told, in order.
fn told(issuer: &Issuer) -> Vec<Value> {
    let polls = issuer.seen().into_iter().filter(|request| request.path == "/poll");
    polls.map(|request| serde_json::from_str(&request.body).unwrap()).collect()
}

fn round(stream: &mut PollingReceiver, take: impl FnMut(&Received) -> Result<(), ApplyError>) {
    let wait = stream.round(take).unwrap();
    thread::sleep(wait.min(Duration::from_secs(2)));
}

#[test]
fn what_was_kept_is_acknowledged_and_ends_access() {
    let issuer = Issuer::start().unwrap();
    let validator = validator(&issuer);
    let rules = SharedCutoffs::new(Cutoffs::local());
    let token = issuer.token("a", &json!({"aud": "api", "sub": "u1", "iat": now().as_secs() - 60}));
    assert!(validator.validate(&token, || rules.current(), now()).is_ok());
    let (mut stream, mut freshness) = (stream(&issuer), StreamFreshness::new());
    says(&issuer, &json!({"e1": event(&issuer, "a", "e1", "me")}));
    round(&mut stream, |received| {
        received
            .rules()
            .iter()
            .try_for_each(|rule| rules.apply(rule.clone(), now()).map(|_| ()))?;
        freshness.heard(received);
        Ok(())
    });
    let no = validator.validate(&token, || rules.current(), now()).unwrap_err();
    assert_eq!(no.code(), Code::SessionRevoked);
    freshness.polled(stream.poll().as_of().unwrap());
    assert!(freshness.as_of().is_some());
    says(&issuer, &json!({}));
    round(&mut stream, |_| Ok(()));
    let told = told(&issuer);
    assert_eq!(told[0].get("ack"), None);
    assert_eq!(told[1]["ack"], json!(["e1"]));
    let poll = issuer.seen().into_iter().find(|request| request.path == "/poll").unwrap();
    assert_eq!(poll.headers["authorization"], "Bearer secret");
}

#[test]
fn what_could_not_be_kept_comes_again_and_the_others_are_tried() {
    let issuer = Issuer::start().unwrap();
    let mut stream = stream(&issuer);
    let sets =
        json!({"e1": event(&issuer, "a", "e1", "me"), "e2": event(&issuer, "a", "e2", "me")});
    says(&issuer, &sets);
    let taken = Cell::new(0);
    let failed = stream.round(|received| {
        taken.set(taken.get() + 1);
        if received.token_id() == "e1" { Err("the disk is full") } else { Ok(()) }
    });
    assert_eq!((failed, taken.get()), (Err("the disk is full"), 2));
    assert_eq!(stream.poll().as_of(), None);
    thread::sleep(Duration::from_secs(2));
    says(&issuer, &json!({"e1": event(&issuer, "a", "e1", "me")}));
    let mut again = Vec::new();
    for _ in 0..20 {
        round(&mut stream, |received| {
            again.push(received.token_id().to_owned());
            Ok(())
        });
        if !again.is_empty() {
            break;
        }
    }
    assert_eq!(again, ["e1"]);
    assert_eq!(told(&issuer)[1]["ack"], json!(["e2"]));
}

#[test]
fn what_can_never_be_taken_is_refused_with_a_reason() {
    let issuer = Issuer::start().unwrap();
    let mut stream = stream(&issuer);
    let sets = json!({"e1": event(&issuer, "a", "e1", "another"), "e2": "no token"});
    says(&issuer, &sets);
    round(&mut stream, |_| panic!("nothing can be taken"));
    let refused: Vec<_> = stream.poll().refusals().map(|(id, why)| format!("{id} {why}")).collect();
    assert_eq!(refused.len(), 2);
    assert!(refused[0].starts_with("e1 ") && refused[0].contains("audience"), "{refused:?}");
    says(&issuer, &json!({}));
    round(&mut stream, |_| Ok(()));
    let said = &told(&issuer)[1];
    assert_eq!(said["setErrs"]["e1"]["err"], "invalid_audience");
    assert_eq!(said["setErrs"]["e2"]["err"], "invalid_request");
    assert_eq!(said.get("ack"), None);
}

#[test]
fn what_a_transmitter_with_another_clock_sends_is_for_later() {
    let issuer = Issuer::start().unwrap();
    let mut stream = stream(&issuer);
    let subject = json!({"format": "iss_sub", "iss": issuer.url(), "sub": "u1"});
    let early = json!({"aud": "me", "exp": null, "jti": "e1", "iat": now().as_secs() + 90, "sub_id": subject,
        "events": {REVOKED: {}}});
    let early = issuer.signed("a", &json!({"typ": "secevent+jwt"}), &early);
    says(&issuer, &json!({"e1": early}));
    round(&mut stream, |_| panic!("it is not taken now"));
    assert_eq!((stream.poll().as_of(), stream.poll().refusals().count()), (None, 0));
    // And a push of it is answered so that it comes again.
    let receiver = EventReceiver::new(&issuer.url(), ["me"], [Algorithm::EdDsa]).unwrap();
    let push = |keys: &_| receiver.push("application/secevent+jwt", early.as_bytes(), keys, now());
    let fault = validator(&issuer).read(&issuer.url(), push).unwrap_err();
    let reply = EventReceiver::refusal(&fault);
    assert_eq!(reply.status(), 503);
    assert!(reply.headers().any(|(name, value)| name == "Retry-After" && value == "60"));
    assert!(reply.body().contains("issued_in_future"), "{}", reply.body());
}

#[test]
fn a_forged_message_is_refused_also_within_a_cool_down() {
    let issuer = Issuer::start().unwrap();
    let forged = {
        let good = event(&issuer, "a", "e1", "me");
        let (signed, _) = good.rsplit_once('.').unwrap();
        format!("{signed}.{}", "A".repeat(86))
    };
    let receiver = EventReceiver::new(&issuer.url(), ["me"], [Algorithm::EdDsa]).unwrap();
    let validator = validator(&issuer);
    let read = || validator.read(&issuer.url(), |keys| receiver.receive(&forged, keys, now()));
    for _ in 0..3 {
        let fault = read().unwrap_err();
        assert_eq!(fault.code(), "signature_invalid");
        assert_eq!(EventReceiver::refusal(&fault).status(), 400);
    }
    // Nobody can have the issuer asked by it.
    assert_eq!(issuer.paths().len(), 2);
}

#[test]
fn a_validator_of_other_keys_is_a_mistake() {
    let (issuer, other) = (Issuer::start().unwrap(), Issuer::start().unwrap());
    let poll = EventPoll::on_loopback(&format!("{}/poll", issuer.url())).unwrap();
    let receiver = EventReceiver::new(&issuer.url(), ["me"], [Algorithm::EdDsa]).unwrap();
    assert!(PollingReceiver::new(poll, receiver, validator(&other)).is_err());
}

#[test]
fn a_new_key_of_the_transmitter_is_fetched_before_an_event_is_refused() {
    let issuer = Issuer::start().unwrap();
    let mut stream = stream(&issuer);
    says(&issuer, &json!({"e1": event(&issuer, "a", "e1", "me")}));
    let mut taken = Vec::new();
    round(&mut stream, |received| {
        taken.push(received.token_id().to_owned());
        Ok(())
    });
    thread::sleep(Duration::from_secs(1)); // the cool-down
    let body = json!({"sets": {"e2": event(&issuer, "b", "e2", "me")}}).to_string();
    let at = [("/poll".to_owned(), Instead::Body(body))].into();
    issuer.behave(Behaviour { publish: vec!["b".into()], at, ..Behaviour::default() });
    round(&mut stream, |received| {
        taken.push(received.token_id().to_owned());
        Ok(())
    });
    assert_eq!(taken, ["e1", "e2"]);
}

#[test]
fn a_transmitter_that_fails_is_asked_again_later_and_told_the_same() {
    let issuer = Issuer::start().unwrap();
    let mut stream = stream(&issuer);
    says(&issuer, &json!({"e1": event(&issuer, "a", "e1", "me")}));
    round(&mut stream, |_| Ok(()));
    let at = [("/poll".to_owned(), Instead::Status(500))].into();
    issuer.behave(Behaviour { publish: vec!["a".into()], at, ..Behaviour::default() });
    let wait = stream.round(|_| Ok::<(), ApplyError>(())).unwrap();
    assert!(!wait.is_zero());
    assert_eq!(stream.poll().fault().unwrap().code(), "status");
    // Nothing is asked before that.
    let before = told(&issuer).len();
    stream.round(|_| Ok::<(), ApplyError>(())).unwrap();
    assert_eq!(told(&issuer).len(), before);
    thread::sleep(wait);
    says(&issuer, &json!({}));
    round(&mut stream, |_| Ok(()));
    assert_eq!(told(&issuer).last().unwrap()["ack"], json!(["e1"]));
    assert!(stream.poll().fault().is_none());
}
