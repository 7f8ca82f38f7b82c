//! Any bytes as the payload of a token that is good otherwise.

use lowwater::{Code, NoCutoffs, Stage, Unverified};
use serde_json::Value;

use crate::given::{TRUSTING, now};
use crate::signing::encode;
use crate::strict_json::{Members, object};

const LAST: f64 = 253_402_300_799.0;

fn is_text(value: &Value) -> bool {
    value.is_string()
}

fn is_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|all| all.iter().all(Value::is_string))
}

/// Is every registered claim of its type? `None` where a float cannot tell.
fn well_typed(members: &Members<'_>) -> Option<bool> {
    let mut sure = true;
    for (name, value) in &members.0 {
        // A number out of a float's range is no number to this parser.
        let value = serde_json::from_str(value.get()).unwrap_or(Value::Number(0.into()));
        let good = match name.as_str() {
            "iss" | "sub" | "jti" | "sid" | "client_id" | "azp" => is_text(&value),
            "aud" => is_text(&value) || (is_texts(&value) && value != Value::Array(Vec::new())),
            "scope" => is_text(&value) || is_texts(&value),
            "permissions" => is_texts(&value),
            "exp" | "nbf" | "iat" | "auth_time" => {
                let seconds = value.as_f64();
                sure &= seconds
                    .is_none_or(|seconds| seconds.abs() > 1e-9 && (seconds - LAST).abs() > 1.5);
                seconds.is_some_and(|seconds| (0.0..=LAST).contains(&seconds))
            }
            _ => true,
        };
        if !good && sure {
            return Some(false);
        }
    }
    sure.then_some(true)
}

pub fn run(data: &[u8]) {
    let header = encode(r#"{"alg":"HS256","kid":"k"}"#);
    let token = format!("{header}.{}.{}", encode(data), encode("signature"));
    if token.len() > 16 << 10 {
        return;
    }
    let decided = TRUSTING.validate(&token, &NoCutoffs, now());
    let json = &*String::from_utf8_lossy(data);
    let members = str::from_utf8(data).ok().and_then(object);
    let code = decided.as_ref().err().map(|no| no.code());
    assert_eq!(members.is_none(), code == Some(Code::ClaimsMalformed), "{json}");
    let Some(members) = members else { return };
    let typed = code != Some(Code::ClaimType);
    assert!(well_typed(&members).is_none_or(|well| well == typed), "{code:?}: {json}");
    assert_eq!(Unverified::read(&token).is_ok(), typed, "{json}");
    let Ok(accepted) = decided else { return };
    assert_eq!(accepted.claims_json(), json);
    for (name, value) in &members.0 {
        assert_eq!(accepted.claim_json(name), Some(value.get()), "{name}");
    }
    let text = |name| members.get(name).map(|text| serde_json::from_str::<String>(text).unwrap());
    assert_eq!(accepted.subject(), text("sub").as_deref());
    assert_eq!(accepted.session(), text("sid").as_deref());
    assert_eq!(accepted.client(), text("client_id").or_else(|| text("azp")).as_deref());
    if let Err(no) = accepted.require_scopes(["a"]) {
        assert_eq!(no.stage(), Stage::Permission);
    }
    let _ = (accepted.scopes(), accepted.permissions(), accepted.audiences(), accepted.ticket());
    let _ = accepted.claims::<Value>();
}
