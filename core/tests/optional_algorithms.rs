//! ES512 and ES256K: for whoever asks the backend and the validator by value, and unknown to all others.
#![cfg(feature = "aws-lc-rs")]
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

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
};
use lowwater::{
    Algorithm, AwsLc, Backend, Code, ConfigError, Key, KeyFault, KeySet, NoCutoffs, Policy, Ring,
    UnixTime, Validator,
};
use signing::{AUDIENCE, ISSUER, NOW, Signer, claims, encode};

const NOW_TIME: UnixTime = UnixTime::from_secs(NOW);
const TWELVE: AwsLc = AwsLc::new();
const FOURTEEN: AwsLc = AwsLc::new().with_es512_and_es256k();

/// RFC 7515 appendix A.4.
const A4_JWK: &str = r#"{"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}"#;
const A4_JWS: &str = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";

/// A key of one of the curves, and what is written of it.
struct Curve {
    algorithm: Algorithm,
    pair: EcdsaKeyPair,
    crv: &'static str,
    /// DER of an SPKI up to the point.
    spki: &'static [u8],
}

fn curves() -> [Curve; 2] {
    let pair = |kind| EcdsaKeyPair::generate(kind).unwrap();
    [
        Curve {
            algorithm: Algorithm::Es512,
            pair: pair(&ECDSA_P521_SHA512_FIXED_SIGNING),
            crv: "P-521",
            spki: b"\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00",
        },
        Curve {
            algorithm: Algorithm::Es256K,
            pair: pair(&ECDSA_P256K1_SHA256_FIXED_SIGNING),
            crv: "secp256k1",
            spki: b"\x30\x56\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x0a\x03\x42\x00",
        },
    ]
}

impl Curve {
    fn point(&self) -> Vec<u8> {
        self.pair.public_key().as_ref().to_vec()
    }

