//! The rules that hold: kept by target, merged only when a token asks.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::change::{ApplyError, Change};
use super::dimension::{Dimension, Shape};
use super::freshness::{Freshness, Source};
use super::hashing::HashKey;
use super::held::Held;
use super::horizon::Horizon;
use super::matching::FreshWithin;
use super::record::{Record, View};
use super::rule::Rule;
use super::table::Table;
use super::target::Target;
use crate::error::ConfigError;
use crate::json::MAX_SAFE_INTEGER;
use crate::time::UnixTime;

/// How far into the future a cutoff can be set. Beyond it lies a mistyped year, which would lock
/// everyone out for ever: clocks of one system differ by less than this.
const MAX_AHEAD: i64 = 60_000;

/// What every language can hold, and far more changes than anyone makes.
pub(super) const LAST_SEQUENCE: u64 = MAX_SAFE_INTEGER.unsigned_abs();

/// The rules that hold.
///
/// A token is refused if *any* rule refuses it. Applying a rule is idempotent, and the order of
/// several means nothing: of two cutoffs of one target the later counts, of two suspensions the one of
/// the higher version. For each token the shapes of targets that are present are looked up, so the cost
/// follows their number and not that of rules.
///
/// Nothing here is locked. A copy is cheap (it shares what neither changes), so the way to share rules
/// among threads is to exchange whole states: `SharedCutoffs` of the crate `lowwater-edge` does it
/// without locks on the side of the readers. Behind a lock of your own, answer a poisoned one with
/// [`Validator::rules_unavailable`](crate::Validator::rules_unavailable), never without the rules. All
/// lives in memory: keep [`to_snapshot`](Self::to_snapshot) or [`to_json_lines`](Self::to_json_lines)
/// where a restart finds it, or every revoked token is good again.
///
/// ```
/// use std::sync::RwLock;
/// use std::time::Duration;
/// use lowwater::{Accepted, Cutoffs, Rejection, UnixTime, Validator};
///
/// fn admit(v: &Validator, rules: &RwLock<Cutoffs>, token: &str, now: UnixTime) -> Result<Accepted, Rejection> {
///     let rules = rules.read().map_err(|_| v.rules_unavailable(Duration::from_secs(30)))?;
///     v.validate(token, &*rules, now)
/// }
/// ```
///
/// ```
/// use lowwater::{Cutoffs, Rule, Target, UnixTime};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let mut cutoffs = Cutoffs::local();
/// let target = Target::subject("auth0|42").at_issuer("https://tenant.example.auth/");
/// cutoffs.apply(Rule::issued_before(target, now), now)?;
/// assert_eq!(cutoffs.len(), 1);
/// # Ok::<(), lowwater::ApplyError>(())
/// ```
#[derive(Clone)]
pub struct Cutoffs {
    pub(super) shapes: BTreeMap<Box<Shape>, Table>,
    /// All dimensions of all shapes, each once.
    pub(super) dimensions: Arc<Vec<Dimension>>,
    pub(super) key: Arc<HashKey>,
    length: usize,
    capacity: usize,
    pub(super) source: Source,
    pub(super) horizon: Horizon,
    /// Ids whose rules were undone, with the change that undid them.
    pub(super) lifted: Arc<BTreeMap<Box<str>, u64>>,
    /// How often the authority's state has changed.
    pub(super) sequence: u64,
    /// Whose changes the sequence counts: begun by the first change of an authority since it was made or
    /// read back. 0: nobody knows.
    pub(super) run: u64,
    /// Has this authority begun its run?
    begun: bool,
    /// Later changes that arrived while earlier ones are missing.
    pub(super) ahead: super::delta::Ahead,
}

impl Cutoffs {
    /// No rules yet, in a process that is itself the authority: they are always fresh.
    #[must_use]
    pub fn local() -> Self {
        Self::of(Source::Local)
    }

    /// No rules yet, in a process that receives them from another: a replica.
    ///
    /// It refuses with `rules_unavailable` until [`loaded`](Self::loaded) says that a state arrived, and
    /// again once that state is older than `expired_after`; from `stale_after` on acceptances say so.
    ///
    /// # Errors
    /// The first bound above the second, or finer than a millisecond.
    pub fn replica(stale_after: Duration, expired_after: Duration) -> Result<Self, ConfigError> {
        Source::replica(stale_after, expired_after).map(Self::of)
    }

