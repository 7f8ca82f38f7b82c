//! Everything that holds for one target: kept by id, merged ahead where that is possible.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::change::Change;
use super::facts::Facts;
use super::horizon::Forgettable;
use super::rule::{Cutoff, Except, Kind, Rule, Until};
use super::state::Found;
use super::target::{Dimension, Target};

/// The rules of one target. Those of different ids are kept apart, so that each can be undone.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) target: Target,
    issued: Bounds,
    authenticated: Bounds,
    revoked: Greatest<Until>,
    suspended: Greatest<Version>,
}

/// What one rule says, with what it says to people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry<S> {
    says: S,
    reason: Option<Box<str>>,
}

pub(super) type Id = Option<Box<str>>;

/// A suspension: the order of its fields is the order in which one outweighs another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    version: u64,
    on: bool,
}

/// Does one rule make another of the same target, kind, id and exceptions superfluous?
trait Outweighs {
    fn outweighs(&self, other: &Self) -> bool;
}

impl Outweighs for Cutoff {
    /// Neither bound is lower: it refuses all that the other refuses.
    fn outweighs(&self, other: &Self) -> bool {
        self.low() >= other.low() && self.high() >= other.high()
    }
}

impl Outweighs for Until {
    fn outweighs(&self, other: &Self) -> bool {
        self >= other
    }
}

impl Outweighs for Version {
    fn outweighs(&self, other: &Self) -> bool {
        self >= other
    }
}

/// For each id the rules that no other of that id outweighs: two cutoffs at most (one reaches further
/// down, the other up), one of any other kind.
#[derive(Clone)]
struct ById<S> {
    entries: BTreeMap<Id, Vec<Entry<S>>>,
    length: usize,
}

impl<S> Default for ById<S> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), length: 0 }
    }
}

impl<S: Outweighs + Ord> ById<S> {
    /// Adds a rule and drops those that it outweighs. Whichever order they came in, the same remain;
    /// of equal weights the greater, so that reasons do not depend on order either.
    fn add(&mut self, id: Id, new: Entry<S>) -> Change {
        let outweighed = |old: &Entry<S>, new: &Entry<S>| {
            new.says.outweighs(&old.says) && (!old.says.outweighs(&new.says) || new >= old)
        };
        let entries = self.entries.entry(id).or_default();
        if entries.iter().any(|old| outweighed(&new, old)) {
            return Change::AlreadyHeld;
        }
        let before = entries.len();
        entries.retain(|old| !outweighed(old, &new));
        entries.push(new);
        entries.sort();
        self.length = self.length.saturating_sub(before).saturating_add(entries.len());
        Change::Applied
    }
}

impl<S> ById<S> {
    /// Keeps what is still needed; tells how many entries went.
    fn retain(&mut self, needed: impl Fn(&S) -> bool) -> usize {
        let before = self.length;
        self.entries.retain(|_, entries| {
            entries.retain(|entry| needed(&entry.says));
            !entries.is_empty()
        });
        self.length = self.entries.values().map(Vec::len).fold(0, usize::saturating_add);
        before.saturating_sub(self.length)
    }

    /// Drops what one id says.
    fn lift(&mut self, id: &Id) {
        let gone = self.entries.remove(id).map(|entries| entries.len()).unwrap_or_default();
        self.length = self.length.saturating_sub(gone);
    }

    fn each(&self, mut visit: impl FnMut(&Id, &Entry<S>)) {
        for (id, entries) in &self.entries {
            entries.iter().for_each(|entry| visit(id, entry));
        }
    }

    fn says(&self) -> impl Iterator<Item = &S> {
        self.entries.values().flatten().map(|entry| &entry.says)
    }
}

/// Cutoffs of one kind. Those without exceptions are merged ahead: a token meets one pair of bounds,
/// however many ids there are. The others are asked one by one, for each leaves out tokens of its own.
#[derive(Clone, Default)]
struct Bounds {
    plain: ById<Cutoff>,
    merged: Option<(i64, i64)>,
    excepting: BTreeMap<Except, ById<Cutoff>>,
    length: usize,
}

