//! What to answer a request.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::unpicklable;

/// What to answer a request.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Reply(pub(crate) lowwater_intake::Reply);

#[pymethods]
impl Reply {
    #[getter]
    fn status(&self) -> u16 {
        self.0.status()
    }

    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let headers = PyDict::new(py);
        self.0.headers().try_for_each(|(name, value)| headers.set_item(name, value))?;
        Ok(headers)
    }

    #[getter]
    fn body(&self) -> &[u8] {
        self.0.body().as_bytes()
    }

    fn __repr__(&self) -> String {
        format!("<lowwater.Reply {}>", self.0.status())
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A Reply", "hand its status, headers and body over")
    }
}
