//! What the bearer may do: asked after acceptance, answered with 403.

use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::{NOW, Payload, S};

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "Permission is not validity: a good token of someone who may not do this is 403, never 401 (but \
         for the confirmation, which the token itself demands). In the order scopes, any_scope, \
         permissions, any_permission, subject, confirmation.",
    );
    let payload = Payload::good()
        .text("scope", "read write read:all")
        .with("permissions", r#"["a","b c"]"#)
        .with("cnf", r#"{"jkt":"thumb-1","x5t#S256":"thumb-2"}"#);
    simple(&mut topic, &payload);
    forms(&mut topic);
    order(&mut topic, &payload);
    topic
}

fn simple(topic: &mut Topic, payload: &Payload) {
    let bare = Payload::good();
    let anonymous = Payload::good().without("sub");
    let jkt = Payload::good().with("cnf", r#"{"jkt":"thumb-1"}"#);
    let odd = Payload::good().with("cnf", r#"{"jkt":["thumb-1"],"kid":"thumb-1"}"#);
    let string = Payload::good().text("cnf", "thumb-1");
    let cases: &[(&str, &str, &Payload, &str, &str)] = &[
        ("nothing", "nothing is asked", payload, "{}", ""),
        ("scope", "it is there", payload, r#"{"scopes":["read"]}"#, ""),
        ("scopes", "all are there", payload, r#"{"scopes":["write","read"]}"#, ""),
        (
            "scopes-one-missing",
            "all must be",
            payload,
            r#"{"scopes":["read","admin"]}"#,
            "scope_missing",
        ),
        ("scope-prefix", "no prefix", payload, r#"{"scopes":["rea"]}"#, "scope_missing"),
        ("scope-upper-case", "no case", payload, r#"{"scopes":["READ"]}"#, "scope_missing"),
        (
            "scope-longer",
            "read:all is not read:",
            payload,
            r#"{"scopes":["read:"]}"#,
            "scope_missing",
        ),
        (
            "scope-empty-word",
            "the empty word is no scope",
            payload,
            r#"{"scopes":[""]}"#,
            "scope_missing",
        ),
        (
            "scope-two-words",
            "two words are two scopes",
            payload,
            r#"{"scopes":["read write"]}"#,
            "scope_missing",
        ),
        ("scopes-none", "an empty all is met", payload, r#"{"scopes":[]}"#, ""),
        (
            "scope-without-claim",
            "no claim, no scope",
            &bare,
            r#"{"scopes":["read"]}"#,
            "scope_missing",
        ),
        ("any-scope", "one will do", payload, r#"{"any_scope":["admin","write"]}"#, ""),
        (
            "any-scope-none-there",
            "none is there",
            payload,
            r#"{"any_scope":["admin","x"]}"#,
            "scope_missing",
        ),
        (
            "any-scope-none",
            "an empty any is refused",
            payload,
            r#"{"any_scope":[]}"#,
            "scope_missing",
        ),
        ("permission", "it is there", payload, r#"{"permissions":["a"]}"#, ""),
        (
            "permission-with-space",
            "members are not split",
            payload,
            r#"{"permissions":["b c"]}"#,
            "",
        ),
        (
            "permission-part",
            "members are not split",
            payload,
            r#"{"permissions":["b"]}"#,
            "permission_missing",
        ),
        (
            "permissions-one-missing",
            "all must be",
            payload,
            r#"{"permissions":["a","z"]}"#,
            "permission_missing",
        ),
        ("permissions-none", "an empty all is met", &bare, r#"{"permissions":[]}"#, ""),
        (
            "permission-without-claim",
            "no claim",
            &bare,
            r#"{"permissions":["a"]}"#,
            "permission_missing",
        ),
        (
            "permission-is-no-scope",
            "scopes are no permissions",
            payload,
            r#"{"permissions":["read"]}"#,
            "permission_missing",
        ),
        (
            "scope-is-no-permission",
            "nor the reverse",
            payload,
            r#"{"scopes":["a"]}"#,
            "scope_missing",
        ),
        ("any-permission", "one will do", payload, r#"{"any_permission":["z","a"]}"#, ""),
        (
            "any-permission-none-there",
            "none",
            payload,
            r#"{"any_permission":["z"]}"#,
            "permission_missing",
        ),
        (
            "any-permission-none",
            "an empty any is refused",
            payload,
            r#"{"any_permission":[]}"#,
            "permission_missing",
        ),
        ("subject", "the owner", payload, r#"{"subject":"u1"}"#, ""),
        (
            "subject-of-another",
            "someone else",
            payload,
            r#"{"subject":"u2"}"#,
            "subject_not_allowed",
        ),
        ("subject-prefix", "no prefix", payload, r#"{"subject":"u"}"#, "subject_not_allowed"),
        (
            "subject-missing",
            "a token of nobody",
            &anonymous,
            r#"{"subject":"u1"}"#,
            "subject_not_allowed",
        ),
        (
            "subject-missing-empty",
            "nobody is not the empty name",
            &anonymous,
            r#"{"subject":""}"#,
            "subject_not_allowed",
        ),
        ("confirmation-jkt", "RFC 9449 section 6.1", payload, r#"{"confirmation":"thumb-1"}"#, ""),
        ("confirmation-x5t", "RFC 8705 section 3.1", payload, r#"{"confirmation":"thumb-2"}"#, ""),
        (
            "confirmation-of-another",
            "another key",
            payload,
            r#"{"confirmation":"thumb-3"}"#,
            "confirmation_mismatch",
        ),
        (
            "confirmation-prefix",
            "no prefix",
            payload,
            r#"{"confirmation":"thumb-"}"#,
            "confirmation_mismatch",
        ),
        (
            "confirmation-unbound",
            "the token is bound to nothing",
            &bare,
            r#"{"confirmation":"thumb-1"}"#,
            "confirmation_mismatch",
        ),
        (
            "confirmation-one-bound",
            "one of two is there",
            &jkt,
            r#"{"confirmation":"thumb-1"}"#,
            "",
        ),
        (
            "confirmation-other-members",
            "other members bind to nothing known",
            &odd,
            r#"{"confirmation":"thumb-1"}"#,
            "confirmation_mismatch",
        ),
        (
            "confirmation-cnf-is-string",
            "cnf is an object",
            &string,
            r#"{"confirmation":"thumb-1"}"#,
            "confirmation_mismatch",
        ),
        (
            "bound-token-as-bearer",
            "unasked, a bound token passes as a plain one",
            payload,
            r#"{"subject":"u1"}"#,
            "",
        ),
    ];
    for (name, comment, payload, require, code) in cases {
        let case = Case::token(format!("permission-{name}"), *comment, keys::token(payload));
        let case = case.require(*require);
        let case = if name.ends_with("none") { case.flags(&["vuln-27"]) } else { case };
        topic.add(if code.is_empty() { case } else { case.reject(code) });
    }
}

/// How scopes may be written.
fn forms(topic: &mut Topic) {
    for (name, scope, asked, there) in [
        ("spaces-around", r#""  read  ""#, "read", true),
        ("space-by-escape", r#""read\u0020write""#, "write", true),
        ("tab", r#""read\twrite""#, "write", false),
        ("line-feed", r#""read\nwrite""#, "write", false),
        ("no-break-space", "\"read\u{a0}write\"", "write", false),
        ("comma", r#""read,write""#, "write", false),
        ("array", r#"["read","write"]"#, "write", true),
        ("array-with-space", r#"["read write"]"#, "write", false),
        ("array-with-space-whole", r#"["read write"]"#, "read write", true),
        ("empty", r#""""#, "", false),
        ("decomposed", "\"caf\u{e9}\"", "cafe\u{301}", false),
    ] {
        let token = keys::token(&Payload::good().with("scope", scope));
        let comment =
            "split at U+0020 alone; members of an array are not split (RFC 6749 section 3.3)";
        let case = Case::token(format!("permission-scope-form-{name}"), comment, token);
        let case = case.require(format!(r#"{{"scopes":[{}]}}"#, crate::payload::quoted(asked)));
        topic.add(if there { case } else { case.reject("scope_missing") });
    }
}

fn order(topic: &mut Topic, payload: &Payload) {
    let comment = "the first that fails answers";
    for (name, require, code) in [
        (
            "scope-first",
            r#"{"scopes":["x"],"permissions":["x"],"subject":"x","confirmation":"x"}"#,
            "scope_missing",
        ),
        (
            "any-scope-then",
            r#"{"scopes":["read"],"any_scope":["x"],"permissions":["x"]}"#,
            "scope_missing",
        ),
        (
            "permission-then",
            r#"{"permissions":["x"],"subject":"x","confirmation":"x"}"#,
            "permission_missing",
        ),
        (
            "any-permission-then",
            r#"{"permissions":["a"],"any_permission":["x"],"subject":"x"}"#,
            "permission_missing",
        ),
        ("subject-then", r#"{"subject":"x","confirmation":"x"}"#, "subject_not_allowed"),
        ("confirmation-last", r#"{"subject":"u1","confirmation":"x"}"#, "confirmation_mismatch"),
    ] {
        let case = Case::token(format!("permission-order-{name}"), comment, keys::token(payload));
        topic.add(case.require(require).reject(code).flags(&["order"]));
    }
    let case =
        Case::token("permission-after-validity", "an expired token is 401", keys::token(payload));
    let case = case.now(NOW + 3600 * S).require(r#"{"scopes":["x"]}"#);
    topic.add(case.reject("token_expired").flags(&["order"]));
    let case = Case::token("permission-after-rules", "so is a revoked one", keys::token(payload));
    let case = case.rules([r#"{"rule":"revoked","target":{"subject":"u1"},"until":"never"}"#]);
    let case = case.require(r#"{"scopes":["x"]}"#).reject("token_revoked").remedy("reauthenticate");
    topic.add(case.flags(&["order"]));
}
