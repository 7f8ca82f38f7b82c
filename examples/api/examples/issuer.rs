//! An API with one line for its issuer: keys, rotation, logouts; and a route for opaque tokens, which asks the issuer. With a
//! real authorization server (`scripts/provider`) it plays the story: log in, call, rotate, withdraw, log out, call refused.
#![expect(clippy::print_stdout, reason = "a story is told")]

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};
use lowwater::{Accepted, Algorithm, Policy, Rejection, Ring};
use lowwater_edge::{FetchingIntrospection, FetchingValidator, SharedCutoffs, now};
use lowwater_intake::{Introspection, KeySource, LogoutReceiver, Reply};

/// What the routes share.
struct Api {
    validator: FetchingValidator,
    logouts: LogoutReceiver,
    rules: SharedCutoffs,
    opaque: FetchingIntrospection,
}

/// Who calls, if the token passes.
async fn hello(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    let header = headers.get("authorization").and_then(|value| value.to_str().ok());
    let current = api.validator.current();
    let token = match header {
        Some(header) => current.bearer(header),
        None => Err(current.missing_token()),
    };
    let decided = match token {
        Ok(token) => api.validator.validate_async(token, || api.rules.current(), now()).await,
        Err(no) => Err(no),
    };
    told_who(decided)
}

/// The same with an opaque token.
async fn opaque(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    let header = headers.get("authorization").and_then(|value| value.to_str().ok());
    let validator = api.opaque.introspection().validator();
    let token = match header {
        Some(header) => validator.bearer(header),
        None => Err(validator.missing_token()),
    };
    let decided = match token {
        Ok(token) => api.opaque.validate_async(token, || api.rules.current(), now()).await,
        Err(no) => Err(no),
    };
    told_who(decided)
}

fn told_who(decided: Result<Accepted, Rejection>) -> Response {
    match decided {
        Ok(accepted) => accepted.subject().unwrap_or_default().to_owned().into_response(),
        Err(no) => refused(&no),
    }
}

fn refused(no: &Rejection) -> Response {
    let status = StatusCode::from_u16(no.http_status()).unwrap_or(StatusCode::UNAUTHORIZED);
    (status, AppendHeaders(no.headers().collect::<Vec<_>>()), no.code().as_str().to_owned())
        .into_response()
}

/// The issuer says that a session is over.
async fn logout(State(api): State<Arc<Api>>, body: Bytes) -> Response {
    let read = |keys: &_| api.logouts.receive(&body, keys, now());
    let reply = match api.validator.read_async(api.logouts.issuer(), read).await {
        Err(fault) => LogoutReceiver::refusal(&fault),
        Ok(logout) => {
            let mut applied =
                logout.rules().iter().map(|rule| api.rules.apply(rule.clone(), now()));
            // Where a rule cannot be kept the issuer must not be told that it is.
            match applied.find_map(Result::err) {
                None => logout.reply(),
                Some(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
            }
        }
    };
    answer(&reply)
}

fn answer(reply: &Reply) -> Response {
    let status = StatusCode::from_u16(reply.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let headers: Vec<(HeaderName, String)> = reply
        .headers()
        .filter_map(|(name, value)| Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value)))
        .collect();
    (status, AppendHeaders(headers), reply.body().to_owned()).into_response()
}

/// The authorization server, and where it is told what to do; gone with this value.
struct Provider {
    process: Child,
    issuer: String,
    control: String,
}

impl Provider {
    fn start(program: &str, logout_url: &str) -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new("node")
            .args([program, logout_url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = process.stdout.take().ok_or("no output")?;
        let mut lines = BufReader::new(output).lines();
        let mut line = || lines.next().ok_or("it ended")?.map_err(Box::<dyn Error>::from);
        let (issuer, control) = (line()?, line()?);
        Ok(Self { process, issuer, control })
    }

    fn tell(&self, what: &str) -> Result<String, Box<dyn Error>> {
        let url = format!("{}/{what}", self.control);
        Ok(ureq::post(&url).send_empty()?.body_mut().read_to_string()?)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It is on its way out where it cannot be ended.
        let _ended = self.process.kill();
    }
}

/// Status and body of a call with this token.
fn call(url: &str, token: &str) -> Result<String, Box<dyn Error>> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent.get(url).header("Authorization", format!("Bearer {token}")).call()?;
    Ok(format!("{} {}", answer.status().as_u16(), answer.body_mut().read_to_string()?))
}

