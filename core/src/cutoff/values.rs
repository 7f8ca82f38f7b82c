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

/// How many dimensions are kept, without asking for memory: few sets of rules name more.
const INLINE: usize = 12;

struct Known<'s, 'c> {
    dimension: Dimension<&'s str>,
    column: Column<'c>,
    /// Of the only value. Of several each is hashed when it is asked for.
    hash: u64,
}

/// A token's values, as far as they were asked for. `'s`: the set of rules that asks.
pub(super) struct Values<'s, 'f, 'c> {
    facts: &'f Facts<'c>,
    pub(super) key: &'s HashKey,
    inline: [Option<Known<'s, 'c>>; INLINE],
    more: Vec<Known<'s, 'c>>,
}

/// Where the columns of a shape lie among the values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    at: [u8; MAX_DIMENSIONS],
    length: u8,
    /// The hash of the target, where each column has one value.
    pub(super) only: Option<u64>,
}

impl Places {
    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.at.iter().take(usize::from(self.length)).map(|place| usize::from(*place))
    }

    /// Are all of its columns kept until the end? Others are there until the next shape is asked for.
    pub(super) fn are_kept(&self) -> bool {
        self.iter().all(|place| place < INLINE)
    }
}

/// The values of one target that the token matches, in the order of its shape.
pub(super) type Chosen<'v, 'c> = [Option<&'v Scalar<'c>>; MAX_DIMENSIONS];

impl<'s, 'f, 'c> Values<'s, 'f, 'c> {
    pub(super) const fn new(facts: &'f Facts<'c>, key: &'s HashKey) -> Self {
        Self { facts, key, inline: [const { None }; INLINE], more: Vec::new() }
    }

    fn known(&self, place: usize) -> Option<&Known<'s, 'c>> {
        match self.inline.get(place) {
            Some(known) => known.as_ref(),
            None => self.more.get(place.saturating_sub(INLINE)),
        }
    }

    /// Reads a dimension, if it was not read before.
    #[inline]
    fn place(&mut self, dimension: Dimension<&'s str>) -> usize {
        for (place, slot) in self.inline.iter_mut().enumerate() {
            match slot {
                Some(known) if known.dimension == dimension => return place,
                Some(_) => {}
                None => {
                    *slot = Some(Known::read(dimension, self.facts, self.key));
                    return place;
                }
            }
        }
        self.more.push(Known::read(dimension, self.facts, self.key));
        self.more.len().saturating_sub(1).saturating_add(INLINE)
    }

    /// Reads the dimensions of a shape; `None`, as soon as the token lacks one.
    #[inline]
    pub(super) fn places(
        &mut self,
        shape: impl Iterator<Item = Dimension<&'s str>>,
    ) -> Option<Places> {
        let mut places = Places { at: [0; MAX_DIMENSIONS], length: 0, only: None };
        // Rules that name more claims than are kept have theirs read shape by shape: a search among
        // thousands for each would be quadratic.
        self.more.clear();
        let (mut sum, mut single) = (self.key.start(), true);
        for (number, (slot, dimension)) in places.at.iter_mut().zip(shape).enumerate() {
            let place = self.place(dimension);
            let known = self.known(place)?;
            match known.column {
                Column::None => return None,
                Column::One(_) => sum = self.key.add(sum, number, known.hash),
                Column::Many(_) => single = false,
            }
            // Those that are kept and those of this shape are fewer than 32.
            *slot = u8::try_from(place).unwrap_or(u8::MAX);
            places.length = places.length.saturating_add(1);
        }
        places.only = single.then(|| sum.finish());
        Some(places)
    }

    fn column(&self, place: usize) -> &[Scalar<'c>] {
        self.known(place).map(|known| known.column.values()).unwrap_or_default()
    }

    /// How many targets of a shape the token matches: the product of the columns' lengths.
    pub(super) fn targets(&self, places: &Places) -> usize {
        places.iter().map(|place| self.column(place).len()).fold(1, usize::saturating_mul)
    }

    /// Is this the key of the only target that the token matches?
    pub(super) fn is_only(&self, places: &Places, key: &[u8]) -> bool {
        let mut values = KeyValues::of(key);
        let same = places.iter().all(|place| {
            let own = self.column(place).first().map(KeyValue::of_scalar);
            own.is_some() && values.next() == own
        });
        same && values.is_done()
    }

    /// Is this the key of a target that the token matches?
    pub(super) fn have(&self, places: &Places, key: &[u8]) -> bool {
        let mut values = KeyValues::of(key);
        let all = places.iter().all(|place| {
            let wanted = values.next().and_then(scalar);
            wanted.is_some_and(|wanted| self.column(place).binary_search(&wanted).is_ok())
        });
        all && values.is_done()
    }

    /// Calls `visit` with the hash and the values of every target of this shape that the token matches.
    pub(super) fn each_target<'v>(
        &'v self,
        places: &Places,
        visit: &mut dyn FnMut(u64, &Chosen<'v, 'c>),
    ) {
        self.choose(places, 0, self.key.start(), &mut [None; MAX_DIMENSIONS], visit);
    }

    fn choose<'v>(
        &'v self,
        places: &Places,
        depth: usize,
        sum: Partial,
        chosen: &mut Chosen<'v, 'c>,
        visit: &mut dyn FnMut(u64, &Chosen<'v, 'c>),
    ) {
        let Some(place) = places.iter().nth(depth) else {
            visit(sum.finish(), chosen);
            return;
        };
        for value in self.column(place) {
            let sum = self.key.add(sum, depth, self.key.scalar(value));
            if let Some(slot) = chosen.get_mut(depth) {
                *slot = Some(value);
            }
            self.choose(places, depth.saturating_add(1), sum, chosen, visit);
        }
        if let Some(slot) = chosen.get_mut(depth) {
            *slot = None;
        }
    }

    /// The only target that the token matches of a shape.
    pub(super) fn only(&self, places: &Places) -> Chosen<'_, 'c> {
        let mut chosen = [None; MAX_DIMENSIONS];
        for (slot, place) in chosen.iter_mut().zip(places.iter()) {
            *slot = self.column(place).first();
        }
        chosen
    }
}

impl<'s, 'c> Known<'s, 'c> {
    fn read(dimension: Dimension<&'s str>, facts: &Facts<'c>, key: &HashKey) -> Self {
        let column = facts.column(dimension);
        let hash = if let Column::One(value) = &column { key.scalar(value) } else { 0 };
        Self { dimension, column, hash }
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
