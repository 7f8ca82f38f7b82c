//! The clock, which the core does not have.

use std::time::SystemTime;

use lowwater::UnixTime;

/// The last second of the year 9999: what a rule, a state and a token can say at the latest.
const LAST: UnixTime = UnixTime::from_secs(253_402_300_799);

/// The time that the system's clock shows, for every call that asks for `now`.
///
/// Read it once for each request and hand it on, so that all that is decided about the request is decided
/// at one instant. Before 1970 it reads as 1970, and then every token comes from the future; after 9999
/// as the end of 9999, and then every token has expired: a clock that is that wrong lets nobody in.
///
/// ```
/// use lowwater::UnixTime;
/// use lowwater_edge::now;
///
/// assert!(now() > UnixTime::from_secs(1_700_000_000));
/// ```
#[must_use]
pub fn now() -> UnixTime {
    shown(SystemTime::now())
}

fn shown(clock: SystemTime) -> UnixTime {
    let since_1970 = clock.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixTime::since_epoch(since_1970).min(LAST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn reads_milliseconds_and_saturates_at_1970_and_9999() {
        let epoch = SystemTime::UNIX_EPOCH;
        let second = Duration::from_secs(1);
        assert_eq!(shown(epoch), UnixTime::from_secs(0));
        assert_eq!(shown(epoch + Duration::from_micros(1_500_999)), UnixTime::from_millis(1_500));
        assert_eq!(shown(epoch - second), UnixTime::from_secs(0));
        // The clock of Windows reaches both sides of 9999, as others do.
        let last = Duration::from_secs(253_402_300_799);
        assert_eq!(shown(epoch + last), LAST);
        assert_eq!(shown(epoch + last + second), LAST);
        assert_eq!(shown(epoch + last - second), LAST.before(second));
    }
}
