//! The signature check alone, on the bytes that a validation hands to it: the floor under any JWT library
//! of the same backend. Keys are parsed before, where the library has a form for a parsed key.

use crate::fixture::{Case, Fixture};
use crate::rules::Kept;
use crate::{Decide, Fault};

/// One module for two libraries: aws-lc-rs has the names of ring.
macro_rules! primitive {
    ($library:ident, $fixture:expr, $rsa:expr, $point:expr) => {{
        use ::$library::{hmac, signature as s};
        let fixture: &Fixture = $fixture;
        let mac = |algorithm| -> Result<Decide, Fault> {
            let key = hmac::Key::new(algorithm, &fixture.bytes("k")?);
            Ok(Box::new(move |sample| {
                hmac::verify(&key, sample.message(), &sample.signature).is_ok()
            }))
        };
        match fixture.algorithm.as_str() {
            "HS256" => mac(hmac::HMAC_SHA256),
            "HS384" => mac(hmac::HMAC_SHA384),
            "HS512" => mac(hmac::HMAC_SHA512),
            "RS256" => $rsa(fixture, &s::RSA_PKCS1_2048_8192_SHA256),
            "RS384" => $rsa(fixture, &s::RSA_PKCS1_2048_8192_SHA384),
            "RS512" => $rsa(fixture, &s::RSA_PKCS1_2048_8192_SHA512),
            "PS256" => $rsa(fixture, &s::RSA_PSS_2048_8192_SHA256),
            "PS384" => $rsa(fixture, &s::RSA_PSS_2048_8192_SHA384),
            "PS512" => $rsa(fixture, &s::RSA_PSS_2048_8192_SHA512),
            "ES256" => $point(fixture, &s::ECDSA_P256_SHA256_FIXED),
            "ES384" => $point(fixture, &s::ECDSA_P384_SHA384_FIXED),
            "EdDSA" => $point(fixture, &s::ED25519),
            other => Err(format!("no primitive for {other}").into()),
        }
    }};
}

/// By ring, which has no form for a parsed public key.
pub fn ring(_: &Case, fixture: &Fixture, _: &mut Kept) -> Result<Decide, Fault> {
    use ::ring::signature::{
        RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
    };
    let rsa = |fixture: &Fixture, parameters: &'static RsaParameters| -> Result<Decide, Fault> {
        let key = RsaPublicKeyComponents { n: fixture.bytes("n")?, e: fixture.bytes("e")? };
        Ok(Box::new(move |sample| {
            key.verify(parameters, sample.message(), &sample.signature).is_ok()
        }))
    };
    let point = |fixture: &Fixture, algorithm: &'static dyn VerificationAlgorithm| {
        let key = UnparsedPublicKey::new(algorithm, point(fixture)?);
        Ok(Box::new(move |sample: &crate::fixture::Sample| {
            key.verify(sample.message(), &sample.signature).is_ok()
        }) as Decide)
    };
    primitive!(ring, fixture, rsa, point)
}

/// By aws-lc-rs, with parsed keys.
pub fn aws_lc_rs(_: &Case, fixture: &Fixture, _: &mut Kept) -> Result<Decide, Fault> {
    use ::aws_lc_rs::signature::{
        ParsedPublicKey, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
    };
    let asked = |key: ParsedPublicKey| -> Result<Decide, Fault> {
        Ok(Box::new(move |sample| key.verify_sig(sample.message(), &sample.signature).is_ok()))
    };
    let rsa = |fixture: &Fixture, parameters: &'static RsaParameters| {
        let key = RsaPublicKeyComponents { n: fixture.bytes("n")?, e: fixture.bytes("e")? };
        asked(key.to_parsed_public_key(parameters)?)
    };
    let point = |fixture: &Fixture, algorithm: &'static dyn VerificationAlgorithm| {
        asked(ParsedPublicKey::new(algorithm, point(fixture)?)?)
    };
    primitive!(aws_lc_rs, fixture, rsa, point)
}

/// The public point: uncompressed (SEC 1), of Ed25519 as RFC 8032 has it.
fn point(fixture: &Fixture) -> Result<Vec<u8>, Fault> {
    let x = fixture.bytes("x")?;
    if fixture.algorithm == "EdDSA" {
        return Ok(x);
    }
    Ok([vec![4], x, fixture.bytes("y")?].concat())
}
