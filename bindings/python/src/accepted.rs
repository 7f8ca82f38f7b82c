//! The answer "yes", and what is kept of it for a connection that lasts.

use std::sync::OnceLock;

use lowwater::{Requirement, UnixTime};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::convert::{Given, members, parsed, text, texts};
use crate::error::{argument, reading, rejected};
use crate::rules::{Rules, freshness};
use crate::time::{datetime, now, span};
use crate::{rule, unpicklable};

/// An accepted token: signed by a key of the set, permitted by the policy, refused by no rule.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Accepted {
    pub(crate) accepted: lowwater::Accepted,
    /// Of `std`, which the collector of garbage may look into.
    claims: OnceLock<Py<PyAny>>,
}

/// What it takes to ask again, for a connection that lasts.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Ticket(lowwater::Ticket);

impl Accepted {
    pub(crate) const fn new(accepted: lowwater::Accepted) -> Self {
        Self { accepted, claims: OnceLock::new() }
    }
}

fn when(py: Python<'_>, time: Option<UnixTime>) -> PyResult<Option<Bound<'_, PyAny>>> {
    time.map(|time| datetime(py, time)).transpose()
}

fn requirement(asked: &Bound<'_, PyDict>) -> PyResult<Requirement> {
    let mut requirement = Requirement::new();
    for (name, value) in members(asked, "keywords")? {
        requirement = match &*name {
            "scopes" => requirement.scopes(texts(&value, "scopes")?),
            "any_scope" => requirement.any_scope(texts(&value, "any_scope")?),
            "permissions" => requirement.permissions(texts(&value, "permissions")?),
            "any_permission" => requirement.any_permission(texts(&value, "any_permission")?),
            "subject" => requirement.subject(text(&value, "subject")?),
            "confirmation" => requirement.confirmation(text(&value, "confirmation")?),
            other => {
                let expected = "cannot be required; scopes, any_scope, permissions, any_permission, subject \
                                and confirmation can";
                return Err(argument(other, expected));
            }
        };
    }
    Ok(requirement)
}

#[pymethods]
impl Accepted {
    /// All claims. Made when first asked for; the same dict each time.
    #[getter]
    fn claims(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let claims = match self.claims.get() {
            Some(claims) => claims,
            None => {
                let made = parsed(py, self.accepted.claims_json())?.unbind();
                // Of two threads that came at once the first one's is kept.
                self.claims.get_or_init(|| made)
            }
        };
        Ok(claims.clone_ref(py))
    }

    /// All claims as JSON, as they were sent.
    #[getter]
    fn claims_json(&self) -> &str {
        self.accepted.claims_json()
    }

    /// The header.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.accepted.header_json().map(|header| parsed(py, header)).transpose()
    }

    /// The header as JSON, as it was sent.
    #[getter]
    fn header_json(&self) -> Option<&str> {
        self.accepted.header_json()
    }

    /// Who issued the token (iss).
    #[getter]
    fn issuer(&self) -> Option<&str> {
        self.accepted.issuer()
    }

    /// Whom it is about (sub).
    #[getter]
    fn subject(&self) -> Option<&str> {
        self.accepted.subject()
    }

    /// Whom it is for (aud), one or several.
    #[getter]
    fn audiences(&self) -> Vec<String> {
        self.accepted.audiences()
    }

    /// The application that asked for it (client_id, else azp).
    #[getter]
    fn client(&self) -> Option<&str> {
        self.accepted.client()
    }

    /// The session that it belongs to (sid).
    #[getter]
    fn session(&self) -> Option<&str> {
        self.accepted.session()
    }

    /// Its own id (jti).
    #[getter]
    fn token_id(&self) -> Option<&str> {
        self.accepted.token_id()
    }

    /// What it was granted (scope).
    #[getter]
    fn scopes(&self) -> Vec<String> {
        self.accepted.scopes()
    }

    /// What its user may do (permissions).
    #[getter]
    fn permissions(&self) -> Vec<String> {
        self.accepted.permissions()
    }

    /// When it was issued (iat).
    #[getter]
    fn issued_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        when(py, self.accepted.issued_at())
    }

    /// When it expires (exp).
    #[getter]
    fn expires_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        when(py, self.accepted.expires_at())
    }

    /// From when on it is valid (nbf).
    #[getter]
    fn not_before<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        when(py, self.accepted.not_before())
    }

    /// When its user logged in (auth_time).
    #[getter]
    fn authenticated_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        when(py, self.accepted.authenticated_at())
    }

    /// The algorithm of its signature.
    #[getter]
    fn algorithm(&self) -> Option<&'static str> {
        self.accepted.algorithm().map(lowwater::Algorithm::name)
    }

    /// The key that verified it: its kid, or its thumbprint.
    #[getter]
    fn key_id(&self) -> Option<&str> {
        self.accepted.key_id()
    }

    /// The header's typ, as it was sent.
    #[getter]
    fn token_type(&self) -> Option<&str> {
        self.accepted.token_type()
    }

    /// What the owner of the API should know about the way in which it was accepted.
    #[getter]
    fn notes(&self) -> Vec<&'static str> {
        self.accepted.notes().map(lowwater::Note::as_str).collect()
    }

    /// How old the rules were by which it was accepted.
    #[getter]
    fn freshness<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        freshness(py, self.accepted.freshness())
    }

    /// May its bearer do this? Raises Rejected (403, or 401 for confirmation) if not.
    #[pyo3(
        signature = (**asked),
        text_signature = "($self, *, scopes=..., any_scope=..., permissions=..., any_permission=..., \
                          subject=..., confirmation=...)"
    )]
    fn require(&self, asked: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        let requirement = asked.map(requirement).transpose()?.unwrap_or_default();
        self.accepted.require(&requirement).map_err(|no| rejected(&no))
    }

    /// What it takes to ask again later, for a connection that lasts.
    fn ticket(&self) -> Ticket {
        Ticket(self.accepted.ticket())
    }

    /// The claims are a dict that anyone may put this object into.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.claims.get().map_or(Ok(()), |claims| visit.call(claims))
    }

    fn __repr__(&self) -> String {
        format!("<lowwater.Accepted {}>", self.algorithm().unwrap_or("introspected"))
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("An Accepted token", "hand its claims over")
    }
}

