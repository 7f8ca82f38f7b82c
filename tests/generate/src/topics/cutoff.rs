//! Rules: what has been taken back, of whom, and since when.
mod course;
mod kinds;
mod merging;
mod targets;
mod times;
mod worst;

use crate::format::Topic;
use crate::payload::Payload;

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "Rules. A token is refused if any rule refuses it. Cutoffs compare two rounded times; what cannot \
         be told apart is the same second, refused unless the policy accepts it. Rules of one target \
         merge to a rule that refuses exactly what either refuses, in whatever order they come.",
    );
    for (name, more) in [
        ("accept-same-second", r#","same_second":"accept""#),
        ("leeway-0", r#","leeway":0"#),
        ("leeway-300", r#","leeway":300"#),
        ("refuse-without-auth-time", r#","missing_auth_time":"refuse""#),
        ("no-iat", r#","max_lifetime":"unbounded","missing_iat":"accept""#),
        (
            "no-iat-refuse-without-auth-time",
            r#","max_lifetime":"unbounded","missing_iat":"accept","missing_auth_time":"refuse""#,
        ),
        ("session-3600", r#","max_session":3600"#),
        ("session-3600-refuse", r#","max_session":3600,"missing_auth_time":"refuse""#),
        ("other-claims", r#","tenant_claim":"tid","device_claim":"did""#),
    ] {
        topic.policy(name, super::policy(more));
    }
    times::add(&mut topic);
    kinds::add(&mut topic);
    targets::add(&mut topic);
    merging::add(&mut topic);
    worst::add(&mut topic);
    course::add(&mut topic);
    topic
}

/// A token of user `u1` with this `iat`, as it is written.
fn issued(iat: &str) -> Payload {
    Payload::good().with("iat", iat)
}

/// `issued_before` for `u1`; `more` are members as JSON text, comma first.
fn before(at: &str, more: &str) -> String {
    format!(r#"{{"rule":"issued_before","target":{{"subject":"u1"}},"at":{at}{more}}}"#)
}

/// `authenticated_before` for `u1`.
fn login_before(at: &str, more: &str) -> String {
    format!(r#"{{"rule":"authenticated_before","target":{{"subject":"u1"}},"at":{at}{more}}}"#)
}
