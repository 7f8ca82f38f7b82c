//! Any bytes as the header of a token that is good otherwise.

use lowwater::{Code, NoCutoffs};
use serde_json::Value;

use crate::given::{TRUSTING, now};
use crate::signing::{claims, encode};
use crate::strict_json::object;

/// What a header says, told without the library.
fn allows(json: &str) -> Option<bool> {
    let members = object(json)?;
    let text = |name| match members.get(name).map(serde_json::from_str::<Value>) {
        None => Some(None),
        Some(Ok(Value::String(text))) => Some(Some(text)),
        Some(_) => None,
    };
    let (Some(Some(algorithm)), Some(key_id), Some(token_type)) =
        (text("alg"), text("kid"), text("typ"))
    else {
        return Some(false);
    };
    let named = key_id.is_none_or(|name| name == "k");
    let unsupported = ["crit", "b64", "zip", "enc"];
    let token_type = token_type.is_none_or(|name| {
        let name = name.to_ascii_lowercase();
        let short = name.strip_prefix("application/").filter(|rest| !rest.contains('/'));
        ["jwt", "at+jwt"].contains(&short.unwrap_or(&name))
    });
    let algorithms = ["HS256", "RS256", "PS256", "EdDSA", "Ed25519"];
    Some(
        named
            && token_type
            && algorithms.contains(&algorithm.as_str())
            && unsupported.iter().all(|name| members.get(name).is_none()),
    )
}

pub fn run(data: &[u8]) {
    let token = format!("{}.{}.{}", encode(data), encode(claims("")), encode("signature"));
    if token.len() > 16 << 10 {
        return;
    }
    let decided = TRUSTING.validate(&token, &NoCutoffs, now());
    let expected = str::from_utf8(data).ok().and_then(allows);
    let json = String::from_utf8_lossy(data);
    match decided {
        Ok(accepted) => {
            assert_eq!(expected, Some(true), "accepted: {json}");
            assert_eq!(accepted.header_json(), Some(&*json));
        }
        Err(no) => {
            assert_ne!(expected, Some(true), "{no}: {json}");
            assert!(expected.is_some() || no.code() == Code::HeaderMalformed, "{no}: {json}");
        }
    }
}
