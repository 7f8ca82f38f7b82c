//! EC keys that spell their curve out instead of naming it (SEC 1 appendix C.2, `SpecifiedECDomain`).
//!
//! RFC 5480 section 2.1.1 asks for names, but OpenSSL writes the long form on request and such keys are
//! in use. A key is taken only if *everything* that it spells out is that of a named curve: a verifier
//! that compared less let a stranger choose the generator (CVE-2020-0601).

use der::asn1::{AnyRef, BitStringRef, OctetStringRef, UintRef};
use der::{Decode as _, Reader as _, SliceReader, Tag, Tagged as _};

/// The curves that a key may name. The first two are read where they are spelled out, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamedCurve {
    P256,
    P384,
    P521,
    Secp256k1,
}

/// What defines a curve (SEC 2 sections 2.4.2 and 2.5.1); the cofactor is 1. Numbers big-endian.
struct Domain {
    name: NamedCurve,
    prime: &'static [u8],
    a: &'static [u8],
    b: &'static [u8],
    generator: &'static [u8],
    order: &'static [u8],
}

const PRIME_FIELD: &[u8] = b"\x2a\x86\x48\xce\x3d\x01\x01";

const DOMAINS: [Domain; 2] = [
    Domain {
        name: NamedCurve::P256,
        prime: b"\xff\xff\xff\xff\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        a: b"\xff\xff\xff\xff\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfc",
        b: b"\x5a\xc6\x35\xd8\xaa\x3a\x93\xe7\xb3\xeb\xbd\x55\x76\x98\x86\xbc\x65\x1d\x06\xb0\xcc\x53\xb0\xf6\x3b\xce\x3c\x3e\x27\xd2\x60\x4b",
        generator: b"\x04\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5",
        order: b"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51",
    },
    Domain {
        name: NamedCurve::P384,
        prime: b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff",
        a: b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xfc",
        b: b"\xb3\x31\x2f\xa7\xe2\x3e\xe7\xe4\x98\x8e\x05\x6b\xe3\xf8\x2d\x19\x18\x1d\x9c\x6e\xfe\x81\x41\x12\x03\x14\x08\x8f\x50\x13\x87\x5a\xc6\x56\x39\x8d\x8a\x2e\xd1\x9d\x2a\x85\xc8\xed\xd3\xec\x2a\xef",
        generator: b"\x04\xaa\x87\xca\x22\xbe\x8b\x05\x37\x8e\xb1\xc7\x1e\xf3\x20\xad\x74\x6e\x1d\x3b\x62\x8b\xa7\x9b\x98\x59\xf7\x41\xe0\x82\x54\x2a\x38\x55\x02\xf2\x5d\xbf\x55\x29\x6c\x3a\x54\x5e\x38\x72\x76\x0a\xb7\x36\x17\xde\x4a\x96\x26\x2c\x6f\x5d\x9e\x98\xbf\x92\x92\xdc\x29\xf8\xf4\x1d\xbd\x28\x9a\x14\x7c\xe9\xda\x31\x13\xb5\xf0\xb8\xc0\x0a\x60\xb1\xce\x1d\x7e\x81\x9d\x7a\x43\x1d\x7c\x90\xea\x0e\x5f",
        order: b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xc7\x63\x4d\x81\xf4\x37\x2d\xdf\x58\x1a\x0d\xb2\x48\xb0\xa7\x7a\xec\xec\x19\x6a\xcc\xc5\x29\x73",
    },
];

/// The named curve that these parameters spell out, in every part.
pub(super) fn named_curve(parameters: AnyRef<'_>) -> Option<NamedCurve> {
    let mut domain = inside(parameters)?;
    let version = uint(&mut domain)?;
    let mut field = inside(any(&mut domain)?)?;
    let field_type = any(&mut field)?;
    let prime = uint(&mut field)?;
    let mut curve = inside(any(&mut domain)?)?;
    let (a, b) = (octets(&mut curve)?, octets(&mut curve)?);
    if !curve.is_finished() {
        any(&mut curve)?.decode_as::<BitStringRef<'_>>().ok()?; // a seed explains b and defines nothing
    }
    let generator = octets(&mut domain)?;
    let order = uint(&mut domain)?;
    let cofactor = if domain.is_finished() { &[1] } else { uint(&mut domain)? };
    let whole = domain.is_finished() && field.is_finished() && curve.is_finished();
    let form = field_type.tag() == Tag::ObjectIdentifier && field_type.value() == PRIME_FIELD;
    if !whole || !form || !matches!(version, [1..=3]) || cofactor != [1] {
        return None;
    }
    let same = |known: &&Domain| {
        known.prime == prime
            && known.a == a
            && known.b == b
            && known.generator == generator
            && known.order == order
    };
    DOMAINS.iter().find(same).map(|known| known.name)
}

fn inside(any: AnyRef<'_>) -> Option<SliceReader<'_>> {
    SliceReader::new(any.value()).ok().filter(|_| any.tag() == Tag::Sequence)
}

fn any<'d>(reader: &mut SliceReader<'d>) -> Option<AnyRef<'d>> {
    AnyRef::decode(reader).ok()
}

fn uint<'d>(reader: &mut SliceReader<'d>) -> Option<&'d [u8]> {
    UintRef::decode(reader).ok().map(|uint| uint.as_bytes())
}

fn octets<'d>(reader: &mut SliceReader<'d>) -> Option<&'d [u8]> {
    <&OctetStringRef>::decode(reader).ok().map(|octets| octets.as_bytes())
}
