//! The API: four routes, of which one is open to all, and what a good token is here.

use std::sync::Arc;

use axum::extract::rejection::StringRejection;
use axum::extract::{DefaultBodyLimit, FromRef, Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use lowwater::{Algorithm, ConfigError, KeySet, Rule, TokenType, Validator};
use lowwater_edge::{SharedCutoffs, SharedMemo};
use serde::Serialize;

use crate::guard::{Caller, Denied, Guard};
use crate::rule_writer::RuleWriter;

/// The one issuer whose tokens are taken.
pub(crate) const ISSUER: &str = "https://issuer.example/";
/// The name of this API: a token for another is refused.
pub(crate) const AUDIENCE: &str = "https://api.example/";
/// A rule is a few hundred bytes.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// What the handlers share.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    /// For every [`Caller`].
    pub(crate) guard: Arc<Guard>,
    /// For new rules.
    pub(crate) rules: RuleWriter,
}

impl FromRef<Api> for Arc<Guard> {
    fn from_ref(api: &Api) -> Self {
        Self::clone(&api.guard)
    }
}

/// The guard of this API, with the keys that the issuer publishes.
pub(crate) fn guard(
    jwks: &str,
    memo: SharedMemo,
    cutoffs: Arc<SharedCutoffs>,
) -> Result<Guard, ConfigError> {
    let validator = Validator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .algorithms([Algorithm::EdDsa])
        .keys(KeySet::from_jwks(jwks)?)
        .token_type(TokenType::Strict)
        .build()?;
    Ok(Guard::new(validator, memo, cutoffs))
}

/// The routes.
pub(crate) fn router(api: Api) -> Router {
    Router::new()
        .route("/notices", get(notices))
        .route("/messages", get(messages))
        .route("/users/{id}/inbox", get(inbox))
        .route("/cutoffs", post(apply_rule))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(api)
}

/// A list of messages.
#[derive(Debug, Serialize)]
struct Messages {
    /// Their texts.
    messages: Vec<&'static str>,
}

/// What applying a rule did.
#[derive(Debug, Serialize)]
struct Applied {
    /// `applied`, or `already_held` where what held before says as much.
    change: &'static str,
}

/// `GET /notices`: for everybody, with a token or without. As long as the messages, to compare them.
async fn notices() -> Json<Messages> {
    Json(Messages { messages: vec!["the sea is calm"] })
}

/// `GET /messages`: for whoever was granted the scope.
async fn messages(Caller(token): Caller) -> Result<Json<Messages>, Denied> {
    token.require_scopes(["read:messages"])?;
    Ok(Json(Messages { messages: vec!["the tide is out"] }))
}

/// `GET /users/{id}/inbox`: for its owner alone.
async fn inbox(Caller(token): Caller, Path(id): Path<String>) -> Result<Json<Messages>, Denied> {
    token.require_subject(&id)?;
    Ok(Json(Messages { messages: vec!["welcome"] }))
}

/// `POST /cutoffs`: applies the rule in the body, for administrators.
///
/// The token is asked first; a body that cannot be read is reported only to those who may send one. The
/// answer 201 comes after the rule is kept, where there is a file to keep it in.
async fn apply_rule(
    State(api): State<Api>,
    Caller(token): Caller,
    body: Result<String, StringRejection>,
) -> Result<(StatusCode, Json<Applied>), Denied> {
    token.require_scopes(["admin:cutoffs"])?;
    let body = body
        .map_err(|fault| Denied::request(fault.status(), "body_unreadable", fault.body_text()))?;
    let change = api.rules.apply(Rule::from_json(&body)?).await?.as_str();
    Ok((StatusCode::CREATED, Json(Applied { change })))
}
