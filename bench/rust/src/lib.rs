//! What the benchmarks of Rust measure: lowwater, the raw primitives under it, and `jsonwebtoken`.
//!
//! `worker` measures time and is driven by `bench/all`; `instructions` counts what does not depend on the
//! machine's noise and is driven by `bench/instructions`.

pub mod fixture;
pub mod lowwater;
pub mod peer;
pub mod raw;
pub mod rules;

use std::collections::HashMap;

use fixture::{Case, Fixture, Sample};

/// Decides about one token: accepted or refused.
pub type Decide = Box<dyn Fn(&Sample) -> bool + Send + Sync>;

/// Whatever went wrong in making a contestant; a benchmark ends with it.
pub type Fault = Box<dyn std::error::Error>;

type Make = fn(&Case, &Fixture, &mut rules::Kept) -> Result<Decide, Fault>;

/// Everyone, by name.
pub fn contestants() -> HashMap<&'static str, Make> {
    HashMap::from([
        ("lowwater", lowwater::on_ring as Make),
        ("lowwater, aws-lc-rs", lowwater::on_aws_lc_rs),
        ("lowwater, memo", lowwater::with_memo),
        ("ring", raw::ring),
        ("aws-lc-rs", raw::aws_lc_rs),
        ("jsonwebtoken", peer::jsonwebtoken),
        ("read a key set", lowwater::read_keys),
    ])
}
