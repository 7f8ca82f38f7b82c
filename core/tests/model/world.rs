//! One state, and everything that can happen to it.

use core::fmt::{self, Debug, Display};

use lowwater::{ApplyError, Change, Cutoffs};

use super::ask::{Askers, START, at, instants, of_policy, real_answer};
use super::dice::{Dice, IDS};
use super::forms::{by_snapshot, by_text, empty, forms};
use super::policy::Retention;
use super::rule::{Cutoff, LAST, Rule, What};
use super::state::{Source, State};

const DAY: i64 = 86_400_000;

/// Some choices of what happens, then some of who asks.
#[derive(Clone)]
pub struct Step {
    pub what: [u8; 32],
    pub asks: Vec<[u8; 32]>,
}

/// In few words: what the choices lead to stands among the events.
impl Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes and {} questions", self.what.len(), self.asks.len())
    }
}

/// What happened, for whoever reads a failure.
#[derive(Debug)]
#[expect(dead_code, reason = "read by `Debug` alone")]
pub enum Event {
    Started(Source, usize),
    Applied(Rule, i64, Change),
    Refused(Rule, i64),
    Lifted(&'static str),
    Merged(Vec<Self>),
    Pruned(i64, Retention, bool),
    Compacted(i64),
    ReadFromText,
    ReadFromSnapshot(i64),
    ClockAt(i64),
    Loaded(i64, i64),
    Changes(u64, u64, i64),
    Delivered(usize, i64),
    Whole(i64),
}

/// A state of the library, and the model of it.
#[derive(Debug)]
pub struct Pair {
    pub real: Cutoffs,
    pub model: State,
    pub capacity: usize,
    /// How high the cutoffs reach that came since this was last taken.
    pub reach: Option<i64>,
    pub events: Vec<Event>,
}

impl Pair {
    pub fn new(source: Source, capacity: usize) -> Self {
        let real = empty(source).with_capacity(capacity);
        let events = vec![Event::Started(source, capacity)];
        Self { real, model: State::new(source), capacity, reach: None, events }
    }

    /// Applies a rule to both; one that is refused changes nothing.
    pub fn apply(&mut self, mut rule: Rule, now: i64) -> Result<(), String> {
        let lifted = self.model.is_lifted(rule.id);
        let valid = rule.is_valid();
        let full = self.real.len() >= self.capacity;
        let before = (lifted || !valid || full).then(|| self.real.to_json_lines());
        let change = match self.real.apply(rule.real(), at(now)) {
            Ok(change) if valid && !lifted => change,
            Err(error) => {
                let right = match error {
                    ApplyError::Invalid(_) => !valid,
                    ApplyError::Lifted => lifted,
                    ApplyError::CapacityExceeded { capacity } => full && capacity == self.capacity,
                    _ => false,
                };
                let same = before.is_some_and(|before| before == self.real.to_json_lines());
                self.events.push(Event::Refused(rule.clone(), now));
                return match right && same {
                    true => Ok(()),
                    false => Err(format!("refused ({error}), and unchanged: {same}: {rule:?}")),
                };
            }
            Ok(change) => return Err(format!("{change:?}: {rule:?}, which is no rule")),
        };
        self.events.push(Event::Applied(rule.clone(), now, change));
        let clamped = rule.clamp(self.model.present(now));
        if (change == Change::Clamped && !clamped) || (change == Change::Applied && clamped) {
            return Err(format!("{change:?}, but the model's {rule:?}"));
        }
        self.model.saw(now);
        self.reach = self.reach.max(rule.what.cutoff().map(Cutoff::high));
        let number = if change == Change::AlreadyHeld { 0 } else { self.real.sequence() };
        self.model.hold(rule, number);
        self.within_capacity()
    }

    pub fn lift(&mut self, id: &'static str) {
        self.events.push(Event::Lifted(id));
        self.real.lift(id);
        self.model.lift(id, self.real.sequence());
    }

    /// Takes in another state, or has no room for it and changes nothing.
    pub fn merge(&mut self, other: Self) -> Result<(), String> {
        let before = self.real.clone();
        match self.real.merge(&other.real) {
            Ok(_) => {}
            Err(ApplyError::CapacityExceeded { .. })
                if before.to_json_lines() == self.real.to_json_lines() =>
            {
                return Ok(());
            }
            Err(error) => return Err(error.to_string()),
        }
        let mut flipped = other.real.clone();
        flipped.merge(&before).map_err(|error| error.to_string())?;
        flipped.merge(&other.real).map_err(|error| error.to_string())?;
        if flipped.list() != self.real.list() {
            return Err(format!(
                "the order of a merge matters:\n{}{}",
                flipped.to_json_lines(),
                self.real.to_json_lines()
            ));
        }
        self.model.merge(&other.model, self.real.sequence());
        self.reach = self.reach.max(other.reach);
        self.events.push(Event::Merged(other.events));
        self.within_capacity()
    }

