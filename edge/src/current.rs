//! The rules as they were when a reader asked.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::Guard;
use lowwater::Cutoffs;

/// The rules as they were when [`SharedCutoffs::current`](crate::SharedCutoffs::current) was called: they
/// do not change under it, whatever is applied meanwhile.
///
/// It is for one decision. A thread has room for eight of these; more at a time, or one that outlives the
/// next write, cost a count that other threads touch too. To keep rules for longer, across an `await`
/// too, take [`SharedCutoffs::hold`](crate::SharedCutoffs::hold).
///
/// ```
/// use lowwater::{Cutoffs, Rule, Target};
/// use lowwater_edge::{SharedCutoffs, now};
///
/// let rules = SharedCutoffs::new(Cutoffs::local());
/// let before = rules.current();
/// rules.apply(Rule::issued_before(Target::everyone(), now()), now())?;
/// assert_eq!((before.len(), rules.current().len()), (0, 1));
/// # Ok::<(), lowwater::ApplyError>(())
/// ```
#[must_use = "it is the rules that the next decision asks"]
pub struct Current(pub(crate) Guard<Arc<Cutoffs>>);

impl Deref for Current {
    type Target = Cutoffs;

    #[inline]
    fn deref(&self) -> &Cutoffs {
        &self.0
    }
}

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Current").field(&**self).finish()
    }
}
