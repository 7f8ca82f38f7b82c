//! The payload: strict JSON, and the types of registered claims.

use crate::format::{Case, Topic};
use crate::json_faults::{self, faults, oddities};
use crate::keys::{self, HEADER};
use crate::payload::{NOW, Payload, S, quoted};
use crate::topics::policy;

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "The payload is one strict JSON object. A registered claim of the wrong type refuses the token \
         even if nothing checks it. Times are read from their decimal text to milliseconds, from 0 to \
         253402300799.",
    );
    topic.policy("unbounded", policy(r#","max_lifetime":"unbounded""#));
    json(&mut topic);
    names(&mut topic);
    times(&mut topic);
    times_that_are_fine(&mut topic);
    strings(&mut topic);
    lists(&mut topic);
    first(&mut topic);
    topic
}

fn json(topic: &mut Topic) {
    let members = Payload::good().members();
    for (name, payload, why) in faults(&members) {
        let case = Case::token(format!("claims-json-{name}"), why, keys::signed(HEADER, payload));
        topic.add(case.reject("claims_malformed").flags(json_faults::flags(name)));
    }
    for (name, payload, why) in oddities(&members) {
        let case =
            Case::token(format!("claims-json-{name}-is-fine"), why, keys::signed(HEADER, payload));
        topic.add(case.flags(json_faults::flags(name)));
    }
    for (name, more) in [
        ("exp-twice", r#","exp":1700000600"#),
        ("exp-twice-by-escape", r#","\u0065xp":1700000600"#),
        ("sub-twice", r#","sub":"u2""#),
        ("aud-twice", r#","aud":"https://other.example/""#),
    ] {
        let payload = format!("{{{members}{more}}}");
        let comment = "two parsers would read two tokens (RFC 7519 section 4)";
        let case = Case::token(format!("claims-{name}"), comment, keys::signed(HEADER, payload));
        topic.add(case.reject("claims_malformed").flags(&["vuln-24"]));
    }
}

/// Names that a careless comparison takes for a registered claim: by their first bytes, by the low byte
/// of their length, by case, by zeros around them. The value is one that the claim may not have.
fn names(topic: &mut Topic) {
    for claim in ["exp", "iat", "sub", "aud", "iss", "scope"] {
        let long = "x".repeat(256);
        for (name, fake) in [
            ("upper", claim.to_uppercase()),
            ("longer", format!("{claim}s")),
            ("longer-by-256", format!("{claim}{long}")),
            ("zero-behind", format!(r"{claim}\u0000")),
            (
                "zeros-before-and-longer-by-256",
                format!(r"\u0000\u0000\u0000\u0000{claim}{}", "x".repeat(252)),
            ),
            ("one-zero-before-and-longer-by-256", format!(r"\u0000{claim}{}", "x".repeat(255))),
        ] {
            let payload = format!(r#"{{"{fake}":{{}},{}}}"#, Payload::good().members());
            let id = format!("claims-{claim}-is-not-named-by-{name}");
            let comment = "a claim is its whole name, byte for byte (RFC 7519 section 4)";
            topic.add(Case::token(id, comment, keys::signed(HEADER, payload)).flags(&["vuln-12"]));
        }
    }
    let payload = format!(
        r#"{{"\u0000\u0000\u0000\u0000exp{}":1700080000,{}}}"#,
        "x".repeat(252),
        Payload::good().time("exp", NOW - 600 * S).time("iat", NOW - 900 * S).members()
    );
    let case = Case::token(
        "claims-exp-by-another-name-does-not-prolong",
        "a second exp, smuggled in under a name that only looks like it",
        keys::signed(HEADER, payload),
    );
    topic.add(case.reject("token_expired").flags(&["vuln-12"]));
}

fn times(topic: &mut Topic) {
    let wrong = [
        ("string", r#""1700000600""#),
        ("null", "null"),
        ("true", "true"),
        ("false", "false"),
        ("array", "[]"),
        ("array-of-a-number", "[1700000600]"),
        ("object", "{}"),
        ("empty-string", r#""""#),
        ("minus-1", "-1"),
        ("minus-a-millisecond", "-0.001"),
        ("minus-almost-nothing", "-1e-400"),
        ("1e999", "1e999"),
        ("2-to-53-plus-1", "9007199254740993"),
        ("2-to-63", "9223372036854775808"),
        ("2-to-64", "18446744073709551616"),
        ("milliseconds", "1700000600000"),
        ("year-10000", "253402300800"),
        ("year-10000-less-a-millisecond", "253402300799.001"),
    ];
    for claim in ["exp", "nbf", "iat", "auth_time"] {
        for (name, value) in wrong {
            let token = keys::token(&Payload::good().with(claim, value));
            let comment =
                "a time is a JSON number of seconds in the years 1970 to 9999 (CVE-2026-25537)";
            let boundary = name.contains("millisecond") || name.starts_with("year");
            let flag = if boundary { "boundary" } else { "vuln-12" };
            let flags: &[&'static str] = match name {
                "null" | "false" | "empty-string" => &["vuln-12", "vuln-27"],
                _ => &[flag],
            };
            let case = Case::token(format!("claims-{claim}-is-{name}"), comment, token);
            topic.add(case.reject("claim_type").flags(flags));
        }
    }
}

fn times_that_are_fine(topic: &mut Topic) {
    for (name, value) in [
        ("with-a-fraction", "1700000600.5"),
        ("with-point-zero", "1700000600.0"),
        ("with-exponent", "1.7000006e9"),
        ("with-capital-exponent", "1.7000006E+9"),
        ("with-negative-exponent", "17000006000e-1"),
        ("with-leading-zero-point", "0.17000006e10"),
        ("with-many-digits", "1700000600.00000000000000000000000000000000000001"),
        ("with-a-big-shift", "170000060000000000000000000000e-20"),
    ] {
        let token = keys::token(&Payload::good().with("exp", value));
        let comment = "a JSON number in any spelling (RFC 7519 section 2, NumericDate)";
        topic.add(
            Case::token(format!("claims-exp-{name}-is-fine"), comment, token).flags(&["vuln-12"]),
        );
    }
    for (name, value) in [
        ("0", "0"),
        ("minus-0", "-0"),
        ("minus-0.0", "-0.0"),
        ("0e999999999", "0e999999999"),
        ("almost-nothing", "1e-400"),
    ] {
        let flags = ["vuln-27", "boundary"];
        for (claim, code, comment) in [
            ("exp", "token_expired", "zero is a time and not the absence of one: long expired"),
            (
                "iat",
                "lifetime_too_long",
                "zero is a time: issued in 1970, the token lives too long",
            ),
            ("nbf", "", "valid since 1970"),
            ("auth_time", "", "logged in in 1970: nobody asks"),
        ] {
            let token = keys::token(&Payload::good().with(claim, value));
            let case =
                Case::token(format!("claims-{claim}-is-{name}"), comment, token).flags(&flags);
            topic.add(if code.is_empty() { case } else { case.reject(code) });
        }
    }
    for (claim, value, policy, code) in [
        ("exp", "253402300799", "main", "lifetime_too_long"),
        ("exp", "253402300799", "unbounded", ""),
        ("exp", "253402300798.999", "unbounded", ""),
        ("nbf", "253402300799", "main", "token_not_yet_valid"),
        ("iat", "253402300799", "main", "issued_in_future"),
        ("auth_time", "253402300799", "main", "issued_in_future"),
    ] {
        let token = keys::token(&Payload::good().with(claim, value));
        let id = format!("claims-{claim}-is-{value}-{policy}");
        let comment = "the last second of the year 9999 is a time";
        let case = Case::token(id, comment, token).policy(policy).flags(&["boundary"]);
        topic.add(if code.is_empty() { case } else { case.reject(code) });
    }
    let comment = "nothing below a millisecond counts: 1699999940.0009 is 1699999940.000, expired";
    let token = keys::token(&Payload::good().with("exp", "1699999940.0009"));
    let case = Case::token("claims-exp-is-cut-off-to-the-millisecond", comment, token);
    topic.add(case.reject("token_expired").flags(&["boundary"]));
    let comment = "read from the text: a float would round this up to 1699999940.001 and accept";
    let token = keys::token(&Payload::good().with("exp", "1699999940.000999999999999999999"));
    let case = Case::token("claims-exp-is-not-rounded-as-a-float", comment, token);
    topic.add(case.reject("token_expired").flags(&["boundary", "vuln-12"]));
}

fn strings(topic: &mut Topic) {
    for claim in ["iss", "sub", "jti", "sid", "client_id", "azp"] {
        for (name, value) in [
            ("number", "5"),
            ("null", "null"),
            ("true", "true"),
            ("object", "{}"),
            ("empty-array", "[]"),
            ("array", r#"["https://issuer.example/"]"#),
        ] {
            let token = keys::token(&Payload::good().with(claim, value));
            let comment = "a string, and no array that matches by any member (CVE-2025-30144)";
            let case = Case::token(format!("claims-{claim}-is-{name}"), comment, token);
            topic.add(case.reject("claim_type").flags(&["vuln-12"]));
        }
        let token = keys::token(&Payload::good().text(claim, ""));
        let comment = "the empty string is a string";
        let case =
            Case::token(format!("claims-{claim}-is-empty"), comment, token).flags(&["vuln-27"]);
        topic.add(if claim == "iss" { case.reject("issuer_not_allowed") } else { case });
    }
}

fn lists(topic: &mut Topic) {
    let api = "https://api.example/";
    let bad = |claim, name, value: &str| (claim, name, value.to_owned(), "claim_type");
    let fine = |claim, name, value: &str| (claim, name, value.to_owned(), "");
    for (claim, name, value, code) in [
        bad("aud", "number", "5"),
        bad("aud", "null", "null"),
        bad("aud", "true", "true"),
        bad("aud", "object", "{}"),
        bad("aud", "empty-array", "[]"),
        bad("aud", "array-of-number", "[5]"),
        bad("aud", "array-of-null", "[null]"),
        ("aud", "mixed-array", format!("[{},5]", quoted(api)), "claim_type"),
        ("aud", "nested-array", format!("[[{}]]", quoted(api)), "claim_type"),
        ("aud", "empty-string", r#""""#.into(), "audience_not_allowed"),
        ("aud", "array-of-empty-string", r#"[""]"#.into(), "audience_not_allowed"),
        ("aud", "array-with-others", format!(r#"["x",{},"y"]"#, quoted(api)), ""),
        ("aud", "the-same-twice", format!("[{0},{0}]", quoted(api)), ""),
        ("aud", "by-escapes", r#""https:\/\/\u0061pi.example/""#.into(), ""),
        bad("scope", "number", "5"),
        bad("scope", "null", "null"),
        bad("scope", "object", "{}"),
        bad("scope", "array-of-number", "[5]"),
        fine("scope", "empty-string", r#""""#),
        fine("scope", "empty-array", "[]"),
        bad("permissions", "string", r#""read""#),
        bad("permissions", "null", "null"),
        bad("permissions", "object", "{}"),
        bad("permissions", "mixed-array", r#"["read",5]"#),
        fine("permissions", "empty-array", "[]"),
    ] {
        let token = keys::token(&Payload::good().with(claim, value));
        let comment = match claim {
            "aud" => "a string or an array of strings that is not empty (RFC 7519 section 4.1.3)",
            "scope" => "a string, or an array of strings (RFC 8693 section 4.2)",
            _ => "an array of strings",
        };
        let case = Case::token(format!("claims-{claim}-is-{name}"), comment, token);
        let case = case.flags(if name.starts_with("empty") { &["vuln-27"] } else { &["vuln-12"] });
        topic.add(if code.is_empty() { case } else { case.reject(code) });
    }
    for (name, value) in
        [("array", "[]"), ("null", "null"), ("number", "1e999"), ("deep", "[[[{}]]]")]
    {
        let token = keys::token(&Payload::good().with("custom", value));
        let comment = "claims that are not registered are not looked at";
        topic.add(Case::token(format!("claims-custom-is-{name}-is-fine"), comment, token));
    }
    let token = keys::token(&Payload::good().without("exp").time("EXP", NOW + 600_000));
    let comment = "names are case-sensitive: this token has no exp";
    topic.add(Case::token("claims-exp-in-upper-case", comment, token).reject("claim_missing"));
}

/// Types come before every check of values.
fn first(topic: &mut Topic) {
    for (name, payload) in [
        ("before-issuer", Payload::good().text("iss", "https://evil.example/").with("sub", "5")),
        ("before-expiry", Payload::good().time("exp", NOW - 900_000).with("permissions", "5")),
        ("of-another-claim", Payload::good().without("exp").with("azp", "5")),
    ] {
        let comment = "all types first, also of claims that nothing checks";
        let case = Case::token(format!("claims-type-{name}"), comment, keys::token(&payload));
        topic.add(case.reject("claim_type").flags(&["order"]));
    }
}
