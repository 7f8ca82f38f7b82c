//! Where fuzzing begins: what stands in the vectors, and noise for those who read choices.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::value::RawValue;
use siphasher::sip::SipHasher13;

use crate::message::{KINDS, SIGNED};

/// Inputs by target, without twins.
pub type Seeds = BTreeMap<&'static str, BTreeSet<Vec<u8>>>;

#[derive(Deserialize)]
struct File {
    keysets: BTreeMap<String, Keys>,
    policies: BTreeMap<String, Box<RawValue>>,
    tests: Vec<Test>,
    #[serde(default)]
    scenarios: Vec<Scenario>,
    #[serde(default)]
    messages: Vec<Message>,
}

/// What arrives beside tokens; of other kinds than those that are fuzzed, whatever it has.
#[derive(Deserialize)]
struct Message {
    kind: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    body: String,
}

/// As `tests/README.md` describes it; texts whose bytes matter stay text.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Keys {
    Jwks(Box<RawValue>),
    Text(String),
    Pems(Vec<Pem>),
    Secrets(Vec<Secret>),
}

#[derive(Deserialize)]
struct Pem {
    pem: String,
}

#[derive(Deserialize)]
struct Secret {
    base64url: String,
}

#[derive(Deserialize)]
struct Test {
    #[serde(default)]
    token: String,
    #[serde(default)]
    rules: Vec<Box<RawValue>>,
    response: Option<Response>,
}

#[derive(Deserialize)]
struct Response {
    body: String,
}

#[derive(Deserialize)]
struct Scenario {
    steps: Vec<Step>,
}

/// What a token of a status list says, as far as it is of use.
#[derive(Deserialize)]
struct ListClaims {
    status_list: List,
}

#[derive(Deserialize)]
struct List {
    lst: String,
}

#[derive(Deserialize)]
struct Step {
    apply: Option<Box<RawValue>>,
    #[serde(default)]
    merge: Vec<Box<RawValue>>,
}

/// Those who read their bytes as choices.
const CHOOSERS: [&str; 11] = [
    "policy",
    "snapshot",
    "index",
    "delta",
    "merge",
    "memo",
    "explain",
    "permission",
    "equality",
    "status_list",
    "introspection",
];

/// Longer ones cost every run that begins with them.
const LONGEST: usize = 4096;

/// The seeds that the vectors of the folder `tests` give.
///
/// # Errors
/// A folder or a file that cannot be read as `tests/README.md` describes it.
pub fn of_vectors(tests: &Path) -> Result<Seeds, Box<dyn Error>> {
    let mut seeds = Seeds::new();
    let mut add = |target, bytes: &[u8]| {
        if bytes.len() <= LONGEST {
            seeds.entry(target).or_default().insert(bytes.to_vec());
        }
    };
    for folder in ["vectors", "intake", "others"] {
        for entry in fs::read_dir(tests.join(folder))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let file: File = serde_json::from_slice(&fs::read(&path)?)?;
                of_file(&file, &mut add);
            }
        }
    }
    for target in CHOOSERS {
        for number in 0..64_u16 {
            add(target, &noise(number));
        }
    }
    Ok(seeds)
}

fn of_file(file: &File, add: &mut impl FnMut(&'static str, &[u8])) {
    for keys in file.keysets.values() {
        match keys {
            Keys::Jwks(set) => add("jwks", set.get().as_bytes()),
            Keys::Text(text) => add("jwks", text.as_bytes()),
            Keys::Pems(pems) => pems.iter().for_each(|key| pem(&key.pem, add)),
            Keys::Secrets(secrets) => {
                for secret in secrets {
                    let bytes = BASE64_URL_SAFE_NO_PAD.decode(&secret.base64url);
                    add("pem", &bytes.unwrap_or_default());
                }
            }
        }
    }
    for policy in file.policies.values() {
        add("policy", format!("\u{1}{policy}").as_bytes());
    }
    for test in &file.tests {
        add("token", test.token.as_bytes());
        for (part, target) in test.token.split('.').zip(["header", "claims", "base64url"]) {
            add("base64url", part.as_bytes());
            add(target, &BASE64_URL_SAFE_NO_PAD.decode(part).unwrap_or_default());
        }
        test.response.iter().for_each(|said| add("introspection", said.body.as_bytes()));
        test.rules.iter().for_each(|rule| add("rule", rule.get().as_bytes()));
    }
    for given in &file.messages {
        message(given, add);
        if given.kind == "status_list" {
            list(&given.token, add);
        }
    }
    for step in file.scenarios.iter().flat_map(|scenario| &scenario.steps) {
        step.apply.iter().chain(&step.merge).for_each(|rule| add("rule", rule.get().as_bytes()));
    }
}

/// The stream of a status list: as it is, and its body alone.
fn list(token: &str, add: &mut impl FnMut(&'static str, &[u8])) {
    let decoded = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let payload = decoded(token.split('.').nth(1).unwrap_or_default());
    let Ok(claims) = serde_json::from_slice::<ListClaims>(&payload) else { return };
    let stream = decoded(&claims.status_list.lst);
    add("status_list", &[&[0, 0, 0], &*stream].concat());
    add("status_list", &[&[1, 0, 1], stream.get(2..).unwrap_or_default()].concat());
}

/// Behind the byte that says who reads it: bodies as they are, of tokens the claims.
fn message(given: &Message, add: &mut impl FnMut(&'static str, &[u8])) {
    let claims =
        given.token.split('.').nth(1).and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok());
    for (reader, kind) in SIGNED {
        if let Some(claims) = claims.as_ref().filter(|_| kind == given.kind) {
            add("message", &[&[reader], &**claims].concat());
        }
    }
    let kinds = ["logout", "", "security_event", "", "", "revocation", "token_revocation"];
    if let Some(reader) = (0..).zip(kinds).find(|(_, kind)| *kind == given.kind) {
        add("message", &[&[reader.0], given.body.as_bytes()].concat());
    }
    // What a transmitter that is asked for them answers.
    let sets = format!(r#"{{"sets":{{"a":"{}","b":5}},"moreAvailable":true}}"#, given.token.len());
    add("message", &[&[KINDS - 1], sets.as_bytes()].concat());
}

/// A key in PEM, and what it is in DER.
fn pem(text: &str, add: &mut impl FnMut(&'static str, &[u8])) {
    add("pem", text.as_bytes());
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::prelude::BASE64_STANDARD.decode(body);
    add("pem", &der.unwrap_or_default());
}

/// The same bytes each time, which look like nothing.
fn noise(number: u16) -> Vec<u8> {
    let word =
        |place: u16| SipHasher13::new().hash(&[number.to_le_bytes(), place.to_le_bytes()].concat());
    (0..32 + number * 3).flat_map(|place| word(place).to_le_bytes()).collect()
}
