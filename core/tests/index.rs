//! The index decides as the live set does, and a damaged one never lets a token in; tickets decide as the
//! validator did.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod signing;
mod states;

use std::fmt::Write as _;
use std::time::Duration;

use lowwater::{
    Algorithm, At, Code, Cutoffs, Freshness, Index, LoadError, NoCutoffs, Rejection, Rule, RuleSet,
    Target, Ticket, UnixTime, Until, Validator, affected,
};
use signing::{ISSUER, NOW, Signer, claims, validator};
use states::{NOW_TIME, at};

const SECRET: [u8; 16] = [42; 16];

fn validate(
    rules: &impl RuleSet,
    payload: &str,
    now: UnixTime,
) -> Result<(), (Code, Option<u32>, Option<String>)> {
    let token = Signer::Secret.token(Algorithm::Hs256, payload);
    let decided = validator(Algorithm::Hs256, &Signer::Secret).validate(&token, rules, now);
    decided.map(drop).map_err(|no| (no.code(), no.retry_after(), no.www_authenticate()))
}

fn ticket(more: &str) -> Ticket {
    let token = Signer::Secret.token(Algorithm::Hs256, &claims(more));
    let validator: Validator = validator(Algorithm::Hs256, &Signer::Secret);
    validator.validate(&token, &NoCutoffs, NOW_TIME).unwrap().ticket()
}

/// Both forms of the same rules, asked at several times.
fn assert_same(state: &Cutoffs, payload: &str) {
    let bytes = state.to_index(SECRET, NOW_TIME);
    let index = Index::local(&bytes).unwrap();
    index.check_all().unwrap();
    for seconds in [0, 1, 30, 200] {
        let (live, flat) =
            (validate(state, payload, at(seconds)), validate(&index, payload, at(seconds)));
        assert_eq!(live, flat, "{payload} at {seconds}");
    }
}

#[test]
fn every_kind_of_rule_decides_the_same_from_an_index() {
    let user = || Target::subject("u1").at_issuer(ISSUER);
    let every = [
        Rule::issued_before(user(), At::Second(NOW)),
        Rule::issued_before(user(), at(1)),
        Rule::issued_before(user(), at(1)).skew_guard(Duration::from_millis(300)),
        Rule::authenticated_before(user(), At::Second(NOW)),
        Rule::authenticated_before(Target::client("u1"), at(1)),
        Rule::revoked(Target::session("s1"), at(100)),
        Rule::revoked(Target::token_id("t1"), at(100)),
        Rule::revoked(user(), Until::Never),
        Rule::suspended(user(), true, 1),
        Rule::suspended(user(), false, 1),
        Rule::issued_before(Target::everyone(), at(1)),
        Rule::issued_before(user(), at(1)).except_session("s1"),
        Rule::issued_before(user(), At::Second(NOW)).except_session("s2").except_token_id("t1"),
        Rule::issued_before(user(), UnixTime::from_secs(0)),
        Rule::issued_before(Target::claim("roles", "admin"), at(1)),
        Rule::suspended(Target::claim("roles", 5).and(Target::claim("groups", true)), true, 1),
        Rule::revoked(Target::confirmation("k2"), Until::Never),
        Rule::revoked(Target::key_id("k"), at(5)),
    ];
    let tokens = [
        "",
        ",\"sid\":\"s1\",\"jti\":\"t1\"",
        ",\"sid\":\"s2\",\"auth_time\":1700000000.5",
        ",\"client_id\":\"u1\"",
        ",\"roles\":[\"admin\",5,\"x\",5],\"groups\":[false,true,\"y\"]",
        ",\"roles\":5,\"groups\":true,\"cnf\":{\"jkt\":\"k1\",\"x5t#S256\":\"k2\"}",
    ];
    for (first, one) in every.iter().enumerate() {
        for second in &every[first..] {
            let mut state = Cutoffs::local();
            state.apply(one.clone().with_id("a"), NOW_TIME).unwrap();
            state.apply(second.clone().with_id("b"), NOW_TIME).unwrap();
            tokens.iter().for_each(|more| assert_same(&state, &claims(more)));
        }
    }
}

