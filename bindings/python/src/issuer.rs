//! Keys that come from their issuers: what to fetch, and what was fetched. The fetching is Python's
//! (`lowwater/issuer.py`).

use lowwater::AwsLc;
use lowwater_edge::{Asked, IssuerValidator, SharedMemo};
use lowwater_intake::{Answer, KeySource, MessageFault};
use pyo3::PyClass;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::accepted::Accepted;
use crate::convert::{self, Given, bytes, config, count, json, sequence, text, token};
use crate::error::{argument, mistake, mistake_in_keywords, rejected};
use crate::events::{self, EventReceiver, Received};
use crate::logout::{self, Logout, LogoutReceiver};
use crate::rules::Rules;
use crate::time::{instant, now, span};
use crate::validator::{Validator, policy};
use crate::{response, status, unpicklable};

/// A validator over the keys of its issuers, which says what to fetch.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Issuers(IssuerValidator);

/// What to fetch: one HTTP request.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Fetch(pub(crate) lowwater_intake::Fetch);

const SPANS: [&str; 4] = ["fresh_for", "stale_for", "cool_down", "timeout"];

fn source(given: &Bound<'_, PyAny>) -> PyResult<KeySource> {
    let expected = "must hold dicts, each with an `issuer`";
    let dict = given.cast::<PyDict>().map_err(|_| argument("sources", expected))?;
    KeySource::from_json(&config(dict, "sources", &SPANS)?).map_err(mistake_in_keywords)
}

impl Issuers {
    /// Reads a message by the keys of its issuer.
    pub(crate) fn read<T>(
        &self,
        issuer: &str,
        read: impl Fn(&lowwater::KeySet) -> Result<T, MessageFault>,
    ) -> Asked<Result<T, MessageFault>> {
        self.0.read(issuer, lowwater_edge::now(), read)
    }

    pub(crate) const fn validator(&self) -> &IssuerValidator {
        &self.0
    }
}

/// What came of a token or a message, as an object or as an exception that was not raised.
pub(crate) fn told<'py, T, E, P: PyClass + Into<PyClassInitializer<P>>>(
    py: Python<'py>,
    asked: Asked<Result<T, E>>,
    object: impl FnOnce(T) -> P,
    refusal: impl FnOnce(&E) -> PyErr,
) -> PyResult<(Bound<'py, PyAny>, bool)> {
    let object = match asked.answer {
        Ok(taken) => Bound::new(py, object(taken))?.into_any(),
        Err(fault) => refusal(&fault).into_value(py).into_bound(py).into_any(),
    };
    Ok((object, asked.awaited))
}

