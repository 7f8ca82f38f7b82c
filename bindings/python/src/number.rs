//! Numbers by their digits.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFloat, PyInt, PyType};

use crate::error::argument;

static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();

fn decimal(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    DECIMAL.import(py, "decimal", "Decimal")
}

/// The digits of an int, a float or a `Decimal`; `None`: it is no number. `bool` is none here. They are the
/// digits that the number has, whatever a class of one's own prints; an integral number has no point.
pub(crate) fn digits(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Option<String>> {
    let py = value.py();
    if value.is_instance_of::<PyBool>() {
        return Ok(None);
    }
    if let Ok(float) = value.cast::<PyFloat>() {
        let float = float.value();
        return match float.is_finite() {
            // The shortest digits that read back as this float.
            true => Ok(Some(float.to_string())),
            false => Err(argument(name, "must be a finite number")),
        };
    }
    if value.is_instance_of::<PyInt>() {
        let written = py.get_type::<PyInt>().call_method1(intern!(py, "__repr__"), (value,));
        // Python writes no integers of thousands of digits.
        let written = written.map_err(|_| argument(name, "has too many digits"))?;
        return Ok(Some(written.str()?.to_str()?.to_owned()));
    }
    let decimal = decimal(py)?;
    if !value.is_instance(decimal.as_any())? {
        return Ok(None);
    }
    if !decimal.call_method1(intern!(py, "is_finite"), (value,))?.is_truthy()? {
        return Err(argument(name, "must be a finite number"));
    }
    let written = decimal.call_method1(intern!(py, "__str__"), (value,))?;
    Ok(Some(without_zeros(written.str()?.to_str()?)))
}

/// Without the zeros that end a fraction: what is integral is written so.
fn without_zeros(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('E').unwrap_or((text, ""));
    let mantissa = match mantissa.contains('.') {
        true => mantissa.trim_end_matches('0').trim_end_matches('.'),
        false => mantissa,
    };
    if exponent.is_empty() { mantissa.to_owned() } else { format!("{mantissa}E{exponent}") }
}

/// An integer of JSON: an `int`, or where that takes no more digits a `Decimal`.
#[pyfunction]
pub(crate) fn integer<'py>(text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = text.py();
    py.get_type::<PyInt>().call1((text,)).or_else(|_| decimal(py)?.call1((text,)))
}
