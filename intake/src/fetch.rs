//! What to ask for.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::address::Address;

/// What to fetch: one HTTP request, without cookies, and without credentials but those among its headers.
///
/// Follow no redirect: hand the answer over as it is. Stop reading after [`max_bytes`](Self::max_bytes) and one more, and
/// give up after [`timeout`](Self::timeout) altogether, not for each read.
#[derive(Clone)]
pub struct Fetch {
    /// Tells an answer that is awaited from one that was given up.
    pub(crate) number: u64,
    /// Which of several sources asks.
    pub(crate) source: usize,
    /// What stands for the token that it asks about.
    pub(crate) about: Option<[u8; 32]>,
    pub(crate) address: Address,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// What to post; `None`: a `GET`.
    pub(crate) body: Option<String>,
    pub(crate) max_bytes: usize,
    pub(crate) timeout: Duration,
}

impl Fetch {
    /// `GET` or `POST`.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        if self.body.is_some() { "POST" } else { "GET" }
    }

    /// Tells it from the other requests of the same source.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> &str {
        self.address.as_str()
    }

    /// The headers to send. They may hold a secret.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// What to post. It may hold a token.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
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

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetch")
            .field("method", &self.method())
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}
