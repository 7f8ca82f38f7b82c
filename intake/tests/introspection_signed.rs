//! Signed introspection responses (RFC 9701): whose, for whom, when; and nothing unsigned in their place.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::panic_in_result_fn,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod asking;

use asking::*;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lowwater::{Introspected, KeySet, NoCutoffs, Policy, Validator};
use lowwater_intake::{Answer, Introspection};
use ring::signature::Ed25519KeyPair;

/// The key of RFC 8037 appendix A, which everyone can read.
const JWKS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"b","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
const HEADER: &str = r#"{"alg":"EdDSA","kid":"b","typ":"token-introspection+jwt"}"#;
const SIGNED: &str = "application/token-introspection+jwt";

fn own() -> Introspection {
    configured(r#","signed_for":"https://api.example/rs","algorithms":["EdDSA"]"#)
}

fn sign(header: &str, payload: &str) -> String {
    let signer = Ed25519KeyPair::from_seed_unchecked(&SEED).unwrap();
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let head = format!("{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()));
    format!("{head}.{}", encode(signer.sign(head.as_bytes()).as_ref()))
}

/// A good payload with more members, comma first.
fn payload(response: &str, more: &str) -> String {
    format!(
        r#"{{"iss":"{ISSUER}","aud":"https://api.example/rs","iat":{NOW},"token_introspection":{response}{more}}}"#
    )
}

fn keys() -> KeySet {
    KeySet::from_jwks(JWKS).unwrap().for_issuer(ISSUER)
}

/// The response, or the code of the fault.
fn answered_by(
    own: &mut Introspection,
    headers: &[(&str, &str)],
    body: &str,
    now: i64,
) -> Result<Introspected, &'static str> {
    let asked = fetch(own, TOKEN, now);
    let answer = Answer::new(200, headers, body.as_bytes());
    let came = own.answered(&asked, &answer, &keys(), at(now));
    came.map_err(|no| {
        assert_eq!(no.rejection(&validator()).http_status(), 503);
        no.fault.code()
    })
}

fn told_signed(header: &str, payload: &str) -> Result<Introspected, &'static str> {
    answered_by(&mut own(), &[("Content-Type", SIGNED)], &sign(header, payload), 0)
}

#[test]
fn a_signed_response_is_asked_for_and_decided_by() {
    let mut own = own();
    let asked = fetch(&mut own, TOKEN, 0);
    assert!(asked.headers().any(|header| header == ("Accept", SIGNED)));
    let response = told_signed(HEADER, &payload(&active(""), "")).unwrap();
    assert_eq!(decide(&response, &NoCutoffs, 0).unwrap().claims_json(), active(""));
    let inactive = told_signed(HEADER, &payload(INACTIVE, "")).unwrap();
    assert_eq!(code(&inactive, 0), Some("token_inactive"));
    let typ = HEADER.replace("token-", "application/Token-");
    assert!(told_signed(&typ, &payload(&active(""), "")).is_ok(), "a media type, in any case");
}