#[pymethods]
impl Ticket {
    /// Would the token still be accepted? Raises Rejected if not.
    #[pyo3(
        signature = (cutoffs, *, now=Given::absent(), fresh_within=Given::absent()),
        text_signature = "($self, cutoffs, *, now=..., fresh_within=...)"
    )]
    fn recheck<'py>(
        &self,
        cutoffs: &Bound<'py, PyAny>,
        now: Given<'py>,
        fresh_within: Given<'py>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let now = self::now(&now)?;
        let bound = fresh_within.map(|value| span(value, "fresh_within"))?;
        let asked = Rules::of(cutoffs)?.ask(bound, |rules| self.0.recheck(rules, now));
        freshness(cutoffs.py(), asked.map_err(|no| rejected(&no))?)
    }

    /// Does this rule alone refuse the token?
    #[pyo3(signature = (rule, *, now=Given::absent()), text_signature = "($self, rule, *, now=...)")]
    fn is_affected_by(&self, rule: &Bound<'_, PyAny>, now: Given<'_>) -> PyResult<bool> {
        Ok(self.0.is_affected_by(&rule::given(rule)?, self::now(&now)?))
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.Ticket>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A Ticket", "it is for the process that holds the connection")
    }
}

/// Of many tickets those whose tokens a rule refuses: the connections to close when the rule comes.
#[pyfunction]
#[pyo3(
    signature = (tickets, rule, *, now=Given::absent()),
    text_signature = "(tickets, rule, *, now=...)"
)]
pub(crate) fn affected<'py>(
    tickets: &Bound<'py, PyAny>,
    rule: &Bound<'py, PyAny>,
    now: Given<'py>,
) -> PyResult<Vec<Bound<'py, Ticket>>> {
    let (rule, now) = (rule::given(rule)?, self::now(&now)?);
    let expected = || argument("tickets", "must be an iterable of Ticket");
    let all = tickets.try_iter().map_err(|_| expected())?.collect::<PyResult<Vec<_>>>();
    let all = reading(tickets.py(), "tickets", all)?.into_iter();
    let all = all.map(|one| one.cast_into::<Ticket>().map_err(|_| expected()));
    let all = all.collect::<PyResult<Vec<_>>>()?;
    let held = all.iter().map(Held);
    let hit = lowwater::affected(held, &rule, now).map(|held| held.0.clone()).collect();
    Ok(hit)
}

/// What the core asks a ticket of.
struct Held<'a, 'py>(&'a Bound<'py, Ticket>);

impl AsRef<lowwater::Ticket> for Held<'_, '_> {
    fn as_ref(&self) -> &lowwater::Ticket {
        &self.0.get().0
    }
}
