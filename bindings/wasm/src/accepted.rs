//! The answer "yes", and what is kept of it for a connection that lasts.
//!
//! An accepted token is named by four things: its number, its validator, its text and the time of the
//! decision.

use lowwater_javascript::{Asked, Required};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::border::{Result, millis, number, thrown};
use crate::cutoffs::Rules;
use crate::rule::Rule;
use crate::validator::Validator;

#[wasm_bindgen]
#[derive(Debug)]
pub struct Ticket(lowwater::Ticket);

const fn asked<'a>(number: f64, validator: &'a Validator, token: &'a str, now: f64) -> Asked<'a> {
    Asked { number, validator: &validator.0, token, now: millis(now) }
}

#[wasm_bindgen(js_name = acceptedClaimsJson)]
pub fn accepted_claims_json(
    number: f64,
    validator: &Validator,
    token: &str,
    now: f64,
) -> Result<String> {
    asked(number, validator, token, now).claims_json().map_err(thrown)
}

#[wasm_bindgen(js_name = acceptedHeaderJson)]
pub fn accepted_header_json(
    number: f64,
    validator: &Validator,
    token: &str,
    now: f64,
) -> Result<Option<String>> {
    asked(number, validator, token, now).header_json().map_err(thrown)
}

/// All else that an accepted token tells, as JSON by the names that JavaScript gives it.
#[wasm_bindgen(js_name = acceptedFacts)]
pub fn accepted_facts(number: f64, validator: &Validator, token: &str, now: f64) -> Result<String> {
    asked(number, validator, token, now).facts().map_err(thrown)
}

/// Nothing, or the JSON of a rejection. What is required comes in the order in which it is checked.
#[wasm_bindgen(js_name = acceptedRequireAll)]
#[expect(clippy::too_many_arguments, reason = "no tuple crosses this border")]
pub fn accepted_require_all(
    number: f64,
    validator: &Validator,
    token: &str,
    now: f64,
    scopes: Option<Vec<String>>,
    any_scope: Option<Vec<String>>,
    permissions: Option<Vec<String>>,
    any_permission: Option<Vec<String>>,
    subject: Option<String>,
    confirmation: Option<String>,
) -> Result<Option<String>> {
    let required =
        Required { scopes, any_scope, permissions, any_permission, subject, confirmation };
    asked(number, validator, token, now).require(required).map_err(thrown)
}

#[wasm_bindgen(js_name = acceptedTicket)]
pub fn accepted_ticket(
    number: f64,
    validator: &Validator,
    token: &str,
    now: f64,
) -> Result<Ticket> {
    asked(number, validator, token, now).ticket().map(|(ticket, _)| Ticket(ticket)).map_err(thrown)
}

/// The JSON of how old the rules are, or that of a rejection (which has a `code`).
#[wasm_bindgen(js_name = ticketRecheck)]
pub fn ticket_recheck(
    ticket: &Ticket,
    rules: &Rules,
    now: f64,
    fresh_within: Option<f64>,
) -> String {
    lowwater_javascript::recheck(&ticket.0, &rules.0, millis(now), fresh_within.map(millis))
}

#[wasm_bindgen(js_name = ticketIsAffectedBy)]
pub fn ticket_is_affected_by(ticket: &Ticket, rule: &Rule, now: f64) -> bool {
    lowwater_javascript::is_affected_by(&ticket.0, &rule.0, millis(now))
}

/// Milliseconds of seconds in decimal digits; nothing if they lie outside of what a time can be.
#[wasm_bindgen(js_name = millisOf)]
pub fn millis_of(seconds: &str) -> Option<f64> {
    lowwater_javascript::millis_of(seconds).map(number)
}
