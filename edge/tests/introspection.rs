//! Tokens that are asked about over HTTP, against an endpoint that behaves badly.
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

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread;
use std::time::{Duration, Instant};

use lowwater::{
    Code, ConfigError, Cutoffs, KeySet, NoCutoffs, Policy, Rejection, Ring, Rule, Target,
};
use lowwater_edge::{
    Client, FetchingIntrospection, FetchingValidator, IntrospectionValidator, Response,
    SharedCutoffs, now,
};
use lowwater_intake::{Answer, Fetch, Introspection, KeySource};
use lowwater_issuer::{Behaviour, Instead, Issuer};
use serde_json::{Value, json};

fn policy(issuer: &str) -> Policy {
    let policy = json!({"issuer": [issuer], "audience": ["api"]});
    Policy::opaque_from_json(&policy.to_string()).unwrap()
}

fn introspection(issuer: &str, config: &Value) -> Introspection {
    let usual = json!({
        "issuer": issuer, "endpoint": format!("{issuer}/introspect"), "client_id": "api",
        "client_secret": "secret", "allow_loopback_http": true, "timeout": 10,
    });
    let mut all = usual.as_object().unwrap().clone();
    all.extend(config.as_object().unwrap().clone());
    Introspection::from_json(&Value::from(all).to_string()).unwrap()
}

fn of(issuer: &Issuer, config: &Value) -> FetchingIntrospection {
    let (policy, introspection) = (policy(&issuer.url()), introspection(&issuer.url(), config));
    FetchingIntrospection::new(policy, introspection, Ring).unwrap()
}

fn active(issuer: &Issuer) -> Value {
    let at = now().as_secs();
    json!({"active": true, "iss": issuer.url(), "aud": "api", "sub": "u1", "iat": at - 5, "exp": at + 600})
}

fn answer(issuer: &Issuer, instead: Instead) {
    let at = [("/introspect".to_owned(), instead)].into();
    issuer.behave(Behaviour { publish: vec!["a".into()], at, ..Behaviour::default() });
}

fn says(issuer: &Issuer, response: &Value) {
    answer(issuer, Instead::Body(response.to_string()));
}

fn decide(validator: &FetchingIntrospection, token: &str) -> Result<(), Rejection> {
    validator.validate(token, || &NoCutoffs, now()).map(|_| ())
}

fn code(validator: &FetchingIntrospection, token: &str) -> Option<Code> {
    decide(validator, token).err().map(|no| no.code())
}

#[test]
fn the_first_request_asks_and_the_next_ones_do_not() {
    let issuer = Issuer::start().unwrap();
    says(&issuer, &active(&issuer));
    let validator = of(&issuer, &json!({}));
    for _ in 0..100 {
        assert_eq!(code(&validator, "opaque"), None);
    }
    let seen = issuer.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].body, "token=opaque&token_type_hint=access_token");
    assert_eq!(seen[0].headers["authorization"], "Basic YXBpOnNlY3JldA==");
    assert_eq!(seen[0].headers["content-type"], "application/x-www-form-urlencoded");
}

#[test]
fn a_cutoff_ends_a_token_that_is_kept_in_the_next_request() {
    let issuer = Issuer::start().unwrap();
    says(&issuer, &active(&issuer));
    let validator = of(&issuer, &json!({}));
    let rules = SharedCutoffs::new(Cutoffs::local());
    let decide = || validator.validate("opaque", || rules.current(), now()).map(|_| ());
    decide().unwrap();
    rules.apply(Rule::issued_before(Target::subject("u1"), now()), now()).unwrap();
    assert_eq!(decide().unwrap_err().code(), Code::TokenRevoked);
    assert_eq!(issuer.paths().len(), 1);
}

