//! An authorization server and an API, and what "revoke this app's access" does to both.
//!
//! Access tokens and refresh tokens are JWTs of one issuer. One rule, of user and client, ends both: the API refuses the
//! access tokens that are out, and the token endpoint the refresh tokens.
//! `cargo run -p lowwater-example-api --example grants`
#![expect(clippy::print_stdout, reason = "a story is told")]

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL;
use lowwater::{Algorithm, Cutoffs, Key, KeySet, Rule, Target, TokenType, UnixTime, Validator};
use lowwater_edge::{SharedCutoffs, now};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::json;

type Fault = Box<dyn Error>;

const ISSUER: &str = "https://issuer.example/";
const API: &str = "https://api.example/";
const TOKEN_ENDPOINT: &str = "https://issuer.example/token";
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a client gets.
struct Tokens {
    access: String,
    refresh: String,
}

/// Signs by secrets, to be short; with a private key, and keys that are the public one, nothing else changes.
struct AuthorizationServer {
    access: hmac::Key,
    refresh: hmac::Key,
    signed: AtomicU64,
    refreshing: Validator,
    /// What the API asks of an access token.
    of_api: Validator,
}

impl AuthorizationServer {
    fn new() -> Result<Self, Fault> {
        let secret = || {
            let mut secret = [0; 32];
            SystemRandom::new().fill(&mut secret).map_err(|_| "the system has no random bytes")?;
            Ok::<_, Fault>(secret)
        };
        let (access, refresh) = (secret()?, secret()?);
        let keys = |secret: &[u8]| KeySet::builder().key(Key::from_secret(secret)?)?.build();
        let policy = || Validator::builder().issuer(ISSUER).algorithms([Algorithm::Hs256]);
        let refreshing = policy().audience(TOKEN_ENDPOINT).keys(keys(&refresh)?);
        let refreshing = refreshing.token_type(TokenType::OneOf(vec!["rt+jwt".into()]));
        let of_api = policy().audience(API).keys(keys(&access)?).token_type(TokenType::Strict);
        Ok(Self {
            access: hmac::Key::new(hmac::HMAC_SHA256, &access),
            refresh: hmac::Key::new(hmac::HMAC_SHA256, &refresh),
            signed: AtomicU64::new(0),
            refreshing: refreshing.max_lifetime(DAY.saturating_mul(31)).build()?,
            of_api: of_api.build()?,
        })
    }

    /// The user logs in and lets the client act.
    fn grant(&self, user: &str, client: &str, at: UnixTime) -> Tokens {
        let month = DAY.saturating_mul(30);
        Tokens {
            access: self.sign("at+jwt", &self.access, [user, client, API], at, HOUR),
            refresh: self.sign("rt+jwt", &self.refresh, [user, client, TOKEN_ENDPOINT], at, month),
        }
    }

    /// The token endpoint, of a client that has authenticated itself (RFC 6749 section 6); else the error to answer.
    fn token(
        &self,
        client: &str,
        refresh: &str,
        rules: &SharedCutoffs,
    ) -> Result<Tokens, &'static str> {
        // The new tokens are as old as this decision: a rule that comes in the middle of it refuses them.
        let at = now();
        match self.refreshing.validate(refresh, &*rules.current(), at) {
            Ok(accepted) if accepted.client() == Some(client) => {
                Ok(self.grant(accepted.subject().ok_or("invalid_grant")?, client, at))
            }
            Err(no) if no.http_status() == 503 => Err("server_error"),
            // For the client all is one: it asks the user again.
            Ok(_) | Err(_) => Err("invalid_grant"),
        }
    }

    /// The user takes it back. Keep the rule, and have all processes of the token endpoint apply it, before you answer: a
    /// refresh that one of them grants later passes. The APIs that take such tokens get it too.
    fn revoke_access(&self, user: &str, client: &str, rules: &SharedCutoffs) -> Result<(), Fault> {
        let grant = Target::subject(user).and(Target::client(client)).at_issuer(ISSUER);
        rules.apply(Rule::issued_before(grant, now()), now())?;
        // Old rules go when no token needs them: as long as refresh tokens live, not access tokens alone.
        rules.prune(now(), self.of_api.retention().join(self.refreshing.retention()))?;
        Ok(())
    }

    fn sign(
        &self,
        typ: &str,
        key: &hmac::Key,
        whom: [&str; 3],
        at: UnixTime,
        lifetime: Duration,
    ) -> String {
        let [user, client, audience] = whom;
        // Milliseconds, with all their digits: a grant that follows a revocation within its second passes.
        let digits =
            |time: UnixTime| format!("{}.{:03}", time.as_secs(), time.as_millis().rem_euclid(1000));
        let (iat, exp) = (digits(at), digits(at.after(lifetime)));
        let id = self.signed.fetch_add(1, Ordering::Relaxed);
        let claims = json!({"iss": ISSUER, "aud": audience, "sub": user, "client_id": client, "jti": format!("{id}")});
        let claims = claims.to_string();
        let claims = format!("{},\"iat\":{iat},\"exp\":{exp}}}", claims.trim_end_matches('}'));
        let header = json!({"alg": "HS256", "typ": typ}).to_string();
        let message = format!("{}.{}", URL.encode(header), URL.encode(claims));
        format!("{message}.{}", URL.encode(hmac::sign(key, message.as_bytes())))
    }
}

fn main() -> Result<(), Fault> {
    // Here one process; else each API has its own, and the rule is sent to all.
    let rules = SharedCutoffs::new(Cutoffs::local());
    let server = AuthorizationServer::new()?;
    let call = |tokens: &Tokens| {
        let decided = server.of_api.validate(&tokens.access, &*rules.current(), now());
        decided.map_or_else(|no| no.code().as_str(), |_| "hello")
    };
    let refreshed = |client: &str, tokens: &Tokens| server.token(client, &tokens.refresh, &rules);
    let photos = server.grant("u1", "photos", now());
    let (mail, other) = (server.grant("u1", "mail", now()), server.grant("u2", "photos", now()));
    told("the app calls", call(&photos), "hello")?;
    let later = refreshed("photos", &photos)?;
    told("the app refreshes, and calls", call(&later), "hello")?;
    thread::sleep(Duration::from_millis(10));
    server.revoke_access("u1", "photos", &rules)?;
    told("its access is revoked, and it calls", call(&later), "token_revoked")?;
    told("with the first token", call(&photos), "token_revoked")?;
    told("it refreshes", refreshed("photos", &later).err().unwrap_or("tokens"), "invalid_grant")?;
    told("another app of the user's calls", call(&mail), "hello")?;
    told("and refreshes, and calls", call(&refreshed("mail", &mail)?), "hello")?;
    told("the app calls for another user", call(&other), "hello")?;
    told(
        "the user lets it act again, and it calls",
        call(&server.grant("u1", "photos", now())),
        "hello",
    )?;
    Ok(())
}

fn told(what: &str, came: &str, expected: &str) -> Result<(), Fault> {
    println!("{what}: {came}");
    if came == expected { Ok(()) } else { Err(format!("expected {expected}").into()) }
}
