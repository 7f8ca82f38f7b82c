//! Rules and targets from keyword arguments.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyString};

use crate::convert::{self, json, member, not, parsed, quoted, text, texts};
use crate::error::{argument, mistake, mistake_in_keywords};
use crate::sentinel::Any;
use crate::time::{instant, rfc3339};
use crate::unpicklable;

/// One rule: a target, and what it says of the tokens that match.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Rule(pub(crate) lowwater::Rule);

/// A target: every keyword but `claims`, whose members are custom claims, is a dimension.
pub(crate) fn target(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<lowwater::Target> {
    let members = keywords.map(dimensions).transpose()?.unwrap_or_default();
    lowwater::Target::from_json(&object(&members)).map_err(mistake_in_keywords)
}

/// Names and JSON.
type Members = Vec<(String, String)>;

fn object(members: &Members) -> String {
    let member = |(name, json): &(String, String)| format!("{}:{json}", quoted(name));
    format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
}

/// The dimensions of a target. An issuer that is `ANY` is left out: that is how a rule says it.
fn dimensions(keywords: &Bound<'_, PyDict>) -> PyResult<Members> {
    let mut all = Members::new();
    for (name, value) in convert::members(keywords, "keywords")? {
        if name == "claims" {
            let claims = value.cast::<PyDict>().map_err(|_| not(&value, "claims", "a dict"))?;
            let claims = convert::members(claims, "claims")?;
            if claims.is_empty() {
                // Beside an issuer it would widen the rule to all of his tokens.
                return Err(argument("claims", "must name a claim"));
            }
            for (claim, value) in claims {
                all.push((format!("claim:{claim}"), json(&value, "claims")?));
            }
        } else if matches!(&*name, "except_sessions" | "except_token_ids") {
            let ids: Vec<String> = texts(&value, &name)?.iter().map(|id| quoted(id)).collect();
            all.push((name, format!("[{}]", ids.join(","))));
        } else if !(name == "issuer" && value.is_instance_of::<Any>()) {
            let json = if name == "issuer" { json(&value, &name) } else { member(&value, &name) }?;
            all.push((name, json));
        }
    }
    Ok(all)
}

/// A rule of a kind, of what it says and of keywords.
fn rule(
    kind: &str,
    says: &[(&str, &Bound<'_, PyAny>)],
    keywords: Option<&Bound<'_, PyDict>>,
) -> PyResult<Rule> {
    let (mut rule, mut target, mut except) = (Members::new(), Members::new(), Members::new());
    rule.push(("rule".to_owned(), quoted(kind)));
    for (name, value) in says {
        rule.push(((*name).to_owned(), member(value, name)?));
    }
    for (name, value) in keywords.map(dimensions).transpose()?.unwrap_or_default() {
        match name.as_str() {
            "skew_guard" | "id" | "reason" => rule.push((name, value)),
            "except_sessions" => except.push(("session".to_owned(), value)),
            "except_token_ids" => except.push(("token_id".to_owned(), value)),
            _ => target.push((name, value)),
        }
    }
    rule.push(("target".to_owned(), object(&target)));
    if !except.is_empty() {
        rule.push(("except".to_owned(), object(&except)));
    }
    lowwater::Rule::from_json(&object(&rule)).map(Rule).map_err(mistake_in_keywords)
}

/// A rule as it came: a `Rule`, a dict, or JSON text.
pub(crate) fn given(value: &Bound<'_, PyAny>) -> PyResult<lowwater::Rule> {
    if let Ok(rule) = value.cast::<Rule>() {
        Ok(rule.get().0.clone())
    } else if value.is_instance_of::<PyString>() {
        lowwater::Rule::from_json(text(value, "rule")?).map_err(mistake)
    } else if let Ok(dict) = value.cast::<PyDict>() {
        let members = convert::members(dict, "rule")?;
        let members = members.iter().map(|(name, value)| Ok((name.clone(), member(value, name)?)));
        let members = members.collect::<PyResult<Members>>()?;
        lowwater::Rule::from_json(&object(&members)).map_err(mistake_in_keywords)
    } else {
        Err(argument("rule", "must be a Rule, a dict or JSON text"))
    }
}

#[pymethods]
impl Rule {
    /// Refuse tokens issued (iat) before this time.
    #[staticmethod]
    #[pyo3(signature = (at, **target))]
    pub(crate) fn issued_before(
        at: &Bound<'_, PyAny>,
        target: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        rule("issued_before", &[("at", at)], target)
    }

    /// Refuse tokens whose user logged in (auth_time) before this time.
    #[staticmethod]
    #[pyo3(signature = (at, **target))]
    pub(crate) fn authenticated_before(
        at: &Bound<'_, PyAny>,
        target: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        rule("authenticated_before", &[("at", at)], target)
    }

    /// Refuse one id until the last instant at which a token of it could be valid, or "never".
    #[staticmethod]
    #[pyo3(signature = (until, **target))]
    pub(crate) fn revoked(
        until: &Bound<'_, PyAny>,
        target: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        rule("revoked", &[("until", until)], target)
    }

    /// Suspend an account, or end its suspension; the highest version counts.
    #[staticmethod]
    #[pyo3(signature = (*, on, version, **target))]
    pub(crate) fn suspended(
        on: &Bound<'_, PyAny>,
        version: &Bound<'_, PyAny>,
        target: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        rule("suspended", &[("on", on), ("version", version)], target)
    }

    /// The rule of a JSON text.
    #[staticmethod]
    fn from_json(json: &Bound<'_, PyAny>) -> PyResult<Self> {
        lowwater::Rule::from_json(text(json, "json")?).map(Self).map_err(mistake)
    }

    /// The rule as JSON text.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The rule as a dict, from which the same rule is made: an exact time is text, for as a number without
    /// a fraction it would be a whole second.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let dict = parsed(py, &self.0.to_json())?.cast_into::<PyDict>()?;
        for name in ["at", "until", "raw_at"] {
            let value = dict.get_item(name)?;
            if let Some(exact) = value.filter(Bound::is_instance_of::<PyFloat>) {
                dict.set_item(name, rfc3339(py, instant(&exact, name)?)?)?;
            }
        }
        Ok(dict.into_any())
    }

    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind_word()
    }

    #[getter]
    fn id(&self) -> Option<&str> {
        self.0.id()
    }

    #[getter]
    fn reason(&self) -> Option<&str> {
        self.0.reason()
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().0 == self.0)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.to_json().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!("<lowwater.Rule {}>", self.0.kind_word())
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A Rule", "hand its JSON over (to_json)")
    }
}
