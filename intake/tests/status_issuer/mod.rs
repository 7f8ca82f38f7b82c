//! An issuer with a key that everyone can read: signs tokens and lists.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "each test includes it and uses its own part"
)]

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lowwater::{Algorithm, KeySet, UnixTime, Validator};
use lowwater_intake::{StatusLists, StatusListsBuilder};
use miniz_oxide::deflate::compress_to_vec_zlib;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

pub const ISSUER: &str = "https://issuer.example/";
pub const AUDIENCE: &str = "https://api.example/";
pub const PREFIX: &str = "https://issuer.example/lists/";
pub const URI: &str = "https://issuer.example/lists/1";
/// 2023-11-14T22:13:20Z, the time of every test.
pub const NOW: i64 = 1_700_000_000;

pub fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(NOW + seconds)
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The text of a list of these bytes.
pub fn lst(bytes: &[u8]) -> String {
    encode(compress_to_vec_zlib(bytes, 9))
}

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

/// The public key of a seed, not bound to anybody.
pub fn keys_of(seed: u8) -> KeySet {
    let x = encode(pair(seed).public_key());
    let jwk = format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"k{seed}","x":"{x}"}}]}}"#);
    KeySet::from_jwks(&jwk).unwrap()
}

/// The keys of [`ISSUER`], bound to it.
pub fn keys() -> KeySet {
    keys_of(7).for_issuer(ISSUER)
}

pub fn sign(seed: u8, typ: &str, payload: &str) -> String {
    sign_with(seed, &format!(r#"{{"alg":"EdDSA","kid":"k{seed}","typ":"{typ}"}}"#), payload)
}

pub fn sign_with(seed: u8, header: &str, payload: &str) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    let signature = pair(seed).sign(message.as_bytes());
    format!("{message}.{}", encode(signature))
}

/// The claims of a list of one bit each, issued so many seconds after [`NOW`]; `more` begins with a comma.
pub fn list_claims(issued: i64, bytes: &[u8], more: &str) -> String {
    let (iat, lst) = (NOW + issued, lst(bytes));
    format!(r#"{{"sub":"{URI}","iat":{iat},"status_list":{{"bits":1,"lst":"{lst}"}}{more}}}"#)
}

/// The same, signed.
pub fn list(issued: i64, bytes: &[u8], more: &str) -> String {
    sign(7, "statuslist+jwt", &list_claims(issued, bytes, more))
}

/// An access token that names this entry, good for a day.
pub fn token(uri: &str, index: u64) -> String {
    let status = format!(r#"{{"status_list":{{"idx":{index},"uri":"{uri}"}}}}"#);
    let (iat, exp) = (NOW, NOW + 24 * 60 * 60);
    sign(
        7,
        "at+jwt",
        &format!(
            r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"u1","iat":{iat},"exp":{exp},"status":{status}}}"#
        ),
    )
}

pub fn validator() -> Validator {
    Validator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .algorithms([Algorithm::EdDsa])
        .keys(keys())
        .build()
        .unwrap()
}

pub fn builder() -> StatusListsBuilder {
    StatusLists::builder(ISSUER, [PREFIX], [Algorithm::EdDsa])
}

pub fn lists() -> StatusLists {
    builder().build().unwrap()
}
