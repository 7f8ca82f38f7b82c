//! The binary forms of rules: exact, canonical, and an error where a byte is not as it was written.
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

use std::time::Duration;

use lowwater::{
    Algorithm, ApplyError, At, BadLines, Cutoffs, DeltaError, Freshness, LoadError, Progress, Rule,
    Target, UnixTime, Until,
};
use signing::{ISSUER, NOW, Signer, claims, validator};
use states::{NOW_TIME, at, replica, sealed};

/// Rules of every kind, with every member.
fn rules() -> Vec<Rule> {
    let user = || Target::subject("u1").at_issuer(ISSUER);
    vec![
        Rule::issued_before(user(), At::Second(NOW - 5)),
        Rule::issued_before(user(), at(-7)).with_id("a").with_reason("phone \"lost\" \u{e9}\0"),
        Rule::authenticated_before(user(), at(-3)).except_session("s1").except_token_id("t1"),
        Rule::issued_before(Target::everyone(), at(1_000_000)),
        Rule::revoked(Target::session("s2"), Until::Never).with_id("b"),
        Rule::revoked(Target::token_id("t2").and(Target::client("")), at(60)),
        Rule::suspended(Target::tenant(5).and(Target::claim("roles", true)), true, 7),
        Rule::suspended(Target::device("d1"), false, (1 << 53) - 1),
        Rule::issued_before(Target::key_id("k"), at(-9)).skew_guard(Duration::from_millis(1500)),
        Rule::issued_before(Target::confirmation("thumb"), UnixTime::from_secs(0)),
    ]
}

fn state() -> Cutoffs {
    let mut state = Cutoffs::local().with_hash_key([5; 16]);
    for rule in rules() {
        state.apply(rule, NOW_TIME).unwrap();
    }
    state.lift("gone");
    state
}

#[test]
fn a_snapshot_brings_everything_back() {
    let state = state();
    let bytes = state.to_snapshot(NOW_TIME);
    let mut copy = Cutoffs::local();
    assert_eq!(copy.load_snapshot(&bytes, NOW_TIME), Ok(rules().len()));
    assert_eq!(copy.list(), state.list());
    assert_eq!(copy.to_snapshot(NOW_TIME), bytes, "equal states, equal bytes");
    assert_eq!(copy.to_json_lines(), state.to_json_lines());
    let gone = Rule::suspended(Target::everyone(), true, 1).with_id("gone");
    assert_eq!(copy.apply(gone, NOW_TIME), Err(ApplyError::Lifted));
    assert_eq!(copy.lift("b"), 1, "what came back can be lifted");
    assert_eq!(copy.load_snapshot(&bytes, NOW_TIME).unwrap_err().code(), "state_older");
}

#[test]
fn the_order_of_rules_does_not_show_in_bytes() {
    let mut turned = Cutoffs::local().with_hash_key([5; 16]);
    for rule in rules().into_iter().rev() {
        turned.apply(rule, NOW_TIME).unwrap();
    }
    turned.lift("gone");
    assert_eq!(turned.to_snapshot(NOW_TIME), state().to_snapshot(NOW_TIME));
    let index = |state: &Cutoffs| state.to_index([3; 16], NOW_TIME);
    assert_eq!(index(&turned), index(&state().with_hash_key([9; 16])));
    assert_ne!(index(&turned), turned.to_index([4; 16], NOW_TIME));
}

