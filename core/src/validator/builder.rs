//! A validator in the making: what must be said is part of its type.

use core::fmt;
use core::marker::PhantomData;
use core::time::Duration;

use alloc::boxed::Box;

use serde::Serialize;

use super::Validator;
use crate::algorithm::Algorithm;
use crate::error::ConfigError;
use crate::key::KeySet;
use crate::policy::{Draft, List, MissingAuthTime, Policy, SameSecond, TokenType, span};

/// No issuer was said yet: [`ValidatorBuilder::issuer`] or [`ValidatorBuilder::any_issuer`].
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a mark")]
pub struct NoIssuer;

/// No audience was said yet: [`ValidatorBuilder::audience`] or [`ValidatorBuilder::any_audience`].
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a mark")]
pub struct NoAudience;

/// No algorithms were said yet: [`ValidatorBuilder::algorithms`].
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a mark")]
pub struct NoAlgorithms;

/// No keys were given yet: [`ValidatorBuilder::keys`].
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a mark")]
pub struct NoKeys;

/// Has been said.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a mark")]
pub struct Given;

/// Collects what an API asks of a token.
///
/// Issuer, audience, algorithms and keys have no defaults: `build` exists once all four were said. An
/// API that takes any issuer or any audience says that too.
///
/// ```compile_fail
/// # use lowwater::{Algorithm, KeySet, Validator};
/// # fn build(keys: KeySet) {
/// Validator::builder().issuer("https://issuer.example/").algorithms([Algorithm::Rs256]).keys(keys)
///     .build(); // no audience was said: there is no such method
/// # }
/// ```
#[must_use]
pub struct ValidatorBuilder<
    Issuer = NoIssuer,
    Audience = NoAudience,
    Algorithms = NoAlgorithms,
    Keys = NoKeys,
> {
    draft: Draft,
    keys: Option<KeySet>,
    said: PhantomData<(Issuer, Audience, Algorithms, Keys)>,
}

impl Validator {
    /// Starts a validator: say issuer, audience, algorithms and keys, then `build`.
    pub fn builder() -> ValidatorBuilder {
        ValidatorBuilder { draft: Draft::default(), keys: None, said: PhantomData }
    }
}

impl<I, A, G, K> ValidatorBuilder<I, A, G, K> {
    fn said<I2, A2, G2, K2>(self) -> ValidatorBuilder<I2, A2, G2, K2> {
        ValidatorBuilder { draft: self.draft, keys: self.keys, said: PhantomData }
    }

    fn with(mut self, say: impl FnOnce(&mut Draft)) -> Self {
        say(&mut self.draft);
        self
    }

    /// Takes tokens of this issuer (`iss`), byte for byte. Called again, it adds another; then bind the
    /// keys of each with [`KeySet::for_issuer`].
    pub fn issuer(self, issuer: &str) -> ValidatorBuilder<Given, A, G, K> {
        self.with(|draft| draft.add(List::Issuer, issuer)).said()
    }

    /// Takes tokens of any issuer, or none: whoever holds one of the keys.
    pub fn any_issuer(self) -> ValidatorBuilder<Given, A, G, K> {
        self.with(|draft| draft.any(List::Issuer)).said()
    }

    /// Takes tokens for this audience (`aud`), byte for byte. Called again, it adds another.
    pub fn audience(self, audience: &str) -> ValidatorBuilder<I, Given, G, K> {
        self.with(|draft| draft.add(List::Audience, audience)).said()
    }

    /// Takes tokens for any audience: also those that their bearer got for another API.
    pub fn any_audience(self) -> ValidatorBuilder<I, Given, G, K> {
        self.with(|draft| draft.any(List::Audience)).said()
    }

