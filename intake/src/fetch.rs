//! What to ask for.

use alloc::string::String;
use core::time::Duration;

use crate::address::Address;

/// What to fetch: a `GET`, without cookies and without credentials.
///
/// Follow no redirect: hand the answer over as it is. Stop reading after [`max_bytes`](Self::max_bytes) and one more, and
/// give up after [`timeout`](Self::timeout) altogether, not for each read.
#[derive(Clone, Debug)]
pub struct Fetch {
    pub(crate) number: u64,
    pub(crate) address: Address,
    pub(crate) what: What,
    pub(crate) if_none_match: Option<String>,
    pub(crate) max_bytes: usize,
    pub(crate) timeout: Duration,
    pub(crate) redirects: u8,
}

/// What is hoped for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Metadata,
    Keys,
}

impl Fetch {
    /// The address.
    #[must_use]
    pub fn url(&self) -> &str {
        self.address.as_str()
    }

    /// The headers to send.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let accept = match self.what {
            What::Metadata => "application/json",
            What::Keys => "application/jwk-set+json, application/json",
        };
        let etag = self.if_none_match.as_deref().map(|etag| ("If-None-Match", etag));
        [("Accept", accept)].into_iter().chain(etag)
    }

    /// The longest body that is read, in bytes.
    #[must_use]
    pub const fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// How long all of it may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }
}