#[test]
fn an_index_of_many_targets_finds_each_and_no_other() {
    for count in [1, 4, 5, 6, 50, 3000] {
        let mut state = Cutoffs::local();
        for number in 0..count {
            let target = Target::subject(&format!("user-{number}"));
            // Every tenth time lies too far from the others for the few bits of an entry.
            let time = if number % 10 == 9 { UnixTime::from_secs(number) } else { at(-number) };
            state.apply(Rule::issued_before(target, time), NOW_TIME).unwrap();
        }
        let bytes = state.to_index(SECRET, NOW_TIME);
        let index = Index::local(&bytes).unwrap();
        assert_eq!(index.targets(), count as u64);
        for number in 0..count + 50 {
            let token = format!(
                r#"{{"iss":"{ISSUER}","aud":"{}","sub":"user-{number}","iat":{},"exp":{}}}"#,
                signing::AUDIENCE,
                NOW - number - 1,
                NOW + 600
            );
            let refused = validate(&index, &token, NOW_TIME).is_err();
            assert_eq!(refused, number < count && number % 10 != 9, "{number} of {count}");
            assert_eq!(refused, validate(&state, &token, NOW_TIME).is_err());
        }
    }
}

#[test]
fn an_index_has_at_most_sixteen_bytes_a_rule() {
    let mut state = Cutoffs::local();
    for number in 0..100_000_i64 {
        let target = Target::subject(&format!("user-{number}")).at_issuer(ISSUER);
        // Milliseconds over two years.
        let time = UnixTime::from_millis((NOW - number * 600) * 1000 - number);
        state.apply(Rule::issued_before(target, time), NOW_TIME).unwrap();
    }
    let bytes = state.to_index(SECRET, NOW_TIME).len();
    assert!(bytes <= 16 * 100_000, "{bytes} bytes");
}

#[test]
fn more_dimensions_and_shapes_than_are_read_ahead_are_asked_all_the_same() {
    let mut state = Cutoffs::local();
    let mut more = String::new();
    for number in 0..40 {
        let target = Target::claim(&format!("c{number}"), number);
        let target = if number % 2 == 0 { target } else { target.and(Target::claim("c0", 0)) };
        state.apply(Rule::issued_before(target, at(-number)), NOW_TIME).unwrap();
        write!(more, ",\"c{number}\":{number}").unwrap();
    }
    assert_same(&state, &claims(&more));
    let last = Rule::suspended(Target::claim("c39", 39).and(Target::claim("c38", 38)), true, 1);
    state.apply(last, NOW_TIME).unwrap();
    assert_same(&state, &claims(&more));
    let bytes = state.to_index(SECRET, NOW_TIME);
    let decided = validate(&Index::local(&bytes).unwrap(), &claims(&more), at(1));
    assert_eq!(decided.unwrap_err().0, Code::Suspended);
}

#[test]
fn long_arrays_in_several_claims_are_no_flood() {
    let mut state = Cutoffs::local();
    for number in 0..100 {
        let target = Target::claim("a", number).and(Target::claim("b", number));
        state.apply(Rule::suspended(target, number == 99, 1), NOW_TIME).unwrap();
    }
    let list = |from: i64| {
        let all: Vec<String> = (from..from + 1000).map(|number| number.to_string()).collect();
        all.join(",")
    };
    for (a, b, refused) in [(0, 0, true), (0, 100, false), (99, 99, true)] {
        let more = format!(",\"a\":[{}],\"b\":[{}]", list(a), list(b));
        assert_same(&state, &claims(&more));
        assert_eq!(validate(&state, &claims(&more), at(1)).is_err(), refused);
    }
}

