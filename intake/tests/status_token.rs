//! The message that a list comes in: every line of what makes one unfit.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod status_issuer;

use std::time::Duration;

use lowwater::{Algorithm, Key, KeySet, StatusAnswer, StatusEntry, StatusSource as _};
use lowwater_intake::{StatusLists, StatusListsBuilder};
use proptest::prelude::*;
use status_issuer::{
    ISSUER, NOW, PREFIX, URI, at, builder, keys, keys_of, list, list_claims, lists, lst, sign,
    sign_with,
};

const TYP: &str = "statuslist+jwt";

/// What comes of a list of [`URI`] that was fetched now; nothing: it is taken.
fn code_with(builder: StatusListsBuilder, keys: &KeySet, token: &str) -> Option<&'static str> {
    let mut lists = builder.build().unwrap();
    let fault = lists.hydrate(URI, token, keys, at(0)).err();
    let answer = lists.status(&StatusEntry::new(Some(ISSUER), URI, 0), at(0));
    let is_there = !matches!(answer, StatusAnswer::Unavailable { .. });
    assert_eq!(is_there, fault.is_none(), "what is not taken answers nothing");
    fault.map(|fault| fault.code())
}

fn code(token: &str) -> Option<&'static str> {
    code_with(builder(), &keys(), token)
}

/// The claims of a good list with this text in place of that.
fn changed(from: &str, to: &str) -> Option<&'static str> {
    let claims = list_claims(0, &[1], r#","exp":1700000600,"ttl":300"#);
    assert_eq!(code(&sign(7, TYP, &claims)), None);
    assert!(claims.contains(from), "{from}");
    code(&sign(7, TYP, &claims.replace(from, to)))
}

#[test]
fn a_list_without_exp_and_ttl_is_taken() {
    assert_eq!(code(&list(0, &[1], "")), None);
}