const fn bounds(cutoff: &Cutoff) -> (i64, i64) {
    (cutoff.low(), cutoff.high())
}

/// Each bound for itself: a merged cutoff refuses exactly what either refuses.
fn join(one: (i64, i64), other: (i64, i64)) -> (i64, i64) {
    (one.0.max(other.0), one.1.max(other.1))
}

impl Bounds {
    fn add(&mut self, id: Id, entry: Entry<Cutoff>) -> Change {
        let by_id = if entry.says.except == Except::default() {
            // Rules only ever add to it: what is dropped was outweighed in both bounds.
            let bounds = bounds(&entry.says);
            self.merged = Some(self.merged.map_or(bounds, |merged| join(merged, bounds)));
            &mut self.plain
        } else {
            self.excepting.entry(entry.says.except.clone()).or_default()
        };
        let before = by_id.length;
        let change = by_id.add(id, entry);
        self.length = self.length.saturating_sub(before).saturating_add(by_id.length);
        change
    }

    /// The bounds that hold for a token: those of all rules that do not except it.
    fn for_token(&self, session: Option<&str>, token_id: Option<&str>) -> Option<(i64, i64)> {
        let excepting =
            self.excepting.iter().filter(|(except, _)| !except.contains(session, token_id));
        let cutoffs = excepting.flat_map(|(_, by_id)| by_id.says());
        self.merged.into_iter().chain(cutoffs.map(bounds)).reduce(join)
    }

    /// Changes every table, and merges anew what is left; tells how many cutoffs went.
    fn shrink(&mut self, mut change: impl FnMut(&mut ById<Cutoff>)) -> usize {
        let before = self.length;
        change(&mut self.plain);
        self.excepting.retain(|_, by_id| {
            change(by_id);
            by_id.length > 0
        });
        self.merged = self.plain.says().map(bounds).reduce(join);
        let excepting = self.excepting.values().map(|by_id| by_id.length);
        self.length = excepting.fold(self.plain.length, usize::saturating_add);
        before.saturating_sub(self.length)
    }

    /// Drops the cutoffs that reach no higher than `floor`; tells how many.
    fn forget(&mut self, floor: i64) -> usize {
        self.shrink(|by_id| {
            by_id.retain(|cutoff| cutoff.high() > floor);
        })
    }

    fn each(&self, mut visit: impl FnMut(&Id, &Entry<Cutoff>)) {
        self.plain.each(&mut visit);
        self.excepting.values().for_each(|by_id| by_id.each(&mut visit));
    }
}

/// Rules of which the greatest decides.
#[derive(Clone)]
struct Greatest<S> {
    by_id: ById<S>,
    greatest: Option<S>,
}

impl<S> Default for Greatest<S> {
    fn default() -> Self {
        Self { by_id: ById::default(), greatest: None }
    }
}

impl<S: Outweighs + Ord + Copy> Greatest<S> {
    fn add(&mut self, id: Id, entry: Entry<S>) -> Change {
        self.greatest = self.greatest.max(Some(entry.says));
        self.by_id.add(id, entry)
    }
}

impl<S: Ord + Copy> Greatest<S> {
    fn lift(&mut self, id: &Id) {
        self.by_id.lift(id);
        self.greatest = self.by_id.says().max().copied();
    }
}

impl Greatest<Until> {
    /// Drops the tombstones that end no later than `expired`; tells how many.
    fn forget(&mut self, expired: i64) -> usize {
        let needed = |until: &Until| match until {
            Until::Never => true,
            Until::Time(time) => time.as_millis() > expired,
        };
        let gone = self.by_id.retain(needed);
        self.greatest = self.by_id.says().max().copied();
        gone
    }
}

