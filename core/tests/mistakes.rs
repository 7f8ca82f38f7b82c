//! Mistakes of the operator: each has a code, which programs read, and a text, which people read.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

use std::collections::BTreeSet;
use std::error::Error as _;

use lowwater::{ApplyError, ConfigError, Cutoffs, KeyFault, LoadError, Rule, Target, UnixTime};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

#[test]
fn of_loading() {
    let lifted = || LoadError::Line { line: 3, mistake: ApplyError::Lifted };
    for (error, code, text) in [
        (lifted(), "rule_lifted", "line 3: the rule is refused: its id was lifted"),
        (LoadError::NotWhole { lines: 0 }, "state_length", "nothing was loaded: the text is empty"),
        (
            LoadError::NotWhole { lines: 2 },
            "state_length",
            "nothing was loaded: there are 2 lines, not as many",
        ),
        (
            LoadError::Changed,
            "state_damaged",
            "nothing was loaded: the lines are not those that were written",
        ),
        (
            LoadError::Form { expected: "an index" },
            "state_form",
            "nothing was loaded: these bytes are not an index of lowwater",
        ),
        (
            LoadError::Newer { version: 2 },
            "state_newer",
            "nothing was loaded: a newer version wrote it (layout 2)",
        ),
        (
            LoadError::Length { bytes: 5, written: 6 },
            "state_length",
            "nothing was loaded: there are 5 bytes of the 6 that were written",
        ),
        (LoadError::Damaged, "state_damaged", "nothing was loaded: its checksum does not fit"),
        (
            LoadError::Malformed,
            "state_malformed",
            "nothing was loaded: it says what no state can say",
        ),
        (
            LoadError::Older { sequence: 4, held: 7 },
            "state_older",
            "nothing was loaded: it has sequence 4, older than the 7 that is held",
        ),
        (
            LoadError::OtherRun,
            "state_other_run",
            "nothing was loaded: the authority was started anew since",
        ),
        (
            LoadError::NotReplica,
            "not_replica",
            "nothing was loaded: a delta belongs into a replica",
        ),
        (
            LoadError::Blind,
            "state_blind",
            "nothing was loaded: it was made of a replica that had never been loaded",
        ),
        (
            LoadError::Bounds,
            "replica_bounds",
            "nothing was loaded: a replica has two bounds in whole milliseconds",
        ),
        (
            LoadError::CapacityExceeded { capacity: 9 },
            "capacity_exceeded",
            "nothing was loaded: the rules together are more than the 9 allowed",
        ),
    ] {
        assert_eq!(error.code(), code);
        assert!(error.to_string().starts_with(text), "{error}");
        assert_eq!(error.source().is_some(), error == lifted());
    }
}

#[test]
fn of_applying() {
    let mut cutoffs = Cutoffs::local().with_capacity(1);
    let rule = |user: &str| Rule::suspended(Target::subject(user), true, 1).with_id("a");
    cutoffs.lift("b");
    cutoffs.apply(rule("u1"), NOW).unwrap();
    for (rule, code, text, source) in [
        (rule("u2"), "capacity_exceeded", "there is no room: the set holds at most 1 rules", false),
        (rule("u1").with_id("b"), "rule_lifted", "the rule is refused: its id was lifted", false),
        (
            rule("u1").skew_guard(core::time::Duration::from_secs(1)),
            "rule_invalid",
            "the rule is refused: ",
            true,
        ),
    ] {
        let error = cutoffs.apply(rule, NOW).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().starts_with(text), "{error}");
        assert_eq!(error.source().is_some(), source);
    }
    // What came as lines says which; a whole state that makes no sense says that.
    assert_eq!(LoadError::from(ApplyError::Lifted), LoadError::Malformed);
    let full = ApplyError::CapacityExceeded { capacity: 1 };
    assert_eq!(LoadError::from(full), LoadError::CapacityExceeded { capacity: 1 });
}

#[test]
fn of_keys() {
    let faults = [
        (KeyFault::NotAnObject, "key_not_an_object", "JSON object"),
        (KeyFault::UnknownType, "key_type_unknown", "`kty`"),
        (KeyFault::UnknownCurve, "key_curve_unknown", "`crv`"),
        (KeyFault::AlgorithmMismatch, "key_algorithm_mismatch", "`alg`"),
        (KeyFault::NotForSignatures, "key_not_for_signatures", "`use`"),
        (KeyFault::NotForVerification, "key_not_for_verification", "`key_ops`"),
        (KeyFault::BadKeyId, "key_id_malformed", "at most 1024 bytes"),
        (KeyFault::Malformed, "key_malformed", "canonical base64url"),
        (KeyFault::Private, "key_private", "private members"),
        (KeyFault::RsaModulus, "rsa_modulus", "2048 to 8192 bits"),
        (KeyFault::RsaExponent, "rsa_exponent", "2^33 - 1"),
        (KeyFault::NotOnCurve, "key_not_on_curve", "no point of the curve"),
        (KeyFault::SmallOrder, "key_small_order", "small order"),
        (KeyFault::SecretAmongPublic, "secret_among_public", "with public keys"),
        (KeyFault::SecretEmpty, "secret_empty", "is empty"),
        (
            KeyFault::SecretTooShort { bytes: 5, least: 32 },
            "secret_too_short",
            "has 5 bytes: HMAC needs at least 32",
        ),
        (KeyFault::SecretLooksLikeKey, "secret_looks_like_key", "looks like a key"),
        (KeyFault::NotAPublicKeyPem, "pem_malformed", "one PEM block"),
        (KeyFault::NotAPublicKeyDer, "der_malformed", "the DER of a public key"),
        (KeyFault::Unsupported, "key_unsupported", "the backend"),
    ];
    for (fault, code, text) in &faults {
        assert_eq!(ConfigError::from(*fault).code(), *code);
        assert!(ConfigError::from(*fault).to_string().contains(text), "{fault}");
    }
    let codes: BTreeSet<&str> = faults.iter().map(|(_, code, _)| *code).collect();
    assert_eq!(codes.len(), faults.len());
}

/// Where there never was a text, there is no place in it, and the code is the same.
#[test]
fn of_values_without_a_place() {
    let policy = lowwater::Policy::from_json("{\"leway\":30}").unwrap_err();
    let rule = Rule::from_json("{\"rule\":\"x\"}").unwrap_err();
    let target = Target::from_json("{\"x\":1}").unwrap_err();
    let key = lowwater::Key::from_jwk("{\"keys\":[]}").unwrap_err();
    for (mistake, code, what) in [
        (policy, "policy_invalid", "the policy is refused: "),
        (rule, "rule_invalid", "the rule is refused: "),
        (target, "rule_invalid", "the target is refused: "),
        (key, "key_malformed", "the key is refused: "),
        (ConfigError::UnknownAlgorithm, "algorithm_unknown", "unknown algorithm: "),
    ] {
        let mistake = mistake.without_place();
        assert_eq!(mistake.code(), code);
        assert!(mistake.to_string().starts_with(what), "{mistake}");
    }
    assert!(
        Target::from_json("{\"subject\":\"u1\"}").is_ok_and(|own| own == Target::subject("u1"))
    );
}
