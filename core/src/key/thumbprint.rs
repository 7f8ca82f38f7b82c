//! The name of a key that has none: its thumbprint (RFC 7638, RFC 8037 section 2).

use alloc::format;
use alloc::string::String;

use super::Material;
use crate::base64url::encode;

impl Material {
    /// The members that define the key, in lexicographic order, without white space.
    pub(super) fn thumbprint_input(&self) -> String {
        let coordinates = |point: &[u8], curve: &str| {
            let (x, y) =
                point.get(1..).map(|rest| rest.split_at(rest.len() / 2)).unwrap_or_default();
            format!(r#"{{"crv":"{curve}","kty":"EC","x":"{}","y":"{}"}}"#, encode(x), encode(y))
        };
        match self {
            Self::Rsa { modulus, exponent } => {
                format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(exponent), encode(modulus))
            }
            Self::P256(point) => coordinates(&point[..], "P-256"),
            Self::P384(point) => coordinates(&point[..], "P-384"),
            Self::P521(point) => coordinates(&point[..], "P-521"),
            Self::Secp256k1(point) => coordinates(&point[..], "secp256k1"),
            Self::Ed25519(point) => {
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(point))
            }
            Self::Secret(bytes) => format!(r#"{{"k":"{}","kty":"oct"}}"#, encode(bytes)),
        }
    }
}
