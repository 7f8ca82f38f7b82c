//! What an authorization server says of a token that it was asked about (RFC 7662): claims without a signature.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use crate::claims::{ClaimSet, Claims};
use crate::json::{self, JsonError, Kind, quoted, strict_json};
use crate::policy::KIND;
use crate::reason::Reason;
use crate::time::UnixTime;

/// The response of an authorization server that was asked about a token (RFC 7662 section 2.2).
///
/// Nothing in it is signed: what makes it true is the channel on which it came. Read nothing else as one, and above all no
/// claims of a token: whoever writes a token can write `"active":true` into it.
///
/// It is no decision yet. [`Validator::introspected`](crate::Validator::introspected) decides by it, and by the policy,
/// the rules and the time, as often as it is asked; so a response can be kept for a while and decisions cannot.
///
/// ```
/// # use lowwater::{Algorithm, Code, Cutoffs, Key, KeySet, Rule, Target, UnixTime, Validator};
/// use lowwater::Introspected;
/// # let keys = KeySet::from_keys([Key::from_secret(&[7; 32])?])?;
/// # let validator = Validator::builder().issuer("https://issuer.example/").audience("https://api.example/")
/// #     .algorithms([Algorithm::Hs256]).keys(keys).build()?;
/// # let now = UnixTime::from_secs(1_700_000_060);
/// # let mut cutoffs = Cutoffs::local();
/// // The body of the answer that came from the configured endpoint.
/// let body = br#"{"active":true,"sub":"u1","aud":"https://api.example/","iat":1700000000,"exp":1700000600}"#;
/// let response = Introspected::read(body, "https://issuer.example/")?;
/// let accepted = validator.introspected(&response, &cutoffs, now).expect("active, and for this API");
/// assert_eq!((accepted.subject(), accepted.key_id()), (Some("u1"), None));
///
/// cutoffs.apply(Rule::issued_before(Target::subject("u1"), now), now)?;
/// let rejection = validator.introspected(&response, &cutoffs, now).expect_err("issued before the cutoff");
/// assert_eq!(rejection.code(), Code::TokenRevoked);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Introspected(Said);

#[derive(Clone)]
enum Said {
    /// Anything but `"active":true`.
    Inactive,
    /// Active, and a member has the wrong type.
    Faulty(Reason),
    Active(Arc<Claims>),
}

impl Introspected {
    /// Reads the body of an answer with status 200 that came over an authenticated channel (`https`) from the configured
    /// introspection endpoint of `issuer`; of a signed response (RFC 9701) the value of `token_introspection`.
    ///
    /// Only `active` that is exactly `true` makes it active. A response that names no `iss` is `issuer`'s; one that names
    /// another is refused when it is decided about.
    ///
    /// # Errors
    /// What is no strict JSON object ([`strict_json`]) says nothing about the token: that is a fault of the server, never
    /// *inactive*.
    pub fn read(response: &[u8], issuer: &str) -> Result<Self, JsonError> {
        let text = strict_json(response)?;
        let members = json::members(text)?;
        let named = |name: &str| members.iter().find(|member| member.is_named(text, name));
        if named("active").is_none_or(|active| active.kind != Kind::True) {
            return Ok(Self(Said::Inactive));
        }
        let not_text = |name: &&str| named(name).is_some_and(|member| member.kind != Kind::String);
        if let Some(claim) = KIND.into_iter().find(not_text) {
            return Ok(Self(Said::Faulty(Reason::ClaimType { claim, expected: "a string" })));
        }
        let text = match (named("iss"), text.split_once('{')) {
            // There is a member, `active`, so a comma is right.
            (None, Some((_, rest))) => format!("{{\"iss\":{},{rest}", quoted(issuer)),
            _ => String::from(text),
        };
        Ok(Self(match ClaimSet::read(text.into_bytes()) {
            Ok(set) => Said::Active(Arc::new(Claims::introspected(set, issuer))),
            Err(reason) => Said::Faulty(reason),
        }))
    }

    /// Is the token active, and has every claim its type? Nothing else is ever accepted.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        matches!(self.0, Said::Active(_))
    }

    /// When the token expires (`exp`): the response says nothing of it from then on.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixTime> {
        match &self.0 {
            Said::Active(claims) => claims.set.expires_at.map(|time| time.at),
            Said::Inactive | Said::Faulty(_) => None,
        }
    }

    /// What it takes of memory, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match &self.0 {
            Said::Active(claims) => size_of::<Self>().saturating_add(claims.bytes()),
            Said::Inactive | Said::Faulty(_) => size_of::<Self>(),
        }
    }

    /// Nothing, where it is not active.
    pub(crate) fn active(&self) -> Result<Result<&Arc<Claims>, Reason>, Reason> {
        match &self.0 {
            Said::Inactive => Err(Reason::Inactive),
            Said::Faulty(reason) => Ok(Err(reason.clone())),
            Said::Active(claims) => Ok(Ok(claims)),
        }
    }
}

impl fmt::Debug for Introspected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspected")
            .field("is_active", &self.is_active())
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}
