//! Bytes that were made to hurt: a decision or a mistake that says where, never a panic, never slow.
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

use std::time::Instant;

use lowwater::{
    Algorithm, ConfigError, Cutoffs, Key, KeySet, NoCutoffs, Policy, Rule, Target, UnixTime,
    Validator,
};
use signing::{NOW, Signer, claims, encode, validator};

const NOW_TIME: UnixTime = UnixTime::from_secs(NOW);

fn code_of(token: &str) -> &'static str {
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    let decided = validator.validate(token, &NoCutoffs, NOW_TIME);
    let explained = validator.explain(token, &NoCutoffs, NOW_TIME);
    let code = decided.err().map(|no| no.code());
    assert_eq!(code, explained.rejection().map(lowwater::Rejection::code));
    code.map_or("accepted", |code| code.as_str())
}

fn signed(payload: &str) -> String {
    Signer::Secret.token(Algorithm::Hs256, payload)
}

fn with_header(header: &str) -> String {
    Signer::Secret.sign(Algorithm::Hs256, header, claims("").as_bytes())
}

#[test]
fn nested_brackets_and_a_megabyte_of_dots() {
    assert_eq!(code_of(&".".repeat(1 << 20)), "token_too_large");
    assert_eq!(code_of(&".".repeat(16 << 10)), "token_malformed");
    assert_eq!(code_of(&format!("{}.e30.", encode("[".repeat(12_000)))), "header_malformed");
    assert_eq!(code_of(&format!("{}.e30.", encode("{\"a\":".repeat(2_000)))), "header_malformed");
    assert_eq!(code_of(&signed(&"[".repeat(11_000))), "claims_malformed");
    assert_eq!(code_of(&signed(&"{\"a\":".repeat(1_800))), "claims_malformed");
}

#[test]
fn a_kid_of_ten_kilobytes_nul_and_injection() {
    let long = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(10_000));
    assert_eq!(code_of(&with_header(&long)), "header_malformed");
    for kid in ["../../dev/null", r"\u0000", "k' OR '1'='1", "", "*", r"k\u0000", "K"] {
        let header = format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
        assert_eq!(code_of(&with_header(&header)), "key_not_found", "{kid}");
    }
    for kid in ["null", "[]", "5", "true", "{}", r#"["k"]"#] {
        let header = format!(r#"{{"alg":"HS256","kid":{kid}}}"#);
        assert_eq!(code_of(&with_header(&header)), "header_malformed", "{kid}");
    }
}

