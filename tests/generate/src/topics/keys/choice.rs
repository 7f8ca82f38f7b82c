//! Which keys a token may mean: by kid, by algorithm, at most four.

use crate::format::{Case, Topic};
use crate::keys::{
    self, ED25519, ED25519_B, ED25519_C, ED25519_D, ED25519_E, Key, P256, RSA, SECRET, jwk, jwks,
    named,
};
use crate::payload::{Payload, quoted};
use crate::topics::policy_for;

static FIVE: [&Key; 5] = [&ED25519, &ED25519_B, &ED25519_C, &ED25519_D, &ED25519_E];

/// A token of one of the Ed25519 keys; `kid` may be none.
fn token(key: &Key, kid: Option<&str>) -> String {
    let kid = kid.map(|kid| format!(r#","kid":{}"#, quoted(kid))).unwrap_or_default();
    key.token("EdDSA", &format!(r#"{{"alg":"EdDSA"{kid}}}"#), Payload::good().to_string())
}

pub(crate) fn add(topic: &mut Topic) {
    by_name(topic);
    strange_names(topic);
    at_most_four(topic);
    spellings(topic);
    among_public(topic);
}

fn by_name(topic: &mut Topic) {
    topic.keyset("nameless", jwks(&[jwk(&ED25519, "")]));
    topic.keyset("two", jwks(&[named(&ED25519, "a"), named(&ED25519_B, "b")]));
    topic.keyset("twins", jwks(&[named(&ED25519, "k"), named(&ED25519_B, "k")]));
    topic.keyset("mixed", jwks(&[named(&ED25519, "k"), jwk(&ED25519_B, "")]));
    topic.keyset("rsa", jwks(&[named(&RSA, "k")]));
    topic.keyset("nameless-rsa", jwks(&[jwk(&RSA, "")]));
    topic.keyset("nameless-rsa-and-b", jwks(&[jwk(&RSA, ""), named(&ED25519, "b")]));
    let cases: &[(&str, &str, &str, String, &str)] = &[
        ("named", "the kid picks the key", "two", token(&ED25519_B, Some("b")), ""),
        ("unknown-name", "no key of that name", "two", token(&ED25519, Some("c")), "key_not_found"),
        (
            "name-of-another",
            "the key of that name decides, whatever other keys would say",
            "two",
            token(&ED25519, Some("b")),
            "signature_invalid",
        ),
        ("no-name", "no kid: all keys that fit are tried", "two", token(&ED25519_B, None), ""),
        (
            "twins-first",
            "keys of one name are tried in order",
            "twins",
            token(&ED25519, Some("k")),
            "",
        ),
        ("twins-second", "and the second too", "twins", token(&ED25519_B, Some("k")), ""),
        (
            "nameless-key",
            "a lone key without kid serves every kid",
            "nameless",
            token(&ED25519, Some("z")),
            "",
        ),
        ("nameless-both", "neither names anything", "nameless", token(&ED25519, None), ""),
        ("named-before-nameless", "the named one fits", "mixed", token(&ED25519, Some("k")), ""),
        (
            "nameless-beside-named",
            "the nameless one is tried too",
            "mixed",
            token(&ED25519_B, Some("k")),
            "",
        ),
        (
            "nameless-for-unknown",
            "also for an unknown kid",
            "mixed",
            token(&ED25519_B, Some("z")),
            "",
        ),
        (
            "named-key-not-for-unknown",
            "only the nameless one is tried for an unknown kid",
            "mixed",
            token(&ED25519, Some("z")),
            "signature_invalid",
        ),
        (
            "named-key-of-another-kind",
            "the key of that name is no EdDSA key",
            "rsa",
            token(&ED25519, Some("k")),
            "key_mismatch",
        ),
        (
            "unknown-name-of-another-kind",
            "no key has the name, and none is nameless",
            "rsa",
            token(&ED25519, Some("z")),
            "key_not_found",
        ),
        (
            "no-name-no-key-that-fits",
            "no kid, no key fits",
            "rsa",
            token(&ED25519, None),
            "key_not_found",
        ),
        (
            "nameless-key-of-another-kind",
            "a kid is named, and the nameless key is a candidate that does not fit",
            "nameless-rsa",
            token(&ED25519, Some("k")),
            "key_mismatch",
        ),
        (
            "nameless-key-of-another-kind-and-an-unknown-name",
            "the key that would verify has another name",
            "nameless-rsa-and-b",
            token(&ED25519, Some("k")),
            "key_mismatch",
        ),
    ];
    for (name, comment, set, token, code) in cases {
        let case = Case::token(format!("keys-choice-{name}"), *comment, token);
        let case = case.keys(*set).policy("all").flags(&["vuln-06"]);
        topic.add(if code.is_empty() { case } else { case.reject(code) });
    }
}

fn strange_names(topic: &mut Topic) {
    let comment = "a kid is an opaque key of a map, compared byte for byte";
    for (name, kid) in [
        ("path", "../../dev/null"),
        ("absolute-path", "/dev/null"),
        ("sql", "k' OR '1'='1"),
        ("ldap", "k)(uid=*"),
        ("url", "http://127.0.0.1/k"),
        ("command", "k|/bin/true"),
        ("nul", "k\0"),
        ("space", "k "),
        ("line-feed", "k\n"),
        ("upper-case", "K"),
        ("empty", ""),
        ("prefix", "kk"),
        ("prototype", "__proto__"),
    ] {
        let case = Case::token(
            format!("keys-kid-{name}-is-not-found"),
            comment,
            token(&ED25519, Some(kid)),
        );
        topic.add(case.reject("key_not_found").flags(&["vuln-06"]));
        let set = format!("kid-{name}");
        topic.keyset(&set, jwks(&[named(&ED25519, kid)]));
        let case =
            Case::token(format!("keys-kid-{name}-is-a-name"), comment, token(&ED25519, Some(kid)));
        topic.add(case.keys(set).flags(&["vuln-06"]));
    }
    topic.keyset("kid-empty-and-b", jwks(&[named(&ED25519, ""), named(&ED25519_B, "b")]));
    for (id, comment, kid, key, code) in [
        ("keys-kid-empty-names-the-empty", "the empty kid is a name", Some(""), &ED25519, ""),
        (
            "keys-kid-empty-is-not-absent",
            "it does not mean every key",
            Some(""),
            &ED25519_B,
            "signature_invalid",
        ),
        ("keys-kid-absent-means-all", "absent means all that fit", None, &ED25519_B, ""),
    ] {
        let case = Case::token(id, comment, token(key, kid)).keys("kid-empty-and-b");
        let case = case.flags(&["vuln-06", "vuln-27"]);
        topic.add(if code.is_empty() { case } else { case.reject(code) });
    }
    for (name, own, kid) in [
        ("composed", "caf\u{e9}", "cafe\u{301}"),
        ("homoglyph", "\u{430}", "a"),
        ("full-width", "k1", "\u{ff4b}1"),
    ] {
        let set = format!("kid-{name}");
        topic.keyset(&set, jwks(&[named(&ED25519, own)]));
        let comment = "no normalisation of Unicode: what looks the same is another name";
        let case =
            Case::token(format!("keys-kid-{name}-twin"), comment, token(&ED25519, Some(kid)));
        topic.add(case.keys(set).reject("key_not_found").flags(&["vuln-33"]));
    }
}

fn at_most_four(topic: &mut Topic) {
    let nameless =
        |count: usize| -> Vec<_> { FIVE[..count].iter().map(|key| jwk(key, "")).collect() };
    let twins =
        |count: usize| -> Vec<_> { FIVE[..count].iter().map(|key| named(key, "k")).collect() };
    let apart = |count: usize| -> Vec<_> {
        FIVE[..count].iter().enumerate().map(|(n, key)| named(key, &format!("k{n}"))).collect()
    };
    let unfit =
        [nameless(4), vec![jwk(&RSA, ""), jwk(&P256, ""), jwk(&RSA, r#","alg":"PS256""#)]].concat();
    let mixed = [twins(3), vec![jwk(&ED25519_D, "")]].concat();
    let mixed_five = [twins(4), vec![jwk(&ED25519_E, "")]].concat();
    let spelled = [nameless(4), vec![jwk(&ED25519_E, r#","alg":"Ed25519""#)]].concat();
    let cases = [
        ("4-nameless", nameless(4), FIVE[3], None, true),
        ("5-nameless", nameless(5), &ED25519, None, false),
        ("4-of-one-name", twins(4), &ED25519_D, Some("k"), true),
        ("5-of-one-name", twins(5), &ED25519, Some("k"), false),
        ("4-names-none-asked", apart(4), &ED25519_D, None, true),
        ("5-names-none-asked", apart(5), &ED25519, None, false),
        ("5-names-one-asked", apart(5), &ED25519_E, Some("k4"), true),
        ("4-that-fit-of-7", unfit, &ED25519_D, None, true),
        ("3-named-and-1-nameless", mixed, &ED25519_D, Some("k"), true),
        ("4-named-and-1-nameless", mixed_five, &ED25519, Some("k"), false),
        ("5-by-two-spellings-of-alg", spelled, &ED25519, None, false),
    ];
    for (name, keys, key, kid, fits) in cases {
        let set = format!("candidates-{name}");
        topic.keyset(&set, jwks(&keys));
        let comment = "four keys that fit are tried, the last one too; five are too many, even if the \
                       first would do";
        let case = Case::token(format!("keys-candidates-{name}"), comment, token(key, kid));
        let case = case.keys(set).flags(&["boundary"]);
        topic.add(if fits { case } else { case.reject("key_ambiguous") });
    }
}

/// EdDSA and Ed25519 are one algorithm (RFC 9864).
fn spellings(topic: &mut Topic) {
    for allowed in ["EdDSA", "Ed25519"] {
        topic.policy(format!("allows-{allowed}"), policy_for(&format!("[{allowed:?}]"), ""));
        for own in ["EdDSA", "Ed25519", ""] {
            let set = format!("spelled-{own}");
            let more = if own.is_empty() { String::new() } else { format!(r#","alg":"{own}""#) };
            if allowed == "EdDSA" {
                topic.keyset(&set, jwks(&[jwk(&ED25519, &more)]));
            }
            for header in ["EdDSA", "Ed25519"] {
                let token =
                    keys::signed(&format!(r#"{{"alg":"{header}"}}"#), Payload::good().to_string());
                let key = if own.is_empty() { "unsaid" } else { own };
                let id = format!("keys-alg-header-{header}-key-{key}-allowed-{allowed}");
                let comment = "two spellings of one algorithm (RFC 9864 section 2.2)";
                topic.add(
                    Case::token(id, comment, token).keys(&set).policy(format!("allows-{allowed}")),
                );
            }
        }
    }
}

/// A secret in a set of public keys is published: no secret.
fn among_public(topic: &mut Topic) {
    let hmac = SECRET.token("HS256", r#"{"alg":"HS256","kid":"s"}"#, Payload::good().to_string());
    let unknown = r#"{"kty":"AKP","kid":"u"}"#.to_owned();
    for (name, keys, code) in [
        ("alone", vec![named(&SECRET, "s")], ""),
        ("with-another", vec![named(&SECRET, "s"), named(&keys::SECRET_B, "t")], ""),
        ("beside-a-public-key", vec![named(&SECRET, "s"), named(&ED25519, "k")], "key_not_found"),
        ("after-a-public-key", vec![named(&ED25519, "k"), named(&SECRET, "s")], "key_not_found"),
    ] {
        let set = format!("oct-{name}");
        topic.keyset(&set, jwks(&keys));
        let comment =
            "oct keys in a set that also has public keys are skipped: the set is published";
        let case = Case::token(format!("keys-oct-{name}"), comment, &hmac);
        let case = case.keys(set).policy("all").flags(&["vuln-02"]);
        topic.add(if code.is_empty() { case } else { case.reject(code) });
    }
    topic.keyset("oct-unknown", jwks(&[named(&SECRET, "s"), unknown]));
    let comment = "a member of any other kind makes it a set of public keys: nothing is left";
    let case = Case::mistake("keys-oct-beside-an-unknown-kind", comment);
    topic.add(case.keys("oct-unknown").policy("all").flags(&["vuln-02"]));
}
