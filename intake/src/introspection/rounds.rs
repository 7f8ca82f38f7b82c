//! Which tokens are being asked about: each once at a time, and not too many together.

use alloc::collections::BTreeMap;
use core::time::Duration;

use lowwater::UnixTime;

use super::shelf::Digest;
use crate::clock::READ_EARLIER;

pub(super) struct Rounds {
    /// In the order in which they began.
    begun: BTreeMap<u64, (Digest, UnixTime)>,
    of_token: BTreeMap<Digest, u64>,
    number: u64,
    most: usize,
    timeout: Duration,
}

impl Rounds {
    pub(super) const fn new(most: usize, timeout: Duration) -> Self {
        Self { begun: BTreeMap::new(), of_token: BTreeMap::new(), number: 0, most, timeout }
    }

    /// Gives up those that were never answered. One that seems to end later than any may was begun before the clock
    /// went back.
    pub(super) fn give_up(&mut self, now: UnixTime) {
        let latest = now.after(self.timeout).after(READ_EARLIER);
        while let Some(oldest) = self.begun.first_entry() {
            let until = oldest.get().1;
            if now < until && until <= latest {
                return;
            }
            let (token, _) = oldest.remove();
            self.of_token.remove(&token);
        }
    }

    /// The round in which somebody asks about it.
    pub(super) fn number_of(&self, token: &Digest) -> Option<u64> {
        self.of_token.get(token).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.begun.is_empty()
    }

    /// The number of a new round; `None`: there are too many.
    pub(super) fn begin(&mut self, token: Digest, now: UnixTime) -> Option<u64> {
        if self.begun.len() >= self.most {
            return None;
        }
        self.number = self.number.saturating_add(1);
        self.begun.insert(self.number, (token, now.after(self.timeout)));
        self.of_token.insert(token, self.number);
        Some(self.number)
    }

    /// Gives up all: answers that are on their way are nobody's.
    pub(super) fn clear(&mut self) {
        self.begun.clear();
        self.of_token.clear();
    }

    /// Ends a round, if it was not given up; tells which token it was about. It has to be the token that was asked about: an
    /// instance that took the place of another counts from the beginning.
    pub(super) fn end(&mut self, number: u64, about: Option<Digest>) -> Option<Digest> {
        let (token, _) = *self.begun.get(&number)?;
        if about != Some(token) {
            return None;
        }
        self.begun.remove(&number);
        self.of_token.remove(&token);
        Some(token)
    }
}
