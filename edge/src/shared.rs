//! One handle to the rules for all threads: readers never wait, writers take turns.
//!
//! A write copies the state, changes the copy, and publishes it with one atomic exchange. The copy is
//! cheap because states share the parts of their tables.
//!
//! Why a reader never pays for freeing: a state that was exchanged goes to `replaced`, which owns a share
//! of it. A writer drops that share only if it is the last one. Whoever read the state had its share
//! before the exchange was over (arc-swap pays what readers owe within it), and later none is made but
//! from another: so where the list's share is the last, it stays the last, and as long as the list has
//! one no reader's can be. `edge/tests/freeing.rs` counts what readers free: nothing.
//!
//! Interleavings are tested with real threads (`edge/tests/interleavings.rs`) and not in a model: loom and
//! shuttle see only atomics of their own, and those of arc-swap are `std`'s.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use lowwater::{
    ApplyError, Change, Cutoffs, LoadError, Progress, PruneError, Retention, Rule, UnixTime,
};

use crate::current::Current;
use crate::hash_key;

/// The rules that hold, for many threads.
///
/// A request asks [`current`](Self::current), which takes no lock and waits for nobody. Whoever applies a
/// rule publishes a new state in one step: when the call returns, each request that begins later is
/// decided under it, and nobody ever sees half of a change. A change that fails or panics publishes
/// nothing, and no panic makes the handle unusable.
///
/// Put it into an [`Arc`] or a `static`. All lives in memory: see [`Cutoffs`] for how to keep it.
///
/// ```
/// use std::thread;
/// use lowwater::{Cutoffs, Rule, Target};
/// use lowwater_edge::{SharedCutoffs, now};
///
/// let rules = SharedCutoffs::new(Cutoffs::local());
/// thread::scope(|scope| {
///     for number in 0..4 {
///         let user = Target::subject(&format!("u{number}"));
///         scope.spawn(|| rules.apply(Rule::issued_before(user, now()), now()));
///     }
/// });
/// assert_eq!(rules.current().len(), 4);
/// ```
pub struct SharedCutoffs {
    current: ArcSwap<Cutoffs>,
    /// States that were current and that somebody may still read. Writers hold its lock from the copy to
    /// the exchange, so that none works on an old state.
    replaced: Mutex<Vec<Arc<Cutoffs>>>,
}

impl SharedCutoffs {
    /// Shares these rules, under a hash key of random bytes (see [`Cutoffs::with_hash_key`]): rules that
    /// are there already are hashed anew.
    ///
    /// ```
    /// use std::time::Duration;
    /// use lowwater::Cutoffs;
    /// use lowwater_edge::SharedCutoffs;
    ///
    /// let authority = SharedCutoffs::new(Cutoffs::local().with_capacity(1_000_000));
    /// let replica = Cutoffs::replica(Duration::from_secs(30), Duration::from_secs(300))?;
    /// let replica = SharedCutoffs::new(replica);
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    #[must_use]
    pub fn new(cutoffs: Cutoffs) -> Self {
        let cutoffs = cutoffs.with_hash_key(hash_key::random());
        Self { current: ArcSwap::from_pointee(cutoffs), replaced: Mutex::new(Vec::new()) }
    }

    /// The rules as they are now, for one decision. It takes no lock.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use lowwater::{Accepted, Rejection, Validator};
    /// use lowwater_edge::{SharedCutoffs, now};
    ///
    /// fn admit(v: &Validator, rules: &SharedCutoffs, token: &str) -> Result<Accepted, Rejection> {
    ///     v.validate(token, &*rules.current(), now())
    /// }
    ///
    /// // A route that wants rules of the last second.
    /// fn pay(v: &Validator, rules: &SharedCutoffs, token: &str) -> Result<Accepted, Rejection> {
    ///     v.validate(token, &rules.current().fresh_within(Duration::from_secs(1)), now())
    /// }
    /// ```
    #[inline]
    pub fn current(&self) -> Current {
        Current(self.current.load())
    }

    /// The rules as they are now, to be held for as long as they are needed: while they are written to a
    /// file, say. What is applied meanwhile is not among them.
    ///
    /// It keeps memory: of what was changed since, the old is kept too.
    ///
    /// ```
    /// use lowwater::Cutoffs;
    /// use lowwater_edge::{SharedCutoffs, now};
    ///
    /// let rules = SharedCutoffs::new(Cutoffs::local());
    /// let held = rules.hold();
    /// let writer = std::thread::spawn(move || held.to_snapshot(now()));
    /// # assert!(writer.join().is_ok());
    /// ```
    #[must_use]
    pub fn hold(&self) -> Arc<Cutoffs> {
        self.current.load_full()
    }

