//! Status lists over hours and days, by a clock of the test's own.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

use std::time::Duration;

use lowwater::{Code, NoCutoffs, Policy, Ring, UnixTime};
use lowwater_edge::{Asked, IssuerValidator, now};
use lowwater_intake::{Answer, KeySource, StatusLists};
use lowwater_issuer::Issuer;
use serde_json::{Value, json};

/// 16 statuses of a bit, of which the second is 0.
const LIST: &str = "eNrbuRgAAhcBXQ";
const DAY: &str = "max-age=86400";

/// An issuer that answers in no time, whenever it is asked.
struct World {
    issuer: Issuer,
    validator: IssuerValidator,
    list: Value,
}

impl World {
    fn new(lists: &Value, list: &Value) -> Self {
        let issuer = Issuer::start().unwrap();
        let url = issuer.url();
        let usual = json!({"issuer": url, "lists": [format!("{url}/lists/")], "algorithms": ["EdDSA"], "allow_loopback_http": true});
        let lists = StatusLists::from_json(&over(&usual, lists).to_string()).unwrap();
        let policy = json!({"issuer": [url], "audience": ["api"], "algorithms": ["EdDSA"], "max_lifetime": "unbounded"});
        let policy = Policy::from_json(&policy.to_string()).unwrap();
        let keys = KeySource::of_jwks(&url, &format!("{url}/jwks")).allow_loopback_http();
        let keys = keys.build().unwrap();
        let validator = IssuerValidator::with_status_lists(policy, [keys], [lists], Ring).unwrap();
        let usual = json!({"sub": format!("{url}/lists/1"), "exp": null, "iat": 0, "status_list": {"bits": 1, "lst": LIST}});
        let list = over(&usual, list);
        Self { issuer, validator, list }
    }

    fn token(&self, status: bool) -> String {
        let uri = format!("{}/lists/1", self.issuer.url());
        let status =
            if status { json!({"status_list": {"idx": 1, "uri": uri}}) } else { Value::Null };
        self.issuer.token(
            "a",
            &json!({"aud": "api", "iat": 0, "exp": 4_000_000_000_u64, "status": status}),
        )
    }

    /// What is due; tells how often lists were.
    fn serve(&self, now: UnixTime) -> usize {
        let mut lists = 0;
        while let Some(fetch) = self.validator.poll(now) {
            let keys = Issuer::jwks(["a"]).to_string();
            let list = self.issuer.signed("a", &json!({"typ": "statuslist+jwt"}), &self.list);
            let is_list = fetch.url().contains("/lists/");
            lists += usize::from(is_list);
            let body = if is_list { list } else { keys };
            self.validator.answered(
                &fetch,
                &Answer::new(200, &[("Cache-Control", DAY)], body.as_bytes()),
                now,
            );
        }
        lists
    }

    fn ask(&self, token: &str, now: UnixTime) -> Asked<Option<Code>> {
        let Asked { answer, awaited } = self.validator.ask(token, &NoCutoffs, now, now);
        Asked { answer: answer.err().map(|no| no.code()), awaited }
    }
}

fn over(usual: &Value, own: &Value) -> Value {
    let mut all = usual.as_object().unwrap().clone();
    all.extend(own.as_object().unwrap().clone());
    all.into()
}

const fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

#[test]
fn a_list_that_grew_old_while_nobody_asked_is_waited_for() {
    let world = World::new(&json!({}), &json!({"ttl": 60}));
    let (token, start) = (world.token(true), now());
    world.serve(start);
    assert!(world.ask(&token, start).awaited);
    world.serve(start);
    assert_eq!(world.ask(&token, start).answer, None);
    let later = start.after(hours(1));
    let asked = world.ask(&token, later);
    assert_eq!((asked.answer, asked.awaited), (Some(Code::StatusUnavailable), true));
    assert_eq!(world.serve(later), 1);
    assert_eq!(world.ask(&token, later).answer, None);
}

#[test]
fn a_list_that_was_given_up_decides_no_longer() {
    let world =
        World::new(&json!({"forget_after": 3600, "stale_for": 86400}), &json!({"ttl": 7200}));
    let (with, without, start) = (world.token(true), world.token(false), now());
    world.serve(start);
    assert!(world.ask(&with, start).awaited);
    world.serve(start);
    // Other tokens come, none that names it; it is fetched once more, and then no longer.
    let mut fetched = 0;
    for seconds in (0..20_000).step_by(10) {
        let now = start.after(Duration::from_secs(seconds));
        assert!(!world.ask(&without, now).awaited);
        fetched += world.serve(now);
    }
    assert_eq!(fetched, 0);
    // It is waited for, as the first time, and kept fresh from then on.
    let again = start.after(Duration::from_secs(20_000));
    assert!(world.ask(&with, again).awaited);
    assert_eq!(world.serve(again), 1);
    for seconds in (0..20_000).step_by(10) {
        let now = again.after(Duration::from_secs(seconds));
        assert_eq!(world.ask(&with, now).answer, None);
        fetched += world.serve(now);
    }
    assert_eq!(fetched, 3, "each after four fifths of two hours");
}

#[test]
fn a_clock_that_was_set_back_puts_no_list_off() {
    let world = World::new(&json!({}), &json!({"ttl": 86400}));
    let (token, start) = (world.token(true), now());
    world.serve(start);
    let noon = start.after(hours(12));
    assert!(world.ask(&token, noon).awaited);
    world.serve(noon);
    assert_eq!(world.ask(&token, noon).answer, None);
    // Its age says nothing now: it is fetched anew, at once.
    let back = noon.before(hours(10));
    let asked = world.ask(&token, back);
    assert_eq!((asked.answer, asked.awaited), (Some(Code::StatusUnavailable), true));
    assert_eq!(world.serve(back), 1);
    assert_eq!(world.ask(&token, back).answer, None);
}
