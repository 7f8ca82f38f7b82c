//! The answer "yes", and what is kept of it for a connection that lasts.
//!
//! An accepted token is named by four things: its number, its validator, its text and the time of the
//! decision (see `held`).

use lowwater::{Accepted, Requirement, Rule, Ticket, UnixTime};
use napi::bindgen_prelude::{Array, External};
use napi_derive::napi;

use crate::error::{Result, argument, unreadable};
use crate::held;
use crate::rules::{Rules, freshness_json};
use crate::time::{at, span};
use crate::validator::Validator;

#[napi(catch_unwind)]
pub(crate) fn accepted_claims_json(
    number: f64,
    validator: &External<Validator>,
    token: String,
    now: i64,
) -> Result<String> {
    held::ask(number, &validator.validator, &token, now, |accepted| {
        accepted.claims_json().to_owned()
    })
}

#[napi(catch_unwind)]
pub(crate) fn accepted_header_json(
    number: f64,
    validator: &External<Validator>,
    token: String,
    now: i64,
) -> Result<String> {
    held::ask(number, &validator.validator, &token, now, |accepted| {
        accepted.header_json().to_owned()
    })
}

/// All else that an accepted token tells, as JSON by the names that JavaScript gives it.
#[napi(catch_unwind)]
pub(crate) fn accepted_facts(
    number: f64,
    validator: &External<Validator>,
    token: String,
    now: i64,
) -> Result<String> {
    held::ask(number, &validator.validator, &token, now, facts)
}

fn facts(accepted: &Accepted) -> String {
    let millis = |time: Option<UnixTime>| time.map(UnixTime::as_millis);
    serde_json::json!({
        "issuer": accepted.issuer(),
        "subject": accepted.subject(),
        "audiences": accepted.audiences(),
        "client": accepted.client(),
        "session": accepted.session(),
        "tokenId": accepted.token_id(),
        "scopes": accepted.scopes(),
        "permissions": accepted.permissions(),
        "issuedAt": millis(accepted.issued_at()),
        "expiresAt": millis(accepted.expires_at()),
        "notBefore": millis(accepted.not_before()),
        "authenticatedAt": millis(accepted.authenticated_at()),
        "algorithm": accepted.algorithm().name(),
        "keyId": accepted.key_id(),
        "tokenType": accepted.token_type(),
    })
    .to_string()
}

/// What can be required, in the order in which it is checked.
type Required = (
    Option<Vec<String>>,
    Option<Vec<String>>,
    Option<Vec<String>>,
    Option<Vec<String>>,
    Option<String>,
    Option<String>,
);

fn requirement(
    (scopes, any_scope, permissions, any_permission, subject, key): Required,
) -> Requirement {
    let mut asked = Requirement::new();
    if let Some(scopes) = scopes {
        asked = asked.scopes(scopes);
    }
    if let Some(scopes) = any_scope {
        asked = asked.any_scope(scopes);
    }
    if let Some(permissions) = permissions {
        asked = asked.permissions(permissions);
    }
    if let Some(permissions) = any_permission {
        asked = asked.any_permission(permissions);
    }
    if let Some(subject) = subject {
        asked = asked.subject(&subject);
    }
    if let Some(thumbprint) = key {
        asked = asked.confirmation(&thumbprint);
    }
    asked
}

/// Nothing, or the JSON of a rejection.
#[napi(catch_unwind)]
pub(crate) fn accepted_require(
    number: f64,
    validator: &External<Validator>,
    token: String,
    now: i64,
    required: Required,
) -> Result<Option<String>> {
    let asked = requirement(required);
    let answer =
        held::ask(number, &validator.validator, &token, now, |accepted| accepted.require(&asked))?;
    Ok(answer.err().map(|no| no.to_json()))
}

#[napi(catch_unwind)]
pub(crate) fn accepted_ticket(
    number: f64,
    validator: &External<Validator>,
    token: String,
    now: i64,
) -> Result<External<Ticket>> {
    let ticket = held::ask(number, &validator.validator, &token, now, Accepted::ticket)?;
    // What it keeps of a token is not told: some of its text, and the names of its dimensions.
    let size = token.len().saturating_add(size_of::<Ticket>());
    Ok(External::new_with_size_hint(ticket, size))
}

/// The JSON of how old the rules are, or that of a rejection (which has a `code`).
#[napi(catch_unwind)]
pub(crate) fn ticket_recheck(
    ticket: &External<Ticket>,
    rules: &External<Rules>,
    now: i64,
    fresh_within: Option<i64>,
) -> String {
    match rules.ask(fresh_within.map(span), |rules| ticket.recheck(rules, at(now))) {
        Ok(freshness) => freshness_json(freshness),
        Err(no) => no.to_json(),
    }
}

#[napi(catch_unwind)]
pub(crate) fn ticket_is_affected_by(
    ticket: &External<Ticket>,
    rule: &External<Rule>,
    now: i64,
) -> bool {
    ticket.is_affected_by(rule, at(now))
}

/// The places of the tickets that the rule hits.
#[napi(catch_unwind)]
pub(crate) fn affected(tickets: Array<'_>, rule: &External<Rule>, now: i64) -> Result<Vec<u32>> {
    let mut all = Vec::new();
    for place in 0..tickets.len() {
        match tickets.get_ref::<External<Ticket>>(place).map_err(unreadable)? {
            Some(ticket) => all.push(Held { place, ticket }),
            None => return Err(argument("tickets", "changed while they were read")),
        }
    }
    Ok(lowwater::affected(all, rule, at(now)).map(|held| held.place).collect())
}

/// What the core asks a ticket of.
struct Held<'e> {
    place: u32,
    ticket: &'e Ticket,
}

impl AsRef<Ticket> for Held<'_> {
    fn as_ref(&self) -> &Ticket {
        self.ticket
    }
}
