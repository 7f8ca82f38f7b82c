//! One module for each file of vectors.
mod claims;
mod config;
mod cutoff;
mod events;
mod header;
mod introspection;
mod keys;
mod logout;
mod order;
mod permission;
mod policy;
mod revocation;
mod shape;
mod signature;
mod state;
mod status;

use crate::format::Topic;
use crate::keys as test_keys;
use crate::payload::{AUDIENCE, ISSUER};

pub(crate) use self::status::Lists;

/// The `typ` of messages that are never access tokens.
const NEVER_ACCESS_TOKENS: [&str; 5] =
    ["logout+jwt", "secevent+jwt", "dpop+jwt", "statuslist+jwt", "token-introspection+jwt"];

/// The topics in the order of the stages, with the names of their files.
pub(crate) fn all() -> Vec<(&'static str, Topic)> {
    vec![
        ("shape.json", shape::topic()),
        ("header.json", header::topic()),
        ("keys.json", keys::topic()),
        ("signature.json", signature::topic()),
        ("claims.json", claims::topic()),
        ("policy.json", policy::topic()),
        ("cutoff.json", cutoff::topic()),
        ("state.json", state::topic()),
        ("status.json", status::topic()),
        ("permission.json", permission::topic()),
        ("introspection.json", introspection::topic()),
        ("order.json", order::topic()),
        ("config.json", config::topic()),
        ("logout.json", logout::topic()),
        ("events.json", events::topic()),
        ("revocation.json", revocation::topic()),
    ]
}

/// A topic with the usual key set and policy, both named `main`.
fn with_main(about: &'static str) -> Topic {
    let mut topic = Topic::new(about);
    topic.keyset("main", test_keys::main_keys());
    topic.policy("main", policy(""));
    topic
}

/// The usual policy; `more` are members as JSON text, comma first.
fn policy(more: &str) -> String {
    policy_for(r#"["EdDSA"]"#, more)
}

/// The usual policy with another allow-list.
fn policy_for(algorithms: &str, more: &str) -> String {
    format!(
        r#"{{"issuer":["{ISSUER}"],"audience":["{AUDIENCE}"],"algorithms":{algorithms}{more}}}"#
    )
}
