//! Whom a subject identifier means: RFC 9493, complex subjects, and what drafts wrote.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails"
)]
mod messages;

use lowwater::{Algorithm, Rule};
use lowwater_intake::{Authority, EventReceiver, NotApplied, Received, Subjects, UnknownMember};
use messages::{AUDIENCE, ISSUER, OTHER, at, keys, sign};

const REVOKED: &str = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
const DISABLED: &str = "https://schemas.openid.net/secevent/risc/event-type/account-disabled";
const ENABLED: &str = "https://schemas.openid.net/secevent/risc/event-type/account-enabled";
const COMPLIANCE: &str =
    "https://schemas.openid.net/secevent/caep/event-type/device-compliance-change";
const USER: &str = r#"{"format":"iss_sub","iss":"https://issuer.example/","sub":"u1"}"#;

fn base() -> EventReceiver {
    EventReceiver::new(ISSUER, [AUDIENCE], [Algorithm::EdDsa]).unwrap()
}

/// One that knows what most identifiers mean.
fn knowing() -> EventReceiver {
    base().subjects(known())
}

fn known() -> Subjects {
    let formats = [
        ("opaque", "session"),
        ("email", "claim:email"),
        ("phone_number", "claim:phone_number"),
        ("account", "claim:acct"),
        ("uri", "claim:uri"),
        ("did", "claim:did"),
    ];
    let members = [
        ("device", "device"),
        ("session", "session"),
        ("tenant", "tenant"),
        ("group", "claim:groups"),
    ];
    let all = Subjects::new();
    let all = formats.into_iter().fold(all, |all, (name, means)| all.format(name, means).unwrap());
    members.into_iter().fold(all, |all, (name, means)| all.member(name, means).unwrap())
}

fn receive(by: &EventReceiver, subject: &str, events: &str) -> Received {
    let claims = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","iat":1700000000,"jti":"j1"{subject},"events":{events}}}"#
    );
    by.receive(&sign("secevent+jwt", claims), &keys(), at(0)).unwrap()
}