#[test]
fn a_snapshot_of_which_a_bit_differs_is_refused_and_the_old_state_kept() {
    let good = state().to_snapshot(NOW_TIME);
    let delta = state().delta_since(3, NOW_TIME).unwrap();
    let mut held = replica();
    held.load_snapshot(&good, NOW_TIME).unwrap();
    let before = held.to_snapshot(NOW_TIME);
    for bytes in [good, delta] {
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut bad = bytes.clone();
                bad[place] ^= 1 << bit;
                assert!(held.load_snapshot(&bad, NOW_TIME).is_err(), "byte {place} bit {bit}");
                assert!(held.apply_delta(&bad, NOW_TIME).is_err(), "byte {place} bit {bit}");
            }
        }
        for length in 0..bytes.len() {
            assert!(held.load_snapshot(&bytes[..length], NOW_TIME).is_err(), "{length} bytes");
            assert!(held.apply_delta(&bytes[..length], NOW_TIME).is_err(), "{length} bytes");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(matches!(
            held.load_snapshot(&longer, NOW_TIME),
            Err(LoadError::Length { .. } | LoadError::Form { .. })
        ));
    }
    assert_eq!(held.to_snapshot(NOW_TIME), before);
}

#[test]
fn a_snapshot_with_a_right_checksum_still_has_to_make_sense() {
    let good = state().to_snapshot(NOW_TIME);
    assert_eq!(sealed(good.clone()), good);
    let mut loaded = 0;
    for place in 40..good.len() - 8 {
        for change in [1, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[place] ^= change;
            let (mut held, start) = (Cutoffs::local(), UnixTime::from_secs(0));
            // A time, an id or a value may become another; then all of it is kept as it stands.
            if held.load_snapshot(&sealed(bad.clone()), start).is_ok() {
                assert_eq!(held.to_snapshot(UnixTime::from_millis(as_of(&bad))), sealed(bad));
                loaded += 1;
            } else {
                assert!(held.is_empty() && held.sequence() == 0);
            }
        }
    }
    assert!(loaded > 0, "some changes make sense");
    for (place, value) in [(96, u64::MAX), (104, u64::MAX), (24, 1), (32, 0)] {
        let mut huge = good.clone();
        huge[place..place + 8].copy_from_slice(&value.to_le_bytes());
        let outcome = Cutoffs::local().load_snapshot(&sealed(huge), NOW_TIME);
        assert!(outcome == Err(LoadError::Malformed) || place == 32, "{place}: {outcome:?}");
    }
}

fn as_of(bytes: &[u8]) -> i64 {
    i64::from_le_bytes(bytes[48..56].try_into().unwrap())
}

#[test]
fn a_newer_layout_says_so() {
    let mut bytes = state().to_snapshot(NOW_TIME);
    bytes[8] = 2;
    let error = Cutoffs::local().load_snapshot(&bytes, NOW_TIME).unwrap_err();
    assert_eq!(error, LoadError::Newer { version: 2 });
    assert_eq!(
        error.to_string(),
        "nothing was loaded: a newer version wrote it (layout 2); update this one"
    );
    bytes[8] = 0;
    let error = Cutoffs::local().load_snapshot(&bytes, NOW_TIME).unwrap_err();
    assert_eq!(error, LoadError::Form { expected: "a snapshot" });
}

#[test]
fn deltas_come_in_any_order_and_gaps_are_told() {
    let mut authority = Cutoffs::local();
    let mut deltas = Vec::new();
    for (number, rule) in rules().into_iter().enumerate() {
        let before = authority.sequence();
        authority.apply(rule, NOW_TIME).unwrap();
        deltas.push(authority.delta_since(before, at(number as i64)).unwrap());
    }
    let mut held = replica();
    held.load_snapshot(&Cutoffs::local().to_snapshot(at(-10)), at(0)).unwrap();
    assert_eq!(held.freshness(at(0)), Freshness::Fresh);
    let last = deltas.len() - 1;
    for number in (1..=last).rev() {
        let told = held.apply_delta(&deltas[number], at(0)).unwrap();
        assert_eq!(told, Progress::Gap { after: 0, before: number as u64 + 1 });
    }
    assert_eq!(held.len(), authority.len() - 1, "what came early holds at once");
    assert_eq!(held.freshness(at(25)), Freshness::Stale(Duration::from_secs(35)));
    let told = held.apply_delta(&deltas[0], at(9)).unwrap();
    assert_eq!(told, Progress::Complete { sequence: authority.sequence() });
    assert_eq!(held.list(), authority.list());
    assert_eq!(held.freshness(at(25)), Freshness::Fresh, "as young as the last");
    let again = held.apply_delta(&deltas[2], at(30)).unwrap();
    assert_eq!(again, Progress::Complete { sequence: authority.sequence() });
    assert_eq!(held.freshness(at(40)), Freshness::Stale(Duration::from_secs(31)), "no younger");
}

