//! Policies of which a part is said elsewhere, or not at all.

use super::{Allowed, Draft, List, Policy, json};
use crate::error::ConfigError;

impl Policy {
    /// Reads the policy of tokens of these issuers: as [`from_json`](Self::from_json), without `issuer`, where whose keys are
    /// fetched says whose tokens are taken.
    ///
    /// ```
    /// use lowwater::Policy;
    ///
    /// let policy = Policy::of_issuers(
    ///     ["https://issuer.example/"],
    ///     r#"{"audience": ["https://api.example/"], "algorithms": ["RS256"]}"#,
    /// )?;
    /// assert!(policy.takes_issuer("https://issuer.example/"));
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json); no issuer, an empty one, an `issuer` in the text too.
    pub fn of_issuers<'i>(
        issuers: impl IntoIterator<Item = &'i str>,
        json: &str,
    ) -> Result<Self, ConfigError> {
        let mut draft = json::read(json)?;
        if draft.issuers.is_some() {
            draft.contradiction = Some("issuer");
        }
        issuers.into_iter().for_each(|issuer| draft.add(List::Issuer, issuer));
        draft.finish()
    }

    /// Reads the policy of tokens that only their authorization server can read
    /// ([`Validator::introspected`](crate::Validator::introspected)): as [`from_json`](Self::from_json), and `algorithms` need not be there,
    /// for such a token has none. A policy without algorithms accepts no JWT.
    ///
    /// ```
    /// use lowwater::Policy;
    ///
    /// let policy = Policy::opaque_from_json(
    ///     r#"{"issuer": ["https://issuer.example/"], "audience": ["https://api.example/"]}"#,
    /// )?;
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub fn opaque_from_json(json: &str) -> Result<Self, ConfigError> {
        Draft { opaque: true, ..json::read(json)? }.finish()
    }

    /// Does the policy take tokens of any issuer at all?
    #[must_use]
    pub const fn takes_any_issuer(&self) -> bool {
        matches!(self.issuers, Allowed::Any)
    }

    /// Is it for tokens that only their authorization server can read ([`opaque_from_json`](Self::opaque_from_json))? Then it
    /// accepts no JWT.
    #[must_use]
    pub const fn is_opaque(&self) -> bool {
        self.algorithms.is_empty()
    }
}
