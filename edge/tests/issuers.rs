//! A validator that fetches, against an issuer that behaves badly.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

use std::future::Future;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use lowwater::{Algorithm, Code, KeySet, NoCutoffs, Policy, Rejection, Ring, UnixTime, Validator};
use lowwater_edge::{Client, FetchingValidator, IssuerValidator, Response, SharedCutoffs, now};
use lowwater_intake::{Answer, Fetch, KeySource, LogoutReceiver, MessageFault, SourceFault};
use lowwater_issuer::{Behaviour, Instead, Issuer};
use serde_json::json;

fn policy(issuers: &[&str]) -> Policy {
    let policy = json!({"issuer": issuers, "audience": ["api"], "algorithms": ["EdDSA"]});
    Policy::from_json(&policy.to_string()).unwrap()
}

/// With the shortest cool-down that there is.
fn source(issuer: &str, timeout: Duration) -> KeySource {
    let source = KeySource::of_issuer(issuer).allow_loopback_http();
    source.cool_down(Duration::from_secs(1)).timeout(timeout).build().unwrap()
}

/// Long enough for a machine that has much else to do.
const PATIENT: Duration = Duration::from_secs(20);
/// For an issuer that hangs.
const SOON: Duration = Duration::from_secs(2);

fn within(timeout: Duration, issuers: &[&str]) -> FetchingValidator {
    let sources = issuers.iter().map(|issuer| source(issuer, timeout));
    FetchingValidator::new(policy(issuers), sources, Ring).unwrap()
}

fn of(issuers: &[&str]) -> FetchingValidator {
    within(PATIENT, issuers)
}

fn token(issuer: &Issuer, key: &str) -> String {
    issuer.token(key, &json!({"aud": "api", "sub": "u1"}))
}

fn decide(validator: &FetchingValidator, token: &str) -> Result<(), Rejection> {
    validator.validate(token, || &NoCutoffs, now()).map(|_| ())
}

fn code(validator: &FetchingValidator, token: &str) -> Option<Code> {
    decide(validator, token).err().map(|no| no.code())
}

fn fault(validator: &FetchingValidator) -> Option<SourceFault> {
    validator.issuers().with_sources(|issuers| issuers.sources().next().unwrap().fault().cloned())
}

fn publish(issuer: &Issuer, keys: &[&str]) {
    let publish = keys.iter().map(|&key| key.into()).collect();
    issuer.behave(Behaviour { publish, ..Behaviour::default() });
}

fn instead(issuer: &Issuer, path: &str, instead: Instead) {
    let at = [(path.to_owned(), instead)].into();
    issuer.behave(Behaviour { publish: vec!["a".into()], at, ..Behaviour::default() });
}

const METADATA: &str = "/.well-known/openid-configuration";

#[test]
fn the_first_request_fetches_and_the_next_ones_do_not() {
    let issuer = Issuer::start().unwrap();
    let validator = of(&[&issuer.url()]);
    assert_eq!(code(&validator, &token(&issuer, "a")), None);
    for _ in 0..100 {
        assert_eq!(code(&validator, &token(&issuer, "a")), None);
    }
    assert_eq!(issuer.paths(), [METADATA, "/jwks"]);
    assert!(issuer.seen()[1].headers["user-agent"].starts_with("lowwater/"));
}

#[test]
fn a_hundred_first_requests_at_once_are_one_fetch() {
    let issuer = Issuer::start().unwrap();
    let validator = of(&[&issuer.url()]);
    let token = token(&issuer, "a");
    thread::scope(|scope| {
        let all: Vec<_> =
            (0..100).map(|_| scope.spawn(|| decide(&validator, &token).is_ok())).collect();
        assert!(all.into_iter().all(|one| one.join().unwrap()));
    });
    assert_eq!(issuer.paths(), [METADATA, "/jwks"]);
}

#[test]
fn a_rotation_is_noticed_by_the_first_token_of_the_new_key() {
    let issuer = Issuer::start().unwrap();
    let validator = of(&[&issuer.url()]);
    validator.hydrate().unwrap();
    publish(&issuer, &["b", "a"]);
    thread::sleep(Duration::from_secs(1)); // the cool-down
    assert_eq!(code(&validator, &token(&issuer, "b")), None);
    assert_eq!(code(&validator, &token(&issuer, "a")), None);
    // And by then the old one is withdrawn.
    publish(&issuer, &["c"]);
    thread::sleep(Duration::from_secs(1));
    assert_eq!(code(&validator, &token(&issuer, "c")), None);
    assert_eq!(code(&validator, &token(&issuer, "a")), Some(Code::KeyNotFound));
}

