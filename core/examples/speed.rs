//! How long a validation takes: what the benchmarks of the other languages set beside their own figure,
//! in the same run. Reads lines of `policy TAB jwks TAB token TAB seconds TAB count` and answers each with
//! the nanoseconds of one validation, without rules, on the library that the packages carry.
//!
//! `cargo run --release -p lowwater --features aws-lc-rs --example speed`
#![expect(clippy::print_stdout, clippy::arithmetic_side_effects, reason = "it measures and prints")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use lowwater::{AwsLc, KeySet, NoCutoffs, Policy, UnixTime, Validator};

fn main() -> Result<(), Box<dyn Error>> {
    for line in std::io::stdin().lines() {
        let line = line?;
        let mut fields = line.split('\t');
        let mut field = || fields.next().ok_or("policy, jwks, token, seconds, count");
        let policy = Policy::from_json(field()?)?;
        let keys = KeySet::builder_with(&AwsLc::new()).jwks(field()?)?.build()?;
        let validator = Validator::new(policy, keys);
        let (token, now) = (field()?, UnixTime::from_secs(field()?.parse()?));
        let count: u32 = field()?.parse()?;
        let start = Instant::now();
        for _ in 0..count {
            let _accepted = black_box(validator.validate(black_box(token), &NoCutoffs, now)?);
        }
        println!("{}", start.elapsed().as_nanos() / u128::from(count.max(1)));
    }
    Ok(())
}
