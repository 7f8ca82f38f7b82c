//! The status of a token: asked of a source beside the rules, for every token, every time.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod signing;

use std::cell::RefCell;
use std::time::Duration;

use lowwater::{
    Algorithm, Code, Cutoffs, Memo, NoCutoffs, Note, Outcome, Rejection, Remedy, Rule, RuleSet,
    Stage, StatusAnswer, StatusEntry, StatusSource, Target, UnixTime, Validator, WithStatus,
};
use signing::{ISSUER, NOW, Signer, claims, validator};

const NOW_TIME: UnixTime = UnixTime::from_secs(NOW + 1);
const URI: &str = "https://issuer.example/lists/1";

/// Answers this, and writes down what was asked.
struct Says(StatusAnswer, RefCell<Vec<(Option<String>, String, u64)>>);

impl StatusSource for Says {
    fn status(&self, entry: &StatusEntry<'_>, now: UnixTime) -> StatusAnswer {
        assert_eq!(now, NOW_TIME);
        let asked = (entry.issuer().map(Into::into), entry.uri().into(), entry.index());
        self.1.borrow_mut().push(asked);
        self.0
    }
}

fn says(answer: StatusAnswer) -> Says {
    Says(answer, RefCell::default())
}

fn value(value: u8) -> Says {
    says(StatusAnswer::Value(value))
}

fn hs256() -> Validator {
    validator(Algorithm::Hs256, &Signer::Secret)
}

fn token(more: &str) -> String {
    Signer::Secret.token(Algorithm::Hs256, &claims(more))
}

