//! What several rules of one target say together.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use core::cmp::Reverse;

use super::dimension::{Dimension, Shape};
use super::record::{ExceptBytes, Says, View};
use super::rule::Until;

/// What a rule set says of one token, one kind of rule of one target at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(unnameable_types, reason = "part of the sealed trait of rule sets")]
pub enum Found {
    IssuedBefore { low: i64, high: i64 },
    AuthenticatedBefore { low: i64, high: i64, names_client: bool },
    Revoked { until: Until, session: bool },
    Suspended,
}

/// What a shape means for its rules.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    pub(super) client: bool,
    pub(super) session: bool,
}

impl Names {
    pub(super) fn of(shape: &Shape) -> Self {
        Self {
            client: shape.contains(&Dimension::Client),
            session: shape.contains(&Dimension::Session) || shape.contains(&Dimension::Device),
        }
    }

    pub(super) fn bits(self) -> u32 {
        u32::from(self.client) | u32::from(self.session) << 1
    }

    pub(super) fn from_bits(bits: u32) -> Option<Self> {
        (bits <= 3).then_some(Self { client: bits & 1 != 0, session: bits & 2 != 0 })
    }
}

/// The ids by which a token can be excepted.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenIds<'t> {
    pub(super) session: Option<&'t str>,
    pub(super) token_id: Option<&'t str>,
}

/// From when on tokens pass, and until when they are surely refused: each bound for itself, so that
/// what is merged refuses exactly what either refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) low: i64,
    pub(super) high: i64,
}

impl Bounds {
    fn join(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.max(other.high) }
    }
}

/// Cutoffs of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Merged {
    /// Those without exceptions.
    pub(super) plain: Option<Bounds>,
    /// The `low` of the others, by their exceptions.
    lows: BTreeMap<Box<[u8]>, i64>,
    /// The same, the greatest `low` first, with their `high`.
    order: BTreeMap<(Reverse<i64>, Box<[u8]>), i64>,
}

/// How far `high` lies above `low` at most: the resolution of a whole second.
const WIDEST: i64 = 1000;

impl Merged {
    pub(super) fn of_plain(bounds: Bounds) -> Self {
        Self { plain: Some(bounds), ..Self::default() }
    }

    fn add(&mut self, bounds: Bounds, except: ExceptBytes<'_>) {
        if except.0.is_empty() {
            self.plain = Some(self.plain.map_or(bounds, |own| own.join(bounds)));
            return;
        }
        let mut merged = bounds;
        if let Some(low) = self.lows.remove(except.0)
            && let Some(high) = self.order.remove(&(Reverse(low), Box::from(except.0)))
        {
            merged = bounds.join(Bounds { low, high });
        }
        self.lows.insert(except.0.into(), merged.low);
        self.order.insert((Reverse(merged.low), except.0.into()), merged.high);
    }

    /// Those with exceptions, the greatest `low` first.
    pub(super) fn excepting(&self) -> impl ExactSizeIterator<Item = (Bounds, ExceptBytes<'_>)> {
        let bounds = |low: i64, high: i64| Bounds { low, high };
        self.order
            .iter()
            .map(move |((Reverse(low), except), high)| (bounds(*low, *high), ExceptBytes(except)))
    }

    fn for_token(&self, ids: TokenIds<'_>) -> Option<Bounds> {
        for_token(self.plain, self.excepting(), ids)
    }
}

/// The bounds that hold for a token: those of all rules that do not except it. `excepting`: the greatest
/// `low` first.
///
/// Of many with exceptions few are asked: those are skipped that could raise neither bound, which are
/// all behind the first such.
pub(super) fn for_token<'e>(
    plain: Option<Bounds>,
    excepting: impl Iterator<Item = (Bounds, ExceptBytes<'e>)>,
    ids: TokenIds<'_>,
) -> Option<Bounds> {
    let mut merged = plain;
    for (bounds, except) in excepting {
        let reach = Bounds { low: bounds.low, high: bounds.low.saturating_add(WIDEST) };
        if merged.is_some_and(|own| own.join(reach) == own) {
            break;
        }
        let adds = merged.is_none_or(|own| own.join(bounds) != own);
        if adds && !except.contains(ids.session, ids.token_id) {
            merged = Some(merged.map_or(bounds, |own| own.join(bounds)));
        }
    }
    merged
}

/// All rules of one target together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) issued: Merged,
    pub(super) authenticated: Merged,
    pub(super) revoked: Option<Until>,
    /// The highest version, and whether it says on.
    pub(super) suspended: Option<(u64, bool)>,
}

impl Summary {
    pub(super) fn of<'r>(views: impl Iterator<Item = View<'r>>) -> Self {
        let mut summary = Self::default();
        views.for_each(|view| summary.add(&view));
        summary
    }

    pub(super) fn add(&mut self, view: &View<'_>) {
        match view.says() {
            Says::Issued { low, high } => self.issued.add(Bounds { low, high }, view.except),
            Says::Authenticated { low, high } => {
                self.authenticated.add(Bounds { low, high }, view.except);
            }
            Says::Revoked(until) => self.revoked = self.revoked.max(Some(until)),
            Says::Suspended { version, on } => {
                self.suspended = self.suspended.max(Some((version, on)));
            }
        }
    }

    /// Do the rules say nothing, as a suspension that has ended?
    pub(super) fn is_silent(&self) -> bool {
        let ended = Self { suspended: self.suspended, ..Self::default() };
        *self == ended && !matches!(self.suspended, Some((_, true)))
    }

    pub(super) fn found(&self, ids: TokenIds<'_>, names: Names, visit: &mut dyn FnMut(Found)) {
        let told = Told {
            issued: self.issued.for_token(ids),
            authenticated: self.authenticated.for_token(ids),
            revoked: self.revoked,
            suspended: matches!(self.suspended, Some((_, true))),
        };
        told.tell(names, visit);
    }
}

/// What the rules of one target say to one token.
pub(super) struct Told {
    pub(super) issued: Option<Bounds>,
    pub(super) authenticated: Option<Bounds>,
    pub(super) revoked: Option<Until>,
    pub(super) suspended: bool,
}

impl Told {
    pub(super) fn tell(&self, names: Names, visit: &mut dyn FnMut(Found)) {
        if let Some(Bounds { low, high }) = self.issued {
            visit(Found::IssuedBefore { low, high });
        }
        if let Some(Bounds { low, high }) = self.authenticated {
            visit(Found::AuthenticatedBefore { low, high, names_client: names.client });
        }
        if let Some(until) = self.revoked {
            visit(Found::Revoked { until, session: names.session });
        }
        if self.suspended {
            visit(Found::Suspended);
        }
    }
}

/// What one rule says: the same as a summary of it alone, without one.
pub(super) fn found(
    view: &View<'_>,
    ids: TokenIds<'_>,
    names: Names,
    visit: &mut dyn FnMut(Found),
) {
    if view.except.contains(ids.session, ids.token_id) {
        return;
    }
    match view.says() {
        Says::Issued { low, high } => visit(Found::IssuedBefore { low, high }),
        Says::Authenticated { low, high } => {
            visit(Found::AuthenticatedBefore { low, high, names_client: names.client });
        }
        Says::Revoked(until) => visit(Found::Revoked { until, session: names.session }),
        Says::Suspended { on: true, .. } => visit(Found::Suspended),
        Says::Suspended { on: false, .. } => {}
    }
}
