//! What a change answers, at its bounds: applying, forgetting, merging, reading back.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod signing;

use std::time::Duration;

use lowwater::{
    Algorithm, ApplyError, At, Change, Cutoffs, Index, LoadError, NoCutoffs, Rule, Target,
    UnixTime, Until,
};
use signing::{NOW, Signer, claims, validator};

const NOW_TIME: UnixTime = UnixTime::from_secs(NOW);

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(NOW + seconds)
}

fn holding(rules: impl IntoIterator<Item = Rule>) -> Cutoffs {
    let mut cutoffs = Cutoffs::local();
    for rule in rules {
        cutoffs.apply(rule, NOW_TIME).unwrap();
    }
    cutoffs
}

#[test]
fn a_rule_says_what_became_of_it() {
    let mut cutoffs = Cutoffs::local();
    let user = || Target::subject("u1");
    for (rule, change) in [
        (Rule::issued_before(user(), NOW_TIME), "applied"),
        (Rule::issued_before(user(), NOW_TIME), "already_held"),
        (Rule::issued_before(user(), at(61)), "clamped"),
        (Rule::revoked(user(), at(0)), "ended"),
        (Rule::revoked(user(), at(1)), "applied"),
    ] {
        assert_eq!(cutoffs.apply(rule, NOW_TIME).unwrap().to_string(), change);
    }
    assert_eq!(Change::Applied.as_str(), "applied");
}

/// The last token that a cutoff refuses is over when the floor reaches the cutoff.
#[test]
fn a_prune_forgets_at_the_floor_and_counts_once() {
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    let retention = validator.retention(); // a day, and a minute of leeway
    let day = 86_400 + 60;
    let mut cutoffs = holding([Rule::issued_before(Target::subject("u1"), NOW_TIME)]);
    let last = cutoffs.sequence();
    assert_eq!(cutoffs.prune(at(day - 1), retention).unwrap(), 0);
    assert_eq!(cutoffs.sequence(), last + 1, "the floors rose");
    assert_eq!(cutoffs.prune(at(day - 1), retention).unwrap(), 0);
    assert_eq!(cutoffs.sequence(), last + 1, "and not again");
    assert_eq!(cutoffs.prune(at(day), retention).unwrap(), 1);
    assert_eq!(cutoffs.sequence(), last + 2);
    let token = Signer::Secret.token(Algorithm::Hs256, &claims(""));
    let text = validator.explain(&token, &cutoffs, at(5)).to_string();
    assert!(text.contains("iat at least 1700000000"), "{text}");
    let text = validator.explain(&token, &NoCutoffs, at(5)).to_string();
    assert!(text.contains("nothing was forgotten"), "{text}");
}

#[test]
fn what_is_lifted_elsewhere_is_a_change() {
    let mut cutoffs = holding([Rule::suspended(Target::subject("u1"), true, 1).with_id("a")]);
    let mut other = Cutoffs::local();
    other.lift("a");
    assert_eq!(cutoffs.merge(&other), Ok(Change::Applied));
    assert_eq!((cutoffs.merge(&other), cutoffs.len()), (Ok(Change::AlreadyHeld), 0));
}

#[test]
fn a_state_is_read_where_it_has_room() {
    let rule = |user: &str| Rule::suspended(Target::subject(user), true, 1);
    let snapshot = holding([rule("u1"), rule("u2")]).to_snapshot(NOW_TIME);
    for (capacity, loaded) in [(1, Err(LoadError::CapacityExceeded { capacity: 1 })), (2, Ok(2))] {
        let mut cutoffs = Cutoffs::local().with_capacity(capacity);
        assert_eq!(cutoffs.load_snapshot(&snapshot, NOW_TIME), loaded);
    }
}

#[test]
fn what_was_held_stays_when_a_state_is_read() {
    let rule = |user: &str| Rule::suspended(Target::subject(user), true, 1).with_id(user);
    let snapshot = holding([rule("u1")]).to_snapshot(NOW_TIME);
    let mut cutoffs = holding([rule("u2")]);
    cutoffs.load_snapshot(&snapshot, NOW_TIME).unwrap();
    assert_eq!(cutoffs.len(), 2);
    let mut lifting = Cutoffs::local();
    lifting.lift("u1");
    lifting.load_snapshot(&snapshot, NOW_TIME).unwrap();
    assert_eq!((lifting.len(), lifting.apply(rule("u1"), NOW_TIME)), (0, Err(ApplyError::Lifted)));
}

