//! Any bytes as a key in PEM or DER.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lowwater::{Key, KeySet};

use crate::given::Trusting;

fn name(key: Key) -> Vec<String> {
    KeySet::from_keys([key]).expect("a key alone").key_ids().map(str::to_owned).collect()
}

/// The same bytes as RFC 7468 writes them.
fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in BASE64_STANDARD.encode(der).as_bytes().chunks(64) {
        writeln!(text, "{}", str::from_utf8(line).expect("base64")).expect("a text");
    }
    text + "-----END " + label + "-----\n"
}

pub fn run(data: &[u8]) {
    // SPKI or PKCS#1: one label each.
    let named: Vec<_> = ["PUBLIC KEY", "RSA PUBLIC KEY"]
        .iter()
        .filter_map(|label| Key::from_pem(&pem(label, data)).ok())
        .map(name)
        .collect();
    match Key::from_der(data) {
        Ok(key) => {
            assert_eq!(named, [name(key)]);
            // No byte of it is without a meaning: DER has one text for one key.
            let longer = [data, &[0]].concat();
            assert!(Key::from_der(&longer).is_err() && Key::from_der(&data[1..]).is_err());
        }
        Err(_) => assert!(named.is_empty()),
    }
    // On a curve that ring has not, a key that is read is still a point of it.
    let _ = Key::read_with(&Trusting, data);
    let _ = Key::from_pem(&pem("CERTIFICATE", data)).expect_err("a certificate is no key");
    let _ = Key::from_pem(&pem("PRIVATE KEY", data)).expect_err("a private key is none to verify");
    let _ = (KeySet::read(data), Key::from_secret(data), Key::from_short_secret(data));
    if let Ok(text) = str::from_utf8(data)
        && Key::from_pem(text).is_ok()
    {
        assert!(Key::from_secret(data).is_err(), "a public key as a secret");
    }
}
