//! Changes that come damaged, twice, in any order, or not at all.

use std::time::Duration;

use arbitrary::{Result, Unstructured};
use lowwater::Cutoffs;

use crate::given::{HS256, now};
use crate::made::{damage, state, token};
use crate::snapshot::{can_be_used, with_checksum};

fn replica() -> Cutoffs {
    Cutoffs::replica(Duration::from_secs(30), Duration::from_secs(300)).expect("two bounds")
}

fn follow(data: &[u8]) -> Result<()> {
    let from = &mut Unstructured::new(data);
    let mut authority = Cutoffs::local();
    let mut held = replica();
    if from.ratio(3, 4)? {
        held.load_snapshot(&authority.to_snapshot(now()), now()).expect("a whole snapshot");
    }
    for _ in 0..from.int_in_range(1..=4)? {
        authority = state(from, authority)?;
        let after = from.int_in_range(0..=authority.sequence())?;
        let Ok(good) = authority.delta_since(after, now()) else { continue };
        let mut bytes = good.clone();
        damage(from, &mut bytes)?;
        let repaired = from.ratio(1, 2)?;
        if repaired {
            with_checksum(&mut bytes);
        }
        let before = held.to_json_lines();
        match held.apply_delta(&bytes, now()) {
            Ok(_) => assert!(repaired || bytes == good, "damaged, and taken"),
            Err(_) => assert_eq!(held.to_json_lines(), before, "refused, and changed"),
        }
    }
    // Whole again, it refuses all that the authority refuses.
    if held.load_snapshot(&authority.to_snapshot(now()), now()).is_ok() {
        for _ in 0..2 {
            let token = token(from)?;
            let passes = HS256.validate(&token, &held, now()).is_ok();
            assert!(HS256.validate(&token, &authority, now()).is_ok() || !passes, "fewer rules");
        }
    }
    can_be_used(&held, replica(), from)
}

pub fn run(data: &[u8]) {
    // Too few bytes for all choices: nothing left to try.
    let _ = follow(data);
}