#[test]
fn a_damaged_index_lets_no_revoked_token_in() {
    let mut state = Cutoffs::local();
    let user = |number: i64| Target::subject(&format!("u{number}")).at_issuer(ISSUER);
    for number in 1..20 {
        state.apply(Rule::issued_before(user(number), at(1)), NOW_TIME).unwrap();
    }
    let exceptions = Rule::authenticated_before(user(1), at(1)).except_session("s9");
    state.apply(exceptions, NOW_TIME).unwrap();
    let both = Target::claim("roles", "x").and(Target::claim("groups", "y"));
    state.apply(Rule::suspended(both, true, 1), NOW_TIME).unwrap();
    let good = state.to_index(SECRET, NOW_TIME);
    let tickets: Vec<Ticket> =
        ["", ",\"sid\":\"s1\"", ",\"roles\":[\"x\",1,2],\"groups\":[\"y\",3]"]
            .iter()
            .map(|more| ticket(more))
            .collect();
    let mut unavailable = 0;
    for place in 0..good.len() {
        for bit in [0, 3, 7] {
            let mut bad = good.clone();
            bad[place] ^= 1 << bit;
            let Ok(index) = Index::local(&bad) else { continue };
            for ticket in &tickets {
                let refused = ticket.recheck(&index, at(2)).unwrap_err();
                unavailable += usize::from(refused.code() == Code::RulesUnavailable);
                assert!(refused.code() != Code::RulesUnavailable || refused.http_status() == 503);
            }
            let checked = index.check_all();
            let padding = checked.is_ok();
            assert!(padding || checked == Err(LoadError::Damaged));
        }
    }
    assert!(unavailable > 0);
    // A hole in the file: zeros from somewhere on, with the beginning whole.
    for start in (0..good.len()).step_by(64) {
        let mut bad = good.clone();
        bad[start..].fill(0);
        let Ok(index) = Index::local(&bad) else { continue };
        for ticket in &tickets {
            assert!(ticket.recheck(&index, at(2)).is_err(), "zeros from {start} on");
        }
    }
    for length in 0..good.len() {
        assert!(Index::local(&good[..length]).is_err(), "{length} bytes");
    }
}

/// Some lines are full, and what has no room there stands in the next: that one has to be sound as well.
#[test]
fn a_damaged_line_behind_a_full_one_is_noticed() {
    let mut state = Cutoffs::local();
    let user = |number: usize| format!("user-{number}");
    let users = 120;
    for number in 0..users {
        let rule = Rule::issued_before(Target::subject(&user(number)), at(1));
        state.apply(rule, NOW_TIME).unwrap();
    }
    let good = state.to_index(SECRET, NOW_TIME);
    let tickets: Vec<Ticket> = (0..users)
        .map(|number| {
            let payload =
                claims("").replace("\"sub\":\"u1\"", &format!("\"sub\":\"{}\"", user(number)));
            let token = Signer::Secret.token(Algorithm::Hs256, &payload);
            let validator = validator(Algorithm::Hs256, &Signer::Secret);
            validator.validate(&token, &NoCutoffs, NOW_TIME).unwrap().ticket()
        })
        .collect();
    for place in (0..good.len()).step_by(8) {
        let mut bad = good.clone();
        bad[place..place + 8].iter_mut().for_each(|byte| *byte ^= 0x55);
        let Ok(index) = Index::local(&bad) else { continue };
        for ticket in &tickets {
            assert!(ticket.recheck(&index, at(2)).is_err(), "{place}");
        }
    }
}

/// A file that was written over in part: the beginning of the new, lines of the old.
#[test]
fn parts_of_two_indexes_do_not_mix() {
    let mut state = Cutoffs::local();
    for number in 1..7 {
        let user = Target::subject(&format!("u{number}")).at_issuer(ISSUER);
        state.apply(Rule::suspended(user, number == 1, 1), NOW_TIME).unwrap();
    }
    let old = Cutoffs::local().to_index(SECRET, NOW_TIME);
    let one = state.to_index(SECRET, NOW_TIME);
    let again = Rule::suspended(Target::subject("u1").at_issuer(ISSUER), true, 2);
    let mut other = state.clone();
    other.apply(again, NOW_TIME).unwrap();
    let two = other.to_index(SECRET, NOW_TIME);
    assert_eq!((one.len(), one != two), (two.len(), true));
    assert_ne!(old.len(), one.len());
    let ticket = ticket("");
    for cut in (0..one.len()).step_by(64) {
        let torn = [&two[..cut], &one[cut..]].concat();
        let Ok(index) = Index::local(&torn) else { continue };
        assert!(ticket.recheck(&index, at(2)).is_err(), "torn at {cut}");
        assert!(cut == 0 || index.check_all().is_err(), "torn at {cut}");
    }
}

