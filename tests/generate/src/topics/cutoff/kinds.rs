//! The four kinds of rules, what excepts from them, and the age of a session.

use super::{before, issued, login_before};
use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::{NOW, Payload, S};

pub(crate) fn add(topic: &mut Topic) {
    logins(topic);
    machines(topic);
    no_issued_at(topic);
    tombstones(topic);
    suspensions(topic);
    exceptions(topic);
    session_age(topic);
}

fn logins(topic: &mut Topic) {
    let at = "1700000000.4";
    let good = Payload::good;
    for (name, comment, payload, policy, refused) in [
        (
            "before",
            "logged in before, refreshed after",
            good().with("auth_time", "1699999000"),
            "main",
            true,
        ),
        (
            "a-ms-before",
            "to the millisecond",
            good().with("auth_time", "1700000000.399"),
            "main",
            true,
        ),
        ("at", "to the millisecond", good().with("auth_time", "1700000000.400"), "main", false),
        ("same-second", "nobody can tell", good().with("auth_time", "1700000000"), "main", true),
        (
            "same-second-accepted",
            "the policy says so",
            good().with("auth_time", "1700000000"),
            "accept-same-second",
            false,
        ),
        ("after", "logged in after", good().with("auth_time", "1700000001"), "main", false),
        (
            "after-issued-before",
            "iat does not count where auth_time is there",
            issued("1699999000").with("auth_time", "1700000001"),
            "main",
            false,
        ),
        ("missing-issued-before", "iat stands for it", issued("1699999000"), "main", true),
        (
            "missing-issued-after",
            "and then a refresh evades the rule",
            issued("1700000001"),
            "main",
            false,
        ),
        (
            "missing-refused",
            "unless the policy refuses",
            issued("1700000001"),
            "refuse-without-auth-time",
            true,
        ),
        (
            "there-refused-if-missing",
            "it is there",
            good().with("auth_time", "1700000001"),
            "refuse-without-auth-time",
            false,
        ),
        (
            "of-another",
            "another subject",
            good().text("sub", "u2").with("auth_time", "1699999000"),
            "main",
            false,
        ),
    ] {
        let case = Case::token(format!("cutoff-login-{name}"), comment, keys::token(&payload));
        let case = case.policy(policy).now(NOW + 10 * S).rules([login_before(at, "")]);
        topic.add(if refused { case.reject("session_revoked") } else { case });
    }
}

