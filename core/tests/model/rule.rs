//! One rule, as plain values.

use std::time::Duration;

use lowwater::{At, UnixTime, Until};

use super::target::{Dimension, Target};
use super::token::Token;

/// Milliseconds of the last second of the year 9999.
pub const LAST: i64 = 253_402_300_799_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub target: Target,
    pub what: What,
    pub id: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    IssuedBefore(Cutoff),
    AuthenticatedBefore(Cutoff),
    /// Until when; without: for ever.
    Revoked(Option<i64>),
    Suspended {
        on: bool,
        version: u64,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cutoff {
    /// T in milliseconds.
    pub at: i64,
    /// 1000 of a whole second, else 0.
    pub resolution: i64,
    pub guard: i64,
    pub except: Vec<Except>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Except {
    Session(&'static str),
    TokenId(&'static str),
}

impl Cutoff {
    pub const fn low(&self) -> i64 {
        self.at + self.guard
    }

    pub const fn high(&self) -> i64 {
        self.low() + self.resolution
    }

    pub fn excepts(&self, token: &Token) -> bool {
        self.except.iter().any(|except| match except {
            Except::Session(session) => token.text("sid") == Some(session),
            Except::TokenId(id) => token.text("jti") == Some(id),
        })
    }

    fn same_exceptions(&self, other: &Self) -> bool {
        let within =
            |one: &Self, other: &Self| one.except.iter().all(|id| other.except.contains(id));
        within(self, other) && within(other, self)
    }
}

impl What {
    pub const fn cutoff(&self) -> Option<&Cutoff> {
        match self {
            Self::IssuedBefore(cutoff) | Self::AuthenticatedBefore(cutoff) => Some(cutoff),
            Self::Revoked(_) | Self::Suspended { .. } => None,
        }
    }

    pub fn same_kind(&self, other: &Self) -> bool {
        core::mem::discriminant(self) == core::mem::discriminant(other)
    }
}

impl Rule {
    /// T at most a minute after `present`, at the earliest 1970. Tells whether it was later.
    pub fn clamp(&mut self, present: i64) -> bool {
        let latest = present.saturating_add(60_000).max(0);
        match &mut self.what {
            What::IssuedBefore(cutoff) | What::AuthenticatedBefore(cutoff)
                if cutoff.at > latest =>
            {
                cutoff.at = latest;
                true
            }
            _ => false,
        }
    }

    /// What the design says cannot be a rule: a dimension twice, a time outside 1970 to 9999, more than
    /// eight exceptions, a guard above 300 s.
    pub fn is_valid(&self) -> bool {
        let dimensions = &self.target.0;
        let twice = dimensions.iter().enumerate().any(|(number, (one, _))| {
            dimensions.iter().take(number).any(|(other, _)| other == one)
        });
        !twice
            && match &self.what {
                What::IssuedBefore(cutoff) | What::AuthenticatedBefore(cutoff) => {
                    (0..=LAST).contains(&cutoff.at)
                        && (0..=300_000).contains(&cutoff.guard)
                        && cutoff.except.len() <= 8
                }
                What::Revoked(until) => until.is_none_or(|until| (0..=LAST).contains(&until)),
                What::Suspended { version, .. } => *version < 1 << 53,
            }
    }

    /// Does another rule of the same (target, kind, id) and exceptions say as much?
    pub fn says_no_more_than(&self, other: &Self) -> bool {
        self.target.same(&other.target)
            && self.id == other.id
            && match (&self.what, &other.what) {
                (What::IssuedBefore(one), What::IssuedBefore(two))
                | (What::AuthenticatedBefore(one), What::AuthenticatedBefore(two)) => {
                    one.same_exceptions(two) && one.low() <= two.low() && one.high() <= two.high()
                }
                (What::Revoked(one), What::Revoked(two)) => {
                    one.unwrap_or(i64::MAX) <= two.unwrap_or(i64::MAX)
                }
                (
                    What::Suspended { on, version },
                    What::Suspended { on: other, version: against },
                ) => (version, on) <= (against, other),
                _ => false,
            }
    }

    pub fn names_client(&self) -> bool {
        self.target.names(&[Dimension::Client])
    }

    pub fn names_session_or_device(&self) -> bool {
        self.target.names(&[Dimension::Session, Dimension::Device])
    }

    pub fn real(&self) -> lowwater::Rule {
        let target = self.target.real();
        let at = |cutoff: &Cutoff| match cutoff.resolution {
            0 => At::Millis(cutoff.at),
            _ => At::Second(cutoff.at / 1000),
        };
        let mut rule = match &self.what {
            What::IssuedBefore(cutoff) => lowwater::Rule::issued_before(target, at(cutoff)),
            What::AuthenticatedBefore(cutoff) => {
                lowwater::Rule::authenticated_before(target, at(cutoff))
            }
            What::Revoked(Some(until)) => {
                lowwater::Rule::revoked(target, UnixTime::from_millis(*until))
            }
            What::Revoked(None) => lowwater::Rule::revoked(target, Until::Never),
            What::Suspended { on, version } => lowwater::Rule::suspended(target, *on, *version),
        };
        if let Some(cutoff) = self.what.cutoff() {
            if cutoff.guard != 0 {
                rule = rule.skew_guard(Duration::from_millis(cutoff.guard.unsigned_abs()));
            }
            for except in &cutoff.except {
                rule = match except {
                    Except::Session(session) => rule.except_session(session),
                    Except::TokenId(id) => rule.except_token_id(id),
                };
            }
        }
        if let Some(id) = self.id { rule.with_id(id) } else { rule }
    }
}
