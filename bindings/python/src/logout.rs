//! Logout tokens of an issuer.

use lowwater_intake::MessageFault;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::convert::{Given, bytes, json, members, quoted};
use crate::error::{mistake_in_keywords, refused};
use crate::keys::KeySet;
use crate::rule::Rule;
use crate::time::{now, span_digits};
use crate::unpicklable;

/// Takes in the logout tokens of one issuer.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct LogoutReceiver(pub(crate) lowwater_intake::LogoutReceiver);

/// A logout token that was taken.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Logout(pub(crate) lowwater_intake::Logout);

/// What to answer a request.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Reply(pub(crate) lowwater_intake::Reply);

/// A logout token that was not taken, with the answer to give.
pub(crate) fn refusal(fault: &MessageFault) -> PyErr {
    refused(fault, Reply(lowwater_intake::LogoutReceiver::refusal(fault)))
}

#[pymethods]
impl LogoutReceiver {
    #[new]
    #[pyo3(
        signature = (**keywords),
        text_signature = "(*, issuer, client_id, algorithms, mode='compatible', leeway=60, max_age=300, max_session=...)"
    )]
    fn new(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let one = |(name, value): &(String, Bound<'_, PyAny>)| {
            let digits = match &**name {
                "leeway" | "max_age" | "max_session" => span_digits(value, name)?,
                _ => None,
            };
            let json = digits.map_or_else(|| json(value, name), Ok)?;
            Ok(format!("{}:{json}", quoted(name)))
        };
        let all = keywords.map(|all| members(all, "keywords")).transpose()?.unwrap_or_default();
        let all = all.iter().map(one).collect::<PyResult<Vec<_>>>()?;
        let config = format!("{{{}}}", all.join(","));
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
        keys: &Bound<'_, KeySet>,
        now: Given<'_>,
    ) -> PyResult<Logout> {
        let now = self::now(&now)?;
        let read = self.0.receive(&bytes(body, "body")?, &keys.get().0, now);
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

#[pymethods]
impl Reply {
    #[getter]
    fn status(&self) -> u16 {
        self.0.status()
    }

    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let headers = PyDict::new(py);
        self.0.headers().try_for_each(|(name, value)| headers.set_item(name, value))?;
        Ok(headers)
    }

    #[getter]
    fn body(&self) -> &[u8] {
        self.0.body().as_bytes()
    }

    fn __repr__(&self) -> String {
        format!("<lowwater.Reply {}>", self.0.status())
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A Reply", "hand its status, headers and body over")
    }
}
