//! The rules, shared by all threads.

use lowwater::{BadLines, Progress};
use lowwater_edge::SharedCutoffs;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};

use crate::convert::{Given, bytes, count, switch, text};
use crate::error::{argument, mistake};
use crate::rule::{self, Rule};
use crate::rules::freshness;
use crate::status::WithStatus;
use crate::time::{instant, now, span};
use crate::unpicklable;
use crate::validator::Validator;

/// Who was logged out, revoked or suspended, and since when. Threads may share it.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Cutoffs(pub(crate) SharedCutoffs);

fn shared(cutoffs: lowwater::Cutoffs, capacity: &Given<'_>) -> PyResult<Cutoffs> {
    let capacity = capacity.map(|value| count(value, "capacity"))?;
    Ok(Cutoffs(SharedCutoffs::new(match capacity {
        Some(capacity) => cutoffs.with_capacity(capacity),
        None => cutoffs,
    })))
}

fn list(rules: Vec<lowwater::Rule>) -> Vec<Rule> {
    rules.into_iter().map(Rule).collect()
}

impl Cutoffs {
    /// Writers take turns, and while one waits for its turn the others go on.
    fn applied(
        &self,
        py: Python<'_>,
        rule: lowwater::Rule,
        now: &Given<'_>,
    ) -> PyResult<&'static str> {
        let now = self::now(now)?;
        let change = py.detach(|| self.0.apply(rule, now));
        change.map(lowwater::Change::as_str).map_err(mistake)
    }
}

#[pymethods]
impl Cutoffs {
    #[new]
    #[pyo3(signature = (*, capacity=Given::absent()), text_signature = "(*, capacity=...)")]
    fn new(capacity: Given<'_>) -> PyResult<Self> {
        shared(lowwater::Cutoffs::local(), &capacity)
    }

