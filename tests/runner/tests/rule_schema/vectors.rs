//! The rules of the vectors: those that are read, and those that are mistakes.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Form, Schema, tests_folder};

/// Refused by the library, fine by the schema: what no schema can say, and why.
const NO_SCHEMA_SEES: [(&str, &str); 3] = [
    ("config-rule-at-no-such-day", "which years have a 29th of February"),
    ("config-rule-at-twice", "a reader has dropped one of the two before a schema is asked"),
    ("config-rule-target-twice", "the same"),
];

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    tests: Vec<Case>,
    #[serde(default)]
    scenarios: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    #[serde(default)]
    rules: Vec<Box<RawValue>>,
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    apply: Option<Box<RawValue>>,
    #[serde(default)]
    merge: Vec<Box<RawValue>>,
}

/// Every rule with the id of its vector.
fn rules() -> Vec<(String, String)> {
    let mut rules = Vec::new();
    for folder in ["vectors", "others"] {
        let files = std::fs::read_dir(tests_folder().join(folder)).expect(folder);
        let files = files.map(|file| file.expect("a file can be listed").path());
        for path in files.filter(|path| path.extension().is_some_and(|ending| ending == "json")) {
            let text = std::fs::read_to_string(&path).expect("a file can be read");
            let file: File = serde_json::from_str(&text)
                .unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
            for case in file.tests.into_iter().chain(file.scenarios) {
                let steps = case.steps.into_iter();
                let steps = steps.flat_map(|step| step.apply.into_iter().chain(step.merge));
                let all = case.rules.into_iter().chain(steps);
                rules.extend(all.map(|rule| (case.id.clone(), String::from(rule.get()))));
            }
        }
    }
    rules
}

#[test]
fn rules_of_the_vectors_are_valid_exactly_where_they_are_read() {
    let schema = Schema::read();
    let (mut read, mut refused, mut unseen) = (0, 0, BTreeSet::new());
    for (id, rule) in rules() {
        let (is_read, is_valid) = (Form::Rule.is_read(&rule), schema.takes(Form::Rule, &rule));
        *if is_read { &mut read } else { &mut refused } += 1;
        if !is_read && is_valid {
            unseen.insert(id);
        } else {
            assert_eq!(is_read, is_valid, "{id}: {rule}: read by the library, valid by the schema");
        }
    }
    assert!(unseen.iter().eq(NO_SCHEMA_SEES.map(|(id, _)| id)), "{unseen:?}");
    // A list that nobody reads any more would pass as well.
    assert!(read > 400 && refused > 60, "{read} read, {refused} refused");
}