#[test]
fn twins_through_escapes_lone_surrogates_nul_and_a_byte_order_mark() {
    assert_eq!(code_of(&signed(&claims(r#","\u0065xp":9999999999"#))), "claims_malformed");
    assert_eq!(code_of(&signed(&claims(r#","x":{"a":1,"\u0061":2}"#))), "claims_malformed");
    assert_eq!(code_of(&signed(&claims(r#","x":"\ud800""#))), "claims_malformed");
    assert_eq!(code_of(&signed(&claims(r#","\udc00":1"#))), "claims_malformed");
    assert_eq!(code_of(&signed(&format!("\u{feff}{}", claims("")))), "claims_malformed");
    assert_eq!(code_of(&signed(&format!("{}\0", claims("")))), "claims_malformed");
    assert_eq!(code_of(&signed(&claims(r#","x":"\u0000""#))), "accepted");
    assert_eq!(code_of(&with_header(r#"{"alg":"none","\u0061lg":"HS256"}"#)), "header_malformed");
}

/// Names that a careless comparison takes for others: by their first bytes, by the low byte of their
/// length, by zeros in front. An issuer that lets users choose claim names signs them.
#[test]
fn no_other_name_passes_for_a_registered_claim() {
    let real =
        ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid", "azp", "scope", "auth_time"];
    for name in real {
        for length in [name.len(), 256 + name.len(), 512 + name.len(), 65_536 + name.len()] {
            for zeros in 0..=7 {
                let filler = length.saturating_sub(zeros + name.len());
                let fake = format!("{}{name}{}", "\\u0000".repeat(zeros), "x".repeat(filler));
                if fake == name {
                    continue;
                }
                // A value that no claim may have: were it read as one, the token would be refused.
                let payload = claims("").replacen('{', &format!("{{\"{fake}\":{{}},"), 1);
                let accepted = large().validate(&signed(&payload), &NoCutoffs, NOW_TIME);
                assert!(accepted.is_ok(), "{name} {length} {zeros}");
            }
        }
    }
}

#[test]
fn mixed_serializations_are_no_tokens() {
    let token = signed(&claims(""));
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let flattened =
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#);
    for text in [flattened, format!("{token}{{}}"), format!("[{token}]"), format!("Bearer {token}")]
    {
        assert_eq!(code_of(&text), "token_malformed");
    }
}

/// With as large tokens as a policy can allow.
fn large() -> Validator {
    Validator::builder()
        .any_issuer()
        .any_audience()
        .algorithms([Algorithm::Hs256])
        .keys(KeySet::from_keys([Signer::Secret.key("k")]).unwrap())
        .max_token_bytes(1 << 20)
        .build()
        .unwrap()
}

/// Sixteen times the members: 16 times the time if it is linear, 256 times if each is held against each. The
/// least of some measurements is what the code takes; between the two lies a factor of 16 for the machine.
#[test]
fn large_tokens_take_linear_time() {
    let validator = large();
    let time = |members: usize| {
        let list: Vec<String> = (0..members).map(|n| format!(r#""k{n}":0"#)).collect();
        let token = signed(&claims(&format!(",{}", list.join(","))));
        let once = || {
            let start = Instant::now();
            assert!(validator.validate(&token, &NoCutoffs, NOW_TIME).is_ok());
            start.elapsed()
        };
        (0..5).map(|_| once()).min().unwrap()
    };
    let (few, many) = (time(4_000), time(64_000));
    assert!(many < few * 64, "{few:?} for 4,000 members, {many:?} for 64,000");
}

/// Sizes at which anything that multiplies would not end.
#[test]
fn long_lists_in_tokens_and_rules_do_not_multiply() {
    let validator = large();
    let many: Vec<String> = (0..40_000).map(|n| format!(r#""member{n}":{n}"#)).collect();
    let roles: Vec<String> = (0..30_000).map(|n| format!(r#""r{n}""#)).collect();
    let lists = format!(r#","a":[{0}],"b":[{0}],"c":["x"]"#, roles.join(","));
    let mut cutoffs = Cutoffs::local();
    let three = Target::claim("a", "r1").and(Target::claim("b", "no")).and(Target::claim("c", "x"));
    cutoffs.apply(Rule::issued_before(three, NOW_TIME), NOW_TIME).unwrap();
    let token = signed(&claims(&format!(",{}", many.join(","))));
    assert!(validator.validate(&token, &cutoffs, NOW_TIME).is_ok());
    let token = signed(&claims(&lists));
    assert!(validator.validate(&token, &cutoffs, NOW_TIME).is_ok(), "900 million keys, one rule");
    // As many rules as roles, and none that matches: neither the one nor the other way is quadratic.
    let mut table = Cutoffs::local();
    for number in 0..29_999 {
        let target = Target::claim("a", format!("x{number}")).and(Target::claim("b", "r1"));
        table.apply(Rule::issued_before(target, NOW_TIME), NOW_TIME).unwrap();
    }
    assert!(validator.validate(&token, &table, NOW_TIME).is_ok());
    let two = Target::claim("a", "r7").and(Target::claim("b", "r29999"));
    cutoffs.apply(Rule::revoked(two, lowwater::Until::Never), NOW_TIME).unwrap();
    assert!(validator.validate(&token, &cutoffs, NOW_TIME).is_err());
}

#[test]
fn mistakes_in_texts_say_where() {
    let position = |mistake: ConfigError| match mistake {
        ConfigError::Json { position, .. } => Some(position),
        _ => None,
    };
    assert_eq!(position(KeySet::from_jwks("{\"keys\":[}").unwrap_err()), Some(9));
    assert_eq!(position(Key::from_jwk("{\"kty\":\"RSA\",\"kty\":1}").unwrap_err()), Some(20));
    assert_eq!(position(Policy::from_json("{\"leeway\":1,}").unwrap_err()), Some(12));
    assert_eq!(position(Rule::from_json("{\"rule\":\"x\"}").unwrap_err()), Some(9));
    for text in ["", "\u{feff}{}", "[", "{\"a\":\"\\ud800\"}", "nul", "\0"] {
        assert!(KeySet::from_jwks(text).is_err() && Key::from_jwk(text).is_err(), "{text:?}");
        assert!(Policy::from_json(text).is_err() && Rule::from_json(text).is_err(), "{text:?}");
        assert!(Key::from_pem(text).is_err(), "{text:?}");
    }
    let deep = format!(r#"{{"keys":{}}}"#, "[".repeat(100_000));
    assert!(KeySet::from_jwks(&deep).is_err());
}

#[test]
fn a_rule_of_ten_thousand_dimensions_is_a_clear_mistake() {
    let members: Vec<String> = (0..10_000).map(|n| format!(r#""claim:c{n}":{n}"#)).collect();
    let rule = format!(r#"{{"rule":"issued_before","at":5,"target":{{{}}}}}"#, members.join(","));
    let mistake = Rule::from_json(&rule).unwrap_err().to_string();
    assert!(mistake.contains("a target names at most 16 dimensions"), "{mistake}");
}

#[test]
fn times_at_the_ends_of_the_range_saturate() {
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    let token = signed(&claims(r#","nbf":0,"auth_time":0"#));
    let mut cutoffs = Cutoffs::local();
    for (rule, now) in [
        (Rule::issued_before(Target::everyone(), UnixTime::from_secs(0)), i64::MIN),
        (Rule::issued_before(Target::subject("x"), UnixTime::from_secs(253_402_300_799)), i64::MAX),
    ] {
        // A clock before 1970 clamps a cutoff to before 1970: it refuses nothing, and nothing panics.
        let _ = cutoffs.apply(rule, UnixTime::from_millis(now));
    }
    for now in [i64::MIN, -1, 0, i64::MAX] {
        let now = UnixTime::from_millis(now);
        assert!(validator.validate(&token, &cutoffs, now).is_err());
        let _ = validator.explain(&token, &cutoffs, now).to_string();
    }
    let out_of_range = Rule::issued_before(Target::everyone(), UnixTime::from_millis(i64::MAX));
    assert!(cutoffs.apply(out_of_range, NOW_TIME).is_err());
}
