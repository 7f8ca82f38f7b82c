//! JWK and JWK Set: what is skipped, what is refused whole, what is taken.

use crate::format::{Case, Topic};
use crate::json_faults;
use crate::keys::{
    self, ED25519, P256, P384, RSA, RSA_1024, SECRET_BYTES, jwk, jwks, members, named,
};
use crate::payload::{Payload, quoted};
use crate::sign::{Signer, encode, hex};

/// End of the id, the JWK, why it cannot be used, flag.
type Bad = (&'static str, String, &'static str, &'static str);

pub(crate) fn add(topic: &mut Topic) {
    let token = keys::token(&Payload::good());
    let good = named(&ED25519, "k");
    let all = [kinds(), edwards(), curves(), rsa(), purposes()].concat();
    for (name, bad, why, flag) in all {
        let lone = format!("jwk-{name}");
        topic.keyset(&lone, jwks(&[&bad]));
        let id = format!("keys-jwk-{name}-alone-is-no-key-set");
        topic.add(Case::mistake(id, why).keys(&lone).flags(&[flag]));
        let both = format!("jwk-{name}-and-good");
        topic.keyset(&both, jwks(&[&bad, &good]));
        let id = format!("keys-jwk-{name}-is-skipped");
        topic.add(Case::token(id, why, &token).keys(&both).flags(&[flag]));
    }
    accepted(topic, &token);
    sets(topic, &good, &token);
    bounds(topic);
}

fn kinds() -> Vec<Bad> {
    let unknown = "an unknown kind of key is skipped, so that issuers can add new kinds";
    let x = |kty: &str| format!(r#"{{"kty":{kty},"crv":"Ed25519","kid":"a","x":"AA"}}"#);
    let no_object = "a key is an object";
    vec![
        ("kty-missing", members(&ED25519).replace(r#""kty":"OKP","#, ""), unknown, "vuln-27"),
        ("kty-null", x("null"), unknown, "vuln-27"),
        ("kty-array", x(r#"["OKP"]"#), unknown, "vuln-12"),
        (
            "kty-unknown",
            r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA"}"#.into(),
            unknown,
            "vuln-09",
        ),
        (
            "kty-lower-case",
            x(r#""okp""#),
            "kty is case-sensitive (RFC 7517 section 4.1)",
            "vuln-09",
        ),
        ("null", "null".into(), no_object, "vuln-12"),
        ("string", r#""key""#.into(), no_object, "vuln-12"),
        ("array", "[]".into(), no_object, "vuln-12"),
    ]
    .into_iter()
    .map(|(name, jwk, why, flag)| {
        let jwk = if name == "kty-missing" { format!("{{{jwk}}}") } else { jwk };
        (name, jwk, why, flag)
    })
    .collect()
}

fn edwards() -> Vec<Bad> {
    let okp = |crv: &str, x: &str| format!(r#"{{"kty":"OKP","crv":{crv},"x":{x}}}"#);
    let ed = |x: &[u8]| okp(r#""Ed25519""#, &quoted(&encode(x)));
    let Signer::Ed25519(key) = &*ED25519 else { panic!("it is an Ed25519 key") };
    let own = key.verifying_key().to_bytes();
    let text = encode(own);
    // 32 bytes end in a letter with two unused bits.
    let tail = format!("{}{}", &text[..42], char::from(text.as_bytes()[42] + 1));
    let length = "an Ed25519 key has 32 bytes (RFC 8037 section 2)";
    let canonical = "members are canonical base64url";
    let curve = "the curve must be Ed25519 (RFC 8037 section 2)";
    let small = "a key of small order: anyone can sign for it";
    let field = "y is not below p: a second spelling of a point";
    let first = |byte: u8, last: u8| {
        let mut bytes = [0; 32];
        (bytes[0], bytes[31]) = (byte, last);
        bytes
    };
    let high = |byte: u8, last: u8| {
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (byte, last);
        bytes
    };
    let order_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05";
    let order_8_too = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";
    let signed = |mut bytes: Vec<u8>| {
        bytes[31] |= 0x80;
        bytes
    };
    vec![
        ("okp-crv-missing", format!(r#"{{"kty":"OKP","x":"{text}"}}"#), curve, "vuln-09"),
        ("okp-crv-x25519", okp(r#""X25519""#, &quoted(&text)), curve, "vuln-09"),
        ("okp-crv-ed448", okp(r#""Ed448""#, &quoted(&encode([1; 57]))), curve, "vuln-09"),
        ("okp-crv-lower-case", okp(r#""ed25519""#, &quoted(&text)), curve, "vuln-09"),
        ("okp-crv-p-256", okp(r#""P-256""#, &quoted(&text)), curve, "vuln-09"),
        ("okp-x-missing", r#"{"kty":"OKP","crv":"Ed25519"}"#.into(), length, "vuln-09"),
        ("okp-x-number", okp(r#""Ed25519""#, "5"), length, "vuln-12"),
        ("okp-x-empty", ed(&[]), length, "vuln-27"),
        ("okp-x-31-bytes", ed(&own[..31]), length, "boundary"),
        ("okp-x-33-bytes", ed(&[&own[..], &[0]].concat()), length, "boundary"),
        ("okp-x-padded", okp(r#""Ed25519""#, &quoted(&format!("{text}="))), canonical, "vuln-10"),
        ("okp-x-tail-bits", okp(r#""Ed25519""#, &quoted(&tail)), canonical, "vuln-10"),
        ("okp-x-space", okp(r#""Ed25519""#, &quoted(&format!("{text} "))), canonical, "vuln-10"),
        ("okp-identity", ed(&first(1, 0)), small, "vuln-07"),
        ("okp-identity-with-sign", ed(&first(1, 0x80)), small, "vuln-07"),
        ("okp-order-2", ed(&high(0xec, 0x7f)), small, "vuln-07"),
        ("okp-order-4", ed(&first(0, 0)), small, "vuln-07"),
        ("okp-order-4-with-sign", ed(&first(0, 0x80)), small, "vuln-07"),
        ("okp-order-8", ed(&hex(order_8)), small, "vuln-07"),
        ("okp-order-8-with-sign", ed(&signed(hex(order_8))), small, "vuln-07"),
        ("okp-order-8-second", ed(&hex(order_8_too)), small, "vuln-07"),
        ("okp-order-8-second-with-sign", ed(&signed(hex(order_8_too))), small, "vuln-07"),
        ("okp-y-is-p", ed(&high(0xed, 0x7f)), field, "vuln-07"),
        ("okp-y-is-p-plus-1", ed(&high(0xee, 0x7f)), field, "vuln-07"),
        ("okp-y-is-p-plus-3", ed(&high(0xf0, 0x7f)), field, "vuln-07"),
        ("okp-y-is-all-ones", ed(&[0xff; 32]), field, "vuln-07"),
        ("okp-not-on-the-curve", ed(&first(2, 0)), "y = 2 is on no point of the curve", "vuln-07"),
    ]
}

fn curves() -> Vec<Bad> {
    let part = |signer: &Signer, name: &str| {
        let text = members(signer);
        let start = text.find(&format!(r#""{name}":""#)).expect("a coordinate") + name.len() + 4;
        text[start..].split('"').next().expect("a value").to_owned()
    };
    let (x, y) = (part(&P256, "x"), part(&P256, "y"));
    let (x384, y384) = (part(&P384, "x"), part(&P384, "y"));
    let ec = |crv: &str, x: &str, y: &str| {
        format!(r#"{{"kty":"EC","crv":"{crv}","x":"{x}","y":"{y}"}}"#)
    };
    let bytes = |text: &str| crate::sign::decode(text);
    let other = |text: &str| {
        let mut bytes = bytes(text);
        bytes[31] ^= 1;
        encode(bytes)
    };
    let length = "a coordinate has as many bytes as the field (RFC 7518 section 6.2.1.2)";
    let point = "the point must lie on the curve";
    let curve = "the curve must be P-256 or P-384";
    let ones = |length: usize| encode(vec![0xff; length]);
    vec![
        ("ec-crv-p-521", ec("P-521", &encode([1; 66]), &encode([1; 66])), curve, "vuln-09"),
        ("ec-crv-secp256k1", ec("secp256k1", &x, &y), curve, "vuln-09"),
        ("ec-crv-lower-case", ec("p-256", &x, &y), curve, "vuln-09"),
        ("ec-crv-ed25519", ec("Ed25519", &x, &y), curve, "vuln-09"),
        ("ec-p384-point-as-p256", ec("P-256", &x384, &y384), length, "vuln-09"),
        ("ec-p256-point-as-p384", ec("P-384", &x, &y), length, "vuln-09"),
        ("ec-y-missing", format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}"}}"#), length, "vuln-09"),
        ("ec-x-31-bytes", ec("P-256", &encode(&bytes(&x)[1..]), &y), length, "boundary"),
        (
            "ec-x-33-bytes",
            ec("P-256", &encode([&[0][..], &bytes(&x)].concat()), &y),
            length,
            "boundary",
        ),
        ("ec-x-padded", ec("P-256", &format!("{x}="), &y), "no padding", "vuln-10"),
        ("ec-swapped", ec("P-256", &y, &x), point, "vuln-07"),
        ("ec-one-bit-off", ec("P-256", &x, &other(&y)), point, "vuln-07"),
        ("ec-zero", ec("P-256", &encode([0; 32]), &encode([0; 32])), point, "vuln-07"),
        ("ec-not-below-p", ec("P-256", &ones(32), &ones(32)), point, "vuln-07"),
        ("ec-p384-zero", ec("P-384", &encode([0; 48]), &encode([0; 48])), point, "vuln-07"),
        ("ec-p384-not-below-p", ec("P-384", &ones(48), &ones(48)), point, "vuln-07"),
    ]
}

/// A modulus of so many bits: odd, no product of primes that anyone knows.
fn modulus(bits: usize) -> Vec<u8> {
    let mut bytes = vec![0xb5; bits.div_ceil(8)];
    bytes[0] = 1 << ((bits - 1) % 8);
    bytes
}

fn rsa_of(n: &[u8], e: &[u8]) -> String {
    format!(r#"{{"kty":"RSA","n":"{}","e":"{}"}}"#, encode(n), encode(e))
}

fn rsa() -> Vec<Bad> {
    let size = "RSA keys have 2048 to 8192 bits (RFC 7518 section 3.3)";
    let exponent = "an odd exponent from 3 to 2^33 - 1";
    let zero = "Base64urlUInt has no leading zero octets (RFC 7518 section 2)";
    let n = modulus(2048);
    let even = [&n[..255], &[0xb4]].concat();
    let mut negative = modulus(2047);
    negative.insert(0, 0);
    let text = encode(&n);
    vec![
        ("rsa-1024-bits", jwk(&RSA_1024, ""), size, "vuln-34"),
        ("rsa-2047-bits", rsa_of(&modulus(2047), &[1, 0, 1]), size, "vuln-34"),
        ("rsa-8193-bits", rsa_of(&modulus(8193), &[1, 0, 1]), size, "vuln-34"),
        ("rsa-n-even", rsa_of(&even, &[1, 0, 1]), "an even modulus is malformed", "vuln-34"),
        ("rsa-n-leading-zero", rsa_of(&[&[0], &n[..]].concat(), &[1, 0, 1]), zero, "vuln-34"),
        ("rsa-2047-bits-leading-zero", rsa_of(&negative, &[1, 0, 1]), zero, "vuln-34"),
        ("rsa-n-empty", rsa_of(&[], &[1, 0, 1]), size, "vuln-27"),
        ("rsa-n-missing", r#"{"kty":"RSA","e":"AQAB"}"#.into(), size, "vuln-34"),
        ("rsa-n-number", r#"{"kty":"RSA","n":65537,"e":"AQAB"}"#.into(), size, "vuln-12"),
        (
            "rsa-n-padded",
            format!(r#"{{"kty":"RSA","n":"{text}==","e":"AQAB"}}"#),
            "no padding",
            "vuln-10",
        ),
        ("rsa-e-1", rsa_of(&n, &[1]), exponent, "vuln-34"),
        ("rsa-e-2", rsa_of(&n, &[2]), exponent, "vuln-34"),
        ("rsa-e-0", rsa_of(&n, &[0]), exponent, "vuln-34"),
        ("rsa-e-65536", rsa_of(&n, &[1, 0, 0]), exponent, "vuln-34"),
        ("rsa-e-2-to-33-plus-1", rsa_of(&n, &[2, 0, 0, 0, 1]), exponent, "vuln-34"),
        ("rsa-e-of-9-bytes", rsa_of(&n, &[1, 0, 0, 0, 0, 0, 0, 0, 3]), exponent, "vuln-34"),
        ("rsa-e-leading-zero", rsa_of(&n, &[0, 1, 0, 1]), zero, "vuln-34"),
        ("rsa-e-empty", rsa_of(&n, &[]), exponent, "vuln-27"),
        ("rsa-e-missing", format!(r#"{{"kty":"RSA","n":"{text}"}}"#), exponent, "vuln-34"),
    ]
}

fn purposes() -> Vec<Bad> {
    let ed = |more: &str| jwk(&ED25519, more);
    let private = "a private key does not belong here, and its owner should hear of it";
    let public_use = "use must be sig if present (RFC 7517 section 4.2)";
    let ops = "key_ops must contain verify if present (RFC 7517 section 4.3)";
    let alg = "a key that names an algorithm must fit it";
    let kid = "a kid is a string of at most 1024 bytes";
    let oct =
        |bytes: &[u8], more: &str| format!(r#"{{"kty":"oct","k":"{}"{more}}}"#, encode(bytes));
    let secret = "a secret has the length of its hash, and 32 bytes (RFC 7518 section 3.2)";
    let oct_text = |k: &str| format!(r#"{{"kty":"oct","k":{k}}}"#);
    vec![
        ("private-okp", ed(r#","d":"AAAA""#), private, "vuln-34"),
        ("private-ec", jwk(&P256, r#","d":"AAAA""#), private, "vuln-34"),
        ("private-rsa", jwk(&RSA, r#","d":"AAAA""#), private, "vuln-34"),
        ("private-rsa-by-its-prime", jwk(&RSA, r#","p":"AAAA""#), private, "vuln-34"),
        ("private-okp-null", ed(r#","d":null"#), private, "vuln-27"),
        ("use-enc", ed(r#","use":"enc""#), public_use, "vuln-09"),
        ("use-upper-case", ed(r#","use":"SIG""#), public_use, "vuln-09"),
        ("use-empty", ed(r#","use":"""#), public_use, "vuln-27"),
        ("use-array", ed(r#","use":["sig"]"#), public_use, "vuln-12"),
        ("key-ops-sign", ed(r#","key_ops":["sign"]"#), ops, "vuln-09"),
        ("key-ops-empty", ed(r#","key_ops":[]"#), ops, "vuln-27"),
        ("key-ops-string", ed(r#","key_ops":"verify""#), ops, "vuln-12"),
        ("alg-of-another-family", ed(r#","alg":"RS256""#), alg, "vuln-03"),
        ("alg-none", ed(r#","alg":"none""#), alg, "vuln-01"),
        ("alg-unknown", ed(r#","alg":"Ed448""#), alg, "vuln-09"),
        ("alg-number", ed(r#","alg":5"#), alg, "vuln-12"),
        ("alg-of-another-curve", jwk(&P256, r#","alg":"ES384""#), alg, "vuln-09"),
        ("alg-hs256-on-rsa", jwk(&RSA, r#","alg":"HS256""#), alg, "vuln-02"),
        ("kid-number", ed(r#","kid":5"#), kid, "vuln-06"),
        ("kid-null", ed(r#","kid":null"#), kid, "vuln-06"),
        ("kid-1025-bytes", named(&ED25519, &"x".repeat(1025)), kid, "boundary"),
        ("oct-empty", oct(b"", ""), secret, "vuln-04"),
        ("oct-missing", r#"{"kty":"oct"}"#.into(), secret, "vuln-04"),
        ("oct-null", oct_text("null"), secret, "vuln-04"),
        ("oct-31-bytes", oct(&SECRET_BYTES[..31], ""), secret, "vuln-04"),
        ("oct-31-bytes-hs256", oct(&SECRET_BYTES[..31], r#","alg":"HS256""#), secret, "vuln-04"),
        ("oct-47-bytes-hs384", oct(&SECRET_BYTES[..47], r#","alg":"HS384""#), secret, "vuln-04"),
        ("oct-63-bytes-hs512", oct(&SECRET_BYTES[..63], r#","alg":"HS512""#), secret, "vuln-04"),
        ("oct-padded", oct_text(r#""AAAA====""#), "no padding", "vuln-10"),
        (
            "oct-that-is-a-pem",
            oct(keys::spki_pem(&RSA).as_bytes(), ""),
            "a public key is no secret (CVE-2026-34950)",
            "vuln-02",
        ),
    ]
}

fn accepted(topic: &mut Topic, token: &str) {
    for (name, more) in [
        ("use-sig", r#","kid":"k","use":"sig""#),
        ("key-ops-verify", r#","kid":"k","key_ops":["verify"]"#),
        ("key-ops-sign-and-verify", r#","kid":"k","key_ops":["sign","verify"]"#),
        ("alg-eddsa", r#","kid":"k","alg":"EdDSA""#),
        ("alg-ed25519", r#","kid":"k","alg":"Ed25519""#),
        ("unknown-members", r#","kid":"k","x5c":5,"exp":0,"iat":null,"ext":{"a":[1]}"#),
        ("no-kid", ""),
        ("kid-by-escape", r#","k\u0069d":"\u006b""#),
    ] {
        let set = format!("jwk-good-{name}");
        topic.keyset(&set, jwks(&[jwk(&ED25519, more)]));
        let comment = "members of a JWK that do no harm (RFC 7517 section 4)";
        topic.add(Case::token(format!("keys-jwk-{name}-is-fine"), comment, token).keys(set));
    }
}

/// Texts that are no key set at all, or odd ones that are.
fn sets(topic: &mut Topic, good: &str, token: &str) {
    let mut refused: Vec<(String, Vec<u8>, &str, &'static [&'static str])> = vec![
        ("empty-text".into(), Vec::new(), "no JSON", &[]),
        ("no-keys".into(), b"{}".to_vec(), "a set has the member keys", &[]),
        ("keys-null".into(), br#"{"keys":null}"#.to_vec(), "keys is an array", &["vuln-27"]),
        ("keys-object".into(), br#"{"keys":{}}"#.to_vec(), "keys is an array", &["vuln-12"]),
        ("keys-empty".into(), br#"{"keys":[]}"#.to_vec(), "a set has a key", &["vuln-27"]),
        ("lone-key".into(), good.into(), "a key is no set of keys", &[]),
        (
            "key-member-twice".into(),
            format!(r#"{{"keys":[{}]}}"#, good.replace('}', r#","kid":"k"}"#)).into(),
            "two readers would see two keys",
            &["vuln-24"],
        ),
        (
            "keys-twice".into(),
            format!(r#"{{"keys":[{good}],"keys":[]}}"#).into(),
            "two readers would see two sets",
            &["vuln-24"],
        ),
    ];
    let inner = format!(r#""keys":[{good}]"#);
    let text_faults = json_faults::faults(&inner).into_iter();
    let text_faults = text_faults.filter(|(.., bytes, _)| std::str::from_utf8(bytes).is_ok());
    refused.extend(
        text_faults.map(|(name, bytes, why)| {
            (format!("json-{name}"), bytes, why, json_faults::flags(name))
        }),
    );
    for (name, text, why, flags) in refused {
        let set = format!("set-{name}");
        topic.keyset(&set, keys::text(std::str::from_utf8(&text).expect("UTF-8 was chosen")));
        let id = format!("keys-set-{name}-is-refused");
        topic.add(Case::mistake(id, why).keys(set).flags(flags));
    }
    for (name, text, why) in json_faults::oddities(&inner) {
        let set = format!("set-{name}");
        topic.keyset(&set, keys::text(std::str::from_utf8(&text).expect("these are texts")));
        let case = Case::token(format!("keys-set-{name}-is-fine"), why, token).keys(set);
        topic.add(case.flags(json_faults::flags(name)));
    }
}

/// Keys at the bounds are taken: a token of theirs fails at the signature, not before.
fn bounds(topic: &mut Topic) {
    for (name, n, e) in [
        ("rsa-2048-bits", 2048, &[1, 0, 1][..]),
        ("rsa-2049-bits", 2049, &[1, 0, 1]),
        ("rsa-8192-bits", 8192, &[1, 0, 1]),
        ("rsa-e-3", 2048, &[3]),
        ("rsa-e-2-to-33-minus-1", 2048, &[1, 0xff, 0xff, 0xff, 0xff]),
    ] {
        topic.keyset(name, jwks(&[rsa_of(&modulus(n), e)]));
        let header = encode(r#"{"alg":"RS256"}"#);
        let signature = encode(vec![1; n.div_ceil(8)]);
        let token = format!("{header}.{}.{signature}", encode(Payload::good().to_string()));
        let comment = "a key at the bound can be used: what fails is the signature";
        let case = Case::token(format!("keys-{name}-can-be-used"), comment, token);
        let case = case.keys(name).policy("all").reject("signature_invalid");
        topic.add(case.flags(&["vuln-34", "boundary"]));
    }
}
