//! What a route may ask of an accepted token, against the claims as another reader of JSON tells them; and what
//! `Debug` tells, which is nothing of a person.

use arbitrary::{Result, Unstructured};
use lowwater::{Code, NoCutoffs, Requirement, UnixTime, Unverified};
use serde_json::{Map, Value, json};

use crate::given::{TRUSTING, now};
use crate::made::Choices;
use crate::signing::{AUDIENCE, ISSUER, NOW, encode};

const WORDS: [&str; 6] = ["read", "write", "", "read write", "\u{e9}", "Read"];

fn words(from: &mut Choices<'_>) -> Result<Vec<&'static str>> {
    (0..from.int_in_range(0..=3)?).map(|_| from.choose(&WORDS).copied()).collect()
}

/// The claims of one token; those that none of these checks reads are telltales.
fn claims(from: &mut Choices<'_>) -> Result<Map<String, Value>> {
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| drop(claims.insert(name.into(), value));
    put("iss", json!(ISSUER));
    put("aud", json!(AUDIENCE));
    put("iat", json!(NOW));
    put("exp", json!(NOW + 60));
    put("secret", json!("telltale"));
    match from.int_in_range(0..=2)? {
        0 => put("scope", json!(words(from)?)),
        1 => put("scope", json!(words(from)?.join(" "))),
        _ => {}
    }
    if from.arbitrary()? {
        put("permissions", json!(words(from)?));
    }
    if from.arbitrary()? {
        put("sub", json!(from.choose(&["telltale-1", ""])?));
    }
    match from.int_in_range(0..=4)? {
        0 => put("cnf", json!({"jkt": "telltale-j", "x5t#S256": "telltale-x"})),
        1 => put("cnf", json!({"x5t#S256": "telltale-x"})),
        2 => put("cnf", json!({"jkt": ["telltale-j"]})),
        3 => put("cnf", json!("telltale-j")),
        _ => {}
    }
    Ok(claims)
}

/// Words of a claim: a text splits at spaces, the members of an array do not.
fn listed(claim: Option<&Value>) -> Vec<&str> {
    match claim {
        Some(Value::String(text)) => text.split(' ').filter(|word| !word.is_empty()).collect(),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

struct Asked {
    scopes: Vec<&'static str>,
    any_scope: Option<Vec<&'static str>>,
    permissions: Vec<&'static str>,
    any_permission: Option<Vec<&'static str>>,
    subject: Option<&'static str>,
    confirmation: Option<&'static str>,
}

impl Asked {
    fn take(from: &mut Choices<'_>) -> Result<Self> {
        let some_words =
            |from: &mut Choices<'_>| from.arbitrary::<bool>()?.then(|| words(from)).transpose();
        Ok(Self {
            scopes: words(from)?,
            any_scope: some_words(from)?,
            permissions: words(from)?,
            any_permission: some_words(from)?,
            subject: *from.choose(&[None, None, Some("telltale-1"), Some(""), Some("other")])?,
            confirmation: *from.choose(&[None, None, Some("telltale-j"), Some("telltale-x")])?,
        })
    }

    fn requirement(&self) -> Requirement {
        let mut asked = Requirement::new().scopes(&self.scopes).permissions(&self.permissions);
        if let Some(any) = &self.any_scope {
            asked = asked.any_scope(any);
        }
        if let Some(any) = &self.any_permission {
            asked = asked.any_permission(any);
        }
        if let Some(subject) = self.subject {
            asked = asked.subject(subject);
        }
        match self.confirmation {
            Some(thumbprint) => asked.confirmation(thumbprint),
            None => asked,
        }
    }

    /// In the order of the design.
    fn expected(&self, claims: &Map<String, Value>) -> Option<Code> {
        let [scopes, permissions] = ["scope", "permissions"].map(|name| listed(claims.get(name)));
        let any = |some: &Option<Vec<&str>>, of: &[&str]| {
            some.as_ref().is_none_or(|some| some.iter().any(|word| of.contains(word)))
        };
        if !self.scopes.iter().all(|word| scopes.contains(word)) || !any(&self.any_scope, &scopes) {
            return Some(Code::ScopeMissing);
        }
        if !self.permissions.iter().all(|word| permissions.contains(word))
            || !any(&self.any_permission, &permissions)
        {
            return Some(Code::PermissionMissing);
        }
        let subject = claims.get("sub").and_then(Value::as_str);
        if self.subject.is_some_and(|wanted| subject != Some(wanted)) {
            return Some(Code::SubjectNotAllowed);
        }
        let bound = |name| claims.get("cnf").and_then(|cnf| cnf.get(name)).and_then(Value::as_str);
        let same =
            |wanted: &str| ["jkt", "x5t#S256"].iter().any(|name| bound(name) == Some(wanted));
        self.confirmation.is_some_and(|wanted| !same(wanted)).then_some(Code::ConfirmationMismatch)
    }
}

fn ask(data: &[u8]) -> Result<()> {
    let from = &mut Unstructured::new(data);
    let claims = claims(from)?;
    let text = Value::Object(claims.clone()).to_string();
    let header = encode(r#"{"alg":"HS256","kid":"k","typ":"at+jwt"}"#);
    let token = format!("{header}.{}.{}", encode(&text), encode("signature"));
    let accepted = TRUSTING.validate(&token, &NoCutoffs, now()).expect("a good token");
    let asked = Asked::take(from)?;
    let decided = accepted.require(&asked.requirement());
    assert_eq!(decided.as_ref().err().map(|no| no.code()), asked.expected(&claims), "{text}");

    // Each asked alone says what all say together.
    let alone = [
        accepted.require_scopes(&asked.scopes),
        asked.any_scope.iter().try_for_each(|any| accepted.require_any_scope(any)),
        accepted.require_permissions(&asked.permissions),
        asked.any_permission.iter().try_for_each(|any| accepted.require_any_permission(any)),
        asked.subject.iter().try_for_each(|subject| accepted.require_subject(subject)),
        asked.confirmation.iter().try_for_each(|one| accepted.require_confirmation(one)),
    ];
    let first = alone.into_iter().find_map(Result::err);
    assert_eq!(first.map(|no| no.to_json()), decided.as_ref().err().map(|no| no.to_json()));

    let [issued, expires] = [NOW, NOW + 60].map(|time| Some(UnixTime::from_secs(time)));
    assert_eq!((accepted.issued_at(), accepted.expires_at()), (issued, expires));
    assert_eq!((accepted.not_before(), accepted.authenticated_at()), (None, None));
    assert_eq!((accepted.issuer(), accepted.token_type()), (Some(ISSUER), Some("at+jwt")));
    assert_eq!(accepted.token_id(), None);
    assert_eq!(accepted.claim::<Value>("cnf").expect("a value").as_ref(), claims.get("cnf"));
    let read = Unverified::read(&token).expect("a token");
    assert_eq!(read.claim_json("iss").map(str::to_owned), Some(format!("{ISSUER:?}")));
    assert_eq!(read.claim_names().len(), claims.len());

    let told = format!("{accepted:?} {:?} {decided:?} {read:?} {:?}", accepted.ticket(), *TRUSTING);
    assert!(!told.contains("telltale"), "a person's claim in Debug: {told}");
    let signature = encode("signature");
    assert!(![&*token, &*signature].iter().any(|part| told.contains(part)), "a token in Debug");
    Ok(())
}

pub fn run(data: &[u8]) {
    // Too few bytes for all choices: nothing left to try.
    let _ = ask(data);
}
