//! A memo makes decisions cheaper and never another one: held against the validation without it, and
//! attacked.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::panic_in_result_fn,
    clippy::unwrap_in_result,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod signing;

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lowwater::{
    Accepted, Algorithm, Backend, Code, Cutoffs, InvalidSignature, Key, KeyMaterial, KeySet, Memo,
    NoCutoffs, Proven, ProvenTokens, Rejection, Ring, Rule, RuleSet, Target, UnixTime, Until,
    Validator, VerifySignature,
};
use proptest::prelude::*;
use signing::{AUDIENCE, ISSUER, NOW, SECRET, Signer, claims, encode, validator};

const NOW_TIME: UnixTime = UnixTime::from_secs(NOW + 1);

fn memo(bytes: usize) -> RefCell<Memo> {
    RefCell::new(Memo::new(bytes, [7; 16]))
}

/// How often a signature was checked is all that a memo may change, so it is what tests count.
#[derive(Clone, Default)]
struct Counted {
    checks: Arc<AtomicUsize>,
    /// Takes every signature: a million tokens need no million keys.
    credulous: bool,
}

struct CountedKey(Box<dyn VerifySignature>, Counted);

impl Backend for Counted {
    fn prepare(
        &self,
        algorithm: Algorithm,
        key: &KeyMaterial<'_>,
    ) -> Option<Box<dyn VerifySignature>> {
        Some(Box::new(CountedKey(Ring.prepare(algorithm, key)?, self.clone())))
    }

    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        Ring.sha256(data)
    }
}

impl VerifySignature for CountedKey {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.1.checks.fetch_add(1, Ordering::Relaxed);
        if self.1.credulous { Ok(()) } else { self.0.verify(message, signature) }
    }
}

impl Counted {
    fn credulous() -> Self {
        Self { credulous: true, ..Self::default() }
    }

    fn keys(&self) -> KeySet {
        KeySet::builder_with(self).key(Key::from_secret(SECRET).unwrap()).unwrap().build().unwrap()
    }

    fn validator(&self) -> Validator {
        let builder = Validator::builder().issuer(ISSUER).audience(AUDIENCE);
        builder.algorithms([Algorithm::Hs256]).keys(self.keys()).build().unwrap()
    }

    /// How many signatures `work` checked.
    fn during(&self, work: impl FnOnce()) -> usize {
        let before = self.checks.load(Ordering::Relaxed);
        work();
        self.checks.load(Ordering::Relaxed) - before
    }
}

fn token(more: &str) -> String {
    Signer::Secret.token(Algorithm::Hs256, &claims(more))
}

