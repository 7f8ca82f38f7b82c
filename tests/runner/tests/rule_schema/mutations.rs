//! Texts that are a little wrong: the library and the schema refuse the same.

use serde_json::{Map, Value, json};

use super::{Form, Schema};

/// A good line of each kind, with every member that it can have.
fn good() -> [Value; 8] {
    let at = 1_700_000_000.4;
    [
        json!({"rule": "issued_before", "target": {"issuer": "i", "subject": "u"}, "at": at,
            "except": {"session": ["s"], "token_id": ["t"]}, "skew_guard": 0.5, "id": "r", "reason": "x"}),
        json!({"rule": "authenticated_before", "target": {"everyone": true}, "at": 5, "raw_at": 6}),
        json!({"rule": "issued_before", "target": {"client": "c", "key_id": "k", "confirmation": "j"},
            "at": "2023-11-14T22:13:20.4Z"}),
        json!({"rule": "revoked", "target": {"session": "s", "token_id": "t"}, "until": at, "id": "r",
            "reason": "x"}),
        json!({"rule": "revoked", "target": {"tenant": 5, "device": true}, "until": "never"}),
        json!({"rule": "suspended", "target": {"claim:roles": "admin"}, "on": true, "version": 1,
            "id": "r", "reason": "x"}),
        json!({"lift": "r"}),
        json!({"state": {"floor": 1, "login_floor": 2, "leeway": 3.5, "pruned_at": 4, "loaded": 5,
            "seen": 6, "sequence": 7, "lines": 0, "checksum": "0123456789abcdef"}}),
    ]
}

/// What is put in the place of every value: each type of JSON, and both sides of each bound.
fn others() -> Vec<Value> {
    let text = |text: &str| Value::from(text);
    let strings = |count: usize| Value::from(vec!["a"; count]);
    let together = |all: usize| (0..=all).map(move |sessions| distinct(sessions, all - sessions));
    let values = vec![
        Value::Null,
        json!(true),
        json!(false),
        json!(0),
        json!(-0.0),
        json!(-1),
        json!(0.5),
        json!(5.0),
        json!(-0.001),
        json!(300),
        json!(300.001),
        json!(1e300),
        json!(253_402_300_799_i64),
        json!(253_402_300_799.001),
        json!(253_402_300_800_i64),
        json!(1_700_000_000_000_i64),
        json!(9_007_199_254_740_991_i64),
        json!(9_007_199_254_740_992_i64),
        json!(-9_007_199_254_740_991_i64),
        json!(-9_007_199_254_740_992_i64),
        json!(u64::MAX),
        text(""),
        text("5"),
        text("never"),
        text("Never"),
        text("issued_before"),
        text("authenticated_before"),
        text("revoked"),
        text("suspended"),
        text("lift"),
        text("2023-11-14T22:13:20Z"),
        text("2023-11-14t22:13:20.123456z"),
        text("2023-11-14T22:13:20+23:59"),
        text("2024-02-29T00:00:00-00:00"),
        text("1970-01-01T00:00:00Z"),
        text("9999-12-31T23:59:59Z"),
        text("1969-12-31T23:59:59Z"),
        text("10000-01-01T00:00:00Z"),
        text("2023-11-14"),
        text("2023-11-14T22:13:20"),
        text("2023-11-14 22:13:20Z"),
        text("2023-13-14T22:13:20Z"),
        text("2023-00-14T22:13:20Z"),
        text("2023-11-00T22:13:20Z"),
        text("2023-11-32T22:13:20Z"),
        text("2023-11-14T24:00:00Z"),
        text("2023-11-14T22:60:00Z"),
        text("2016-12-31T23:59:60Z"),
        text("2023-11-14T22:13:20.Z"),
        text("2023-11-14T22:13:20,5Z"),
        text("2023-11-14T22:13:20+0100"),
        text("2023-11-14T22:13:20+24:00"),
        text("2023-11-14T22:13:20+01:60"),
        text("2023-11-14T22:13:20Z "),
        text(" 2023-11-14T22:13:20Z"),
        text("2023-11-14T22:13:20Z\n"),
        text("\u{662}023-11-14T22:13:20Z"),
        json!({}),
        json!({"a": 1}),
        json!({"subject": "u"}),
        json!({"claim:": 1}),
        json!({"claim:\n": 1}),
        json!({"everyone": true}),
        json!({"everyone": true, "subject": "u"}),
        json!({"session": [], "token_id": []}),
        named(16),
        named(17),
        json!([]),
        json!([5]),
        json!([["a"]]),
        strings(1),
        strings(2),
    ];
    values.into_iter().chain(together(8)).chain(together(9)).collect()
}

/// Exceptions, so many of each kind.
fn distinct(sessions: usize, token_ids: usize) -> Value {
    let ids = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>();
    json!({"session": ids(sessions), "token_id": ids(token_ids)})
}

