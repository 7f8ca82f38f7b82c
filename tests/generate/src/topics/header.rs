//! The protected header: JSON, types, what is not supported, the algorithm.

use crate::format::{Case, Topic};
use crate::json_faults::{self, faults, oddities};
use crate::keys::{self, ALGORITHMS, ED25519, ED25519_B, jwk, named};
use crate::payload::{Payload, quoted};
use crate::sign::encode;

const MEMBERS: &str = r#""alg":"EdDSA","kid":"k""#;

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "The header, in this order: a JSON object; types of alg, kid (and its length), typ; crit, b64, \
         zip, enc present; algorithm known; algorithm allowed. All signatures are good unless a test \
         says otherwise, so that nothing but the header decides.",
    );
    json(&mut topic);
    algorithms(&mut topic);
    types(&mut topic);
    key_id_lengths(&mut topic);
    unsupported(&mut topic);
    embedded_keys(&mut topic);
    order(&mut topic);
    topic
}

/// A token with this header over a good payload, well signed.
fn token(header: impl AsRef<[u8]>) -> String {
    let message = format!("{}.{}", encode(header), encode(Payload::good().to_string()));
    let signature = ED25519.signature("EdDSA", message.as_bytes());
    format!("{message}.{}", encode(signature))
}

fn json(topic: &mut Topic) {
    for (name, header, why) in faults(MEMBERS) {
        let case = Case::token(format!("header-json-{name}"), why, token(header));
        topic.add(case.reject("header_malformed").flags(json_faults::flags(name)));
    }
    for (name, header, why) in oddities(MEMBERS) {
        let case = Case::token(format!("header-json-{name}-is-fine"), why, token(header));
        topic.add(case.flags(json_faults::flags(name)));
    }
    for (name, header) in [
        ("alg-twice", r#"{"alg":"EdDSA","alg":"EdDSA","kid":"k"}"#),
        ("alg-twice-none-first", r#"{"alg":"none","kid":"k","alg":"EdDSA"}"#),
        ("alg-twice-none-last", r#"{"alg":"EdDSA","kid":"k","alg":"none"}"#),
        ("alg-twice-by-escape", r#"{"alg":"EdDSA","kid":"k","\u0061lg":"EdDSA"}"#),
        ("kid-twice", r#"{"alg":"EdDSA","kid":"k","kid":"k"}"#),
        ("typ-twice", r#"{"alg":"EdDSA","kid":"k","typ":"JWT","typ":"at+jwt"}"#),
    ] {
        let comment = "two parsers would read two headers (RFC 7515 section 4)";
        let case = Case::token(format!("header-{name}"), comment, token(header));
        topic.add(case.reject("header_malformed").flags(&["vuln-24"]));
    }
    for (name, header) in [
        ("name-by-escape", r#"{"\u0061lg":"EdDSA","kid":"k"}"#),
        ("value-by-escape", r#"{"alg":"\u0045dDSA","\u006bid":"\u006b","typ":"at\u002bjwt"}"#),
        ("unknown-members", r#"{"alg":"EdDSA","kid":"k","cty":"x","x":[1],"url":null}"#),
        ("other-case-of-names", r#"{"alg":"EdDSA","kid":"k","ALG":"none","Crit":["exp"],"Kid":5}"#),
    ] {
        let comment = "names and values are compared after escapes; unknown members are ignored";
        topic.add(Case::token(format!("header-{name}-is-fine"), comment, token(header)));
    }
}

fn algorithms(topic: &mut Topic) {
    let none = "none is not representable (CVE-2015-9235, CVE-2022-23540)";
    let closed = "the list is closed and case-sensitive (RFC 7515 section 4.1.1)";
    let payload = encode(Payload::good().to_string());
    for (name, alg) in [("lower", "none"), ("title", "None"), ("mixed", "nOnE"), ("upper", "NONE")]
    {
        let header = format!(r#"{{"alg":"{alg}","kid":"k"}}"#);
        let case = Case::token(format!("header-alg-none-{name}-case"), none, token(&header));
        topic.add(case.reject("algorithm_unknown").flags(&["vuln-01"]));
        let unsigned = format!("{}.{payload}.", encode(&header));
        let case = Case::token(format!("header-alg-none-{name}-case-unsigned"), none, unsigned);
        topic.add(case.reject("algorithm_unknown").flags(&["vuln-01"]));
    }
    for (name, alg) in [
        ("none-with-space", "none "),
        ("none-after-space", " none"),
        ("none-with-nul", "none\0"),
        ("empty", ""),
        ("blank", " "),
        ("lower-case", "eddsa"),
        ("upper-case", "EDDSA"),
        ("lower-case-ed25519", "ed25519"),
        ("lower-case-hs256", "hs256"),
        ("with-space", "EdDSA "),
        ("with-nul", "EdDSA\0"),
        ("with-suffix", "EdDSA256"),
        ("ed448", "Ed448"),
        ("es512", "ES512"),
        ("es256k", "ES256K"),
        ("hs1", "HS1"),
        ("hs256-64", "HS256/64"),
        ("rs1", "RS1"),
        ("rsa-oaep", "RSA-OAEP"),
        ("dir", "dir"),
        ("a128kw", "A128KW"),
        ("pbes2", "PBES2-HS256+A128KW"),
        ("ml-dsa-44", "ML-DSA-44"),
        ("esp256", "ESP256"),
        ("full-width", "\u{ff25}dDSA"),
        ("prototype", "__proto__"),
    ] {
        let header = format!(r#"{{"alg":{},"kid":"k"}}"#, quoted(alg));
        let (why, flags) =
            if name.starts_with("none") { (none, "vuln-01") } else { (closed, "vuln-03") };
        let flags: &[&'static str] = match name {
            "prototype" => &["vuln-25"],
            "pbes2" | "rsa-oaep" | "dir" | "a128kw" => &["vuln-17"],
            _ => &[flags],
        };
        let case = Case::token(format!("header-alg-{name}"), why, token(header));
        topic.add(case.reject("algorithm_unknown").flags(flags));
    }
    for (name, alg) in JSON_TYPES {
        let header = format!(r#"{{"alg":{alg},"kid":"k"}}"#);
        let case = Case::token(format!("header-alg-is-{name}"), "alg is a string", token(header));
        topic.add(case.reject("header_malformed").flags(&["vuln-01"]));
    }
    let case = Case::token("header-alg-is-missing", "alg must be there", token(r#"{"kid":"k"}"#));
    topic.add(case.reject("header_malformed").flags(&["vuln-01"]));
    let case = Case::token("header-empty-object", "alg must be there", token("{}"));
    topic.add(case.reject("header_malformed").flags(&["vuln-01"]));
    for (alg, _) in &ALGORITHMS[..11] {
        let comment = "known, but this policy allows EdDSA alone (RFC 8725 section 3.1)";
        let header = format!(r#"{{"alg":"{alg}","kid":"k"}}"#);
        let case = Case::token(format!("header-alg-{alg}-is-not-allowed"), comment, token(header));
        topic.add(case.reject("algorithm_not_allowed").flags(&["vuln-02"]));
    }
}

/// Values that are no string.
const JSON_TYPES: [(&str, &str); 6] = [
    ("null", "null"),
    ("number", "5"),
    ("boolean", "true"),
    ("array", r#"["EdDSA"]"#),
    ("object", r#"{"a":"EdDSA"}"#),
    ("empty-array", "[]"),
];

fn types(topic: &mut Topic) {
    for (name, value) in JSON_TYPES {
        for (member, flag) in [("kid", "vuln-06"), ("typ", "vuln-12")] {
            let header = match member {
                "kid" => format!(r#"{{"alg":"EdDSA","kid":{value}}}"#),
                _ => format!(r#"{{"alg":"EdDSA","kid":"k","typ":{value}}}"#),
            };
            let comment = format!("{member} is a string or absent (RFC 7515 section 4.1)");
            let id = format!("header-{member}-is-{name}");
            topic.add(
                Case::token(id, comment, token(header)).reject("header_malformed").flags(&[flag]),
            );
        }
    }
}

fn key_id_lengths(topic: &mut Topic) {
    let letter = "\u{e9}";
    let cases = [
        ("1023-bytes", "x".repeat(1023), true),
        ("1024-bytes", "x".repeat(1024), true),
        ("1025-bytes", "x".repeat(1025), false),
        ("512-letters-of-2-bytes", letter.repeat(512), true),
        ("513-letters-of-2-bytes", letter.repeat(513), false),
        ("10000-bytes", "x".repeat(10_000), false),
    ];
    for (name, kid, fits) in cases {
        if fits {
            topic.keyset(name, keys::jwks(&[named(&ED25519, &kid)]));
        }
        let header = format!(r#"{{"alg":"EdDSA","kid":{}}}"#, quoted(&kid));
        let comment = "a kid has at most 1024 bytes";
        let case = Case::token(format!("header-kid-of-{name}"), comment, token(header));
        let case = case.flags(&["vuln-06", "boundary"]);
        topic.add(if fits { case.keys(name) } else { case.reject("header_malformed") });
    }
    topic.keyset("x1024-escaped", keys::jwks(&[named(&ED25519, &"x".repeat(1024))]));
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, r"\u0078".repeat(1024));
    let comment = "the length is that of the string, not of its escapes";
    let case = Case::token("header-kid-of-1024-bytes-escaped", comment, token(header));
    topic.add(case.keys("x1024-escaped").flags(&["vuln-06", "boundary"]));
}

fn unsupported(topic: &mut Topic) {
    let crit = "nothing critical is understood, so any crit refuses (RFC 7515 section 4.1.11; \
                CVE-2025-59420, CVE-2026-32597)";
    let b64 = "unencoded payloads are not supported, with or without crit (RFC 7797)";
    let jwe = "compression and encryption belong to JWE (CVE-2024-28180)";
    let cases: &[(&str, &str, &str, &str)] = &[
        ("crit-of-exp", r#""crit":["exp"],"exp":1"#, crit, "vuln-15"),
        ("crit-of-b64", r#""crit":["b64"],"b64":true"#, crit, "vuln-15"),
        ("crit-of-what-is-absent", r#""crit":["http://example/x"]"#, crit, "vuln-15"),
        ("crit-of-alg", r#""crit":["alg"]"#, crit, "vuln-15"),
        ("crit-empty", r#""crit":[]"#, crit, "vuln-15"),
        ("crit-is-string", r#""crit":"exp""#, crit, "vuln-15"),
        ("crit-of-number", r#""crit":[1]"#, crit, "vuln-15"),
        ("crit-twice-the-same", r#""crit":["x","x"],"x":1"#, crit, "vuln-15"),
        ("crit-is-null", r#""crit":null"#, crit, "vuln-15"),
        ("crit-is-false", r#""crit":false"#, crit, "vuln-15"),
        ("crit-is-object", r#""crit":{}"#, crit, "vuln-15"),
        ("crit-by-escape", r#""cri\u0074":["exp"]"#, crit, "vuln-15"),
        ("b64-is-false", r#""b64":false"#, b64, "vuln-16"),
        ("b64-is-true", r#""b64":true"#, b64, "vuln-16"),
        ("b64-is-null", r#""b64":null"#, b64, "vuln-16"),
        ("b64-is-false-and-critical", r#""b64":false,"crit":["b64"]"#, b64, "vuln-16"),
        ("zip-is-def", r#""zip":"DEF""#, jwe, "vuln-17"),
        ("zip-is-null", r#""zip":null"#, jwe, "vuln-17"),
        ("enc-is-a128gcm", r#""enc":"A128GCM""#, jwe, "vuln-17"),
        ("enc-is-null", r#""enc":null"#, jwe, "vuln-17"),
    ];
    for (name, members, why, flag) in cases {
        let header = format!("{{{MEMBERS},{members}}}");
        let case = Case::token(format!("header-{name}"), *why, token(header));
        topic.add(case.reject("header_unsupported").flags(&[flag]));
    }
    let comment = "members of JWE that stand for themselves are unknown members, not read";
    let header =
        format!(r#"{{{MEMBERS},"p2c":2147483647,"p2s":"x","epk":{{}},"iv":5,"tag":null}}"#);
    topic.add(Case::token("header-p2c-is-not-read", comment, token(header)).flags(&["vuln-17"]));
}

fn embedded_keys(topic: &mut Topic) {
    let own = jwk(&ED25519_B, "");
    let forged = |header: &str| ED25519_B.token("EdDSA", header, Payload::good().to_string());
    let comment = "keys that a token brings along are never read (CVE-2018-0114, CVE-2026-27962)";
    for (name, kid, code) in [
        ("and-the-right-kid", r#","kid":"k""#, "signature_invalid"),
        ("and-an-unknown-kid", r#","kid":"z""#, "key_not_found"),
        ("and-no-kid", "", "signature_invalid"),
    ] {
        for (member, value) in [
            ("jwk", own.clone()),
            ("jku", r#""https://attacker.example/jwks.json""#.into()),
            ("x5u", r#""https://attacker.example/cert.pem""#.into()),
            ("x5c", r#"["MIIB"]"#.into()),
        ] {
            let header = format!(r#"{{"alg":"EdDSA"{kid},"{member}":{value}}}"#);
            let id = format!("header-forged-with-{member}-{name}");
            topic.add(Case::token(id, comment, forged(&header)).reject(code).flags(&["vuln-05"]));
        }
    }
    for (name, members) in [
        ("of-wrong-types", r#""jku":5,"jwk":"x","x5u":[],"x5c":null,"x5t":{},"x5t#S256":1"#),
        ("of-another-key", &*format!(r#""jwk":{own},"jku":"http://127.0.0.1/""#)),
    ] {
        let header = format!("{{{MEMBERS},{members}}}");
        let id = format!("header-embedded-keys-{name}-are-not-read");
        topic.add(Case::token(id, comment, token(header)).flags(&["vuln-05"]));
    }
}

fn order(topic: &mut Topic) {
    let long = "x".repeat(1025);
    let cases: [(&str, String, &str); 8] = [
        ("no-alg-before-crit", r#"{"kid":"k","crit":[]}"#.into(), "header_malformed"),
        ("alg-type-before-crit", r#"{"alg":5,"crit":[]}"#.into(), "header_malformed"),
        ("kid-type-before-crit", r#"{"alg":"none","kid":5,"crit":[]}"#.into(), "header_malformed"),
        (
            "kid-length-before-crit",
            format!(r#"{{"alg":"none","kid":"{long}","crit":[]}}"#),
            "header_malformed",
        ),
        ("typ-type-before-zip", r#"{"alg":"none","typ":5,"zip":1}"#.into(), "header_malformed"),
        ("crit-before-alg-none", r#"{"alg":"none","crit":[]}"#.into(), "header_unsupported"),
        (
            "enc-before-alg-not-allowed",
            r#"{"alg":"HS256","enc":"A128GCM"}"#.into(),
            "header_unsupported",
        ),
        (
            "alg-not-allowed-before-key",
            r#"{"alg":"HS256","kid":"unknown"}"#.into(),
            "algorithm_not_allowed",
        ),
    ];
    for (name, header, code) in cases {
        let case =
            Case::token(format!("header-order-{name}"), "checks have a fixed order", token(header));
        topic.add(case.reject(code).flags(&["order"]));
    }
}
