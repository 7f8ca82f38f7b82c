//! Times and spans: milliseconds here, digits where they come from people.

use std::time::Duration;

use lowwater::UnixTime;

/// Milliseconds of seconds in decimal digits; nothing if they lie outside of what a time can be.
#[must_use]
pub fn millis_of(seconds: &str) -> Option<i64> {
    UnixTime::from_decimal(seconds).map(UnixTime::as_millis)
}

/// An instant.
pub(crate) const fn at(millis: i64) -> UnixTime {
    UnixTime::from_millis(millis)
}

/// A span.
pub(crate) const fn span(millis: i64) -> Duration {
    Duration::from_millis(millis.unsigned_abs())
}
