//! All rules that ever held, what was lifted, and what was forgotten elsewhere.

use super::policy::Retention;
use super::rule::{Rule, What};
use super::token::Token;

/// 366 days: a clock that stands further after everything seen is not pruned by.
const LONGEST_PAUSE: i64 = 366 * 86_400_000;

#[derive(Clone, Debug)]
pub struct Held {
    pub rule: Rule,
    /// The change of the authority that brought it; 0: it was held already in other words.
    pub change: u64,
}

/// What a prune leaves behind. None of it goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Horizon {
    pub floor: Option<i64>,
    pub login_floor: Option<i64>,
    pub leeway: Option<i64>,
    pub pruned_at: Option<i64>,
    pub seen: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    Fresh,
    /// So many milliseconds.
    Stale(i64),
    /// Never loaded, too old, or not to be told.
    Unavailable,
}

#[derive(Clone, Copy, Debug)]
pub enum Source {
    Local,
    Replica {
        stale_after: i64,
        expired_after: i64,
        /// When the authority made what is held; without: never loaded, or nobody can tell.
        loaded: Option<i64>,
        /// That was read where no clock was at hand.
        unchecked: bool,
    },
}

#[derive(Clone, Debug)]
pub struct State {
    pub rules: Vec<Held>,
    /// Ids, with the change that lifted them.
    pub lifted: Vec<(&'static str, u64)>,
    pub horizon: Horizon,
    pub source: Source,
}

/// Changes on their way to a replica: those after one number, up to another.
#[derive(Clone, Debug)]
pub struct Delta {
    pub after: u64,
    pub upto: u64,
    pub as_of: i64,
    pub content: State,
}

impl Horizon {
    pub fn join(self, other: Self) -> Self {
        Self {
            floor: self.floor.max(other.floor),
            login_floor: self.login_floor.max(other.login_floor),
            leeway: match (self.leeway, other.leeway) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            },
            pruned_at: self.pruned_at.max(other.pruned_at),
            seen: self.seen.max(other.seen),
        }
    }
}

impl State {
    pub const fn new(source: Source) -> Self {
        let horizon =
            Horizon { floor: None, login_floor: None, leeway: None, pruned_at: None, seen: None };
        Self { rules: Vec::new(), lifted: Vec::new(), horizon, source }
    }

    pub fn saw(&mut self, now: i64) {
        self.horizon.seen = self.horizon.seen.max(Some(now));
    }

    pub fn is_lifted(&self, id: Option<&str>) -> bool {
        self.lifted.iter().any(|(lifted, _)| Some(*lifted) == id)
    }

    /// T is at most a minute after now; on a replica, after the time of its rules where that is later.
    pub fn present(&self, now: i64) -> i64 {
        match self.source {
            Source::Replica { loaded: Some(loaded), .. } => now.max(loaded),
            _ => now,
        }
    }

    /// Holds a rule from now on, which came with a change of the authority.
    pub fn hold(&mut self, rule: Rule, change: u64) {
        match self.rules.iter_mut().find(|held| held.rule == rule) {
            Some(held) => held.change = held.change.max(change),
            None => self.rules.push(Held { rule, change }),
        }
    }

    /// Undoes every rule of an id, for ever.
    pub fn lift(&mut self, id: &'static str, change: u64) {
        if !self.is_lifted(Some(id)) {
            self.lifted.push((id, change));
        }
        self.rules.retain(|held| held.rule.id != Some(id));
    }

    /// All that either holds, less what either lifted.
    pub fn merge(&mut self, other: &Self, change: u64) {
        let before = self.rules.clone();
        for Held { rule, .. } in &other.rules {
            let known = before.iter().any(|held| rule.says_no_more_than(&held.rule));
            self.hold(rule.clone(), if known { 0 } else { change });
        }
        for (id, _) in &self.lifted.clone() {
            self.rules.retain(|held| held.rule.id != Some(id));
        }
        for (id, _) in &other.lifted {
            self.lift(id, change);
        }
        self.horizon = self.horizon.join(other.horizon);
    }

    /// Forgets no rule, but raises the floors. Refuses a clock that is far ahead of all that was seen.
    pub fn prune(&mut self, now: i64, retention: Retention, forced: bool) -> bool {
        if !forced && self.horizon.seen.is_some_and(|seen| now - seen > LONGEST_PAUSE) {
            return false;
        }
        self.saw(now);
        let Some(lifetime) = retention.max_lifetime else { return true };
        // Nothing has a time before 1970.
        let floor = |longest: i64| (now - retention.leeway - longest).max(0);
        self.horizon = self.horizon.join(Horizon {
            floor: Some(floor(lifetime)),
            login_floor: retention.max_session.map(floor),
            leeway: Some(retention.leeway),
            pruned_at: Some(now),
            seen: None,
        });
        true
    }

    /// A state that the authority made at `as_of` was loaded. It makes nothing older; one from more than
    /// a minute after now says that a clock is wrong.
    pub fn loaded(&mut self, as_of: i64, now: i64) {
        self.saw(now);
        if let Source::Replica { loaded, unchecked, .. } = &mut self.source {
            let from_text = *unchecked && loaded.is_some_and(|loaded| loaded > now + 60_000);
            let own = if from_text { None } else { *loaded };
            *loaded = if as_of > now + 60_000 { None } else { own.max(Some(as_of)) };
            *unchecked = false;
        }
    }

    pub fn age(&self, now: i64) -> Age {
        match self.source {
            Source::Local => Age::Fresh,
            Source::Replica { loaded: None, .. } => Age::Unavailable,
            Source::Replica { stale_after, expired_after, loaded: Some(loaded), .. } => {
                let age = (now - loaded).max(0);
                if now < loaded - 60_000 || age >= expired_after {
                    Age::Unavailable
                } else if age >= stale_after {
                    Age::Stale(age)
                } else {
                    Age::Fresh
                }
            }
        }
    }

    /// Is there a tombstone that a prune forgot? A state to which it comes later may hold it for as long as
    /// the longest leeway lasts: it does not know by which was pruned.
    pub fn forgot_a_tombstone(&self) -> bool {
        let Horizon { pruned_at, leeway, .. } = self.horizon;
        self.rules.iter().any(|held| match held.rule.what {
            What::Revoked(Some(until)) => {
                pruned_at.is_some_and(|pruned| until + leeway.unwrap_or(0) <= pruned)
            }
            _ => false,
        })
    }

    /// The changes after a number.
    pub fn delta(&self, after: u64, upto: u64, as_of: i64) -> Delta {
        let mut content = self.clone();
        content.rules.retain(|held| held.change > after);
        content.lifted.retain(|(_, change)| *change > after);
        Delta { after, upto, as_of, content }
    }

    /// The assumption under which a tombstone may be forgotten: `until` is no earlier than the `exp` of
    /// any token that it names. (A token without `exp` needs no assumption: below the floors it counts as
    /// named by every tombstone that was forgotten.)
    pub fn ends_too_early(&self, names: impl Fn(&Rule) -> bool, token: &Token) -> bool {
        self.rules.iter().any(|held| match held.rule.what {
            What::Revoked(Some(until)) => {
                token.expires.as_ref().is_some_and(|expires| expires.at > until)
                    && names(&held.rule)
            }
            _ => false,
        })
    }
}
