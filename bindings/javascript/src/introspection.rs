//! Tokens that only their authorization server can read: what to ask about each, and what it answered. The asking is
//! JavaScript's.

use std::fmt;

use lowwater::{Backend, KeySet, Policy};
use lowwater_edge::IntrospectionValidator;
use lowwater_intake::{Credentials, Fetch, Introspection};

use crate::issuers::Awaiting;
use crate::message::Signers;
use crate::mistake::{Mistake, Result, in_json};
use crate::response::Response;
use crate::rules::Rules;
use crate::time::at;
use crate::validator::{Answer, Validator, answer};

/// A validator that says what to ask about each token. `clock` is the time that its answers are kept by, in milliseconds.
pub struct Introspections(IntrospectionValidator);

/// What is known of one token.
#[derive(Debug)]
pub struct Inquiry(lowwater_edge::Inquiry);

/// What came of a token so far.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "a decision, and what it was made by")]
pub struct Decided {
    /// The decision.
    pub answer: Answer,
    /// The response by which a token is accepted: what stands for its text.
    pub response: Option<String>,
}

/// What there is to wait for.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "a wait, and what to do meanwhile")]
pub struct Pending {
    /// To ask again by.
    pub inquiry: Inquiry,
    /// What to fetch, unless somebody does already.
    pub fetch: Option<Fetch>,
    /// Which request it is.
    pub number: f64,
}

impl Introspections {
    /// Reads a policy, and what asks, each in JSON.
    ///
    /// # Errors
    /// A mistake in one of these.
    pub fn from_json(
        policy: &str,
        introspection: &str,
        backend: impl Backend + Send + Sync + 'static,
    ) -> Result<Self> {
        let mistake = in_json(false);
        let introspection = Introspection::from_json(introspection).map_err(&mistake)?;
        let policy = Policy::opaque_from_json(policy).map_err(&mistake)?;
        IntrospectionValidator::new(policy, introspection, backend).map(Self).map_err(&mistake)
    }

    /// Decides about a token.
    ///
    /// # Errors
    /// Nothing is known of it yet: what there is to wait for.
    pub fn begin(
        &self,
        token: &str,
        rules: &Rules,
        now: i64,
        fresh_within: Option<i64>,
        clock: i64,
    ) -> std::result::Result<Decided, Box<Pending>> {
        let mut inquiry = self.0.inquire(token, at(clock));
        let (fetch, number) = (inquiry.fetch(), inquiry.number().unwrap_or_default());
        let inquiry = Inquiry(inquiry);
        let asked = self.ask(&inquiry, rules, now, fresh_within);
        if asked.awaited {
            Err(Box::new(Pending { inquiry, fetch, number: crate::number(number) }))
        } else {
            Ok(asked.answer)
        }
    }

    /// Decides by what is known now.
    #[must_use]
    pub fn ask(
        &self,
        inquiry: &Inquiry,
        rules: &Rules,
        now: i64,
        fresh_within: Option<i64>,
    ) -> Awaiting<Decided> {
        let asked = rules.ask(fresh_within, |rules| self.0.ask(&inquiry.0, rules, at(now)));
        let response = asked.answer.as_ref().ok().map(|accepted| accepted.claims_json().to_owned());
        let answer = answer(response.as_deref().unwrap_or_default(), asked.answer);
        Awaiting { answer: Decided { answer, response }, awaited: asked.awaited }
    }

    /// What the server answered, with the keys that prove it where answers are signed. Tells whether it was not taken in yet,
    /// for newer keys are worth waiting for.
    pub fn answered(
        &self,
        fetch: &Fetch,
        response: &Response<'_>,
        keys: Option<Signers<'_>>,
        clock: i64,
    ) -> bool {
        response.read(|answer| {
            let none = KeySet::empty();
            let keys = match keys {
                None => &none,
                Some(Signers::Given(keys)) => keys,
                Some(Signers::Fetched(issuers, time)) => {
                    return self.0.answered_by(fetch, answer, issuers.validator(), at(time));
                }
            };
            self.0.answered(fetch, answer, keys, at(clock));
            false
        })
    }

    /// There was no answer.
    pub fn failed(&self, fetch: &Fetch, clock: i64) {
        self.0.failed(fetch, at(clock));
    }

    /// Are answers signed?
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.0.with_introspection(|own| own.is_signed())
    }

    /// Whose tokens these are.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.0.issuer()
    }

    /// What went wrong with the last question.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.0.fault().map(|fault| fault.to_string())
    }

    /// Other credentials from now on.
    ///
    /// # Errors
    /// Not one of both kinds, or what no header can hold.
    pub fn set_credentials(
        &self,
        client_id: Option<&str>,
        client_secret: Option<&str>,
        bearer: Option<&str>,
    ) -> Result<()> {
        let credentials = match (client_id, client_secret, bearer) {
            (Some(client), Some(secret), None) => Credentials::basic(client, secret),
            (None, None, Some(token)) => Credentials::bearer(token),
            _ => {
                let expected = "must be given with `clientSecret`, or `bearer` alone";
                return Err(Mistake::argument("clientId", expected));
            }
        };
        let credentials = credentials.map_err(in_json(false))?;
        self.0.with_introspection(|own| own.set_credentials(credentials));
        Ok(())
    }

    /// Forgets every answer.
    pub fn clear(&self) {
        self.0.with_introspection(Introspection::clear);
    }

    /// The policy, as a validator without keys. What it accepted is asked again by the responses.
    #[must_use]
    pub fn validator(&self) -> Validator {
        Validator::opaque(self.0.validator().clone(), self.0.issuer())
    }
}

impl fmt::Debug for Introspections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Introspections").field(&self.0).finish()
    }
}