#[test]
fn a_delta_carries_lifts_floors_and_the_time() {
    let mut authority = state();
    let mut held = replica();
    held.load_snapshot(&authority.to_snapshot(NOW_TIME), NOW_TIME).unwrap();
    authority.lift("b");
    let retention = validator(Algorithm::Hs256, &Signer::Secret).retention();
    assert!(authority.prune(at(90_000), retention).unwrap() > 0);
    let delta = authority.delta_since(held.sequence(), at(90_000)).unwrap();
    let sequence = authority.sequence();
    assert_eq!(held.apply_delta(&delta, at(90_000)), Ok(Progress::Complete { sequence }));
    assert_eq!(held.list(), authority.list(), "what the authority forgot is forgotten");
    assert_eq!(held.freshness(at(90_010)), Freshness::Fresh);
    let nothing_new = authority.delta_since(held.sequence(), at(90_020)).unwrap();
    let _ = held.apply_delta(&nothing_new, at(90_020)).unwrap();
    assert_eq!(held.freshness(at(90_045)), Freshness::Fresh, "it says that nothing is new");
}

#[test]
fn deltas_belong_to_an_authority_and_its_replicas() {
    let mut authority = state();
    let delta = authority.delta_since(0, NOW_TIME).unwrap();
    assert_eq!(authority.apply_delta(&delta, NOW_TIME), Err(LoadError::NotReplica));
    let ahead = DeltaError::Ahead { after: 99, sequence: authority.sequence() };
    assert_eq!(authority.delta_since(99, NOW_TIME), Err(ahead));
    assert_eq!(replica().delta_since(0, NOW_TIME), Err(DeltaError::NotAuthority));
    let mut late = replica();
    let told = late.apply_delta(&authority.delta_since(4, NOW_TIME).unwrap(), NOW_TIME).unwrap();
    assert_eq!(told, Progress::Gap { after: 0, before: 5 });
    assert_eq!(late.freshness(NOW_TIME), Freshness::Blind, "a part is no state");
}

#[test]
fn an_authority_that_was_read_back_sends_what_a_replica_may_lack() {
    let mut authority = state();
    let mut held = replica();
    held.load_snapshot(&authority.to_snapshot(NOW_TIME), NOW_TIME).unwrap();
    authority.apply(Rule::suspended(Target::subject("u9"), true, 1), NOW_TIME).unwrap();
    authority.lift("b");
    let mut from_bytes = Cutoffs::local();
    from_bytes.load_snapshot(&authority.to_snapshot(NOW_TIME), NOW_TIME).unwrap();
    let mut from_text = Cutoffs::local();
    from_text.load_json_lines(&authority.to_json_lines()).unwrap();
    let delta = from_bytes.delta_since(held.sequence(), NOW_TIME).unwrap();
    let mut by_delta = held.clone();
    let _ = by_delta.apply_delta(&delta, NOW_TIME).unwrap();
    // Text does not tell whose numbers these are, so the replica asks for all.
    let delta = from_text.delta_since(held.sequence(), NOW_TIME).unwrap();
    assert_eq!(held.apply_delta(&delta, NOW_TIME), Err(LoadError::OtherRun));
    held.load_snapshot(&from_text.to_snapshot(NOW_TIME), NOW_TIME).unwrap();
    for held in [by_delta, held] {
        assert_eq!(held.list(), authority.list());
        assert!(held.to_json_lines().contains("{\"lift\":\"b\"}"));
    }
}