#[test]
fn what_is_not_active_is_401_and_what_went_wrong_is_503() {
    let issuer = Issuer::start().unwrap();
    let validator = of(&issuer, &json!({}));
    says(&issuer, &json!({"active": false}));
    assert_eq!(code(&validator, "t1"), Some(Code::TokenInactive));
    answer(&issuer, Instead::Status(500));
    let no = decide(&validator, "t2").unwrap_err();
    assert_eq!((no.code(), no.http_status()), (Code::IntrospectionUnavailable, 503));
    assert_eq!(validator.introspection().fault().unwrap().code(), "status");
    // What is known of another token counts meanwhile.
    assert_eq!(code(&validator, "t1"), Some(Code::TokenInactive));
    answer(&issuer, Instead::Bytes(10_000_000));
    assert_eq!(code(&validator, "t3"), Some(Code::IntrospectionUnavailable));
    assert_eq!(validator.introspection().fault().unwrap().code(), "too_large");
    answer(&issuer, Instead::Close);
    assert_eq!(code(&validator, "t4"), Some(Code::IntrospectionUnavailable));
}

#[test]
fn a_redirect_is_not_followed_with_token_and_credentials() {
    let (issuer, elsewhere) = (Issuer::start().unwrap(), Issuer::start().unwrap());
    answer(&issuer, Instead::Redirect(format!("{}/introspect", elsewhere.url())));
    assert_eq!(code(&of(&issuer, &json!({})), "t"), Some(Code::IntrospectionUnavailable));
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn an_endpoint_that_hangs_costs_the_timeout_at_most() {
    let issuer = Issuer::start().unwrap();
    answer(&issuer, Instead::Trickle);
    let validator = of(&issuer, &json!({"timeout": 1}));
    let began = Instant::now();
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert_eq!(code(&validator, "t"), Some(Code::IntrospectionUnavailable)));
        }
    });
    // One request: whoever waited for it was told when it failed.
    assert_eq!(issuer.paths().len(), 1);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

#[test]
fn a_hundred_requests_at_once_with_one_token_ask_once() {
    let issuer = Issuer::start().unwrap();
    says(&issuer, &active(&issuer));
    let validator = of(&issuer, &json!({}));
    thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| assert_eq!(code(&validator, "t"), None));
        }
    });
    assert_eq!(issuer.paths(), ["/introspect"]);
}

#[test]
fn requests_that_wait_share_an_answer_that_is_not_kept() {
    let url = "https://issuer.example/";
    let introspection = introspection(url, &json!({"ttl": 0}));
    let validator = IntrospectionValidator::new(policy(url), introspection, Ring).unwrap();
    let at = now();
    let mut all: Vec<_> = (0..100).map(|_| validator.inquire("t", at)).collect();
    let fetches: Vec<_> = all.iter_mut().filter_map(lowwater_edge::Inquiry::fetch).collect();
    assert_eq!(fetches.len(), 1);
    let response = json!({"active": true, "aud": "api", "sub": "u1", "iat": at.as_secs(), "exp": at.as_secs() + 60});
    let body = response.to_string();
    validator.answered(&fetches[0], &Answer::new(200, &[], body.as_bytes()), &KeySet::empty(), at);
    for inquiry in &all {
        assert!(validator.ask(inquiry, &NoCutoffs, at).answer.is_ok());
    }
    assert!(validator.inquire("t", at).fetch().is_some());
}

/// Panics.
struct Broken;

impl Client for Broken {
    fn fetch(&self, _: &Fetch) -> Option<Response> {
        panic!("a client of the caller's")
    }
}

#[test]
fn a_client_that_panics_is_no_answer() {
    let url = "https://issuer.example/";
    let validator = IntrospectionValidator::new(policy(url), introspection(url, &json!({})), Ring);
    let validator = FetchingIntrospection::with_client(validator.unwrap(), None, Broken).unwrap();
    assert_eq!(code(&validator, "t"), Some(Code::IntrospectionUnavailable));
}

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Arc::new(Unpark(thread::current())).into();
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn a_future_waits_without_its_thread() {
    let issuer = Issuer::start().unwrap();
    says(&issuer, &active(&issuer));
    let validator = of(&issuer, &json!({}));
    let decided = block_on(validator.validate_async("t", || &NoCutoffs, now()));
    assert_eq!(decided.unwrap().subject(), Some("u1"));
    says(&issuer, &json!({"active": false}));
    let decided = block_on(validator.validate_async("t2", || &NoCutoffs, now()));
    assert_eq!(decided.unwrap_err().code(), Code::TokenInactive);
}