#[test]
fn one_far_time_does_not_cost_the_others_their_place() {
    let mut state = Cutoffs::local();
    for number in 0..20_000_i64 {
        let target = Target::subject(&format!("user-{number}")).at_issuer(ISSUER);
        let time = UnixTime::from_millis((NOW - number * 60) * 1000);
        state.apply(Rule::issued_before(target, time), NOW_TIME).unwrap();
    }
    let before = state.to_index(SECRET, NOW_TIME).len();
    let far = Target::subject("old").at_issuer(ISSUER);
    state.apply(Rule::issued_before(far, UnixTime::from_secs(0)), NOW_TIME).unwrap();
    state
        .apply(Rule::revoked(Target::subject("far").at_issuer(ISSUER), at(7_000_000_000)), NOW_TIME)
        .unwrap();
    let after = state.to_index(SECRET, NOW_TIME).len();
    assert!(after < before + 1000, "{before} and {after} bytes");
    assert_same(&state, &claims(""));
}

#[test]
fn an_index_is_as_old_as_it_says() {
    let (stale, expired) = (Duration::from_secs(30), Duration::from_secs(300));
    let bytes = Cutoffs::local().to_index(SECRET, NOW_TIME);
    let index = Index::replica(&bytes, stale, expired).unwrap();
    assert_eq!(index.freshness(at(29)), Freshness::Fresh);
    assert_eq!(index.freshness(at(31)), Freshness::Stale(Duration::from_secs(31)));
    let decided = validate(&index, &claims(""), at(301)).unwrap_err();
    assert_eq!(decided.0, Code::RulesUnavailable);
    let tighter = index.fresh_within(Duration::from_secs(1));
    assert_eq!(validate(&tighter, &claims(""), at(2)).unwrap_err().0, Code::RulesUnavailable);
    let blind = Cutoffs::replica(stale, expired).unwrap().to_index(SECRET, NOW_TIME);
    let index = Index::replica(&blind, stale, expired).unwrap();
    assert_eq!(index.freshness(NOW_TIME), Freshness::Blind);
    assert_eq!(Index::local(&blind).unwrap_err(), LoadError::Blind);
    assert_eq!(Index::replica(&bytes, expired, stale).unwrap_err(), LoadError::Bounds);
    let snapshot = Cutoffs::local().to_snapshot(NOW_TIME);
    assert_eq!(Index::local(&snapshot).unwrap_err(), LoadError::Form { expected: "an index" });
}

#[test]
fn an_index_keeps_the_floors() {
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    let mut state = Cutoffs::local();
    state.prune(at(100_000), validator.retention()).unwrap();
    let bytes = state.to_index(SECRET, at(100_000));
    let index = Index::local(&bytes).unwrap();
    let refused = validate(&index, &claims(""), NOW_TIME).unwrap_err();
    assert_eq!(refused.0, Code::IssuedBeforeFloor);
}

