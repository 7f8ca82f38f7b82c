//! Which proven tokens are kept: those that come again, within a bound of bytes.
//!
//! Two queues (S3-FIFO: Yang et al., SOSP 2023). New tokens stand in line in a tenth of the memory; one
//! that is asked for while it waits moves on to the other nine tenths, one that is not leaves (while there
//! is room all move on, and nobody leaves). A flood
//! of tokens that come once passes through the tenth and displaces nothing else. A token that left and
//! comes again soon goes straight to the nine tenths.

use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;

use hashbrown::HashTable;
use siphasher::sip::SipHasher13;

use super::{Proven, ProvenTokens};

/// The part of the memory in which new tokens wait.
const WAITING: usize = 10;

/// One token may take so much of the memory: a few large ones do not push out hundreds.
const LARGEST: usize = 16;

/// Lookups that count for a token; more would only keep it longer after the last.
const MOST_USES: u8 = 3;

/// When room is made, so many tokens at most are passed over because they were asked for: the work of one
/// insertion is bounded, however often all others were used.
const MOST_PASSED_OVER: u8 = 32;

/// Of the table, the slot and the queues, for each token, with the room that they have grown ahead.
const OVERHEAD: usize = 192;

/// A token is looked up by its last bytes: with these algorithms, bytes of the signature.
const TAIL: usize = 64;

/// Remembers tokens whose signatures were proven, for one thread: those that come again, within a bound
/// of memory.
///
/// For a validation it stands in a [`RefCell`]; `SharedMemo` of the crate `lowwater-edge` serves many
/// threads. It may serve several validators; what one of them proved is of no use to another.
///
/// ```
/// use std::cell::RefCell;
/// use lowwater::{Accepted, Cutoffs, Memo, Rejection, UnixTime, Validator};
///
/// struct Guard {
///     validator: Validator,
///     memo: RefCell<Memo>,
/// }
///
/// impl Guard {
///     fn new(validator: Validator, random: [u8; 16]) -> Self {
///         Self { validator, memo: RefCell::new(Memo::new(8 << 20, random)) } // 8 MiB
///     }
///
///     fn admit(&self, token: &str, rules: &Cutoffs, now: UnixTime) -> Result<Accepted, Rejection> {
///         self.validator.validate_with(&self.memo, token, rules, now)
///     }
/// }
/// ```
///
/// A flood of valid tokens that come once displaces none that come again. Rejections are not kept.
/// `Debug` shows no token.
pub struct Memo {
    hasher: SipHasher13,
    /// Most bytes of all tokens together.
    budget: usize,
    table: HashTable<usize>,
    slots: Vec<Slot>,
    free: Vec<usize>,
    waiting: Queue,
    main: Queue,
    /// Fingerprints of tokens that left the line: each place remembers the last that fell on it.
    left: Vec<u32>,
}

/// A place for one token, reused when it leaves.
struct Slot {
    hash: u64,
    uses: u8,
    kept: Option<Kept>,
}

struct Kept {
    proven: Proven,
    bytes: usize,
    in_main: bool,
}

/// Slots in the order in which they leave.
#[derive(Default)]
struct Queue {
    slots: VecDeque<usize>,
    bytes: usize,
}

impl Memo {
    /// A memo that takes at most about `bytes` of memory, from none at first: an access token of 900
    /// bytes takes about 3 KiB. One that takes more than a sixteenth of the whole is not kept.
    ///
    /// `key` is random and secret; with it nobody can tell which tokens lie together.
    #[must_use]
    pub fn new(bytes: usize, key: [u8; 16]) -> Self {
        Self {
            hasher: SipHasher13::new_with_key(&key),
            budget: bytes,
            table: HashTable::new(),
            slots: Vec::new(),
            free: Vec::new(),
            waiting: Queue::default(),
            main: Queue::default(),
            left: Vec::new(),
        }
    }

    /// What was kept for this token, if it is still there.
    pub fn recall(&mut self, token: &str) -> Option<Proven> {
        let hash = self.hash(token);
        let place = self.find(hash, token)?;
        let slot = self.slots.get_mut(place)?;
        slot.uses = slot.uses.saturating_add(1).min(MOST_USES);
        slot.kept.as_ref().map(|kept| kept.proven.clone())
    }

    /// Keeps a token, in place of an earlier proof for it, and makes room for it.
    ///
    /// One that takes more than a sixteenth of the memory is not kept.
    pub fn keep(&mut self, proven: Proven) {
        let bytes = proven.bytes().saturating_add(OVERHEAD);
        if bytes > self.budget / LARGEST {
            return;
        }
        let hash = self.hash(proven.token());
        if let Some(place) = self.find(hash, proven.token()) {
            // Of another validator or of earlier keys; as large, for the same text was read in the same way.
            let kept = self.slots.get_mut(place).and_then(|slot| slot.kept.as_mut());
            return kept.into_iter().for_each(|kept| kept.proven = proven.clone());
        }
        self.settle();
        self.make_room(bytes);
        let in_main = self.has_left(hash);
        let slot = Slot { hash, uses: 0, kept: Some(Kept { proven, bytes, in_main }) };
        let place = match self.free.pop() {
            Some(place) => place,
            None => self.new_place(),
        };
        let Some(own) = self.slots.get_mut(place) else { return };
        *own = slot;
        let queue = if in_main { &mut self.main } else { &mut self.waiting };
        queue.push(place, bytes);
        let slots = &self.slots;
        let hash_of = |place: &usize| slots.get(*place).map_or(0, |slot| slot.hash);
        self.table.insert_unique(hash, place, hash_of);
    }

