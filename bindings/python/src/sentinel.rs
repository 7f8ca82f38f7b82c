//! What has to be said aloud: any issuer, any audience, no rules.

use pyo3::prelude::*;

use crate::status::WithStatus;

/// The class of `lowwater.ANY`.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Any;

#[pymethods]
impl Any {
    fn __repr__(&self) -> &'static str {
        "lowwater.ANY"
    }

    fn __reduce__(&self) -> &'static str {
        "ANY"
    }
}

/// The class of `lowwater.NO_CUTOFFS`.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct NoCutoffs;

#[pymethods]
impl NoCutoffs {
    /// The same rules, with status lists beside them.
    fn with_status(slf: &Bound<'_, Self>, lists: &Bound<'_, PyAny>) -> PyResult<WithStatus> {
        WithStatus::new(slf.clone().into_any(), lists)
    }

    fn __repr__(&self) -> &'static str {
        "lowwater.NO_CUTOFFS"
    }

    fn __reduce__(&self) -> &'static str {
        "NO_CUTOFFS"
    }
}
