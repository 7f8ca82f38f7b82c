//! States of rules around one instant, and the bytes that they are written as.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "each test binary includes it and uses its own part"
)]

use std::time::Duration;

use lowwater::{Cutoffs, Rule, UnixTime};

/// 2023-11-14T22:13:20Z, the time of every test.
pub const NOW: i64 = 1_700_000_000;
pub const NOW_TIME: UnixTime = UnixTime::from_secs(NOW);

pub fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(NOW + seconds)
}

pub fn holding(rules: impl IntoIterator<Item = Rule>) -> Cutoffs {
    let mut cutoffs = Cutoffs::local();
    for rule in rules {
        cutoffs.apply(rule, NOW_TIME).unwrap();
    }
    cutoffs
}

pub fn replica() -> Cutoffs {
    Cutoffs::replica(Duration::from_secs(30), Duration::from_secs(300)).unwrap()
}

/// With a length and a checksum that fit. Neither is a secret: whoever writes the file can make them fit.
pub fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let (length, end) = (bytes.len() as u64, bytes.len() - 8);
    bytes[16..24].copy_from_slice(&length.to_le_bytes());
    let sum = siphasher::sip::SipHasher13::new_with_key(&[0; 16]).hash(&bytes[..end]);
    bytes[end..].copy_from_slice(&sum.to_le_bytes());
    bytes
}
