//! Security event tokens: RFC 8417 as the Shared Signals Framework uses it, CAEP, RISC, and what drafts wrote.

mod envelope;
mod subjects;
mod table;

use crate::format::Topic;
use crate::keys::signed;
use crate::message::Message;
use crate::payload::{AUDIENCE, ISSUER, NOW, Payload};

const CAEP: &str = "https://schemas.openid.net/secevent/caep/event-type/";
const RISC: &str = "https://schemas.openid.net/secevent/risc/event-type/";
const OAUTH: &str = "https://schemas.openid.net/secevent/oauth/event-type/";
const SSF: &str = "https://schemas.openid.net/secevent/ssf/event-type/";
const USER: &str = r#"{"format":"iss_sub","iss":"https://issuer.example/","sub":"u1"}"#;
/// Every identifier means something.
const KNOWN: &str = r#","formats":{"opaque":"session","email":"claim:email","phone_number":"claim:phone_number","account":"claim:acct","uri":"claim:uri","did":"claim:did"},"members":{"session":"session","device":"device","tenant":"tenant","application":"client","group":"claim:groups"}"#;
const LEGACY: &str = r#","legacy":true"#;

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "Security event tokens (RFC 8417, Shared Signals Framework 1.0, CAEP, RISC): which are taken, whom their subjects \
         mean here, and which rules each event makes. `token` is received by itself, `body` is pushed (RFC 8935).",
    );
    envelope::add(&mut topic);
    subjects::add(&mut topic);
    table::add(&mut topic);
    topic
}

/// A configuration; `more` are members as JSON text, comma first.
fn config(more: &str) -> String {
    format!(r#"{{"issuer":"{ISSUER}","audience":["{AUDIENCE}"],"algorithms":["EdDSA"]{more}}}"#)
}

fn payload(subject: &str, event: &str, value: &str) -> Payload {
    let payload = Payload::empty()
        .text("iss", ISSUER)
        .text("aud", AUDIENCE)
        .time("iat", NOW)
        .text("jti", "j1")
        .with("events", format!(r#"{{"{event}":{value}}}"#));
    if subject.is_empty() { payload } else { payload.with("sub_id", subject) }
}

fn sign(payload: impl ToString) -> String {
    signed(r#"{"alg":"EdDSA","kid":"k","typ":"secevent+jwt"}"#, payload.to_string())
}

fn message(id: &str, comment: &str, more: &str, token: String) -> Message {
    Message::new("security_event", format!("events-{id}"), comment, config(more))
        .text("token", token)
}

/// A rule of this kind about a target at the issuer; `why` is the name of the event.
fn rule(kind: &str, target: &str, more: &str, why: &str) -> String {
    format!(
        r#"{{"rule":"{kind}","target":{{"issuer":"{ISSUER}",{target}}},{more},"reason":"{why}"}}"#
    )
}
