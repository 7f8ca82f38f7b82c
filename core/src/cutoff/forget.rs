//! Dropping rules that can refuse nothing any more: because time has passed, or because a broader rule
//! refuses as much.

use super::dimension::{Dimension, Shape};
use super::horizon::{Forgettable, PruneError};
use super::record::{Record, Says, View};
use super::rule::Until;
use super::state::Cutoffs;
use super::target::Target;
use crate::policy::Retention;
use crate::time::UnixTime;

impl Cutoffs {
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
        let before = self.horizon.forgot();
        let Some(forgettable) = self.horizon.raise(now, retention) else { return 0 };
        if before != self.horizon.forgot() {
            self.sequence = self.next_sequence();
        }
        self.retain(|shape, view| forgettable.needs(shape, view))
    }

    /// Drops the cutoffs under a broader one that refuses as much: of a user under his tenant's, of a
    /// tenant under everyone's; tells how many. No token passes that did not, none is refused that was
    /// not, and the code is the same; what a challenge tells the client is from then on that of the
    /// broader rule and of those that come for its target.
    ///
    /// The broader rule lies in the past at `now`, and so does all else of its kind and target. It names some of the same dimensions with the same values, reaches as far, excepts
    /// no other ids, and has no id (or the same), so that nothing can be lifted from under it.
    ///
    /// ```
    /// # use lowwater::{Cutoffs, Rule, Target, UnixTime};
    /// let now = UnixTime::from_secs(1_700_000_000);
    /// let mut cutoffs = Cutoffs::local();
    /// cutoffs.apply(Rule::issued_before(Target::subject("u1"), now).with_id("r-1"), now)?;
    /// cutoffs.apply(Rule::issued_before(Target::everyone(), now), now)?;
    /// assert_eq!(cutoffs.compact(now), 1);
    /// # Ok::<(), lowwater::ApplyError>(())
    /// ```
    pub fn compact(&mut self, now: UnixTime) -> usize {
        let whole = self.clone();
        let narrower = |shape: &Shape, other: &Shape| {
            other.len() < shape.len() && other.iter().all(|dimension| shape.contains(dimension))
        };
        self.retain(|shape, view| {
            let Some(target) = Target::of_key(shape, view.key) else { return true };
            let mut broader = whole.shapes.keys().filter(|other| narrower(shape, other));
            !broader.any(|other| {
                let names_client = |shape: &Shape| shape.contains(&Dimension::Client);
                let clients = (names_client(shape), names_client(other));
                let held = target.narrowed_to(other).and_then(|broad| whole.held(&broad));
                held.is_some_and(|held| {
                    let views = || held.records().iter().map(Record::view);
                    views().all(|broad| has_passed(&broad, now))
                        && views().any(|broad| covers(&broad, view, clients))
                })
            })
        })
    }
}

/// From now on tokens pass a cutoff. Before that it would say "wait", where a narrower one that has passed
/// says "refresh".
fn has_passed(view: &View<'_>, now: UnixTime) -> bool {
    match view.says() {
        Says::Issued { high, .. } | Says::Authenticated { high, .. } => high <= now.as_millis(),
        Says::Revoked(_) | Says::Suspended { .. } => true,
    }
}

/// Does a rule of a broader target refuse all that another refuses? `clients`: does the other's target, and
/// the broader one, name the client?
fn covers(broad: &View<'_>, view: &View<'_>, clients: (bool, bool)) -> bool {
    let reaches = match (broad.says(), view.says()) {
        (Says::Issued { low, high }, Says::Issued { low: own_low, high: own_high }) => {
            low >= own_low && high >= own_high
        }
        (
            Says::Authenticated { low, high },
            Says::Authenticated { low: own_low, high: own_high },
        ) => {
            // A client's own token is exempt from the one that does not name the client.
            let (own_client, client) = clients;
            low >= own_low && high >= own_high && (client || !own_client)
        }
        _ => false,
    };
    reaches && (broad.id.is_none() || broad.id == view.id) && broad.except.is_within(view.except)
}

impl Forgettable {
    /// Could the rule refuse a token that is acceptable at the time of the prune or later? Suspensions
    /// stay, also ended ones: an old one that arrives late must not come back.
    pub(super) fn needs(&self, shape: &Shape, view: &View<'_>) -> bool {
        match view.says() {
            Says::Issued { high, .. } => high > self.floor,
            // A client's own token has no login that ages, so a cutoff that names a client stays.
            Says::Authenticated { high, .. } => {
                shape.contains(&Dimension::Client)
                    || self.login_floor.is_none_or(|floor| high > floor)
            }
            Says::Revoked(Until::Time(until)) => until.as_millis() > self.expired,
            Says::Revoked(Until::Never) | Says::Suspended { .. } => true,
        }
    }
}
