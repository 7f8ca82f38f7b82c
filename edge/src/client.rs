//! The HTTP client that fetches.

use std::fmt;
use std::io::Read as _;
use std::time::Duration;

use lowwater_intake::{Answer, Fetch};

/// What came back.
#[derive(Clone, Default)]
#[expect(clippy::exhaustive_structs, reason = "a client of one's own makes one")]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers; what is no text is left out.
    pub headers: Vec<(String, String)>,
    /// The body, of which one byte more than [`Fetch::max_bytes`] is enough.
    pub body: Vec<u8>,
}

impl Response {
    /// Hands it to whoever reads it.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Answer<'_>) -> T) -> T {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        read(&Answer::new(self.status, &headers, &self.body))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What it says may be a token's claims.
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// An HTTP client: [`HttpClient`], or one's own (a proxy, client certificates, an own trust store).
///
/// ```
/// use lowwater_edge::{Client, Response};
/// use lowwater_intake::Fetch;
///
/// /// Keys that a side car put beside the process.
/// struct Files;
///
/// impl Client for Files {
///     fn fetch(&self, fetch: &Fetch) -> Option<Response> {
///         let body = std::fs::read("/run/keys/jwks.json").ok()?;
///         Some(Response { status: 200, body, ..Response::default() })
///     }
/// }
/// ```
pub trait Client: Send + Sync {
    /// Makes one request, with all that the [`Fetch`] says of it: its headers, no redirect, its time, its size. `None`: there
    /// was no answer.
    ///
    /// It is called on a thread of its own, and may block.
    fn fetch(&self, fetch: &Fetch) -> Option<Response>;
}

/// [ureq](https://docs.rs/ureq), with TLS by rustls and the roots of Mozilla's list; a proxy comes from the environment
/// (`HTTPS_PROXY`, `NO_PROXY`).
pub struct HttpClient(ureq::Agent);

impl HttpClient {
    /// A client with connections of its own.
    #[must_use]
    pub fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("lowwater/", env!("CARGO_PKG_VERSION")))
            // Keys are fetched some minutes apart: nobody holds a connection for that.
            .max_idle_age(Duration::from_secs(5))
            .build();
        Self(config.new_agent())
    }

    fn ask(&self, fetch: &Fetch) -> Result<Response, ureq::Error> {
        let timeout = Some(fetch.timeout());
        // What is http is this machine, to which no proxy leads.
        let proxy =
            if fetch.url().starts_with("https:") { self.0.config().proxy().cloned() } else { None };
        let mut answer = match fetch.body() {
            None => {
                let request = self.0.get(fetch.url());
                let request =
                    fetch.headers().fold(request, |all, (name, value)| all.header(name, value));
                request.config().timeout_global(timeout).proxy(proxy).build().call()?
            }
            Some(body) => {
                let request = self.0.post(fetch.url());
                let request =
                    fetch.headers().fold(request, |all, (name, value)| all.header(name, value));
                request.config().timeout_global(timeout).proxy(proxy).build().send(body)?
            }
        };
        let most = u64::try_from(fetch.max_bytes()).unwrap_or(u64::MAX).saturating_add(1);
        let mut body = Vec::new();
        answer.body_mut().as_reader().take(most).read_to_end(&mut body)?;
        let text = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        };
        let headers = answer.headers().iter().filter_map(text).collect();
        Ok(Response { status: answer.status().as_u16(), headers, body })
    }
}

impl Client for HttpClient {
    fn fetch(&self, fetch: &Fetch) -> Option<Response> {
        self.ask(fetch).ok()
    }
}

impl Default for HttpClient {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpClient")
    }
}
