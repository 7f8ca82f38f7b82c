//! Properties that hold for every input, tried on many.
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

use std::time::Duration;

use lowwater::{
    Algorithm, Cutoffs, Key, KeySet, NoCutoffs, Outcome, Policy, Rule, Target, UnixTime,
    Unverified, Validator, bearer,
};
use proptest::prelude::*;
use signing::{AUDIENCE, ISSUER, NOW, Signer, access_token_claims, encode, validator};

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(seconds)
}

/// A payload that is nearly an access token: each registered claim is missing, right, wrong or odd.
fn payload() -> impl Strategy<Value = String> {
    let time = || {
        prop_oneof![
            (NOW - 200_000..NOW + 200_000).prop_map(|seconds| seconds.to_string()),
            (NOW - 100..NOW + 100, 0..1000).prop_map(|(whole, part)| format!("{whole}.{part:03}")),
            prop::sample::select(vec!["\"1\"", "null", "-1", "1e3", "253402300800", "1.7e9", "[]"])
                .prop_map(String::from),
        ]
    };
    let text = prop::sample::select(vec![
        "\"https://issuer.example/\"",
        "\"https://api.example/\"",
        "\"u1\"",
        "\"\"",
        "5",
        "null",
        "[\"https://api.example/\",\"x\"]",
        "[]",
        "{\"a\":1}",
        "\"\\u0075\\u0031\"",
    ]);
    let claim = prop_oneof![
        (prop::sample::select(vec!["exp", "nbf", "iat", "auth_time"]), time()),
        (
            prop::sample::select(vec!["iss", "aud", "sub", "jti", "sid", "scope", "roles", "cnf"]),
            text.prop_map(String::from),
        ),
    ];
    let usual = [
        ("iss", format!("{ISSUER:?}")),
        ("aud", format!("{AUDIENCE:?}")),
        ("sub", "\"u1\"".into()),
        ("iat", NOW.to_string()),
        ("exp", (NOW + 600).to_string()),
    ];
    (prop::collection::vec(claim, 0..4), prop::collection::vec(any::<bool>(), 5)).prop_map(
        move |(odd, keep)| {
            let usual =
                usual.iter().zip(keep).filter(|(_, keep)| *keep).map(|(claim, _)| claim.clone());
            let mut all: Vec<(&str, String)> = usual.chain(odd).collect();
            all.reverse();
            let mut seen = std::collections::HashSet::new();
            all.retain(|(name, _)| seen.insert(*name)); // mostly without twins: they are refused at once
            let members: Vec<_> =
                all.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
            format!("{{{}}}", members.join(","))
        },
    )
}

fn rules() -> impl Strategy<Value = Cutoffs> {
    let target = prop_oneof![
        Just(Target::everyone()),
        prop::sample::select(vec!["u1", "u2", ""]).prop_map(Target::subject),
        Just(Target::issuer(ISSUER).and(Target::subject("u1"))),
        Just(Target::claim("roles", "x")),
        Just(Target::session("u1")),
    ];
    let rule = (target, 0..4, NOW - 100..NOW + 100).prop_map(|(target, kind, time)| match kind {
        0 => Rule::issued_before(target, at(time)),
        1 => Rule::authenticated_before(target, at(time)),
        2 => Rule::revoked(target, at(time)),
        _ => Rule::suspended(target, time % 2 == 0, time.unsigned_abs()),
    });
    prop::collection::vec(rule, 0..4).prop_map(|rules| {
        let mut cutoffs = Cutoffs::local();
        rules.into_iter().for_each(|rule| {
            cutoffs.apply(rule, at(NOW)).unwrap();
        });
        cutoffs
    })
}

