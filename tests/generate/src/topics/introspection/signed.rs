//! Signed responses (RFC 9701), and nothing unsigned in their place.

use super::TOKEN;
use crate::format::{Case, Topic};
use crate::keys::{ED25519, ED25519_B};
use crate::payload::{NOW, Payload, S};
use crate::response::{Response, active, config};

const HEADER: &str = r#"{"alg":"EdDSA","kid":"k","typ":"token-introspection+jwt"}"#;
const SIGNED: &str = "application/token-introspection+jwt";
/// What the authorization server calls this API.
const OWN: &str = "https://api.example/rs";

/// Around a response.
fn payload(response: impl ToString) -> Payload {
    let outer = Payload::good().without("sub").without("exp").text("aud", OWN);
    outer.with("token_introspection", response.to_string())
}

fn sign(header: &str, payload: &Payload) -> String {
    ED25519.token("EdDSA", header, payload.to_string())
}

fn case(id: &str, comment: &str, response: Response) -> Case {
    let signed = format!(r#","signed_for":"{OWN}","algorithms":["EdDSA"]"#);
    Case::asked(format!("introspection-signed-{id}"), comment, TOKEN, response)
        .config(config(&signed))
}

pub(super) fn add(topic: &mut Topic) {
    let good = sign(HEADER, &payload(active()));
    topic.add(case("active", "a good response", Response::of(&*good)));
    let inactive = sign(HEADER, &payload(r#"{"active":false}"#));
    topic.add(case("inactive", "not active", Response::of(inactive)).reject("token_inactive"));
    let typed = Response::of(&*good).content_type(SIGNED);
    topic.add(case("content-type", "as RFC 9701 section 5 names it", typed));
    let outside = payload(active().with("active", "false"))
        .with("active", "true")
        .text("sub", "u2")
        .text("scope", "admin");
    topic.add(
        case("outside", "only what stands inside counts", Response::of(sign(HEADER, &outside)))
            .reject("token_inactive"),
    );
    let expired = payload(active()).time("exp", NOW - 5000 * S).text("sub", "u2");
    let expired = Response::of(sign(HEADER, &expired));
    topic.add(
        case("top-level-exp", "`sub` and `exp` beside it mean nothing", expired)
            .require(r#"{"subject":"u1"}"#),
    );
    for (id, comment, now, taken) in [
        ("age-120", "60 s old, and the leeway", NOW + 120 * S, true),
        ("age-121", "kept by somebody", NOW + 121 * S, false),
        ("ahead-60", "within the leeway", NOW - 60 * S, true),
        ("ahead-61", "from the future", NOW - 61 * S, false),
    ] {
        let case = case(id, comment, Response::of(&*good)).now(now);
        topic.add(if taken { case } else { case.reject("introspection_unavailable") });
    }
    refused(topic, &good);
}

fn refused(topic: &mut Topic, good: &str) {
    let mut add = |id: &str, comment: &str, response: Response| {
        topic.add(case(id, comment, response).reject("introspection_unavailable"));
    };
    let json = active().to_string();
    add("unsigned", "no downgrade", Response::of(&*json).content_type("application/json"));
    add("unsigned-silent", "nor where it does not say so", Response::of(&*json));
    add("unsigned-typed", "nor where it says otherwise", Response::of(json).content_type(SIGNED));
    for (id, typ) in [
        ("jwt", r#","typ":"JWT""#),
        ("access-token", r#","typ":"at+jwt""#),
        ("logout", r#","typ":"logout+jwt""#),
        ("none", ""),
    ] {
        let header = format!(r#"{{"alg":"EdDSA","kid":"k"{typ}}}"#);
        let response = Response::of(sign(&header, &payload(active())));
        add(&format!("type-{id}"), "another kind of message", response);
    }
    for (id, comment, outer) in [
        (
            "issuer-other",
            "another server's",
            payload(active()).text("iss", "https://other.example/"),
        ),
        ("issuer-missing", "nobody's", payload(active()).without("iss")),
        (
            "audience-other",
            "for another API",
            payload(active()).text("aud", "https://other.example/"),
        ),
        ("audience-missing", "for nobody", payload(active()).without("aud")),
        ("iat-missing", "of any time", payload(active()).without("iat")),
        ("missing", "nothing about the token", payload("{}").without("token_introspection")),
        ("boolean", "no object", payload("true")),
        ("twice", "a name that stands twice", payload(r#"{"active":false,"active":true}"#)),
    ] {
        add(id, comment, Response::of(sign(HEADER, &outer)));
    }
    let other = ED25519_B.token("EdDSA", HEADER, payload(active()).to_string());
    add("key-other", "signed by somebody else", Response::of(other));
    let unsigned = sign(&HEADER.replace("EdDSA", "none"), &payload(active()));
    add("none", "signed by nobody", Response::of(unsigned));
    topic.add(
        Case::asked(
            "introspection-signed-unasked",
            "where none is expected, a signed response is none",
            TOKEN,
            Response::of(good).content_type(SIGNED),
        )
        .config(config(""))
        .reject("introspection_unavailable"),
    );
}
