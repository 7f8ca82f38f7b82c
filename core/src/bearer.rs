//! The `Authorization` header: where a request carries its token (RFC 6750 section 2.1).

use crate::reason::Reason;
use crate::rejection::Rejection;

/// The token of an `Authorization` header: the scheme `Bearer` in any case, then exactly one token.
///
/// ```
/// use lowwater::{Code, bearer};
///
/// assert_eq!(bearer("Bearer abc.def.ghi").unwrap(), "abc.def.ghi");
/// assert_eq!(bearer("bearer  abc.def.ghi").unwrap(), "abc.def.ghi");
/// for header in ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer a, Bearer b"] {
///     assert_eq!(bearer(header).unwrap_err().code(), Code::TokenMissing, "{header:?}");
/// }
/// ```
///
/// # Errors
/// `token_missing`: another scheme, no token, or more than one. A request without the header has no
/// token either: [`Rejection::missing_token`].
pub fn bearer(header: &str) -> Result<&str, Rejection> {
    let missing = |what| Rejection::new(Reason::TokenMissing(what));
    let header = header.trim_matches([' ', '\t']); // optional white space, RFC 9110 section 5.5
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing("the `Authorization` header carries no bearer token"));
    }
    let token = token.trim_start_matches(' ');
    if token.is_empty() {
        return Err(missing("the `Authorization` header says `Bearer` and carries no token"));
    }
    if token.contains([' ', '\t', ',']) {
        return Err(missing("the `Authorization` header carries more than one token"));
    }
    Ok(token)
}
