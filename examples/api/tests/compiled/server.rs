//! The example as a process of its own, and a client of it.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use ureq::http::{Request, Response};

/// The example.
pub(crate) fn example() -> Command {
    Command::new(env!("CARGO_BIN_EXE_lowwater-example-api"))
}

/// A server of its own for one test; ends with it.
#[derive(Debug)]
pub(crate) struct Server {
    /// The running example.
    process: Mutex<Child>,
    /// Its output, held open so that it can go on printing.
    _output: BufReader<ChildStdout>,
    /// What it printed as `NAME='value'`.
    names: Vec<(String, String)>,
}

impl Server {
    /// Starts it at a free port and reads what it prints.
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// The same with more arguments.
    pub(crate) fn with(more: &[&OsStr]) -> Self {
        let mut command = example();
        command.args(["--listen", "127.0.0.1:0"]).args(more).stdout(Stdio::piped());
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
        Self { process: Mutex::new(process), _output: output, names }
    }

    /// Ends it at once, as `kill -9` does.
    pub(crate) fn kill(&self) {
        let mut process = self.process.lock().expect("nobody panicked");
        process.kill().expect("it runs");
        process.wait().expect("it ends");
    }

    /// The value of a name that it printed.
    pub(crate) fn named(&self, name: &str) -> &str {
        let found = self.names.iter().find(|(own, _)| own == name);
        &found.expect("the example prints this name").1
    }

    /// Gets a path with these tokens, each in a field of its own; gives head and body of the answer.
    pub(crate) fn get(&self, path: &str, tokens: &[&str]) -> (Response<()>, String) {
        let request = tokens.iter().fold(Request::builder(), |request, name| {
            request.header("authorization", format!("Bearer {}", self.named(name)))
        });
        let uri = format!("{}{path}", self.named("API"));
        answer(agent().run(request.uri(uri).body(()).expect("a request")))
    }

    /// Posts a rule, or what should be one.
    pub(crate) fn post(&self, token: &str, rule: impl AsRef<[u8]>) -> (Response<()>, String) {
        self.try_post(token, rule).expect("an answer")
    }

    /// The same, where the server may end before it has answered.
    pub(crate) fn try_post(
        &self,
        token: &str,
        rule: impl AsRef<[u8]>,
    ) -> Option<(Response<()>, String)> {
        let request = Request::post(format!("{}/cutoffs", self.named("API")))
            .header("authorization", format!("Bearer {}", self.named(token)))
            .body(rule.as_ref());
        let (head, mut body) = agent().run(request.expect("a request")).ok()?.into_parts();
        Some((Response::from_parts(head, ()), body.read_to_string().ok()?))
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
        if let Ok(process) = self.process.get_mut() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
