//! The story: a script as data, and a runner that plays it against the server and checks each answer.
//!
//! It needs no sleep. The old login lies [`OLD_LOGIN`] back, the cutoff is stamped to the millisecond,
//! and the new login, with milliseconds in its `iat` too, comes after it: all in one second, and still
//! nobody can take one for the other. An issuer that writes whole seconds would have the new token
//! refused until the next second begins (`Retry-After` says so): it cannot be told from an old one.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use lowwater::UnixTime;
use lowwater_edge::now;
use serde_json::{Value, json};
use ureq::http::{Method, Request};

use crate::api::ISSUER;
use crate::issuer::{Issuer, Login, seconds};

/// How long ago the old login was.
pub(crate) const OLD_LOGIN: Duration = Duration::from_secs(10);
/// How long ago a login was whose token, valid for an hour, has expired.
const EXPIRED_LOGIN: Duration = Duration::from_secs(2 * 3600);

/// Whose token a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bearer {
    /// No token.
    Nobody,
    /// The user, from an earlier login.
    User,
    /// The user, in an application that was granted less.
    UserWithLess,
    /// The user, after a new login.
    UserAgain,
    /// The user, from a login of long ago.
    UserExpired,
    /// "The user", says a forger.
    Forger,
    /// An administrator.
    Admin,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug)]
