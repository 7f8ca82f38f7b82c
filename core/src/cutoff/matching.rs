//! What a validation asks: any set of rules, by one question.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use self::private::Matching;
use super::facts::Facts;
use super::freshness::Source;
use super::horizon::Horizon;
use super::rule::Rule;
use super::state::Cutoffs;
use super::summary::Found;
use super::target::Target;
use crate::status::{StatusAnswer, StatusEntry, StatusSource};
use crate::time::UnixTime;

/// Hears what holds for a token: whom it names, made when it is asked for, and what its rules say.
pub(super) type Visit<'v> = &'v mut dyn FnMut(&dyn Fn() -> Named, Found);

/// Whom rules name, and the rules themselves where they are kept.
#[derive(Debug, Default)]
#[expect(unnameable_types, reason = "part of the sealed trait of rule sets")]
pub struct Named {
    pub(super) target: Option<Target>,
    pub(super) rules: Vec<Rule>,
}

impl From<Option<Target>> for Named {
    fn from(target: Option<Target>) -> Self {
        Self { target, rules: Vec::new() }
    }
}

/// Rules that a token may match cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(unnameable_types, reason = "part of the sealed trait of rule sets")]
pub struct Damaged;

pub(crate) mod private {
    use super::{Damaged, Facts, Horizon, Source, StatusSource, Visit};

    /// Asks a rule set about a token.
    #[expect(unnameable_types, reason = "sealed: the crate alone promises what a rule set must")]
    pub trait Matching {
        /// Calls `visit` for each target that the token matches and each kind of rule that holds for
        /// it, merged over all rules that do not except the token.
        ///
        /// # Errors
        /// Rules that the token may match are damaged.
        fn matching(&self, facts: &Facts<'_>, visit: Visit<'_>) -> Result<(), Damaged>;

        /// Where the rules come from, and how old they may be.
        fn source(&self) -> Source;

        /// What was forgotten.
        fn horizon(&self) -> Horizon;

        /// Who keeps status lists, where somebody does.
        fn status(&self) -> Option<&dyn StatusSource> {
            None
        }
    }
}

/// Rules that a validation asks: [`Cutoffs`], or [`NoCutoffs`] for an application that has none.
///
/// Sealed: what a rule set must promise (never fewer rules than were applied) cannot be checked from
/// outside.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no set of rules",
    label = "expected `&Cutoffs`, `&Index`, or `&NoCutoffs` for an application without rules",
    note = "a guard is not one: with `let rules = shared.current();` pass `&*rules`"
)]
pub trait RuleSet: Matching {
    /// The same rules, and status lists beside them: of a token that names an entry of one (`status`, as in
    /// draft-ietf-oauth-status-list) that entry is asked too, after the age of its session and before the rules.
    ///
    /// A token without `status` passes that check; where each has to have one, let the policy require the claim. Without
    /// lists a `status` is not read, and [`Accepted::notes`](crate::Accepted::notes) says so.
    ///
    /// ```
    /// use lowwater::{Accepted, Cutoffs, Rejection, RuleSet as _, StatusSource, UnixTime, Validator};
    ///
    /// fn guard(
    ///     validator: &Validator,
    ///     cutoffs: &Cutoffs,
    ///     lists: &dyn StatusSource, // `StatusLists` of `lowwater-intake`
    ///     token: &str,
    ///     now: UnixTime,
    /// ) -> Result<Accepted, Rejection> {
    ///     let decided = validator.validate(token, &cutoffs.with_status(&lists), now);
    ///     if let Some(list) = decided.as_ref().err().and_then(Rejection::wanted_list) {
    ///         // have it fetched; the answer is 503 until then
    ///     }
    ///     decided
    /// }
    /// ```
    fn with_status<'r, S: StatusSource + ?Sized>(&'r self, lists: &'r S) -> WithStatus<'r, Self, S>
    where
        Self: Sized,
    {
        WithStatus::new(self, lists)
    }
}

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
    fn matching(&self, _: &Facts<'_>, _: Visit<'_>) -> Result<(), Damaged> {
        Ok(())
    }

    fn source(&self) -> Source {
        Source::Local
    }

    fn horizon(&self) -> Horizon {
        Horizon::default()
    }
}

impl RuleSet for Cutoffs {}

impl Matching for Cutoffs {
    fn matching(&self, facts: &Facts<'_>, visit: Visit<'_>) -> Result<(), Damaged> {
        self.ask(facts, visit);
        Ok(())
    }

    fn source(&self) -> Source {
        self.source
    }

    fn horizon(&self) -> Horizon {
        self.horizon
    }
}

/// Rules with a tighter bound on their age: see [`Cutoffs::fresh_within`].
#[derive(Clone, Copy, Debug)]
pub struct FreshWithin<'r, R = Cutoffs> {
    pub(super) rules: &'r R,
    pub(super) bound: Duration,
}

impl<R: RuleSet> RuleSet for FreshWithin<'_, R> {}

impl<R: RuleSet> Matching for FreshWithin<'_, R> {
    fn matching(&self, facts: &Facts<'_>, visit: Visit<'_>) -> Result<(), Damaged> {
        self.rules.matching(facts, visit)
    }

    fn source(&self) -> Source {
        self.rules.source().within(self.bound)
    }

    fn horizon(&self) -> Horizon {
        self.rules.horizon()
    }

    fn status(&self) -> Option<&dyn StatusSource> {
        self.rules.status()
    }
}

/// Rules with status lists beside them: see [`RuleSet::with_status`].
pub struct WithStatus<'r, R: ?Sized, S: ?Sized> {
    rules: &'r R,
    lists: &'r S,
}

impl<'r, R: RuleSet + ?Sized, S: StatusSource + ?Sized> WithStatus<'r, R, S> {
    /// As [`RuleSet::with_status`], also for rules of which only the trait is known (`dyn RuleSet`).
    #[must_use]
    pub const fn new(rules: &'r R, lists: &'r S) -> Self {
        Self { rules, lists }
    }
}

impl<R: RuleSet + ?Sized, S: StatusSource + ?Sized> RuleSet for WithStatus<'_, R, S> {}

impl<R: RuleSet + ?Sized, S: StatusSource + ?Sized> Matching for WithStatus<'_, R, S> {
    fn matching(&self, facts: &Facts<'_>, visit: Visit<'_>) -> Result<(), Damaged> {
        self.rules.matching(facts, visit)
    }

    fn source(&self) -> Source {
        self.rules.source()
    }

    fn horizon(&self) -> Horizon {
        self.rules.horizon()
    }

    fn status(&self) -> Option<&dyn StatusSource> {
        Some(self)
    }
}

/// Rules may have lists already: those are asked about what is not for these.
impl<R: RuleSet + ?Sized, S: StatusSource + ?Sized> StatusSource for WithStatus<'_, R, S> {
    fn status(&self, entry: &StatusEntry<'_>, now: UnixTime) -> StatusAnswer {
        match (self.lists.status(entry, now), self.rules.status()) {
            (StatusAnswer::NotAllowed, Some(others)) => others.status(entry, now),
            (answer, _) => answer,
        }
    }
}

impl<R: fmt::Debug + ?Sized, S: ?Sized> fmt::Debug for WithStatus<'_, R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithStatus").field("rules", &self.rules).finish_non_exhaustive()
    }
}