impl Held {
    pub(super) fn new(target: Target) -> Self {
        Self {
            target,
            issued: Bounds::default(),
            authenticated: Bounds::default(),
            revoked: Greatest::default(),
            suspended: Greatest::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        let cutoffs = self.issued.length.saturating_add(self.authenticated.length);
        let others = self.revoked.by_id.length.saturating_add(self.suspended.by_id.length);
        cutoffs.saturating_add(others)
    }

    pub(super) fn add(&mut self, kind: Kind, id: Id, reason: Option<Box<str>>) -> Change {
        match kind {
            Kind::IssuedBefore(says) => self.issued.add(id, Entry { says, reason }),
            Kind::AuthenticatedBefore(says) => self.authenticated.add(id, Entry { says, reason }),
            Kind::Revoked { until: says } => self.revoked.add(id, Entry { says, reason }),
            Kind::Suspended { on, version } => {
                self.suspended.add(id, Entry { says: Version { version, on }, reason })
            }
        }
    }

    /// Drops what can refuse no acceptable token any more; tells how many rules. Suspensions stay, also
    /// ended ones: an old one that arrives late must not come back.
    pub(super) fn forget(&mut self, forgettable: Forgettable) -> usize {
        let mut gone = self.issued.forget(forgettable.floor);
        // A client's own token has no login that ages, so a cutoff that names a client stays.
        if let Some(floor) =
            forgettable.login_floor.filter(|_| !self.target.names(&Dimension::Client))
        {
            gone = gone.saturating_add(self.authenticated.forget(floor));
        }
        gone.saturating_add(self.revoked.forget(forgettable.expired))
    }

    /// Drops the rules of one id; tells how many.
    pub(super) fn lift(&mut self, id: &Id) -> usize {
        let before = self.len();
        self.issued.shrink(|by_id| by_id.lift(id));
        self.authenticated.shrink(|by_id| by_id.lift(id));
        self.revoked.lift(id);
        self.suspended.lift(id);
        before.saturating_sub(self.len())
    }

    /// Calls `visit` with each rule that is kept, in an order that depends on nothing else.
    pub(super) fn each_rule(&self, visit: &mut dyn FnMut(Rule)) {
        let mut give = |kind, id: &Id, reason: &Option<Box<str>>| {
            let mut rule = Rule::new(self.target.clone(), kind);
            (rule.id, rule.reason) = (id.clone(), reason.clone());
            visit(rule);
        };
        self.issued
            .each(|id, entry| give(Kind::IssuedBefore(entry.says.clone()), id, &entry.reason));
        self.authenticated.each(|id, entry| {
            give(Kind::AuthenticatedBefore(entry.says.clone()), id, &entry.reason);
        });
        self.revoked
            .by_id
            .each(|id, entry| give(Kind::Revoked { until: entry.says }, id, &entry.reason));
        self.suspended.by_id.each(|id, entry| {
            let Version { version, on } = entry.says;
            give(Kind::Suspended { on, version }, id, &entry.reason);
        });
    }

    /// What holds for a token of this target.
    pub(super) fn found(&self, facts: &Facts<'_>, visit: &mut dyn FnMut(&Target, Found)) {
        let (session, token_id) = (facts.claims.session(), facts.claims.token_id());
        if let Some((low, high)) = self.issued.for_token(session, token_id) {
            visit(&self.target, Found::IssuedBefore { low, high });
        }
        if let Some((low, high)) = self.authenticated.for_token(session, token_id) {
            let names_client = self.target.names(&Dimension::Client);
            visit(&self.target, Found::AuthenticatedBefore { low, high, names_client });
        }
        if let Some(until) = self.revoked.greatest {
            let session =
                self.target.names(&Dimension::Session) || self.target.names(&Dimension::Device);
            visit(&self.target, Found::Revoked { until, session });
        }
        if self.suspended.greatest.is_some_and(|newest| newest.on) {
            visit(&self.target, Found::Suspended);
        }
    }
}
