//! Tokens that their authorization server is asked about: what to ask, and what came. The asking is Python's
//! (`lowwater/introspection.py`).

use lowwater::{AwsLc, NoCutoffs, Policy, UnixTime};
use lowwater_edge::IntrospectionValidator;
use lowwater_intake::{Answer, Credentials, Introspection};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::accepted::Accepted;
use crate::convert::{Given, config, text, token};
use crate::error::{argument, mistake, mistake_in_keywords, rejected};
use crate::issuer::{Fetch, Issuers, told};
use crate::rules::Rules;
use crate::time::{instant, now, span};
use crate::validator::{Validator, policy};
use crate::{keys, response, unpicklable};

/// A validator that says what to ask about each token.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Introspections(IntrospectionValidator);

/// What is known of one token.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Inquiry(lowwater_edge::Inquiry);

/// The clock's time, unless a test says another.
fn clock(given: &Given<'_>) -> PyResult<UnixTime> {
    Ok(given.map(|value| instant(value, "clock"))?.unwrap_or_else(lowwater_edge::now))
}

#[pymethods]
impl Introspections {
    #[new]
    #[pyo3(signature = (introspection, **keywords), text_signature = "(introspection, **policy)")]
    fn new(
        introspection: &Bound<'_, PyDict>,
        keywords: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        const SPANS: [&str; 4] = ["ttl", "inactive_ttl", "cool_down", "timeout"];
        let config = config(introspection, "introspection", &SPANS)?;
        let introspection = Introspection::from_json(&config).map_err(mistake_in_keywords)?;
        let members = keywords.map(policy).transpose()?.unwrap_or_else(|| "{}".to_owned());
        let policy = Policy::opaque_from_json(&members).map_err(mistake_in_keywords)?;
        IntrospectionValidator::new(policy, introspection, AwsLc::new()).map(Self).map_err(mistake)
    }

    /// What is known of a token, and what to fetch where that is nothing and nobody does already.
    #[pyo3(signature = (token, *, clock=Given::absent()), text_signature = "($self, token, *, clock=...)")]
    fn inquire(
        &self,
        token: &Bound<'_, PyAny>,
        clock: Given<'_>,
    ) -> PyResult<(Inquiry, Option<Fetch>)> {
        let (token, clock) = (self::token(token, "token")?, self::clock(&clock)?);
        let mut inquiry = self.0.inquire(&token, clock);
        let fetch = inquiry.fetch();
        Ok((Inquiry(inquiry), fetch.map(Fetch)))
    }

    /// The answer (an Accepted, or a Rejected that was not raised), and whether a better one is worth waiting for.
    #[pyo3(
        signature = (inquiry, cutoffs, *, now=Given::absent(), fresh_within=Given::absent()),
        text_signature = "($self, inquiry, cutoffs, *, now=..., fresh_within=...)"
    )]
    fn ask<'py>(
        &self,
        inquiry: &Bound<'py, Inquiry>,
        cutoffs: &Bound<'py, PyAny>,
        now: Given<'py>,
        fresh_within: Given<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, bool)> {
        let (py, now) = (inquiry.py(), self::now(&now)?);
        let bound = fresh_within.map(|value| span(value, "fresh_within"))?;
        let rules = Rules::of(cutoffs)?;
        let asked = rules.ask(bound, |rules| self.0.ask(&inquiry.get().0, rules, now));
        told(py, asked, Accepted::new, rejected)
    }

    /// Is the answer to an inquiry still to come?
    fn is_pending(&self, inquiry: &Bound<'_, Inquiry>) -> bool {
        self.0.ask(&inquiry.get().0, &NoCutoffs, lowwater_edge::now()).awaited
    }

    /// What the server answered. The keys prove it, where answers are signed.
    #[pyo3(
        signature = (fetch, status, headers, body, *, keys=None, clock=Given::absent()),
        text_signature = "($self, fetch, status, headers, body, *, keys=None, clock=...)"
    )]
    fn answered(
        &self,
        fetch: &Bound<'_, Fetch>,
        status: u16,
        headers: &Bound<'_, PyList>,
        body: &Bound<'_, PyBytes>,
        keys: Option<&Bound<'_, PyAny>>,
        clock: Given<'_>,
    ) -> PyResult<()> {
        let (none, clock) = (lowwater::KeySet::empty(), self::clock(&clock)?);
        let keys = keys.map(keys::set).transpose()?.unwrap_or(&none);
        let fetch = &fetch.get().0;
        response::read(status, headers, body, |answer| self.0.answered(fetch, answer, keys, clock))
    }

    /// The same by keys that are fetched: tells whether it was taken in, and whether newer keys are worth waiting for.
    fn answered_by(
        &self,
        issuers: &Bound<'_, Issuers>,
        fetch: &Bound<'_, Fetch>,
        status: u16,
        headers: &Bound<'_, PyList>,
        body: &Bound<'_, PyBytes>,
    ) -> PyResult<(bool, bool)> {
        let (fetch, issuers, clock) = (&fetch.get().0, issuers.get(), lowwater_edge::now());
        let taken =
            |answer: &Answer<'_>| self.0.answered_by(fetch, answer, issuers.validator(), clock);
        let awaited = response::read(status, headers, body, taken)?;
        Ok((!awaited, awaited))
    }

    /// There was no answer.
    fn failed(&self, fetch: &Bound<'_, Fetch>) {
        self.0.failed(&fetch.get().0, lowwater_edge::now());
    }

    /// How long to wait for the answer to an inquiry at most, in seconds.
    fn longest_wait(&self, inquiry: &Bound<'_, Inquiry>) -> f64 {
        self.0.longest_wait(&inquiry.get().0, lowwater_edge::now()).as_secs_f64()
    }

    /// Other credentials from now on.
    #[pyo3(
        signature = (*, client_id=Given::absent(), client_secret=Given::absent(), bearer=Given::absent()),
        text_signature = "($self, *, client_id=..., client_secret=..., bearer=...)"
    )]
    fn set_credentials(
        &self,
        client_id: Given<'_>,
        client_secret: Given<'_>,
        bearer: Given<'_>,
    ) -> PyResult<()> {
        let read = |given: &Given<'_>, name| given.map(|value| Ok(text(value, name)?.to_owned()));
        let client = (read(&client_id, "client_id")?, read(&client_secret, "client_secret")?);
        let credentials = match (client, read(&bearer, "bearer")?) {
            ((Some(client), Some(secret)), None) => Credentials::basic(&client, &secret),
            ((None, None), Some(token)) => Credentials::bearer(&token),
            _ => {
                return Err(argument(
                    "client_id",
                    "must be given with `client_secret`, or `bearer` alone",
                ));
            }
        };
        let credentials = credentials.map_err(mistake_in_keywords)?;
        self.0.with_introspection(|own| own.set_credentials(credentials));
        Ok(())
    }

    /// Forgets every answer.
    fn clear(&self) {
        self.0.with_introspection(Introspection::clear);
    }

    fn is_signed(&self) -> bool {
        self.0.with_introspection(|own| own.is_signed())
    }

    fn issuer(&self) -> &str {
        self.0.issuer()
    }

    fn fault(&self) -> Option<String> {
        self.0.fault().map(|fault| fault.to_string())
    }

    fn validator(&self) -> Validator {
        Validator::plain(self.0.validator().clone())
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.Introspections>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("An IntrospectionValidator", "build it in each process")
    }
}

#[pymethods]
impl Inquiry {
    /// Which request it waits for; None: for none.
    #[getter]
    fn number(&self) -> Option<u64> {
        self.0.number()
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.Inquiry>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("An Inquiry", "it belongs to one process")
    }
}
