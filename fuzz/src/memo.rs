//! Tokens that come again, under several policies and keys, while rules and time go on: with a memo every
//! answer is the answer without.

use std::cell::RefCell;
use std::sync::LazyLock;
use std::time::Duration;

use arbitrary::{Result, Unstructured};
use lowwater::{Algorithm, Cutoffs, KeySet, Memo, UnixTime, Validator};

use crate::given::{HS256, told};
use crate::made::{rule, time, token};
use crate::signing::{Signer, claims};

/// Another policy, and the same with another name of the key.
static OTHERS: LazyLock<[Validator; 2]> = LazyLock::new(|| {
    let keys = KeySet::from_keys([Signer::Secret.key("k")]).expect("a key");
    let lenient = Validator::builder()
        .any_issuer()
        .any_audience()
        .algorithms([Algorithm::Hs256])
        .keys(keys)
        .unbounded_lifetime()
        .accept_missing_exp()
        .accept_missing_iat()
        .max_session(Duration::from_secs(1000))
        .tenant_claim("a")
        .build()
        .expect("a policy");
    let renamed = KeySet::from_keys([Signer::Secret.key("x")]).expect("a key");
    let other = lenient.with_keys(renamed);
    [lenient, other]
});

fn ask(data: &[u8]) -> Result<()> {
    let from = &mut Unstructured::new(data);
    let bytes = *from.choose(&[1 << 20, 1 << 14, 1 << 16, 0])?;
    let memo = RefCell::new(Memo::new(bytes, [3; 16]));
    let mut rules = Cutoffs::local();
    let mut tokens = Vec::new();
    for _ in 0..from.int_in_range(1..=60)? {
        match from.int_in_range(0..=5)? {
            0 => tokens.push(token(from)?),
            // More than there is room for.
            4 => {
                for name in 0..from.int_in_range(0..=40)? {
                    let more = format!(r#","sub":"{name}""#);
                    tokens.push(Signer::Secret.token(Algorithm::Hs256, &claims(&more)));
                }
            }
            1 => drop(rules.apply(rule(from)?, UnixTime::from_millis(time(from)?))),
            _ => {}
        }
        let Some(token) = tokens.get(from.choose_index(tokens.len().max(1))?) else { continue };
        let validator = match from.int_in_range(0..=2)? {
            0 => &*HS256,
            1 => &OTHERS[0],
            _ => &OTHERS[1],
        };
        let now = UnixTime::from_millis(time(from)?);
        let plain = validator.validate(token, &rules, now);
        for _ in 0..2 {
            let known = validator.validate_with(&memo, token, &rules, now);
            assert_eq!(told(&known), told(&plain), "{token}");
            let (Ok(known), Ok(plain)) = (known, &plain) else { continue };
            assert_eq!(known.claims_json(), plain.claims_json());
            assert_eq!(known.header_json(), plain.header_json());
            assert_eq!(known.key_id(), plain.key_id());
            assert!(known.notes().eq(plain.notes()));
        }
        assert!(memo.borrow().bytes() <= bytes, "more than it was given");
    }
    Ok(())
}

pub fn run(data: &[u8]) {
    // Too few bytes for all choices: nothing left to try.
    let _ = ask(data);
}