/// Machine tokens have no login: `client_id` is `sub` and there is no `auth_time`.
fn machines(topic: &mut Topic) {
    let machine = issued("1699999000").text("client_id", "u1");
    let rule = |target: &str| {
        format!(r#"{{"rule":"authenticated_before","target":{target},"at":1700000000.4}}"#)
    };
    let (subject, client) = (rule(r#"{"subject":"u1"}"#), rule(r#"{"client":"u1"}"#));
    let both = rule(r#"{"client":"u1","subject":"u1"}"#);
    let everyone = rule(r#"{"everyone":true}"#);
    let azp = issued("1699999000").text("azp", "u1");
    let other = issued("1699999000").text("client_id", "u2");
    let login = machine.clone().with("auth_time", "1699999000");
    for (name, comment, payload, rule, policy, refused) in [
        ("subject", "a machine does not log in", &machine, &subject, "main", false),
        ("everyone", "also under a rule for all", &machine, &everyone, "main", false),
        (
            "subject-refuse",
            "also where auth_time is demanded",
            &machine,
            &subject,
            "refuse-without-auth-time",
            false,
        ),
        ("client", "unless the rule names the client", &machine, &client, "main", true),
        ("client-and-subject", "alone or with others", &machine, &both, "main", true),
        (
            "client-refuse",
            "also where auth_time is demanded",
            &machine,
            &client,
            "refuse-without-auth-time",
            true,
        ),
        ("azp", "azp is what an ID token says", &azp, &subject, "main", true),
        ("client-of-another", "a user's token", &other, &subject, "main", true),
        ("with-auth-time", "someone logged in", &login, &subject, "main", true),
    ] {
        let case = Case::token(format!("cutoff-machine-{name}"), comment, keys::token(payload));
        let case = case.policy(policy).now(NOW + 10 * S).rules([rule.as_str()]);
        topic.add(if refused { case.reject("session_revoked") } else { case });
    }
    let comment = "issued_before knows no machines";
    let case = Case::token("cutoff-machine-issued-before", comment, keys::token(&machine));
    let case = case.now(NOW + 10 * S).rules([before("1700000000.4", "")]);
    topic.add(case.reject("token_revoked").remedy("refresh"));
}

/// Where the policy lets `iat` be missing, a cutoff cannot be judged.
fn no_issued_at(topic: &mut Topic) {
    let token = keys::token(&Payload::good().without("iat"));
    let comment = "a rule needs the iat that the policy allowed to be missing";
    let case = Case::token("cutoff-without-iat", comment, &token).policy("no-iat");
    topic.add(case.rules([before("0", "")]).reject("claim_missing").stage("cutoff"));
    let case = Case::token(
        "cutoff-without-iat-of-another",
        "a rule that does not match asks nothing",
        &token,
    );
    let rule = before("1700000000", "").replace("u1", "u2");
    topic.add(case.policy("no-iat").rules([rule]));
    let excepted = keys::token(&Payload::good().without("iat").text("sid", "s1"));
    let comment = "an excepted token is not asked";
    let case = Case::token("cutoff-without-iat-excepted", comment, excepted).policy("no-iat");
    topic.add(case.rules([before("1700000000", r#","except":{"session":["s1"]}"#)]));
    let case = Case::token("cutoff-login-without-iat-refuse", "no login, no acceptance", &token);
    let case = case.policy("no-iat-refuse-without-auth-time").rules([login_before("1", "")]);
    topic.add(case.reject("session_revoked"));
    let comment =
        "nothing says when: neither auth_time nor iat; which of the two is missing is not pinned";
    let case = Case::token("cutoff-login-without-iat-and-auth-time", comment, &token);
    let case = case.policy("no-iat").rules([login_before("1700000000", "")]);
    topic.add(case.reject_any(&["session_revoked", "claim_missing"]).stage("cutoff"));
}

fn tombstones(topic: &mut Topic) {
    let token = keys::token(&Payload::good().text("jti", "t1").time("exp", NOW + 3600 * S));
    let rule = |until: &str| {
        format!(r#"{{"rule":"revoked","target":{{"token_id":"t1"}},"until":{until}}}"#)
    };
    for (policy, leeway) in [("main", 60 * S), ("leeway-0", 0), ("leeway-300", 300 * S)] {
        for (name, off) in [("a-ms-before", -1), ("at", 0), ("a-ms-after", 1)] {
            let comment = "holds while now < until + leeway";
            let case = Case::token(format!("cutoff-revoked-{policy}-{name}"), comment, &token);
            let case = case.policy(policy).now(NOW + 100 * S + leeway + off);
            let case = case.rules([rule("1700000100")]).flags(&["boundary"]);
            let refused = off < 0;
            topic.add(if refused {
                case.reject("token_revoked").remedy("reauthenticate")
            } else {
                case
            });
        }
    }
    for (name, until, refused) in [
        ("never", r#""never""#, true),
        ("the-last-second", "253402300799", true),
        ("0", "0", false),
        ("text", r#""2023-11-14T22:13:21Z""#, true),
        ("long-ago", "1600000000.5", false),
    ] {
        let comment = "until is the last instant at which such a token could be valid";
        let case = Case::token(format!("cutoff-revoked-until-{name}"), comment, &token)
            .rules([rule(until)]);
        topic.add(if refused {
            case.reject("token_revoked").remedy("reauthenticate")
        } else {
            case
        });
    }
    let payload = Payload::good().text("jti", "t1").text("sid", "s1").text("device_id", "d1");
    let token = keys::token(&payload.with("cnf", r#"{"jkt":"j1"}"#));
    for (name, target, code) in [
        ("token", r#"{"token_id":"t1"}"#, "token_revoked"),
        ("session", r#"{"session":"s1"}"#, "session_revoked"),
        ("device", r#"{"device":"d1"}"#, "session_revoked"),
        ("session-and-subject", r#"{"subject":"u1","session":"s1"}"#, "session_revoked"),
        ("subject", r#"{"subject":"u1"}"#, "token_revoked"),
        ("key", r#"{"key_id":"k"}"#, "token_revoked"),
        ("device-key", r#"{"confirmation":"j1"}"#, "token_revoked"),
        ("everyone", r#"{"everyone":true}"#, "token_revoked"),
    ] {
        let rule = format!(r#"{{"rule":"revoked","target":{target},"until":"never"}}"#);
        let comment = "the session is over if the target names session or device, else the token";
        let case = Case::token(format!("cutoff-revoked-{name}"), comment, &token).rules([rule]);
        topic.add(case.reject(code).remedy("reauthenticate"));
    }
}

fn suspensions(topic: &mut Topic) {
    let token = keys::token(&Payload::good());
    let rule = |on: bool, version: u64| {
        format!(
            r#"{{"rule":"suspended","target":{{"subject":"u1"}},"on":{on},"version":{version}}}"#
        )
    };
    let last = 9_007_199_254_740_991;
    for (name, rules, refused) in [
        ("on", vec![rule(true, 1)], true),
        ("off", vec![rule(false, 1)], false),
        ("on-at-version-0", vec![rule(true, 0)], true),
        ("on-at-the-last-version", vec![rule(true, last)], true),
        ("off-after-on", vec![rule(true, 1), rule(false, 2)], false),
        ("off-after-on-out-of-order", vec![rule(false, 2), rule(true, 1)], false),
        ("on-after-off", vec![rule(false, 1), rule(true, 2)], true),
        ("on-after-off-out-of-order", vec![rule(true, 2), rule(false, 1)], true),
        ("equal-versions", vec![rule(true, 3), rule(false, 3)], true),
        ("equal-versions-out-of-order", vec![rule(false, 3), rule(true, 3)], true),
        ("versions-beyond-a-float", vec![rule(true, last - 1), rule(false, last)], false),
    ] {
        let comment = "the highest version counts; at equal version, on";
        let case = Case::token(format!("cutoff-suspended-{name}"), comment, &token).rules(rules);
        topic.add(if refused { case.reject("suspended") } else { case });
    }
}

fn exceptions(topic: &mut Topic) {
    let eight = r#","except":{"session":["1","2","3","s1"],"token_id":["5","6","7","t1"]}"#;
    let session = r#","except":{"session":["s1"]}"#;
    let crossed = r#","except":{"session":["t1"],"token_id":["s1"]}"#;
    let old = issued("1699999000");
    let own = old.clone().text("sid", "s1").text("jti", "t1");
    let other = old.clone().text("sid", "s2").text("jti", "t2");
    for (name, comment, payload, more, refused) in [
        ("own-session", "log out everywhere but here", &own, session, false),
        ("other-session", "everywhere", &other, session, true),
        ("no-session", "a token without sid is not excepted", &old, session, true),
        ("empty", "no id excepts nothing", &own, r#","except":{}"#, true),
        (
            "empty-lists",
            "no id excepts nothing",
            &own,
            r#","except":{"session":[],"token_id":[]}"#,
            true,
        ),
        ("token-id", "a token by its id", &own, r#","except":{"token_id":["t1"]}"#, false),
        ("eight-together", "eight ids are allowed", &own, eight, false),
        ("eight-others", "and except only themselves", &other, eight, true),
        ("crossed", "a sid is no jti", &own, crossed, true),
        ("upper-case", "byte for byte", &own, r#","except":{"session":["S1"]}"#, true),
    ] {
        for (kind, rule) in [
            ("issued", before("1700000000.4", more)),
            ("login", login_before("1700000000.4", more)),
        ] {
            let case =
                Case::token(format!("cutoff-except-{name}-{kind}"), comment, keys::token(payload));
            let case = case.now(NOW + 10 * S).rules([rule]);
            topic.add(match (refused, kind) {
                (false, _) => case,
                (true, "issued") => case.reject("token_revoked").remedy("refresh"),
                (true, _) => case.reject("session_revoked"),
            });
        }
    }
}

fn session_age(topic: &mut Topic) {
    let limit = 3660 * S;
    let machine = Payload::good().text("client_id", "u1");
    for (name, off, refused) in
        [("a-ms-before", -1, false), ("at", 0, true), ("a-ms-after", 1, true)]
    {
        let payload = Payload::good().time("auth_time", NOW - limit - off);
        let comment = "over when now >= auth_time + max_session + leeway, whatever was refreshed";
        let case =
            Case::token(format!("cutoff-session-age-{name}"), comment, keys::token(&payload));
        let case = case.policy("session-3600").flags(&["boundary"]);
        topic.add(if refused { case.reject("session_revoked") } else { case });
        let payload = Payload::good().time("iat", NOW - limit - off).time("exp", NOW + 600 * S);
        let comment = "without auth_time iat stands for it";
        let case = Case::token(
            format!("cutoff-session-age-by-iat-{name}"),
            comment,
            keys::token(&payload),
        );
        let case = case.policy("session-3600").flags(&["boundary"]);
        topic.add(if refused { case.reject("session_revoked") } else { case });
    }
    let old = machine.clone().time("iat", NOW - 7200 * S);
    for (name, comment, payload, policy, refused) in [
        (
            "missing-refused",
            "the policy demands auth_time",
            Payload::good(),
            "session-3600-refuse",
            true,
        ),
        ("of-a-machine", "machines have no session", old.clone(), "session-3600", false),
        (
            "of-a-machine-refuse",
            "also where auth_time is demanded",
            machine,
            "session-3600-refuse",
            false,
        ),
        (
            "of-no-machine",
            "azp makes no machine",
            old.without("client_id").text("azp", "u1"),
            "session-3600",
            true,
        ),
        ("unlimited", "no limit unless set", Payload::good().time("auth_time", 0), "main", false),
    ] {
        let case =
            Case::token(format!("cutoff-session-age-{name}"), comment, keys::token(&payload));
        let case = case.policy(policy);
        topic.add(if refused { case.reject("session_revoked") } else { case });
    }
}
