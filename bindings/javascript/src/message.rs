//! Messages beside tokens: by which keys they are read, and what came of one, as JSON.

use lowwater::{KeySet, Rule};
use lowwater_edge::Asked;
use lowwater_intake::{MessageFault, Reply};
use serde::Serialize;

use crate::issuers::{Awaiting, Issuers};
use crate::json;

/// By which keys a message is read.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "keys come from one of these")]
pub enum Signers<'k> {
    /// Keys that are there.
    Given(&'k KeySet),
    /// Those that are fetched, at a time of the clock.
    Fetched(&'k Issuers, i64),
}

impl Signers<'_> {
    /// Reads a message of an issuer's.
    pub(crate) fn read<T>(
        self,
        issuer: &str,
        read: impl Fn(&KeySet) -> Result<T, MessageFault>,
    ) -> Awaiting<Result<T, MessageFault>> {
        let Asked { answer, awaited } = match self {
            Self::Given(keys) => Asked { answer: read(keys), awaited: false },
            Self::Fetched(issuers, clock) => issuers.read(issuer, clock, read),
        };
        Awaiting { answer, awaited }
    }
}

/// What to answer, as JavaScript has it.
#[derive(Serialize)]
pub(crate) struct Told<'r> {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: &'r str,
}

impl<'r> Told<'r> {
    pub(crate) fn of(reply: &'r Reply) -> Self {
        Self { status: reply.status(), headers: reply.headers().collect(), body: reply.body() }
    }
}

#[derive(Serialize)]
struct Refused<'r> {
    code: &'r str,
    message: String,
    reply: Option<Told<'r>>,
}

/// The JSON of a message that was not taken: `code`, `message`, `reply` where somebody waits for one.
pub(crate) fn refused(code: &str, message: String, reply: Option<&Reply>) -> String {
    json(&Refused { code, message, reply: reply.map(Told::of) })
}

/// The JSON of an answer.
pub(crate) fn reply_json(reply: &Reply) -> String {
    json(&Told::of(reply))
}

/// Each rule in its own text: the digits of its times matter.
pub(crate) fn texts(rules: &[Rule]) -> Vec<String> {
    rules.iter().map(Rule::to_json).collect()
}
