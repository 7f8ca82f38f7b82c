//! Tokens before the library and before the model.

use std::time::Duration;

use lowwater::{Cutoffs, Freshness, Remedy, RuleSet, UnixTime, Validator};

use super::decide::{Answer, Floors, Told, decide};
use super::dice::Dice;
use super::policy::{ALIKE, Retention, Terms, all};
use super::rule::{LAST, What};
use super::state::{Age, Source, State};
use super::token::{Stamp, Token};
use crate::signing::NOW;

pub const START: i64 = NOW * 1000;

/// Those who ask: two policies, and the tokens so far.
#[derive(Debug)]
pub struct Askers {
    pub policies: [usize; 2],
    pub tokens: Vec<(Token, String)>,
    /// By what was pruned.
    pub retentions: Vec<Retention>,
    /// Before this time the remedies of cutoffs may differ, for some were compacted away.
    pub compacted_at: Option<i64>,
}

/// One token asked at one time under one policy.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    pub policy: usize,
    pub token: usize,
    pub now: i64,
}

pub fn of_policy(number: usize) -> &'static (Terms, Validator) {
    &all()[number % all().len()]
}

pub const fn at(millis: i64) -> UnixTime {
    UnixTime::from_millis(millis)
}

pub const fn span(millis: i64) -> Duration {
    Duration::from_millis(millis.unsigned_abs())
}

/// What the library answers, in the model's words.
pub fn real_answer(validator: &Validator, token: &str, rules: &dyn RuleSet, now: i64) -> Answer {
    match validator.validate(token, rules, at(now)) {
        Ok(accepted) => Answer::Accepted(match accepted.freshness() {
            Freshness::Stale(age) => Age::Stale(i64::try_from(age.as_millis()).unwrap()),
            _ => Age::Fresh,
        }),
        Err(refused) => {
            let challenge = refused.www_authenticate().unwrap_or_default();
            let max_age =
                challenge.split_once("max_age=\"").and_then(|(_, age)| age.split_once('"'));
            // When to ask again for rules that cannot be asked is no question of the rules.
            let retry_after = match refused.remedy() {
                Remedy::RetryLater => None,
                _ => refused.retry_after().map(i64::from),
            };
            let told = Told { retry_after, max_age: max_age.map(|(age, _)| age.parse().unwrap()) };
            Answer::Refused(refused.code().as_str(), refused.remedy(), told)
        }
    }
}

/// Instants at which something changes: tokens and questions lie next to them.
pub fn instants(model: &State, clock: i64) -> Vec<i64> {
    let mut instants = vec![clock, START];
    instants.extend(model.horizon.floor);
    instants.extend(model.horizon.login_floor);
    instants.extend(model.horizon.pruned_at);
    for held in model.rules.iter().rev().take(5) {
        match &held.rule.what {
            What::IssuedBefore(cutoff) | What::AuthenticatedBefore(cutoff) => {
                instants.extend([cutoff.at, cutoff.low(), cutoff.high()]);
            }
            // A token issued at the second may end at the first.
            What::Revoked(Some(until)) => instants.extend([*until, until - 5000]),
            What::Revoked(None) => {}
            What::Suspended { .. } => {}
        }
    }
    instants
}

impl Askers {
    pub fn new(dice: &mut Dice<'_>) -> Self {
        let first = dice.below(all().len());
        // Mostly of the same lifetimes, so that both live by what is forgotten.
        let second = match dice.chance(60) {
            true => first / ALIKE * ALIKE + dice.below(ALIKE),
            false => dice.below(all().len()),
        };
        Self {
            policies: [first, second],
            tokens: Vec::new(),
            retentions: Vec::new(),
            compacted_at: None,
        }
    }

    /// The retention of some of the policies; mostly of all.
    pub fn retention(&self, dice: &mut Dice<'_>) -> (Retention, lowwater::Retention) {
        let [(one, first), (two, second)] = self.policies.map(of_policy);
        match dice.below(8) {
            6 => (one.retention(), first.retention()),
            7 => (two.retention(), second.retention()),
            _ => {
                (one.retention().join(two.retention()), first.retention().join(second.retention()))
            }
        }
    }

