//! What `Debug` shows: enough to tell two values apart in a log, nothing of a token, a secret or a list.
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

use lowwater::{
    Algorithm, Cutoffs, Key, KeySet, Policy, Rule, Target, TargetValue, UnixTime, Until,
};

fn secret() -> Key {
    Key::from_secret(&[7; 32]).unwrap().with_id("k").unwrap()
}

const SECRET: &str = r#"Key { material: Secret(..), id: Some("k"), algorithm: None }"#;

#[test]
fn of_keys() {
    assert_eq!(format!("{:?}", secret()), SECRET);
    let bound = secret().with_algorithm(Algorithm::Hs256).unwrap();
    assert_eq!(format!("{bound:?}"), SECRET.replace("None", "Some(Hs256)"));
    let builder = KeySet::builder().key(secret()).unwrap();
    assert_eq!(format!("{builder:?}"), "KeySetBuilder { keys: 1, .. }");
    let keys = KeySet::from_keys([secret()]).unwrap();
    assert_eq!(format!("{keys:?}"), format!("KeySet {{ keys: [{SECRET}], skipped: [], .. }}"));
}

#[test]
fn of_a_skipped_key() {
    let jwks = r#"{"keys":[5,{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let keys = KeySet::from_jwks(jwks).unwrap();
    let told = keys.skipped()[0].to_string();
    assert_eq!(told, "key 0 of the set: a key is a JSON object");
}

#[test]
fn of_a_policy() {
    let policy = |issuer: &str| {
        let json = format!(
            r#"{{"issuer":{issuer},"audience":"any","algorithms":["RS256"],"leeway":1,"claim_equals":{{"a":1}}}}"#
        );
        format!("{:?}", Policy::from_json(&json).unwrap())
    };
    assert_eq!(
        policy(r#"["https://a.example/","https://b.example/"]"#),
        "Policy { issuers: OneOf(2), audiences: Any, algorithms: RS256, token_type: Default, leeway_ms: 1000, \
         max_lifetime_ms: Some(86400000), required: [], claim_equals: 1, .. }"
    );
}

#[test]
fn of_rules() {
    let now = UnixTime::from_secs(1_700_000_000);
    let values = [TargetValue::from("x"), TargetValue::from(5), TargetValue::from(true)];
    assert_eq!(values.map(|value| format!("{value:?}")), ["Text(..)", "Integer(..)", "true"]);
    let rule =
        format!("{:?}", Rule::issued_before(Target::subject("u1"), now).except_session("s1"));
    assert!(rule.contains("Except") && !rule.contains("u1") && !rule.contains("s1"), "{rule}");
    let mut cutoffs = Cutoffs::local();
    cutoffs.apply(Rule::revoked(Target::session("s1"), Until::Never), now).unwrap();
    assert_eq!(format!("{cutoffs:?}"), "Cutoffs { rules: 1, sequence: 1, .. }");
    let bytes = cutoffs.to_index([7; 16], now);
    let index = lowwater::Index::local(&bytes).unwrap();
    assert_eq!(format!("{index:?}"), "Index { targets: 1, sequence: 1, .. }");
}
