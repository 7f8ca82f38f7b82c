//! What this API asks of a token. Times and words are in modules of their own.
mod times;
mod words;

use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::Payload;

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "Policy, in this order: token type, issuer, audience, exp, nbf, iat (with auth_time), lifetime, \
         age, required claims, claims with a value.",
    );
    times::add(&mut topic);
    words::add(&mut topic);
    required(&mut topic);
    values(&mut topic);
    topic
}

fn required(topic: &mut Topic) {
    for (name, value) in [
        ("absent", None),
        ("null", Some("null")),
        ("nested", None),
        ("false", Some("false")),
        ("0", Some("0")),
        ("empty-string", Some(r#""""#)),
        ("empty-array", Some("[]")),
        ("empty-object", Some("{}")),
    ] {
        let policy = format!("required-{name}");
        topic.policy(&policy, super::policy(r#","required":["x"]"#));
        let payload = match (name, value) {
            ("nested", _) => Payload::good().with("y", r#"{"x":1}"#),
            (_, Some(value)) => Payload::good().with("x", value),
            _ => Payload::good(),
        };
        let id = format!("policy-required-claim-that-is-{name}");
        let comment =
            "a required claim is there, at the top, and not null; false and zero are values";
        let case =
            Case::token(id, comment, keys::token(&payload)).policy(policy).flags(&["vuln-27"]);
        let missing = matches!(name, "absent" | "null" | "nested");
        topic.add(if missing { case.reject("claim_missing") } else { case });
    }
    for name in
        ["toString", "constructor", "__proto__", "hasOwnProperty", "valueOf", "length", "get"]
    {
        let policy = format!("required-{name}");
        topic.policy(&policy, super::policy(&format!(r#","required":["{name}"]"#)));
        let comment =
            "a name that every object of some languages has is missing where it is not written";
        let id = format!("policy-required-{name}-is-missing");
        let case = Case::token(id, comment, keys::token(&Payload::good())).policy(&policy);
        topic.add(case.reject("claim_missing").flags(&["vuln-25", "vuln-26"]));
        let id = format!("policy-required-{name}-is-there");
        let payload = Payload::good().with(name, "1");
        let case =
            Case::token(id, "and is there where it is", keys::token(&payload)).policy(&policy);
        topic.add(case.flags(&["vuln-25", "vuln-26"]));
    }
    let comment = "claim_equals takes the same care";
    topic.policy("equals-constructor", super::policy(r#","claim_equals":{"constructor":1}"#));
    let case = Case::token(
        "policy-claim-equals-constructor-is-missing",
        comment,
        keys::token(&Payload::good()),
    );
    topic.add(case.policy("equals-constructor").reject("claim_missing").flags(&["vuln-25"]));
}

fn values(topic: &mut Topic) {
    for (name, wanted, found, code) in [
        ("string", r#""a""#, r#""a""#, ""),
        ("string-by-escape", r#""a""#, r#""\u0061""#, ""),
        ("string-of-another-case", r#""a""#, r#""A""#, "claim_mismatch"),
        ("string-composed", r#""é""#, "\"e\u{301}\"", "claim_mismatch"),
        ("string-for-number", "1", r#""1""#, "claim_mismatch"),
        ("string-for-true", "true", r#""true""#, "claim_mismatch"),
        ("number-1.0", "1", "1.0", ""),
        ("number-1e0", "1", "1e0", ""),
        ("number-100e-2", "1", "100e-2", ""),
        ("number-minus-0", "0", "-0.0", ""),
        ("number-minus-1", "1", "-1", "claim_mismatch"),
        ("number-beyond-a-float", "9007199254740992", "9007199254740993", "claim_mismatch"),
        ("number-beyond-any-float", "1e400", "1e401", "claim_mismatch"),
        ("number-beyond-any-float-equal", "1e400", "10e399", ""),
        ("true", "true", "true", ""),
        ("true-for-1", "1", "true", "claim_mismatch"),
        ("false-for-null", "null", "false", "claim_mismatch"),
        ("null", "null", "null", ""),
        ("absent", "null", "", "claim_missing"),
        ("array", r#"["a",1]"#, r#"[ "a" , 1.0 ]"#, ""),
        ("array-in-another-order", r#"["a","b"]"#, r#"["b","a"]"#, "claim_mismatch"),
        ("array-longer", r#"["a"]"#, r#"["a","b"]"#, "claim_mismatch"),
        ("array-with-the-value", r#""a""#, r#"["a"]"#, "claim_mismatch"),
        ("object-in-another-order", r#"{"a":1,"b":{"c":2}}"#, r#"{"b":{"c":2.0},"a":1}"#, ""),
        ("object-with-more", r#"{"a":1}"#, r#"{"a":1,"b":2}"#, "claim_mismatch"),
        ("object-with-less", r#"{"a":1,"b":2}"#, r#"{"a":1}"#, "claim_mismatch"),
        ("object-of-other-names", r#"{"a":1}"#, r#"{"b":1}"#, "claim_mismatch"),
    ] {
        let policy = format!("equals-{name}");
        topic.policy(&policy, super::policy(&format!(r#","claim_equals":{{"x":{wanted}}}"#)));
        let payload =
            if found.is_empty() { Payload::good() } else { Payload::good().with("x", found) };
        let id = format!("policy-claim-equals-{name}");
        let comment = "JSON values: numbers by value, strings after escapes, objects in any order";
        let case =
            Case::token(id, comment, keys::token(&payload)).policy(policy).flags(&["vuln-13"]);
        let beyond = name.starts_with("number-beyond");
        let case = if beyond { case.flags(&["number-text"]) } else { case };
        topic.add(if code.is_empty() { case } else { case.reject(code) });
    }
}
