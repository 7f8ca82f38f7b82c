//! Rules in a file: what was acknowledged holds after the process was killed.
//!
//! A killed process leaves its writes with the system. So these tests see an acknowledgement that does not wait
//! for the write, and not a missing `fdatasync`: for that the power would have to fail. One that comes
//! microseconds before the write they see by chance; the tests of `rule_writer` see it each time.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::server::{Server, example};

/// A file of rules that has none.
fn no_rules() -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(b"{\"state\":{}}\n").expect("room");
    file
}

/// A server with this file.
fn serve(file: &NamedTempFile) -> Server {
    Server::with(&[OsStr::new("--rules"), file.path().as_os_str()])
}

/// A rule of its own for each number.
fn rule(number: u64) -> String {
    format!(
        r#"{{"rule":"revoked","target":{{"subject":"s{number}"}},"until":"never","id":"r{number}"}}"#
    )
}

/// What the server says of a rule, if it lives to say it.
fn change(server: &Server, number: u64) -> Option<String> {
    let (head, body) = server.try_post("ADMIN", rule(number))?;
    assert_eq!(head.status(), 201, "{body}");
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    Some(body.get("change")?.as_str()?.to_owned())
}

#[test]
fn no_acknowledged_rule_is_lost_when_the_server_is_killed() {
    let file = no_rules();
    let next = AtomicU64::new(0);
    for kill in 0..4_u64 {
        let server = serve(&file);
        let acknowledged = Mutex::new(Vec::new());
        let post = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(change) = change(&server, number) else { return };
                assert_eq!(change, "applied");
                acknowledged.lock().expect("nobody panicked").push(number);
            }
        };
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(post);
            }
            while acknowledged.lock().expect("nobody panicked").len() < 50 {
                thread::yield_now();
            }
            // Not always at the same place of a turn, which takes some milliseconds.
            thread::sleep(Duration::from_micros(kill.saturating_mul(700)));
            server.kill();
        });
        let server = serve(&file);
        for number in acknowledged.into_inner().expect("nobody panicked") {
            let held = change(&server, number);
            assert_eq!(held.as_deref(), Some("already_held"), "rule {number} was acknowledged");
        }
        let new = next.fetch_add(1, Ordering::Relaxed);
        assert_eq!(change(&server, new).as_deref(), Some("applied"), "not everything is held");
        server.kill();
    }
}

#[test]
fn a_token_stays_refused_after_a_restart() {
    let file = no_rules();
    let suspended = r#"{"rule":"suspended","target":{"subject":"u1"},"on":true,"version":1}"#;
    let ahead = r#"{"rule":"issued_before","target":{"subject":"u2"},"at":"2999-01-01T00:00:00Z"}"#;
    let before = serve(&file);
    for rule in [suspended, ahead] {
        assert_eq!(before.post("ADMIN", rule).0.status(), 201);
    }
    before.kill();
    let kept = fs::read_to_string(file.path()).expect("text");
    assert!(kept.contains("raw_at"), "brought down when it was applied: {kept}");
    let after = serve(&file);
    assert_eq!(after.get("/messages", &["USER1"]).0.status(), 403);
    assert_eq!(after.get("/messages", &["USER2"]).0.status(), 401);
    after.kill();
    let read = fs::read_to_string(file.path()).expect("text");
    assert_eq!(read, kept, "and not again when it was read");
}

#[test]
fn a_torn_last_line_is_cut_off_and_a_damaged_file_is_not_served() {
    let mut file = no_rules();
    let (first, second) = (rule(1), rule(2));
    let torn = second.get(..20).expect("it is longer");
    write!(file, "{first}\n{torn}").expect("room");
    let server = serve(&file);
    assert_eq!(change(&server, 1).as_deref(), Some("already_held"));
    assert_eq!(change(&server, 2).as_deref(), Some("applied"));
    server.kill();
    let kept = fs::read_to_string(file.path()).expect("text");
    assert_eq!(kept, format!("{{\"state\":{{}}}}\n{first}\n{second}\n"));

    for (damaged, word) in [
        (kept.replacen("never", "nev", 1), "line 2"),
        (kept.trim_end().replace(r#""id":"r2""#, r#""idd":"r2""#), "line 3"),
        (String::new(), "the text is empty"),
        ("{\"sta".to_owned(), "line 1"),
    ] {
        fs::write(file.path(), &damaged).expect("room");
        let mut command = example();
        command.args(["--listen", "127.0.0.1:0", "--rules"]).arg(file.path());
        let output = command.output().expect("the example runs");
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(!output.status.success() && output.stdout.is_empty(), "{said}");
        assert!(said.contains(word), "{said}");
        assert_eq!(fs::read_to_string(file.path()).expect("text"), damaged, "nothing is changed");
    }
}

#[cfg(unix)]
#[test]
fn what_a_replaced_file_was_given_is_not_acknowledged() {
    let file = no_rules();
    let server = serve(&file);
    assert_eq!(change(&server, 1).as_deref(), Some("applied"));
    let other = NamedTempFile::new().expect("a file");
    fs::copy(file.path(), other.path()).expect("room");
    other.persist(file.path()).expect("a rename");
    // Also one that is held already: whether the other file has it, nobody has read.
    for number in [2, 1, 3] {
        let (answer, body) = server.post("ADMIN", rule(number));
        assert_eq!(answer.status(), 500, "{body}");
        assert!(body.contains(r#""code":"rule_not_kept""#), "{body}");
    }
    server.kill();
    let server = serve(&file);
    assert_eq!(change(&server, 1).as_deref(), Some("already_held"));
    assert_eq!(change(&server, 2).as_deref(), Some("applied"));
}
