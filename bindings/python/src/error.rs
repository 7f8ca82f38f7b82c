//! What leaves the module: `lowwater.ConfigError` and `lowwater.Rejected`.

use std::fmt::Display;

use lowwater::{ApplyError, ConfigError, DeltaError, LoadError, PruneError, Rejection, Remedy};
use pyo3::exceptions::{PyException, PyMemoryError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};

use crate::reply::Reply;

/// The code of a mistake in what Python gave.
const ARGUMENT: &str = "argument_invalid";

/// A mistake of the operator, as the core tells it.
pub(crate) trait Mistake: Display {
    fn code(&self) -> &'static str;
}

macro_rules! mistakes {
    ($($error:ty),+) => {$(
        impl Mistake for $error {
            fn code(&self) -> &'static str {
                self.code()
            }
        }
    )+};
}

mistakes!(ApplyError, ConfigError, DeltaError, LoadError, PruneError);

/// A class of `lowwater._errors`, looked up once.
fn class<'py>(
    py: Python<'py>,
    held: &PyOnceLock<Py<PyType>>,
    name: &str,
) -> PyResult<Bound<'py, PyType>> {
    held.import(py, "lowwater._errors", name).cloned()
}

fn config_error(text: &str, code: &str) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    Python::attach(|py| match class(py, &CLASS, "ConfigError") {
        Ok(class) => PyErr::from_type(class, (text.to_owned(), code.to_owned())),
        Err(error) => error,
    })
}

/// `ConfigError` for a mistake that the core found.
pub(crate) fn mistake(error: impl Mistake) -> PyErr {
    config_error(&error.to_string(), error.code())
}

/// The same for what was given in keywords: there is no text whose byte could be told.
pub(crate) fn mistake_in_keywords(error: ConfigError) -> PyErr {
    let error = error.without_place();
    // What the core calls `any` is a word of its own here.
    config_error(&error.to_string().replace("`any`", "`lowwater.ANY`"), error.code())
}

/// `ConfigError` for an argument that is nothing the core could be given.
pub(crate) fn argument(name: &str, expected: impl Display) -> PyErr {
    config_error(&format!("`{name}` {expected}"), ARGUMENT)
}

/// `ConfigError` for what no process can hand to another.
pub(crate) fn unpicklable(text: impl Display) -> PyErr {
    config_error(&text.to_string(), "not_picklable")
}

/// What reading a value of Python's came to. What its own code raises on the way (a tzinfo, an iteration) is
/// a mistake in that argument, and stays as its cause.
pub(crate) fn reading<T>(py: Python<'_>, name: &str, read: PyResult<T>) -> PyResult<T> {
    read.map_err(|cause| {
        if !cause.is_instance_of::<PyException>(py) || cause.is_instance_of::<PyMemoryError>(py) {
            return cause;
        }
        let mistake = argument(name, "cannot be read");
        mistake.set_cause(py, Some(cause));
        mistake
    })
}

/// `MessageRefused`, with what to answer, where anybody waits for an answer.
pub(crate) fn refused(
    fault: &dyn Display,
    code: &str,
    reply: Option<lowwater_intake::Reply>,
) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    Python::attach(|py| {
        let arguments = (fault.to_string(), code, reply.map(Reply));
        match class(py, &CLASS, "MessageRefused").and_then(|class| class.call1(arguments)) {
            Ok(raised) => PyErr::from_value(raised),
            Err(error) => error,
        }
    })
}

/// `Rejected`, with what an answer needs.
pub(crate) fn rejected(no: &Rejection) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let raised = |py: Python<'_>| {
        let headers = PyDict::new(py);
        for (name, value) in no.headers() {
            headers.set_item(name, value)?;
        }
        let wait_until = match no.remedy() {
            Remedy::WaitUntil(time) => Some(crate::time::datetime(py, time)?),
            _ => None,
        };
        let (code, stage, remedy) = (no.code().as_str(), no.stage().as_str(), no.remedy().as_str());
        let class = class(py, &CLASS, "Rejected")?;
        let arguments = (no.message(), code, stage, remedy, no.http_status(), headers, wait_until);
        Ok(PyErr::from_value(class.call1(arguments)?))
    };
    Python::attach(|py| raised(py).unwrap_or_else(|error| error))
}
