//! Rules come while tokens are in use: each check asks what holds now.

use super::{before, issued, login_before};
use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::{NOW, Payload, S};

pub(crate) fn add(topic: &mut Topic) {
    let old = keys::token(&issued("1699999990"));
    let new = keys::token(&issued("1700000001"));
    let comment = "accepted, then refused, though nothing of the token changed: no verdict is kept";
    topic.add(
        Case::scenario("cutoff-course-accepted-then-cut-off", comment)
            .check(NOW, &old)
            .apply(NOW + 400, before("1700000000.4", ""))
            .check(NOW + 400, &old)
            .reject("token_revoked")
            .remedy("refresh")
            .check(NOW + S, &new)
            .check(NOW + 600 * S, &old)
            .reject("token_revoked")
            .remedy("refresh")
            .flags(&["vuln-19"]),
    );
    let comment = "accepted, then expired: the same bytes at another time";
    topic.add(
        Case::scenario("cutoff-course-accepted-then-expired", comment)
            .apply(NOW, before("0", ""))
            .check(NOW, &new)
            .check(NOW + 660 * S - 1, &new)
            .check(NOW + 660 * S, &new)
            .reject("token_expired")
            .flags(&["vuln-19", "boundary"]),
    );
    let comment = "not yet valid, then valid: a refusal is not kept either";
    let later = keys::token(&Payload::good().time("nbf", NOW + 100 * S));
    topic.add(
        Case::scenario("cutoff-course-refused-then-valid", comment)
            .apply(NOW, before("0", ""))
            .check(NOW, &later)
            .reject("token_not_yet_valid")
            .check(NOW + 40 * S, &later)
            .flags(&["vuln-20", "boundary"]),
    );
    let suspended = |on: bool, version: u32| {
        format!(
            r#"{{"rule":"suspended","target":{{"subject":"u1"}},"on":{on},"version":{version}}}"#
        )
    };
    topic.add(
        Case::scenario(
            "cutoff-course-suspended-and-back",
            "suspension is a state and has a version",
        )
        .check(NOW, &new)
        .apply(NOW, suspended(true, 5))
        .check(NOW, &new)
        .reject("suspended")
        .apply(NOW, suspended(false, 4))
        .check(NOW, &new)
        .reject("suspended")
        .apply(NOW, suspended(false, 6))
        .check(NOW, &new)
        .apply(NOW, suspended(true, 6))
        .check(NOW, &new)
        .reject("suspended")
        .flags(&["vuln-20"]),
    );
    let stolen = keys::token(&Payload::good().time("auth_time", NOW - 100 * S));
    let refreshed = issued("1700000010").time("auth_time", NOW - 100 * S);
    let again = issued("1700000020").time("auth_time", NOW + 20 * S);
    topic.add(
        Case::scenario("cutoff-course-login", "a refresh does not help, a login does")
            .check(NOW, &stolen)
            .apply(NOW + S, login_before("1700000001.0", ""))
            .check(NOW + S, &stolen)
            .reject("session_revoked")
            .check(NOW + 10 * S, keys::token(&refreshed))
            .reject("session_revoked")
            .check(NOW + 20 * S, keys::token(&again)),
    );
    topic.add(
        Case::scenario(
            "cutoff-course-loaded-is-nothing-to-a-local-set",
            "the authority is always fresh",
        )
        .loaded(NOW - 9000 * S)
        .check(NOW, &new)
        .apply(NOW, before("1700000002.0", ""))
        .loaded(NOW)
        .check(NOW + 2 * S, &new)
        .reject("token_revoked")
        .remedy("refresh"),
    );
    let comment = "a clock that goes back takes back no rule";
    topic.add(
        Case::scenario("cutoff-course-clock-goes-back", comment)
            .apply(NOW + 100 * S, before("1700000050.0", ""))
            .check(NOW, &new)
            .reject("token_revoked")
            .remedy("wait_until")
            .check(NOW + 50 * S, &new)
            .reject("token_revoked")
            .remedy("refresh")
            .flags(&["vuln-32"]),
    );
}
