//! How young the rules of a stream are.

use lowwater::UnixTime;

use super::received::{Received, StreamStatus};

/// How young the rules are that come by a stream of events: what to tell
/// [`Cutoffs::loaded`](lowwater::Cutoffs::loaded).
///
/// A message that was made at an instant shows that the stream worked then: any event, a verification
/// that was asked for every minute, an answer to a poll that leaves nothing open. It does not show that nothing was lost: a
/// transmitter may drop events, and has no history to repeat. So load the rules that were kept (or a snapshot of somebody who
/// has all) before the first call, and again where [`needs_resync`](Self::needs_resync) says so.
///
/// - While the stream is paused or disabled nothing counts, also no empty answer to a poll: the rules grow old, and
///   [`as_of`](Self::as_of) says nothing.
/// - What the transmitter said last counts, by the time at which it said it: a message that comes again changes nothing.
/// - After a stream was disabled, events are missing for good: nothing counts before [`resynced`](Self::resynced).
///
/// ```
/// use lowwater::{Cutoffs, UnixTime};
/// use lowwater_intake::{Received, StreamFreshness};
///
/// fn take(received: &Received, stream: &mut StreamFreshness, cutoffs: &mut Cutoffs, now: UnixTime) {
///     // Its rules were applied and kept.
///     stream.heard(received);
///     if let Some(as_of) = stream.as_of() {
///         cutoffs.loaded(as_of, now);
///     }
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamFreshness {
    as_of: Option<UnixTime>,
    status: Option<(UnixTime, StreamStatus)>,
    lost: bool,
}

impl StreamFreshness {
    /// Nothing was heard yet; the stream counts as enabled. After a restart ask the transmitter, and tell
    /// [`status`](Self::status).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A message was taken, and its rules are kept. Not where an earlier one could not be kept: what was not kept makes the
    /// rules as old as it is. Of a poll [`polled`](Self::polled) alone knows that.
    pub fn heard(&mut self, received: &Received) {
        match received.stream() {
            // What was held back may still be on its way.
            Some(status) => self.status(status, received.issued_at()),
            None => self.counts(received.issued_at()),
        }
    }

    /// A poll left nothing open: [`EventPoll::as_of`](crate::EventPoll::as_of).
    pub fn polled(&mut self, as_of: UnixTime) {
        self.counts(as_of);
    }

    /// The transmitter says that the stream has this status, at this time.
    pub fn status(&mut self, status: StreamStatus, at: UnixTime) {
        let newer = self.status.is_none_or(|(own, said)| own < at || own == at && said < status);
        if newer {
            self.status = Some((at, status));
            self.lost |= status == StreamStatus::Disabled;
        }
    }

    /// All rules of this time were loaded from somewhere else.
    pub fn resynced(&mut self, as_of: UnixTime) {
        self.lost = self.is_disabled();
        self.as_of = self.as_of.max(Some(as_of));
    }

    /// Were events lost that will not come again?
    #[must_use]
    pub const fn needs_resync(&self) -> bool {
        self.lost
    }

    /// So old the rules are; `None`: they count as no younger than they did.
    #[must_use]
    pub fn as_of(&self) -> Option<UnixTime> {
        self.as_of.filter(|_| self.is_enabled() && !self.lost)
    }

    fn counts(&mut self, as_of: UnixTime) {
        if self.is_enabled() {
            self.as_of = self.as_of.max(Some(as_of));
        }
    }

    fn is_enabled(&self) -> bool {
        self.status.is_none_or(|(_, status)| status == StreamStatus::Enabled)
    }

    fn is_disabled(&self) -> bool {
        self.status.is_some_and(|(_, status)| status == StreamStatus::Disabled)
    }
}
