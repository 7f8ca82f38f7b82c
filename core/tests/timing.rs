//! Which byte of a MAC is wrong does not show in the time that a refusal takes: otherwise whoever may try
//! often finds a MAC byte by byte (RFC 2104 section 5 asks for as much; Kocher 1996 for why).
//!
//! After Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?" (2017): two classes in random
//! order, so that the noise of the machine is that of both, the slow end cut off, Welch's t of the rest. A
//! comparison that stops at the first wrong byte is measured by the same means, and has to show.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod backends;
mod signing;

use std::hint::black_box;
use std::time::Instant;

use backends::BACKENDS;
use lowwater::{Algorithm, Backend, InvalidSignature, KeyMaterial, KeySet, Ring, VerifySignature};
use ring::hmac;
use signing::{SECRET, Signer, claims, encode};

/// Pairs of measurements of one attempt.
const MEASUREMENTS: usize = 40_000;

/// The bound of the paper's tool for "leaks": chance alone gets there once in 10^22.
const SHOWS: f64 = 10.0;

/// A disturbance may look like a difference once; what the code does shows each time.
const ATTEMPTS: usize = 5;

/// What must not be done.
struct StopsAtTheFirst;

impl Backend for StopsAtTheFirst {
    fn prepare(&self, _: Algorithm, _: &KeyMaterial<'_>) -> Option<Box<dyn VerifySignature>> {
        struct Mac(hmac::Key);
        impl VerifySignature for Mac {
            fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
                let right = hmac::sign(&self.0, message);
                for (one, other) in right.as_ref().iter().zip(signature) {
                    if black_box(one) != black_box(other) {
                        return Err(InvalidSignature);
                    }
                }
                Ok(())
            }
        }
        Some(Box::new(Mac(hmac::Key::new(hmac::HMAC_SHA256, SECRET))))
    }

    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        Ring.sha256(data)
    }
}

/// A token of which one byte of the MAC is wrong.
fn wrong_at(place: usize) -> String {
    let token = Signer::Secret.token(Algorithm::Hs256, &claims(""));
    let (message, _) = token.rsplit_once('.').unwrap();
    let mut mac = Signer::Secret.signature(Algorithm::Hs256, message.as_bytes());
    mac[place] ^= 0x55;
    format!("{message}.{}", encode(mac))
}

/// Welch's t of the times of two tokens.
fn t(keys: &KeySet, tokens: &[String; 2], seed: u64) -> f64 {
    let mut times = [Vec::new(), Vec::new()];
    let (mut buffer, mut dice) = (String::with_capacity(tokens[0].len()), seed | 1);
    for _ in 0..MEASUREMENTS * 2 {
        // Xorshift (Marsaglia 2003).
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        let class = usize::from(dice & 1 == 1);
        // Both lie in the same place in memory.
        buffer.clear();
        buffer.push_str(&tokens[class]);
        let token = black_box(&*buffer);
        let start = Instant::now();
        let refused = keys.verify(token, [Algorithm::Hs256]).is_err();
        times[class].push(start.elapsed().as_nanos() as f64);
        assert!(refused);
    }
    let mut all: Vec<f64> = times.concat();
    all.sort_by(f64::total_cmp);
    let most = all[all.len() * 9 / 10];
    let [one, other] = times.map(|times| {
        let kept: Vec<f64> = times.into_iter().filter(|time| *time <= most).collect();
        let count = kept.len() as f64;
        let mean = kept.iter().sum::<f64>() / count;
        let squares: f64 = kept.iter().map(|time| (time - mean).powi(2)).sum();
        (mean, squares / (count - 1.0) / count)
    });
    (one.0 - other.0) / (one.1 + other.1).sqrt()
}

/// The t of one attempt after the other, while `again` says so.
fn attempts(backend: &dyn Backend, again: impl Fn(&[f64]) -> bool) -> Vec<f64> {
    let keys = KeySet::builder_with(backend).key(Signer::Secret.key("k")).unwrap().build().unwrap();
    let tokens = [wrong_at(0), wrong_at(31)];
    let mut seen: Vec<f64> = Vec::new();
    for number in 1..=ATTEMPTS as u64 {
        seen.push(t(&keys, &tokens, number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        if !again(&seen) {
            break;
        }
    }
    seen
}

/// Every attempt says so, and in the same direction.
fn shows(seen: &[f64]) -> bool {
    [-1.0, 1.0].iter().any(|sign| seen.iter().all(|t| t * sign > SHOWS))
}

#[test]
fn the_first_wrong_byte_of_a_mac_does_not_show_in_time() {
    let unseen = |seen: &[f64]| seen.iter().all(|t| *t > -SHOWS);
    let seen = attempts(&StopsAtTheFirst, unseen);
    println!("stops at the first wrong byte: {seen:.1?}");
    assert!(!unseen(&seen), "this test cannot see what it looks for: {seen:?}");
    for (name, backend) in BACKENDS {
        let seen = attempts(*backend, shows);
        println!("{name}: {seen:.1?}");
        assert!(!shows(&seen), "the first wrong byte shows with {name}: {seen:?}");
    }
}
