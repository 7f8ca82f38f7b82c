//! Several rules refuse: which one answers.

use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::{NOW, Payload, S};

/// What one rule answers alone, from the worst on.
const VERDICTS: [(&str, &str, &str, &str); 6] = [
    (
        "session",
        r#"{"rule":"revoked","target":{"session":"s1"},"until":"never"}"#,
        "session_revoked",
        "reauthenticate",
    ),
    (
        "token",
        r#"{"rule":"revoked","target":{"token_id":"t1"},"until":"never"}"#,
        "token_revoked",
        "reauthenticate",
    ),
    (
        "refresh",
        r#"{"rule":"issued_before","target":{"subject":"u1"},"at":1700000005.0}"#,
        "token_revoked",
        "refresh",
    ),
    (
        "wait",
        r#"{"rule":"issued_before","target":{"client":"c1"},"at":1700000030.0}"#,
        "token_revoked",
        "wait_until",
    ),
    (
        "no-iat",
        r#"{"rule":"issued_before","target":{"tenant":"o1"},"at":1700000005.0}"#,
        "claim_missing",
        "none",
    ),
    (
        "suspended",
        r#"{"rule":"suspended","target":{"everyone":true},"on":true,"version":1}"#,
        "suspended",
        "stop",
    ),
];

pub(crate) fn add(topic: &mut Topic) {
    let payload = Payload::good()
        .text("sid", "s1")
        .text("jti", "t1")
        .text("client_id", "c1")
        .text("org_id", "o1");
    let with_iat = keys::token(&payload);
    let without = keys::token(&payload.without("iat"));
    for (place, (worse, rule, code, remedy)) in VERDICTS.into_iter().enumerate() {
        for (milder, other, ..) in VERDICTS.into_iter().skip(place) {
            // A token has an iat or not: the verdicts of the one do not meet those of the other.
            let needs_none = [worse, milder].contains(&"no-iat");
            if needs_none && [worse, milder].iter().any(|name| ["refresh", "wait"].contains(name)) {
                continue;
            }
            let token = if needs_none { &without } else { &with_iat };
            for (order, rules) in [("in-order", [rule, other]), ("reversed", [other, rule])] {
                if worse == milder && order == "reversed" {
                    continue;
                }
                let id = format!("cutoff-worst-{worse}-over-{milder}-{order}");
                let comment = "session_revoked, token_revoked, claim_missing, suspended; in one code \
                               reauthenticate, refresh, wait_until";
                let case = Case::token(id, comment, token).policy("no-iat").now(NOW + 10 * S);
                let case = case.rules(rules).reject(code).remedy(remedy).stage("cutoff");
                topic.add(case.flags(&["order"]));
            }
        }
    }
    let comment = "a rule that does not refuse does not soften one that does";
    let token = keys::token(&Payload::good());
    let case = Case::token("cutoff-worst-among-rules-that-pass", comment, token)
        .now(NOW + 10 * S)
        .rules([
            r#"{"rule":"issued_before","target":{"subject":"u1"},"at":1600000000}"#,
            r#"{"rule":"suspended","target":{"subject":"u1"},"on":false,"version":9}"#,
            r#"{"rule":"revoked","target":{"everyone":true},"until":0}"#,
            r#"{"rule":"issued_before","target":{"key_id":"k"},"at":1700000005.0}"#,
            r#"{"rule":"revoked","target":{"subject":"u2"},"until":"never"}"#,
        ]);
    topic.add(case.reject("token_revoked").remedy("refresh").flags(&["vuln-37"]));
}
