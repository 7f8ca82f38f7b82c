//! What every code says besides itself: its stage, its remedy and its HTTP status.

/// Code, stage, remedy, status. A remedy of `None` depends on the case, which then says it.
pub(crate) const CODES: &[(&str, &str, Option<&str>, u16)] = &[
    ("token_too_large", "shape", Some("none"), 401),
    ("token_malformed", "shape", Some("none"), 401),
    ("token_encrypted", "shape", Some("none"), 401),
    ("token_inactive", "shape", Some("none"), 401),
    ("introspection_unavailable", "shape", Some("retry_later"), 503),
    ("header_malformed", "header", Some("none"), 401),
    ("header_unsupported", "header", Some("none"), 401),
    ("algorithm_unknown", "header", Some("none"), 401),
    ("algorithm_not_allowed", "header", Some("none"), 401),
    ("key_not_found", "key", Some("none"), 401),
    ("key_mismatch", "key", Some("none"), 401),
    ("key_ambiguous", "key", Some("none"), 401),
    ("signature_invalid", "signature", Some("none"), 401),
    ("claims_malformed", "claims", Some("none"), 401),
    ("claim_type", "claims", Some("none"), 401),
    ("type_not_allowed", "policy", Some("none"), 401),
    ("issuer_not_allowed", "policy", Some("none"), 401),
    ("audience_not_allowed", "policy", Some("none"), 401),
    ("token_expired", "policy", Some("refresh"), 401),
    ("token_not_yet_valid", "policy", Some("wait_until"), 401),
    ("issued_in_future", "policy", Some("wait_until"), 401),
    ("lifetime_too_long", "policy", Some("none"), 401),
    ("token_too_old", "policy", Some("refresh"), 401),
    // Of the cutoff stage, where a rule needs what the policy allowed to be missing.
    ("claim_missing", "policy", Some("none"), 401),
    ("claim_mismatch", "policy", Some("none"), 401),
    ("rules_unavailable", "cutoff", Some("retry_later"), 503),
    ("issued_before_floor", "cutoff", Some("refresh"), 401),
    ("session_revoked", "cutoff", Some("reauthenticate"), 401),
    ("token_revoked", "cutoff", None, 401),
    ("suspended", "cutoff", Some("stop"), 403),
    ("status_unavailable", "cutoff", Some("retry_later"), 503),
    ("status_invalid", "cutoff", Some("reauthenticate"), 401),
    ("status_suspended", "cutoff", Some("stop"), 403),
    ("scope_missing", "permission", Some("step_up"), 403),
    ("permission_missing", "permission", Some("none"), 403),
    ("subject_not_allowed", "permission", Some("none"), 403),
    ("confirmation_mismatch", "permission", Some("none"), 401),
];

/// Stage, remedy and status of a code.
pub(crate) fn answer(code: &str) -> (&'static str, Option<&'static str>, u16) {
    let found = CODES.iter().find(|(name, ..)| *name == code);
    let (_, stage, remedy, status) = found.unwrap_or_else(|| panic!("{code} is no code"));
    (stage, *remedy, *status)
}
