//! lowwater, as an application calls it: with the clock read for each token.

use std::sync::Arc;

use lowwater::{AwsLc, Backend, KeySet, NoCutoffs, Ring, RuleSet, Validator};
use lowwater_edge::{SharedMemo, now};

use crate::fixture::{Case, Fixture};
use crate::rules::Kept;
use crate::{Decide, Fault};

/// On ring, the backend of `KeySet::builder()`.
pub fn on_ring(case: &Case, fixture: &Fixture, kept: &mut Kept) -> Result<Decide, Fault> {
    decide(validator(fixture, &Ring)?, None, case, kept)
}

/// On AWS-LC, which the packages for Python and Node carry.
pub fn on_aws_lc_rs(case: &Case, fixture: &Fixture, kept: &mut Kept) -> Result<Decide, Fault> {
    decide(validator(fixture, &AwsLc::new())?, None, case, kept)
}

/// Of tokens that it knows the signature is not checked again.
pub fn with_memo(case: &Case, fixture: &Fixture, kept: &mut Kept) -> Result<Decide, Fault> {
    decide(validator(fixture, &Ring)?, Some(SharedMemo::default()), case, kept)
}

/// A validator of the fixture's issuer, audience, algorithm and keys.
pub fn validator(fixture: &Fixture, backend: &dyn Backend) -> Result<Validator, Fault> {
    let keys = KeySet::builder_with(backend).jwks(&fixture.jwks.to_string())?.build()?;
    Ok(Validator::builder()
        .issuer(&fixture.issuer)
        .audience(&fixture.audience)
        .algorithms([fixture.algorithm.parse()?])
        .keys(keys)
        .build()?)
}

fn decide(
    validator: Validator,
    memo: Option<SharedMemo>,
    case: &Case,
    kept: &mut Kept,
) -> Result<Decide, Fault> {
    Ok(match case.rules {
        None => under(validator, memo, Arc::new(NoCutoffs)),
        Some(rules) if rules.index => under(validator, memo, kept.index(rules.count)?),
        Some(rules) => under(validator, memo, kept.live(rules.count)?),
    })
}

fn under(
    validator: Validator,
    memo: Option<SharedMemo>,
    rules: Arc<impl RuleSet + Send + Sync + 'static>,
) -> Decide {
    match memo {
        None => Box::new(move |sample| validator.validate(&sample.token, &*rules, now()).is_ok()),
        Some(memo) => Box::new(move |sample| {
            validator.validate_with(&memo, &sample.token, &*rules, now()).is_ok()
        }),
    }
}

/// What it costs to read the fixture's key set: done once, but again at each rotation.
pub fn read_keys(_: &Case, fixture: &Fixture, _: &mut Kept) -> Result<Decide, Fault> {
    let jwks = fixture.jwks.to_string();
    Ok(Box::new(move |_| KeySet::from_jwks(&jwks).is_ok()))
}
