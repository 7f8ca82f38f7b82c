//! OAuth 2.0 Token Revocation (RFC 7009), at an API that is told of one token.

use alloc::format;
use alloc::string::String;
use core::fmt;

use lowwater::{Accepted, Rule, Target, UnixTime, Until};
use serde_json::Value;

use super::{MOST_BODY, Revocation};
use crate::message::{self, MessageFault};
use crate::reply::Reply;

const TYPE: &str = "application/x-www-form-urlencoded";

/// Who asks for a token to be revoked: the application has made sure of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a client for its own tokens, or whoever may name any")]
pub enum Revoker<'c> {
    /// A client, by its `client_id`: its own tokens alone (RFC 7009 section 2.1).
    Client(&'c str),
    /// The issuer, an operator: any token.
    Operator,
}

/// A request to revoke one token: a form with `token`, and perhaps `token_type_hint`.
///
/// **Who may ask is for the application to check, before any rule is made.** The answer is 200 whatever became of the token:
/// anything else would tell a stranger which tokens are good (RFC 7009 section 2.2).
///
/// An access token that this API would accept is ended by its id. A token that says nothing here (a refresh token, an opaque
/// one) is the issuer's to revoke; where the application knows which grant it belongs to, [`grant`](Self::grant) ends what
/// was issued under it until now.
///
/// ```
/// use lowwater::{NoCutoffs, UnixTime, Validator};
/// use lowwater_intake::{MessageFault, Reply, RevocationRequest, Revoker};
///
/// // The client has authenticated itself.
/// fn revoke(client: &str, validator: &Validator, content_type: &str, body: &[u8], now: UnixTime) -> Reply {
///     let request = match RevocationRequest::read(content_type, body) {
///         Ok(request) => request,
///         Err(fault) => return RevocationRequest::refusal(&fault),
///     };
///     if let Ok(accepted) = validator.validate(request.token(), &NoCutoffs, now)
///         && let Ok(revocation) = RevocationRequest::access_token(&accepted, Revoker::Client(client))
///     {
///         for rule in revocation.rules() { /* apply and keep it, then answer */ }
///     }
///     RevocationRequest::reply()
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RevocationRequest {
    token: String,
    hint: Option<String>,
}

impl RevocationRequest {
    /// Reads the body of a request, with its `Content-Type`.
    ///
    /// # Errors
    /// No form, no token or an empty one, a parameter that stands twice; answer with [`refusal`](Self::refusal).
    pub fn read(content_type: &str, body: &[u8]) -> Result<Self, MessageFault> {
        if !message::is_media_type(content_type, TYPE) {
            return Err(MessageFault::Member { name: "Content-Type", expected: TYPE });
        }
        if body.len() > MOST_BODY {
            let expected = "a form, at most 64 KiB";
            return Err(MessageFault::Member { name: "the body", expected });
        }
        let one = |name: &'static str| {
            let mut values = form_urlencoded::parse(body).filter(|(own, _)| own == name);
            match (values.next(), values.next()) {
                (one, None) => Ok(one.map(|(_, value)| value.into_owned())),
                _ => Err(MessageFault::Member { name, expected: "in the form, once" }),
            }
        };
        let token = one("token")?.filter(|token| !token.is_empty());
        let hint = one("token_type_hint")?;
        Ok(Self { token: token.ok_or(MessageFault::Missing("token"))?, hint })
    }

    /// The token, which nothing is known about yet.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// What the client takes it for: `access_token`, `refresh_token`, or another word.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Ends an access token that was accepted: its id (`jti`) at its issuer, until it expires.
    ///
    /// One without an id cannot be told from its sisters: what was issued to its user (and client, if it names one) until its
    /// own second ends with it.
    ///
    /// # Errors
    /// Another client's token, or one that no rule can name without naming others than its user.
    pub fn access_token(accepted: &Accepted, by: Revoker<'_>) -> Result<Revocation, NotRevoked> {
        if let Revoker::Client(client) = by
            && accepted.client() != Some(client)
        {
            return Err(NotRevoked::OtherClient);
        }
        let issuer = accepted.issuer().ok_or(NotRevoked::NoName)?;
        let rule = if let Some(token_id) = accepted.token_id() {
            let until = accepted.expires_at().map_or(Until::Never, Until::Time);
            Rule::revoked(Target::token_id(token_id).at_issuer(issuer), until)
        } else {
            let subject = accepted.subject().ok_or(NotRevoked::NoName)?;
            let issued = accepted.issued_at().ok_or(NotRevoked::NoName)?;
            let next = UnixTime::from_secs(issued.as_secs().saturating_add(1));
            let user = Target::subject(subject).at_issuer(issuer);
            let client = accepted.client().map(Target::client);
            Rule::issued_before(client.into_iter().fold(user, Target::and), next)
        };
        Ok(Revocation { rules: alloc::vec![rule.with_reason(REASON)] })
    }

    /// Ends what was issued under a grant until now: of a token that says nothing here, by an application that knows whose it
    /// is. The refresh token itself is the issuer's to revoke: until it has, a refresh gives a token that passes.
    pub fn grant(issuer: &str, subject: &str, client: &str, now: UnixTime) -> Revocation {
        let target = Target::subject(subject).and(Target::client(client)).at_issuer(issuer);
        let rule = Rule::issued_before(target, now).with_reason(REASON);
        Revocation { rules: alloc::vec![rule] }
    }

    /// What to answer: 200, whatever became of the token.
    #[must_use]
    pub const fn reply() -> Reply {
        Reply::empty(200)
    }

    /// What to answer a request that is none: 400, with the reason as JSON (RFC 6749 section 5.2).
    #[must_use]
    pub fn refusal(fault: &MessageFault) -> Reply {
        let text = Value::from(message::described(fault));
        Reply::json(400, format!(r#"{{"error":"invalid_request","error_description":{text}}}"#))
    }
}

const REASON: &str = "token revocation";

impl fmt::Debug for RevocationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationRequest").finish_non_exhaustive()
    }
}

/// Why a token is not revoked here. For the log: the answer is 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotRevoked {
    /// It was issued to another client than the one that asks.
    OtherClient,
    /// It has no issuer, or neither an id nor a user and a time.
    NoName,
}

impl NotRevoked {
    /// A stable snake_case name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OtherClient => "other_client",
            Self::NoName => "no_name",
        }
    }
}

impl fmt::Display for NotRevoked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherClient => "the token was issued to another client",
            Self::NoName => "no rule can name the token: it has no issuer, or neither an id nor a user and a time",
        })
    }
}

impl core::error::Error for NotRevoked {}
