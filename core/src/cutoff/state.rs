//! The rules that hold: kept by target, merged only when a token asks.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use self::private::Matching;
use super::change::{ApplyError, Change};
use super::facts::Facts;
use super::freshness::{Freshness, Source};
use super::held::Held;
use super::horizon::{Horizon, PruneError};
use super::rule::{Kind, Rule, Until};
use super::target::{Dimension, KeyBuffer, Target};
use crate::error::ConfigError;
use crate::policy::Retention;
use crate::time::UnixTime;

/// How far into the future a cutoff can be set. Beyond it lies a mistyped year, which would lock
/// everyone out for ever: clocks of one system differ by less than this.
const MAX_AHEAD: i64 = 60_000;

/// What a rule set says of one token, one kind of rule of one target at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(unnameable_types, reason = "part of the sealed trait of rule sets")]
pub enum Found {
    IssuedBefore { low: i64, high: i64 },
    AuthenticatedBefore { low: i64, high: i64, names_client: bool },
    Revoked { until: Until, session: bool },
    Suspended,
}

pub(crate) mod private {
    use super::{Facts, Found, Freshness, Horizon};
    use crate::UnixTime;
    use crate::cutoff::Target;

    /// Asks a rule set about a token.
    #[expect(unnameable_types, reason = "sealed: the crate alone promises what a rule set must")]
    pub trait Matching {
        /// Calls `visit` for each target that the token matches and each kind of rule that holds for
        /// it, merged over all rules that do not except the token.
        fn matching(&self, facts: &Facts<'_>, visit: &mut dyn FnMut(&Target, Found));

        /// How old the rules are.
        fn age(&self, now: UnixTime) -> Freshness;

        /// What was forgotten.
        fn horizon(&self) -> Horizon;
    }
}

/// Rules that a validation asks: [`Cutoffs`], or [`NoCutoffs`] for an application that has none.
///
/// Sealed: what a rule set must promise (never fewer rules than were applied) cannot be checked from
/// outside.
pub trait RuleSet: Matching {}

/// No rules: said aloud, because leaving the question out does not compile.
///
/// ```
/// # use lowwater::{Algorithm, Key, KeySet, NoCutoffs, UnixTime, Validator};
/// # let validator = Validator::builder().issuer("i").audience("a").algorithms([Algorithm::Hs256])
/// #     .keys(KeySet::from_keys([Key::from_secret(&[7; 32])?])?).build()?;
/// let decision = validator.validate("no token", &NoCutoffs, UnixTime::from_secs(1_700_000_000));
/// assert!(decision.is_err());
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to add to nothing")]
pub struct NoCutoffs;

impl RuleSet for NoCutoffs {}

impl Matching for NoCutoffs {
    fn matching(&self, _: &Facts<'_>, _: &mut dyn FnMut(&Target, Found)) {}

    fn age(&self, _: UnixTime) -> Freshness {
        Freshness::Fresh
    }

    fn horizon(&self) -> Horizon {
        Horizon::default()
    }
}

/// The rules that hold.
///
/// A token is refused if *any* rule refuses it. Applying a rule is idempotent, and the order of
/// several means nothing: of two cutoffs of one target the later counts, of two suspensions the one of
/// the higher version. For each token the shapes of targets that are present are looked up, so the cost
/// follows their number and not that of rules; cutoffs with exceptions are asked one by one.
///
/// Nothing here is locked: share it behind the lock of your choice. If the lock is poisoned or the store
/// behind it is down, answer with [`Validator::rules_unavailable`](crate::Validator::rules_unavailable),
/// never without the rules. It lives in memory: keep [`to_json_lines`](Self::to_json_lines) where a
/// restart finds it, or every revoked token is good again.
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
    shapes: BTreeMap<Vec<Dimension>, BTreeMap<Box<[u8]>, Held>>,
    length: usize,
    source: Source,
    pub(super) horizon: Horizon,
    pub(super) lifted: BTreeSet<Box<str>>,
}

impl Cutoffs {
    /// No rules yet, in a process that is itself the authority: they are always fresh.
    #[must_use]
    pub const fn local() -> Self {
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

    const fn of(source: Source) -> Self {
        let horizon =
            Horizon { floor: None, login_floor: None, leeway: None, pruned_at: None, seen: None };
        Self { shapes: BTreeMap::new(), length: 0, source, horizon, lifted: BTreeSet::new() }
    }

    /// A state that the authority made at `as_of` has been loaded; age counts from then. Applying a rule
    /// is no load. To a local set it means nothing.
    pub fn loaded(&mut self, as_of: UnixTime, now: UnixTime) {
        self.source.loaded(as_of);
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
        FreshWithin { cutoffs: self, bound }
    }

    /// Drops the rules that can refuse no acceptable token any more; tells how many.
    ///
    /// Sound because the policy bounds lifetimes: what is still valid at `now` was issued after
    /// `now - leeway - max_lifetime`. That floor is kept, and tokens below it are refused from then on.
    /// Where lifetimes are unbounded nothing is dropped; login cutoffs are dropped only where sessions
    /// are bounded (`max_session`); suspensions never.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use lowwater::{Algorithm, Cutoffs, Key, KeySet, Rule, Target, UnixTime, Validator};
    /// # let keys = KeySet::from_keys([Key::from_secret(&[7; 32])?])?;
    /// let validator = Validator::builder().issuer("i").audience("a").algorithms([Algorithm::Hs256])
    ///     .keys(keys).max_lifetime(Duration::from_secs(3600)).build()?;
    /// let now = UnixTime::from_secs(1_700_000_000);
    /// let mut cutoffs = Cutoffs::local();
    /// cutoffs.apply(Rule::issued_before(Target::subject("u1"), now), now)?;
    /// let later = now.after(Duration::from_secs(3600 + 60));
    /// assert_eq!(cutoffs.prune(later, validator.retention())?, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A `now` more than 366 days after every time seen before: one bad reading of the clock must not
    /// do harm for ever.
    pub fn prune(&mut self, now: UnixTime, retention: Retention) -> Result<usize, PruneError> {
        self.horizon.check(now)?;
        Ok(self.prune_forced(now, retention))
    }

    /// The same, whatever the clock says.
    pub fn prune_forced(&mut self, now: UnixTime, retention: Retention) -> usize {
        self.horizon.see(now);
        let Some(forgettable) = self.horizon.raise(now, retention) else { return 0 };
        self.shrink(|held| held.forget(forgettable))
    }

    /// Applies a rule: from now on it holds.
    ///
    /// A cutoff that lies more than 60 seconds after `now` is brought down to that: one mistyped year
    /// must not lock everyone out for ever. The guard of a rule is added after that.
    ///
    /// # Errors
    /// A rule that says nothing clear: no dimension, a dimension twice, a time outside the years 1970
    /// to 9999, more than eight exceptions, a guard of more than 300 s.
    pub fn apply(&mut self, rule: Rule, now: UnixTime) -> Result<Change, ApplyError> {
        rule.check()?;
        if rule.id.as_ref().is_some_and(|id| self.lifted.contains(id)) {
            return Err(ApplyError::Lifted);
        }
        self.horizon.see(now);
        let (mut rule, mut clamped) = (rule, false);
        if let Kind::IssuedBefore(cutoff) | Kind::AuthenticatedBefore(cutoff) = &mut rule.kind {
            let latest = now.as_millis().saturating_add(MAX_AHEAD).max(0);
            if cutoff.at > latest {
                cutoff.raw_at = cutoff.raw_at.or(Some(cutoff.at));
                cutoff.at = latest;
                clamped = true;
            }
        }
        match self.hold(rule) {
            Change::Applied if clamped => Ok(Change::Clamped),
            change => Ok(change),
        }
    }

    /// Keeps a rule as it is: one that was applied before, here or elsewhere.
    pub(super) fn hold(&mut self, rule: Rule) -> Change {
        let Rule { target, kind, id, reason, .. } = rule;
        if id.as_ref().is_some_and(|id| self.lifted.contains(id)) {
            return Change::AlreadyHeld;
        }
        let table = self.shapes.entry(target.shape()).or_default();
        let held = table.entry(target.key().into()).or_insert_with(|| Held::new(target));
        let before = held.len();
        let change = held.add(kind, id, reason);
        self.length = self.length.saturating_sub(before).saturating_add(held.len());
        change
    }

    /// Undoes every rule of an id, here and wherever this state is merged; tells how many went.
    ///
    /// For mistakes. It is an entry of its own and is never undone: a rule of a lifted id is refused
    /// from then on, so an old copy that arrives late does not bring the mistake back.
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
        self.lifted.insert(id.into());
        let id = Some(Box::from(id));
        self.shrink(|held| held.lift(&id))
    }