    pub fn prune(
        &mut self,
        now: i64,
        retention: (Retention, lowwater::Retention),
        forced: bool,
    ) -> Result<bool, String> {
        self.events.push(Event::Pruned(now, retention.0, forced));
        let expected = self.model.prune(now, retention.0, forced);
        let before = self.real.len();
        let gone = match forced {
            true => Some(self.real.prune_forced(at(now), retention.1)),
            false => self.real.prune(at(now), retention.1).ok(),
        };
        if gone.is_some() != expected {
            return Err(format!(
                "pruned {gone:?}, but the model {expected}: {:?}",
                self.model.horizon
            ));
        }
        if before - gone.unwrap_or(0) != self.real.len() {
            return Err(format!("{gone:?} of {before} went, {} stay", self.real.len()));
        }
        Ok(expected)
    }

    pub fn compact(&mut self, now: i64) {
        self.events.push(Event::Compacted(now));
        self.real.compact(at(now));
    }

    pub fn read_back(&mut self, snapshot: bool, now: i64) -> Result<(), String> {
        let (real, model) = if snapshot {
            self.events.push(Event::ReadFromSnapshot(now));
            by_snapshot(&self.real, &self.model, now)?
        } else {
            self.events.push(Event::ReadFromText);
            by_text(&self.real, &self.model)?
        };
        self.real = real.with_capacity(self.capacity);
        self.model = model;
        Ok(())
    }

    fn within_capacity(&self) -> Result<(), String> {
        if self.real.len() > self.capacity || self.real.list().len() != self.real.len() {
            return Err(format!("{} rules, capacity {}", self.real.len(), self.capacity));
        }
        Ok(())
    }
}

/// The time at which a prune forgets a rule that is held, or a millisecond off.
fn prune_time(dice: &mut Dice<'_>, model: &State, clock: i64, retention: Retention) -> i64 {
    let held = match model.rules.len() {
        0 => None,
        count => model.rules.get(dice.below(count)),
    };
    let span = match held.map(|held| &held.rule.what) {
        Some(What::IssuedBefore(cutoff)) => {
            retention.max_lifetime.map(|lifetime| cutoff.high() + lifetime)
        }
        Some(What::AuthenticatedBefore(cutoff)) => {
            retention.max_session.map(|session| cutoff.high() + session)
        }
        Some(What::Revoked(until)) => *until,
        _ => None,
    };
    let exact = span.map_or(clock, |end| end + retention.leeway + dice.pick(&[0, 1, -1]));
    match dice.below(4) {
        0 => clock,
        1 => (clock + dice.pick(&[600_000, 661_000, 3_661_000, 6_000_000])).min(LAST),
        _ => exact.clamp(0, LAST),
    }
}

/// One state under one clock.
#[derive(Debug)]
pub struct World {
    pair: Pair,
    askers: Askers,
    clock: i64,
}

impl World {
    pub fn new(start: &[u8]) -> Self {
        let mut dice = Dice::new(start);
        let askers = Askers::new(&mut dice);
        let replica = |stale_after, expired_after| Source::Replica {
            stale_after,
            expired_after,
            loaded: Some(START),
            unchecked: false,
        };
        let source = dice.pick(&[
            Source::Local,
            Source::Local,
            replica(30_000, 300_000),
            replica(1_000_000, 5_000 * DAY),
        ]);
        let capacity = dice.pick(&[1000, 1000, 1000, 3, 6]);
        let mut pair = Pair::new(source, capacity);
        if let Source::Replica { loaded, .. } = &mut pair.model.source {
            *loaded = None;
            if dice.chance(90) {
                pair.real.loaded(at(START), at(START));
                pair.model.loaded(START, START);
                pair.events.push(Event::Loaded(START, START));
            }
        }
        Self { pair, askers, clock: START }
    }

    pub fn take(&mut self, step: &Step) -> Result<(), String> {
        let compacted = self.askers.compacted_at.is_some();
        self.happen(&mut Dice::new(&step.what))?;
        self.askers.cutoffs_came(compacted, self.pair.reach.take());
        for ask in &step.asks {
            let mut dice = Dice::new(ask);
            let (real, model) = (&self.pair.real, &self.pair.model);
            let question = self.askers.question(&mut dice, model, self.clock);
            self.askers.hold(real, model, question)?;
            if dice.chance(10) {
                let bound = dice.pick(&[1000, 0, 10_000, 40_000]);
                self.askers.hold_tightly(real, model, question, bound)?;
            }
        }
        Ok(())
    }