    /// Changes the rules: `change` is given a copy, which is published if it returns `Ok`. If it returns
    /// an error or panics, all stays as it was.
    ///
    /// Every method of [`Cutoffs`] can be called in it, and several are one step for readers. A thousand
    /// rules in one change cost a seventh of a thousand changes where a thousand are held, a third where a
    /// hundred thousand are, and three quarters where a million are: each copies another part.
    ///
    /// Writers take turns, so keep it short; readers never wait for it. It must not call a method of this
    /// handle that changes rules: that would wait for itself. To put another state in place of the copy,
    /// use [`replace`](Self::replace), which refuses an older one.
    ///
    /// ```
    /// use lowwater::{ApplyError, Cutoffs, Rule, Target};
    /// use lowwater_edge::{SharedCutoffs, now};
    ///
    /// let rules = SharedCutoffs::new(Cutoffs::local());
    /// let (phone, web) = (Target::client("phone"), Target::client("web"));
    /// rules.update(|rules| {
    ///     rules.apply(Rule::issued_before(phone, now()), now())?;
    ///     rules.apply(Rule::issued_before(web, now()), now())
    /// })?;
    /// assert_eq!(rules.current().len(), 2);
    ///
    /// // What another process knows.
    /// let other = Cutoffs::local();
    /// rules.update(|rules| rules.merge(&other))?;
    /// # Ok::<(), ApplyError>(())
    /// ```
    ///
    /// # Errors
    /// What `change` returns.
    pub fn update<T, E>(&self, change: impl FnOnce(&mut Cutoffs) -> Result<T, E>) -> Result<T, E> {
        let replaced = self.writer();
        let mut next = Cutoffs::clone(&self.current.load());
        let came_of_it = change(&mut next)?;
        self.publish(next, replaced);
        Ok(came_of_it)
    }

    /// Puts another state in the place of this one, under a hash key of random bytes. What holds now and
    /// is not in the other state holds no longer.
    ///
    /// That is for a state of the same authority, as a whole. A snapshot is better taken in by
    /// [`load_snapshot`](Self::load_snapshot), which also keeps what was applied here; the states of two
    /// authorities are joined by [`Cutoffs::merge`] in [`update`](Self::update).
    ///
    /// ```
    /// use lowwater::{Cutoffs, LoadError, Rule, Target};
    /// use lowwater_edge::{SharedCutoffs, now};
    ///
    /// let rules = SharedCutoffs::new(Cutoffs::local());
    /// let old = Cutoffs::clone(&rules.current());
    /// rules.apply(Rule::issued_before(Target::subject("u1"), now()), now())?;
    /// assert_eq!(rules.replace(old), Err(LoadError::Older { sequence: 0, held: 1 }));
    /// assert_eq!(rules.current().len(), 1);
    /// # Ok::<(), lowwater::ApplyError>(())
    /// ```
    ///
    /// # Errors
    /// A state of a lower [`sequence`](Cutoffs::sequence) than the one that is held: it may lack rules.
    pub fn replace(&self, cutoffs: Cutoffs) -> Result<(), LoadError> {
        // Before the turn: hashing a million rules anew takes a while, and other writers need not wait.
        let next = cutoffs.with_hash_key(hash_key::random());
        let replaced = self.writer();
        let (sequence, held) = (next.sequence(), self.current.load().sequence());
        if sequence < held {
            return Err(LoadError::Older { sequence, held });
        }
        self.publish(next, replaced);
        Ok(())
    }

    /// Applies a rule: see [`Cutoffs::apply`]. When it returns, it holds for all threads.
    ///
    /// ```
    /// use lowwater::{Change, Cutoffs, Rule, Target};
    /// use lowwater_edge::{SharedCutoffs, now};
    ///
    /// let rules = SharedCutoffs::new(Cutoffs::local());
    /// let rule = Rule::from_json(r#"{"rule":"issued_before","target":{"subject":"u1"},"at":1700000000}"#)?;
    /// assert_eq!(rules.apply(rule, now())?, Change::Applied);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Cutoffs::apply`]; nothing changed then.
    pub fn apply(&self, rule: Rule, now: UnixTime) -> Result<Change, ApplyError> {
        self.update(|rules| rules.apply(rule, now))
    }

    /// Undoes every rule of an id; tells how many went: see [`Cutoffs::lift`].
    ///
    /// ```
    /// use lowwater::{Cutoffs, Rule, Target};
    /// use lowwater_edge::{SharedCutoffs, now};
    ///
    /// let rules = SharedCutoffs::new(Cutoffs::local());
    /// rules.apply(Rule::issued_before(Target::everyone(), now()).with_id("r-17"), now())?;
    /// assert_eq!(rules.lift("r-17"), 1);
    /// # Ok::<(), lowwater::ApplyError>(())
    /// ```
    pub fn lift(&self, id: &str) -> usize {
        let lifted = self.update(|rules| Ok::<_, std::convert::Infallible>(rules.lift(id)));
        match lifted {
            Ok(rules) => rules,
        }
    }

