//! Responses that are kept for a while: bounded, and the oldest leave first.

use alloc::collections::BTreeMap;

use lowwater::{Introspected, UnixTime};

use crate::clock::READ_EARLIER;

/// What stands for a token: its SHA-256. The token itself is nowhere kept.
pub(super) type Digest = [u8; 32];

/// Of both maps, for each response.
const OVERHEAD: usize = 256;
/// One response may take so much of the memory: a few large ones do not push out hundreds.
const LARGEST: usize = 16;

pub(super) struct Shelf {
    held: BTreeMap<Digest, Held>,
    /// In the order in which they came.
    order: BTreeMap<u64, Digest>,
    number: u64,
    bytes: usize,
    most: usize,
    most_bytes: usize,
}

struct Held {
    number: u64,
    since: UnixTime,
    until: UnixTime,
    bytes: usize,
    response: Introspected,
}

impl Shelf {
    pub(super) const fn new(most: usize, most_bytes: usize) -> Self {
        Self {
            held: BTreeMap::new(),
            order: BTreeMap::new(),
            number: 0,
            bytes: 0,
            most,
            most_bytes,
        }
    }

    /// What was said of a token, while it holds. Asking prolongs nothing, and neither does a clock that went back.
    pub(super) fn get(&mut self, token: &Digest, now: UnixTime) -> Option<&Introspected> {
        let held = self.held.get(token)?;
        if now.after(READ_EARLIER) < held.since || now >= held.until {
            self.remove(token);
        }
        self.held.get(token).map(|held| &held.response)
    }

    /// Keeps it from now on until then, in place of an earlier one.
    pub(super) fn put(
        &mut self,
        token: Digest,
        response: &Introspected,
        since: UnixTime,
        until: UnixTime,
    ) {
        self.remove(&token);
        let bytes = response.bytes().saturating_add(OVERHEAD);
        if until <= since || self.most == 0 || bytes > self.most_bytes / LARGEST {
            return;
        }
        while self.held.len() >= self.most || self.bytes.saturating_add(bytes) > self.most_bytes {
            let Some((_, oldest)) = self.order.pop_first() else { return };
            self.remove(&oldest);
        }
        self.number = self.number.saturating_add(1);
        let (number, response) = (self.number, response.clone());
        self.order.insert(number, token);
        self.held.insert(token, Held { number, since, until, bytes, response });
        self.bytes = self.bytes.saturating_add(bytes);
    }

    pub(super) fn remove(&mut self, token: &Digest) {
        if let Some(held) = self.held.remove(token) {
            self.order.remove(&held.number);
            self.bytes = self.bytes.saturating_sub(held.bytes);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self { number: self.number, ..Self::new(self.most, self.most_bytes) };
    }

    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }
}
