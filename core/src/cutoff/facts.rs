//! What a token says about itself, as far as rules can name it.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use super::target::{Dimension, KeyBuffer, MAX_DIMENSIONS, TargetValue};
use crate::claims::{ClaimSet, Scalar};
use crate::policy::CutoffPolicy;

/// One token, seen by the rules.
#[derive(Clone, Copy)]
#[expect(unnameable_types, reason = "part of the sealed trait of rule sets")]
pub struct Facts<'c> {
    pub(crate) claims: &'c ClaimSet,
    /// The name of the key that verified; none, where nothing was verified.
    pub(crate) key_id: Option<&'c str>,
    pub(crate) policy: &'c CutoffPolicy,
}

/// The values that a token has of one dimension: each once, in order. Only several ask for memory.
enum Column<'c> {
    None,
    One(Scalar<'c>),
    Many(Vec<Scalar<'c>>),
}

impl<'c> Column<'c> {
    fn text(value: Option<&'c str>) -> Self {
        value.map_or(Self::None, |value| Self::One(Scalar::Text(Cow::Borrowed(value))))
    }

    fn add(&mut self, value: Scalar<'c>) {
        match self {
            Self::None => *self = Self::One(value),
            Self::One(first) if *first == value => {}
            Self::One(first) => *self = Self::Many(alloc::vec![first.clone(), value]),
            Self::Many(values) => values.push(value),
        }
    }

    /// A token that repeats a value says nothing more.
    fn sorted(mut self) -> Self {
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

/// A token's values of the dimensions of one shape, read once for all rules of that shape.
pub(super) struct Columns<'c> {
    columns: [Column<'c>; MAX_DIMENSIONS],
}

impl<'c> Facts<'c> {
    fn column(&self, dimension: &Dimension) -> Column<'c> {
        let (claims, mut column) = (self.claims, Column::None);
        match dimension {
            Dimension::Issuer => Column::text(claims.issuer()),
            Dimension::Subject => Column::text(claims.subject()),
            Dimension::Client => Column::text(claims.client()),
            Dimension::Session => Column::text(claims.session()),
            Dimension::TokenId => Column::text(claims.token_id()),
            Dimension::KeyId => Column::text(self.key_id),
            Dimension::Confirmation => {
                for name in ["jkt", "x5t#S256"] {
                    let thumbprint = claims.string_in("cnf", name);
                    thumbprint.into_iter().for_each(|text| column.add(Scalar::Text(text.into())));
                }
                column.sorted()
            }
            Dimension::Tenant => self.scalars(&self.policy.tenant_claim),
            Dimension::Device => self.scalars(&self.policy.device_claim),
            Dimension::Claim(name) => self.scalars(name),
        }
    }

    fn scalars(&self, claim: &str) -> Column<'c> {
        let mut column = Column::None;
        self.claims.scalars(claim, |value| column.add(value));
        column.sorted()
    }

    /// Reads the dimensions of a shape; `None`, as soon as the token lacks one.
    pub(super) fn columns(&self, shape: &[Dimension]) -> Option<Columns<'c>> {
        let mut columns = Columns { columns: [const { Column::None }; MAX_DIMENSIONS] };
        for (slot, dimension) in columns.columns.iter_mut().zip(shape) {
            *slot = self.column(dimension);
            if matches!(slot, Column::None) {
                return None;
            }
        }
        Some(columns)
    }
}

impl Columns<'_> {
    /// How many keys [`each_key`](Self::each_key) would build: the product of the columns' lengths.
    pub(super) fn keys(&self, shape: &[Dimension]) -> usize {
        let lengths = self.columns.iter().take(shape.len()).map(|column| column.values().len());
        lengths.fold(1, usize::saturating_mul)
    }

    /// Calls `visit` with the key of every target of this shape that the token matches.
    pub(super) fn each_key(
        &self,
        shape: &[Dimension],
        key: &mut KeyBuffer,
        visit: &mut dyn FnMut(&[u8]),
    ) {
        let columns = self.columns.get(..shape.len()).unwrap_or_default();
        each_key(columns, key, visit);
    }

    /// Does the token have these values, one of each column?
    pub(super) fn have(&self, values: &[(Dimension, TargetValue)]) -> bool {
        self.columns.iter().zip(values).all(|(column, (_, wanted))| {
            let wanted = match wanted {
                TargetValue::Text(text) => Scalar::Text(Cow::Borrowed(text)),
                TargetValue::Integer(integer) => Scalar::Integer(*integer),
                TargetValue::Boolean(boolean) => Scalar::Boolean(*boolean),
            };
            column.values().binary_search(&wanted).is_ok()
        })
    }
}

fn each_key(columns: &[Column<'_>], key: &mut KeyBuffer, visit: &mut dyn FnMut(&[u8])) {
    let Some((first, rest)) = columns.split_first() else {
        visit(key.as_slice());
        return;
    };
    for value in first.values() {
        let mark = key.len();
        match value {
            Scalar::Text(text) => key.text(text),
            Scalar::Integer(integer) => key.integer(*integer),
            Scalar::Boolean(boolean) => key.boolean(*boolean),
        }
        each_key(rest, key, visit);
        key.truncate(mark);
    }
}

impl fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Facts(..)")
    }
}
