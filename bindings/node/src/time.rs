//! Times and spans: milliseconds here, digits where they come from people.

use std::time::Duration;

use lowwater::UnixTime;
use napi_derive::napi;

/// The clock.
#[napi(catch_unwind)]
pub(crate) fn now() -> i64 {
    lowwater_edge::now().as_millis()
}

/// Milliseconds of seconds in decimal digits; nothing if they lie outside of what a time can be.
#[napi(catch_unwind)]
pub(crate) fn millis_of(seconds: String) -> Option<i64> {
    UnixTime::from_decimal(&seconds).map(UnixTime::as_millis)
}

pub(crate) const fn at(millis: i64) -> UnixTime {
    UnixTime::from_millis(millis)
}

pub(crate) const fn span(millis: i64) -> Duration {
    Duration::from_millis(millis.unsigned_abs())
}
