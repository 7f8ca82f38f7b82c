//! The format of vectors, as `tests/README.md` describes it. Texts whose digits matter stay text.
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lowwater::{
    Backend, ConfigError, Cutoffs, Key, KeySet, Rejection, Requirement, Rule, UnixTime, Validator,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::introspection::Asking;
use crate::messages::Message;
use crate::status::List;

/// Accepted or rejected; `Err`: a mistake in policy, keys or rules.
pub(crate) type Answer = Result<Result<(), Rejection>, Box<dyn Error>>;

/// Half a millisecond: rounds to the nearest.
const HALF: Duration = Duration::from_micros(500);

#[derive(Deserialize)]
pub(crate) struct File {
    pub(crate) keysets: BTreeMap<String, Keys>,
    pub(crate) policies: BTreeMap<String, Box<RawValue>>,
    #[serde(default)]
    pub(crate) tests: Vec<Case>,
    #[serde(default)]
    pub(crate) scenarios: Vec<Case>,
    #[serde(default)]
    pub(crate) messages: Vec<Message>,
}

/// A test, or a scenario (which has steps).
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) keys: String,
    pub(crate) policy: Option<String>,
    pub(crate) only: Option<String>,
    #[serde(default)]
    pub(crate) algorithms: Vec<String>,
    #[serde(default)]
    pub(crate) token: String,
    pub(crate) config: Option<Box<RawValue>>,
    #[serde(flatten)]
    pub(crate) asking: Asking,
    #[serde(default)]
    pub(crate) rules: Vec<Box<RawValue>>,
    pub(crate) lists: Option<Vec<List>>,
    #[serde(flatten)]
    pub(crate) expected: Expected,
    #[serde(default)]
    pub(crate) set: Set,
    #[serde(default)]
    pub(crate) steps: Vec<Step>,
}

/// Who makes the rules: this process, or another.
#[derive(Default, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Set {
    #[default]
    Local,
    Replica {
        stale_after: f64,
        expired_after: f64,
    },
}

impl Set {
    pub(crate) fn cutoffs(&self) -> Result<Cutoffs, ConfigError> {
        match self {
            Self::Local => Ok(Cutoffs::local()),
            Self::Replica { stale_after, expired_after } => Cutoffs::replica(
                Duration::from_secs_f64(*stale_after),
                Duration::from_secs_f64(*expired_after),
            ),
        }
    }
}

/// Seconds with at most three decimals, far below 2^53: the float holds them to the millisecond.
pub(crate) fn time(seconds: f64) -> UnixTime {
    UnixTime::since_epoch(Duration::from_secs_f64(seconds) + HALF)
}

#[derive(Deserialize)]
pub(crate) struct Step {
    apply: Option<Box<RawValue>>,
    pub(crate) check: Option<String>,
    #[serde(flatten)]
    pub(crate) asking: Asking,
    prune: Option<f64>,
    loaded: Option<f64>,
    reload: Option<String>,
    lift: Option<String>,
    #[serde(default)]
    merge: Vec<Box<RawValue>>,
    #[serde(flatten)]
    pub(crate) expected: Expected,
}

