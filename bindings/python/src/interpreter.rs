//! One interpreter of a process can have the module: classes and functions that it holds belong to the first.

use std::sync::OnceLock;

use pyo3::exceptions::PyImportError;
use pyo3::{PyResult, ffi};

/// Which interpreter has the module.
static FIRST: OnceLock<i64> = OnceLock::new();

/// # Errors
/// Another interpreter has it: `except lowwater.Rejected` there would catch nothing.
pub(crate) fn only_one() -> PyResult<()> {
    #[expect(unsafe_code, reason = "pyo3 has no safe function for it")]
    // SAFETY: a module is made by a thread that is attached to an interpreter, which is then not null.
    let own = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
    if *FIRST.get_or_init(|| own) == own {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "lowwater works in one interpreter of a process, and another has it already; with mod_wsgi say \
         `WSGIApplicationGroup %{GLOBAL}`",
    ))
}