/// A token for the credulous: its signature is 32 bytes of somebody's choice.
fn made_up(number: usize, signature: &[u8; 32]) -> String {
    let payload = claims(&format!(r#","jti":"{number}""#));
    format!("{}.{}.{}", encode(r#"{"alg":"HS256"}"#), encode(payload), encode(signature))
}

fn numbered(number: usize) -> String {
    let mut signature = [0; 32];
    signature[..8].copy_from_slice(&number.to_le_bytes());
    signature[24..]
        .copy_from_slice(&(number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    made_up(number, &signature)
}

/// Everything that can be seen of a decision.
fn seen(decided: Result<Accepted, Rejection>) -> Result<(String, String), String> {
    let accepted = |a: Accepted| {
        let notes: Vec<_> = a.notes().map(|note| note.as_str()).collect();
        let head = format!("{:?} {:?} {:?} {notes:?}", a.key_id(), a.header_json(), a.freshness());
        (head, a.claims_json().to_owned())
    };
    decided.map(accepted).map_err(|no| no.to_json())
}

fn both(
    validator: &Validator,
    memo: &dyn ProvenTokens,
    token: &str,
    rules: &(impl RuleSet + ?Sized),
    now: UnixTime,
) -> Result<Accepted, Rejection> {
    let plain = seen(validator.validate(token, rules, now));
    let first = validator.validate_with(memo, token, rules, now);
    assert_eq!(seen(validator.validate_with(memo, token, rules, now)), plain, "{token}");
    assert_eq!(seen(validator.validate_with(memo, token, rules, now)), plain, "again: {token}");
    match &first {
        Ok(accepted) => assert_eq!(accepted.claims_json(), plain.unwrap().1),
        Err(no) => assert_eq!(no.to_json(), plain.unwrap_err()),
    }
    first
}

#[test]
fn a_token_that_comes_again_is_not_checked_again() {
    let counted = Counted::default();
    let (validator, memo, good) = (counted.validator(), memo(1 << 20), token(""));
    let ask = || {
        let _accepted = validator.validate_with(&memo, &good, &NoCutoffs, NOW_TIME).unwrap();
    };
    assert_eq!(counted.during(ask), 1);
    assert_eq!(counted.during(|| (0..100).for_each(|_| ask())), 0);
    // A clone is the same validator.
    let clone = validator.clone();
    let ask_clone = || assert!(clone.validate_with(&memo, &good, &NoCutoffs, NOW_TIME).is_ok());
    assert_eq!(counted.during(ask_clone), 0);
}

#[test]
fn revoked_after_it_was_remembered() {
    let (validator, memo) = (validator(Algorithm::Hs256, &Signer::Secret), memo(1 << 20));
    let (good, other) = (token(r#","jti":"a""#), token(r#","jti":"b""#));
    let mut cutoffs = Cutoffs::local();
    assert!(both(&validator, &memo, &good, &cutoffs, NOW_TIME).is_ok());
    assert!(both(&validator, &memo, &other, &cutoffs, NOW_TIME).is_ok());

    let id =
        cutoffs.apply(Rule::revoked(Target::token_id("a"), Until::Never).with_id("one"), NOW_TIME);
    assert!(id.is_ok());
    let no = both(&validator, &memo, &good, &cutoffs, NOW_TIME).unwrap_err();
    assert_eq!(no.code(), Code::TokenRevoked);
    assert!(both(&validator, &memo, &other, &cutoffs, NOW_TIME).is_ok());

    cutoffs.apply(Rule::issued_before(Target::subject("u1"), NOW_TIME), NOW_TIME).unwrap();
    let no = both(&validator, &memo, &other, &cutoffs, NOW_TIME).unwrap_err();
    assert_eq!(no.code(), Code::TokenRevoked);

    // And back: nothing of a refusal is remembered.
    assert!(both(&validator, &memo, &other, &NoCutoffs, NOW_TIME).is_ok());
}

#[test]
fn expired_after_it_was_remembered() {
    let (validator, memo) = (validator(Algorithm::Hs256, &Signer::Secret), memo(1 << 20));
    let good = token("");
    assert!(both(&validator, &memo, &good, &NoCutoffs, NOW_TIME).is_ok());
    let late = UnixTime::from_secs(NOW + 660);
    let no = both(&validator, &memo, &good, &NoCutoffs, late).unwrap_err();
    assert_eq!(no.code(), Code::TokenExpired);
    let early = UnixTime::from_secs(NOW - 61);
    let no = both(&validator, &memo, &good, &NoCutoffs, early).unwrap_err();
    assert_eq!(no.code(), Code::IssuedInFuture);
    assert!(both(&validator, &memo, &good, &NoCutoffs, NOW_TIME).is_ok());
}

#[test]
fn two_tokens_of_one_user_are_two() {
    let (validator, memo) = (validator(Algorithm::Hs256, &Signer::Secret), memo(1 << 20));
    let (reader, writer) = (token(r#","scope":"read""#), token(r#","scope":"write""#));
    for _ in 0..3 {
        for (token, scope) in [(&reader, "read"), (&writer, "write")] {
            let accepted = both(&validator, &memo, token, &NoCutoffs, NOW_TIME).unwrap();
            assert_eq!(accepted.scopes(), [scope]);
        }
    }
}

#[test]
fn one_memo_of_two_policies_and_two_key_sets_mixes_nothing() {
    let counted = Counted::default();
    let (own, memo, good) = (counted.validator(), memo(1 << 20), token(""));
    let stranger = Key::from_secret(&[9; 64]).unwrap();
    let rotated = own.with_keys(KeySet::from_keys([stranger]).unwrap());
    let again = own.with_keys(counted.keys()); // the same key, in a set of its own
    let builder = || Validator::builder().algorithms([Algorithm::Hs256]).keys(counted.keys());
    let elsewhere = builder().issuer(ISSUER).audience("https://other.example/").build().unwrap();
    let short = builder().issuer(ISSUER).audience(AUDIENCE).max_token_bytes(100).build().unwrap();
    for _ in 0..3 {
        let code = |validator| {
            both(validator, &memo, &good, &NoCutoffs, NOW_TIME).err().map(|no| no.code())
        };
        assert_eq!(code(&own), None);
        assert_eq!(code(&rotated), Some(Code::SignatureInvalid));
        assert_eq!(code(&again), None);
        assert_eq!(code(&elsewhere), Some(Code::AudienceNotAllowed));
        assert_eq!(code(&short), Some(Code::TokenTooLarge));
    }
    assert_eq!(memo.borrow().len(), 1, "a later proof takes the place of an earlier one");
}

#[test]
fn keys_that_are_gone_are_not_mistaken_for_later_ones() {
    // Sets are freed and made anew, often at the same place in memory.
    let (memo, good) = (memo(1 << 20), token(""));
    let own = validator(Algorithm::Hs256, &Signer::Secret);
    for round in 0..200_u8 {
        let validator = if round % 2 == 0 {
            own.with_keys(KeySet::from_keys([Key::from_secret(SECRET).unwrap()]).unwrap())
        } else {
            own.with_keys(KeySet::from_keys([Key::from_secret(&[round; 64]).unwrap()]).unwrap())
        };
        let accepted = validator.validate_with(&memo, &good, &NoCutoffs, NOW_TIME).is_ok();
        assert_eq!(accepted, round % 2 == 0, "{round}");
    }
}

#[test]
fn one_wrong_byte_anywhere_is_another_token() {
    let (validator, memo) = (validator(Algorithm::Hs256, &Signer::Secret), memo(1 << 20));
    let good = token("");
    assert!(both(&validator, &memo, &good, &NoCutoffs, NOW_TIME).is_ok());
    for place in 0..good.len() {
        let mut other = good.clone().into_bytes();
        other[place] ^= 1;
        let other = String::from_utf8(other).unwrap();
        assert!(both(&validator, &memo, &other, &NoCutoffs, NOW_TIME).is_err(), "{place}");
    }
    for other in [format!("{good}A"), format!("{good}="), format!(" {good}"), good[1..].to_owned()]
    {
        assert!(both(&validator, &memo, &other, &NoCutoffs, NOW_TIME).is_err(), "{other}");
    }
    assert_eq!(memo.borrow().len(), 1, "nothing that was refused is kept");
}

/// `(r, n - s)` is as good a signature as `(r, s)`: other bytes, the same token to every rule.
#[test]
fn the_twin_of_an_ecdsa_signature_meets_the_same_rules() {
    let signer = Signer::of(Algorithm::Es256);
    let (validator, memo) = (validator(Algorithm::Es256, &signer), memo(1 << 20));
    let good = signer.token(Algorithm::Es256, &claims(r#","jti":"a""#));
    let twin = twin_of(&good);
    assert_ne!(good, twin);
    let mut cutoffs = Cutoffs::local();
    assert!(both(&validator, &memo, &good, &cutoffs, NOW_TIME).is_ok());
    assert!(both(&validator, &memo, &twin, &cutoffs, NOW_TIME).is_ok());
    cutoffs.apply(Rule::revoked(Target::token_id("a"), Until::Never), NOW_TIME).unwrap();
    for token in [&good, &twin] {
        let no = both(&validator, &memo, token, &cutoffs, NOW_TIME).unwrap_err();
        assert_eq!(no.code(), Code::TokenRevoked);
    }
}

fn twin_of(token: &str) -> String {
    use base64::Engine as _;
    let order = b"\xff\xff\xff\xff\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\
                  \xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
    let (message, signature) = token.rsplit_once('.').unwrap();
    let mut signature = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut borrow = 0;
    for (s, n) in signature[32..].iter_mut().zip(order).rev() {
        let less = i16::from(*n) - i16::from(*s) - borrow;
        borrow = i16::from(less < 0);
        *s = less.rem_euclid(256) as u8;
    }
    format!("{message}.{}", encode(signature))
}

/// A cache that answers with whatever it has.
#[derive(Default)]
struct Liar(RefCell<Vec<Proven>>);

impl ProvenTokens for Liar {
    fn recall(&self, _: &str) -> Option<Proven> {
        self.0.borrow().first().cloned()
    }
    fn keep(&self, proven: Proven) {
        self.0.borrow_mut().push(proven);
    }
}

#[test]
fn a_cache_that_lies_changes_no_decision() {
    let own = validator(Algorithm::Hs256, &Signer::Secret);
    let liar = Liar::default();
    assert!(own.validate_with(&liar, &token(r#","scope":"admin""#), &NoCutoffs, NOW_TIME).is_ok());
    // As long as the one that it has: good, and forged.
    let staff = token(r#","scope":"staff""#);
    let forged = format!("{}AAAA", &staff[..staff.len() - 4]);
    for token in ["", "a.b.c", &token(""), &staff, &forged] {
        let _decided = both(&own, &liar, token, &NoCutoffs, NOW_TIME);
    }
    let other = validator(Algorithm::Es256, &Signer::of(Algorithm::Es256));
    let admin = token(r#","scope":"admin""#);
    let no = both(&other, &liar, &admin, &NoCutoffs, NOW_TIME).unwrap_err();
    assert_eq!(no.code(), Code::AlgorithmNotAllowed);
}

#[test]
fn memory_is_bounded_and_tokens_that_come_once_pass_through() {
    let counted = Counted::credulous();
    let (validator, memo) = (counted.validator(), memo(1 << 20));
    let hot: Vec<String> = (0..100).map(|number| numbered(usize::MAX - number)).collect();
    let ask = |token: &str| {
        assert!(validator.validate_with(&memo, token, &NoCutoffs, NOW_TIME).is_ok());
        let (len, bytes) = (memo.borrow().len(), memo.borrow().bytes());
        assert!(bytes <= 1 << 20, "{len} tokens, {bytes} bytes");
    };
    (0..2).for_each(|_| hot.iter().for_each(|token| ask(token)));
    // Each of the flood is asked for once; of the hundred, one after every ten of the flood.
    let mut checked = 0;
    for number in 0..signing::many() {
        ask(&numbered(number));
        if number % 10 == 0 {
            checked += counted.during(|| ask(&hot[number / 10 % hot.len()]));
        }
    }
    assert_eq!(checked, 0, "a token of the hundred was washed out");
    assert!(memo.borrow().len() > 200, "{:?}", memo.borrow());
}

#[test]
fn garbage_is_never_kept_and_displaces_nothing() {
    let counted = Counted::default();
    let (validator, memo, good) = (counted.validator(), memo(1 << 16), token(""));
    assert!(validator.validate_with(&memo, &good, &NoCutoffs, NOW_TIME).is_ok());
    let before = memo.borrow().bytes();
    for number in 0..signing::many() {
        // The same last bytes and the same length as the good one, so that it is found each time.
        let garbage = format!("{number:07}{}", &good[7..]);
        assert!(validator.validate_with(&memo, &garbage, &NoCutoffs, NOW_TIME).is_err());
    }
    assert_eq!((memo.borrow().len(), memo.borrow().bytes()), (1, before));
    let ask = || assert!(validator.validate_with(&memo, &good, &NoCutoffs, NOW_TIME).is_ok());
    assert_eq!(counted.during(ask), 0);
}

/// Equal prefixes do not matter; equal ends all lie in one place, as nobody without an issuer's key can
/// bring about. Even then no decision changes, and each is found.
#[test]
fn tokens_that_share_their_end_are_told_apart() {
    let counted = Counted::credulous();
    let (validator, memo) = (counted.validator(), memo(1 << 20));
    let tokens: Vec<String> = (0..200).map(|number| made_up(number, &[5; 32])).collect();
    for _ in 0..3 {
        for (number, token) in tokens.iter().enumerate() {
            let accepted = both(&validator, &memo, token, &NoCutoffs, NOW_TIME).unwrap();
            assert_eq!(accepted.token_id(), Some(&*number.to_string()));
        }
    }
    assert!(memo.borrow().len() > 100);
}

#[test]
fn a_memo_without_room_keeps_nothing_and_decides_the_same() {
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    for bytes in [0, 1, 1023, 1024, 4096] {
        let memo = memo(bytes);
        assert!(both(&validator, &memo, &token(""), &NoCutoffs, NOW_TIME).is_ok());
        assert!(memo.borrow().is_empty(), "{bytes}");
    }
    // One that is large beside the memo is not kept, and displaces nobody.
    let memo = memo(1 << 16);
    let large = token(&format!(r#","more":"{}""#, "x".repeat(8000)));
    assert!(both(&validator, &memo, &token(""), &NoCutoffs, NOW_TIME).is_ok());
    assert!(both(&validator, &memo, &large, &NoCutoffs, NOW_TIME).is_ok());
    assert_eq!(memo.borrow().len(), 1);
}

#[test]
fn a_cell_that_is_borrowed_remembers_nothing_meanwhile() {
    let (validator, memo) = (validator(Algorithm::Hs256, &Signer::Secret), memo(1 << 20));
    let borrowed = memo.borrow_mut();
    assert!(validator.validate_with(&memo, &token(""), &NoCutoffs, NOW_TIME).is_ok());
    assert!(borrowed.is_empty());
}

#[test]
fn nothing_of_a_token_is_shown() {
    let (validator, liar) = (validator(Algorithm::Hs256, &Signer::Secret), Liar::default());
    let good = token("");
    assert!(validator.validate_with(&liar, &good, &NoCutoffs, NOW_TIME).is_ok());
    let shown = format!("{:?} {:?}", liar.0.borrow()[0], memo(4096));
    assert!(!shown.contains(&good[..8]), "{shown}");
    assert_eq!(liar.0.borrow()[0].token(), good);
}

/// What may happen between two requests.
#[derive(Clone, Debug)]
enum Step {
    Ask(usize),
    Tampered(usize, usize),
    Pass(i64),
    Cut(usize),
    Revoke(usize),
    Lift(usize),
    Rotate(bool),
    Policy(bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..24_usize).prop_map(Step::Ask),
        2 => (0..24_usize, 0..400_usize).prop_map(|(token, place)| Step::Tampered(token, place)),
        2 => (1..120_i64).prop_map(Step::Pass),
        1 => (0..6_usize).prop_map(Step::Cut),
        1 => (0..24_usize).prop_map(Step::Revoke),
        1 => (0..24_usize).prop_map(Step::Lift),
        1 => any::<bool>().prop_map(Step::Rotate),
        1 => any::<bool>().prop_map(Step::Policy),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any requests, rules, rotations and changes of policy, over one memo that holds all, some or few
    /// of the tokens: each decision is the one without it.
    #[test]
    fn no_decision_differs_from_that_without_a_memo(
        steps in prop::collection::vec(step(), 1..120),
        bytes in prop::sample::select(vec![0, 40_000, 80_000, 1 << 20]),
    ) {
        let signers = [Signer::Secret, Signer::of(Algorithm::EdDsa)];
        let tokens: Vec<String> = (0..24).map(|number| {
            let (iat, exp) = (NOW - 10 * number, NOW + 40 * number);
            let payload = format!(
                r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"u{}","iat":{iat},"exp":{exp},"jti":"{number}"}}"#,
                number % 6,
            );
            match number % 2 {
                0 => signers[0].token(Algorithm::Hs256, &payload),
                _ => signers[1].token(Algorithm::EdDsa, &payload),
            }
        }).collect();
        let keys = |both: bool| {
            let own = signers[..=usize::from(both)].iter().map(|signer| signer.key("k"));
            KeySet::from_keys(own).unwrap()
        };
        let lenient = Validator::builder().issuer(ISSUER).audience(AUDIENCE)
            .algorithms([Algorithm::Hs256, Algorithm::EdDsa]).keys(keys(true)).build().unwrap();
        let strict = Validator::builder().issuer(ISSUER).audience(AUDIENCE)
            .algorithms([Algorithm::Hs256]).keys(keys(true)).build().unwrap();
        let (mut validator, mut cutoffs, mut now) = (lenient.clone(), Cutoffs::local(), NOW);
        let memo = memo(bytes);
        for step in steps {
            let time = UnixTime::from_secs(now);
            match step {
                Step::Ask(token) => {
                    let _decided = both(&validator, &memo, &tokens[token], &cutoffs, time);
                }
                Step::Tampered(token, place) => {
                    let mut bytes = tokens[token].clone().into_bytes();
                    let place = place % bytes.len();
                    bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
                    let tampered = String::from_utf8(bytes).unwrap();
                    let _decided = both(&validator, &memo, &tampered, &cutoffs, time);
                }
                Step::Pass(seconds) => now += seconds,
                Step::Cut(user) => {
                    let target = Target::subject(&format!("u{user}"));
                    let _change = cutoffs.apply(Rule::issued_before(target, time), time);
                }
                Step::Revoke(token) => {
                    let rule = Rule::revoked(Target::token_id(&token.to_string()), Until::Never);
                    let _change = cutoffs.apply(rule.with_id(&token.to_string()), time);
                }
                Step::Lift(token) => {
                    let _change = cutoffs.lift(&token.to_string());
                }
                Step::Rotate(both) => validator = validator.with_keys(keys(both)),
                Step::Policy(all) => validator = if all { lenient.clone() } else { strict.clone() },
            }
        }
    }
}
