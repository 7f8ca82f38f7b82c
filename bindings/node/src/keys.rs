//! Keys and sets of keys.

use lowwater::{Algorithm, AwsLc, Backend, Key, KeySet, Signed};
use lowwater_javascript::{File, KeyFiles, size_of_keys};
use napi::bindgen_prelude::{Array, BufferSlice, Either, Either3, Env, External, Uint8ArraySlice};
use napi_derive::napi;

use crate::border::{Result, argument, buffer, made, thrown, unreadable};

/// What checks signatures: DESIGN.md says why.
pub(crate) const BACKEND: &dyn Backend = &AwsLc::new();

/// Keys as they come: keys, texts and bytes; or one set, as it is.
pub(crate) fn given(keys: &Array<'_>, mut files: KeyFiles) -> Result<KeySet> {
    if keys.len() == 1
        && let Ok(Some(set)) = keys.get_ref::<External<KeySet>>(0)
    {
        return Ok(KeySet::clone(set));
    }
    for place in 0..keys.len() {
        type Given<'e> = Either3<&'e External<Key>, String, Uint8ArraySlice<'e>>;
        let given = keys.get::<Given<'_>>(place).map_err(unreadable)?;
        files = match &given {
            Some(Either3::A(key)) => files.and(&File::Key(key)),
            Some(Either3::B(text)) => files.and(&File::Content(text.as_bytes())),
            Some(Either3::C(bytes)) => files.and(&File::Content(bytes)),
            None => return Err(argument("keys", "changed while they were read")),
        }
        .map_err(thrown)?;
    }
    files.set().map_err(thrown)
}

/// A set with what V8 should know of its size.
pub(crate) fn external(set: KeySet) -> External<KeySet> {
    let size = size_of_keys(&set);
    External::new_with_size_hint(set, size)
}

/// A key of a form: `secret`, `short_secret` and `der` are bytes, `pem` and `jwk` texts.
#[napi(catch_unwind)]
pub(crate) fn key_from(
    form: String,
    key: Either<String, Uint8ArraySlice<'_>>,
    id: Option<String>,
    algorithm: Option<String>,
) -> Result<External<Key>> {
    let content = match &key {
        Either::A(text) => text.as_bytes(),
        Either::B(bytes) => bytes,
    };
    let key = lowwater_javascript::key_from(&form, content, id.as_deref(), algorithm.as_deref());
    key.map(External::new).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn key_id(key: &External<Key>) -> Option<String> {
    key.id().map(str::to_owned)
}

#[napi(catch_unwind)]
pub(crate) fn key_algorithm(key: &External<Key>) -> Option<&'static str> {
    key.algorithm().map(Algorithm::name)
}

#[napi(catch_unwind)]
pub(crate) fn key_set(keys: Array<'_>, short: bool) -> Result<External<KeySet>> {
    given(&keys, KeyFiles::new(BACKEND, short)).map(external)
}

#[napi(catch_unwind)]
pub(crate) fn key_set_from_jwks(jwks: String, short: bool) -> Result<External<KeySet>> {
    lowwater_javascript::key_set_from_jwks(BACKEND, &jwks, short).map(external).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn key_set_for_issuer(set: &External<KeySet>, issuer: String) -> External<KeySet> {
    external(KeySet::clone(set).for_issuer(&issuer))
}

#[napi(catch_unwind)]
pub(crate) fn key_set_union(set: &External<KeySet>, other: Array<'_>) -> Result<External<KeySet>> {
    given(&other, KeyFiles::new(BACKEND, false)).map(|other| external(set.union(&other)))
}

#[napi(catch_unwind)]
pub(crate) fn key_set_ids(set: &External<KeySet>) -> Vec<String> {
    set.key_ids().map(str::to_owned).collect()
}

#[napi(catch_unwind)]
pub(crate) fn key_set_skipped(set: &External<KeySet>) -> String {
    lowwater_javascript::skipped(set)
}

#[napi(catch_unwind)]
pub(crate) fn key_set_size(set: &External<KeySet>) -> u32 {
    lowwater_javascript::count(set.len())
}

/// What a proven message takes of memory, roughly.
pub(crate) fn size_of_signed(signed: &Signed) -> usize {
    let texts = signed.payload().len().saturating_add(signed.header_json().len());
    texts.saturating_add(size_of::<Signed>())
}

#[napi(catch_unwind)]
pub(crate) fn key_set_verify(
    set: &External<KeySet>,
    token: String,
    algorithms: Vec<String>,
) -> Result<Either<External<Signed>, String>> {
    let proven = lowwater_javascript::verify(set, &token, &algorithms).map_err(thrown)?;
    Ok(made(proven, size_of_signed))
}

#[napi(catch_unwind)]
pub(crate) fn signed_payload<'e>(
    env: &'e Env,
    signed: &External<Signed>,
) -> Result<BufferSlice<'e>> {
    buffer(env, signed.payload())
}

#[napi(catch_unwind)]
pub(crate) fn signed_header_json(signed: &External<Signed>) -> String {
    signed.header_json().to_owned()
}

#[napi(catch_unwind)]
pub(crate) fn signed_algorithm(signed: &External<Signed>) -> &'static str {
    signed.algorithm().name()
}

#[napi(catch_unwind)]
pub(crate) fn signed_key_id(signed: &External<Signed>) -> String {
    signed.key_id().to_owned()
}