/// What should come of a call. Members that are left out are not compared.
#[derive(Deserialize)]
pub(crate) struct Expected {
    now: Option<f64>,
    result: Option<String>,
    code: Option<Codes>,
    stage: Option<String>,
    remedy: Option<String>,
    status: Option<u16>,
    require: Option<Require>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Codes {
    One(String),
    Any(Vec<String>),
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Require {
    scopes: Option<Vec<String>>,
    any_scope: Option<Vec<String>>,
    permissions: Option<Vec<String>>,
    any_permission: Option<Vec<String>>,
    subject: Option<String>,
    confirmation: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keys {
    jwks: Option<Box<RawValue>>,
    #[serde(default)]
    secrets: Vec<Secret>,
    #[serde(default)]
    pems: Vec<Pem>,
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    kid: Option<String>,
    alg: Option<String>,
    base64url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pem {
    kid: Option<String>,
    alg: Option<String>,
    pem: String,
}

/// The JSON files under these paths; a folder named `data` holds no vectors.
pub(crate) fn files(paths: impl Iterator<Item = String>) -> Result<Vec<PathBuf>, walkdir::Error> {
    let data = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name() == "data";
    let mut files = Vec::new();
    for path in paths {
        let all = walkdir::WalkDir::new(path).sort_by_file_name().into_iter();
        for entry in all.filter_entry(|entry| !data(entry)) {
            let file = entry?.into_path();
            if file.extension().is_some_and(|ending| ending == "json") {
                files.push(file);
            }
        }
    }
    Ok(files)
}

impl File {
    pub(crate) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
    }
}

impl Keys {
    pub(crate) fn read(
        &self,
        backend: &dyn Backend,
        short_secrets: bool,
    ) -> Result<KeySet, Box<dyn Error>> {
        let mut set = KeySet::builder_with(backend);
        if short_secrets {
            set = set.allow_short_secrets();
        }
        for text in self.jwks.iter().map(|jwks| jwks.get()).chain(self.text.as_deref()) {
            set = set.jwks(text)?;
        }
        for Secret { kid, alg, base64url } in &self.secrets {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(base64url)?;
            // Which length a secret needs is known once its algorithm is.
            let key = if short_secrets {
                Key::from_short_secret(&bytes)
            } else {
                Key::from_secret(&bytes)
            };
            set = set.key(named(key?, kid.as_deref(), alg.as_deref())?)?;
        }
        for Pem { kid, alg, pem } in &self.pems {
            set = set.key(named(Key::from_pem(pem)?, kid.as_deref(), alg.as_deref())?)?;
        }
        Ok(set.build()?)
    }
}

fn named(key: Key, kid: Option<&str>, alg: Option<&str>) -> Result<Key, Box<dyn Error>> {
    let key = if let Some(kid) = kid { key.with_id(kid)? } else { key };
    Ok(if let Some(alg) = alg { key.with_algorithm(alg.parse()?)? } else { key })
}

impl Step {
    /// What the step does to the rules; a check does nothing.
    pub(crate) fn change(
        &self,
        set: &Set,
        cutoffs: &mut Cutoffs,
        validator: &Validator,
        clock: &mut UnixTime,
    ) -> Result<(), Box<dyn Error>> {
        // A step that tells no time happens at that of the step before.
        let told = self.expected.now.or(self.prune).or(self.loaded);
        *clock = told.map_or(*clock, time);
        if let Some(rule) = &self.apply {
            cutoffs.apply(Rule::from_json(rule.get())?, self.expected.time())?;
        }
        if let Some(now) = self.prune {
            cutoffs.prune(time(now), validator.retention())?;
        }
        if let Some(id) = &self.lift {
            cutoffs.lift(id);
        }
        if !self.merge.is_empty() {
            let mut other = Cutoffs::local();
            for rule in &self.merge {
                other.apply(Rule::from_json(rule.get())?, self.expected.time())?;
            }
            cutoffs.merge(&other)?;
        }
        if let Some(form) = &self.reload {
            let mut copy = set.cutoffs()?;
            match form.as_str() {
                "json" => copy.load_json_lines(&cutoffs.to_json_lines())?,
                "snapshot" => copy.load_snapshot(&cutoffs.to_snapshot(*clock), *clock)?,
                _ => return Err("reload is json or snapshot".into()),
            };
            *cutoffs = copy;
        }
        if let Some(at) = self.loaded {
            cutoffs.loaded(time(at), time(at));
        }
        Ok(())
    }
}

/// An answer as all languages print it.
pub(crate) fn told(answer: &Answer) -> String {
    let no = match answer {
        Err(_) => return "config_error".into(),
        Ok(Ok(())) => return "accept".into(),
        Ok(Err(no)) => no,
    };
    let header = |(name, value): (_, String)| format!("{}:{}", quoted(name), quoted(&value));
    let headers = no.headers().map(header).collect::<Vec<_>>().join(",");
    let (code, stage, remedy, status) = (no.code(), no.stage(), no.remedy(), no.http_status());
    format!("reject\t{code}\t{stage}\t{remedy}\t{status}\t{{{headers}}}\t{no}")
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Expected {
    pub(crate) fn time(&self) -> UnixTime {
        time(self.now.unwrap_or_default())
    }

    /// What is asked after acceptance.
    pub(crate) fn requirement(&self) -> Requirement {
        self.require.clone().unwrap_or_default().into()
    }

    /// `Err`: what was expected, and what came.
    pub(crate) fn compare(&self, answer: &Answer) -> Result<(), String> {
        let (result, rejection) = match answer {
            Err(_) => ("config_error", None),
            Ok(Err(rejection)) => ("reject", Some(rejection)),
            Ok(Ok(())) => ("accept", None),
        };
        let wanted = self.result.as_deref().unwrap_or("accept");
        let code = |rejection: &Rejection| match &self.code {
            None => true,
            Some(Codes::One(code)) => rejection.code() == code.as_str(),
            Some(Codes::Any(codes)) => codes.iter().any(|code| rejection.code() == code.as_str()),
        };
        let right = match wanted {
            "refuse" => result != "accept",
            _ => result == wanted,
        } && rejection.is_none_or(|no| {
            code(no)
                && self.stage.as_deref().is_none_or(|stage| no.stage().as_str() == stage)
                && self.remedy.as_deref().is_none_or(|remedy| no.remedy().as_str() == remedy)
                && self.status.is_none_or(|status| no.http_status() == status)
        });
        let codes = match &self.code {
            None => String::new(),
            Some(Codes::One(code)) => code.clone(),
            Some(Codes::Any(codes)) => codes.join(" or "),
        };
        let (stage, remedy) = (self.stage.as_deref(), self.remedy.as_deref());
        let (stage, remedy) = (stage.unwrap_or("any stage"), remedy.unwrap_or("any remedy"));
        let got = match answer {
            Err(mistake) => mistake.to_string(),
            Ok(Err(no)) => format!("{} {} {} {no}", no.code(), no.stage(), no.remedy()),
            Ok(Ok(())) => String::new(),
        };
        if right {
            Ok(())
        } else {
            Err(format!("expected {wanted} {codes} {stage} {remedy}, got {result} {got}"))
        }
    }
}

impl From<Require> for Requirement {
    fn from(asked: Require) -> Self {
        let mut requirement = Self::new();
        if let Some(scopes) = asked.scopes {
            requirement = requirement.scopes(scopes);
        }
        if let Some(scopes) = asked.any_scope {
            requirement = requirement.any_scope(scopes);
        }
        if let Some(permissions) = asked.permissions {
            requirement = requirement.permissions(permissions);
        }
        if let Some(permissions) = asked.any_permission {
            requirement = requirement.any_permission(permissions);
        }
        if let Some(subject) = asked.subject {
            requirement = requirement.subject(&subject);
        }
        if let Some(thumbprint) = asked.confirmation {
            requirement = requirement.confirmation(&thumbprint);
        }
        requirement
    }
}
