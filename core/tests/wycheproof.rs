//! The raw signature sets of Project Wycheproof, through the seam that a validation uses, on every
//! backend: they must agree case by case.
//!
//! What a set calls valid must verify; what it calls invalid or acceptable must not. Every deviation
//! stands in `wycheproof_exceptions.txt` with a reason, and an exception that is no longer needed fails.
//! The JSON Web Signature sets are vectors: `tests/others/wycheproof.json`.
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

mod backends;

use std::collections::BTreeMap;
use std::fmt::Debug;

use backends::all_agree;
use lowwater::{Algorithm, Backend, Key, KeyMaterial};
use wycheproof::{TestResult, ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify};

/// One case: set, number, what the set says, what we say.
#[derive(Default)]
struct Tally {
    count: usize,
    deviations: BTreeMap<String, String>,
}

impl Tally {
    fn case(
        &mut self,
        set: impl Debug,
        id: usize,
        says: TestResult,
        verified: bool,
        comment: &str,
    ) {
        self.count += 1;
        if (says == TestResult::Valid) != verified {
            let name = format!("{set:?} {id}");
            self.deviations.insert(name, format!("{says:?}, verified: {verified}, {comment}"));
        }
    }

    /// Compares the deviations of these sets with the list.
    fn finish(self, kind: &str, at_least: usize) {
        assert!(self.count >= at_least, "only {} cases of {kind}", self.count);
        let list = include_str!("wycheproof_exceptions.txt");
        let listed: Vec<&str> = list
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.strip_prefix(kind)?.strip_prefix(": "))
            .map(|line| line.split_once(" - ").expect("a reason").0)
            .collect();
        for name in &listed {
            assert!(
                self.deviations.contains_key(*name),
                "exception no longer needed: {kind}: {name}"
            );
        }
        let unlisted: Vec<_> =
            self.deviations.iter().filter(|(name, _)| !listed.contains(&name.as_str())).collect();
        assert!(unlisted.is_empty(), "{kind}: {unlisted:#?}");
    }
}

fn verifies(algorithm: Algorithm, key: KeyMaterial<'_>, message: &[u8], signature: &[u8]) -> bool {
    all_agree(|backend| verifies_on(backend, algorithm, key, message, signature))
}

fn verifies_on(
    backend: &dyn Backend,
    algorithm: Algorithm,
    key: KeyMaterial<'_>,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let verifier = backend.prepare(algorithm, &key).expect("every backend has them all");
    verifier.verify(message, signature).is_ok()
}

#[test]
fn ecdsa_as_jws_encodes_it() {
    use ecdsa::TestName::{EcdsaSecp256r1Sha256P1363 as P256, EcdsaSecp384r1Sha384P1363 as P384};
    let mut tally = Tally::default();
    for (name, algorithm) in [(P256, Algorithm::Es256), (P384, Algorithm::Es384)] {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            // The key is read the way an operator gives it: points are checked there.
            assert!(Key::from_pem(&group.pem).is_ok() && Key::from_der(&group.der).is_ok());
            let point = &group.key.key[..];
            let key = match algorithm {
                Algorithm::Es256 => KeyMaterial::P256(point.try_into().unwrap()),
                _ => KeyMaterial::P384(point.try_into().unwrap()),
            };
            for test in group.tests {
                let verified = verifies(algorithm, key, &test.msg, &test.sig);
                tally.case(name, test.tc_id, test.result, verified, &test.comment);
            }
        }
    }
    tally.finish("ecdsa", 400);
}

/// Those that a backend offers to whoever asks.
#[cfg(feature = "aws-lc-rs")]
#[test]
fn ecdsa_of_the_optional_curves() {
    use ecdsa::TestName::{
        EcdsaSecp256k1Sha256P1363 as Secp256k1, EcdsaSecp521r1Sha512P1363 as P521,
    };
    let backend = lowwater::AwsLc::new().with_es512_and_es256k();
    let mut tally = Tally::default();
    for (name, algorithm) in [(P521, Algorithm::Es512), (Secp256k1, Algorithm::Es256K)] {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            for file in [group.pem.as_bytes(), &group.der] {
                let key = Key::read_with(&backend, file).unwrap();
                assert!(key.with_algorithm(algorithm).is_ok());
            }
            assert_eq!(Key::from_der(&group.der), Err(lowwater::KeyFault::UnknownCurve.into()));
            let point = &group.key.key[..];
            let key = match algorithm {
                Algorithm::Es512 => KeyMaterial::P521(point.try_into().unwrap()),
                _ => KeyMaterial::Secp256k1(point.try_into().unwrap()),
            };
            for test in group.tests {
                let verified = verifies_on(&backend, algorithm, key, &test.msg, &test.sig);
                tally.case(name, test.tc_id, test.result, verified, &test.comment);
            }
        }
    }
    tally.finish("ecdsa_optional", 400);
}

/// DER signatures are no JWS signatures (RFC 7518 section 3.4), whatever they sign.
#[test]
fn ecdsa_in_der_is_refused() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256).unwrap();
    for group in set.test_groups {
        let key = KeyMaterial::P256(group.key.key[..].try_into().unwrap());
        for test in group.tests {
            assert!(!verifies(Algorithm::Es256, key, &test.msg, &test.sig), "{}", test.tc_id);
        }
    }
}

