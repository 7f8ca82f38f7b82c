//! What is kept, and what is asked anew: steps of one instance.

use super::TOKEN;
use crate::format::{Case, Topic};
use crate::payload::{NOW, S};
use crate::response::{Response, active, config};

fn at(seconds: i64) -> i64 {
    NOW + seconds * S
}

fn body() -> Response {
    Response::of(active().text("scope", "read").text("client_id", "c1").to_string())
}

fn inactive() -> Response {
    Response::of(r#"{"active":false}"#)
}

fn scenario(id: &str, comment: &str) -> Case {
    Case::scenario(format!("introspection-{id}"), comment).config(config(""))
}

pub(super) fn add(topic: &mut Topic) {
    topic.add(
        scenario("hit-prolongs-nothing", "60 seconds from the answer on, however often it is used")
            .ask(at(0), TOKEN, body())
            .ask_known(at(30), TOKEN)
            .ask_known(at(59), TOKEN)
            .ask(at(60), TOKEN, inactive())
            .reject("token_inactive"),
    );
    topic.add(
        scenario("inactive-seconds", "10 seconds, for it may be active later")
            .ask(at(0), TOKEN, inactive())
            .reject("token_inactive")
            .ask_known(at(9), TOKEN)
            .reject("token_inactive")
            .ask(at(10), TOKEN, body()),
    );
    topic.add(
        scenario("never-past-exp", "whatever the configured time says")
            .ask(at(0), TOKEN, Response::of(active().time("exp", NOW + 20_500).to_string()))
            .ask_known(at(20), TOKEN)
            .ask(at(21), TOKEN, inactive())
            .reject("token_inactive"),
    );
    let rule = format!(
        r#"{{"rule":"issued_before","target":{{"subject":"u1","client":"c1"}},"at":{}}}"#,
        NOW / S + 10
    );
    topic.add(
        scenario("cutoff-after-keeping", "no cache has to be told")
            .ask(at(0), TOKEN, body())
            .apply(at(10), rule)
            .ask_known(at(20), TOKEN)
            .reject("token_revoked")
            .remedy("refresh"),
    );
    topic.add(
        scenario("scope-on-a-hit", "another route asks for more than the first")
            .ask(at(0), TOKEN, body())
            .require(r#"{"scopes":["read"]}"#)
            .ask_known(at(1), TOKEN)
            .require(r#"{"scopes":["write"]}"#)
            .reject("scope_missing"),
    );
    topic.add(
        scenario("time-on-a-hit", "not yet, and a moment later")
            .ask(at(0), TOKEN, Response::of(active().time("nbf", NOW + 90 * S).to_string()))
            .reject("token_not_yet_valid")
            .ask_known(at(30), TOKEN),
    );
    topic.add(
        scenario("fault-is-not-kept", "the next request asks again")
            .ask(at(0), TOKEN, inactive().status(500))
            .reject("introspection_unavailable")
            .ask(at(0), TOKEN, body()),
    );
    topic.add(
        scenario(
            "down",
            "after three failures in a row nobody is asked for a second; what is known is known",
        )
        .ask(at(0), TOKEN, body())
        .ask(at(0), "other", body().status(503))
        .reject("introspection_unavailable")
        .ask(at(0), "other", body().status(503))
        .reject("introspection_unavailable")
        .ask(at(0), "other", body().status(503))
        .reject("introspection_unavailable")
        .ask_known(at(0), "third")
        .reject("introspection_unavailable")
        .ask_known(at(0), TOKEN)
        .ask(at(1), "third", body()),
    );
    topic.add(
        scenario("tokens-are-apart", "one token's answer is no other's")
            .ask(at(0), TOKEN, body())
            .ask(at(0), "2YotnFZFEjr1zCsicMWpAB", inactive())
            .reject("token_inactive")
            .ask_known(at(1), TOKEN),
    );
}
