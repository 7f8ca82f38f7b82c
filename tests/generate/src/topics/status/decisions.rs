//! Tokens that name an entry of a list.

use super::{LONG, Lists, ONE, TWO, URI, claims, config, lst, signed};
use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::{ISSUER, NOW, Payload, S, quoted};

/// A token that names this entry.
fn token(uri: &str, index: impl std::fmt::Display) -> String {
    keys::token(&payload(uri, index))
}

fn payload(uri: &str, index: impl std::fmt::Display) -> Payload {
    let entry = format!(r#"{{"status_list":{{"idx":{index},"uri":{}}}}}"#, quoted(uri));
    Payload::good().with("status", entry)
}

/// One list, fetched now.
fn one(bits: u8, lst: &str) -> Lists {
    Lists::by(config("")).and(URI, signed(&claims(bits, lst)), NOW)
}

fn case(id: impl std::fmt::Display, comment: &str, token: String, lists: Lists) -> Case {
    Case::token(format!("status-{id}"), comment, token).lists(lists)
}

pub(super) fn add(topic: &mut Topic) {
    values(topic);
    indices(topic);
    claim(topic);
    addresses(topic);
    times(topic);
    newer(topic);
    order(topic);
}

/// What an entry of each width says; 0 passes, 2 is suspended, all others are invalid.
fn values(topic: &mut Topic) {
    let comment = "least significant bits first: b9 a3 is 1 0 0 1 1 1 0 1, 1 1 0 0 0 1 0 1";
    for (index, value) in [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1].into_iter().enumerate() {
        let case = case(format!("1-bit-{index}"), comment, token(URI, index), one(1, ONE));
        topic.add(if value == 0 { case } else { case.reject("status_invalid") });
    }
    let judged = |case: Case, value: u8| match value {
        0 => case,
        2 => case.reject("status_suspended"),
        _ => case.reject("status_invalid"),
    };
    let comment = "c9 44 f9 is 1 2 0 3, 0 1 0 1, 1 2 3 3";
    for (index, value) in [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3].into_iter().enumerate() {
        let case = case(format!("2-bits-{index}"), comment, token(URI, index), one(2, TWO));
        topic.add(judged(case, value));
    }
    let comment =
        "values 3 and 12 to 15 mean what an application says, and none was asked: not valid";
    let bytes: Vec<u8> = (0..8).map(|place| place * 0x22 + 0x10).collect();
    for value in 0..16_u8 {
        let case =
            case(format!("4-bits-{value}"), comment, token(URI, value), one(4, &lst(&bytes)));
        topic.add(judged(case, value));
    }
    let comment = "all others are reserved: not valid";
    for (index, value) in
        [0, 1, 2, 3, 4, 0x0b, 0x0c, 0x0f, 0x10, 0x20, 0x80, 0xff].into_iter().enumerate()
    {
        let bytes = [0, 1, 2, 3, 4, 0x0b, 0x0c, 0x0f, 0x10, 0x20, 0x80, 0xff];
        let case =
            case(format!("8-bits-{value}"), comment, token(URI, index), one(8, &lst(&bytes)));
        topic.add(judged(case, value));
    }
}

/// Which entries there are.
fn indices(topic: &mut Topic) {
    let comment = "the draft's list of 2^20 entries";
    for (index, code) in [
        (0, Some("status_invalid")),
        (1, None),
        (1993, Some("status_invalid")),
        (1_000_344, None),
        (1_000_345, Some("status_invalid")),
        (1_000_346, None),
        (1_048_575, None),
        (1_048_576, Some("status_invalid")),
    ] {
        let case = case(format!("long-{index}"), comment, token(URI, index), one(1, LONG));
        topic.add(if let Some(code) = code { case.reject(code) } else { case });
    }
    let comment = "an index beyond the list refuses the token (section 8.3)";
    for (bits, bytes) in [(1, 8), (2, 4), (4, 2), (8, 1)] {
        let list = || one(bits, &lst(&[0]));
        let last = case(format!("last-of-{bits}"), comment, token(URI, bytes - 1), list());
        topic.add(last.flags(&["boundary"]));
        let beyond = case(format!("beyond-{bits}"), comment, token(URI, bytes), list());
        topic.add(beyond.reject("status_invalid").flags(&["boundary"]));
    }
    for index in ["4294967296", "9007199254740991"] {
        let case = case(format!("beyond-{index}"), comment, token(URI, index), one(1, ONE));
        topic.add(case.reject("status_invalid").flags(&["boundary"]));
    }
    let comment = "a list may be empty; then it has no entry";
    topic.add(
        case("empty-list", comment, token(URI, 0), one(1, &lst(&[]))).reject("status_invalid"),
    );
}

/// What `status` may be.
fn claim(topic: &mut Topic) {
    let comment = "who has no status is asked for none; a policy may require the claim";
    topic.add(case("absent", comment, keys::token(&Payload::good()), one(1, ONE)));
    let comment = "with lists at hand, a status of which nothing can be learned refuses";
    let at = quoted(URI);
    for (name, status) in [
        ("null", "null".into()),
        ("string", r#""active""#.into()),
        ("list", "[]".into()),
        ("empty", "{}".into()),
        ("other-mechanism", r#"{"status_assertion":{}}"#.into()),
        ("status_list-null", r#"{"status_list":null}"#.into()),
        ("status_list-list", r#"{"status_list":[]}"#.into()),
        ("without-idx", format!(r#"{{"status_list":{{"uri":{at}}}}}"#)),
        ("without-uri", r#"{"status_list":{"idx":1}}"#.into()),
        ("idx-string", format!(r#"{{"status_list":{{"idx":"1","uri":{at}}}}}"#)),
        ("idx-negative", format!(r#"{{"status_list":{{"idx":-1,"uri":{at}}}}}"#)),
        ("idx-fraction", format!(r#"{{"status_list":{{"idx":1.5,"uri":{at}}}}}"#)),
        ("idx-too-large", format!(r#"{{"status_list":{{"idx":9007199254740992,"uri":{at}}}}}"#)),
        ("uri-number", r#"{"status_list":{"idx":1,"uri":1}}"#.into()),
    ] {
        let token = keys::token(&Payload::good().with("status", status));
        topic.add(
            case(format!("claim-{name}"), comment, token, one(1, ONE)).reject("status_invalid"),
        );
    }
    let comment = "the claim in other spellings, beside other members";
    let status = format!(
        r#"{{"x":[],"status\u005flist":{{"uri":{},"y":1,"idx":1.0}}}}"#,
        at.replace('/', r"\/")
    );
    let token = keys::token(&Payload::good().with("status", status));
    topic.add(case("claim-spelling", comment, token, one(1, ONE)));
    let comment = "without lists a status is not read";
    let bad = Payload::good().text("status", "active");
    topic.add(Case::token("status-not-asked", comment, keys::token(&bad)));
}

/// Whose lists, and where they lie.
fn addresses(topic: &mut Topic) {
    let comment = "no list yet: 503, for the token is not known to be bad";
    let none = || Lists::by(config(""));
    topic.add(case("not-fetched", comment, token(URI, 1), none()).reject("status_unavailable"));
    let comment = "compared byte for byte";
    for (name, uri) in [
        ("other", "https://issuer.example/lists/2"),
        ("slash", "https://issuer.example/lists/1/"),
        ("case", "https://ISSUER.example/lists/1"),
        ("port", "https://issuer.example:443/lists/1"),
        ("dots", "https://issuer.example/lists/x/../1"),
        ("not-configured", "https://evil.example/lists/1"),
        ("not-below", "https://issuer.example/1"),
        ("http", "http://issuer.example/lists/1"),
        ("no-address", "lists/1"),
        ("empty", ""),
    ] {
        let case = case(format!("uri-{name}"), comment, token(uri, 1), one(1, ONE));
        topic.add(case.reject("status_unavailable"));
    }
    topic.policy(
        "two-issuers",
        format!(r#"{{"issuer":["{ISSUER}","https://other.example/"],"audience":"any","algorithms":["EdDSA"]}}"#),
    );
    let comment = "lists are asked about the tokens of their issuer alone";
    let other = keys::token(&payload(URI, 1).text("iss", "https://other.example/"));
    let case_ = case("issuer-other", comment, other, one(1, ONE)).policy("two-issuers");
    topic.add(case_.reject("status_unavailable"));
    topic.add(case("issuer-own", comment, token(URI, 1), one(1, ONE)).policy("two-issuers"));
    let comment = "each token by its own list";
    let second = "https://issuer.example/lists/2";
    let two =
        || one(1, &lst(&[0])).and(second, signed(&claims(1, &lst(&[1])).text("sub", second)), NOW);
    topic.add(case("two-lists-first", comment, token(URI, 0), two()));
    topic.add(case("two-lists-second", comment, token(second, 0), two()).reject("status_invalid"));
    let comment = "a list that was taken for another address is not there";
    let wrong = Lists::by(config("")).and(second, signed(&claims(1, ONE)), NOW);
    topic.add(
        case("list-of-another-address", comment, token(second, 1), wrong)
            .reject("status_unavailable"),
    );
}

/// How long a list is used.
fn times(topic: &mut Topic) {
    let list = |more: &str, claims: Payload, age: i64| {
        Lists::by(config(more)).and(URI, signed(&claims.time("iat", NOW - age)), NOW - age)
    };
    let plain = || claims(1, ONE);
    let comment = "used for its ttl (1 minute to 24 hours, else `fresh_for`); `stale_for` counts after a fetch that failed";
    let (strict, tight) = (r#","stale_for":0"#, r#","stale_for":0,"fresh_for":60"#);
    for (name, config, ttl, end) in [
        ("default", strict, None, 600 * S),
        ("configured", tight, None, 60 * S),
        ("ttl", strict, Some("120"), 120 * S),
        ("ttl-fraction", strict, Some("120.001"), 120 * S + 1),
        ("ttl-1", strict, Some("1"), 60 * S),
        ("ttl-long", strict, Some("9999999"), 86_400 * S),
        // Nobody tried to fetch another: it is not the best that can be had.
        ("stale", "", None, 600 * S),
        ("ttl-stale", "", Some("7200"), 7200 * S),
    ] {
        let claims = || ttl.map_or_else(plain, |ttl| plain().with("ttl", ttl));
        let before = list(config, claims(), end - 1);
        let before = case(format!("time-{name}-before"), comment, token(URI, 1), before);
        topic.add(before.flags(&["boundary"]));
        let over = list(config, claims(), end);
        let over = case(format!("time-{name}-end"), comment, token(URI, 1), over);
        topic.add(over.reject("status_unavailable").flags(&["boundary"]));
    }
    let comment = "never past its exp, without leeway";
    for (name, exp, held) in [("before", NOW + 1, true), ("end", NOW, false)] {
        let lists = list("", plain().time("exp", exp), 60 * S);
        let case =
            case(format!("time-exp-{name}"), comment, token(URI, 1), lists).flags(&["boundary"]);
        topic.add(if held { case } else { case.reject("status_unavailable") });
    }
    let comment =
        "a clock that stands more than 60 s behind the fetch says nothing about the age of a list";
    for (name, age, held) in [("near", -60 * S, true), ("far", -60 * S - 1, false)] {
        let case =
            case(format!("time-clock-{name}"), comment, token(URI, 1), list("", plain(), age));
        topic.add(if held { case } else { case.reject("status_unavailable") });
    }
}

/// Which of two lists of one address is held.
fn newer(topic: &mut Topic) {
    let at = |age: i64, byte: u8| signed(&claims(1, &lst(&[byte])).time("iat", NOW - age));
    let comment = "an older list does not replace a newer one";
    let lists =
        Lists::by(config("")).and(URI, at(10 * S, 1), NOW - 5 * S).and(URI, at(11 * S, 0), NOW);
    topic.add(case("older-list", comment, token(URI, 0), lists).reject("status_invalid"));
    let comment = "a newer one does";
    let lists =
        Lists::by(config("")).and(URI, at(11 * S, 1), NOW - 5 * S).and(URI, at(10 * S, 0), NOW);
    topic.add(case("newer-list", comment, token(URI, 0), lists));
}

/// Where among the checks the status is asked.
fn order(topic: &mut Topic) {
    const SUSPENDED: &str =
        r#"{"rule":"suspended","target":{"everyone":true},"on":true,"version":1}"#;
    topic.policy("session", crate::topics::policy(r#","max_session":3600"#));
    let comment = "freshness, floors, session age, status, rules";
    let login = |ago: i64| keys::token(&payload(URI, 0).time("auth_time", NOW - ago));
    for (name, token, index_one, code) in [
        (
            "expired",
            keys::token(&payload(URI, 0).time("exp", NOW - 900 * S)),
            false,
            "token_expired",
        ),
        ("session-age", login(9000 * S), false, "session_revoked"),
        ("status", login(0), false, "status_invalid"),
        ("rules", keys::token(&payload(URI, 1)), true, "suspended"),
    ] {
        assert!(index_one == (name == "rules"), "entry 1 is valid, entry 0 is not");
        let case = case(format!("order-{name}"), comment, token, one(1, ONE)).policy("session");
        topic.add(case.rules([SUSPENDED]).reject(code).flags(&["order"]));
    }
}
