//! The rules as a join-semilattice: order and repetition mean nothing, and a set of rules refuses exactly
//! what any of them refuses.
#![allow(
    missing_docs,
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

mod signing;
mod states;

use std::time::Duration;

use lowwater::{
    Algorithm, At, Code, Cutoffs, KeySet, LoadError, Rejection, Remedy, Rule, SameSecond, Target,
    UnixTime, Until, Validator,
};
use proptest::prelude::*;
use signing::{AUDIENCE, ISSUER, NOW, Signer};
use states::{NOW_TIME, holding};

/// Seconds and milliseconds about [`NOW`], so that rounding matters.
fn time() -> impl Strategy<Value = At> {
    prop_oneof![
        (NOW - 3..NOW + 3).prop_map(At::Second),
        (NOW * 1000 - 3000..NOW * 1000 + 3000).prop_map(At::Millis),
    ]
}

fn target() -> impl Strategy<Value = Target> {
    prop::sample::select(vec![
        Target::everyone(),
        Target::subject("u1"),
        Target::subject("u2"),
        Target::subject("u1").at_issuer(ISSUER),
        Target::client("c1"),
        Target::session("s1"),
        Target::claim("roles", "admin"),
        Target::claim("roles", 5).and(Target::subject("u1")),
    ])
}

fn rule() -> impl Strategy<Value = Rule> {
    let except = prop::option::weighted(0.4, prop::sample::select(vec!["s1", "s2"]));
    let id = prop::option::of(prop::sample::select(vec!["a", "b"]));
    let guard = prop::sample::select(vec![0, 1, 700, 1000]);
    (target(), 0..4, time(), except, guard, id).prop_map(
        |(target, kind, time, except, guard, id)| {
            let millis = match time {
                At::Millis(millis) => millis,
                At::Second(second) => second * 1000,
            };
            let rule = match kind {
                0 => Rule::issued_before(target, time),
                1 => Rule::authenticated_before(target, time),
                2 => Rule::revoked(target, Until::Time(UnixTime::from_millis(millis))),
                _ => Rule::suspended(target, millis % 2 == 0, millis.unsigned_abs() % 3),
            };
            let rule = if kind < 2 { rule.skew_guard(Duration::from_millis(guard)) } else { rule };
            let rule = match except.filter(|_| kind < 2) {
                Some("s1") => rule.except_session("s1"),
                Some(_) => rule.except_token_id("t1"),
                None => rule,
            };
            if let Some(id) = id { rule.with_id(id) } else { rule }
        },
    )
}

fn token() -> impl Strategy<Value = String> {
    let claim = |name: &'static str, values: Vec<&'static str>| {
        prop::option::of(prop::sample::select(values)).prop_map(move |value| {
            value.map(|value| format!(",{name:?}:{value}")).unwrap_or_default()
        })
    };
    let stamp = || {
        prop_oneof![
            (NOW - 3..NOW + 2).prop_map(|seconds| seconds.to_string()),
            (NOW - 3..NOW + 2, 0..1000).prop_map(|(whole, part)| format!("{whole}.{part:03}")),
            (NOW - 3..NOW + 2, 0..10).prop_map(|(whole, part)| format!("{whole}.{part}")),
        ]
    };
    let login = prop::option::of(stamp());
    (
        stamp(),
        login,
        claim("sub", vec!["\"u1\"", "\"u2\"", "\"c1\""]),
        claim("client_id", vec!["\"c1\"", "\"c2\""]),
        claim("sid", vec!["\"s1\"", "\"s2\""]),
        claim("jti", vec!["\"t1\""]),
        claim("roles", vec!["[\"admin\",5]", "5", "\"admin\"", "[[5]]"]),
    )
        .prop_map(|(iat, login, sub, client, sid, jti, roles)| {
            let login = login.map(|login| format!(",\"auth_time\":{login}")).unwrap_or_default();
            format!(
                r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","iat":{iat},"exp":{}{login}{sub}{client}{sid}{jti}{roles}}}"#,
                NOW + 600
            )
        })
}

