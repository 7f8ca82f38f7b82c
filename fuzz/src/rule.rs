//! Any text as a rule, or as a file of rules.

use lowwater::{BadLines, Cutoffs, Rule, Target};

use crate::given::now;
use crate::strict_json::object;

pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if Target::from_json(text).is_ok() {
        assert!(object(text).is_some(), "no strict object: {text}");
    }
    line_by_line(text);
    if let Ok(rule) = Rule::from_json(text) {
        assert!(object(text).is_some(), "no strict object: {text}");
        let mut state = Cutoffs::local();
        state.apply(rule, now()).expect("what is read as a rule is one");
        assert_eq!(state.len(), 1);
        let held = state.list();
        assert!(held.iter().all(|rule| state.find(rule.target()) == held), "not found: {text}");
        comes_back(&state);
    }
    let mut state = Cutoffs::local();
    match state.load_json_lines(text) {
        Ok(rules) => {
            assert_eq!(rules, state.len());
            comes_back(&state);
        }
        Err(_) => assert_eq!(state.to_json_lines(), Cutoffs::local().to_json_lines()),
    }
}

/// Lines that come while a state is in use: all of them or none, or those that can be applied and a word about each
/// other.
fn line_by_line(text: &str) {
    let (mut all, mut some) = (Cutoffs::local(), Cutoffs::local());
    let came_of_it = some.apply_json_lines(text, now(), BadLines::Skip).expect("skips");
    let taken = came_of_it.applied + came_of_it.already_held;
    assert_eq!(taken + came_of_it.skipped.len(), text.lines().count());
    match all.apply_json_lines(text, now(), BadLines::Refuse) {
        Ok(whole) => {
            assert_eq!(whole, came_of_it);
            assert_eq!(all.to_json_lines(), some.to_json_lines());
        }
        Err(_) => assert!(all.is_empty() && !came_of_it.skipped.is_empty()),
    }
}

/// Every form of a state gives the state back.
pub fn comes_back(state: &Cutoffs) {
    let lines = state.to_json_lines();
    let mut copy = Cutoffs::local();
    assert_eq!(copy.load_json_lines(&lines), Ok(state.len()), "{lines}");
    assert_eq!(copy.to_json_lines(), lines);
    assert_eq!(copy.list(), state.list());
    let snapshot = state.to_snapshot(now());
    let mut copy = Cutoffs::local();
    assert_eq!(copy.load_snapshot(&snapshot, now()), Ok(state.len()), "{lines}");
    assert_eq!(copy.to_json_lines(), lines);
    assert_eq!(copy.to_snapshot(now()), snapshot);
    let index = state.to_index([7; 16], now());
    lowwater::Index::local(&index).expect("an index").check_all().expect("a sound index");
}
