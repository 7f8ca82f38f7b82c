//! What is held for any input: each module has one `run`, which panics where the library breaks it.
//!
//! libFuzzer calls it with what it makes up (`fuzz_targets/`), a test on the stable compiler with what was
//! kept of that and with the seeds (`tests/replay.rs`). Where bytes alone would end at the first check, they
//! are read as choices (rules, claims, numbers, places to damage), and signatures are taken as good.

pub mod base64url;
pub mod claims;
pub mod delta;
pub mod equality;
pub mod explain;
pub mod given;
pub mod header;
pub mod index;
pub mod introspection;
pub mod jwks;
pub mod made;
pub mod memo;
pub mod merge;
pub mod message;
pub mod pem;
pub mod permission;
pub mod policy;
pub mod rule;
pub mod seeds;
pub mod snapshot;
pub mod status_list;
pub mod strict_json;
pub mod token;

#[path = "../../core/tests/model/mod.rs"]
#[allow(dead_code, reason = "the tests of the core use what is not used here")]
mod naive;
#[path = "../../core/tests/signing/mod.rs"]
mod signing;

/// One thing that is held, for any bytes.
pub type Run = fn(&[u8]);

/// All of them, by the names of their binaries.
pub const TARGETS: [(&str, Run); 19] = [
    ("token", token::run),
    ("header", header::run),
    ("claims", claims::run),
    ("base64url", base64url::run),
    ("jwks", jwks::run),
    ("pem", pem::run),
    ("policy", policy::run),
    ("rule", rule::run),
    ("snapshot", snapshot::run),
    ("index", index::run),
    ("delta", delta::run),
    ("merge", merge::run),
    ("memo", memo::run),
    ("explain", explain::run),
    ("permission", permission::run),
    ("equality", equality::run),
    ("status_list", status_list::run),
    ("introspection", introspection::run),
    ("message", message::run),
];
