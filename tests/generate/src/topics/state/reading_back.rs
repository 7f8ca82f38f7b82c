//! A state is written out and read back, in each of the forms that hold all of it: no decision changes,
//! then or later.

use super::{before, good, prune};
use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::{NOW, Payload, S};

/// Both forms, and one after the other, where a mistake of the one would hide in the other.
const FORMS: [(&str, &[&str]); 4] = [
    ("json", &["json"]),
    ("snapshot", &["snapshot"]),
    ("json-and-snapshot", &["json", "snapshot"]),
    ("snapshot-and-json", &["snapshot", "json"]),
];

/// The longest lifetime of the usual policy and its leeway.
const DAY: i64 = 86_460 * S;

pub(super) fn add(topic: &mut Topic) {
    for (form, reloads) in FORMS {
        let reload = |case: Case| {
            reloads.iter().fold(case, |case, form| case.step(format!(r#"{{"reload":"{form}"}}"#)))
        };
        let scenario =
            |id: &str, comment: &str| Case::scenario(format!("state-{id}-{form}"), comment);
        age(topic, &scenario, &reload);
        times(topic, &scenario, &reload);
        kinds(topic, &scenario, &reload);
        exceptions(topic, &scenario, &reload);
        lifts(topic, &scenario, &reload);
        lifts_of_suspensions(topic, &scenario, &reload);
        clock_back(topic, &scenario, &reload);
        clock_back_and_logins(topic, &scenario, &reload);
    }
}

type Scenario<'a> = &'a dyn Fn(&str, &str) -> Case;
type Reload<'a> = &'a dyn Fn(Case) -> Case;

/// A token of `u1`, issued so many seconds after [`NOW`], and more of it.
fn issued(after: i64, more: impl FnOnce(Payload) -> Payload) -> String {
    keys::token(&more(Payload::good().time("iat", NOW + after * S)))
}

fn merge(rules: &[&str]) -> String {
    format!(r#"{{"merge":[{}],"now":1700000000}}"#, rules.join(","))
}

fn age(topic: &mut Topic, scenario: Scenario<'_>, reload: Reload<'_>) {
    let comment = "writing out and reading back is no load and changes no decision";
    let rule =
        before("1700000000", r#","except":{"session":["s1"]},"skew_guard":0.5,"id":"a \"b\"""#);
    let case = scenario("reload-keeps-age-rules-and-floors", comment)
        .replica(30, 300)
        .loaded(NOW)
        .apply(NOW, rule)
        .step(prune(NOW + S));
    let case = reload(case)
        .check(NOW + 2 * S, good())
        .reject("token_revoked")
        .remedy("wait_until")
        .check(NOW + 2 * S, keys::token(&Payload::good().text("sid", "s1")));
    topic.add(reload(case).check(NOW + 300 * S, good()).reject("rules_unavailable"));

    let comment = "who was never loaded is not loaded by reading what he wrote";
    let case = scenario("reload-is-no-load", comment).replica(30, 300).apply(NOW, before("5", ""));
    let case = reload(case)
        .check(NOW, good())
        .reject("rules_unavailable")
        .loaded(NOW)
        .check(NOW + 300 * S - 1, good());
    topic.add(
        reload(case)
            .check(NOW + 300 * S - 1, good())
            .check(NOW + 300 * S, good())
            .reject("rules_unavailable")
            .flags(&["boundary"]),
    );
}

fn times(topic: &mut Topic, scenario: Scenario<'_>, reload: Reload<'_>) {
    let comment = "a whole second that was brought down is still a whole second";
    let case =
        scenario("reload-clamped-second", comment).apply(NOW + 400, before("1700009999", ""));
    topic.add(
        reload(case)
            .check(NOW + 60 * S, issued(61, |token| token))
            .reject("token_revoked")
            .remedy("wait_until")
            .check(NOW + 60 * S, issued(62, |token| token)),
    );
    let comment = "a whole second stays one, and an instant an instant";
    let of_u2 = r#"{"rule":"issued_before","target":{"subject":"u2"},"at":1700000000.0}"#;
    let case = scenario("reload-keeps-the-resolution", comment)
        .apply(NOW, before("1700000000", ""))
        .apply(NOW, of_u2);
    topic.add(
        reload(case)
            .check(NOW, good())
            .reject("token_revoked")
            .remedy("wait_until")
            .check(NOW + S, issued(1, |token| token))
            .check(NOW, issued(0, |token| token.text("sub", "u2")))
            .check(NOW, issued(-1, |token| token.text("sub", "u2")))
            .reject("token_revoked")
            .remedy("refresh")
            .flags(&["boundary"]),
    );
}

fn kinds(topic: &mut Topic, scenario: Scenario<'_>, reload: Reload<'_>) {
    let rule = |rule: &str, target: &str, more: &str| {
        format!(r#"{{"rule":"{rule}","target":{{{target}}},{more}}}"#)
    };
    let comment = "rules of every kind, and the types of what they name";
    let case = scenario("reload-keeps-kinds-and-types", comment)
        .apply(NOW, rule("revoked", r#""tenant":5"#, r#""until":"never""#))
        .apply(NOW, rule("revoked", r#""device":true,"subject":"u1""#, r#""until":1700000600.5"#))
        .apply(NOW, rule("suspended", r#""claim:roles":"admin""#, r#""on":true,"version":1"#))
        .apply(NOW, rule("authenticated_before", r#""claim:amr ":"""#, r#""at":1700000000.0"#))
        .apply(NOW, rule("issued_before", r#""everyone":true"#, r#""at":1699999990.0"#));
    let token = |name: &str, value: &str| keys::token(&Payload::good().with(name, value));
    let old_login = Payload::good().with("amr ", r#""""#).time("auth_time", NOW - 5 * S);
    topic.add(
        reload(case)
            .check(NOW, token("org_id", "5"))
            .reject("token_revoked")
            .remedy("reauthenticate")
            .check(NOW, token("org_id", r#""5""#))
            .check(NOW, token("device_id", "true"))
            .reject("session_revoked")
            .check(NOW, token("device_id", r#""true""#))
            .check(NOW, token("roles", r#"["user","admin"]"#))
            .reject("suspended")
            .check(NOW, token("roles", r#""Admin""#))
            .check(NOW, keys::token(&old_login))
            .reject("session_revoked")
            .check(NOW, keys::token(&old_login.with("amr ", r#"" ""#)))
            .check(NOW, issued(-11, |token| token.text("sub", "u9")))
            .reject("token_revoked")
            .remedy("refresh")
            .check(NOW, issued(-10, |token| token.text("sub", "u9"))),
    );
}

/// An exception takes a token out of its own cutoff alone.
fn exceptions(topic: &mut Topic, scenario: Scenario<'_>, reload: Reload<'_>) {
    let comment = "what excepts a token from one cutoff does nothing against the others";
    let both = r#","except":{"session":["s1"],"token_id":["t2"]}"#;
    let login = before("1700000020.0", both).replace("issued", "authenticated");
    let now = NOW + 200 * S;
    let token = |after: i64, session: &str, token_id: &str| {
        issued(after, |token| token.text("sid", session).text("jti", token_id))
    };
    let logged_in = |session: &str, token_id: &str| {
        let login = |token: Payload| token.time("auth_time", NOW + 10 * S);
        issued(120, |token| login(token).text("sid", session).text("jti", token_id))
    };
    let case = scenario("except-in-several-cutoffs", comment)
        .apply(now, before("1700000100.0", r#","except":{"session":["s1"]}"#))
        .apply(now, before("1700000050.0", r#","except":{"token_id":["t1"]}"#))
        .apply(now, before("1700000010.0", r#","id":"r-3""#))
        .apply(now, login);
    let checks = |case: Case| {
        case.check(now, token(60, "s1", "t1"))
            .check(now, token(10, "s1", "t1"))
            .check(now, token(60, "s1", "t2"))
            .check(now, token(49, "s1", "t2"))
            .reject("token_revoked")
            .remedy("refresh")
            .check(now, token(50, "s1", "t2"))
            .check(now, token(99, "s2", "t1"))
            .reject("token_revoked")
            .remedy("refresh")
            .check(now, token(100, "s2", "t1"))
            .check(now, issued(60, |token| token.text("jti", "t1")))
            .reject("token_revoked")
            .remedy("refresh")
            // The session of the one is no token id of the other.
            .check(now, token(60, "t1", "s1"))
            .reject("token_revoked")
            .remedy("refresh")
            .check(now, logged_in("s1", "t1"))
            .check(now, logged_in("s2", "t2"))
            .check(now, logged_in("s2", "t1"))
            .reject("session_revoked")
    };
    let old = || token(9, "s1", "t1");
    let case = checks(case).check(now, old()).reject("token_revoked").remedy("refresh");
    let case = checks(reload(case)).check(now, old()).reject("token_revoked").remedy("refresh");
    // Without the one that excepts nobody, both exceptions together let the token pass.
    let case = reload(case.step(r#"{"lift":"r-3"}"#));
    topic.add(checks(case).check(now, old()).flags(&["boundary", "vuln-37"]));
}

fn lifts(topic: &mut Topic, scenario: Scenario<'_>, reload: Reload<'_>) {
    let one = before("1700000001.0", r#","id":"r-1""#);
    let other = before("1700000001.0", r#","id":"r-2""#);
    let unnamed = before("1700000001.0", "");
    let now = NOW + 3 * S;
    let lift = |id: &str| format!(r#"{{"lift":"{id}"}}"#);

    let comment = "an old copy does not bring it back";
    let case = scenario("lift-holds-wherever-it-is-merged", comment)
        .apply(NOW, before("5", ""))
        .step(lift("r-1"))
        .step(merge(&[&one]))
        .check(now, good());
    topic.add(reload(case).step(merge(&[&one])).check(now, good()));

    let comment = "a rule that came by a merge is undone like any other, and stays so";
    let case = scenario("lift-after-a-merge", comment)
        .step(merge(&[&one, &other]))
        .check(now, good())
        .reject("token_revoked")
        .remedy("refresh");
    let case = reload(case)
        .step(lift("r-1"))
        .check(now, good())
        .reject("token_revoked")
        .remedy("refresh")
        .step(lift("r-2"))
        .check(now, good());
    topic.add(reload(case).step(merge(&[&other, &one])).check(now, good()));

    let comment = "a lift that comes before its rule is kept, though nothing is there to undo";
    let case = reload(scenario("lift-before-any-rule", comment).step(lift("r-1")))
        .step(merge(&[&one, &other]))
        .check(now, good())
        .reject("token_revoked")
        .remedy("refresh")
        .step(lift("r-2"));
    topic.add(reload(case).step(merge(&[&one, &other])).check(now, good()));

    let comment = "ids are compared byte by byte, and the empty one is an id: no id is none";
    let case = scenario("lift-of-the-empty-id", comment)
        .apply(NOW, before("1700000001.0", r#","id":"""#))
        .apply(NOW, before("1700000001.0", r#","id":"R-1""#))
        .step(lift("r-1"));
    let case = reload(case)
        .check(now, good())
        .reject("token_revoked")
        .remedy("refresh")
        .step(lift("R-1"))
        .check(now, good())
        .reject("token_revoked")
        .remedy("refresh")
        .step(lift(""));
    topic.add(
        reload(case)
            .check(now, good())
            .step(merge(&[&unnamed]))
            .check(now, good())
            .reject("token_revoked")
            .remedy("refresh"),
    );
}

fn lifts_of_suspensions(topic: &mut Topic, scenario: Scenario<'_>, reload: Reload<'_>) {
    let suspended = |on: bool, version: u32, id: &str| {
        format!(
            r#"{{"rule":"suspended","target":{{"subject":"u1"}},"on":{on},"version":{version},"id":"{id}"}}"#
        )
    };
    let (start, end) = (suspended(true, 1, "r-1"), suspended(false, 2, "r-2"));
    let comment = "where the end of a suspension was the mistake, the suspension holds again";
    let case = scenario("lift-of-the-end-of-a-suspension", comment)
        .apply(NOW, &start)
        .apply(NOW, &end)
        .check(NOW, good());
    let case = reload(case).check(NOW, good()).step(r#"{"lift":"r-2"}"#);
    let case = reload(case).check(NOW, good()).reject("suspended").step(merge(&[&end, &start]));
    topic.add(
        reload(case)
            .check(NOW, good())
            .reject("suspended")
            .step(r#"{"lift":"r-1"}"#)
            .check(NOW, good()),
    );
}

/// What a prune forgot stays refused: after a restart, by a clock that went back, by a prune that was
/// given an earlier time, and by an old copy of the rule.
fn clock_back(topic: &mut Topic, scenario: Scenario<'_>, reload: Reload<'_>) {
    // The floor of this prune is a second after NOW.
    let (pruned, back) = (NOW + DAY + S, NOW + 500 * S);
    let token = |iat: i64| {
        let lives = 86_400 * S;
        keys::token(&Payload::good().time("iat", iat).time("exp", iat + lives))
    };
    let rule = before("1700000000.400", "");
    let case = scenario("prune-reload-and-clock-back", "a restart forgets no floor")
        .apply(NOW, &rule)
        .check(NOW + S, token(NOW))
        .reject("token_revoked")
        .remedy("wait_until")
        .step(prune(pruned));
    let checks = |case: Case| {
        case.check(back, token(NOW))
            .reject("issued_before_floor")
            .check(back, token(NOW + S - 1))
            .reject("issued_before_floor")
            .check(back, token(NOW + S + 1))
            // Above the floor, but expired by the prune.
            .check(back, issued(400, |token| token))
            .reject("issued_before_floor")
    };
    let case = checks(reload(case)).step(prune(back));
    let case = checks(reload(case)).step(merge(&[&rule]));
    let case = checks(reload(case)).step(prune(pruned)).check(pruned, token(NOW + S + 1));
    topic.add(checks(reload(case)).flags(&["boundary", "vuln-32"]));

    let comment = "a rule that a prune kept is kept by a restart, whatever the clock says then";
    let case = scenario("prune-keeps-reload-and-clock-back", comment)
        .apply(NOW + 2 * S, before("1700000002.0", ""))
        .step(prune(pruned));
    let case = reload(case).check(back, token(NOW + 2 * S - 1)).reject("token_revoked");
    topic.add(
        reload(case.remedy("refresh").step(prune(back)))
            .check(back, token(NOW + 2 * S - 1))
            .reject("token_revoked")
            .remedy("refresh")
            .check(back, token(NOW + 2 * S))
            .flags(&["boundary", "vuln-32"]),
    );
}

fn clock_back_and_logins(topic: &mut Topic, scenario: Scenario<'_>, reload: Reload<'_>) {
    // Sessions last an hour, so the login floor of this prune is a second after NOW.
    let (pruned, back) = (NOW + 3661 * S, NOW + 100 * S);
    let token = |login: i64| {
        let token = Payload::good().time("iat", back).time("exp", NOW + 7200 * S);
        keys::token(&token.time("auth_time", login))
    };
    let rule = r#"{"rule":"authenticated_before","target":{"subject":"u1"},"at":1700000000.0}"#;
    let case = scenario("prune-logins-reload-and-clock-back", "nor a floor of logins")
        .policy("session")
        .apply(NOW, rule)
        .step(prune(pruned));
    let checks = |case: Case| {
        case.check(back, token(NOW - 1))
            .reject("session_revoked")
            .check(back, token(NOW + S - 1))
            .reject("session_revoked")
            .check(back, token(NOW + S))
    };
    let case = checks(reload(case)).step(prune(back));
    topic.add(checks(reload(case)).flags(&["boundary", "vuln-32"]));
}
