//! Status lists that are fetched with the keys of their issuer.
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

use std::thread;
use std::time::Duration;

use lowwater::{Code, ConfigError, NoCutoffs, Note, Policy, Rejection, Ring, RuleSet as _};
use lowwater_edge::{FetchingValidator, HttpClient, IssuerValidator, now};
use lowwater_intake::{KeySource, StatusLists};
use lowwater_issuer::{Behaviour, Instead, Issuer};
use serde_json::{Value, json};

/// The draft's example: 16 statuses of a bit, 1 0 0 1 1 1 0 1 1 1 0 0 0 1 0 1.
const LIST: &str = "eNrbuRgAAhcBXQ";

fn lists(issuer: &str, config: &Value) -> StatusLists {
    let usual = json!({
        "issuer": issuer, "lists": [format!("{issuer}/lists/")], "algorithms": ["EdDSA"],
        "allow_loopback_http": true, "timeout": 10, "cool_down": 1,
    });
    let mut all = usual.as_object().unwrap().clone();
    all.extend(config.as_object().unwrap().clone());
    StatusLists::from_json(&Value::from(all).to_string()).unwrap()
}

fn policy(issuer: &str) -> Policy {
    let policy = json!({"issuer": [issuer], "audience": ["api"], "algorithms": ["EdDSA"]});
    Policy::from_json(&policy.to_string()).unwrap()
}

fn keys(issuer: &str) -> KeySource {
    let source = KeySource::of_issuer(issuer).allow_loopback_http();
    source.cool_down(Duration::from_secs(1)).timeout(Duration::from_secs(20)).build().unwrap()
}

fn validator(issuer: &str) -> FetchingValidator {
    let lists = [lists(issuer, &json!({}))];
    FetchingValidator::with_status_lists(policy(issuer), [keys(issuer)], lists, Ring).unwrap()
}

fn list(issuer: &Issuer, key: &str) -> Instead {
    let claims = json!({"sub": format!("{}/lists/1", issuer.url()), "ttl": 60,
        "status_list": {"bits": 1, "lst": LIST}});
    Instead::Body(issuer.signed(key, &json!({"typ": "statuslist+jwt"}), &claims))
}

fn publish(issuer: &Issuer, at: Instead) {
    let at = [("/lists/1".to_owned(), at)].into();
    issuer.behave(Behaviour { publish: vec!["a".into()], at, ..Behaviour::default() });
}

fn token(issuer: &Issuer, index: u64) -> String {
    let uri = format!("{}/lists/1", issuer.url());
    let status = json!({"status_list": {"idx": index, "uri": uri}});
    issuer.token("a", &json!({"aud": "api", "sub": "u1", "status": status}))
}

fn decide(validator: &FetchingValidator, token: &str) -> Result<(), Rejection> {
    validator.validate(token, || &NoCutoffs, now()).map(|_| ())
}

fn code(validator: &FetchingValidator, token: &str) -> Option<Code> {
    decide(validator, token).err().map(|no| no.code())
}

#[test]
fn the_first_token_of_a_list_waits_for_it_and_the_next_ones_do_not() {
    let issuer = Issuer::start().unwrap();
    publish(&issuer, list(&issuer, "a"));
    let validator = validator(&issuer.url());
    let accepted = validator.validate(&token(&issuer, 1), || &NoCutoffs, now()).unwrap();
    assert!(accepted.notes().all(|note| note != Note::StatusNotAsked));
    let statuses = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
    for (index, status) in (0..).zip(statuses) {
        let expected = (status == 1).then_some(Code::StatusInvalid);
        assert_eq!(code(&validator, &token(&issuer, index)), expected, "{index}");
    }
    let lists = issuer.paths().iter().filter(|path| *path == "/lists/1").count();
    assert_eq!(lists, 1, "{:?}", issuer.paths());
}

#[test]
fn a_hundred_first_tokens_at_once_are_one_fetch() {
    let issuer = Issuer::start().unwrap();
    publish(&issuer, list(&issuer, "a"));
    let validator = validator(&issuer.url());
    let token = token(&issuer, 1);
    thread::scope(|scope| {
        let all: Vec<_> =
            (0..100).map(|_| scope.spawn(|| decide(&validator, &token).is_ok())).collect();
        assert!(all.into_iter().all(|one| one.join().unwrap()));
    });
    let lists = issuer.paths().iter().filter(|path| *path == "/lists/1").count();
    assert_eq!(lists, 1);
}

