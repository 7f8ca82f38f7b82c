//! The words of an answer: stages and codes, equal in every language.

use core::fmt;

/// How far a token came.
///
/// ```
/// use lowwater::{Stage, Unverified};
///
/// let rejection = Unverified::read("no token").unwrap_err();
/// assert_eq!(rejection.stage(), Stage::Shape);
/// assert!(Stage::Shape < Stage::Signature, "in the order in which they are asked");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a new stage should break a caller's match")]
pub enum Stage {
    /// Size, three parts, canonical base64url.
    Shape,
    /// The protected header.
    Header,
    /// The choice of a key.
    Key,
    /// The signature.
    Signature,
    /// The payload as JSON and the types of its registered claims.
    Claims,
    /// What this API asks of a token.
    Policy,
    /// What has been revoked or suspended.
    Cutoff,
    /// What the bearer may do: asked after acceptance.
    Permission,
}

impl Stage {
    /// The name in lower case, equal in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shape => "shape",
            Self::Header => "header",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Policy => "policy",
            Self::Cutoff => "cutoff",
            Self::Permission => "permission",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What was wrong, as a stable snake_case word that is equal in every language.
        ///
        /// ```
        /// use lowwater::Code;
        ///
        /// assert_eq!(Code::TokenExpired.as_str(), "token_expired");
        /// assert_eq!(Code::TokenExpired, "token_expired");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)+
        }

        impl Code {
            /// Every code, in the order of the stages.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

codes! {
    /// No token at all (stage shape).
    TokenMissing = "token_missing",
    /// More bytes than allowed.
    TokenTooLarge = "token_too_large",
    /// Not three parts of canonical base64url.
    TokenMalformed = "token_malformed",
    /// Five parts: an encrypted token.
    TokenEncrypted = "token_encrypted",
    /// Introspection says that the token is not active.
    TokenInactive = "token_inactive",
    /// The authorization server cannot be asked about the token (503).
    IntrospectionUnavailable = "introspection_unavailable",
    /// The header is no JSON object of the right types (stage header).
    HeaderMalformed = "header_malformed",
    /// The header asks for what is not supported: `crit`, `b64`, `zip`, `enc`.
    HeaderUnsupported = "header_unsupported",
    /// `alg` is not in the closed list.
    AlgorithmUnknown = "algorithm_unknown",
    /// `alg` is not in the allow-list of this API.
    AlgorithmNotAllowed = "algorithm_not_allowed",
    /// No key for this token (stage key).
    KeyNotFound = "key_not_found",
    /// The keys that the token may mean do not fit its algorithm.
    KeyMismatch = "key_mismatch",
    /// More than four keys may be meant.
    KeyAmbiguous = "key_ambiguous",
    /// The issuer's keys are not there, or too old to decide by (503).
    KeysUnavailable = "keys_unavailable",
    /// The signature is not that of the key.
    SignatureInvalid = "signature_invalid",
    /// The payload is no JSON object (stage claims).
    ClaimsMalformed = "claims_malformed",
    /// A registered claim has the wrong type.
    ClaimType = "claim_type",
    /// `typ` says that this is no access token (stage policy).
    TypeNotAllowed = "type_not_allowed",
    /// `iss` is missing or not one of the configured, or the key belongs to another.
    IssuerNotAllowed = "issuer_not_allowed",
    /// `aud` is missing or names none of the configured.
    AudienceNotAllowed = "audience_not_allowed",
    /// `exp` has passed.
    TokenExpired = "token_expired",
    /// `nbf` has not come.
    TokenNotYetValid = "token_not_yet_valid",
    /// `iat` or `auth_time` lies in the future.
    IssuedInFuture = "issued_in_future",
    /// `exp - iat` is more than the policy allows.
    LifetimeTooLong = "lifetime_too_long",
    /// `iat` is longer ago than the policy allows.
    TokenTooOld = "token_too_old",
    /// A claim that is needed is missing.
    ClaimMissing = "claim_missing",
    /// A claim has another value than the policy demands.
    ClaimMismatch = "claim_mismatch",
    /// The rules are not there or too old to decide by (stage cutoff, 503).
    RulesUnavailable = "rules_unavailable",
    /// Issued before anything that could still be valid.
    IssuedBeforeFloor = "issued_before_floor",
    /// The session is over: log in again.
    SessionRevoked = "session_revoked",
    /// The token is revoked.
    TokenRevoked = "token_revoked",
    /// The account is suspended (403).
    Suspended = "suspended",
    /// The status list is not there or too old to decide by (503).
    StatusUnavailable = "status_unavailable",
    /// The status list says that the token is revoked, or has no entry for it; or the token's `status` names none.
    StatusInvalid = "status_invalid",
    /// The status list says that the token is suspended (403).
    StatusSuspended = "status_suspended",
    /// A scope that is needed is missing (stage permission, 403).
    ScopeMissing = "scope_missing",
    /// A permission that is needed is missing.
    PermissionMissing = "permission_missing",
    /// The resource belongs to someone else.
    SubjectNotAllowed = "subject_not_allowed",
    /// The connection proved another key than the token is bound to (401).
    ConfirmationMismatch = "confirmation_mismatch",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<str> for Code {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}
