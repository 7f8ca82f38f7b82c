//! Requests to revoke: of a user everything, of a client one token.

use lowwater::Accepted;
use lowwater_intake::{GlobalRevocation, Reply, Revocation, RevocationRequest, Revoker};
use serde::Serialize;

use crate::accepted::Asked;
use crate::json;
use crate::message::{self, Told};
use crate::mistake::{Result, in_json};
use crate::time::at;

/// A receiver of a configuration in JSON.
///
/// # Errors
/// A mistake in it.
pub fn global_revocation_from_json(config: &str) -> Result<GlobalRevocation> {
    GlobalRevocation::from_json(config).map_err(in_json(false))
}

/// What came of the body of a request, as JSON: `rules` of one that is carried out, `code` and `message` of another; `reply`.
#[must_use]
pub fn revoke_all(
    receiver: &GlobalRevocation,
    content_type: &str,
    body: &[u8],
    now: i64,
) -> String {
    match receiver.receive(content_type, body, at(now)) {
        Ok(revocation) => revoked(&revocation, &GlobalRevocation::reply()),
        Err(fault) => message::refused(fault.code(), fault.to_string(), Some(&fault.reply())),
    }
}

/// What to answer where there is no such user, as JSON.
#[must_use]
pub fn unknown_user_json() -> String {
    message::reply_json(&GlobalRevocation::unknown_user())
}

#[derive(Serialize)]
struct Request<'r> {
    token: &'r str,
    hint: Option<&'r str>,
    reply: Told<'r>,
}

/// Reads a request of RFC 7009; JSON: `token`, `hint` of one, `code` and `message` of what is none; `reply`.
#[must_use]
pub fn revocation_request(content_type: &str, body: &[u8]) -> String {
    match RevocationRequest::read(content_type, body) {
        Ok(request) => {
            let (token, hint) = (request.token(), request.hint());
            json(&Request { token, hint, reply: Told::of(&RevocationRequest::reply()) })
        }
        Err(fault) => {
            let reply = RevocationRequest::refusal(&fault);
            message::refused(fault.code(), fault.to_string(), Some(&reply))
        }
    }
}

/// Ends what was issued under a grant until now; JSON: `rules`, `reply`.
#[must_use]
pub fn revoke_grant(issuer: &str, subject: &str, client: &str, now: i64) -> String {
    let revocation = RevocationRequest::grant(issuer, subject, client, at(now));
    revoked(&revocation, &RevocationRequest::reply())
}

impl Asked<'_> {
    /// Ends this token, for a client, or for an operator; JSON: `rules`, or `code` and `message`; `reply`.
    ///
    /// # Errors
    /// It names no accepted token.
    pub fn revoke(self, client: Option<&str>) -> Result<String> {
        let by = client.map_or(Revoker::Operator, Revoker::Client);
        let revoke = |accepted: &Accepted| RevocationRequest::access_token(accepted, by);
        let reply = RevocationRequest::reply();
        Ok(match self.ask(revoke)? {
            Ok(revocation) => revoked(&revocation, &reply),
            Err(no) => message::refused(no.code(), no.to_string(), Some(&reply)),
        })
    }
}

#[derive(Serialize)]
struct Revoked<'r> {
    rules: Vec<String>,
    reply: Told<'r>,
}

fn revoked(revocation: &Revocation, reply: &Reply) -> String {
    json(&Revoked { rules: message::texts(revocation.rules()), reply: Told::of(reply) })
}
