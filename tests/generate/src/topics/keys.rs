//! Keys: which can be used, and which of them a token may mean.
mod choice;
mod confusion;
mod jwk;
mod pem;
mod secret;

use crate::format::Topic;
use crate::keys::ALGORITHMS;
use crate::topics::policy_for;

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "Key sets and the choice of a key. A bad JWK in a set is skipped and the rest works; a set in \
         which no key can be used, a bad secret and a bad PEM are mistakes of the operator. A key owns \
         its family, and with alg exactly one algorithm.",
    );
    let all: Vec<_> = ALGORITHMS.iter().map(|(name, _)| format!("{name:?}")).collect();
    topic.policy("all", policy_for(&format!("[{}]", all.join(",")), ""));
    jwk::add(&mut topic);
    secret::add(&mut topic);
    pem::add(&mut topic);
    choice::add(&mut topic);
    confusion::add(&mut topic);
    topic
}
