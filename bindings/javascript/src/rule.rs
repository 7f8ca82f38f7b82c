//! Rules and targets from their JSON.

use lowwater::{Rule, Target};

use crate::mistake::{Result, in_json};

/// The rule of a JSON text; `text`: a person wrote it, and can be told the place of a mistake.
///
/// # Errors
/// What is no rule.
pub fn rule_from_json(json: &str, text: bool) -> Result<Rule> {
    Rule::from_json(json).map_err(in_json(text))
}

pub(crate) fn target(json: &str) -> Result<Target> {
    Target::from_json(json).map_err(in_json(false))
}