fn lenient(signer: &Signer) -> Validator {
    Validator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .algorithms([Algorithm::Hs256])
        .keys(KeySet::from_keys([signer.key("k")]).unwrap())
        .unbounded_lifetime()
        .accept_missing_exp()
        .accept_missing_iat()
        .max_session(Duration::from_secs(1000))
        .realm("api")
        .build()
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever the bytes: an answer, never a panic.
    #[test]
    fn no_text_makes_anything_panic(text in "\\PC*", bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let signer = Signer::Secret;
        let validator = validator(Algorithm::Hs256, &signer);
        let lossy = String::from_utf8_lossy(&bytes).into_owned();
        for text in [&text, &lossy] {
            let _ = validator.validate(text, &NoCutoffs, at(NOW));
            let _ = validator.explain(text, &NoCutoffs, at(NOW)).to_string();
            let _ = (Unverified::read(text), bearer(text));
            let _ = (KeySet::from_jwks(text), Key::from_jwk(text), Key::from_pem(text));
            let _ = (Policy::from_json(text), Rule::from_json(text));
        }
        let _ = (Key::from_der(&bytes), Key::from_secret(&bytes), Key::from_short_secret(&bytes));
        // As header and as payload of a token that is signed.
        let header = format!("{}.e30.AAAA", encode(&bytes));
        let signed = signer.sign(Algorithm::Hs256, r#"{"alg":"HS256","kid":"k"}"#, &bytes);
        for token in [header, signed] {
            let _ = validator.validate(&token, &NoCutoffs, at(NOW));
            let _ = validator.explain(&token, &NoCutoffs, at(NOW)).to_string();
        }
    }

    /// Texts that were good before a few bytes were exchanged get further than noise does.
    #[test]
    fn no_nearly_good_text_makes_anything_panic(
        which in 0usize..8,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        let signer = Signer::Secret;
        let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAh8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F+eqk4=\n-----END PUBLIC KEY-----\n";
        let mut text = match which {
            0 => format!(r#"{{"keys":[{}]}}"#, Signer::of(Algorithm::Rs256).jwk("k")),
            1 => Signer::of(Algorithm::EdDsa).jwk("k"),
            2 => pem.into(),
            3 => r#"{"issuer":["i"],"audience":"any","algorithms":["RS256"],"leeway":1.5,"claim_equals":{"a":[1]}}"#.into(),
            4 => r#"{"rule":"issued_before","target":{"subject":"u","claim:x":5},"at":"2023-11-14T22:13:20.5+01:00","except":{"session":["s"]},"skew_guard":0.5,"id":"r"}"#.into(),
            5 => r#"{"rule":"suspended","target":{"everyone":true},"on":true,"version":12}"#.into(),
            6 => r#"{"alg":"HS256","kid":"k","typ":"at+jwt"}"#.into(),
            _ => access_token_claims(),
        }.into_bytes();
        for (place, byte) in changes {
            let place = place.index(text.len());
            text[place] = byte;
        }
        if let Some(cut) = cut {
            text.truncate(cut.index(text.len()));
        }
        let _ = Key::from_der(&text);
        let token = match which {
            6 => format!("{}.e30.AAAA", encode(&text)),
            _ => signer.sign(Algorithm::Hs256, r#"{"alg":"HS256","kid":"k"}"#, &text),
        };
        let validator = validator(Algorithm::Hs256, &signer);
        let _ = validator.validate(&token, &NoCutoffs, at(NOW));
        let _ = validator.explain(&token, &NoCutoffs, at(NOW)).to_string();
        let text = String::from_utf8_lossy(&text);
        let _ = (KeySet::from_jwks(&text), Key::from_jwk(&text), Key::from_pem(&text));
        let _ = (Policy::from_json(&text), Key::from_secret(text.as_bytes()));
        if let Ok(rule) = Rule::from_json(&text) {
            let _ = Cutoffs::local().apply(rule, at(NOW));
        }
    }

    /// An explanation goes on where a validation stops, and its first failure is what the validation
    /// rejects for.
    #[test]
    fn the_first_failure_of_an_explanation_is_the_rejection(
        payload in payload(),
        cutoffs in rules(),
        kid in prop::sample::select(vec!["k", "x"]),
        typ in prop::sample::select(vec!["\"JWT\"", "\"at+jwt\"", "\"dpop+jwt\"", "5"]),
        alg in prop::sample::select(vec!["HS256", "HS384", "none"]),
        flip in prop::option::weighted(0.2, 0usize..400),
        now in NOW - 1000..NOW + 1000,
    ) {
        let signer = Signer::Secret;
        let header = format!(r#"{{"alg":"{alg}","kid":"{kid}","typ":{typ}}}"#);
        let mut token = signer.sign(Algorithm::Hs256, &header, payload.as_bytes());
        if let Some(place) = flip.filter(|place| *place < token.len()) {
            token.replace_range(place..=place, "A");
        }
        for validator in [validator(Algorithm::Hs256, &signer), lenient(&signer)] {
            let decided = validator.validate(&token, &cutoffs, at(now));
            let explained = validator.explain(&token, &cutoffs, at(now));
            let first = explained.checks().iter().find(|check| check.outcome == Outcome::Fail);
            let json: serde_json::Value = serde_json::from_str(&explained.to_json()).unwrap();
            prop_assert_eq!(json["accepted"].as_bool(), Some(decided.is_ok()));
            prop_assert_eq!(json["checks"].as_array().map(Vec::len), Some(explained.checks().len()));
            let code = decided.as_ref().err().map(|no| no.code().as_str());
            prop_assert_eq!(json["rejection"]["code"].as_str(), code);
            match (&decided, explained.rejection(), first) {
                (Ok(_), None, None) => {}
                (Err(no), Some(same), Some(check)) => {
                    prop_assert_eq!(format!("{no:?}"), format!("{same:?}"));
                    prop_assert_eq!(no.to_json(), same.to_json());
                    prop_assert_eq!((no.stage(), Some(no.code())), (check.stage, check.code));
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }

    /// Time only ever takes away: what has expired stays expired, and a longer leeway refuses no more.
    #[test]
    fn expiry_is_monotone_in_time_and_leeway(payload in payload(), early in 0i64..2000, late in 0i64..2000, leeway in 0u64..300) {
        let signer = Signer::Secret;
        let token = signer.token(Algorithm::Hs256, &payload);
        let with = |leeway| {
            Validator::builder().issuer(ISSUER).audience(AUDIENCE).algorithms([Algorithm::Hs256])
                .keys(KeySet::from_keys([signer.key("k")]).unwrap())
                .leeway(Duration::from_secs(leeway)).build().unwrap()
        };
        let (early, late) = (early.min(late) + NOW, early.max(late) + NOW);
        let code = |validator: &Validator, now| {
            validator.validate(&token, &NoCutoffs, at(now)).err().map(|no| no.code().as_str())
        };
        let (strict, lenient) = (with(0), with(leeway));
        if code(&lenient, early) == Some("token_expired") {
            prop_assert_eq!(code(&lenient, late), Some("token_expired"));
            prop_assert_eq!(code(&strict, early), Some("token_expired"));
        }
        if code(&strict, early).is_none() {
            prop_assert_eq!(code(&lenient, early), None);
        }
    }

    /// Another rule never turns a refusal into acceptance.
    #[test]
    fn a_rule_never_lets_a_token_in(payload in payload(), cutoffs in rules(), time in NOW - 100..NOW + 100, kind in 0..3) {
        let signer = Signer::Secret;
        let token = signer.token(Algorithm::Hs256, &payload);
        let validator = lenient(&signer);
        let target = Target::subject("u1");
        let rule = match kind {
            0 => Rule::issued_before(target, at(time)).except_session("u1"),
            1 => Rule::authenticated_before(target, at(time)),
            _ => Rule::revoked(target, at(time)),
        };
        let mut more = cutoffs.clone();
        more.apply(rule.clone(), at(NOW)).unwrap();
        if validator.validate(&token, &cutoffs, at(NOW)).is_err() {
            prop_assert!(validator.validate(&token, &more, at(NOW)).is_err());
        }
        // Applied again, it changes nothing.
        let length = more.len();
        more.apply(rule, at(NOW)).unwrap();
        prop_assert_eq!(more.len(), length);
    }
}

/// What the scanner takes, `serde_json` takes, and it reads the same there; what `serde_json` refuses,
/// the scanner refuses.
mod json {
    use super::*;

    fn text() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_string()),
            Just("true".to_string()),
            any::<i64>().prop_map(|number| number.to_string()),
            any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| format!("{n:e}")),
            any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
            "[-+.eE0-9]{0,6}",
            "\"[ -~\\\\]{0,8}\"",
            prop::sample::select(vec![
                r#""\ud83d\ude00""#,
                r#""\ud83d""#,
                r#""\u00e9""#,
                "\"\t\"",
                "tru",
                "NaN",
                "'a'",
            ])
            .prop_map(String::from),
        ];
        leaf.prop_recursive(5, 40, 5, |inner| {
            let name = prop_oneof![
                Just("\"a\"".to_string()),
                Just(r#""\u0061""#.to_string()),
                Just("\"b\"".to_string()),
                any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
            ];
            let space = prop::sample::select(vec!["", "", " ", "\n\t"]);
            let comma = prop::sample::select(vec![",", ",", ",", ",", ",,", ""]);
            prop_oneof![
                (prop::collection::vec(inner.clone(), 0..4), comma.clone(), space.clone())
                    .prop_map(|(all, comma, space)| format!("[{space}{}{space}]", all.join(comma))),
                (prop::collection::vec((name, inner), 0..4), comma, space).prop_map(
                    |(all, comma, space)| {
                        let members: Vec<_> =
                            all.iter().map(|(n, v)| format!("{n}{space}:{v}")).collect();
                        format!("{{{}}}{space}", members.join(comma))
                    }
                ),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn the_scanner_agrees_with_serde_json(value in text()) {
            // A payload is an object: the value stands in it.
            let payload = format!("{{\"x\":{value}}}");
            let token = format!("eyJhbGciOiJub25lIn0.{}.", encode(&payload));
            let ours = Unverified::read(&token);
            let theirs = serde_json::from_str::<std::collections::BTreeMap<String, serde_json::Value>>(&payload);
            match (&ours, &theirs) {
                (Ok(read), Ok(all)) => {
                    let raw = read.claim_json("x").unwrap();
                    prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(raw).unwrap(), &all["x"]);
                    prop_assert_eq!(read.claim_names(), vec!["x"]);
                }
                (Ok(_), Err(fault)) => {
                    // Only a number beyond the range of a float: here it stays text.
                    prop_assert!(fault.to_string().contains("number out of range"), "{} {}", payload, fault);
                }
                (Err(_), Ok(_)) => {
                    // Stricter in one thing alone: names that stand twice.
                    let count = payload.matches(':').count();
                    prop_assert!(count > 1 && has_twins(&payload), "{}", payload);
                }
                (Err(_), Err(_)) => {}
            }
        }
    }

    /// Names twice in one object, by way of `serde_json` alone: its value tree keeps the last.
    fn has_twins(text: &str) -> bool {
        fn members(value: &serde_json::Value) -> usize {
            match value {
                serde_json::Value::Object(map) => {
                    map.len() + map.values().map(members).sum::<usize>()
                }
                serde_json::Value::Array(all) => all.iter().map(members).sum(),
                _ => 0,
            }
        }
        let kept: serde_json::Value = serde_json::from_str(text).unwrap();
        // Count colons outside of strings: one a member.
        let (mut colons, mut inside, mut escaped) = (0, false, false);
        for letter in text.chars() {
            match letter {
                '"' if !escaped => inside = !inside,
                ':' if !inside => colons += 1,
                _ => {}
            }
            escaped = letter == '\\' && !escaped;
        }
        colons > members(&kept)
    }
}
