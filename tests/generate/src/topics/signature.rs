//! The signature: good ones of every algorithm, and damaged ones.

use crate::format::{Case, Topic};
use crate::keys::{
    self, ALGORITHMS, ED25519_B, HEADER, Key, P256, P256_B, RSA, RSA_B, SECRET_B, jwks, named,
};
use crate::payload::Payload;
use crate::sign::{encode, hex, parts, signature_of, with_signature};
use crate::topics::policy_for;

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "Signatures. Nothing of a token is looked at before its signature is proven; one bit of header, \
         payload or signature makes it another token. ECDSA signatures have exactly the length of two \
         field elements (RFC 7518 section 3.4).",
    );
    for (algorithm, key) in &ALGORITHMS {
        topic.keyset(*algorithm, jwks(&[named(key, "k")]));
        topic.policy(*algorithm, policy_for(&format!("[{algorithm:?}]"), ""));
        damage(&mut topic, algorithm, key);
    }
    ecdsa(&mut topic);
    ed25519(&mut topic);
    rsa(&mut topic);
    signature_alone(&mut topic);
    topic
}

fn token_of(key: &Key, algorithm: &str) -> String {
    let header = format!(r#"{{"alg":"{algorithm}","kid":"k"}}"#);
    key.token(algorithm, &header, Payload::good().to_string())
}

fn damage(topic: &mut Topic, algorithm: &'static str, key: &'static Key) {
    let good = token_of(key, algorithm);
    let [header, payload, signature] = parts(&good);
    let id = format!("signature-{algorithm}-good");
    let comment = "RFC 7518 section 3, RFC 8037, RFC 9864";
    topic.add(Case::token(id, comment, &good).keys(algorithm).policy(algorithm));
    let bytes = signature_of(&good);
    let flip = |at: usize, bit: u8| {
        let mut bytes = bytes.clone();
        bytes[at] ^= bit;
        with_signature(&good, bytes)
    };
    let other_payload = encode(Payload::good().text("sub", "u2").to_string());
    let other_header = encode(format!(r#"{{"alg":"{algorithm}","kid":"k","typ":"JWT"}}"#));
    let other_key: &Key = match algorithm {
        "HS256" | "HS384" | "HS512" => &SECRET_B,
        "ES256" => &P256_B,
        "EdDSA" | "Ed25519" => &ED25519_B,
        "ES384" => key,
        _ => &RSA_B,
    };
    let mut cases = vec![
        ("first-bit-flipped", flip(0, 0x80)),
        ("last-bit-flipped", flip(bytes.len() - 1, 1)),
        ("one-byte-short", with_signature(&good, &bytes[..bytes.len() - 1])),
        ("one-byte-long", with_signature(&good, [&bytes[..], &[0]].concat())),
        ("twice", with_signature(&good, [&bytes[..], &bytes].concat())),
        ("of-zeros", with_signature(&good, vec![0; bytes.len()])),
        ("of-one-byte", with_signature(&good, [0])),
        ("empty", format!("{header}.{payload}.")),
        ("over-another-payload", format!("{header}.{other_payload}.{signature}")),
        ("over-another-header", format!("{other_header}.{payload}.{signature}")),
    ];
    if algorithm != "ES384" {
        cases.push(("of-another-key", token_of(other_key, algorithm)));
    }
    let sibling = match algorithm {
        "HS256" => Some("HS512"),
        "HS512" | "HS384" => Some("HS256"),
        "RS256" => Some("PS256"),
        "PS256" => Some("RS256"),
        "RS384" | "RS512" => Some("RS256"),
        "PS384" | "PS512" => Some("PS256"),
        _ => None,
    };
    let sibling = sibling.map(|sibling| {
        let header = format!(r#"{{"alg":"{algorithm}","kid":"k"}}"#);
        key.token(sibling, &header, Payload::good().to_string())
    });
    cases.extend(sibling.map(|token| ("of-another-algorithm", token)));
    for (name, token) in cases {
        let flag = if name == "of-zeros" { "vuln-07" } else { "vuln-08" };
        let flag = if name == "of-another-algorithm" { "vuln-03" } else { flag };
        let id = format!("signature-{algorithm}-{name}");
        let case = Case::token(id, "not the signature of this key over this text", token);
        topic
            .add(case.keys(algorithm).policy(algorithm).reject("signature_invalid").flags(&[flag]));
    }
}

/// The order of P-256 and P-384.
fn orders() -> [(&'static str, Vec<u8>); 2] {
    [
        ("ES256", hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")),
        (
            "ES384",
            hex("ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77a\
                 ecec196accc52973"),
        ),
    ]
}

/// `n - s` for numbers of one length, most significant byte first.
fn minus(n: &[u8], s: &[u8]) -> Vec<u8> {
    let mut borrow = 0_i16;
    let digits = n.iter().zip(s).rev().map(|(n, s)| {
        let digit = i16::from(*n) - i16::from(*s) - borrow;
        borrow = i16::from(digit < 0);
        u8::try_from(digit.rem_euclid(256)).expect("a remainder of 256")
    });
    let mut digits: Vec<_> = digits.collect();
    digits.reverse();
    digits
}

/// A positive INTEGER in DER.
fn der_integer(bytes: &[u8]) -> Vec<u8> {
    let bytes: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    let pad: &[u8] = if bytes.first().is_some_and(|first| *first >= 0x80) { &[0] } else { &[] };
    let length = u8::try_from(bytes.len() + pad.len()).expect("short");
    [&[2, length], pad, &bytes].concat()
}

fn ecdsa(topic: &mut Topic) {
    let keys: [&'static Key; 2] = [&P256, &keys::P384];
    for ((algorithm, n), key) in orders().into_iter().zip(keys) {
        let good = token_of(key, algorithm);
        let bytes = signature_of(&good);
        let (r, s) = bytes.split_at(n.len());
        let zero = vec![0; n.len()];
        let ones = vec![0xff; n.len()];
        let inner = [der_integer(r), der_integer(s)].concat();
        let length = u8::try_from(inner.len()).expect("short");
        let der = [&[0x30, length][..], &inner].concat();
        let range = "r and s lie in 1 to n - 1 (CVE-2022-21449)";
        let form = "two field elements of fixed length, no DER (RFC 7518 section 3.4)";
        for (name, signature, comment, flag) in [
            ("r-zero", [&zero[..], s].concat(), range, "vuln-07"),
            ("s-zero", [r, &zero[..]].concat(), range, "vuln-07"),
            ("r-is-n", [&n[..], s].concat(), range, "vuln-07"),
            ("s-is-n", [r, &n[..]].concat(), range, "vuln-07"),
            ("both-are-n", [&n[..], &n[..]].concat(), range, "vuln-07"),
            ("all-ones", [&ones[..], &ones[..]].concat(), range, "vuln-07"),
            ("swapped", [s, r].concat(), "s and r", "vuln-08"),
            ("r-alone", r.to_vec(), form, "vuln-08"),
            ("der", der, form, "vuln-08"),
            ("one-zero-before-each", [&[0], r, &[0], s].concat(), form, "vuln-08"),
            ("128-bytes", [&bytes[..], &vec![0; 128 - bytes.len()]].concat(), form, "vuln-08"),
        ] {
            let id = format!("signature-{algorithm}-{name}");
            let case = Case::token(id, comment, with_signature(&good, signature));
            topic.add(
                case.keys(algorithm).policy(algorithm).reject("signature_invalid").flags(&[flag]),
            );
        }
        let twin = with_signature(&good, [r, &minus(&n, s)].concat());
        let id = format!("signature-{algorithm}-with-n-minus-s");
        let comment = "ECDSA is malleable: the twin verifies, so nothing may be keyed by its bytes";
        topic.add(
            Case::token(id, comment, twin).keys(algorithm).policy(algorithm).flags(&["vuln-08"]),
        );
    }
    let header = r#"{"alg":"ES256","kid":"k"}"#;
    let payload = Payload::good().text("jti", "t1").to_string();
    let good = P256.token("ES256", header, payload);
    let bytes = signature_of(&good);
    let (_, n) = &orders()[0];
    let (r, s) = bytes.split_at(32);
    let twin = with_signature(&good, [r, &minus(n, s)].concat());
    for (name, token) in [("first", good.clone()), ("twin", twin)] {
        let id = format!("signature-ES256-revoked-{name}-spelling");
        let comment = "both spellings of one signature are one token to a rule";
        let case = Case::token(id, comment, token).keys("ES256").policy("ES256");
        let case = case.rules([r#"{"rule":"revoked","target":{"token_id":"t1"},"until":"never"}"#]);
        topic.add(case.reject("token_revoked").remedy("reauthenticate").flags(&["vuln-08"]));
    }
}

fn ed25519(topic: &mut Topic) {
    // The order of the group, least significant byte first.
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let good = keys::token(&Payload::good());
    let bytes = signature_of(&good);
    let (r, s) = bytes.split_at(32);
    let mut carry = 0_u16;
    let sum = s.iter().zip(order).map(|(s, n)| {
        let digit = u16::from(*s) + u16::from(n) + carry;
        carry = digit >> 8;
        digit.to_le_bytes()[0]
    });
    let sum: Vec<u8> = sum.collect();
    let mut identity = [0; 64];
    identity[0] = 1;
    for (name, signature, comment) in [
        ("s-plus-the-order", [r, &sum].concat(), "S is below the order (RFC 8032 section 5.1.7)"),
        ("s-is-the-order", [r, &order].concat(), "S is below the order (RFC 8032 section 5.1.7)"),
        ("r-identity-s-zero", identity.to_vec(), "what a key of small order would let pass"),
        ("r-alone", r.to_vec(), "64 bytes, no less"),
    ] {
        let case = Case::token(
            format!("signature-EdDSA-{name}"),
            comment,
            with_signature(&good, signature),
        );
        topic.add(case.reject("signature_invalid").flags(&["vuln-08"]));
    }
}

fn rsa(topic: &mut Topic) {
    let good = token_of(&RSA, "RS256");
    let bytes = signature_of(&good);
    for (name, signature) in [
        ("zero-before", [&[0][..], &bytes].concat()),
        ("one", [&vec![0; 255][..], &[1]].concat()),
        ("all-ones", vec![0xff; 256]),
        ("128-bytes", bytes[..128].to_vec()),
    ] {
        let comment =
            "a signature is a number below the modulus, of its length (RFC 8017 section 8.2.2)";
        let case = Case::token(
            format!("signature-RS256-{name}"),
            comment,
            with_signature(&good, signature),
        );
        let case = case.keys("RS256").policy("RS256");
        topic.add(case.reject("signature_invalid").flags(&["vuln-07"]));
    }
    let message = good.rsplit_once('.').expect("three parts").0;
    let message = message.replacen(parts(&good)[0], &encode(r#"{"alg":"PS256","kid":"k"}"#), 1);
    for (salt, right) in [(32, true), (0, false), (20, false), (31, false), (33, false)] {
        let signature = RSA.ps256_with_salt_of(salt, message.as_bytes());
        let id = format!("signature-PS256-salt-of-{salt}-bytes");
        let comment = "the salt has the length of the hash (RFC 7518 section 3.5)";
        let case = Case::token(id, comment, format!("{message}.{}", encode(signature)));
        let case = case.keys("PS256").policy("PS256").flags(&["boundary"]);
        topic.add(if right { case } else { case.reject("signature_invalid") });
    }
}

/// `KeySet::verify`: proven bytes and no more.
fn signature_alone(topic: &mut Topic) {
    let good = keys::token(&Payload::good());
    let cases: [(&str, &str, String, &[&'static str], &str); 9] = [
        ("good", "a token", good.clone(), &["EdDSA"], ""),
        ("no-json", "no claim is read", keys::signed(HEADER, "not JSON \0"), &["EdDSA"], ""),
        ("empty-payload", "not even one", keys::signed(HEADER, ""), &["EdDSA"], ""),
        (
            "logout-token",
            "other signed messages end here",
            keys::signed(r#"{"alg":"EdDSA","kid":"k","typ":"logout+jwt"}"#, "{}"),
            &["EdDSA"],
            "",
        ),
        (
            "forged",
            "the signature counts",
            with_signature(&good, [0; 64]),
            &["EdDSA"],
            "signature_invalid",
        ),
        ("not-allowed", "the allow-list counts", good.clone(), &["ES256"], "algorithm_not_allowed"),
        ("allowed-by-the-other-name", "RFC 9864", good.clone(), &["Ed25519"], ""),
        (
            "crit",
            "the header counts",
            keys::signed(r#"{"alg":"EdDSA","kid":"k","crit":["exp"]}"#, "{}"),
            &["EdDSA"],
            "header_unsupported",
        ),
        (
            "unknown-kid",
            "the choice of a key counts",
            keys::signed(r#"{"alg":"EdDSA","kid":"z"}"#, "{}"),
            &["EdDSA"],
            "key_not_found",
        ),
    ];
    for (name, comment, token, algorithms, code) in cases {
        let case = Case::token(format!("signature-alone-{name}"), comment, token);
        let case = case.only_signature(algorithms);
        topic.add(if code.is_empty() { case } else { case.reject(code) });
    }
}
