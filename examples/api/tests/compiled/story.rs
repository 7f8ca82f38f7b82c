//! The story, and requests to the server that the example starts.

use crate::server::{Server, example};

#[test]
fn the_story_goes_as_expected() {
    let output = example().output().expect("the example runs");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{text}");
    for (words, answer) in [
        ("no token ", "401 token_missing        Bearer"),
        ("own inbox ", "200"),
        ("scope missing ", r#"error="insufficient_scope", scope="read:messages""#),
        ("user revoked, old token ", r#"401 token_revoked        Bearer error="invalid_token""#),
        ("user logs in again, new token ", "200"),
        ("account suspended ", "403 suspended"),
        ("forged token ", r#"401 signature_invalid    Bearer error="invalid_token""#),
    ] {
        let line = text.lines().find(|line| line.starts_with(words)).expect(words);
        assert!(line.ends_with(answer), "{line}");
    }
    assert!(text.ends_with("14 of 14 answers were the expected ones\n"), "{text}");
}

#[test]
fn only_an_administrator_applies_rules_and_only_rules() {
    let server = Server::start();
    let rule = r#"{"rule":"suspended","target":{"subject":"u1"},"on":true,"version":1}"#;
    let (user, _) = server.post("USER1", rule);
    assert_eq!(user.status(), 403);
    let scope = r#"Bearer error="insufficient_scope", scope="admin:cutoffs""#;
    assert_eq!(user.headers()["www-authenticate"], scope);
    assert_eq!(server.get("/messages", &["USER1"]).0.status(), 200, "nothing was applied");

    for (garbage, code) in [
        ("", "json_invalid"),
        ("garbage", "json_invalid"),
        (r#"{"rule":"issued_before"}"#, "json_invalid"),
        (r#"{"rule":"suspended","target":{},"on":true,"version":1}"#, "rule_invalid"),
    ] {
        let (answer, body) = server.post("ADMIN", garbage);
        assert_eq!(answer.status(), 400, "{garbage}");
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["remedy"], "none", "{body}");
    }

    for change in ["applied", "already_held"] {
        let (answer, body) = server.post("ADMIN", rule);
        assert_eq!((answer.status().as_u16(), body), (201, format!(r#"{{"change":"{change}"}}"#)));
    }
    assert_eq!(server.get("/messages", &["USER1"]).0.status(), 403);
    assert_eq!(server.get("/messages", &["USER2"]).0.status(), 200);
}

#[test]
fn a_cutoff_ahead_of_the_clock_says_how_long_to_wait() {
    let server = Server::start();
    // A mistyped year: brought down to a minute from now.
    let rule = r#"{"rule":"issued_before","target":{"subject":"u1"},"at":"2999-01-01T00:00:00Z"}"#;
    assert_eq!(server.post("ADMIN", rule).0.status(), 201);
    let (answer, body) = server.get("/messages", &["USER1"]);
    assert_eq!(answer.status(), 401);
    assert!(body.contains(r#""remedy":"wait_until""#), "{body}");
    let seconds = answer.headers()["retry-after"].to_str().expect("text").parse::<u64>();
    assert!(seconds.is_ok_and(|seconds| (50..=62).contains(&seconds)), "{answer:?}");
}

#[test]
fn two_tokens_are_refused_whichever_is_good() {
    let server = Server::start();
    let (answer, body) = server.get("/messages", &["USER1", "USER1"]);
    assert_eq!(answer.status(), 400);
    assert!(body.contains(r#""code":"token_missing""#), "{body}");
}

#[test]
fn a_body_that_is_no_text_is_refused_in_json_too() {
    let server = Server::start();
    let (answer, body) = server.post("ADMIN", b"\xff");
    assert_eq!(answer.status(), 400);
    assert!(body.contains(r#""code":"body_unreadable""#), "{body}");
}