#[test]
fn tokens_of_keys_that_nobody_has_cause_one_fetch_in_a_cool_down() {
    let issuer = Issuer::start().unwrap();
    let validator = of(&[&issuer.url()]);
    validator.hydrate().unwrap();
    let before = issuer.paths().len();
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(2_500) {
        assert_eq!(code(&validator, &token(&issuer, "nobody's")), Some(Code::KeyNotFound));
        thread::sleep(Duration::from_millis(20));
    }
    let fetches = issuer.paths().len() - before;
    assert!((1..=3).contains(&fetches), "{fetches}");
}

#[test]
fn an_issuer_that_is_down_at_the_start_is_503_and_then_found() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let url = format!("http://{free}");
    let validator = of(&[&url]);
    let elsewhere = Issuer::start().unwrap();
    let token = elsewhere.token("a", &json!({"iss": url, "aud": "api"}));
    let no = decide(&validator, &token).unwrap_err();
    assert_eq!((no.code(), no.http_status()), (Code::KeysUnavailable, 503));
    assert!(no.retry_after().is_some());
    assert_eq!(fault(&validator), Some(SourceFault::Unreachable));
    assert!(validator.hydrate().is_err());
    let _issuer = Issuer::start_at(&free).unwrap();
    let began = Instant::now();
    while decide(&validator, &token).is_err() {
        assert!(began.elapsed() < PATIENT, "{:?}", fault(&validator));
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_issuer_that_hangs_or_trickles_costs_one_timeout() {
    for bad in [Instead::Hang, Instead::Trickle] {
        let issuer = Issuer::start().unwrap();
        let validator = within(SOON, &[&issuer.url()]);
        instead(&issuer, "/jwks", bad);
        let token = token(&issuer, "a");
        let began = Instant::now();
        assert_eq!(code(&validator, &token), Some(Code::KeysUnavailable));
        assert!(began.elapsed() < 3 * SOON, "{:?}", began.elapsed());
        // And who comes next does not wait at all.
        let began = Instant::now();
        assert_eq!(code(&validator, &token), Some(Code::KeysUnavailable));
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    }
}

#[test]
fn what_an_issuer_must_not_answer_is_named_and_the_last_keys_stay() {
    let elsewhere = Issuer::start().unwrap();
    let secret =
        r#"{"keys":[{"kty":"oct","kid":"s","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}"#;
    for (bad, expected) in [
        (Instead::Bytes(10 << 20), "too_large"),
        (Instead::Status(500), "status"),
        (Instead::Close, "unreachable"),
        (Instead::Redirect(format!("{}/jwks", elsewhere.url())), "redirect"),
        (Instead::Redirect("/jwks".into()), "redirect"),
        (Instead::Body("<html>".into()), "json"),
        (Instead::Body(r#"{"keys":5}"#.into()), "keys"),
        (Instead::Status(304), "status"),
    ] {
        let issuer = Issuer::start().unwrap();
        let validator = of(&[&issuer.url()]);
        validator.hydrate().unwrap();
        thread::sleep(Duration::from_secs(1));
        instead(&issuer, "/jwks", bad.clone());
        let no = decide(&validator, &token(&issuer, "b")).unwrap_err();
        assert_eq!(no.http_status(), 503, "{bad:?}: {no}");
        assert_eq!(fault(&validator).unwrap().code(), expected, "{bad:?}");
        assert_eq!(code(&validator, &token(&issuer, "a")), None, "{bad:?}");
    }
    assert!(elsewhere.paths().is_empty(), "nobody was sent there");
    // A secret that everyone may fetch is none, and the set that has nothing else has no key.
    let issuer = Issuer::start().unwrap();
    instead(&issuer, "/jwks", Instead::Body(secret.into()));
    let validator = of(&[&issuer.url()]);
    assert!(validator.hydrate().is_err());
    assert_eq!(fault(&validator), Some(SourceFault::NoUsableKey));
}

#[test]
fn an_issuer_that_lies_about_its_etag_is_found_out_by_a_new_key() {
    let issuer = Issuer::start().unwrap();
    let behaviour = |publish: &str| Behaviour {
        publish: vec![publish.into()],
        etag: Some("\"always\"".into()),
        ..Behaviour::default()
    };
    issuer.behave(behaviour("a"));
    let validator = of(&[&issuer.url()]);
    validator.hydrate().unwrap();
    issuer.behave(behaviour("b"));
    thread::sleep(Duration::from_secs(1));
    assert_eq!(code(&validator, &token(&issuer, "b")), None);
}

#[test]
fn each_issuer_signs_for_itself_alone() {
    let (one, other) = (Issuer::start().unwrap(), Issuer::start().unwrap());
    publish(&other, &["b"]);
    let validator = of(&[&one.url(), &other.url()]);
    assert_eq!(code(&validator, &token(&one, "a")), None);
    assert_eq!(code(&validator, &token(&other, "b")), None);
    let forged = other.token("b", &json!({"iss": one.url(), "aud": "api"}));
    assert_eq!(code(&validator, &forged), Some(Code::KeyNotFound));
    let strangers = other.token("b", &json!({"iss": "https://stranger.example/", "aud": "api"}));
    assert_eq!(code(&validator, &strangers), Some(Code::IssuerNotAllowed));
}

#[test]
fn one_issuer_cannot_stand_in_the_way_of_another() {
    let (good, bad) = (Issuer::start().unwrap(), Issuer::start().unwrap());
    let validator = of(&[&good.url(), &bad.url()]);
    // Keys of the other's name, and more of them than are tried.
    let jwk = |key: &str, name: Option<&str>| {
        let mut jwk = Issuer::jwks([key])["keys"][0].clone();
        jwk["kid"] = json!(name);
        jwk.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        jwk
    };
    let many: Vec<_> = ["b", "c", "d", "e", "f"].map(|key| jwk(key, Some("a"))).into();
    let nameless = jwk("g", None);
    let keys = [many, vec![nameless]].concat();
    instead(&bad, "/jwks", Instead::Body(json!({ "keys": keys }).to_string()));
    validator.hydrate().unwrap();
    assert_eq!(code(&validator, &token(&good, "a")), None);
    // And its rotation is noticed, though a nameless key of the other could be tried.
    publish(&good, &["n"]);
    thread::sleep(Duration::from_secs(1));
    assert_eq!(code(&validator, &token(&good, "n")), None);
}

#[test]
fn an_issuer_that_is_down_is_503_though_another_has_keys_of_that_name() {
    let (up, down) = (Issuer::start().unwrap(), Issuer::start().unwrap());
    instead(&down, METADATA, Instead::Close);
    let validator = of(&[&up.url(), &down.url()]);
    assert_eq!(code(&validator, &token(&up, "a")), None);
    assert_eq!(code(&validator, &token(&down, "a")), Some(Code::KeysUnavailable));
}

#[test]
fn ten_issuers_are_there_for_their_first_requests_at_once() {
    let issuers: Vec<_> = (0..10).map(|_| Issuer::start().unwrap()).collect();
    let urls: Vec<_> = issuers.iter().map(Issuer::url).collect();
    let validator = of(&urls.iter().map(String::as_str).collect::<Vec<_>>());
    thread::scope(|scope| {
        let all: Vec<_> = issuers
            .iter()
            .map(|issuer| scope.spawn(|| code(&validator, &token(issuer, "a"))))
            .collect();
        assert!(all.into_iter().all(|one| one.join().unwrap().is_none()));
    });
}

/// Answers all that is asked for with these keys.
fn serve(validator: &IssuerValidator, keys: &[&str], clock: UnixTime) -> usize {
    let (mut fetches, jwks) = (0, Issuer::jwks(keys.iter().copied()).to_string());
    while let Some(fetch) = validator.poll(clock) {
        fetches += 1;
        validator.answered(&fetch, &Answer::new(200, &[], jwks.as_bytes()), clock);
    }
    fetches
}

#[test]
fn a_clock_that_was_set_back_stops_nothing() {
    const ISSUER: &str = "https://issuer.example/";
    let source = KeySource::of_jwks(ISSUER, "https://issuer.example/jwks").build().unwrap();
    let validator = IssuerValidator::new(policy(&[ISSUER]), [source], Ring).unwrap();
    let (today, year) = (now(), Duration::from_secs(366 * 24 * 60 * 60));
    assert_eq!(serve(&validator, &["a"], today.after(year)), 1);
    let issuer = Issuer::start().unwrap();
    let token = issuer.token("b", &json!({"iss": ISSUER, "aud": "api"}));
    let ask = |clock| validator.ask(&token, &NoCutoffs, today, clock);
    assert!(ask(today).answer.is_err());
    let later = today.after(Duration::from_secs(31));
    assert!(ask(later).awaited, "the cool-down is over");
    assert_eq!(serve(&validator, &["b"], later), 1);
    assert!(ask(later).answer.is_ok());
}

#[test]
fn a_message_by_a_key_that_was_withdrawn_while_nobody_asked_is_not_taken() {
    const ISSUER: &str = "https://issuer.example/";
    let source = KeySource::of_jwks(ISSUER, "https://issuer.example/jwks").build().unwrap();
    let validator = IssuerValidator::new(policy(&[ISSUER]), [source], Ring).unwrap();
    let (start, next_day) = (now(), now().after(Duration::from_secs(20 * 60 * 60)));
    serve(&validator, &["a"], start);
    let issuer = Issuer::start().unwrap();
    let message = issuer.token("a", &json!({"iss": ISSUER}));
    let read = |keys: &KeySet| {
        keys.verify(&message, [Algorithm::EdDsa]).map(|_| ()).map_err(MessageFault::Unproven)
    };
    let asked = validator.read(ISSUER, next_day, read);
    assert!(asked.answer.is_ok() && asked.awaited);
    serve(&validator, &["b"], next_day);
    // Nobody asked for this key yet: for later; and refused once somebody did.
    assert_eq!(
        validator.read(ISSUER, next_day, read).answer.unwrap_err().code(),
        "keys_unavailable"
    );
    let later = next_day.after(Duration::from_secs(30));
    assert!(validator.read(ISSUER, later, read).awaited);
    serve(&validator, &["b"], later);
    assert_eq!(validator.read(ISSUER, later, read).answer.unwrap_err().code(), "key_not_found");
}

#[test]
fn a_message_within_a_cool_down_that_others_used_up_is_for_later() {
    let issuer = Issuer::start().unwrap();
    let source = KeySource::of_issuer(&issuer.url()).allow_loopback_http().build().unwrap();
    let validator = FetchingValidator::new(policy(&[&issuer.url()]), [source], Ring).unwrap();
    validator.hydrate().unwrap();
    thread::sleep(Duration::from_millis(1_100));
    publish(&issuer, &["b"]);
    let message = issuer.token("b", &json!({}));
    let read = |keys: &KeySet| {
        keys.verify(&message, [Algorithm::EdDsa]).map(|_| ()).map_err(MessageFault::Unproven)
    };
    let fault = validator.read(&issuer.url(), read).unwrap_err();
    assert_eq!(fault.code(), "keys_unavailable", "30 seconds are not over");
}

#[test]
fn one_issuer_that_is_down_is_503_for_its_own_tokens_alone() {
    let (up, down) = (Issuer::start().unwrap(), Issuer::start().unwrap());
    publish(&down, &["b"]);
    instead(&down, METADATA, Instead::Close);
    let validator = of(&[&up.url(), &down.url()]);
    assert_eq!(code(&validator, &token(&up, "a")), None);
    assert_eq!(code(&validator, &token(&down, "b")), Some(Code::KeysUnavailable));
    assert_eq!(code(&validator, &token(&up, "nobody's")), Some(Code::KeyNotFound));
}

#[test]
fn keys_that_were_kept_serve_while_the_issuer_is_down() {
    let issuer = Issuer::start().unwrap();
    instead(&issuer, METADATA, Instead::Hang);
    let validator = of(&[&issuer.url()]);
    let (jwks, until) = (Issuer::jwks(["a"]).to_string(), now().after(Duration::from_secs(60)));
    let issuers = validator.issuers();
    assert!(issuers.hydrate("https://other.example/", &jwks, until, now()).is_err());
    assert!(issuers.hydrate(&issuer.url(), "{}", until, now()).is_err());
    issuers.hydrate(&issuer.url(), &jwks, until, now()).unwrap();
    let began = Instant::now();
    assert_eq!(code(&validator, &token(&issuer, "a")), None);
    assert!(began.elapsed() < PATIENT, "nobody waits");
}

#[test]
fn a_client_that_panics_is_an_issuer_that_does_not_answer() {
    struct Panics;
    impl Client for Panics {
        fn fetch(&self, _: &Fetch) -> Option<Response> {
            std::panic::resume_unwind(Box::new("of the caller's"))
        }
    }
    let issuer = Issuer::start().unwrap();
    let issuers =
        IssuerValidator::new(policy(&[&issuer.url()]), [source(&issuer.url(), SOON)], Ring)
            .unwrap();
    let validator = FetchingValidator::with_client(issuers, Panics);
    assert_eq!(code(&validator, &token(&issuer, "a")), Some(Code::KeysUnavailable));
    assert_eq!(fault(&validator), Some(SourceFault::Unreachable));
}

#[test]
fn any_executor_can_wait() {
    let issuer = Issuer::start().unwrap();
    let validator = of(&[&issuer.url()]);
    let token = token(&issuer, "a");
    let decided = block_on(validator.validate_async(&token, || &NoCutoffs, now()));
    assert_eq!(decided.unwrap().subject(), Some("u1"));
    block_on(validator.hydrate_async()).unwrap();
    fn is_send<T: Send>(_: &T) {}
    is_send(&validator.validate_async(&token, || &NoCutoffs, now()));
}

/// The least executor.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        thread::park();
    }
}

#[test]
fn a_logout_by_a_new_key_is_read_and_ends_access_at_once() {
    let issuer = Issuer::start().unwrap();
    let validator = of(&[&issuer.url()]);
    let receiver = LogoutReceiver::new(&issuer.url(), ["app"], [Algorithm::EdDsa]).unwrap();
    let rules = SharedCutoffs::default();
    let bearer = issuer.token("a", &json!({"aud": "api", "sub": "u1", "sid": "s1"}));
    assert!(validator.validate(&bearer, || rules.current(), now()).is_ok());

    publish(&issuer, &["a", "b"]);
    thread::sleep(Duration::from_secs(1)); // the cool-down
    let events = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let claims = json!({"aud": "app", "sid": "s1", "jti": "j1", "events": events});
    let body =
        format!("logout_token={}", issuer.signed("b", &json!({"typ": "logout+jwt"}), &claims));
    let read = |keys: &_| receiver.receive(body.as_bytes(), keys, now());
    let logout = validator.read(receiver.issuer(), read).unwrap();
    logout.rules().iter().for_each(|rule| {
        rules.apply(rule.clone(), now()).unwrap();
    });
    let no = validator.validate(&bearer, || rules.current(), now()).unwrap_err();
    assert_eq!(no.code(), Code::SessionRevoked);

    // By a key that nobody has: refused; while nobody can be asked: later.
    let forged = format!("logout_token={}", issuer.signed("c", &json!({}), &claims));
    let read = |keys: &_| receiver.receive(forged.as_bytes(), keys, now());
    let fault = validator.read(receiver.issuer(), read).unwrap_err();
    assert_eq!((fault.code(), LogoutReceiver::refusal(&fault).status()), ("key_not_found", 400));
    instead(&issuer, "/jwks", Instead::Close);
    thread::sleep(Duration::from_secs(1));
    let fault = block_on(validator.read_async(receiver.issuer(), read)).unwrap_err();
    let reply = LogoutReceiver::refusal(&fault);
    assert_eq!((fault.code(), reply.status()), ("keys_unavailable", 503));
    assert!(reply.headers().any(|(name, _)| name == "Retry-After"));
}

#[test]
fn mistakes_are_told_at_construction() {
    let source = || KeySource::of_issuer("https://issuer.example/").build().unwrap();
    let taken = |issuer| IssuerValidator::new(policy(&[issuer]), [source()], Ring).map(|_| ());
    assert!(taken("https://issuer.example/").is_ok());
    let text = taken("https://issuer.example").unwrap_err().to_string();
    assert!(text.contains("name the issuer in the policy"), "{text}");
    let none: [KeySource; 0] = [];
    assert!(IssuerValidator::new(policy(&["i"]), none, Ring).is_err());
    let twice = [source(), source()];
    assert!(IssuerValidator::new(policy(&["https://issuer.example/"]), twice, Ring).is_err());
    let algorithms = [Algorithm::EdDsa];
    assert!(
        FetchingValidator::for_issuer("http://issuer.example/", "api", algorithms, Ring).is_err()
    );
    assert!(
        FetchingValidator::for_issuer("https://issuer.example/", "api", algorithms, Ring).is_ok()
    );
    let debug = format!("{:?}", of(&["http://localhost:1"]));
    assert!(debug.contains("http://localhost:1"), "{debug}");
}

#[test]
fn a_validator_of_the_moment_explains_and_verifies() {
    let issuer = Issuer::start().unwrap();
    let validator = of(&[&issuer.url()]);
    validator.hydrate().unwrap();
    let current: Validator = validator.current();
    let token = token(&issuer, "a");
    assert!(current.explain(&token, &NoCutoffs, now()).rejection().is_none());
    assert_eq!(current.keys().key_ids().collect::<Vec<_>>(), ["a"]);
}