#[test]
fn a_list_that_cannot_be_had_is_503_and_then_found() {
    let issuer = Issuer::start().unwrap();
    publish(&issuer, Instead::Status(500));
    let validator = validator(&issuer.url());
    let no = decide(&validator, &token(&issuer, 1)).unwrap_err();
    assert_eq!((no.code(), no.http_status()), (Code::StatusUnavailable, 503));
    let faults = |issuers: &lowwater_intake::Issuers| {
        issuers.status_lists()[0]
            .faults()
            .map(|(_, fault)| fault.code().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(validator.issuers().with_sources(faults), ["status"]);
    // Nobody waits for what failed, and it is not asked for at once.
    let before = issuer.paths().len();
    assert_eq!(code(&validator, &token(&issuer, 1)), Some(Code::StatusUnavailable));
    assert_eq!(issuer.paths().len(), before);
    publish(&issuer, list(&issuer, "a"));
    for _ in 0..200 {
        if decide(&validator, &token(&issuer, 1)).is_ok() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the list never came");
}

#[test]
fn a_list_by_a_key_that_is_new_brings_the_key() {
    let issuer = Issuer::start().unwrap();
    publish(&issuer, list(&issuer, "b"));
    let validator = validator(&issuer.url());
    // Proven by nothing that is published: no decision.
    assert_eq!(code(&validator, &token(&issuer, 1)), Some(Code::StatusUnavailable));
    let at = [("/lists/1".to_owned(), list(&issuer, "b"))].into();
    let publish = vec!["a".into(), "b".into()];
    issuer.behave(Behaviour { publish, at, ..Behaviour::default() });
    for _ in 0..200 {
        if decide(&validator, &token(&issuer, 1)).is_ok() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the key never came");
}

#[test]
fn a_redirect_within_the_allowed_addresses_is_followed_and_another_is_not() {
    let issuer = Issuer::start().unwrap();
    for (to, expected) in [("/lists/2", None), ("/elsewhere", Some(Code::StatusUnavailable))] {
        let target = format!("{}{to}", issuer.url());
        let at =
            [("/lists/1".to_owned(), Instead::Redirect(target)), (to.into(), list(&issuer, "a"))];
        let publish = vec!["a".into()];
        issuer.behave(Behaviour { publish, at: at.into(), ..Behaviour::default() });
        assert_eq!(code(&validator(&issuer.url()), &token(&issuer, 1)), expected, "{to}");
    }
    assert!(!issuer.paths().contains(&"/elsewhere".to_owned()));
}

#[test]
fn a_token_that_names_no_list_waits_for_none() {
    let issuer = Issuer::start().unwrap();
    publish(&issuer, Instead::Hang);
    let validator = validator(&issuer.url());
    assert_eq!(code(&validator, &issuer.token("a", &json!({"aud": "api"}))), None);
    assert!(!issuer.paths().contains(&"/lists/1".to_owned()));
}

#[test]
fn lists_of_another_issuer_s_keys_want_their_source() {
    let (tokens, lists_of) = ("https://tokens.example", "https://lists.example");
    let lists = |signed_by: &str| [lists(tokens, &json!({"list_issuer": signed_by}))];
    let of = |sources: Vec<KeySource>, signed_by: &str| {
        IssuerValidator::with_status_lists(policy(tokens), sources, lists(signed_by), Ring)
    };
    assert!(of(vec![keys(tokens), keys(lists_of)], lists_of).is_ok());
    let mistakes = [
        of(vec![keys(tokens)], lists_of), // nobody proves the lists
        of(vec![keys(tokens), keys(lists_of)], tokens), // keys that are for nothing
    ];
    for mistake in mistakes {
        assert!(matches!(mistake, Err(ConfigError::Value { .. })));
    }
}

#[test]
fn who_signs_the_lists_of_others_is_no_issuer_of_tokens() {
    let (tokens, status) = (Issuer::start().unwrap(), Issuer::start().unwrap());
    let (url, status_url) = (tokens.url(), status.url());
    let lists =
        lists(&url, &json!({"list_issuer": status_url, "lists": [format!("{status_url}/lists/")]}));
    let policy = r#"{"audience": ["api"], "algorithms": ["EdDSA"]}"#;
    let sources = vec![keys(&url), keys(&status_url)];
    let issuers = IssuerValidator::from_json(policy, sources, vec![lists], Ring).unwrap();
    let validator = FetchingValidator::with_client(issuers, HttpClient::new());
    publish(&status, list(&status, "a"));
    let named = |index: u64| {
        let entry = json!({"idx": index, "uri": format!("{status_url}/lists/1")});
        tokens.token("a", &json!({"aud": "api", "status": {"status_list": entry}}))
    };
    assert_eq!(code(&validator, &named(1)), None);
    assert_eq!(code(&validator, &named(0)), Some(Code::StatusInvalid));
    let of_status = status.token("a", &json!({"aud": "api"}));
    assert_eq!(code(&validator, &of_status), Some(Code::IssuerNotAllowed));
}

#[test]
fn lists_of_the_rules_are_asked_beside_those_that_are_fetched() {
    let issuer = Issuer::start().unwrap();
    publish(&issuer, list(&issuer, "a"));
    let (validator, url) = (validator(&issuer.url()), issuer.url());
    let elsewhere = format!("{url}/kept/1");
    let mut kept = lists(&url, &json!({"lists": [format!("{url}/kept/")]}));
    let claims = json!({"sub": elsewhere, "status_list": {"bits": 1, "lst": LIST}});
    let text = issuer.signed("a", &json!({"typ": "statuslist+jwt"}), &claims);
    let keys = lowwater::KeySet::from_jwks(&Issuer::jwks(["a"]).to_string()).unwrap();
    kept.hydrate(&elsewhere, &text, &keys, now()).unwrap();
    let token = |index: u64| {
        let status = json!({"status_list": {"idx": index, "uri": elsewhere}});
        issuer.token("a", &json!({"aud": "api", "status": status}))
    };
    validator.hydrate().unwrap();
    let decide = |index| {
        let rules = NoCutoffs.with_status(&kept);
        let asked = validator.issuers().ask(&token(index), &rules, now(), now());
        asked.answer.err().map(|no| no.code())
    };
    assert_eq!(decide(1), None);
    assert_eq!(decide(0), Some(Code::StatusInvalid));
    assert_eq!(code(&validator, &token(1)), Some(Code::StatusUnavailable));
}
