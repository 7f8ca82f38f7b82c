//! Instants and spans of time, in whole milliseconds. Nothing here reads a clock.

use core::fmt;
use core::time::Duration;

/// An instant: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
///
/// The caller reads the clock and hands the value in.
///
/// ```
/// use lowwater::UnixTime;
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// assert_eq!(now, UnixTime::from_millis(1_700_000_000_000));
/// assert_eq!(now.to_string(), "1700000000");
/// assert_eq!(UnixTime::from_millis(1_500).to_string(), "1.500");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(i64);

/// The last second of the year 9999, the end of RFC 3339 and of what a time in a token may say.
pub(crate) const LAST_SECOND: i64 = 253_402_300_799;

/// [`LAST_SECOND`] in milliseconds.
pub(crate) const LAST_MILLIS: i64 = LAST_SECOND.saturating_mul(1000);

impl UnixTime {
    /// The instant so many seconds after 1970. Saturates at the ends of `i64` milliseconds.
    ///
    /// It counts as exact. A cutoff that is only known to the second is [`At::Second`].
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// The instant so many milliseconds after 1970.
    #[must_use]
    pub const fn from_millis(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// The instant so long after 1970: the bridge from a clock of `std`.
    ///
    /// ```
    /// # use lowwater::UnixTime;
    /// use std::time::SystemTime;
    ///
    /// let now = UnixTime::since_epoch(SystemTime::UNIX_EPOCH.elapsed()?);
    /// # assert!(now > UnixTime::from_secs(1_700_000_000));
    /// # Ok::<(), std::time::SystemTimeError>(())
    /// ```
    #[must_use]
    pub fn since_epoch(span: Duration) -> Self {
        Self(0).after(span)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The instant `span` later. Saturates; parts of a millisecond are cut off.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use lowwater::UnixTime;
    /// let expiry = UnixTime::from_secs(100).after(Duration::from_secs(60));
    /// assert_eq!(expiry, UnixTime::from_secs(160));
    /// ```
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The instant `span` earlier. Saturates; parts of a millisecond are cut off.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The first whole second that is not before this instant.
    pub(crate) const fn round_up_to_second(self) -> Self {
        match self.0.rem_euclid(1000) {
            0 => self,
            part => Self(self.0.saturating_add(1000_i64.saturating_sub(part))),
        }
    }

    /// `self - other` in milliseconds, saturating.
    pub(crate) const fn since(self, other: Self) -> i64 {
        self.0.saturating_sub(other.0)
    }
}

/// Seconds, with three decimals where they are not zero: for people. A rule tells `5` (some instant of
/// that second) from `5.000`, so do not write rules with it.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_seconds(self.0, f)
    }
}

/// The milliseconds of a time, brought into the years 1970 to 9999: what can be written and read back.
pub(crate) fn within_range(time: UnixTime) -> i64 {
    time.as_millis().clamp(0, LAST_MILLIS)
}

/// Writes milliseconds as seconds: `1700000000` or `1700000000.400`.
pub(crate) fn fmt_seconds(millis: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let sign = if millis < 0 { "-" } else { "" };
    let whole = millis.unsigned_abs().div_euclid(1000);
    match millis.unsigned_abs().rem_euclid(1000) {
        0 => write!(f, "{sign}{whole}"),
        part => write!(f, "{sign}{whole}.{part:03}"),
    }
}

/// A span in milliseconds that prints as seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seconds(pub(crate) i64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_seconds(self.0, f)
    }
}

/// A time as it stood in a token: what was written, and how finely.
///
/// `resolution` is 1000 for an integer and the decimal step otherwise (100, 10, 1): the true instant
/// lies in `[at, at + resolution)` as far as anyone can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenTime {
    pub(crate) at: UnixTime,
    pub(crate) resolution: i64,
}

impl TokenTime {
    /// The first instant that is later than everything this time may stand for.
    pub(crate) const fn end(self) -> i64 {
        self.at.as_millis().saturating_add(self.resolution)
    }
}

/// When a cutoff falls, and how finely that is known.
///
/// A cutoff that this program stamped has milliseconds; one that came as a whole second may mean any
/// instant of that second, and a token of the same second cannot be told from it.
///
/// ```
/// use lowwater::{At, UnixTime};
///
/// assert_eq!(At::from(UnixTime::from_millis(1_700_000_000_400)), At::Millis(1_700_000_000_400));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "an instant is known to the millisecond or the second")]
pub enum At {
    /// Milliseconds since 1970, exact.
    Millis(i64),
    /// A whole second since 1970.
    Second(i64),
}

impl At {
    pub(crate) const fn millis(self) -> i64 {
        match self {
            Self::Millis(millis) => millis,
            Self::Second(second) => second.saturating_mul(1000),
        }
    }

    /// 0 for a stamped cutoff, 1000 for one of a whole second.
    pub(crate) const fn resolution(self) -> i64 {
        match self {
            Self::Millis(_) => 0,
            Self::Second(_) => 1000,
        }
    }
}

impl From<UnixTime> for At {
    fn from(time: UnixTime) -> Self {
        Self::Millis(time.as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn arithmetic_saturates_at_both_ends() {
        let far = Duration::from_secs(u64::MAX);
        assert_eq!(UnixTime::from_secs(0).after(far), UnixTime::from_millis(i64::MAX));
        assert_eq!(UnixTime::from_secs(i64::MIN).before(far), UnixTime::from_millis(i64::MIN));
        assert_eq!(UnixTime::from_secs(i64::MAX).as_millis(), i64::MAX);
    }

    #[test]
    fn seconds_round_down_and_up_as_named() {
        assert_eq!(UnixTime::from_millis(-1).as_secs(), -1);
        assert_eq!(UnixTime::from_millis(-1).round_up_to_second(), UnixTime::from_secs(0));
        assert_eq!(UnixTime::from_millis(1).round_up_to_second(), UnixTime::from_secs(1));
        assert_eq!(UnixTime::from_millis(1000).round_up_to_second(), UnixTime::from_secs(1));
    }

    #[test]
    fn prints_milliseconds_only_where_there_are_some() {
        assert_eq!(UnixTime::from_millis(-1_500).to_string(), "-1.500");
        assert_eq!(UnixTime::from_millis(i64::MIN).to_string(), "-9223372036854775.808");
        assert_eq!(Seconds(60_000).to_string(), "60");
    }
}
