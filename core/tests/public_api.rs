//! What users of the crate rely on beside the answers: threads, sizes, traits, types of claims.
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

use lowwater::{
    Accepted, Algorithm, ApplyError, ClaimError, Code, ConfigError, Cutoffs, Explanation,
    Introspected, Key, KeySet, NoCutoffs, Note, Policy, Rejection, Requirement, Rule, RuleSet,
    Signed, Target, UnixTime, Unverified, Validator,
};
use serde::Deserialize;
use signing::{AUDIENCE, ISSUER, NOW, Signer, access_token_claims, claims, validator};

const NOW_TIME: UnixTime = UnixTime::from_secs(NOW);

#[test]
fn everything_may_cross_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Validator>();
    shared::<Policy>();
    shared::<KeySet>();
    shared::<Key>();
    shared::<Cutoffs>();
    shared::<Rule>();
    shared::<Accepted>();
    shared::<Signed>();
    shared::<Introspected>();
    shared::<Rejection>();
    shared::<Explanation>();
    shared::<Unverified>();
}

#[test]
fn errors_are_errors_and_small() {
    fn error<T: std::error::Error + Send + Sync + Clone + 'static>() {}
    error::<Rejection>();
    error::<ConfigError>();
    error::<ApplyError>();
    error::<ClaimError>();
    assert!(size_of::<Rejection>() < 128, "clippy warns every caller from 128 bytes on");
}

#[test]
fn every_code_is_a_word_of_its_own() {
    let words: std::collections::BTreeSet<&str> =
        Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(words.len(), Code::ALL.len());
    let plain = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    assert!(words.iter().all(plain));
}

/// Rules behind a pointer: what an application does that exchanges whole states.
#[test]
fn rules_may_be_behind_a_pointer() {
    let signer = Signer::Secret;
    let validator = validator(Algorithm::Hs256, &signer);
    let token = signer.token(Algorithm::Hs256, &claims(""));
    let boxed: Box<dyn RuleSet + Send + Sync> = Box::new(Cutoffs::local());
    assert!(validator.validate(&token, &*boxed, NOW_TIME).is_ok());
    let shared = std::sync::Arc::new(Cutoffs::local());
    assert!(validator.validate(&token, &*shared, NOW_TIME).is_ok());
}

#[derive(Deserialize)]
struct MyClaims {
    sub: String,
    sid: String,
    aud: Vec<String>,
}

