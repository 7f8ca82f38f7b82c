//! Keys that come from their issuers: what to fetch, and what was fetched. The fetching is JavaScript's.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use lowwater::{Backend, KeySet};
use lowwater_edge::{Asked, IssuerValidator, SharedMemo};
use lowwater_intake::{Fetch, KeySource, MessageFault, StatusLists};
use serde::Serialize;

use crate::json;
use crate::mistake::{Result, in_json};
use crate::response::Response;
use crate::rules::Rules;
use crate::status::{self, Lists};
use crate::time::at;
use crate::validator::{Answer, Validator, answer};

/// A validator over the keys of its issuers, which says what to fetch. `clock` is the time that the issuers go by, in
/// milliseconds.
pub struct Issuers {
    issuers: IssuerValidator,
    /// What JavaScript was handed last.
    handed: Mutex<Option<lowwater::Validator>>,
}

/// An answer, and whether newer keys are worth waiting for.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an answer, and whether it is the last")]
pub struct Awaiting<T> {
    /// The answer, if nobody waits.
    pub answer: T,
    /// Newer keys, or a status list, are on their way, or due.
    pub awaited: bool,
}

impl<T> Awaiting<T> {
    pub(crate) fn map<U>(self, told: impl FnOnce(T) -> U) -> Awaiting<U> {
        Awaiting { answer: told(self.answer), awaited: self.awaited }
    }
}

impl Issuers {
    /// Reads a policy without issuers, and the sources, each in JSON. What the lists hold is taken over.
    ///
    /// # Errors
    /// A mistake in one of these.
    pub fn from_json(
        policy: &str,
        sources: &[String],
        lists: &[Lists],
        memo_bytes: Option<i64>,
        backend: impl Backend + Send + Sync + 'static,
    ) -> Result<Self> {
        let mistake = in_json(false);
        let sources = sources.iter().map(|source| KeySource::from_json(source));
        let sources = sources.collect::<std::result::Result<Vec<_>, _>>().map_err(&mistake)?;
        let lists = lists.iter().map(|own| StatusLists::clone(&own.held())).collect();
        let issuers =
            IssuerValidator::from_json(policy, sources, lists, backend).map_err(&mistake)?;
        let memo = memo_bytes.map_or(SharedMemo::DEFAULT_BYTES, crate::size);
        Ok(Self { issuers: issuers.memo_bytes(memo), handed: Mutex::default() })
    }

    /// Decides about a token.
    #[must_use]
    pub fn ask(
        &self,
        token: &str,
        rules: &Rules,
        now: i64,
        fresh_within: Option<i64>,
        clock: i64,
    ) -> Awaiting<Answer> {
        let asked =
            rules.ask(fresh_within, |rules| self.issuers.ask(token, rules, at(now), at(clock)));
        let Asked { answer: decided, awaited } = asked;
        Awaiting { answer: answer(token, decided), awaited }
    }

    /// The validator with the keys of this moment, if it is another than the last that was handed out.
    pub fn renewed(&self, clock: i64) -> Option<Validator> {
        let validator = self.issuers.current(at(clock));
        let mut handed = self.handed.lock().unwrap_or_else(PoisonError::into_inner);
        if handed.as_ref().is_some_and(|own| own.ptr_eq(&validator)) {
            return None;
        }
        *handed = Some(validator.clone());
        Some(Validator::plain(validator))
    }

    /// What to fetch now, if anything.
    #[must_use]
    pub fn poll(&self, clock: i64) -> Option<Fetch> {
        self.issuers.poll(at(clock))
    }

    /// What an issuer answered; tells what to fetch next of that issuer's.
    #[must_use]
    pub fn answered(&self, fetch: &Fetch, response: &Response<'_>, clock: i64) -> Option<Fetch> {
        response.read(|answer| self.issuers.answered(fetch, answer, at(clock)))
    }

    /// There was no answer.
    pub fn failed(&self, fetch: &Fetch, clock: i64) {
        self.issuers.failed(fetch, at(clock));
    }

    /// Is anything being fetched?
    #[must_use]
    pub fn is_fetching(&self) -> bool {
        self.issuers.with_sources(lowwater_intake::Issuers::is_fetching)
    }

    /// Keys that were kept.
    ///
    /// # Errors
    /// An issuer without a source; a text that is no JWK Set, or one without a usable key.
    pub fn hydrate(&self, issuer: &str, jwks: &str, fresh_until: i64, clock: i64) -> Result<()> {
        let hydrated = self.issuers.hydrate(issuer, jwks, at(fresh_until), at(clock));
        hydrated.map_err(in_json(false))
    }

    /// Of each issuer, as JSON: what went wrong with the last fetch, and why it has no keys, if it has none.
    #[must_use]
    pub fn faults(&self, clock: i64) -> String {
        #[derive(Serialize)]
        struct Fault<'s> {
            issuer: &'s str,
            fault: Option<String>,
            missing: Option<String>,
        }
        self.issuers.with_sources(|issuers| {
            let fault = |source: &'_ KeySource| {
                let missing = source.keys(at(clock)).err().map(|none| none.to_string());
                let fault = source.fault().map(ToString::to_string);
                json(&Fault { issuer: source.issuer(), fault, missing })
            };
            format!("[{}]", issuers.sources().map(fault).collect::<Vec<_>>().join(","))
        })
    }

    /// The status lists whose last fetch went wrong, and how, as JSON: pairs.
    #[must_use]
    pub fn list_faults(&self) -> String {
        self.issuers.with_sources(|issuers| status::faults(issuers.status_lists()))
    }

    /// Are keys of this issuer fetched?
    #[must_use]
    pub fn has_source(&self, issuer: &str) -> bool {
        self.issuers.has_source_of(issuer)
    }

    pub(crate) const fn validator(&self) -> &IssuerValidator {
        &self.issuers
    }

    /// Reads a message of an issuer's by its keys of this moment.
    pub(crate) fn read<T>(
        &self,
        issuer: &str,
        clock: i64,
        read: impl Fn(&KeySet) -> std::result::Result<T, MessageFault>,
    ) -> Asked<std::result::Result<T, MessageFault>> {
        self.issuers.read(issuer, at(clock), read)
    }
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Issuers").field(&self.issuers).finish()
    }
}
