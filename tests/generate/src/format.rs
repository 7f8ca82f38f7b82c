//! The format of vectors as values: what one test says, and how a file is written.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::ser::PrettyFormatter;
use serde_json::value::RawValue;

use crate::codes;
use crate::message::Message;
use crate::payload::{NOW, seconds};
use crate::response::Response;
use crate::topics::Lists;

/// JSON that is written as it stands: the digits of a number are part of what is tested.
pub(crate) fn raw(json: impl Into<String>) -> Box<RawValue> {
    let json = json.into();
    RawValue::from_string(json.clone()).unwrap_or_else(|fault| panic!("{fault}: {json}"))
}

/// A time in milliseconds, written in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Time(pub i64);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        raw(seconds(self.0)).serialize(serializer)
    }
}

/// One file.
#[derive(Serialize)]
pub(crate) struct Topic {
    about: &'static str,
    keysets: BTreeMap<String, Box<RawValue>>,
    policies: BTreeMap<String, Box<RawValue>>,
    tests: Vec<Case>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scenarios: Vec<Case>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
}

/// A test, or a scenario if it has steps.
#[derive(Serialize)]
pub(crate) struct Case {
    id: String,
    comment: String,
    keys: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    algorithms: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<Box<RawValue>>,
    #[serde(flatten)]
    lists: Option<Lists>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(flatten)]
    asked: Option<Asked>,
    #[serde(flatten)]
    expected: Option<Expected>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<Step>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<&'static str>,
}

/// A token that its authorization server is asked about, and what it answers; nothing, where nobody has to ask.
#[derive(Serialize)]
struct Asked {
    ask: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<Response>,
}

