//! Requests to revoke: of a user everything, of a client one token.

use lowwater_intake::Revoker;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::accepted::Accepted;
use crate::convert::{self, Given, bytes, content_type, text};
use crate::error::{argument, mistake_in_keywords, refused};
use crate::reply::Reply;
use crate::rule::Rule;
use crate::time::now;
use crate::unpicklable;

/// Takes in requests to revoke everything of a user.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct GlobalRevocation(lowwater_intake::GlobalRevocation);

/// A request to revoke one token.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct RevocationRequest(lowwater_intake::RevocationRequest);

/// What a request to revoke comes to.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Revocation {
    revocation: lowwater_intake::Revocation,
    reply: lowwater_intake::Reply,
}

#[pymethods]
impl GlobalRevocation {
    #[new]
    #[pyo3(
        signature = (**keywords),
        text_signature = "(*, issuer, authority=..., formats=..., members=..., unknown_members=..., \
                          critical_subject_members=..., any_email_case=False, max_lifetime=...)"
    )]
    fn new(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let config = convert::keywords(keywords, &["max_lifetime"])?;
        lowwater_intake::GlobalRevocation::from_json(&config).map(Self).map_err(mistake_in_keywords)
    }

    /// Reads the body of a request.
    #[pyo3(
        signature = (content_type, body, *, now=Given::absent()),
        text_signature = "($self, content_type, body, *, now=...)"
    )]
    fn receive(
        &self,
        content_type: &Bound<'_, PyAny>,
        body: &Bound<'_, PyAny>,
        now: Given<'_>,
    ) -> PyResult<Revocation> {
        let (content_type, now) = (self::content_type(content_type)?, self::now(&now)?);
        let read = self.0.receive(&content_type, &bytes(body, "body")?, now);
        let revocation = read.map_err(|no| refused(&no, no.code(), Some(no.reply())))?;
        Ok(Revocation { revocation, reply: lowwater_intake::GlobalRevocation::reply() })
    }

    #[getter]
    #[expect(clippy::unused_self, reason = "an attribute, as `reply` is of what was read")]
    fn unknown_user(&self) -> Reply {
        Reply(lowwater_intake::GlobalRevocation::unknown_user())
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.GlobalRevocation>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A GlobalRevocation", "build it in each process")
    }
}

#[pymethods]
impl RevocationRequest {
    /// Reads the body of a request.
    #[staticmethod]
    fn read(content_type: &Bound<'_, PyAny>, body: &Bound<'_, PyAny>) -> PyResult<Self> {
        let content_type = self::content_type(content_type)?;
        let read = lowwater_intake::RevocationRequest::read(&content_type, &bytes(body, "body")?);
        let refusal = lowwater_intake::RevocationRequest::refusal;
        read.map(Self).map_err(|fault| refused(&fault, fault.code(), Some(refusal(&fault))))
    }

    #[getter]
    fn token(&self) -> &str {
        self.0.token()
    }

    #[getter]
    fn hint(&self) -> Option<&str> {
        self.0.hint()
    }

    #[getter]
    #[expect(clippy::unused_self, reason = "an attribute, as `reply` is of what was revoked")]
    fn reply(&self) -> Reply {
        Reply(lowwater_intake::RevocationRequest::reply())
    }

    /// Ends an access token that was accepted.
    #[staticmethod]
    #[pyo3(
        signature = (accepted, *, client=Given::absent()),
        text_signature = "(accepted, *, client=...)"
    )]
    fn access_token(accepted: &Bound<'_, PyAny>, client: Given<'_>) -> PyResult<Revocation> {
        let expected = || argument("accepted", "must be an Accepted");
        let accepted = accepted.cast::<Accepted>().map_err(|_| expected())?;
        let client = client.map(|value| text(value, "client").map(str::to_owned))?;
        let by = client.as_deref().map_or(Revoker::Operator, Revoker::Client);
        let reply = lowwater_intake::RevocationRequest::reply();
        match lowwater_intake::RevocationRequest::access_token(&accepted.get().accepted, by) {
            Ok(revocation) => Ok(Revocation { revocation, reply }),
            Err(no) => Err(refused(&no, no.code(), Some(reply))),
        }
    }

    /// Ends what was issued under a grant until now.
    #[staticmethod]
    #[pyo3(
        signature = (issuer, subject, client, *, now=Given::absent()),
        text_signature = "(issuer, subject, client, *, now=...)"
    )]
    fn grant(
        issuer: &Bound<'_, PyAny>,
        subject: &Bound<'_, PyAny>,
        client: &Bound<'_, PyAny>,
        now: Given<'_>,
    ) -> PyResult<Revocation> {
        let (issuer, subject) = (text(issuer, "issuer")?, text(subject, "subject")?);
        let (client, now) = (text(client, "client")?, self::now(&now)?);
        let revocation = lowwater_intake::RevocationRequest::grant(issuer, subject, client, now);
        Ok(Revocation { revocation, reply: lowwater_intake::RevocationRequest::reply() })
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.RevocationRequest>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A RevocationRequest", "hand its token over")
    }
}

#[pymethods]
impl Revocation {
    #[getter]
    fn rules(&self) -> Vec<Rule> {
        self.revocation.rules().iter().cloned().map(Rule).collect()
    }

    #[getter]
    fn reply(&self) -> Reply {
        Reply(self.reply.clone())
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.Revocation>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A Revocation", "hand its rules over")
    }
}
