//! Any bytes as what arrives beside tokens: logout tokens, security events, requests to revoke, answers to a poll. The first
//! byte says which reader takes the others; claims are signed, so that what lies behind the signature is reached.

use std::sync::LazyLock;

use lowwater::{Algorithm, Cutoffs, KeySet, NoCutoffs, Rule, UnixTime};
use lowwater_intake::{
    Answer, EventPoll, EventReceiver, GlobalRevocation, LogoutReceiver, MessageFault, Received,
    RevocationRequest, Revoker, Subjects, UnknownMember,
};

use crate::given::{HS256, now};
use crate::signing::{AUDIENCE, ISSUER, Signer};
use crate::strict_json::object;

/// So many readers there are.
pub const KINDS: u8 = 8;
/// Those that take claims, and sign them first: of a logout token, of an event, of an event of a draft.
pub const SIGNED: [(u8, &str); 3] = [(1, "logout"), (3, "security_event"), (4, "security_event")];

static KEYS: LazyLock<KeySet> =
    LazyLock::new(|| KeySet::from_keys([Signer::Secret.key("k")]).unwrap());
static LOGOUT: LazyLock<LogoutReceiver> =
    LazyLock::new(|| LogoutReceiver::new(ISSUER, [AUDIENCE], [Algorithm::Hs256]).unwrap());
static EVENTS: LazyLock<EventReceiver> = LazyLock::new(|| {
    let receiver = EventReceiver::new(ISSUER, [AUDIENCE], [Algorithm::Hs256]).unwrap();
    receiver.subjects(subjects())
});
static DRAFTS: LazyLock<EventReceiver> = LazyLock::new(|| EVENTS.clone().legacy());
static GLOBAL: LazyLock<GlobalRevocation> =
    LazyLock::new(|| GlobalRevocation::new(ISSUER).unwrap().subjects(subjects()));

fn subjects() -> Subjects {
    let formats = [
        ("opaque", "session"),
        ("email", "claim:email"),
        ("phone_number", "claim:phone"),
        ("account", "subject"),
        ("uri", "device"),
        ("did", "client"),
    ];
    let members = [
        ("session", "session"),
        ("device", "device"),
        ("tenant", "tenant"),
        ("application", "client"),
        ("group", "claim:groups"),
        ("user", "subject"),
    ];
    let all = Subjects::new().any_email_case().critical_members(["org_unit"]);
    let all = formats.into_iter().fold(all, |all, (name, means)| all.format(name, means).unwrap());
    let all = members.into_iter().fold(all, |all, (name, means)| all.member(name, means).unwrap());
    all.unknown_member("other", UnknownMember::Match).unwrap()
}

pub fn run(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else { return };
    match kind % KINDS {
        0 => logout(|now| LOGOUT.receive(data, &KEYS, now), None),
        1 => {
            let token = sign("logout+jwt", data);
            logout(|now| LOGOUT.read(&token, &KEYS, now), Some(data));
        }
        2 => event(|now| EVENTS.push("application/secevent+jwt", data, &KEYS, now), None),
        3 => {
            let token = sign("secevent+jwt", data);
            event(|now| EVENTS.receive(&token, &KEYS, now), Some(data));
        }
        4 => {
            let token = sign("JWT", data);
            event(|now| DRAFTS.receive(&token, &KEYS, now), Some(data));
        }
        5 => global(data),
        6 => one_token(data),
        _ => poll(data),
    }
}

