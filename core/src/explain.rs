//! Every check of one token, with what was compared: for people who look for the reason of a 401.

mod json;

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use crate::cutoff::MatchedRule;
use crate::key::KeyFit;
use crate::observer::{Observer, shown};
use crate::reason::{Code, Stage};
use crate::rejection::Rejection;

/// What came of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a check passes, fails, or cannot run")]
pub enum Outcome {
    /// The token passes this check.
    Pass,
    /// The token fails it.
    Fail,
    /// It could not run, because one before it failed.
    Skipped,
}

impl Outcome {
    /// `pass`, `fail` or `skipped`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// The stage that it belongs to.
    pub stage: Stage,
    /// Its name, in words.
    pub name: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// What was wrong, if it failed.
    pub code: Option<Code>,
    /// The sentence of the rejection, if it failed; holds no text of the token.
    pub message: Option<String>,
    /// What was compared. This is for the operator: it holds text of the token and of the policy.
    pub compared: String,
}

/// Everything that can be said about one token: every check that can still run, also behind one that
/// fails.
///
/// ```
/// # use lowwater::{Algorithm, Key, KeySet, NoCutoffs, Outcome, Stage, UnixTime, Validator};
/// # let keys = KeySet::from_keys([Key::from_secret(&[7; 32])?])?;
/// let validator = Validator::builder().issuer("i").audience("a").algorithms([Algorithm::Hs256]).keys(keys).build()?;
/// let token = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJpIn0.AAAA"; // {"iss":"i"}, signed by nobody
/// let explanation = validator.explain(token, &NoCutoffs, UnixTime::from_secs(1_700_000_000));
/// assert_eq!(explanation.rejection().unwrap().code(), "signature_invalid");
/// let issuer = explanation.checks().iter().find(|check| check.name == "issuer").unwrap();
/// assert_eq!((issuer.stage, issuer.outcome), (Stage::Policy, Outcome::Pass));
/// println!("{explanation}"); // one line a check
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
///
/// The first that fails is what a validation rejects for. Claims, policy and rules are looked at even
/// where the signature failed, so what stands in [`Check::compared`] may be a forger's words.
#[derive(Clone, Debug)]
#[must_use]
pub struct Explanation {
    checks: Vec<Check>,
    keys: Vec<KeyFit>,
    rules: Vec<MatchedRule>,
    rejection: Option<Rejection>,
}

impl Explanation {
    /// Every check, in the order of the validation.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Every key of the set in its order: which one made the signature, and why others were not tried.
    #[must_use]
    pub fn keys(&self) -> &[KeyFit] {
        &self.keys
    }

    /// Every rule that matches the token, also those that let it pass.
    #[must_use]
    pub fn rules(&self) -> &[MatchedRule] {
        &self.rules
    }

    /// What a validation rejects for; `None`: it accepts.
    #[must_use]
    pub const fn rejection(&self) -> Option<&Rejection> {
        self.rejection.as_ref()
    }
}

/// One line a check.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for check in &self.checks {
            let Check { stage, name, outcome, compared, .. } = check;
            write!(f, "{outcome:<8}{:<11}{name}", stage.as_str())?;
            let said = check.message.as_deref().into_iter().chain([compared.as_str()]);
            for (said, separator) in said.filter(|said| !said.is_empty()).zip([": ", " ("]) {
                write!(f, "{separator}{said}")?;
                f.write_str(if separator == " (" { ")" } else { "" })?;
            }
            writeln!(f)?;
        }
        for rule in &self.rules {
            let verdict = rule.code.map_or("passes", Code::as_str);
            let MatchedRule { rule, target, compared, rules, .. } = rule;
            write!(f, "        rule       {rule} {target}: {compared}: {verdict}")?;
            for said in rules.iter().flat_map(|own| [own.id(), own.reason()]).flatten() {
                write!(f, "; {said:?}")?;
            }
            writeln!(f)?;
        }
        match &self.rejection {
            None => f.write_str("accepted"),
            Some(no) => write!(f, "rejected: {} ({}), {}", no.code(), no.http_status(), no),
        }
    }
}

/// Hears every check and goes on.
#[derive(Default)]
pub(crate) struct Everything {
    checks: Vec<Check>,
    pub(crate) keys: Vec<KeyFit>,
    pub(crate) rules: Vec<MatchedRule>,
    first: Option<Rejection>,
}

impl Everything {
    /// A check that cannot run.
    pub(crate) fn skip(&mut self, stage: Stage, name: &'static str) {
        let outcome = Outcome::Skipped;
        let compared = String::new();
        self.checks.push(Check { stage, name, outcome, code: None, message: None, compared });
    }

    /// The explanation; `answered` is what the answer of a whole validation has beside the reason.
    pub(crate) fn finish(self, answered: impl FnOnce(Rejection) -> Rejection) -> Explanation {
        let Self { checks, keys, rules, first } = self;
        Explanation { checks, keys, rules, rejection: first.map(answered) }
    }
}

impl Observer for Everything {
    fn check(
        &mut self,
        stage: Stage,
        name: &'static str,
        outcome: Result<(), Rejection>,
        compared: impl FnOnce() -> String,
    ) -> Result<(), Rejection> {
        let (result, code, message) = match &outcome {
            Ok(()) => (Outcome::Pass, None, None),
            Err(no) => (Outcome::Fail, Some(no.code()), Some(no.to_string())),
        };
        let compared = compared();
        self.checks.push(Check { stage, name, outcome: result, code, message, compared });
        if let (None, Err(rejection)) = (&self.first, outcome) {
            self.first = Some(rejection);
        }
        Ok(())
    }
}

/// The header's values for an explanation.
pub(crate) fn describe_header(algorithm: &str, key_id: Option<&str>) -> String {
    format!("alg {algorithm:?}, {}", shown("kid", key_id))
}
