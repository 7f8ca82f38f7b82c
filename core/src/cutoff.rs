//! Rules: what has been taken back, and the stage that asks them.

mod change;
mod facts;
mod freshness;
mod held;
mod horizon;
mod json_lines;
mod pass;
mod rule;
mod rule_json;
mod rule_writer;
mod state;
mod target;

pub use self::change::{ApplyError, Change};
pub(crate) use self::facts::Facts;
pub use self::freshness::Freshness;
pub use self::horizon::PruneError;
pub use self::json_lines::LoadError;
pub(crate) use self::pass::{Live, Passed, check, pass};
pub use self::pass::{MatchedRule, Note};
pub use self::rule::{Rule, Until};
pub use self::state::{Cutoffs, FreshWithin, NoCutoffs, RuleSet};
pub use self::target::{Target, TargetValue};
