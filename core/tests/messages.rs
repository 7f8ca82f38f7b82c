//! What people read: whole texts of rejections and mistakes, and what must never stand in them.
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
    Algorithm, Cutoffs, Key, KeySet, NoCutoffs, Policy, Rejection, Requirement, Rule, Target,
    UnixTime, Validator,
};
use signing::{AUDIENCE, ISSUER, NOW, SECRET, Signer, claims, encode, validator};

const NOW_TIME: UnixTime = UnixTime::from_secs(NOW);

fn rejection(token: &str, cutoffs: &Cutoffs, now: UnixTime) -> Rejection {
    validator(Algorithm::Hs256, &Signer::Secret).validate(token, cutoffs, now).unwrap_err()
}

#[track_caller]
fn says(payload: &str, now: UnixTime, text: &str, challenge: &str) {
    let token = Signer::Secret.token(Algorithm::Hs256, payload);
    let no = rejection(&token, &Cutoffs::local(), now);
    assert_eq!(no.to_string(), text);
    assert_eq!(no.www_authenticate().unwrap_or_default(), challenge);
}

const INVALID: &str = r#"Bearer error="invalid_token""#;

#[test]
fn rejections_name_the_check_and_show_times() {
    says(
        &claims(""),
        UnixTime::from_secs(NOW + 660),
        "the token expired at 1700000600 (leeway 60 s), it is now 1700000660",
        INVALID,
    );
    says(
        &claims(&format!(r#","nbf":{}"#, NOW + 61)),
        NOW_TIME,
        "the token is valid from 1700000061 (leeway 60 s), it is now 1700000000",
        INVALID,
    );
    says(
        &claims(r#","auth_time":1700000060.5"#),
        NOW_TIME,
        "`auth_time` is 1700000060.500, later than now 1700000000 and leeway 60 s",
        INVALID,
    );
    says(r#"{"iss":7}"#, NOW_TIME, "`iss` must be a string", INVALID);
    says("{}", NOW_TIME, "the token names no issuer (`iss`)", INVALID);
    says("[]", NOW_TIME, "the payload is not the JSON expected: expected an object", INVALID);
}

/// What the token has, and what was asked: a token for another API is not one without an audience.
#[test]
fn what_is_missing_is_not_what_is_wrong() {
    let payload = |more: &str| {
        format!(r#"{{"iss":"{ISSUER}"{more},"sub":"u1","iat":{NOW},"exp":{}}}"#, NOW + 600)
    };
    let (named, missing) =
        ("`aud` names none of the configured audiences", "the token names no audience (`aud`)");
    for (aud, text) in [(r#","aud":"other""#, named), ("", missing)] {
        let token = Signer::Secret.token(Algorithm::Hs256, &payload(aud));
        let no = rejection(&token, &Cutoffs::local(), NOW_TIME);
        assert!(no.to_string().contains(text), "{no}");
    }
}

#[test]
fn a_token_of_another_kind_hears_which_kinds_there_are() {
    let token = Signer::Secret.sign(
        Algorithm::Hs256,
        r#"{"alg":"HS256","kid":"k","typ":"logout+jwt"}"#,
        claims("").as_bytes(),
    );
    for (token_type, expected) in [
        (r#""default""#, "absent, `JWT` or `at+jwt`"),
        (r#""strict""#, "`at+jwt`"),
        (r#""any""#, "that of no other kind of message"),
        (r#"["JWT"]"#, "one of those that the policy lists"),
    ] {
        let policy = format!(
            r#"{{"issuer":"any","audience":"any","algorithms":["HS256"],"token_type":{token_type}}}"#
        );
        let keys = KeySet::from_keys([Signer::Secret.key("k")]).unwrap();
        let validator = Validator::new(Policy::from_json(&policy).unwrap(), keys);
        let no = validator.validate(&token, &NoCutoffs, NOW_TIME).unwrap_err();
        assert!(no.to_string().ends_with(expected), "{no}");
    }
}

#[test]
fn a_revoked_token_says_what_a_client_can_do() {
    let signer = Signer::Secret;
    let token = signer.token(Algorithm::Hs256, &claims(""));
    let answer = |rule: Rule, now: i64| {
        let mut cutoffs = Cutoffs::local();
        cutoffs.apply(rule, NOW_TIME).unwrap();
        let no = rejection(&token, &cutoffs, UnixTime::from_secs(now));
        (
            no.to_string(),
            no.remedy().as_str(),
            no.www_authenticate(),
            no.retry_after(),
            no.http_status(),
        )
    };
    let login = |seconds: u32| {
        Some(format!(r#"Bearer error="insufficient_user_authentication", max_age="{seconds}""#))
    };
    let user = || Target::subject("u1");
    assert_eq!(
        answer(Rule::issued_before(user(), UnixTime::from_secs(NOW + 10)), NOW + 20),
        (
            "the token is revoked: `iat` is 1700000000, before the cutoff at 1700000010".into(),
            "refresh",
            Some(INVALID.into()),
            None,
            401
        )
    );
    assert_eq!(
        answer(Rule::issued_before(user(), UnixTime::from_millis(NOW * 1000 + 400)), NOW),
        (
            "the token is revoked: `iat` is 1700000000, which cannot be told from before the cutoff at \
             1700000000.400; a new one from 1700000001 on passes"
                .into(),
            "wait_until",
            Some(INVALID.into()),
            Some(1),
            401
        )
    );
    assert_eq!(
        answer(Rule::authenticated_before(user(), UnixTime::from_secs(NOW + 10)), NOW + 25),
        (
            "the session is revoked: `iat` is 1700000000, before the cutoff at 1700000010".into(),
            "reauthenticate",
            login(15),
            None,
            401
        )
    );
    let early = answer(Rule::authenticated_before(user(), UnixTime::from_secs(NOW + 10)), NOW);
    assert_eq!((early.2, early.3), (login(0), Some(10)));
    assert_eq!(
        answer(Rule::revoked(user(), lowwater::Until::Never), NOW),
        ("the token is revoked: a rule names it".into(), "reauthenticate", login(0), None, 401)
    );
    assert_eq!(
        answer(Rule::suspended(user(), true, 1), NOW),
        ("the account is suspended".into(), "stop", None, None, 403)
    );
}

#[test]
fn the_realm_stands_in_every_challenge() {
    let validator = Validator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .algorithms([Algorithm::Hs256])
        .keys(KeySet::from_keys([Signer::Secret.key("k")]).unwrap())
        .realm("messages")
        .resource_metadata("https://api.example/.well-known/oauth-protected-resource")
        .build()
        .unwrap();
    let metadata =
        r#"resource_metadata="https://api.example/.well-known/oauth-protected-resource""#;
    let plain = format!(r#"Bearer realm="messages", {metadata}"#);
    assert_eq!(validator.missing_token().www_authenticate(), Some(plain.clone()));
    assert_eq!(validator.bearer("Basic x").unwrap_err().www_authenticate(), Some(plain));
    let token = Signer::Secret.token(Algorithm::Hs256, &claims(""));
    let accepted = validator.validate(&token, &NoCutoffs, NOW_TIME).unwrap();
    assert_eq!(
        accepted.require(&Requirement::new().any_scope(["a", "b"])).unwrap_err().www_authenticate(),
        Some(format!(
            r#"Bearer realm="messages", error="insufficient_scope", scope="a b", {metadata}"#
        ))
    );
}

/// The same members, where a policy is a file.
#[test]
fn the_realm_is_read_from_a_policy() {
    let policy = r#"{"issuer":"any","audience":"any","algorithms":["HS256"],"realm":"messages","resource_metadata":"https://a/"}"#;
    let keys = KeySet::from_keys([Signer::Secret.key("k")]).unwrap();
    let validator = Validator::new(Policy::from_json(policy).unwrap(), keys);
    assert_eq!(
        validator.missing_token().www_authenticate().unwrap(),
        r#"Bearer realm="messages", resource_metadata="https://a/""#
    );
}

const CLAIM_VALUES: &str = "`claim_equals` must be claim names with values that JSON can hold";

/// A value one level below the deepest that a token may have could stand in no token.
#[test]
fn a_claim_is_compared_with_what_a_token_could_hold() {
    let of_depth = |depth: usize| {
        let value: serde_json::Value =
            serde_json::from_str(&format!("{}{}", "[".repeat(depth), "]".repeat(depth))).unwrap();
        Validator::builder()
            .any_issuer()
            .any_audience()
            .algorithms([Algorithm::Hs256])
            .keys(KeySet::from_keys([Signer::Secret.key("k")]).unwrap())
            .claim_equals("a", value)
            .build()
    };
    assert!(of_depth(31).is_ok());
    assert_eq!(of_depth(32).unwrap_err().to_string(), CLAIM_VALUES);
}

#[test]
fn mistakes_say_what_to_do() {
    let mistake = |json: &str| Policy::from_json(json).unwrap_err().to_string();
    let with = |member: &str| {
        mistake(&format!(r#"{{"issuer":"any","audience":"any","algorithms":["RS256"],{member}}}"#))
    };
    assert_eq!(with(r#""leeway":301"#), "`leeway` must be 0 to 300 seconds, in whole milliseconds");
    assert_eq!(
        with(r#""leway":30"#),
        "the policy cannot be read at byte 64: the member \"leway\" is unknown; those of a policy are issuer, \
         audience, algorithms, token_type, leeway, max_lifetime, max_age, max_session, missing_exp, missing_iat, \
         same_second, missing_auth_time, required, claim_equals, tenant_claim, device_claim, max_token_bytes, \
         allow_padding, allow_short_secret, realm, resource_metadata"
    );
    assert_eq!(
        with(r#""missing_exp":"accept""#),
        "`missing_exp` must be said together with an unbounded `max_lifetime`, which it amounts to"
    );
    for (member, text) in [
        (r#""token_type":5"#, "`token_type` must be `default`, `strict`, `any` or a list of types"),
        (r#""claim_equals":{"":1}"#, CLAIM_VALUES),
        (r#""realm":"a \"b\"""#, "`realm` must be printable ASCII without quotes and backslashes"),
        (r#""realm":"a\\b""#, "`realm` must be printable ASCII without quotes and backslashes"),
        (
            r#""resource_metadata":"a\nb""#,
            "`resource_metadata` must be printable ASCII without quotes and backslashes",
        ),
    ] {
        assert_eq!(with(member), text);
    }
    assert_eq!(mistake("{\"issuer\":"), "the policy cannot be read at byte 10: expected a value");
    assert_eq!(
        KeySet::from_jwks(r#"{"keys":[{"kty":"RSA","d":"x"}]}"#).unwrap_err().to_string(),
        "no key of the set can be used (it names 1); the first: the key holds private members: give the \
         public part only, and replace the key if it was published"
    );
    assert_eq!(
        KeySet::from_jwks(r#"{"kty":"RSA"}"#).unwrap_err().to_string(),
        "the key set cannot be read at byte 0: expected a member `keys`; read a lone key as one \
         (`from_jwk`)"
    );
    let secret = Key::from_secret(b"-----BEGIN PUBLIC KEY----- ...").unwrap_err().to_string();
    assert!(secret.starts_with("the secret looks like a key, a certificate or a JWK"), "{secret}");
    let nan = Validator::builder()
        .any_issuer()
        .any_audience()
        .algorithms([Algorithm::Hs256])
        .keys(KeySet::from_keys([Signer::Secret.key("k")]).unwrap())
        .leeway(Duration::from_micros(1500))
        .build();
    assert_eq!(nan.unwrap_err().code(), "policy_invalid");
    let twice = Target::subject("a").and(Target::subject("b"));
    assert_eq!(
        Cutoffs::local()
            .apply(Rule::issued_before(twice, NOW_TIME), NOW_TIME)
            .unwrap_err()
            .to_string(),
        "the rule is refused: a target names each dimension once: no token has two values of it"
    );
}

/// Information leak: what a log or a client sees holds no text of the token, no secret, no claim value
/// of a person, and no configured list.
#[test]
fn no_message_and_no_debug_holds_text_of_a_token() {
    let signer = Signer::Secret;
    let marks =
        ["MARKSUB", "MARKISS", "MARKAUD", "MARKKID", "MARKTYP", "MARKJTI", "MARKSCOPE", "MARKALG"];
    let payload = format!(
        r#"{{"iss":"MARKISS","aud":"MARKAUD","sub":"MARKSUB","jti":"MARKJTI","scope":"MARKSCOPE","iat":{NOW},"exp":{}}}"#,
        NOW + 60
    );
    let mut cutoffs = Cutoffs::local();
    cutoffs
        .apply(Rule::revoked(Target::token_id("MARKJTI"), lowwater::Until::Never), NOW_TIME)
        .unwrap();
    let open = Validator::builder()
        .any_issuer()
        .any_audience()
        .algorithms([Algorithm::Hs256])
        .keys(KeySet::from_keys([signer.key("k")]).unwrap())
        .build()
        .unwrap();
    let strict = validator(Algorithm::Hs256, &signer);
    for header in [
        r#"{"alg":"HS256","kid":"k"}"#,
        r#"{"alg":"HS256","kid":"MARKKID"}"#,
        r#"{"alg":"HS256","typ":"MARKTYP","kid":"k"}"#,
        r#"{"alg":"MARKALG"}"#,
    ] {
        let token = signer.sign(Algorithm::Hs256, header, payload.as_bytes());
        let forged = token[..token.len() - 8].to_string() + "AAAAAAAA";
        for token in [&token, &forged, &format!("{token}.x"), &token[1..].to_string()] {
            for (validator, rules) in [(&open, &cutoffs), (&strict, &Cutoffs::local())] {
                let decided = validator.validate(token, rules, NOW_TIME);
                let seen = match decided {
                    Ok(accepted) => {
                        let no = accepted.require_subject("someone else").unwrap_err();
                        format!("{accepted:?} {no:?} {no}")
                    }
                    Err(no) => format!("{no:?} {no} {:?}", no.www_authenticate()),
                };
                for mark in marks.iter().chain(&["someone else", ISSUER, AUDIENCE, &encode(SECRET)])
                {
                    assert!(!seen.contains(mark), "{mark} in {seen}");
                }
            }
        }
    }
    let debug = format!("{strict:?} {:?} {cutoffs:?}", signer.key("k"));
    assert!(
        !debug.contains(&encode(SECRET))
            && !debug.contains("sixty-four")
            && !debug.contains("MARKJTI")
    );
    assert!(
        !format!("{:?}", Rule::revoked(Target::token_id("MARKJTI"), NOW_TIME)).contains("MARKJTI")
    );
    let unverified = lowwater::Unverified::read(&signer.token(Algorithm::Hs256, &payload)).unwrap();
    assert!(!format!("{unverified:?}").contains("MARK"));
}

/// The texts of an explanation are for the operator: there, what was compared stands in full.
#[test]
fn an_explanation_shows_what_was_compared() {
    let token = Signer::Secret.token(Algorithm::Hs256, &claims(r#","sid":"s1""#));
    let mut cutoffs = Cutoffs::local();
    let rule =
        Rule::issued_before(Target::subject("u1").at_issuer(ISSUER), UnixTime::from_secs(NOW + 1));
    cutoffs.apply(rule, NOW_TIME).unwrap();
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    let text = validator.explain(&token, &cutoffs, UnixTime::from_secs(NOW + 700)).to_string();
    for line in [
        "fail    policy     expiry: the token expired at 1700000600 (leeway 60 s), it is now 1700000700 \
         (exp 1700000600; now 1700000700; leeway 60 s)",
        "pass    policy     issuer: iss \"https://issuer.example/\"; allowed \
         [\"https://issuer.example/\"]\n",
        "fail    cutoff     rules: the token is revoked: `iat` is 1700000000, before the cutoff at \
         1700000001 (rules that match: 1)",
        "        rule       issued_before {\"issuer\":\"https://issuer.example/\",\"subject\":\"u1\"}: before \
         1700000001; iat 1700000000: token_revoked",
        "rejected: token_expired (401), the token expired at 1700000600 (leeway 60 s), it is now 1700000700",
    ] {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
}

/// Of two cutoffs that refuse a token, the later one is told, in whichever order they are asked.
#[test]
fn the_later_of_two_cutoffs_is_told() {
    let token = Signer::Secret.token(Algorithm::Hs256, &claims(r#","sid":"s1""#));
    let (user, session) = (Target::subject("u1"), Target::session("s1"));
    for (earlier, later) in [(user.clone(), session.clone()), (session, user)] {
        let mut cutoffs = Cutoffs::local();
        for (target, at) in [(earlier, NOW + 1), (later, NOW + 2)] {
            cutoffs.apply(Rule::issued_before(target, UnixTime::from_secs(at)), NOW_TIME).unwrap();
        }
        let no = rejection(&token, &cutoffs, UnixTime::from_secs(NOW + 5));
        assert!(no.to_string().contains("before the cutoff at 1700000002"), "{no}");
    }
}

#[test]
fn a_clients_own_token_has_no_login_to_show() {
    let token = Signer::Secret.token(Algorithm::Hs256, &claims(r#","client_id":"u1""#));
    let mut cutoffs = Cutoffs::local();
    let rule = Rule::authenticated_before(Target::subject("u1"), UnixTime::from_secs(NOW + 1));
    cutoffs.apply(rule, NOW_TIME).unwrap();
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    let text = validator.explain(&token, &cutoffs, UnixTime::from_secs(NOW + 5)).to_string();
    assert!(text.contains("before 1700000001; no login: a client's own token"), "{text}");
    let user = Signer::Secret.token(Algorithm::Hs256, &claims(""));
    let text = validator.explain(&user, &cutoffs, UnixTime::from_secs(NOW + 5)).to_string();
    assert!(text.contains("before 1700000001; iat 1700000000 stands for auth_time"), "{text}");
}
