//! Keys in PEM: SPKI and PKCS#1, public keys only.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::format::{Case, Topic};
use crate::keys::{self, ED25519, Key, P256, P384, RSA, RSA_1024, pkcs1_pem, spki_pem};
use crate::payload::Payload;

fn token(key: &Key, algorithm: &str) -> String {
    key.token(algorithm, &format!(r#"{{"alg":"{algorithm}"}}"#), Payload::good().to_string())
}

/// The SPKI with its last bit flipped: of an EC key, a point beside the curve.
fn beside_the_curve(key: &Key) -> String {
    let pem = spki_pem(key);
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let mut der = BASE64_STANDARD.decode(body).expect("made just now");
    *der.last_mut().expect("not empty") ^= 1;
    let body = BASE64_STANDARD.encode(der);
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n",
        &body[..64],
        &body[64..]
    )
}

pub(crate) fn add(topic: &mut Topic) {
    for (name, pem, key, algorithm, more) in [
        ("rsa", spki_pem(&RSA), &RSA, "RS256", ""),
        ("rsa-for-pss", spki_pem(&RSA), &RSA, "PS256", ""),
        ("rsa-pkcs1", pkcs1_pem(&RSA), &RSA, "RS256", ""),
        ("rsa-with-alg", spki_pem(&RSA), &RSA, "RS256", r#","alg":"RS256""#),
        ("p256", spki_pem(&P256), &P256, "ES256", ""),
        ("p384", spki_pem(&P384), &P384, "ES384", ""),
        ("ed25519", spki_pem(&ED25519), &ED25519, "EdDSA", ""),
        ("ed25519-with-alg", spki_pem(&ED25519), &ED25519, "EdDSA", r#","alg":"Ed25519""#),
        ("with-crlf", spki_pem(&ED25519).replace('\n', "\r\n"), &ED25519, "EdDSA", ""),
    ] {
        let set = format!("pem-{name}");
        topic.keyset(&set, keys::pem(&pem, more));
        let comment = "a public key as SPKI (RFC 5280) or PKCS#1 (RFC 8017) in PEM";
        let case = Case::token(format!("keys-pem-{name}"), comment, token(key, algorithm));
        topic.add(case.keys(set).policy("all"));
    }
    let spki = spki_pem(&ED25519);
    let private = include_str!("../../../keys/ed25519-e.pem");
    for (name, pem, more, why, flag) in [
        ("empty", String::new(), "", "no PEM", "vuln-27"),
        ("no-pem", "a secret, perhaps, of some length".into(), "", "no PEM", "vuln-02"),
        ("cut-short", spki[..60].into(), "", "no end line", "vuln-23"),
        ("private", private.into(), "", "a private key does not belong here", "vuln-34"),
        (
            "certificate",
            include_str!("../../../keys/certificate.pem").into(),
            "",
            "SPKI and PKCS#1 only: nobody checks the certificate",
            "vuln-02",
        ),
        (
            "x25519",
            include_str!("../../../keys/x25519.pub.pem").into(),
            "",
            "no signatures",
            "vuln-09",
        ),
        (
            "ed448",
            include_str!("../../../keys/ed448.pub.pem").into(),
            "",
            "unknown curve",
            "vuln-09",
        ),
        ("p521", include_str!("../../../keys/p521.pub.pem").into(), "", "unknown curve", "vuln-09"),
        (
            "secp256k1",
            include_str!("../../../keys/secp256k1.pub.pem").into(),
            "",
            "a point of another curve is no ES256 key",
            "vuln-09",
        ),
        ("rsa-1024", spki_pem(&RSA_1024), "", "too short, in this form too", "vuln-34"),
        (
            "of-small-order",
            "-----BEGIN PUBLIC KEY-----\n\
             MCowBQYDK2VwAyEAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\
             -----END PUBLIC KEY-----\n"
                .into(),
            "",
            "the identity: checks of points hold for every form of a key",
            "vuln-07",
        ),
        (
            "p256-not-on-the-curve",
            beside_the_curve(&P256),
            "",
            "the point must lie on it",
            "vuln-07",
        ),
        (
            "alg-of-another-family",
            spki.clone(),
            r#","alg":"ES256""#,
            "a key fits the algorithm that it names",
            "vuln-03",
        ),
        (
            "alg-hs256-on-rsa",
            spki_pem(&RSA),
            r#","alg":"HS256""#,
            "a public key is no secret (CVE-2016-10555)",
            "vuln-02",
        ),
        ("alg-none", spki, r#","alg":"none""#, "none is no algorithm", "vuln-01"),
    ] {
        let set = format!("pem-{name}");
        topic.keyset(&set, keys::pem(&pem, more));
        let case = Case::mistake(format!("keys-pem-{name}-is-refused"), why);
        topic.add(case.keys(set).policy("all").flags(&[flag]));
    }
}
