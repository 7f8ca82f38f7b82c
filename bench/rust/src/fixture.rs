//! What is measured, as `bench/harness/fixtures.py` writes it.

use std::collections::HashMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use crate::Fault;

/// Tokens of one algorithm, and the keys that signed them.
#[derive(Deserialize)]
pub struct Fixture {
    pub algorithm: String,
    pub issuer: String,
    pub audience: String,
    /// Of the accepted token.
    pub subject: String,
    /// Seconds, when the tokens were made.
    pub now: i64,
    /// A key set as JSON; the first key signed.
    pub jwks: Value,
    /// Lists of tokens by what they are: `accepted`, `unique`, `expired` ...
    pub tokens: HashMap<String, Vec<String>>,
}

/// What one contestant is asked to do.
#[derive(Deserialize)]
pub struct Case {
    pub fixture: PathBuf,
    /// Which list of the fixture; its tokens are asked in rotation.
    pub tokens: String,
    #[serde(default = "one")]
    pub threads: usize,
    #[serde(default)]
    pub rules: Option<Rules>,
}

/// Rules for the cutoff stage.
#[derive(Clone, Copy, Deserialize)]
pub struct Rules {
    pub count: u64,
    /// Whether each token has a rule of its own, which it passes.
    pub met: bool,
    /// The compact index in place of the live set.
    #[serde(default)]
    pub index: bool,
}

/// A token, and what a raw primitive is handed of it.
pub struct Sample {
    pub token: String,
    message: usize,
    pub signature: Vec<u8>,
}

impl Sample {
    pub fn new(token: String) -> Self {
        let message = token.rfind('.').unwrap_or(0);
        let signature = token.get(message + 1..).unwrap_or("");
        // Where it is no base64url a raw primitive is handed nothing: it is not asked about such tokens.
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        Self { message, signature, token }
    }

    pub fn message(&self) -> &[u8] {
        &self.token.as_bytes()[..self.message]
    }
}

const fn one() -> usize {
    1
}

impl Case {
    pub fn fixture(&self) -> Result<Fixture, Fault> {
        Ok(serde_json::from_slice(&std::fs::read(&self.fixture)?)?)
    }
}

impl Fixture {
    /// The key that signed.
    pub fn jwk(&self) -> &Value {
        &self.jwks["keys"][0]
    }

    /// A member of that key, decoded.
    pub fn bytes(&self, member: &str) -> Result<Vec<u8>, Fault> {
        let text = self.jwk()[member].as_str().ok_or_else(|| format!("no {member}"))?;
        Ok(BASE64_URL_SAFE_NO_PAD.decode(text)?)
    }

    pub fn samples(&self, list: &str) -> Result<Vec<Sample>, Fault> {
        let tokens = self.tokens.get(list).ok_or_else(|| format!("no tokens {list}"))?;
        Ok(tokens.iter().cloned().map(Sample::new).collect())
    }
}
