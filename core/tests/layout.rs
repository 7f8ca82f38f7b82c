//! The written forms are as they were: what one version wrote, the next one reads. Where one of these sums
//! changes, the version of the layout has to be raised, and the old one read all the same.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod states;

use std::time::Duration;

use lowwater::{At, Cutoffs, Rule, Target, UnixTime, Until};
use states::{NOW, NOW_TIME, at};

/// Every kind of rule, dimension and value, alone and several of one target, near and far in time.
fn state() -> Cutoffs {
    let mut state = Cutoffs::local().with_hash_key([5; 16]);
    let mut apply = |rule: Rule| state.apply(rule, NOW_TIME).map(|_| ()).unwrap();
    for length in 0..150 {
        let user = "u".repeat(length);
        apply(Rule::issued_before(Target::subject(&user), At::Second(NOW - 5)));
        let far = UnixTime::from_millis(1_234_567_890 * i64::try_from(length).unwrap());
        apply(Rule::authenticated_before(Target::session(&user), far));
        apply(Rule::revoked(
            Target::token_id(&user),
            if length % 2 == 0 { Until::Never } else { Until::Time(far) },
        ));
        apply(Rule::suspended(Target::client(&user), length % 3 > 0, 7));
        apply(Rule::issued_before(
            Target::device(&*user),
            if length % 2 == 0 { At::Second(5) } else { At::Second(NOW) },
        ));
    }
    for value in [-1, 0, 1, 9_007_199_254_740_991] {
        apply(Rule::issued_before(Target::tenant(value), at(-3)));
    }
    let both =
        |one: &str, other: bool| Target::claim("roles", one).and(Target::claim("groups", other));
    apply(
        Rule::revoked(both("admin", true), at(60))
            .with_id("a")
            .with_reason("phone \"lost\" \u{e9}"),
    );
    apply(Rule::suspended(both("admin", false), true, 1));
    let user = || Target::subject("u1").at_issuer("https://a/");
    apply(Rule::issued_before(user(), at(-7)).skew_guard(Duration::from_millis(1500)).with_id("b"));
    apply(
        Rule::issued_before(user(), at(-8)).except_session("s1").except_token_id("t1").with_id("c"),
    );
    apply(
        Rule::authenticated_before(user(), At::Second(NOW - 9)).except_session("s2").with_id("d"),
    );
    apply(Rule::authenticated_before(user(), At::Second(NOW - 8)).with_id("e"));
    apply(Rule::revoked(user(), at(50)));
    apply(Rule::suspended(user(), true, 2));
    apply(Rule::issued_before(Target::key_id("k"), at(1_000_000)));
    apply(Rule::revoked(Target::confirmation("thumb"), Until::Never));
    apply(Rule::issued_before(Target::everyone(), UnixTime::from_secs(0)));
    state.lift("gone");
    state
}

fn sum(bytes: &[u8]) -> u64 {
    siphasher::sip::SipHasher13::new_with_key(&[0; 16]).hash(bytes)
}

#[test]
fn written_forms_stay_as_they_are() {
    let state = state();
    let snapshot = state.to_snapshot(NOW_TIME);
    let delta = state.delta_since(700, NOW_TIME).unwrap();
    let sums = [
        sum(&state.to_index([7; 16], NOW_TIME)),
        sum(&snapshot),
        sum(&delta),
        sum(state.to_json_lines().as_bytes()),
    ];
    assert_eq!(
        sums.map(|sum| format!("{sum:016x}")),
        ["d518126e98291baa", "91ceb4700671f686", "3513f7dc24780d5e", "65f9202a55895e2b"]
    );
    // And each comes back as it was.
    let mut read = Cutoffs::local();
    read.load_snapshot(&snapshot, NOW_TIME).unwrap();
    assert_eq!(read.list(), state.list());
}
