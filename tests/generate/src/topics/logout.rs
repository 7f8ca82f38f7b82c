//! OpenID Connect Back-Channel Logout 1.0.

use crate::format::Topic;
use crate::keys::{self, signed};
use crate::message::Message;
use crate::payload::{AUDIENCE, ISSUER, NOW, Payload, S, quoted};

const KIND: &str = "logout";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const STRICT: &str = r#","mode":"strict""#;

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "Logout tokens (OpenID Connect Back-Channel Logout 1.0 sections 2.4 to 2.8): which are taken, strictly \
         and as issuers send them, and which rules they make. `token` is read by itself, `body` is the form that is posted.",
    );
    taken(&mut topic);
    types(&mut topic);
    members(&mut topic);
    others(&mut topic);
    forms(&mut topic);
    topic
}

fn config(more: &str) -> String {
    format!(r#"{{"issuer":"{ISSUER}","client_id":["{AUDIENCE}"],"algorithms":["EdDSA"]{more}}}"#)
}

/// The specification's example claims (section 2.4), with the names of the tests, and the `exp` of errata set 1.
fn example() -> Payload {
    Payload::empty()
        .text("iss", ISSUER)
        .text("sub", "248289761001")
        .text("aud", AUDIENCE)
        .time("iat", NOW)
        .time("exp", NOW + 120 * S)
        .text("jti", "bWJq")
        .text("sid", "08a5019c-17e1-4977-8f42-65a12843ea02")
        .with("events", format!(r#"{{"{EVENT}":{{}}}}"#))
}

fn of_type(typ: &str, payload: &Payload) -> String {
    let typ = if typ.is_empty() { String::new() } else { format!(r#","typ":{}"#, quoted(typ)) };
    signed(&format!(r#"{{"alg":"EdDSA","kid":"k"{typ}}}"#), payload.to_string())
}

fn token(payload: &Payload) -> String {
    of_type("logout+jwt", payload)
}

fn about(kind: &str, target: &str, more: &str) -> String {
    format!(
        r#"{{"rule":"{kind}","target":{{"issuer":"{ISSUER}",{target}}},{more},"reason":"logout at the issuer"}}"#
    )
}

fn session() -> String {
    let session = r#""session":"08a5019c-17e1-4977-8f42-65a12843ea02""#;
    about("revoked", session, r#""until":"never""#)
}

fn user(at: &str) -> String {
    about("authenticated_before", r#""subject":"248289761001""#, &format!(r#""at":{at}"#))
}

fn taken(topic: &mut Topic) {
    let mut add = |id: &str, comment: &str, more: &str, payload: &Payload, rule: String| {
        let message = Message::new(KIND, format!("logout-{id}"), comment, config(more));
        topic.message(message.text("token", token(payload)).rules([rule]));
    };
    add("example", "a session that is named is over", "", &example(), session());
    add("example-strict", "with typ and exp, as errata set 1 asks", STRICT, &example(), session());
    let hour = r#","max_session":3600"#;
    let until = about(
        "revoked",
        r#""session":"08a5019c-17e1-4977-8f42-65a12843ea02""#,
        r#""until":1700003600.999"#,
    );
    add("max-session", "no session can be older", hour, &example(), until);
    let alone = example().without("sub");
    add("session-alone", "sub or sid or both", "", &alone, session());
    let all = example().without("sid");
    add("user", "without sid every session that began before", "", &all, user("1700000000"));
    let exact = all.with("iat", "1700000000.0");
    let as_coarse = "a whole second with a point is still some instant of it: less would spare a login of that second";
    add("user-exact", as_coarse, "", &exact, user("1700000000"));
    let unknown = example().with("unknown", r#"{"a":[1]}"#);
    add("unknown-claims", "are ignored", "", &unknown, session());
    let listed = example().with("aud", format!(r#"["other","{AUDIENCE}"]"#));
    add("audience-list", "one of them is enough", "", &listed, session());
    let more = example().with("events", format!(r#"{{"{EVENT}":{{"a":1}},"urn:x":5}}"#));
    add("events-with-members", "should be empty, and need not", "", &more, session());
    let no_exp = example().without("exp");
    add("without-exp", "the final text of 2022 had none", "", &no_exp, session());
}

fn types(topic: &mut Topic) {
    for (name, typ, strict, plain) in [
        ("own", "logout+jwt", true, true),
        ("case", "LOGOUT+JWT", true, true),
        ("long", "application/logout+jwt", true, true),
        ("jwt", "JWT", false, true),
        ("none", "", false, true),
        ("access-token", "at+jwt", false, false),
        ("event", "secevent+jwt", false, false),
    ] {
        for (mode, more, taken) in [("strict", STRICT, strict), ("compatible", "", plain)] {
            let id = format!("logout-type-{name}-{mode}");
            let message = Message::new(KIND, id, "RFC 8725 section 3.11", config(more))
                .text("token", of_type(typ, &example()));
            topic.message(if taken {
                message.rules([session()])
            } else {
                message.reject("type_not_allowed")
            });
        }
    }
}

fn members(topic: &mut Topic) {
    let events = |value: &str| format!(r#"{{"{EVENT}":{value}}}"#);
    let cases: &[(&str, &str, &str, &str)] = &[
        ("iss-other", "iss", r#""https://other.example/""#, "issuer_not_allowed"),
        ("iss-missing", "iss", "", "issuer_not_allowed"),
        ("iss-number", "iss", "5", "claim_type"),
        ("aud-other", "aud", r#""another-client""#, "audience_not_allowed"),
        ("aud-missing", "aud", "", "audience_not_allowed"),
        ("aud-empty", "aud", "[]", "claim_type"),
        ("iat-missing", "iat", "", "claim_missing"),
        ("iat-text", "iat", r#""1700000000""#, "claim_type"),
        ("iat-future", "iat", "1700000061", "issued_in_future"),
        ("iat-old", "iat", "1699999639", "token_too_old"),
        ("exp-passed", "exp", "1699999940", "token_expired"),
        ("exp-text", "exp", r#""soon""#, "claim_type"),
        ("jti-missing", "jti", "", "claim_missing"),
        ("jti-empty", "jti", r#""""#, "claim_type"),
        ("sid-empty", "sid", r#""""#, "claim_type"),
        ("sid-null", "sid", "null", "claim_type"),
        ("sub-empty", "sub", r#""""#, "claim_type"),
        ("events-missing", "events", "", "claim_missing"),
        ("events-array", "events", &format!(r#"["{EVENT}"]"#), "claim_type"),
        ("events-text", "events", &quoted(EVENT), "claim_type"),
        ("events-null", "events", "null", "claim_type"),
        ("events-empty", "events", "{}", "claim_missing"),
        ("events-https", "events", &events("{}").replace("http:", "https:"), "claim_missing"),
        ("event-null", "events", &events("null"), "claim_type"),
        ("event-array", "events", &events("[]"), "claim_type"),
        ("event-text", "events", &events(r#""""#), "claim_type"),
        ("event-twice", "events", &events(r#"{"a":1,"\u0061":2}"#), "claims_malformed"),
        ("nonce", "nonce", r#""n-0S6_WzA2Mj""#, "claim_forbidden"),
        ("nonce-null", "nonce", "null", "claim_forbidden"),
    ];
    for (id, name, value, code) in cases {
        let payload = match *value {
            "" => example().without(name),
            value => example().with(name, value),
        };
        let message = Message::new(KIND, format!("logout-{id}"), *name, config(""));
        topic.message(message.text("token", token(&payload)).reject(code));
    }
}

fn others(topic: &mut Topic) {
    let mut add = |id: &str, comment: &str, more: &str, token: String, code: &'static str| {
        let message = Message::new(KIND, format!("logout-{id}"), comment, config(more));
        topic.message(message.text("token", token).reject(code));
    };
    let id_token = Payload::good().text("nonce", "n").text("jti", "j").without("scope");
    add("id-token", "an ID token has no events", "", of_type("JWT", &id_token), "claim_missing");
    let access = keys::token(&Payload::good());
    add("access-token", "says that it is one", "", access, "type_not_allowed");
    let nobody = example().without("sub").without("sid");
    add("nobody", "sub or sid", "", token(&nobody), "claim_missing");
    let no_exp = token(&example().without("exp"));
    add("without-exp-strict", "errata set 1 requires it", STRICT, no_exp, "claim_missing");
    let draft = example().without("events").with("event", format!(r#"{{"{EVENT}":{{}}}}"#));
    add("event-of-a-draft", "the member is events", "", token(&draft), "claim_missing");
    let payload = example().to_string().replacen('{', r#"{"sid":"other","#, 1);
    let twice = signed(r#"{"alg":"EdDSA","kid":"k","typ":"logout+jwt"}"#, payload);
    add("sid-twice", "no two readers see two tokens", "", twice, "claims_malformed");
    let none = signed(r#"{"alg":"none","typ":"logout+jwt"}"#, example().to_string());
    add("none", "none is no algorithm", "", none, "algorithm_unknown");
    let other = signed(r#"{"alg":"EdDSA","kid":"x","typ":"logout+jwt"}"#, example().to_string());
    add("unknown-key", "the keys may be old", "", other, "key_not_found");
}

fn forms(topic: &mut Topic) {
    let token = token(&example());
    let good = format!("logout_token={token}");
    for (id, body, code) in [
        ("posted", good.clone(), ""),
        ("posted-with-more", format!("a=b&{good}"), ""),
        ("posted-twice", format!("{good}&{good}"), "claim_type"),
        ("posted-otherwise", format!("token={token}"), "claim_missing"),
        ("posted-nothing", String::new(), "claim_missing"),
    ] {
        let message = Message::new(KIND, format!("logout-{id}"), "section 2.5", config(""));
        let message = message.text("body", body);
        topic.message(match code {
            "" => message.rules([session()]),
            code => message.reject(code),
        });
    }
}
