//! What a device does: keys and rules come in as text, time as a number, a decision goes out.
#![no_std]

use lowwater::{Algorithm, Cutoffs, KeySet, Rule, UnixTime, Validator};

/// The status of an answer to a request with this token.
pub fn status(jwks: &str, rule: &str, token: &str, now: UnixTime) -> Option<u16> {
    let validator = Validator::builder()
        .issuer("https://issuer.example/")
        .audience("https://device.example/")
        .algorithms([Algorithm::Es256])
        .keys(KeySet::from_jwks(jwks).ok()?)
        .build()
        .ok()?;
    let mut cutoffs = Cutoffs::local();
    cutoffs.apply(Rule::from_json(rule).ok()?, now).ok()?;
    Some(match validator.validate(token, &cutoffs, now) {
        Ok(_) => 200,
        Err(rejection) => rejection.http_status(),
    })
}
