//! What holds for every introspection, tried on many.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod asking;

use std::collections::HashMap;

use asking::*;
use lowwater::{Accepted, Cutoffs, Introspected, KeySet, Rejection, Rule, Target};
use lowwater_intake::{Answer, Asked, Fetch};
use proptest::prelude::*;

/// A response about a token, which it names by its `jti`; `life`: `exp` from the start of the tests.
fn body(token: u8, kind: u8, life: i64) -> String {
    let exp = NOW + life;
    match kind {
        0 => INACTIVE.into(),
        1 => format!(r#"{{"active":true,"exp":"{exp}"}}"#),
        2 => format!(r#"{{"active":true,"iat":{NOW},"jti":"{token}"}}"#),
        _ => format!(
            r#"{{"active":true,"aud":"{AUDIENCE}","sub":"u{}","iat":{NOW},"exp":{exp},"jti":"{token}"}}"#,
            token % 3
        ),
    }
}

#[derive(Clone, Debug)]
enum Step {
    Ask { token: u8, kind: u8, life: i64 },
    Fail(u8),
    Leave(u8),
    Wait(i64),
    Apply(u8),
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..8_u8, 0..6_u8, 0..200_i64).prop_map(|(token, kind, life)| Step::Ask { token, kind, life }),
        1 => (0..8_u8).prop_map(Step::Fail),
        1 => (0..8_u8).prop_map(Step::Leave),
        4 => (-9..40_i64).prop_map(Step::Wait),
        1 => (0..3_u8).prop_map(Step::Apply),
        1 => Just(Step::Clear),
    ]
}

fn told(decided: Result<Accepted, Rejection>) -> Result<String, String> {
    decided.map(|accepted| accepted.claims_json().to_owned()).map_err(|no| no.to_json())
}

/// What was said of a token: the body and when.
type Said = HashMap<u8, (String, i64)>;

fn holds(known: &Introspected, token: u8, said: &Said, rules: &Cutoffs, now: i64) {
    let (body, since) = said.get(&token).expect("what is known was said of this token");
    let fresh = Introspected::read(body.as_bytes(), ISSUER).unwrap();
    let [cached, asked] = [known, &fresh].map(|response| told(decide(response, rules, now)));
    assert_eq!(cached, asked, "decided as if it had just been asked about");
    // Up to 5 seconds before it came: see the shelf.
    assert!(now + 5 >= *since && now < since + if fresh.is_active() { 60 } else { 10 });
    assert!(fresh.expires_at().is_none_or(|exp| at(now) < exp), "beyond `exp`");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Whatever is asked, answered, lost and forgotten: what is known decides as a fresh answer would, under the rules of
    /// that moment, and not for longer than it may.
    #[test]
    fn what_is_known_decides_as_a_fresh_answer(steps in prop::collection::vec(step(), 1..60)) {
        let mut own = configured(
            r#","max_entries":3,"max_pending":2,"max_cache_bytes":65536,"cool_down":2"#,
        );
        let (mut said, mut rules, mut now) = (Said::new(), rules(), 0);
        let mut on_their_way: Vec<(u8, Fetch)> = Vec::new();
        for step in steps {
            match step {
                Step::Wait(span) => now += span,
                Step::Clear => own.clear(),
                Step::Apply(user) => {
                    let rule = Rule::issued_before(Target::subject(&format!("u{user}")), at(now.max(1)));
                    rules.apply(rule, at(now.max(1))).unwrap();
                }
                Step::Fail(token) | Step::Leave(token) | Step::Ask { token, .. } => {
                    match ask(&mut own, &format!("token{token}"), now) {
                        Ok(Asked::Known(known)) => holds(&known, token, &said, &rules, now),
                        Ok(Asked::Fetch(fetch)) => on_their_way.push((token, fetch)),
                        Ok(Asked::Pending { .. }) => {}
                        Err(no) => prop_assert_eq!(no.http_status(), 503),
                    }
                    if let Step::Fail(_) = step {
                        on_their_way.pop().into_iter().for_each(|(_, fetch)| drop(own.failed(&fetch, at(now))));
                    }
                    if let (Step::Ask { kind, life, .. }, Some((token, fetch))) = (step, on_their_way.first()) {
                        let body = body(*token, kind, life);
                        if let Ok(response) = answer(&mut own, fetch, 200, &body, now) {
                            said.insert(*token, (body, now));
                            holds_now(&response, *token, &said, &rules, now);
                        }
                        on_their_way.remove(0);
                    }
                }
            }
            prop_assert!(own.len() <= 6 && own.bytes() <= 65536);
        }
    }

    /// Signed or not, whatever the headers say.
    #[test]
    fn no_answer_panics(
        status in prop_oneof![Just(200_u16), any::<u16>()],
        headers in prop::collection::vec(("(content-type|x)", ".{0,40}"), 0..3),
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..80),
            "[{}\":,a-z0-9.truefalsactive]{0,60}".prop_map(String::into_bytes),
        ],
        signed in any::<bool>(),
    ) {
        let more = if signed { r#","signed_for":"a","algorithms":["EdDSA"]"# } else { "" };
        let mut own = configured(more);
        let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let asked = fetch(&mut own, TOKEN, 0);
        let came = own.answered(&asked, &Answer::new(status, &headers, &body), &KeySet::empty(), at(0));
        match came {
            Ok(response) => prop_assert!(status == 200 && !signed && decide(&response, &rules(), 0).is_err()),
            Err(no) => prop_assert_eq!(no.rejection(&validator()).http_status(), 503),
        }
    }

    #[test]
    fn no_token_panics_and_all_that_is_sent_comes_back(token in "\\PC{0,40}|[!-~]{1,40}") {
        let mut own = configured("");
        match ask(&mut own, &token, 0) {
            Ok(Asked::Fetch(fetch)) => {
                let sent: Vec<(String, String)> =
                    form_urlencoded::parse(fetch.body().unwrap().as_bytes()).into_owned().collect();
                let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
                prop_assert_eq!(sent, [pair("token", &token), pair("token_type_hint", "access_token")]);
            }
            Err(no) => prop_assert_eq!(no.http_status(), 401),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn no_configuration_panics(json in prop_oneof![".{0,40}".boxed(), config().boxed()]) {
        let _no_panic = lowwater_intake::Introspection::from_json(&json).map(|own| format!("{own:?}"));
    }
}

/// A response that has just come may have expired already; what it decides is its own.
fn holds_now(response: &Introspected, token: u8, said: &Said, rules: &Cutoffs, now: i64) {
    let fresh = Introspected::read(said[&token].0.as_bytes(), ISSUER).unwrap();
    let [came, read] = [response, &fresh].map(|response| told(decide(response, rules, now)));
    assert_eq!(came, read);
}

fn config() -> impl Strategy<Value = String> {
    let member = (
        prop::sample::select(vec![
            "issuer",
            "endpoint",
            "client_id",
            "client_secret",
            "bearer",
            "credentials",
            "signed_for",
            "algorithms",
            "ttl",
            "inactive_ttl",
            "cool_down",
            "timeout",
            "max_entries",
            "max_cache_bytes",
            "max_pending",
            "max_bytes",
            "allow_loopback_http",
        ]),
        prop::sample::select(vec![
            "\"a\"",
            "\"https://a.example/\"",
            "\"EdDSA\"",
            "[\"a\"]",
            "[]",
            "0",
            "1",
            "-1",
            "1e400",
            "60.5",
            "18446744073709551616",
            "null",
            "true",
            "{}",
        ]),
    );
    prop::collection::vec(member, 0..8).prop_map(|members| {
        let members: Vec<_> =
            members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    })
}