    /// Rules that another process makes: how old they may be until they count as stale, and as expired.
    #[staticmethod]
    #[pyo3(
        signature = (*, stale_after, expired_after, capacity=Given::absent()),
        text_signature = "(*, stale_after, expired_after, capacity=...)"
    )]
    fn replica(
        stale_after: &Bound<'_, PyAny>,
        expired_after: &Bound<'_, PyAny>,
        capacity: Given<'_>,
    ) -> PyResult<Self> {
        let (stale, expired) =
            (span(stale_after, "stale_after")?, span(expired_after, "expired_after")?);
        shared(lowwater::Cutoffs::replica(stale, expired).map_err(mistake)?, &capacity)
    }

    /// Refuse tokens issued (iat) before this time, from now on, on every thread.
    #[pyo3(signature = (at, *, now=Given::absent(), **target))]
    fn issued_before(
        &self,
        at: &Bound<'_, PyAny>,
        now: Given<'_>,
        target: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<&'static str> {
        self.applied(at.py(), Rule::issued_before(at, target)?.0, &now)
    }

    /// Refuse tokens whose user logged in (auth_time) before this time.
    #[pyo3(signature = (at, *, now=Given::absent(), **target))]
    fn authenticated_before(
        &self,
        at: &Bound<'_, PyAny>,
        now: Given<'_>,
        target: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<&'static str> {
        self.applied(at.py(), Rule::authenticated_before(at, target)?.0, &now)
    }

    /// Refuse one id until the last instant at which a token of it could be valid, or "never".
    #[pyo3(signature = (until, *, now=Given::absent(), **target))]
    fn revoked(
        &self,
        until: &Bound<'_, PyAny>,
        now: Given<'_>,
        target: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<&'static str> {
        self.applied(until.py(), Rule::revoked(until, target)?.0, &now)
    }

    /// Suspend an account, or end its suspension; the highest version counts.
    #[pyo3(signature = (*, on, version, now=Given::absent(), **target))]
    fn suspended(
        &self,
        on: &Bound<'_, PyAny>,
        version: &Bound<'_, PyAny>,
        now: Given<'_>,
        target: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<&'static str> {
        self.applied(on.py(), Rule::suspended(on, version, target)?.0, &now)
    }

    /// Applies a rule: a Rule, a dict, or JSON.
    #[pyo3(signature = (rule, *, now=Given::absent()), text_signature = "($self, rule, *, now=...)")]
    fn apply(&self, rule: &Bound<'_, PyAny>, now: Given<'_>) -> PyResult<&'static str> {
        self.applied(rule.py(), rule::given(rule)?, &now)
    }

    /// Undoes every rule of an id; tells how many went.
    fn lift(&self, py: Python<'_>, id: &Bound<'_, PyAny>) -> PyResult<usize> {
        let id = text(id, "id")?;
        Ok(py.detach(|| self.0.lift(id)))
    }

    /// Takes in what another set knows.
    fn merge(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<&'static str> {
        let other = other.cast::<Self>().map_err(|_| argument("other", "must be Cutoffs"))?;
        let other = other.get().0.hold();
        let change = py.detach(|| self.0.update(|rules| rules.merge(&other)));
        change.map(lowwater::Change::as_str).map_err(mistake)
    }

    /// Drops the rules that can refuse no token any more that these validators accept.
    #[pyo3(
        signature = (validators, *, now=Given::absent(), force=Given::absent()),
        text_signature = "($self, validators, *, now=..., force=False)"
    )]
    fn prune(
        &self,
        py: Python<'_>,
        validators: &Bound<'_, PyAny>,
        now: Given<'_>,
        force: Given<'_>,
    ) -> PyResult<usize> {
        let listed =
            validators.is_instance_of::<PyList>() || validators.is_instance_of::<PyTuple>();
        let all = match listed {
            true => validators.try_iter()?.collect::<PyResult<Vec<_>>>()?,
            false => vec![validators.clone()],
        };
        let expected =
            || argument("validators", "must be a Validator, or a list of all that share the rules");
        let retention = all.iter().map(|one| {
            one.cast::<Validator>().map(|one| one.get().retention()).map_err(|_| expected())
        });
        let retention = retention.collect::<PyResult<Vec<_>>>()?;
        let retention =
            retention.into_iter().reduce(lowwater::Retention::join).ok_or_else(expected)?;
        let (now, force) = (self::now(&now)?, switch(&force, "force")?);
        py.detach(|| match force {
            true => self.0.update(|rules| Ok(rules.prune_forced(now, retention))),
            false => self.0.prune(now, retention),
        })
        .map_err(mistake)
    }

    /// Drops the rules under a broader one that refuses as much.
    #[pyo3(signature = (*, now=Given::absent()), text_signature = "($self, *, now=...)")]
    fn compact(&self, py: Python<'_>, now: Given<'_>) -> PyResult<usize> {
        let now = self::now(&now)?;
        py.detach(|| self.0.update(|rules| Ok(rules.compact(now))))
    }

    /// The rules that hold for a target, or for a part of its tokens.
    #[pyo3(signature = (**target))]
    fn find(&self, py: Python<'_>, target: Option<&Bound<'_, PyDict>>) -> PyResult<Vec<Rule>> {
        let target = rule::target(target)?;
        let rules = self.0.hold();
        Ok(list(py.detach(|| rules.find(&target))))
    }

    /// Every rule that is kept.
    fn list(&self, py: Python<'_>) -> Vec<Rule> {
        let rules = self.0.hold();
        list(py.detach(|| rules.list()))
    }

    /// How old the rules are.
    #[pyo3(signature = (*, now=Given::absent()), text_signature = "($self, *, now=...)")]
    fn freshness<'py>(&self, py: Python<'py>, now: Given<'py>) -> PyResult<Bound<'py, PyTuple>> {
        freshness(py, self.0.current().freshness(self::now(&now)?))
    }

    /// A replica: what it holds is what the authority held at `as_of`.
    #[pyo3(
        signature = (as_of, *, now=Given::absent()),
        text_signature = "($self, as_of, *, now=...)"
    )]
    fn loaded(&self, as_of: &Bound<'_, PyAny>, now: Given<'_>) -> PyResult<()> {
        let (py, now) = (as_of.py(), self::now(&now)?);
        let as_of = instant(as_of, "as_of")?;
        py.detach(|| {
            self.0.update(|rules| {
                rules.loaded(as_of, now);
                Ok(())
            })
        })
    }

    /// The state as JSON Lines.
    fn to_json_lines(&self, py: Python<'_>) -> String {
        let rules = self.0.hold();
        py.detach(|| rules.to_json_lines())
    }

    /// Reads back a state that was written as JSON Lines; tells how many rules it held.
    fn load_json_lines(&self, py: Python<'_>, lines: &Bound<'_, PyAny>) -> PyResult<usize> {
        let lines = text(lines, "lines")?;
        py.detach(|| self.0.update(|rules| rules.load_json_lines(lines))).map_err(mistake)
    }

    /// Applies rules, one a line.
    #[pyo3(
        signature = (lines, *, now=Given::absent(), skip_bad=Given::absent()),
        text_signature = "($self, lines, *, now=..., skip_bad=False)"
    )]
    fn apply_json_lines<'py>(
        &self,
        lines: &Bound<'py, PyAny>,
        now: Given<'py>,
        skip_bad: Given<'py>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (py, lines, now) = (lines.py(), text(lines, "lines")?, self::now(&now)?);
        let bad = if switch(&skip_bad, "skip_bad")? { BadLines::Skip } else { BadLines::Refuse };
        let came = py.detach(|| self.0.update(|rules| rules.apply_json_lines(lines, now, bad)));
        let came = came.map_err(mistake)?;
        let dict = PyDict::new(py);
        dict.set_item("applied", came.applied)?;
        dict.set_item("clamped", came.clamped)?;
        dict.set_item("already_held", came.already_held)?;
        let skipped = came.skipped.iter().map(|(line, mistake)| (*line, mistake.to_string()));
        dict.set_item("skipped", skipped.collect::<Vec<_>>())?;
        Ok(dict)
    }

    /// The state as bytes.
    #[pyo3(signature = (*, now=Given::absent()), text_signature = "($self, *, now=...)")]
    fn to_snapshot<'py>(&self, py: Python<'py>, now: Given<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let (rules, now) = (self.0.hold(), self::now(&now)?);
        Ok(PyBytes::new(py, &py.detach(|| rules.to_snapshot(now))))
    }

    /// Takes in a snapshot; tells how many rules it held.
    #[pyo3(
        signature = (snapshot, *, now=Given::absent()),
        text_signature = "($self, snapshot, *, now=...)"
    )]
    fn load_snapshot(&self, snapshot: &Bound<'_, PyAny>, now: Given<'_>) -> PyResult<usize> {
        let (bytes, now) = (bytes(snapshot, "snapshot")?, self::now(&now)?);
        snapshot.py().detach(|| self.0.load_snapshot(&bytes, now)).map_err(mistake)
    }

    /// What changed after a sequence number, for apply_delta of a replica.
    #[pyo3(
        signature = (sequence, *, now=Given::absent()),
        text_signature = "($self, sequence, *, now=...)"
    )]
    fn delta_since<'py>(
        &self,
        sequence: &Bound<'py, PyAny>,
        now: Given<'py>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (py, rules, now) = (sequence.py(), self.0.hold(), self::now(&now)?);
        let boolean = sequence.is_instance_of::<pyo3::types::PyBool>();
        let number = sequence.extract::<u64>().ok().filter(|_| !boolean);
        let number = number.ok_or_else(|| argument("sequence", "must be an int of 0 or more"))?;
        let delta = py.detach(|| rules.delta_since(number, now)).map_err(mistake)?;
        Ok(PyBytes::new(py, &delta))
    }

    /// Takes in a delta; tells how far the replica has come.
    #[pyo3(
        signature = (delta, *, now=Given::absent()),
        text_signature = "($self, delta, *, now=...)"
    )]
    fn apply_delta<'py>(
        &self,
        delta: &Bound<'py, PyAny>,
        now: Given<'py>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (py, bytes, now) = (delta.py(), bytes(delta, "delta")?, self::now(&now)?);
        let progress = py.detach(|| self.0.apply_delta(&bytes, now)).map_err(mistake)?;
        let dict = PyDict::new(py);
        match progress {
            Progress::Complete { sequence } => {
                dict.set_item("complete", true)?;
                dict.set_item("sequence", sequence)?;
            }
            Progress::Gap { after, before } => {
                dict.set_item("complete", false)?;
                dict.set_item("sequence", after)?;
                dict.set_item("before", before)?;
            }
        }
        Ok(dict)
    }

    /// Decisions alone, for an Index.
    #[pyo3(signature = (*, now=Given::absent()), text_signature = "($self, *, now=...)")]
    fn to_index<'py>(&self, py: Python<'py>, now: Given<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let (rules, now) = (self.0.hold(), self::now(&now)?);
        let secret = py.import("os")?.call_method1(intern!(py, "urandom"), (16,))?.extract()?;
        Ok(PyBytes::new(py, &py.detach(|| rules.to_index(secret, now))))
    }

    /// The same rules, with status lists beside them.
    fn with_status(slf: &Bound<'_, Self>, lists: &Bound<'_, PyAny>) -> PyResult<WithStatus> {
        WithStatus::new(slf.clone().into_any(), lists)
    }

    /// Counts the changes of an authority; a replica: how far it has come.
    #[getter]
    fn sequence(&self) -> u64 {
        self.0.current().sequence()
    }

    fn __len__(&self) -> usize {
        self.0.current().len()
    }

    /// Rules are there, also where there are none yet: `cutoffs or NO_CUTOFFS` is cutoffs.
    fn __bool__(&self) -> bool {
        true
    }

    fn __repr__(&self) -> String {
        format!("<lowwater.Cutoffs of {}>", self.0.current().len())
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A set of Cutoffs", "hand a snapshot over (to_snapshot)")
    }
}
