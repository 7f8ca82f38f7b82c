//! The answer "yes", and what is kept of it for a connection that lasts.
//!
//! An accepted token is named by four things: its number, its validator, its text and the time of the
//! decision.

use lowwater::{Rule, Ticket};
use lowwater_javascript::{Asked, Required, Rules, Validator};
use napi::bindgen_prelude::{Array, External};
use napi_derive::napi;

use crate::border::{Result, argument, thrown, unreadable};

#[napi(catch_unwind)]
pub(crate) fn accepted_claims_json(
    number: f64,
    validator: &External<Validator>,
    token: String,
    now: i64,
) -> Result<String> {
    Asked { number, validator, token: &token, now }.claims_json().map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn accepted_header_json(
    number: f64,
    validator: &External<Validator>,
    token: String,
    now: i64,
) -> Result<Option<String>> {
    Asked { number, validator, token: &token, now }.header_json().map_err(thrown)
}

/// All else that an accepted token tells, as JSON by the names that JavaScript gives it.
#[napi(catch_unwind)]
pub(crate) fn accepted_facts(
    number: f64,
    validator: &External<Validator>,
    token: String,
    now: i64,
) -> Result<String> {
    Asked { number, validator, token: &token, now }.facts().map_err(thrown)
}

/// What can be required, in the order in which it is checked.
type Listed = (
    Option<Vec<String>>,
    Option<Vec<String>>,
    Option<Vec<String>>,
    Option<Vec<String>>,
    Option<String>,
    Option<String>,
);

/// Nothing, or the JSON of a rejection.
#[napi(catch_unwind)]
pub(crate) fn accepted_require(
    number: f64,
    validator: &External<Validator>,
    token: String,
    now: i64,
    required: Listed,
) -> Result<Option<String>> {
    let (scopes, any_scope, permissions, any_permission, subject, confirmation) = required;
    let required =
        Required { scopes, any_scope, permissions, any_permission, subject, confirmation };
    Asked { number, validator, token: &token, now }.require(required).map_err(thrown)
}

#[napi(catch_unwind)]
pub(crate) fn accepted_ticket(
    number: f64,
    validator: &External<Validator>,
    token: String,
    now: i64,
) -> Result<External<Ticket>> {
    let (ticket, size) =
        Asked { number, validator, token: &token, now }.ticket().map_err(thrown)?;
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
    lowwater_javascript::recheck(ticket, rules, now, fresh_within)
}

#[napi(catch_unwind)]
pub(crate) fn ticket_is_affected_by(
    ticket: &External<Ticket>,
    rule: &External<Rule>,
    now: i64,
) -> bool {
    lowwater_javascript::is_affected_by(ticket, rule, now)
}

/// The places of the tickets that the rule hits.
#[napi(catch_unwind)]
pub(crate) fn affected(tickets: Array<'_>, rule: &External<Rule>, now: i64) -> Result<Vec<u32>> {
    let mut all = Vec::new();
    for place in 0..tickets.len() {
        match tickets.get_ref::<External<Ticket>>(place).map_err(unreadable)? {
            Some(ticket) if lowwater_javascript::is_affected_by(ticket, rule, now) => {
                all.push(place);
            }
            Some(_) => {}
            None => return Err(argument("tickets", "changed while they were read")),
        }
    }
    Ok(all)
}
