//! Logout tokens of an issuer.

use lowwater_intake::MessageFault;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::convert::{self, Given, bytes};
use crate::error::{mistake_in_keywords, refused};
use crate::keys;
use crate::reply::Reply;
use crate::rule::Rule;
use crate::time::now;
use crate::unpicklable;

/// Takes in the logout tokens of one issuer.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct LogoutReceiver(pub(crate) lowwater_intake::LogoutReceiver);

/// A logout token that was taken.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Logout(pub(crate) lowwater_intake::Logout);

/// A logout token that was not taken, with the answer to give.
pub(crate) fn refusal(fault: &MessageFault) -> PyErr {
    refused(fault, fault.code(), Some(lowwater_intake::LogoutReceiver::refusal(fault)))
}

#[pymethods]
impl LogoutReceiver {
    #[new]
    #[pyo3(
        signature = (**keywords),
        text_signature = "(*, issuer, client_id, algorithms, mode='compatible', leeway=60, max_age=300, max_session=...)"
    )]
    fn new(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let config = convert::keywords(keywords, &["leeway", "max_age", "max_session"])?;
        lowwater_intake::LogoutReceiver::from_json(&config).map(Self).map_err(mistake_in_keywords)
    }

    #[getter]
    fn issuer(&self) -> &str {
        self.0.issuer()
    }

    /// Reads the body of a request.
    #[pyo3(signature = (body, keys, *, now=Given::absent()), text_signature = "($self, body, keys, *, now=...)")]
    fn receive(
        &self,
        body: &Bound<'_, PyAny>,
        keys: &Bound<'_, PyAny>,
        now: Given<'_>,
    ) -> PyResult<Logout> {
        let now = self::now(&now)?;
        let read = self.0.receive(&bytes(body, "body")?, keys::set(keys)?, now);
        read.map(Logout).map_err(|fault| refusal(&fault))
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.LogoutReceiver>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A LogoutReceiver", "build it in each process")
    }
}

#[pymethods]
impl Logout {
    #[getter]
    fn rules(&self) -> Vec<Rule> {
        self.0.rules().iter().cloned().map(Rule).collect()
    }

    #[getter]
    fn token_id(&self) -> &str {
        self.0.token_id()
    }

    #[getter]
    fn subject(&self) -> Option<&str> {
        self.0.subject()
    }

    #[getter]
    fn session(&self) -> Option<&str> {
        self.0.session()
    }

    #[getter]
    fn reply(&self) -> Reply {
        Reply(self.0.reply())
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.Logout>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A Logout", "hand its rules over")
    }
}
