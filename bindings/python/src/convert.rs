//! From Python's values to what the core reads, and back. Nothing here decides anything: texts and
//! numbers go to the core as JSON, digit for digit, and the core says what is wrong with them.

use std::borrow::Cow;
use std::convert::Infallible;
use std::num::NonZero;

use pyo3::exceptions::PyUnicodeEncodeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFrozenSet, PyList, PySet, PyString, PyTuple,
};

use crate::error::{argument, reading};
use crate::number::digits;
use crate::sentinel::Any;
use crate::time::{span_digits, time_digits};

/// What is given at once; more is given in parts.
const MOST_ELEMENTS: usize = 100_000;

/// The core reads 32 levels of JSON; what nests deeper, itself included, is no configuration.
const MOST_LEVELS: usize = 32;

/// The name of a value's type, for messages: never the value.
fn kind(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string())
}

pub(crate) fn not(value: &Bound<'_, PyAny>, name: &str, expected: &str) -> PyErr {
    argument(name, format_args!("must be {expected}, not {}", kind(value)))
}

/// An argument that may be left out. `None` is not left out: it is a value that nobody meant.
pub(crate) struct Given<'py>(Option<Bound<'py, PyAny>>);

impl<'py> Given<'py> {
    pub(crate) const fn absent() -> Self {
        Self(None)
    }

    pub(crate) const fn is_given(&self) -> bool {
        self.0.is_some()
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

/// An integer that is not negative, and no boolean, which counts as one to Python.
fn whole(value: &Bound<'_, PyAny>) -> Option<usize> {
    value.extract().ok().filter(|_| !value.is_instance_of::<PyBool>())
}

/// How many of something.
pub(crate) fn count(value: &Bound<'_, PyAny>, name: &str) -> PyResult<usize> {
    whole(value).ok_or_else(|| argument(name, "must be an int of 0 or more"))
}

/// How many threads: one at least.
pub(crate) fn threads(value: &Bound<'_, PyAny>, name: &str) -> PyResult<NonZero<usize>> {
    let threads = whole(value).and_then(NonZero::new);
    threads.ok_or_else(|| argument(name, "must be an int of 1 or more"))
}

/// A string.
pub(crate) fn text<'t>(value: &'t Bound<'_, PyAny>, name: &str) -> PyResult<&'t str> {
    let string = value.cast::<PyString>().map_err(|_| not(value, name, "a str"))?;
    string.to_str().map_err(|_| argument(name, "holds a lone surrogate, which no UTF-8 text has"))
}

/// A token, or a header that has one: a string of any content, for a token never causes an error. A lone
/// surrogate, which UTF-8 cannot hold, becomes a character that no token has.
pub(crate) fn token<'t>(value: &'t Bound<'_, PyAny>, name: &str) -> PyResult<Cow<'t, str>> {
    let string = value.cast::<PyString>().map_err(|_| not(value, name, "a str"))?;
    match string.to_str() {
        Err(error) if !error.is_instance_of::<PyUnicodeEncodeError>(value.py()) => Err(error),
        Err(_) => Ok(string.to_string_lossy()),
        Ok(text) => Ok(text.into()),
    }
}

type Elements<'py> = Vec<Bound<'py, PyAny>>;

/// The elements of a list, a tuple or a set; `None`: it is none of these.
pub(crate) fn elements<'py>(
    value: &Bound<'py, PyAny>,
    name: &str,
) -> Option<PyResult<Elements<'py>>> {
    if let Ok(list) = value.cast::<PyList>() {
        return Some(Ok(list.iter().collect()));
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return Some(Ok(tuple.iter().collect()));
    }
    let set = value.is_instance_of::<PySet>() || value.is_instance_of::<PyFrozenSet>();
    set.then(|| reading(value.py(), name, value.try_iter().and_then(Iterator::collect)))
}

/// The elements of what has an order: a list or a tuple. One string alone is refused: it would be read
/// letter by letter.
pub(crate) fn sequence<'py>(value: &Bound<'py, PyAny>, name: &str) -> PyResult<Elements<'py>> {
    let ordered = value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>();
    let found = if ordered { elements(value, name) } else { None };
    let found = found.unwrap_or_else(|| Err(not(value, name, "a list of str")))?;
    if found.len() > MOST_ELEMENTS {
        return Err(argument(name, format_args!("has more than {MOST_ELEMENTS} elements")));
    }
    Ok(found)
}