/// When a call is made, what is asked for after acceptance, and what comes of it.
#[derive(Serialize)]
struct Expected {
    now: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    require: Option<Box<RawValue>>,
    result: &'static str,
    #[serde(skip_serializing_if = "Codes::is_empty")]
    code: Codes,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

/// The code that is expected, or those of which one is.
struct Codes(Vec<&'static str>);

impl Codes {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Codes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Step {
    Loaded {
        loaded: Time,
    },
    Apply {
        apply: Box<RawValue>,
        now: Time,
    },
    Check {
        check: String,
        #[serde(flatten)]
        expected: Expected,
    },
    Ask {
        #[serde(flatten)]
        asked: Asked,
        #[serde(flatten)]
        expected: Expected,
    },
    /// Any other step, as JSON.
    Other(Box<RawValue>),
}

impl Expected {
    const fn accept(now: i64) -> Self {
        Self {
            now: Time(now),
            require: None,
            result: "accept",
            code: Codes(Vec::new()),
            stage: None,
            remedy: None,
            status: None,
        }
    }

    fn reject(&mut self, code: &'static str) {
        let (stage, remedy, status) = codes::answer(code);
        self.result = "reject";
        self.code = Codes(vec![code]);
        (self.stage, self.remedy, self.status) = (Some(stage), remedy, Some(status));
    }
}

impl Case {
    fn new(id: impl Into<String>, comment: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            comment: comment.into(),
            keys: "main".into(),
            policy: Some("main".into()),
            only: None,
            algorithms: Vec::new(),
            set: None,
            rules: Vec::new(),
            lists: None,
            config: None,
            token: None,
            asked: None,
            expected: None,
            steps: Vec::new(),
            flags: Vec::new(),
        }
    }

    /// A token that is accepted at [`NOW`], unless what follows says otherwise.
    pub(crate) fn token(
        id: impl Into<String>,
        comment: impl Into<String>,
        token: impl Into<String>,
    ) -> Self {
        let expected = Some(Expected::accept(NOW));
        Self { token: Some(token.into()), expected, ..Self::new(id, comment) }
    }

    /// A token that is asked about, accepted at [`NOW`] unless what follows says otherwise.
    pub(crate) fn asked(
        id: impl Into<String>,
        comment: impl Into<String>,
        token: impl Into<String>,
        response: Response,
    ) -> Self {
        let asked = Some(Asked { ask: token.into(), response: Some(response) });
        Self { asked, ..Self::unasked(id, comment, "") }
    }

    /// A token that nobody may be asked about.
    pub(crate) fn unasked(
        id: impl Into<String>,
        comment: impl Into<String>,
        token: impl Into<String>,
    ) -> Self {
        let asked = Some(Asked { ask: token.into(), response: None });
        Self { asked, expected: Some(Expected::accept(NOW)), ..Self::new(id, comment) }
    }

    /// A policy, keys or rules that cannot be built.
    pub(crate) fn mistake(id: impl Into<String>, comment: impl Into<String>) -> Self {
        let expected = Some(Expected { result: "config_error", ..Expected::accept(NOW) });
        Self { expected, ..Self::new(id, comment) }
    }

    /// Steps against one local set of rules.
    pub(crate) fn scenario(id: impl Into<String>, comment: impl Into<String>) -> Self {
        Self { set: Some(raw(r#"{"kind":"local"}"#)), ..Self::new(id, comment) }
    }

    pub(crate) fn keys(mut self, name: impl Into<String>) -> Self {
        self.keys = name.into();
        self
    }

    pub(crate) fn policy(mut self, name: impl Into<String>) -> Self {
        self.policy = Some(name.into());
        self
    }

    /// Stops after the signature, with this allow-list.
    pub(crate) fn only_signature(mut self, algorithms: &[&'static str]) -> Self {
        (self.only, self.policy) = (Some("signature"), None);
        self.algorithms = algorithms.to_vec();
        self
    }

    pub(crate) fn rules<R: Into<String>>(mut self, rules: impl IntoIterator<Item = R>) -> Self {
        self.rules = rules.into_iter().map(raw).collect();
        self
    }

    /// Status lists beside the rules.
    pub(crate) fn lists(mut self, lists: Lists) -> Self {
        self.lists = Some(lists);
        self
    }

    pub(crate) fn flags(mut self, flags: &[&'static str]) -> Self {
        self.flags.extend(flags);
        self
    }

    /// How tokens are asked about, as JSON.
    pub(crate) fn config(mut self, config: impl Into<String>) -> Self {
        self.config = Some(raw(config));
        self
    }

    fn last(&mut self) -> &mut Expected {
        let step = self.steps.iter_mut().rev().find_map(|step| match step {
            Step::Check { expected, .. } | Step::Ask { expected, .. } => Some(expected),
            Step::Apply { .. } | Step::Loaded { .. } | Step::Other(_) => None,
        });
        step.or(self.expected.as_mut()).expect("something is checked before it is expected")
    }

    pub(crate) fn now(mut self, now: i64) -> Self {
        self.last().now = Time(now);
        self
    }

    pub(crate) fn require(mut self, requirement: impl Into<String>) -> Self {
        self.last().require = Some(raw(requirement));
        self
    }

    /// Refused with this code, its stage, remedy and status. In a scenario, of the last check.
    pub(crate) fn reject(mut self, code: &'static str) -> Self {
        self.last().reject(code);
        self
    }

    /// Refused with one of these codes.
    pub(crate) fn reject_any(mut self, codes: &[&'static str]) -> Self {
        let expected = self.last();
        expected.result = "reject";
        expected.code = Codes(codes.to_vec());
        self
    }

    pub(crate) fn stage(mut self, stage: &'static str) -> Self {
        self.last().stage = Some(stage);
        self
    }

    pub(crate) fn remedy(mut self, remedy: &'static str) -> Self {
        self.last().remedy = Some(remedy);
        self
    }

    /// A step: apply this rule.
    pub(crate) fn apply(mut self, now: i64, rule: impl Into<String>) -> Self {
        self.steps.push(Step::Apply { apply: raw(rule), now: Time(now) });
        self
    }

    /// A step: the rules were loaded as of this time.
    pub(crate) fn loaded(mut self, at: i64) -> Self {
        self.steps.push(Step::Loaded { loaded: Time(at) });
        self
    }

    /// A step of another kind, as JSON: `prune`, `lift`, `merge`, `reload`.
    pub(crate) fn step(mut self, step: impl Into<String>) -> Self {
        self.steps.push(Step::Other(raw(step)));
        self
    }

    /// The rules are a replica with these bounds in seconds.
    pub(crate) fn replica(mut self, stale_after: u32, expired_after: u32) -> Self {
        self.set = Some(raw(format!(
            r#"{{"kind":"replica","stale_after":{stale_after},"expired_after":{expired_after}}}"#
        )));
        self
    }

    /// A step: this token is accepted, unless what follows says otherwise.
    pub(crate) fn check(mut self, now: i64, token: impl Into<String>) -> Self {
        self.steps.push(Step::Check { check: token.into(), expected: Expected::accept(now) });
        self
    }

    /// A step: this token is asked about, answered so, and accepted unless what follows says otherwise.
    pub(crate) fn ask(
        mut self,
        now: i64,
        token: impl Into<String>,
        response: impl Into<Option<Response>>,
    ) -> Self {
        let asked = Asked { ask: token.into(), response: response.into() };
        self.steps.push(Step::Ask { asked, expected: Expected::accept(now) });
        self
    }

    /// A step: this token is decided about without asking anybody.
    pub(crate) fn ask_known(self, now: i64, token: impl Into<String>) -> Self {
        self.ask(now, token, None)
    }
}

impl Topic {
    pub(crate) const fn new(about: &'static str) -> Self {
        Self {
            about,
            keysets: BTreeMap::new(),
            policies: BTreeMap::new(),
            tests: Vec::new(),
            scenarios: Vec::new(),
            messages: Vec::new(),
        }
    }

    /// A message beside tokens, and what comes of it.
    pub(crate) fn message(&mut self, message: Message) {
        self.messages.push(message);
    }

    /// Names a key set: `{"jwks":..}`, `{"secrets":..}`, `{"pems":..}` or `{"text":..}`.
    pub(crate) fn keyset(&mut self, name: impl Into<String>, keys: impl Into<String>) {
        let name = name.into();
        let twice = self.keysets.insert(name.clone(), raw(keys));
        assert!(twice.is_none(), "the key set {name} is named twice");
    }

    pub(crate) fn policy(&mut self, name: impl Into<String>, policy: impl Into<String>) {
        let name = name.into();
        let twice = self.policies.insert(name.clone(), raw(policy));
        assert!(twice.is_none(), "the policy {name} is named twice");
    }

    pub(crate) fn add(&mut self, mut case: Case) {
        let applied = case.steps.iter().filter_map(|step| match step {
            Step::Apply { apply: rule, .. } | Step::Other(rule) => Some(rule),
            Step::Check { .. } | Step::Ask { .. } | Step::Loaded { .. } => None,
        });
        if case.rules.iter().chain(applied).any(|rule| needs_text(rule.get())) {
            case.flags.push("number-text");
        }
        assert!(self.keysets.contains_key(&case.keys), "{}: no key set {}", case.id, case.keys);
        if let Some(policy) = &case.policy {
            assert!(self.policies.contains_key(policy), "{}: no policy {policy}", case.id);
        }
        if case.steps.is_empty() { self.tests.push(case) } else { self.scenarios.push(case) }
    }

    fn cases(&self) -> impl Iterator<Item = &Case> {
        self.tests.iter().chain(&self.scenarios)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        let messages = self.messages.iter().map(|message| message.id.as_str());
        self.cases().map(|case| case.id.as_str()).chain(messages)
    }

    pub(crate) fn to_json(&self) -> String {
        let mut json = Vec::new();
        let pretty = PrettyFormatter::with_indent(b" ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut json, pretty);
        self.serialize(&mut serializer).expect("strings and numbers can be written");
        json.push(b'\n');
        String::from_utf8(json).expect("JSON is UTF-8")
    }
}

/// Does the rule say `1700000000.0`, which is a whole second once it is read as a float?
fn needs_text(rule: &str) -> bool {
    let outside_strings = rule.split('"').step_by(2);
    let mut numbers = outside_strings.flat_map(|part| part.split([':', ',', '}', ']', '[']));
    numbers.any(|number| {
        let fraction = number.split_once('.').map(|(_, fraction)| fraction);
        fraction.is_some_and(|fraction| fraction.bytes().all(|digit| digit == b'0'))
    })
}

#[cfg(test)]
impl Topic {
    pub(crate) fn flags(&self) -> impl Iterator<Item = &'static str> {
        self.cases().flat_map(|case| case.flags.iter().copied())
    }

    pub(crate) fn codes(&self) -> Vec<&'static str> {
        let steps = self.cases().flat_map(|case| &case.steps).filter_map(|step| match step {
            Step::Check { expected, .. } | Step::Ask { expected, .. } => Some(expected),
            Step::Apply { .. } | Step::Loaded { .. } | Step::Other(_) => None,
        });
        let all = self.cases().filter_map(|case| case.expected.as_ref()).chain(steps);
        all.flat_map(|expected| expected.code.0.iter().copied()).collect()
    }
}
