//! What to answer a request of a protocol.

use alloc::string::String;

/// An HTTP answer: its status, its content type (none without a body), its body. Send `Cache-Control: no-store` with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    status: u16,
    content_type: Option<&'static str>,
    body: String,
}

impl Reply {
    pub(crate) const fn empty(status: u16) -> Self {
        Self { status, content_type: None, body: String::new() }
    }

    pub(crate) const fn json(status: u16, body: String) -> Self {
        Self { status, content_type: Some("application/json"), body }
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The headers to send.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let content_type = self.content_type.map(|value| ("Content-Type", value));
        content_type.into_iter().chain([("Cache-Control", "no-store")])
    }

    /// The body, perhaps empty.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}
