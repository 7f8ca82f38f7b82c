//! What is fetched, and what came back, over the border.

use lowwater_intake::{Answer, Fetch};
use serde::Serialize;

use crate::json;

/// An HTTP response as JavaScript hands it in.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "JavaScript gives these three")]
pub struct Response<'r> {
    /// Its status.
    pub status: u32,
    /// Names and values of its headers, in turn.
    pub headers: &'r [String],
    /// Its body.
    pub body: &'r [u8],
}

impl Response<'_> {
    /// Hands it to whoever asked.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Answer<'_>) -> T) -> T {
        let pairs = self.headers.as_chunks::<2>().0.iter();
        let headers: Vec<_> = pairs.map(|[name, value]| (name.as_str(), value.as_str())).collect();
        read(&Answer::new(u16::try_from(self.status).unwrap_or(0), &headers, self.body))
    }
}

/// What to fetch, as JSON: `timeout` in milliseconds.
#[must_use]
pub fn fetch_json(fetch: &Fetch) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Told<'f> {
        method: &'f str,
        url: &'f str,
        headers: Vec<(&'f str, &'f str)>,
        body: Option<&'f str>,
        max_bytes: usize,
        timeout: u64,
    }
    let timeout = u64::try_from(fetch.timeout().as_millis()).unwrap_or(u64::MAX);
    let (method, url, body) = (fetch.method(), fetch.url(), fetch.body());
    let (headers, max_bytes) = (fetch.headers().collect(), fetch.max_bytes());
    json(&Told { method, url, headers, body, max_bytes, timeout })
}
