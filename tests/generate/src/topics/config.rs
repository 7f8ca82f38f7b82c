//! Policies and rules that cannot be built: mistakes of the operator, found before the first request.

use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::{AUDIENCE, ISSUER, Payload};
use crate::topics::{NEVER_ACCESS_TOKENS, policy};

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "Mistakes of configuration are found when a policy or a rule is read, never at the first request: \
         unknown members, wrong types, values out of bounds, words that are not known.",
    );
    bounds(&mut topic);
    lists(&mut topic);
    words(&mut topic);
    rules(&mut topic);
    topic
}

fn bad(topic: &mut Topic, name: &str, policy: String, comment: &str) {
    topic.policy(name, policy);
    let case = Case::mistake(format!("config-{name}"), comment).policy(name);
    topic.add(case.flags(&["vuln-28"]));
}

fn good(topic: &mut Topic, name: &str, policy: String, comment: &str) {
    topic.policy(name, policy);
    let token = keys::token(&Payload::good());
    let case = Case::token(format!("config-{name}-is-fine"), comment, token).policy(name);
    topic.add(case.flags(&["vuln-28", "boundary"]));
}

fn bounds(topic: &mut Topic) {
    for (member, fine, wrong) in [
        (
            "leeway",
            &["0", "0.001", "300", "3e2", "300.000"][..],
            &["-1", "-0.001", "300.001", "301", "1e18", "1e999"][..],
        ),
        ("max_lifetime", &["600", "253402300799"], &["0", "-1", "0.0", "1e999"]),
        ("max_session", &["600", "0.001", "253402300799"], &["0", "-1", "0.0", "1e999"]),
        ("max_age", &["0", "-0", "600"], &["-1", "-0.001", "1e999"]),
        ("max_token_bytes", &["1048576", "1e5"], &["0", "-1", "1048577", "1000.5", "1e999"]),
    ] {
        for value in fine {
            let name = format!("{member}-{value}");
            good(topic, &name, policy(&format!(r#","{member}":{value}"#)), "within bounds");
        }
        for value in wrong {
            let name = format!("{member}-{value}");
            bad(topic, &name, policy(&format!(r#","{member}":{value}"#)), "out of bounds");
        }
        for (kind, value) in [
            ("string", r#""60""#),
            ("null", "null"),
            ("true", "true"),
            ("array", "[60]"),
            ("object", "{}"),
        ] {
            let name = format!("{member}-is-{kind}");
            bad(
                topic,
                &name,
                policy(&format!(r#","{member}":{value}"#)),
                "a number, and no other thing",
            );
        }
    }
}

fn lists(topic: &mut Topic) {
    let issuer = format!(r#""issuer":["{ISSUER}"]"#);
    let audience = format!(r#""audience":["{AUDIENCE}"]"#);
    let algorithms = r#""algorithms":["EdDSA"]"#;
    for (member, own, others) in [
        ("issuer", issuer.as_str(), format!("{audience},{algorithms}")),
        ("audience", audience.as_str(), format!("{issuer},{algorithms}")),
        ("algorithms", algorithms, format!("{issuer},{audience}")),
    ] {
        let comment = "must be said: no default, nothing derived, nothing empty";
        bad(topic, &format!("{member}-missing"), format!("{{{others}}}"), comment);
        for (name, value) in [
            ("null", "null"),
            ("empty-list", "[]"),
            ("empty-string", r#""""#),
            ("list-of-empty-string", r#"[""]"#),
            ("list-of-number", "[5]"),
            ("list-of-null", "[null]"),
            ("number", "5"),
            ("true", "true"),
            ("object", "{}"),
        ] {
            let policy = format!(r#"{{{others},"{member}":{value}}}"#);
            bad(topic, &format!("{member}-{name}"), policy, comment);
        }
        let twice = format!(r#"{{{others},{own},{own}}}"#);
        bad(topic, &format!("{member}-twice"), twice, "a member twice");
    }
    for (name, value) in [
        ("none", r#"["none"]"#),
        ("none-beside", r#"["EdDSA","none"]"#),
        ("unknown", r#"["EdDSA","ES512"]"#),
        ("lower-case", r#"["eddsa"]"#),
        ("any", r#""any""#),
    ] {
        let policy = format!(r#"{{{issuer},{audience},"algorithms":{value}}}"#);
        bad(
            topic,
            &format!("algorithms-{name}"),
            policy,
            "known algorithms by their names, none is none",
        );
    }
}

fn words(topic: &mut Topic) {
    let unbounded = r#","max_lifetime":"unbounded""#;
    for never in NEVER_ACCESS_TOKENS {
        let comment = "never an access token, so it may not stand in a list";
        bad(
            topic,
            &format!("token_type-{never}"),
            policy(&format!(r#","token_type":["{never}"]"#)),
            comment,
        );
        let long = format!("APPLICATION/{never}");
        bad(
            topic,
            &format!("token_type-{never}-long"),
            policy(&format!(r#","token_type":["{long}"]"#)),
            comment,
        );
    }
    for (name, member) in [
        ("token_type-empty-list", r#","token_type":[]"#),
        ("token_type-empty-string-in-list", r#","token_type":[""]"#),
        ("token_type-unknown", r#","token_type":"at+jwt""#),
        ("token_type-null", r#","token_type":null"#),
        ("missing_exp-bounded", r#","missing_exp":"accept""#),
        ("missing_iat-bounded", r#","missing_iat":"accept""#),
        ("missing_exp-bounded-said", r#","missing_exp":"accept","max_lifetime":600"#),
        ("missing_exp-true", r#","missing_exp":true,"max_lifetime":"unbounded""#),
        ("missing_exp-unknown", r#","missing_exp":"allow","max_lifetime":"unbounded""#),
        ("missing_iat-null", r#","missing_iat":null,"max_lifetime":"unbounded""#),
        ("max_lifetime-unknown-word", r#","max_lifetime":"none""#),
        ("max_lifetime-other-case", r#","max_lifetime":"Unbounded""#),
        ("same_second-unknown", r#","same_second":"pass""#),
        ("same_second-true", r#","same_second":true"#),
        ("missing_auth_time-unknown", r#","missing_auth_time":"accept""#),
        ("missing_auth_time-null", r#","missing_auth_time":null"#),
        ("required-string", r#","required":"sub""#),
        ("required-number-in-list", r#","required":[5]"#),
        ("required-empty-string", r#","required":[""]"#),
        ("claim_equals-array", r#","claim_equals":["a"]"#),
        ("claim_equals-null", r#","claim_equals":null"#),
        ("allow_padding-string", r#","allow_padding":"true""#),
        ("allow_padding-1", r#","allow_padding":1"#),
        ("allow_short_secret-null", r#","allow_short_secret":null"#),
        ("tenant_claim-number", r#","tenant_claim":5"#),
        ("device_claim-null", r#","device_claim":null"#),
        // They stand between quotes in a header: what ends the quotes, or the line, would add to it.
        ("realm-with-a-quote", r#","realm":"api\", scope=\"a\"""#),
        ("realm-with-a-backslash", r#","realm":"api\\""#),
        ("realm-of-two-lines", r#","realm":"api\r\nSet-Cookie: a=b""#),
        ("realm-with-a-nul", r#","realm":"api\u0000""#),
        ("realm-not-ascii", r#","realm":"\u00e4pi""#),
        ("resource_metadata-with-a-quote", r#","resource_metadata":"https://api.example/\"""#),
        ("resource_metadata-of-two-lines", r#","resource_metadata":"https://api.example/\n""#),
        ("unknown-member", r#","ignore_expiration":true"#),
        ("misspelled-member", r#","leway":60"#),
        ("member-of-another-case", r#","Leeway":60"#),
        ("camel-case-member", r#","maxAge":60"#),
        ("member-of-an-object", r#","__proto__":{}"#),
    ] {
        bad(topic, name, policy(member), "a policy says what it means, in known words");
    }
    for (name, member) in [
        (
            "everything-said",
            r#","leeway":60,"max_lifetime":86400,"token_type":"default","required":[]"#,
        ),
        (
            "defaults-said",
            r#","same_second":"refuse","missing_auth_time":"use_issued_at","allow_padding":false"#,
        ),
        ("claims-named", r#","tenant_claim":"tid","device_claim":"did","claim_equals":{}"#),
        (
            "challenge",
            r#","realm":"the api, v2","resource_metadata":"https://api.example/.well-known/oauth-protected-resource""#,
        ),
        ("missing_exp-unbounded", &*format!(r#"{unbounded},"missing_exp":"accept""#)),
    ] {
        good(topic, name, policy(member), "what the format knows");
    }
    topic.keyset("no-keys", r#"{"jwks":{"keys":[]}}"#);
    let comment = "no key is a mistake, not a validator that refuses everything";
    topic.add(Case::mistake("config-no-keys", comment).keys("no-keys").flags(&["vuln-04"]));
}

/// Rules that are half understood would refuse fewer tokens than was meant.
fn rules(topic: &mut Topic) {
    let at = r#"{"rule":"issued_before","target":{"subject":"u1"},"at":1700000000"#;
    let target =
        |target: &str| format!(r#"{{"rule":"issued_before","target":{target},"at":1700000000}}"#);
    let cutoff = |value: &str| {
        format!(r#"{{"rule":"issued_before","target":{{"subject":"u1"}},"at":{value}}}"#)
    };
    let with = |more: &str| format!("{at},{more}}}");
    let until = |value: &str| {
        format!(r#"{{"rule":"revoked","target":{{"token_id":"t"}},"until":{value}}}"#)
    };
    let suspended =
        |more: &str| format!(r#"{{"rule":"suspended","target":{{"subject":"u1"}}{more}}}"#);
    let nine = r#"["1","2","3","4","5","6","7","8","9"]"#;
    let five = r#""except":{"session":["1","2","3","4","5"],"token_id":["1","2","3","4"]}"#;
    let cases: Vec<(&str, String)> = vec![
        ("rule-missing", r#"{"target":{"subject":"u1"},"at":1700000000}"#.into()),
        ("rule-unknown", at.replace("issued_before", "issued_after") + "}"),
        ("rule-other-case", at.replace("issued_before", "Issued_before") + "}"),
        ("rule-number", at.replace(r#""issued_before""#, "5") + "}"),
        ("rule-no-object", r#"["issued_before"]"#.into()),
        ("target-missing", r#"{"rule":"issued_before","at":1700000000}"#.into()),
        ("target-null", target("null")),
        ("target-string", target(r#""u1""#)),
        ("target-empty", target("{}")),
        ("target-everyone-false", target(r#"{"everyone":false}"#)),
        ("target-everyone-number", target(r#"{"everyone":1}"#)),
        ("target-everyone-and-more", target(r#"{"everyone":true,"subject":"u1"}"#)),
        ("target-unknown", target(r#"{"user":"u1"}"#)),
        ("target-wire-name", target(r#"{"sub":"u1"}"#)),
        ("target-subject-number", target(r#"{"subject":5}"#)),
        ("target-subject-null", target(r#"{"subject":null}"#)),
        ("target-subject-array", target(r#"{"subject":["u1"]}"#)),
        ("target-session-true", target(r#"{"session":true}"#)),
        ("target-claim-fraction", target(r#"{"claim:x":1.5}"#)),
        ("target-claim-2-to-53", target(r#"{"claim:x":9007199254740992}"#)),
        ("target-claim-minus-2-to-53", target(r#"{"claim:x":-9007199254740992}"#)),
        ("target-claim-null", target(r#"{"claim:x":null}"#)),
        ("target-claim-array", target(r#"{"claim:x":["a"]}"#)),
        ("target-twice", target(r#"{"subject":"u1","subject":"u2"}"#)),
        ("at-missing", r#"{"rule":"issued_before","target":{"subject":"u1"}}"#.into()),
        ("at-null", cutoff("null")),
        ("at-true", cutoff("true")),
        ("at-number-in-string", cutoff(r#""1700000000""#)),
        ("at-empty-string", cutoff(r#""""#)),
        ("at-negative", cutoff("-1")),
        ("at-minus-a-millisecond", cutoff("-0.001")),
        ("at-year-10000", cutoff("253402300800")),
        ("at-after-9999-by-a-millisecond", cutoff("253402300799.001")),
        ("at-in-milliseconds", cutoff("1700000000000")),
        ("at-1e999", cutoff("1e999")),
        ("at-date-alone", cutoff(r#""2023-11-14""#)),
        ("at-without-offset", cutoff(r#""2023-11-14T22:13:20""#)),
        ("at-no-such-day", cutoff(r#""2023-02-29T00:00:00Z""#)),
        ("at-hour-24", cutoff(r#""2023-11-14T24:00:00Z""#)),
        ("at-before-1970", cutoff(r#""1969-12-31T23:59:59Z""#)),
        ("at-never", cutoff(r#""never""#)),
        ("at-twice", with(r#""at":1700000000"#)),
        ("guard-negative", with(r#""skew_guard":-1"#)),
        ("guard-300.001", with(r#""skew_guard":300.001"#)),
        ("guard-string", with(r#""skew_guard":"60""#)),
        ("guard-null", with(r#""skew_guard":null"#)),
        ("except-nine-sessions", with(&format!(r#""except":{{"session":{nine}}}"#))),
        ("except-nine-together", with(five)),
        ("except-unknown", with(r#""except":{"subject":["u2"]}"#)),
        ("except-string", with(r#""except":{"session":"s1"}"#)),
        ("except-array", with(r#""except":["s1"]"#)),
        ("except-null", with(r#""except":null"#)),
        ("id-number", with(r#""id":5"#)),
        ("reason-null", with(r#""reason":null"#)),
        ("unknown-member", with(r#""untill":1"#)),
        ("until-of-another-kind", with(r#""until":1700000000"#)),
        ("until-missing", r#"{"rule":"revoked","target":{"token_id":"t"}}"#.into()),
        ("until-null", until("null")),
        ("until-other-word", until(r#""forever""#)),
        ("until-year-10000", until("253402300800")),
        ("until-negative", until("-1")),
        ("revoked-with-except", until(r#"1,"except":{}"#)),
        ("on-missing", suspended(r#","version":1"#)),
        ("on-number", suspended(r#","on":1,"version":1"#)),
        ("on-string", suspended(r#","on":"true","version":1"#)),
        ("version-missing", suspended(r#","on":true"#)),
        ("version-negative", suspended(r#","on":true,"version":-1"#)),
        ("version-fraction", suspended(r#","on":true,"version":1.5"#)),
        ("version-2-to-53", suspended(r#","on":true,"version":9007199254740992"#)),
        ("version-string", suspended(r#","on":true,"version":"1""#)),
        ("suspended-with-at", suspended(r#","on":true,"version":1,"at":1"#)),
    ];
    for (name, rule) in cases {
        let comment = "a rule has exactly its members, of their types, or it is refused whole";
        let case = Case::mistake(format!("config-rule-{name}"), comment).rules([rule]);
        topic.add(case.flags(&["vuln-28"]));
    }
}
