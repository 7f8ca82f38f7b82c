//! Tokens that their authorization server was asked about: the same decision as for a JWT of the same claims.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod signing;

use lowwater::{
    Accepted, Algorithm, Code, Cutoffs, Introspected, Key, KeySet, NoCutoffs, Outcome, Policy,
    Rejection, Rule, Stage, Target, UnixTime, Until, Validator,
};
use proptest::prelude::*;
use signing::{AUDIENCE, ISSUER, NOW, SECRET, Signer, claims, validator};

const NOW_TIME: UnixTime = UnixTime::from_secs(NOW);

fn hs256() -> Validator {
    validator(Algorithm::Hs256, &Signer::Secret)
}

fn with_policy(more: &str) -> Validator {
    let policy = format!(
        r#"{{"issuer":["{ISSUER}"],"audience":["{AUDIENCE}"],"algorithms":["HS256"]{more}}}"#
    );
    let keys = KeySet::from_keys([Key::from_secret(SECRET).unwrap()]).unwrap();
    Validator::new(Policy::from_json(&policy).unwrap(), keys)
}

fn read(body: &str) -> Introspected {
    Introspected::read(body.as_bytes(), ISSUER).unwrap()
}

/// A good response, and more members after its own.
fn active(more: &str) -> String {
    claims(&format!(r#","active":true{more}"#))
}

fn decided(validator: &Validator, body: &str) -> Result<Accepted, Rejection> {
    validator.introspected(&read(body), &NoCutoffs, NOW_TIME)
}

fn code(validator: &Validator, body: &str) -> Option<Code> {
    decided(validator, body).err().map(|no| no.code())
}

#[test]
fn only_active_that_is_exactly_true_goes_on() {
    let good = claims("");
    for active in
        ["", r#","active":false"#, r#","active":"true""#, r#","active":1"#, r#","active":null"#]
    {
        let body = good.replace('}', &format!("{active}}}"));
        let no = decided(&hs256(), &body).unwrap_err();
        assert_eq!((no.code(), no.stage()), (Code::TokenInactive, Stage::Shape), "{body}");
        assert_eq!((no.http_status(), no.remedy().as_str()), (401, "none"));
        assert_eq!(no.www_authenticate().unwrap(), r#"Bearer error="invalid_token""#);
        assert_eq!(no.message(), "the authorization server says that the token is not active");
        assert!(!read(&body).is_active() && read(&body).expires_at().is_none());
    }
    for other in [r#","active":[true]"#, r#","active":{"active":true}"#, r#","Active":true"#] {
        assert_eq!(code(&hs256(), &claims(other)), Some(Code::TokenInactive), "{other}");
    }
    assert_eq!(code(&hs256(), r#"{"data":{"active":true}}"#), Some(Code::TokenInactive));
    assert_eq!(code(&hs256(), &active("")), None);
    assert_eq!(code(&hs256(), &claims(r#","\u0061ctive":true"#)), None);
}

#[test]
fn an_inactive_response_is_inactive_whatever_else_it_says() {
    let body = r#"{"active":false,"exp":"never","iss":5,"token_type":[]}"#;
    assert_eq!(code(&hs256(), body), Some(Code::TokenInactive));
}

#[test]
fn what_is_no_strict_object_says_nothing_about_the_token() {
    for body in [
        "",
        "true",
        "[]",
        r#"{"active":true"#,
        r#"{"active":false,"active":true}"#,
        r#"{"active":true,"\u0061ctive":false}"#,
        r#"{"active":true,"cnf":{"jkt":"a","jkt":"b"}}"#,
        "\u{feff}{\"active\":true}",
        "<html>502 Bad Gateway</html>",
    ] {
        assert!(Introspected::read(body.as_bytes(), ISSUER).is_err(), "{body}");
    }
    assert!(Introspected::read(b"{\"active\":true,\"a\":\"\xff\"}", ISSUER).is_err());
}

#[test]
fn a_member_of_a_wrong_type_is_no_claim() {
    for member in [
        r#","nbf":"0""#,
        r#","scope":5"#,
        r#","client_id":null"#,
        r#","token_type":5"#,
        r#","token_use":null"#,
        r#","typ":["Bearer"]"#,
    ] {
        let no = decided(&hs256(), &active(member)).unwrap_err();
        assert_eq!((no.code(), no.stage()), (Code::ClaimType, Stage::Claims), "{member}");
        assert!(!read(&active(member)).is_active());
    }
}

#[test]
fn there_is_no_header_no_algorithm_and_no_key() {
    let accepted = decided(&hs256(), &active(r#","jti":"t1""#)).unwrap();
    assert_eq!((accepted.algorithm(), accepted.key_id()), (None, None));
    assert_eq!((accepted.token_type(), accepted.header_json()), (None, None));
    assert_eq!((accepted.subject(), accepted.token_id()), (Some("u1"), Some("t1")));
    assert_eq!(accepted.claim_json("active"), Some("true"));
    assert_eq!(
        format!("{accepted:?}"),
        "Accepted { algorithm: None, expires_at: Some(UnixTime(1700000600000)), .. }"
    );
    let shown = format!("{:?}", read(&active("")));
    assert!(
        shown.starts_with("Introspected { is_active: true") && !shown.contains("u1"),
        "{shown}"
    );
}

#[test]
fn a_rule_about_a_key_never_matches() {
    let mut rules = Cutoffs::local();
    for key in ["k", "", "null"] {
        rules.apply(Rule::revoked(Target::key_id(key), Until::Never), NOW_TIME).unwrap();
    }
    let response = read(&active(r#","kid":"k""#));
    let accepted = hs256().introspected(&response, &rules, NOW_TIME).unwrap();
    assert!(accepted.ticket().recheck(&rules, NOW_TIME).is_ok());
    let token = Signer::Secret.token(Algorithm::Hs256, &claims(""));
    let no = hs256().validate(&token, &rules, NOW_TIME).unwrap_err();
    assert_eq!(no.code(), Code::TokenRevoked, "where a key verified, the rule matches");
}

#[test]
fn a_response_that_names_no_issuer_is_that_of_whom_was_asked() {
    let body = active("").replace(&format!(r#""iss":"{ISSUER}","#), "");
    let response = Introspected::read(body.as_bytes(), ISSUER).unwrap();
    let accepted = with_policy(r#","required":["iss"]"#)
        .introspected(&response, &NoCutoffs, NOW_TIME)
        .unwrap();
    assert_eq!(accepted.issuer(), Some(ISSUER));
    assert_eq!(accepted.claims_json(), format!(r#"{{"iss":"{ISSUER}",{}"#, &body[1..]));
    let mut rules = Cutoffs::local();
    let user = Target::subject("u1").at_issuer(ISSUER);
    rules.apply(Rule::issued_before(user, UnixTime::from_secs(NOW + 1)), NOW_TIME).unwrap();
    let no = hs256().introspected(&response, &rules, NOW_TIME).unwrap_err();
    assert_eq!(no.code(), Code::TokenRevoked);

    let odd = Introspected::read(br#" {"active":true,"sub":"u1"}"#, "a\"\\b\u{e9}").unwrap();
    let explained = hs256().explain_introspected(&odd, &NoCutoffs, NOW_TIME);
    let issuer = explained.checks().iter().find(|check| check.name == "issuer").unwrap();
    assert_eq!(issuer.code, Some(Code::IssuerNotAllowed));
    assert!(issuer.compared.starts_with(r#"iss "a\"\\bé""#), "{}", issuer.compared);
}

#[test]
fn a_response_that_names_another_issuer_is_refused_also_where_the_policy_allows_it() {
    let other = "https://other.example/";
    let body = active("").replace(ISSUER, other);
    let validator = with_policy("").with_keys(hs256().keys().clone());
    assert_eq!(code(&validator, &body), Some(Code::IssuerNotAllowed));
    let policy = format!(
        r#"{{"issuer":["{ISSUER}","{other}"],"audience":["{AUDIENCE}"],"algorithms":["HS256"]}}"#
    );
    let both = Validator::new(Policy::from_json(&policy).unwrap(), hs256().keys().clone());
    let no = decided(&both, &body).unwrap_err();
    assert_eq!(no.code(), Code::IssuerNotAllowed);
    assert_eq!(no.message(), "the response names another issuer than the one that was asked");
    let any = policy.replace(&format!(r#"["{ISSUER}","{other}"]"#), r#""any""#);
    let any = Validator::new(Policy::from_json(&any).unwrap(), hs256().keys().clone());
    assert_eq!(code(&any, &body), Some(Code::IssuerNotAllowed));
    let theirs = Introspected::read(body.as_bytes(), other).unwrap();
    assert!(any.introspected(&theirs, &NoCutoffs, NOW_TIME).is_ok());
}

/// What servers send of refresh tokens and ID tokens.
#[test]
fn a_refresh_token_is_no_access_token() {
    let policies =
        ["", r#","token_type":"any""#, r#","token_type":"strict""#, r#","token_type":["own+jwt"]"#];
    for kind in [
        r#","typ":"Refresh""#,
        r#","typ":"Offline""#,
        r#","typ":"ID","token_type":"Bearer""#,
        r#","token_use":"refresh_token","token_type":"Bearer""#,
        r#","token_type":"refresh_token""#,
        r#","token_type":"N_A""#,
        r#","typ":"logout+jwt""#,
        r#","token_type":"Bearer","typ":"application/token-introspection+jwt""#,
    ] {
        for policy in policies {
            let no = decided(&with_policy(policy), &active(kind)).unwrap_err();
            assert_eq!((no.code(), no.stage()), (Code::TypeNotAllowed, Stage::Policy), "{kind}");
            assert_eq!(no.message(), "the authorization server says that this is no access token");
        }
    }
    for kind in [
        r#","token_type":"bearer""#,
        r#","token_type":"DPoP","cnf":{"jkt":"x"}"#,
        r#","token_type":"Bearer","typ":"Bearer""#,
        r#","token_type":"Bearer","token_use":"access_token""#,
        r#","token_type":"access_token""#,
    ] {
        assert!(policies.iter().all(|policy| code(&with_policy(policy), &active(kind)).is_none()));
    }
}

#[test]
fn a_strict_policy_wants_to_be_told_that_it_is_an_access_token() {
    for policy in [r#","token_type":"strict""#, r#","token_type":["own+jwt"]"#] {
        let no = decided(&with_policy(policy), &active("")).unwrap_err();
        assert_eq!(no.code(), Code::TypeNotAllowed);
        assert_eq!(
            no.message(),
            "the authorization server does not say that this is an access token (`token_type`)"
        );
    }
    let strict = with_policy(r#","token_type":"strict""#);
    assert_eq!(code(&strict, &active(r#","token_type":"Bearer","typ":"at+jwt""#)), None);
    let jwt = code(&strict, &active(r#","token_type":"Bearer","typ":"JWT""#));
    assert_eq!(jwt, Some(Code::TypeNotAllowed));
}

#[test]
fn an_opaque_token_is_visible_ascii_and_not_too_long() {
    let validator = with_policy(r#","max_token_bytes":8"#);
    for good in ["a", "8xLOxBtZ", "~!-._+/=", "a.b.c"] {
        assert!(validator.check_opaque(good).is_ok(), "{good}");
    }
    for bad in ["", " ", "a b", "a\n", "a\u{7f}", "é", "\u{0}"] {
        let no = validator.check_opaque(bad).unwrap_err();
        assert_eq!((no.code(), no.stage()), (Code::TokenMalformed, Stage::Shape), "{bad:?}");
    }
    let no = validator.check_opaque("123456789").unwrap_err();
    assert_eq!((no.code(), no.http_status()), (Code::TokenTooLarge, 401));
}

#[test]
fn a_server_that_cannot_be_asked_is_no_fault_of_the_token() {
    let no = hs256().introspection_unavailable(std::time::Duration::from_millis(1001));
    assert_eq!((no.code(), no.stage()), (Code::IntrospectionUnavailable, Stage::Shape));
    assert_eq!((no.http_status(), no.retry_after()), (503, Some(2)));
    assert_eq!((no.remedy().as_str(), no.www_authenticate()), ("retry_later", None));
}

#[test]
fn permission_notes_and_tickets_are_as_with_a_jwt() {
    let mut rules = Cutoffs::local();
    let early = UnixTime::from_secs(NOW - 60);
    rules.apply(Rule::authenticated_before(Target::subject("u1"), early), NOW_TIME).unwrap();
    let response = read(&active(r#","scope":"read write","cnf":{"jkt":"thumb"}"#));
    let accepted = hs256().introspected(&response, &rules, NOW_TIME).unwrap();
    assert!(accepted.require_scopes(["read"]).is_ok());
    assert_eq!(accepted.require_scopes(["admin"]).unwrap_err().http_status(), 403);
    assert!(accepted.require_confirmation("thumb").is_ok());
    assert_eq!(accepted.notes().count(), 1, "`iat` stood for `auth_time`");
    let ticket = accepted.ticket();
    rules.apply(Rule::revoked(Target::subject("u1"), Until::Never), NOW_TIME).unwrap();
    assert_eq!(ticket.recheck(&rules, NOW_TIME).unwrap_err().code(), Code::TokenRevoked);
}

#[test]
fn an_explanation_skips_what_it_cannot_ask() {
    let of = |body: &str| {
        let explained = hs256().explain_introspected(&read(body), &NoCutoffs, NOW_TIME);
        explained.checks().iter().map(|check| (check.name, check.outcome)).collect::<Vec<_>>()
    };
    use Outcome::{Fail, Pass, Skipped};
    let skipped = [("policy", Skipped), ("cutoff", Skipped)];
    let inactive = of(r#"{"active":false}"#);
    assert_eq!(inactive[..2], [("active", Fail), ("claims", Skipped)]);
    assert_eq!(inactive[2..], skipped);
    let faulty = of(r#"{"active":true,"exp":"x"}"#);
    assert_eq!(faulty[..2], [("active", Pass), ("claims", Fail)]);
    assert_eq!(faulty[2..], skipped);
    let good = of(&active(""));
    assert!(good.iter().all(|(_, outcome)| *outcome == Pass) && good.len() > 10, "{good:?}");
}

/// Members of which each is missing, right, or odd.
fn payload() -> impl Strategy<Value = String> {
    let member = |name: &'static str, values: &'static [&'static str]| {
        prop::sample::select(values).prop_map(move |value| match value {
            "" => String::new(),
            value => format!(r#","{name}":{value}"#),
        })
    };
    let times =
        &["", "1700000000", "1699999990.5", "1700000050", "1700000600", "1700000061", "\"x\"", "0"];
    (
        member("aud", &["", "\"https://api.example/\"", "[\"https://api.example/\",\"b\"]", "[]"]),
        member("sub", &["", "\"u1\"", "\"c1\"", "5"]),
        member("exp", times),
        member("nbf", &["", "", "1700000000", "1700000061"]),
        member("iat", times),
        member("auth_time", &["", "1699999000", "1700000100"]),
        member("client_id", &["", "\"c1\"", "null"]),
        member("sid", &["", "\"s1\""]),
        member("cnf", &["", r#"{"jkt":"thumb"}"#, "5"]),
    )
        .prop_map(|(a, b, c, d, e, f, g, h, i)| {
            format!(r#"{{"iss":"{ISSUER}"{a}{b}{c}{d}{e}{f}{g}{h}{i}}}"#)
        })
}

fn rules() -> impl Strategy<Value = Cutoffs> {
    let target = prop::sample::select(vec![
        Target::everyone(),
        Target::subject("u1"),
        Target::subject("u1").at_issuer(ISSUER),
        Target::client("c1"),
        Target::session("s1"),
        Target::confirmation("thumb"),
    ]);
    let rule = (target, 0..4, NOW - 100..NOW + 60).prop_map(|(target, kind, time)| match kind {
        0 => Rule::issued_before(target, UnixTime::from_secs(time)),
        1 => Rule::authenticated_before(target, UnixTime::from_secs(time)),
        2 => Rule::revoked(target, UnixTime::from_secs(time)),
        _ => Rule::suspended(target, true, 1),
    });
    prop::collection::vec(rule, 0..3).prop_map(|rules| {
        let mut cutoffs = Cutoffs::local();
        rules.into_iter().for_each(|rule| drop(cutoffs.apply(rule, NOW_TIME)));
        cutoffs
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Who vouches changes nothing of the answer: not the code, not the message, not a header.
    #[test]
    fn a_response_is_decided_as_a_jwt_of_its_claims(
        payload in payload(), rules in rules(), later in 0..700_i64,
    ) {
        let now = UnixTime::from_secs(NOW + later);
        let validator = hs256();
        let token = Signer::Secret.sign(Algorithm::Hs256, r#"{"alg":"HS256"}"#, payload.as_bytes());
        let response = read(&payload.replacen('{', r#"{"active":true,"#, 1));
        let told = |decided: Result<Accepted, Rejection>| {
            decided.map(|accepted| accepted.notes().count()).map_err(|no| no.to_json())
        };
        let decided = told(validator.introspected(&response, &rules, now));
        prop_assert_eq!(&told(validator.validate(&token, &rules, now)), &decided);
        let explained = validator.explain_introspected(&response, &rules, now);
        prop_assert_eq!(explained.rejection().map(Rejection::to_json), decided.err());
    }

    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..64), issuer in ".{0,8}") {
        if let Ok(response) = Introspected::read(&body, &issuer) {
            prop_assert!(hs256().introspected(&response, &NoCutoffs, NOW_TIME).is_err());
        }
    }
}