#[test]
fn an_authority_that_lost_rules_cannot_pass_for_the_old_one() {
    let rule = |user: i64| Rule::suspended(Target::subject(&format!("u{user}")), true, 1);
    let mut authority = Cutoffs::local();
    authority.apply(rule(0), NOW_TIME).unwrap();
    let old_file = authority.to_snapshot(NOW_TIME);
    (1..4).for_each(|user| drop(authority.apply(rule(user), NOW_TIME)));
    let mut held = replica();
    held.load_snapshot(&authority.to_snapshot(NOW_TIME), NOW_TIME).unwrap();
    // It comes back from an older file, or with nothing, and counts past the replica's number.
    let mut restored = Cutoffs::local();
    restored.load_snapshot(&old_file, at(1)).unwrap();
    for mut again in [restored, Cutoffs::local()] {
        let behind = again.delta_since(held.sequence(), at(2)).unwrap_err();
        assert!(matches!(behind, DeltaError::Ahead { after: 4, .. }), "{behind}");
        (10..20).for_each(|user| drop(again.apply(rule(user), at(2))));
        let delta = again.delta_since(held.sequence(), at(3)).unwrap();
        assert_eq!(held.apply_delta(&delta, at(3)), Err(LoadError::OtherRun));
        let mut other = held.clone();
        other.load_snapshot(&again.to_snapshot(at(3)), at(3)).unwrap();
        assert_eq!(other.len(), again.len().max(10) + held.len() - usize::from(again.len() > 10));
        again.apply(rule(30), at(4)).unwrap();
        let delta = again.delta_since(other.sequence(), at(4)).unwrap();
        let sequence = again.sequence();
        assert_eq!(other.apply_delta(&delta, at(4)), Ok(Progress::Complete { sequence }));
    }
    // What the authority lost is back once it has read its replica.
    let mut healed = Cutoffs::local();
    healed.load_snapshot(&held.to_snapshot(at(5)), at(5)).unwrap();
    assert_eq!(healed.list(), authority.list());
}

#[test]
fn what_an_authority_held_beside_its_file_reaches_its_replicas() {
    let user = |user: &str| Rule::suspended(Target::subject(user), true, 1);
    let mut before = Cutoffs::local();
    for name in ["u1", "u2", "u3"] {
        before.apply(user(name), NOW_TIME).unwrap();
    }
    let (bytes, text) = (before.to_snapshot(NOW_TIME), before.to_json_lines());
    for form in ["snapshot", "text"] {
        let mut held = replica();
        held.load_snapshot(&bytes, NOW_TIME).unwrap();
        let mut authority = Cutoffs::local();
        authority.apply(user("emergency"), NOW_TIME).unwrap();
        match form {
            "text" => authority.load_json_lines(&text).unwrap(),
            _ => authority.load_snapshot(&bytes, NOW_TIME).unwrap(),
        };
        assert_eq!((authority.len(), authority.sequence()), (4, 4));
        let delta = authority.delta_since(held.sequence(), NOW_TIME).unwrap();
        if held.apply_delta(&delta, NOW_TIME) == Err(LoadError::OtherRun) {
            held.load_snapshot(&authority.to_snapshot(NOW_TIME), NOW_TIME).unwrap();
        }
        assert_eq!(held.list(), authority.list(), "{form}");
    }
    // Rules that somebody wrote by hand were never counted.
    let mut by_hand = Cutoffs::local();
    let line = Rule::suspended(Target::subject("u1"), true, 1).to_json();
    by_hand.load_json_lines(&format!("{{\"state\":{{}}}}\n{line}\n")).unwrap();
    let mut held = replica();
    let told = held.apply_delta(&by_hand.delta_since(0, NOW_TIME).unwrap(), NOW_TIME);
    assert_eq!(told, Ok(Progress::Complete { sequence: 0 }));
    assert_eq!(held.list(), by_hand.list());
}

