//! The guard: what stands between a request and every route. Written to be copied.
//!
//! A handler that takes a [`Caller`] runs only for a request whose token was accepted. What the caller
//! may do is the handler's own question: `token.require_scopes([...])?` and its kin.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use lowwater::{Accepted, ApplyError, ConfigError, Rejection, Remedy, UnixTime, Validator};
use lowwater_edge::{SharedCutoffs, SharedMemo, now};
use serde::Serialize;

/// The bearer of an accepted token: take it as an argument, and the route is guarded.
#[derive(Debug)]
pub(crate) struct Caller(pub(crate) Accepted);

impl<S> FromRequestParts<S> for Caller
where
    Arc<Guard>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Denied> {
        Arc::<Guard>::from_ref(state).admit(&parts.headers, now()).map(Self)
    }
}

/// Decides about requests: one validator and the rules that hold, shared by all routes.
#[derive(Debug)]
pub(crate) struct Guard {
    /// Says what a good token is.
    validator: Validator,
    /// Knows the signatures of tokens that come again. It knows nothing of rules: they are asked each time.
    memo: SharedMemo,
    /// Says which good tokens were taken back. Requests take no lock.
    cutoffs: Arc<SharedCutoffs>,
}

impl Guard {
    /// A guard under these rules, to which others may add.
    pub(crate) const fn new(
        validator: Validator,
        memo: SharedMemo,
        cutoffs: Arc<SharedCutoffs>,
    ) -> Self {
        Self { validator, memo, cutoffs }
    }

    /// Decides about the token of a request.
    fn admit(&self, headers: &HeaderMap, now: UnixTime) -> Result<Accepted, Denied> {
        let mut fields = headers.get_all(AUTHORIZATION).iter();
        let field = match (fields.next(), fields.next()) {
            (Some(field), None) => field,
            (None, _) => return Err(self.validator.missing_token().into()),
            // Whichever were picked, a proxy on the way may have picked the other.
            (Some(_), Some(_)) => return Err(self.several_tokens()),
        };
        // A token is ASCII; a field that is not carries none.
        let field = field.to_str().map_err(|_| self.validator.missing_token())?;
        let token = self.validator.bearer(field)?;
        Ok(self.validator.validate_with(&self.memo, token, &*self.cutoffs.current(), now)?)
    }

    /// More than one `Authorization` field: a malformed request (RFC 6750 section 3.1), so 400.
    fn several_tokens(&self) -> Denied {
        let missing = Denied::from(self.validator.missing_token());
        let message = "the request carries more than one `Authorization` header".to_owned();
        let body = Refusal { message, ..missing.body };
        Denied { status: StatusCode::BAD_REQUEST, body, ..missing }
    }
}

/// The answer "no" as HTTP says it: status, headers, and a body in JSON.
#[derive(Debug)]
pub(crate) struct Denied {
    /// 401, 403 or 503 where a token was refused; 400 and others where the request was at fault.
    status: StatusCode,
    /// `WWW-Authenticate`: what a better token would be.
    challenge: Option<HeaderValue>,
    /// `Retry-After`, in seconds: where waiting helps.
    retry_after: Option<u32>,
    /// The same for programs and people.
    body: Refusal,
}

/// The body of every answer "no".
#[derive(Debug, Serialize)]
struct Refusal {
    /// A stable word for programs.
    code: &'static str,
    /// A sentence for people. It holds no text of the token.
    message: String,
    /// What the client can do: `refresh`, `reauthenticate`, `step_up`, ...
    remedy: &'static str,
}

impl Denied {
    /// The request itself is at fault, not its token: another token would not help.
    pub(crate) fn request(status: StatusCode, code: &'static str, message: String) -> Self {
        let body = Refusal { code, message, remedy: Remedy::None.as_str() };
        Self { status, challenge: None, retry_after: None, body }
    }
}

impl From<Rejection> for Denied {
    fn from(rejection: Rejection) -> Self {
        Self {
            status: StatusCode::from_u16(rejection.http_status())
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            // A challenge is made of checked configuration. Were it none, the answer would still be no.
            challenge: rejection.www_authenticate().and_then(|text| text.try_into().ok()),
            retry_after: rejection.retry_after(),
            body: Refusal {
                code: rejection.code().as_str(),
                message: rejection.message(),
                remedy: rejection.remedy().as_str(),
            },
        }
    }
}

impl From<ConfigError> for Denied {
    fn from(mistake: ConfigError) -> Self {
        Self::request(StatusCode::BAD_REQUEST, mistake.code(), mistake.to_string())
    }
}

impl From<ApplyError> for Denied {
    fn from(error: ApplyError) -> Self {
        let status = match error {
            ApplyError::Invalid(_) => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::request(status, error.code(), error.to_string())
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api;
    use crate::issuer::{Issuer, Login};
    use lowwater::{Change, Cutoffs, Rule, Target};

    /// A guard, and the headers of a request that it admits.
    fn guard_and_headers() -> (Guard, HeaderMap) {
        let issuer = Issuer::new().unwrap();
        let cutoffs = Arc::new(SharedCutoffs::new(Cutoffs::local()));
        let guard = api::guard(&issuer.jwks(), SharedMemo::default(), cutoffs).unwrap();
        let token = issuer.token(&Login::of("u1", "read:messages").at(now()));
        let field = HeaderValue::try_from(format!("Bearer {token}")).unwrap();
        (guard, HeaderMap::from_iter([(AUTHORIZATION, field)]))
    }

    #[test]
    fn two_tokens_are_none_even_if_both_are_good() {
        let (guard, mut headers) = guard_and_headers();
        assert_eq!(guard.admit(&headers, now()).unwrap().subject(), Some("u1"));
        headers.append(AUTHORIZATION, headers[AUTHORIZATION].clone());
        let denied = guard.admit(&headers, now()).unwrap_err();
        assert_eq!((denied.status, denied.body.code), (StatusCode::BAD_REQUEST, "token_missing"));
    }

    #[test]
    fn a_field_that_is_not_ascii_carries_no_token() {
        let (guard, mut headers) = guard_and_headers();
        headers.insert(AUTHORIZATION, HeaderValue::from_bytes(b"Bearer \xff").unwrap());
        let denied = guard.admit(&headers, now()).unwrap_err();
        assert_eq!((denied.status, denied.body.code), (StatusCode::UNAUTHORIZED, "token_missing"));
    }

    #[test]
    fn a_writer_that_fails_half_way_changes_no_answer() {
        let (guard, headers) = guard_and_headers();
        let writer = std::thread::scope(|scope| {
            let panics = || {
                guard.cutoffs.update(|rules| -> Result<(), ApplyError> {
                    rules.apply(Rule::suspended(Target::everyone(), true, 1), now())?;
                    panic!("a writer fails half way");
                })
            };
            scope.spawn(panics).join()
        });
        assert!(writer.is_err());
        assert!(guard.admit(&headers, now()).is_ok());
        let suspension = Rule::suspended(Target::subject("u1"), true, 1);
        assert_eq!(guard.cutoffs.apply(suspension, now()), Ok(Change::Applied));
        assert_eq!(guard.admit(&headers, now()).unwrap_err().status, StatusCode::FORBIDDEN);
    }
}