fn signed(issuer: &Issuer, key: &str) -> Instead {
    let claims = json!({"aud": "me", "token_introspection": active(issuer), "exp": null});
    Instead::Body(issuer.signed(key, &json!({"typ": "token-introspection+jwt"}), &claims))
}

fn keys(issuer: &Issuer) -> FetchingValidator {
    let url = issuer.url();
    let source = KeySource::of_issuer(&url).allow_loopback_http().cool_down(Duration::from_secs(1));
    let policy = json!({"issuer": [&url], "audience": ["api"], "algorithms": ["EdDSA"]});
    let policy = Policy::from_json(&policy.to_string()).unwrap();
    FetchingValidator::new(policy, [source.build().unwrap()], Ring).unwrap()
}

#[test]
fn signed_responses_are_read_by_fetched_keys_also_after_a_rotation() {
    let issuer = Issuer::start().unwrap();
    answer(&issuer, signed(&issuer, "a"));
    let config = json!({"signed_for": ["me"], "algorithms": ["EdDSA"]});
    let (policy, introspection) = (policy(&issuer.url()), introspection(&issuer.url(), &config));
    let validator =
        FetchingIntrospection::signed(policy, introspection, keys(&issuer), Ring).unwrap();
    assert_eq!(code(&validator, "t1"), None);
    thread::sleep(Duration::from_secs(1)); // the cool-down
    let at = [("/introspect".to_owned(), signed(&issuer, "b"))].into();
    issuer.behave(Behaviour { publish: vec!["b".into()], at, ..Behaviour::default() });
    assert_eq!(code(&validator, "t2"), None);
    // One that is not signed says nothing.
    says(&issuer, &active(&issuer));
    assert_eq!(code(&validator, "t3"), Some(Code::IntrospectionUnavailable));
    assert_eq!(validator.introspection().fault().unwrap().code(), "not_signed");
}

#[test]
fn mistakes_are_told_when_it_is_built() {
    let issuer = Issuer::start().unwrap();
    let url = issuer.url();
    let config = json!({"signed_for": ["me"], "algorithms": ["EdDSA"]});
    let signed = || introspection(&url, &config);
    let plain = || introspection(&url, &json!({}));
    let other = Issuer::start().unwrap();
    let mistakes = [
        FetchingIntrospection::new(policy("https://another.example/"), plain(), Ring),
        FetchingIntrospection::new(policy(&url), signed(), Ring),
        FetchingIntrospection::signed(policy(&url), plain(), keys(&issuer), Ring),
        FetchingIntrospection::signed(policy(&url), signed(), keys(&other), Ring),
    ];
    for mistake in mistakes {
        assert!(matches!(mistake, Err(ConfigError::Value { .. })), "{mistake:?}");
    }
}

#[test]
fn a_policy_without_algorithms_accepts_no_jwt() {
    let issuer = Issuer::start().unwrap();
    let keys = KeySet::from_jwks(&Issuer::jwks(["a"]).to_string()).unwrap();
    let validator = lowwater::Validator::new(policy(&issuer.url()), keys);
    let token = issuer.token("a", &json!({"aud": "api"}));
    let no = validator.validate(&token, &NoCutoffs, now()).unwrap_err();
    assert_eq!(no.code(), Code::AlgorithmNotAllowed);
}

