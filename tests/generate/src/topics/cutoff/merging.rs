//! Several rules of one target: they refuse exactly what either refuses, in whatever order they come.

use super::{before, issued, login_before};
use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::{NOW, S};

/// Adds a test for both orders of two rules, and one where both come twice.
fn both_orders(
    topic: &mut Topic,
    id: &str,
    comment: &str,
    rules: [String; 2],
    finish: impl Fn(Case) -> Case,
    token: &str,
) {
    let [one, other] = rules;
    for (name, rules) in [
        ("in-order", vec![one.clone(), other.clone()]),
        ("reversed", vec![other.clone(), one.clone()]),
        ("repeated", vec![one.clone(), other.clone(), one.clone(), other.clone(), one.clone()]),
    ] {
        let case =
            Case::token(format!("cutoff-merge-{id}-{name}"), comment, token).now(NOW + 300 * S);
        topic.add(finish(case.rules(rules)).flags(&["vuln-37"]));
    }
}

pub(crate) fn add(topic: &mut Topic) {
    cutoffs(topic);
    exceptions(topic);
    tombstones(topic);
    scopes(topic);
}

fn cutoffs(topic: &mut Topic) {
    let pair =
        |a: &str, a_more: &str, b: &str, b_more: &str| [before(a, a_more), before(b, b_more)];
    // Name, why, rules, iat, refused by default and where the same second is accepted.
    let cases = [
        (
            "later-counts",
            "the later",
            pair("1700000100.0", "", "1700000000.0", ""),
            "1700000050",
            true,
            true,
        ),
        (
            "later-lets-pass",
            "and no more",
            pair("1700000100.0", "", "1700000000.0", ""),
            "1700000100",
            false,
            false,
        ),
        (
            "second-and-ms-below",
            "low of the one, high of the other",
            pair("1700000000", "", "1700000000.4", ""),
            "1700000000.399",
            true,
            true,
        ),
        (
            "second-and-ms-between",
            "between the ends: cannot be told",
            pair("1700000000", "", "1700000000.4", ""),
            "1700000000.5",
            true,
            false,
        ),
        (
            "second-and-ms-after",
            "after both",
            pair("1700000000", "", "1700000000.4", ""),
            "1700000001.0",
            false,
            false,
        ),
        (
            "guard-and-later",
            "the guard of one reaches further than the time of the other",
            pair("1700000000.0", r#","skew_guard":100"#, "1700000050.0", ""),
            "1700000099",
            true,
            true,
        ),
        (
            "guard-and-later-after",
            "guards are not added up",
            pair("1700000000.0", r#","skew_guard":100"#, "1700000050.0", ""),
            "1700000100",
            false,
            false,
        ),
        (
            "with-ids",
            "rules of different ids are kept apart and merged when asked",
            pair("1700000100.0", r#","id":"a""#, "1700000000.0", r#","id":"b""#),
            "1700000050",
            true,
            true,
        ),
        (
            "with-one-id",
            "rules of one id are two rules",
            pair("1700000100.0", r#","id":"a""#, "1700000000.0", r#","id":"a","reason":"x""#),
            "1700000050",
            true,
            true,
        ),
    ];
    for (name, why, rules, iat, refused, when_accepted) in cases {
        let token = keys::token(&issued(iat));
        for (policy, refused) in [("main", refused), ("accept-same-second", when_accepted)] {
            let id = format!("{name}-{policy}");
            let same = policy == "main" && !when_accepted;
            let finish = |case: Case| {
                let case = case.policy(policy);
                match (refused, same) {
                    (false, _) => case,
                    (true, true) => case.reject("token_revoked").remedy("wait_until"),
                    (true, false) => case.reject("token_revoked").remedy("refresh"),
                }
            };
            both_orders(topic, &id, why, rules.clone(), finish, &token);
        }
    }
    let token = keys::token(&issued("1700000050").with("auth_time", "1700000050"));
    let rules = [login_before("1700000100.0", ""), login_before("1700000000.0", "")];
    both_orders(topic, "login", "logins too", rules, |case| case.reject("session_revoked"), &token);
}

fn exceptions(topic: &mut Topic) {
    let token = |iat: &str, sid: &str, jti: &str| {
        keys::token(&issued(iat).text("sid", sid).text("jti", jti))
    };
    let s1 = r#","except":{"session":["s1"]}"#;
    let s2 = r#","except":{"session":["s2"]}"#;
    let t1 = r#","except":{"token_id":["t1"]}"#;
    let late = |more: &str| before("1700000100.0", more);
    let early = |more: &str| before("1700000000.0", more);
    for (name, why, rules, token, refused) in [
        (
            "except-later",
            "excepted from the later, after the earlier",
            [late(s1), early("")],
            token("1700000050", "s1", "x"),
            false,
        ),
        (
            "except-later-old",
            "excepted from the later, before the earlier",
            [late(s1), early("")],
            token("1699999999", "s1", "x"),
            true,
        ),
        (
            "except-later-other",
            "not excepted",
            [late(s1), early("")],
            token("1700000050", "s2", "x"),
            true,
        ),
        (
            "except-earlier",
            "excepted from the earlier only",
            [late(""), early(s1)],
            token("1699999999", "s1", "x"),
            true,
        ),
        (
            "except-apart",
            "excepted from the one that would refuse",
            [late(s1), early(s2)],
            token("1700000050", "s1", "x"),
            false,
        ),
        (
            "except-apart-other",
            "excepted from the other one",
            [late(s1), early(s2)],
            token("1700000050", "s2", "x"),
            true,
        ),
        (
            "except-both",
            "excepted from both",
            [late(s1), early(s1)],
            token("1699999999", "s1", "x"),
            false,
        ),
        (
            "except-equal-times",
            "the one without exceptions counts",
            [late(s1), late("")],
            token("1700000050", "s1", "x"),
            true,
        ),
        (
            "except-by-two-ids",
            "by sid from one, by jti from the other",
            [late(s1), early(t1)],
            token("1699999999", "s1", "t1"),
            false,
        ),
        (
            "except-by-one-of-two-ids",
            "by jti from the other alone",
            [late(s1), early(t1)],
            token("1699999999", "s9", "t1"),
            true,
        ),
    ] {
        let finish = |case: Case| {
            if refused { case.reject("token_revoked").remedy("refresh") } else { case }
        };
        both_orders(topic, name, why, rules, finish, &token);
    }
}

fn tombstones(topic: &mut Topic) {
    let rule = |until: &str| {
        format!(r#"{{"rule":"revoked","target":{{"subject":"u1"}},"until":{until}}}"#)
    };
    let token = keys::token(&issued("1700000000"));
    for (name, rules, refused) in [
        ("until-later", [rule("1700000000"), rule("1700000400")], true),
        ("until-never", [rule(r#""never""#), rule("1700000000")], true),
        ("until-both-past", [rule("1700000000"), rule("1700000100")], false),
    ] {
        let finish = |case: Case| match refused {
            true => case.reject("token_revoked").remedy("reauthenticate"),
            false => case,
        };
        both_orders(topic, name, "the greater until", rules, finish, &token);
    }
}

/// A rule for some and a rule for all, the one older, the other newer: both hold.
fn scopes(topic: &mut Topic) {
    let token = |iat: &str| keys::token(&issued(iat).text("client_id", "c1").text("org_id", "o1"));
    let rule = |target: &str, at: &str| {
        format!(r#"{{"rule":"issued_before","target":{target},"at":{at}}}"#)
    };
    let (client, all) = (r#"{"client":"c1"}"#, r#"{"everyone":true}"#);
    let (tenant, user) = (r#"{"tenant":"o1"}"#, r#"{"subject":"u1"}"#);
    let (old, new) = ("1600000000", "1700000100.0");
    let comment = "any rule that refuses, refuses: neither an older nor a narrower one stands before it \
                   (CVE-2026-18218, CVE-2026-8922)";
    for (name, rules, iat, refused) in [
        ("client-newer-than-all", [rule(client, new), rule(all, old)], "1700000050", true),
        ("all-newer-than-client", [rule(client, old), rule(all, new)], "1700000050", true),
        ("tenant-newer-than-user", [rule(tenant, new), rule(user, old)], "1700000050", true),
        ("user-newer-than-tenant", [rule(tenant, old), rule(user, new)], "1700000050", true),
        ("all-0-client-newer", [rule(all, "0"), rule(client, new)], "1700000050", true),
        ("both-newer", [rule(client, new), rule(all, new)], "1700000050", true),
        ("both-older", [rule(client, old), rule(all, old)], "1700000050", false),
        ("token-after-both", [rule(client, new), rule(all, old)], "1700000100", false),
    ] {
        let finish = |case: Case| {
            if refused { case.reject("token_revoked").remedy("refresh") } else { case }
        };
        both_orders(topic, &format!("scopes-{name}"), comment, rules, finish, &token(iat));
    }
}