/// Strings: a list, a tuple or a set. One string alone is refused: it would be read letter by letter.
pub(crate) fn texts(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<String>> {
    let elements = elements(value, name).ok_or_else(|| not(value, name, "a list of str"))??;
    let one = |element: &Bound<'_, PyAny>| match element.is_instance_of::<PyString>() {
        true => text(element, name).map(str::to_owned),
        false => {
            Err(argument(name, format_args!("must hold str alone, and holds a {}", kind(element))))
        }
    };
    elements.iter().map(one).collect()
}

/// A copy of `bytes` or a `bytearray`.
pub(crate) fn bytes(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    value.cast::<PyByteArray>().map(|bytes| bytes.to_vec()).map_err(|_| not(value, name, "bytes"))
}

/// A dict's members. They are copied before anything is done with them: reading a value may run code of
/// Python, and other threads, that change the dict.
pub(crate) fn members<'py>(
    dict: &Bound<'py, PyDict>,
    name: &str,
) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
    let member = |(key, value): (Bound<'py, PyAny>, _)| match key.cast::<PyString>() {
        Ok(_) => Ok((text(&key, name)?.to_owned(), value)),
        Err(_) => {
            Err(argument(name, format_args!("has a key that is a {}, not a str", kind(&key))))
        }
    };
    dict.copy()?.iter().map(member).collect()
}

/// A member of a policy or a rule as JSON. Which of them are times, which spans, and which may be `ANY` is
/// said here: a span that is taken for a time is a rule of 1970, which refuses nobody.
pub(crate) fn member(value: &Bound<'_, PyAny>, name: &str) -> PyResult<String> {
    let digits = match name {
        "at" | "until" => time_digits(value, name)?,
        "leeway" | "max_lifetime" | "max_age" | "max_session" | "skew_guard" => {
            span_digits(value, name)?
        }
        "issuer" | "audience" | "token_type" if value.is_instance_of::<Any>() => {
            Some("\"any\"".to_owned())
        }
        _ => None,
    };
    digits.map_or_else(|| json(value, name), Ok)
}

/// What configures a reader or a source, as JSON. The members of these names are spans.
pub(crate) fn config(given: &Bound<'_, PyDict>, name: &str, spans: &[&str]) -> PyResult<String> {
    let one = |(member, value): &(String, Bound<'_, PyAny>)| {
        let digits = match spans.contains(&&**member) {
            true => span_digits(value, member)?,
            false => None,
        };
        let json = digits.map_or_else(|| json(value, member), Ok)?;
        Ok(format!("{}:{json}", quoted(member)))
    };
    let all = members(given, name)?.iter().map(one).collect::<PyResult<Vec<_>>>()?;
    Ok(format!("{{{}}}", all.join(",")))
}

/// The same of a call's keywords.
pub(crate) fn keywords(given: Option<&Bound<'_, PyDict>>, spans: &[&str]) -> PyResult<String> {
    given.map_or_else(|| Ok("{}".to_owned()), |all| config(all, "keywords", spans))
}

/// The value of a `Content-Type` header, of any content; None: the request has none.
pub(crate) fn content_type<'t>(value: &'t Bound<'_, PyAny>) -> PyResult<Cow<'t, str>> {
    if value.is_none() { Ok("".into()) } else { token(value, "content_type") }
}

/// Any value as JSON.
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
    } else if let Ok(dict) = value.cast::<PyDict>() {
        out.push('{');
        for (place, (key, value)) in members(dict, name)?.iter().enumerate() {
            out.push_str(if place == 0 { "" } else { "," });
            out.push_str(&quoted(key));
            out.push(':');
            write_json(value, name, below, out)?;
        }
        out.push('}');
    } else if let Some(elements) = elements(value, name) {
        out.push('[');
        for (place, element) in elements?.iter().enumerate() {
            out.push_str(if place == 0 { "" } else { "," });
            write_json(element, name, below, out)?;
        }
        out.push(']');
    } else if let Some(digits) = digits(value, name)? {
        out.push_str(&digits);
    } else {
        let text = format_args!("cannot be of the type {}, nor hold it", kind(value));
        return Err(argument(name, text));
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
    match loads.call1((json,)) {
        // The one thing that it refuses: integers of more digits than `int` takes.
        Err(error) if error.is_instance_of::<pyo3::exceptions::PyValueError>(py) => {
            let options = PyDict::new(py);
            options.set_item("parse_int", wrap_pyfunction!(crate::number::integer, py)?)?;
            loads.call((json,), Some(&options))
        }
        came => came,
    }
}