#[test]
fn ed25519() {
    let mut tally = Tally::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        assert!(Key::from_pem(&group.pem).is_ok() && Key::from_der(&group.der).is_ok());
        let key = KeyMaterial::Ed25519(group.key.pk[..].try_into().unwrap());
        for test in group.tests {
            let verified = verifies(Algorithm::EdDsa, key, &test.msg, &test.sig);
            tally.case("ed25519", test.tc_id, test.result, verified, &test.comment);
        }
    }
    tally.finish("eddsa", 140);
}

#[test]
fn rsa_pkcs1() {
    use rsa_pkcs1_verify::TestName as N;
    let mut tally = Tally::default();
    for (algorithm, names) in [
        (
            Algorithm::Rs256,
            vec![N::Rsa2048Sha256, N::Rsa3072Sha256, N::Rsa4096Sha256, N::Rsa8192Sha256],
        ),
        (
            Algorithm::Rs384,
            vec![N::Rsa2048Sha384, N::Rsa3072Sha384, N::Rsa4096Sha384, N::Rsa8192Sha384],
        ),
        (
            Algorithm::Rs512,
            vec![N::Rsa2048Sha512, N::Rsa3072Sha512, N::Rsa4096Sha512, N::Rsa8192Sha512],
        ),
    ] {
        for name in names {
            for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
                assert!(Key::from_pem(&group.pem).is_ok() && Key::from_der(&group.asn_key).is_ok());
                let (modulus, exponent) = (stripped(&group.key.n), stripped(&group.key.e));
                let key = KeyMaterial::Rsa { modulus, exponent };
                for test in group.tests {
                    let verified = verifies(algorithm, key, &test.msg, &test.sig);
                    tally.case(name, test.tc_id, test.result, verified, &test.comment);
                }
            }
        }
    }
    tally.finish("rsa_pkcs1", 2500);
}

#[test]
fn rsa_pss_with_a_salt_as_long_as_the_hash() {
    use rsa_pss_verify::TestName as N;
    let mut tally = Tally::default();
    for (algorithm, name) in [
        (Algorithm::Ps256, N::RsaPss2048Sha256Mgf1SaltLen32),
        (Algorithm::Ps256, N::RsaPss3072Sha256Mgf1SaltLen32),
        (Algorithm::Ps256, N::RsaPss4096Sha256Mgf1SaltLen32),
        (Algorithm::Ps384, N::RsaPss2048Sha384Mgf1SaltLen48),
        (Algorithm::Ps384, N::RsaPss4096Sha384Mgf1SaltLen48),
        (Algorithm::Ps512, N::RsaPss4096Sha512Mgf1SaltLen64),
    ] {
        pss(algorithm, name, |test, verified| {
            tally.case(name, test.tc_id, test.result, verified, &test.comment);
        });
    }
    tally.finish("rsa_pss", 600);
}

/// RFC 7518 section 3.5: the salt is as long as the hash, and the mask uses the same hash.
#[test]
fn rsa_pss_with_other_parameters_is_refused() {
    use rsa_pss_verify::TestName as N;
    for (algorithm, name) in [
        (Algorithm::Ps256, N::RsaPss2048Sha256Mgf1SaltLen0),
        (Algorithm::Ps256, N::RsaPss2048Sha256Mgf1Sha1_20),
        (Algorithm::Ps512, N::RsaPss4096Sha512Mgf1SaltLen32),
    ] {
        // What these sets call valid has their salt or mask; what they call invalid may have ours.
        pss(algorithm, name, |test, verified| {
            assert!(!verified || test.result != TestResult::Valid, "{name:?} {}", test.tc_id);
        });
    }
}

fn pss(
    algorithm: Algorithm,
    name: rsa_pss_verify::TestName,
    mut see: impl FnMut(&rsa_pss_verify::Test, bool),
) {
    for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
        let key =
            KeyMaterial::Rsa { modulus: stripped(&group.key.n), exponent: stripped(&group.key.e) };
        for test in &group.tests {
            see(test, verifies(algorithm, key, &test.msg, &test.sig));
        }
    }
}

/// The sets write positive integers with a leading zero octet where the first bit is set.
fn stripped(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(&[0]).unwrap_or(bytes)
}

/// A tag that is shorter than the hash is valid HMAC and no JWS signature (RFC 7518 section 3.2).
#[test]
fn hmac_with_tags_of_full_length() {
    use mac::TestName as N;
    let mut tally = Tally::default();
    for (algorithm, name, bits) in [
        (Algorithm::Hs256, N::HmacSha256, 256),
        (Algorithm::Hs384, N::HmacSha384, 384),
        (Algorithm::Hs512, N::HmacSha512, 512),
    ] {
        for group in mac::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let verified =
                    verifies(algorithm, KeyMaterial::Secret(&test.key), &test.msg, &test.tag);
                if group.tag_size == bits {
                    tally.case(name, test.tc_id, test.result, verified, &test.comment);
                } else {
                    assert!(!verified, "{name:?} {}: a tag of {} bits", test.tc_id, group.tag_size);
                }
            }
        }
    }
    tally.finish("hmac", 200);
}