    /// Changes what is held for each target and drops what is empty then; tells how many rules went.
    fn shrink(&mut self, mut change: impl FnMut(&mut Held) -> usize) -> usize {
        let mut gone = 0_usize;
        self.shapes.retain(|_, table| {
            table.retain(|_, held| {
                gone = gone.saturating_add(change(held));
                held.len() > 0
            });
            !table.is_empty()
        });
        self.length = self.length.saturating_sub(gone);
        gone
    }

    /// Takes in all that another state holds: its rules, its lifts, its floors. What comes out does not
    /// depend on which was merged into which, nor on how often. It is no load: the age stays.
    pub fn merge(&mut self, other: &Self) {
        for id in other.lifted.difference(&self.lifted.clone()) {
            self.lift(id);
        }
        other.each_rule(|rule| {
            self.hold(rule);
        });
        self.horizon = self.horizon.join(other.horizon);
    }

    /// Calls `visit` with each rule that is kept, in an order that depends on nothing else.
    pub(super) fn each_rule(&self, mut visit: impl FnMut(Rule)) {
        for held in self.shapes.values().flat_map(BTreeMap::values) {
            held.each_rule(&mut visit);
        }
    }

    /// Every rule that is kept.
    #[must_use]
    pub fn list(&self) -> Vec<Rule> {
        let mut all = Vec::with_capacity(self.length);
        self.each_rule(|rule| all.push(rule));
        all
    }