/// A target of so many dimensions.
fn named(dimensions: usize) -> Value {
    let dimension = |number: usize| (format!("claim:{number}"), Value::from(number));
    (0..dimensions).map(dimension).collect::<Map<_, _>>().into()
}

/// What is added to every object: members of other kinds, of other objects, and of none.
fn members() -> Vec<(&'static str, Value)> {
    let mut members = vec![
        ("unknown", json!(1)),
        ("", json!("")),
        ("At", json!(5)),
        ("claim", json!("x")),
        ("claim:", json!("x")),
        ("claim:\n", json!("x")),
        ("Claim:x", json!("x")),
        ("sub", json!("u")),
        ("__proto__", json!({})),
    ];
    for line in good() {
        let Value::Object(line) = line else { continue };
        for (name, value) in line {
            let inner = value.as_object().into_iter().flatten();
            members.extend(inner.map(|(name, value)| (known(name), value.clone())));
            members.push((known(&name), value));
        }
    }
    members
}

/// A name that lives as long as the test.
fn known(name: &str) -> &'static str {
    String::from(name).leak()
}

/// Every place of a value, as a JSON pointer.
fn places(value: &Value, place: &str, all: &mut Vec<String>) {
    all.push(place.into());
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(k, v)| (k.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    inner.into_iter().for_each(|(name, value)| places(value, &format!("{place}/{name}"), all));
}

/// A line with one thing changed in every way: a value exchanged, a member gone, a member more.
fn changed(line: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    places(line, "", &mut all);
    let mut lines = Vec::new();
    for place in all {
        let mut with = |change: &dyn Fn(&mut Value)| {
            let mut line = line.clone();
            change(line.pointer_mut(&place).expect("a place of this line"));
            lines.push(line);
        };
        for other in others() {
            with(&|value| *value = other.clone());
        }
        for (name, more) in members() {
            with(&|value| drop(value.as_object_mut().map(|o| o.insert(name.into(), more.clone()))));
        }
        if let Some(object) = line.pointer(&place).and_then(Value::as_object) {
            for name in object.keys() {
                with(&|value| drop(value.as_object_mut().map(|object| object.remove(name))));
            }
        }
    }
    lines
}

#[test]
fn one_change_is_refused_by_both_or_by_neither() {
    let schema = Schema::read();
    let (mut taken, mut refused) = (0_u32, 0_u32);
    for line in good() {
        let own = Form::ALL.map(|form| (form, form.is_read(&line.to_string())));
        assert!(own.iter().any(|(_, read)| *read), "{line}");
        for text in changed(&line).iter().map(Value::to_string) {
            for form in Form::ALL {
                let (read, valid) = (form.is_read(&text), schema.takes(form, &text));
                assert_eq!(
                    read, valid,
                    "{form:?}: {text}: read by the library, valid by the schema"
                );
                *if read { &mut taken } else { &mut refused } += 1;
            }
        }
    }
    assert!(taken > 1000 && refused > 10_000, "{taken} taken, {refused} refused");
}

/// What each bound and each name means, for readers: a good text, and one just beside it.
#[test]
fn a_text_just_beside_a_good_one_is_refused_by_both() {
    let at = |value: &str| {
        format!(r#"{{"rule":"issued_before","target":{{"subject":"u"}},"at":{value}}}"#)
    };
    let more = |more: &str| at(&format!("5,{more}"));
    let target =
        |target: &str| format!(r#"{{"rule":"revoked","target":{target},"until":"never"}}"#);
    let version = |version: &str| {
        format!(
            r#"{{"rule":"suspended","target":{{"subject":"u"}},"on":true,"version":{version}}}"#
        )
    };
    let state = |member: &str| format!(r#"{{"state":{{{member}}}}}"#);
    let ids = |count: usize| distinct(count, 0)["session"].to_string();
    let except = |sessions: usize, token_ids: usize| {
        more(&format!(r#""except":{}"#, distinct(sessions, token_ids)))
    };
    let schema = Schema::read();
    for (what, form, good, bad) in [
        ("the last second", Form::Rule, at("253402300799"), at("253402300800")),
        ("1970", Form::Rule, at("0"), at("-0.001")),
        ("seconds, not milliseconds", Form::Rule, at("1700000000"), at("1700000000000")),
        ("an offset", Form::Rule, at(r#""2023-11-14T22:13:20Z""#), at(r#""2023-11-14T22:13:20""#)),
        (
            "no leap second",
            Form::Rule,
            at(r#""2016-12-31T23:59:59Z""#),
            at(r#""2016-12-31T23:59:60Z""#),
        ),
        ("the guard", Form::Rule, more(r#""skew_guard":300"#), more(r#""skew_guard":300.001"#)),
        ("the version", Form::Rule, version("9007199254740991"), version("9007199254740992")),
        ("a whole version", Form::Rule, version("1.0"), version("1.5")),
        ("eight sessions", Form::Rule, except(8, 0), except(9, 0)),
        ("eight together", Form::Rule, except(4, 4), except(4, 5)),
        (
            "a list of ids",
            Form::Rule,
            more(&format!(r#""except":{{"session":{}}}"#, ids(1))),
            more(r#""except":{"session":"0"}"#),
        ),
        ("sixteen", Form::Rule, target(&named(16).to_string()), target(&named(17).to_string())),
        ("at least one", Form::Rule, target(r#"{"subject":""}"#), target("{}")),
        ("a name", Form::Rule, target(r#"{"claim:a":1}"#), target(r#"{"claim:":1}"#)),
        ("a type", Form::Rule, target(r#"{"tenant":5}"#), target(r#"{"subject":5}"#)),
        ("an integer", Form::Rule, target(r#"{"tenant":5}"#), target(r#"{"tenant":5.5}"#)),
        (
            "everyone alone",
            Form::Rule,
            target(r#"{"everyone":true}"#),
            target(r#"{"everyone":true,"issuer":"i"}"#),
        ),
        (
            "everyone is true",
            Form::Rule,
            target(r#"{"everyone":true}"#),
            target(r#"{"everyone":false}"#),
        ),
        ("a known member", Form::Rule, more(r#""reason":"x""#), more(r#""comment":"x""#)),
        ("of its kind", Form::Rule, version("1"), version(r#"1,"at":5"#)),
        ("never", Form::Rule, target(r#"{"subject":"u"}"#), at(r#""never""#)),
        ("no lift", Form::Rule, at("5"), r#"{"lift":"r"}"#.into()),
        ("no kept rule", Form::RulesLine, at("5"), more(r#""raw_at":6"#)),
        ("no state", Form::RulesLine, r#"{"lift":"r"}"#.into(), state("")),
        (
            "a lift alone",
            Form::StateLine,
            r#"{"lift":"r"}"#.into(),
            r#"{"lift":"r","id":"x"}"#.into(),
        ),
        ("a lift by id", Form::StateLine, r#"{"lift":""}"#.into(), r#"{"lift":5}"#.into()),
        ("cutoffs alone", Form::StateLine, more(r#""raw_at":6"#), version(r#"1,"raw_at":6"#)),
        ("a state alone", Form::FirstLine, state(""), r#"{"state":{},"lines":0}"#.into()),
        (
            "numbers alone",
            Form::FirstLine,
            state(r#""seen":5"#),
            state(r#""seen":"1970-01-01T00:00:05Z""#),
        ),
        (
            "the last second of a state",
            Form::FirstLine,
            state(r#""floor":253402300799"#),
            state(r#""floor":253402300799.001"#),
        ),
        ("a count", Form::FirstLine, state(r#""sequence":0"#), state(r#""sequence":-1"#)),
        ("a known name", Form::FirstLine, state(r#""login_floor":5"#), state(r#""loginFloor":5"#)),
    ] {
        assert!(form.is_read(&good), "{what}: the library refuses {good}");
        assert!(schema.takes(form, &good), "{what}: the schema refuses {good}");
        assert!(!form.is_read(&bad), "{what}: the library takes {bad}");
        assert!(!schema.takes(form, &bad), "{what}: the schema takes {bad}");
    }
}

/// Where the two differ, and why no schema helps.
#[test]
fn what_no_schema_can_say_is_this() {
    let at = |value: &str| {
        format!(r#"{{"rule":"issued_before","target":{{"subject":"u"}},"at":{value}}}"#)
    };
    let schema = Schema::read();
    for (why, form, text) in [
        ("a member twice", Form::Rule, at(r#"5,"at":5"#)),
        ("a name spelled in two ways", Form::Rule, at(r#"5,"\u0061t":5"#)),
        ("a day that the calendar lacks", Form::Rule, at(r#""2023-02-29T00:00:00Z""#)),
        ("an offset that leads before 1970", Form::Rule, at(r#""1970-01-01T00:00:00+01:00""#)),
        ("a fraction of the last second", Form::Rule, at(r#""9999-12-31T23:59:59.001Z""#)),
        ("digits that a float rounds away", Form::Rule, at("253402300799.0000000001")),
        ("a number below zero that a float takes for zero", Form::Rule, at("-1e-400")),
        // `multipleOf` would refuse 0.07 in validators that divide floats.
        ("a fourth decimal", Form::Rule, at(r#"5,"skew_guard":0.0005"#)),
        ("a fourth decimal", Form::FirstLine, r#"{"state":{"floor":0.0005}}"#.into()),
    ] {
        assert!(!form.is_read(&text), "{why}: the library takes {text}");
        assert!(schema.takes(form, &text), "{why}: the schema refuses {text}");
    }
    // An id that stands twice is one exception; a schema counts what is written.
    let nine = at(r#"5,"except":{"session":["s","s","s","s","s","s","s","s","s"]}"#);
    assert!(Form::Rule.is_read(&nine) && !schema.takes(Form::Rule, &nine));
}
