//! The one call.

use std::num::NonZero;

use lowwater::{Policy, Rejection, RuleSet, UnixTime};
use lowwater_edge::{SharedMemo, decide_many};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyType};

use crate::accepted::Accepted;
use crate::convert::{
    Given, count, member, members, parsed, quoted, sequence, switch, text, threads, token,
};
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
    memo: SharedMemo,
}

/// What a validator is given beside its policy.
struct Beside<'a, 'py> {
    keys: &'a Bound<'py, PyAny>,
    release_gil: Given<'py>,
    memo_bytes: Given<'py>,
}

/// So many tokens take less time than coming back to a busy interpreter may.
const HELD: usize = 16;

impl Validator {
    fn of(policy: Policy, beside: &Beside<'_, '_>) -> PyResult<Self> {
        let release_gil = switch(&beside.release_gil, "release_gil")?;
        let memo_bytes = beside.memo_bytes.map(|value| count(value, "memo_bytes"))?;
        let short_secrets = policy.allows_short_secret();
        let keys = keys::given(beside.keys, short_secrets)?;
        let memo = memo_bytes.map_or_else(SharedMemo::default, SharedMemo::new);
        Ok(Self {
            validator: lowwater::Validator::new(policy, keys),
            release_gil,
            short_secrets,
            memo,
        })
    }

    /// One of the moment, without a memo of its own.
    pub(crate) fn plain(validator: lowwater::Validator) -> Self {
        Self { validator, release_gil: false, short_secrets: false, memo: SharedMemo::new(0) }
    }

    pub(crate) fn retention(&self) -> lowwater::Retention {
        self.validator.retention()
    }

    fn ask(
        &self,
        token: &str,
        rules: &(dyn RuleSet + Sync),
        now: UnixTime,
    ) -> Result<lowwater::Accepted, Rejection> {
        self.validator.validate_with(&self.memo, token, rules, now)
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
pub(crate) fn policy(keywords: &Bound<'_, PyDict>) -> PyResult<String> {
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
        signature = (*, keys, release_gil=Given::absent(), memo_bytes=Given::absent(), **keywords),
        text_signature = "(*, issuer, audience, algorithms, keys, token_type=..., leeway=..., \
                          max_lifetime=..., max_age=..., max_session=..., missing_exp=..., \
                          missing_iat=..., same_second=..., missing_auth_time=..., required=..., \
                          claim_equals=..., tenant_claim=..., device_claim=..., \
                          max_token_bytes=..., allow_padding=..., allow_short_secret=..., \
                          realm=..., resource_metadata=..., release_gil=False, memo_bytes=8388608)"
    )]
    fn new<'py>(
        keys: &Bound<'py, PyAny>,
        release_gil: Given<'py>,
        memo_bytes: Given<'py>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Self> {
        let members = keywords.map(policy).transpose()?.unwrap_or_else(|| "{}".to_owned());
        let policy = Policy::from_json(&members).map_err(mistake_in_keywords)?;
        Self::of(policy, &Beside { keys, release_gil, memo_bytes })
    }

    /// A validator of a policy that is kept as JSON.
    #[staticmethod]
    #[pyo3(
        signature = (policy, *, keys, release_gil=Given::absent(), memo_bytes=Given::absent()),
        text_signature = "(policy, *, keys, release_gil=False, memo_bytes=8388608)"
    )]
    fn from_json<'py>(
        policy: &Bound<'py, PyAny>,
        keys: &Bound<'py, PyAny>,
        release_gil: Given<'py>,
        memo_bytes: Given<'py>,
    ) -> PyResult<Self> {
        let policy = Policy::from_json(text(policy, "policy")?).map_err(mistake)?;
        Self::of(policy, &Beside { keys, release_gil, memo_bytes })
    }

    /// A validator that fetches the keys of one issuer, and keeps them fresh.
    #[staticmethod]
    #[pyo3(
        signature = (issuer, **keywords),
        text_signature = "(issuer, *, audience, algorithms, **keywords)"
    )]
    fn for_issuer<'py>(
        issuer: &Bound<'py, PyAny>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let class = CLASS.import(issuer.py(), "lowwater.issuer", "IssuerValidator")?;
        class.call((issuer,), keywords)
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
        let ask = || rules.ask(bound, |rules| self.ask(&token, rules, now));
        self.decide(py, ask).map(Accepted::new)
    }

    /// Decides about each token of a list: an Accepted or a Rejected for each, in its order.
    #[pyo3(
        signature = (
            tokens, cutoffs, *, threads=Given::absent(), now=Given::absent(), fresh_within=Given::absent()
        ),
        text_signature = "($self, tokens, cutoffs, *, threads=1, now=..., fresh_within=...)"
    )]
    fn validate_many<'py>(
        &self,
        tokens: &Bound<'py, PyAny>,
        cutoffs: &Bound<'py, PyAny>,
        threads: Given<'py>,
        now: Given<'py>,
        fresh_within: Given<'py>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let (py, now) = (tokens.py(), self::now(&now)?);
        let bound = fresh_within.map(|value| span(value, "fresh_within"))?;
        let threads = threads.map(|value| self::threads(value, "threads"))?;
        let rules = Rules::of(cutoffs)?;
        let all = sequence(tokens, "tokens")?;
        let texts = all.iter().map(|one| token(one, "tokens")).collect::<PyResult<Vec<_>>>()?;
        let decide = || {
            rules.ask(bound, |rules| {
                let threads = threads.unwrap_or(NonZero::<usize>::MIN);
                decide_many(&texts, threads, |token| self.ask(token, rules, now))
            })
        };
        // Threads of its own need no interpreter, and a long list should keep it from nobody.
        let several = threads.is_some_and(|threads| threads.get() > 1);
        let detached = self.release_gil || several || texts.len() > HELD;
        let decided = if detached { py.detach(decide) } else { decide() };
        let object = |answer: Result<_, Rejection>| match answer {
            Ok(accepted) => Ok(Bound::new(py, Accepted::new(accepted))?.into_any()),
            Err(no) => Ok(rejected(&no).into_value(py).into_bound(py).into_any()),
        };
        decided.into_iter().map(object).collect()
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
        let (validator, memo) = (self.validator.with_keys(keys), self.memo.emptied());
        Ok(Self { validator, memo, ..*self })
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
