//! What a token says about itself, as far as rules can name it.

use core::fmt;

use super::target::{Dimension, KeyBuffer, TargetValue};
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

impl Facts<'_> {
    /// Calls `visit` with each value of a dimension.
    fn each(&self, dimension: &Dimension, mut visit: impl FnMut(Scalar<'_>)) {
        let mut text = |value: Option<&str>| {
            value.into_iter().for_each(|value| visit(Scalar::Text(value.into())));
        };
        match dimension {
            Dimension::Issuer => text(self.claims.issuer()),
            Dimension::Subject => text(self.claims.subject()),
            Dimension::Client => text(self.claims.client()),
            Dimension::Session => text(self.claims.session()),
            Dimension::TokenId => text(self.claims.token_id()),
            Dimension::KeyId => text(self.key_id),
            Dimension::Confirmation => {
                for name in ["jkt", "x5t#S256"] {
                    text(self.claims.string_in("cnf", name).as_deref());
                }
            }
            Dimension::Tenant => self.claims.scalars(&self.policy.tenant_claim, visit),
            Dimension::Device => self.claims.scalars(&self.policy.device_claim, visit),
            Dimension::Claim(name) => self.claims.scalars(name, visit),
        }
    }

    /// How many values the token has of a dimension.
    fn count(&self, dimension: &Dimension) -> usize {
        let mut count = 0_usize;
        self.each(dimension, |_| count = count.saturating_add(1));
        count
    }

    /// How many keys [`each_key`](Self::each_key) would build: the product over the dimensions.
    pub(super) fn keys_of(&self, shape: &[Dimension]) -> usize {
        shape
            .iter()
            .filter(|dimension| dimension.may_be_many())
            .fold(1_usize, |product, dimension| product.saturating_mul(self.count(dimension)))
    }

    /// Calls `visit` with the key of every target of this shape that the token matches.
    pub(super) fn each_key(
        &self,
        shape: &[Dimension],
        key: &mut KeyBuffer,
        visit: &mut dyn FnMut(&[u8]),
    ) {
        let Some((first, rest)) = shape.split_first() else {
            visit(key.as_slice());
            return;
        };
        self.each(first, |value| {
            let mark = key.len();
            match value {
                Scalar::Text(text) => key.text(&text),
                Scalar::Integer(integer) => key.integer(integer),
                Scalar::Boolean(boolean) => key.boolean(boolean),
            }
            self.each_key(rest, key, visit);
            key.truncate(mark);
        });
    }

    /// Does the token have this value?
    pub(super) fn has(&self, dimension: &Dimension, wanted: &TargetValue) -> bool {
        let mut found = false;
        self.each(dimension, |value| {
            found |= match (&value, wanted) {
                (Scalar::Text(text), TargetValue::Text(wanted)) => **text == **wanted,
                (Scalar::Integer(integer), TargetValue::Integer(wanted)) => integer == wanted,
                (Scalar::Boolean(boolean), TargetValue::Boolean(wanted)) => boolean == wanted,
                _ => false,
            };
        });
        found
    }
}

impl fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Facts(..)")
    }
}