fn sign(typ: &str, claims: &[u8]) -> String {
    let header = format!(r#"{{"alg":"HS256","kid":"k","typ":"{typ}"}}"#);
    Signer::Secret.sign(Algorithm::Hs256, &header, claims)
}

/// What was signed was one strict object.
fn strict(claims: Option<&[u8]>) {
    let text = claims.map(|claims| str::from_utf8(claims).expect("text"));
    assert!(text.is_none_or(|text| object(text).is_some()), "no strict object: {text:?}");
}

/// Each rule names an issuer that the source may name, and more; it can be applied, and it is what its JSON says.
fn sound(rules: &[Rule]) {
    let mut cutoffs = Cutoffs::local();
    for rule in rules {
        let named: Vec<_> = rule.target().dimensions().collect();
        assert!(named.len() > 1 && !rule.target().is_everyone(), "{}", rule.to_json());
        let own = |(name, value): &(_, &lowwater::TargetValue)| {
            name == "issuer" && **value == lowwater::TargetValue::from(ISSUER)
        };
        assert!(named.iter().any(own), "{}", rule.to_json());
        assert_eq!(Rule::from_json(&rule.to_json()).as_ref(), Ok(rule));
        cutoffs.apply(rule.clone(), now()).expect("a rule that can be applied");
    }
}

fn later() -> UnixTime {
    UnixTime::from_secs(now().as_secs() + 60)
}

fn logout(
    read: impl Fn(UnixTime) -> Result<lowwater_intake::Logout, MessageFault>,
    claims: Option<&[u8]>,
) {
    match read(now()) {
        Ok(logout) => {
            strict(claims);
            sound(logout.rules());
            assert_eq!(logout.rules().len(), 1);
            assert!(!logout.token_id().is_empty());
            if let Ok(again) = read(later()) {
                assert_eq!(again.rules(), logout.rules());
            }
        }
        Err(fault) => assert!(object(LogoutReceiver::refusal(&fault).body()).is_some()),
    }
}

fn event(read: impl Fn(UnixTime) -> Result<Received, MessageFault>, claims: Option<&[u8]>) {
    match read(now()) {
        Ok(received) => {
            strict(claims);
            sound(received.rules());
            assert!(object(&received.to_json()).is_some(), "{}", received.to_json());
            assert!(!received.events().is_empty() && received.issued_at() <= now());
            let of_the_stream = received.verification().is_some() || received.stream().is_some();
            let told = received.events().iter().any(|event| !event.not_applied.is_empty());
            assert!(of_the_stream || told || !received.rules().is_empty(), "silent");
            if let Ok(again) = read(later()) {
                assert_eq!(again.rules(), received.rules());
            }
        }
        Err(fault) => assert!(object(EventReceiver::refusal(&fault).body()).is_some()),
    }
}

fn global(body: &[u8]) {
    match GLOBAL.receive("application/json", body, now()) {
        Ok(revoked) => {
            strict(Some(body));
            assert!(!revoked.rules().is_empty());
            sound(revoked.rules());
        }
        Err(fault) => assert!(object(fault.reply().body()).is_some()),
    }
}

fn one_token(body: &[u8]) {
    match RevocationRequest::read("application/x-www-form-urlencoded", body) {
        Ok(request) => {
            assert!(!request.token().is_empty());
            let Ok(accepted) = HS256.validate(request.token(), &NoCutoffs, now()) else { return };
            let revoked = RevocationRequest::access_token(&accepted, Revoker::Operator);
            if let Ok(revoked) = revoked {
                let mut cutoffs = Cutoffs::local();
                for rule in revoked.rules() {
                    cutoffs.apply(rule.clone(), now()).expect("a rule that can be applied");
                }
                assert!(HS256.validate(request.token(), &cutoffs, now()).is_err(), "it ends");
            }
        }
        Err(fault) => assert!(object(RevocationRequest::refusal(&fault).body()).is_some()),
    }
}

fn poll(answer: &[u8]) {
    let mut poll = EventPoll::new("https://issuer.example/poll").unwrap().max_events(3).unwrap();
    let fetch = poll.poll(now()).expect("the first is due");
    let sets = poll.answered(&fetch, &Answer::new(200, &[], answer), now());
    assert!(sets.len() <= 3);
    if poll.fault().is_none() {
        strict(Some(answer));
    } else {
        assert!(sets.is_empty());
    }
    for set in &sets {
        assert!(poll.kept(set.token_id()), "handed out");
    }
    let next = poll.poll(later()).expect("a minute later");
    let body = next.body().expect("a post");
    assert!(object(body).is_some(), "{body}");
    assert_eq!(body.contains("\"ack\""), !sets.is_empty(), "{body}");
}
