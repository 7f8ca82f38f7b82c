//! Key sets: which key is chosen, whom it vouches for, and what a backend of one's own sees.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod signing;

use lowwater::{
    Algorithm, Backend, InvalidSignature, Key, KeyFault, KeyMaterial, KeySet, NoCutoffs, Ring,
    UnixTime, Validator, VerifySignature,
};
use signing::{AUDIENCE, NOW, Signer, claims, encode, validator};

const NOW_TIME: UnixTime = UnixTime::from_secs(NOW);

fn key(byte: u8) -> Key {
    Key::from_secret(&[byte; 32]).unwrap()
}

fn sign(byte: u8, header: &str, payload: &str) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &[byte; 32]);
    format!("{message}.{}", encode(ring::hmac::sign(&secret, message.as_bytes())))
}

fn issued_by(issuer: &str) -> String {
    format!(r#"{{"iss":"{issuer}","aud":"{AUDIENCE}","iat":{NOW},"exp":{}}}"#, NOW + 60)
}

const HEADER: &str = r#"{"alg":"HS256"}"#;

fn two_issuers(keys: KeySet) -> Validator {
    Validator::builder()
        .issuer("https://a/")
        .issuer("https://b/")
        .audience(AUDIENCE)
        .algorithms([Algorithm::Hs256])
        .keys(keys)
        .build()
        .unwrap()
}

/// Mix-up of issuers: B's key signs a token in A's name.
#[test]
fn a_bound_key_vouches_for_its_issuer_alone() {
    let a = KeySet::from_keys([key(1)]).unwrap().for_issuer("https://a/");
    let b = KeySet::from_keys([key(2)]).unwrap().for_issuer("https://b/");
    let validator = two_issuers(a.union(&b));
    let code = |byte, issuer| {
        let token = sign(byte, HEADER, &issued_by(issuer));
        validator.validate(&token, &NoCutoffs, NOW_TIME).err().map(|no| no.code().as_str())
    };
    assert_eq!((code(1, "https://a/"), code(2, "https://b/")), (None, None));
    assert_eq!(code(2, "https://a/"), Some("issuer_not_allowed"));
    assert_eq!(code(1, "https://b/"), Some("issuer_not_allowed"));
    // Unbound, either serves both: whoever configures several issuers binds their keys.
    let loose = two_issuers(KeySet::from_keys([key(1), key(2)]).unwrap());
    let token = sign(2, HEADER, &issued_by("https://a/"));
    assert!(loose.validate(&token, &NoCutoffs, NOW_TIME).is_ok());
}

/// Some issuers publish one key for all their tenants.
#[test]
fn a_key_of_two_issuers_is_one_key_bound_to_both() {
    let set = |issuer| KeySet::from_keys([key(1)]).unwrap().for_issuer(issuer);
    let both = set("https://a/").union(&set("https://b/"));
    assert_eq!(both.len(), 1);
    let validator = two_issuers(both.clone());
    for issuer in ["https://a/", "https://b/"] {
        let token = sign(1, HEADER, &issued_by(issuer));
        assert!(validator.validate(&token, &NoCutoffs, NOW_TIME).is_ok(), "{issuer}");
    }
    let token = sign(1, HEADER, &issued_by("https://c/"));
    assert!(validator.validate(&token, &NoCutoffs, NOW_TIME).is_err());
    let signed = both.verify(&token, [Algorithm::Hs256]).unwrap();
    assert_eq!(signed.key_issuers().collect::<Vec<_>>(), ["https://a/", "https://b/"]);
    let unbound = both.union(&KeySet::from_keys([key(1)]).unwrap());
    assert_eq!(unbound.verify(&token, [Algorithm::Hs256]).unwrap().key_issuers().count(), 0);
}

#[test]
fn keys_are_exchanged_at_run_time() {
    let old = two_issuers(KeySet::from_keys([key(1)]).unwrap());
    let new = old.with_keys(KeySet::from_keys([key(2)]).unwrap());
    let token = sign(2, HEADER, &issued_by("https://a/"));
    assert!(old.validate(&token, &NoCutoffs, NOW_TIME).is_err());
    assert!(new.validate(&token, &NoCutoffs, NOW_TIME).is_ok());
    assert!(
        old.clone()
            .validate(&sign(1, HEADER, &issued_by("https://b/")), &NoCutoffs, NOW_TIME)
            .is_ok()
    );
}

/// RFC 7638 section 3.1 and RFC 8037 appendix A.3; and a key of two coordinates.
#[test]
fn a_key_without_a_name_is_called_by_its_thumbprint() {
    let rsa = concat!(
        r#"{"kty":"RSA","e":"AQAB","alg":"RS256","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cb"#,
        "bfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w",
        "6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdk",
        r#"t-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}"#
    );
    let ed25519 =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    // The generator of P-256; its thumbprint computed with hashlib.
    let p256 = concat!(
        r#"{"kty":"EC","crv":"P-256","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","#,
        r#""y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}"#
    );
    for (jwk, thumbprint) in [
        (p256, "xx0BcA-wMohw8atYDJOe6peGModklG2wRHBlXHMvl0M"),
        (rsa, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (ed25519, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
    ] {
        let keys = KeySet::from_keys([Key::from_jwk(jwk).unwrap()]).unwrap();
        assert_eq!(keys.key_ids().collect::<Vec<_>>(), [thumbprint]);
    }
}

/// Ten thousand keys are no fault and no slow path: a choice looks at the first few that fit.
#[test]
fn ten_thousand_keys_are_fine() {
    let jwk = |number: usize| {
        let kid =
            if number.is_multiple_of(2) { format!(r#","kid":"k{number}""#) } else { String::new() };
        format!(r#"{{"kty":"oct","k":"{}"{kid}}}"#, encode(number.to_string().repeat(32)))
    };
    let all: Vec<String> = (0..10_000).map(jwk).collect();
    let keys = KeySet::from_jwks(&format!(r#"{{"keys":[{}]}}"#, all.join(","))).unwrap();
    assert_eq!((keys.len(), keys.skipped().len()), (10_000, 0));
    let token = sign(1, HEADER, "{}");
    let code = |header: &str| {
        let token = sign(1, header, "{}");
        keys.verify(&token, [Algorithm::Hs256]).unwrap_err().code().as_str()
    };
    assert_eq!(keys.verify(&token, [Algorithm::Hs256]).unwrap_err().code(), "key_ambiguous");
    assert_eq!(code(r#"{"alg":"HS256","kid":"k4"}"#), "key_ambiguous"); // and 5000 without a name
}

#[test]
fn skipped_keys_say_which_and_why() {
    let jwks = format!(
        r#"{{"keys":[{}, 5, {{"kty":"EC","crv":"P-521","kid":"big"}}, {{"kty":"oct","k":"AAAA"}}]}}"#,
        Signer::of(Algorithm::Es256).jwk("good")
    );
    let keys = KeySet::from_jwks(&jwks).unwrap();
    let skipped: Vec<_> =
        keys.skipped().iter().map(|key| (key.position(), key.key_id(), key.fault())).collect();
    assert_eq!(
        skipped,
        [
            (1, None, KeyFault::NotAnObject),
            (2, Some("big"), KeyFault::UnknownCurve),
            (3, None, KeyFault::SecretAmongPublic)
        ]
    );
    assert_eq!(
        keys.skipped()[1].to_json(),
        r#"{"position":2,"key_id":"big","code":"key_curve_unknown","message":"`crv` must be `P-256`, `P-384` or `Ed25519`, as `kty` allows"}"#
    );
}

#[test]
fn a_set_that_was_fetched_has_no_secret() {
    let secret =
        r#"{"keys":[{"kty":"oct","kid":"s","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}"#;
    assert_eq!(KeySet::from_jwks(secret).unwrap().len(), 1);
    let public = KeySet::builder().public_only().jwks(secret).unwrap();
    assert_eq!(public.build().unwrap_err().code(), "no_usable_key");
}

/// vuln-02: what is fetched in place of keys never becomes a secret.
#[test]
fn a_file_of_keys_is_read_by_its_look_and_never_as_a_secret() {
    let jwk = Signer::of(Algorithm::Es256).jwk("a");
    let pem = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAh8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F+eqk4=\n-----END PUBLIC KEY-----\n";
    let der = pem_rfc7468::decode_vec(pem.as_bytes()).unwrap().1;
    let set = format!("\n{{\"keys\":[{jwk}]}}");
    for file in [set.as_bytes(), jwk.as_bytes(), pem.as_bytes(), &der] {
        assert_eq!(KeySet::read(file).unwrap().len(), 1, "{file:?}");
    }
    let blank = [b' '; 64];
    for file in
        [&b""[..], b"<html>502 Bad Gateway</html>", &[7; 32], b"[]", &blank, &der[1..], b"0"]
    {
        assert!(KeySet::read(file).is_err(), "{file:?}");
    }
    let short = br#"{"kty":"oct","k":"AAAA"}"#;
    assert!(KeySet::read(short).is_err());
    assert!(KeySet::builder().allow_short_secrets().read(short).is_ok());
}

/// A backend that knows one algorithm, and counts.
struct OnlyEd25519;

impl Backend for OnlyEd25519 {
    fn prepare(
        &self,
        algorithm: Algorithm,
        key: &KeyMaterial<'_>,
    ) -> Option<Box<dyn VerifySignature>> {
        (algorithm == Algorithm::EdDsa).then(|| Ring.prepare(algorithm, key)).flatten()
    }

    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        Ring.sha256(data)
    }
}

#[test]
fn a_backend_of_ones_own_stands_in() {
    let (ed25519, p256) = (Signer::of(Algorithm::EdDsa), Signer::of(Algorithm::Es256));
    let jwks = format!(r#"{{"keys":[{},{}]}}"#, p256.jwk("p"), ed25519.jwk("k"));
    let keys = KeySet::builder_with(&OnlyEd25519).jwks(&jwks).unwrap().build().unwrap();
    assert_eq!((keys.len(), keys.skipped()[0].fault()), (1, KeyFault::Unsupported));
    let validator = validator(Algorithm::EdDsa, &ed25519).with_keys(keys);
    let token = ed25519.token(Algorithm::EdDsa, &claims(""));
    assert!(validator.validate(&token, &NoCutoffs, NOW_TIME).is_ok());
    assert!(KeySet::builder_with(&OnlyEd25519).key(p256.key("p")).is_err());
}

/// A verifier that takes everything: the pipeline around it must still look at everything else.
struct Gullible;

impl VerifySignature for Gullible {
    fn verify(&self, _: &[u8], _: &[u8]) -> Result<(), InvalidSignature> {
        Ok(())
    }
}

impl Backend for Gullible {
    fn prepare(&self, _: Algorithm, _: &KeyMaterial<'_>) -> Option<Box<dyn VerifySignature>> {
        Some(Box::new(Self))
    }

    fn sha256(&self, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }
}

/// The order of the set, whichever of them has a name: two keys of one secret show which was tried first.
#[test]
fn keys_are_tried_in_the_order_of_the_set() {
    let (named, nameless) = (key(1).with_id("b").unwrap(), key(1));
    let header = r#"{"alg":"HS256","kid":"b"}"#;
    let token = sign(1, header, &issued_by("https://a/"));
    let first = |keys: [Key; 2]| {
        let keys = KeySet::from_keys(keys).unwrap();
        assert!(!keys.is_empty());
        two_issuers(keys).validate(&token, &NoCutoffs, NOW_TIME).unwrap().key_id() == Some("b")
    };
    assert!(first([named.clone(), nameless.clone()]));
    assert!(!first([nameless, named]));
}

/// Of these no key is read, unless the backend says that it takes them.
struct Offers(&'static [Algorithm]);

impl Backend for Offers {
    fn prepare(&self, _: Algorithm, _: &KeyMaterial<'_>) -> Option<Box<dyn VerifySignature>> {
        Some(Box::new(Gullible))
    }

    fn sha256(&self, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }

    fn optional(&self) -> &[Algorithm] {
        self.0
    }
}

#[test]
fn a_curve_is_read_for_whoever_offers_it() {
    // RFC 7515 appendix A.4, and the generator of secp256k1 (SEC 2 section 2.4.1).
    let p521 = concat!(
        r#"{"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9"#,
        r#"tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}"#
    );
    let secp256k1 = concat!(
        r#"{"kty":"EC","crv":"secp256k1","x":"eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g","#,
        r#""y":"SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg"}"#
    );
    let (es512, es256k) = (&[Algorithm::Es512][..], &[Algorithm::Es256K][..]);
    for (offered, jwk, read) in [
        (es512, p521, true),
        (es512, secp256k1, false),
        (es256k, p521, false),
        (es256k, secp256k1, true),
        (&[], p521, false),
        (&[], secp256k1, false),
    ] {
        let key = Key::read_with(&Offers(offered), jwk.as_bytes());
        assert_eq!(key.is_ok(), read, "{offered:?} {jwk}");
    }
}

#[test]
fn no_backend_can_widen_what_a_key_may_do() {
    let p256 = Signer::of(Algorithm::Es256);
    let keys = KeySet::builder_with(&Gullible).key(p256.key("k")).unwrap().build().unwrap();
    let all = Algorithm::ALL;
    for algorithm in all {
        let token = format!("{}.e30.AAAA", encode(format!(r#"{{"alg":"{algorithm}","kid":"k"}}"#)));
        assert_eq!(keys.verify(&token, all).is_ok(), algorithm == Algorithm::Es256, "{algorithm}");
    }
}

/// For whoever asks why a key of the set was passed over.
#[test]
fn an_explanation_tells_what_came_of_each_key() {
    let named = |byte, id: &str| key(byte).with_id(id).unwrap();
    let long = Key::from_secret(&[5; 64]).unwrap().with_id("b").unwrap();
    let long = long.with_algorithm(Algorithm::Hs512).unwrap();
    let keys = [named(1, "a"), named(2, "b"), named(3, "b"), long, key(4), named(6, "b")];
    let validator = two_issuers(KeySet::from_keys(keys).unwrap());
    let told = |token: &str| {
        let explained = validator.explain(token, &NoCutoffs, NOW_TIME);
        let json: serde_json::Value = serde_json::from_str(&explained.to_json()).unwrap();
        let told: Vec<_> = explained
            .keys()
            .iter()
            .map(|key| (key.outcome.as_str(), key.message.unwrap_or_default()))
            .collect();
        for (key, json) in explained.keys().iter().zip(json["keys"].as_array().unwrap()) {
            assert_eq!(json["key_id"], *key.key_id);
            assert_eq!(json["outcome"], key.outcome.as_str());
            assert_eq!(json["message"].as_str(), key.message);
            assert_eq!(json["algorithms"].as_array().unwrap().len(), key.algorithms.len());
        }
        told
    };
    let (other, dull) = (("not_tried", "it has another `kid`"), ("tried", ""));
    let misfit = ("not_tried", "it does not serve the token's algorithm");
    let late = ("not_tried", "a key before it made the signature");
    let signed = |byte, header| sign(byte, header, &issued_by("https://a/"));
    let named = r#"{"alg":"HS256","kid":"b"}"#;
    assert_eq!(told(&signed(3, named)), [other, dull, ("verified", ""), misfit, late, late]);
    assert_eq!(told(&signed(9, named)), [other, dull, dull, misfit, dull, dull]);
    let unknown = r#"{"alg":"HS256","kid":"z"}"#;
    let both = ("not_tried", "it has another `kid` and does not serve the token's algorithm");
    assert_eq!(told(&signed(4, unknown)), [other, other, other, both, ("verified", ""), other]);
    let many = ("not_tried", "too many keys fit the token");
    assert_eq!(told(&signed(9, HEADER)), [many, many, many, misfit, many, many]);
    assert_eq!(told("."), [("not_tried", ""); 6]);
    assert_eq!(told(&signed(9, r#"{"alg":"RS256"}"#)), [("not_tried", ""); 6]);
}
