//! What a signature check costs on each backend: a message of 900 bytes, the key prepared once, as in a
//! key set. `cargo bench -p lowwater --features aws-lc-rs --bench backends`.
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

#[path = "../tests/backends/mod.rs"]
mod backends;
#[path = "../tests/signing/mod.rs"]
mod signing;

use std::hint::black_box;
use std::time::Duration;

use backends::BACKENDS;
use criterion::{Criterion, criterion_group, criterion_main};
use lowwater::{Algorithm, KeyMaterial};
use ring::{rsa, signature::KeyPair as _};
use signing::{SECRET, Signer};

const MESSAGE: [u8; 900] = [b'm'; 900];

fn verify(c: &mut Criterion) {
    for algorithm in [
        Algorithm::Hs256,
        Algorithm::Rs256,
        Algorithm::Ps256,
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::EdDsa,
    ] {
        let signer = Signer::of(algorithm);
        let signature = signer.signature(algorithm, &MESSAGE);
        let mut group = c.benchmark_group(algorithm.name());
        for (name, backend) in BACKENDS {
            let verifier = with_key(&signer, |key| backend.prepare(algorithm, &key)).unwrap();
            group.bench_function(*name, |b| {
                b.iter(|| verifier.verify(black_box(&MESSAGE), black_box(&signature)).unwrap());
            });
            // ring reads the key before it looks at the length: what is left is the cost of the key.
            if algorithm == Algorithm::Rs256 {
                group.bench_function(format!("{name}, key alone"), |b| {
                    b.iter(|| verifier.verify(black_box(&MESSAGE), &[]).unwrap_err());
                });
            }
            group.bench_function(format!("{name}, prepare"), |b| {
                b.iter(|| with_key(&signer, |key| backend.prepare(algorithm, &key)));
            });
        }
        group.finish();
    }
}

fn with_key<T>(signer: &Signer, call: impl FnOnce(KeyMaterial<'_>) -> T) -> T {
    match signer {
        Signer::Secret => call(KeyMaterial::Secret(SECRET)),
        Signer::Rsa(pair) => {
            let key = rsa::PublicKeyComponents::<Vec<u8>>::from(pair.public());
            call(KeyMaterial::Rsa { modulus: &key.n, exponent: &key.e })
        }
        Signer::P256(pair) => {
            call(KeyMaterial::P256(pair.public_key().as_ref().try_into().unwrap()))
        }
        Signer::P384(pair) => {
            call(KeyMaterial::P384(pair.public_key().as_ref().try_into().unwrap()))
        }
        Signer::Ed25519(pair) => {
            call(KeyMaterial::Ed25519(pair.public_key().as_ref().try_into().unwrap()))
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2));
    targets = verify
}
criterion_main!(benches);
