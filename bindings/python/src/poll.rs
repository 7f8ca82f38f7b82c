//! Security events that are fetched: what to fetch, and what was said of what came. The fetching is Python's
//! (`lowwater/poll.py`).

use std::sync::{Mutex, MutexGuard, PoisonError};

use lowwater::UnixTime;
use lowwater_intake::{Answer, EventPoll, PolledSet};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::convert;
use crate::error::mistake_in_keywords;
use crate::events::{self, EventReceiver, Received};
use crate::issuer::{Fetch, Issuers, told};
use crate::time::datetime;
use crate::{response, unpicklable};

/// Polls one stream, and says what to fetch.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Polling(Mutex<EventPoll>);

impl Polling {
    /// Nothing of Python's runs while it is held, and nothing that panics.
    fn hold(&self) -> MutexGuard<'_, EventPoll> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Polling {
    #[new]
    #[pyo3(
        signature = (**keywords),
        text_signature = "(*, url, authorization=..., max_events=50, long_poll=True, interval=30, timeout=90, \
                          allow_loopback_http=False)"
    )]
    fn new(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let config = convert::keywords(keywords, &["interval", "timeout"])?;
        let poll = EventPoll::from_json(&config).map_err(mistake_in_keywords)?;
        Ok(Self(Mutex::new(poll)))
    }

    /// What to fetch now, if anything.
    fn poll(&self) -> Option<Fetch> {
        self.hold().poll(lowwater_edge::now()).map(Fetch)
    }

    /// What the transmitter answered; gives the tokens that came, each with its name.
    fn answered(
        &self,
        fetch: &Bound<'_, Fetch>,
        status: u16,
        headers: &Bound<'_, PyList>,
        body: &Bound<'_, PyBytes>,
    ) -> PyResult<Vec<(String, String)>> {
        let now = lowwater_edge::now();
        let taken = |answer: &Answer<'_>| self.hold().answered(&fetch.get().0, answer, now);
        let sets = response::read(status, headers, body, taken)?;
        let named = |set: &PolledSet| (set.token_id().to_owned(), set.token().to_owned());
        Ok(sets.iter().map(named).collect())
    }

    /// There was no answer.
    fn failed(&self, fetch: &Bound<'_, Fetch>) {
        self.hold().failed(&fetch.get().0, lowwater_edge::now());
    }

    /// Reads a token that came (a Received, or a MessageRefused that was not raised), and tells whether newer keys are worth
    /// waiting for. One that cannot be taken is refused to the transmitter, unless it is for the want of keys.
    fn read<'py>(
        &self,
        issuers: &Bound<'py, Issuers>,
        receiver: &Bound<'py, EventReceiver>,
        token_id: &str,
        token: &str,
    ) -> PyResult<(Bound<'py, PyAny>, bool)> {
        let (receiver, now) = (&receiver.get().0, lowwater_edge::now());
        let asked =
            issuers.get().read(receiver.issuer(), |keys| receiver.receive(token, keys, now));
        match &asked.answer {
            Ok(_) => {}
            Err(fault) if fault.for_later().is_some() => {}
            Err(fault) => self.hold().refused(token_id, fault),
        }
        told(issuers.py(), asked, Received, events::refusal)
    }

    /// The rules of this token are applied and kept.
    fn kept(&self, token_id: &str) -> bool {
        self.hold().kept(token_id)
    }

    /// How long to wait before `poll` is asked again, in seconds.
    fn wait(&self) -> f64 {
        let now = lowwater_edge::now().as_millis();
        let at = self.hold().next_poll().map_or(now, UnixTime::as_millis);
        std::time::Duration::from_millis(at.saturating_sub(now).max(0).unsigned_abs()).as_secs_f64()
    }

    #[getter]
    fn as_of<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let as_of = self.hold().as_of();
        as_of.map(|as_of| datetime(py, as_of)).transpose()
    }

    /// Those that were refused in the last round, each with the reason.
    #[getter]
    fn refused(&self) -> Vec<(String, String)> {
        let poll = self.hold();
        poll.refusals().map(|(token_id, why)| (token_id.to_owned(), why.to_owned())).collect()
    }

    #[getter]
    fn fault(&self) -> Option<String> {
        self.hold().fault().map(ToString::to_string)
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.Polling>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("An EventPoll", "build it in the process that polls")
    }
}
