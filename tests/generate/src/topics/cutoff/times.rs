//! "Before", when both sides are rounded.

use super::{before, issued};
use crate::format::{Case, Topic};
use crate::keys;
use crate::payload::{NOW, Payload, S};

/// What comes of a comparison.
#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Refused,
    Same,
    Passes,
}
use Outcome::{Passes, Refused, Same};

pub(crate) fn add(topic: &mut Topic) {
    table(topic);
    remedies(topic);
    guard(topic);
    clamp(topic);
    ends(topic);
}

fn table(topic: &mut Topic) {
    // Name, cutoff as written, iat as written, outcome.
    let rows = [
        ("ms-against-the-second-before", "1700000000.4", "1699999999", Refused),
        ("ms-against-its-second", "1700000000.4", "1700000000", Same),
        ("ms-against-the-second-after", "1700000000.4", "1700000001", Passes),
        ("ms-against-a-ms-before", "1700000000.4", "1700000000.399", Refused),
        ("ms-against-itself", "1700000000.4", "1700000000.400", Passes),
        ("ms-against-a-ms-after", "1700000000.4", "1700000000.401", Passes),
        ("second-against-the-second-before", "1700000000", "1699999999", Refused),
        ("second-against-itself", "1700000000", "1700000000", Same),
        ("second-against-a-ms-before", "1700000000", "1699999999.999", Refused),
        ("second-against-its-first-ms", "1700000000", "1700000000.000", Same),
        ("second-against-its-middle", "1700000000", "1700000000.5", Same),
        ("second-against-its-last-ms", "1700000000", "1700000000.999", Same),
        ("second-against-the-second-after", "1700000000", "1700000001", Passes),
        ("point-zero-against-its-second", "1700000000.0", "1700000000", Passes),
        ("point-zero-against-the-second-before", "1700000000.0", "1699999999", Refused),
        ("ms-against-a-tenth-before", "1700000000.4", "1700000000.3", Refused),
        ("ms-against-its-tenth", "1700000000.45", "1700000000.4", Same),
        ("ms-against-a-hundredth-before", "1700000000.45", "1700000000.44", Refused),
        ("ms-against-its-hundredth", "1700000000.45", "1700000000.45", Passes),
        ("ms-against-a-tenth-as-hundredth", "1700000000.45", "1700000000.40", Refused),
        ("ms-against-the-tenth-of-its-ms", "1700000000.399", "1700000000.3", Same),
        ("ms-against-a-whole-tenth", "1700000000.4", "1700000000.4", Passes),
        ("ms-against-a-whole-by-exponent", "1700000000.4", "1.7e9", Same),
        ("ms-against-a-tenth-by-exponent", "1700000000.4", "17000000003e-1", Refused),
        ("ms-against-finer-digits-of-the-ms-before", "1700000000.4", "1700000000.3999", Refused),
        ("finer-digits-against-the-ms-below", "1700000000.3991", "1700000000.399", Refused),
        ("finer-digits-against-the-ms-above", "1700000000.3991", "1700000000.400", Passes),
        ("text-against-its-second", r#""2023-11-14T22:13:20.4Z""#, "1700000000", Same),
        ("text-against-a-ms-before", r#""2023-11-14T22:13:20.4Z""#, "1700000000.399", Refused),
        ("text-against-itself", r#""2023-11-14T22:13:20.4Z""#, "1700000000.400", Passes),
        ("whole-text-against-its-middle", r#""2023-11-14T22:13:20Z""#, "1700000000.5", Same),
        ("whole-text-against-the-second-after", r#""2023-11-14T22:13:20Z""#, "1700000001", Passes),
        (
            "text-with-zero-against-its-second",
            r#""2023-11-14T22:13:20.000Z""#,
            "1700000000",
            Passes,
        ),
        ("text-with-offset", r#""2023-11-14T23:13:20.4+01:00""#, "1700000000.399", Refused),
        (
            "text-with-offset-against-itself",
            r#""2023-11-14T23:13:20.4+01:00""#,
            "1700000000.400",
            Passes,
        ),
    ];
    for (name, at, iat, outcome) in rows {
        let token = keys::token(&issued(iat));
        for (policy, refused) in
            [("main", outcome != Passes), ("accept-same-second", outcome == Refused)]
        {
            let id = format!("cutoff-{name}-{policy}");
            let comment = match outcome {
                Refused => "iat and its resolution end at or before the cutoff: before",
                Same => "nobody can tell which was first: refused unless the policy accepts it",
                Passes => "iat is at or after the end of the cutoff: after",
            };
            let case = Case::token(id, comment, &token).policy(policy).now(NOW + 10 * S);
            let case = case.rules([before(at, "")]).flags(&["boundary"]);
            topic.add(if refused {
                let remedy = if outcome == Same { "wait_until" } else { "refresh" };
                case.reject("token_revoked").remedy(remedy)
            } else {
                case
            });
        }
    }
}

/// Refresh helps only once a token issued now would pass.
fn remedies(topic: &mut Topic) {
    for (name, at, now, remedy) in [
        ("ms-before-high", "1700000000.4", NOW + 399, "wait_until"),
        ("at-high", "1700000000.4", NOW + 400, "refresh"),
        ("ms-before-high-of-a-second", "1700000000", NOW + 999, "wait_until"),
        ("at-high-of-a-second", "1700000000", NOW + S, "refresh"),
    ] {
        let token = keys::token(&issued("1699999000"));
        let comment = "refresh once now >= high, until then wait";
        let case = Case::token(format!("cutoff-remedy-{name}"), comment, token).now(now);
        let case = case.rules([before(at, "")]).reject("token_revoked").remedy(remedy);
        topic.add(case.flags(&["boundary"]));
    }
}

fn guard(topic: &mut Topic) {
    for (name, at, guard, iat, refused) in [
        ("0", "1700000000.0", "0", "1700000000.000", false),
        ("5-last-second-before", "1700000000.0", "5", "1700000004", true),
        ("5-a-ms-before", "1700000000.0", "5", "1700000004.999", true),
        ("5-at", "1700000000.0", "5", "1700000005", false),
        ("5-of-a-second-same", "1700000000", "5", "1700000005.5", true),
        ("5-of-a-second-after", "1700000000", "5", "1700000006", false),
        ("0.5-a-ms-before", "1700000000.0", "0.5", "1700000000.499", true),
        ("0.5-at", "1700000000.0", "0.5", "1700000000.500", false),
        ("300-a-ms-before", "1699999800.0", "300", "1700000099.999", true),
        ("300-at", "1699999800.0", "300", "1700000100.000", false),
    ] {
        let token = keys::token(&issued(iat));
        let comment = "skew_guard moves both ends: for an issuer whose clock is ahead";
        let rule = before(at, &format!(r#","skew_guard":{guard}"#));
        let case = Case::token(format!("cutoff-guard-{name}"), comment, token).now(NOW + 200 * S);
        let case = case.rules([rule]).flags(&["boundary"]);
        topic.add(if refused {
            let remedy = if name.ends_with("same") { "wait_until" } else { "refresh" };
            case.reject("token_revoked").remedy(remedy)
        } else {
            case
        });
    }
}

/// A cutoff cannot be set further ahead than a minute.
fn clamp(topic: &mut Topic) {
    let far = "253402300799";
    for (name, at, more, iat, refused) in [
        ("far-before", far, "", "1700000059", true),
        ("far-in-the-clamped-second", far, "", "1700000060", true),
        ("far-after", far, "", "1700000061", false),
        ("far-in-ms-before", "253402300798.5", "", "1700000059.999", true),
        ("far-in-ms-at", "253402300798.5", "", "1700000060", false),
        ("60-s-in-ms-before", "1700000060.0", "", "1700000059.999", true),
        ("60-s-in-ms-at", "1700000060.0", "", "1700000060.000", false),
        ("60.001-s-before", "1700000060.001", "", "1700000059.999", true),
        ("60.001-s-at", "1700000060.001", "", "1700000060.000", false),
        ("59.999-s-before", "1700000059.999", "", "1700000059.998", true),
        ("59.999-s-at", "1700000059.999", "", "1700000059.999", false),
        ("guard-is-added-after", "253402300798.5", r#","skew_guard":300"#, "1700000359", true),
        ("guard-is-added-after-at", "253402300798.5", r#","skew_guard":300"#, "1700000360", false),
    ] {
        for (kind, claim, code) in [
            ("issued_before", "iat", "token_revoked"),
            ("authenticated_before", "auth_time", "session_revoked"),
        ] {
            let rule =
                format!(r#"{{"rule":"{kind}","target":{{"subject":"u1"}},"at":{at}{more}}}"#);
            let payload = Payload::good().time("iat", NOW + 400 * S).time("exp", NOW + 900 * S);
            let token = keys::token(&payload.with(claim, iat));
            let comment =
                "apply brings a cutoff down to 60 s ahead, or one typo locks everyone out for ever";
            let case = Case::scenario(format!("cutoff-clamp-{kind}-{name}"), comment);
            let case = case.apply(NOW, rule).check(NOW + 400 * S, token).flags(&["boundary"]);
            topic.add(if !refused {
                case
            } else if code == "session_revoked" {
                case.reject(code)
            } else if name.ends_with("clamped-second") {
                case.reject(code).remedy("wait_until")
            } else {
                case.reject(code).remedy("refresh")
            });
        }
    }
}

/// The ends of what a cutoff can say.
fn ends(topic: &mut Topic) {
    let zero = keys::token(&Payload::good());
    let comment = "a cutoff in 1970 refuses nothing issued since";
    topic.add(Case::token("cutoff-at-0-refuses-nothing", comment, zero).rules([before("0", "")]));
    topic.policy("unbounded", crate::topics::policy(r#","max_lifetime":"unbounded""#));
    let old = keys::token(&issued("0"));
    for (name, at, refused) in
        [("0", "0", true), ("0-in-ms", "0.0", false), ("a-ms", "0.001", true)]
    {
        let comment = "iat 0 is a time like others";
        let case =
            Case::token(format!("cutoff-iat-0-against-{name}"), comment, &old).policy("unbounded");
        let case = case.rules([before(at, "")]).flags(&["boundary", "vuln-27"]);
        topic.add(if refused { case.reject("token_revoked").remedy("wait_until") } else { case });
    }
    let comment = "leeway never extends a revoked token";
    let token = keys::token(&issued("1699999999"));
    let case = Case::token("cutoff-leeway-does-not-help", comment, token).policy("leeway-300");
    let case = case.now(NOW + S).rules([before("1700000000.0", "")]);
    topic.add(case.reject("token_revoked").remedy("refresh").flags(&["vuln-32"]));
}
