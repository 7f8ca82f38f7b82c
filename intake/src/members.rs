//! The members of a JSON object, read by what is asked of each.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use lowwater::{At, JsonError, UnixTime};
use serde::Deserialize;
use serde_json::value::RawValue;

const TEXT: &str = "a string";
const TEXTS: &str = "a string or an array of strings that is not empty";
const TIME: &str = "a number of seconds from 0 to 253402300799";
const OBJECT: &str = "an object";

/// The last second of the year 9999, as in tokens and rules.
const LATEST: UnixTime = UnixTime::from_secs(253_402_300_799);

/// A member has another value than its protocol gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) member: &'static str,
    pub(crate) expected: &'static str,
}

/// One JSON object: each value as it was written, until somebody asks what it is.
#[derive(Clone, Debug)]
pub(crate) struct Members<'t>(BTreeMap<String, &'t RawValue>);

impl<'t> Members<'t> {
    /// Reads a message: one strict JSON object, in which no name stands twice.
    pub(crate) fn read(json: &'t [u8]) -> Result<Self, JsonError> {
        let text = lowwater::strict_json(json)?;
        // The scanner has read an object, so this reader does.
        Ok(Self::inner(text).unwrap_or_else(|| Self(BTreeMap::new())))
    }

    /// An object within a message that was read strictly.
    fn inner(text: &'t str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The names, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A value as it was written.
    pub(crate) fn raw(&self, name: &str) -> Option<&'t str> {
        self.0.get(name).map(|value| value.get())
    }

    fn is<T>(
        &self,
        member: &'static str,
        expected: &'static str,
        read: impl FnOnce(&'t str) -> Option<T>,
    ) -> Result<Option<T>, Wrong> {
        let wrong = Wrong { member, expected };
        self.raw(member).map(|raw| read(raw).ok_or(wrong)).transpose()
    }

    /// A string.
    pub(crate) fn text(&self, member: &'static str) -> Result<Option<Cow<'t, str>>, Wrong> {
        self.is(member, TEXT, value)
    }

    /// A string, or an array of strings that is not empty.
    pub(crate) fn texts(&self, member: &'static str) -> Result<Option<Vec<Cow<'t, str>>>, Wrong> {
        let list = |raw| value::<Vec<Text<'t>>>(raw).filter(|list| !list.is_empty());
        self.is(member, TEXTS, |raw| match value(raw) {
            Some(one) => Some(alloc::vec![one]),
            None => list(raw).map(|list| list.into_iter().map(|text| text.0).collect()),
        })
    }

    /// Seconds since 1970, read from their decimal digits. A whole second stays one: it may mean any instant of it.
    pub(crate) fn time(&self, member: &'static str) -> Result<Option<At>, Wrong> {
        self.is(member, TIME, |raw| {
            let time = UnixTime::from_decimal(raw).filter(|time| *time <= LATEST)?;
            let whole = raw.bytes().all(|byte| byte.is_ascii_digit());
            Some(if whole { At::Second(time.as_secs()) } else { At::from(time) })
        })
    }

    /// An object.
    pub(crate) fn object(&self, member: &'static str) -> Result<Option<Self>, Wrong> {
        self.is(member, OBJECT, Self::inner)
    }

    /// Any type that serde reads.
    pub(crate) fn value<T: Deserialize<'t>>(
        &self,
        member: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>, Wrong> {
        self.is(member, expected, value)
    }
}

/// A string in a list: `serde` borrows one only where it is told to.
#[derive(Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

fn value<'t, T: Deserialize<'t>>(raw: &'t str) -> Option<T> {
    serde_json::from_str(raw).ok()
}
