//! The answer "yes": a token that passed every stage.

use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::de::DeserializeOwned;

use crate::algorithm::Algorithm;
use crate::claims::Claims;
use crate::cutoff::{Freshness, Live, Note, Passed, STATUS};
use crate::header::Header;
use crate::key::KeySet;
use crate::memo::Proven;
use crate::permission::Requirement;
use crate::policy::Policy;
use crate::rejection::Rejection;
use crate::ticket::Ticket;
use crate::time::{TokenTime, UnixTime};

/// An accepted token: vouched for by a key of the set or, where it was introspected, by the authorization server;
/// permitted by the policy, refused by no rule.
///
/// ```
/// use lowwater::Accepted;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Tenant {
///     org_id: String,
/// }
///
/// fn log_line(accepted: &Accepted) -> Result<String, lowwater::ClaimError> {
///     let tenant: Tenant = accepted.claims()?;
///     let user = accepted.subject().unwrap_or("-");
///     Ok(format!("{} {user} {:?}", tenant.org_id, accepted.scopes()))
/// }
/// ```
///
/// Owns its data, so it may travel with the request. Whether its bearer may do what the request asks
/// is another question: [`require`](Self::require).
///
/// `Debug` shows no claim.
#[must_use = "ask the accepted token whether it may do this"]
pub struct Accepted {
    claims: Arc<Claims>,
    passed: Passed,
    policy: Arc<Policy>,
}

impl Accepted {
    /// Only a live token is accepted.
    pub(crate) fn new(live: Live, policy: Arc<Policy>) -> Self {
        Self { claims: live.claims, passed: live.passed, policy }
    }

    /// The proof of its signature, for a memo; `token` is the text that was accepted.
    pub(crate) fn proven(&self, token: &str, keys: &Arc<KeySet>) -> Proven {
        Proven::new(token, &self.claims, keys, &self.policy)
    }

