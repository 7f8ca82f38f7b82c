//! What the library is given: a backend to which every signature is good, policies, the time.

use std::sync::LazyLock;

use lowwater::{
    Algorithm, Backend, Given, InvalidSignature, Key, KeyMaterial, KeySet, Rejection, Ring,
    UnixTime, Validator, ValidatorBuilder, VerifySignature,
};

use crate::signing::{self, AUDIENCE, ISSUER, NOW, SECRET, Signer};

/// Takes every signature but the empty one, so that what lies behind the signature is reached.
pub struct Trusting;

impl Backend for Trusting {
    fn prepare(
        &self,
        algorithm: Algorithm,
        key: &KeyMaterial<'_>,
    ) -> Option<Box<dyn VerifySignature>> {
        struct Good;
        impl VerifySignature for Good {
            fn verify(&self, _: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
                if signature.is_empty() { Err(InvalidSignature) } else { Ok(()) }
            }
        }
        let good = Box::new(Good) as Box<dyn VerifySignature>;
        // The curves that ring has not: another backend may.
        if Algorithm::OPTIONAL.contains(&algorithm) {
            return Some(good);
        }
        Ring.prepare(algorithm, key).map(|_| good)
    }

    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        Ring.sha256(data)
    }
}

pub const fn now() -> UnixTime {
    UnixTime::from_secs(NOW)
}

/// Keys of three families, to which every signature is good.
pub static TRUSTING_KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    let secret = Key::from_secret(SECRET).unwrap().with_id("k").unwrap();
    let public = [Algorithm::Rs256, Algorithm::EdDsa].map(|family| Signer::of(family).key("k"));
    let all = public.into_iter().chain([secret]);
    let set = all.fold(KeySet::builder_with(&Trusting), |set, key| set.key(key).unwrap());
    set.build().unwrap()
});

/// With real signatures by the secret of the tests.
pub static HS256: LazyLock<Validator> =
    LazyLock::new(|| signing::validator(Algorithm::Hs256, &Signer::Secret));
/// To which every signature is good.
pub static TRUSTING: LazyLock<Validator> = LazyLock::new(|| trusting().build().unwrap());
/// The same, which takes padding.
pub static PADDED: LazyLock<Validator> =
    LazyLock::new(|| trusting().allow_padding().build().unwrap());

fn trusting() -> ValidatorBuilder<Given, Given, Given, Given> {
    Validator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .algorithms([Algorithm::Hs256, Algorithm::Rs256, Algorithm::Ps256, Algorithm::EdDsa])
        .keys(TRUSTING_KEYS.clone())
}

/// What a decision tells, to be held against another.
pub fn told<T>(decided: &Result<T, Rejection>) -> Option<String> {
    decided.as_ref().err().map(Rejection::to_json)
}
