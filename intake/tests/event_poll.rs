//! Polling for security events, driven by hand: what is asked, when, and what is acknowledged.
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

use lowwater_intake::{Answer, EventPoll, Fetch, MessageFault, PolledSet, SourceFault};
use messages::at;
use proptest::prelude::*;
use serde_json::{Value, json};

const URL: &str = "https://issuer.example/poll";

fn long() -> EventPoll {
    EventPoll::new(URL).unwrap()
}

fn short() -> EventPoll {
    long().short_poll()
}

fn body(fetch: &Fetch) -> Value {
    serde_json::from_str(fetch.body().unwrap()).unwrap()
}

fn answer(poll: &mut EventPoll, fetch: &Fetch, body: &str, now: i64) -> Vec<PolledSet> {
    poll.answered(fetch, &Answer::new(200, &[], body.as_bytes()), at(now))
}

/// Polls, answers with this, and tells what was asked and the names of what came.
fn serve(poll: &mut EventPoll, sets: &str, now: i64) -> (Value, Vec<String>) {
    let fetch = poll.poll(at(now)).unwrap();
    assert!(poll.poll(at(now)).is_none(), "one at a time");
    let came = answer(poll, &fetch, sets, now);
    (body(&fetch), came.iter().map(|set| set.token_id().to_owned()).collect())
}

const EMPTY: &str = r#"{"sets":{},"moreAvailable":false}"#;
const TWO: &str = r#"{"sets":{"a":"x.y.z","b":"x.y.z"},"moreAvailable":false}"#;

#[test]
fn a_poll_is_a_post_of_json_with_the_authorization_that_was_given() {
    let mut poll = long().authorization("Bearer s3cret").unwrap().max_events(7).unwrap();
    let fetch = poll.poll(at(0)).unwrap();
    assert_eq!((fetch.method(), fetch.url()), ("POST", URL));
    assert_eq!(body(&fetch), json!({"maxEvents": 7, "returnImmediately": false}));
    let headers: Vec<_> = fetch.headers().collect();
    assert!(headers.contains(&("Authorization", "Bearer s3cret")));
    assert!(headers.contains(&("Content-Type", "application/json")));
    assert!(headers.contains(&("Accept", "application/json")));
    assert!(fetch.timeout() == Duration::from_secs(90) && fetch.max_bytes() == 8 * 20 * 1024);
    assert!(!format!("{fetch:?}{poll:?}").contains("s3cret"));
    let set = answer(&mut poll, &fetch, TWO, 0);
    assert!(set[0].token() == "x.y.z" && !format!("{set:?}").contains("x.y.z"));
}

