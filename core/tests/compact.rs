//! Compaction: a rule goes only if a broader one refuses all that it refuses, with the same remedy, and
//! cannot be lifted from under it.
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

use lowwater::{Cutoffs, Rule, Target, Until};
use states::{NOW, NOW_TIME, at};

fn user() -> Target {
    Target::subject("u1").at_issuer("https://a/")
}

/// What is left of a narrow and a broad rule.
#[track_caller]
fn goes(narrow: &Rule, broad: &Rule, goes: bool) {
    for rules in [[narrow, broad], [broad, narrow]] {
        let mut cutoffs = Cutoffs::local();
        for rule in rules {
            cutoffs.apply(rule.clone(), NOW_TIME).unwrap();
        }
        assert_eq!(cutoffs.compact(NOW_TIME), usize::from(goes));
        let left = if goes { vec![broad] } else { vec![narrow, broad] };
        assert!(
            cutoffs.len() == left.len() && left.iter().all(|rule| cutoffs.list().contains(rule))
        );
    }
}

#[test]
fn a_cutoff_goes_under_a_broader_one_that_is_as_late() {
    let narrow = Rule::issued_before(user(), at(-10));
    let broad = |target| Rule::issued_before(target, at(-10));
    for target in [Target::everyone(), Target::subject("u1"), Target::issuer("https://a/")] {
        goes(&narrow, &broad(target), true);
    }
    for target in [Target::subject("u2"), Target::issuer("https://b/"), Target::client("c")] {
        goes(&narrow, &broad(target), false);
    }
    goes(&narrow, &Rule::issued_before(Target::everyone(), at(-11)), false);
    goes(&narrow, &Rule::authenticated_before(Target::everyone(), at(-10)), false);
    // As late in one bound alone: a whole second reaches to its end.
    let second = lowwater::At::Second(NOW - 10);
    goes(&Rule::issued_before(user(), second), &broad(Target::everyone()), false);
    goes(&narrow, &Rule::issued_before(Target::everyone(), second), true);
}

#[test]
fn a_cutoff_stays_under_one_that_says_wait() {
    let narrow = Rule::issued_before(user(), at(-10));
    goes(&narrow, &Rule::issued_before(Target::everyone(), at(0)), true);
    goes(&narrow, &Rule::issued_before(Target::everyone(), at(1)), false);
}

#[test]
fn nothing_can_be_lifted_from_under_it() {
    let narrow = Rule::issued_before(user(), at(-10)).with_id("a");
    let broad = || Rule::issued_before(Target::everyone(), at(-10));
    goes(&narrow, &broad(), true);
    goes(&narrow, &broad().with_id("a"), true);
    goes(&narrow, &broad().with_id("b"), false);
}

#[test]
fn the_broader_one_excepts_no_more() {
    let narrow = || Rule::issued_before(user(), at(-10));
    let broad = || Rule::issued_before(Target::everyone(), at(-10)).except_session("s1");
    goes(&narrow(), &broad(), false);
    goes(&narrow().except_session("s1"), &broad(), true);
    goes(&narrow().except_session("s1").except_token_id("t"), &broad(), true);
    goes(&narrow().except_token_id("s1"), &broad(), false);
}

/// A client's own token is exempt from a login cutoff that does not name the client.
#[test]
fn a_login_cutoff_of_a_client_stays_under_one_of_none() {
    let broad = |target| Rule::authenticated_before(target, at(-10));
    let of_client = broad(user().and(Target::client("c")));
    goes(&broad(user()), &broad(Target::everyone()), true);
    goes(&of_client, &broad(Target::everyone()), false);
    goes(&of_client, &broad(user()), false);
    goes(&of_client, &broad(Target::client("c")), true);
    let second = Rule::authenticated_before(user(), lowwater::At::Second(NOW - 10));
    goes(&second, &broad(Target::everyone()), false);
}

#[test]
fn tombstones_and_suspensions_stay() {
    let narrow = Rule::revoked(user(), Until::Never);
    goes(&narrow, &Rule::revoked(Target::everyone(), Until::Never), false);
    let narrow = Rule::suspended(user(), true, 1);
    goes(&narrow, &Rule::suspended(Target::everyone(), true, 1), false);
}

/// All that is held for a target and for those that include it in part.
#[test]
fn what_holds_for_a_target_is_found() {
    let mut cutoffs = Cutoffs::local();
    let rules = [
        Rule::issued_before(user(), at(-10)),
        Rule::issued_before(Target::subject("u1"), at(-10)),
        Rule::issued_before(Target::everyone(), at(-10)),
        Rule::issued_before(Target::subject("u2"), at(-10)),
    ];
    for rule in &rules {
        cutoffs.apply(rule.clone(), NOW_TIME).unwrap();
    }
    let found = |target: &Target| {
        let found = cutoffs.find(target);
        rules.iter().map(|rule| found.contains(rule)).collect::<Vec<_>>()
    };
    assert_eq!(found(&user()), [true, true, true, false]);
    assert_eq!(found(&Target::subject("u2")), [false, false, true, true]);
    // And for a target that says more.
    assert_eq!(found(&Target::subject("u1")), [true, true, true, false]);
}