    /// When the authority made what was loaded last.
    pub(super) fn as_of(&self) -> Option<UnixTime> {
        self.source.as_of()
    }

    /// A state that was written came back: it is as old as it says.
    pub(super) fn read_back(&mut self, as_of: UnixTime) {
        self.source.loaded(as_of);
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
}

impl Default for Cutoffs {
    fn default() -> Self {
        Self::local()
    }
}

impl RuleSet for Cutoffs {}

impl Matching for Cutoffs {
    fn matching(&self, facts: &Facts<'_>, visit: &mut dyn FnMut(&Target, Found)) {
        let mut key = KeyBuffer::new();
        for (shape, table) in &self.shapes {
            let Some(columns) = facts.columns(shape) else { continue };
            // A token with long arrays in several claims has the product of their lengths as keys: a
            // thousand times a thousand. Where the rules of the shape are fewer, they are asked
            // instead, each by a search in the sorted columns.
            if columns.keys(shape) > table.len() {
                let matching = table.values().filter(|held| columns.have(held.target.dimensions()));
                matching.for_each(|held| held.found(facts, visit));
            } else {
                columns.each_key(shape, &mut key, &mut |key| {
                    table.get(key).into_iter().for_each(|held| held.found(facts, visit));
                });
            }
        }
    }

    fn age(&self, now: UnixTime) -> Freshness {
        self.freshness(now)
    }

    fn horizon(&self) -> Horizon {
        self.horizon
    }
}

/// [`Cutoffs`] with a tighter bound on their age: see [`Cutoffs::fresh_within`].
#[derive(Clone, Copy, Debug)]
pub struct FreshWithin<'r> {
    cutoffs: &'r Cutoffs,
    bound: Duration,
}

impl RuleSet for FreshWithin<'_> {}

impl Matching for FreshWithin<'_> {
    fn matching(&self, facts: &Facts<'_>, visit: &mut dyn FnMut(&Target, Found)) {
        self.cutoffs.matching(facts, visit);
    }

    fn age(&self, now: UnixTime) -> Freshness {
        self.cutoffs.source.within(self.bound).freshness(now)
    }

    fn horizon(&self) -> Horizon {
        self.cutoffs.horizon
    }
}

impl fmt::Debug for Cutoffs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cutoffs").field("rules", &self.length).finish_non_exhaustive()
    }
}
