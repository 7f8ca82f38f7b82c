//! A token that asks for another algorithm than its key is for.

use crate::format::{Case, Topic};
use crate::keys::{
    ALGORITHMS, Key, P256, P384, RSA, SECRET, SECRET_BYTES, jwk, jwks, named, pkcs1_pem,
};
use crate::keys::{ED25519, spki_der, spki_pem};
use crate::payload::Payload;
use crate::sign::{Signer, encode};
use crate::topics::policy_for;

pub(crate) fn add(topic: &mut Topic) {
    families(topic);
    hmac_with_public_bytes(topic);
    bound_keys(topic);
}

/// Every key with every algorithm of another family.
fn families(topic: &mut Topic) {
    let all: [(&str, &Key, &[&str]); 5] = [
        ("rsa", &RSA, &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]),
        ("p256", &P256, &["ES256"]),
        ("p384", &P384, &["ES384"]),
        ("ed25519", &ED25519, &["EdDSA", "Ed25519"]),
        ("secret", &SECRET, &["HS256", "HS384", "HS512"]),
    ];
    for (name, key, own) in all {
        let set = format!("family-{name}");
        topic.keyset(&set, jwks(&[named(key, "k")]));
        for (algorithm, other) in &ALGORITHMS {
            let header = format!(r#"{{"alg":"{algorithm}","kid":"k"}}"#);
            let token = other.token(algorithm, &header, Payload::good().to_string());
            let id = format!("keys-{name}-with-{algorithm}");
            if own.contains(algorithm) {
                let comment = "a key without alg serves what its family and the allow-list say";
                topic.add(Case::token(id, comment, token).keys(&set).policy("all"));
            } else {
                let comment = "a key owns its family (RFC 8725 section 3.1)";
                let flag = if name == "rsa" || name == "secret" { "vuln-02" } else { "vuln-09" };
                let case = Case::token(id, comment, token).keys(&set).policy("all");
                topic.add(case.reject("key_mismatch").flags(&[flag]));
            }
        }
    }
}

/// HS256 with what everyone knows of an RSA key as the secret.
fn hmac_with_public_bytes(topic: &mut Topic) {
    topic.policy("rs256-and-hs256", policy_for(r#"["RS256","HS256"]"#, ""));
    topic.policy("rs256", policy_for(r#"["RS256"]"#, ""));
    topic.keyset("rsa-pem", crate::keys::pem(&spki_pem(&RSA), ""));
    let pem = spki_pem(&RSA);
    let secrets: Vec<(&str, Vec<u8>)> = vec![
        ("pem", pem.clone().into()),
        ("pem-without-line-feed", pem.trim_end().into()),
        ("pem-pkcs1", pkcs1_pem(&RSA).into()),
        ("der", spki_der(&RSA)),
        ("jwk", jwk(&RSA, "").into()),
        ("jwk-named", named(&RSA, "k").into()),
        ("modulus", encode(b"n").into()),
        ("empty", Vec::new()),
    ];
    let comment = "algorithm confusion: a public key as HMAC secret (CVE-2016-10555, CVE-2022-29217, \
                   CVE-2024-33663, CVE-2026-22817)";
    for (name, secret) in secrets {
        let forge = |header: &str| {
            Signer::Secret(secret.clone()).token("HS256", header, Payload::good().to_string())
        };
        let (named, nameless) =
            (forge(r#"{"alg":"HS256","kid":"k"}"#), forge(r#"{"alg":"HS256"}"#));
        for (way, token, keys, policy, code) in [
            ("named", &named, "family-rsa", "rs256-and-hs256", "key_mismatch"),
            ("nameless", &nameless, "family-rsa", "rs256-and-hs256", "key_not_found"),
            ("pem-key", &named, "rsa-pem", "rs256-and-hs256", "key_mismatch"),
            ("not-allowed", &named, "family-rsa", "rs256", "algorithm_not_allowed"),
        ] {
            let id = format!("keys-hs256-forged-with-{name}-{way}");
            let case = Case::token(id, comment, token).keys(keys).policy(policy);
            topic.add(case.reject(code).flags(&["vuln-02"]));
        }
    }
}

/// Header, key and allow-list must agree, all three.
fn bound_keys(topic: &mut Topic) {
    for algorithm in ["RS256", "RS512", "PS256"] {
        topic.keyset(
            format!("rsa-{algorithm}"),
            jwks(&[jwk(&RSA, &format!(r#","kid":"k","alg":"{algorithm}""#))]),
        );
    }
    topic.keyset(
        "secret-for-HS512",
        format!(
            r#"{{"secrets":[{{"kid":"k","alg":"HS512","base64url":"{}"}}]}}"#,
            encode(SECRET_BYTES)
        ),
    );
    let comment = "header, key and allow-list agree or nothing is verified (CVE-2026-48523)";
    let token = |key: &Key, header: &str, signed: &str| {
        let header = format!(r#"{{"alg":"{header}","kid":"k"}}"#);
        key.token(signed, &header, Payload::good().to_string())
    };
    for (name, keys, policy, token, code) in [
        ("agree", "rsa-RS256", "rs256", token(&RSA, "RS256", "RS256"), ""),
        (
            "key-rs512-signed-rs512",
            "rsa-RS512",
            "rs256",
            token(&RSA, "RS256", "RS512"),
            "key_mismatch",
        ),
        (
            "key-rs512-signed-rs256",
            "rsa-RS512",
            "rs256",
            token(&RSA, "RS256", "RS256"),
            "key_mismatch",
        ),
        (
            "key-rs512-header-rs512",
            "rsa-RS512",
            "rs256",
            token(&RSA, "RS512", "RS512"),
            "algorithm_not_allowed",
        ),
        (
            "key-rs256-header-rs512",
            "rsa-RS256",
            "all",
            token(&RSA, "RS512", "RS256"),
            "key_mismatch",
        ),
        (
            "key-ps256-header-rs256",
            "rsa-PS256",
            "all",
            token(&RSA, "RS256", "RS256"),
            "key_mismatch",
        ),
        (
            "key-rs256-header-ps256",
            "rsa-RS256",
            "all",
            token(&RSA, "PS256", "PS256"),
            "key_mismatch",
        ),
        (
            "secret-hs512-header-hs256",
            "secret-for-HS512",
            "all",
            token(&SECRET, "HS256", "HS256"),
            "key_mismatch",
        ),
        (
            "secret-hs512-header-hs512",
            "secret-for-HS512",
            "all",
            token(&SECRET, "HS512", "HS512"),
            "",
        ),
    ] {
        let case = Case::token(format!("keys-bound-{name}"), comment, token);
        let case = case.keys(keys).policy(policy).flags(&["vuln-03"]);
        topic.add(if code.is_empty() { case } else { case.reject(code) });
    }
}
