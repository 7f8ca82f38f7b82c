//! The answer "yes", and what is kept of it for a connection that lasts.

use lowwater::{Accepted, Requirement, Rule, Ticket, UnixTime};
use serde::Serialize;

use crate::mistake::Result;
use crate::rules::{Rules, freshness_json};
use crate::time::at;
use crate::validator::Validator;
use crate::{held, json};

/// How JavaScript names an accepted token: see `held`.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "JavaScript gives these four")]
pub struct Asked<'a> {
    /// The number that the validation told.
    pub number: f64,
    /// What validated it.
    pub validator: &'a Validator,
    /// Its text, or the response that stands for it.
    pub token: &'a str,
    /// When it was decided.
    pub now: i64,
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("number", &self.number).finish_non_exhaustive()
    }
}

/// What can be required, in the order in which it is checked.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "JavaScript gives these six")]
pub struct Required {
    /// All of these.
    pub scopes: Option<Vec<String>>,
    /// One of these.
    pub any_scope: Option<Vec<String>>,
    /// All of these.
    pub permissions: Option<Vec<String>>,
    /// One of these.
    pub any_permission: Option<Vec<String>>,
    /// The owner of the resource.
    pub subject: Option<String>,
    /// The thumbprint that the connection proved.
    pub confirmation: Option<String>,
}

impl Asked<'_> {
    pub(crate) fn ask<T>(self, ask: impl FnOnce(&Accepted) -> T) -> Result<T> {
        held::ask(self.number, self.validator, self.token, self.now, ask)
    }

    /// All claims, as they were sent.
    ///
    /// # Errors
    /// It names no accepted token.
    pub fn claims_json(self) -> Result<String> {
        self.ask(|accepted| accepted.claims_json().to_owned())
    }

    /// The header, as it was sent; nothing, of what is no JWT.
    ///
    /// # Errors
    /// It names no accepted token.
    pub fn header_json(self) -> Result<Option<String>> {
        self.ask(|accepted| accepted.header_json().map(str::to_owned))
    }

    /// All else that an accepted token tells, as JSON by the names that JavaScript gives it.
    ///
    /// # Errors
    /// It names no accepted token.
    pub fn facts(self) -> Result<String> {
        self.ask(facts)
    }

    /// Nothing, or the JSON of a rejection.
    ///
    /// # Errors
    /// It names no accepted token.
    pub fn require(self, required: Required) -> Result<Option<String>> {
        let asked = requirement(required);
        let answer = self.ask(|accepted| accepted.require(&asked))?;
        Ok(answer.err().map(|no| no.to_json()))
    }

    /// What is kept of it, and what that takes of memory, roughly.
    ///
    /// # Errors
    /// It names no accepted token.
    pub fn ticket(self) -> Result<(Ticket, usize)> {
        // What it keeps of a token is not told: some of its text, and the names of its dimensions.
        let size = self.token.len().saturating_add(size_of::<Ticket>());
        Ok((self.ask(Accepted::ticket)?, size))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    issuer: Option<&'a str>,
    subject: Option<&'a str>,
    audiences: Vec<String>,
    client: Option<&'a str>,
    session: Option<&'a str>,
    token_id: Option<&'a str>,
    scopes: Vec<String>,
    permissions: Vec<String>,
    issued_at: Option<i64>,
    expires_at: Option<i64>,
    not_before: Option<i64>,
    authenticated_at: Option<i64>,
    algorithm: Option<&'static str>,
    key_id: Option<&'a str>,
    token_type: Option<&'a str>,
}

fn facts(accepted: &Accepted) -> String {
    let millis = |time: Option<UnixTime>| time.map(UnixTime::as_millis);
    json(&Facts {
        issuer: accepted.issuer(),
        subject: accepted.subject(),
        audiences: accepted.audiences(),
        client: accepted.client(),
        session: accepted.session(),
        token_id: accepted.token_id(),
        scopes: accepted.scopes(),
        permissions: accepted.permissions(),
        issued_at: millis(accepted.issued_at()),
        expires_at: millis(accepted.expires_at()),
        not_before: millis(accepted.not_before()),
        authenticated_at: millis(accepted.authenticated_at()),
        algorithm: accepted.algorithm().map(lowwater::Algorithm::name),
        key_id: accepted.key_id(),
        token_type: accepted.token_type(),
    })
}

fn requirement(required: Required) -> Requirement {
    let mut asked = Requirement::new();
    if let Some(scopes) = required.scopes {
        asked = asked.scopes(scopes);
    }
    if let Some(scopes) = required.any_scope {
        asked = asked.any_scope(scopes);
    }
    if let Some(permissions) = required.permissions {
        asked = asked.permissions(permissions);
    }
    if let Some(permissions) = required.any_permission {
        asked = asked.any_permission(permissions);
    }
    if let Some(subject) = required.subject {
        asked = asked.subject(&subject);
    }
    if let Some(thumbprint) = required.confirmation {
        asked = asked.confirmation(&thumbprint);
    }
    asked
}

/// Would the token of a ticket still be accepted? The JSON of how old the rules are, or that of a rejection
/// (which has a `code`).
#[must_use]
pub fn recheck(ticket: &Ticket, rules: &Rules, now: i64, fresh_within: Option<i64>) -> String {
    match rules.ask(fresh_within, |rules| ticket.recheck(rules, at(now))) {
        Ok(freshness) => freshness_json(freshness),
        Err(no) => no.to_json(),
    }
}

/// Does this rule alone refuse the token of a ticket?
#[must_use]
pub fn is_affected_by(ticket: &Ticket, rule: &Rule, now: i64) -> bool {
    ticket.is_affected_by(rule, at(now))
}
