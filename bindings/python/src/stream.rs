//! How young the rules of a stream of events are.

use std::sync::{Mutex, MutexGuard, PoisonError};

use lowwater_intake::StreamStatus;
use pyo3::prelude::*;

use crate::convert::text;
use crate::error::argument;
use crate::events::Received;
use crate::time::{datetime, instant};
use crate::unpicklable;

/// How young the rules are that come by a stream of events. Threads may share it.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct StreamFreshness(Mutex<lowwater_intake::StreamFreshness>);

impl StreamFreshness {
    /// Nothing of Python's runs while it is held, and nothing that panics.
    fn hold(&self) -> MutexGuard<'_, lowwater_intake::StreamFreshness> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn status(given: &Bound<'_, PyAny>) -> PyResult<StreamStatus> {
    const ALL: [StreamStatus; 3] =
        [StreamStatus::Enabled, StreamStatus::Paused, StreamStatus::Disabled];
    let word = text(given, "status")?;
    let found = ALL.into_iter().find(|status| status.as_str() == word);
    found.ok_or_else(|| argument("status", "must be enabled, paused or disabled"))
}

#[pymethods]
impl StreamFreshness {
    #[new]
    fn new() -> Self {
        Self(Mutex::default())
    }

    /// A message was taken, and its rules are kept.
    fn heard(&self, received: &Bound<'_, PyAny>) -> PyResult<()> {
        let expected = || argument("received", "must be a Received");
        let received = received.cast::<Received>().map_err(|_| expected())?;
        self.hold().heard(&received.get().0);
        Ok(())
    }

    /// A poll left nothing open.
    fn polled(&self, as_of: &Bound<'_, PyAny>) -> PyResult<()> {
        let as_of = instant(as_of, "as_of")?;
        self.hold().polled(as_of);
        Ok(())
    }

    /// The transmitter says that the stream has this status, at this time.
    fn status(&self, status: &Bound<'_, PyAny>, at: &Bound<'_, PyAny>) -> PyResult<()> {
        let (status, at) = (self::status(status)?, instant(at, "at")?);
        self.hold().status(status, at);
        Ok(())
    }

    /// All rules of this time were loaded from somewhere else.
    fn resynced(&self, as_of: &Bound<'_, PyAny>) -> PyResult<()> {
        let as_of = instant(as_of, "as_of")?;
        self.hold().resynced(as_of);
        Ok(())
    }

    #[getter]
    fn needs_resync(&self) -> bool {
        self.hold().needs_resync()
    }

    #[getter]
    fn as_of<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let as_of = self.hold().as_of();
        as_of.map(|as_of| datetime(py, as_of)).transpose()
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.StreamFreshness>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A StreamFreshness", "it belongs to one process")
    }
}