    /// One more place than there ever were. Of tokens that left, as many are noted as there are places.
    fn new_place(&mut self) -> usize {
        let place = self.slots.len();
        self.slots.push(Slot { hash: 0, uses: 0, kept: None });
        if place >= self.left.len() {
            // Anew, for a place in it follows from its length.
            self.left = vec![0; self.slots.len().saturating_mul(2)];
        }
        place
    }

    /// How many tokens it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Does it hold none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// What its tokens take of memory, in bytes: never more than it was made for.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.waiting.bytes.saturating_add(self.main.bytes)
    }

    /// Where to look for a token. It is no identity: what lies there is compared byte for byte, so a
    /// token that shares these bytes with another costs one comparison and is told apart.
    fn hash(&self, token: &str) -> u64 {
        let tail = token.as_bytes();
        self.hasher.hash(tail.get(tail.len().saturating_sub(TAIL)..).unwrap_or(tail))
    }

    fn find(&self, hash: u64, token: &str) -> Option<usize> {
        let is = |place: &usize| {
            let slot = self.slots.get(*place).filter(|slot| slot.hash == hash);
            slot.and_then(|slot| slot.kept.as_ref())
                .is_some_and(|kept| kept.proven.token() == token)
        };
        self.table.find(hash, is).copied()
    }

    /// While there is room nobody has to leave: the line stays as short as it is to be later, two steps
    /// for each that comes.
    fn settle(&mut self) {
        for _ in 0..2 {
            let full = self.bytes().saturating_add(self.budget / LARGEST) > self.budget;
            if full || self.waiting.bytes <= self.budget / WAITING {
                return;
            }
            let Some(place) = self.waiting.slots.pop_front() else { return };
            let Some(kept) = self.slots.get_mut(place).and_then(|slot| slot.kept.as_mut()) else {
                continue;
            };
            self.waiting.bytes = self.waiting.bytes.saturating_sub(kept.bytes);
            kept.in_main = true;
            self.main.push(place, kept.bytes);
        }
    }

    fn make_room(&mut self, bytes: usize) {
        let mut passed_over = 0;
        while self.bytes().saturating_add(bytes) > self.budget {
            let from_waiting =
                self.main.slots.is_empty() || self.waiting.bytes > self.budget / WAITING;
            let queue = if from_waiting { &mut self.waiting } else { &mut self.main };
            let Some(place) = queue.slots.pop_front() else { return };
            let Some(slot) = self.slots.get_mut(place) else { continue };
            let Some(kept) = slot.kept.as_mut() else { continue };
            queue.bytes = queue.bytes.saturating_sub(kept.bytes);
            if slot.uses == 0 || passed_over == MOST_PASSED_OVER {
                self.forget(place, from_waiting);
                continue;
            }
            passed_over = passed_over.saturating_add(1);
            slot.uses = if from_waiting { 0 } else { slot.uses.saturating_sub(1) };
            kept.in_main = true;
            self.main.push(place, kept.bytes);
        }
    }

    /// Frees a place that stands in no queue any more.
    fn forget(&mut self, place: usize, remember: bool) {
        let Some(slot) = self.slots.get_mut(place) else { return };
        let hash = slot.hash;
        slot.kept = None;
        self.free.push(place);
        if let Ok(found) = self.table.find_entry(hash, |own| *own == place) {
            found.remove();
        }
        if let Some((seen, mark)) = self.place_of_left(hash).filter(|_| remember) {
            *seen = mark;
        }
    }

    /// Did this token leave the line lately?
    fn has_left(&mut self, hash: u64) -> bool {
        self.place_of_left(hash).is_some_and(|(seen, mark)| *seen == mark)
    }

    /// Where it is noted that a token left, and as what.
    fn place_of_left(&mut self, hash: u64) -> Option<(&mut u32, u32)> {
        let [a, b, c, d, rest @ ..] = hash.to_le_bytes();
        let place = usize::try_from(u32::from_le_bytes(rest)).ok()?.checked_rem(self.left.len())?;
        let mark = u32::from_le_bytes([a, b, c, d]) | 1; // 0: nothing fell on this place yet
        self.left.get_mut(place).map(|seen| (seen, mark))
    }
}

impl Queue {
    fn push(&mut self, place: usize, bytes: usize) {
        self.slots.push_back(place);
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

/// For one thread. A cell that is borrowed elsewhere remembers nothing meanwhile.
impl ProvenTokens for RefCell<Memo> {
    fn recall(&self, token: &str) -> Option<Proven> {
        self.try_borrow_mut().ok()?.recall(token)
    }

    fn keep(&self, proven: Proven) {
        if let Ok(mut memo) = self.try_borrow_mut() {
            memo.keep(proven);
        }
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo")
            .field("len", &self.len())
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}
