//! A token looked at without keys: nothing in it is true until a key has proven it.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::claims::ClaimSet;
use crate::compact::{Compact, Limits};
use crate::header::RawHeader;
use crate::rejection::Rejection;
use crate::time::UnixTime;

/// What a token says, unproven: for logs, for support, for finding out which keys to fetch.
///
/// There is no road from here to [`Accepted`](crate::Accepted): anyone can write such a token.
///
/// ```
/// use lowwater::Unverified;
///
/// let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.";
/// let unverified = Unverified::read(token)?;
/// assert_eq!(unverified.algorithm(), "none");
/// assert_eq!(unverified.claim_json("sub"), Some("\"alice\""));
/// # Ok::<(), lowwater::Rejection>(())
/// ```
pub struct Unverified {
    header: RawHeader,
    claims: ClaimSet,
}

impl Unverified {
    /// Reads header and payload; checks their form as strictly as a validation does, and nothing else.
    ///
    /// Takes tokens up to 1 MiB: a tool that shows a token should show the large ones too.
    ///
    /// # Errors
    /// A [`Rejection`] of the stages shape, header and claims.
    pub fn read(token: &str) -> Result<Self, Rejection> {
        let limits =
            Limits { max_token_bytes: crate::compact::MOST_TOKEN_BYTES, ..Limits::default() };
        let compact = Compact::parse(token, &limits).map_err(Rejection::new)?;
        let header = RawHeader::read(compact.header).map_err(Rejection::new)?;
        let claims = ClaimSet::read(compact.payload).map_err(Rejection::new)?;
        Ok(Self { header, claims })
    }

    /// The header's `alg`, which may be anything.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        self.header.algorithm()
    }

    /// The header's `kid`.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.header.key_id()
    }

    /// The header's `typ`.
    #[must_use]
    pub fn token_type(&self) -> Option<&str> {
        self.header.token_type()
    }

    /// The issuer that the token names: which keys to look for, if it is one that is trusted.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.claims.issuer()
    }

    /// The subject that the token names.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.claims.subject()
    }

    /// When the token says it was issued.
    #[must_use]
    pub fn issued_at(&self) -> Option<UnixTime> {
        self.claims.issued_at.map(|time| time.at)
    }

    /// When the token says it expires.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixTime> {
        self.claims.expires_at.map(|time| time.at)
    }

    /// The header as JSON, as it was sent.
    #[must_use]
    pub fn header_json(&self) -> &str {
        self.header.json()
    }

    /// All claims as JSON, as they were sent.
    #[must_use]
    pub fn claims_json(&self) -> &str {
        self.claims.json()
    }

    /// One claim as JSON, as it was sent.
    #[must_use]
    pub fn claim_json(&self, name: &str) -> Option<&str> {
        self.claims.raw(name)
    }

    /// The names of all claims, in the order in which they were sent.
    #[must_use]
    pub fn claim_names(&self) -> Vec<String> {
        self.claims.names().map(Cow::into_owned).collect()
    }
}

impl fmt::Debug for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified")
            .field("claims", &self.claims.names().count())
            .finish_non_exhaustive()
    }
}
