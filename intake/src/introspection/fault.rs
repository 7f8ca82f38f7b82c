//! Why an endpoint's answer says nothing about a token.

use alloc::boxed::Box;
use core::fmt;
use core::time::Duration;

use lowwater::{JsonError, Rejection, Validator};

use crate::message::MessageFault;

/// Why an answer says nothing about the token. None of these is *inactive*. No text of the answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum IntrospectionFault {
    /// No answer: no connection, or not in time.
    Unreachable,
    /// 401 or 403: the endpoint does not take this API's credentials. Nothing can be decided until somebody mends that.
    Credentials(u16),
    /// Another status than 200. A redirect is not followed: token and credentials are for one place.
    Status(u16),
    /// More than the bound.
    TooLarge,
    /// Not the strict JSON object that was expected.
    Json(JsonError),
    /// Signed responses are configured, and this is none.
    NotSigned,
    /// Signed responses are not configured, and this is one.
    Signed,
    /// A signed response that is not what RFC 9701 says. `key_not_found` may mean that the keys are old: tell their source
    /// ([`KeySource::key_is_missing`](crate::KeySource::key_is_missing)).
    Message(Box<MessageFault>),
}

impl IntrospectionFault {
    /// A stable snake_case name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Credentials(_) => "credentials",
            Self::Status(_) => "status",
            Self::TooLarge => "too_large",
            Self::Json(_) => "json",
            Self::NotSigned => "not_signed",
            Self::Signed => "signed",
            Self::Message(fault) => fault.code(),
        }
    }

    /// Does it tell of the endpoint, whatever token was asked about? No answer, credentials that it does not know, a server that
    /// is too busy or behind a gateway and gone. All else may lie in one token, of anybody's making: a firewall answers 403
    /// to some, servers 400, 404, 414 or 500.
    pub(super) const fn is_of_the_endpoint(&self) -> bool {
        matches!(
            self,
            Self::Unreachable | Self::Credentials(401) | Self::Status(429 | 502 | 503 | 504)
        )
    }
}

impl fmt::Display for IntrospectionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("no answer: no connection, or not in time"),
            Self::Credentials(status) => {
                write!(f, "the answer has status {status}: the endpoint refuses the credentials")
            }
            Self::Status(status) => write!(f, "the answer has status {status}, 200 was expected"),
            Self::TooLarge => f.write_str("the answer is larger than the bound"),
            Self::Json(fault) => write!(f, "the answer is no strict JSON object: {fault}"),
            Self::NotSigned => f.write_str("the answer is not signed, as was configured"),
            Self::Signed => {
                f.write_str("the answer is signed, and no keys for that are configured")
            }
            Self::Message(fault) => write!(f, "the signed answer: {fault}"),
        }
    }
}

impl core::error::Error for IntrospectionFault {}

/// Nothing can be said about a token now, which is not known to be bad.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IntrospectionUnavailable {
    /// When to ask again.
    pub retry_after: Duration,
    /// What went wrong.
    pub fault: IntrospectionFault,
}

impl IntrospectionUnavailable {
    /// The answer to the request: `introspection_unavailable`, 503.
    pub fn rejection(&self, validator: &Validator) -> Rejection {
        validator.introspection_unavailable(self.retry_after)
    }
}

impl fmt::Display for IntrospectionUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token cannot be asked about: {}", self.fault)
    }
}

impl core::error::Error for IntrospectionUnavailable {}
