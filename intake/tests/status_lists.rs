//! Status lists, driven by hand: what is fetched, when, for whom, and what a validation makes of it.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]

mod status_issuer;

use std::time::Duration;

use lowwater::{
    Accepted, KeySet, NoCutoffs, Rejection, RuleSet as _, StatusAnswer, StatusEntry,
    StatusSource as _, UnixTime,
};
use lowwater_intake::{Answer, Fetch, StatusLists};
use status_issuer::{
    ISSUER, PREFIX, URI, at, builder, keys, keys_of, list, list_claims, lists, sign, sign_with,
    token, validator,
};

const END_OF_TIME: UnixTime = UnixTime::from_millis(i64::MAX);

fn decide(lists: &StatusLists, token: &str, now: i64) -> Result<Accepted, Rejection> {
    validator().validate(token, &NoCutoffs.with_status(lists), at(now))
}

/// What a driver does: decides, and tells what is missing.
fn ask(lists: &mut StatusLists, uri: &str, index: u64, now: i64) -> &'static str {
    match decide(lists, &token(uri, index), now) {
        Ok(_) => "accept",
        Err(no) => {
            if let Some(list) = no.wanted_list() {
                lists.want(list, at(now));
            }
            no.code().as_str()
        }
    }
}

fn answer(lists: &mut StatusLists, fetch: &Fetch, status: u16, body: &str, now: i64) {
    lists.answered(fetch, &Answer::new(status, &[], body.as_bytes()), &keys(), at(now));
}

/// Polls, answers with this, and tells what was asked.
fn serve(lists: &mut StatusLists, status: u16, body: &str, now: i64) -> String {
    let fetch = lists.poll(at(now)).unwrap();
    assert!(lists.poll(at(now)).is_none(), "one at a time for one list");
    answer(lists, &fetch, status, body, now);
    fetch.url().into()
}

/// The list named and answered: held since then.
fn holding(more: &str, now: i64) -> StatusLists {
    let mut lists = lists();
    assert_eq!(ask(&mut lists, URI, 0, now), "status_unavailable");
    serve(&mut lists, 200, &list(now, &[0b10], more), now);
    lists
}

fn codes(lists: &StatusLists) -> Vec<&str> {
    lists.faults().map(|(_, fault)| fault.code()).collect()
}

#[test]
fn a_list_is_fetched_when_a_good_token_names_it_and_asked_from_then_on() {
    let mut lists = lists();
    assert!(lists.poll(at(0)).is_none());
    assert_eq!(lists.next_poll(), END_OF_TIME);
    assert_eq!(ask(&mut lists, URI, 0, 0), "status_unavailable");
    assert!(lists.next_poll() <= at(0));
    let fetch = lists.poll(at(0)).unwrap();
    assert_eq!((fetch.method(), fetch.url(), fetch.body()), ("GET", URI, None));
    assert_eq!(fetch.headers().collect::<Vec<_>>(), [("Accept", "application/statuslist+jwt")]);
    assert_eq!((fetch.max_bytes(), fetch.timeout()), (4 * 1024 * 1024, Duration::from_secs(5)));
    assert_eq!(ask(&mut lists, URI, 0, 0), "status_unavailable", "while it is under way");
    answer(&mut lists, &fetch, 200, &list(0, &[0b10], ""), 0);
    assert_eq!(ask(&mut lists, URI, 0, 1), "accept");
    assert_eq!(ask(&mut lists, URI, 1, 1), "status_invalid");
    assert_eq!(ask(&mut lists, URI, 8, 1), "status_invalid", "beyond the end");
    assert!(lists.poll(at(1)).is_none());
}

