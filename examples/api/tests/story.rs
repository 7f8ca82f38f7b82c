//! The compiled example: the story, and requests to the server that it starts.
#![expect(clippy::expect_used, reason = "a test says so by failing")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use ureq::http::{Request, Response};

/// The example.
fn example() -> Command {
    Command::new(env!("CARGO_BIN_EXE_lowwater-example-api"))
}

/// A server of its own for one test; ends with it.
struct Server {
    /// The running example.
    process: Child,
    /// Its output, held open so that it can go on printing.
    _output: BufReader<ChildStdout>,
    /// What it printed as `NAME='value'`.
    names: Vec<(String, String)>,
}

impl Server {
    /// Starts it at a free port and reads what it prints.
    fn start() -> Self {
        let mut command = example();
        command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the example starts");
        let mut output = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut names = Vec::new();
        while names.len() < 4 {
            let mut line = String::new();
            let read = output.read_line(&mut line).expect("text");
            assert_ne!(read, 0, "four names come before the end");
            if let Some((name, value)) = line.trim().split_once("='") {
                names.push((name.to_owned(), value.trim_end_matches('\'').to_owned()));
            }
        }
        Self { process, _output: output, names }
    }

    /// The value of a name that it printed.
    fn named(&self, name: &str) -> &str {
        let found = self.names.iter().find(|(own, _)| own == name);
        &found.expect("the example prints this name").1
    }

    /// Gets a path with these tokens, each in a field of its own; gives head and body of the answer.
    fn get(&self, path: &str, tokens: &[&str]) -> (Response<()>, String) {
        let request = tokens.iter().fold(Request::builder(), |request, name| {
            request.header("authorization", format!("Bearer {}", self.named(name)))
        });
        let uri = format!("{}{path}", self.named("API"));
        answer(agent().run(request.uri(uri).body(()).expect("a request")))
    }

    /// Posts a rule, or what should be one.
    fn post(&self, token: &str, rule: impl AsRef<[u8]>) -> (Response<()>, String) {
        let request = Request::post(format!("{}/cutoffs", self.named("API")))
            .header("authorization", format!("Bearer {}", self.named(token)))
            .body(rule.as_ref());
        answer(agent().run(request.expect("a request")))
    }
}

/// A client to which 401 is an answer and not an error.
fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
    config.timeout_global(Some(Duration::from_secs(10))).build().new_agent()
}

/// Head and body.
fn answer(answer: Result<Response<ureq::Body>, ureq::Error>) -> (Response<()>, String) {
    let (head, mut body) = answer.expect("an answer").into_parts();
    (Response::from_parts(head, ()), body.read_to_string().expect("text"))
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

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
