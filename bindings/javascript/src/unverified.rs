//! A token without proof.

use crate::OrRejection;

/// What a token says, unproven, as JSON.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unverified {
    /// Its header.
    pub header: String,
    /// Its claims.
    pub claims: String,
}

impl std::fmt::Debug for Unverified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unverified").finish_non_exhaustive()
    }
}

/// Reads a token without keys.
///
/// # Errors
/// The JSON of a rejection.
pub fn unverified(token: &str) -> OrRejection<Unverified> {
    let read = lowwater::Unverified::read(token).map_err(|no| no.to_json())?;
    Ok(Unverified { header: read.header_json().to_owned(), claims: read.claims_json().to_owned() })
}
