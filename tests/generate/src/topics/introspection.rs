//! Tokens that their authorization server is asked about: the same decision, by another's word.

mod course;
mod signed;

use crate::format::{Case, Topic};
use crate::payload::{AUDIENCE, ISSUER, NOW, Payload, S, quoted};
use crate::response::{Response, active, config, config_of};

/// As RFC 7662 section 2.2 shows one.
const TOKEN: &str = "2YotnFZFEjr1zCsicMWpAA";

pub(super) fn topic() -> Topic {
    let mut topic = super::with_main(
        "Tokens that their authorization server is asked about (RFC 7662, RFC 9701). Only `active` that is exactly true \
         goes on; then the response's members pass the checks of a JWT's claims. What says nothing about the token is 503 \
         and never inactive. A response is kept, a decision is not.",
    );
    topic.policy("strict", super::policy(r#","token_type":"strict""#));
    topic.policy("any-type", super::policy(r#","token_type":"any""#));
    topic.policy("own-type", super::policy(r#","token_type":["own+jwt"]"#));
    inactive(&mut topic);
    kinds(&mut topic);
    issuers(&mut topic);
    claims(&mut topic);
    faults(&mut topic);
    tokens(&mut topic);
    rfcs(&mut topic);
    signed::add(&mut topic);
    course::add(&mut topic);
    topic
}

/// A token that is accepted, unless what follows says otherwise.
fn said(id: &str, comment: &str, body: impl ToString) -> Case {
    let response = Response::of(body.to_string());
    Case::asked(format!("introspection-{id}"), comment, TOKEN, response).config(config(""))
}

fn inactive(topic: &mut Topic) {
    topic.add(said("active", "the claims of a good token", active()));
    let escaped = active().to_string().replace("active", r"\u0061ctive");
    topic.add(said("active-escaped", "a name spelled with an escape is that name", escaped));
    for (id, comment, json) in [
        ("false", "not active", "false"),
        ("string-true", "the word is not the value", r#""true""#),
        ("one", "a number is not true", "1"),
        ("null", "null is not true", "null"),
        ("array", "an array is not true", "[true]"),
        ("object", "an object is not true", r#"{"active":true}"#),
    ] {
        let body = active().with("active", json);
        topic.add(said(&format!("active-{id}"), comment, body).reject("token_inactive"));
    }
    for (id, comment, body) in [
        ("active-missing", "silence is not true", Payload::good().to_string()),
        ("active-upper-case", "another name", Payload::good().with("Active", "true").to_string()),
        ("active-alone", "nothing else is needed to say no", r#"{"active":false}"#.into()),
        ("active-nested", "not at the top", format!(r#"{{"data":{}}}"#, active())),
        (
            "inactive-first",
            "inactive whatever else is wrong",
            r#"{"active":false,"exp":"never","iss":5,"typ":7}"#.into(),
        ),
    ] {
        topic.add(said(id, comment, body).reject("token_inactive"));
    }
}

/// An endpoint answers for refresh tokens and ID tokens too. What the response calls the token stands where `typ` does.
fn kinds(topic: &mut Topic) {
    let all = ["main", "any-type", "strict", "own-type"];
    for (id, comment, members) in [
        ("refresh-keycloak", "what Keycloak says of refresh tokens", r#""typ":"Refresh""#),
        ("offline-keycloak", "and of offline ones", r#""typ":"Offline","token_type":"Bearer""#),
        ("id-keycloak", "and of ID tokens", r#""typ":"ID""#),
        (
            "refresh-ory",
            "what Ory says of refresh tokens",
            r#""token_type":"Bearer","token_use":"refresh_token""#,
        ),
        ("refresh-plain", "what others say", r#""token_type":"refresh_token""#),
        ("refresh-case", "in any case", r#""token_type":"REFRESH_TOKEN""#),
        ("id-token-use", "an ID token", r#""token_use":"id_token""#),
        ("not-applicable", "RFC 8693 section 2.2.1: no access token", r#""token_type":"N_A""#),
        ("logout", "a logout token", r#""typ":"logout+jwt""#),
        (
            "signed-response",
            "a signed introspection response",
            r#""typ":"application/token-introspection+jwt""#,
        ),
    ] {
        let body = active().to_string().replacen('{', &format!("{{{members},"), 1);
        for policy in all {
            let id = format!("type-{id}-{policy}");
            topic.add(said(&id, comment, &body).policy(policy).reject("type_not_allowed"));
        }
    }
    for (id, members) in [
        ("bearer", r#""token_type":"Bearer""#),
        ("bearer-lower-case", r#""token_type":"bearer""#),
        ("dpop", r#""token_type":"DPoP","cnf":{"jkt":"thumb-1"}"#),
        ("keycloak", r#""token_type":"Bearer","typ":"Bearer""#),
        ("ory", r#""token_type":"Bearer","token_use":"access_token""#),
        ("plain", r#""token_type":"access_token""#),
        ("cognito", r#""token_use":"access""#),
    ] {
        let body = active().to_string().replacen('{', &format!("{{{members},"), 1);
        for policy in all {
            let id = format!("type-{id}-{policy}");
            topic.add(said(&id, "an access token", &body).policy(policy));
        }
    }
    for (id, comment, typ, accepted) in [
        ("at-jwt", "RFC 9068", "at+jwt", &["main", "any-type", "strict"][..]),
        ("jwt", "says nothing beside other JWTs", "JWT", &["main", "any-type"]),
        ("own", "one of a list of one's own", "own+jwt", &["any-type", "own-type"]),
        ("unknown", "a word that nobody knows", "unheard-of", &["any-type"]),
    ] {
        for policy in all {
            let body = active().text("token_type", "Bearer").text("typ", typ);
            let case = said(&format!("type-{id}-{policy}"), comment, body).policy(policy);
            let right = accepted.contains(&policy);
            topic.add(if right { case } else { case.reject("type_not_allowed") });
        }
    }
    topic.add(
        said("type-silent-any", "silence passes where `typ` may be absent", active())
            .policy("any-type"),
    );
    for policy in ["strict", "own-type"] {
        let comment =
            "where a JWT needs `typ`, a response has to say that it is about an access token";
        let case = said(&format!("type-silent-{policy}"), comment, active()).policy(policy);
        topic.add(case.reject("type_not_allowed"));
    }
    for name in ["token_type", "token_use", "typ"] {
        let case = said(&format!("type-{name}-number"), "a string", active().with(name, "5"));
        topic.add(case.reject("claim_type"));
    }
}

fn issuers(topic: &mut Topic) {
    let other = "https://other.example/";
    topic.policy(
        "two-issuers",
        super::policy("").replacen(
            &quoted(ISSUER),
            &format!("{},{}", quoted(ISSUER), quoted(other)),
            1,
        ),
    );
    topic.policy("needs-issuer", super::policy(r#","required":["iss"]"#));
    let nameless = active().without("iss");
    topic.add(
        said("issuer-absent", "it is the one that was asked", &nameless).policy("needs-issuer"),
    );
    let rule = format!(
        r#"{{"rule":"issued_before","target":{{"issuer":{},"subject":"u1"}},"at":{}}}"#,
        quoted(ISSUER),
        NOW / S + 1
    );
    let case = said("issuer-absent-rule", "a rule that names it matches", nameless);
    topic.add(case.rules([rule]).reject("token_revoked").remedy("wait_until"));
    topic.add(
        said("issuer-other", "one that is allowed, but was not asked", active().text("iss", other))
            .policy("two-issuers")
            .reject("issuer_not_allowed"),
    );
    topic.add(
        said(
            "issuer-other-asked",
            "one that is allowed and was asked",
            active().text("iss", other),
        )
        .policy("two-issuers")
        .config(config_of(other, "")),
    );
}

fn claims(topic: &mut Topic) {
    for (name, json) in [
        ("exp", r#""1700000600""#),
        ("iat", "null"),
        ("aud", "[]"),
        ("iss", "null"),
        ("scope", "5"),
        ("client_id", "{}"),
    ] {
        let body = active().with(name, json);
        topic.add(said(&format!("claim-{name}"), "of a wrong type", body).reject("claim_type"));
    }
    let late = NOW + 660 * S;
    topic.add(
        said("expired", "active, but not by the clock here", active())
            .now(late)
            .reject("token_expired"),
    );
    topic.add(said("expires-soon", "within the leeway", active()).now(late - 1));
    for (id, comment, body, code) in [
        ("exp-missing", "needed, as of a JWT", active().without("exp"), "claim_missing"),
        ("iat-missing", "needed, as of a JWT", active().without("iat"), "claim_missing"),
        (
            "audience-missing",
            "not said to be for this API",
            active().without("aud"),
            "audience_not_allowed",
        ),
        (
            "audience-other",
            "for another API",
            active().text("aud", "https://other.example/"),
            "audience_not_allowed",
        ),
        (
            "lifetime",
            "longer than a day",
            active().time("exp", NOW + 86_401 * S),
            "lifetime_too_long",
        ),
        ("not-before", "not yet", active().time("nbf", NOW + 61 * S), "token_not_yet_valid"),
        (
            "issued-in-future",
            "outlives every cutoff",
            active().time("iat", NOW + 61 * S),
            "issued_in_future",
        ),
    ] {
        topic.add(said(id, comment, body).reject(code));
    }
    let several =
        active().with("aud", format!(r#"["https://other.example/",{}]"#, quoted(AUDIENCE)));
    topic.add(said("audience-several", "for this API too", several));
    let scoped = active().text("scope", "read write");
    topic.add(said("scope", "granted", &scoped).require(r#"{"scopes":["read"]}"#));
    let case = said("scope-missing", "asked for each request", &scoped);
    topic.add(case.require(r#"{"scopes":["admin"]}"#).reject("scope_missing"));
    let bound = active().with("cnf", r#"{"x5t#S256":"thumb-1"}"#);
    topic.add(said("bound", "its key", &bound).require(r#"{"confirmation":"thumb-1"}"#));
    let case = said("bound-other", "another key", &bound).require(r#"{"confirmation":"thumb-2"}"#);
    topic.add(case.reject("confirmation_mismatch"));
    let key = |id: &str| {
        format!(r#"{{"rule":"revoked","target":{{"key_id":{}}},"until":"never"}}"#, quoted(id))
    };
    let body = active().text("kid", "k");
    topic.add(
        said("key-rule", "no key verified it, so no rule about a key matches", body)
            .rules([key("k"), key("")]),
    );
    let suspended = r#"{"rule":"suspended","target":{"subject":"u1"},"on":true,"version":1}"#;
    topic.add(
        said("suspended", "the token is fine", active()).rules([suspended]).reject("suspended"),
    );
}

fn faults(topic: &mut Topic) {
    let mut add = |id: &str, comment: &str, response: Response| {
        let case = Case::asked(format!("introspection-{id}"), comment, TOKEN, response);
        topic.add(case.config(config("")).reject("introspection_unavailable"));
    };
    for status in [204, 302, 400, 401, 403, 404, 429, 500, 502, 503] {
        let response = Response::of(active().to_string()).status(status);
        add(&format!("status-{status}"), "says nothing about the token", response);
    }
    let inactive = Response::of(r#"{"active":false}"#).status(503);
    add("status-503-inactive", "whatever it says", inactive);
    for (id, comment, body) in [
        ("empty", "no JSON", String::new()),
        ("html", "a page of a proxy", "<html>502 Bad Gateway</html>".into()),
        ("array", "no object", format!("[{}]", active())),
        ("cut-off", "not all of it", r#"{"active":false"#.into()),
        ("twice", "a name that stands twice", r#"{"active":false,"active":true}"#.into()),
        (
            "twice-escaped",
            "also when spelled with an escape",
            format!(r#"{{{},"\u0061ctive":true}}"#, active().members()),
        ),
        (
            "twice-inside",
            "at any depth",
            active().with("cnf", r#"{"jkt":"a","jkt":"b"}"#).to_string(),
        ),
        ("byte-order-mark", "no JSON text begins so", format!("\u{feff}{}", active())),
        ("behind", "nothing may follow", format!("{}x", active())),
    ] {
        add(&format!("json-{id}"), comment, Response::of(body));
    }
}

/// Nothing is sent.
fn tokens(topic: &mut Topic) {
    for (id, comment, token) in [
        ("space", "more than one word", "a b"),
        ("line", "no control characters", "a\nb"),
        ("not-ascii", "visible ASCII alone", "caf\u{e9}"),
        ("empty", "no token", ""),
    ] {
        let case = Case::unasked(format!("introspection-token-{id}"), comment, token);
        topic.add(case.config(config("")).reject("token_malformed"));
    }
    let long = "a".repeat(16 * 1024 + 1);
    let case = Case::unasked("introspection-token-long", "longer than the policy allows", long);
    topic.add(case.config(config("")).reject("token_too_large"));
    let odd = Case::asked(
        "introspection-token-odd",
        "what a form has to encode",
        "~!*'();:@&=+$,/?#[]%41.\"<>\\^`{|}",
        Response::of(active().to_string()),
    );
    topic.add(odd.config(config("")));
}

fn rfcs(topic: &mut Topic) {
    topic.policy(
        "rfc-7662",
        r#"{"issuer":["https://server.example.com/"],"audience":["https://protected.example.net/resource"],"algorithms":["RS256"]}"#,
    );
    let body = r#"{"active":true,"client_id":"l238j323ds-23ij4","username":"jdoe","scope":"read write dolphin","sub":"Z5O3upPC88QrAjx00dis","aud":"https://protected.example.net/resource","iss":"https://server.example.com/","exp":1419356238,"iat":1419350238,"extension_field":"twenty-seven"}"#;
    topic.add(
        said("rfc-7662", "the example of RFC 7662 section 2.2", body)
            .policy("rfc-7662")
            .config(config_of("https://server.example.com/", ""))
            .now(1_419_350_300 * S)
            .require(r#"{"scopes":["dolphin"],"subject":"Z5O3upPC88QrAjx00dis"}"#),
    );
    topic.policy(
        "rfc-8705",
        r#"{"issuer":["https://server.example.com"],"audience":"any","algorithms":["RS256"],"max_lifetime":"unbounded","missing_iat":"accept"}"#,
    );
    let body = r#"{"active":true,"iss":"https://server.example.com","sub":"ty.webb@example.com","exp":1493726400,"nbf":1493722800,"cnf":{"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}}"#;
    topic.add(
        said("rfc-8705", "the example of RFC 8705 section 3.2", body)
            .policy("rfc-8705")
            .config(config_of("https://server.example.com", ""))
            .now(1_493_722_800 * S)
            .require(r#"{"confirmation":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}"#),
    );
}