fn validators() -> [Validator; 2] {
    [SameSecond::Refuse, SameSecond::Accept].map(|same_second| {
        Validator::builder()
            .issuer(ISSUER)
            .audience(AUDIENCE)
            .algorithms([Algorithm::Hs256])
            .keys(KeySet::from_keys([Signer::Secret.key("k")]).unwrap())
            .same_second(same_second)
            .leeway(Duration::from_secs(1))
            .build()
            .unwrap()
    })
}

/// All that a state says, without how often it changed on the way there.
fn content(state: &Cutoffs) -> String {
    let text = state.to_json_lines();
    text.replace(&format!("\"sequence\":{},", state.sequence()), "")
}

fn answer(
    decided: Result<lowwater::Accepted, Rejection>,
) -> Option<(Code, Remedy, Option<u32>, Option<String>)> {
    decided.err().map(|no| (no.code(), no.remedy(), no.retry_after(), no.www_authenticate()))
}

/// Suspensions do not add up: of one target the highest version counts.
fn is_suspension(rule: &Rule) -> bool {
    format!("{rule:?}").contains("Suspended")
}

fn is_tombstone(rule: &Rule) -> bool {
    format!("{rule:?}").contains("Revoked")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn order_and_repetition_mean_nothing(
        rules in prop::collection::vec(rule(), 0..7),
        order in any::<prop::sample::Index>(),
        payload in token(),
        now in -2000i64..4000,
    ) {
        let token = Signer::Secret.token(Algorithm::Hs256, &payload);
        let now = UnixTime::from_millis(NOW * 1000 + now);
        let mut turned = rules.clone();
        if !rules.is_empty() {
            turned.rotate_left(order.index(rules.len()));
        }
        let turned: Vec<Rule> = turned.iter().rev().chain(&rules).cloned().collect();
        let (one, other) = (holding(rules), holding(turned));
        prop_assert_eq!(one.len(), other.len());
        for validator in validators() {
            let first = answer(validator.validate(&token, &one, now));
            prop_assert_eq!(&first, &answer(validator.validate(&token, &other, now)));
        }
    }

    #[test]
    fn a_set_refuses_what_any_of_its_rules_refuses(
        rules in prop::collection::vec(rule(), 0..7),
        payload in token(),
        now in -2000i64..4000,
    ) {
        let token = Signer::Secret.token(Algorithm::Hs256, &payload);
        let now = UnixTime::from_millis(NOW * 1000 + now);
        let rules: Vec<Rule> = rules.into_iter().filter(|rule| !is_suspension(rule)).collect();
        let all = holding(rules.clone());
        for validator in validators() {
            let any = rules.iter().any(|rule| {
                validator.validate(&token, &holding([rule.clone()]), now).is_err()
            });
            let refused = validator.validate(&token, &Cutoffs::local(), now).is_err() || any;
            prop_assert_eq!(validator.validate(&token, &all, now).is_err(), refused);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// What is written and read back is the same state, to the letter, and decides the same.
    #[test]
    fn a_state_comes_back_from_text_as_it_was(
        rules in prop::collection::vec(rule(), 0..7),
        lifted in prop::option::weighted(0.3, prop::sample::select(vec!["a", "c"])),
        pruned in prop::option::weighted(0.3, 0i64..200_000),
        payload in token(),
    ) {
        let mut state = holding(rules);
        lifted.map(|id| state.lift(id));
        let [validator, _] = validators();
        if let Some(later) = pruned {
            state.prune(UnixTime::from_secs(NOW + later), validator.retention()).unwrap();
        }
        let text = state.to_json_lines();
        let mut copy = Cutoffs::local();
        prop_assert_eq!(copy.load_json_lines(&text).unwrap(), state.len());
        prop_assert_eq!(copy.to_json_lines(), text);
        let token = Signer::Secret.token(Algorithm::Hs256, &payload);
        for validator in validators() {
            let was = answer(validator.validate(&token, &state, NOW_TIME));
            prop_assert_eq!(was, answer(validator.validate(&token, &copy, NOW_TIME)));
        }
        for rule in state.list() {
            prop_assert_eq!(&Rule::from_json(&rule.to_json()).unwrap(), &rule);
        }
    }

    /// Merging is idempotent, commutative and associative, and so is what follows from it.
    #[test]
    fn states_merge_as_a_semilattice(
        one in prop::collection::vec(rule(), 0..5),
        two in prop::collection::vec(rule(), 0..5),
        three in prop::collection::vec(rule(), 0..5),
        lifted in prop::option::weighted(0.3, prop::sample::select(vec!["a", "b"])),
    ) {
        let (one, mut two, three) = (holding(one), holding(two), holding(three));
        lifted.map(|id| two.lift(id));
        let merged = |states: &[&Cutoffs]| {
            let mut all = Cutoffs::local();
            for state in states {
                all.merge(state).unwrap();
            }
            content(&all)
        };
        let all = merged(&[&one, &two, &three]);
        prop_assert_eq!(&all, &merged(&[&three, &one, &two]));
        prop_assert_eq!(&all, &merged(&[&two, &two, &one, &three, &one]));
        let mut right = two.clone();
        right.merge(&three).unwrap();
        prop_assert_eq!(&all, &merged(&[&one, &right]));
    }

    /// At any time not before the prune every decision is as without it; before that, no refusal
    /// becomes an acceptance.
    #[test]
    fn pruning_brings_no_token_back(
        rules in prop::collection::vec(rule(), 0..5),
        payload in token(),
        tombstone in prop::option::of(target()),
        pruned in 0i64..3000,
        asked in 0i64..3000,
        lifetime in 300u64..1200,
    ) {
        let token = Signer::Secret.token(Algorithm::Hs256, &payload);
        // A tombstone ends no earlier than the last token that it names: that is what `until` means.
        let mut rules: Vec<Rule> = rules.into_iter().filter(|rule| !is_tombstone(rule)).collect();
        rules.extend(tombstone.map(|target| Rule::revoked(target, UnixTime::from_secs(NOW + 600))));
        let state = holding(rules);
        let validator = Validator::builder()
            .issuer(ISSUER)
            .audience(AUDIENCE)
            .algorithms([Algorithm::Hs256])
            .keys(KeySet::from_keys([Signer::Secret.key("k")]).unwrap())
            .max_lifetime(Duration::from_secs(lifetime))
            .max_session(Duration::from_secs(1000))
            .build()
            .unwrap();
        let mut less = state.clone();
        less.prune(UnixTime::from_secs(NOW + pruned), validator.retention()).unwrap();
        let asked_at = UnixTime::from_secs(NOW + asked);
        let before = validator.validate(&token, &state, asked_at).is_ok();
        let after = validator.validate(&token, &less, asked_at).is_ok();
        prop_assert!(before || !after, "brought back");
        if asked >= pruned {
            prop_assert_eq!(before, after);
        }
    }
}

#[test]
fn a_bad_line_loads_nothing_and_says_where() {
    let mut state = holding([Rule::issued_before(Target::subject("u1"), NOW_TIME)]);
    let before = state.to_json_lines();
    let other = holding([Rule::issued_before(Target::subject("u2"), NOW_TIME)]).to_json_lines();
    for bad in ["{", "{\"rule\":\"x\"}", "{\"lift\":5}", "", "{\"state\":{}}", "null"] {
        let error = state.load_json_lines(&format!("{other}{bad}\n{other}")).unwrap_err();
        assert!(matches!(error, LoadError::Line { line: 3, .. }), "{bad}: {error}");
        assert_eq!(state.to_json_lines(), before);
    }
    assert!(state.load_json_lines("").is_err(), "a lost file is no state without rules");
    assert!(state.load_json_lines("{\"lift\":\"a\"}").is_err());
    assert!(state.load_json_lines("{\"state\":{\"flor\":5}}").is_err());
    for first in ["{\"stat\":{}}", "{\"state\":{},\"lines\":0}"] {
        let error = state.load_json_lines(first).unwrap_err().to_string();
        assert!(error.contains("the first line of a state is"), "{error}");
    }
    assert!(state.load_json_lines("{\"state\":{\"floor\":5.0001}}").is_err());
}

/// One mistyped year does not lock everyone out for ever, and what was asked for stays on record.
#[test]
fn a_clamped_rule_comes_back_clamped() {
    let far = At::Second(NOW + 1_000_000);
    let state = holding([Rule::issued_before(Target::subject("u1"), far)]);
    let text = state.to_json_lines();
    assert!(
        text.contains("\"at\":1700000060.000,\"raw_at\":1701000000")
            || text.contains("\"at\":1700000060,\"raw_at\":1701000000"),
        "{text}"
    );
    let mut copy = Cutoffs::local();
    copy.load_json_lines(&text).unwrap();
    assert_eq!(copy.to_json_lines(), text);
    let odd = UnixTime::from_millis(NOW * 1000 + 400);
    let mut state = Cutoffs::local();
    state.apply(Rule::issued_before(Target::subject("u1"), far), odd).unwrap();
    copy = Cutoffs::local();
    copy.load_json_lines(&state.to_json_lines()).unwrap();
    assert_eq!(copy.list(), state.list(), "the second is still a second");
    let mut behind = Cutoffs::local();
    for rule in state.list() {
        behind.apply(rule, UnixTime::from_millis(NOW * 1000 - 60_250)).unwrap();
    }
    copy = Cutoffs::local();
    copy.load_json_lines(&behind.to_json_lines()).unwrap();
    assert_eq!(copy.list(), behind.list(), "also when it was brought down twice");
}

#[test]
fn a_clock_that_jumps_a_year_does_not_prune() {
    let [validator, _] = validators();
    let mut state = holding([Rule::issued_before(Target::subject("u1"), NOW_TIME)]);
    let year = UnixTime::from_secs(NOW + 367 * 86_400);
    let error = state.prune(year, validator.retention()).unwrap_err();
    assert_eq!(error.code(), "clock_jump");
    let error = error.to_string();
    assert!(error.contains("more than 366 days") && state.len() == 1, "{error}");
    assert_eq!(state.prune_forced(year, validator.retention()), 1);
}

#[test]
fn a_payment_may_want_rules_of_the_last_second() {
    let [validator, _] = validators();
    let token = Signer::Secret.token(Algorithm::Hs256, &signing::claims(""));
    let mut replica = Cutoffs::replica(Duration::from_secs(30), Duration::from_secs(300)).unwrap();
    let code = |rules: &dyn lowwater::RuleSet| {
        validator.validate(&token, rules, UnixTime::from_secs(NOW + 5)).err().map(|no| {
            (no.code().as_str(), no.http_status(), no.retry_after(), no.www_authenticate())
        })
    };
    assert_eq!(code(&replica), Some(("rules_unavailable", 503, Some(5), None)));
    replica.loaded(NOW_TIME, NOW_TIME);
    assert_eq!(code(&replica), None);
    let tight = replica.fresh_within(Duration::from_secs(1));
    assert_eq!(code(&tight).map(|no| no.1), Some(503));
    assert!(Cutoffs::replica(Duration::from_secs(2), Duration::from_secs(1)).is_err());
}

/// Ids are kept apart, and the same rule under one id is kept once.
#[test]
fn rules_of_different_ids_are_kept_apart() {
    let rule =
        |id: &str, at: i64| Rule::issued_before(Target::subject("u1"), At::Second(at)).with_id(id);
    let cutoffs = holding([rule("a", NOW), rule("b", NOW), rule("a", NOW - 5), rule("b", NOW)]);
    assert_eq!(cutoffs.len(), 2);
    assert_eq!(holding([rule("a", NOW - 5), rule("a", NOW)]).len(), 1);
}

/// A user who may press "log out everywhere but here" as often as he likes must not slow anyone down:
/// a test that hangs is how this fails.
#[test]
fn many_rules_of_one_target_are_fine() {
    let mut cutoffs = Cutoffs::local();
    for number in 0..20_000 {
        let rule = Rule::issued_before(Target::subject("u1"), At::Second(NOW - 100));
        let rule = rule.with_id(&number.to_string()).except_session(&format!("s{number}"));
        cutoffs.apply(rule, NOW_TIME).unwrap();
        let rule = Rule::revoked(Target::subject("u1"), NOW_TIME).with_id(&number.to_string());
        cutoffs.apply(rule, NOW_TIME).unwrap();
    }
    assert_eq!(cutoffs.len(), 40_000);
}
