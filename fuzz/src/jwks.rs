//! Any text as a key, or a set of keys.

use lowwater::{Algorithm, Key, KeySet, KeySetBuilder, NoCutoffs, Policy, Validator};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::given::{HS256, Trusting, now};
use crate::signing::{ISSUER, Signer, claims};
use crate::strict_json::object;

pub fn run(data: &[u8]) {
    let _ = KeySet::read(data);
    let Ok(text) = str::from_utf8(data) else { return };
    if Key::from_jwk(text).is_ok() {
        let members = object(text).expect("a key is a strict object");
        let private = ["d", "p", "q", "dp", "dq", "qi", "oth"];
        // To a secret these names mean nothing (RFC 7518 section 6.4), and members without a meaning are ignored.
        let is_secret = members.get("kty") == Some("\"oct\"");
        let is_private = private.iter().any(|name| members.get(name).is_some());
        assert!(is_secret || !is_private, "private: {text}");
        assert!(KeySet::read(data).is_ok(), "a key alone is a set of one: {text}");
    }
    let more = KeySet::builder_with(&Trusting).jwks(text).and_then(KeySetBuilder::build);
    let Ok(keys) = KeySet::from_jwks(text) else { return };
    assert!(more.is_ok_and(|more| more.len() >= keys.len()), "a backend of more curves has fewer");
    let set = object(text).expect("a set is a strict object");
    let given: Vec<&RawValue> =
        serde_json::from_str(set.get("keys").expect("a set has keys")).unwrap();
    assert_eq!(keys.len() + keys.skipped().len(), given.len(), "each is taken or told: {text}");
    assert!(!keys.is_empty());
    let is_secret = |key: &&&RawValue| {
        let kty = object(key.get()).and_then(|members| members.get("kty").map(str::to_owned));
        kty.and_then(|kty| serde_json::from_str::<String>(&kty).ok()).as_deref() == Some("oct")
    };
    let secrets = given.iter().filter(is_secret).count();
    assert!(
        secrets == given.len() || keys.len() <= given.len() - secrets,
        "a secret among public keys: {text}"
    );
    for skipped in keys.skipped() {
        let told: Value = serde_json::from_str(&skipped.to_json()).expect("told as JSON");
        assert!(told.is_object());
    }
    assert_eq!(keys.union(&keys).len(), keys.len(), "a union with itself is no more");
    let bound = keys.clone().for_issuer("https://other.example/");
    let both = bound.union(&keys.clone().for_issuer(ISSUER));
    assert_eq!((bound.len(), both.len()), (keys.len(), keys.len()), "of two issuers, no more keys");
    // None of them signed this token: unless the text has the secret of the tests in it.
    let token = Signer::Secret.token(Algorithm::Hs256, &claims(""));
    let policy = r#"{"issuer":"any","audience":"any","algorithms":["HS256"]}"#;
    let known = HS256.with_keys(keys.clone()).validate(&token, &NoCutoffs, now()).is_ok();
    let own = Validator::new(Policy::from_json(policy).expect("a policy"), keys.clone());
    assert_eq!(own.validate(&token, &NoCutoffs, now()).is_ok(), known);
    let verified = keys.verify(&token, [Algorithm::Hs256]);
    assert_eq!(verified.is_ok(), known);
    assert!(HS256.with_keys(bound).validate(&token, &NoCutoffs, now()).is_err(), "another's key");
    assert_eq!(HS256.with_keys(both).validate(&token, &NoCutoffs, now()).is_ok(), known);
    assert!(!known || secrets > 0, "verified without a secret: {text}");
}
