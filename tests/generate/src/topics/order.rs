//! A token with several faults: the first stage that fails answers, and in a stage the first check.

use crate::format::{Case, Topic};
use crate::keys::{self, ED25519, ED25519_B, Key};
use crate::payload::{NOW, Payload, S};

const SUSPENDED: &str = r#"{"rule":"suspended","target":{"everyone":true},"on":true,"version":1}"#;

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "The order of checks. Each test is the one before with its first fault mended, so that the next \
         fault answers: a token with two faults has the same code in every language.",
    );
    topic.policy(
        "max-age",
        super::policy(r#","max_age":600,"required":["x"],"claim_equals":{"y":1}"#),
    );
    stages(&mut topic);
    checks(&mut topic);
    cutoff(&mut topic);
    topic
}

/// One fault less each time.
fn stages(topic: &mut Topic) {
    let bad_type = Payload::good().with("sub", "5").text("iss", "x");
    let not_ours = Payload::good().text("iss", "x");
    let token = |key: &Key, header: &str, payload: &str| key.token("EdDSA", header, payload);
    let header =
        |alg: &str, kid: &str, more: &str| format!(r#"{{"alg":"{alg}","kid":"{kid}"{more}}}"#);
    let crit = r#","crit":["exp"]"#;
    let garbage = "no JSON";
    let chain: Vec<(&str, String, &str)> = vec![
        ("size", format!("{}.!", "a.".repeat(9000)), "token_too_large"),
        ("dots", "a.!.b.c".into(), "token_malformed"),
        ("five-parts", "!.!.!.!.!".into(), "token_encrypted"),
        ("base64url", "!.!.!".into(), "token_malformed"),
        ("header-json", "bm8.bm8.c2ln".into(), "header_malformed"),
        ("header-type", token(&ED25519_B, r#"{"alg":5,"crit":[]}"#, garbage), "header_malformed"),
        (
            "header-crit",
            token(&ED25519_B, &header("none", "z", crit), garbage),
            "header_unsupported",
        ),
        (
            "algorithm-unknown",
            token(&ED25519_B, &header("none", "z", ""), garbage),
            "algorithm_unknown",
        ),
        (
            "algorithm-not-allowed",
            token(&ED25519_B, &header("RS256", "z", ""), garbage),
            "algorithm_not_allowed",
        ),
        ("key", token(&ED25519_B, &header("EdDSA", "z", ""), garbage), "key_not_found"),
        ("signature", token(&ED25519_B, &header("EdDSA", "k", ""), garbage), "signature_invalid"),
        ("payload", token(&ED25519, &header("EdDSA", "k", ""), garbage), "claims_malformed"),
        (
            "claim-type",
            token(&ED25519, &header("EdDSA", "k", ""), &bad_type.to_string()),
            "claim_type",
        ),
        (
            "issuer",
            token(&ED25519, &header("EdDSA", "k", ""), &not_ours.to_string()),
            "issuer_not_allowed",
        ),
        (
            "rules",
            token(&ED25519, &header("EdDSA", "k", ""), &Payload::good().to_string()),
            "suspended",
        ),
    ];
    for (name, token, code) in chain {
        let comment = "stages: shape, header, key, signature, claims, policy, cutoff, permission";
        let case = Case::token(format!("order-stage-{name}"), comment, token);
        let case = case.rules([SUSPENDED]).require(r#"{"scopes":["x"]}"#).reject(code);
        topic.add(case.flags(&["order", "vuln-29"]));
    }
    let comment = "and permission last";
    let case = Case::token("order-stage-permission", comment, keys::token(&Payload::good()));
    let case = case.require(r#"{"scopes":["x"]}"#).reject("scope_missing");
    topic.add(case.flags(&["order", "vuln-29"]));
}

/// The checks of policy, in two runs: exp and iat cannot be wrong in all ways at once.
fn checks(topic: &mut Topic) {
    let id = r#"{"alg":"EdDSA","kid":"k","typ":"id+jwt"}"#;
    let plain = r#"{"alg":"EdDSA","kid":"k"}"#;
    let expired = || {
        Payload::good()
            .time("exp", NOW - 900 * S)
            .time("nbf", NOW + 900 * S)
            .time("iat", NOW + 900 * S)
    };
    let others = || expired().text("iss", "x").text("aud", "x");
    let mut chain: Vec<(&str, &str, Payload, &str)> = vec![
        ("type", id, others(), "type_not_allowed"),
        ("issuer", plain, others(), "issuer_not_allowed"),
        ("audience", plain, expired().text("aud", "x"), "audience_not_allowed"),
        ("exp-missing", plain, expired().without("exp").without("iat"), "claim_missing"),
        ("exp", plain, expired(), "token_expired"),
    ];
    let long = || Payload::good().time("exp", NOW + 200_000 * S);
    let future = || long().time("nbf", NOW + 900 * S).time("iat", NOW + 900 * S);
    let old = || Payload::good().time("iat", NOW - 50_000 * S);
    chain.extend([
        ("nbf", plain, future(), "token_not_yet_valid"),
        ("nbf-before-missing-iat", plain, future().without("iat"), "token_not_yet_valid"),
        (
            "iat",
            plain,
            future().without("nbf").time("auth_time", NOW + 900 * S),
            "issued_in_future",
        ),
        ("auth_time", plain, long().time("auth_time", NOW + 900 * S), "issued_in_future"),
        ("lifetime", plain, long().time("iat", NOW - 50_000 * S), "lifetime_too_long"),
        ("age", plain, old(), "token_too_old"),
        ("required", plain, Payload::good().with("y", "2"), "claim_missing"),
        ("claim-value", plain, Payload::good().with("x", "1").with("y", "2"), "claim_mismatch"),
        ("rules", plain, Payload::good().with("x", "1").with("y", "1"), "suspended"),
    ]);
    for (name, header, payload, code) in chain {
        let comment =
            "type, issuer, audience, exp, nbf, iat, lifetime, age, required, claims with a value";
        let token = keys::signed(header, payload.to_string());
        let case = Case::token(format!("order-policy-{name}"), comment, token).policy("max-age");
        topic.add(case.rules([SUSPENDED]).reject(code).flags(&["order", "vuln-29"]));
    }
    for (name, payload) in [
        ("revoked-and-expired", Payload::good().time("exp", NOW - 900 * S)),
        (
            "revoked-and-expired-and-not-ours",
            Payload::good().time("exp", NOW - 900 * S).text("aud", "x"),
        ),
    ] {
        let comment =
            "an expired token is still checked for whom it was, before it is called expired";
        let code = if name.ends_with("ours") { "audience_not_allowed" } else { "token_expired" };
        let case = Case::token(format!("order-{name}"), comment, keys::token(&payload));
        topic.add(case.rules([SUSPENDED]).reject(code).flags(&["order", "vuln-29"]));
    }
}

/// Session age before rules.
fn cutoff(topic: &mut Topic) {
    topic.policy("session", super::policy(r#","max_session":3600"#));
    let payload = Payload::good().time("auth_time", NOW - 9000 * S);
    for (name, payload, code) in [
        ("session-age", payload.clone(), "session_revoked"),
        ("rules", payload.time("auth_time", NOW), "suspended"),
    ] {
        let comment = "the age of the session, then rules";
        let case = Case::token(format!("order-cutoff-{name}"), comment, keys::token(&payload));
        topic.add(case.policy("session").rules([SUSPENDED]).reject(code).flags(&["order"]));
    }
}
