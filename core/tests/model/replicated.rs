//! An authority, a replica of it, and changes that travel between them in any order.

use core::fmt::{self, Display};

use lowwater::{Cutoffs, Progress};

use super::ask::{Askers, START, at, instants};
use super::dice::{Dice, IDS};
use super::state::{Delta, Source, State};
use super::world::{Event, Pair, Step};

/// Changes on their way, and what they are to the model.
#[derive(Debug)]
struct Letter {
    bytes: Vec<u8>,
    delta: Delta,
}

#[derive(Debug)]
pub struct Replicated {
    authority: Pair,
    real: Cutoffs,
    model: State,
    /// All changes up to this number came.
    upto: u64,
    came: Vec<Delta>,
    letters: Vec<Letter>,
    askers: Askers,
    clock: i64,
    /// What is held in fewer words by the authority reaches a replica with gaps in no words.
    compacted: bool,
}

impl Replicated {
    pub fn new(start: &[u8]) -> Self {
        let mut dice = Dice::new(start);
        let askers = Askers::new(&mut dice);
        let source = Source::Replica {
            stale_after: 30_000,
            expired_after: 1 << 42,
            loaded: None,
            unchecked: false,
        };
        let mut real = super::forms::empty(source);
        let mut model = State::new(source);
        let authority = Pair::new(Source::Local, 1000);
        if dice.chance(90) {
            real.loaded(at(START), at(START));
            model.loaded(START, START);
        }
        Self {
            authority,
            real,
            model,
            upto: 0,
            came: Vec::new(),
            letters: Vec::new(),
            askers,
            clock: START,
            compacted: false,
        }
    }

    pub fn take(&mut self, step: &Step) -> Result<(), String> {
        let compacted = self.askers.compacted_at.is_some();
        self.happen(&mut Dice::new(&step.what))?;
        self.askers.cutoffs_came(compacted, self.authority.reach.take());
        for ask in &step.asks {
            let mut dice = Dice::new(ask);
            let question = self.askers.question(&mut dice, &self.authority.model, self.clock);
            self.askers.hold(&self.authority.real, &self.authority.model, question)?;
            if !self.compacted || self.came.iter().all(|delta| delta.upto <= self.upto) {
                self.askers.hold(&self.real, &self.model, question)?;
            }
        }
        Ok(())
    }

    fn happen(&mut self, dice: &mut Dice<'_>) -> Result<(), String> {
        let clock = self.clock;
        let known = instants(&self.authority.model, clock);
        let end = clock + 7_200_000;
        match dice.below(16) {
            0..=4 => {
                let rule = dice.rule(&known, end, &self.authority.model.rules);
                self.authority.apply(rule, clock)
            }
            5..=7 => self.send(dice),
            8..=10 => {
                let letter = match self.letters.len() {
                    0 => return Ok(()),
                    count => dice.below(count),
                };
                // A letter that stays may come again; one that goes before it came is lost.
                let lost = dice.chance(15);
                if !lost {
                    self.deliver(letter)?;
                }
                if dice.chance(50) || lost {
                    self.letters.remove(letter);
                }
                Ok(())
            }
            11 => {
                self.authority.lift(dice.pick(&IDS));
                Ok(())
            }
            12 => {
                let retention = self.askers.retention(dice);
                let now = clock + dice.pick(&[0, 661_000, 3_661_000, 10_000_000]);
                if self.authority.prune(now, retention, false)? {
                    self.askers.retentions.push(retention.0);
                }
                Ok(())
            }
            13 => {
                self.clock = clock + dice.pick(&[1000, 1, 20_000, 40_000, 661_000]);
                self.authority.events.push(Event::ClockAt(self.clock));
                Ok(())
            }
            14 => self.catch_up(),
            _ => {
                self.compacted = true;
                self.authority.compact(clock);
                self.askers.compacted_at = self.askers.compacted_at.max(Some(clock));
                Ok(())
            }
        }
    }