#[test]
fn another_typ_is_refused() {
    let claims = list_claims(0, &[1], "");
    for typ in ["", "JWT", "at+jwt", "statuslist+cwt", "statuslist", "application/x/statuslist+jwt"]
    {
        assert_eq!(code(&sign(7, typ, &claims)), Some("type_not_allowed"), "{typ}");
    }
    for typ in ["application/statuslist+jwt", "StatusList+JWT"] {
        assert_eq!(code(&sign(7, typ, &claims)), None, "{typ}");
    }
    let without = sign_with(7, r#"{"alg":"EdDSA","kid":"k7"}"#, &claims);
    assert_eq!(code(&without), Some("type_not_allowed"));
}

#[test]
fn a_list_of_another_address_is_refused() {
    assert_eq!(changed(URI, "https://issuer.example/lists/2"), Some("claim_mismatch"));
    assert_eq!(changed(URI, "https://issuer.example/lists/1/"), Some("claim_mismatch"));
    assert_eq!(changed(URI, "https://ISSUER.example/lists/1"), Some("claim_mismatch"));
    assert_eq!(changed(r#""sub":"#, r#""bus":"#), Some("claim_missing"));
    assert_eq!(changed(&format!(r#""{URI}""#), "1"), Some("claim_type"));
    assert_eq!(changed(URI, r"https:\/\/issuer.example/lists/1"), None, "escapes are one spelling");
}

#[test]
fn a_list_without_iat_or_from_the_future_is_refused() {
    assert_eq!(changed(r#""iat":"#, r#""tai":"#), Some("claim_missing"));
    assert_eq!(changed(r#""iat":1700000000"#, r#""iat":"1700000000""#), Some("claim_type"));
    assert_eq!(changed(r#""iat":1700000000"#, r#""iat":1700000060"#), None, "leeway 60 s");
    assert_eq!(changed(r#""iat":1700000000"#, r#""iat":1700000060.001"#), Some("issued_in_future"));
    let strict = builder().leeway(Duration::ZERO);
    assert_eq!(code_with(strict, &keys(), &list(1, &[1], "")), Some("issued_in_future"));
}

#[test]
fn a_list_that_is_over_is_refused_without_leeway() {
    assert_eq!(changed(r#""exp":1700000600"#, r#""exp":1700000000"#), Some("token_expired"));
    assert_eq!(changed(r#""exp":1700000600"#, r#""exp":1700000000.001"#), None);
    assert_eq!(changed(r#""exp":1700000600"#, r#""exp":null"#), Some("claim_type"));
}

#[test]
fn a_ttl_that_is_no_positive_number_is_refused() {
    for ttl in ["0", "-0", "-1", "0.0001", "\"300\"", "null", "[]", "1e400"] {
        assert_eq!(
            changed(r#""ttl":300"#, &format!(r#""ttl":{ttl}"#)),
            Some("claim_type"),
            "{ttl}"
        );
    }
    assert_eq!(changed(r#""ttl":300"#, r#""ttl":1"#), None);
}

#[test]
fn a_list_that_holds_none_is_refused() {
    let own = format!(r#"{{"bits":1,"lst":"{}"}}"#, lst(&[1]));
    assert_eq!(changed("status_list", "status_lists"), Some("claim_missing"));
    for (status_list, code) in [
        ("null", "claim_type"),
        ("[]", "claim_type"),
        ("{}", "claim_missing"),
        (r#"{"bits":1}"#, "claim_missing"),
        (r#"{"lst":"eNrbuRgAAhcBXQ"}"#, "claim_missing"),
        (r#"{"bits":1,"lst":1}"#, "claim_type"),
        (r#"{"bits":1,"lst":""}"#, "claim_type"),
        (r#"{"bits":"1","lst":"eNrbuRgAAhcBXQ"}"#, "claim_type"),
        (r#"{"bits":1.0,"lst":"eNrbuRgAAhcBXQ"}"#, "claim_type"),
        (r#"{"bits":0,"lst":"eNrbuRgAAhcBXQ"}"#, "claim_type"),
        (r#"{"bits":3,"lst":"eNrbuRgAAhcBXQ"}"#, "claim_type"),
        (r#"{"bits":257,"lst":"eNrbuRgAAhcBXQ"}"#, "claim_type"),
        (r#"{"bits":1,"lst":"eNrbuRgAAhcBXA"}"#, "claim_type"),
        (r#"{"bits":1,"lst":"eNrbuRgAAhcBXQ","lst":"eNrbuRgAAhcBXQ"}"#, "claims_malformed"),
    ] {
        assert_eq!(changed(&own, status_list), Some(code), "{status_list}");
    }
    let more =
        r#"{"bits":2,"lst":"eNrbuRgAAhcBXQ","aggregation_uri":"https://issuer.example/all"}"#;
    assert_eq!(changed(&own, more), None);
}

#[test]
fn a_list_larger_than_the_bounds_is_refused() {
    let token = list(0, &[0; 1000], "");
    let with = |builder: StatusListsBuilder| code_with(builder, &keys(), &token);
    assert_eq!(with(builder().max_list_bytes(1000)), None);
    assert_eq!(with(builder().max_list_bytes(999)), Some("claim_type"));
    assert_eq!(with(builder().max_bytes(token.len())), None);
    assert_eq!(with(builder().max_bytes(token.len() - 1)), Some("token_too_large"));
}

/// Lists are longer than access tokens: these have 100,000 random entries.
#[test]
fn a_list_may_be_longer_than_a_token() {
    let mut state = 1_u32;
    let bytes: Vec<u8> = (0..12_500)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect();
    let token = list(0, &bytes, "");
    assert!(token.len() > 20_000);
    assert_eq!(code(&token), None);
}

#[test]
fn a_list_that_another_signed_is_refused() {
    let claims = list_claims(0, &[1], "");
    assert_eq!(code(&sign(8, TYP, &claims)), Some("key_not_found"));
    let both = keys().union(&keys_of(8).for_issuer("https://other.example/"));
    assert_eq!(code_with(builder(), &both, &list(0, &[1], "")), None);
    let other = sign(8, TYP, &claims);
    assert_eq!(code_with(builder(), &both, &other), Some("issuer_not_allowed"));
    let trusted = || builder().signed_by("https://other.example/");
    assert_eq!(code_with(trusted(), &both, &other), None, "a status issuer");
    assert_eq!(code_with(trusted(), &both, &list(0, &[1], "")), Some("issuer_not_allowed"));
    assert_eq!(code_with(builder(), &KeySet::empty(), &other), Some("key_not_found"));
}

#[test]
fn an_iss_has_to_be_the_issuers() {
    let of = |issuer: &str| code(&list(0, &[1], &format!(r#","iss":"{issuer}""#)));
    assert_eq!((of(ISSUER), of("https://other.example/")), (None, Some("issuer_not_allowed")));
    assert_eq!(code(&list(0, &[1], r#","iss":1"#)), Some("claim_type"));
}

#[test]
fn an_algorithm_that_is_not_configured_is_refused() {
    let other = || StatusLists::builder(ISSUER, [PREFIX], [Algorithm::Es256]);
    assert_eq!(code_with(other(), &keys(), &list(0, &[1], "")), Some("algorithm_not_allowed"));
    // A MAC is taken from whoever was given its secret, by configuration, and from nobody else.
    let secret = KeySet::from_keys([Key::from_secret(&[7; 32]).unwrap()]).unwrap();
    assert_eq!(code_with(builder(), &secret, &list(0, &[1], "")), Some("key_mismatch"));
}

#[test]
fn what_is_no_signed_message_is_refused() {
    let good = list(0, &[1], "");
    for (text, expected) in [
        ("", "token_malformed"),
        ("{}", "token_malformed"),
        (&format!("{good}\n"), "token_malformed"),
        (&good.replace('.', ""), "token_malformed"),
        (&format!("{good}.x.y"), "token_encrypted"),
    ] {
        assert_eq!(code(text), Some(expected), "{text}");
    }
    assert_eq!(code(&sign(7, TYP, "[]")), Some("claims_malformed"));
    assert_eq!(code(&sign(7, TYP, r#"{"sub":1,"sub":1}"#)), Some("claims_malformed"));
}

#[test]
fn an_address_that_may_not_be_fetched_is_refused() {
    let mut lists = lists();
    for uri in [
        "https://issuer.example/other/1",
        "https://issuer.example/listsx/1",
        "https://issuer.example/lists/../other/1",
        "https://issuer.example/lists/%2e%2e/other/1",
        r"https://issuer.example/lists\..\other",
        "https://issuer.example:8443/lists/1",
        "https://issuer.example.evil.example/lists/1",
        "https://user@issuer.example/lists/1",
        "https://issuer.example@evil.example/lists/1",
        "http://issuer.example/lists/1",
        "http://127.0.0.1/lists/1",
        "file:///lists/1",
        "data:,x",
        "/lists/1",
        "",
    ] {
        let claims = list_claims(0, &[1], "").replace(URI, &uri.replace('\\', r"\\"));
        let fault = lists.hydrate(uri, &sign(7, TYP, &claims), &keys(), at(0)).unwrap_err();
        assert_eq!(fault.code(), "address", "{uri}");
        let entry = StatusEntry::new(Some(ISSUER), uri, 0);
        assert_eq!(lists.status(&entry, at(0)), StatusAnswer::NotAllowed, "{uri}");
    }
    assert!(lists.is_empty());
}

#[test]
fn a_configuration_is_read_as_one_object() {
    let good = format!(
        r#"{{"issuer":"{ISSUER}","lists":["{PREFIX}"],"algorithms":["EdDSA"],"list_issuer":"{ISSUER}","allow_loopback_http":false,
        "leeway":60,"fresh_for":600,"stale_for":3600,"cool_down":30,"timeout":5,"forget_after":86400,"max_lists":32,
        "max_bytes":4194304,"max_list_bytes":16777216}}"#
    );
    let lists = StatusLists::from_json(&good).unwrap();
    assert_eq!((lists.issuer(), lists.list_issuer()), (ISSUER, ISSUER));
    for (from, to) in [
        (format!(r#""issuer":"{ISSUER}","#), String::new()),
        (format!(r#"["{PREFIX}"]"#), "[]".into()),
        (PREFIX.into(), "http://issuer.example/".into()),
        (PREFIX.into(), "issuer.example".into()),
        (PREFIX.into(), "https://issuer.example/?list=".into()),
        (r#"["EdDSA"]"#.into(), "[]".into()),
        (r#"["EdDSA"]"#.into(), r#"["none"]"#.into()),
        ("false".into(), "0".into()),
        (r#""leeway":60"#.into(), r#""leeway":301"#.into()),
        (r#""fresh_for":600"#.into(), r#""fresh_for":59"#.into()),
        (r#""fresh_for":600"#.into(), r#""fresh_for":86401"#.into()),
        (r#""stale_for":3600"#.into(), r#""stale_for":86401"#.into()),
        (r#""cool_down":30"#.into(), r#""cool_down":0"#.into()),
        (r#""cool_down":30"#.into(), r#""cool_down":61"#.into()),
        (r#""timeout":5"#.into(), r#""timeout":0"#.into()),
        (r#""timeout":5"#.into(), r#""timeout":61"#.into()),
        (r#""forget_after":86400"#.into(), r#""forget_after":59"#.into()),
        (r#""max_lists":32"#.into(), r#""max_lists":0"#.into()),
        (r#""max_lists":32"#.into(), r#""max_lists":1025"#.into()),
        (r#""max_lists":32"#.into(), r#""max_lists":1.5"#.into()),
        (r#""max_bytes":4194304"#.into(), r#""max_bytes":0"#.into()),
        (r#""max_list_bytes":16777216"#.into(), r#""max_list_bytes":67108865"#.into()),
        (r#""timeout":5"#.into(), r#""timeouts":5"#.into()),
    ] {
        assert!(good.contains(&from), "{from}");
        assert!(StatusLists::from_json(&good.replacen(&from, &to, 1)).is_err(), "{from} as {to}");
    }
}

#[test]
fn nothing_of_a_list_and_no_address_stands_in_texts() {
    let secret = "https://issuer.example/lists/secret";
    let mut lists = lists();
    let token = sign(7, TYP, &list_claims(0, &[1], "").replace(URI, secret));
    lists.hydrate(secret, &token, &keys(), at(0)).unwrap();
    let fault = lists.hydrate(URI, &token, &keys(), at(0)).unwrap_err();
    for text in [format!("{lists:?}"), format!("{fault:?}"), fault.to_string()] {
        assert!(!text.contains("lists/") && !text.contains("eN"), "{text}");
    }
}

proptest! {
    #[test]
    fn hostile_bytes_never_panic(
        payload in ".{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..60), now in any::<i64>(),
    ) {
        let now = lowwater::UnixTime::from_millis(now);
        let text = String::from_utf8_lossy(&bytes);
        let members = format!(r#"{{"sub":"{URI}","iat":{NOW},"status_list":{text}}}"#);
        for token in [text.to_string(), sign(7, TYP, &payload), sign(7, TYP, &members)] {
            let _ = lists().hydrate(URI, &token, &keys(), now);
        }
        let _ = lists().status(&StatusEntry::new(Some(ISSUER), &payload, 0), now);
        let _ = StatusLists::from_json(&payload);
    }
}
