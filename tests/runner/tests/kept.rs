//! The vectors that are kept here, in one test: whoever changes the core sees them with all others.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

use std::process::Command;

#[test]
fn every_vector_is_answered_as_expected() {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let run = Command::new(env!("CARGO_BIN_EXE_lowwater-vectors"))
        .args(["vectors", "intake", "others"].map(|name| format!("{here}/{name}")))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
}