    /// The changes after some number, as they are now.
    fn send(&mut self, dice: &mut Dice<'_>) -> Result<(), String> {
        let upto = self.authority.real.sequence();
        let back: u64 = dice.pick(&[1, 2, 0, 3, 100]);
        let after = if dice.chance(40) { self.upto } else { upto.saturating_sub(back) };
        let bytes =
            self.authority.real.delta_since(after, at(self.clock)).map_err(|no| no.to_string())?;
        let delta = self.authority.model.delta(after, upto, self.clock);
        self.authority.events.push(Event::Changes(after, upto, self.clock));
        self.letters.push(Letter { bytes, delta });
        Ok(())
    }

    fn deliver(&mut self, letter: usize) -> Result<(), String> {
        self.authority.events.push(Event::Delivered(letter, self.clock));
        let Letter { bytes, delta } = &self.letters[letter];
        let progress = self.real.apply_delta(bytes, at(self.clock)).map_err(|no| no.to_string())?;
        self.model.merge(&delta.content, 0);
        self.came.push(delta.clone());
        // Whatever reaches on from what is whole makes more of it whole.
        while let Some(next) =
            self.came.iter().find(|delta| delta.after <= self.upto && delta.upto > self.upto)
        {
            self.upto = next.upto;
        }
        self.model.saw(self.clock);
        let whole = self.came.iter().filter(|delta| delta.upto <= self.upto);
        if let Some(as_of) = whole.map(|delta| delta.as_of).max() {
            self.model.loaded(as_of, self.clock);
        }
        let gaps = self.came.iter().filter(|delta| delta.after > self.upto);
        let before = gaps.map(|delta| delta.after + 1);
        let right = match (progress, before.min()) {
            (Progress::Complete { sequence }, None) => sequence == self.upto,
            (Progress::Gap { after, before, .. }, Some(next)) => {
                after == self.upto && before == next
            }
            _ => false,
        };
        match right && self.real.sequence() == self.upto {
            true => Ok(()),
            false => Err(format!("{progress:?}, but whole up to {}", self.upto)),
        }
    }

    /// A snapshot closes every gap.
    fn catch_up(&mut self) -> Result<(), String> {
        self.authority.events.push(Event::Whole(self.clock));
        let bytes = self.authority.real.to_snapshot(at(self.clock));
        self.real.load_snapshot(&bytes, at(self.clock)).map_err(|no| no.to_string())?;
        let upto = self.authority.real.sequence();
        let whole = self.authority.model.delta(0, upto, self.clock);
        self.model.merge(&self.authority.model, 0);
        self.model.loaded(self.clock, self.clock);
        self.came.push(whole);
        self.upto = upto;
        Ok(())
    }

    /// With all changes delivered a replica holds what its authority holds.
    pub fn deliver_everything(&mut self) -> Result<(), String> {
        for letter in (0..self.letters.len()).rev() {
            self.deliver(letter)?;
        }
        let after = self.real.sequence();
        let rest =
            self.authority.real.delta_since(after, at(self.clock)).map_err(|no| no.to_string())?;
        let upto = self.authority.real.sequence();
        let progress = self.real.apply_delta(&rest, at(self.clock)).map_err(|no| no.to_string())?;
        if progress != (Progress::Complete { sequence: upto }) {
            return Err(format!("{progress:?} instead of all up to {upto}"));
        }
        let exact = !self.compacted && !self.authority.model.forgot_a_tombstone();
        if exact && self.real.list() != self.authority.real.list() {
            return Err(format!("the replica holds\n{}", self.real.to_json_lines()));
        }
        self.model.merge(&self.authority.model, 0);
        self.model.loaded(self.clock, self.clock);
        for token in 0..self.askers.tokens.len() {
            for policy in self.askers.policies {
                let question = super::ask::Question { policy, token, now: self.clock };
                self.askers.hold(&self.real, &self.model, question)?;
            }
        }
        Ok(())
    }
}

impl Display for Replicated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for event in &self.authority.events {
            writeln!(f, "  {event:?}")?;
        }
        write!(f, "{}", self.authority.real.to_json_lines())
    }
}