    fn jwk_of(&self, point: &[u8], more: &str) -> String {
        let (x, y) = point[1..].split_at((point.len() - 1) / 2);
        let (crv, x, y) = (self.crv, encode(x), encode(y));
        format!(r#"{{"kty":"EC","crv":"{crv}","x":"{x}","y":"{y}"{more}}}"#)
    }

    fn jwk(&self) -> String {
        self.jwk_of(&self.point(), r#","kid":"k""#)
    }

    fn der(&self) -> Vec<u8> {
        [self.spki, &self.point()].concat()
    }

    fn pem(&self) -> String {
        let body = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, self.der());
        let lines: Vec<_> =
            body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    }

    fn token(&self) -> String {
        self.token_that_says(self.algorithm)
    }

    fn token_that_says(&self, algorithm: Algorithm) -> String {
        let header = format!(r#"{{"alg":"{algorithm}","kid":"k","typ":"at+jwt"}}"#);
        let message = format!("{}.{}", encode(header), encode(claims("")));
        let signature = self.signature(message.as_bytes());
        format!("{message}.{}", encode(signature))
    }
}

fn set(backend: &dyn Backend, file: impl AsRef<[u8]>) -> Result<KeySet, ConfigError> {
    KeySet::builder_with(backend).read(file.as_ref())?.build()
}

fn validator(keys: KeySet, algorithms: &[Algorithm]) -> Validator {
    let builder = Validator::builder().issuer(ISSUER).audience(AUDIENCE);
    builder.algorithms(algorithms.iter().copied()).keys(keys).build().unwrap()
}

fn code(validator: &Validator, token: &str) -> Option<Code> {
    let explained = validator.explain(token, &NoCutoffs, NOW_TIME);
    let code = validator.validate(token, &NoCutoffs, NOW_TIME).err().map(|no| no.code());
    assert_eq!(code, explained.rejection().map(lowwater::Rejection::code));
    code
}

#[test]
fn the_example_of_rfc_7515_verifies() {
    let keys = set(&FOURTEEN, A4_JWK).unwrap();
    let signed = keys.verify(A4_JWS, [Algorithm::Es512]).unwrap();
    assert_eq!((signed.payload(), signed.algorithm()), (&b"Payload"[..], Algorithm::Es512));
    // The thumbprint, by the rule of RFC 7638.
    let name = encode(ring::digest::digest(
        &ring::digest::SHA256,
        A4_JWK.replace(r#"{"kty":"EC","crv":"P-521","#, r#"{"crv":"P-521","kty":"EC","#).as_bytes(),
    ));
    assert_eq!(signed.key_id(), name);
    let changed = A4_JWS.replace("UGF5", "UGF4");
    assert_eq!(keys.verify(&changed, [Algorithm::Es512]).unwrap_err().code(), "signature_invalid");
}

#[test]
fn a_token_passes_where_backend_and_allow_list_ask_for_it() {
    for curve in curves() {
        let algorithm = curve.algorithm;
        for file in [curve.jwk().into_bytes(), curve.der(), curve.pem().into_bytes()] {
            let validator = validator(set(&FOURTEEN, file).unwrap(), &[algorithm]);
            let token = curve.token();
            assert_eq!(code(&validator, &token), None, "{algorithm}");
            for place in (token.rfind('.').unwrap()..token.len()).step_by(7) {
                let mut changed = token.clone().into_bytes();
                changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
                let changed = String::from_utf8(changed).unwrap();
                assert!(code(&validator, &changed).is_some(), "{algorithm}: {place}");
            }
        }
        let accepted = validator(set(&FOURTEEN, curve.jwk()).unwrap(), &[algorithm]);
        let accepted = accepted.validate(&curve.token(), &NoCutoffs, NOW_TIME).unwrap();
        assert_eq!(accepted.algorithm(), Some(algorithm));
    }
}

#[test]
fn a_signature_is_two_numbers_of_the_length_of_the_order() {
    for curve in curves() {
        let keys = set(&FOURTEEN, curve.jwk()).unwrap();
        let token = curve.token();
        let (message, _) = token.rsplit_once('.').unwrap();
        let good = curve.signature(message.as_bytes());
        let verify = |signature: &[u8]| {
            keys.verify(&format!("{message}.{}", encode(signature)), [curve.algorithm]).is_ok()
        };
        assert!(verify(&good));
        let (r, s) = good.split_at(good.len() / 2);
        for form in [
            good[1..].to_vec(),
            good[..good.len() - 1].to_vec(),
            [&good[..], &[0]].concat(),
            [&[0], r, &[0], s].concat(),
            [s, r].concat(),
            vec![0; good.len()],
            vec![0xff; good.len()],
            Vec::new(),
        ] {
            assert!(!verify(&form), "{}", curve.crv);
        }
    }
}

/// As for every name that nobody knows: the answers are those of a deployment that cannot do it.
#[test]
fn who_asked_for_nothing_gets_nothing() {
    for curve in curves() {
        let algorithm = curve.algorithm;
        let keys = set(&FOURTEEN, curve.jwk()).unwrap();
        for allowed in [&Algorithm::ALL[..], &[Algorithm::Es256]] {
            let validator = validator(keys.clone(), allowed);
            assert_eq!(code(&validator, &curve.token()), Some(Code::AlgorithmUnknown));
        }
        let other = Algorithm::OPTIONAL.into_iter().find(|one| *one != algorithm).unwrap();
        let validator = validator(keys.clone(), &[other]);
        assert_eq!(code(&validator, &curve.token()), Some(Code::AlgorithmUnknown));
        let no = keys.verify(&curve.token(), Algorithm::ALL).unwrap_err();
        assert_eq!(no.code(), "algorithm_unknown");
    }
    // Known by name to nobody, in a policy least of all.
    for name in ["ES512", "ES256K"] {
        let parsed = name.parse::<Algorithm>();
        assert_eq!(parsed, Err(ConfigError::UnknownAlgorithm));
        let policy = format!(r#"{{"issuer":"any","audience":"any","algorithms":["{name}"]}}"#);
        assert_eq!(Policy::from_json(&policy).unwrap_err().code(), "algorithm_unknown");
    }
}

/// What a backend does not offer is of an unknown curve, well formed or not; with the reasons that were
/// always given.
#[test]
fn keys_are_read_where_the_backend_offers_them() {
    let backends: [&dyn Backend; 2] = [&Ring, &TWELVE];
    let ed25519 = Signer::of(Algorithm::EdDsa).jwk("ed");
    for curve in curves() {
        let (jwk, point) = (curve.jwk(), curve.point());
        let named = jwk.replace(r#""kid""#, &format!(r#""alg":"{}","kid""#, curve.algorithm));
        let broken = jwk.replace(r#""y":""#, r#""y":"*"#);
        let mut off = point.clone();
        off[40] ^= 1;
        let off_curve = curve.jwk_of(&off, "");
        let unknown = KeyFault::UnknownCurve;
        for (jwk, fault) in [
            (&jwk, unknown),
            (&broken, unknown),
            (&off_curve, unknown),
            (&named, KeyFault::AlgorithmMismatch),
        ] {
            assert_eq!(Key::from_jwk(jwk), Err(fault.into()));
            for backend in backends {
                assert_eq!(Key::read_with(backend, jwk.as_bytes()), Err(fault.into()));
                assert_eq!(set(backend, jwk).unwrap_err(), fault.into());
                let jwks = format!(r#"{{"keys":[{jwk},{ed25519}]}}"#);
                let set = set(backend, jwks).unwrap();
                assert_eq!((set.len(), set.skipped()[0].fault()), (1, fault));
            }
        }
        for file in [curve.der(), curve.pem().into_bytes(), [curve.spki, &off].concat()] {
            for backend in backends {
                assert_eq!(Key::read_with(backend, &file), Err(unknown.into()));
                assert_eq!(set(backend, &file).unwrap_err(), unknown.into());
            }
        }
        assert_eq!(Key::from_der(&curve.der()), Err(unknown.into()));
        assert_eq!(Key::from_pem(&curve.pem()), Err(unknown.into()));

        // Where it is offered, the checks are those of every key.
        let read = |file: &str| Key::read_with(&FOURTEEN, file.as_bytes());
        assert_eq!(read(&broken), Err(KeyFault::Malformed.into()));
        assert_eq!(read(&off_curve), Err(KeyFault::NotOnCurve.into()));
        let private = jwk.replace(r#""kid""#, r#""d":"AA","kid""#);
        assert_eq!(read(&private), Err(KeyFault::Private.into()));
        let padded = curve.jwk_of(&[&[4, 0][..], &point[1..], &[0]].concat(), "");
        assert_eq!(read(&padded), Err(KeyFault::Malformed.into()));
        let key = read(&named).unwrap();
        assert_eq!((key.algorithm(), key.id()), (Some(curve.algorithm), Some("k")));
        assert_eq!(read(&jwk).unwrap().with_algorithm(curve.algorithm), Ok(key.clone()));
        for other in Algorithm::ALL.into_iter().chain(Algorithm::OPTIONAL) {
            let bound = read(&jwk).unwrap().with_algorithm(other);
            assert_eq!(bound.is_ok(), other == curve.algorithm, "{other}");
        }
        let jwks = format!(r#"{{"keys":[{named},{ed25519}]}}"#);
        assert_eq!(set(&FOURTEEN, jwks).unwrap().key_ids().collect::<Vec<_>>(), ["k", "ed"]);
        // A key that was read for one backend and given to another is refused there.
        for backend in backends {
            let built = KeySet::builder_with(backend).key(key.clone());
            assert_eq!(built.map(drop).unwrap_err(), KeyFault::Unsupported.into());
        }
        for point in [&off[..], &point[..point.len() - 1], &[&[2], &point[1..]].concat()] {
            assert!(Key::read_with(&FOURTEEN, &[curve.spki, point].concat()).is_err());
        }
    }
}

#[test]
fn a_set_of_keys_is_no_lone_key() {
    let jwks = format!(r#"{{"keys":[{A4_JWK}]}}"#);
    let no = Key::read_with(&FOURTEEN, jwks.as_bytes()).unwrap_err().to_string();
    assert!(no.contains("from_jwks"), "{no}");
    for file in [&b"<html>502 Bad Gateway</html>"[..], b"", b"[]", b"{}", &[7; 32]] {
        assert!(Key::read_with(&FOURTEEN, file).is_err());
    }
}

/// Exchanging the library leaves all else as it is: the twelve are served the same beside the two.
#[test]
fn the_fourteen_hold_the_twelve() {
    for algorithm in Algorithm::ALL {
        let signer = Signer::of(algorithm);
        let token = signer.token(algorithm, &claims(""));
        for backend in [TWELVE, FOURTEEN] {
            let validator = signing::validator_on(&backend, algorithm, &signer);
            assert_eq!(code(&validator, &token), None, "{algorithm}");
        }
    }
    // P-256 and secp256k1 have coordinates of one length: neither key does the other's work.
    let [_, secp256k1] = curves();
    let jwk = secp256k1.jwk().replace("secp256k1", "P-256");
    assert_eq!(Key::read_with(&FOURTEEN, jwk.as_bytes()), Err(KeyFault::NotOnCurve.into()));
    let p256 = Signer::of(Algorithm::Es256).jwk("k").replace("P-256", "secp256k1");
    assert_eq!(Key::read_with(&FOURTEEN, p256.as_bytes()), Err(KeyFault::NotOnCurve.into()));
    let refused = validator(set(&FOURTEEN, secp256k1.jwk()).unwrap(), &[Algorithm::Es256]);
    let token = secp256k1.token_that_says(Algorithm::Es256);
    assert_eq!(code(&refused, &token), Some(Code::KeyMismatch));
}

/// A message lists what is allowed, these too.
#[test]
fn messages_name_them() {
    let [es512, _] = curves();
    let allowed =
        validator(set(&FOURTEEN, es512.jwk()).unwrap(), &[Algorithm::Rs256, Algorithm::Es512]);
    let token = Signer::of(Algorithm::Es256).token(Algorithm::Es256, &claims(""));
    let no = allowed.validate(&token, &NoCutoffs, NOW_TIME).unwrap_err();
    assert_eq!(no.code(), "algorithm_not_allowed");
    assert!(no.to_string().contains("RS256, ES512"), "{no}");
}
