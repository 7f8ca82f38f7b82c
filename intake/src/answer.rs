//! What came back.

use core::time::Duration;

/// An HTTP response, as far as these protocols read it. Redirects are not followed by the client: they come here.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    status: u16,
    headers: &'a [(&'a str, &'a str)],
    body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// Its status, its headers (names in any case) and its body, of which one byte more than
    /// [`Fetch::max_bytes`](crate::Fetch::max_bytes) is enough.
    #[must_use]
    pub const fn new(status: u16, headers: &'a [(&'a str, &'a str)], body: &'a [u8]) -> Self {
        Self { status, headers, body }
    }

    pub(crate) const fn status(&self) -> u16 {
        self.status
    }

    pub(crate) const fn body(&self) -> &'a [u8] {
        self.body
    }

    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        let mut named = self.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.trim())
    }

    /// Its entity tag, if it is one.
    pub(crate) fn etag(&self) -> Option<&'a str> {
        self.header("etag").filter(|etag| is_etag(etag))
    }

    /// For how long it may be used without asking again (RFC 9111 sections 4.2 and 5.2.2): `max-age` less `Age`; nothing,
    /// where it must not be kept. `None`: it does not say. `Expires` is not read: it needs the two clocks to agree.
    pub(crate) fn fresh_for(&self) -> Option<Duration> {
        let directives = self.header("cache-control")?.split(',').map(str::trim);
        let mut longest = None;
        for directive in directives {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            if ["no-store", "no-cache"].iter().any(|never| name.eq_ignore_ascii_case(never)) {
                return Some(Duration::ZERO);
            }
            if name.eq_ignore_ascii_case("max-age") {
                // Of two the shorter; what is no number is stale (section 4.2.1).
                let seconds = value.trim_matches('"').parse().unwrap_or(0);
                longest = Some(longest.unwrap_or(u64::MAX).min(seconds));
            }
        }
        let age = self.header("age").and_then(|age| age.parse::<u64>().ok()).unwrap_or(0);
        longest.map(|seconds| Duration::from_secs(seconds.saturating_sub(age)))
    }
}

/// An entity tag (RFC 9110 section 8.8.3) is sent back in a header: visible characters in quotes, and not long.
fn is_etag(text: &str) -> bool {
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    text.len() <= 256
        && inner
            .is_some_and(|inner| inner.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'))
}
