//! Whom a rule names.

use crate::format::{Case, Topic};
use crate::keys::{self, ED25519, ED25519_B, jwk, jwks};
use crate::payload::{ISSUER, Payload, quoted};
use crate::sign::{Signer, encode};

const TWO_53: &str = "9007199254740991";

pub(crate) fn add(topic: &mut Topic) {
    dimensions(topic);
    typed(topic);
    conjunctions(topic);
    key_ids(topic);
}

/// A tombstone for the target, and whether the token is refused.
fn add_case(
    topic: &mut Topic,
    name: &str,
    why: &str,
    payload: &Payload,
    target: &str,
    matches: bool,
) {
    let session = target.contains(r#""session""#) || target.contains(r#""device""#);
    let rule = format!(r#"{{"rule":"revoked","target":{target},"until":"never"}}"#);
    let case =
        Case::token(format!("cutoff-target-{name}"), why, keys::token(payload)).rules([rule]);
    let code = if session { "session_revoked" } else { "token_revoked" };
    topic.add(if matches { case.reject(code).remedy("reauthenticate") } else { case });
}

fn dimensions(topic: &mut Topic) {
    for (dimension, claim) in [
        ("subject", "sub"),
        ("client", "client_id"),
        ("session", "sid"),
        ("token_id", "jti"),
        ("tenant", "org_id"),
        ("device", "device_id"),
        ("claim:x", "x"),
    ] {
        let slug = dimension.replace(':', "-");
        let with = |value: &str| Payload::good().text(claim, value);
        let target = format!(r#"{{"{dimension}":"v"}}"#);
        for (name, why, payload, matches) in [
            ("equal", "the token carries the value", with("v"), true),
            ("other", "it carries another", with("w"), false),
            ("upper-case", "bytes count", with("V"), false),
            ("longer", "no prefix", with("vv"), false),
            (
                "missing",
                "what the token lacks does not match",
                Payload::good().without(claim),
                false,
            ),
            ("empty", "the empty string is another value", with(""), false),
        ] {
            add_case(topic, &format!("{slug}-{name}"), why, &payload, &target, matches);
        }
        let empty = format!(r#"{{"{dimension}":""}}"#);
        add_case(
            topic,
            &format!("{slug}-empty-equal"),
            "the empty string is a value",
            &with(""),
            &empty,
            true,
        );
        let why = "and not the absence of one";
        let missing = Payload::good().without(claim);
        add_case(topic, &format!("{slug}-empty-missing"), why, &missing, &empty, false);
    }
    let issuer = format!(r#"{{"issuer":{}}}"#, quoted(ISSUER));
    let good = Payload::good();
    for (name, why, payload, target, matches) in [
        ("issuer-equal", "the token's issuer", good.clone(), issuer.as_str(), true),
        (
            "issuer-prefix",
            "no prefix",
            good.clone(),
            r#"{"issuer":"https://issuer.example"}"#,
            false,
        ),
        ("everyone", "everyone", good.clone(), r#"{"everyone":true}"#, true),
        (
            "client-by-azp",
            "azp where client_id is not",
            good.clone().text("azp", "c"),
            r#"{"client":"c"}"#,
            true,
        ),
        (
            "client-not-by-azp",
            "client_id counts where it is",
            good.clone().text("azp", "c").text("client_id", "d"),
            r#"{"client":"c"}"#,
            false,
        ),
        (
            "confirmation-jkt",
            "cnf.jkt",
            good.clone().with("cnf", r#"{"jkt":"j"}"#),
            r#"{"confirmation":"j"}"#,
            true,
        ),
        (
            "confirmation-x5t",
            "cnf.x5t#S256",
            good.clone().with("cnf", r#"{"x5t#S256":"j"}"#),
            r#"{"confirmation":"j"}"#,
            true,
        ),
        (
            "confirmation-second-of-two",
            "either may match",
            good.clone().with("cnf", r#"{"jkt":"i","x5t#S256":"j"}"#),
            r#"{"confirmation":"j"}"#,
            true,
        ),
        (
            "confirmation-by-other-member",
            "no other member of cnf",
            good.clone().with("cnf", r#"{"kid":"j","x5t":"j"}"#),
            r#"{"confirmation":"j"}"#,
            false,
        ),
        (
            "confirmation-missing",
            "an unbound token",
            good.clone(),
            r#"{"confirmation":"j"}"#,
            false,
        ),
        (
            "claim-nested",
            "names are top-level",
            good.clone().with("a", r#"{"b":"v"}"#),
            r#"{"claim:a.b":"v"}"#,
            false,
        ),
        (
            "claim-with-a-dot",
            "a dot is a letter",
            good.clone().text("a.b", "v"),
            r#"{"claim:a.b":"v"}"#,
            true,
        ),
        (
            "claim-with-a-colon",
            "so is a colon",
            good.clone().text("a:b", "v"),
            r#"{"claim:a:b":"v"}"#,
            true,
        ),
        (
            "claim-registered",
            "a claim by its wire name",
            good.clone(),
            r#"{"claim:sub":"u1"}"#,
            true,
        ),
        (
            "claim-prototype",
            "a name like others, missing",
            good.clone(),
            r#"{"claim:constructor":"v"}"#,
            false,
        ),
        (
            "decomposed",
            "no normalisation",
            good.clone().text("sub", "caf\u{e9}"),
            r#"{"subject":"cafe\u0301"}"#,
            false,
        ),
        (
            "escaped",
            "after escapes",
            good.text("sub", "caf\u{e9}"),
            r#"{"subject":"caf\u00e9"}"#,
            true,
        ),
    ] {
        add_case(topic, name, why, &payload, target, matches);
    }
    for (name, claim, target, matches) in [
        ("own-tenant-claim", "tid", r#"{"tenant":"v"}"#, true),
        ("own-device-claim", "did", r#"{"device":"v"}"#, true),
        ("not-the-default-tenant-claim", "org_id", r#"{"tenant":"v"}"#, false),
        ("not-the-default-device-claim", "device_id", r#"{"device":"v"}"#, false),
    ] {
        let rule = format!(r#"{{"rule":"revoked","target":{target},"until":"never"}}"#);
        let comment = "the policy names the claims of tenant and device";
        let token = keys::token(&Payload::good().text(claim, "v"));
        let case =
            Case::token(format!("cutoff-target-{name}"), comment, token).policy("other-claims");
        let code = if target.contains("device") { "session_revoked" } else { "token_revoked" };
        let case = case.rules([rule]);
        topic.add(if matches { case.reject(code).remedy("reauthenticate") } else { case });
    }
}

/// Values with their types, arrays by any member.
fn typed(topic: &mut Topic) {
    for (name, why, found, wanted, matches) in [
        ("integer", "an integer", "5", "5", true),
        ("integer-negative", "an integer", "-5", "-5", true),
        ("integer-0", "zero is a value", "0", "0", true),
        ("integer-last", "the last that every language holds", TWO_53, TWO_53, true),
        (
            "integer-beyond",
            "beyond, floats are equal and integers are not",
            "9007199254740992",
            TWO_53,
            false,
        ),
        ("integer-for-string", "types count", "5", r#""5""#, false),
        ("string-for-integer", "types count", r#""5""#, "5", false),
        ("boolean", "a boolean", "true", "true", true),
        ("boolean-false", "false is a value", "false", "false", true),
        ("boolean-other", "and not true", "false", "true", false),
        ("boolean-for-integer", "true is not 1", "true", "1", false),
        ("boolean-for-string", "nor a word", "true", r#""true""#, false),
        ("null", "null matches nothing", "null", r#""null""#, false),
        ("null-for-empty", "null matches nothing", "null", r#""""#, false),
        ("object", "an object matches nothing", r#"{"v":"v"}"#, r#""v""#, false),
        ("array-first", "any member", r#"["v","w"]"#, r#""v""#, true),
        ("array-last", "any member", r#"["w","v"]"#, r#""v""#, true),
        ("array-none", "none", r#"["w","x"]"#, r#""v""#, false),
        ("array-empty", "none", "[]", r#""v""#, false),
        ("array-of-integers", "with their types", r#"["5",6]"#, "6", true),
        ("array-by-type", "with their types", r#"["5",6]"#, "5", false),
        ("array-in-array", "one level", r#"[["v"]]"#, r#""v""#, false),
        ("array-odd-members", "others do no harm", r#"[null,{},["x"],1.5,"v"]"#, r#""v""#, true),
    ] {
        for dimension in ["claim:roles", "tenant"] {
            let claim = if dimension == "tenant" { "org_id" } else { "roles" };
            let slug = dimension.replace(':', "-");
            let target = format!(r#"{{"{dimension}":{wanted}}}"#);
            let payload = Payload::good().with(claim, found);
            add_case(topic, &format!("{slug}-{name}"), why, &payload, &target, matches);
        }
    }
}

fn conjunctions(topic: &mut Topic) {
    let token =
        Payload::good().text("client_id", "c1").text("sid", "s1").with("roles", r#"["a","b"]"#);
    let issuer = quoted(ISSUER);
    for (name, why, target, matches) in [
        (
            "all",
            "all match",
            format!(r#"{{"issuer":{issuer},"subject":"u1","client":"c1"}}"#),
            true,
        ),
        ("other-issuer", "one does not", r#"{"issuer":"x","subject":"u1"}"#.into(), false),
        ("other-client", "one does not", r#"{"subject":"u1","client":"c2"}"#.into(), false),
        ("one-missing", "one is missing", r#"{"subject":"u1","device":"d1"}"#.into(), false),
        ("order-of-names", "order means nothing", r#"{"client":"c1","subject":"u1"}"#.into(), true),
        (
            "array-and-text",
            "any member with the rest",
            r#"{"claim:roles":"b","subject":"u1"}"#.into(),
            true,
        ),
        (
            "array-and-other-text",
            "and not without",
            r#"{"claim:roles":"b","subject":"u2"}"#.into(),
            false,
        ),
        (
            "seven",
            "as many as there are",
            format!(
                r#"{{"issuer":{issuer},"subject":"u1","client":"c1","session":"s1","key_id":"k","claim:roles":"a","claim:iat":1700000000}}"#
            ),
            true,
        ),
    ] {
        add_case(topic, &format!("all-of-{name}"), why, &token, &target, matches);
    }
    for (name, subject, client) in [
        ("bar", "a|b", "c"),
        ("colon", "a:b", "c"),
        ("nul", "a\0b", "c"),
        ("quote", "a\",\"client\":\"b", "c"),
        ("length", "1:a", "b"),
    ] {
        let own = Payload::good().text("sub", subject).text("client_id", client);
        let separator = match name {
            "bar" => "|",
            "nul" => "\0",
            _ => ":",
        };
        let first = subject.split(separator).next().unwrap_or_default();
        let rest = subject.strip_prefix(first).and_then(|rest| rest.strip_prefix(separator));
        let joined =
            rest.map_or_else(|| client.to_owned(), |rest| format!("{rest}{separator}{client}"));
        let target = |subject: &str, client: &str| {
            format!(r#"{{"subject":{},"client":{}}}"#, quoted(subject), quoted(client))
        };
        let why = "the values themselves, never joined to one string";
        add_case(topic, &format!("joined-{name}-own"), why, &own, &target(subject, client), true);
        let wrong = target(first, &joined);
        if first != subject {
            add_case(topic, &format!("joined-{name}-split-elsewhere"), why, &own, &wrong, false);
        }
    }
}

/// The name of the key that verified, never the one in the header.
fn key_ids(topic: &mut Topic) {
    topic.keyset("nameless", jwks(&[jwk(&ED25519, "")]));
    topic.keyset("two", jwks(&[keys::named(&ED25519, "a"), keys::named(&ED25519_B, "b")]));
    let Signer::Ed25519(key) = &*ED25519 else { panic!("it is an Ed25519 key") };
    let input = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(key.verifying_key()));
    let thumbprint = {
        use sha2::Digest as _;
        encode(sha2::Sha256::digest(input))
    };
    let with = |kid: &str| {
        keys::signed(&format!(r#"{{"alg":"EdDSA"{kid}}}"#), Payload::good().to_string())
    };
    for (name, why, keys, token, id, matches) in [
        ("named", "the kid of the key", "two", with(r#","kid":"a""#), "a", true),
        ("of-another-key", "another key", "two", with(r#","kid":"a""#), "b", false),
        ("not-named-by-the-token", "the key that verified has a name", "two", with(""), "a", true),
        (
            "of-the-header",
            "what the header says is the writer's word",
            "nameless",
            with(r#","kid":"z""#),
            "z",
            false,
        ),
        (
            "thumbprint",
            "a nameless key has its RFC 7638 thumbprint",
            "nameless",
            with(""),
            &thumbprint,
            true,
        ),
        (
            "thumbprint-and-header",
            "whatever the header says",
            "nameless",
            with(r#","kid":"z""#),
            &thumbprint,
            true,
        ),
        (
            "thumbprint-of-a-named-key",
            "a named key has its name",
            "two",
            with(r#","kid":"a""#),
            &thumbprint,
            false,
        ),
    ] {
        let rule =
            format!(r#"{{"rule":"revoked","target":{{"key_id":{}}},"until":"never"}}"#, quoted(id));
        let case = Case::token(format!("cutoff-target-key_id-{name}"), why, token)
            .keys(keys)
            .rules([rule]);
        let case = case.flags(&["vuln-06"]);
        topic.add(if matches {
            case.reject("token_revoked").remedy("reauthenticate")
        } else {
            case
        });
    }
}
