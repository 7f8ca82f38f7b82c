//! The targets of one shape, found by their hash.
//!
//! The table lies in parts, each shared until it is changed. A copy of a state costs one count a part, and
//! a change to the copy writes one part anew: that is how readers keep an old state while a writer makes
//! the next. The number of parts grows with the table such that both costs stay near the square root of
//! the number of rules.

use alloc::sync::Arc;
use alloc::vec::Vec;

use hashbrown::HashTable;

use super::change::Change;
use super::dimension::Shape;
use super::hashing::HashKey;
use super::held::Held;
use super::key::{self, KeyValues};
use super::record::{Record, View};
use super::summary::Names;

/// Fewer targets than that never are a part of their own: copying them costs about 10 microseconds.
const SMALLEST_PART: usize = 128;

#[derive(Clone, Debug)]
pub(super) struct Table {
    /// A power of two.
    parts: Vec<Arc<HashTable<Held>>>,
    targets: usize,
    /// Where the shape's dimensions stand among those of the set.
    pub(super) places: Arc<[u32]>,
    pub(super) names: Names,
}

fn hash(key: &HashKey, held: &Held) -> u64 {
    key::hash(key, KeyValues::of(held.key()))
}

/// Which of `parts` a hash belongs to. Within a part the lowest and the highest bits decide.
fn part(hash: u64, parts: usize) -> usize {
    let middle = usize::try_from(hash >> 32 & 0xff_ffff).unwrap_or(0);
    middle & parts.saturating_sub(1)
}

impl Table {
    pub(super) fn new(shape: &Shape, places: Arc<[u32]>) -> Self {
        let parts = alloc::vec![Arc::new(HashTable::new())];
        Self { parts, targets: 0, places, names: Names::of(shape) }
    }

    /// How many targets there are.
    pub(super) const fn targets(&self) -> usize {
        self.targets
    }

    #[inline]
    pub(super) fn find(&self, hash: u64, is: impl Fn(&[u8]) -> bool) -> Option<&Held> {
        self.parts.get(part(hash, self.parts.len()))?.find(hash, |held| is(held.key()))
    }

    /// Has what a lookup needs come along from memory: where several are to be found, all of it at once.
    #[inline]
    pub(super) fn touch(&self, hash: u64) -> usize {
        let mut touched = 0;
        if let Some(part) = self.parts.get(part(hash, self.parts.len())) {
            let none = part.find(hash, |held| {
                touched ^= held.touch();
                false
            });
            touched ^= usize::from(none.is_some());
        }
        touched
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Held> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    /// Adds a rule; tells what came of it and how many more rules there are.
    pub(super) fn add(&mut self, key: &HashKey, record: Record) -> (Change, isize) {
        self.grow(key);
        let place = key::hash(key, KeyValues::of(record.key()));
        let count = self.parts.len();
        let Some(part) = self.parts.get_mut(part(place, count)) else {
            return (Change::AlreadyHeld, 0); // there is a part for each hash
        };
        let part = Arc::make_mut(part);
        if let Some(held) = part.find_mut(place, |held| held.key() == record.key()) {
            let before = held.records().len();
            let change = held.add(record);
            let (before, after) = (signed(before), signed(held.records().len()));
            return (change, after.saturating_sub(before));
        }
        part.insert_unique(place, Held::One(record), |held| hash(key, held));
        self.targets = self.targets.saturating_add(1);
        (Change::Applied, 1)
    }

    /// More parts, once the parts are large for their number: both the copy of the list of parts and that
    /// of one part are paid for a change to a shared table.
    fn grow(&mut self, key: &HashKey) {
        let count = self.parts.len();
        let largest = SMALLEST_PART.max(count / 4);
        if self.targets < count.saturating_mul(largest) || count >= 1 << 24 {
            return;
        }
        let doubled = count.saturating_mul(2);
        let mut parts: Vec<HashTable<Held>> = Vec::new();
        parts.resize_with(doubled, HashTable::new);
        for own in core::mem::take(&mut self.parts) {
            for held in Arc::unwrap_or_clone(own) {
                let place = hash(key, &held);
                if let Some(part) = parts.get_mut(part(place, doubled)) {
                    part.insert_unique(place, held, |held| hash(key, held));
                }
            }
        }
        self.parts = parts.into_iter().map(Arc::new).collect();
    }

    /// Keeps the rules that are needed; tells how many went. Parts that lose nothing stay shared.
    pub(super) fn retain(&mut self, needed: &impl Fn(&View<'_>) -> bool) -> usize {
        let goes = |record: &Record| !needed(&record.view());
        let mut gone = 0_usize;
        for part in &mut self.parts {
            if !part.iter().any(|held| held.records().iter().any(goes)) {
                continue;
            }
            let part = Arc::make_mut(part);
            let targets = part.len();
            part.retain(|held| {
                let count = |held: &Held| held.records().iter().filter(|own| goes(own)).count();
                let going = count(held);
                gone = gone.saturating_add(going);
                going == 0 || held.retain(needed)
            });
            self.targets = self.targets.saturating_sub(targets.saturating_sub(part.len()));
        }
        gone
    }

    /// The same targets by another secret.
    pub(super) fn rehashed(&self, shape: &Shape, key: &HashKey) -> Self {
        let mut table = Self::new(shape, Arc::clone(&self.places));
        for held in self.iter() {
            for record in held.records() {
                table.add(key, record.clone());
            }
        }
        table
    }
}

fn signed(count: usize) -> isize {
    isize::try_from(count).unwrap_or(isize::MAX)
}
