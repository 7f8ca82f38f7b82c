//! A set of rules over time: its age, what it forgets, what is undone, merged, written and read back.

mod reading_back;

use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::{NOW, Payload, S, seconds};
use crate::topics::policy;

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "A set of rules over time. A replica refuses until it is loaded and once it is too old (503: the \
         token is not known to be bad). Pruning forgets what can refuse no acceptable token and keeps a \
         floor, so that nothing comes back. A lift undoes an id for good. Merging, writing out and \
         reading back change no decision.",
    );
    topic.policy("session", policy(r#","max_session":3600"#));
    topic.policy("unbounded", policy(r#","max_lifetime":"unbounded""#));
    age(&mut topic);
    pruning(&mut topic);
    undoing(&mut topic);
    merging(&mut topic);
    reading_back::add(&mut topic);
    topic
}

fn good() -> String {
    keys::token(&Payload::good())
}

fn before(at: &str, more: &str) -> String {
    format!(r#"{{"rule":"issued_before","target":{{"subject":"u1"}},"at":{at}{more}}}"#)
}

fn prune(at: i64) -> String {
    format!(r#"{{"prune":{}}}"#, seconds(at))
}

fn age(topic: &mut Topic) {
    let scenario = |id: &str, comment: &str| Case::scenario(id, comment).replica(30, 300);
    let blind = "a replica that was never loaded does not know whom to refuse";
    topic
        .add(scenario("state-blind-refuses", blind).check(NOW, good()).reject("rules_unavailable"));
    let applied = "applying a rule is no load";
    topic.add(
        scenario("state-blind-although-a-rule-was-applied", applied)
            .apply(NOW, before("5", ""))
            .check(NOW, good())
            .reject("rules_unavailable"),
    );
    let bounds = "stale passes from the first bound on, expired refuses from the second on";
    topic.add(
        scenario("state-age-bounds", bounds)
            .loaded(NOW)
            .check(NOW, good())
            .check(NOW + 30 * S, good())
            .check(NOW + 300 * S - 1, good())
            .check(NOW + 300 * S, good())
            .reject("rules_unavailable")
            .loaded(NOW + 300 * S)
            .check(NOW + 300 * S, good())
            .flags(&["boundary"]),
    );
    let behind = "a clock up to 60 s behind the load counts as age zero, beyond it says nothing";
    topic.add(
        scenario("state-age-clock-behind-the-load", behind)
            .loaded(NOW + 60 * S)
            .check(NOW, good())
            .check(NOW - 1, good())
            .reject("rules_unavailable")
            .flags(&["boundary", "vuln-32"]),
    );
    let old = "an older state does not make the rules younger, nor older";
    topic.add(
        scenario("state-age-older-load", old)
            .loaded(NOW)
            .loaded(NOW - 1000 * S)
            .check(NOW + 299 * S, good()),
    );
    let first = "what the token says is checked first";
    let expired = keys::token(&Payload::good().time("exp", NOW - 60 * S).time("iat", NOW - 90 * S));
    topic.add(
        scenario("state-blind-and-expired", first).check(NOW, expired).reject("token_expired"),
    );
}

fn pruning(topic: &mut Topic) {
    // now - leeway - max_lifetime of the usual policy: 60 s and a day.
    let day = 86_460 * S;
    let token =
        |iat: i64, exp: i64| keys::token(&Payload::good().time("iat", iat).time("exp", exp));
    let floor =
        "below the floor no token can be valid any more, whatever the clock says afterwards";
    topic.add(
        Case::scenario("state-prune-floor", floor)
            .step(prune(NOW + day))
            .check(NOW + day - 200 * S, token(NOW - 1, NOW + 86_400 * S - 1))
            .reject("issued_before_floor")
            .check(NOW + day - 200 * S, token(NOW, NOW + 86_400 * S))
            .reject("issued_before_floor")
            .check(NOW + day - 200 * S, token(NOW + 1, NOW + 86_400 * S + 1))
            .flags(&["boundary", "vuln-32"]),
    );
    let kept = "a cutoff above the floor is kept, one at the floor refuses nothing any more";
    topic.add(
        Case::scenario("state-prune-keeps-what-can-refuse", kept)
            .apply(NOW, before("1700000000.400", ""))
            .step(prune(NOW + day))
            .check(NOW + day, token(NOW + 399, NOW + 86_400 * S + 399))
            .reject("token_revoked")
            .remedy("refresh")
            .check(NOW + day, token(NOW + 400, NOW + 86_400 * S + 400)),
    );
    let expired = "what had expired by the prune stays expired though the clock goes back";
    topic.add(
        Case::scenario("state-prune-expired-stays-expired", expired)
            .apply(NOW, r#"{"rule":"revoked","target":{"token_id":"t1"},"until":1700000600}"#)
            .step(prune(NOW + 660 * S))
            .check(NOW + 100 * S, keys::token(&Payload::good().text("jti", "t1")))
            .reject("issued_before_floor")
            .flags(&["vuln-32"]),
    );
    let login = "login cutoffs go only where sessions are bounded, and leave a floor of their own";
    topic.add(
        Case::scenario("state-prune-login-floor", login)
            .policy("session")
            .step(prune(NOW))
            .check(NOW, keys::token(&Payload::good().time("auth_time", NOW - 3660 * S)))
            .reject("session_revoked")
            .check(NOW, keys::token(&Payload::good().time("auth_time", NOW - 3660 * S + 1)))
            .check(
                NOW - 100 * S,
                keys::token(
                    &Payload::good()
                        .time("auth_time", NOW - 3660 * S - 1)
                        .time("iat", NOW - 100 * S),
                ),
            )
            .reject("session_revoked")
            .flags(&["boundary"]),
    );
    let unbounded = "where lifetimes are unbounded nothing is forgotten";
    topic.add(
        Case::scenario("state-prune-unbounded", unbounded)
            .policy("unbounded")
            .apply(NOW, before("1700000000.400", ""))
            .step(prune(NOW + 10 * day))
            .check(NOW + 10 * day, token(NOW, NOW + 100 * day))
            .reject("token_revoked")
            .remedy("wait_until"),
    );
    let suspended = "an ended suspension is remembered, so that an old one does not come back";
    let suspension = |on: bool, version: u32| {
        format!(
            r#"{{"rule":"suspended","target":{{"subject":"u1"}},"on":{on},"version":{version}}}"#
        )
    };
    topic.add(
        Case::scenario("state-prune-keeps-suspensions", suspended)
            .apply(NOW, suspension(true, 1))
            .apply(NOW, suspension(false, 2))
            .step(prune(NOW + 10 * day))
            .apply(NOW + 10 * day, suspension(true, 1))
            .check(NOW + 10 * day, token(NOW + 10 * day, NOW + 10 * day + S)),
    );
}

fn undoing(topic: &mut Topic) {
    let lift = r#"{"lift":"r-1"}"#;
    topic.add(
        Case::scenario("state-lift-undoes-every-rule-of-the-id", "a mistake is undone by its id")
            .apply(NOW, before("1700000001.0", r#","id":"r-1""#))
            .apply(
                NOW,
                r#"{"rule":"revoked","target":{"subject":"u1"},"until":"never","id":"r-1"}"#,
            )
            .check(NOW + S, good())
            .reject("token_revoked")
            .remedy("reauthenticate")
            .step(lift)
            .check(NOW + S, good()),
    );
    topic.add(
        Case::scenario("state-lift-leaves-other-ids", "rules of other ids of the same target stay")
            .apply(NOW, before("1700000002.0", r#","id":"r-1""#))
            .apply(NOW, before("1700000001.0", r#","id":"r-2""#))
            .step(lift)
            .check(NOW + 3 * S, good())
            .reject("token_revoked")
            .remedy("refresh"),
    );
}

fn merging(topic: &mut Topic) {
    let comment = "what either state refuses, both together refuse (CVE-2026-18218)";
    topic.add(
        Case::scenario("state-merge-refuses-what-either-refuses", comment)
            .apply(NOW, before("1699999990.0", ""))
            .step(format!(r#"{{"merge":[{}],"now":1700000000}}"#, before("1700000001.0", "")))
            .check(NOW + S, good())
            .reject("token_revoked")
            .remedy("refresh")
            .step(format!(r#"{{"merge":[{}],"now":1700000000}}"#, before("1699999980.0", "")))
            .check(NOW + S, good())
            .reject("token_revoked")
            .remedy("refresh")
            .flags(&["vuln-37"]),
    );
}
