//! What a forger without a key tries, on every backend. They must agree in every answer: exchanging the
//! library changes no decision.
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
mod signing;

use backends::{BACKENDS, all_agree};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lowwater::{Algorithm, Code, Key, KeyMaterial, KeySet, NoCutoffs, UnixTime};
use proptest::prelude::*;
use signing::{NOW, SECRET, Signer, access_token_claims, claims, encode, validator_on};

const NOW_TIME: UnixTime = UnixTime::from_secs(NOW);

/// Orders of the groups, big-endian: `s` is below them.
const P256_ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const P384_ORDER: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973";
/// Little-endian, as Ed25519 writes it (RFC 8032 section 5.1).
const ED25519_ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// `a + b` of numbers of one length, the least byte first.
fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let add = |(a, b): (&u8, &u8)| {
        carry += u16::from(*a) + u16::from(*b);
        let byte = carry as u8;
        carry >>= 8;
        byte
    };
    a.iter().zip(b).map(add).collect()
}

/// `order - s`, big-endian: the twin of an ECDSA signature, which signs the same.
fn negated(s: &[u8], order: &[u8]) -> Vec<u8> {
    let flipped: Vec<u8> = s.iter().rev().map(|byte| !byte).collect();
    let one: Vec<u8> = (0..s.len()).map(|at| u8::from(at == 0)).collect();
    let order: Vec<u8> = order.iter().rev().copied().collect();
    let mut twin = sum(&sum(&flipped, &one), &order);
    twin.reverse();
    twin
}

/// What every backend says of this signature under a token's header and claims.
fn decided(algorithm: Algorithm, signer: &Signer, message: &str, signature: &[u8]) -> Option<Code> {
    let token = format!("{message}.{}", encode(signature));
    all_agree(|backend| {
        let validator = validator_on(backend, algorithm, signer);
        validator.validate(&token, &NoCutoffs, NOW_TIME).err().map(|no| no.code())
    })
}

fn message(algorithm: Algorithm, signer: &Signer) -> (String, Vec<u8>) {
    let token = signer.token(algorithm, &claims(""));
    let (message, signature) = token.rsplit_once('.').unwrap();
    (message.into(), BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap())
}

#[test]
fn a_signature_has_one_length_and_one_form() {
    for algorithm in Algorithm::ALL {
        let signer = Signer::of(algorithm);
        let (message, good) = message(algorithm, &signer);
        assert_eq!(decided(algorithm, &signer, &message, &good), None, "{algorithm}");
        let (first, second) = good.split_at(good.len() / 2);
        let forms: [Vec<u8>; 12] = [
            Vec::new(),
            vec![0; good.len()],
            vec![0xff; good.len()],
            good[1..].to_vec(),
            good[..good.len() - 1].to_vec(),
            [&good[..], &[0]].concat(),
            [&[0], &good[..]].concat(),
            [&[0], first, &[0], second].concat(),
            [second, first].concat(),
            [&good[..], &good[..]].concat(),
            first.to_vec(),
            good.iter().rev().copied().collect(),
        ];
        for (number, form) in forms.iter().enumerate() {
            let code = decided(algorithm, &signer, &message, form);
            assert_eq!(code, Some(Code::SignatureInvalid), "{algorithm}: form {number}");
        }
    }
}

#[test]
fn ecdsa_takes_r_and_s_from_1_to_the_order_alone_and_no_der() {
    for (algorithm, order) in [(Algorithm::Es256, P256_ORDER), (Algorithm::Es384, P384_ORDER)] {
        let (signer, order) = (Signer::of(algorithm), hex(order));
        let (message, good) = message(algorithm, &signer);
        let (r, s) = good.split_at(good.len() / 2);
        let (zero, one) = (vec![0; r.len()], [&vec![0; r.len() - 1][..], &[1]].concat());
        // The twin signs the same: nobody tells tokens apart by their signatures.
        let twin = [r, &negated(s, &order)].concat();
        assert_eq!(decided(algorithm, &signer, &message, &twin), None, "{algorithm}");
        for (r, s) in [
            (r, &zero[..]),
            (&zero, s),
            (&zero, &zero),
            (&one, &one),
            (r, &order),
            (&order, s),
            (&order, &order),
            (r, &one),
        ] {
            let code = decided(algorithm, &signer, &message, &[r, s].concat());
            assert_eq!(code, Some(Code::SignatureInvalid), "{algorithm}");
        }
        let integer = |number: &[u8]| {
            let number = if number[0] > 0x7f { [&[0], number].concat() } else { number.to_vec() };
            [&[2, number.len() as u8], &number[..]].concat()
        };
        let der = [integer(r), integer(s)].concat();
        let der = [&[0x30, der.len() as u8], &der[..]].concat();
        assert_eq!(
            decided(algorithm, &signer, &message, &der),
            Some(Code::SignatureInvalid),
            "{algorithm}"
        );
    }
}

