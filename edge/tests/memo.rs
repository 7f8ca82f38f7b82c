//! One memo for many threads: the decisions are those without it, and memory stays bounded.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test: a panic is how it fails"
)]

use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lowwater::{Algorithm, Cutoffs, Key, KeySet, Rule, Target, UnixTime, Validator};
use lowwater_edge::{SharedCutoffs, SharedMemo};

const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_060);

fn token(user: usize, number: usize) -> String {
    let payload = format!(
        r#"{{"iss":"i","aud":"a","sub":"u{user}","jti":"{number}","iat":1700000000,"exp":1700000600}}"#
    );
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", encode(r#"{"alg":"HS256"}"#), encode(&payload));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET);
    let tag = ring::hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag))
}

fn validator() -> Validator {
    let keys = KeySet::from_keys([Key::from_secret(SECRET).unwrap()]).unwrap();
    let builder = Validator::builder().issuer("i").audience("a");
    builder.algorithms([Algorithm::Hs256]).keys(keys).build().unwrap()
}

/// While threads ask for tokens that the memo knows, users are cut off one after the other: from the
/// moment in which `apply` returned, no thread accepts a token of theirs.
#[test]
fn a_cutoff_holds_at_once_for_every_thread() {
    let (validator, memo) = (validator(), SharedMemo::default());
    let rules = SharedCutoffs::new(Cutoffs::local());
    let tokens: Vec<String> = (0..50).map(|user| token(user, user)).collect();
    let cut = std::sync::atomic::AtomicUsize::new(0);
    let order = std::sync::atomic::Ordering::SeqCst;
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while cut.load(order) < tokens.len() {
                    for (user, token) in tokens.iter().enumerate() {
                        let before = cut.load(order);
                        let decided = validator.validate_with(&memo, token, &*rules.current(), NOW);
                        assert!(decided.is_err() || user >= before, "user {user} of {before}");
                        assert!(decided.is_ok() || user <= cut.load(order), "user {user}");
                    }
                }
            });
        }
        for user in 0..tokens.len() {
            let rule = Rule::issued_before(Target::subject(&format!("u{user}")), NOW);
            rules.apply(rule, NOW).unwrap();
            cut.store(user + 1, order);
            thread::sleep(std::time::Duration::from_millis(2));
        }
    });
    assert!(!memo.is_empty());
}

#[test]
fn memory_is_bounded_whatever_threads_bring() {
    let (validator, memo) = (validator(), SharedMemo::new(1 << 20));
    thread::scope(|scope| {
        for thread in 0..4_usize {
            let (validator, memo) = (&validator, &memo);
            scope.spawn(move || {
                for number in 0..1000 {
                    let token = token(thread, number);
                    assert!(
                        validator.validate_with(memo, &token, &lowwater::NoCutoffs, NOW).is_ok()
                    );
                    assert!(memo.bytes() <= 1 << 20);
                }
            });
        }
    });
    assert!(memo.len() > 100, "{memo:?}");
}

#[test]
fn with_no_bytes_it_is_switched_off() {
    let (validator, memo) = (validator(), SharedMemo::new(0));
    for _ in 0..3 {
        assert!(validator.validate_with(&memo, &token(1, 1), &lowwater::NoCutoffs, NOW).is_ok());
    }
    assert!(memo.is_empty());
    assert_eq!(memo.bytes(), 0);
}

#[test]
fn an_emptied_one_holds_nothing_and_is_as_large() {
    for (bytes, kept) in [(0, 0), (64 << 10, 1)] {
        let (validator, full) = (validator(), SharedMemo::new(bytes));
        let ask = |memo: &SharedMemo| {
            let decided = validator.validate_with(memo, &token(1, 1), &lowwater::NoCutoffs, NOW);
            assert!(decided.is_ok());
            assert_eq!(memo.len(), kept);
        };
        ask(&full);
        let emptied = full.emptied();
        assert!(emptied.is_empty());
        ask(&emptied);
    }
}

#[test]
fn small_ones_still_hold_a_token() {
    let (validator, memo) = (validator(), SharedMemo::new(64 << 10));
    assert!(validator.validate_with(&memo, &token(1, 1), &lowwater::NoCutoffs, NOW).is_ok());
    assert_eq!(memo.len(), 1);
}
