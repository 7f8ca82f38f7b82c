//! An index that was damaged: it opens or not, and where it answers it lets nothing pass that the rules
//! refuse.

use arbitrary::{Result, Unstructured};
use lowwater::{Cutoffs, Freshness, Index, UnixTime};
use siphasher::sip::SipHasher13;

use crate::given::{HS256, now, told};
use crate::made::{damage, state, time, token};

/// Where the header says that it ends; behind it stands its checksum, by the secret that stands in it.
fn with_checksum(bytes: &mut [u8]) -> Option<()> {
    let secret: [u8; 16] = bytes.get(24..40)?.try_into().ok()?;
    let end = u64::from_le_bytes(bytes.get(120..128)?.try_into().ok()?);
    let (header, behind) = bytes.split_at_mut_checked(usize::try_from(end).ok()?)?;
    let sum = SipHasher13::new_with_key(&secret).hash(header);
    behind.get_mut(..8)?.copy_from_slice(&sum.to_le_bytes());
    Some(())
}

fn ask(data: &[u8]) -> Result<()> {
    let from = &mut Unstructured::new(data);
    let live = state(from, Cutoffs::local())?;
    let good = live.to_index([9; 16], now());
    let repaired = from.ratio(1, 2)?;
    let mut bytes = good.clone();
    if from.ratio(1, 16)? {
        bytes = from.bytes(from.len() / 2)?.to_vec();
    }
    damage(from, &mut bytes)?;
    if repaired {
        let _ = with_checksum(&mut bytes);
    }
    let Ok(index) = Index::local(&bytes) else {
        assert_ne!(bytes, good);
        return Ok(());
    };
    let sound = index.check_all().is_ok();
    assert_eq!(index.freshness(now()), Freshness::Fresh, "of this process");
    let shapes = index.targets();
    assert!(bytes != good || shapes <= live.len() as u64);
    assert!(sound || bytes != good);
    for _ in 0..4 {
        let token = token(from)?;
        let now = UnixTime::from_millis(time(from)?);
        let (flat, rules) =
            (HS256.validate(&token, &index, now), HS256.validate(&token, &live, now));
        assert!(bytes != good || told(&flat) == told(&rules));
        // Written by another hand it says what that hand wrote; damaged, never less than was written.
        assert!(repaired || flat.is_err() || rules.is_ok(), "lets pass what is refused");
        let _ = HS256.explain(&token, &index, now).to_json();
    }
    Ok(())
}

pub fn run(data: &[u8]) {
    // Too few bytes for all choices: nothing left to try.
    let _ = ask(data);
}
