//! Threads that read and write at once, thousands of times: no reader misses a rule that was applied
//! before it asked, and no writer undoes what another did.
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

mod alarm;
#[path = "../../core/tests/signing/mod.rs"]
mod signing;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use alarm::Alarm;
use lowwater::{Algorithm, Change, Code, Cutoffs, Rule, Target, UnixTime, Validator};
use lowwater_edge::SharedCutoffs;
use signing::{AUDIENCE, ISSUER, NOW, Signer, validator};

const TIME: UnixTime = UnixTime::from_secs(NOW);
const READERS: usize = 3;

fn user(number: usize) -> Target {
    Target::subject(&format!("u{number}")).at_issuer(ISSUER)
}

fn rule(number: usize) -> Rule {
    Rule::issued_before(user(number), TIME)
}

/// A good token of each user, from a minute before the rules.
fn tokens(users: usize) -> Vec<String> {
    let token = |number| {
        let (issued, expires) = (NOW - 60, NOW + 600);
        Signer::Secret.token(
            Algorithm::Hs256,
            &format!(
                r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"u{number}","iat":{issued},"exp":{expires}}}"#
            ),
        )
    };
    (0..users).map(token).collect()
}

fn is_refused(validator: &Validator, token: &str, rules: &Cutoffs) -> bool {
    match validator.validate(token, rules, TIME) {
        Ok(_) => false,
        Err(no) => no.code() == Code::TokenRevoked,
    }
}

/// Numbers that are far from each other, one after the other.
fn some_of(count: usize, round: usize) -> usize {
    round.wrapping_mul(0x9e37_79b9) % count
}

/// A writer applies rule after rule and says each time how many hold. Readers that heard a number find
/// every rule up to it. The writer waits for a reading or two now and then, so that both go on together.
#[test]
fn no_reader_misses_a_rule_that_was_applied_before_it_asked() {
    const RULES: usize = 2000;
    let (tokens, rules) = (tokens(RULES + 1), SharedCutoffs::default());
    let (tokens, nobody) = (&tokens[..RULES], &tokens[RULES]);
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    let (applied, readings) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (changing, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                let _alarm = Alarm(&failed);
                for round in 0.. {
                    let known = applied.load(Ordering::Acquire);
                    let current = rules.current();
                    if round % 4 == 0 {
                        thread::yield_now(); // the writer may exchange the rules under the reader
                    }
                    assert!(current.len() >= known);
                    if let Some(latest) = known.checked_sub(1) {
                        assert!(is_refused(&validator, &tokens[latest], &current), "{latest}");
                        let other = some_of(known, round);
                        assert!(is_refused(&validator, &tokens[other], &current), "{other}");
                    }
                    if round % 64 == 0 || known == RULES {
                        let missing =
                            (0..known).find(|number| current.find(&user(*number)).is_empty());
                        assert_eq!(missing, None, "of {known}");
                        assert!(validator.validate(nobody, &*current, TIME).is_ok());
                    }
                    if rules.current().sequence() > current.sequence() {
                        changing.fetch_add(1, Ordering::Relaxed);
                    }
                    readings.fetch_add(1, Ordering::Relaxed);
                    if known == RULES || failed.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        // One that does nothing else sees each state, however shortly it is there.
        scope.spawn(|| {
            let _alarm = Alarm(&failed);
            let (mut known, mut held) = (0, 0);
            while known < RULES && !failed.load(Ordering::Relaxed) {
                known = applied.load(Ordering::Acquire);
                let before = held;
                held = rules.current().len();
                assert!(held >= known && held >= before, "{held} of {known} after {before}");
            }
        });
        scope.spawn(|| {
            let _alarm = Alarm(&failed);
            for number in 0..RULES {
                assert_eq!(rules.apply(rule(number), TIME), Ok(Change::Applied));
                applied.store(number + 1, Ordering::Release);
                while readings.load(Ordering::Relaxed) < number * 2
                    && !failed.load(Ordering::Relaxed)
                {
                    thread::yield_now();
                }
            }
        });
    });
    let (readings, changing) = (readings.into_inner(), changing.into_inner());
    println!("{readings} readings, {changing} of rules that were replaced while they were read");
    assert!(readings >= RULES * 2 - 2);
}

/// Writers that apply, fail, panic, merge and put newer states in place.
#[test]
fn writers_at_once_lose_nothing() {
    const EACH: usize = 300;
    let rules = SharedCutoffs::default();
    thread::scope(|scope| {
        for writer in 0..2 {
            let rules = &rules;
            scope.spawn(move || {
                for number in (0..EACH).map(|number| writer * EACH + number) {
                    assert_eq!(rules.apply(rule(number), TIME), Ok(Change::Applied));
                    assert_eq!(rules.current().find(&user(number)).len(), 1);
                }
            });
        }
        scope.spawn(|| {
            for number in 2 * EACH..3 * EACH {
                let mut other = Cutoffs::local();
                other.apply(rule(number), TIME).unwrap();
                assert_eq!(rules.update(|rules| rules.merge(&other)), Ok(Change::Applied));
                let failed = rules.update(|rules| {
                    *rules = Cutoffs::local();
                    Err::<(), _>("nothing of this is published")
                });
                assert!(failed.is_err());
            }
        });
        scope.spawn(|| {
            for _ in 0..EACH {
                // Of an older state, without anything that others applied meanwhile.
                let old = Cutoffs::clone(&rules.current());
                let panics = || {
                    rules.update(|rules| -> Result<(), ()> {
                        *rules = old;
                        std::panic::resume_unwind(Box::new("nothing of this is published"));
                    })
                };
                assert!(thread::scope(|scope| scope.spawn(panics).join()).is_err());
            }
        });
    });
    let current = rules.current();
    assert_eq!((current.len(), current.sequence()), (3 * EACH, 3 * EACH as u64));
    assert!((0..3 * EACH).all(|number| current.find(&user(number)).len() == 1));
}

/// An exchange of whole states and rules applied in between: what `replace` lets pass is never older than
/// what was read when it began.
#[test]
fn the_sequence_never_goes_back() {
    const ROUNDS: usize = 500;
    let rules = SharedCutoffs::default();
    let (done, failed) = (AtomicBool::new(false), AtomicBool::new(false));
    let going = || !done.load(Ordering::Acquire) && !failed.load(Ordering::Relaxed);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _alarm = Alarm(&failed);
            for number in 0..ROUNDS {
                rules.apply(rule(number), TIME).unwrap();
            }
            done.store(true, Ordering::Release);
        });
        scope.spawn(|| {
            while going() {
                let state = Cutoffs::clone(&rules.current());
                let held = state.sequence();
                // An older state that is refused is as good: the other writer was faster.
                let _refused = rules.replace(state);
                assert!(rules.current().sequence() >= held);
            }
        });
        scope.spawn(|| {
            let mut newest = 0;
            while going() {
                let sequence = rules.current().sequence();
                assert!(sequence >= newest);
                newest = sequence;
            }
        });
    });
    let current = rules.current();
    assert!((0..ROUNDS).all(|number| current.find(&user(number)).len() == 1));
}
