//! The library against a naive model of its rules, over sequences of what can happen to a state: the
//! model forgets nothing, indexes nothing and writes nothing, so each of these has to be told apart by
//! no decision. `LOWWATER_SEQUENCES` sets how many sequences are tried.
#![allow(
    missing_docs,
    unreachable_pub,
    missing_debug_implementations,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

#[path = "model/mod.rs"]
mod naive;
mod signing;

use naive::replicated::Replicated;
use naive::world::{Step, World};
use proptest::prelude::*;

/// Some choices of what happens, then some of who asks.
fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let asks = prop::collection::vec(prop::array::uniform32(any::<u8>()), 0..6);
    let step = (prop::array::uniform32(any::<u8>()), asks);
    prop::collection::vec(step.prop_map(|(what, asks)| Step { what, asks }), 1..most)
}

fn sequences() -> u32 {
    match std::env::var("LOWWATER_SEQUENCES") {
        Ok(number) => number.parse().expect("LOWWATER_SEQUENCES is a number"),
        Err(_) => 5000,
    }
}

/// Sequences are long, and a short one is worth waiting for.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        max_shrink_iters: 20_000,
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

proptest! {
    #![proptest_config(config(sequences()))]

    /// Whatever happens to a state, it decides as the model does that never forgets.
    #[test]
    fn decides_as_a_model_that_never_forgets(
        start in prop::array::uniform8(any::<u8>()),
        steps in steps(20),
    ) {
        let mut world = World::new(&start);
        for step in &steps {
            if let Err(difference) = world.take(step) {
                prop_assert!(false, "{difference}\n{world}");
            }
        }
    }
}

proptest! {
    #![proptest_config(config(sequences() / 5))]

    /// Changes that come in any order, some of them never and some twice.
    #[test]
    fn a_replica_decides_by_what_came(
        start in prop::array::uniform8(any::<u8>()),
        steps in steps(20),
    ) {
        let mut pair = Replicated::new(&start);
        for step in &steps {
            if let Err(difference) = pair.take(step) {
                prop_assert!(false, "{difference}\n{pair}");
            }
        }
        if let Err(difference) = pair.deliver_everything() {
            prop_assert!(false, "{difference}\n{pair}");
        }
    }
}