#[test]
fn only_what_is_kept_is_acknowledged_and_what_is_refused_is_told() {
    let mut poll = long();
    let (_, came) = serve(&mut poll, r#"{"sets":{"a":"x","b":"y","c":"z"}}"#, 0);
    assert_eq!(came, ["a", "b", "c"]);
    assert!(poll.kept("a") && !poll.kept("a") && !poll.kept("unknown"));
    poll.refused("b", &MessageFault::Audience);
    poll.refused("unknown", &MessageFault::Audience);
    assert_eq!(poll.as_of(), None, "one is open");
    // Nothing was said of `c`: it comes again.
    let (asked, came) = serve(&mut poll, r#"{"sets":{"c":"z"}}"#, 60);
    assert_eq!(asked["ack"], json!(["a"]));
    let why = "audience_not_allowed: the message is for somebody else";
    assert_eq!(asked["setErrs"], json!({"b": {"err": "invalid_audience", "description": why}}));
    assert_eq!(came, ["c"]);
    assert!(poll.kept("c"));
    let (asked, _) = serve(&mut poll, EMPTY, 120);
    assert_eq!(asked["ack"], json!(["c"]));
    assert!(asked.get("setErrs").is_none());
    let (asked, _) = serve(&mut poll, EMPTY, 180);
    assert_eq!(asked, json!({"maxEvents": 50, "returnImmediately": false}));
}

#[test]
fn what_was_said_is_said_again_until_it_was_heard() {
    let mut poll = long();
    serve(&mut poll, TWO, 0);
    poll.kept("a");
    poll.refused("b", &MessageFault::Issuer);
    for now in [10, 20] {
        let fetch = poll.poll(at(now)).unwrap();
        assert!(body(&fetch)["ack"] == json!(["a"]) && body(&fetch)["setErrs"]["b"].is_object());
        poll.failed(&fetch, at(now));
    }
    let (asked, _) = serve(&mut poll, EMPTY, 90);
    assert_eq!(asked["ack"], json!(["a"]));
    let (asked, _) = serve(&mut poll, EMPTY, 180);
    assert!(asked.get("ack").is_none());
}

#[test]
fn where_there_is_more_it_asks_at_once_and_otherwise_after_a_second() {
    let mut poll = short();
    serve(&mut poll, r#"{"sets":{"a":"x"},"moreAvailable":true}"#, 0);
    assert!(poll.poll(at(0)).is_none(), "not before it is settled");
    poll.kept("a");
    assert_eq!((poll.next_poll(), poll.as_of()), (None, None));
    serve(&mut poll, r#"{"sets":{"b":"x"},"moreAvailable":false}"#, 0);
    poll.kept("b");
    assert_eq!((poll.next_poll(), poll.as_of()), (Some(at(1)), Some(at(0))));
    serve(&mut poll, EMPTY, 1);
    assert_eq!((poll.next_poll(), poll.as_of()), (Some(at(31)), Some(at(1))));
}

#[test]
fn a_long_poll_asks_again_but_not_without_pause() {
    let mut poll = long();
    let fetch = poll.poll(at(0)).unwrap();
    assert!(answer(&mut poll, &fetch, EMPTY, 30).is_empty());
    // So old is what it knows: when it asked, not when it was answered.
    assert_eq!(poll.as_of(), Some(at(0)));
    let fetch = poll.poll(at(30)).unwrap();
    answer(&mut poll, &fetch, EMPTY, 30);
    assert!(poll.poll(at(30)).is_none(), "answered without waiting");
    assert!(poll.poll(at(31)).is_some());
}

#[test]
fn rules_are_as_young_as_the_request_whose_answer_left_nothing_open() {
    let mut poll = long();
    serve(&mut poll, TWO, 10);
    poll.kept("a");
    assert_eq!(poll.as_of(), None);
    poll.kept("b");
    assert_eq!(poll.as_of(), Some(at(10)));
    serve(&mut poll, r#"{"sets":{"c":"x"},"moreAvailable":true}"#, 20);
    poll.kept("c");
    assert_eq!(poll.as_of(), Some(at(10)), "there is more");
}

#[test]
fn what_cannot_be_kept_comes_again_after_a_wait_that_grows() {
    let mut poll = long();
    let mut asked = Vec::new();
    for now in 0..140 {
        if let Some(fetch) = poll.poll(at(now)) {
            asked.push(now);
            assert_eq!(answer(&mut poll, &fetch, TWO, now).len(), 2);
        }
    }
    assert_eq!(asked, [0, 1, 3, 7, 15, 31, 63, 123]);
    assert_eq!(poll.as_of(), None);
    // The store is back.
    assert!(poll.kept("a") && poll.kept("b"));
    assert!(poll.poll(at(140)).is_some());
}

#[test]
fn a_transmitter_that_is_down_is_asked_again_soon_and_then_later() {
    let mut poll = long();
    let mut asked = Vec::new();
    for now in 0..200 {
        if let Some(fetch) = poll.poll(at(now)) {
            asked.push(now);
            match now % 2 {
                0 => poll.failed(&fetch, at(now)),
                _ => drop(poll.answered(&fetch, &Answer::new(503, &[], b""), at(now))),
            }
        }
    }
    assert_eq!(asked, [0, 1, 3, 7, 15, 31, 63, 123, 183]);
    serve(&mut poll, EMPTY, 243);
    assert_eq!((poll.fault(), poll.next_poll()), (None, Some(at(244))));
}

#[test]
fn an_answer_that_is_none_is_a_fault_and_nothing_is_lost() {
    let long_text = format!(r#"{{"sets":{{}},"x":"{}"}}"#, "x".repeat(51 * 20 * 1024));
    for (status, text, fault) in [
        (200, "{}", SourceFault::Sets),
        (200, r#"{"sets":[]}"#, SourceFault::Sets),
        (200, r#"{"sets":null}"#, SourceFault::Sets),
        (200, r#"{"sets":{},"moreAvailable":"no"}"#, SourceFault::Sets),
        (200, &long_text, SourceFault::TooLarge),
        (302, "", SourceFault::Redirect),
        (401, "", SourceFault::Status(401)),
        (204, "", SourceFault::Status(204)),
    ] {
        let mut poll = long();
        let fetch = poll.poll(at(0)).unwrap();
        let came = poll.answered(&fetch, &Answer::new(status, &[], text.as_bytes()), at(0));
        assert!(came.is_empty());
        assert_eq!((poll.fault(), poll.as_of()), (Some(&fault), None), "{status}");
    }
    let mut poll = long();
    let fetch = poll.poll(at(0)).unwrap();
    assert!(answer(&mut poll, &fetch, r#"{"sets":{"a":"x","a":"y"}}"#, 0).is_empty());
    assert!(matches!(poll.fault(), Some(SourceFault::Json(_))), "a name that stands twice");
}

#[test]
fn what_is_no_token_is_refused_and_holds_up_nothing() {
    let mut poll = short();
    let (_, came) = serve(&mut poll, r#"{"sets":{"a":5,"b":"x"}}"#, 0);
    assert_eq!(came, ["b"]);
    poll.kept("b");
    let (asked, _) = serve(&mut poll, r#"{"sets":{"c":null}}"#, 1);
    assert_eq!(asked["setErrs"]["a"]["err"], "invalid_request");
    assert_eq!(poll.next_poll(), Some(at(2)), "to tell it");
}

#[test]
fn no_more_is_taken_than_was_asked_for() {
    let mut poll = long().max_events(1).unwrap();
    let (_, came) = serve(&mut poll, TWO, 0);
    assert_eq!(came, ["a"]);
    poll.kept("a");
    assert_eq!((poll.as_of(), poll.next_poll()), (None, None), "there is more");
}

#[test]
fn a_request_that_hangs_is_given_up_and_its_late_answer_is_nobodys() {
    let mut poll = long();
    let hung = poll.poll(at(0)).unwrap();
    assert_eq!(poll.next_poll(), Some(at(90)));
    assert!(poll.poll(at(89)).is_none() && poll.poll(at(90)).is_none());
    assert_eq!(poll.fault(), Some(&SourceFault::Unreachable));
    assert!(answer(&mut poll, &hung, TWO, 90).is_empty());
    let next = poll.poll(at(91)).unwrap();
    assert!(answer(&mut poll, &hung, TWO, 91).is_empty());
    assert_eq!(answer(&mut poll, &next, TWO, 91).len(), 2);
}

#[test]
fn a_clock_that_goes_back_does_not_put_off_the_next_request() {
    let mut poll = short();
    serve(&mut poll, EMPTY, 100_000);
    assert!(poll.poll(at(0)).is_none());
    assert!(poll.poll(at(60)).is_some());
    assert!(poll.poll(at(-100)).is_none(), "given up: it began later than now");
    assert_eq!(poll.fault(), Some(&SourceFault::Unreachable));
}

#[test]
fn a_configuration_is_read_whole_or_not_at_all() {
    let good = r#"{"url":"https://i.example/poll","authorization":"Bearer x","max_events":5,"long_poll":true,"interval":10,"timeout":20,"allow_loopback_http":false}"#;
    assert!(EventPoll::from_json(good).is_ok());
    for (from, to) in [
        ("https:", "http:"),
        ("i.example", "u@i.example"),
        ("Bearer x", "Bearer x\\r\\nA: b"),
        ("Bearer x", " "),
        ("Bearer x", "Bearer \\u00e9"),
        ("\"max_events\":5", "\"max_events\":0"),
        ("\"max_events\":5", "\"max_events\":1001"),
        ("\"max_events\":5", "\"max_events\":\"5\""),
        ("\"long_poll\":true", "\"long_poll\":1"),
        ("\"interval\":10", "\"interval\":0"),
        ("\"timeout\":20", "\"timeout\":601"),
        ("\"timeout\"", "\"time_out\""),
    ] {
        let bad = good.replacen(from, to, 1);
        let mistake = EventPoll::from_json(&bad);
        assert!(bad != good && mistake.is_err(), "{bad}");
        assert!(!mistake.unwrap_err().to_string().contains("Bearer"));
    }
    assert!(EventPoll::on_loopback("http://127.0.0.1:80/").is_ok());
    let mut short = EventPoll::from_json(&good.replace("true", "false")).unwrap();
    assert_eq!(body(&short.poll(at(0)).unwrap())["returnImmediately"], json!(true));
}

proptest! {
    #[test]
    fn any_answer_is_answered(bytes in proptest::collection::vec(any::<u8>(), 0..100), status in 100_u16..600) {
        let mut poll = long();
        let fetch = poll.poll(at(0)).unwrap();
        prop_assert!(poll.answered(&fetch, &Answer::new(status, &[], &bytes), at(0)).is_empty());
    }

    /// Whatever comes and whatever is said of it: what is acknowledged was kept, and what was kept is acknowledged.
    #[test]
    fn acknowledged_is_what_was_kept(steps in proptest::collection::vec((0_u8..8, 0_u8..4, 0_i64..70), 1..40)) {
        let (mut poll, mut kept, mut now) = (short(), std::collections::BTreeSet::new(), 0);
        for (which, said, wait) in steps {
            now += wait;
            let Some(fetch) = poll.poll(at(now)) else { continue };
            for acknowledged in body(&fetch)["ack"].as_array().into_iter().flatten() {
                prop_assert!(kept.contains(acknowledged.as_str().unwrap()));
            }
            if said == 0 {
                poll.failed(&fetch, at(now));
                continue;
            }
            kept.clear();
            let sets = format!(r#"{{"sets":{{"{which}":"x","{}":"y"}}}}"#, which + 1);
            for set in answer(&mut poll, &fetch, &sets, now) {
                match said {
                    1 => prop_assert!(poll.kept(set.token_id()) && kept.insert(set.token_id().to_owned())),
                    2 => poll.refused(set.token_id(), &MessageFault::Issuer),
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn a_clock_that_was_set_back_puts_no_poll_off_and_makes_no_rules_younger() {
    let mut poll = EventPoll::new("https://issuer.example/poll").unwrap();
    let fetch = poll.poll(at(3600)).unwrap();
    let none = Answer::new(200, &[], br#"{"sets":{}}"#);
    assert!(poll.answered(&fetch, &none, at(0)).is_empty());
    assert_eq!((poll.next_poll(), poll.as_of()), (Some(at(1)), Some(at(0))));
    let fetch = poll.poll(at(1)).unwrap();
    assert!(poll.answered(&fetch, &none, at(-3600)).is_empty());
    assert_eq!(poll.as_of(), Some(at(-3600)));
}
