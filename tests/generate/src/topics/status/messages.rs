//! Lists by themselves: which are taken for their address.

use super::{HEADER, ONE, TWO, URI, claims, config, lst, signed, stream};
use crate::format::Topic;
use crate::keys::{self, ED25519_B};
use crate::message::Message;
use crate::payload::{ISSUER, NOW, Payload, S};
use crate::sign::encode;

fn message(id: &str, comment: &str, token: impl Into<String>) -> Message {
    let message = Message::new("status_list", format!("status-list-{id}"), comment, config(""));
    message.text("uri", URI).text("token", token)
}

fn good() -> Payload {
    claims(1, ONE)
}

pub(super) fn add(topic: &mut Topic) {
    taken(topic);
    header(topic);
    members(topic);
    encodings(topic);
    signer(topic);
}

fn taken(topic: &mut Topic) {
    for (id, comment, claims) in [
        ("least", "sub, iat and the list are all that has to be there", good()),
        ("two-bits", "the draft's list of two bits", claims(2, TWO)),
        (
            "full",
            "exp, ttl and iss",
            good().time("exp", NOW + 600 * S).with("ttl", "300").text("iss", ISSUER),
        ),
        ("ttl-fraction", "ttl is a positive number", good().with("ttl", "0.5")),
        ("iat-leeway", "a clock may be ahead by 60 s", good().time("iat", NOW + 60 * S)),
        ("empty", "a list of no entry", claims(1, &lst(&[]))),
    ] {
        topic.message(message(id, comment, signed(&claims)));
    }
}

