//! Decides tokens for `tests/differential`: `differential WHO FOLDER`, with WHO `lowwater` or `jsonwebtoken`.
//!
//! Reads `FOLDER/sets.json` (key sets and policies) and `FOLDER/cases.jsonl`, prints an answer a line: `accept` with
//! the place of the key and what was read, `reject` with what was wrong, `not asked` with what is missing. Time
//! stands still at the case's `now`.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs::{File, read_to_string};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::panic;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation, decode};
use lowwater::{Key, KeySet, NoCutoffs, Policy, UnixTime, Validator};
use lowwater_bench::{Fault, peer};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Milliseconds: the time that everyone in this process reads.
static NOW: AtomicI64 = AtomicI64::new(0);

/// `struct timespec` of Linux on 64 bits.
#[repr(C)]
struct Instant {
    seconds: i64,
    nanoseconds: i64,
}

/// In place of the C library's, for `jsonwebtoken` takes no time and reads the clock.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "nothing else here has this name, and the form is that of POSIX")]
extern "C" fn clock_gettime(_: i32, instant: &mut Instant) -> i32 {
    let now = NOW.load(Ordering::Relaxed);
    instant.seconds = now.div_euclid(1000);
    instant.nanoseconds = now.rem_euclid(1000) * 1_000_000;
    0
}

#[derive(Deserialize)]
struct Sets {
    /// As lowwater reads them.
    keysets: BTreeMap<String, Keys>,
    policies: BTreeMap<String, String>,
    /// As everyone else is given them.
    jwks: BTreeMap<String, Vec<Value>>,
    asked: BTreeMap<String, Asked>,
}

#[derive(Deserialize)]
struct Keys {
    jwks: Vec<String>,
    secrets: Vec<Named>,
    pems: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    kid: Option<String>,
    alg: Option<String>,
    /// PEM, or the base64url of a secret.
    text: String,
}

/// A policy, as far as `jsonwebtoken` has words for it.
#[derive(Deserialize)]
struct Asked {
    issuer: Option<Vec<String>>,
    audience: Option<Vec<String>>,
    leeway: f64,
    required: Vec<String>,
}

#[derive(Deserialize)]
struct Case {
    token: String,
    keys: String,
    policy: String,
    /// Milliseconds.
    now: i64,
    /// What the header says, if it is allowed.
    algorithm: String,
    /// The keys that the token may mean, and the algorithms that each may serve.
    candidates: Vec<(usize, Vec<String>)>,
}

fn main() -> Result<(), Fault> {
    let mut arguments = std::env::args().skip(1);
    let (who, folder) = (arguments.next().unwrap_or_default(), arguments.next());
    let folder = folder.ok_or("differential WHO FOLDER")?;
    let sets: Sets = serde_json::from_str(&read_to_string(format!("{folder}/sets.json"))?)?;
    peer::install("aws_lc_rs")?;
    let mut validators = HashMap::new();
    let mut answers = BufWriter::new(std::io::stdout().lock());
    for line in BufReader::new(File::open(format!("{folder}/cases.jsonl"))?).lines() {
        let case: Case = serde_json::from_str(&line?)?;
        NOW.store(case.now, Ordering::Relaxed);
        let answer = match who.as_str() {
            "lowwater" => {
                let validator = validators
                    .entry((case.keys.clone(), case.policy.clone()))
                    .or_insert_with(|| validator(&sets, &case).map_err(|no| no.to_string()));
                lowwater(validator, &case)?
            }
            "jsonwebtoken" => jsonwebtoken(&sets, &case)?,
            _ => return Err(format!("nobody is called {who}").into()),
        };
        writeln!(answers, "{answer}")?;
    }
    Ok(())
}

fn validator(sets: &Sets, case: &Case) -> Result<Validator, Box<dyn Error>> {
    let policy = Policy::from_json(sets.policies.get(&case.policy).ok_or("no such policy")?)?;
    let given = sets.keysets.get(&case.keys).ok_or("no such keys")?;
    let short = policy.allows_short_secret();
    let mut set = KeySet::builder();
    if short {
        set = set.allow_short_secrets();
    }
    for text in &given.jwks {
        set = set.jwks(text)?;
    }
    for secret in &given.secrets {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&secret.text)?;
        let key = if short { Key::from_short_secret(&bytes) } else { Key::from_secret(&bytes) };
        set = set.key(named(key?, secret)?)?;
    }
    for pem in &given.pems {
        set = set.key(named(Key::from_pem(&pem.text)?, pem)?)?;
    }
    Ok(Validator::new(policy, set.build()?))
}

