//! What a validation asks: any set of rules, by one question.

use alloc::vec::Vec;
use core::time::Duration;

use self::private::Matching;
use super::facts::Facts;
use super::freshness::Source;
use super::horizon::Horizon;
use super::rule::Rule;
use super::state::Cutoffs;
use super::summary::Found;
use super::target::Target;

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
    use super::{Damaged, Facts, Horizon, Source, Visit};

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
}
