//! Any text as each part of a token: it is read exactly if it is the one text of some bytes.

use base64::Engine as _;
use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use lowwater::{Code, NoCutoffs, Validator};

use crate::given::{PADDED, TRUSTING, now};
use crate::signing::{claims, encode};

fn is_read(validator: &Validator, token: &str) -> bool {
    let decided = validator.validate(token, &NoCutoffs, now());
    decided.err().map(|no| no.code()) != Some(Code::TokenMalformed)
}

pub fn run(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    if text.contains('.') || text.len() > 4000 {
        return;
    }
    let is_text_of = |bytes: Vec<u8>| BASE64_URL_SAFE_NO_PAD.encode(bytes) == text;
    let canonical = BASE64_URL_SAFE_NO_PAD.decode(text).is_ok_and(is_text_of);
    let padded =
        BASE64_URL_SAFE.decode(text).is_ok_and(|bytes| BASE64_URL_SAFE.encode(bytes) == text);
    let (header, payload) = (encode(r#"{"alg":"HS256"}"#), encode(claims("")));
    for token in [
        format!("{text}.{payload}.AAAA"),
        format!("{header}.{text}.AAAA"),
        format!("{header}.{payload}.{text}"),
    ] {
        assert_eq!(is_read(&TRUSTING, &token), canonical, "{token:?}");
        assert_eq!(is_read(&PADDED, &token), canonical || padded, "{token:?}");
    }
    // And back: the bytes of any text are read as they were written.
    let payload = format!("{},\"x\":{:?}}}", claims("").trim_end_matches('}'), hex(data));
    let token = format!("{header}.{}.AAAA", encode(&payload));
    let accepted = TRUSTING.validate(&token, &NoCutoffs, now());
    assert!(accepted.is_ok_and(|accepted| accepted.claims_json() == payload));
}

fn hex(data: &[u8]) -> String {
    data.iter().map(|byte| format!("{byte:02x}")).collect()
}
