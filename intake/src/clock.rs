//! A clock that many threads read.

use core::time::Duration;

/// A thread reads the clock, and then waits for its turn: what came meanwhile lies ahead of what it read. What lies further
/// ahead was written before the clock was set back; a clock that was set back by no more keeps it that much longer.
pub(crate) const READ_EARLIER: Duration = Duration::from_secs(5);