/// RFC 8032 section 5.1.7: S is below the order, so that a signature has no twin; R is compared as it is
/// encoded.
#[test]
fn ed25519_takes_the_smallest_s_alone() {
    let signer = Signer::of(Algorithm::EdDsa);
    let (message, good) = message(Algorithm::EdDsa, &signer);
    let (r, s) = good.split_at(32);
    let above = sum(s, &hex(ED25519_ORDER));
    let mut sign_of_r = good.clone();
    sign_of_r[31] ^= 0x80;
    let neutral = [&[1][..], &[0; 63]].concat();
    for form in [[r, &above].concat(), sign_of_r, [r, &[0; 32]].concat(), neutral] {
        let code = decided(Algorithm::EdDsa, &signer, &message, &form);
        assert_eq!(code, Some(Code::SignatureInvalid));
    }
}

/// A number above the modulus is the same modulo it, and no signature (RFC 8017 section 5.2.2).
#[test]
fn rsa_takes_a_number_below_the_modulus_alone() {
    let signer = Signer::of(Algorithm::Rs256);
    let Signer::Rsa(pair) = &signer else { panic!() };
    let modulus = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(pair.public()).n;
    let reversed = |bytes: &[u8]| bytes.iter().rev().copied().collect::<Vec<u8>>();
    for algorithm in [Algorithm::Rs256, Algorithm::Ps256] {
        // About every second signature plus the modulus still has its length.
        let above = (0..64).find_map(|number| {
            let payload = claims(&format!(r#","n":{number}"#));
            let token = signer.token(algorithm, &payload);
            let (message, signature) = token.rsplit_once('.').unwrap();
            let good = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
            let above = reversed(&sum(&reversed(&good), &reversed(&modulus)));
            (above > good).then(|| (message.to_string(), above))
        });
        let (message, above) = above.unwrap();
        let one = [&vec![0; 255][..], &[1]].concat();
        for form in [above, modulus.clone(), one] {
            let code = decided(algorithm, &signer, &message, &form);
            assert_eq!(code, Some(Code::SignatureInvalid), "{algorithm}");
        }
    }
}

/// RS and PS of one key are no substitutes, nor are their hashes, nor those of HMAC.
#[test]
fn no_algorithm_passes_for_another() {
    for signed in Algorithm::ALL {
        let signer = Signer::of(signed);
        for asked in Algorithm::ALL.into_iter().filter(|asked| *asked != signed) {
            let header = format!(r#"{{"alg":"{asked}","kid":"k"}}"#);
            let message = format!("{}.{}", encode(header), encode(claims("")));
            let signature = signer.signature(signed, message.as_bytes());
            let code = decided(asked, &Signer::of(asked), &message, &signature);
            assert_eq!(code, Some(Code::SignatureInvalid), "{signed} as {asked}");
        }
    }
}

/// The oldest attack: the public key, known to all, as the secret of an HMAC.
#[test]
fn a_public_key_never_verifies_an_hmac() {
    let rsa = Signer::of(Algorithm::Rs256);
    let token = |secret: &[u8]| {
        let message = format!("{}.{}", encode(r#"{"alg":"HS256","kid":"k"}"#), encode(claims("")));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
        format!("{message}.{}", encode(ring::hmac::sign(&key, message.as_bytes())))
    };
    let Signer::Rsa(pair) = &rsa else { panic!() };
    let components = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(pair.public());
    for secret in [rsa.jwk("k").into_bytes(), pair.public().as_ref().to_vec(), components.n] {
        let code = all_agree(|backend| {
            let keys = KeySet::builder_with(backend).key(rsa.key("k")).unwrap().build().unwrap();
            keys.verify(&token(&secret), Algorithm::ALL).err().map(|no| no.code())
        });
        assert_eq!(code, Some(Code::KeyMismatch));
    }
}

/// Every key that the core lets through is one that every backend can prepare, at the ends of all ranges
/// too, and for nothing but its own algorithms.
#[test]
fn every_backend_prepares_the_same_keys() {
    let modulus = |bytes: usize, first: u8| {
        let mut modulus = vec![0x5b; bytes];
        modulus[0] = first;
        modulus
    };
    let moduli = [
        modulus(256, 0x80),
        modulus(256, 0xff),
        modulus(257, 1),
        modulus(512, 0xc0),
        modulus(1024, 0xff),
    ];
    let exponents =
        [&[3][..], &[17], &[1, 0, 1], &[0xff, 0xff, 0xff, 0xff], &[1, 0xff, 0xff, 0xff, 0xff]];
    let mut points = [(); 3].map(|()| Vec::new());
    for (place, algorithm) in
        [Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa].iter().enumerate()
    {
        use ring::signature::KeyPair as _;
        points[place] = match Signer::of(*algorithm) {
            Signer::P256(pair) | Signer::P384(pair) => pair.public_key().as_ref().to_vec(),
            Signer::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
            _ => panic!(),
        };
    }
    let [p256, p384, ed25519] = &points;
    let mut keys = vec![
        KeyMaterial::P256(p256[..].try_into().unwrap()),
        KeyMaterial::P384(p384[..].try_into().unwrap()),
        KeyMaterial::Ed25519(ed25519[..].try_into().unwrap()),
        KeyMaterial::Secret(&[7]),
        KeyMaterial::Secret(SECRET),
        KeyMaterial::Secret(&[7; 4096]),
    ];
    for modulus in &moduli {
        keys.extend(exponents.iter().map(|exponent| KeyMaterial::Rsa { modulus, exponent }));
    }
    for key in keys {
        let serves = all_agree(|backend| {
            let every = Algorithm::ALL.into_iter().chain(Algorithm::OPTIONAL);
            let served = every.filter_map(|one| Some((one, backend.prepare(one, &key)?)));
            // An answer, whatever the key is.
            let sizes = [0, 1, 32, 64, 96, 256, 512, 1024];
            served
                .map(|(one, verifier)| {
                    assert!(
                        sizes.iter().all(|size| verifier.verify(b"x", &vec![1; *size]).is_err())
                    );
                    one
                })
                .collect::<Vec<_>>()
        });
        let many = match key {
            KeyMaterial::Rsa { .. } => 6,
            KeyMaterial::Secret(_) => 3,
            _ => 1,
        };
        assert_eq!(serves.len(), many, "{key:?}");
    }
}

/// Every single bit of the signed part and of the signature counts.
#[test]
fn any_single_bit_changed_is_refused() {
    for (name, backend) in BACKENDS {
        for algorithm in Algorithm::ALL {
            let signer = Signer::of(algorithm);
            let validator = validator_on(*backend, algorithm, &signer);
            let token = signer.token(algorithm, &access_token_claims());
            let accepted = validator.validate(&token, &NoCutoffs, NOW_TIME).is_ok();
            assert!(accepted, "{name}: {algorithm}");
            // RSA, ECDSA and EdDSA take microseconds each: every bit of a fifth of the bytes is enough.
            let step = if matches!(signer, Signer::Secret) { 1 } else { 5 };
            for place in (0..token.len()).step_by(step) {
                for bit in 0..7 {
                    let mut changed = token.clone().into_bytes();
                    changed[place] ^= 1 << bit;
                    let changed = String::from_utf8(changed).unwrap();
                    let refused = validator.validate(&changed, &NoCutoffs, NOW_TIME).is_err();
                    assert!(refused, "{name}: {algorithm}: bit {bit} of byte {place}");
                }
            }
        }
    }
}

proptest! {
    /// Whatever is done to a signature, the answers are the same.
    #[test]
    fn damaged_signatures_have_the_same_answer_everywhere(
        which in 0..12_usize,
        place in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..70),
        add in any::<bool>(),
    ) {
        let algorithm = Algorithm::ALL[which];
        let signer = Signer::of(algorithm);
        let (message, mut signature) = message(algorithm, &signer);
        let place = place.index(signature.len());
        for (at, byte) in bytes.iter().enumerate() {
            match signature.get_mut(place + at) {
                Some(own) => *own ^= byte,
                None if add => signature.push(*byte),
                None => {}
            }
        }
        let code = decided(algorithm, &signer, &message, &signature);
        prop_assert!(code.is_none() || code == Some(Code::SignatureInvalid));
    }
}

/// A key and its name do not depend on the library.
#[test]
fn keys_have_the_same_names_everywhere() {
    for algorithm in Algorithm::ALL {
        let jwk = Signer::of(algorithm).jwk("k").replace(r#""kid":"k","#, "");
        let name = all_agree(|backend| {
            let set = KeySet::builder_with(backend).read(jwk.as_bytes()).unwrap().build().unwrap();
            assert_eq!(Key::read_with(backend, jwk.as_bytes()), Key::from_jwk(&jwk));
            set.key_ids().next().map(str::to_owned)
        });
        assert_eq!(name.unwrap().len(), 43);
    }
}
