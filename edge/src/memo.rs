//! One memo for all threads: parts of its own lock each, so that threads rarely meet.

use std::fmt;
use std::sync::{Mutex, TryLockError};
use std::thread::available_parallelism;

use lowwater::{Memo, Proven, ProvenTokens};

use crate::hash_key;

/// A part is as large as this at least, so that a token of 64 KiB (with its claims) is kept on any machine.
const LEAST_PART: usize = 1 << 20;

/// As many parts as this serve any machine.
const MOST_PARTS: usize = 64;

/// So often a lock is tried, some microseconds in all; then the token is decided as if it were new. Whoever
/// holds the lock needs less, unless the system took its turn away, or the process was
/// forked meanwhile: then it is held for ever.
const TRIES: u32 = 200;

/// A memo of proven signatures for many threads: see [`Memo`] for what it keeps.
///
/// A lookup holds a lock for about a tenth of a microsecond, never while a signature is checked, and no
/// thread waits for one: where it cannot be had, the token is decided without the memo.
///
/// ```
/// use lowwater::{Accepted, Rejection, Validator};
/// use lowwater_edge::{SharedCutoffs, SharedMemo, now};
///
/// struct Guard {
///     validator: Validator,
///     memo: SharedMemo, // with `SharedMemo::default()`: 8 MiB
///     rules: SharedCutoffs,
/// }
///
/// impl Guard {
///     fn admit(&self, token: &str) -> Result<Accepted, Rejection> {
///         self.validator.validate_with(&self.memo, token, &*self.rules.current(), now())
///     }
/// }
/// ```
///
/// `Debug` shows no token.
pub struct SharedMemo {
    /// What it was made for.
    most: usize,
    parts: Box<[Mutex<Memo>]>,
}

impl SharedMemo {
    /// 8 MiB: about 2,800 access tokens of 900 bytes.
    pub const DEFAULT_BYTES: usize = 8 << 20;

    /// A memo that takes at most about `bytes` of memory, from none at first. With 0 it is switched off:
    /// nothing is looked up and nothing is kept. A token that takes more than a sixteenth of a part (there
    /// are as many as threads run at once, of 1 MiB at least) is not kept.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        let threads = available_parallelism().map_or(1, usize::from).min(MOST_PARTS);
        let parts = threads.min(bytes / LEAST_PART).max(usize::from(bytes > 0));
        let share = bytes.checked_div(parts).unwrap_or(0);
        let part = || Mutex::new(Memo::new(share, hash_key::random()));
        Self { most: bytes, parts: std::iter::repeat_with(part).take(parts).collect() }
    }

    /// An empty one for as many bytes: for a validator with other keys, to which no proof that is here is of
    /// use.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self::new(self.most)
    }

    /// How many tokens it holds, but for parts that another thread holds just then.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sum(Memo::len)
    }

    /// Does it hold none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What its tokens take of memory, in bytes, but for parts that another thread holds just then: never
    /// more than it was made for.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.sum(Memo::bytes)
    }

    fn sum(&self, of: impl Fn(&Memo) -> usize) -> usize {
        let told = self.parts.iter().filter_map(|part| locked(part, |memo| of(memo)));
        told.fold(0, usize::saturating_add)
    }

    /// Asks the part in which a token lies. Which one it is follows from its last bytes, those of the
    /// signature: evenly spread by any issuer, and of no harm where they are not.
    fn with<T>(&self, token: &str, ask: impl FnOnce(&mut Memo) -> T) -> Option<T> {
        let last = token.as_bytes().iter().rev().take(8);
        let mixed =
            last.fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()));
        let part = self.parts.get(mixed.checked_rem(self.parts.len())?)?;
        locked(part, ask)
    }
}

/// Asks one part, unless another thread holds it for longer than it should.
fn locked<T>(part: &Mutex<Memo>, ask: impl FnOnce(&mut Memo) -> T) -> Option<T> {
    for _ in 0..TRIES {
        match part.try_lock() {
            Ok(mut memo) => return Some(ask(&mut memo)),
            // A panic in between could leave a token in no queue, never a wrong one: what it holds is
            // compared by the validator.
            Err(TryLockError::Poisoned(memo)) => return Some(ask(&mut memo.into_inner())),
            Err(TryLockError::WouldBlock) => std::hint::spin_loop(),
        }
    }
    None
}

impl Default for SharedMemo {
    fn default() -> Self {
        Self::new(Self::DEFAULT_BYTES)
    }
}

impl ProvenTokens for SharedMemo {
    fn recall(&self, token: &str) -> Option<Proven> {
        self.with(token, |memo| memo.recall(token)).flatten()
    }

    fn keep(&self, proven: Proven) {
        let token = proven.clone();
        self.with(token.token(), |memo| memo.keep(proven));
    }

    fn is_on(&self) -> bool {
        !self.parts.is_empty()
    }
}

impl fmt::Debug for SharedMemo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedMemo")
            .field("len", &self.len())
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}
