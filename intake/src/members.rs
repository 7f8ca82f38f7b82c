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
        Ok(Self::of(text).unwrap_or_else(|| Self(BTreeMap::new())))
    }

    /// An object within a message that was read strictly.
    pub(crate) fn of(text: &'t str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    /// An object by a name that the message chose; `None`: absent, or something else.
    pub(crate) fn inner(&self, name: &str) -> Option<Self> {
        self.raw(name).and_then(Self::of)
    }

    /// A string by a name that the message chose; `None`: absent, or something else.
    pub(crate) fn string(&self, name: &str) -> Option<Cow<'t, str>> {
        self.raw(name).and_then(value)
    }

    /// The elements of an array, as they were written; `None`: absent, or something else.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<&'t str>> {
        let list: Vec<&RawValue> = value(self.raw(name)?)?;
        Some(list.into_iter().map(RawValue::get).collect())
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
            // `1.7e9` and `1700000000.0` are that second too, as coarse as it is.
            let whole = time.as_millis().rem_euclid(1000) == 0;
            Some(if whole { At::Second(time.as_secs()) } else { At::from(time) })
        })
    }

    /// When an event happened: as [`time`](Self::time), or in milliseconds, as drafts of CAEP had it and some transmitters
    /// still do. Seconds reach 10^11 in the year 5138, milliseconds did in 1973.
    pub(crate) fn event_time(&self, member: &'static str) -> Result<Option<At>, Wrong> {
        let Some(millis) = self.raw(member).and_then(UnixTime::from_decimal).map(UnixTime::as_secs)
        else {
            return self.time(member);
        };
        if millis < 100_000_000_000 {
            return self.time(member);
        }
        // A whole second in milliseconds may be one that was multiplied: it may mean any instant of it.
        let whole = millis.rem_euclid(1000) == 0;
        Ok(Some(if whole { At::Second(millis.div_euclid(1000)) } else { At::Millis(millis) }))
    }

    /// An object.
    pub(crate) fn object(&self, member: &'static str) -> Result<Option<Self>, Wrong> {
        self.is(member, OBJECT, Self::of)
    }
}

/// A string in a list: `serde` borrows one only where it is told to.
#[derive(Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

fn value<'t, T: Deserialize<'t>>(raw: &'t str) -> Option<T> {
    serde_json::from_str(raw).ok()
}