#[test]
fn a_bad_token_has_nothing_fetched() {
    let mut lists = lists();
    let good = token(URI, 0);
    let mut forged = good.clone();
    let last = if forged.pop() == Some('A') { 'Q' } else { 'A' };
    forged.push(last);
    for (token, now) in [(&*forged, 0), (&*good, 100_000), (&*good, -100)] {
        assert_eq!(decide(&lists, token, now).unwrap_err().wanted_list(), None);
    }
    // Of another issuer, and below no address that was configured.
    assert_eq!(ask(&mut lists, "https://evil.example/lists/1", 0, 0), "status_unavailable");
    let entry = StatusEntry::new(Some("https://other.example/"), URI, 0);
    assert_eq!(lists.status(&entry, at(0)), StatusAnswer::NotAllowed);
    assert_eq!(lists.status(&StatusEntry::new(None, URI, 0), at(0)), StatusAnswer::NotAllowed);
    assert!(lists.is_empty() && lists.poll(at(0)).is_none());
}

#[test]
fn lists_of_other_issuers_are_passed_over() {
    let no = decide(&lists(), &token(URI, 0), 0).unwrap_err();
    let mut others =
        StatusLists::builder("https://other.example/", [PREFIX], [lowwater::Algorithm::EdDsa])
            .build()
            .unwrap();
    assert!(!others.want(no.wanted_list().unwrap(), at(0)));
    assert!(others.is_empty());
    assert!(lists().want(no.wanted_list().unwrap(), at(0)));
}

#[test]
fn several_lists_are_fetched_side_by_side() {
    let mut lists = lists();
    for number in 0..3 {
        ask(&mut lists, &format!("{PREFIX}{number}"), 0, number);
    }
    let fetches: Vec<_> = std::iter::from_fn(|| lists.poll(at(3))).collect();
    assert_eq!(fetches.len(), 3);
    assert_eq!(fetches.first().unwrap().url(), format!("{PREFIX}0"), "what waits longest first");
    for fetch in fetches.iter().rev() {
        let claims = list_claims(0, &[0], "").replace(URI, fetch.url());
        answer(&mut lists, fetch, 200, &sign(7, "statuslist+jwt", &claims), 3);
    }
    assert!(lists.faults().next().is_none() && lists.len() == 3);
    assert_eq!(ask(&mut lists, &format!("{PREFIX}2"), 0, 4), "accept");
}

