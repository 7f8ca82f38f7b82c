//! The one call.

use lowwater::{Policy, Rejection};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::accepted::Accepted;
use crate::convert::{Given, member, members, parsed, quoted, switch, text, token};
use crate::error::{argument, mistake, mistake_in_keywords, rejected};
use crate::keys::{KeySet, Signed};
use crate::rules::Rules;
use crate::time::{now, span};
use crate::{keys, unpicklable};

/// Decides whether an API should accept a token.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Validator {
    validator: lowwater::Validator,
    /// Lets go of the interpreter's lock while it decides. Two threads that do nothing else decide up to twice
    /// as much then; but beside a thread that is busy in Python a decision may take 5 ms in place of 0.05,
    /// for the lock comes back only when that thread has had its turn. So it is asked for.
    release_gil: bool,
    /// The policy's switch, for keys that come later.
    short_secrets: bool,
}

impl Validator {
    fn of(policy: Policy, keys: &Bound<'_, PyAny>, release: &Given<'_>) -> PyResult<Self> {
        let release_gil = switch(release, "release_gil")?;
        let short_secrets = policy.allows_short_secret();
        let keys = keys::given(keys, short_secrets)?;
        Ok(Self { validator: lowwater::Validator::new(policy, keys), release_gil, short_secrets })
    }

    pub(crate) fn retention(&self) -> lowwater::Retention {
        self.validator.retention()
    }

    fn decide<T: Send>(
        &self,
        py: Python<'_>,
        decide: impl FnOnce() -> Result<T, Rejection> + Send,
    ) -> PyResult<T> {
        let decided = if self.release_gil { py.detach(decide) } else { decide() };
        decided.map_err(|no| rejected(&no))
    }
}

/// The members of a policy as JSON. One issuer or audience alone is a list of one.
fn policy(keywords: &Bound<'_, PyDict>) -> PyResult<String> {
    let one = |(name, value): &(String, Bound<'_, PyAny>)| {
        if value.is_none() {
            let expected = "cannot be None: leave it out, or where nothing is to be asked say so (lowwater.ANY)";
            return Err(argument(name, expected));
        }
        let json = member(value, name)?;
        let alone = matches!(&**name, "issuer" | "audience") && value.is_instance_of::<PyString>();
        let json = if alone { format!("[{json}]") } else { json };
        Ok(format!("{}:{json}", quoted(name)))
    };
    let all = members(keywords, "keywords")?.iter().map(one).collect::<PyResult<Vec<_>>>()?;
    Ok(format!("{{{}}}", all.join(",")))
}

#[pymethods]
impl Validator {
    #[new]
    #[pyo3(
        signature = (*, keys, release_gil=Given::absent(), **keywords),
        text_signature = "(*, issuer, audience, algorithms, keys, token_type=..., leeway=..., \
                          max_lifetime=..., max_age=..., max_session=..., missing_exp=..., \
                          missing_iat=..., same_second=..., missing_auth_time=..., required=..., \
                          claim_equals=..., tenant_claim=..., device_claim=..., \
                          max_token_bytes=..., allow_padding=..., allow_short_secret=..., \
                          realm=..., resource_metadata=..., release_gil=False)"
    )]
    fn new(
        keys: &Bound<'_, PyAny>,
        release_gil: Given<'_>,
        keywords: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let members = keywords.map(policy).transpose()?.unwrap_or_else(|| "{}".to_owned());
        Self::of(Policy::from_json(&members).map_err(mistake_in_keywords)?, keys, &release_gil)
    }

    /// A validator of a policy that is kept as JSON.
    #[staticmethod]
    #[pyo3(
        signature = (policy, *, keys, release_gil=Given::absent()),
        text_signature = "(policy, *, keys, release_gil=False)"
    )]
    fn from_json(
        policy: &Bound<'_, PyAny>,
        keys: &Bound<'_, PyAny>,
        release_gil: Given<'_>,
    ) -> PyResult<Self> {
        Self::of(Policy::from_json(text(policy, "policy")?).map_err(mistake)?, keys, &release_gil)
    }

    /// Accepts the token, or raises Rejected.
    #[pyo3(
        signature = (token, cutoffs, *, now=Given::absent(), fresh_within=Given::absent()),
        text_signature = "($self, token, cutoffs, *, now=..., fresh_within=...)"
    )]
    fn validate(
        &self,
        py: Python<'_>,
        token: &Bound<'_, PyAny>,
        cutoffs: &Bound<'_, PyAny>,
        now: Given<'_>,
        fresh_within: Given<'_>,
    ) -> PyResult<Accepted> {
        let (token, now) = (self::token(token, "token")?, self::now(&now)?);
        let bound = fresh_within.map(|value| span(value, "fresh_within"))?;
        let rules = Rules::of(cutoffs)?;
        let ask = || rules.ask(bound, |rules| self.validator.validate(&token, rules, now));
        self.decide(py, ask).map(Accepted::new)
    }

    /// Every check that can still run, with what was compared.
    #[pyo3(
        signature = (token, cutoffs, *, now=Given::absent(), fresh_within=Given::absent()),
        text_signature = "($self, token, cutoffs, *, now=..., fresh_within=...)"
    )]
    fn explain<'py>(
        &self,
        token: &Bound<'py, PyAny>,
        cutoffs: &Bound<'py, PyAny>,
        now: Given<'py>,
        fresh_within: Given<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, text, now) = (token.py(), self::token(token, "token")?, self::now(&now)?);
        let bound = fresh_within.map(|value| span(value, "fresh_within"))?;
        let rules = Rules::of(cutoffs)?;
        let explained = rules.ask(bound, |rules| self.validator.explain(&text, rules, now));
        parsed(py, &explained.to_json())
    }

    /// Checks shape, header and signature of another kind of message, and stops there.
    fn verify(&self, py: Python<'_>, token: &Bound<'_, PyAny>) -> PyResult<Signed> {
        let token = self::token(token, "token")?;
        self.decide(py, || self.validator.verify(&token)).map(Signed)
    }

    /// The token of an Authorization header; None: the request has none.
    fn bearer<'py>(&self, header: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
        let text = if header.is_none() { "".into() } else { token(header, "header")? };
        let found = match header.is_none() {
            true => Err(self.validator.missing_token()),
            false => self.validator.bearer(&text),
        };
        found.map(|token| PyString::new(header.py(), token)).map_err(|no| rejected(&no))
    }

    /// The answer when the rules cannot be asked: 503, to be raised.
    fn rules_unavailable<'py>(
        &self,
        retry_after: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let no = self.validator.rules_unavailable(span(retry_after, "retry_after")?);
        Ok(rejected(&no).into_value(retry_after.py()).into_bound(retry_after.py()).into_any())
    }

    /// The same policy with other keys.
    fn with_keys(&self, keys: &Bound<'_, PyAny>) -> PyResult<Self> {
        let keys = keys::given(keys, self.short_secrets)?;
        Ok(Self { validator: self.validator.with_keys(keys), ..*self })
    }

    /// The keys.
    #[getter]
    fn keys(&self) -> KeySet {
        KeySet(self.validator.keys().clone())
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.Validator>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A Validator", "build it in each process")
    }
}

/// What a token says, unproven.
#[pyfunction]
pub(crate) fn unverified<'py>(token: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let read =
        lowwater::Unverified::read(&self::token(token, "token")?).map_err(|no| rejected(&no))?;
    let (header, claims) = (read.header_json(), read.claims_json());
    parsed(token.py(), &format!(r#"{{"header":{header},"claims":{claims}}}"#))
}
