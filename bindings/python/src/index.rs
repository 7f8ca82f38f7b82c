//! Rules in place, in memory that Python holds.

use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyMemoryView, PyTuple, PyType};

use crate::convert::Given;
use crate::error::{argument, mistake};
use crate::rules::freshness;
use crate::status::WithStatus;
use crate::time::{now, span};
use crate::unpicklable;

/// Rules as a validation asks them, in place in bytes that Cutoffs.to_index made.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Index {
    /// Before what it borrows from, so that it goes first.
    index: lowwater::Index<'static>,
    _bytes: Bytes,
}

/// What the index lies in.
enum Bytes {
    /// Memory that Python promises neither to move nor to write.
    InPlace(PyBuffer<u8>),
    Copied(Box<[u8]>),
}

/// Does the memory belong to `bytes` or to an mmap? A view that is read-only may look at what another view
/// writes.
fn is_constant(given: &Bound<'_, PyAny>) -> PyResult<bool> {
    static MMAP: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let mut owner = given.clone();
    while let Ok(view) = owner.cast::<PyMemoryView>() {
        owner = view.getattr("obj")?;
    }
    let mmap = MMAP.import(given.py(), "mmap", "mmap")?;
    Ok(owner.is_instance_of::<PyBytes>() || owner.get_type().is(mmap))
}

impl Bytes {
    /// In place where Python writes to the memory in no way, else a copy.
    fn of(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        let expected = |_| argument("bytes", "must be bytes, or a buffer of them, such as an mmap");
        let buffer = PyBuffer::<u8>::get(given).map_err(expected)?;
        match buffer.readonly() && buffer.is_c_contiguous() && is_constant(given)? {
            true => Ok(Self::InPlace(buffer)),
            false => buffer.to_vec(given.py()).map(|bytes| Self::Copied(bytes.into())),
        }
    }

    /// # Safety
    /// The slice must not be used after `self` is dropped.
    #[expect(
        unsafe_code,
        reason = "a class of Python cannot borrow, so what it borrows from stands beside"
    )]
    unsafe fn as_static(&self) -> &'static [u8] {
        match self {
            // SAFETY: the buffer is contiguous and holds `len_bytes` bytes; it keeps its exporter from
            // moving or freeing them until it is released, which is when `self` is dropped. It belongs to
            // `bytes` or to an mmap that is read-only, to which Python writes nothing. Memory that another process writes (a mapped file that is
            // overwritten in place, which the documentation forbids) may give any bytes at any reading: every
            // line is proven by a keyed checksum on each reading, and no reading indexes unchecked.
            Self::InPlace(buffer) if buffer.len_bytes() > 0 => unsafe {
                std::slice::from_raw_parts(buffer.buf_ptr().cast(), buffer.len_bytes())
            },
            Self::InPlace(_) => &[],
            // SAFETY: a box does not move its content, and it is freed when `self` is dropped.
            Self::Copied(bytes) => unsafe {
                std::slice::from_raw_parts(bytes.as_ptr(), bytes.len())
            },
        }
    }
}

impl Index {
    fn open(
        given: &Bound<'_, PyAny>,
        open: impl FnOnce(&'static [u8]) -> Result<lowwater::Index<'static>, lowwater::LoadError>,
    ) -> PyResult<Self> {
        let bytes = Bytes::of(given)?;
        #[expect(unsafe_code, reason = "as above")]
        // SAFETY: the index and the bytes live in one object, and fields are dropped in order: it goes first.
        let index = open(unsafe { bytes.as_static() }).map_err(mistake)?;
        Ok(Self { index, _bytes: bytes })
    }

    /// Only for as long as the object lives.
    pub(crate) fn index(&self) -> &lowwater::Index<'_> {
        &self.index
    }
}

#[pymethods]
impl Index {
    #[new]
    fn new(bytes: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::open(bytes, lowwater::Index::local)
    }

    /// The index of another process: as old as it says.
    #[staticmethod]
    #[pyo3(signature = (bytes, *, stale_after, expired_after))]
    fn replica(
        bytes: &Bound<'_, PyAny>,
        stale_after: &Bound<'_, PyAny>,
        expired_after: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let (stale, expired) =
            (span(stale_after, "stale_after")?, span(expired_after, "expired_after")?);
        Self::open(bytes, |bytes| lowwater::Index::replica(bytes, stale, expired))
    }

    /// How old the rules are.
    #[pyo3(signature = (*, now=Given::absent()), text_signature = "($self, *, now=...)")]
    fn freshness<'py>(&self, py: Python<'py>, now: Given<'py>) -> PyResult<Bound<'py, PyTuple>> {
        freshness(py, self.index.freshness(self::now(&now)?))
    }

    /// Proves every line; raises ConfigError at the first that is damaged.
    fn check_all(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.index.check_all()).map_err(mistake)
    }

    /// How many targets it names.
    #[getter]
    fn targets(&self) -> u64 {
        self.index.targets()
    }

    /// The same rules, with status lists beside them.
    fn with_status(slf: &Bound<'_, Self>, lists: &Bound<'_, PyAny>) -> PyResult<WithStatus> {
        WithStatus::new(slf.clone().into_any(), lists)
    }

    fn __repr__(&self) -> String {
        format!("<lowwater.Index of {}>", self.index.targets())
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("An Index", "open its file in each process")
    }
}
