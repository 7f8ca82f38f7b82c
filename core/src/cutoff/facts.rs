//! What a token says about itself, as far as rules can name it.

use core::fmt;

use super::dimension::Dimension;
use super::values::Column;
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

impl<'c> Facts<'c> {
    /// The token's values of one dimension.
    pub(super) fn column(&self, dimension: Dimension<&str>) -> Column<'c> {
        let claims = self.claims;
        match dimension {
            Dimension::Issuer => Column::text(claims.issuer()),
            Dimension::Subject => Column::text(claims.subject()),
            Dimension::Client => Column::text(claims.client()),
            Dimension::Session => Column::text(claims.session()),
            Dimension::TokenId => Column::text(claims.token_id()),
            Dimension::KeyId => Column::text(self.key_id),
            Dimension::Confirmation => {
                let mut column = Column::default();
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
        let mut column = Column::default();
        self.claims.scalars(claim, |value| column.add(value));
        column.sorted()
    }
}

impl fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Facts(..)")
    }
}
