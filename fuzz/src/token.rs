//! Any text in place of a token, or of an `Authorization` header.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lowwater::{NoCutoffs, Unverified, bearer};
use ring::hmac;

use crate::given::{HS256, PADDED, TRUSTING, now, told};
use crate::signing::SECRET;
use crate::strict_json::object;

pub fn run(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    if let Ok(token) = bearer(text) {
        // White space around a field's value is not part of it (RFC 9110 section 5.5).
        let text = text.trim_matches([' ', '\t']);
        let scheme = text.get(..6).map(str::to_ascii_lowercase);
        assert_eq!(scheme.as_deref(), Some("bearer"));
        assert!(text.ends_with(token) && !token.is_empty() && !token.contains([' ', ',']));
    }
    let real = HS256.validate(text, &NoCutoffs, now());
    assert_eq!(told(&real), told(&HS256.validate(text, &NoCutoffs, now())));
    if real.is_ok() {
        // Whoever has the secret made these very bytes, and each part has this one spelling.
        let (message, signature) = text.rsplit_once('.').unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        hmac::verify(&key, message.as_bytes(), &signature).unwrap();
    }
    let trusted = TRUSTING.validate(text, &NoCutoffs, now());
    assert!(trusted.is_ok() || real.is_err(), "a good signature is refused where all are good");
    let padded = PADDED.validate(text, &NoCutoffs, now());
    let Ok(accepted) = trusted else { return };
    assert_eq!(padded.unwrap().claims_json(), accepted.claims_json());
    let parts: Vec<Vec<u8>> = text
        .split('.')
        .map(|part| {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
            assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(&bytes), part);
            bytes
        })
        .collect();
    let [header, payload, signature] = &parts[..] else { panic!("not three parts") };
    assert!(!signature.is_empty());
    let header_json = accepted.header_json().expect("a JWT has a header");
    for (bytes, json) in [(header, header_json), (payload, accepted.claims_json())] {
        assert_eq!(str::from_utf8(bytes), Ok(json));
        assert!(object(json).is_some(), "no strict object: {json}");
    }
    assert_eq!(Unverified::read(text).unwrap().claims_json(), accepted.claims_json());
}
