//! The `typ` of the header: what kind of message the token says it is (RFC 8725 section 3.11).

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::media_type::{same, short};

/// Signed messages that are never access tokens, whatever a policy says: a logout token, a security
/// event, a proof of possession, a status list, an introspection response.
const NEVER: [&str; 5] =
    ["logout+jwt", "secevent+jwt", "dpop+jwt", "statuslist+jwt", "token-introspection+jwt"];

/// Members of an introspection response that say what kind of token it is about: RFC 7662 section 2.2; what Ory and
/// Cognito add; what Keycloak copies out of the token.
pub(crate) const KIND: [&str; 3] = ["token_type", "token_use", "typ"];

/// What such members say of access tokens: the types of RFC 6749 section 7.1 and RFC 9449, and plain words.
const ACCESS: [&str; 4] = ["Bearer", "DPoP", "access_token", "access"];

/// What they say of what an endpoint answers for as well: refresh tokens, ID tokens, and what is none of RFC 6749's types
/// (RFC 8693 section 2.2.1).
const OTHER_KINDS: [&str; 7] =
    ["Refresh", "refresh_token", "Offline", "offline_token", "ID", "id_token", "N_A"];

/// Which types of token this API takes.
///
/// ```
/// use lowwater::TokenType;
///
/// let own = TokenType::OneOf(vec!["vnd.example.access+jwt".into()]);
/// # let _ = own;
/// ```
///
/// Types are compared without regard to ASCII case, and `application/` is implied where the value has
/// no other slash (RFC 7515 section 4.1.9).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenType {
    /// No `typ`, `JWT` or `at+jwt`: what most issuers send.
    #[default]
    Default,
    /// `at+jwt` alone (RFC 9068 section 4): refuses ID tokens and everything else that an issuer signs
    /// with the same key. An introspection response has to say that it is about an access token.
    Strict,
    /// Any `typ` or none, but for the five that are never access tokens.
    Any,
    /// One of these; a token without `typ` is refused.
    OneOf(Vec<Box<str>>),
}

fn is_never_an_access_token(media_type: &str) -> bool {
    NEVER.iter().any(|never| same(never, media_type))
}

impl TokenType {
    /// May a token with this `typ` be an access token here?
    pub(super) fn allows(&self, token_type: Option<&str>) -> bool {
        let Some(token_type) = token_type else {
            return matches!(self, Self::Default | Self::Any);
        };
        match self {
            // What nearly every token says, before any letter is folded.
            Self::Default | Self::Strict if token_type == "at+jwt" => true,
            _ if is_never_an_access_token(token_type) => false,
            Self::Default => same(token_type, "JWT") || same(token_type, "at+jwt"),
            Self::Strict => same(token_type, "at+jwt"),
            Self::Any => true,
            Self::OneOf(list) => list.iter().any(|one| same(one, token_type)),
        }
    }

    /// May a response that says this of a token be about an access token? Whatever is said has to fit. Where a JWT needs
    /// a `typ`, a response has to say something: many servers tell a refresh token by nothing but silence.
    pub(super) fn allows_response<'s>(&self, said: impl Iterator<Item = &'s str>) -> bool {
        let among = |list: &[&str], word: &str| list.iter().any(|one| same(one, word));
        let fits =
            |word| among(&ACCESS, word) || !among(&OTHER_KINDS, word) && self.allows(Some(word));
        let mut said = said.peekable();
        (said.peek().is_some() || self.allows(None)) && said.all(fits)
    }

    pub(super) const fn expected_of_response(&self) -> &'static str {
        match self {
            Self::Default | Self::Any => "those of an access token, or absent",
            Self::Strict | Self::OneOf(_) => "those of an access token, and one of them there",
        }
    }

    pub(super) const fn expected(&self) -> &'static str {
        match self {
            Self::Default => "absent, `JWT` or `at+jwt`",
            Self::Strict => "`at+jwt`",
            Self::Any => "that of no other kind of message",
            Self::OneOf(_) => "one of those that the policy lists",
        }
    }

    /// What is wrong with a list of types, if anything.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        match self {
            Self::OneOf(list) if list.is_empty() => Some("a list that is not empty"),
            Self::OneOf(list) if list.iter().any(|one| short(one).is_empty()) => {
                Some("a list without empty strings")
            }
            Self::OneOf(list) if list.iter().any(|one| is_never_an_access_token(one)) => {
                Some("a list without the types that are never access tokens")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn compares_media_types_and_folds_ascii_alone() {
        for token_type in ["JWT", "jwt", "application/at+JWT", "APPLICATION/jwt", "at+jwt"] {
            assert!(TokenType::Default.allows(Some(token_type)), "{token_type}");
        }
        for token_type in
            ["", "text/jwt", "application/application/jwt", "JWT;v=1", "at+jwt ", "\u{212a}wt"]
        {
            assert!(!TokenType::Default.allows(Some(token_type)), "{token_type}");
        }
        assert!(TokenType::Default.allows(None) && !TokenType::Strict.allows(None));
    }

    #[test]
    fn a_response_says_that_it_is_about_an_access_token_or_says_nothing() {
        let one_of = TokenType::OneOf(vec!["own+jwt".into()]);
        let all = [TokenType::Default, TokenType::Any, TokenType::Strict, one_of];
        let fits = |said: &[&str]| {
            all.each_ref().map(|token_type| token_type.allows_response(said.iter().copied()))
        };
        assert_eq!(fits(&[]), [true, true, false, false]);
        for access in ACCESS.into_iter().chain(["bearer", "dpop", "BEARER"]) {
            assert_eq!(fits(&[access]), [true; 4], "{access}");
        }
        for other in OTHER_KINDS.into_iter().chain(["REFRESH_TOKEN", "offline"]).chain(NEVER) {
            assert_eq!(fits(&[other]), [false; 4], "{other}");
            assert_eq!(fits(&["Bearer", other]), [false; 4], "{other}");
            assert_eq!(fits(&[other, "Bearer"]), [false; 4], "{other}");
        }
        assert_eq!(fits(&["Bearer", "access_token", "at+jwt"]), [true, true, true, false]);
        assert_eq!(fits(&["JWT"]), [true, true, false, false]);
        assert_eq!(fits(&["own+jwt"]), [false, true, false, true]);
        assert_eq!(fits(&[""]), [false, true, false, false]);
        assert_eq!(fits(&["\u{212a}efresh"]), [false, true, false, false]);
    }

    #[test]
    fn five_types_are_never_access_tokens() {
        for never in NEVER {
            let upper = alloc::format!("Application/{}", never.to_ascii_uppercase());
            assert!(!TokenType::Any.allows(Some(&upper)), "{upper}");
            assert!(TokenType::OneOf(vec![upper.into()]).mistake().is_some());
        }
        assert!(TokenType::Any.allows(Some("")) && TokenType::Any.allows(None));
        assert!(TokenType::OneOf(vec!["application/".into()]).mistake().is_some());
    }
}
