//! Requests to revoke: all of a user, one token.

use crate::format::Topic;
use crate::keys;
use crate::message::Message;
use crate::payload::{ISSUER, NOW, Payload, S};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const USER: &str = r#"{"format":"iss_sub","iss":"https://issuer.example/","sub":"u1"}"#;

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "Requests to revoke: everything of a user (Global Token Revocation), and one token (RFC 7009), where `config` is the \
         policy by which the token would be accepted, and `client` who asks (an operator, where it is missing).",
    );
    global(&mut topic);
    token(&mut topic);
    topic
}

fn global(topic: &mut Topic) {
    let mut add =
        |id: &str, content_type: &str, body: String, came: Result<String, &'static str>| {
            let config = format!(r#"{{"issuer":"{ISSUER}","formats":{{"email":"claim:email"}}}}"#);
            let comment = "draft-parecki-oauth-global-token-revocation section 3";
            let message = Message::new("revocation", format!("revocation-{id}"), comment, config)
                .text("content_type", content_type)
                .text("body", body);
            topic.message(match came {
                Ok(rule) => message.rules([rule]),
                Err(code) => message.reject(code),
            });
        };
    let rule = |kind: &str, target: &str, more: &str| {
        format!(
            r#"{{"rule":"{kind}","target":{{"issuer":"{ISSUER}",{target}}},{more},"reason":"global token revocation"}}"#
        )
    };
    let login = |target: &str| rule("authenticated_before", target, r#""at":1700000000.000"#);
    let of = |subject: &str| format!(r#"{{"sub_id":{subject}}}"#);
    add("user", JSON, of(USER), Ok(login(r#""subject":"u1""#)));
    add("parameters", "Application/JSON; charset=utf-8", of(USER), Ok(login(r#""subject":"u1""#)));
    let mail = r#"{"format":"email","email":"a@b.example"}"#;
    add("email", JSON, of(mail), Ok(login(r#""claim:email":"a@b.example""#)));
    let token = r#"{"format":"jwt_id","iss":"https://issuer.example/","jti":"t1"}"#;
    let never = rule("revoked", r#""token_id":"t1""#, r#""until":"never""#);
    add("token-id", JSON, of(token), Ok(never));
    add("content-type", "text/plain", of(USER), Err("claim_type"));
    add("nothing", JSON, String::new(), Err("claims_malformed"));
    add("empty", JSON, "{}".into(), Err("claim_missing"));
    add("text", JSON, of(r#""u1""#), Err("claim_type"));
    let twice = format!(r#"{{"sub_id":{USER},"sub_id":{USER}}}"#);
    add("twice", JSON, twice, Err("claims_malformed"));
    add("nobody", JSON, of("{}"), Err("subject_missing"));
    let opaque = r#"{"format":"opaque","id":"x"}"#;
    add("unresolved", JSON, of(opaque), Err("subject_unresolved"));
    let other = USER.replace("issuer.example", "other.example");
    add("other-issuer", JSON, of(&other), Err("overreach"));
}

fn token(topic: &mut Topic) {
    let all = Payload::good().text("client_id", "c1").text("jti", "t1");
    let no_id = all.clone().without("jti");
    let rule = |kind: &str, target: &str, more: &str| {
        format!(
            r#"{{"rule":"{kind}","target":{{"issuer":"{ISSUER}",{target}}},{more},"reason":"token revocation"}}"#
        )
    };
    let by_id = rule("revoked", r#""token_id":"t1""#, r#""until":1700000600"#);
    let cut = |target: &str| rule("issued_before", target, r#""at":1700000001.000"#);
    let of = |payload: &Payload| format!("token={}", keys::token(payload));
    let cases: Vec<(&str, &str, String, Result<String, &'static str>)> = vec![
        ("own", "c1", of(&all), Ok(by_id.clone())),
        ("hint", "c1", format!("{}&token_type_hint=refresh_token", of(&all)), Ok(by_id.clone())),
        ("operator", "", of(&all), Ok(by_id)),
        ("other-client", "c2", of(&all), Err("other_client")),
        ("no-client", "c1", of(&all.clone().without("client_id")), Err("other_client")),
        ("no-id", "c1", of(&no_id), Ok(cut(r#""subject":"u1","client":"c1""#))),
        (
            "no-id-no-client",
            "",
            of(&no_id.clone().without("client_id")),
            Ok(cut(r#""subject":"u1""#)),
        ),
        ("no-name", "", of(&no_id.without("sub")), Err("no_name")),
        (
            "expired",
            "c1",
            of(&all.clone().time("iat", NOW - 900 * S).time("exp", NOW - 600 * S)),
            Err("token_expired"),
        ),
        ("opaque", "c1", "token=45ghiukldjahdnhzdauz".into(), Err("token_malformed")),
        ("forged", "c1", format!("{}A", of(&all)), Err("signature_invalid")),
    ];
    let message = |id: &str, client: &str, body: String| {
        let id = format!("revocation-token-{id}");
        let comment = "RFC 7009 section 2: taken, whatever becomes of the token";
        let message = Message::new("token_revocation", id, comment, super::policy(""))
            .text("content_type", FORM)
            .text("body", body);
        if client.is_empty() { message } else { message.text("client", client) }
    };
    for (id, client, body, came) in cases {
        let message = message(id, client, body);
        topic.message(match came {
            Ok(rule) => message.rules([rule]),
            Err(why) => message.not_applied(why),
        });
    }
    for (id, body, code) in [
        ("missing", "token_type_hint=access_token", "claim_missing"),
        ("empty", "token=", "claim_missing"),
        ("twice", "token=a&token=b", "claim_type"),
    ] {
        topic.message(message(id, "c1", body.into()).reject(code));
    }
}