#[test]
fn a_written_state_keeps_within_the_bounds_of_a_policy() {
    let read = |leeway: &str| {
        Cutoffs::local().load_json_lines(&format!("{{\"state\":{{\"leeway\":{leeway}}}}}"))
    };
    assert!(read("300").is_ok());
    assert!(read("300.001").is_err());
}

#[test]
fn a_target_names_sixteen_dimensions() {
    let target = |count: usize| {
        (0..count).fold(Target::everyone(), |all, number| {
            let one = Target::claim(&format!("c{number}"), "x");
            if number == 0 { one } else { all.and(one) }
        })
    };
    let json = |count: usize| {
        let members: Vec<String> =
            (0..count).map(|number| format!("\"claim:c{number}\":\"x\"")).collect();
        Target::from_json(&format!("{{{}}}", members.join(",")))
    };
    for (count, good) in [(16, true), (17, false)] {
        let applied = Cutoffs::local().apply(Rule::suspended(target(count), true, 1), NOW_TIME);
        assert_eq!((applied.is_ok(), json(count).is_ok()), (good, good));
    }
    for (rule, word) in [("revoked", "until"), ("issued_before", "at")] {
        let text =
            format!("{{\"rule\":\"{rule}\",\"target\":{{\"subject\":\"u\"}},\"{word}\":true}}");
        let error = Rule::from_json(&text).unwrap_err().to_string();
        assert_eq!(error.ends_with(", or `never`"), rule == "revoked", "{error}");
    }
}

/// A time that is read back: older than what was loaded it changes nothing, newer it counts, and what nobody
/// could have written yet is not believed for ever.
#[test]
fn the_age_of_what_is_read_back() {
    let written = |seconds: i64| holding([]).to_snapshot(at(seconds));
    let age = |replica: &Cutoffs, seconds: i64| {
        replica.freshness(at(seconds)).age().map(|age| age.as_secs())
    };
    let new = || Cutoffs::replica(Duration::ZERO, Duration::from_secs(1000)).unwrap();
    let mut replica = new();
    replica.loaded(at(10), at(10));
    assert_eq!(age(&replica, 20), Some(10));
    replica.load_snapshot(&written(5), at(20)).unwrap();
    assert_eq!(age(&replica, 20), Some(10));
    replica.load_snapshot(&written(15), at(20)).unwrap();
    assert_eq!(age(&replica, 20), Some(5));
    // In text, as a replica of one's own writes itself down.
    let text = |seconds: i64| format!("{{\"state\":{{\"loaded\":{}}}}}", NOW + seconds);
    for (first, second, seen) in [(10, 5, 10), (5, 10, 5)] {
        let mut replica = new();
        replica.loaded(at(first), at(first));
        replica.load_json_lines(&text(second)).unwrap();
        assert_eq!(
            age(&replica, 20),
            Some(20_u64.saturating_sub(seen.max(u64::try_from(second).unwrap())))
        );
    }
}

#[test]
fn an_index_knows_its_number_and_the_damage_of_each_part() {
    let user = || Target::subject("u1");
    let state = holding([
        Rule::issued_before(user(), NOW_TIME).except_session("s1"),
        Rule::revoked(user(), Until::Never),
        Rule::issued_before(Target::subject("u2"), At::Second(NOW)),
    ]);
    let mut bytes = state.to_index([7; 16], NOW_TIME);
    assert_eq!(Index::local(&bytes).unwrap().sequence(), state.sequence());
    assert_eq!(Index::local(&bytes).unwrap().check_all(), Ok(()));
    // What does not fit into an entry stands at the end.
    *bytes.last_mut().unwrap() ^= 1;
    assert_eq!(Index::local(&bytes).unwrap().check_all(), Err(LoadError::Damaged));
}