fn with_entry() -> String {
    token(&format!(r#","status":{{"status_list":{{"idx":5,"uri":"{URI}"}}}}"#))
}

fn refusal(token: &str, lists: &Says) -> Rejection {
    hs256().validate(token, &NoCutoffs.with_status(lists), NOW_TIME).unwrap_err()
}

type Told = (Code, Stage, Remedy, u16, Option<u32>, Option<String>);

fn told(no: &Rejection) -> Told {
    let (code, stage, remedy) = (no.code(), no.stage(), no.remedy());
    (code, stage, remedy, no.http_status(), no.retry_after(), no.www_authenticate())
}

fn invalid() -> Told {
    let challenge = "Bearer error=\"insufficient_user_authentication\", max_age=\"0\"";
    let remedy = Remedy::Reauthenticate;
    (Code::StatusInvalid, Stage::Cutoff, remedy, 401, None, Some(challenge.into()))
}

#[test]
fn a_valid_entry_passes_and_is_asked_by_issuer_uri_and_index() {
    let lists = value(0);
    let accepted =
        hs256().validate(&with_entry(), &NoCutoffs.with_status(&lists), NOW_TIME).unwrap();
    assert_eq!(accepted.notes().count(), 0);
    assert_eq!(*lists.1.borrow(), [(Some(ISSUER.into()), URI.into(), 5)]);
}

#[test]
fn values_other_than_0_and_2_are_invalid() {
    for other in (1..=255).filter(|other| *other != 2) {
        assert_eq!(told(&refusal(&with_entry(), &value(other))), invalid(), "{other}");
    }
    let suspended = (Code::StatusSuspended, Stage::Cutoff, Remedy::Stop, 403, None, None);
    assert_eq!(told(&refusal(&with_entry(), &value(2))), suspended);
}

#[test]
fn an_index_out_of_range_is_invalid() {
    assert_eq!(told(&refusal(&with_entry(), &says(StatusAnswer::OutOfRange))), invalid());
}

#[test]
fn a_list_that_is_not_there_is_503_and_tells_what_to_fetch() {
    let missing = says(StatusAnswer::Unavailable { retry_after: Duration::from_millis(1500) });
    let no = refusal(&with_entry(), &missing);
    let remedy = Remedy::RetryLater;
    let expected = (Code::StatusUnavailable, Stage::Cutoff, remedy, 503, Some(2), None);
    assert_eq!(told(&no), expected);
    let list = no.wanted_list().unwrap();
    assert_eq!((list.issuer(), list.uri()), (Some(ISSUER), URI));
    for text in [format!("{no:?}"), no.to_string(), no.to_json(), format!("{list:?}")] {
        assert!(!text.contains("lists"), "{text}");
    }
    let not_allowed = refusal(&with_entry(), &says(StatusAnswer::NotAllowed));
    let expected = (Code::StatusUnavailable, Stage::Cutoff, remedy, 503, Some(60), None);
    assert_eq!((told(&not_allowed), not_allowed.wanted_list()), (expected, None));
}

#[test]
fn a_status_that_names_no_entry_is_invalid_where_lists_are_given() {
    for status in [
        "null",
        "true",
        "1",
        r#""active""#,
        "[]",
        "{}",
        r#"{"status_assertion":{"credential_hash_alg":"sha-256"}}"#,
        r#"{"status_list":null}"#,
        r#"{"status_list":[]}"#,
        r#"{"status_list":{}}"#,
        r#"{"status_list":{"idx":5}}"#,
        r#"{"status_list":{"uri":"https://issuer.example/lists/1"}}"#,
        r#"{"status_list":{"idx":-1,"uri":"https://issuer.example/lists/1"}}"#,
        r#"{"status_list":{"idx":0.5,"uri":"https://issuer.example/lists/1"}}"#,
        r#"{"status_list":{"idx":"5","uri":"https://issuer.example/lists/1"}}"#,
        r#"{"status_list":{"idx":9007199254740992,"uri":"https://issuer.example/lists/1"}}"#,
        r#"{"status_list":{"idx":5,"uri":5}}"#,
    ] {
        let token = token(&format!(r#","status":{status}"#));
        let lists = value(0);
        assert_eq!(told(&refusal(&token, &lists)), invalid(), "{status}");
        assert!(lists.1.borrow().is_empty(), "{status}");
        let accepted = hs256().validate(&token, &NoCutoffs, NOW_TIME).unwrap();
        assert_eq!(accepted.notes().collect::<Vec<_>>(), [Note::StatusNotAsked], "{status}");
    }
}

#[test]
fn an_entry_is_read_after_escapes_beside_other_members() {
    let status =
        r#"{"x":0,"st\u0061tus_list":{"uri":"https:\/\/issuer.example/lists/1","y":[],"idx":5e0}}"#;
    let lists = value(0);
    let token = token(&format!(r#","st\u0061tus":{status}"#));
    assert!(hs256().validate(&token, &NoCutoffs.with_status(&lists), NOW_TIME).is_ok());
    assert_eq!(*lists.1.borrow(), [(Some(ISSUER.into()), URI.into(), 5)]);
}

#[test]
fn a_token_without_status_passes_and_one_with_it_is_noted_where_nobody_is_asked() {
    let lists = value(1);
    let plain = token("");
    let accepted = hs256().validate(&plain, &NoCutoffs.with_status(&lists), NOW_TIME).unwrap();
    assert_eq!((accepted.notes().count(), lists.1.borrow().len()), (0, 0));
    let accepted = hs256().validate(&plain, &NoCutoffs, NOW_TIME).unwrap();
    assert_eq!(accepted.notes().count(), 0);
    let accepted = hs256().validate(&with_entry(), &NoCutoffs, NOW_TIME).unwrap();
    let words: Vec<_> = accepted.notes().map(Note::as_str).collect();
    assert_eq!(words, ["status_not_asked"]);
}

#[test]
fn a_memo_and_a_ticket_ask_again() {
    let (validator, token) = (hs256(), with_entry());
    let memo = RefCell::new(Memo::new(1 << 20, [7; 16]));
    let (good, bad) = (value(0), value(1));
    let ask = |lists: &Says| {
        let rules = NoCutoffs.with_status(lists);
        validator.validate_with(&memo, &token, &rules, NOW_TIME)
    };
    let accepted = ask(&good).unwrap();
    assert_eq!(ask(&bad).unwrap_err().code(), Code::StatusInvalid);
    assert!(ask(&good).is_ok());
    assert_eq!(good.1.borrow().len(), 2);
    let ticket = accepted.ticket();
    assert!(ticket.recheck(&NoCutoffs.with_status(&good), NOW_TIME).is_ok());
    let no = ticket.recheck(&NoCutoffs.with_status(&bad), NOW_TIME).unwrap_err();
    assert_eq!(told(&no), invalid());
    assert!(ticket.recheck(&NoCutoffs, NOW_TIME).is_ok(), "whoever hands in no list asks none");
}

#[test]
fn status_comes_after_the_age_of_rules_and_before_the_rules() {
    let rule = Rule::suspended(Target::everyone(), true, 1);
    let mut local = Cutoffs::local();
    local.apply(rule, NOW_TIME).unwrap();
    let code = |rules: &dyn RuleSet, lists: &Says| {
        let rules = WithStatus::new(rules, lists);
        hs256().validate(&with_entry(), &rules, NOW_TIME).unwrap_err().code()
    };
    assert_eq!(code(&local, &value(1)), Code::StatusInvalid);
    assert_eq!(code(&local, &value(0)), Code::Suspended);
    let blind = Cutoffs::replica(Duration::from_secs(30), Duration::from_secs(300)).unwrap();
    let lists = value(1);
    assert_eq!(code(&blind, &lists), Code::RulesUnavailable);
    assert!(lists.1.borrow().is_empty());
}

#[test]
fn a_tighter_bound_keeps_the_lists() {
    let (cutoffs, lists) = (Cutoffs::local(), value(1));
    let tight = cutoffs.fresh_within(Duration::from_secs(1));
    let no = hs256().validate(&with_entry(), &tight.with_status(&lists), NOW_TIME).unwrap_err();
    assert_eq!(no.code(), Code::StatusInvalid);
}

#[test]
fn of_several_sources_the_one_that_may_be_asked_answers() {
    let (other, own) = (says(StatusAnswer::NotAllowed), value(1));
    let lists = [&other, &own];
    let no = hs256().validate(&with_entry(), &NoCutoffs.with_status(&lists[..]), NOW_TIME);
    assert_eq!(no.unwrap_err().code(), Code::StatusInvalid);
    let lists = [&other];
    let no = hs256().validate(&with_entry(), &NoCutoffs.with_status(&lists[..]), NOW_TIME);
    assert_eq!(no.unwrap_err().code(), Code::StatusUnavailable);
}

#[test]
fn an_explanation_lists_the_check_in_its_place() {
    let (validator, token) = (hs256(), with_entry());
    let check = |explained: &lowwater::Explanation| {
        let names: Vec<_> = explained.checks().iter().map(|check| check.name).collect();
        assert_eq!(names[names.len() - 3..], ["session age", "status", "rules"]);
        explained.checks()[names.len() - 2].clone()
    };
    for (lists, shown) in [
        (value(1), "value 1"),
        (value(0), "value 0"),
        (says(StatusAnswer::OutOfRange), "no such entry"),
        (says(StatusAnswer::NotAllowed), "no list that may be fetched for this token"),
        (says(StatusAnswer::Unavailable { retry_after: Duration::ZERO }), "no list to decide by"),
    ] {
        let rules = NoCutoffs.with_status(&lists);
        let explained = validator.explain(&token, &rules, NOW_TIME);
        let check = check(&explained);
        assert_eq!(check.compared, format!("uri {URI:?}, idx 5: {shown}"));
        let decided = validator.validate(&token, &rules, NOW_TIME).err();
        assert_eq!(check.outcome == Outcome::Pass, decided.is_none());
        assert_eq!(explained.rejection().map(told), decided.as_ref().map(told));
    }
    let none = check(&validator.explain(&token, &NoCutoffs, NOW_TIME));
    assert_eq!(none.compared, "not asked: no status lists were given");
    let plain = Signer::Secret.token(Algorithm::Hs256, &claims(""));
    assert_eq!(check(&validator.explain(&plain, &NoCutoffs, NOW_TIME)).compared, "no status");
}

/// Nobody can have a list fetched whose token is not signed: explaining such a token tells nothing to fetch.
#[test]
fn a_token_that_is_bad_for_another_reason_wants_no_list() {
    let missing = says(StatusAnswer::Unavailable { retry_after: Duration::ZERO });
    let rules = NoCutoffs.with_status(&missing);
    let forged = format!("{}AAAA", with_entry().rsplit_once('.').unwrap().0.to_owned() + ".");
    let explained = hs256().explain(&forged, &rules, NOW_TIME);
    assert_eq!(explained.rejection().unwrap().code(), Code::SignatureInvalid);
    assert_eq!(explained.rejection().unwrap().wanted_list(), None);
    let later = UnixTime::from_secs(NOW + 10_000);
    let expired = hs256().validate(&with_entry(), &rules, later).unwrap_err();
    assert_eq!((expired.code(), expired.wanted_list()), (Code::TokenExpired, None));
}
