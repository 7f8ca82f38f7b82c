//! Logout tokens of an issuer.

use lowwater::{KeySet, Rule};
use lowwater_edge::Asked;
use lowwater_intake::{Logout, LogoutReceiver, MessageFault, Reply};
use serde::Serialize;

use crate::issuers::{Awaiting, Issuers};
use crate::json;
use crate::mistake::{Result, in_json};
use crate::time::at;

/// A receiver of a configuration in JSON.
///
/// # Errors
/// A mistake in it.
pub fn logout_receiver_from_json(config: &str) -> Result<LogoutReceiver> {
    LogoutReceiver::from_json(config).map_err(in_json(false))
}

/// What came of the body of a logout, as JSON: `rules`, `tokenId`, `subject`, `session` of one that was taken, `code` and
/// `message` of another; `reply`. With fetched keys, or with others.
#[must_use]
pub fn receive_logout(
    receiver: &LogoutReceiver,
    body: &[u8],
    keys: std::result::Result<&KeySet, (&Issuers, i64)>,
    now: i64,
) -> Awaiting<String> {
    let receive = |keys: &KeySet| receiver.receive(body, keys, at(now));
    let Asked { answer, awaited } = match keys {
        Ok(keys) => Asked { answer: receive(keys), awaited: false },
        Err((issuers, clock)) => issuers.read(receiver.issuer(), clock, receive),
    };
    let answer = answer.map_or_else(|fault| refused(&fault), |logout| taken(&logout));
    Awaiting { answer, awaited }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Taken<'l> {
    rules: Vec<String>,
    token_id: &'l str,
    subject: Option<&'l str>,
    session: Option<&'l str>,
    reply: Told<'l>,
}

#[derive(Serialize)]
struct Refused<'l> {
    code: &'l str,
    message: String,
    reply: Told<'l>,
}

#[derive(Serialize)]
struct Told<'l> {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: &'l str,
}

impl<'l> Told<'l> {
    fn of(reply: &'l Reply) -> Self {
        Self { status: reply.status(), headers: reply.headers().collect(), body: reply.body() }
    }
}

fn taken(logout: &Logout) -> String {
    let rules = logout.rules().iter().map(Rule::to_json).collect();
    let (token_id, subject, session) = (logout.token_id(), logout.subject(), logout.session());
    json(&Taken { rules, token_id, subject, session, reply: Told::of(&logout.reply()) })
}

fn refused(fault: &MessageFault) -> String {
    let reply = LogoutReceiver::refusal(fault);
    json(&Refused { code: fault.code(), message: fault.to_string(), reply: Told::of(&reply) })
}
