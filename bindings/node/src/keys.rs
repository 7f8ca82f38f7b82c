//! Keys and sets of keys.

use lowwater::{Algorithm, ConfigError, Key, KeySet, KeySetBuilder, Rejection, Signed, SkippedKey};
use napi::bindgen_prelude::{Array, BufferSlice, Either, Either3, Env, External, Uint8ArraySlice};
use napi_derive::napi;

use crate::error::{Result, argument, mistake, unreadable};

/// Keys as they come: keys, texts and bytes; or one set, as it is.
pub(crate) fn given(keys: &Array<'_>, short: bool) -> Result<KeySet> {
    if keys.len() == 1
        && let Ok(Some(set)) = keys.get_ref::<External<KeySet>>(0)
    {
        return Ok(KeySet::clone(set));
    }
    let mut set = builder(short);
    for place in 0..keys.len() {
        type File<'e> = Either3<&'e External<Key>, String, Uint8ArraySlice<'e>>;
        let element = keys.get::<File<'_>>(place).map_err(unreadable)?;
        set = match element {
            Some(Either3::A(key)) => set.key(Key::clone(key)),
            Some(Either3::B(text)) => set.read(text.as_bytes()),
            Some(Either3::C(bytes)) => set.read(&bytes),
            None => return Err(argument("keys", "changed while they were read")),
        }
        .map_err(mistake)?;
    }
    set.build().map_err(mistake)
}

/// What a key takes, roughly: its numbers, as they came and as they are reckoned with, its names and places.
const KEY_BYTES: usize = 2048;

pub(crate) fn size(set: &KeySet) -> usize {
    set.len().saturating_add(1).saturating_mul(KEY_BYTES)
}

/// A set with what V8 should know of its size.
pub(crate) fn external(set: KeySet) -> External<KeySet> {
    let size = size(&set);
    External::new_with_size_hint(set, size)
}

fn builder(short: bool) -> KeySetBuilder<'static> {
    if short { KeySet::builder().allow_short_secrets() } else { KeySet::builder() }
}

fn named(
    key: std::result::Result<Key, ConfigError>,
    id: Option<String>,
    algorithm: Option<String>,
) -> Result<External<Key>> {
    let mut key = key.map_err(mistake)?;
    if let Some(id) = id {
        key = key.with_id(&id).map_err(mistake)?;
    }
    if let Some(name) = algorithm {
        key = key.with_algorithm(name.parse().map_err(mistake)?).map_err(mistake)?;
    }
    Ok(External::new(key))
}

/// A key of a form: `secret`, `short_secret` and `der` are bytes, `pem` and `jwk` texts.
#[napi(catch_unwind)]
pub(crate) fn key_from(
    form: String,
    key: Either<String, Uint8ArraySlice<'_>>,
    id: Option<String>,
    algorithm: Option<String>,
) -> Result<External<Key>> {
    let key = match (form.as_str(), &key) {
        ("secret", Either::B(bytes)) => Key::from_secret(bytes),
        ("short_secret", Either::B(bytes)) => Key::from_short_secret(bytes),
        ("der", Either::B(bytes)) => Key::from_der(bytes),
        ("pem", Either::A(text)) => Key::from_pem(text),
        ("jwk", Either::A(text)) => Key::from_jwk(text),
        _ => return Err(argument("key", "has no such form")),
    };
    named(key, id, algorithm)
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
    given(&keys, short).map(external)
}

#[napi(catch_unwind)]
pub(crate) fn key_set_from_jwks(jwks: String, short: bool) -> Result<External<KeySet>> {
    let set = builder(short).jwks(&jwks).and_then(KeySetBuilder::build);
    set.map(external).map_err(mistake)
}

#[napi(catch_unwind)]
pub(crate) fn key_set_for_issuer(set: &External<KeySet>, issuer: String) -> External<KeySet> {
    external(KeySet::clone(set).for_issuer(&issuer))
}

#[napi(catch_unwind)]
pub(crate) fn key_set_union(set: &External<KeySet>, other: Array<'_>) -> Result<External<KeySet>> {
    Ok(external(set.union(&given(&other, false)?)))
}

#[napi(catch_unwind)]
pub(crate) fn key_set_ids(set: &External<KeySet>) -> Vec<String> {
    set.key_ids().map(str::to_owned).collect()
}

#[napi(catch_unwind)]
pub(crate) fn key_set_skipped(set: &External<KeySet>) -> String {
    let all: Vec<_> = set.skipped().iter().map(SkippedKey::to_json).collect();
    format!("[{}]", all.join(","))
}

#[napi(catch_unwind)]
pub(crate) fn key_set_size(set: &External<KeySet>) -> u32 {
    u32::try_from(set.len()).unwrap_or(u32::MAX)
}

/// A proven message, or the JSON of a rejection.
pub(crate) type Proven = Either<External<Signed>, String>;

pub(crate) fn proven(proven: std::result::Result<Signed, Rejection>) -> Proven {
    match proven {
        Ok(signed) => {
            let texts = signed.payload().len().saturating_add(signed.header_json().len());
            let size = texts.saturating_add(size_of::<Signed>());
            Either::A(External::new_with_size_hint(signed, size))
        }
        Err(no) => Either::B(no.to_json()),
    }
}

#[napi(catch_unwind)]
pub(crate) fn key_set_verify(
    set: &External<KeySet>,
    token: String,
    algorithms: Vec<String>,
) -> Result<Proven> {
    let allowed = algorithms.iter().map(|name| name.parse::<Algorithm>().map_err(mistake));
    let allowed = allowed.collect::<Result<Vec<_>>>()?;
    Ok(proven(set.verify(&token, allowed)))
}

#[napi(catch_unwind)]
pub(crate) fn signed_payload<'e>(
    env: &'e Env,
    signed: &External<Signed>,
) -> napi::Result<BufferSlice<'e>> {
    BufferSlice::copy_from(env, signed.payload())
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
