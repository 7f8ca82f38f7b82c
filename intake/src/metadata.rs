//! What an issuer says of itself (OpenID Connect Discovery 1.0 section 3, RFC 8414).

use alloc::string::String;

use serde::Deserialize;

use crate::address::{Address, Schemes};
use crate::fault::SourceFault;

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

/// Where the keys are, by the metadata of this issuer and no other: byte for byte, or one issuer could speak for another
/// whose address looks alike (RFC 8414 section 3.3).
pub(crate) fn keys_of(body: &[u8], issuer: &str, schemes: Schemes) -> Result<Address, SourceFault> {
    let text = lowwater::strict_json(body).map_err(SourceFault::Json)?;
    let read: Metadata = serde_json::from_str(text).map_err(|_| SourceFault::Metadata)?;
    if read.issuer != issuer {
        return Err(SourceFault::Issuer);
    }
    Address::parse(&read.jwks_uri, schemes)
}
