//! A snapshot that was damaged, or any bytes in place of one.

use arbitrary::{Result, Unstructured};
use lowwater::{Cutoffs, Freshness, Index, UnixTime};
use siphasher::sip::SipHasher13;

use crate::given::{HS256, now, told};
use crate::made::{Choices, damage, state, token};
use crate::signing::NOW;

/// The checksum is no secret: whoever writes the file can make it fit.
pub fn with_checksum(bytes: &mut [u8]) {
    if let Some((body, sum)) = bytes.split_last_chunk_mut::<8>() {
        *sum = SipHasher13::new_with_key(&[0; 16]).hash(body).to_le_bytes();
    }
}

/// Whatever was loaded can be asked, listed and written, and what was written is read again. `empty`: a state
/// of its kind.
pub fn can_be_used(state: &Cutoffs, empty: Cutoffs, from: &mut Choices<'_>) -> Result<()> {
    let lines = state.to_json_lines();
    let mut copy = empty;
    assert_eq!(copy.load_json_lines(&lines), Ok(state.len()), "{lines}");
    assert_eq!(copy.to_json_lines(), lines);
    let bytes = state.to_index([7; 16], now());
    // Of a replica that was never loaded there is none to ask.
    let index = match state.freshness(now()) {
        Freshness::Fresh | Freshness::Stale(_) => Some(Index::local(&bytes).expect("an index")),
        _ => None,
    };
    for _ in 0..2 {
        let token = token(from)?;
        let live = HS256.validate(&token, state, now());
        let back = HS256.validate(&token, &copy, now());
        // A time that was not believed is not written: "never loaded" then, and refused like before.
        match state.freshness(now()) {
            Freshness::Expired(None) => {
                let code = |no: lowwater::Rejection| no.code();
                assert_eq!(
                    back.map(drop).map_err(code),
                    live.as_ref().map(drop).map_err(|no| no.code())
                );
            }
            _ => assert_eq!(told(&back), told(&live), "{lines}"),
        }
        if let Some(index) = &index {
            assert_eq!(told(&HS256.validate(&token, index, now())), told(&live), "{lines}");
        }
        let _ = HS256.explain(&token, state, now()).to_json();
    }
    Ok(())
}

fn load(data: &[u8]) -> Result<()> {
    let from = &mut Unstructured::new(data);
    let held = state(from, Cutoffs::local())?;
    let before = held.to_json_lines();
    let repaired = from.ratio(3, 4)?;
    let written = state(from, Cutoffs::local())?;
    let good = written.to_snapshot(now());
    let mut bytes = match from.ratio(1, 8)? {
        true => from.bytes(from.len() / 2)?.to_vec(),
        false => good.clone(),
    };
    damage(from, &mut bytes)?;
    if repaired {
        with_checksum(&mut bytes);
    }
    // What was lifted here stays lifted, and a later version of a suspension counts, whoever else has what.
    let mut both = held.clone();
    let room = both.merge(&written);
    let mut loaded = held;
    // A clock at 1970 takes what it is given, and one at the end of time does.
    let clock = *from.choose(&[NOW, 0, 253_402_300_799])?;
    match loaded.load_snapshot(&bytes, UnixTime::from_secs(clock)) {
        Ok(_) => assert!(repaired || bytes == good, "damaged, and taken"),
        Err(_) => {
            assert_eq!(loaded.to_json_lines(), before, "refused, and changed");
            return Ok(());
        }
    }
    if bytes == good && room.is_ok() {
        for _ in 0..2 {
            let token = token(from)?;
            let passes = HS256.validate(&token, &loaded, now()).map(drop);
            assert_eq!(told(&passes), told(&HS256.validate(&token, &both, now())), "{before}");
        }
    }
    can_be_used(&loaded, Cutoffs::local(), from)
}

pub fn run(data: &[u8]) {
    // Too few bytes for all choices: nothing left to try.
    let _ = load(data);
}
