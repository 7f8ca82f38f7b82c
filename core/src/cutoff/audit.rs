//! Which rules are there, for people who have to answer for them.

use alloc::vec::Vec;

use super::dimension::Shape;
use super::held::Held;
use super::record::Record;
use super::rule::Rule;
use super::state::Cutoffs;
use super::target::Target;

impl Cutoffs {
    /// Every rule that is kept, in an order that depends on nothing else.
    #[must_use]
    pub fn list(&self) -> Vec<Rule> {
        let mut all = Vec::with_capacity(self.len());
        self.each_record(|shape, record| all.extend(record.view().rule(shape)));
        all
    }

    /// What holds for whom, and why: the rules that name a part of this target (they hold for all of its
    /// tokens: of a user also those of his issuer and of everyone) and those that name more besides it
    /// (they hold for some of its tokens: of a user one session). Reads the rules of the shapes that name
    /// more.
    ///
    /// It knows no more of a user than the target says: name his tenant or device with
    /// [`and`](Target::and) to find their rules, or ask
    /// [`explain`](crate::Validator::explain) with a token.
    ///
    /// ```
    /// # use lowwater::{Cutoffs, Rule, Target, UnixTime, Until};
    /// let now = UnixTime::from_secs(1_700_000_000);
    /// let mut cutoffs = Cutoffs::local();
    /// let user = Target::subject("u1").at_issuer("https://i.example/");
    /// cutoffs.apply(Rule::issued_before(Target::issuer("https://i.example/"), now), now)?;
    /// let session = user.clone().and(Target::session("s1"));
    /// cutoffs.apply(Rule::revoked(session, Until::Never).with_reason("lost phone"), now)?;
    /// cutoffs.apply(Rule::suspended(Target::subject("u2"), true, 1), now)?;
    /// let found = cutoffs.find(&user);
    /// assert_eq!(found.len(), 2);
    /// assert!(found.iter().any(|rule| rule.reason() == Some("lost phone")));
    /// # Ok::<(), lowwater::ApplyError>(())
    /// ```
    #[must_use]
    pub fn find(&self, target: &Target) -> Vec<Rule> {
        let mut all = Vec::new();
        for (shape, table) in &self.shapes {
            let mut take = |held: &Held| {
                let rules = held.records().iter().filter_map(|record| record.view().rule(shape));
                all.extend(rules);
            };
            if let Some(part) = target.narrowed_to(shape) {
                self.held(&part).into_iter().for_each(&mut take);
            } else if target.shape().iter().all(|dimension| shape.contains(dimension)) {
                let names = |held: &&Held| {
                    let own = Target::of_key(shape, held.key());
                    own.is_some_and(|own| own.includes(target))
                };
                table.iter().filter(names).for_each(take);
            }
        }
        all
    }

    /// Calls `visit` with each rule that is kept, in the order of shapes, targets, and what they say.
    pub(super) fn each_record(&self, mut visit: impl FnMut(&Shape, &Record)) {
        for (shape, table) in &self.shapes {
            let mut held: Vec<&Held> = table.iter().collect();
            held.sort_unstable_by(|one, other| one.key().cmp(other.key()));
            held.into_iter().flat_map(Held::records).for_each(|record| visit(shape, record));
        }
    }
}
