//! Times, each bound at one millisecond before, at, and after.

use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::{NOW, Payload, S, seconds};
use crate::topics::policy;

/// One millisecond before, at, after.
const AROUND: [(&str, i64); 3] =
    [("a-millisecond-before", -1), ("exactly", 0), ("a-millisecond-after", 1)];
const BOUNDARY: &[&str] = &["boundary"];

pub(crate) fn add(topic: &mut Topic) {
    for leeway in [0, 300] {
        topic.policy(format!("leeway-{leeway}"), policy(&format!(r#","leeway":{leeway}"#)));
    }
    topic.policy("leeway-60", policy(r#","leeway":60"#));
    topic.policy("leeway-0.5", policy(r#","leeway":0.5"#));
    for (name, leeway) in [("0", 0), ("0.5", 500), ("60", 60 * S), ("300", 300 * S)] {
        with_leeway(topic, name, leeway);
    }
    missing(topic);
    lifetime(topic);
    age(topic);
    far(topic);
}

fn with_leeway(topic: &mut Topic, name: &str, leeway: i64) {
    let policy = format!("leeway-{name}");
    for (around, off) in AROUND {
        let mut add =
            |what: &str, comment: String, payload: Payload, now, code: Option<&'static str>| {
                let id = format!("policy-{what}-leeway-{name}-{around}");
                let case = Case::token(id, comment, keys::token(&payload)).policy(&policy).now(now);
                let case = case.flags(&["boundary", "vuln-32"]);
                topic.add(if let Some(code) = code { case.reject(code) } else { case });
            };
        let exp = Payload::good().time("exp", NOW + 100 * S);
        let comment =
            format!("expired when now >= exp + leeway ({name} s): RFC 7519 section 4.1.4");
        let expired = (off >= 0).then_some("token_expired");
        add("exp", comment, exp, NOW + 100 * S + leeway + off, expired);
        let nbf = Payload::good().time("nbf", NOW + 400 * S);
        let comment = format!("refused when now < nbf - leeway ({name} s): RFC 7519 section 4.1.5");
        let early = (off < 0).then_some("token_not_yet_valid");
        add("nbf", comment, nbf, NOW + 400 * S - leeway + off, early);
        let late = (off > 0).then_some("issued_in_future");
        let comment =
            format!("refused when iat > now + leeway ({name} s): it would outlive cutoffs");
        add("iat", comment, Payload::good().time("iat", NOW + leeway + off), NOW, late);
        let comment = format!("auth_time as iat ({name} s): it would outlive login cutoffs");
        add("auth_time", comment, Payload::good().time("auth_time", NOW + leeway + off), NOW, late);
    }
}

fn missing(topic: &mut Topic) {
    let unbounded = r#","max_lifetime":"unbounded""#;
    topic.policy("unbounded", policy(unbounded));
    topic.policy("no-exp", policy(&format!(r#"{unbounded},"missing_exp":"accept""#)));
    topic.policy("no-iat", policy(&format!(r#"{unbounded},"missing_iat":"accept""#)));
    topic.policy(
        "neither",
        policy(&format!(r#"{unbounded},"missing_exp":"accept","missing_iat":"accept""#)),
    );
    topic.policy(
        "no-iat-max-age",
        policy(&format!(r#"{unbounded},"missing_iat":"accept","max_age":60"#)),
    );
    let good = Payload::good;
    let neither = || good().without("exp").without("iat");
    for (name, comment, payload, policy, code) in [
        ("exp", "exp is required", good().without("exp"), "main", "claim_missing"),
        ("iat", "iat is required", good().without("iat"), "main", "claim_missing"),
        (
            "exp-unbounded",
            "an unbounded lifetime does not say it",
            good().without("exp"),
            "unbounded",
            "claim_missing",
        ),
        ("iat-unbounded", "nor for iat", good().without("iat"), "unbounded", "claim_missing"),
        ("exp-accepted", "said aloud", good().without("exp"), "no-exp", ""),
        ("iat-accepted", "said aloud", good().without("iat"), "no-iat", ""),
        ("both-one-accepted", "one is not both", neither(), "no-exp", "claim_missing"),
        ("both-accepted", "said aloud twice", neither(), "neither", ""),
        ("nbf", "nbf is optional", good(), "main", ""),
        (
            "iat-asked-by-max-age",
            "an age needs an iat",
            good().without("iat"),
            "no-iat-max-age",
            "claim_missing",
        ),
    ] {
        let case = Case::token(format!("policy-missing-{name}"), comment, keys::token(&payload));
        let case = case.policy(policy).flags(&["vuln-27"]);
        topic.add(if code.is_empty() { case } else { case.reject(code) });
    }
    for (name, time, code) in
        [("exp", NOW - 900 * S, "token_expired"), ("iat", NOW + 900 * S, "issued_in_future")]
    {
        let payload = good().time(name, time);
        let id = format!("policy-accepted-missing-{name}-is-checked-if-present");
        let case = Case::token(id, "allowed to be missing, not to be wrong", keys::token(&payload));
        topic.add(case.policy("neither").reject(code));
    }
}

fn lifetime(topic: &mut Topic) {
    topic.policy("lifetime-3600", policy(r#","max_lifetime":3600"#));
    topic.policy("lifetime-0.001", policy(r#","max_lifetime":0.001,"leeway":1"#));
    for (policy, limit) in
        [("main", 86_400 * S), ("lifetime-3600", 3600 * S), ("lifetime-0.001", 1)]
    {
        for (around, off) in AROUND {
            let payload = Payload::good().time("exp", NOW + limit + off);
            let id = format!("policy-lifetime-of-{}-seconds-{around}", seconds(limit));
            let comment = "exp - iat is at most max_lifetime, 24 hours by default";
            let case =
                Case::token(id, comment, keys::token(&payload)).policy(policy).flags(BOUNDARY);
            topic.add(if off > 0 { case.reject("lifetime_too_long") } else { case });
        }
    }
    let payload = Payload::good().time("exp", NOW + 100 * 365 * 86_400 * S);
    let comment = "unbounded, said aloud";
    let case = Case::token("policy-lifetime-unbounded", comment, keys::token(&payload));
    topic.add(case.policy("unbounded"));
    let payload = Payload::good().time("exp", NOW + 100_000 * S).time("nbf", NOW - 50_000 * S);
    let comment = "the lifetime counts from iat, not from nbf";
    let case = Case::token("policy-lifetime-not-from-nbf", comment, keys::token(&payload));
    topic.add(case.reject("lifetime_too_long"));
}

fn age(topic: &mut Topic) {
    topic.policy("age-600", policy(r#","max_age":600"#));
    topic.policy("age-0", policy(r#","max_age":0,"leeway":0"#));
    for (policy, limit) in [("age-600", 660 * S), ("age-0", 0)] {
        for (around, off) in AROUND {
            let payload = Payload::good().time("exp", NOW + 3600 * S);
            let id = format!("policy-{policy}-{around}");
            let comment =
                "too old when now - iat > max_age + leeway; the leeway is on the client's side";
            let case = Case::token(id, comment, keys::token(&payload)).policy(policy);
            let flags: &[&'static str] = &["boundary", "vuln-27"];
            let case = case.now(NOW + limit + off).flags(flags);
            // A token from the future by a millisecond and no leeway is no question of age.
            topic.add(match off {
                1.. => case.reject("token_too_old"),
                _ if limit + off < 0 => case.reject("issued_in_future"),
                _ => case,
            });
        }
    }
}

/// The ends of time.
fn far(topic: &mut Topic) {
    let last = 253_402_300_799 * S;
    topic.policy("far", policy(r#","max_lifetime":"unbounded","leeway":300"#));
    let first = Payload::good().time("iat", 0).time("exp", 600 * S);
    let end = Payload::good().time("iat", last).time("exp", last);
    let nbf = Payload::good().time("nbf", last);
    for (name, comment, payload, now, code) in [
        ("at-0", "the clock stands at 1970", first.clone(), 0, ""),
        ("at-0-too-early", "now - leeway is before 1970", Payload::good(), 0, "issued_in_future"),
        ("nbf-0-at-0", "nbf - leeway is before 1970", first.time("nbf", 0), 0, ""),
        ("at-the-end", "the last second of 9999", end.clone(), last, ""),
        ("after-the-end", "exp + leeway lies beyond 9999", end.clone(), last + 300 * S - 1, ""),
        ("after-the-end-and-leeway", "and passes", end, last + 300 * S, "token_expired"),
        ("nbf-at-the-end", "centuries to wait", nbf, NOW, "token_not_yet_valid"),
    ] {
        let case = Case::token(format!("policy-clock-{name}"), comment, keys::token(&payload));
        let case = case.policy("far").now(now).flags(&["boundary", "vuln-28"]);
        topic.add(if code.is_empty() { case } else { case.reject(code) });
    }
}
