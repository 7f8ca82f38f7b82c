//! What the bearer may do: asked route by route, after the token was accepted.
//!
//! Permission is not validity: a good token of someone who may not do this is 403, never 401.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::claims::ClaimSet;
use crate::reason::Reason;
use crate::rejection::Rejection;

/// What a route asks of an accepted token. Nothing is asked that is not said.
///
/// Checked in the order scopes, any scope, permissions, any permission, subject, confirmation.
///
/// ```
/// use lowwater::Requirement;
///
/// let write = Requirement::new().scopes(["messages:write"]).subject("auth0|42");
/// # let _ = write;
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct Requirement {
    scopes: Vec<Box<str>>,
    any_scope: Option<Vec<Box<str>>>,
    permissions: Vec<Box<str>>,
    any_permission: Option<Vec<Box<str>>>,
    subject: Option<Box<str>>,
    confirmation: Option<Box<str>>,
}

fn boxed(names: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<Box<str>> {
    names.into_iter().map(|name| Box::from(name.as_ref())).collect()
}

impl Requirement {
    /// Asks nothing.
    pub const fn new() -> Self {
        Self {
            scopes: Vec::new(),
            any_scope: None,
            permissions: Vec::new(),
            any_permission: None,
            subject: None,
            confirmation: None,
        }
    }

    /// All of these scopes; an empty list is met. A scope is a token of RFC 6749 section 3.3; what is
    /// none is compared all the same, but never written into a challenge.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.scopes = boxed(scopes);
        self
    }

    /// One of these scopes; an empty list is refused, for nothing can meet it.
    pub fn any_scope(mut self, scopes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.any_scope = Some(boxed(scopes));
        self
    }

    /// All of these permissions (claim `permissions`); an empty list is met.
    pub fn permissions(mut self, permissions: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.permissions = boxed(permissions);
        self
    }

    /// One of these permissions; an empty list is refused.
    pub fn any_permission(
        mut self,
        permissions: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Self {
        self.any_permission = Some(boxed(permissions));
        self
    }

    /// This user: the owner of the resource.
    pub fn subject(mut self, subject: &str) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// This key: the thumbprint that the connection proved, of a DPoP key (RFC 9449, `cnf.jkt`) or a
    /// client certificate (RFC 8705, `cnf.x5t#S256`).
    ///
    /// Without it a token that is bound to a key passes as a plain bearer token.
    pub fn confirmation(mut self, thumbprint: &str) -> Self {
        self.confirmation = Some(thumbprint.into());
        self
    }

    /// Holds claims against it.
    pub(crate) fn check(&self, claims: &ClaimSet) -> Result<(), Rejection> {
        if !self.scopes.iter().all(|scope| claims.has_scope(scope)) {
            return Err(scope_missing(&self.scopes, false));
        }
        if let Some(scopes) = &self.any_scope
            && !scopes.iter().any(|scope| claims.has_scope(scope))
        {
            return Err(scope_missing(scopes, true));
        }
        if !self.permissions.iter().all(|permission| claims.has_permission(permission)) {
            return Err(Rejection::new(Reason::Permission { any: false }));
        }
        if let Some(permissions) = &self.any_permission
            && !permissions.iter().any(|permission| claims.has_permission(permission))
        {
            return Err(Rejection::new(Reason::Permission { any: true }));
        }
        if self.subject.as_deref().is_some_and(|subject| claims.subject() != Some(subject)) {
            return Err(Rejection::new(Reason::Subject));
        }
        if let Some(proved) = self.confirmation.as_deref() {
            let bound = ["jkt", "x5t#S256"].map(|name| claims.string_in("cnf", name));
            if !bound.iter().flatten().any(|thumbprint| thumbprint == proved) {
                let bound = bound.iter().any(Option::is_some);
                return Err(Rejection::new(Reason::Confirmation { bound }));
            }
        }
        Ok(())
    }
}

/// Scopes and permissions are words of the API; the subject and the key belong to a person.
impl fmt::Debug for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requirement")
            .field("scopes", &self.scopes)
            .field("any_scope", &self.any_scope)
            .field("permissions", &self.permissions)
            .field("any_permission", &self.any_permission)
            .field("subject", &self.subject.as_ref().map(|_| ".."))
            .field("confirmation", &self.confirmation.as_ref().map(|_| ".."))
            .finish()
    }
}

/// The scopes that were asked for, as a challenge lists them.
fn scope_missing(scopes: &[Box<str>], any: bool) -> Rejection {
    let mut list = String::new();
    for scope in scopes.iter().filter(|scope| is_scope_token(scope)) {
        if !list.is_empty() {
            list.push(' ');
        }
        list.push_str(scope);
    }
    let rejection = Rejection::new(Reason::Scope { any });
    if list.is_empty() { rejection } else { rejection.with_scope(list.into_boxed_str()) }
}

/// `scope-token` of RFC 6749 section 3.3: no space, no quote, no backslash, no control character.
fn is_scope_token(scope: &str) -> bool {
    let plain = |byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    !scope.is_empty() && scope.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(json: &str) -> ClaimSet {
        ClaimSet::read(json.into()).unwrap()
    }

    #[test]
    fn scopes_are_words_split_at_spaces_or_elements_that_are_not() {
        let text = claims(r#"{"scope":"  read\u0020write\ttab "}"#);
        assert!(text.has_scope("read") && !text.has_scope("write") && !text.has_scope(""));
        let list = claims(r#"{"scope":["read write","x"]}"#);
        assert!(!list.has_scope("read") && list.has_scope("read write"));
    }

    #[test]
    fn a_challenge_never_carries_what_is_no_scope() {
        let requirement =
            Requirement::new().scopes(["read", "a\" b", "c\r\nSet-Cookie: x", "caf\u{e9}"]);
        let rejection = requirement.check(&claims("{}")).unwrap_err();
        assert_eq!(
            rejection.www_authenticate().unwrap(),
            "Bearer error=\"insufficient_scope\", scope=\"read\""
        );
    }

    #[test]
    fn an_empty_all_is_met_and_an_empty_any_is_refused() {
        let none: [&str; 0] = [];
        let empty = claims("{}");
        assert!(Requirement::new().scopes(none).permissions(none).check(&empty).is_ok());
        assert!(Requirement::new().any_scope(none).check(&empty).is_err());
        assert!(Requirement::new().any_permission(none).check(&empty).is_err());
    }

    #[test]
    fn confirmation_compares_either_thumbprint() {
        let bound = claims(r#"{"cnf":{"jkt":"a","x5t#S256":"b"}}"#);
        let check =
            |claims: &ClaimSet, proved| Requirement::new().confirmation(proved).check(claims);
        assert!(check(&bound, "a").is_ok() && check(&bound, "b").is_ok());
        assert_eq!(check(&bound, "c").unwrap_err().http_status(), 401);
        assert!(check(&claims("{}"), "a").is_err());
    }
}
