//! The one call.

use std::num::NonZero;

use lowwater::{
    Accepted, Backend, Freshness, KeySet, NoCutoffs, Note, Policy, Rejection, Retention, RuleSet,
    Signed,
};
use lowwater_edge::{SharedMemo, decide_many};

use crate::keys::{KeyFiles, size_of_keys};
use crate::mistake::{self, in_json};
use crate::rules::{Rules, freshness_json};
use crate::time::{at, span};
use crate::{OrRejection, held, json};

/// What JavaScript holds of a validator.
#[derive(Debug)]
pub struct Validator {
    pub(crate) validator: lowwater::Validator,
    /// The policy's switch, for keys that come later.
    short_secrets: bool,
    memo: SharedMemo,
    /// Whose responses it decided by, where not by tokens.
    #[cfg(feature = "issuers")]
    opaque: Option<Box<str>>,
}

/// What came of a validation.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "it is one of these")]
pub enum Answer {
    /// The token is accepted, and that is its number (see `held`).
    Accepted(f64),
    /// JSON: that of a rejection, or `number`, `notes` and `freshness` where there is something to say of
    /// these.
    Said(String),
}

/// A validator that waits for its keys: whether short secrets are allowed is the policy's to say.
#[derive(Debug)]
pub struct Draft(Policy);

impl Draft {
    /// Reads a policy in JSON; `text`: a person wrote it, and can be told the place of a mistake.
    ///
    /// # Errors
    /// A mistake in the policy.
    pub fn from_json(policy: &str, text: bool) -> mistake::Result<Self> {
        Policy::from_json(policy).map(Self).map_err(in_json(text))
    }

    /// For the keys that come as files.
    pub const fn files(&self, backend: &'static dyn Backend) -> KeyFiles {
        KeyFiles::new(backend, self.0.allows_short_secret())
    }

    /// The validator, with a memo of at most so many bytes; nothing: as many as most APIs need.
    #[must_use]
    pub fn with_keys(self, keys: KeySet, memo_bytes: Option<i64>) -> Validator {
        let short_secrets = self.0.allows_short_secret();
        let validator = lowwater::Validator::new(self.0, keys);
        let memo = memo_bytes.map(crate::size).map_or_else(SharedMemo::default, SharedMemo::new);
        Validator::of(validator, short_secrets, memo)
    }
}

/// So many tokens are worth threads.
const PART: usize = 4096;

impl Validator {
    fn of(validator: lowwater::Validator, short_secrets: bool, memo: SharedMemo) -> Self {
        Self {
            validator,
            short_secrets,
            memo,
            #[cfg(feature = "issuers")]
            opaque: None,
        }
    }

    /// For keys that come later as files.
    pub const fn files(&self, backend: &'static dyn Backend) -> KeyFiles {
        KeyFiles::new(backend, self.short_secrets)
    }

    /// The same policy with other keys.
    #[must_use]
    pub fn with_keys(&self, keys: KeySet) -> Self {
        Self::of(self.validator.with_keys(keys), self.short_secrets, self.memo.emptied())
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> KeySet {
        self.validator.keys().clone()
    }

    /// What it takes of memory, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of_keys(self.validator.keys())
    }

    /// One of the moment, without a memo of its own.
    #[cfg(feature = "issuers")]
    pub(crate) fn plain(validator: lowwater::Validator) -> Self {
        Self::of(validator, false, SharedMemo::new(0))
    }

    /// One of the policy alone, for what is decided by the responses of this issuer.
    #[cfg(feature = "issuers")]
    pub(crate) fn opaque(validator: lowwater::Validator, issuer: &str) -> Self {
        Self { opaque: Some(issuer.into()), ..Self::plain(validator) }
    }

    pub(crate) fn retention(&self) -> Retention {
        self.validator.retention()
    }

    /// Decides about a token.
    #[must_use]
    pub fn validate(
        &self,
        token: &str,
        rules: &Rules,
        now: i64,
        fresh_within: Option<i64>,
    ) -> Answer {
        answer(token, rules.ask(fresh_within, |rules| self.decide(token, rules, now)))
    }

    /// Decides about each of many tokens, on so many threads.
    #[must_use]
    pub fn validate_many(
        &self,
        tokens: &[String],
        rules: &Rules,
        now: i64,
        fresh_within: Option<i64>,
        threads: Option<i64>,
    ) -> Vec<Answer> {
        let threads = threads.and_then(|threads| NonZero::new(crate::size(threads)));
        let threads = threads.unwrap_or(NonZero::<usize>::MIN);
        let mut answers = Vec::with_capacity(tokens.len());
        rules.ask(fresh_within, |rules| {
            // In parts: of what is accepted the newest are held, so there is no need of all at once.
            for part in tokens.chunks(PART) {
                let decided = decide_many(part, threads, |token| self.decide(token, rules, now));
                let told = part.iter().zip(decided);
                answers.extend(told.map(|(token, decided)| answer(token, decided)));
            }
        });
        answers
    }

    pub(crate) fn decide(
        &self,
        token: &str,
        rules: &(dyn RuleSet + Sync),
        now: i64,
    ) -> Result<Accepted, Rejection> {
        self.validator.validate_with(&self.memo, token, rules, at(now))
    }

    /// Decides once more about what it accepted then, without rules: by a token, or by the response that stands for one.
    pub(crate) fn again(&self, text: &str, now: i64) -> Option<Accepted> {
        #[cfg(feature = "issuers")]
        if let Some(issuer) = &self.opaque {
            let response = lowwater::Introspected::read(text.as_bytes(), issuer).ok()?;
            return self.validator.introspected(&response, &NoCutoffs, at(now)).ok();
        }
        self.decide(text, &NoCutoffs, now).ok()
    }

    /// Every check that can still run, as JSON.
    #[must_use]
    pub fn explain(
        &self,
        token: &str,
        rules: &Rules,
        now: i64,
        fresh_within: Option<i64>,
    ) -> String {
        let explain = |rules: &(dyn RuleSet + Sync)| self.validator.explain(token, rules, at(now));
        rules.ask(fresh_within, explain).to_json()
    }

    /// Checks shape, header and signature, and stops there.
    ///
    /// # Errors
    /// The JSON of a rejection.
    pub fn verify(&self, token: &str) -> OrRejection<Signed> {
        self.validator.verify(token).map_err(|no| no.to_json())
    }

    /// The token of an `Authorization` header, if the request has one.
    ///
    /// # Errors
    /// The JSON of a rejection.
    pub fn bearer(&self, header: Option<&str>) -> OrRejection<String> {
        let found = match header {
            None => Err(self.validator.missing_token()),
            Some(header) => self.validator.bearer(header),
        };
        found.map(str::to_owned).map_err(|no| no.to_json())
    }

    /// The JSON of a rejection.
    #[must_use]
    pub fn rules_unavailable(&self, retry_after: i64) -> String {
        self.validator.rules_unavailable(span(retry_after)).to_json()
    }
}

pub(crate) fn answer(token: &str, decided: Result<Accepted, Rejection>) -> Answer {
    match decided {
        Err(no) => Answer::Said(no.to_json()),
        Ok(accepted) => {
            let notes: Vec<_> = accepted.notes().map(Note::as_str).collect();
            let freshness = accepted.freshness();
            let number = held::keep(token, accepted);
            if notes.is_empty() && freshness == Freshness::Fresh {
                return Answer::Accepted(crate::number(number));
            }
            let (notes, freshness) = (json(&notes), freshness_json(freshness));
            Answer::Said(format!(
                r#"{{"number":{number},"notes":{notes},"freshness":{freshness}}}"#
            ))
        }
    }
}
