//! Times and spans: those of Python as the digits of their seconds, and back.

use std::time::Duration;

use lowwater::UnixTime;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::convert::{Given, not};
use crate::error::{argument, reading};
use crate::number::digits;

/// The last second of the year 9999.
const LAST: UnixTime = UnixTime::from_secs(253_402_300_799);

/// A clock may stand a year after the end of what tokens can say. Milliseconds for seconds lie far beyond.
const LATEST: UnixTime = UnixTime::from_secs(253_402_300_799 + 366 * 86_400);

static DATETIME: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static TIMEDELTA: PyOnceLock<Py<PyType>> = PyOnceLock::new();

fn datetime_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    DATETIME.import(py, "datetime", "datetime")
}

fn timedelta_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    TIMEDELTA.import(py, "datetime", "timedelta")
}

/// Decimal seconds of a `timedelta`, to the last digit: the core rounds them as their use demands.
fn seconds(delta: &Bound<'_, PyAny>) -> PyResult<String> {
    let part = |name| delta.getattr(name)?.extract::<i64>().map(i128::from);
    let (days, seconds) = (part("days")?, part("seconds")?);
    let seconds = days.saturating_mul(86_400).saturating_add(seconds);
    let micros = seconds.saturating_mul(1_000_000).saturating_add(part("microseconds")?);
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    Ok(format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000))
}

/// An instant as the digits of its seconds: an aware datetime is exact, an integral number is a whole
/// second. `None`: it is something else, a text perhaps.
pub(crate) fn time_digits(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Option<String>> {
    let py = value.py();
    if !value.is_instance(datetime_type(py)?.as_any())? {
        return digits(value, name);
    }
    if reading(py, name, value.call_method0(intern!(py, "utcoffset")))?.is_none() {
        let expected = "is naive, which could be any time zone: take datetime.now(timezone.utc)";
        return Err(argument(name, expected));
    }
    let since_1970 = value.sub(epoch(py)?).and_then(|since| seconds(&since));
    reading(py, name, since_1970).map(Some)
}

/// A span as the digits of its seconds. `None`: it is something else.
pub(crate) fn span_digits(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Option<String>> {
    let py = value.py();
    match value.is_instance(timedelta_type(py)?.as_any())? {
        true => reading(py, name, seconds(value)).map(Some),
        false => digits(value, name),
    }
}

/// A call's `now`: the clock's where it is left out.
pub(crate) fn now(given: &Given<'_>) -> PyResult<UnixTime> {
    Ok(given.map(|value| instant(value, "now"))?.unwrap_or_else(lowwater_edge::now))
}

/// An instant.
pub(crate) fn instant(value: &Bound<'_, PyAny>, name: &str) -> PyResult<UnixTime> {
    let expected = "a datetime with a time zone, or seconds since 1970";
    let digits = time_digits(value, name)?.ok_or_else(|| not(value, name, expected))?;
    let outside = "must be seconds since 1970, none of them negative, and no milliseconds";
    let time = UnixTime::from_decimal(&digits).filter(|time| *time <= LATEST);
    time.ok_or_else(|| argument(name, outside))
}

/// A span of time that is not negative.
pub(crate) fn span(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Duration> {
    let expected = "a timedelta or seconds";
    let digits = span_digits(value, name)?.ok_or_else(|| not(value, name, expected))?;
    // Seconds since 1970 are seconds.
    let span = UnixTime::from_decimal(&digits).map(|span| span.as_millis().unsigned_abs());
    let outside = || argument(name, "must be 0 seconds or more, and fewer than 10^14");
    span.map(Duration::from_millis).ok_or_else(outside)
}

fn epoch(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static EPOCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make = || {
        let utc = py.import("datetime")?.getattr("timezone")?.getattr("utc")?;
        datetime_type(py)?.call1((1970, 1, 1, 0, 0, 0, 0, utc)).map(Bound::unbind)
    };
    EPOCH.get_or_try_init(py, make).map(|epoch| epoch.bind(py).clone())
}

/// A datetime in UTC. It ends with the year 9999, and so do the times that tokens and rules can say.
pub(crate) fn datetime(py: Python<'_>, time: UnixTime) -> PyResult<Bound<'_, PyAny>> {
    let time = time.min(LAST);
    let micros = time.as_millis().rem_euclid(1000).saturating_mul(1000);
    epoch(py)?.add(timedelta_type(py)?.call1((0, time.as_secs(), micros))?)
}

/// The same as text, to the millisecond.
pub(crate) fn rfc3339(py: Python<'_>, time: UnixTime) -> PyResult<String> {
    let written =
        datetime(py, time)?.call_method1(intern!(py, "isoformat"), ("T", "milliseconds"))?;
    written.extract()
}