fn named(mut key: Key, name: &Named) -> Result<Key, Box<dyn Error>> {
    if let Some(kid) = &name.kid {
        key = key.with_id(kid)?;
    }
    if let Some(algorithm) = &name.alg {
        key = key.with_algorithm(algorithm.parse()?)?;
    }
    Ok(key)
}

fn lowwater(validator: &Result<Validator, String>, case: &Case) -> Result<String, Fault> {
    Ok(match validator {
        Err(_) => "reject\tconfig_error".into(),
        Ok(validator) => {
            match validator.validate(&case.token, &NoCutoffs, UnixTime::from_millis(case.now)) {
                Ok(token) => format!(
                    "accept\t\t{}",
                    digest(&json!([
                        token.issuer(),
                        token.subject(),
                        (token.claim_json("aud").is_some()).then(|| token.audiences()),
                        token.token_id(),
                        token.expires_at().map(|at| at.as_millis().div_euclid(1000)),
                    ]))
                ),
                Err(no) => format!("reject\t{}", no.code()),
            }
        }
    })
}

fn jsonwebtoken(sets: &Sets, case: &Case) -> Result<String, Fault> {
    let asked = sets.asked.get(&case.policy).ok_or("no such policy")?;
    let jwks = sets.jwks.get(&case.keys).ok_or("no such keys")?;
    let leeway = asked.leeway;
    if leeway.fract() != 0.0 {
        return Ok("not asked\tleeway in whole seconds".into());
    }
    if !case.algorithm.is_empty() && algorithm(&case.algorithm).is_none() {
        return Ok("not asked\tits algorithm".into());
    }
    let (mut refusal, mut unread) = ("reject\tno key".to_owned(), false);
    for (place, names) in &case.candidates {
        let algorithms: Vec<_> = names.iter().filter_map(|name| algorithm(name)).collect();
        let Some(first) = algorithms.first() else {
            continue;
        };
        let jwk = jwks.get(*place).ok_or("no such key")?;
        let Some(key) = serde_json::from_value::<Jwk>(jwk.clone())
            .ok()
            .and_then(|jwk| DecodingKey::from_jwk(&jwk).ok())
        else {
            unread = true;
            continue;
        };
        let mut asking = Validation::new(*first);
        asking.algorithms = algorithms;
        asking.leeway = leeway as u64;
        asking.validate_nbf = true;
        asking.validate_aud = asked.audience.is_some();
        asking.aud = asked.audience.clone().map(|names| names.into_iter().collect());
        asking.iss = asked.issuer.clone().map(|names| names.into_iter().collect());
        asking.required_spec_claims = asked.required.iter().cloned().collect();
        let decide = || decode::<Map<String, Value>>(&case.token, &key, &asking);
        refusal = match panic::catch_unwind(decide) {
            Ok(Ok(read)) => return Ok(format!("accept\t{place}\t{}", digest(&seen(&read.claims)))),
            Ok(Err(no)) => format!("reject\t{}", word(no.kind())),
            Err(_) => "reject\tpanic".into(),
        };
    }
    Ok(if unread { "not asked\ta key that it does not read".into() } else { refusal })
}

/// `iss`, `sub`, `aud` as a list, `jti`, and the second in which `exp` lies.
fn seen(claims: &Map<String, Value>) -> Value {
    let [iss, sub, aud, jti, exp] =
        ["iss", "sub", "aud", "jti", "exp"].map(|name| claims.get(name).unwrap_or(&Value::Null));
    let aud = if aud.is_string() { json!([aud]) } else { aud.clone() };
    let exp = exp.as_i64().or_else(|| exp.as_f64().map(|at| at.floor() as i64));
    json!([iss, sub, aud, jti, exp])
}

/// The first bytes of the SHA-256 of compact JSON, in hexadecimal: as all workers write it.
fn digest(seen: &Value) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, seen.to_string().as_bytes());
    hash.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Where the peer has it.
fn algorithm(name: &str) -> Option<jsonwebtoken::Algorithm> {
    name.parse().ok()
}

/// The name of the variant alone.
fn word(kind: &jsonwebtoken::errors::ErrorKind) -> String {
    let told = format!("{kind:?}");
    told.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default().into()
}