#[pymethods]
impl Issuers {
    #[new]
    #[pyo3(
        signature = (sources, *, status_lists=Given::absent(), memo_bytes=Given::absent(), **keywords),
        text_signature = "(sources, *, status_lists=..., memo_bytes=8388608, **policy)"
    )]
    fn new<'py>(
        sources: &Bound<'py, PyAny>,
        status_lists: Given<'py>,
        memo_bytes: Given<'py>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Self> {
        let lists = status_lists.map(|given| status::several(given, "status_lists"))?;
        let lists = lists.unwrap_or_default();
        let lists =
            lists.iter().map(|one| lowwater_intake::StatusLists::clone(&one.get().current()));
        let lists = lists.collect();
        let memo_bytes = memo_bytes.map(|value| count(value, "memo_bytes"))?;
        let sources = sequence(sources, "sources")?;
        let sources = sources.iter().map(source).collect::<PyResult<Vec<_>>>()?;
        let members = keywords.map(policy).transpose()?.unwrap_or_else(|| "{}".to_owned());
        let validator = IssuerValidator::from_json(&members, sources, lists, AwsLc::new())
            .map_err(mistake_in_keywords)?;
        Ok(Self(validator.memo_bytes(memo_bytes.unwrap_or(SharedMemo::DEFAULT_BYTES))))
    }

    /// The answer (an Accepted, or a Rejected that was not raised), and whether newer keys are worth waiting for.
    #[pyo3(
        signature = (token, cutoffs, *, now=Given::absent(), fresh_within=Given::absent()),
        text_signature = "($self, token, cutoffs, *, now=..., fresh_within=...)"
    )]
    fn ask<'py>(
        &self,
        token: &Bound<'py, PyAny>,
        cutoffs: &Bound<'py, PyAny>,
        now: Given<'py>,
        fresh_within: Given<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, bool)> {
        let (py, token, now) = (token.py(), self::token(token, "token")?, self::now(&now)?);
        let bound = fresh_within.map(|value| span(value, "fresh_within"))?;
        let rules = Rules::of(cutoffs)?;
        let clock = lowwater_edge::now();
        let asked = rules.ask(bound, |rules| self.0.ask(&token, rules, now, clock));
        told(py, asked, Accepted::new, rejected)
    }

    /// What to fetch now, if anything.
    fn poll(&self) -> Option<Fetch> {
        self.0.poll(lowwater_edge::now()).map(Fetch)
    }

    /// What an issuer answered; gives what to fetch next of that issuer's.
    fn answered(
        &self,
        fetch: &Bound<'_, Fetch>,
        status: u16,
        headers: &Bound<'_, PyList>,
        body: &Bound<'_, PyBytes>,
    ) -> PyResult<Option<Fetch>> {
        let clock = lowwater_edge::now();
        let taken = |answer: &Answer<'_>| self.0.answered(&fetch.get().0, answer, clock);
        Ok(response::read(status, headers, body, taken)?.map(Fetch))
    }

    /// There was no answer.
    fn failed(&self, fetch: &Bound<'_, Fetch>) {
        self.0.failed(&fetch.get().0, lowwater_edge::now());
    }

    /// Is anything being fetched?
    fn is_fetching(&self) -> bool {
        self.0.with_sources(lowwater_intake::Issuers::is_fetching)
    }

    /// How long to wait for keys at most, in seconds.
    fn longest_wait(&self) -> f64 {
        self.0.longest_wait(lowwater_edge::now()).as_secs_f64()
    }

    /// What came of a message (of a logout: a Logout, of an event: a Received, or a MessageRefused that was not raised), and
    /// whether newer keys are worth waiting for.
    #[pyo3(
        signature = (receiver, body, *, content_type=Given::absent(), now=Given::absent()),
        text_signature = "($self, receiver, body, *, content_type=..., now=...)"
    )]
    fn receive<'py>(
        &self,
        receiver: &Bound<'py, PyAny>,
        body: &Bound<'py, PyAny>,
        content_type: Given<'py>,
        now: Given<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, bool)> {
        let (py, now) = (receiver.py(), self::now(&now)?);
        let body = bytes(body, "body")?;
        if let Ok(events) = receiver.cast::<EventReceiver>() {
            let events = &events.get().0;
            let asked = content_type.map(|value| {
                let content_type = convert::content_type(value)?;
                Ok(self.read(events.issuer(), |keys| events.push(&content_type, &body, keys, now)))
            })?;
            // What is no text has a shape that no token has.
            let set = String::from_utf8_lossy(&body);
            let asked = asked.unwrap_or_else(|| {
                self.read(events.issuer(), |keys| events.receive(&set, keys, now))
            });
            return told(py, asked, Received, events::refusal);
        }
        let Ok(logouts) = receiver.cast::<LogoutReceiver>() else {
            return Err(argument("receiver", "must be a LogoutReceiver or an EventReceiver"));
        };
        if content_type.is_given() {
            let expected = "is for an EventReceiver: what a LogoutReceiver reads is a form";
            return Err(argument("content_type", expected));
        }
        let logouts = &logouts.get().0;
        let asked = self.read(logouts.issuer(), |keys| logouts.receive(&body, keys, now));
        told(py, asked, Logout, logout::refusal)
    }

    /// The validator with the keys of this moment.
    fn current(&self) -> Validator {
        Validator::plain(self.0.current(lowwater_edge::now()))
    }

    /// Keys that were kept.
    fn hydrate(
        &self,
        issuer: &Bound<'_, PyAny>,
        jwks: &Bound<'_, PyAny>,
        fresh_until: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let until = instant(fresh_until, "fresh_until")?;
        let jwks = match jwks.is_instance_of::<PyDict>() {
            true => json(jwks, "jwks")?,
            false => text(jwks, "jwks")?.to_owned(),
        };
        let issuer = text(issuer, "issuer")?;
        self.0.hydrate(issuer, &jwks, until, lowwater_edge::now()).map_err(mistake)
    }

    /// What went wrong with the last fetch of each issuer; None: nothing.
    fn faults(&self) -> Vec<(String, Option<String>)> {
        self.0.with_sources(|issuers| {
            let fault = |source: &KeySource| source.fault().map(ToString::to_string);
            issuers.sources().map(|own| (own.issuer().to_owned(), fault(own))).collect()
        })
    }

    /// The status lists whose last fetch went wrong, and how.
    fn list_faults(&self) -> Vec<(String, String)> {
        self.0.with_sources(|issuers| {
            let all = issuers.status_lists().iter().flat_map(lowwater_intake::StatusLists::faults);
            all.map(|(uri, fault)| (uri.to_owned(), fault.to_string())).collect()
        })
    }

    /// Of each issuer without keys: why.
    fn missing(&self) -> Vec<(String, String)> {
        let now = lowwater_edge::now();
        self.0.with_sources(|issuers| {
            let missing =
                |own: &KeySource| Some((own.issuer().to_owned(), own.keys(now).err()?.to_string()));
            issuers.sources().filter_map(missing).collect()
        })
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.Issuers>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("An IssuerValidator", "build it in each process")
    }
}

#[pymethods]
impl Fetch {
    #[getter]
    fn method(&self) -> &'static str {
        self.0.method()
    }

    #[getter]
    fn url(&self) -> &str {
        self.0.url()
    }

    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let headers = PyDict::new(py);
        self.0.headers().try_for_each(|(name, value)| headers.set_item(name, value))?;
        Ok(headers)
    }

    #[getter]
    fn body(&self) -> Option<&[u8]> {
        self.0.body().map(str::as_bytes)
    }

    #[getter]
    fn max_bytes(&self) -> usize {
        self.0.max_bytes()
    }

    #[getter]
    fn timeout(&self) -> f64 {
        self.0.timeout().as_secs_f64()
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.Fetch>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A Fetch", "it belongs to one process")
    }
}
