//! What the library writes is valid by the schema, line by line.

use std::collections::BTreeSet;
use std::iter;
use std::time::Duration;

use lowwater::{
    At, Cutoffs, Key, KeySet, Policy, Retention, Rule, Target, UnixTime, Until, Validator,
};

use super::{Form, Schema};

/// 2023-11-14T22:13:20.4Z in milliseconds.
const NOW: i64 = 1_700_000_000_400;
/// The last second of the year 9999.
const LAST: i64 = 253_402_300_799;
/// What a writer of JSON has to escape, and what it need not.
const ODD: &str = "\u{0}\"\\\n/\u{7f}\u{2028}\u{1f600}";

const fn millis(millis: i64) -> UnixTime {
    UnixTime::from_millis(millis)
}

fn targets() -> Vec<Target> {
    let all = [
        Target::issuer("https://i/"),
        Target::subject("u1"),
        Target::client("c"),
        Target::session(""),
        Target::token_id(ODD),
        Target::key_id("k"),
        Target::tenant("5"),
        Target::device(false),
        Target::confirmation("0ZcOCORZNYy"),
        Target::claim("\n", (1_i64 << 53) - 1),
        Target::claim(ODD, 1 - (1_i64 << 53)),
        Target::claim("claim:a", true),
        Target::claim("everyone", "x"),
        Target::claim("b", 0),
        Target::claim("c", ODD),
        Target::claim("d", -1),
    ];
    let together = all.iter().cloned().reduce(Target::and).expect("sixteen targets");
    all.into_iter().chain([Target::everyone(), together]).collect()
}

/// Cutoffs with all that they can carry.
fn cutoffs() -> Vec<Rule> {
    let ats = [
        At::Second(0),
        At::Second(1_700_000_000),
        At::Second(LAST),
        At::Millis(0),
        At::Millis(1_700_000_000_001),
        At::Millis(LAST * 1000),
    ];
    let excepted = [(0, 0), (1, 0), (0, 1), (1, 1), (4, 4), (8, 0), (0, 8)];
    let guards = [0, 1, 500, 300_000].map(Duration::from_millis);
    let mut rules = Vec::new();
    for at in ats {
        for (sessions, token_ids) in excepted {
            for guard in guards {
                // Each is about somebody else, so that a state keeps every one.
                let target = Target::subject(&rules.len().to_string());
                let one = Rule::issued_before(target.clone(), at).skew_guard(guard);
                let other = Rule::authenticated_before(target, at).skew_guard(guard);
                for mut rule in [one, other] {
                    for number in 0..sessions {
                        rule = rule.except_session(&format!("{ODD}{number}"));
                    }
                    for number in 0..token_ids {
                        rule = rule.except_token_id(&number.to_string());
                    }
                    rules.push(rule);
                }
            }
        }
    }
    rules
}

/// Every kind with every target, without and with an id and a reason.
fn rules() -> Vec<Rule> {
    let mut rules = cutoffs();
    for target in targets() {
        rules.push(Rule::issued_before(target.clone(), millis(NOW)));
        rules.push(Rule::authenticated_before(target.clone(), At::Second(LAST)));
        for until in
            [millis(0).into(), millis(NOW).into(), millis(LAST * 1000).into(), Until::Never]
        {
            rules.push(Rule::revoked(target.clone(), until));
        }
        for version in [0, (1 << 53) - 1] {
            rules.push(Rule::suspended(target.clone(), true, version));
            rules.push(Rule::suspended(target.clone(), false, version));
        }
    }
    let with = |id, reason| {
        rules.iter().cloned().map(move |rule: Rule| rule.with_id(id).with_reason(reason))
    };
    let named: Vec<Rule> =
        with(ODD, "").chain(with("", ODD)).chain(with("r-1", "stolen")).collect();
    rules.extend(named);
    rules
}

/// How long the tokens of a policy live; `more` are members of it.
fn retention(more: &str) -> Retention {
    let policy = format!(r#"{{"issuer":["i"],"audience":["a"],"algorithms":["HS256"]{more}}}"#);
    let policy = Policy::from_json(&policy).expect("a policy");
    let key = Key::from_secret(&[7; 32]).expect("a key");
    Validator::new(policy, KeySet::from_keys([key]).expect("a key set")).retention()
}

/// States with and without each thing that a state can hold.
fn states() -> Vec<Cutoffs> {
    let bounds = [30, 300].map(Duration::from_secs);
    let replica = Cutoffs::replica(bounds[0], bounds[1]).expect("two bounds");
    let (rules, mut states) = (rules(), Vec::new());
    for empty in [Cutoffs::local(), replica] {
        for now in [millis(0), millis(NOW)] {
            let mut full = empty.clone();
            for rule in &rules {
                full.apply(rule.clone(), now).expect("a rule that can be applied");
            }
            let mut loaded = full.clone();
            loaded.loaded(now, now);
            let mut lifted = loaded.clone();
            lifted.lift(ODD);
            lifted.lift("");
            let mut pruned = lifted.clone();
            pruned.prune_forced(now, retention(r#","leeway":0.5"#));
            let mut sessions = full.clone();
            sessions.prune_forced(millis(LAST * 1000), retention(r#","max_session":3600.001"#));
            sessions.merge(&pruned).expect("there is room");
            states.extend([empty.clone(), full, loaded, lifted, pruned, sessions]);
        }
    }
    states
}

#[test]
fn every_rule_is_written_as_the_schema_says() {
    let schema = Schema::read();
    for rule in rules() {
        let json = rule.to_json();
        assert_eq!(Rule::from_json(&json).as_ref(), Ok(&rule), "{json}");
        for form in [Form::Rule, Form::RulesLine, Form::StateLine] {
            assert!(schema.takes(form, &json), "{form:?}: {json}");
        }
    }
}

#[test]
fn every_line_of_a_state_is_written_as_the_schema_says() {
    let schema = Schema::read();
    let mut lines = BTreeSet::new();
    for state in states() {
        let text = state.to_json_lines();
        let mut copy = Cutoffs::local();
        copy.load_json_lines(&text).expect("it was written here");
        assert_eq!(copy.len(), state.len());
        let forms = iter::once(Form::FirstLine).chain(iter::repeat(Form::StateLine));
        lines.extend(text.lines().map(String::from).zip(forms));
    }
    for (line, form) in &lines {
        // What was brought down is no rule that somebody wants to apply.
        let applied = !line.contains("\"raw_at\"") && *form == Form::StateLine;
        for other in Form::ALL {
            let wanted = match other {
                Form::FirstLine | Form::StateLine => other == *form,
                Form::RulesLine => applied,
                Form::Rule => applied && !line.starts_with("{\"lift\""),
            };
            assert_eq!(schema.takes(other, line), wanted, "{other:?}: {line}: by the schema");
            assert_eq!(other.is_read(line), wanted, "{other:?}: {line}: by the library");
        }
    }
    for member in [
        "state",
        "floor",
        "login_floor",
        "leeway",
        "pruned_at",
        "loaded",
        "seen",
        "sequence",
        "lines",
        "lift",
        "raw_at",
        "except",
        "skew_guard",
        "until",
        "version",
        "id",
        "reason",
        "everyone",
    ] {
        let name = format!("\"{member}\":");
        assert!(lines.iter().any(|(line, _)| line.contains(&name)), "no line has {member}");
    }
}