    /// The algorithms that are allowed; never derived from keys.
    pub fn algorithms(
        self,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> ValidatorBuilder<I, A, Given, K> {
        self.with(|draft| draft.algorithms = Some(algorithms.into_iter().collect())).said()
    }

    /// The keys that tokens may be signed with.
    pub fn keys(mut self, keys: KeySet) -> ValidatorBuilder<I, A, G, Given> {
        self.keys = Some(keys);
        self.said()
    }

    /// How far clocks may differ: 0 to 300 s, 60 s unless said. Never extends a revoked token.
    pub fn leeway(self, leeway: Duration) -> Self {
        self.with(|draft| draft.leeway = span(leeway))
    }

    /// The longest life of a token (`exp - iat`): 24 hours unless said. It is what makes it sound to
    /// forget old rules.
    pub fn max_lifetime(self, lifetime: Duration) -> Self {
        self.with(|draft| draft.max_lifetime = Some(span(lifetime)))
    }

    /// Takes tokens of any lifetime. No rule can then ever be forgotten.
    pub fn unbounded_lifetime(self) -> Self {
        self.with(|draft| draft.max_lifetime = None)
    }

    /// Which `typ` a token may have.
    pub fn token_type(self, token_type: TokenType) -> Self {
        self.with(|draft| draft.token_type = token_type)
    }

    /// Takes tokens without `exp`. Needs [`unbounded_lifetime`](Self::unbounded_lifetime).
    pub fn accept_missing_exp(self) -> Self {
        self.with(|draft| draft.accept_missing_exp = true)
    }

    /// Takes tokens without `iat`. Needs [`unbounded_lifetime`](Self::unbounded_lifetime); a rule that
    /// asks when such a token was issued refuses it.
    pub fn accept_missing_iat(self) -> Self {
        self.with(|draft| draft.accept_missing_iat = true)
    }

    /// Refuses tokens issued longer ago than this, expired or not.
    pub fn max_age(self, age: Duration) -> Self {
        self.with(|draft| draft.max_age = Some(span(age)))
    }

    /// Refuses tokens whose user logged in (`auth_time`) longer ago than this.
    pub fn max_session(self, age: Duration) -> Self {
        self.with(|draft| draft.max_session = Some(span(age)))
    }

    /// Refuses tokens without this claim, or with `null` in it. Called again, it adds another.
    pub fn required(self, claim: &str) -> Self {
        self.with(|draft| draft.required.push(claim.into()))
    }

    /// Refuses tokens in which this claim has another value: numbers are compared by value, objects in
    /// any order. Called again, it adds another. (A float that is not finite has no JSON: it is `null`.)
    pub fn claim_equals(self, claim: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_string(&value).ok().map(Box::from);
        self.with(|draft| draft.claim_equals.push((claim.into(), value)))
    }

    /// What to do when a cutoff and a token fall into one instant as far as anyone can tell.
    pub fn same_second(self, same_second: SameSecond) -> Self {
        self.with(|draft| draft.same_second = same_second)
    }

    /// What stands for `auth_time` where a rule needs it and the token has none.
    pub fn missing_auth_time(self, missing: MissingAuthTime) -> Self {
        self.with(|draft| draft.missing_auth_time = missing)
    }

    /// The claim that names the tenant: `org_id` unless said.
    pub fn tenant_claim(self, claim: &str) -> Self {
        self.with(|draft| draft.tenant_claim = claim.into())
    }

    /// The claim that names the device: `device_id` unless said.
    pub fn device_claim(self, claim: &str) -> Self {
        self.with(|draft| draft.device_claim = claim.into())
    }

    /// The longest token, in bytes of UTF-8: 16 KiB unless said, at most 1 MiB.
    pub fn max_token_bytes(self, bytes: usize) -> Self {
        self.with(|draft| draft.max_token_bytes = Some(bytes))
    }

    /// Takes tokens whose parts are padded with `=` in the right amount (AWS ALB sends them).
    pub fn allow_padding(self) -> Self {
        self.with(|draft| draft.allow_padding = true)
    }

    /// The `realm` of challenges (RFC 9110 section 11.5).
    pub fn realm(self, realm: &str) -> Self {
        self.with(|draft| draft.realm = Some(realm.into()))
    }

    /// The `resource_metadata` of challenges: a URL (RFC 9728 section 5.1).
    pub fn resource_metadata(self, url: &str) -> Self {
        self.with(|draft| draft.resource_metadata = Some(url.into()))
    }
}

impl<K> ValidatorBuilder<Given, Given, Given, K> {
    /// The policy by itself, where keys come from elsewhere.
    ///
    /// ```
    /// use lowwater::{Algorithm, KeySet, Validator};
    ///
    /// let policy = Validator::builder().issuer("https://issuer.example/").audience("https://api.example/")
    ///     .algorithms([Algorithm::Rs256]).policy()?;
    /// let validator = Validator::new(policy, KeySet::empty()); // until the issuer was asked
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// As [`build`](ValidatorBuilder::build).
    pub fn policy(self) -> Result<Policy, ConfigError> {
        self.draft.finish()
    }
}

impl<A, K> ValidatorBuilder<Given, Given, A, K> {
    /// The policy of tokens that only their authorization server can read ([`Validator::introspected`]): they have no
    /// algorithm. Without algorithms it accepts no JWT.
    ///
    /// ```
    /// use lowwater::{KeySet, Validator};
    ///
    /// let policy = Validator::builder().issuer("https://issuer.example/").audience("https://api.example/").opaque_policy()?;
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// As [`build`](ValidatorBuilder::build).
    pub fn opaque_policy(self) -> Result<Policy, ConfigError> {
        Draft { opaque: true, ..self.draft }.finish()
    }
}

impl ValidatorBuilder<Given, Given, Given, Given> {
    /// The validator.
    ///
    /// # Errors
    /// A value that makes no policy: an empty list, a leeway of more than 300 s, a lifetime of 0.
    pub fn build(self) -> Result<Validator, ConfigError> {
        let policy = self.draft.finish()?;
        // The marks in the type say that keys were given.
        let keys = self.keys.ok_or(ConfigError::NoUsableKey { named: 0, first: None })?;
        Ok(Validator::new(policy, keys))
    }
}

impl<I, A, G, K> fmt::Debug for ValidatorBuilder<I, A, G, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValidatorBuilder").field("keys", &self.keys).finish_non_exhaustive()
    }
}
