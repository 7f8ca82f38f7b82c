//! What to answer a request of a protocol.

use alloc::string::{String, ToString as _};
use core::time::Duration;

/// An HTTP answer: status, headers, body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    status: u16,
    content_type: Option<&'static str>,
    retry_after: Option<u64>,
    body: String,
}

impl Reply {
    pub(crate) const fn empty(status: u16) -> Self {
        Self { status, content_type: None, retry_after: None, body: String::new() }
    }

    pub(crate) const fn json(status: u16, body: String) -> Self {
        Self { status, content_type: Some("application/json"), retry_after: None, body }
    }

    /// In place of a refusal: 503, and when to come again, in whole seconds.
    pub(crate) fn later(self, retry_after: Duration) -> Self {
        let seconds = retry_after.as_millis().div_ceil(1000);
        let retry_after = Some(u64::try_from(seconds).unwrap_or(u64::MAX));
        Self { status: 503, retry_after, ..self }
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The headers to send.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, String)> {
        let content_type = self.content_type.map(|value| ("Content-Type", value.to_string()));
        let retry_after = self.retry_after.map(|seconds| ("Retry-After", seconds.to_string()));
        let always = [("Cache-Control", String::from("no-store"))];
        content_type.into_iter().chain(retry_after).chain(always)
    }

    /// The body, perhaps empty.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}