    fn of(source: Source) -> Self {
        let lifted = Arc::new(BTreeMap::new());
        // Without a source of randomness the place in memory has to do: unknown to whoever sends
        // tokens wherever addresses are random. It decides how rules lie in memory, and nothing else.
        let address = Arc::as_ptr(&lifted).addr().to_le_bytes();
        let mut secret = *b"lowwater in here";
        secret.iter_mut().zip(address).for_each(|(slot, byte)| *slot ^= byte);
        Self {
            shapes: BTreeMap::new(),
            dimensions: Arc::default(),
            key: Arc::new(HashKey::new(secret)),
            length: 0,
            capacity: usize::MAX,
            source,
            horizon: Horizon::default(),
            lifted,
            sequence: 0,
            run: 0,
            begun: false,
            ahead: super::delta::Ahead::default(),
        }
    }

    /// Bounds the number of rules: what would add more than that is refused with
    /// [`ApplyError::CapacityExceeded`]. No rule ever makes room for another.
    ///
    /// ```
    /// # use lowwater::{ApplyError, Cutoffs, Rule, Target, UnixTime};
    /// let now = UnixTime::from_secs(1_700_000_000);
    /// let mut cutoffs = Cutoffs::local().with_capacity(1);
    /// cutoffs.apply(Rule::issued_before(Target::subject("u1"), now), now)?;
    /// let full = cutoffs.apply(Rule::issued_before(Target::subject("u2"), now), now);
    /// assert_eq!(full, Err(ApplyError::CapacityExceeded { capacity: 1 }));
    /// # Ok::<(), ApplyError>(())
    /// ```
    #[must_use]
    pub const fn with_capacity(mut self, rules: usize) -> Self {
        self.capacity = rules;
        self
    }

    /// Hashes targets with these random bytes. Whoever can choose the values that rules name, and knows
    /// them, can make lookups slow. Without a call they come from an address in memory, which is enough
    /// where the system makes addresses random; on a device without that give bytes of its random source.
    #[must_use]
    pub fn with_hash_key(mut self, random: [u8; 16]) -> Self {
        self.key = Arc::new(HashKey::new(random));
        for (shape, table) in &mut self.shapes {
            *table = table.rehashed(shape, &self.key);
        }
        self
    }

    /// A state that the authority made at `as_of` has been loaded; age counts from then. Applying a rule
    /// is no load. To a local set it means nothing.
    ///
    /// An `as_of` more than 60 s after `now` says that a clock is wrong: until the next load the rules
    /// count as expired.
    pub fn loaded(&mut self, as_of: UnixTime, now: UnixTime) {
        self.source.loaded(as_of, now);
        self.horizon.see(now);
    }

    /// How old the rules are.
    #[must_use]
    pub fn freshness(&self, now: UnixTime) -> Freshness {
        self.source.freshness(now)
    }

