//! Introspection when much comes at once, or nothing comes back.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod asking;

use asking::*;
use lowwater::KeySet;
use lowwater_intake::{Answer, Asked, Credentials, Fetch, Introspection};

#[test]
fn a_token_is_asked_about_once_at_a_time() {
    let mut own = configured("");
    let asked = fetch(&mut own, TOKEN, 0);
    for now in 0..3 {
        assert!(matches!(ask(&mut own, TOKEN, now), Ok(Asked::Pending { .. })));
    }
    fetch(&mut own, "another", 0);
    answer(&mut own, &asked, 200, &active(""), 2).unwrap();
    known(&mut own, TOKEN, 2);
}

#[test]
fn so_many_tokens_are_asked_about_together_and_no_more() {
    let mut own = configured(r#","max_pending":2"#);
    let first = fetch(&mut own, "t1", 0);
    fetch(&mut own, "t2", 0);
    assert_eq!(turned_away(&mut own, "t3", 0), 1);
    assert!(matches!(ask(&mut own, "t1", 0), Ok(Asked::Pending { .. })));
    answer(&mut own, &first, 200, &active(""), 0).unwrap();
    fetch(&mut own, "t3", 0);
    known(&mut own, "t1", 0);
}

/// A client that hung up takes its fetch along; that is no fault of the endpoint's.
#[test]
fn a_fetch_that_was_never_answered_is_given_up() {
    let mut own = configured(r#","max_pending":1"#);
    let lost = fetch(&mut own, TOKEN, 0);
    assert_eq!(turned_away(&mut own, "another", 2), 1);
    let again = fetch(&mut own, TOKEN, 3);
    let no = answer(&mut own, &lost, 200, &active(""), 3).unwrap_err();
    assert_eq!(no.fault.code(), "unreachable", "it came after its time");
    assert!(own.is_empty() && own.fault().is_none());
    own.failed(&lost, at(3));
    assert!(own.fault().is_none(), "what was given up fails no more");
    answer(&mut own, &again, 200, &active(""), 3).unwrap();
    known(&mut own, TOKEN, 3);
    let twice = answer(&mut own, &again, 200, INACTIVE, 3).unwrap_err();
    assert_eq!(twice.fault.code(), "unreachable", "it has been answered");
    known(&mut own, TOKEN, 4);
}

fn down(own: &mut Introspection, token: &str, now: i64) -> u64 {
    let asked = fetch(own, token, now);
    own.failed(&asked, at(now)).retry_after.as_secs()
}

#[test]
fn an_endpoint_that_is_down_is_left_alone_for_longer_each_time() {
    let mut own = configured(r#","cool_down":5"#);
    let mut now = 0;
    for wait in [1, 1, 1, 2, 4, 5, 5] {
        assert_eq!(down(&mut own, "t1", now), wait);
        now += i64::try_from(wait).unwrap();
    }
    assert_eq!(down(&mut own, "t1", now), 5);
    for token in ["t1", "t2"] {
        assert_eq!(turned_away(&mut own, token, now), 5);
        assert_eq!(turned_away(&mut own, token, now + 4), 1);
    }
    // One request finds out.
    let asked = fetch(&mut own, "t1", now + 5);
    assert_eq!(turned_away(&mut own, "t2", now + 5), 1);
    assert!(matches!(ask(&mut own, "t1", now + 5), Ok(Asked::Pending { .. })));
    answer(&mut own, &asked, 200, INACTIVE, now + 5).unwrap();
    fetch(&mut own, "t2", now + 5);
    fetch(&mut own, "t3", now + 5);
    // Forgotten with the first good answer.
    assert_eq!(down(&mut own, "t4", now + 5), 1);
    fetch(&mut own, "t5", now + 5);
}

#[test]
fn what_is_known_is_known_while_the_endpoint_is_down() {
    let mut own = configured("");
    told(&mut own, TOKEN, &active(""), 0);
    for _ in 0..3 {
        down(&mut own, "t1", 1);
    }
    assert_eq!(turned_away(&mut own, "t1", 1), 1);
    assert_eq!(code(&known(&mut own, TOKEN, 59), 59), None);
    assert!(ask(&mut own, TOKEN, 60).is_ok(), "the pause is over");
}

#[test]
fn failures_that_come_together_count_once() {
    let mut own = configured("");
    let all: Vec<Fetch> = (0..40).map(|n| fetch(&mut own, &format!("t{n}"), 0)).collect();
    for asked in &all {
        own.failed(asked, at(3));
    }
    assert_eq!(turned_away(&mut own, "t1", 3), 1);
    fetch(&mut own, "t1", 4);
}

#[test]
fn a_token_over_which_the_server_stumbles_shuts_nobody_out() {
    // What servers, and firewalls before them, answer to one that they cannot read.
    for status in [302, 400, 403, 404, 413, 414, 422, 431, 500] {
        let mut own = configured("");
        for _ in 0..20 {
            fails(&mut own, "odd", status, 0);
        }
        fetch(&mut own, TOKEN, 0);
    }
    // Nor is one of them the probe that prolongs a pause.
    let mut own = configured("");
    for _ in 0..3 {
        fails(&mut own, "odd", 503, 0);
    }
    turned_away(&mut own, TOKEN, 0);
    fails(&mut own, "odd", 403, 1);
    fetch(&mut own, "t1", 1);
    fetch(&mut own, "t2", 1);
}

#[test]
fn new_credentials_are_tried_at_once() {
    let mut own = configured("");
    for _ in 0..3 {
        fails(&mut own, TOKEN, 401, 0);
    }
    turned_away(&mut own, TOKEN, 0);
    own.set_credentials(Credentials::basic("api", "new").unwrap());
    fetch(&mut own, TOKEN, 0);
}

#[test]
fn a_clock_that_goes_back_keeps_nothing_longer() {
    let mut own = configured("");
    told(&mut own, TOKEN, &active(""), 0);
    // Who looked at the clock before the answer came, and had to wait for a turn, has it too.
    assert!(matches!(ask(&mut own, TOKEN, -5), Ok(Asked::Known(_))));
    fetch(&mut own, TOKEN, -6);
    assert!(matches!(ask(&mut own, TOKEN, -6), Ok(Asked::Pending { .. })));
    // A round and a pause that seem to end far ahead.
    fetch(&mut own, TOKEN, -1000);
    let mut own = configured("");
    for _ in 0..3 {
        down(&mut own, TOKEN, 0);
    }
    assert_eq!(turned_away(&mut own, TOKEN, -1000), 30, "at most the cool-down");
}

#[test]
fn nothing_is_kept_where_that_is_configured() {
    for more in [r#","ttl":0"#, r#","max_entries":0"#, r#","max_cache_bytes":0"#] {
        let mut own = configured(more);
        assert_eq!(code(&told(&mut own, TOKEN, &active(""), 0), 0), None, "{more}");
        fetch(&mut own, TOKEN, 0);
        assert_eq!((own.len(), own.bytes()), (0, 0));
    }
}

#[test]
fn the_oldest_leave_first() {
    let mut own = configured(r#","max_entries":3"#);
    for number in 0..4 {
        told(&mut own, &format!("t{number}"), &active(""), number);
    }
    assert_eq!(own.len(), 3);
    for number in 1..4 {
        known(&mut own, &format!("t{number}"), 4);
    }
    fetch(&mut own, "t0", 4);
}

#[test]
fn the_bound_of_memory_holds() {
    const BYTES: usize = 64 * 1024;
    let mut own = configured(&format!(r#","max_cache_bytes":{BYTES}"#));
    for number in 0..400 {
        let body = if number % 3 == 0 { INACTIVE.into() } else { active(r#","a":[1,2,3]"#) };
        told(&mut own, &format!("t{number}"), &body, 0);
        assert!(own.bytes() <= BYTES);
    }
    assert!(own.len() > 20, "{}", own.len());
    let before = own.len();
    let large = active(&format!(r#","a":"{}""#, "x".repeat(BYTES / 16)));
    assert_eq!(code(&told(&mut own, "large", &large, 0), 0), None, "decided about all the same");
    assert_eq!(own.len(), before, "and nobody had to leave for it");
    own.clear();
    assert_eq!((own.len(), own.bytes(), own.is_empty()), (0, 0, true));
}

#[test]
fn guesses_displace_no_token_that_is_good() {
    let mut own = configured(r#","max_entries":50"#);
    for number in 0..50 {
        told(&mut own, &format!("good{number}"), &active(""), 0);
    }
    for number in 0..500 {
        told(&mut own, &format!("guess{number}"), INACTIVE, 1);
    }
    for number in 0..50 {
        known(&mut own, &format!("good{number}"), 2);
    }
    assert_eq!(own.len(), 100);
}

#[test]
fn what_was_forgotten_does_not_come_back_with_a_late_answer() {
    let mut own = configured("");
    told(&mut own, "t1", &active(""), 0);
    let asked = fetch(&mut own, "t2", 0);
    own.clear();
    let late = own.answered(
        &asked,
        &Answer::new(200, &[], active("").as_bytes()),
        &KeySet::empty(),
        at(1),
    );
    assert_eq!(late.unwrap_err().fault.code(), "unreachable");
    assert!(own.is_empty());
    fetch(&mut own, "t2", 1);
}
