//! A clock that many threads read.

use core::time::Duration;

use lowwater::UnixTime;

/// A thread reads the clock, and then waits for its turn: what came meanwhile lies ahead of what it read. What lies further
/// ahead was written before the clock was set back; a clock that was set back by no more keeps it that much longer.
pub(crate) const READ_EARLIER: Duration = Duration::from_secs(5);

/// From the one to the other; nothing, where that lies behind.
pub(crate) fn span(from: UnixTime, to: UnixTime) -> Duration {
    let millis = to.as_millis().saturating_sub(from.as_millis());
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
