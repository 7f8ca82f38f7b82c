//! From Python's values to what the core reads, and back. Nothing here decides anything: texts and
//! numbers go to the core as JSON, digit for digit, and the core says what is wrong with them.

use std::convert::Infallible;
use std::time::Duration;

use lowwater::UnixTime;
use pyo3::exceptions::PyUnicodeEncodeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString,
    PyTuple, PyType,
};

use crate::error::argument;
use crate::sentinel::Any;

/// The core reads 32 levels of JSON; what nests deeper, itself included, is no configuration.
const MOST_LEVELS: usize = 32;

/// The last second of the year 9999.
const LAST: UnixTime = UnixTime::from_secs(253_402_300_799);

/// The name of a value's type, for messages: never the value.
fn kind(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string())
}

fn not(value: &Bound<'_, PyAny>, name: &str, expected: &str) -> PyErr {
    argument(name, format_args!("must be {expected}, not {}", kind(value)))
}

/// A string.
pub(crate) fn text<'t>(value: &'t Bound<'_, PyAny>, name: &str) -> PyResult<&'t str> {
    let string = value.cast::<PyString>().map_err(|_| not(value, name, "a str"))?;
    string.to_str().map_err(|_| argument(name, "holds a lone surrogate, which no UTF-8 text has"))
}

/// A token: a string of any content, for a token never causes an error. A lone surrogate, which UTF-8
/// cannot hold, becomes a character that no token has.
pub(crate) fn token<'t>(value: &'t Bound<'_, PyAny>) -> PyResult<std::borrow::Cow<'t, str>> {
    let string = value.cast::<PyString>().map_err(|_| not(value, "token", "a str"))?;
    match string.to_str() {
        Err(error) if !error.is_instance_of::<PyUnicodeEncodeError>(value.py()) => Err(error),
        Err(_) => Ok(string.to_string_lossy()),
        Ok(text) => Ok(text.into()),
    }
}

/// Strings: a list, a tuple or a set. One string alone is refused: it would be read letter by letter.
pub(crate) fn texts(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<String>> {
    let elements = elements(value).ok_or_else(|| not(value, name, "a list of str"))??;
    elements.iter().map(|element| text(element, name).map(str::to_owned)).collect()
}

/// A copy of `bytes` or a `bytearray`.
pub(crate) fn bytes(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    value.cast::<PyByteArray>().map(|bytes| bytes.to_vec()).map_err(|_| not(value, name, "bytes"))
}

type Elements<'py> = Vec<Bound<'py, PyAny>>;

fn elements<'py>(value: &Bound<'py, PyAny>) -> Option<PyResult<Elements<'py>>> {
    let listed = value.is_instance_of::<PyList>()
        || value.is_instance_of::<PyTuple>()
        || value.is_instance_of::<PySet>()
        || value.is_instance_of::<PyFrozenSet>();
    listed.then(|| value.try_iter()?.collect())
}

fn imported<'py>(
    py: Python<'py>,
    held: &PyOnceLock<Py<PyType>>,
    module: &str,
    name: &str,
) -> PyResult<Bound<'py, PyType>> {
    held.import(py, module, name).cloned()
}

fn is_a(
    value: &Bound<'_, PyAny>,
    held: &PyOnceLock<Py<PyType>>,
    module: &str,
    name: &str,
) -> PyResult<bool> {
    value.is_instance(imported(value.py(), held, module, name)?.as_any())
}

