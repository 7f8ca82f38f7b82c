//! Signs messages for tests, with the key of RFC 8037 appendix A, which everyone can read.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "each test binary includes it and uses its own part"
)]

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lowwater::{KeySet, Rule, UnixTime};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

pub const ISSUER: &str = "https://issuer.example/";
pub const OTHER: &str = "https://other.example/";
pub const AUDIENCE: &str = "https://api.example/";
pub const NOW: i64 = 1_700_000_000;
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];

pub fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(NOW + seconds)
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn pair() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&SEED).unwrap()
}

/// The public key, bound to no issuer.
pub fn keys() -> KeySet {
    let x = encode(pair().public_key());
    KeySet::from_jwks(&format!(
        r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"k","x":"{x}"}}]}}"#
    ))
    .unwrap()
}

/// A token of these claims; `typ` as JSON, empty: none.
pub fn sign(typ: &str, claims: impl AsRef<[u8]>) -> String {
    let typ = if typ.is_empty() { String::new() } else { format!(r#","typ":"{typ}""#) };
    signed(&format!(r#"{{"alg":"EdDSA","kid":"k"{typ}}}"#), claims)
}

pub fn signed(header: &str, claims: impl AsRef<[u8]>) -> String {
    let head = format!("{}.{}", encode(header), encode(claims));
    format!("{head}.{}", encode(pair().sign(head.as_bytes())))
}

/// The rules as JSON, each without its reason.
pub fn told(rules: &[Rule]) -> Vec<String> {
    let plain = |rule: &Rule| {
        let json = rule.to_json();
        let reason = rule.reason().map(|why| format!(r#","reason":"{why}""#)).unwrap_or_default();
        json.replace(&reason, "")
    };
    rules.iter().map(plain).collect()
}

/// A rule's JSON about a target at the issuer of the tests.
pub fn about(kind: &str, target: &str, more: &str) -> String {
    format!(r#"{{"rule":"{kind}","target":{{"issuer":"{ISSUER}",{target}}},{more}}}"#)
}