#[test]
fn a_time_to_come_that_was_read_back_does_not_stay() {
    let mut held = replica();
    held.load_json_lines(&format!("{{\"state\":{{\"loaded\":{}}}}}\n", NOW + 1_000_000)).unwrap();
    assert_eq!(held.freshness(at(0)), Freshness::Expired(None));
    held.load_snapshot(&state().to_snapshot(at(2)), at(2)).unwrap();
    assert_eq!(held.freshness(at(2)), Freshness::Fresh);
}

#[test]
fn a_replica_whose_clock_is_wrong_says_so_and_recovers() {
    let mut held = replica();
    let snapshot = state().to_snapshot(NOW_TIME);
    let start_of_time = UnixTime::from_secs(0);
    assert_eq!(held.load_snapshot(&snapshot, start_of_time), Ok(rules().len()), "rules are taken");
    assert_eq!(held.freshness(start_of_time), Freshness::Expired(None));
    assert_eq!(held.freshness(at(1)), Freshness::Expired(None), "nobody knows when it came");
    held.load_snapshot(&snapshot, at(1)).unwrap();
    assert_eq!(held.freshness(at(1)), Freshness::Fresh);
    // One wrong time of the authority does not make rules young for years.
    held.loaded(at(1_000_000), at(2));
    assert_eq!(held.freshness(at(1_000_000)), Freshness::Expired(None));
    held.loaded(at(3), at(3));
    assert_eq!(held.freshness(at(3)), Freshness::Fresh);
}

#[test]
fn a_replica_whose_clock_is_behind_does_not_shorten_a_right_rule() {
    let mut held = replica();
    held.loaded(at(0), at(0));
    let behind = at(-600);
    held.apply(Rule::issued_before(Target::subject("u1"), at(0)), behind).unwrap();
    assert_eq!(held.list(), [Rule::issued_before(Target::subject("u1"), at(0))]);
}

#[test]
fn a_text_that_was_cut_off_between_lines_is_no_state() {
    let text = state().to_json_lines();
    let lines: Vec<&str> = text.lines().collect();
    for count in 0..lines.len() {
        let cut = lines[..count].join("\n");
        assert!(Cutoffs::local().load_json_lines(&cut).is_err(), "{count} lines");
    }
    let more = format!("{text}{}\n", lines[lines.len() - 1]);
    let error = Cutoffs::local().load_json_lines(&more).unwrap_err().to_string();
    assert!(error.contains("the text was cut off"), "{error}");
    assert!(Cutoffs::local().load_json_lines(&text).is_ok());
    let by_hand = "{\"state\":{}}\n{\"lift\":\"x\"}\n";
    assert_eq!(Cutoffs::local().load_json_lines(by_hand), Ok(0));
}

#[test]
fn a_text_of_which_a_bit_differs_is_refused() {
    let good = state().to_json_lines();
    let first = good.find('\n').unwrap();
    for place in 0..good.len() {
        for bit in 0..7 {
            let mut bad = good.clone().into_bytes();
            bad[place] ^= 1 << bit;
            let Ok(bad) = String::from_utf8(bad) else { continue };
            let loaded = Cutoffs::local().load_json_lines(&bad);
            // Numbers of the first line are no rules; a rule is never another.
            assert!(loaded.is_err() || place < first, "byte {place} bit {bit}");
        }
    }
    let changed = good.replace("\"u1\"", "\"u2\"");
    assert_eq!(Cutoffs::local().load_json_lines(&changed), Err(LoadError::Changed));
    let (head, rules) = changed.split_once('\n').unwrap();
    let (head, _) = head.split_once(",\"lines\"").unwrap();
    let by_hand = format!("{head}}}}}\n{rules}");
    assert_eq!(Cutoffs::local().load_json_lines(&by_hand), Ok(self::rules().len()));
}

