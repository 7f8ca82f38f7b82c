//! What the core alone takes, for `bench.mjs`: three lines say a policy, a key and a token; each further
//! line says how often to validate it, and is answered with the nanoseconds of one.
#![expect(clippy::print_stdout, reason = "it answers")]

use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead as _, stdin};
use std::time::Instant;

use lowwater::{Cutoffs, KeySet, Policy, Validator};
use lowwater_edge::{SharedCutoffs, now};

fn main() -> Result<(), Box<dyn Error>> {
    let mut lines = stdin().lock().lines();
    let mut line = || lines.next().ok_or("the input ended");
    let policy = Policy::from_json(&line()??)?;
    let keys = KeySet::read(line()??.as_bytes())?;
    let token = line()??;
    let validator = Validator::new(policy, keys);
    let cutoffs = SharedCutoffs::new(Cutoffs::local());
    while let Ok(count) = line() {
        let count: u32 = count?.parse()?;
        let start = Instant::now();
        for _ in 0..count {
            let answer = validator.validate(black_box(&token), &*cutoffs.current(), now());
            drop(black_box(answer).map_err(|no| no.message())?);
        }
        println!(
            "{}",
            start.elapsed().as_nanos().checked_div(u128::from(count)).unwrap_or_default()
        );
    }
    Ok(())
}
