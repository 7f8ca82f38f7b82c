//! Bytes that no writer writes, with a length and a checksum that fit, and states of no present.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod states;

use std::time::Duration;

use lowwater::{Cutoffs, Freshness, LoadError, Rule, Target, UnixTime};
use states::{NOW, NOW_TIME, replica, sealed};

#[test]
fn a_shape_holds_rules_and_a_time_can_be_written() {
    let (mut one, mut two) = (Cutoffs::local(), Cutoffs::local());
    for (state, targets) in [(&mut one, &["u1"][..]), (&mut two, &["u1", "s1"])] {
        for name in targets {
            let target = if *name == "u1" { Target::subject(name) } else { Target::session(name) };
            state.apply(Rule::suspended(target, true, 1), NOW_TIME).unwrap();
        }
    }
    let (one, two) = (one.to_snapshot(NOW_TIME), two.to_snapshot(NOW_TIME));
    let tail = &two[one.len() - 8..two.len() - 8];
    // The shape; that it has one rule; how long that is.
    let count = (1..tail.len() - 1)
        .find(|at| tail[*at] == 1 && usize::from(tail[at + 1]) == tail.len() - at - 2)
        .unwrap();
    let end = one.len() - 8 + count;
    let empty = sealed([&two[..end], &[0; 9]].concat());
    assert_eq!(Cutoffs::local().load_snapshot(&empty, NOW_TIME), Err(LoadError::Malformed));

    let last = UnixTime::from_secs(253_402_300_799);
    let mut state = Cutoffs::local();
    state.apply(Rule::issued_before(Target::everyone(), last), NOW_TIME).unwrap();
    let mut bytes = state.to_snapshot(NOW_TIME);
    assert!(Cutoffs::local().load_snapshot(&bytes, NOW_TIME).is_ok());
    let mut varint = Vec::new();
    let mut rest = 253_402_300_799_000_u64;
    while rest > 0 {
        varint.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
        rest >>= 7;
    }
    *varint.last_mut().unwrap() &= 0x7f;
    let place = bytes.windows(varint.len()).position(|window| window == varint).unwrap();
    bytes[place + varint.len() - 1] = 0x7f;
    let outcome = Cutoffs::local().load_snapshot(&sealed(bytes), NOW_TIME);
    assert_eq!(outcome, Err(LoadError::Malformed));
}

/// A whole second with milliseconds: no text could say it.
#[test]
fn a_second_is_whole() {
    let mut state = Cutoffs::local();
    let second = lowwater::At::Second(NOW - 5);
    state.apply(Rule::issued_before(Target::everyone(), second), NOW_TIME).unwrap();
    let mut bytes = state.to_snapshot(NOW_TIME);
    let millis = ((NOW - 5) * 1000).to_le_bytes();
    let place = bytes.windows(7).position(|window| window == &millis[..7]).unwrap();
    bytes[place] ^= 1;
    let outcome = Cutoffs::local().load_snapshot(&sealed(bytes), NOW_TIME);
    assert_eq!(outcome, Err(LoadError::Malformed));
}

/// Numbers that no authority counts, bytes behind the end, dimensions in another order.
#[test]
fn a_state_counts_as_authorities_do_and_ends_where_it_ends() {
    let mut state = Cutoffs::local();
    let both = Target::subject("x").and(Target::client("x"));
    state.apply(Rule::suspended(both, true, 1), NOW_TIME).unwrap();
    let snapshot = state.to_snapshot(NOW_TIME);
    let with = |bytes: &[u8], changes: &[(usize, u64)]| {
        let mut bytes = bytes.to_vec();
        for (place, value) in changes {
            bytes[*place..place + 8].copy_from_slice(&value.to_le_bytes());
        }
        Cutoffs::local().load_snapshot(&sealed(bytes), NOW_TIME)
    };
    let last = (1 << 53) - 1;
    assert_eq!(with(&snapshot, &[(32, last)]), Ok(1));
    assert_eq!(with(&snapshot, &[(32, last + 1)]), Err(LoadError::Malformed));
    assert_eq!(with(&snapshot, &[(32, u64::MAX)]), Err(LoadError::Malformed));
    assert_eq!(with(&snapshot, &[(24, 1)]), Err(LoadError::Malformed));
    let mut delta = state.delta_since(0, NOW_TIME).unwrap();
    delta[24..32].copy_from_slice(&9_u64.to_le_bytes());
    assert_eq!(replica().apply_delta(&sealed(delta), NOW_TIME), Err(LoadError::Malformed));
    let longer = [&snapshot[..], &[0]].concat();
    assert_eq!(with(&longer, &[]), Err(LoadError::Malformed));
    // Subject and client, two bytes behind their number.
    let place =
        snapshot.windows(3).skip(100).position(|own| own[0] == 2 && own[1] < own[2]).unwrap() + 100;
    let mut swapped = snapshot;
    swapped.swap(place + 1, place + 2);
    assert_eq!(with(&swapped, &[]), Err(LoadError::Malformed));
}

/// An authority that has forgotten all it knew, and has no run yet, still has another past than a replica.
#[test]
fn an_empty_state_with_a_past_is_another_run() {
    let mut authority = Cutoffs::local();
    authority.apply(Rule::suspended(Target::subject("u1"), true, 1), NOW_TIME).unwrap();
    let mut held = replica();
    held.load_snapshot(&authority.to_snapshot(NOW_TIME), NOW_TIME).unwrap();
    let mut other = Cutoffs::local();
    let text = format!("{{\"state\":{{\"sequence\":5,\"seen\":{NOW}}}}}\n");
    other.load_json_lines(&text).unwrap();
    let delta = other.delta_since(1, NOW_TIME).unwrap();
    assert_eq!(held.apply_delta(&delta, NOW_TIME), Err(LoadError::OtherRun));
    let mut lifting = Cutoffs::local();
    lifting.load_json_lines("{\"state\":{}}\n{\"lift\":\"a\"}\n").unwrap();
    let delta = lifting.delta_since(0, NOW_TIME).unwrap();
    assert_eq!(held.apply_delta(&delta, NOW_TIME), Err(LoadError::OtherRun));
    // One that never changed anything has nothing to tell, and is heard all the same.
    let delta = Cutoffs::local().delta_since(0, NOW_TIME).unwrap();
    assert!(held.apply_delta(&delta, NOW_TIME).is_ok());
}

#[test]
fn states_and_mistakes_have_words() {
    let ahead = Cutoffs::local().delta_since(7, NOW_TIME).unwrap_err();
    assert!(
        ahead.to_string().starts_with("changes after 7 were asked for, and this state is at 0")
    );
    let replica_tells = replica().delta_since(0, NOW_TIME).unwrap_err();
    assert!(replica_tells.to_string().contains("hand on a snapshot"));
    let words = [
        Freshness::Fresh,
        Freshness::Stale(Duration::ZERO),
        Freshness::Blind,
        Freshness::Expired(None),
    ];
    assert_eq!(words.map(Freshness::as_str), ["fresh", "stale", "blind", "expired"]);
    assert_eq!(words.map(|word| word.to_string()), ["fresh", "stale", "blind", "expired"]);
    let aged = Freshness::Expired(Some(Duration::from_secs(5)));
    assert_eq!(words.map(|word| word.age()), [None, Some(Duration::ZERO), None, None]);
    assert_eq!(aged.age(), Some(Duration::from_secs(5)));
    assert_eq!((ahead.code(), replica_tells.code()), ("sequence_ahead", "not_authority"));
}