    fn happen(&mut self, dice: &mut Dice<'_>) -> Result<(), String> {
        let clock = self.clock;
        let known = instants(&self.pair.model, clock);
        let end = clock + 7_200_000;
        match dice.below(22) {
            0..=7 => {
                let rule = dice.rule(&known, end, &self.pair.model.rules);
                self.apply(rule, dice)?;
            }
            8 => {
                let rule = dice.mistake(&known, end);
                self.pair.apply(rule, clock)?;
            }
            9 => self.pair.lift(dice.pick(&IDS)),
            10 | 11 => {
                let other = self.another(dice, &known, end)?;
                self.pair.merge(other)?;
            }
            12 | 13 => {
                let retention = self.askers.retention(dice);
                let now = prune_time(dice, &self.pair.model, clock, retention.0);
                let forced = dice.chance(30);
                if self.pair.prune(now, retention, forced)? {
                    self.askers.retentions.push(retention.0);
                }
            }
            14 | 20 | 21 => self.compact(dice, &known, end)?,
            15 => self.pair.read_back(dice.chance(50), clock)?,
            16 => self.ask_each_form(dice)?,
            17 | 18 => {
                let jumps =
                    [1000, 1, -1, 60_000, -60_001, 700_000, -700_000, 4_000_000, 10_000_000];
                let far = [DAY, -30 * DAY, 367 * DAY, -400 * DAY, 36_500 * DAY, -18_000 * DAY];
                self.clock = match dice.below(4) {
                    0 => START,
                    1 => clock + dice.pick(&far),
                    _ => clock + dice.pick(&jumps),
                }
                .clamp(0, LAST - DAY);
                self.pair.events.push(Event::ClockAt(self.clock));
            }
            _ => {
                let before = dice.pick(&[0, -1000, -40_000, 59_999, 60_000, 60_001, -400_000]);
                // No state was made before 1970.
                let as_of = (clock + before).max(0);
                self.pair.real.loaded(at(as_of), at(clock));
                self.pair.model.loaded(as_of, clock);
                self.pair.events.push(Event::Loaded(as_of, clock));
            }
        }
        Ok(())
    }

    /// A rule more refuses no less, unless it ends a suspension.
    fn apply(&mut self, rule: Rule, dice: &mut Dice<'_>) -> Result<(), String> {
        let ends = matches!(rule.what, What::Suspended { on: false, .. });
        let question = self.askers.question(dice, &self.pair.model, self.clock);
        let (_, validator) = of_policy(question.policy);
        let (_, text) = &self.askers.tokens[question.token];
        let before = real_answer(validator, text, &self.pair.real, question.now);
        self.pair.apply(rule, self.clock)?;
        let after = real_answer(validator, text, &self.pair.real, question.now);
        if before.is_refusal() && !after.is_refusal() && !ends {
            return Err(format!("a rule let a token in: {before:?} {after:?} {question:?}"));
        }
        Ok(())
    }

    /// Two rules, one of them broader and about as late, are made one; what is left may be lifted.
    fn compact(&mut self, dice: &mut Dice<'_>, known: &[i64], end: i64) -> Result<(), String> {
        let mut broad = dice.rule(known, end, &self.pair.model.rules);
        let mut narrow = broad.clone();
        broad.target.0.pop();
        match &mut narrow.what {
            What::IssuedBefore(cutoff) | What::AuthenticatedBefore(cutoff) => {
                cutoff.at = (cutoff.at - dice.pick(&[1000, 0, 2000, -1000])).max(0);
                if dice.chance(60) {
                    cutoff.except.clear();
                }
            }
            What::Revoked(_) | What::Suspended { .. } => {}
        }
        narrow.id = dice.pick(&[narrow.id, None, Some(IDS[1])]);
        let (lifted, now) = (broad.id, dice.near(&instants(&self.pair.model, self.clock)));
        let now = now + dice.pick(&[0, 1000, 400_000]);
        self.pair.apply(narrow, self.clock)?;
        self.pair.apply(broad, self.clock)?;
        self.pair.compact(now);
        self.askers.compacted_at = self.askers.compacted_at.max(Some(now));
        if let Some(id) = lifted.filter(|_| dice.chance(50)) {
            self.pair.lift(id);
        }
        Ok(())
    }

    /// A second state with a history of its own.
    fn another(&mut self, dice: &mut Dice<'_>, known: &[i64], end: i64) -> Result<Pair, String> {
        let mut other = Pair::new(Source::Local, 1000);
        let clock = dice.near(known);
        let lifted = dice.pick(&[None, None, Some(IDS[0]), Some(IDS[1])]);
        let pruned = dice.chance(20);
        if pruned {
            let retention = self.askers.retention(dice);
            let now = prune_time(dice, &self.pair.model, clock, retention.0);
            other.prune(now, retention, true)?;
            self.askers.retentions.push(retention.0);
        }
        if let Some(id) = lifted {
            other.lift(id);
        }
        for _ in 0..1 + dice.below(2) {
            let rule = dice.rule(known, end, &self.pair.model.rules);
            other.apply(rule, clock)?;
        }
        Ok(other)
    }

    fn ask_each_form(&mut self, dice: &mut Dice<'_>) -> Result<(), String> {
        let question = self.askers.question(dice, &self.pair.model, self.clock);
        let index = self.pair.real.to_index([7; 16], at(self.clock));
        for form in forms(&self.pair.real, &self.pair.model, self.clock, &index)? {
            for token in 0..self.askers.tokens.len() {
                let question = super::ask::Question { token, ..question };
                self.askers
                    .hold(form.rules.as_ref(), &form.model, question)
                    .map_err(|fault| format!("{}: {fault}", form.name))?;
            }
        }
        Ok(())
    }
}

impl Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for event in &self.pair.events {
            writeln!(f, "  {event:?}")?;
        }
        write!(f, "{}", self.pair.real.to_json_lines())
    }
}