    /// Drops the rules that can refuse nothing any more; tells how many: see [`Cutoffs::prune`].
    ///
    /// ```
    /// # use lowwater::{Algorithm, Cutoffs, Key, KeySet, Validator};
    /// # use lowwater_edge::{SharedCutoffs, now};
    /// # let rules = SharedCutoffs::new(Cutoffs::local());
    /// # let validator = Validator::builder().issuer("i").audience("a").algorithms([Algorithm::Hs256])
    /// #     .keys(KeySet::from_keys([Key::from_secret(&[7; 32])?])?).build()?;
    /// // From a timer, every hour or so.
    /// let gone = rules.prune(now(), validator.retention())?;
    /// # assert_eq!(gone, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A `now` that jumped: see [`Cutoffs::prune`]; nothing changed then.
    pub fn prune(&self, now: UnixTime, retention: Retention) -> Result<usize, PruneError> {
        self.update(|rules| rules.prune(now, retention))
    }

    /// Takes in a snapshot; tells how many rules it held: see [`Cutoffs::load_snapshot`]. Requests are
    /// answered meanwhile, under the rules of before.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use lowwater::{Cutoffs, Freshness};
    /// use lowwater_edge::{SharedCutoffs, now};
    ///
    /// let snapshot = Cutoffs::local().to_snapshot(now()); // from the authority
    /// let replica = Cutoffs::replica(Duration::from_secs(30), Duration::from_secs(300))?;
    /// let rules = SharedCutoffs::new(replica);
    /// rules.load_snapshot(&snapshot, now())?;
    /// assert_eq!(rules.current().freshness(now()), Freshness::Fresh);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Cutoffs::load_snapshot`]; nothing changed then.
    pub fn load_snapshot(&self, bytes: &[u8], now: UnixTime) -> Result<usize, LoadError> {
        self.update(|rules| rules.load_snapshot(bytes, now))
    }

    /// Takes in changes of the authority: see [`Cutoffs::apply_delta`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// use lowwater::{Cutoffs, Progress, Rule, Target};
    /// use lowwater_edge::{SharedCutoffs, now};
    ///
    /// let authority = SharedCutoffs::new(Cutoffs::local());
    /// let replica = Cutoffs::replica(Duration::from_secs(30), Duration::from_secs(300))?;
    /// let replica = SharedCutoffs::new(replica);
    ///
    /// authority.apply(Rule::issued_before(Target::subject("u1"), now()), now())?;
    /// let delta = authority.hold().delta_since(replica.current().sequence(), now())?;
    /// assert_eq!(replica.apply_delta(&delta, now())?, Progress::Complete { sequence: 1 });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Cutoffs::apply_delta`]; nothing changed then.
    pub fn apply_delta(&self, bytes: &[u8], now: UnixTime) -> Result<Progress, LoadError> {
        self.update(|rules| rules.apply_delta(bytes, now))
    }

    /// Frees the states that were replaced and that nobody reads any more; tells how many are still read.
    ///
    /// Every change does so too: call it where the next change may be far and memory matters, some time
    /// after [`replace`](Self::replace), say. A state that is replaced while a request asks it waits for
    /// one of the two, so that no request spends its time on freeing.
    ///
    /// ```
    /// use lowwater::Cutoffs;
    /// use lowwater_edge::SharedCutoffs;
    ///
    /// let rules = SharedCutoffs::new(Cutoffs::local());
    /// let held = rules.hold();
    /// rules.replace(Cutoffs::local())?;
    /// assert_eq!(rules.free_replaced(), 1);
    /// drop(held);
    /// assert_eq!(rules.free_replaced(), 0);
    /// # Ok::<(), lowwater::LoadError>(())
    /// ```
    pub fn free_replaced(&self) -> usize {
        let mut replaced = self.writer();
        let unread = take_unread(&mut replaced);
        let read = replaced.len();
        drop(replaced);
        drop(unread);
        read
    }

    /// A writer's turn.
    ///
    /// A panic in a turn comes from the caller's own change, before anything was published or put into
    /// the list: both are as they were, so the poison says nothing.
    fn writer(&self) -> MutexGuard<'_, Vec<Arc<Cutoffs>>> {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, next: Cutoffs, mut replaced: MutexGuard<'_, Vec<Arc<Cutoffs>>>) {
        replaced.push(self.current.swap(Arc::new(next)));
        let unread = take_unread(&mut replaced);
        // Freeing a million rules takes a while: the next writer need not wait for it.
        drop(replaced);
        drop(unread);
    }
}

/// Takes out the states whose last share this is. The list is as long as states are read at one time, and
/// no longer: whatever nobody reads goes with each change.
fn take_unread(replaced: &mut Vec<Arc<Cutoffs>>) -> Vec<Arc<Cutoffs>> {
    replaced.extract_if(.., |state| Arc::strong_count(state) == 1).collect()
}

impl Default for SharedCutoffs {
    fn default() -> Self {
        Self::new(Cutoffs::local())
    }
}

impl fmt::Debug for SharedCutoffs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedCutoffs").field(&*self.current()).finish()
    }
}
