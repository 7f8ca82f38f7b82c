//! Public keys in DER and PEM: SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) and PKCS#1 (RFC 8017
//! appendix A.1.1).

use der::asn1::{AnyRef, BitStringRef, UintRef};
use der::{Decode as _, Reader as _, SliceReader, Tag, Tagged as _};

use super::Material;
use super::explicit::{self, NamedCurve};
use crate::algorithm::{Algorithm, AlgorithmSet};
use crate::error::KeyFault;

/// Object identifiers, as the bytes of their DER content.
const RSA_ENCRYPTION: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
const RSA_PSS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
const EC_PUBLIC_KEY: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
const PRIME256V1: &[u8] = b"\x2a\x86\x48\xce\x3d\x03\x01\x07";
const SECP384R1: &[u8] = b"\x2b\x81\x04\x00\x22";
const SECP521R1: &[u8] = b"\x2b\x81\x04\x00\x23";
const SECP256K1: &[u8] = b"\x2b\x81\x04\x00\x0a";
const ED25519: &[u8] = b"\x2b\x65\x70";

const NOT_DER: KeyFault = KeyFault::NotAPublicKeyDer;

/// One PEM block, `PUBLIC KEY` or `RSA PUBLIC KEY`. White space around it is no fault.
///
/// `offered`: which of [`Algorithm::OPTIONAL`] it may be for.
pub(super) fn from_pem(pem: &str, offered: AlgorithmSet) -> Result<Material, KeyFault> {
    let (label, der) =
        pem_rfc7468::decode_vec(pem.trim().as_bytes()).map_err(|_| KeyFault::NotAPublicKeyPem)?;
    match label {
        "PUBLIC KEY" => from_spki(&der, offered),
        "RSA PUBLIC KEY" => from_pkcs1(&der),
        _ if label.contains("PRIVATE") => Err(KeyFault::Private),
        _ => Err(KeyFault::NotAPublicKeyPem),
    }
}

/// DER of either kind: told apart by what stands first, an algorithm or an integer.
pub(super) fn from_der(der: &[u8], offered: AlgorithmSet) -> Result<Material, KeyFault> {
    match AnyRef::from_der(der) {
        Ok(outer) if outer.tag() == Tag::Sequence && outer.value().first() == Some(&0x02) => {
            from_pkcs1(der)
        }
        _ => from_spki(der, offered),
    }
}

/// The two members of a SEQUENCE that holds no more.
fn pair<'d>(der: &'d [u8]) -> Result<(AnyRef<'d>, Option<AnyRef<'d>>), KeyFault> {
    let outer = AnyRef::from_der(der).map_err(|_| NOT_DER)?;
    if outer.tag() != Tag::Sequence {
        return Err(NOT_DER);
    }
    let mut reader = SliceReader::new(outer.value()).map_err(|_| NOT_DER)?;
    let first = AnyRef::decode(&mut reader).map_err(|_| NOT_DER)?;
    let second = match reader.is_finished() {
        true => None,
        false => Some(AnyRef::decode(&mut reader).map_err(|_| NOT_DER)?),
    };
    if reader.is_finished() { Ok((first, second)) } else { Err(NOT_DER) }
}

fn from_pkcs1(der: &[u8]) -> Result<Material, KeyFault> {
    let (modulus, Some(exponent)) = pair(der)? else {
        return Err(NOT_DER);
    };
    let integer = |any: AnyRef<'_>| {
        any.decode_as::<UintRef<'_>>().map(|uint| uint.as_bytes().to_vec()).map_err(|_| NOT_DER)
    };
    Material::rsa(integer(modulus)?, integer(exponent)?)
}

fn from_spki(der: &[u8], offered: AlgorithmSet) -> Result<Material, KeyFault> {
    let (algorithm, Some(bits)) = pair(der)? else {
        return Err(NOT_DER);
    };
    let bits = bits.decode_as::<BitStringRef<'_>>().map_err(|_| NOT_DER)?;
    let bytes = bits.as_bytes().ok_or(NOT_DER)?;
    let mut reader = SliceReader::new(algorithm.value()).map_err(|_| NOT_DER)?;
    if algorithm.tag() != Tag::Sequence {
        return Err(NOT_DER);
    }
    let identifier = AnyRef::decode(&mut reader).map_err(|_| NOT_DER)?;
    if identifier.tag() != Tag::ObjectIdentifier {
        return Err(NOT_DER);
    }
    let parameters = match reader.is_finished() {
        true => None,
        false => Some(AnyRef::decode(&mut reader).map_err(|_| NOT_DER)?),
    };
    if !reader.is_finished() {
        return Err(NOT_DER);
    }
    let null = |parameters: Option<AnyRef<'_>>| parameters.is_none_or(|any| any.tag() == Tag::Null);
    match identifier.value() {
        RSA_ENCRYPTION if null(parameters) => from_pkcs1(bytes),
        RSA_PSS => Err(KeyFault::UnknownType), // its parameters would bind the key to one hash and salt
        EC_PUBLIC_KEY => {
            let curve = parameters.and_then(|any| match (any.tag(), any.value()) {
                (Tag::ObjectIdentifier, PRIME256V1) => Some(NamedCurve::P256),
                (Tag::ObjectIdentifier, SECP384R1) => Some(NamedCurve::P384),
                (Tag::ObjectIdentifier, SECP521R1) => {
                    offered.contains(Algorithm::Es512).then_some(NamedCurve::P521)
                }
                (Tag::ObjectIdentifier, SECP256K1) => {
                    offered.contains(Algorithm::Es256K).then_some(NamedCurve::Secp256k1)
                }
                _ => explicit::named_curve(any),
            });
            match curve {
                Some(NamedCurve::P256) => Material::p256_point(bytes),
                Some(NamedCurve::P384) => Material::p384_point(bytes),
                Some(NamedCurve::P521) => Material::p521_point(bytes),
                Some(NamedCurve::Secp256k1) => Material::secp256k1_point(bytes),
                None => Err(KeyFault::UnknownCurve),
            }
        }
        ED25519 if parameters.is_none() => Material::ed25519(bytes),
        _ => Err(KeyFault::UnknownType),
    }
}

/// The DER of a PEM, for a test of the two forms.
#[cfg(test)]
pub(super) fn der_of(pem: &str) -> alloc::vec::Vec<u8> {
    pem_rfc7468::decode_vec(pem.as_bytes()).unwrap().1
}
