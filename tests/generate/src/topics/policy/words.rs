//! Token type, issuer, audience: compared as words, never by pattern.

use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::{AUDIENCE, ISSUER, Payload, quoted};
use crate::topics::{NEVER_ACCESS_TOKENS, policy};

pub(crate) fn add(topic: &mut Topic) {
    types(topic);
    issuers(topic);
    audiences(topic);
}

fn types(topic: &mut Topic) {
    topic.policy("type-default", policy(r#","token_type":"default""#));
    topic.policy("type-strict", policy(r#","token_type":"strict""#));
    topic.policy("type-any", policy(r#","token_type":"any""#));
    topic.policy(
        "type-list",
        policy(r#","token_type":["a+jwt","application/b+jwt","text/c","JWT"]"#),
    );
    // Which of default, strict, any and list take it.
    for (name, typ, taken) in [
        ("absent", None, "default any"),
        ("jwt", Some("JWT"), "default any list"),
        ("jwt-lower-case", Some("jwt"), "default any list"),
        ("at-jwt", Some("at+jwt"), "default strict any"),
        ("at-jwt-upper-case", Some("AT+JWT"), "default strict any"),
        ("application-at-jwt", Some("application/at+jwt"), "default strict any"),
        ("application-jwt-upper-case", Some("APPLICATION/JWT"), "default any list"),
        ("empty", Some(""), "any"),
        ("application-alone", Some("application/"), "any"),
        ("id-jwt", Some("id+jwt"), "any"),
        ("jwt-with-space", Some("JWT "), "any"),
        ("jwt-with-parameter", Some("JWT;v=1"), "any"),
        ("text-jwt", Some("text/jwt"), "any"),
        ("application-twice", Some("application/application/jwt"), "any"),
        ("application-with-another-slash", Some("application/x/at+jwt"), "any"),
        ("own", Some("a+jwt"), "any list"),
        ("own-upper-case", Some("A+JWT"), "any list"),
        ("own-with-application", Some("application/a+jwt"), "any list"),
        ("own-listed-with-application", Some("b+jwt"), "any list"),
        ("own-of-another-tree", Some("text/c"), "any list"),
        ("own-of-another-tree-as-application", Some("c"), "any"),
        ("full-width", Some("\u{ff2a}\u{ff37}\u{ff34}"), "any"),
    ] {
        let typ = typ.map(|typ| format!(r#","typ":{}"#, quoted(typ))).unwrap_or_default();
        let header = format!(r#"{{"alg":"EdDSA","kid":"k"{typ}}}"#);
        let token = keys::signed(&header, Payload::good().to_string());
        for way in ["default", "strict", "any", "list"] {
            let comment = "ASCII case does not count, application/ is implied (RFC 7515 section 4.1.9, \
                           RFC 9068 section 4)";
            let id = format!("policy-type-{name}-{way}");
            let case = Case::token(id, comment, &token).policy(format!("type-{way}"));
            let taken = taken.split(' ').any(|one| one == way);
            topic.add(if taken { case } else { case.reject("type_not_allowed") });
        }
    }
    for never in NEVER_ACCESS_TOKENS {
        for (name, typ) in [
            (never.to_owned(), never.to_owned()),
            (format!("{never}-full"), format!("Application/{}", never.to_ascii_uppercase())),
        ] {
            let header = format!(r#"{{"alg":"EdDSA","kid":"k","typ":"{typ}"}}"#);
            let token = keys::signed(&header, Payload::good().to_string());
            for way in ["default", "any"] {
                let comment =
                    "another kind of message is never an access token (RFC 8725 section 3.11)";
                let id = format!("policy-type-never-{name}-{way}");
                let case = Case::token(id, comment, &token).policy(format!("type-{way}"));
                topic.add(case.reject("type_not_allowed"));
            }
        }
    }
}

/// Texts that resemble `text` and are not equal to it.
fn twins(text: &str) -> Vec<(&'static str, String)> {
    vec![
        ("prefix", text[..text.len() - 1].into()),
        ("longer", format!("{text}x")),
        ("substring", text[1..].into()),
        ("upper-case", text.to_uppercase()),
        ("with-space", format!("{text} ")),
        ("with-nul", format!("{text}\0")),
        ("with-dot-segment", format!("{text}./")),
        ("with-port", text.replace(".example", ".example:443")),
        ("percent-encoded", text.replace("example", "ex%61mple")),
        ("homoglyph", text.replace('a', "\u{430}")),
        ("decomposed", text.replace("example", "e\u{301}xample")),
        ("pattern", ".*".into()),
        ("wildcard", "*".into()),
        ("nobody", "https://other.example/".into()),
        ("list-in-a-string", format!("{text},https://other.example/")),
    ]
}

fn flags(name: &str) -> &'static [&'static str] {
    match name {
        "homoglyph" | "decomposed" => &["vuln-13", "vuln-33"],
        "pattern" | "wildcard" => &["vuln-13", "vuln-14"],
        _ => &["vuln-13"],
    }
}

fn issuers(topic: &mut Topic) {
    let comment =
        "an issuer is equal byte for byte or another (CVE-2024-53861; RFC 8725 section 3.8)";
    for (name, issuer) in twins(ISSUER) {
        let token = keys::token(&Payload::good().text("iss", &issuer));
        let case = Case::token(format!("policy-issuer-{name}-is-another"), comment, token);
        topic.add(case.reject("issuer_not_allowed").flags(flags(name)));
    }
    let plain = policy("");
    let with = |issuer: &str| plain.replacen(&format!(r#"["{ISSUER}"]"#), issuer, 1);
    topic.policy("issuer-any", with(r#""any""#));
    topic.policy("issuer-named-any", with(r#"["any"]"#));
    topic.policy("issuers", with(&format!(r#"["https://a.example/","{ISSUER}"]"#)));
    topic.policy("issuer-composed", with(r#"["https://caf\u00e9.example/"]"#));
    topic.policy("issuer-pattern", with(r#"["https://.*","^(a+)+$"]"#));
    let good = Payload::good;
    let attack = format!("{}!", "a".repeat(64));
    let cases: [(&str, &str, Payload, &str, bool); 11] = [
        ("missing", "a token names its issuer", good().without("iss"), "main", false),
        ("second-of-two", "one of the configured", good(), "issuers", true),
        (
            "first-of-two",
            "one of the configured",
            good().text("iss", "https://a.example/"),
            "issuers",
            true,
        ),
        ("any", "said aloud", good().text("iss", "https://other.example/"), "issuer-any", true),
        ("any-and-missing", "said aloud", good().without("iss"), "issuer-any", true),
        ("named-any", "in a list `any` is a name", good(), "issuer-named-any", false),
        ("named-any-is-any", "of someone", good().text("iss", "any"), "issuer-named-any", true),
        (
            "composed",
            "as configured",
            good().text("iss", "https://caf\u{e9}.example/"),
            "issuer-composed",
            true,
        ),
        (
            "composed-otherwise",
            "no normalisation of Unicode",
            good().text("iss", "https://cafe\u{301}.example/"),
            "issuer-composed",
            false,
        ),
        ("no-pattern", "configured words are no patterns", good(), "issuer-pattern", false),
        (
            "no-pattern-to-run-away",
            "nothing to backtrack (CVE-2026-35041)",
            good().text("iss", &attack),
            "issuer-pattern",
            false,
        ),
    ];
    for (name, why, payload, policy, taken) in cases {
        let case = Case::token(format!("policy-issuer-{name}"), why, keys::token(&payload));
        let flags = if name.contains("pattern") { ["vuln-14"] } else { ["vuln-13"] };
        let case = case.policy(policy).flags(&flags);
        topic.add(if taken { case } else { case.reject("issuer_not_allowed") });
    }
}

fn audiences(topic: &mut Topic) {
    let comment = "an audience is equal byte for byte or another (RFC 7519 section 4.1.3)";
    for (name, audience) in twins(AUDIENCE) {
        let token = keys::token(&Payload::good().text("aud", &audience));
        let case = Case::token(format!("policy-audience-{name}-is-another"), comment, token);
        topic.add(case.reject("audience_not_allowed").flags(flags(name)));
    }
    let plain = policy("");
    let with = |audience: &str| plain.replacen(&format!(r#"["{AUDIENCE}"]"#), audience, 1);
    topic.policy("audience-any", with(r#""any""#));
    topic.policy("audiences", with(r#"["https://a.example/","https://b.example/"]"#));
    let good = Payload::good;
    let list = |list: &str| good().with("aud", list);
    for (name, why, payload, policy, taken) in [
        ("missing", "a token names its audience", good().without("aud"), "main", false),
        ("any", "said aloud", good().text("aud", "x"), "audience-any", true),
        ("any-and-missing", "said aloud", good().without("aud"), "audience-any", true),
        (
            "both-lists-one-in-common",
            "one is enough",
            list(r#"["x","https://b.example/"]"#),
            "audiences",
            true,
        ),
        ("both-lists-none-in-common", "none is not", list(r#"["x","y"]"#), "audiences", false),
        (
            "characters-of-a-string",
            "a string is no list of characters",
            list(r#"["h","t","t","p"]"#),
            "main",
            false,
        ),
    ] {
        let case = Case::token(format!("policy-audience-{name}"), why, keys::token(&payload));
        let case = case.policy(policy).flags(&["vuln-13"]);
        topic.add(if taken { case } else { case.reject("audience_not_allowed") });
    }
}