#[test]
fn one_bad_line_among_many_is_told_and_the_caller_chooses() {
    let line = |number: usize| {
        format!(
            "{{\"rule\":\"issued_before\",\"target\":{{\"subject\":\"u{number}\"}},\"at\":{NOW}}}\n"
        )
    };
    let mut text: String = (1..500).map(line).collect();
    text.push_str(
        "{\"rule\":\"issued_before\",\"target\":{\"subject\":\"u500\"},\"at\":\"soon\"}\n",
    );
    text.extend((501..1000).map(line));
    let mut cutoffs = Cutoffs::local();
    let error = cutoffs.apply_json_lines(&text, NOW_TIME, BadLines::Refuse).unwrap_err();
    assert!(matches!(error, LoadError::Line { line: 500, .. }), "{error}");
    assert!(cutoffs.is_empty());
    let came_of_it = cutoffs.apply_json_lines(&text, NOW_TIME, BadLines::Skip).unwrap();
    assert_eq!((came_of_it.applied, cutoffs.len()), (998, 998));
    assert_eq!(came_of_it.skipped.len(), 1);
    assert_eq!(came_of_it.skipped[0].0, 500);
    let again = cutoffs.apply_json_lines(&text, NOW_TIME, BadLines::Skip).unwrap();
    assert_eq!((again.applied, again.already_held), (0, 998));
    let small = Cutoffs::local().with_capacity(10);
    let error = small.clone().apply_json_lines(&line(1).repeat(3), NOW_TIME, BadLines::Refuse);
    assert_eq!(error.unwrap().already_held, 2);
    let full = small.clone().apply_json_lines(&text, NOW_TIME, BadLines::Refuse).unwrap_err();
    assert_eq!(full.code(), "capacity_exceeded");
}

#[test]
fn a_full_set_says_so_and_forgets_nothing() {
    let mut cutoffs = Cutoffs::local().with_capacity(2);
    let rule = |user: &str, seconds| Rule::issued_before(Target::subject(user), at(seconds));
    cutoffs.apply(rule("u1", 0), NOW_TIME).unwrap();
    cutoffs.apply(rule("u2", 0), NOW_TIME).unwrap();
    let before = cutoffs.list();
    let full = Err(ApplyError::CapacityExceeded { capacity: 2 });
    assert_eq!(cutoffs.apply(rule("u3", 0), NOW_TIME), full);
    assert_eq!(cutoffs.merge(&state()), full);
    assert_eq!(cutoffs.list(), before);
    let snapshot = state().to_snapshot(NOW_TIME);
    let error = cutoffs.load_snapshot(&snapshot, NOW_TIME).unwrap_err();
    assert_eq!(error, LoadError::CapacityExceeded { capacity: 2 });
    assert_eq!(cutoffs.list(), before);
    cutoffs.apply(rule("u2", 5), NOW_TIME).unwrap();
    assert_eq!(cutoffs.len(), 2, "a rule that takes the place of another needs no room");
    let token = Signer::Secret.token(Algorithm::Hs256, &claims(",\"sid\":\"s1\""));
    let decided = validator(Algorithm::Hs256, &Signer::Secret).validate(&token, &cutoffs, at(9));
    assert!(decided.is_ok(), "u1 has a token of the cutoff's own instant and later");
}

#[test]
fn bad_rules_are_a_clear_error() {
    let apply = |rule: Rule| Cutoffs::local().apply(rule, NOW_TIME).map_err(|e| e.to_string());
    let many = (0..10_000).fold(Target::claim("c", 1), |all, number| {
        all.and(Target::claim(&format!("c{number}"), 1))
    });
    assert_eq!(
        apply(Rule::suspended(many, true, 1)).unwrap_err(),
        "the rule is refused: a target names at most 16 dimensions"
    );
    assert!(apply(Rule::issued_before(Target::subject(""), NOW_TIME)).is_ok(), "a value like any");
    let year_9999 = UnixTime::from_secs(253_402_300_799);
    assert!(apply(Rule::issued_before(Target::everyone(), year_9999)).is_ok(), "brought down");
    for time in [-1, 253_402_300_800] {
        let rule = Rule::issued_before(Target::everyone(), UnixTime::from_secs(time));
        assert!(apply(rule).unwrap_err().contains("the years 1970 to 9999"));
    }
}