#[test]
fn an_explanation_says_which_rules_and_why() {
    let mut cutoffs = Cutoffs::local();
    let rule = |time| Rule::issued_before(Target::subject("u1"), time);
    cutoffs.apply(rule(at(1)).with_id("r-17").with_reason("phone lost"), NOW_TIME).unwrap();
    cutoffs.apply(rule(at(2)).with_id("r-18"), NOW_TIME).unwrap();
    cutoffs.apply(Rule::suspended(Target::subject("u1"), true, 1), NOW_TIME).unwrap();
    let token = Signer::Secret.token(Algorithm::Hs256, &claims(""));
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    let explained = validator.explain(&token, &cutoffs, at(3));
    let matched = explained.rules().iter().find(|one| one.rule == "issued_before").unwrap();
    let ids: Vec<Option<&str>> = matched.rules.iter().map(Rule::id).collect();
    assert_eq!(ids, [Some("r-17"), Some("r-18")]);
    assert!(explained.to_string().contains("\"r-17\"; \"phone lost\"; \"r-18\""), "{explained}");
    let json: serde_json::Value = serde_json::from_str(&explained.to_json()).unwrap();
    let matched =
        json["rules"].as_array().unwrap().iter().find(|one| one["code"] == "suspended").unwrap();
    assert_eq!(matched["target"]["subject"], "u1");
    assert_eq!(matched["rules"][0]["version"], 1);
    assert_eq!(json["rejection"]["remedy"], "refresh");
    let challenge = &json["rejection"]["headers"]["WWW-Authenticate"];
    assert_eq!(challenge, "Bearer error=\"invalid_token\"");
    let bytes = cutoffs.to_index(SECRET, NOW_TIME);
    let explained = validator.explain(&token, &Index::local(&bytes).unwrap(), at(3));
    assert_eq!(explained.rules().len(), 2);
    assert!(explained.rules().iter().all(|one| one.rules.is_empty()));
    assert_eq!(explained.rules()[0].target, "{\"subject\":\"u1\"}");
}

fn code(decided: Result<Freshness, Rejection>) -> Option<Code> {
    decided.err().map(|no| no.code())
}

#[test]
fn a_ticket_hears_of_rules_and_of_time() {
    let ticket = ticket(",\"sid\":\"s1\"");
    let mut cutoffs = Cutoffs::local();
    assert_eq!(ticket.recheck(&cutoffs, at(1)).unwrap(), Freshness::Fresh);
    assert_eq!(code(ticket.recheck(&cutoffs, at(660))), Some(Code::TokenExpired));
    assert_eq!(code(ticket.recheck(&cutoffs, at(-61))), Some(Code::IssuedInFuture));
    cutoffs.apply(Rule::revoked(Target::session("s1"), at(600)), at(1)).unwrap();
    let refused = ticket.recheck(&cutoffs, at(2)).unwrap_err();
    assert_eq!((refused.code(), refused.http_status()), (Code::SessionRevoked, 401));
    assert!(refused.www_authenticate().is_some());
    let shown = format!("{ticket:?}");
    assert!(!shown.contains("u1") && !shown.contains("s1"), "{shown}");
}

#[test]
fn a_new_rule_finds_the_connections_that_it_hits() {
    let tickets: Vec<Ticket> = (0..10)
        .map(|number| ticket(&format!(",\"sid\":\"s{number}\",\"roles\":[\"r{}\"]", number % 3)))
        .collect();
    let hit = |rule: Rule| affected(&tickets, &rule, at(2)).count();
    assert_eq!(hit(Rule::revoked(Target::session("s4"), at(600))), 1);
    assert_eq!(hit(Rule::suspended(Target::claim("roles", "r0"), true, 1)), 4);
    assert_eq!(hit(Rule::suspended(Target::claim("roles", "r0"), false, 1)), 0);
    assert_eq!(hit(Rule::issued_before(Target::subject("u1"), at(1))), 10);
    assert_eq!(hit(Rule::issued_before(Target::subject("u1"), at(1)).except_session("s4")), 9);
    assert_eq!(hit(Rule::issued_before(Target::subject("u1"), at(-1))), 0);
    assert_eq!(hit(Rule::issued_before(Target::subject("u1"), at(100_000))), 10, "brought down");
    assert_eq!(hit(Rule::revoked(Target::session("s4"), at(-100))), 0, "over");
    assert_eq!(hit(Rule::suspended(Target::everyone().and(Target::client("c")), true, 1)), 0);
    assert!(tickets[4].is_affected_by(&Rule::revoked(Target::session("s4"), Until::Never), at(2)));
}
