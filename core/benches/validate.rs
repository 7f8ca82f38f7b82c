//! What a decision costs: acceptance for each family of algorithm beside the raw primitive, and
//! rejection at each stage. `cargo bench -p lowwater`.
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
    reason = "a benchmark: a panic is how it fails"
)]

#[path = "../tests/signing/mod.rs"]
mod signing;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use lowwater::{Algorithm, Cutoffs, KeySet, NoCutoffs, Rule, Target, UnixTime};
use signing::{ISSUER, NOW, SECRET, Signer, access_token_claims, claims, validator};

const NOW_TIME: UnixTime = UnixTime::from_secs(NOW + 1);

fn accept(c: &mut Criterion) {
    for algorithm in [Algorithm::Hs256, Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let signer = Signer::of(algorithm);
        let token = signer.token(algorithm, &access_token_claims());
        let validator = validator(algorithm, &signer);
        let mut group = c.benchmark_group(format!("{algorithm}/{} bytes", token.len()));
        let mut cutoffs = Cutoffs::local();
        for number in 0..1000 {
            let target = Target::subject(&format!("user-{number}")).at_issuer(ISSUER);
            cutoffs.apply(Rule::issued_before(target, NOW_TIME), NOW_TIME).unwrap();
        }
        group.bench_function("raw", |b| b.iter(|| raw(algorithm, &signer, black_box(&token))));
        group.bench_function("validate", |b| {
            b.iter(|| validator.validate(black_box(&token), &NoCutoffs, NOW_TIME).unwrap());
        });
        group.bench_function("validate, 1000 rules", |b| {
            b.iter(|| validator.validate(black_box(&token), &cutoffs, NOW_TIME).unwrap());
        });
        group.finish();
    }
}

/// The signature check alone, on the bytes that a validation hands to it.
fn raw(algorithm: Algorithm, signer: &Signer, token: &str) {
    use ring::{hmac, signature as s};
    thread_local! {
        static KEY: hmac::Key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    }
    let (message, signature) = token.rsplit_once('.').unwrap();
    let mut room = [0; 512];
    let length = base64::Engine::decode_slice(
        &base64::prelude::BASE64_URL_SAFE_NO_PAD,
        signature,
        &mut room,
    );
    let (message, signature) = (message.as_bytes(), &room[..length.unwrap()]);
    match signer {
        Signer::Secret => KEY.with(|key| hmac::verify(key, message, signature).unwrap()),
        Signer::Rsa(pair) => {
            let key = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(pair.public());
            key.verify(&s::RSA_PKCS1_2048_8192_SHA256, message, signature).unwrap();
        }
        Signer::P256(pair) => {
            let key = s::KeyPair::public_key(pair);
            s::UnparsedPublicKey::new(&s::ECDSA_P256_SHA256_FIXED, key)
                .verify(message, signature)
                .unwrap();
        }
        Signer::Ed25519(pair) => {
            let key = s::KeyPair::public_key(pair);
            s::UnparsedPublicKey::new(&s::ED25519, key).verify(message, signature).unwrap();
        }
        Signer::P384(_) => panic!("no benchmark of {algorithm}"),
    }
}

fn reject(c: &mut Criterion) {
    let algorithm = Algorithm::Hs256;
    let signer = Signer::of(algorithm);
    let validator = validator(algorithm, &signer);
    let good = signer.token(algorithm, &access_token_claims());
    let mut cutoffs = Cutoffs::local();
    cutoffs.apply(Rule::issued_before(Target::issuer(ISSUER), NOW_TIME), NOW_TIME).unwrap();
    let expired = UnixTime::from_secs(NOW + 10_000);
    let header = |header: &str| signer.sign(algorithm, header, access_token_claims().as_bytes());
    let cases = [
        ("shape: dots", ".".repeat(900), NOW_TIME, "token_malformed"),
        (
            "shape: last letter",
            good[..good.len() - 1].to_string() + "*",
            NOW_TIME,
            "token_malformed",
        ),
        ("header", header(r#"{"alg":"none"}"#), NOW_TIME, "algorithm_unknown"),
        ("key", header(r#"{"alg":"HS256","kid":"x"}"#), NOW_TIME, "key_not_found"),
        ("signature", signer.token(algorithm, &claims("")).replace(".e", ".f"), NOW_TIME, ""),
        ("claims", signer.token(algorithm, r#"{"exp":"never"}"#), NOW_TIME, "claim_type"),
        ("policy", good.clone(), expired, "token_expired"),
        ("cutoff", good.clone(), NOW_TIME, "token_revoked"),
    ];
    let mut group = c.benchmark_group("reject");
    for (name, token, now, code) in &cases {
        let no = validator.validate(token, &cutoffs, *now).unwrap_err();
        assert!(code.is_empty() || no.code() == *code, "{name}: {no:?}");
        group.bench_function(*name, |b| {
            b.iter(|| validator.validate(black_box(token), &cutoffs, *now).unwrap_err());
        });
    }
    group.finish();
}

fn read_keys(c: &mut Criterion) {
    let rsa = Signer::of(Algorithm::Rs256).jwk("k");
    let p256 = Signer::of(Algorithm::Es256).jwk("k");
    let ed25519 = Signer::of(Algorithm::EdDsa).jwk("k");
    for (name, jwk) in [("RSA", rsa), ("P-256", p256), ("Ed25519", ed25519)] {
        let jwks = format!(r#"{{"keys":[{jwk}]}}"#);
        c.bench_function(&format!("read a set of one key/{name}"), |b| {
            b.iter(|| KeySet::from_jwks(black_box(&jwks)).unwrap());
        });
    }
}

criterion_group!(benches, accept, reject, read_keys);
criterion_main!(benches);
