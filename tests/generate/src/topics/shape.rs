//! Size, dots, base64url: what is settled before anything is decoded.

use crate::format::{Case, Topic};
use crate::keys::{self, HEADER, SECRET, named};
use crate::payload::{Payload, quoted};
use crate::sign::{encode, parts};
use crate::topics::{policy, policy_for};

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "Size in bytes, then the number of dots, then canonical base64url of all three parts, each \
         before the next. An empty part is no fault of shape.",
    );
    topic.keyset("secret", keys::jwks(&[named(&SECRET, "k")]));
    topic.policy("hs256", policy_for(r#"["HS256"]"#, ""));
    topic.policy("padding", policy(r#","allow_padding":true"#));
    let good = keys::token(&Payload::good());
    topic.add(Case::token(
        "shape-good-token",
        "the token that all others here are made from",
        &good,
    ));
    sizes(&mut topic, &good);
    dots(&mut topic, &good);
    alphabet(&mut topic, &good);
    tails(&mut topic, &good);
    wrappers(&mut topic, &good);
    padding(&mut topic, &good);
    topic
}

/// A good token of exactly so many bytes.
fn token_of(bytes: usize) -> String {
    for more in 0..3 {
        let header = HEADER.replace('}', &format!(r#","x":"{}"}}"#, "x".repeat(more)));
        let empty = keys::signed(&header, Payload::good().text("x", "").to_string()).len();
        for fill in (bytes - empty) / 4 * 3..=(bytes - empty).div_ceil(4) * 3 {
            let payload = Payload::good().text("x", &"x".repeat(fill));
            let token = keys::signed(&header, payload.to_string());
            if token.len() == bytes {
                return token;
            }
        }
    }
    panic!("no token of {bytes} bytes");
}

fn sizes(topic: &mut Topic, good: &str) {
    let boundary = ["boundary"];
    let big = "shape-size-of-16384";
    for (size, name) in
        [(16_383, "one-byte-below"), (16_384, "exactly"), (16_385, "one-byte-above")]
    {
        let case = Case::token(format!("{big}-{name}"), "16 KiB by default", token_of(size));
        let case = case.flags(&boundary);
        topic.add(if size > 16_384 { case.reject("token_too_large") } else { case });
    }
    for (difference, name) in [(-1, "below"), (0, "exactly"), (1, "above")] {
        let limit = i64::try_from(good.len()).expect("a short token") + difference;
        let policy_name = format!("limit-one-byte-{name}");
        topic.policy(&policy_name, policy(&format!(r#","max_token_bytes":{limit}"#)));
        let comment = format!("the token has {} bytes, the limit is {limit}", good.len());
        let case = Case::token(format!("shape-limit-one-byte-{name}-size"), comment, good);
        let case = case.policy(policy_name).flags(&boundary);
        topic.add(if difference < 0 { case.reject("token_too_large") } else { case });
    }
    topic.policy("limit-1", policy(r#","max_token_bytes":1"#));
    let comment = "the least limit that can be set";
    for (id, token, code) in [
        ("shape-limit-of-1-takes-1-byte", ".", "token_malformed"),
        ("shape-limit-of-1-refuses-2-bytes", "..", "token_too_large"),
    ] {
        topic.add(Case::token(id, comment, token).policy("limit-1").reject(code).flags(&boundary));
    }
    for (id, comment, token, code) in [
        (
            "shape-size-counts-bytes-8192-letters-of-2",
            "16384 bytes of UTF-8 in 8192 characters: the dots are counted",
            "\u{e9}".repeat(8192),
            "token_malformed",
        ),
        (
            "shape-size-counts-bytes-8193-letters-of-2",
            "16386 bytes in 8193 characters",
            "\u{e9}".repeat(8193),
            "token_too_large",
        ),
        (
            "shape-size-before-dots",
            "too large and all dots: size first, so that dots cost nothing (CVE-2025-30204)",
            ".".repeat(16_385),
            "token_too_large",
        ),
        (
            "shape-16384-dots",
            "no list of parts is made (CVE-2025-30204, CVE-2025-27144, CVE-2025-22868)",
            ".".repeat(16_384),
            "token_malformed",
        ),
    ] {
        topic.add(Case::token(id, comment, token).reject(code).flags(&["vuln-11", "boundary"]));
    }
}

fn dots(topic: &mut Topic, good: &str) {
    let [header, payload, signature] = parts(good);
    let malformed: &[(&str, String)] = &[
        ("empty", String::new()),
        ("no-dot", "abc".into()),
        ("one-dot", ".".into()),
        ("two-parts", format!("{header}.{payload}")),
        ("three-dots", "...".into()),
        ("five-dots", ".....".into()),
        ("four-parts", format!("{good}.{signature}")),
        ("six-parts", format!("{good}.a.b.c")),
        ("leading-dot", format!(".{good}")),
        ("trailing-dot", format!("{good}.")),
        ("doubled-dot", format!("{header}..{payload}.{signature}")),
        ("full-width-dots", good.replace('.', "\u{ff0e}")),
        ("escaped-dots", good.replace('.', "%2E")),
    ];
    for (name, token) in malformed {
        let comment = "a compact JWS has exactly two dots (RFC 7515 section 3.1)";
        let case = Case::token(format!("shape-dots-{name}-is-malformed"), comment, token);
        topic.add(case.reject("token_malformed").flags(&["vuln-11"]));
    }
    for (name, token) in [
        ("bare", "....".to_owned()),
        ("of-a-jwe", format!("{}.a.b.c.d", encode(r#"{"alg":"dir","enc":"A128GCM"}"#))),
        ("around-nonsense", "!.\u{e9}. .b.c".into()),
        ("around-a-signed-token", format!("{good}..")),
    ] {
        let id = format!("shape-four-dots-{name}-is-encrypted");
        let comment = "five parts are a JWE (RFC 7516 section 3.1), whatever is in them";
        topic.add(Case::token(id, comment, token).reject("token_encrypted").flags(&["vuln-18"]));
    }
    let unsigned = |alg: &str| encode(format!(r#"{{"alg":"{alg}"}}"#));
    let empty_payload = keys::signed(HEADER, "");
    let cases: [(&str, &str, String, &str); 6] = [
        ("shape-two-dots-alone", "the empty header is no JSON", "..".into(), "header_malformed"),
        (
            "shape-empty-payload-signed",
            "h..s: an empty payload is no JSON, found after the signature",
            empty_payload.clone(),
            "claims_malformed",
        ),
        (
            "shape-empty-payload-forged",
            "h..s: the signature comes first",
            format!("{header}..{signature}"),
            "signature_invalid",
        ),
        (
            "shape-empty-signature",
            "h.p. is a signature of no bytes (CVE-2026-44351 was the like)",
            format!("{header}.{payload}."),
            "signature_invalid",
        ),
        (
            "shape-empty-header",
            ".p.s: the empty header is no JSON",
            format!(".{payload}.{signature}"),
            "header_malformed",
        ),
        (
            "shape-unsigned-none",
            "h.p. with alg none: its shape is right (CVE-2015-9235)",
            format!("{}.{payload}.", unsigned("none")),
            "algorithm_unknown",
        ),
    ];
    for (id, comment, token, code) in cases {
        let flag: &[&str] = if id.contains("none") { &["vuln-01"] } else { &["vuln-11"] };
        topic.add(Case::token(id, comment, token).reject(code).flags(flag));
    }
}

/// Strange characters in each part.
fn alphabet(topic: &mut Topic, good: &str) {
    let strange: &[(&str, &str)] = &[
        ("padding", "="),
        ("two-paddings", "=="),
        ("plus", "+"),
        ("slash", "/"),
        ("line-feed", "\n"),
        ("carriage-return", "\r"),
        ("space", " "),
        ("tab", "\t"),
        ("nul", "\0"),
        ("percent", "%41"),
        ("letter-beyond-ascii", "\u{e9}"),
        ("zero-width-space", "\u{200b}"),
    ];
    for (place, part) in [(0, "header"), (1, "payload"), (2, "signature")] {
        for (name, text) in strange {
            for (at, where_) in [(4, "inside"), (usize::MAX, "at-the-end")] {
                let mut own: Vec<String> = parts(good).map(str::to_owned).to_vec();
                let end = at.min(own[place].len());
                own[place].insert_str(end, text);
                let id = format!("shape-{part}-with-{name}-{where_}");
                let comment =
                    "only A-Z a-z 0-9 - _, no padding, no white space (RFC 7515 section 2)";
                let case = Case::token(id, comment, own.join("."));
                topic.add(case.reject("token_malformed").flags(&["vuln-10"]));
            }
        }
        let mut own: Vec<String> = parts(good).map(str::to_owned).to_vec();
        while own[place].len() % 4 != 1 {
            own[place].pop();
        }
        let id = format!("shape-{part}-of-4n-plus-1-letters");
        let case = Case::token(id, "six bits are no byte (RFC 4648 section 4)", own.join("."));
        topic.add(case.reject("token_malformed").flags(&["vuln-10"]));
    }
}

/// Other last letters that decode to the same bytes.
fn tails(topic: &mut Topic, good: &str) {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // Header and payload of this token end in letters with four and two unused bits.
    let header = r#"{"alg":"EdDSA","kid":"k","typ":"at+jwt","x":""}"#;
    let header = ["", "x", "xx"].map(|x| header.replace(r#""""#, &quoted(x)));
    let header = header.iter().find(|header| header.len() % 3 == 1).expect("one of three");
    let payload = ["", "x", "xx"].map(|x| Payload::good().text("x", x).to_string());
    let payload = payload.iter().find(|text| text.len() % 3 == 2).expect("one of three");
    let token = keys::signed(header, payload);
    let hmac = SECRET.token("HS256", &HEADER.replace("EdDSA", "HS256"), payload);
    for (part, place, token, keys, policy) in [
        ("header", 0, &token, "main", "main"),
        ("payload", 1, &token, "main", "main"),
        ("ed25519-signature", 2, &token, "main", "main"),
        ("hs256-signature", 2, &hmac, "secret", "hs256"),
    ] {
        let mut own: Vec<String> = parts(token).map(str::to_owned).to_vec();
        let unused = if own[place].len() % 4 == 2 { 16 } else { 4 };
        let last = own[place].pop().expect("not empty");
        let index =
            LETTERS.iter().position(|letter| char::from(*letter) == last).expect("base64url");
        assert_eq!(index % unused, 0, "{good} is canonical");
        for tail in 1..unused {
            let mut own = own.clone();
            own[place].push(char::from(LETTERS[index + tail]));
            let id = format!("shape-{part}-tail-bits-{tail}");
            let comment = "the bits after the last byte are zero (RFC 4648 section 3.5), or one token \
                           has several spellings";
            let case = Case::token(id, comment, own.join(".")).keys(keys).policy(policy);
            topic.add(case.reject("token_malformed").flags(&["vuln-10"]));
        }
    }
}

/// Other forms that a signed token comes in.
fn wrappers(topic: &mut Topic, good: &str) {
    let [header, payload, signature] = parts(good);
    let cases: &[(&str, &str, String)] = &[
        ("leading-space", "nothing is trimmed", format!(" {good}")),
        ("trailing-space", "nothing is trimmed", format!("{good} ")),
        ("trailing-line-feed", "a token read from a file", format!("{good}\n")),
        ("trailing-nul", "no end of a C string", format!("{good}\0")),
        ("byte-order-mark", "no byte order mark", format!("\u{feff}{good}")),
        ("quotes", "a token in quotes", format!("\"{good}\"")),
        ("bearer", "the scheme is not part of a token", format!("Bearer {good}")),
        (
            "flattened-json",
            "JSON serialization is not compact (RFC 7515 section 7.2.2)",
            format!(
                r#"{{"payload":"{payload}","protected":"{header}","signature":"{signature}"}}"#
            ),
        ),
        (
            "general-json",
            "JSON serialization (RFC 7515 section 7.2.1)",
            format!(
                r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#
            ),
        ),
        (
            "polyglot",
            "JSON for one parser and compact for another (CVE-2022-39227)",
            format!(
                r#"{{" {header}.{payload}.":"","protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#
            ),
        ),
    ];
    for (name, comment, token) in cases {
        let case = Case::token(format!("shape-wrapped-in-{name}"), *comment, token);
        topic.add(case.reject("token_malformed").flags(&["vuln-18"]));
    }
}

fn padding(topic: &mut Topic, good: &str) {
    let padded = |text: &str| format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4));
    let message = |header: &str| {
        let payload = ["", "x", "xx"].map(|x| Payload::good().text("x", x).to_string());
        let payload = payload.iter().find(|text| text.len() % 3 == 1).expect("one of three");
        format!("{}.{}", padded(&encode(header)), padded(&encode(payload)))
    };
    let sign = |message: &str| keys::ED25519.signature("EdDSA", message.as_bytes());
    let message = message(r#"{"alg":"EdDSA","kid":"k"}"#);
    let signature = encode(sign(&message));
    let token = format!("{message}.{}", padded(&signature));
    let [header, payload, _] = parts(&token);
    let stripped = format!("{}.{}", header.trim_end_matches('='), payload.trim_end_matches('='));
    let accepted: &[(&str, &str, String)] = &[
        ("shape-padding-opt-in-all-parts", "as AWS load balancers send it", token.clone()),
        ("shape-padding-opt-in-no-part", "the opt-in allows, it does not demand", good.into()),
        (
            "shape-padding-opt-in-signature-without",
            "each part for itself",
            format!("{message}.{signature}"),
        ),
    ];
    for (id, comment, token) in accepted {
        topic.add(Case::token(*id, *comment, token).policy("padding").flags(&["vuln-10"]));
    }
    let without = "padding is refused without the opt-in";
    let case = Case::token("shape-padding-without-opt-in", without, &token);
    topic.add(case.reject("token_malformed").flags(&["vuln-10"]));
    let mut tail = signature.clone();
    tail.pop();
    let tail = format!("{message}.{tail}B==");
    let refused: &[(&str, &str, String, &str)] = &[
        (
            "shape-padding-opt-in-is-signed-over",
            "what is signed is the text as received (RFC 7515 section 5.2): taking the padding off \
             breaks the signature",
            format!("{stripped}.{signature}"),
            "signature_invalid",
        ),
        ("shape-padding-opt-in-too-much", "three signs", format!("{token}="), "token_malformed"),
        (
            "shape-padding-opt-in-too-little",
            "one sign where two belong",
            format!("{message}.{signature}="),
            "token_malformed",
        ),
        (
            "shape-padding-opt-in-where-none-belongs",
            "a part of whole groups has none",
            format!("{}====.{payload}.{signature}", header.trim_end_matches('=')),
            "token_malformed",
        ),
        (
            "shape-padding-opt-in-inside",
            "at the end only",
            format!("{message}.=={signature}"),
            "token_malformed",
        ),
        ("shape-padding-opt-in-tail-bits", "tail bits stay zero", tail, "token_malformed"),
        ("shape-padding-opt-in-alone", "padding of nothing", "==.==.==".into(), "token_malformed"),
    ];
    for (id, comment, token, code) in refused {
        let case = Case::token(*id, *comment, token).policy("padding");
        topic.add(case.reject(code).flags(&["vuln-10"]));
    }
}
