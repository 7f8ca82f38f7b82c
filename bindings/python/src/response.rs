//! What a client of Python's fetched.

use lowwater_intake::Answer;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

/// Hands an answer to whoever reads it.
pub(crate) fn read<T>(
    status: u16,
    headers: &Bound<'_, PyList>,
    body: &Bound<'_, PyBytes>,
    read: impl FnOnce(&Answer<'_>) -> T,
) -> PyResult<T> {
    let headers: Vec<(String, String)> = headers.extract()?;
    let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    Ok(read(&Answer::new(status, &headers, body.as_bytes())))
}