fn told(expected: &str, came: &str) -> Result<(), Box<dyn Error>> {
    if came == expected { Ok(()) } else { Err(format!("expected {expected}, got {came}").into()) }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let program = std::env::args().nth(1).ok_or("say where provider.mjs is")?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let provider = Provider::start(&program, &format!("{url}/backchannel-logout"))?;

    // In production: `FetchingValidator::for_issuer(issuer, audience, algorithms, Ring)?`. This one is on loopback.
    let issuer = &provider.issuer;
    let policy = format!(
        r#"{{"issuer":["{issuer}"],"audience":["https://api.example/"],"algorithms":["ES256"]}}"#
    );
    let source =
        KeySource::of_issuer(issuer).allow_loopback_http().cool_down(Duration::from_secs(1));
    let validator = FetchingValidator::new(Policy::from_json(&policy)?, [source.build()?], Ring)?;
    let logouts = LogoutReceiver::new(issuer, ["app"], [Algorithm::Es256])?;
    // Nothing is kept (`ttl` 0), so that a revocation at the issuer shows at once; with more it shows after so many seconds.
    let introspection = format!(
        r#"{{"issuer":"{issuer}","endpoint":"{issuer}/token/introspection","client_id":"api","client_secret":"secret",
            "allow_loopback_http":true,"ttl":0}}"#
    );
    let policy = format!(r#"{{"issuer":["{issuer}"],"audience":["https://opaque.example/"]}}"#);
    let introspection = Introspection::from_json(&introspection)?;
    let opaque_tokens =
        FetchingIntrospection::new(Policy::opaque_from_json(&policy)?, introspection, Ring)?;
    let api = Arc::new(Api {
        validator,
        logouts,
        rules: SharedCutoffs::default(),
        opaque: opaque_tokens,
    });
    let routes = Router::new()
        .route("/", get(hello))
        .route("/opaque", get(opaque))
        .route("/backchannel-logout", post(logout))
        .with_state(api);
    tokio::spawn(async move { axum::serve(listener, routes).await });

    tokio::task::spawn_blocking(move || story(&provider, &url).map_err(|no| no.to_string()))
        .await??;
    println!(
        "rust: log in, call, rotate, withdraw, log out, call refused, log in; opaque: call, revoke, call refused"
    );
    Ok(())
}

fn story(provider: &Provider, url: &str) -> Result<(), Box<dyn Error>> {
    let wait = || std::thread::sleep(Duration::from_millis(1_100));
    let first = provider.tell("login")?;
    told("200 alice", &call(url, &first)?)?;
    provider.tell("rotate")?;
    wait(); // the cool-down
    told("200 alice", &call(url, &provider.tell("login")?)?)?;
    told("200 alice", &call(url, &first)?)?;
    provider.tell("withdraw")?;
    provider.tell("rotate")?;
    wait();
    let third = provider.tell("login")?;
    told("200 alice", &call(url, &third)?)?;
    told("401 key_not_found", &call(url, &first)?)?; // its key was withdrawn
    wait(); // a token of the logout's own second could not be told from one after it
    provider.tell("logout")?;
    told("401 session_revoked", &call(url, &third)?)?;
    wait();
    told("200 alice", &call(url, &provider.tell("login")?)?)?;
    let (opaque, url) = (provider.tell("opaque")?, format!("{url}/opaque"));
    told("200 alice", &call(&url, &opaque)?)?;
    provider.tell("revoke")?;
    told("401 token_inactive", &call(&url, &opaque)?)
}
