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
    clippy::unreachable,
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

/// Well above the 4.5 of the paper, for a busy machine: there a comparison that stops early has 9 to 35 with as
/// many measurements, the libraries' own up to 6.
const SHOWS: f64 = 8.0;

/// A disturbance may look like a difference once, or hide one; what the code does shows in most.
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

/// Does it show in most attempts, and each time in the same direction?
fn shows(name: &str, backend: &dyn Backend) -> bool {
    let keys = KeySet::builder_with(backend).key(Signer::Secret.key("k")).unwrap().build().unwrap();
    let tokens = [wrong_at(0), wrong_at(31)];
    let mut seen: Vec<f64> = Vec::new();
    let above = |seen: &[f64], sign: f64| seen.iter().filter(|t| *t * sign > SHOWS).count();
    for number in 1..=ATTEMPTS {
        seen.push(t(&keys, &tokens, (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let most = above(&seen, 1.0).max(above(&seen, -1.0));
        if most > ATTEMPTS / 2 || most + ATTEMPTS - number <= ATTEMPTS / 2 {
            println!("{name}: {seen:.1?}");
            return most > ATTEMPTS / 2;
        }
    }
    unreachable!("after the last attempt one of the two holds");
}

#[test]
fn the_first_wrong_byte_of_a_mac_does_not_show_in_time() {
    let control = shows("stops at the first wrong byte", &StopsAtTheFirst);
    assert!(control, "this test cannot see what it looks for");
    for (name, backend) in BACKENDS {
        assert!(!shows(name, *backend), "the first wrong byte shows with {name}");
    }
}
