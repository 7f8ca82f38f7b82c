//! What a change answers, at its bounds: applying, forgetting, merging, reading back.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod signing;
mod states;

use std::time::Duration;

use lowwater::{
    Algorithm, ApplyError, At, BadLines, Change, Code, Cutoffs, Index, KeySet, LoadError,
    NoCutoffs, Policy, Progress, Remedy, Rule, Target, UnixTime, Until, Validator,
};
use signing::{NOW, Signer, claims, validator};
use states::{NOW_TIME, at, holding};

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

#[test]
fn lines_count_what_was_brought_down() {
    let rule = |time: i64| Rule::issued_before(Target::subject("u1"), at(time)).to_json();
    let text = format!("{}\n{}\n{}\n{}\n", rule(-5), rule(0), rule(0), rule(100));
    let applied = Cutoffs::local().apply_json_lines(&text, NOW_TIME, BadLines::Refuse).unwrap();
    assert_eq!((applied.applied, applied.already_held, applied.clamped), (3, 1, 1));
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

/// A tombstone is over with its end and the leeway.
#[test]
fn a_prune_forgets_a_tombstone_at_its_end() {
    let retention = validator(Algorithm::Hs256, &Signer::Secret).retention();
    let mut cutoffs = holding([Rule::revoked(Target::session("s1"), at(100))]);
    let minute = UnixTime::from_millis((NOW + 160) * 1000 - 1);
    assert_eq!(cutoffs.prune(minute, retention), Ok(0));
    assert_eq!(cutoffs.prune(at(160), retention), Ok(1));
}

/// A year and a day after the newest time that was seen, and not a millisecond later.
#[test]
fn a_clock_may_pause_for_366_days() {
    let retention = validator(Algorithm::Hs256, &Signer::Secret).retention();
    let day = 86_400_000;
    let last = NOW * 1000 + 366 * day;
    let state = holding([Rule::suspended(Target::subject("u1"), true, 1)]);
    assert!(state.clone().prune(UnixTime::from_millis(last), retention).is_ok());
    assert!(state.clone().prune(UnixTime::from_millis(last + 1), retention).is_err());
}

fn without_exp() -> Validator {
    let policy = r#"{"issuer":"any","audience":"any","algorithms":["HS256"],"max_lifetime":"unbounded","missing_exp":"accept","missing_iat":"accept"}"#;
    let keys = KeySet::from_keys([Signer::Secret.key("k")]).unwrap();
    Validator::new(Policy::from_json(policy).unwrap(), keys)
}

/// Nobody can tell whether a tombstone of a token without `exp` was forgotten, until it would be over.
#[test]
fn a_token_without_exp_waits_for_what_was_pruned() {
    let retention = validator(Algorithm::Hs256, &Signer::Secret).retention();
    let mut cutoffs = holding([]);
    cutoffs.prune(at(10), retention).unwrap();
    let token = Signer::Secret.token(Algorithm::Hs256, &format!("{{\"iat\":{NOW}}}"));
    let code = |millis: i64| {
        let now = UnixTime::from_millis((NOW + 10) * 1000 + millis);
        without_exp().validate(&token, &cutoffs, now).err().map(|no| no.code())
    };
    assert_eq!(code(-1), Some(Code::IssuedBeforeFloor));
    assert_eq!((code(0), code(1)), (None, None));
}

/// Logging in again gives another token without either, so it is no remedy.
#[test]
fn a_token_without_times_meets_a_login_cutoff() {
    let cutoffs = holding([Rule::authenticated_before(Target::subject("u1"), NOW_TIME)]);
    let token = Signer::Secret.token(Algorithm::Hs256, r#"{"sub":"u1"}"#);
    let no = without_exp().validate(&token, &cutoffs, NOW_TIME).unwrap_err();
    assert_eq!((no.code(), no.remedy()), (Code::ClaimMissing, Remedy::None));
    assert_eq!(lowwater::Note::IssuedAtForAuthTime.as_str(), "issued_at_for_auth_time");
}

/// What came early is counted once the gap before it is closed, also by a snapshot.
#[test]
fn a_snapshot_closes_a_gap() {
    let rule = |user: &str| Rule::suspended(Target::subject(user), true, 1);
    let mut authority = holding([rule("u1")]);
    let mut replica = Cutoffs::replica(Duration::from_secs(30), Duration::from_secs(300)).unwrap();
    replica.load_snapshot(&authority.to_snapshot(NOW_TIME), NOW_TIME).unwrap();
    authority.apply(rule("u2"), NOW_TIME).unwrap();
    let snapshot = authority.to_snapshot(NOW_TIME);
    authority.apply(rule("u3"), NOW_TIME).unwrap();
    let delta = authority.delta_since(2, NOW_TIME).unwrap();
    assert_eq!(replica.apply_delta(&delta, NOW_TIME), Ok(Progress::Gap { after: 1, before: 3 }));
    replica.load_snapshot(&snapshot, NOW_TIME).unwrap();
    assert_eq!((replica.sequence(), replica.len()), (3, 3));
}

/// In whichever line it stands.
#[test]
fn a_rule_of_a_lifted_id_is_not_read() {
    let rule = Rule::suspended(Target::subject("u1"), true, 1).with_id("a").to_json();
    let mut cutoffs = Cutoffs::local();
    let text = format!("{{\"state\":{{}}}}\n{rule}\n{{\"lift\":\"a\"}}\n");
    cutoffs.load_json_lines(&text).unwrap();
    assert_eq!(cutoffs.len(), 0);
    for sum in ["0123456789abcde", "0123456789ABCDEF", "+123456789abcdef"] {
        let text = format!("{{\"state\":{{\"checksum\":\"{sum}\"}}}}");
        let error = cutoffs.load_json_lines(&text).unwrap_err().to_string();
        assert!(error.contains("expected 16 digits of 0-9 and a-f"), "{error}");
    }
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
    let error = Target::from_json("{\"subject\":5}").unwrap_err().to_string();
    assert!(error.contains("`subject` must be a string"), "{error}");
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
    // What was read back is not made older by what is loaded.
    let mut replica = new();
    replica.load_json_lines(&format!("{{\"state\":{{\"loaded\":{}}}}}", NOW + 10)).unwrap();
    assert_eq!(age(&replica, 20), Some(10));
    replica.loaded(at(5), at(20));
    assert_eq!(age(&replica, 20), Some(10));
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
