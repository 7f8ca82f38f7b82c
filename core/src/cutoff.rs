//! Rules: what has been taken back, and the stage that asks them.

mod facts;
mod held;
mod pass;
mod rule;
mod rule_json;
mod state;
mod target;

pub(crate) use self::facts::Facts;
pub(crate) use self::pass::{Live, check, pass};
pub use self::pass::{MatchedRule, Note};
pub use self::rule::{Rule, Until};
pub use self::state::{ApplyError, Change, Cutoffs, NoCutoffs, RuleSet};
pub use self::target::{Target, TargetValue};