fn header(topic: &mut Topic) {
    let comment = "typ must be statuslist+jwt: no other message is a list";
    for (id, typ) in [
        ("typ-missing", ""),
        ("typ-jwt", r#","typ":"JWT""#),
        ("typ-access-token", r#","typ":"at+jwt""#),
        ("typ-cwt", r#","typ":"statuslist+cwt""#),
    ] {
        let header = format!(r#"{{"alg":"EdDSA","kid":"k"{typ}}}"#);
        let token = keys::signed(&header, good().to_string());
        topic.message(message(id, comment, token).reject("type_not_allowed"));
    }
    let header = r#"{"alg":"EdDSA","kid":"k","typ":"application/StatusList+JWT"}"#;
    let token = keys::signed(header, good().to_string());
    topic.message(message("typ-full", "the same media type", token));
    let text = signed(&good());
    topic.message(message("no-token", "a JWS in compact form", "{}").reject("token_malformed"));
    let behind = format!("{text}\n");
    topic.message(message("line-end", "and nothing else", behind).reject("token_malformed"));
    let comment = "allowed by configuration, as for tokens";
    let other = message(
        "algorithm",
        comment,
        keys::RSA.token(
            "RS256",
            r#"{"alg":"RS256","kid":"k","typ":"statuslist+jwt"}"#,
            good().to_string(),
        ),
    );
    topic.message(other.reject("algorithm_not_allowed"));
}

fn members(topic: &mut Topic) {
    let lists = |json: &str| good().with("status_list", json);
    for (id, comment, claims, code) in [
        ("sub-missing", "sub is the address", good().without("sub"), "claim_missing"),
        ("sub-number", "sub is the address", good().with("sub", "1"), "claim_type"),
        (
            "sub-other",
            "byte for byte",
            good().text("sub", "https://issuer.example/lists/2"),
            "claim_mismatch",
        ),
        (
            "sub-slash",
            "byte for byte",
            good().text("sub", "https://issuer.example/lists/1/"),
            "claim_mismatch",
        ),
        (
            "sub-case",
            "byte for byte",
            good().text("sub", "https://Issuer.example/lists/1"),
            "claim_mismatch",
        ),
        ("iat-missing", "iat is required", good().without("iat"), "claim_missing"),
        ("iat-string", "iat is a number", good().text("iat", "1700000000"), "claim_type"),
        (
            "iat-future",
            "not issued in the future",
            good().time("iat", NOW + 60 * S + 1),
            "issued_in_future",
        ),
        ("exp-now", "over at its exp, without leeway", good().time("exp", NOW), "token_expired"),
        ("exp-string", "exp is a number", good().text("exp", "1700000600"), "claim_type"),
        ("ttl-zero", "ttl is a positive number", good().with("ttl", "0"), "claim_type"),
        ("ttl-negative", "ttl is a positive number", good().with("ttl", "-5"), "claim_type"),
        ("ttl-string", "ttl is a positive number", good().with("ttl", r#""300""#), "claim_type"),
        ("status_list-missing", "the list", good().without("status_list"), "claim_missing"),
        ("status_list-array", "an object", lists("[]"), "claim_type"),
        ("bits-missing", "bits", lists(r#"{"lst":"eNrbuRgAAhcBXQ"}"#), "claim_missing"),
        ("lst-missing", "lst", lists(r#"{"bits":1}"#), "claim_missing"),
        ("lst-number", "lst is a string", lists(r#"{"bits":1,"lst":1}"#), "claim_type"),
        ("bits-0", "1, 2, 4 or 8", claims(0, ONE), "claim_type"),
        ("bits-3", "1, 2, 4 or 8", claims(3, ONE), "claim_type"),
        ("bits-16", "1, 2, 4 or 8", claims(16, ONE), "claim_type"),
        ("bits-string", "a number", lists(r#"{"bits":"1","lst":"eNrbuRgAAhcBXQ"}"#), "claim_type"),
        (
            "iss-other",
            "iss, where it is there, is the issuer",
            good().text("iss", "https://other.example/"),
            "issuer_not_allowed",
        ),
    ] {
        topic.message(message(id, comment, signed(&claims)).reject(code));
    }
    let twice = good().to_string().replacen('{', r#"{"sub":"x","#, 1);
    let token = keys::signed(HEADER, twice);
    topic.message(message("member-twice", "no name twice", token).reject("claims_malformed"));
}

/// base64url of a zlib stream, whole and by itself.
fn encodings(topic: &mut Topic) {
    let text = |bytes: &[u8]| signed(&claims(1, &encode(bytes)));
    let good = stream([0x78, 0x01], &[0xb9, 0xa3]);
    for (id, header) in [
        ("7801", [0x78, 0x01]),
        ("785e", [0x78, 0x5e]),
        ("789c", [0x78, 0x9c]),
        ("78da", [0x78, 0xda]),
        ("081d", [0x08, 0x1d]),
        ("5885", [0x58, 0x85]),
    ] {
        let token = text(&stream(header, &[0xb9, 0xa3]));
        topic.message(message(&format!("zlib-{id}"), "any header of RFC 1950", token));
    }
    for (id, comment, bytes) in [
        ("header-checksum", "the header is a multiple of 31", stream([0x78, 0x02], &[0])),
        ("window-too-large", "CINFO is at most 7", stream([0x88, 0x1c], &[0])),
        ("method-9", "CM is 8", stream([0x79, 0x18], &[0])),
        (
            "dictionary",
            "no preset dictionary",
            [&[0x78, 0xf9, 0, 3, 0x25, 0x4b][..], &good[2..]].concat(),
        ),
        ("no-zlib", "DEFLATE without its header", good[2..good.len() - 4].to_vec()),
        (
            "gzip",
            "another container",
            [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &good[2..]].concat(),
        ),
        ("adler-wrong", "the checksum is compared", [&good[..good.len() - 1], &[0]].concat()),
        ("adler-missing", "the checksum is there", good[..good.len() - 4].to_vec()),
        ("adler-short", "all of it", good[..good.len() - 1].to_vec()),
        ("cut-off", "all of the stream", good[..6].to_vec()),
        ("followed", "nothing behind it", [&good[..], &[0]].concat()),
        ("followed-by-another", "nothing behind it", [&good[..], &good].concat()),
        ("nothing", "a stream", Vec::new()),
    ] {
        topic.message(message(&format!("lst-{id}"), comment, text(&bytes)).reject("claim_type"));
    }
    for (id, lst) in [
        ("padding", "eNrbuRgAAhcBXQ=="),
        ("tail", "eNrbuRgAAhcBXR"),
        ("space", "eNrb uRgAAhcBXQ"),
        ("standard", "eNrbuRgA+hcBXQ"),
    ] {
        let token = signed(&claims(1, lst));
        topic.message(
            message(&format!("lst-{id}"), "canonical base64url", token).reject("claim_type"),
        );
    }
    let comment = "17 KiB of zeros: within the bound to the byte";
    let token = signed(&claims(1, &lst(&[0; 17_000])));
    for (id, most, taken) in [("bound", 17_000, true), ("beyond-bound", 16_999, false)] {
        let config = config(&format!(r#","max_list_bytes":{most}"#));
        let message = Message::new("status_list", format!("status-list-lst-{id}"), comment, config);
        let message = message.text("uri", URI).text("token", &*token);
        topic.message(if taken { message } else { message.reject("claim_type") });
    }
}

fn signer(topic: &mut Topic) {
    let comment = "signed by a key that was handed in";
    let by_other = ED25519_B.token("EdDSA", HEADER, good().to_string());
    topic.message(message("other-key", comment, by_other).reject("signature_invalid"));
    let unknown = HEADER.replace(r#""k""#, r#""z""#);
    let token = keys::signed(&unknown, good().to_string());
    topic.message(message("unknown-key", comment, token).reject("key_not_found"));
    topic.keyset("second", keys::jwks(&[keys::named(&ED25519_B, "k")]));
    let by_second = ED25519_B.token("EdDSA", HEADER, good().to_string());
    topic.message(message("second-key", comment, by_second).keys("second"));
    let comment = "fetched from nowhere but the addresses that were configured";
    let elsewhere = Message::new("status_list", "status-list-elsewhere", comment, config(""));
    let elsewhere = elsewhere
        .text("uri", "https://evil.example/lists/1")
        .text("token", signed(&good().text("sub", "https://evil.example/lists/1")));
    topic.message(elsewhere.reject("address"));
}
