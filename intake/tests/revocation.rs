//! Requests to revoke: all of a user (Global Token Revocation), and one token (RFC 7009).
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]
mod messages;

use lowwater::{Accepted, Algorithm, Code, Cutoffs, NoCutoffs, UnixTime, Validator};
use lowwater_intake::{
    Authority, GlobalRevocation, NotRevoked, Revocation, RevocationRequest, Revoker, Subjects,
};
use messages::{AUDIENCE, ISSUER, OTHER, about, at, keys, sign, told};
use proptest::prelude::*;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const USER: &str = r#"{"format":"iss_sub","iss":"https://issuer.example/","sub":"u1"}"#;

fn global() -> GlobalRevocation {
    GlobalRevocation::new(ISSUER).unwrap()
}

fn ask(subject: &str) -> Result<Revocation, u16> {
    ask_of(&global(), JSON, &format!(r#"{{"sub_id":{subject}}}"#))
}

fn ask_of(by: &GlobalRevocation, content_type: &str, body: &str) -> Result<Revocation, u16> {
    let now = UnixTime::from_millis(1_700_000_000_250);
    by.receive(content_type, body.as_bytes(), now).map_err(|no| no.reply().status())
}

#[test]
fn everything_of_a_user_ends_now() {
    let revoked = ask(USER).unwrap();
    let rule = about("authenticated_before", r#""subject":"u1""#, r#""at":1700000000.250"#);
    assert_eq!(told(revoked.rules()), [rule]);
    assert_eq!(GlobalRevocation::reply().status(), 204);
    assert_eq!(GlobalRevocation::unknown_user().status(), 404);
    let token = r#"{"format":"jwt_id","iss":"https://issuer.example/","jti":"t1"}"#;
    let rule = about("revoked", r#""token_id":"t1""#, r#""until":"never""#);
    assert_eq!(told(ask(token).unwrap().rules()), [rule]);
}

#[test]
fn a_request_that_is_none_is_400() {
    for body in
        ["", "{}", "[]", r#"{"sub_id":null}"#, r#"{"sub_id":"u1"}"#, r#"{"sub_id":{},"sub_id":{}}"#]
    {
        assert_eq!(ask_of(&global(), JSON, body), Err(400), "{body}");
    }
    let good = format!(r#"{{"sub_id":{USER}}}"#);
    assert_eq!(ask_of(&global(), "text/plain", &good), Err(400));
    assert!(ask_of(&global(), "application/json; charset=utf-8", &good).is_ok());
    assert_eq!(ask_of(&global(), JSON, &format!("{good}{}", " ".repeat(65_536))), Err(400));
}

#[test]
fn an_identifier_that_means_nobody_here_is_422() {
    for subject in [
        "{}",
        r#"{"format":"email","email":"a@b.example"}"#,
        r#"{"format":"iss_sub","sub":"u1"}"#,
        r#"{"format":"complex"}"#,
    ] {
        assert_eq!(ask(subject), Err(422), "{subject}");
    }
    let mail = Subjects::new().format("email", "claim:email").unwrap();
    let body = r#"{"sub_id":{"format":"email","email":"a@b.example"}}"#;
    let revoked = ask_of(&global().subjects(mail), JSON, body).unwrap();
    let rule =
        about("authenticated_before", r#""claim:email":"a@b.example""#, r#""at":1700000000.250"#);
    assert_eq!(told(revoked.rules()), [rule]);
}

#[test]
fn somebody_who_may_not_be_named_is_403_and_nothing_is_revoked() {
    let other = USER.replace(ISSUER, OTHER);
    assert_eq!(ask(&other), Err(403));
    let both = format!(r#"{{"format":"aliases","identifiers":[{USER},{other}]}}"#);
    assert_eq!(ask(&both), Err(403), "all or nothing: whoever asks hears of it");
    let allowed = global().within(Authority::over_issuer(OTHER));
    assert!(ask_of(&allowed, JSON, &format!(r#"{{"sub_id":{other}}}"#)).is_ok());
    assert_eq!(ask_of(&allowed, JSON, &format!(r#"{{"sub_id":{USER}}}"#)), Err(403));
}

#[test]
fn a_refusal_says_why_and_nothing_of_the_person() {
    let body = r#"{"sub_id":{"format":"email","email":"person@b.example"}}"#;
    let fault = global().receive(JSON, body.as_bytes(), at(0)).unwrap_err();
    let reply = fault.reply();
    assert!(reply.body().starts_with(r#"{"error":"subject_unresolved""#), "{}", reply.body());
    assert!(!format!("{fault:?}{fault}{}", reply.body()).contains("person"));
}

#[test]
fn a_configuration_is_read_whole_or_not_at_all() {
    let good = r#"{"issuer":"i","formats":{"email":"claim:email"},"authority":{"issuers":"i"},"max_lifetime":60}"#;
    assert!(GlobalRevocation::from_json(good).is_ok());
    for (from, to) in
        [(r#""i","#, r#""","#), (r#"claim:email"#, "mail"), ("60", "0"), ("issuers", "issuer")]
    {
        let bad = good.replacen(from, to, 1);
        assert!(bad != good && GlobalRevocation::from_json(&bad).is_err(), "{bad}");
    }
}

fn validator() -> Validator {
    Validator::builder()
        .any_issuer()
        .audience(AUDIENCE)
        .algorithms([Algorithm::EdDsa])
        .keys(keys())
        .build()
        .unwrap()
}

fn token(members: &str) -> String {
    let claims = format!(r#"{{"aud":"{AUDIENCE}","iat":1700000000.5,"exp":1700000600{members}}}"#);
    sign("at+jwt", claims)
}

fn accepted(token: &str) -> Accepted {
    validator().validate(token, &NoCutoffs, at(1)).unwrap()
}

const ALL: &str = r#","iss":"https://issuer.example/","sub":"u1","client_id":"c1","jti":"t1""#;

#[test]
fn a_form_has_one_token_and_perhaps_a_hint() {
    let read = |body: &str| RevocationRequest::read(FORM, body.as_bytes());
    let request = read("token=a.b.c&token_type_hint=access_token").unwrap();
    assert_eq!((request.token(), request.hint()), ("a.b.c", Some("access_token")));
    assert_eq!(read("other=1&token=45ghiukldjahdnhzdauz").unwrap().hint(), None);
    for (body, code) in [
        ("", "claim_missing"),
        ("token=", "claim_missing"),
        ("token_type_hint=access_token", "claim_missing"),
        ("token=a&token=b", "claim_type"),
        ("token=a&token_type_hint=x&token_type_hint=y", "claim_type"),
    ] {
        let fault = read(body).unwrap_err();
        assert_eq!(fault.code(), code, "{body}");
        let reply = RevocationRequest::refusal(&fault);
        assert!(reply.status() == 400 && reply.body().starts_with(r#"{"error":"invalid_request""#));
    }
    assert!(RevocationRequest::read(JSON, b"token=a").is_err());
    assert!(read(&format!("token=a&x={}", "y".repeat(65_536))).is_err());
    assert!(!format!("{:?}", read("token=s3cret").unwrap()).contains("s3cret"));
    assert_eq!(RevocationRequest::reply().status(), 200);
}

#[test]
fn an_access_token_ends_by_its_id_until_it_expires() {
    let text = token(ALL);
    let revoked = RevocationRequest::access_token(&accepted(&text), Revoker::Client("c1")).unwrap();
    let rule = about("revoked", r#""token_id":"t1""#, r#""until":1700000600"#);
    assert_eq!(told(revoked.rules()), [rule]);
    assert_eq!(after(&revoked, &text), Some(Code::TokenRevoked));
    assert_eq!(after(&revoked, &token(&ALL.replace("t1", "t2"))), None, "its sister");
    assert_eq!(after(&revoked, &token(&ALL.replace(ISSUER, OTHER))), None, "another issuer's");
}

fn after(revoked: &Revocation, token: &str) -> Option<Code> {
    let mut cutoffs = Cutoffs::local();
    for rule in revoked.rules() {
        cutoffs.apply(rule.clone(), at(1)).unwrap();
    }
    validator().validate(token, &cutoffs, at(2)).err().map(|no| no.code())
}

#[test]
fn a_client_revokes_its_own_tokens_alone() {
    let of = |members: &str, by| RevocationRequest::access_token(&accepted(&token(members)), by);
    assert_eq!(of(ALL, Revoker::Client("c2")), Err(NotRevoked::OtherClient));
    assert_eq!(of(ALL, Revoker::Client("")), Err(NotRevoked::OtherClient));
    let nobodys = ALL.replace(r#""client_id":"c1","#, "");
    assert_eq!(of(&nobodys, Revoker::Client("c1")), Err(NotRevoked::OtherClient));
    assert!(of(ALL, Revoker::Operator).is_ok() && of(&nobodys, Revoker::Operator).is_ok());
}

#[test]
fn a_token_without_an_id_ends_with_those_of_its_grant_until_its_own_second() {
    let plain = ALL.replace(r#","jti":"t1""#, "");
    let revoked =
        RevocationRequest::access_token(&accepted(&token(&plain)), Revoker::Operator).unwrap();
    let grant = r#""subject":"u1","client":"c1""#;
    assert_eq!(told(revoked.rules()), [about("issued_before", grant, r#""at":1700000001.000"#)]);
    assert_eq!(after(&revoked, &token(&plain)), Some(Code::TokenRevoked));
    let next = sign(
        "at+jwt",
        format!(r#"{{"aud":"{AUDIENCE}","iat":1700000001,"exp":1700000600{plain}}}"#),
    );
    assert_eq!(after(&revoked, &next), None);
    let user = plain.replace(r#","client_id":"c1""#, "");
    let revoked =
        RevocationRequest::access_token(&accepted(&token(&user)), Revoker::Operator).unwrap();
    let rule = about("issued_before", r#""subject":"u1""#, r#""at":1700000001.000"#);
    assert_eq!(told(revoked.rules()), [rule]);
}

#[test]
fn a_token_that_no_rule_can_name_is_left_alone() {
    let of = |members: &str| {
        RevocationRequest::access_token(&accepted(&token(members)), Revoker::Operator)
    };
    assert_eq!(of(r#","sub":"u1","jti":"t1""#), Err(NotRevoked::NoName), "of no issuer");
    let of_client = r#","iss":"https://issuer.example/","client_id":"c1""#;
    assert_eq!(of(of_client), Err(NotRevoked::NoName), "of everyone who uses the client");
}

#[test]
fn a_grant_that_the_application_knows_ends_now() {
    let revoked = RevocationRequest::grant(ISSUER, "u1", "c1", at(3));
    let grant = r#""subject":"u1","client":"c1""#;
    assert_eq!(told(revoked.rules()), [about("issued_before", grant, r#""at":1700000003.000"#)]);
    assert_eq!(after(&revoked, &token(ALL)), Some(Code::TokenRevoked));
}

proptest! {
    #[test]
    fn any_bytes_are_answered(body in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = global().receive(JSON, &body, at(0));
        let _ = RevocationRequest::read(FORM, &body);
    }
}
