//! Rules and tokens out of bytes. The pools are small, so that things meet, and times are drawn next to
//! those that matter. The first of every pool is the simplest, so that shrinking leads there.

use super::policy::OTHER_ISSUER;
use super::rule::{Cutoff, Except, LAST, Rule, What};
use super::state::Held;
use super::target::{Dimension, Target, Value};
use super::token::{Claim, Form, Stamp, Token};
use crate::signing::ISSUER;

pub const IDS: [&str; 3] = ["a", "b", "c"];

const SESSIONS: [&str; 3] = ["s1", "s2", ""];
const TOKEN_IDS: [&str; 2] = ["t1", "t2"];
const VALUES: [Value; 6] = [
    Value::Text("a"),
    Value::Text("5"),
    Value::Integer(5),
    Value::Boolean(true),
    Value::Text("true"),
    Value::Integer(-9_007_199_254_740_991),
];

/// Reads one choice after the other; without bytes left, the first of each.
#[derive(Debug)]
pub struct Dice<'b> {
    bytes: core::slice::Iter<'b, u8>,
}

impl<'b> Dice<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % count
    }

    pub fn pick<T: Copy>(&mut self, pool: &[T]) -> T {
        pool[self.below(pool.len())]
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// An instant at or next to one that matters.
    pub fn near(&mut self, instants: &[i64]) -> i64 {
        let offset = self.pick(&[0, 0, 1, -1, -400, 400, 1000, -1000, 999, -2000]);
        (self.pick(instants) + offset).clamp(0, LAST)
    }

    fn dimension(&mut self) -> (Dimension, Value) {
        let text = |pool: &[&'static str], dice: &mut Self| Value::Text(dice.pick(pool));
        let dimension = self.pick(&[
            Dimension::Subject,
            Dimension::Subject,
            Dimension::Issuer,
            Dimension::Client,
            Dimension::Session,
            Dimension::TokenId,
            Dimension::KeyId,
            Dimension::Tenant,
            Dimension::Device,
            Dimension::Confirmation,
            Dimension::Claim("roles"),
            Dimension::Claim("roles"),
            Dimension::Claim("plan"),
            Dimension::Claim("sub"),
            Dimension::Claim("org_id"),
        ]);
        let value = match dimension {
            Dimension::Subject => text(&["u1", "u1", "u2", "c1"], self),
            Dimension::Issuer => text(&[ISSUER, ISSUER, OTHER_ISSUER], self),
            Dimension::Client => text(&["c1", "c1", "c2"], self),
            Dimension::Session => text(&SESSIONS, self),
            Dimension::TokenId => text(&TOKEN_IDS, self),
            Dimension::KeyId => text(&["k", "k", "x"], self),
            Dimension::Confirmation => text(&["j1", "j2"], self),
            Dimension::Claim("sub") => text(&["u1", "u2"], self),
            Dimension::Tenant | Dimension::Device | Dimension::Claim(_) => self.pick(&VALUES),
        };
        (dimension, value)
    }

    fn target(&mut self) -> Target {
        let mut dimensions: Vec<(Dimension, Value)> = Vec::new();
        for _ in 0..self.pick(&[1, 1, 1, 0, 1, 2, 2, 3, 4]) {
            let next = self.dimension();
            if dimensions.iter().all(|(held, _)| *held != next.0) {
                dimensions.push(next);
            }
        }
        Target(dimensions)
    }

    fn cutoff(&mut self, instants: &[i64]) -> Cutoff {
        let far = self.pick(&[0, 0, 0, 0, 0, 0, 0, 59_999, 60_000, 60_001, -600_000, 1 << 40]);
        let at = (self.near(instants) + far).clamp(0, LAST);
        let resolution = self.pick(&[0, 1000]);
        let at = if resolution == 0 { at } else { at / 1000 * 1000 };
        let guard = self.pick(&[0, 0, 0, 1, 700, 1000, 300_000]);
        let mut except = Vec::new();
        for _ in 0..self.pick(&[0, 0, 0, 1, 2]) {
            let id = match self.chance(30) {
                true => Except::TokenId(self.pick(&TOKEN_IDS)),
                false => Except::Session(self.pick(&SESSIONS)),
            };
            if !except.contains(&id) {
                except.push(id);
            }
        }
        Cutoff { at, resolution, guard, except }
    }

    /// `instants`: those that matter; `end`: when the tokens of today have ended. Many rules are about
    /// what another is about already: they have to be told apart and merged.
    pub fn rule(&mut self, instants: &[i64], end: i64, held: &[Held]) -> Rule {
        let model = match held.len() {
            0 => None,
            count => self.chance(40).then(|| &held[self.below(count)].rule),
        };
        let target = model.map_or_else(|| self.target(), |model| model.target.clone());
        let id = self.pick(&[None, None, Some(IDS[0]), Some(IDS[1])]);
        let kind = match model.filter(|_| self.chance(70)).map(|model| &model.what) {
            Some(What::IssuedBefore(_)) => 0,
            Some(What::AuthenticatedBefore(_)) => 3,
            Some(What::Revoked(_)) => 6,
            Some(What::Suspended { .. }) => 7,
            None => self.below(8),
        };
        let what = match kind {
            0..=2 => What::IssuedBefore(self.cutoff(instants)),
            3..=5 => What::AuthenticatedBefore(self.cutoff(instants)),
            6 => {
                let near = self.near(instants);
                What::Revoked(self.pick(&[Some(end), Some(near), None]))
            }
            _ => What::Suspended { on: self.chance(50), version: self.pick(&[0, 1, 2]) },
        };
        Rule { target, what, id }
    }

    /// A rule that says nothing clear.
    pub fn mistake(&mut self, instants: &[i64], end: i64) -> Rule {
        let mut rule = self.rule(instants, end, &[]);
        let twice = ["u1", "u2"].map(|subject| (Dimension::Subject, Value::Text(subject)));
        match (self.below(3), &mut rule.what) {
            (1, What::IssuedBefore(cutoff) | What::AuthenticatedBefore(cutoff)) => {
                cutoff.guard = 300_001;
            }
            (2, What::IssuedBefore(cutoff) | What::AuthenticatedBefore(cutoff)) => {
                cutoff.at = self.pick(&[LAST + 1000, -1000]);
            }
            (_, What::Suspended { version, .. }) => *version = 1 << 53,
            (_, What::Revoked(until)) => *until = Some(LAST + 1),
            _ => rule.target = Target(twice.to_vec()),
        }
        rule
    }

    fn stamp(&mut self, millis: i64) -> Stamp {
        let form = self.pick(&[
            Form::Whole,
            Form::Whole,
            Form::Millis,
            Form::Tenths,
            Form::Hundredths,
            Form::Micros,
            Form::Exponent,
        ]);
        Stamp::new(millis, form)
    }

    pub fn token(&mut self, instants: &[i64]) -> Token {
        let at = self.near(instants);
        let issued = (!self.chance(5)).then(|| self.stamp(at));
        let lifetime = self.pick(&[600_000, 600_000, 599_999, 5000, 3_600_000, 60_000, 600_001, 1]);
        let from = issued.as_ref().map_or(at, |issued| issued.at);
        let expires = (!self.chance(5)).then(|| self.stamp(from + lifetime));
        let login = match self.below(4) {
            0 | 1 => None,
            2 => {
                let ago = self.pick(&[0, 1, 1000, 3000, 1_000_000, 5_000_000]);
                Some(self.stamp(from - ago))
            }
            _ => {
                let near = self.near(instants);
                Some(self.stamp(near.min(at)))
            }
        };
        let mut token = Token {
            issued,
            expires,
            login,
            claims: vec![("iss", self.one(&[ISSUER, ISSUER, ISSUER, OTHER_ISSUER]))],
            thumbprints: Vec::new(),
            key_id: "k",
            header: self.below(2) == 0,
        };
        let texts: [(&str, &[&str]); 5] = [
            ("sub", &["u1", "u1", "u2", "c1"]),
            ("client_id", &["c1", "c1", "c2"]),
            ("azp", &["c1", "c2"]),
            ("sid", &SESSIONS),
            ("jti", &TOKEN_IDS),
        ];
        // One byte tells which there are: most tokens carry about half of them.
        let present = self.below(256);
        for (number, (name, pool)) in texts.into_iter().enumerate() {
            if number == 0 || present >> number & 1 == 1 {
                let claim = self.one(pool);
                token.claims.push((name, claim));
            }
        }
        for (number, name) in ["org_id", "device_id", "roles", "plan"].into_iter().enumerate() {
            if present >> (number + 4) & 1 == 1 {
                let claim = self.claim();
                token.claims.push((name, claim));
            }
        }
        token.thumbprints = match self.below(5) {
            0..=2 => Vec::new(),
            3 => vec![("jkt", "j1")],
            _ => vec![("jkt", "j2"), ("x5t#S256", "j1")],
        };
        token
    }

    fn one(&mut self, pool: &[&'static str]) -> Claim {
        Claim::One(Value::Text(self.pick(pool)))
    }

    fn claim(&mut self) -> Claim {
        match self.below(4) {
            0 | 1 => Claim::One(self.pick(&VALUES)),
            2 => Claim::Many((0..self.below(4)).map(|_| self.pick(&VALUES)).collect()),
            _ => Claim::Other(self.pick(&["null", "[[5]]", "{\"a\":5}", "5.5"])),
        }
    }
}
