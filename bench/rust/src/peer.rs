//! `jsonwebtoken`, with the same checks: signature, issuer, audience, expiry, 60 s of leeway.
//!
//! Its backend belongs to the process: `worker` is told which one to install.

use jsonwebtoken::crypto::{aws_lc, rust_crypto};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;

use crate::fixture::{Case, Fixture};
use crate::rules::Kept;
use crate::{Decide, Fault};

/// What an API reads of a token. Few members of a type of one's own are what is fastest here.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read for the sake of reading")]
struct Claims {
    sub: String,
    scope: String,
}

/// # Errors
/// A name that is no backend, or a second call.
pub fn install(backend: &str) -> Result<(), Fault> {
    let provider = match backend {
        "aws_lc_rs" => &aws_lc::DEFAULT_PROVIDER,
        "rust_crypto" => &rust_crypto::DEFAULT_PROVIDER,
        other => return Err(format!("jsonwebtoken has no backend {other}").into()),
    };
    provider.install_default().map_err(|_| "a backend is installed already".into())
}

pub fn jsonwebtoken(_: &Case, fixture: &Fixture, _: &mut Kept) -> Result<Decide, Fault> {
    let key = DecodingKey::from_jwk(&serde_json::from_value::<Jwk>(fixture.jwk().clone())?)?;
    let mut asked = Validation::new(fixture.algorithm.parse()?);
    asked.set_issuer(&[&fixture.issuer]);
    asked.set_audience(&[&fixture.audience]);
    asked.set_required_spec_claims(&["exp", "iss", "aud"]);
    Ok(Box::new(move |sample| decode::<Claims>(&sample.token, &key, &asked).is_ok()))
}