static DATETIME: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static TIMEDELTA: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The digits of an int, a float or a `Decimal`; `None`: it is no number. `bool` is none here.
fn digits(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Option<String>> {
    if value.is_instance_of::<PyBool>() {
        return Ok(None);
    }
    if let Ok(float) = value.cast::<PyFloat>() {
        let float = float.value();
        return match float.is_finite() {
            // The shortest digits that read back as this float; integral ones have no point.
            true => Ok(Some(float.to_string())),
            false => Err(argument(name, "must be a finite number")),
        };
    }
    let integer = value.is_instance_of::<PyInt>();
    if !integer && !is_a(value, &DECIMAL, "decimal", "Decimal")? {
        return Ok(None);
    }
    if !integer && !value.call_method0(intern!(value.py(), "is_finite"))?.is_truthy()? {
        return Err(argument(name, "must be a finite number"));
    }
    // Python writes no integers of thousands of digits.
    let text = value.str().map_err(|_| argument(name, "has too many digits"))?;
    Ok(Some(text.to_str()?.to_owned()))
}

/// Microseconds of a `timedelta`.
fn microseconds(delta: &Bound<'_, PyAny>) -> PyResult<i128> {
    let part = |name| delta.getattr(name)?.extract::<i64>().map(i128::from);
    let (days, seconds) = (part("days")?, part("seconds")?);
    let seconds = days.saturating_mul(86_400).saturating_add(seconds);
    Ok(seconds.saturating_mul(1_000_000).saturating_add(part("microseconds")?))
}

/// Decimal seconds of microseconds, to the last digit: the core rounds them as their use demands.
fn seconds(micros: i128) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// A time as the digits of its seconds: an aware datetime is exact, an integral number is a whole second.
/// `None`: it is none of these.
fn time_digits(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Option<String>> {
    let py = value.py();
    if !is_a(value, &DATETIME, "datetime", "datetime")? {
        return digits(value, name);
    }
    if value.call_method0(intern!(py, "utcoffset"))?.is_none() {
        let expected = "is naive, which could be any time zone: take datetime.now(timezone.utc)";
        return Err(argument(name, expected));
    }
    let since_1970 = value.sub(epoch(py)?)?;
    microseconds(&since_1970).map(|micros| Some(seconds(micros)))
}

/// An argument that may be left out. `None` is not left out: it is a value that nobody meant.
pub(crate) struct Given<'py>(Option<Bound<'py, PyAny>>);

impl<'py> Given<'py> {
    pub(crate) const fn absent() -> Self {
        Self(None)
    }

    pub(crate) fn map<T>(
        &self,
        read: impl FnOnce(&Bound<'py, PyAny>) -> PyResult<T>,
    ) -> PyResult<Option<T>> {
        self.0.as_ref().map(read).transpose()
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Given<'py> {
    type Error = Infallible;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Self(Some(given.to_owned())))
    }
}

/// A switch that is off where it is left out.
pub(crate) fn switch(given: &Given<'_>, name: &str) -> PyResult<bool> {
    let on = given.map(|value| match value.cast::<PyBool>() {
        Ok(boolean) => Ok(boolean.is_true()),
        Err(_) => Err(not(value, name, "True or False")),
    })?;
    Ok(on.unwrap_or(false))
}

/// A call's `now`: the clock's where it is left out.
pub(crate) fn now(given: &Given<'_>) -> PyResult<UnixTime> {
    Ok(given.map(|value| instant(value, "now"))?.unwrap_or_else(lowwater_edge::now))
}

/// An instant.
pub(crate) fn instant(value: &Bound<'_, PyAny>, name: &str) -> PyResult<UnixTime> {
    let expected = "a datetime with a time zone, or seconds since 1970";
    let digits = time_digits(value, name)?.ok_or_else(|| not(value, name, expected))?;
    let outside = || argument(name, "must be seconds since 1970, 0 or more");
    UnixTime::from_decimal(&digits).ok_or_else(outside)
}

/// A span of time that is not negative.
pub(crate) fn span(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Duration> {
    let expected = "a timedelta or seconds";
    let digits = match is_a(value, &TIMEDELTA, "datetime", "timedelta")? {
        true => seconds(microseconds(value)?),
        false => digits(value, name)?.ok_or_else(|| not(value, name, expected))?,
    };
    // Seconds since 1970 are seconds.
    let span = UnixTime::from_decimal(&digits).map(|span| span.as_millis().unsigned_abs());
    let outside = || argument(name, "must be 0 seconds or more, and fewer than 10^14");
    span.map(Duration::from_millis).ok_or_else(outside)
}

fn epoch(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static EPOCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make = || {
        let utc = py.import("datetime")?.getattr("timezone")?.getattr("utc")?;
        let class = imported(py, &DATETIME, "datetime", "datetime")?;
        class.call1((1970, 1, 1, 0, 0, 0, 0, utc)).map(Bound::unbind)
    };
    EPOCH.get_or_try_init(py, make).map(|epoch| epoch.bind(py).clone())
}

/// A datetime in UTC. It ends with the year 9999, and so do the times that tokens and rules can say.
pub(crate) fn datetime(py: Python<'_>, time: UnixTime) -> PyResult<Bound<'_, PyAny>> {
    let time = time.min(LAST);
    let micros = time.as_millis().rem_euclid(1000).saturating_mul(1000);
    let since_1970 = imported(py, &TIMEDELTA, "datetime", "timedelta")?;
    epoch(py)?.add(since_1970.call1((0, time.as_secs(), micros))?)
}

/// Any value as JSON, times and spans as their seconds.
pub(crate) fn json(value: &Bound<'_, PyAny>, name: &str) -> PyResult<String> {
    let mut out = String::new();
    write_json(value, name, 0, &mut out)?;
    Ok(out)
}

fn write_json(
    value: &Bound<'_, PyAny>,
    name: &str,
    level: usize,
    out: &mut String,
) -> PyResult<()> {
    if level > MOST_LEVELS {
        return Err(argument(name, "nests deeper than 32 levels"));
    }
    let below = level.saturating_add(1);
    if value.is_none() {
        out.push_str("null");
    } else if let Ok(boolean) = value.cast::<PyBool>() {
        out.push_str(if boolean.is_true() { "true" } else { "false" });
    } else if value.is_instance_of::<PyString>() {
        out.push_str(&quoted(text(value, name)?));
    } else if value.is_instance_of::<Any>() {
        out.push_str("\"any\"");
    } else if let Ok(object) = value.cast::<PyDict>() {
        let members = object.iter().map(|(key, value)| {
            let key = text(&key, &format!("{name}` key"))?.to_owned();
            Ok((key, value))
        });
        let members = members.collect::<PyResult<Vec<_>>>()?;
        out.push('{');
        for (place, (key, value)) in members.iter().enumerate() {
            out.push_str(if place == 0 { "" } else { "," });
            out.push_str(&quoted(key));
            out.push(':');
            write_json(value, if level == 0 { key } else { name }, below, out)?;
        }
        out.push('}');
    } else if let Some(elements) = elements(value) {
        out.push('[');
        for (place, element) in elements?.iter().enumerate() {
            out.push_str(if place == 0 { "" } else { "," });
            write_json(element, name, below, out)?;
        }
        out.push(']');
    } else if is_a(value, &TIMEDELTA, "datetime", "timedelta")? {
        out.push_str(&seconds(microseconds(value)?));
    } else if let Some(digits) = time_digits(value, name)? {
        out.push_str(&digits);
    } else {
        return Err(argument(name, format_args!("cannot be a {}", kind(value))));
    }
    Ok(())
}

pub(crate) fn quoted(text: &str) -> String {
    // Writing a string into a string cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}

/// JSON that the core read or wrote, as Python's own reader sees it.
pub(crate) fn parsed<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let import = || py.import("json")?.getattr("loads").map(Bound::unbind);
    let loads = LOADS.get_or_try_init(py, import)?.bind(py);
    loads.call1((json,)).or_else(|_| {
        // The one thing that it refuses: integers of more digits than `int` takes.
        let options = PyDict::new(py);
        options.set_item("parse_int", imported(py, &DECIMAL, "decimal", "Decimal")?)?;
        loads.call((json,), Some(&options))
    })
}