    /// An old token or a new one, at a time that matters to it.
    pub fn question(&mut self, dice: &mut Dice<'_>, model: &State, clock: i64) -> Question {
        let instants = instants(model, clock);
        let token = if dice.chance(40) && !self.tokens.is_empty() {
            dice.below(self.tokens.len())
        } else {
            let mut token = dice.token(&instants);
            if dice.chance(15) {
                token.stand_at(&model.horizon, dice);
            }
            let held = model.rules.len();
            if held > 0 && dice.chance(60) {
                let clients = model.rules.iter().position(|held| held.rule.names_client());
                let random = dice.below(held);
                let number = clients.filter(|_| dice.chance(20)).unwrap_or(random);
                let rule = &model.rules[number].rule;
                let spared = dice.chance(20).then(|| dice.below(4));
                token.take_on(&rule.target, spared);
            }
            let text = token.sign();
            self.tokens.push((token, text));
            self.tokens.len() - 1
        };
        let policy = dice.pick(&self.policies);
        let leeway = of_policy(policy).0.leeway;
        let of = |time: &Option<Stamp>| time.as_ref().map_or(clock, |time| time.at);
        let asked = &self.tokens[token].0;
        let (issued, expires) = (of(&asked.issued), of(&asked.expires));
        let session = of_policy(policy).0.max_session.unwrap_or(0);
        let now = match dice.below(9) {
            0 | 1 => clock,
            8 => of(&asked.login).max(issued) + session + leeway - 1,
            2 => issued + 1000,
            3 => issued + dice.pick(&[0, 1, -1, 2000, 60_000, 599_999]) - leeway,
            4 => expires + leeway - 1,
            5 => expires + dice.pick(&[0, -1, -2000]),
            6 => dice.near(&instants),
            _ => dice.near(&instants) + leeway,
        };
        // Mostly at a time when the policy permits the token, so that the rules are asked.
        let first = issued.max(asked.login.as_ref().map_or(0, |login| login.at)) - leeway;
        let now = match dice.chance(80) && first < expires + leeway {
            true => now.clamp(first, expires + leeway - 1),
            false => now,
        };
        Question { policy, token, now: now.clamp(0, LAST) }
    }

    /// Is what the library says what the model says?
    pub fn hold(
        &self,
        rules: &dyn RuleSet,
        model: &State,
        question: Question,
    ) -> Result<(), String> {
        let (terms, validator) = of_policy(question.policy);
        let (token, text) = &self.tokens[question.token];
        let now = question.now;
        let got = real_answer(validator, text, rules, now);
        let names = |rule: &super::rule::Rule| rule.target.matches(token, terms);
        let honest = !model.ends_too_early(names, token);
        let covered = self.retentions.iter().all(|retention| retention.covers(terms));
        let pruned = model.horizon.pruned_at;
        let since_prune = pruned.is_none_or(|pruned| now >= pruned);
        let fault = |wanted: Answer, why: &str| {
            Err(format!(
                "{why}\n  wanted {wanted:?}\n  got    {got:?}\n  {question:?}\n  {terms:?}\n  {token:?}"
            ))
        };
        let heeded = decide(model, terms, token, now, Floors::Heeded);
        if (honest || pruned.is_none() || (since_prune && covered)) && !self.same(got, heeded, now)
        {
            return fault(heeded, "the model with floors answers otherwise");
        }
        if pruned.is_some() {
            let never = decide(model, terms, token, now, Floors::Ignored);
            // A floor ends at 1970, and tells a shorter age there than the session's.
            let (got, never) = match model.horizon.login_floor {
                Some(0) => (got.untold(), never.untold()),
                _ => (got, never),
            };
            if since_prune && covered && !self.same(got, never, now) {
                return fault(never, "the model that never forgets answers otherwise");
            }
            if honest && never.is_refusal() && !got.is_refusal() {
                return fault(never, "forgetting brought a token back");
            }
        }
        Ok(())
    }

    /// Before the time of a compaction a narrower cutoff may have said Refresh where the broader one
    /// says WaitUntil: the code is the same. After it the remedy is as well, but not the seconds of a
    /// challenge: of two narrower cutoffs the one that goes may have raised the other's `low`.
    fn same(&self, got: Answer, wanted: Answer, now: i64) -> bool {
        match (got, wanted, self.compacted_at) {
            (Answer::Refused(one, ..), Answer::Refused(two, ..), Some(at)) if now < at => {
                one == two
            }
            (_, _, Some(_)) => got.untold() == wanted.untold(),
            (_, _, None) => got == wanted,
        }
    }

    /// A later cutoff of the broader target says WaitUntil where the narrower one, which is gone, would
    /// say Refresh still: until it has passed.
    pub fn cutoffs_came(&mut self, compacted: bool, reach: Option<i64>) {
        if compacted {
            self.compacted_at = self.compacted_at.max(reach);
        }
    }

    /// The same question under a tighter bound.
    pub fn hold_tightly(
        &self,
        real: &Cutoffs,
        model: &State,
        question: Question,
        bound: i64,
    ) -> Result<(), String> {
        let mut tighter = model.clone();
        if let Source::Replica { expired_after, .. } = &mut tighter.source {
            *expired_after = bound.min(*expired_after);
        }
        self.hold(&real.fresh_within(span(bound)), &tighter, question)
    }
}