    /// The same rules with a tighter second bound, for a route that needs it: a payment may want rules
    /// of the last second.
    #[must_use]
    pub const fn fresh_within(&self, bound: Duration) -> FreshWithin<'_> {
        FreshWithin { rules: self, bound }
    }

    /// Applies a rule: from now on it holds.
    ///
    /// A cutoff that lies more than 60 seconds after `now` (on a replica: also after the time of its
    /// rules) is brought down to that: one mistyped year must not lock everyone out for ever. The guard
    /// of a rule is added after that.
    ///
    /// # Errors
    /// A rule that says nothing clear: no dimension, a dimension with two values, a time outside the years 1970
    /// to 9999, more than eight exceptions, a guard of more than 300 s. An id that was lifted. No room.
    /// What held before holds still.
    pub fn apply(&mut self, rule: Rule, now: UnixTime) -> Result<Change, ApplyError> {
        let mut rule = rule;
        let clamped = self.admit(&mut rule, now)?;
        let before = (self.horizon, self.run, self.begun);
        self.horizon.see(now);
        let change = self.change(1, |next, sequence| next.insert(&rule, sequence));
        if change.is_err() {
            (self.horizon, self.run, self.begun) = before;
        }
        Ok(match change? {
            Change::Applied if clamped => Change::Clamped,
            Change::Applied if rule.ended_by(now) => Change::Ended,
            change => change,
        })
    }

    /// Checks a rule at the door and brings it down to the present; tells whether that was needed.
    pub(super) fn admit(&self, rule: &mut Rule, now: UnixTime) -> Result<bool, ApplyError> {
        rule.check()?;
        if rule.id.as_ref().is_some_and(|id| self.lifted.contains_key(id)) {
            return Err(ApplyError::Lifted);
        }
        // A replica whose clock is behind must not shorten a right rule for good.
        let present = self.source.as_of().map_or(now, |as_of| as_of.max(now));
        Ok(rule.bring_down_to(present.as_millis().saturating_add(MAX_AHEAD).max(0)))
    }

    /// Changes the rules, all or nothing: where there is no room for the outcome, nothing is changed.
    /// `more`: how many rules it may add.
    pub(super) fn change(
        &mut self,
        more: usize,
        make: impl FnOnce(&mut Self, u64) -> Change,
    ) -> Result<Change, ApplyError> {
        let next = self.next_sequence();
        let now = self.sequence;
        let after = |change| if change == Change::AlreadyHeld { now } else { next };
        if self.length.saturating_add(more) <= self.capacity {
            let change = make(self, next);
            self.sequence = after(change);
            return Ok(change);
        }
        // Perhaps there is room all the same. A copy is cheap, and shows it.
        let mut copy = self.clone();
        let change = make(&mut copy, next);
        if copy.length > self.capacity.max(self.length) {
            return Err(ApplyError::CapacityExceeded { capacity: self.capacity });
        }
        copy.sequence = after(change);
        *self = copy;
        Ok(change)
    }

    /// The number of the next change: an authority counts its own, a replica has those of its authority.
    ///
    /// The first change begins a run. An authority that comes back from a file may count on from an older
    /// number than its replicas have; its run tells them that these are other changes.
    pub(super) fn next_sequence(&mut self) -> u64 {
        if !self.source.is_local() {
            return self.sequence;
        }
        if !self.begun {
            let seen = self.horizon.seen.unwrap_or(-1).unsigned_abs();
            self.run = self.key.words([self.run, seen, self.sequence]).max(1);
            self.begun = true;
        }
        self.sequence.saturating_add(1).min(LAST_SEQUENCE)
    }

    /// A state of this number was read. Where it is all that is held, the next change begins another run;
    /// an authority that held more has begun one.
    pub(super) fn came_back(&mut self, sequence: u64, run: u64) {
        if self.sequence <= sequence || !self.source.is_local() {
            (self.sequence, self.run, self.begun) = (self.sequence.max(sequence), run, false);
        }
    }

    /// The same set, holding nothing.
    pub(super) fn without_rules(&self) -> Self {
        Self {
            source: self.source,
            capacity: self.capacity,
            horizon: self.horizon,
            ahead: self.ahead.clone(),
            ..self.reader()
        }
    }

    /// Keeps a rule as it is, one that was checked.
    pub(super) fn insert(&mut self, rule: &Rule, sequence: u64) -> Change {
        self.insert_record(&rule.target.shape(), Record::new(rule, sequence))
    }

    pub(super) fn insert_record(&mut self, shape: &Shape, record: Record) -> Change {
        let view = record.view();
        let forgotten =
            self.horizon.forgettable().is_some_and(|floors| !floors.needs(shape, &view));
        if forgotten || view.id.is_some_and(|id| is_lifted(&self.lifted, id)) {
            return Change::AlreadyHeld;
        }
        if !self.shapes.contains_key(shape) {
            let places = self.places(shape);
            self.shapes.insert(shape.into(), Table::new(shape, places));
        }
        let Some(table) = self.shapes.get_mut(shape) else { return Change::AlreadyHeld };
        let (change, more) = table.add(&self.key, record);
        self.length = self.length.saturating_add_signed(more);
        change
    }

    /// Where the dimensions of a shape stand among all; new ones at the end.
    fn places(&mut self, shape: &Shape) -> Arc<[u32]> {
        let mut place = |dimension: &Dimension| {
            let known = self.dimensions.iter().position(|own| own == dimension);
            known.unwrap_or_else(|| {
                Arc::make_mut(&mut self.dimensions).push(dimension.clone());
                self.dimensions.len().saturating_sub(1)
            })
        };
        shape.iter().map(|one| u32::try_from(place(one)).unwrap_or(u32::MAX)).collect()
    }

    /// Undoes every rule of an id, here and wherever this state is merged; tells how many went.
    ///
    /// For mistakes. It is an entry of its own and is never undone: a rule of a lifted id is refused
    /// from then on, so an old copy that arrives late does not bring the mistake back. It reads every
    /// rule once.
    ///
    /// ```
    /// # use lowwater::{Cutoffs, Rule, Target, UnixTime};
    /// let now = UnixTime::from_secs(1_700_000_000);
    /// let mut cutoffs = Cutoffs::local();
    /// let mistake = Rule::issued_before(Target::everyone(), now).with_id("r-17");
    /// cutoffs.apply(mistake.clone(), now)?;
    /// assert_eq!(cutoffs.lift("r-17"), 1);
    /// assert!(cutoffs.apply(mistake, now).is_err());
    /// # Ok::<(), lowwater::ApplyError>(())
    /// ```
    pub fn lift(&mut self, id: &str) -> usize {
        if self.lifted.contains_key(id) {
            return 0;
        }
        self.sequence = self.next_sequence();
        Arc::make_mut(&mut self.lifted).insert(id.into(), self.sequence);
        self.retain(|_, view| view.id != Some(id.as_bytes()))
    }

    /// Keeps the rules that are needed; tells how many went.
    pub(super) fn retain(&mut self, needed: impl Fn(&Shape, &View<'_>) -> bool) -> usize {
        let (mut gone, shapes) = (0_usize, self.shapes.len());
        self.shapes.retain(|shape, table| {
            gone = gone.saturating_add(table.retain(&|view: &View<'_>| needed(shape, view)));
            table.targets() > 0
        });
        self.length = self.length.saturating_sub(gone);
        if shapes != self.shapes.len() {
            // Tokens are not asked for what no rule names any more.
            let mut rest = core::mem::take(&mut self.shapes);
            self.dimensions = Arc::default();
            for (shape, table) in &mut rest {
                table.places = self.places(shape);
            }
            self.shapes = rest;
        }
        gone
    }

    /// Takes in all that another state holds: its rules, its lifts, its floors. What comes out does not
    /// depend on which was merged into which, nor on how often. It is no load: the age stays.
    ///
    /// # Errors
    /// No room for them together; then nothing was merged.
    pub fn merge(&mut self, other: &Self) -> Result<Change, ApplyError> {
        self.change(other.length, |next, sequence| next.absorb(other, sequence))
    }

    pub(super) fn absorb(&mut self, other: &Self, sequence: u64) -> Change {
        let mut changed = false;
        let lifted = other.lifted.keys().filter(|id| !self.lifted.contains_key(*id));
        let lifted: Vec<Box<str>> = lifted.cloned().collect();
        if !lifted.is_empty() {
            changed = true;
            Arc::make_mut(&mut self.lifted).extend(lifted.into_iter().map(|id| (id, sequence)));
            let all = Arc::clone(&self.lifted);
            self.retain(|_, view| !view.id.is_some_and(|id| is_lifted(&all, id)));
        }
        changed |= self.raise_floors(other.horizon);
        for (shape, table) in &other.shapes {
            for record in table.iter().flat_map(Held::records) {
                let change = self.insert_record(shape, record.at_sequence(sequence));
                changed |= change == Change::Applied;
            }
        }
        if changed { Change::Applied } else { Change::AlreadyHeld }
    }

    /// Takes over what another state has forgotten; tells whether that was more.
    fn raise_floors(&mut self, other: Horizon) -> bool {
        let before = self.horizon.forgot();
        self.horizon = self.horizon.join(other);
        let raised = self.horizon.forgot() != before;
        if let Some(floors) = self.horizon.forgettable().filter(|_| raised) {
            self.retain(|shape, view| floors.needs(shape, view));
        }
        raised
    }

    /// An empty set that is to be taken in by this one: it hashes alike.
    pub(super) fn reader(&self) -> Self {
        Self { key: Arc::clone(&self.key), ..Self::local() }
    }

    /// Takes in what a reader has read, where nothing is held yet.
    pub(super) fn adopt(&mut self, mut read: Self) -> Result<(), ApplyError> {
        if !read.lifted.is_empty() {
            let lifted = Arc::clone(&read.lifted);
            read.retain(|_, view| !view.id.is_some_and(|id| is_lifted(&lifted, id)));
        }
        if read.length > self.capacity {
            return Err(ApplyError::CapacityExceeded { capacity: self.capacity });
        }
        let Self { shapes, dimensions, length, lifted, .. } = read;
        (self.shapes, self.dimensions, self.length, self.lifted) =
            (shapes, dimensions, length, lifted);
        let floors = self.horizon.join(read.horizon);
        self.horizon = Horizon { seen: floors.seen, ..Horizon::default() };
        self.raise_floors(floors);
        Ok(())
    }

    /// What is held for exactly this target.
    pub(super) fn held(&self, target: &Target) -> Option<&Held> {
        let key = target.key();
        let hash = super::key::hash(&self.key, super::key::KeyValues::of(&key));
        self.shapes.get(&target.shape())?.find(hash, |own| *own == *key)
    }

    /// How many rules are kept.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Are there no rules?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// How often the authority's state has changed: a replica has the number of what it loaded.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }
}

fn is_lifted(lifted: &BTreeMap<Box<str>, u64>, id: &[u8]) -> bool {
    core::str::from_utf8(id).is_ok_and(|id| lifted.contains_key(id))
}

impl Default for Cutoffs {
    fn default() -> Self {
        Self::local()
    }
}

impl fmt::Debug for Cutoffs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Cutoffs");
        debug.field("rules", &self.length).field("sequence", &self.sequence).finish_non_exhaustive()
    }
}
