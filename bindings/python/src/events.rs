//! Security events of a transmitter.

use lowwater_intake::MessageFault;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::convert::{self, Given, bytes, content_type, parsed, token};
use crate::error::{mistake_in_keywords, refused};
use crate::keys;
use crate::reply::Reply;
use crate::rule::Rule;
use crate::time::{datetime, now};
use crate::unpicklable;

/// Takes in the security event tokens of one transmitter.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct EventReceiver(pub(crate) lowwater_intake::EventReceiver);

/// A security event token that was taken.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Received(pub(crate) lowwater_intake::Received);

/// A security event token that was not taken, with the answer to give to a push.
pub(crate) fn refusal(fault: &MessageFault) -> PyErr {
    refused(fault, fault.code(), Some(lowwater_intake::EventReceiver::refusal(fault)))
}

#[pymethods]
impl EventReceiver {
    #[new]
    #[pyo3(
        signature = (**keywords),
        text_signature = "(*, issuer, audience, algorithms, token_issuer=..., authority=..., events=..., formats=..., \
                          members=..., unknown_members=..., critical_subject_members=..., any_email_case=False, \
                          legacy=False, leeway=60, max_session=..., max_lifetime=...)"
    )]
    fn new(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let config = convert::keywords(keywords, &["leeway", "max_session", "max_lifetime"])?;
        lowwater_intake::EventReceiver::from_json(&config).map(Self).map_err(mistake_in_keywords)
    }

    #[getter]
    fn issuer(&self) -> &str {
        self.0.issuer()
    }

    /// Reads the body of a push.
    #[pyo3(
        signature = (content_type, body, keys, *, now=Given::absent()),
        text_signature = "($self, content_type, body, keys, *, now=...)"
    )]
    fn push(
        &self,
        content_type: &Bound<'_, PyAny>,
        body: &Bound<'_, PyAny>,
        keys: &Bound<'_, PyAny>,
        now: Given<'_>,
    ) -> PyResult<Received> {
        let (content_type, now) = (self::content_type(content_type)?, self::now(&now)?);
        let read = self.0.push(&content_type, &bytes(body, "body")?, keys::set(keys)?, now);
        read.map(Received).map_err(|fault| refusal(&fault))
    }

    /// Reads a security event token by itself.
    #[pyo3(signature = (token, keys, *, now=Given::absent()), text_signature = "($self, token, keys, *, now=...)")]
    fn receive(
        &self,
        token: &Bound<'_, PyAny>,
        keys: &Bound<'_, PyAny>,
        now: Given<'_>,
    ) -> PyResult<Received> {
        let (token, now) = (self::token(token, "token")?, self::now(&now)?);
        let read = self.0.receive(&token, keys::set(keys)?, now);
        read.map(Received).map_err(|fault| refusal(&fault))
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.EventReceiver>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("An EventReceiver", "build it in each process")
    }
}

#[pymethods]
impl Received {
    #[getter]
    fn rules(&self) -> Vec<Rule> {
        self.0.rules().iter().cloned().map(Rule).collect()
    }

    #[getter]
    fn events<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let one = |event: &lowwater_intake::Event| {
            let dict = PyDict::new(py);
            let codes: Vec<_> = event.not_applied.iter().map(|why| why.code()).collect();
            dict.set_item("event", &event.uri)?;
            dict.set_item("value", parsed(py, &event.json)?)?;
            dict.set_item("not_applied", codes)?;
            Ok(dict)
        };
        self.0.events().iter().map(one).collect()
    }

    #[getter]
    fn token_id(&self) -> &str {
        self.0.token_id()
    }

    #[getter]
    fn is_verification(&self) -> bool {
        self.0.verification().is_some()
    }

    #[getter]
    fn state(&self) -> Option<&str> {
        self.0.verification().flatten()
    }

    #[getter]
    fn stream(&self) -> Option<&'static str> {
        self.0.stream().map(lowwater_intake::StreamStatus::as_str)
    }

    #[getter]
    fn issued_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        datetime(py, self.0.issued_at())
    }

    #[getter]
    fn reply(&self) -> Reply {
        Reply(self.0.reply())
    }

    #[getter]
    #[expect(clippy::unused_self, reason = "an attribute beside `reply`")]
    fn wrong_state(&self) -> Reply {
        Reply(lowwater_intake::Received::wrong_state())
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.Received>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A Received token", "hand its rules over")
    }
}