#[test]
fn a_round_that_nobody_ends_is_given_up() {
    let url = "https://issuer.example/";
    let config = json!({"timeout": 1});
    let validator =
        IntrospectionValidator::new(policy(url), introspection(url, &config), Ring).unwrap();
    let at = now();
    let mut first = validator.inquire("t", at);
    let fetch = first.fetch().unwrap();
    assert!(first.fetch().is_none());
    let second = validator.inquire("t", at);
    assert_eq!(second.number(), first.number());
    assert!(validator.ask(&second, &NoCutoffs, at).awaited);
    assert!(!validator.longest_wait(&second, at).is_zero());
    let later = at.after(Duration::from_secs(2));
    assert!(validator.longest_wait(&second, later).is_zero());
    let mut third = validator.inquire("t", later);
    assert!(third.fetch().is_some());
    // An answer that comes then is nobody's.
    validator.answered(
        &fetch,
        &Answer::new(200, &[], br#"{"active":false}"#),
        &KeySet::empty(),
        later,
    );
    assert!(validator.ask(&third, &NoCutoffs, later).awaited);
}

/// Answers late.
struct Late(Duration, String);

impl Client for Late {
    fn fetch(&self, _: &Fetch) -> Option<Response> {
        thread::sleep(self.0);
        let body = self.1.clone().into_bytes();
        Some(Response { status: 200, body, ..Response::default() })
    }
}

#[test]
fn a_future_whose_answer_comes_too_late_is_told_so() {
    let url = "https://issuer.example/";
    let config = json!({"timeout": 1});
    let validator = IntrospectionValidator::new(policy(url), introspection(url, &config), Ring);
    let client = Late(Duration::from_millis(1_500), r#"{"active":false}"#.into());
    let validator = FetchingIntrospection::with_client(validator.unwrap(), None, client).unwrap();
    let (send, receive) = std::sync::mpsc::channel();
    let own = validator.clone();
    thread::spawn(move || {
        let decided = block_on(own.validate_async("t1", || &NoCutoffs, now()));
        send.send(decided.unwrap_err().code()).unwrap();
    });
    // Another request finds that the time is over, and begins a round of its own.
    thread::sleep(Duration::from_millis(1_200));
    let _other = decide(&validator, "t2");
    let told = receive.recv_timeout(Duration::from_secs(20));
    assert_eq!(told, Ok(Code::IntrospectionUnavailable));
}

#[test]
fn an_answer_is_about_its_own_token_also_for_an_instance_in_the_place_of_another() {
    let url = "https://issuer.example/";
    let validator =
        IntrospectionValidator::new(policy(url), introspection(url, &json!({})), Ring).unwrap();
    let at = now();
    let fetch = validator.inquire("t1", at).fetch().unwrap();
    validator.with_introspection(|own| *own = introspection(url, &json!({})));
    let mut other = validator.inquire("t2", at);
    assert_eq!(other.fetch().unwrap().number(), fetch.number());
    let body = json!({"active": true, "aud": "api", "sub": "u1", "iat": at.as_secs(), "exp": at.as_secs() + 60});
    let body = body.to_string();
    validator.answered(&fetch, &Answer::new(200, &[], body.as_bytes()), &KeySet::empty(), at);
    let asked = validator.ask(&other, &NoCutoffs, at);
    assert_eq!(asked.answer.unwrap_err().code(), Code::IntrospectionUnavailable);
    assert!(validator.with_introspection(|own| own.is_empty()));
}

#[test]
fn a_thread_that_read_the_clock_a_little_earlier_ends_no_question() {
    let url = "https://issuer.example/";
    let validator =
        IntrospectionValidator::new(policy(url), introspection(url, &json!({})), Ring).unwrap();
    let at = now();
    let mut first = validator.inquire("t1", at);
    let fetch = first.fetch().unwrap();
    let _second = validator.inquire("t2", at.before(Duration::from_millis(1)));
    validator.answered(
        &fetch,
        &Answer::new(200, &[], br#"{"active":false}"#),
        &KeySet::empty(),
        at,
    );
    let asked = validator.ask(&first, &NoCutoffs, at);
    assert_eq!(asked.answer.unwrap_err().code(), Code::TokenInactive);
}
