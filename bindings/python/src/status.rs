//! Status lists, and rules with them beside.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::convert::{self, Given, text, token};
use crate::error::{argument, mistake_in_keywords, refused};
use crate::keys;
use crate::time::now;
use crate::unpicklable;

/// The status lists of one issuer's tokens. Threads may share it.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct StatusLists {
    held: RwLock<Arc<lowwater_intake::StatusLists>>,
    /// Whoever changes them takes turns; nobody who asks waits for that.
    turn: Mutex<()>,
}

/// Rules with status lists beside them.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct WithStatus {
    rules: Py<PyAny>,
    lists: Vec<Py<StatusLists>>,
}

impl StatusLists {
    /// As they are now.
    pub(crate) fn current(&self) -> Arc<lowwater_intake::StatusLists> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T, E>(
        &self,
        change: impl FnOnce(&mut lowwater_intake::StatusLists) -> Result<T, E>,
    ) -> Result<T, E> {
        let _own = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lists = lowwater_intake::StatusLists::clone(&self.current());
        let changed = change(&mut lists)?;
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(lists);
        Ok(changed)
    }
}

/// One source of lists, or a list of several, which is not empty.
pub(crate) fn several(given: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<Py<StatusLists>>> {
    let expected = || argument(name, "must be StatusLists, or a list of several");
    let listed = given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>();
    let all = match listed {
        true => given.try_iter()?.collect::<PyResult<Vec<_>>>()?,
        false => vec![given.clone()],
    };
    let one = |one: Bound<'_, PyAny>| {
        one.cast_into::<StatusLists>().map(Bound::unbind).map_err(|_| expected())
    };
    let lists = all.into_iter().map(one).collect::<PyResult<Vec<_>>>()?;
    if lists.is_empty() { Err(expected()) } else { Ok(lists) }
}

impl WithStatus {
    /// Rules that are a set of rules, with one source of lists or several.
    pub(crate) fn new(rules: Bound<'_, PyAny>, lists: &Bound<'_, PyAny>) -> PyResult<Self> {
        let lists = several(lists, "lists")?;
        Ok(Self { rules: rules.unbind(), lists })
    }

    pub(crate) const fn rules(&self) -> &Py<PyAny> {
        &self.rules
    }

    pub(crate) fn lists(&self) -> Vec<Arc<lowwater_intake::StatusLists>> {
        self.lists.iter().map(|lists| lists.get().current()).collect()
    }
}

#[pymethods]
impl StatusLists {
    #[new]
    #[pyo3(
        signature = (**keywords),
        text_signature = "(*, issuer, lists, algorithms, list_issuer=..., allow_loopback_http=False, leeway=60, \
                          fresh_for=600, stale_for=3600, cool_down=30, timeout=5, forget_after=86400, max_lists=32, \
                          max_bytes=4194304, max_list_bytes=16777216)"
    )]
    fn new(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        const SPANS: [&str; 6] =
            ["leeway", "fresh_for", "stale_for", "cool_down", "timeout", "forget_after"];
        let config = convert::keywords(keywords, &SPANS)?;
        let lists =
            lowwater_intake::StatusLists::from_json(&config).map_err(mistake_in_keywords)?;
        Ok(Self { held: RwLock::new(Arc::new(lists)), turn: Mutex::new(()) })
    }

    #[getter]
    fn issuer(&self) -> String {
        self.current().issuer().to_owned()
    }

    #[getter]
    fn list_issuer(&self) -> String {
        self.current().list_issuer().to_owned()
    }

    /// Takes in a list that was fetched then.
    #[pyo3(
        signature = (uri, token, keys, *, now=Given::absent()),
        text_signature = "($self, uri, token, keys, *, now=...)"
    )]
    fn hydrate(
        &self,
        uri: &Bound<'_, PyAny>,
        token: &Bound<'_, PyAny>,
        keys: &Bound<'_, PyAny>,
        now: Given<'_>,
    ) -> PyResult<()> {
        let (py, uri) = (uri.py(), text(uri, "uri")?);
        let (token, now, keys) = (self::token(token, "token")?, self::now(&now)?, keys::set(keys)?);
        // A list may have megabytes, which nobody else should wait for.
        let taken = py.detach(|| self.change(|lists| lists.hydrate(uri, &token, keys, now)));
        taken.map_err(|fault| refused(&fault, fault.code(), None))
    }

    /// The lists whose last fetch went wrong, and how.
    #[getter]
    fn faults<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let faults = PyDict::new(py);
        for (uri, fault) in self.current().faults() {
            faults.set_item(uri, fault.to_string())?;
        }
        Ok(faults)
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.StatusLists>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A set of StatusLists", "build it in each process")
    }
}

#[pymethods]
impl WithStatus {
    fn __repr__(&self) -> &'static str {
        "<lowwater.WithStatus>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("Rules with status lists", "build them in each process")
    }
}
