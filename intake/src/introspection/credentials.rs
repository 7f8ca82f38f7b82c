//! How this API proves to the authorization server who asks.

use alloc::format;
use alloc::string::String;
use core::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use form_urlencoded::byte_serialize;
use lowwater::ConfigError;

use super::builder::WHAT;
use crate::config::mistake;

/// How this API proves to an introspection endpoint who asks (RFC 7662 section 2.1). `Debug` shows no secret.
#[derive(Clone)]
pub struct Credentials(Option<String>);

impl Credentials {
    /// A client's name and secret by HTTP Basic, both form-encoded first, as RFC 6749 section 2.3.1 asks.
    ///
    /// # Errors
    /// One of them is empty.
    pub fn basic(client_id: &str, secret: &str) -> Result<Self, ConfigError> {
        if client_id.is_empty() || secret.is_empty() {
            return Err(mistake(WHAT, "`client_id` and `client_secret` must not be empty"));
        }
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(client_id), encoded(secret));
        Ok(Self(Some(format!("Basic {}", BASE64_STANDARD.encode(pair)))))
    }

    /// An access token of this API's own (RFC 6750 section 2.1).
    ///
    /// # Errors
    /// It is empty, or has other characters than such tokens have.
    pub fn bearer(token: &str) -> Result<Self, ConfigError> {
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(mistake(WHAT, "`bearer` must be visible ASCII, and not empty"));
        }
        Ok(Self(Some(format!("Bearer {token}"))))
    }

    /// None in the request: the connection proves it, by a client certificate (RFC 8705) or a proxy beside the process.
    #[must_use]
    pub const fn of_the_connection() -> Self {
        Self(None)
    }

    /// The value of `Authorization`.
    pub(super) fn header(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.as_deref().and_then(|header| header.split(' ').next());
        f.debug_tuple("Credentials").field(&scheme.unwrap_or("connection")).finish()
    }
}
