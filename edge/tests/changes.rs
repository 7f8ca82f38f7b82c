//! What a change to shared rules does, and what it leaves as it was.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

use std::convert::Infallible;
use std::panic::{self, RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use lowwater::{
    ApplyError, BadLines, Change, Cutoffs, Freshness, LoadError, Progress, Rule, Target, UnixTime,
};
use lowwater_edge::{Current, SharedCutoffs};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn cutoff(subject: &str) -> Rule {
    Rule::issued_before(Target::subject(subject), NOW)
}

fn with(subjects: &[&str]) -> SharedCutoffs {
    let rules = SharedCutoffs::default();
    for subject in subjects {
        rules.apply(cutoff(subject), NOW).unwrap();
    }
    rules
}

/// All that a state says, to the byte.
fn state(rules: &SharedCutoffs) -> Vec<u8> {
    rules.current().to_snapshot(NOW)
}

fn replica() -> Cutoffs {
    Cutoffs::replica(Duration::from_secs(30), Duration::from_secs(300)).unwrap()
}

/// Panics in another thread while it changes the rules.
fn panic_in_update(rules: &SharedCutoffs) {
    let writer = thread::scope(|scope| {
        let panics = || {
            rules.update(|rules| -> Result<(), Infallible> {
                rules.lift("r-1");
                rules.apply(cutoff("half"), NOW).unwrap();
                panic::resume_unwind(Box::new("the change fails half way"));
            })
        };
        scope.spawn(panics).join()
    });
    assert!(writer.is_err());
}

#[test]
fn an_update_that_fails_changes_nothing() {
    let rules = with(&["u1"]);
    let before = (state(&rules), rules.current().sequence());
    let failed = rules.update(|rules| {
        rules.apply(cutoff("u2"), NOW)?;
        rules.lift("r-1");
        rules.apply(cutoff("u3").with_id("r-1"), NOW)
    });
    assert_eq!(failed, Err(ApplyError::Lifted));
    assert_eq!((state(&rules), rules.current().sequence()), before);
}

#[test]
fn an_update_that_panics_changes_nothing_and_the_next_is_as_if_it_never_was() {
    let rules = with(&["u1"]);
    let before = state(&rules);
    for _ in 0..2 {
        panic_in_update(&rules);
        assert_eq!(state(&rules), before);
    }
    assert_eq!(rules.apply(cutoff("u2").with_id("r-1"), NOW), Ok(Change::Applied));
    assert_eq!(rules.current().len(), 2);
    assert_eq!(rules.replace(Cutoffs::clone(&rules.hold())), Ok(()));
    assert_eq!(rules.lift("r-1"), 1);
    assert_eq!(rules.free_replaced(), 0);
}

#[test]
fn a_caught_panic_leaves_a_handle_that_can_be_used() {
    let rules = with(&["u1"]);
    let caught = panic::catch_unwind(|| {
        rules.update(|_| -> Result<(), Infallible> { panic::resume_unwind(Box::new(())) })
    });
    assert!(caught.is_err());
    assert_eq!(rules.apply(cutoff("u2"), NOW), Ok(Change::Applied));
}

#[test]
fn replace_refuses_an_older_state_and_takes_an_equal_or_newer() {
    let rules = with(&["u1", "u2"]);
    let before = state(&rules);
    let mut other = Cutoffs::local();
    other.apply(cutoff("u3"), NOW).unwrap();
    let older = rules.replace(other.clone());
    assert_eq!(older, Err(LoadError::Older { sequence: 1, held: 2 }));
    assert_eq!(state(&rules), before);

    other.apply(cutoff("u4"), NOW).unwrap();
    assert_eq!(rules.replace(other.clone()), Ok(()), "equal");
    assert_eq!(state(&rules), other.to_snapshot(NOW));
    other.apply(cutoff("u5"), NOW).unwrap();
    assert_eq!(rules.replace(other.clone()), Ok(()), "newer");
    assert_eq!(state(&rules), other.to_snapshot(NOW));
}

#[test]
fn a_replaced_state_is_found_under_its_new_hash_key() {
    let rules = SharedCutoffs::default();
    let mut other = Cutoffs::local();
    let names: Vec<String> = (0..1000).map(|number| format!("u{number}")).collect();
    names.iter().for_each(|name| {
        other.apply(cutoff(name), NOW).unwrap();
    });
    rules.replace(other).unwrap();
    let current = rules.current();
    assert!(names.iter().all(|name| current.find(&Target::subject(name)).len() == 1));
    assert_eq!(current.len(), 1000);
}

#[test]
fn a_reader_holds_the_rules_as_they_were() {
    let rules = with(&["u1"]);
    let (held, current) = (rules.hold(), rules.current());
    let before = held.to_snapshot(NOW);
    rules.apply(cutoff("u2"), NOW).unwrap();
    rules.update(|rules| Ok::<_, Infallible>(rules.prune_forced(NOW, retention()))).unwrap();
    let mut newer = Cutoffs::clone(&rules.current());
    newer.apply(cutoff("u3"), NOW).unwrap();
    newer.lift("r-1");
    rules.replace(newer).unwrap();
    for old in [&*held, &*current] {
        assert_eq!((old.len(), old.to_snapshot(NOW)), (1, before.clone()));
    }
    assert_eq!(rules.current().len(), 3);
}

/// Of a policy whose tokens live a day.
fn retention() -> lowwater::Retention {
    use lowwater::{Algorithm, Key, KeySet, Validator};
    let keys = KeySet::from_keys([Key::from_secret(&[7; 32]).unwrap()]).unwrap();
    let validator = Validator::builder().issuer("i").audience("a").keys(keys);
    validator.algorithms([Algorithm::Hs256]).build().unwrap().retention()
}

#[test]
fn a_prune_drops_what_is_over_and_a_clock_that_jumped_changes_nothing() {
    let rules = with(&["u1"]);
    let day = Duration::from_secs(86_400);
    let before = state(&rules);
    assert!(rules.prune(NOW.after(day * 400), retention()).is_err());
    assert_eq!(state(&rules), before);
    assert_eq!(rules.prune(NOW.after(day * 2), retention()), Ok(1));
    assert!(rules.current().is_empty());
}

#[test]
fn a_replica_takes_in_snapshots_and_deltas_and_keeps_what_held_if_they_are_damaged() {
    let (authority, copy) = (with(&["u1"]), SharedCutoffs::new(replica()));
    assert_eq!(copy.current().freshness(NOW), Freshness::Blind);
    let snapshot = state(&authority);
    assert_eq!(copy.load_snapshot(&snapshot, NOW), Ok(1));
    authority.apply(cutoff("u2"), NOW).unwrap();
    let delta = authority.hold().delta_since(1, NOW).unwrap();

    let before = state(&copy);
    for fault in [&delta[..delta.len() - 1], &snapshot[..], b""] {
        assert!(copy.apply_delta(fault, NOW).is_err());
    }
    assert!(copy.load_snapshot(&snapshot[..40], NOW).is_err());
    assert_eq!(state(&copy), before);

    assert_eq!(copy.apply_delta(&delta, NOW), Ok(Progress::Complete { sequence: 2 }));
    assert_eq!(copy.current().freshness(NOW), Freshness::Fresh);
    assert_eq!(copy.current().list(), authority.current().list());
    let older = copy.load_snapshot(&snapshot, NOW);
    assert_eq!(older, Err(LoadError::Older { sequence: 1, held: 2 }));
}

#[test]
fn several_changes_are_one_step() {
    let rules = SharedCutoffs::default();
    let lines = rules.current().to_json_lines();
    let text = "{\"rule\":\"issued_before\",\"target\":{\"subject\":\"u1\"},\"at\":1700000000}\n";
    let came_of_it = rules.update(|rules| {
        rules.load_json_lines(&lines)?;
        rules.apply_json_lines(text, NOW, BadLines::Refuse)
    });
    assert_eq!(came_of_it.unwrap().applied, 1);
    assert_eq!(rules.free_replaced(), 0);
}

#[test]
fn is_shared_among_threads_and_says_how_much_it_holds() {
    fn shared<T: Send + Sync + UnwindSafe + RefUnwindSafe + 'static>() {}
    shared::<SharedCutoffs>();
    shared::<Arc<Cutoffs>>();
    fn sent<T: Send + Sync>() {}
    sent::<Current>();
    let rules = with(&["u1"]);
    assert_eq!(format!("{rules:?}"), "SharedCutoffs(Cutoffs { rules: 1, sequence: 1, .. })");
    let current = format!("{:?}", rules.current());
    assert_eq!(current, "Current(Cutoffs { rules: 1, sequence: 1, .. })");
}
