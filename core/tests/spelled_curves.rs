//! EC keys that spell their curve out: taken where each part is that of the curve, and refused otherwise.
//! A verifier that compared less let a stranger choose the generator (CVE-2020-0601).
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

use lowwater::{Key, KeyFault};

/// A curve as OpenSSL writes it (`openssl ec -pubout -param_enc explicit`): SEC 2 sections 2.4.2 and 2.5.1.
struct Curve {
    name: &'static [u8],
    prime: &'static str,
    a: &'static str,
    b: &'static str,
    seed: &'static str,
    generator: &'static str,
    order: &'static str,
}

const P256: Curve = Curve {
    name: b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
    prime: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    a: "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
    b: "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
    seed: "c49d360886e704936a6678e1139d26b7819f7e90",
    generator: concat!(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    ),
    order: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
};

const P384: Curve = Curve {
    name: b"\x06\x05\x2b\x81\x04\x00\x22",
    prime: concat!(
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe",
        "ffffffff0000000000000000ffffffff"
    ),
    a: concat!(
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe",
        "ffffffff0000000000000000fffffffc"
    ),
    b: concat!(
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a",
        "c656398d8a2ed19d2a85c8edd3ec2aef"
    ),
    seed: "a335926aa319a27a1d00896a6773a4827acdac73",
    generator: concat!(
        "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
        "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"
    ),
    order: concat!(
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf",
        "581a0db248b0a77aecec196accc52973"
    ),
};

const INTEGER: u8 = 0x02;
const BITS: u8 = 0x03;
const OCTETS: u8 = 0x04;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const EC_PUBLIC_KEY: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
const PRIME_FIELD: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x01\x01";
const BINARY_FIELD: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x01\x02";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match length {
        0..128 => vec![tag, length.try_into().unwrap()],
        128..256 => vec![tag, 0x81, length.try_into().unwrap()],
        _ => [&[tag, 0x82][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
    };
    [head, content.to_vec()].concat()
}

fn unsigned(text: &str) -> Vec<u8> {
    tlv(INTEGER, &[vec![0], hex(text)].concat())
}

/// The parameters of a curve; `change` may write each part otherwise.
fn spelled(curve: &Curve, change: &dyn Fn(&str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let field =
        [change("field type", PRIME_FIELD.to_vec()), change("prime", unsigned(curve.prime))];
    let equation = [
        change("a", tlv(OCTETS, &hex(curve.a))),
        change("b", tlv(OCTETS, &hex(curve.b))),
        change("seed", tlv(BITS, &hex(&format!("00{}", curve.seed)))),
    ];
    let domain = [
        change("version", tlv(INTEGER, &[1])),
        change("field", tlv(SEQUENCE, &field.concat())),
        change("equation", tlv(SEQUENCE, &equation.concat())),
        change("generator", tlv(OCTETS, &hex(curve.generator))),
        change("order", unsigned(curve.order)),
        change("cofactor", tlv(INTEGER, &[1])),
    ];
    change("domain", tlv(SEQUENCE, &domain.concat()))
}

/// A key of these parameters: its point is the generator, which is one of the curve.
fn key(curve: &Curve, parameters: &[u8]) -> Result<Key, lowwater::ConfigError> {
    let algorithm = tlv(SEQUENCE, &[EC_PUBLIC_KEY, parameters].concat());
    let point = tlv(BITS, &hex(&format!("00{}", curve.generator)));
    Key::from_der(&tlv(SEQUENCE, &[algorithm, point].concat()))
}

#[track_caller]
fn decided(curve: &Curve, part: &str, with: &dyn Fn(Vec<u8>) -> Vec<u8>, taken: bool) {
    let change = |name: &str, own: Vec<u8>| if name == part { with(own) } else { own };
    let decided = key(curve, &spelled(curve, &change));
    match taken {
        true => assert_eq!(decided.unwrap(), key(curve, curve.name).unwrap(), "{part}"),
        false => assert_eq!(decided.unwrap_err(), KeyFault::UnknownCurve.into(), "{part}"),
    }
}

#[test]
fn a_curve_spelled_out_is_the_curve() {
    for curve in [&P256, &P384] {
        decided(curve, "", &|own| own, true);
        // What explains the curve and does not define it, and what may be left out.
        decided(curve, "seed", &|_| Vec::new(), true);
        decided(curve, "seed", &|_| tlv(BITS, &[0, 7]), true);
        decided(curve, "cofactor", &|_| Vec::new(), true);
        for version in [2, 3] {
            decided(curve, "version", &|_| tlv(INTEGER, &[version]), true);
        }
    }
}

/// CVE-2020-0601, and every other part in its place.
#[test]
fn another_part_is_another_curve() {
    for (curve, other) in [(&P256, &P384), (&P384, &P256)] {
        let octets = |text: &str| tlv(OCTETS, &hex(text));
        for (part, strange) in [
            ("prime", unsigned(other.prime)),
            ("a", octets(other.a)),
            ("b", octets(other.b)),
            ("generator", octets(other.generator)),
            ("order", unsigned(other.order)),
            ("field type", BINARY_FIELD.to_vec()),
            ("field type", tlv(OCTETS, &PRIME_FIELD[2..])),
            ("seed", octets(curve.seed)),
            ("cofactor", tlv(INTEGER, &[2])),
            ("version", tlv(INTEGER, &[0])),
            ("version", tlv(INTEGER, &[4])),
            ("version", tlv(INTEGER, &[1, 1])),
            ("order", unsigned("01")),
        ] {
            decided(curve, part, &|_| strange.clone(), false);
        }
        for part in ["prime", "a", "b", "generator", "order"] {
            for byte in [4, 20] {
                let flipped = |mut own: Vec<u8>| {
                    own[byte] ^= 2;
                    own
                };
                decided(curve, part, &flipped, false);
            }
        }
    }
}

#[test]
fn no_part_is_missing_twice_or_of_another_kind() {
    for curve in [&P256, &P384] {
        for part in ["version", "field type", "prime", "a", "b", "generator", "order"] {
            decided(curve, part, &|_| Vec::new(), false);
        }
        let more = |own: Vec<u8>| [own, tlv(INTEGER, &[1])].concat();
        for part in ["prime", "seed", "cofactor"] {
            decided(curve, part, &more, false);
        }
        let set = |mut own: Vec<u8>| {
            own[0] = SET;
            own
        };
        for part in ["field", "equation", "domain"] {
            decided(curve, part, &set, false);
        }
    }
}
