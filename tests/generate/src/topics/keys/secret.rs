//! Secrets: how long, and what does not look like one.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::format::{Case, Topic};
use crate::keys::{self, RSA, SECRET_BYTES, jwk, pkcs1_pem, spki_der, spki_pem};
use crate::payload::Payload;
use crate::sign::{Signer, encode};
use crate::topics::policy_for;

const HASHES: [(&str, usize); 3] = [("HS256", 32), ("HS384", 48), ("HS512", 64)];

fn token(secret: &[u8], algorithm: &str, kid: &str) -> String {
    let header = format!(r#"{{"alg":"{algorithm}"{kid}}}"#);
    Signer::Secret(secret.to_vec()).token(algorithm, &header, Payload::good().to_string())
}

pub(crate) fn add(topic: &mut Topic) {
    topic.policy(
        "short",
        policy_for(r#"["HS256","HS384","HS512"]"#, r#","allow_short_secret":true"#),
    );
    lengths(topic);
    not_secrets(topic);
}

fn lengths(topic: &mut Topic) {
    let flags = ["vuln-04", "boundary"];
    let long = [SECRET_BYTES.as_slice(), b"!"].concat();
    for (algorithm, least) in HASHES {
        for length in [least - 1, least, least + 1] {
            let secret = &long[..length];
            let set = format!("secret-{length}-{algorithm}");
            topic.keyset(&set, keys::secret(secret, &format!(r#","alg":"{algorithm}""#)));
            let comment = format!("{algorithm} wants {least} bytes (RFC 7518 section 3.2)");
            let id = format!("keys-secret-of-{length}-bytes-for-{algorithm}");
            topic.add(if length < least {
                Case::mistake(id, comment).keys(set).policy("all").flags(&flags)
            } else {
                Case::token(id, comment, token(secret, algorithm, ""))
                    .keys(set)
                    .policy("all")
                    .flags(&flags)
            });
        }
    }
    for length in [0, 1, 31, 32, 47, 48, 63, 64] {
        let set = format!("secret-{length}");
        topic.keyset(&set, keys::secret(&long[..length], ""));
        if length < 32 {
            let id = format!("keys-secret-of-{length}-bytes-without-alg");
            let comment = "at least 32 bytes, and never none";
            topic.add(Case::mistake(id, comment).keys(&set).policy("all").flags(&flags));
            continue;
        }
        for (algorithm, least) in HASHES {
            let id = format!("keys-secret-of-{length}-bytes-without-alg-asked-for-{algorithm}");
            let comment = "a secret without alg serves each hash for which it is long enough";
            let case = Case::token(id, comment, token(&long[..length], algorithm, ""));
            let case = case.keys(&set).policy("all").flags(&flags);
            topic.add(if length < least { case.reject("key_not_found") } else { case });
        }
    }
    for length in [1, 31] {
        for (algorithm, _) in HASHES {
            let comment = "short secrets can be allowed, by name";
            let id = format!("keys-secret-of-{length}-bytes-allowed-for-{algorithm}");
            let case = Case::token(id, comment, token(&long[..length], algorithm, ""));
            topic.add(case.keys(format!("secret-{length}")).policy("short").flags(&flags));
        }
    }
    let comment = "a kid is named, and the secret that may be meant is too short for the hash";
    let kid = r#","kid":"k""#;
    let case = Case::token(
        "keys-secret-too-short-for-a-named-key",
        comment,
        token(&long[..47], "HS384", kid),
    );
    topic.add(case.keys("secret-47").policy("all").reject("key_mismatch").flags(&flags));
    let comment = "an empty secret is never allowed (CVE-2026-45363)";
    let case = Case::mistake("keys-secret-of-0-bytes-is-never-allowed", comment);
    topic.add(case.keys("secret-0").policy("short").flags(&flags));
    topic.keyset(
        "oct-short",
        keys::jwks(&[format!(r#"{{"kty":"oct","k":"{}"}}"#, encode(&long[..31]))]),
    );
    let comment = "the opt-in holds for oct keys of a set too";
    let case =
        Case::token("keys-oct-of-31-bytes-allowed", comment, token(&long[..31], "HS256", ""));
    topic.add(case.keys("oct-short").policy("short").flags(&flags));
}

/// Bytes that are no secret because everyone has them.
fn not_secrets(topic: &mut Topic) {
    let pem = spki_pem(&RSA);
    let key = jwk(&RSA, "");
    let certificate = include_str!("../../../keys/certificate.pem");
    let body: String = certificate.lines().filter(|line| !line.starts_with('-')).collect();
    let der = BASE64_STANDARD.decode(body).expect("a kept certificate");
    let ssh = "AAAAC3NzaC1lZDI1NTE5AAAAIE3Twx00S5JEdvL2Z9F0Txj/cYDQk8wIwWHUNtxBfL51";
    let looks: Vec<(&str, Vec<u8>)> = vec![
        ("pem", pem.clone().into()),
        ("pem-with-white-space-after", format!("{pem}\n ").into()),
        ("pem-after-white-space", format!(" \n{pem}").into()),
        ("pem-after-a-byte-order-mark", format!("\u{feff}{pem}").into()),
        ("pem-after-a-zero-width-space", format!("\u{200b}{pem}").into()),
        ("pem-after-text", format!("key: {pem}").into()),
        ("pem-cut-short", pem[..40].into()),
        ("pem-of-a-certificate", certificate.into()),
        ("pem-of-pkcs1", pkcs1_pem(&RSA).into()),
        ("pem-of-a-private-key", include_str!("../../../keys/ed25519-e.pem").into()),
        ("der-spki", spki_der(&RSA)),
        ("der-certificate", der),
        ("ssh-rsa", format!("ssh-rsa {ssh}").into()),
        ("ssh-ed25519", format!("ssh-ed25519 {ssh} someone@example").into()),
        ("ssh-ecdsa", format!("ecdsa-sha2-nistp256 {ssh}").into()),
        ("ssh-sk", format!("sk-ssh-ed25519@openssh.com {ssh}").into()),
        ("ssh-after-nul-and-byte-order-mark", format!(" \0\u{feff}\tssh-rsa {ssh}").into()),
        ("jwk", key.clone().into()),
        ("jwk-after-white-space", format!("\n\t {key}").into()),
        ("jwk-after-a-byte-order-mark", format!("\u{feff}{key}").into()),
        ("jwks", format!(r#"{{"keys":[{key}]}}"#).into()),
    ];
    for (name, bytes) in looks {
        let set = format!("looks-like-{name}");
        topic.keyset(&set, keys::secret(&bytes, ""));
        for policy in ["all", "short"] {
            let id = format!("keys-secret-looks-like-{name}-{policy}");
            let comment = "public bytes as an HMAC secret: anyone can sign (CVE-2016-10555, \
                           CVE-2026-34950)";
            topic.add(Case::mistake(id, comment).keys(&set).policy(policy).flags(&["vuln-02"]));
        }
    }
    for (name, text) in [
        ("begin-without-dashes", "BEGIN PUBLIC KEY of the beginning, and so on"),
        ("dashes-without-a-space", "-----BEGINNING of something that is no PEM"),
        ("ssh-later-in-the-text", "my own ssh-rsa words, in a long sentence"),
        ("json-without-key-members", r#"{"secret":"forty bytes of a secret in JSON"}"#),
        ("kty-without-a-brace", r#""kty" is what a JWK names, but this is none"#),
        ("der-of-a-string", "0 is 0x30, a SEQUENCE, yet this is a text"),
    ] {
        let set = format!("looks-odd-{name}");
        topic.keyset(&set, keys::secret(text.as_bytes(), ""));
        let id = format!("keys-secret-of-{name}-is-fine");
        let comment = "a secret that only resembles a key";
        let case = Case::token(id, comment, token(text.as_bytes(), "HS256", ""));
        topic.add(case.keys(set).policy("all").flags(&["vuln-02"]));
    }
}