    /// Who issued the token (`iss`).
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.claims.set.issuer()
    }

    /// Whom it is about (`sub`).
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.claims.set.subject()
    }

    /// Whom it is for (`aud`), one or several.
    #[must_use]
    pub fn audiences(&self) -> Vec<String> {
        let mut all = Vec::new();
        self.claims.set.each_audience(|audience| all.push(audience.to_string()));
        all
    }

    /// The application that asked for it (`client_id`, else `azp`).
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.claims.set.client()
    }

    /// The session that it belongs to (`sid`).
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.claims.set.session()
    }

    /// Its own id (`jti`).
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.claims.set.token_id()
    }

    /// What it was granted (`scope`): the words of a string, or the elements of an array.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        let mut all = Vec::new();
        self.claims.set.each_scope(|scope| all.push(scope.to_string()));
        all
    }

    /// What its user may do (`permissions`).
    #[must_use]
    pub fn permissions(&self) -> Vec<String> {
        let mut all = Vec::new();
        self.claims.set.each_permission(|permission| all.push(permission.to_string()));
        all
    }

    /// When it was issued (`iat`), finer digits than milliseconds cut off.
    #[must_use]
    pub fn issued_at(&self) -> Option<UnixTime> {
        at(self.claims.set.issued_at)
    }

    /// When it expires (`exp`).
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixTime> {
        at(self.claims.set.expires_at)
    }

    /// From when on it is valid (`nbf`).
    #[must_use]
    pub fn not_before(&self) -> Option<UnixTime> {
        at(self.claims.set.not_before)
    }

    /// When its user logged in (`auth_time`).
    #[must_use]
    pub fn authenticated_at(&self) -> Option<UnixTime> {
        at(self.claims.set.authenticated_at)
    }

    /// The algorithm of its signature; none of a token that was introspected.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.claims.header().map(|header| header.algorithm)
    }

    /// The key that verified it: its `kid`, or its thumbprint (RFC 7638) where it has none. None of a token that was
    /// introspected: no key vouches for it.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.claims.key_id()
    }

    /// The header's `typ`, as it was sent; none of a token that was introspected, which has no header that was read.
    #[must_use]
    pub fn token_type(&self) -> Option<&str> {
        self.claims.header().and_then(Header::token_type)
    }

    /// The header as JSON, as it was sent; none of a token that was introspected.
    #[must_use]
    pub fn header_json(&self) -> Option<&str> {
        self.claims.header().map(Header::json)
    }

    /// All claims as JSON, as they were sent. Of a token that was introspected: the members of the response, with the
    /// issuer in front where the response names none.
    #[must_use]
    pub fn claims_json(&self) -> &str {
        self.claims.set.json()
    }

    /// One claim as JSON, as it was sent: numbers keep their digits, strings their quotes.
    #[must_use]
    pub fn claim_json(&self, name: &str) -> Option<&str> {
        self.claims.set.raw(name)
    }

    /// All claims as a type of one's own.
    ///
    /// # Errors
    /// The claims do not fit the type. That is a fault of issuer or API, not of the bearer.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, ClaimError> {
        serde_json::from_str(self.claims.set.json()).map_err(|error| ClaimError::new(&error))
    }

    /// One claim as a type of one's own; `None` if it is missing.
    ///
    /// # Errors
    /// The claim does not fit the type.
    pub fn claim<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ClaimError> {
        let read = |json| serde_json::from_str(json).map_err(|error| ClaimError::new(&error));
        self.claims.set.raw(name).map(read).transpose()
    }

    /// What the owner of the API should know about the way in which it was accepted.
    pub fn notes(&self) -> impl Iterator<Item = Note> {
        let not_asked = !self.passed.status_asked && self.claims.set.raw(STATUS).is_some();
        self.passed.note.into_iter().chain(not_asked.then_some(Note::StatusNotAsked))
    }

    /// How old the rules were by which it was accepted: fresh or stale.
    #[must_use]
    pub const fn freshness(&self) -> Freshness {
        self.passed.freshness
    }

    /// What it takes to ask again later, for a connection that lasts.
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        Ticket::new(Arc::clone(&self.claims), Arc::clone(&self.policy))
    }

    /// May its bearer do this?
    ///
    /// # Errors
    /// A [`Rejection`] of the stage permission: 403, or 401 for `confirmation`.
    ///
    /// ```
    /// # use lowwater::{Accepted, Rejection, Requirement};
    /// fn delete_message(accepted: &Accepted, owner: &str) -> Result<(), Rejection> {
    ///     accepted.require(&Requirement::new().scopes(["messages:delete"]).subject(owner))
    /// }
    /// ```
    pub fn require(&self, requirement: &Requirement) -> Result<(), Rejection> {
        requirement.check(&self.claims.set).map_err(|no| no.with_challenge(&self.policy.challenge))
    }

    /// All of these scopes.
    ///
    /// # Errors
    /// `scope_missing`, 403.
    pub fn require_scopes(
        &self,
        scopes: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<(), Rejection> {
        self.require(&Requirement::new().scopes(scopes))
    }

    /// One of these scopes.
    ///
    /// # Errors
    /// `scope_missing`, 403.
    pub fn require_any_scope(
        &self,
        scopes: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<(), Rejection> {
        self.require(&Requirement::new().any_scope(scopes))
    }

    /// All of these permissions.
    ///
    /// # Errors
    /// `permission_missing`, 403.
    pub fn require_permissions(
        &self,
        permissions: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<(), Rejection> {
        self.require(&Requirement::new().permissions(permissions))
    }

    /// One of these permissions.
    ///
    /// # Errors
    /// `permission_missing`, 403.
    pub fn require_any_permission(
        &self,
        permissions: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<(), Rejection> {
        self.require(&Requirement::new().any_permission(permissions))
    }

    /// This user: the owner of the resource.
    ///
    /// # Errors
    /// `subject_not_allowed`, 403.
    pub fn require_subject(&self, subject: &str) -> Result<(), Rejection> {
        self.require(&Requirement::new().subject(subject))
    }

    /// This key: the thumbprint that the connection proved.
    ///
    /// # Errors
    /// `confirmation_mismatch`, 401.
    pub fn require_confirmation(&self, thumbprint: &str) -> Result<(), Rejection> {
        self.require(&Requirement::new().confirmation(thumbprint))
    }
}

fn at(time: Option<TokenTime>) -> Option<UnixTime> {
    time.map(|time| time.at)
}

impl fmt::Debug for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepted")
            .field("algorithm", &self.algorithm())
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

/// Claims do not fit the type that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimError {
    line: usize,
    column: usize,
}

impl ClaimError {
    /// Keeps the place alone: the library's text quotes the value.
    fn new(error: &serde_json::Error) -> Self {
        Self { line: error.line(), column: error.column() }
    }
}

impl fmt::Display for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = (self.line, self.column);
        write!(
            f,
            "the claims do not fit the type asked for, at line {line} column {column} of the JSON"
        )
    }
}

impl core::error::Error for ClaimError {}