#[test]
fn an_accepted_token_gives_what_it_says() {
    let signer = Signer::of(Algorithm::EdDsa);
    let validator = validator(Algorithm::EdDsa, &signer);
    let token = signer.token(Algorithm::EdDsa, &access_token_claims());
    let accepted = validator.validate(&token, &NoCutoffs, NOW_TIME).unwrap();
    assert_eq!(accepted.issuer(), Some(ISSUER));
    assert_eq!(accepted.subject(), Some("auth0|5f7c8ec7c33c6c004bbafe82"));
    assert_eq!(accepted.audiences(), [AUDIENCE, "https://tenant.example.auth/userinfo"]);
    assert_eq!(accepted.client(), Some("my_client_id_0123456789abcdefghij"));
    assert_eq!(accepted.session(), Some("08a5019c-17e1-4977-8f42-65a12843ea02"));
    assert_eq!(accepted.scopes().len(), 6);
    assert_eq!(accepted.permissions(), ["read:messages", "write:messages"]);
    assert_eq!(accepted.issued_at(), Some(NOW_TIME));
    assert_eq!(accepted.expires_at(), Some(UnixTime::from_secs(NOW + 3600)));
    assert_eq!(accepted.authenticated_at(), Some(UnixTime::from_secs(NOW - 60)));
    assert_eq!((accepted.not_before(), accepted.notes().count()), (None, 0));
    assert_eq!((accepted.algorithm(), accepted.key_id()), (Some(Algorithm::EdDsa), Some("k")));
    assert_eq!(accepted.token_type(), Some("at+jwt"));
    assert_eq!(accepted.header_json(), Some(r#"{"alg":"EdDSA","kid":"k","typ":"at+jwt"}"#));
    assert_eq!(accepted.claims_json(), access_token_claims());
    assert_eq!(accepted.claim_json("exp"), Some("1700003600"));
    assert_eq!(accepted.claim_json("nothing"), None);
    let mine: MyClaims = accepted.claims().unwrap();
    assert_eq!(
        (mine.sub.as_str(), mine.sid.len(), mine.aud.len()),
        (accepted.subject().unwrap(), 36, 2)
    );
    assert_eq!(accepted.claim::<Vec<String>>("permissions").unwrap().unwrap().len(), 2);
    assert_eq!(accepted.claim::<String>("nothing").unwrap(), None);
    let wrong = accepted.claim::<u32>("sub").unwrap_err().to_string();
    assert!(
        wrong.starts_with("the claims do not fit the type asked for") && !wrong.contains("auth0")
    );
    assert!(accepted.require_scopes(["read:messages", "openid"]).is_ok());
    assert!(accepted.require_any_scope(["nothing", "email"]).is_ok());
    assert!(accepted.require_permissions(["read:messages"]).is_ok());
    assert!(accepted.require_any_permission(["x"]).is_err());
    assert!(accepted.require_subject("someone else").is_err());
    assert!(accepted.require_confirmation("x").is_err());
    assert!(accepted.require(&Requirement::new()).is_ok());
}

/// Where `iat` stood for `auth_time`, the owner is told.
#[test]
fn a_login_rule_without_auth_time_leaves_a_note() {
    let signer = Signer::Secret;
    let validator = validator(Algorithm::Hs256, &signer);
    let mut cutoffs = Cutoffs::local();
    let before = UnixTime::from_secs(NOW - 100);
    cutoffs.apply(Rule::authenticated_before(Target::subject("u1"), before), NOW_TIME).unwrap();
    let notes = |more: &str| {
        let token = signer.token(Algorithm::Hs256, &claims(more));
        validator.validate(&token, &cutoffs, NOW_TIME).unwrap().notes().collect::<Vec<_>>()
    };
    assert_eq!(notes(""), [Note::IssuedAtForAuthTime]);
    assert_eq!(notes(&format!(r#","auth_time":{NOW}"#)), []);
    assert_eq!(notes(r#","client_id":"u1""#), [], "a machine has no login");
}

/// For display alone: there is no road from here to an accepted token.
#[test]
fn an_unverified_token_shows_what_it_says() {
    let token = Signer::Secret.token(Algorithm::Hs256, &claims(r#","x":[1]"#));
    let shown = Unverified::read(&token).unwrap();
    assert_eq!((shown.algorithm(), shown.key_id()), ("HS256", Some("k")));
    assert_eq!((shown.token_type(), shown.issuer()), (Some("at+jwt"), Some(ISSUER)));
    assert_eq!((shown.subject(), shown.issued_at()), (Some("u1"), Some(NOW_TIME)));
    assert_eq!(shown.expires_at(), Some(UnixTime::from_secs(NOW + 600)));
    assert_eq!(shown.header_json(), r#"{"alg":"HS256","kid":"k","typ":"at+jwt"}"#);
    assert_eq!(shown.claims_json(), claims(r#","x":[1]"#));
    assert_eq!((shown.claim_json("x"), shown.claim_json("y")), (Some("[1]"), None));
    assert_eq!(shown.claim_names(), ["iss", "aud", "sub", "iat", "exp", "x"]);
}

/// What a signed message of another kind says of itself, and nothing that it claims.
#[test]
fn a_signed_message_tells_its_key() {
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    let token =
        Signer::Secret.sign(Algorithm::Hs256, r#"{"alg":"HS256","typ":"logout+jwt"}"#, b"[]");
    let bound = validator.keys().clone().for_issuer(ISSUER);
    let signed = validator.with_keys(bound).verify(&token).unwrap();
    assert_eq!((signed.payload(), signed.algorithm()), (&b"[]"[..], Algorithm::Hs256));
    assert_eq!((signed.token_type(), signed.key_id()), (Some("logout+jwt"), "k"));
    assert_eq!(signed.key_issuers().collect::<Vec<_>>(), [ISSUER]);
    assert_eq!(signed.header_json(), r#"{"alg":"HS256","typ":"logout+jwt"}"#);
    assert_eq!(format!("{signed:?}"), "Signed { algorithm: Hs256, payload_bytes: 2, .. }");
    assert_eq!(validator.verify("x").unwrap_err().code(), Code::TokenMalformed);
}

#[test]
fn a_longer_message_is_taken_where_that_is_said() {
    let keys = validator(Algorithm::Hs256, &Signer::Secret).keys().clone();
    let long = Signer::Secret.sign(Algorithm::Hs256, r#"{"alg":"HS256"}"#, &[b' '; 20_000]);
    let allowed = [Algorithm::Hs256];
    let no = keys.verify(&long, allowed).unwrap_err();
    assert_eq!(
        no.message(),
        format!("the token has {} bytes, more than the 16384 allowed", long.len())
    );
    assert_eq!(keys.verify_up_to(&long, long.len(), allowed).unwrap().payload().len(), 20_000);
    assert!(keys.verify_up_to(&long, long.len() - 1, allowed).is_err());
}

#[test]
fn a_store_that_is_down_is_no_fault_of_the_token() {
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    let no = validator.rules_unavailable(std::time::Duration::from_millis(1001));
    assert_eq!((no.http_status(), no.retry_after()), (503, Some(2)));
}

#[test]
fn an_issuer_that_is_down_is_no_fault_of_the_token() {
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    let no = validator.keys_unavailable(std::time::Duration::from_millis(1));
    assert_eq!((no.code(), no.stage()), (Code::KeysUnavailable, lowwater::Stage::Key));
    assert_eq!((no.http_status(), no.retry_after()), (503, Some(1)));
    assert_eq!((no.remedy(), no.www_authenticate()), (lowwater::Remedy::RetryLater, None));
    assert_eq!(no.message(), "the issuer's keys cannot be had now");
}

#[test]
fn strict_json_says_where_a_text_ends_to_be_strict() {
    use lowwater::strict_json;

    assert_eq!(strict_json(b" {\"a\":[1]} ").unwrap(), " {\"a\":[1]} ");
    for (text, position) in
        [(&b"[]"[..], 0), (b"{\"a\":\xff}", 5), (b"\xef\xbb\xbf{}", 0), (b"{\"a\":1,\"a\":2}", 12)]
    {
        let fault = strict_json(text).unwrap_err();
        assert_eq!(fault.position(), position, "{fault}");
        assert_eq!(fault.to_string(), format!("{} at byte {position}", fault.expected()));
    }
}

#[test]
fn a_header_carries_one_bearer_token() {
    for header in ["Bearer abc", "bearer  abc", " BEARER abc\t"] {
        assert_eq!(lowwater::bearer(header).unwrap(), "abc");
    }
    for (header, text) in [
        ("Basic YTpi", "the `Authorization` header carries no bearer token"),
        ("Bearerabc", "the `Authorization` header carries no bearer token"),
        ("Bearer ", "the `Authorization` header says `Bearer` and carries no token"),
        ("Bearer a b", "the `Authorization` header carries more than one token"),
        ("Bearer a, Bearer b", "the `Authorization` header carries more than one token"),
    ] {
        let no = lowwater::bearer(header).unwrap_err();
        assert_eq!((no.code(), no.to_string().as_str()), (Code::TokenMissing, text));
    }
}

/// In code as in a file: both ways to write a policy make the same.
#[test]
fn a_builder_says_what_a_policy_says() {
    let built = Validator::builder()
        .any_issuer()
        .any_audience()
        .algorithms([Algorithm::Hs256])
        .token_type(lowwater::TokenType::Strict)
        .max_age(std::time::Duration::from_secs(5))
        .required("sub")
        .device_claim("dev")
        .tenant_claim("ten")
        .allow_padding()
        .keys(KeySet::from_keys([Signer::Secret.key("k")]).unwrap());
    assert!(format!("{built:?}").starts_with("ValidatorBuilder { keys: Some(KeySet"));
    let built = built.build().unwrap();
    let read = Policy::from_json(
        r#"{"issuer":"any","audience":"any","algorithms":["HS256"],"token_type":"strict","max_age":5,"required":["sub"],"device_claim":"dev","tenant_claim":"ten","allow_padding":true}"#,
    );
    let read = Validator::new(read.unwrap(), built.keys().clone());
    let mut rules = Cutoffs::local();
    rules.apply(Rule::suspended(Target::device("d1"), true, 1), NOW_TIME).unwrap();
    let no_subject = format!(r#"{{"iat":{NOW},"exp":{}}}"#, NOW + 60);
    for (header, payload, later, code) in [
        (r#"{"alg":"HS256"}"#, claims(""), 0, Some(Code::TypeNotAllowed)),
        (r#"{"alg":"HS256","typ":"at+jwt"}"#, claims(""), 65, None),
        (r#"{"alg":"HS256","typ":"at+jwt"}"#, claims(""), 66, Some(Code::TokenTooOld)),
        (r#"{"alg":"HS256","typ":"at+jwt"}"#, no_subject, 0, Some(Code::ClaimMissing)),
        (r#"{"alg":"HS256","typ":"at+jwt"}"#, claims(r#","dev":"d1""#), 0, Some(Code::Suspended)),
        (r#"{"alg":"HS256","typ":"at+jwt"}"#, claims(r#","device_id":"d1""#), 0, None),
    ] {
        let token = Signer::Secret.sign(Algorithm::Hs256, header, payload.as_bytes());
        let now = UnixTime::from_secs(NOW + later);
        for validator in [&built, &read] {
            let decided = validator.validate(&(token.clone() + "="), &rules, now);
            assert_eq!(decided.err().map(|no| no.code()), code, "{header} {payload}");
        }
    }
}