#[test]
fn ttl_says_when_a_list_is_fetched_anew_within_bounds() {
    for (more, ttl) in [
        ("", 600),
        (r#","ttl":300"#, 300),
        (r#","ttl":1"#, 60),
        (r#","ttl":59.999"#, 60),
        (r#","ttl":86400"#, 86_400),
        (r#","ttl":10000000"#, 86_400),
    ] {
        let mut lists = holding(more, 10);
        // Ahead of time, so that nobody waits for it.
        let due = ttl * 4 / 5;
        assert_eq!(lists.next_poll(), at(10 + due), "{more}");
        assert!(lists.poll(at(9 + due)).is_none());
        assert!(lists.poll(at(10 + due)).is_some());
        assert_eq!(ask(&mut lists, URI, 0, 9 + ttl), "accept");
        // Nobody tried to fetch another: that is not as good as none.
        assert_eq!(ask(&mut lists, URI, 0, 10 + ttl), "status_unavailable");
    }
}

#[test]
fn a_list_is_fetched_before_it_is_over() {
    for (exp, due) in [(1000, 480), (600, 480), (100, 80), (50, 40), (20, 30), (1, 30)] {
        let lists = holding(&format!(r#","exp":{}"#, 1_700_000_000 + exp), 0);
        assert_eq!(lists.next_poll(), at(due), "{exp}");
    }
}

#[test]
fn a_list_is_never_used_past_its_exp() {
    let mut lists = holding(r#","exp":1700000100,"ttl":3600"#, 0);
    assert_eq!(ask(&mut lists, URI, 0, 99), "accept");
    assert_eq!(ask(&mut lists, URI, 0, 100), "status_unavailable");
}

#[test]
fn where_fetching_fails_the_last_list_is_used_up_to_a_bound() {
    let mut lists = holding(r#","ttl":300"#, 0);
    assert_eq!(ask(&mut lists, URI, 0, 300), "status_unavailable", "another may be had");
    assert_eq!(serve(&mut lists, 500, "", 300), URI);
    assert_eq!(codes(&lists), ["status"]);
    assert_eq!(lists.next_poll(), at(330));
    assert_eq!(ask(&mut lists, URI, 0, 300), "accept");
    assert_eq!(ask(&mut lists, URI, 1, 3899), "status_invalid");
    assert_eq!(ask(&mut lists, URI, 0, 3900), "status_unavailable");
    let none = builder().stale_for(Duration::ZERO).build().unwrap();
    let mut lists = none;
    lists.hydrate(URI, &list(0, &[0], ""), &keys(), at(0)).unwrap();
    assert_eq!(ask(&mut lists, URI, 0, 599), "accept");
    assert_eq!(ask(&mut lists, URI, 0, 600), "status_unavailable");
}

#[test]
fn failures_wait_longer_each_time_and_tell_how_long() {
    let mut lists = lists();
    ask(&mut lists, URI, 0, 0);
    let mut now = 0;
    for wait in [1, 2, 4, 8, 16, 30, 30] {
        let fetch = lists.poll(at(now)).unwrap();
        lists.failed(&fetch, at(now));
        assert_eq!(lists.next_poll(), at(now + wait));
        let no = decide(&lists, &token(URI, 0), now).unwrap_err();
        assert_eq!(no.retry_after(), Some(u32::try_from(wait).unwrap()));
        assert!(lists.poll(at(now + wait - 1)).is_none());
        now += wait;
    }
    assert_eq!(codes(&lists), ["unreachable"]);
    serve(&mut lists, 200, &list(now, &[0], ""), now);
    assert_eq!((codes(&lists).len(), ask(&mut lists, URI, 0, now)), (0, "accept"));
}

#[test]
fn an_older_list_does_not_replace_a_newer_one() {
    let mut lists = lists();
    ask(&mut lists, URI, 1, 0);
    serve(&mut lists, 200, &list(-10, &[0b10], ""), 0);
    // From before the token was revoked: a cache that lags, or whoever kept it.
    serve(&mut lists, 200, &list(-11, &[0], ""), 600);
    assert_eq!(codes(&lists), ["older_list"]);
    assert_eq!(ask(&mut lists, URI, 1, 601), "status_invalid");
    serve(&mut lists, 200, &list(-10, &[0b10], ""), 630);
    assert!(codes(&lists).is_empty(), "the same list is no older one");
    serve(&mut lists, 200, &list(600, &[0], ""), 1230);
    assert_eq!(ask(&mut lists, URI, 1, 1231), "accept");
}

#[test]
fn a_bad_answer_leaves_what_is_held() {
    for (status, body, code) in [
        (200, String::new(), "token_malformed"),
        (200, list(0, &[0], "").replace('.', ":"), "token_malformed"),
        (200, sign(8, "statuslist+jwt", &list_claims(0, &[0], "")), "key_not_found"),
        (200, sign(7, "at+jwt", &list_claims(0, &[0], "")), "type_not_allowed"),
        (200, list(2000, &[0], ""), "issued_in_future"),
        (200, list(0, &[0], r#","exp":1700000599"#), "token_expired"),
        (404, list(0, &[0], ""), "status"),
        (304, String::new(), "status"),
        (204, list(0, &[0], ""), "status"),
        (302, String::new(), "redirect"),
        (200, "x".repeat(4 * 1024 * 1024 + 1), "too_large"),
    ] {
        let mut lists = holding("", 0);
        serve(&mut lists, status, &body, 600);
        assert_eq!(codes(&lists), [code]);
        assert_eq!(lists.key_is_missing(), code == "key_not_found");
        assert_eq!(ask(&mut lists, URI, 0, 600), "accept");
        assert_eq!(ask(&mut lists, URI, 1, 600), "status_invalid", "{code}");
    }
    let mut lists = holding("", 0);
    let fetch = lists.poll(at(600)).unwrap();
    lists.answered(&fetch, &Answer::new(200, &[], &[0xff; 20]), &keys(), at(600));
    assert_eq!(codes(&lists), ["token_malformed"]);
}

#[test]
fn keys_of_another_issuer_vouch_for_no_list() {
    let mut lists = lists();
    ask(&mut lists, URI, 0, 0);
    let fetch = lists.poll(at(0)).unwrap();
    let body = list(0, &[0], "");
    let others = keys_of(7).for_issuer("https://other.example/");
    lists.answered(&fetch, &Answer::new(200, &[], body.as_bytes()), &others, at(0));
    assert_eq!(codes(&lists), ["issuer_not_allowed"]);
    let fetch = lists.poll(at(1)).unwrap();
    lists.answered(&fetch, &Answer::new(200, &[], body.as_bytes()), &KeySet::empty(), at(1));
    assert_eq!(codes(&lists), ["key_not_found"]);
}

#[test]
fn headers_of_http_do_not_count() {
    let mut lists = lists();
    ask(&mut lists, URI, 0, 0);
    let fetch = lists.poll(at(0)).unwrap();
    let headers = [("Cache-Control", "max-age=5"), ("ETag", "\"1\""), ("Age", "9999")];
    let body = list(0, &[0], r#","ttl":7200"#);
    lists.answered(&fetch, &Answer::new(200, &headers, body.as_bytes()), &keys(), at(0));
    assert_eq!(lists.next_poll(), at(5760));
}

fn redirect(lists: &mut StatusLists, to: &str, now: i64) {
    let fetch = lists.poll(at(now)).unwrap();
    lists.answered(&fetch, &Answer::new(302, &[("Location", to)], b""), &keys(), at(now));
}

#[test]
fn redirects_stay_below_the_addresses_that_were_configured_and_are_three_at_most() {
    let prefixes = [PREFIX, "https://cdn.example/"];
    let start = || {
        let algorithms = [lowwater::Algorithm::EdDsa];
        let mut lists = StatusLists::builder(ISSUER, prefixes, algorithms).build().unwrap();
        ask(&mut lists, URI, 0, 0);
        lists
    };
    let mut lists = start();
    redirect(&mut lists, "https://cdn.example/a", 0);
    assert!(lists.next_poll() < at(0), "at once");
    redirect(&mut lists, "b", 1);
    redirect(&mut lists, "https://issuer.example/lists/c", 2);
    assert_eq!(serve(&mut lists, 200, &list(0, &[0], ""), 3), "https://issuer.example/lists/c");
    assert_eq!(ask(&mut lists, URI, 0, 3), "accept");
    assert_eq!(
        ask(&mut lists, "https://cdn.example/a", 0, 3),
        "status_unavailable",
        "held by its own name"
    );
    let mut lists = start();
    for number in 0..4 {
        redirect(&mut lists, "https://cdn.example/a", number);
    }
    assert_eq!(codes(&lists), ["redirect"]);
    for to in [
        "https://issuer.example/admin",
        "https://evil.example/",
        "http://cdn.example/a",
        "http://169.254.169.254/",
        "https://cdn.example:444/",
        "//evil.example/lists/1",
        "file:///etc/passwd",
    ] {
        let mut lists = start();
        redirect(&mut lists, to, 0);
        assert_eq!(codes(&lists), ["redirect"], "{to}");
    }
}

#[test]
fn http_of_this_machine_is_taken_where_that_is_said() {
    let local = "http://127.0.0.1:8080/lists/";
    let algorithms = [lowwater::Algorithm::EdDsa];
    let builder = || StatusLists::builder(ISSUER, [local], algorithms);
    assert!(builder().build().is_err());
    let mut lists = builder().allow_loopback_http().build().unwrap();
    ask(&mut lists, "http://127.0.0.1:8080/lists/1", 0, 0);
    assert_eq!(lists.poll(at(0)).unwrap().url(), "http://127.0.0.1:8080/lists/1");
    let remote = StatusLists::builder(ISSUER, ["http://issuer.example/"], algorithms);
    assert!(remote.allow_loopback_http().build().is_err());
}

#[test]
fn a_fetch_that_was_given_up_is_nobodys() {
    let mut lists = lists();
    ask(&mut lists, URI, 0, 0);
    let late = lists.poll(at(0)).unwrap();
    assert_eq!(lists.next_poll(), at(5));
    assert!(lists.poll(at(5)).is_none(), "after the timeout a wait begins");
    assert_eq!(codes(&lists), ["unreachable"]);
    answer(&mut lists, &late, 200, &list(0, &[0], ""), 5);
    assert_eq!(ask(&mut lists, URI, 0, 5), "status_unavailable");
    serve(&mut lists, 200, &list(0, &[0], ""), 6);
    answer(&mut lists, &late, 500, "", 6);
    assert!(codes(&lists).is_empty());
    // Nor is one that another issuer's lists asked for.
    let mut others = holding("", 0);
    let mut again = holding("", 0);
    ask(&mut again, "https://issuer.example/lists/2", 0, 0);
    let (foreign, own) = (again.poll(at(0)).unwrap(), others.poll(at(600)).unwrap());
    answer(&mut others, &foreign, 500, "", 600);
    assert!(codes(&others).is_empty());
    answer(&mut others, &own, 500, "", 600);
    assert_eq!(codes(&others), ["status"]);
}

#[test]
fn so_many_lists_are_kept_and_one_that_is_out_of_use_makes_room() {
    let mut lists = builder().max_lists(2).build().unwrap();
    let uri = |number| format!("{PREFIX}{number}");
    ask(&mut lists, &uri(1), 0, 0);
    ask(&mut lists, &uri(2), 0, 30);
    ask(&mut lists, &uri(3), 0, 59);
    assert_eq!(lists.len(), 2);
    let no = decide(&lists, &token(&uri(3), 0), 59).unwrap_err();
    assert!(!lists.want(no.wanted_list().unwrap(), at(59)), "no room");
    let urls = |lists: &mut StatusLists, now| {
        let all = std::iter::from_fn(|| lists.poll(at(now)).map(|fetch| fetch.url().to_owned()));
        all.collect::<Vec<_>>()
    };
    assert_eq!(urls(&mut lists, 59), [uri(1), uri(2)], "both were named within a minute");
    ask(&mut lists, &uri(3), 0, 60);
    assert_eq!(urls(&mut lists, 60), [uri(3)], "the first was not");
    let full = lists.hydrate(URI, &list(0, &[0], ""), &keys(), at(60)).unwrap_err();
    assert_eq!(full.code(), "too_many_lists");
}

#[test]
fn a_list_that_no_token_names_is_given_up() {
    let mut lists = builder().forget_after(Duration::from_secs(3600)).build().unwrap();
    lists.hydrate(URI, &list(0, &[0], r#","ttl":3000"#), &keys(), at(0)).unwrap();
    assert_eq!(ask(&mut lists, URI, 0, 1000), "accept");
    serve(&mut lists, 200, &list(0, &[0], r#","ttl":3000"#), 3000);
    assert!(lists.poll(at(4599)).is_none());
    assert_eq!(lists.len(), 1);
    assert!(lists.poll(at(4600)).is_none());
    assert_eq!((lists.len(), lists.next_poll()), (0, END_OF_TIME));
}

#[test]
fn copies_share_the_lists_and_tell_of_their_use() {
    let mut lists = builder().forget_after(Duration::from_secs(3600)).build().unwrap();
    lists.hydrate(URI, &list(0, &[0b10], r#","ttl":4500"#), &keys(), at(0)).unwrap();
    let mut reader = lists.clone();
    assert_eq!(ask(&mut reader, URI, 1, 3000), "status_invalid");
    serve(&mut lists, 200, &list(1, &[0], ""), 3600);
    assert_eq!(lists.len(), 1, "a copy was asked since");
    assert_eq!(ask(&mut reader, URI, 1, 3600), "status_invalid", "as it was when it was copied");
    assert_eq!(ask(&mut lists, URI, 1, 3600), "accept");
}

#[test]
fn a_clock_that_goes_back_puts_nothing_off_and_trusts_no_list() {
    let mut lists = holding(r#","ttl":86400"#, 0);
    assert_eq!(ask(&mut lists, URI, 0, -60), "accept", "clocks differ by as much");
    assert!(lists.poll(at(-30)).is_some(), "asked anew at once");
    let lists = holding(r#","ttl":86400"#, 1000);
    assert_eq!(decide(&lists, &token(URI, 0), 939).unwrap_err().code(), "status_unavailable");
    let mut lists = self::lists();
    ask(&mut lists, URI, 0, 1000);
    lists.poll(at(1000)).unwrap();
    assert!(lists.poll(at(0)).is_some(), "what was begun in the future is over");
}

#[test]
fn a_list_from_an_earlier_run_is_as_old_as_it_is() {
    let mut lists = lists();
    lists.hydrate(URI, &list(-1000, &[0], r#","ttl":1200"#), &keys(), at(-1000)).unwrap();
    assert_eq!(lists.next_poll(), at(-40));
    assert_eq!(ask(&mut lists, URI, 0, 0), "accept");
    let older = lists.hydrate(URI, &list(-1001, &[0], ""), &keys(), at(-1000)).unwrap_err();
    assert_eq!(older.code(), "older_list");
}

#[test]
fn several_issuers_lists_are_one_source() {
    let other = StatusLists::builder("https://o.example/", [PREFIX], [lowwater::Algorithm::EdDsa]);
    let all = [other.build().unwrap(), holding("", 0)];
    let rules = NoCutoffs.with_status(&all[..]);
    let code =
        |index| validator().validate(&token(URI, index), &rules, at(0)).map_err(|no| no.code());
    assert!(code(0).is_ok());
    assert_eq!(code(1).unwrap_err(), "status_invalid");
}

#[test]
fn an_index_beyond_the_end_of_a_list_that_is_not_new_has_it_fetched_anew() {
    let mut lists = holding(r#","ttl":43200"#, 0);
    assert_eq!(ask(&mut lists, URI, 8, 29), "status_invalid", "within the cool-down");
    assert_eq!(ask(&mut lists, URI, 8, 3600), "status_unavailable");
    assert_eq!(ask(&mut lists, URI, 0, 3600), "accept");
    serve(&mut lists, 200, &list(3600, &[0, 0], r#","ttl":43200"#), 3600);
    assert_eq!(ask(&mut lists, URI, 8, 3600), "accept");
    assert_eq!(ask(&mut lists, URI, 16, 3600), "status_invalid");
    assert!(lists.poll(at(3601)).is_none());
}

#[test]
fn a_list_by_a_key_without_a_name_asks_for_keys_too() {
    let mut lists = lists();
    ask(&mut lists, URI, 0, 0);
    let claims = list_claims(0, &[0], "");
    let nameless = sign_with(9, r#"{"alg":"EdDSA","typ":"statuslist+jwt"}"#, &claims);
    serve(&mut lists, 200, &nameless, 0);
    assert!(lists.key_is_missing(), "{:?}", codes(&lists));
}

#[test]
fn a_thread_that_read_the_clock_a_little_earlier_ends_no_fetch() {
    let mut lists = lists();
    ask(&mut lists, URI, 0, 10);
    let fetch = lists.poll(at(10)).unwrap();
    assert!(lists.poll(at(9)).is_none());
    assert_eq!(codes(&lists).len(), 0);
    answer(&mut lists, &fetch, 200, &list(10, &[0], ""), 10);
    assert_eq!(ask(&mut lists, URI, 0, 9), "accept");
    assert!(lists.poll(at(9)).is_none());
}
