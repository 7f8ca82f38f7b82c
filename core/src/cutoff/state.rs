//! The rules that hold: kept by target, merged only when a token asks.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use self::private::Matching;
use super::facts::Facts;
use super::held::Held;
use super::rule::{Kind, Rule, Until};
use super::target::{Dimension, KeyBuffer, Target};
use crate::error::ConfigError;
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
    use super::{Facts, Found};
    use crate::cutoff::Target;

    /// Asks a rule set about a token.
    #[expect(unnameable_types, reason = "sealed: the crate alone promises what a rule set must")]
    pub trait Matching {
        /// Calls `visit` for each target that the token matches and each kind of rule that holds for
        /// it, merged over all rules that do not except the token.
        fn matching(&self, facts: &Facts<'_>, visit: &mut dyn FnMut(&Target, Found));
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
}

/// The rules that hold.
///
/// A token is refused if *any* rule refuses it. Applying a rule is idempotent, and the order of
/// several means nothing: of two cutoffs of one target the later counts, of two suspensions the one of
/// the higher version. For each token the shapes of targets that are present are looked up, so the cost
/// follows their number and not that of rules; cutoffs with exceptions are asked one by one.
///
/// Nothing here is locked: share it behind the lock of your choice, `RwLock<Cutoffs>` for example. If
/// the lock is poisoned or the store behind it is down, answer with
/// [`Validator::rules_unavailable`](crate::Validator::rules_unavailable), never without the rules.
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
}

/// What applying a rule did.
///
/// ```
/// use lowwater::{Change, Cutoffs, Rule, Target, UnixTime};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let rule = Rule::issued_before(Target::subject("u1"), now);
/// let mut cutoffs = Cutoffs::local();
/// assert_eq!(cutoffs.apply(rule.clone(), now)?, Change::Applied);
/// assert_eq!(cutoffs.apply(rule, now)?, Change::AlreadyHeld);
/// # Ok::<(), lowwater::ApplyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The rule holds now, and did not before.
    Applied,
    /// Nothing: what held already says as much.
    AlreadyHeld,
}

impl Change {
    /// `applied` or `already_held`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::AlreadyHeld => "already_held",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A rule could not be applied; what held before holds still.
///
/// ```
/// use lowwater::{Cutoffs, Rule, Target, UnixTime};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let milliseconds_for_seconds = UnixTime::from_secs(1_700_000_000_000);
/// let error = Cutoffs::local()
///     .apply(Rule::issued_before(Target::subject("u1"), milliseconds_for_seconds), now)
///     .unwrap_err();
/// assert_eq!(error.to_string(), "the rule is refused: `at` lies in the years 1970 to 9999, in seconds");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplyError {
    /// The rule says nothing clear.
    Invalid(ConfigError),
}

impl From<ConfigError> for ApplyError {
    fn from(mistake: ConfigError) -> Self {
        Self::Invalid(mistake)
    }
}

impl ApplyError {
    /// A stable snake_case name of the mistake.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invalid(mistake) => mistake.code(),
        }
    }
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(mistake) => mistake.fmt(f),
        }
    }
}

impl core::error::Error for ApplyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Invalid(mistake) => Some(mistake),
        }
    }
}

impl Cutoffs {
    /// No rules yet, in a process that is itself the authority: they are always fresh.
    #[must_use]
    pub const fn local() -> Self {
        Self { shapes: BTreeMap::new(), length: 0 }
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
        let Rule { target, mut kind, id, reason, .. } = rule;
        if let Kind::IssuedBefore(cutoff) | Kind::AuthenticatedBefore(cutoff) = &mut kind {
            let latest = now.as_millis().saturating_add(MAX_AHEAD);
            if cutoff.at > latest {
                cutoff.raw_at = Some(cutoff.at);
                cutoff.at = latest;
            }
        }
        let table = self.shapes.entry(target.shape()).or_default();
        let held = table.entry(target.key().into()).or_insert_with(|| Held::new(target));
        let before = held.len();
        let change = held.add(kind, id, reason);
        self.length = self.length.saturating_sub(before).saturating_add(held.len());
        Ok(change)
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
}

impl fmt::Debug for Cutoffs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cutoffs").field("rules", &self.length).finish_non_exhaustive()
    }
}
