//! SECURITY.md promises nothing without a test, and `tests/promises.json` still says how each promise can be
//! broken. `scripts/promises` breaks them.
#![expect(clippy::unwrap_used, reason = "a test: a panic is how it fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

#[derive(Deserialize)]
struct Promises {
    promises: Vec<Promise>,
}

#[derive(Deserialize)]
struct Promise {
    id: String,
    tests: Vec<String>,
    file: PathBuf,
    from: String,
    to: String,
    run: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn promises() -> Vec<Promise> {
    let text = fs::read_to_string(root().join("tests/promises.json")).unwrap();
    serde_json::from_str::<Promises>(&text).unwrap().promises
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_promise_is_told_and_has_a_test() {
    let text = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let told: BTreeSet<&str> =
        rows.filter_map(|row| row.split('|').nth(1)).flat_map(quoted).collect();
    let promises = promises();
    let known: BTreeSet<&str> = promises.iter().map(|promise| promise.id.as_str()).collect();
    assert_eq!(told, known, "SECURITY.md and tests/promises.json");
    assert_eq!(known.len(), promises.len(), "one name for two promises");
}

#[test]
fn every_test_that_is_named_is_there() {
    for Promise { id, tests, run, .. } in promises() {
        assert!(!tests.is_empty() && !run.is_empty(), "{id}");
        for test in tests {
            let (path, name) = test.split_once("::").unwrap_or((&test, ""));
            let path = root().join(path);
            assert!(path.exists(), "{id}: {test}");
            if !name.is_empty() {
                let text = fs::read_to_string(path).unwrap();
                assert!(text.contains(&format!("fn {name}(")), "{id}: {test}");
            }
        }
    }
    let text = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let paths = quoted(&text).filter(|quoted| {
        let top = quoted.split('/').next().unwrap_or_default();
        quoted.contains('/') && root().join(top).is_dir() && !quoted.contains(' ')
    });
    paths.for_each(|path| assert!(root().join(path).exists(), "SECURITY.md names {path}"));
}

/// A change that no longer applies would show nothing.
#[test]
fn every_promise_can_still_be_broken() {
    for Promise { id, file, from, to, .. } in promises() {
        let text = fs::read_to_string(root().join(&file)).unwrap();
        let times = text.matches(&from).count();
        assert_eq!(times, 1, "{id}: {} holds {from:?} so often", file.display());
        assert_ne!(from, to, "{id}");
    }
}
