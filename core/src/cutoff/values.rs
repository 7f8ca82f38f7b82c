//! A token's values of the dimensions that rules name, each read and hashed once for all shapes.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::dimension::{Dimension, MAX_DIMENSIONS, Shape};
use super::facts::Facts;
use super::hashing::{HashKey, Partial};
use super::key::{KeyValue, KeyValues};
use super::target::Target;
use crate::claims::Scalar;

/// The values of one dimension: each once, in order. Only several ask for memory.
#[derive(Default)]
pub(super) enum Column<'c> {
    #[default]
    None,
    One(Scalar<'c>),
    Many(Vec<Scalar<'c>>),
}

impl<'c> Column<'c> {
    pub(super) fn text(value: Option<&'c str>) -> Self {
        value.map_or(Self::None, |value| Self::One(Scalar::Text(Cow::Borrowed(value))))
    }

    pub(super) fn add(&mut self, value: Scalar<'c>) {
        match self {
            Self::None => *self = Self::One(value),
            Self::One(first) if *first == value => {}
            Self::One(first) => *self = Self::Many(alloc::vec![first.clone(), value]),
            Self::Many(values) => values.push(value),
        }
    }

    /// A token that repeats a value says nothing more.
    pub(super) fn sorted(mut self) -> Self {
        if let Self::Many(values) = &mut self {
            values.sort_unstable();
            values.dedup();
        }
        self
    }

    fn values(&self) -> &[Scalar<'c>] {
        match self {
            Self::None => &[],
            Self::One(value) => core::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// How many dimensions are kept without asking for memory: few sets of rules name more.
const INLINE: usize = 8;

struct Known<'c> {
    column: Column<'c>,
    /// Of the only value. Of several each is hashed when it is asked for.
    hash: u64,
}

/// A token's values of all dimensions that a set of rules names, in the order of the set.
pub(super) struct Values<'k, 'c> {
    key: &'k HashKey,
    inline: [Known<'c>; INLINE],
    more: Vec<Known<'c>>,
}

/// What a token meets of one shape.
pub(super) enum Meets {
    /// It lacks a dimension.
    Nothing,
    /// One target, of this hash.
    One(u64),
    /// Several: it has more than one value of a dimension.
    Several,
}

/// The values of one target that the token matches, in the order of its shape.
pub(super) type Chosen<'v, 'c> = [Option<&'v Scalar<'c>>; MAX_DIMENSIONS];

impl<'k, 'c> Values<'k, 'c> {
    #[inline]
    pub(super) fn read<'s>(
        facts: &Facts<'c>,
        key: &'k HashKey,
        dimensions: impl Iterator<Item = Dimension<&'s str>>,
    ) -> Self {
        let inline = [const { Known { column: Column::None, hash: 0 } }; INLINE];
        let mut values = Self { key, inline, more: Vec::new() };
        for (place, dimension) in dimensions.enumerate() {
            let column = facts.column(dimension);
            let hash = if let Column::One(value) = &column { key.scalar(value) } else { 0 };
            let known = Known { column, hash };
            match values.inline.get_mut(place) {
                Some(slot) => *slot = known,
                None => values.more.push(known),
            }
        }
        values
    }

    #[inline]
    fn known(&self, place: u32) -> Option<&Known<'c>> {
        let place = usize::try_from(place).ok()?;
        match self.inline.get(place) {
            Some(known) => Some(known),
            None => self.more.get(place.saturating_sub(INLINE)),
        }
    }

    /// What the token meets of a shape whose dimensions stand at these places of the set's.
    #[inline]
    pub(super) fn meets(&self, places: &[u32]) -> Meets {
        let (mut sum, mut several) = (self.key.start(), false);
        for (place, number) in places.iter().zip(0..) {
            match self.known(*place) {
                Some(Known { column: Column::One(_), hash }) => {
                    sum = self.key.add(sum, number, *hash);
                }
                Some(Known { column: Column::Many(_), .. }) => several = true,
                Some(Known { column: Column::None, .. }) | None => return Meets::Nothing,
            }
        }
        if several { Meets::Several } else { Meets::One(sum.finish()) }
    }

    fn column(&self, place: u32) -> &[Scalar<'c>] {
        self.known(place).map(|known| known.column.values()).unwrap_or_default()
    }

    /// How many targets of a shape the token matches: the product of the columns' lengths.
    pub(super) fn targets(&self, places: &[u32]) -> usize {
        places.iter().map(|place| self.column(*place).len()).fold(1, usize::saturating_mul)
    }

    /// Is this the key of a target that the token matches?
    pub(super) fn have(&self, places: &[u32], key: &[u8]) -> bool {
        let mut values = KeyValues::of(key);
        let all = places.iter().all(|place| {
            let wanted = values.next().and_then(scalar);
            wanted.is_some_and(|wanted| self.column(*place).binary_search(&wanted).is_ok())
        });
        all && values.is_done()
    }

    /// Calls `visit` with the hash and the values of every target of this shape that the token matches.
    pub(super) fn each_target<'v>(
        &'v self,
        places: &[u32],
        visit: &mut dyn FnMut(u64, &Chosen<'v, 'c>),
    ) {
        self.choose(places, 0, self.key.start(), &mut [None; MAX_DIMENSIONS], visit);
    }

    fn choose<'v>(
        &'v self,
        places: &[u32],
        depth: usize,
        sum: Partial,
        chosen: &mut Chosen<'v, 'c>,
        visit: &mut dyn FnMut(u64, &Chosen<'v, 'c>),
    ) {
        let Some((place, rest)) = places.split_first() else {
            visit(sum.finish(), chosen);
            return;
        };
        for value in self.column(*place) {
            let sum = self.key.add(sum, depth, self.key.scalar(value));
            if let Some(slot) = chosen.get_mut(depth) {
                *slot = Some(value);
            }
            self.choose(rest, depth.saturating_add(1), sum, chosen, visit);
        }
        if let Some(slot) = chosen.get_mut(depth) {
            *slot = None;
        }
    }

    /// The only target that the token meets of a shape.
    pub(super) fn only(&self, places: &[u32]) -> Chosen<'_, 'c> {
        let mut chosen = [None; MAX_DIMENSIONS];
        for (slot, place) in chosen.iter_mut().zip(places) {
            *slot = self.column(*place).first();
        }
        chosen
    }
}

fn scalar(value: KeyValue<'_>) -> Option<Scalar<'_>> {
    Some(match value {
        KeyValue::Text(text) => Scalar::Text(Cow::Borrowed(core::str::from_utf8(text).ok()?)),
        KeyValue::Integer(integer) => Scalar::Integer(integer),
        KeyValue::Boolean(boolean) => Scalar::Boolean(boolean),
    })
}

/// Are these the values of a key?
pub(super) fn is_key(chosen: &Chosen<'_, '_>, key: &[u8]) -> bool {
    let mut values = KeyValues::of(key);
    chosen
        .iter()
        .map_while(|value| *value)
        .all(|own| values.next() == Some(KeyValue::of_scalar(own)))
        && values.is_done()
}

/// The target of a shape that has these values: for an explanation.
pub(super) fn target(shape: &Shape, chosen: &Chosen<'_, '_>) -> Option<Target> {
    let mut key = Vec::new();
    chosen
        .iter()
        .map_while(|value| *value)
        .for_each(|value| KeyValue::of_scalar(value).write(&mut key));
    Target::of_key(shape, &key)
}
