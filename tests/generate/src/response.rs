//! What an introspection endpoint answers.

use serde::Serialize;

use crate::payload::{ISSUER, Payload, quoted};

/// An HTTP answer; without a status, 200.
#[derive(Serialize)]
pub(crate) struct Response {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'static str>,
    body: String,
}

impl Response {
    pub(crate) fn of(body: impl Into<String>) -> Self {
        Self { status: None, content_type: None, body: body.into() }
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    pub(crate) fn content_type(mut self, content_type: &'static str) -> Self {
        self.content_type = Some(content_type);
        self
    }
}

/// The response about an active token: issued now, good for ten minutes.
pub(crate) fn active() -> Payload {
    Payload::good().with("active", "true")
}

/// How the endpoint is asked; `more` are members as JSON text, comma first.
pub(crate) fn config(more: &str) -> String {
    config_of(ISSUER, more)
}

pub(crate) fn config_of(issuer: &str, more: &str) -> String {
    let issuer = quoted(issuer);
    format!(
        r#"{{"issuer":{issuer},"endpoint":"https://issuer.example/introspect","client_id":"api","client_secret":"a secret"{more}}}"#
    )
}
