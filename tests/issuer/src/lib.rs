//! An issuer on loopback, for the tests of whatever fetches: in this process, or as a program for other languages.
//!
//! It publishes metadata and keys, hands out tokens to whoever asks, and misbehaves as it is told. Its HTTP is written by
//! hand, for no server of good manners hangs in the middle of a header.
//!
//! - `GET /.well-known/openid-configuration`, `GET /jwks`: what an issuer has.
//! - `POST /token`, `{"key":"a","claims":{..},"header":{..}}`: a token by the key of this name, for an hour unless the claims
//!   say otherwise.
//! - `POST /behave`, a [`Behaviour`]: from now on.
//! - `GET /seen`: the requests so far, as JSON: `[{"method":..,"path":..,"headers":{..},"body":..}]`.
#![forbid(unsafe_code)]

mod http;
mod keys;

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::{Value, json};

pub use crate::http::Request;
use crate::http::{Answer, read, write};
use crate::keys::Key;

/// What the issuer does from now on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// The names of the keys that it publishes; any name is a key.
    pub publish: Vec<String>,
    /// `Cache-Control` of the key set.
    pub cache_control: Option<String>,
    /// `ETag` of the key set; a request that names it is answered 304.
    pub etag: Option<String>,
    /// What it does with a path instead.
    pub at: BTreeMap<String, Instead>,
}

/// What it does instead of answering.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instead {
    /// Nothing, and keeps the connection open.
    Hang,
    /// A byte now and then.
    Trickle,
    /// Closes the connection.
    Close,
    /// So many bytes, without saying how many.
    Bytes(usize),
    /// This status, without a body.
    Status(u16),
    /// 302 to this place.
    Redirect(String),
    /// 200 with this body.
    Body(String),
}

/// An issuer that runs until the process ends.
#[derive(Clone, Debug)]
pub struct Issuer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    behaviour: Behaviour,
    seen: Vec<Request>,
}

impl Issuer {
    /// Listens on a port that is free, and publishes the key `a`.
    ///
    /// # Errors
    /// No port.
    pub fn start() -> io::Result<Self> {
        Self::start_at("127.0.0.1:0")
    }

    /// The same at an address: of a port where nobody listened so far, say.
    ///
    /// # Errors
    /// It is taken.
    pub fn start_at(address: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let behaviour = Behaviour { publish: vec!["a".into()], ..Behaviour::default() };
        let state = Arc::new(Mutex::new(State { behaviour, seen: Vec::new() }));
        let issuer = Self { address: listener.local_addr()?, state };
        let own = issuer.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let issuer = own.clone();
                // A client that goes away is nothing to a server of tests.
                thread::spawn(move || issuer.serve(stream).unwrap_or_default());
            }
        });
        Ok(issuer)
    }

    /// Its name, which is where its metadata are.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on.
    pub fn behave(&self, behaviour: Behaviour) {
        self.state().behaviour = behaviour;
    }

    /// The key set of the keys of these names.
    #[must_use]
    pub fn jwks<'k>(names: impl IntoIterator<Item = &'k str>) -> Value {
        let keys: Vec<_> = names.into_iter().map(|name| Key::named(name).jwk()).collect();
        json!({"keys": keys})
    }

    /// The paths that were asked for, in order, but those of the tests.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.seen().into_iter().map(|request| request.path).collect()
    }

    /// The requests so far, but those of the tests.
    #[must_use]
    pub fn seen(&self) -> Vec<Request> {
        self.state().seen.clone()
    }

    /// A token for an hour, signed by the key of this name.
    #[must_use]
    pub fn token(&self, key: &str, claims: &Value) -> String {
        self.signed(key, &json!({}), claims)
    }

    /// A signed message, with these members in its header and these claims beside `iss`, `iat`, `exp`. One that is null is
    /// left out.
    #[must_use]
    pub fn signed(&self, key: &str, header: &Value, claims: &Value) -> String {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
        let usual = json!({"iss": self.url(), "iat": now, "exp": now.saturating_add(3600)});
        Key::named(key).sign(header, &over(usual, claims))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let Some(request) = read(&mut stream)? else { return Ok(()) };
        let answer = match (&*request.method, &*request.path) {
            ("POST", "/token") => self.answer_token(&request.body),
            ("POST", "/behave") => match serde_json::from_str(&request.body) {
                Ok(behaviour) => {
                    self.behave(behaviour);
                    Answer::status(204)
                }
                Err(mistake) => Answer::text(400, &mistake.to_string()),
            },
            ("GET", "/seen") => Answer::json(&json!(self.state().seen)),
            _ => {
                let behaviour = {
                    let mut state = self.state();
                    state.seen.push(request.clone());
                    state.behaviour.clone()
                };
                match behaviour.at.get(&request.path) {
                    Some(instead) => return misbehave(&mut stream, instead),
                    None => self.answer(&request, &behaviour),
                }
            }
        };
        write(&mut stream, &answer)
    }

    fn answer(&self, request: &Request, behaviour: &Behaviour) -> Answer {
        match &*request.path {
            "/.well-known/openid-configuration" => {
                let url = self.url();
                Answer::json(&json!({"issuer": url, "jwks_uri": format!("{url}/jwks")}))
            }
            "/jwks" => {
                let etag = behaviour.etag.as_ref();
                if etag.is_some() && request.headers.get("if-none-match") == etag {
                    return Answer::status(304);
                }
                Answer::json(&Self::jwks(behaviour.publish.iter().map(String::as_str)))
                    .with("Cache-Control", behaviour.cache_control.as_deref())
                    .with("ETag", etag.map(String::as_str))
            }
            _ => Answer::status(404),
        }
    }

    fn answer_token(&self, body: &str) -> Answer {
        let asked: Value = serde_json::from_str(body).unwrap_or_default();
        let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
        let key = of("key");
        Answer::text(200, &self.signed(key.as_str().unwrap_or("a"), &of("header"), &of("claims")))
    }
}

/// The members of both; of those in both the second's, and none that is null.
fn over(usual: Value, own: &Value) -> Value {
    let mut all = usual.as_object().cloned().unwrap_or_default();
    all.extend(own.as_object().cloned().unwrap_or_default());
    all.retain(|_, value| !value.is_null());
    all.into()
}

fn misbehave(stream: &mut TcpStream, instead: &Instead) -> io::Result<()> {
    use std::io::Write as _;
    const LONG: Duration = Duration::from_secs(60);
    match instead {
        Instead::Hang => thread::sleep(LONG),
        Instead::Trickle => {
            for byte in b"HTTP/1.1 200 OK\r\nX: ".iter().chain(std::iter::repeat_n(&b'x', 600)) {
                stream.write_all(&[*byte])?;
                thread::sleep(Duration::from_millis(100));
            }
        }
        Instead::Close => {}
        Instead::Bytes(bytes) => {
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            stream.write_all(&vec![b' '; *bytes])?;
        }
        Instead::Status(status) => write(stream, &Answer::status(*status))?,
        Instead::Redirect(to) => write(stream, &Answer::status(302).with("Location", Some(to)))?,
        Instead::Body(body) => write(stream, &Answer::text(200, body))?,
    }
    Ok(())
}
