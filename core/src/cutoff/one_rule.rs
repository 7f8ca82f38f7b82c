//! A rule by itself: whom it hits.

use super::dimension::{Dimension, MAX_DIMENSIONS, Shape};
use super::facts::Facts;
use super::freshness::Source;
use super::hashing::HashKey;
use super::horizon::Horizon;
use super::matching::private::Matching;
use super::matching::{Damaged, Named, RuleSet, Visit};
use super::record::Record;
use super::rule::Rule;
use super::summary::{Names, TokenIds, found};
use super::target::Target;
use super::values::Values;
use alloc::boxed::Box;

/// One rule, as a set of rules.
pub(crate) struct OneRule {
    shape: Box<Shape>,
    record: Record,
    key: HashKey,
}

impl OneRule {
    /// The rule as it stands; `None`, where it cannot be applied. A cutoff that `apply` would bring down to
    /// the present refuses all that was issued until now either way.
    pub(crate) fn of(rule: &Rule) -> Option<Self> {
        rule.check().ok()?;
        let key = super::snapshot::public_key();
        Some(Self { shape: rule.target.shape(), record: Record::new(rule, 0), key })
    }
}

impl RuleSet for OneRule {}

impl Matching for OneRule {
    fn matching(&self, facts: &Facts<'_>, visit: Visit<'_>) -> Result<(), Damaged> {
        let values = Values::read(facts, &self.key, self.shape.iter().map(Dimension::borrowed));
        let mut places = [0; MAX_DIMENSIONS];
        places.iter_mut().zip(0..).for_each(|(slot, place)| *slot = place);
        let places = places.get(..self.shape.len()).unwrap_or_default();
        if values.have(places, self.record.key()) {
            let (session, token_id) = (facts.claims.session(), facts.claims.token_id());
            let target = || Named::from(Target::of_key(&self.shape, self.record.key()));
            let names = Names::of(&self.shape);
            found(&self.record.view(), TokenIds { session, token_id }, names, &mut |found| {
                visit(&target, found);
            });
        }
        Ok(())
    }

    fn source(&self) -> Source {
        Source::Local
    }

    fn horizon(&self) -> Horizon {
        Horizon::default()
    }
}
