//! Rules that change: all that can be done to them.

use lowwater::{BadLines, Change, Cutoffs, Progress, Retention, Rule};
use serde::Serialize;

use crate::mistake::{Mistake, Result};
use crate::rule::target;
use crate::rules::{Rules, freshness_json};
use crate::time::{at, span};
use crate::validator::Validator;
use crate::{count, json, number};

/// What a rule takes, roughly, in all tables that name it.
const RULE_BYTES: usize = 128;

/// What came of a file of rules.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AppliedLines {
    applied: usize,
    clamped: usize,
    already_held: usize,
    skipped: Vec<Skipped>,
}

#[derive(Serialize)]
struct Skipped {
    line: usize,
    mistake: String,
}

/// The validators that share rules.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sharers(Option<Retention>);

impl Sharers {
    /// One more.
    pub fn add(&mut self, validator: &Validator) {
        let one = validator.retention();
        self.0 = Some(self.0.map_or(one, |all| all.join(one)));
    }
}

/// All of these fail, with a mistake, on rules that cannot change.
#[expect(clippy::missing_errors_doc, reason = "said of all; the rest is the core's")]
impl Rules {
    /// Rules of which this process is the authority.
    #[must_use]
    pub fn local(capacity: Option<i64>) -> Self {
        Self::shared(Cutoffs::local(), capacity)
    }

    /// Rules of elsewhere.
    pub fn replica(stale_after: i64, expired_after: i64, capacity: Option<i64>) -> Result<Self> {
        let cutoffs = Cutoffs::replica(span(stale_after), span(expired_after))?;
        Ok(Self::shared(cutoffs, capacity))
    }

    /// Applies a rule; tells what came of it, in a word.
    pub fn apply(&self, rule: &Rule, now: i64) -> Result<&'static str> {
        Ok(self.cutoffs()?.apply(rule.clone(), at(now)).map(Change::as_str)?)
    }

    /// Undoes the rules of an id; tells how many.
    pub fn lift(&self, id: &str) -> Result<u32> {
        Ok(count(self.cutoffs()?.lift(id)))
    }

    /// Takes in other rules.
    pub fn merge(&self, other: &Self) -> Result<&'static str> {
        let other = other.cutoffs()?.hold();
        Ok(self.cutoffs()?.update(|rules| rules.merge(&other)).map(Change::as_str)?)
    }

    /// Drops what can hold no more for any validator; tells how many.
    pub fn prune(&self, sharers: &Sharers, now: i64, force: bool) -> Result<u32> {
        let expected = "must be a Validator, or a list of all that share the rules";
        let retention = sharers.0.ok_or_else(|| Mistake::argument("validators", expected))?;
        let gone = match force {
            true => self.cutoffs()?.update(|rules| Ok(rules.prune_forced(at(now), retention))),
            false => self.cutoffs()?.prune(at(now), retention),
        };
        Ok(count(gone?))
    }

    /// Drops rules that broader ones cover; tells how many.
    pub fn compact(&self, now: i64) -> Result<u32> {
        self.cutoffs()?.update(|rules| Ok(count(rules.compact(at(now)))))
    }

    /// The rules of a target, which is given as JSON.
    pub fn find(&self, target_json: &str) -> Result<Vec<Rule>> {
        Ok(self.cutoffs()?.hold().find(&target(target_json)?))
    }

    /// All rules.
    pub fn list(&self) -> Result<Vec<Rule>> {
        Ok(self.cutoffs()?.hold().list())
    }

    /// How old they are, as JSON.
    pub fn freshness(&self, now: i64) -> Result<String> {
        Ok(freshness_json(self.cutoffs()?.current().freshness(at(now))))
    }

    /// They are as the authority had them at `as_of`.
    pub fn loaded(&self, as_of: i64, now: i64) -> Result<()> {
        self.cutoffs()?.update(|rules| {
            rules.loaded(at(as_of), at(now));
            Ok(())
        })
    }

    /// The state as text.
    pub fn to_json_lines(&self) -> Result<String> {
        Ok(self.cutoffs()?.hold().to_json_lines())
    }

    /// Takes in a state; tells how many rules it held.
    pub fn load_json_lines(&self, lines: &str) -> Result<u32> {
        Ok(count(self.cutoffs()?.update(|rules| rules.load_json_lines(lines))?))
    }

    /// Applies rules of a file; what came of it, as JSON.
    pub fn apply_json_lines(&self, lines: &str, now: i64, skip_bad: bool) -> Result<String> {
        let bad = if skip_bad { BadLines::Skip } else { BadLines::Refuse };
        let came = self.cutoffs()?.update(|rules| rules.apply_json_lines(lines, at(now), bad))?;
        let skipped = came
            .skipped
            .iter()
            .map(|(line, mistake)| Skipped { line: *line, mistake: mistake.to_string() });
        Ok(json(&AppliedLines {
            applied: came.applied,
            clamped: came.clamped,
            already_held: came.already_held,
            skipped: skipped.collect(),
        }))
    }

    /// The state as bytes.
    pub fn to_snapshot(&self, now: i64) -> Result<Vec<u8>> {
        Ok(self.cutoffs()?.hold().to_snapshot(at(now)))
    }

    /// Takes in a snapshot; tells how many rules it held.
    pub fn load_snapshot(&self, snapshot: &[u8], now: i64) -> Result<u32> {
        Ok(count(self.cutoffs()?.load_snapshot(snapshot, at(now))?))
    }

    /// What changed after a sequence number.
    pub fn delta_since(&self, sequence: i64, now: i64) -> Result<Vec<u8>> {
        Ok(self.cutoffs()?.hold().delta_since(sequence.unsigned_abs(), at(now))?)
    }

    /// Takes in changes; how far it has come, as JSON.
    pub fn apply_delta(&self, delta: &[u8], now: i64) -> Result<String> {
        Ok(match self.cutoffs()?.apply_delta(delta, at(now))? {
            Progress::Complete { sequence } => {
                format!("{{\"complete\":true,\"sequence\":{sequence}}}")
            }
            Progress::Gap { after, before } => {
                format!("{{\"complete\":false,\"sequence\":{after},\"before\":{before}}}")
            }
        })
    }

    /// Decisions alone, to be asked in place. `secret`: 16 random bytes.
    pub fn to_index(&self, secret: &[u8], now: i64) -> Result<Vec<u8>> {
        let secret = secret.try_into();
        let secret = secret.map_err(|_| Mistake::argument("secret", "must have 16 bytes"))?;
        Ok(self.cutoffs()?.hold().to_index(secret, at(now)))
    }

    /// How many changes the authority has made.
    pub fn sequence(&self) -> Result<f64> {
        Ok(number(self.cutoffs()?.current().sequence()))
    }

    /// How many rules there are.
    pub fn size(&self) -> Result<u32> {
        Ok(count(self.cutoffs()?.current().len()))
    }

    /// What they take of memory, roughly.
    pub fn cutoffs_bytes(&self) -> Result<usize> {
        Ok(self.cutoffs()?.current().len().saturating_mul(RULE_BYTES))
    }
}