#[test]
fn an_unsigned_answer_does_not_stand_in_for_a_signed_one() {
    let (json, signed) = (active(""), sign(HEADER, &payload(&active(""), "")));
    for (headers, body, fault) in [
        (&[("Content-Type", "application/json")][..], &json, "not_signed"),
        (&[("Content-Type", SIGNED)], &json, "not_signed"),
        (&[], &json, "not_signed"),
        (&[("Content-Type", "application/json; charset=utf-8")], &signed, "not_signed"),
    ] {
        assert_eq!(answered_by(&mut own(), headers, body, 0).unwrap_err(), fault, "{headers:?}");
    }
    assert!(answered_by(&mut own(), &[], &signed, 0).is_ok());
    let none = sign(r#"{"alg":"none","typ":"token-introspection+jwt"}"#, &payload(&json, ""));
    assert_eq!(answered_by(&mut own(), &[], &none, 0).unwrap_err(), "algorithm_unknown");
}

#[test]
fn a_signed_answer_does_not_stand_in_for_an_unsigned_one() {
    let signed = sign(HEADER, &payload(&active(""), ""));
    for (headers, body, fault) in [
        (&[("content-type", SIGNED)][..], &signed, "signed"),
        (&[("Content-Type", "Application/Token-Introspection+JWT ; a=b")], &signed, "signed"),
        (&[("Content-Type", SIGNED)], &active(""), "signed"),
        (&[], &signed, "json"),
    ] {
        let came = answered_by(&mut configured(""), headers, body, 0);
        assert_eq!(came.unwrap_err(), fault, "{headers:?}");
    }
}

#[test]
fn another_kind_of_signed_message_is_no_response() {
    for typ in ["JWT", "at+jwt", "logout+jwt", "token-introspection"] {
        let header = HEADER.replace("token-introspection+jwt", typ);
        assert_eq!(
            told_signed(&header, &payload(&active(""), "")).unwrap_err(),
            "type_not_allowed",
            "{typ}"
        );
    }
    let header = r#"{"alg":"EdDSA","kid":"b"}"#;
    assert_eq!(told_signed(header, &payload(&active(""), "")).unwrap_err(), "type_not_allowed");
}

#[test]
fn a_response_of_another_server_or_for_another_is_refused() {
    let good = payload(&active(""), "");
    let outer_iss = format!(r#"{{"iss":"{ISSUER}","aud""#);
    for (from, to, fault) in [
        (&*outer_iss, r#"{"iss":"https://other.example/","aud""#, "issuer_not_allowed"),
        (&*outer_iss, r#"{"aud""#, "issuer_not_allowed"),
        ("https://api.example/rs", "https://other.example/rs", "audience_not_allowed"),
        (r#""aud":"https://api.example/rs","#, "", "audience_not_allowed"),
        (r#""aud":"https://api.example/rs","#, r#""aud":5,"#, "claim_type"),
    ] {
        assert!(good.contains(from), "{from}");
        assert_eq!(told_signed(HEADER, &good.replacen(from, to, 1)).unwrap_err(), fault, "{to}");
    }
    let of_two = good.replacen(
        r#""https://api.example/rs""#,
        r#"["https://x.example/","https://api.example/rs"]"#,
        1,
    );
    assert!(told_signed(HEADER, &of_two).is_ok());
}

#[test]
fn an_old_response_was_kept_by_somebody() {
    let signed = sign(HEADER, &payload(&active(""), ""));
    for (now, fault) in [
        (-61, Some("issued_in_future")),
        (-60, None),
        (0, None),
        (120, None),
        (121, Some("token_too_old")),
    ] {
        let came = answered_by(&mut own(), &[], &signed, now);
        assert_eq!(came.err(), fault, "{now}");
    }
    let no_iat = payload(&active(""), "").replacen(&format!(r#","iat":{NOW}"#), "", 1);
    assert_eq!(told_signed(HEADER, &no_iat).unwrap_err(), "claim_missing");
}

#[test]
fn sub_and_exp_beside_the_response_mean_nothing() {
    let more = format!(r#","sub":"u2","exp":{},"active":false,"scope":"admin""#, NOW - 5000);
    let response = told_signed(HEADER, &payload(&active(""), &more)).unwrap();
    let accepted = decide(&response, &NoCutoffs, 0).unwrap();
    assert_eq!((accepted.subject(), accepted.scopes().len()), (Some("u1"), 0));
    let outside = payload(r#"{"sub":"u1"}"#, r#","active":true"#);
    assert_eq!(code(&told_signed(HEADER, &outside).unwrap(), 0), Some("token_inactive"));
}

#[test]
fn what_is_said_of_the_token_is_an_object() {
    for said in ["true", "null", "[]", r#""{\"active\":true}""#] {
        assert_eq!(told_signed(HEADER, &payload(said, "")).unwrap_err(), "claim_type", "{said}");
    }
    let nothing = payload("{}", "").replacen(r#","token_introspection":{}"#, "", 1);
    assert_eq!(told_signed(HEADER, &nothing).unwrap_err(), "claim_missing");
    let twice = payload(r#"{"active":false,"active":true}"#, "");
    assert_eq!(told_signed(HEADER, &twice).unwrap_err(), "claims_malformed");
}

#[test]
fn a_key_that_is_not_there_is_told() {
    let header = HEADER.replace(r#""b""#, r#""c""#);
    assert_eq!(told_signed(&header, &payload(&active(""), "")).unwrap_err(), "key_not_found");
    let mut own = own();
    let asked = fetch(&mut own, TOKEN, 0);
    let signed = sign(HEADER, &payload(&active(""), ""));
    let answer = Answer::new(200, &[], signed.as_bytes());
    let no = own.answered(&asked, &answer, &KeySet::empty(), at(0)).unwrap_err();
    assert_eq!(no.fault.code(), "key_not_found");
    let damaged = signed.replacen('.', ".A", 1);
    assert!(answered_by(&mut own, &[], &damaged, 0).is_err());
    // Keys that are bound to another issuer are not this one's.
    let asked = fetch(&mut own, TOKEN, 0);
    let others = KeySet::from_jwks(JWKS).unwrap().for_issuer("https://other.example/");
    let no = own.answered(&asked, &answer, &others, at(0)).unwrap_err();
    assert_eq!(no.fault.code(), "issuer_not_allowed");
}

/// Its claims would fit: it is for this API, and signed by the issuer.
#[test]
fn a_signed_response_is_never_an_access_token() {
    let more = format!(r#","sub":"u1","exp":{}"#, NOW + 600);
    let signed = sign(HEADER, &payload(&active(""), &more));
    for token_type in ["default", "strict", "any"] {
        let policy = format!(
            r#"{{"issuer":["{ISSUER}"],"audience":["https://api.example/rs"],"algorithms":["EdDSA"],"token_type":"{token_type}"}}"#
        );
        let validator = Validator::new(Policy::from_json(&policy).unwrap(), keys());
        let no = validator.validate(&signed, &NoCutoffs, at(0)).unwrap_err();
        assert_eq!(no.code(), "type_not_allowed", "{token_type}");
    }
}