enum Ask {
    /// The messages.
    Messages,
    /// The inbox of this user.
    Inbox(&'static str),
    /// To refuse what was issued to the user before now.
    CutOff,
    /// To suspend the user, or to reinstate; the higher version counts.
    Suspend {
        /// Suspended?
        on: bool,
        /// Which word is the last.
        version: u64,
    },
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer<S> {
    /// The status.
    status: u16,
    /// The `code` of a refusal or the `change` of a rule; empty where the body has neither.
    word: S,
    /// `WWW-Authenticate`, to the letter.
    challenge: Option<S>,
}

/// One request, in words, and the answer that it must get.
struct Step(&'static str, Bearer, Ask, Answer<&'static str>);

/// An expected answer.
const fn is(
    status: u16,
    word: &'static str,
    challenge: Option<&'static str>,
) -> Answer<&'static str> {
    Answer { status, word, challenge }
}

/// Of a token that is bad, expired or revoked.
const INVALID: Option<&str> = Some(r#"Bearer error="invalid_token""#);
/// Of a token that was granted too little.
const SCOPE: Option<&str> = Some(r#"Bearer error="insufficient_scope", scope="read:messages""#);
/// Suspended: the account is, and no longer.
const SUSPEND: Ask = Ask::Suspend { on: true, version: 1 };
/// The later word.
const REINSTATE: Ask = Ask::Suspend { on: false, version: 2 };

/// The story.
#[rustfmt::skip] // one line a step
const SCRIPT: [Step; 14] = [
    Step("no token", Bearer::Nobody, Ask::Messages, is(401, "token_missing", Some("Bearer"))),
    Step("good token", Bearer::User, Ask::Messages, is(200, "", None)),
    Step("scope missing", Bearer::UserWithLess, Ask::Messages, is(403, "scope_missing", SCOPE)),
    Step("someone else's inbox", Bearer::User, Ask::Inbox("u2"), is(403, "subject_not_allowed", None)),
    Step("own inbox", Bearer::User, Ask::Inbox("u1"), is(200, "", None)),
    Step("admin: cut off the user's tokens", Bearer::Admin, Ask::CutOff, is(201, "applied", None)),
    Step("user revoked, old token", Bearer::User, Ask::Messages, is(401, "token_revoked", INVALID)),
    Step("user logs in again, new token", Bearer::UserAgain, Ask::Messages, is(200, "", None)),
    Step("admin: suspend the account", Bearer::Admin, SUSPEND, is(201, "applied", None)),
    Step("account suspended", Bearer::UserAgain, Ask::Messages, is(403, "suspended", None)),
    Step("admin: reinstate the account", Bearer::Admin, REINSTATE, is(201, "applied", None)),
    Step("account reinstated", Bearer::UserAgain, Ask::Messages, is(200, "", None)),
    Step("expired token", Bearer::UserExpired, Ask::Messages, is(401, "token_expired", INVALID)),
    Step("forged token", Bearer::Forger, Ask::Messages, is(401, "signature_invalid", INVALID)),
];

impl Bearer {
    /// Logs in, now or when it was, and gets a token.
    fn log_in(self, issuer: &Issuer, forger: &Issuer, now: UnixTime) -> Option<String> {
        let user = Login::of("u1", "read:messages");
        Some(match self {
            Self::Nobody => return None,
            Self::User => issuer.token(&user.at(now.before(OLD_LOGIN))),
            Self::UserWithLess => {
                issuer.token(&Login::of("u1", "openid").at(now.before(OLD_LOGIN)))
            }
            Self::UserAgain => issuer.token(&user.at(now)),
            Self::UserExpired => issuer.token(&user.at(now.before(EXPIRED_LOGIN))),
            Self::Forger => forger.token(&user.at(now)),
            Self::Admin => issuer.token(&Login::of("admin", "admin:cutoffs").at(now)),
        })
    }
}

impl Ask {
    /// Method, path and body. A rule is stamped with the time of asking.
    fn request(self, now: UnixTime) -> (Method, String, String) {
        let target = json!({"issuer": ISSUER, "subject": "u1"});
        let rule = match self {
            Self::Messages => return (Method::GET, "/messages".to_owned(), String::new()),
            Self::Inbox(id) => return (Method::GET, format!("/users/{id}/inbox"), String::new()),
            Self::CutOff => {
                let at = seconds(now);
                format!(r#"{{"rule":"issued_before","target":{target},"at":{at}}}"#)
            }
            Self::Suspend { on, version } => {
                json!({"rule": "suspended", "target": target, "on": on, "version": version})
                    .to_string()
            }
        };
        (Method::POST, "/cutoffs".to_owned(), rule)
    }
}

/// Plays the story and prints it; `true` if every answer was the expected one.
///
/// It blocks: the client is a plain one.
pub(crate) fn play(
    server: SocketAddr,
    issuer: &Issuer,
    out: &mut impl Write,
) -> Result<bool, Box<dyn Error + Send + Sync>> {
    // A status like 401 is an answer, not an error; and no proxy stands before the loopback.
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(10)))
        .build()
        .new_agent();
    let forger = Issuer::new()?;
    // Each logs in when its token is first asked for, and keeps it.
    let mut tokens: BTreeMap<Bearer, Option<String>> = BTreeMap::new();
    let mut good = 0_usize;
    writeln!(out, "{:<32} {:<21} answer", "", "request")?;
    for Step(words, bearer, ask, expected) in &SCRIPT {
        let now = now();
        let token = tokens.entry(*bearer).or_insert_with(|| bearer.log_in(issuer, &forger, now));
        let (method, path, body) = ask.request(now);
        let uri = format!("http://{server}{path}");
        let answer = send(&agent, &method, &uri, token.as_deref(), body)?;
        writeln!(
            out,
            "{words:<32} {:<4} {path:<16} {}",
            method.as_str(),
            line(&answer).trim_end()
        )?;
        if same(&answer, expected) {
            good = good.saturating_add(1);
        } else {
            writeln!(out, "{:<32} {:<21} {}", "", "but expected", line(expected).trim_end())?;
        }
    }
    writeln!(out, "{good} of {} answers were the expected ones", SCRIPT.len())?;
    Ok(good == SCRIPT.len())
}

/// Sends a request and reads what the story looks at.
fn send(
    agent: &ureq::Agent,
    method: &Method,
    uri: &str,
    token: Option<&str>,
    body: String,
) -> Result<Answer<String>, Box<dyn Error + Send + Sync>> {
    let mut request = Request::builder().method(method).uri(uri);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let mut response = if *method == Method::GET {
        agent.run(request.body(())?)?
    } else {
        agent.run(request.body(body)?)?
    };
    let status = response.status().as_u16();
    let challenge = response.headers().get("www-authenticate");
    let challenge = challenge.map(|field| String::from_utf8_lossy(field.as_bytes()).into_owned());
    let body: Value = serde_json::from_str(&response.body_mut().read_to_string()?)?;
    let word = body.get("code").or_else(|| body.get("change")).and_then(Value::as_str);
    Ok(Answer { status, word: word.unwrap_or_default().to_owned(), challenge })
}

/// Is it what was expected?
fn same(answer: &Answer<String>, expected: &Answer<&str>) -> bool {
    let answer = Answer {
        status: answer.status,
        word: answer.word.as_str(),
        challenge: answer.challenge.as_deref(),
    };
    answer == *expected
}

/// An answer as the story prints it.
fn line<S: AsRef<str>>(answer: &Answer<S>) -> String {
    let challenge = answer.challenge.as_ref().map_or("", AsRef::as_ref);
    format!("{} {:<20} {challenge}", answer.status, answer.word.as_ref())
}