fn of(by: &EventReceiver, event: &str, subject: &str) -> Received {
    receive(by, &format!(r#","sub_id":{subject}"#), &format!(r#"{{"{event}":{{}}}}"#))
}

fn why(received: &Received) -> Vec<NotApplied> {
    received.events().iter().flat_map(|event| event.not_applied.clone()).collect()
}

/// Kind and target of each rule.
fn targets(received: &Received) -> Vec<String> {
    let target = |rule: &Rule| {
        let json = rule.to_json();
        let (_, rest) = json.split_once(r#""target":{"#).unwrap();
        let target = rest.split_once('}').unwrap().0.to_owned();
        format!("{} {}", rule.kind_word(), target.replace('"', ""))
    };
    received.rules().iter().map(target).collect()
}

/// What a session-revoked with this subject makes.
fn revoked(by: &EventReceiver, subject: &str) -> Vec<String> {
    targets(&of(by, REVOKED, subject))
}

fn complex(members: &str) -> String {
    format!(r#"{{"format":"complex",{members}}}"#)
}

#[test]
fn issuer_and_subject_are_those_of_the_token() {
    assert_eq!(
        revoked(&base(), USER),
        [format!("authenticated_before issuer:{ISSUER},subject:u1")]
    );
}

#[test]
fn an_issuer_that_is_not_the_transmitters_is_an_overreach_until_it_is_allowed() {
    let other = USER.replace(ISSUER, OTHER);
    let received = of(&base(), REVOKED, &other);
    assert!(received.rules().is_empty());
    assert_eq!(why(&received)[0].code(), "overreach");
    let allowed = base().within(Authority::over_issuer(ISSUER).and_issuer(OTHER));
    assert_eq!(
        revoked(&allowed, &other),
        [format!("authenticated_before issuer:{OTHER},subject:u1")]
    );
}

#[test]
fn a_transmitter_may_call_itself_otherwise_than_its_tokens_do() {
    let by = knowing().token_issuer("https://tokens.example").unwrap();
    let tokens = "issuer:https://tokens.example";
    assert_eq!(revoked(&by, USER), [format!("authenticated_before {tokens},subject:u1")]);
    let opaque = r#"{"format":"opaque","id":"s1"}"#;
    assert_eq!(revoked(&by, opaque), [format!("revoked {tokens},session:s1")]);
}

#[test]
fn opaque_means_what_was_said_and_nothing_otherwise() {
    let opaque = r#"{"format":"opaque","id":"x1"}"#;
    for (means, rule) in [
        ("session", "revoked issuer:https://issuer.example/,session:x1"),
        ("subject", "authenticated_before issuer:https://issuer.example/,subject:x1"),
        ("device", "authenticated_before issuer:https://issuer.example/,device:x1"),
        ("claim:uid", "authenticated_before issuer:https://issuer.example/,claim:uid:x1"),
    ] {
        let by = base().subjects(Subjects::new().format("opaque", means).unwrap());
        assert_eq!(revoked(&by, opaque), [rule]);
    }
    let received = of(&base(), REVOKED, opaque);
    assert!(received.rules().is_empty());
    assert_eq!(why(&received), [NotApplied::UnresolvedSubject { format: "opaque" }]);
}

#[test]
fn an_address_is_named_as_it_was_sent_and_with_its_domain_in_small_letters() {
    let email = |email: &str| format!(r#"{{"format":"email","email":"{email}"}}"#);
    let claim = |email: &str| format!("authenticated_before issuer:{ISSUER},claim:email:{email}");
    assert_eq!(revoked(&knowing(), &email("Jo@b.example")), [claim("Jo@b.example")]);
    assert_eq!(
        revoked(&knowing(), &email("Jo@B.Example")),
        [claim("Jo@B.Example"), claim("Jo@b.example")]
    );
    let small = base().subjects(known().any_email_case());
    assert_eq!(
        revoked(&small, &email("Jo@B.Example")),
        [claim("Jo@B.Example"), claim("Jo@b.example"), claim("jo@b.example")]
    );
    assert_eq!(why(&of(&base(), REVOKED, &email("a@b")))[0].code(), "subject_unresolved");
}

#[test]
fn a_number_is_named_as_it_was_sent_and_without_spaces() {
    let number = r#"{"format":"phone_number","phone_number":"+1 206 555 0123"}"#;
    let claim = |n: &str| format!("authenticated_before issuer:{ISSUER},claim:phone_number:{n}");
    assert_eq!(revoked(&knowing(), number), [claim("+1 206 555 0123"), claim("+12065550123")]);
}

#[test]
fn accounts_and_addresses_of_resources_are_values_of_a_claim() {
    for (subject, value) in [
        (r#"{"format":"account","uri":"acct:u@s.example"}"#, "claim:acct:acct:u@s.example"),
        (r#"{"format":"uri","uri":"https://u.example/1"}"#, "claim:uri:https://u.example/1"),
        (r#"{"format":"did","url":"did:example:1#k"}"#, "claim:did:did:example:1#k"),
    ] {
        let rule = format!("authenticated_before issuer:{ISSUER},{value}");
        assert_eq!(revoked(&knowing(), subject), [rule]);
        assert!(revoked(&base(), subject).is_empty());
    }
}

#[test]
fn every_alias_that_means_somebody_makes_a_rule() {
    let aliases = |list: &str| format!(r#"{{"format":"aliases","identifiers":[{list}]}}"#);
    let opaque = r#"{"format":"opaque","id":"s1"}"#;
    let saml = r#"{"format":"saml_assertion_id","issuer":"i","assertion_id":"a"}"#;
    let user = format!("authenticated_before issuer:{ISSUER},subject:u1");
    let session = format!("revoked issuer:{ISSUER},session:s1");
    let both = aliases(&format!("{USER},{saml},{opaque}"));
    assert_eq!(revoked(&knowing(), &both), [user.clone(), session]);
    // One at another issuer is not the transmitter's to name, and does not shield the others.
    let mixed = aliases(&format!("{},{USER}", USER.replace(ISSUER, OTHER)));
    let received = of(&knowing(), REVOKED, &mixed);
    assert_eq!(targets(&received), [user]);
    assert_eq!(why(&received)[0].code(), "overreach");
    let many = vec![USER; 17].join(",");
    let nested = aliases(USER);
    for nobody in [saml, "", "5", &nested, &many] {
        let received = of(&knowing(), REVOKED, &aliases(nobody));
        assert!(received.rules().is_empty(), "{nobody}");
        assert_eq!(why(&received), [NotApplied::UnresolvedSubject { format: "aliases" }]);
    }
}

#[test]
fn formats_that_name_no_token_are_reported() {
    for (subject, format) in [
        (r#"{"format":"saml_assertion_id","issuer":"i","assertion_id":"a"}"#, "saml_assertion_id"),
        (r#"{"format":"ip-addresses","ip-addresses":["10.29.37.75"]}"#, "ip-addresses"),
        (r#"{"format":"catalog_item","catalog_id":"c0384/winter"}"#, "another"),
        (r#"{"format":5,"iss":"i","sub":"s"}"#, "another"),
        (r#"{"iss":"https://issuer.example/","sub":"u1"}"#, "another"),
        (r#"{"format":"iss_sub","iss":"https://issuer.example/"}"#, "iss_sub"),
        (r#"{"format":"iss_sub","iss":"https://issuer.example/","sub":""}"#, "iss_sub"),
        (r#"{"format":"iss_sub","iss":"https://issuer.example/","sub":5}"#, "iss_sub"),
        (r#"{"format":"iss-sub","iss":"https://issuer.example/","sub":"u1"}"#, "another"),
    ] {
        let received = of(&knowing(), REVOKED, subject);
        assert!(received.rules().is_empty(), "{subject}");
        assert_eq!(why(&received), [NotApplied::UnresolvedSubject { format }], "{subject}");
    }
}

#[test]
fn an_empty_subject_never_becomes_everyone() {
    for subject in ["{}", r#"{"format":"complex"}"#] {
        for event in [REVOKED, DISABLED, ENABLED] {
            let received = of(&knowing(), event, subject);
            assert!(received.rules().is_empty(), "{subject}");
            assert_eq!(why(&received), [NotApplied::NoSubject]);
        }
    }
    // Nor does one of which nothing is left.
    let all = known().unknown_member("org_unit", UnknownMember::Match).unwrap();
    let unknown = complex(r#""org_unit":{"format":"opaque","id":"o1"}"#);
    let received = of(&base().subjects(all), REVOKED, &unknown);
    assert!(received.rules().is_empty());
    assert_eq!(why(&received), [NotApplied::NoSubject]);
}

#[test]
fn the_members_of_a_complex_subject_all_have_to_match() {
    let subject = complex(&format!(
        r#""user":{USER},"device":{{"format":"iss_sub","iss":"{ISSUER}","sub":"d1"}},"tenant":{{"format":"opaque","id":"o1"}}"#
    ));
    let all = format!("authenticated_before issuer:{ISSUER},subject:u1,tenant:o1,device:d1");
    assert_eq!(revoked(&knowing(), &subject), [all]);
    let group = complex(r#""group":{"format":"opaque","id":"g1"}"#);
    let rule = format!("authenticated_before issuer:{ISSUER},claim:groups:g1");
    assert_eq!(revoked(&knowing(), &group), [rule]);
    let by_mail = complex(
        r#""user":{"format":"email","email":"a@B.example"},"tenant":{"format":"opaque","id":"o1"}"#,
    );
    let rule =
        |mail: &str| format!("authenticated_before issuer:{ISSUER},tenant:o1,claim:email:{mail}");
    assert_eq!(revoked(&knowing(), &by_mail), [rule("a@B.example"), rule("a@b.example")]);
}

#[test]
fn a_session_that_is_known_is_enough_to_end_it() {
    let session = r#""session":{"format":"opaque","id":"s1"}"#;
    let device = r#""device":{"format":"opaque","id":"d1"}"#;
    let rule = format!("revoked issuer:{ISSUER},session:s1");
    for more in [
        format!(r#","user":{USER}"#),
        format!(",{device}"),
        r#","user":{"format":"email","email":"a@b"}"#.into(),
    ] {
        let only = Subjects::new().member("session", "session").unwrap();
        assert_eq!(
            revoked(&base().subjects(only), &complex(&format!("{session}{more}"))),
            [&*rule]
        );
    }
    // A tenant stays with it: a source may be one of a single tenant.
    let tenant = format!(r#"{session},"tenant":{{"format":"opaque","id":"o1"}}"#);
    let rule = format!("revoked issuer:{ISSUER},session:s1,tenant:o1");
    assert_eq!(revoked(&knowing(), &complex(&tenant)), [&*rule]);
    let by = knowing().within(Authority::over_issuer(ISSUER).within_tenant("o1"));
    assert_eq!(revoked(&by, &complex(&tenant)), [rule]);
    assert_eq!(why(&of(&by, REVOKED, USER))[0].code(), "overreach", "of any tenant");
}

#[test]
fn an_unknown_member_is_left_out_where_that_refuses_no_more_than_the_user() {
    let device = r#""device":{"format":"opaque","id":"d1"}"#;
    let user = complex(&format!(r#""user":{USER},{device}"#));
    assert_eq!(
        revoked(&base(), &user),
        [format!("authenticated_before issuer:{ISSUER},subject:u1")]
    );
    let disabled = targets(&of(&base(), DISABLED, &user));
    assert_eq!(disabled[0], format!("suspended issuer:{ISSUER},subject:u1"));
    // What ends a suspension names no more than it was told.
    let received = of(&base(), ENABLED, &user);
    assert!(received.rules().is_empty());
    assert_eq!(why(&received), [NotApplied::UnresolvedMember { member: "device" }]);
    // Without the user nobody is left that the event is about.
    let tenant = complex(&format!(r#"{device},"tenant":{{"format":"opaque","id":"o1"}}"#));
    let of_tenant = base().subjects(Subjects::new().member("tenant", "tenant").unwrap());
    let received = of(&of_tenant, REVOKED, &tenant);
    assert!(received.rules().is_empty());
    assert_eq!(why(&received), [NotApplied::UnresolvedMember { member: "device" }]);
    // A device that is not known must not suspend its user.
    let bad = format!(r#"{{"{COMPLIANCE}":{{"current_status":"not-compliant"}}}}"#);
    let received = receive(&base(), &format!(r#","sub_id":{user}"#), &bad);
    assert!(received.rules().is_empty());
    assert_eq!(why(&received), [NotApplied::UnresolvedMember { member: "device" }]);
}

#[test]
fn what_was_said_about_an_unknown_member_counts() {
    let tenant = r#""tenant":{"format":"opaque","id":"o1"}"#;
    let subject = complex(&format!(r#""user":{USER},{tenant}"#));
    let by = |unknown| base().subjects(Subjects::new().unknown_member("tenant", unknown).unwrap());
    let received = of(&by(UnknownMember::NoMatch), REVOKED, &subject);
    assert!(received.rules().is_empty());
    assert_eq!(why(&received), [NotApplied::UnresolvedMember { member: "tenant" }]);
    let enabled = of(&by(UnknownMember::Match), ENABLED, &subject);
    assert_eq!(targets(&enabled), [format!("suspended issuer:{ISSUER},subject:u1")]);
}

#[test]
fn an_event_with_a_critical_member_that_is_unknown_is_discarded() {
    let device = r#""device":{"format":"opaque","id":"d1"}"#;
    let subject = complex(&format!(r#""user":{USER},{device}"#));
    let subjects = Subjects::new().critical_members(["device"]);
    let subjects = subjects.unknown_member("device", UnknownMember::Match).unwrap();
    let received = of(&base().subjects(subjects.clone()), REVOKED, &subject);
    assert!(received.rules().is_empty());
    assert_eq!(why(&received), [NotApplied::CriticalMember { member: "device" }]);
    let known = base().subjects(subjects.member("device", "device").unwrap());
    assert_eq!(of(&known, REVOKED, &subject).rules().len(), 1);
}

#[test]
fn members_that_contradict_each_other_are_unknown() {
    // A device of another issuer: no token has two.
    let device = format!(r#""device":{{"format":"iss_sub","iss":"{OTHER}","sub":"d1"}}"#);
    let subject = complex(&format!(r#""user":{USER},{device}"#));
    let both = knowing().within(Authority::over_issuer(ISSUER).and_issuer(OTHER));
    assert_eq!(
        revoked(&both, &subject),
        [format!("authenticated_before issuer:{ISSUER},subject:u1")]
    );
    // Two values of one dimension.
    let twice = known().member("user", "subject").unwrap().member("other", "subject").unwrap();
    let subject =
        complex(r#""other":{"format":"opaque","id":"u2"},"user":{"format":"opaque","id":"u1"}"#);
    let rule = format!("authenticated_before issuer:{ISSUER},subject:u1");
    assert_eq!(revoked(&base().subjects(twice), &subject), [rule]);
}

#[test]
fn a_dimension_that_the_authority_leaves_out_is_an_overreach() {
    let by = knowing().within(Authority::over_issuer(ISSUER).by_dimensions(["subject"]));
    assert_eq!(revoked(&by, USER).len(), 1);
    let received = of(&by, REVOKED, r#"{"format":"email","email":"a@b.example"}"#);
    assert!(received.rules().is_empty());
    assert_eq!(why(&received)[0].to_string(), "the source may not name `claim:email`");
}

#[test]
fn drafts_name_the_subject_within_the_event() {
    let event = |subject: &str| {
        format!(r#"{{"{REVOKED}":{{"subject":{subject},"event_timestamp":1615304991643}}}}"#)
    };
    let rule = format!("authenticated_before issuer:{ISSUER},subject:u1");
    let google = USER.replace("format", "subject_type").replace("iss_sub", "iss-sub");
    let okta = format!(r#"{{"user":{USER},"tenant":{{"format":"opaque","id":"o1"}}}}"#);
    for (subject, rules) in [
        (google, vec![rule.clone()]),
        (USER.replace("iss_sub", "iss-sub"), vec![rule.clone()]),
        (okta, vec![rule]),
        (
            r#"{"subject_type":"phone","phone_number":"+1"}"#.into(),
            vec![format!("authenticated_before issuer:{ISSUER},claim:phone_number:+1")],
        ),
    ] {
        let mapped = |by: EventReceiver| {
            let members = known().unknown_member("tenant", UnknownMember::Match).unwrap();
            let by =
                by.subjects(if rules[0].contains("phone") { members } else { Subjects::new() });
            let claims = format!(
                r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","iat":1700000000,"jti":"j1","events":{}}}"#,
                event(&subject)
            );
            by.receive(&sign("secevent+jwt", claims), &keys(), at(0))
        };
        assert_eq!(mapped(base()).unwrap_err().code(), "claim_missing", "{subject}");
        let received = mapped(base().legacy()).unwrap();
        assert_eq!(targets(&received), rules, "{subject}");
        assert!(received.rules()[0].to_json().contains(r#""at":1615304991.643"#));
    }
}

#[test]
fn a_subject_at_the_top_counts_before_one_within_the_event() {
    let inner = USER.replace("u1", "u2");
    let events = format!(r#"{{"{REVOKED}":{{"subject":{inner}}}}}"#);
    let received = receive(&base().legacy(), &format!(r#","sub_id":{USER}"#), &events);
    assert_eq!(targets(&received), [format!("authenticated_before issuer:{ISSUER},subject:u1")]);
    let none = receive(&base().legacy(), "", &format!(r#"{{"{REVOKED}":{{}}}}"#));
    assert_eq!(why(&none), [NotApplied::NoSubject]);
}
