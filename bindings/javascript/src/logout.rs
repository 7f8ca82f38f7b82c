//! Logout tokens of an issuer.

use lowwater_intake::{Logout, LogoutReceiver, MessageFault};
use serde::Serialize;

use crate::issuers::Awaiting;
use crate::json;
use crate::message::{self, Signers, Told};
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
/// `message` of another; `reply`.
#[must_use]
pub fn receive_logout(
    receiver: &LogoutReceiver,
    body: &[u8],
    keys: Signers<'_>,
    now: i64,
) -> Awaiting<String> {
    let read = keys.read(receiver.issuer(), |keys| receiver.receive(body, keys, at(now)));
    read.map(|answer| answer.map_or_else(|fault| refused(&fault), |logout| taken(&logout)))
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

fn taken(logout: &Logout) -> String {
    let rules = message::texts(logout.rules());
    let (token_id, subject, session) = (logout.token_id(), logout.subject(), logout.session());
    json(&Taken { rules, token_id, subject, session, reply: Told::of(&logout.reply()) })
}

fn refused(fault: &MessageFault) -> String {
    let reply = LogoutReceiver::refusal(fault);
    message::refused(fault.code(), fault.to_string(), Some(&reply))
}
