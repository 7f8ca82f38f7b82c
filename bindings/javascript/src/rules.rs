//! What a validation can be given as its rules.

use std::sync::Arc;

use lowwater::{Cutoffs, Freshness, RuleSet};
use lowwater_edge::SharedCutoffs;

use crate::index::Index;
use crate::mistake::{Mistake, Result};
use crate::time::{at, span};

/// A set of rules that JavaScript holds.
#[derive(Debug)]
pub struct Rules {
    base: Base,
    /// Status lists beside them.
    #[cfg(feature = "issuers")]
    lists: Vec<crate::status::Lists>,
}

#[derive(Clone, Debug)]
enum Base {
    /// Rules that change.
    Cutoffs(Arc<SharedCutoffs>),
    /// Rules in place.
    Index(Arc<Index>),
    /// None, said aloud.
    None,
}

impl From<Base> for Rules {
    fn from(base: Base) -> Self {
        Self {
            base,
            #[cfg(feature = "issuers")]
            lists: Vec::new(),
        }
    }
}

impl Rules {
    /// None, said aloud.
    #[must_use]
    pub fn none() -> Self {
        Base::None.into()
    }

    pub(crate) fn shared(cutoffs: Cutoffs, capacity: Option<i64>) -> Self {
        let capacity = capacity.and_then(|rules| usize::try_from(rules).ok());
        let cutoffs = SharedCutoffs::new(match capacity {
            Some(rules) => cutoffs.with_capacity(rules),
            None => cutoffs,
        });
        Base::Cutoffs(Arc::new(cutoffs)).into()
    }

    /// The same rules, with these lists beside them, and beside those that they had.
    #[cfg(feature = "issuers")]
    #[must_use]
    pub fn with_status(&self, mut lists: Vec<crate::status::Lists>) -> Self {
        lists.extend(self.lists.iter().cloned());
        Self { base: self.base.clone(), lists }
    }

    /// Asks the rules as they are now, of an age that is bounded.
    pub(crate) fn ask<T>(
        &self,
        fresh_within: Option<i64>,
        ask: impl FnOnce(&(dyn RuleSet + Sync)) -> T,
    ) -> T {
        #[cfg(feature = "issuers")]
        if !self.lists.is_empty() {
            let beside = |rules: &(dyn RuleSet + Sync)| crate::status::ask(rules, &self.lists, ask);
            return self.base.ask(fresh_within, beside);
        }
        self.base.ask(fresh_within, ask)
    }

    /// Rules that change.
    pub(crate) fn cutoffs(&self) -> Result<&SharedCutoffs> {
        match &self.base {
            Base::Cutoffs(cutoffs) => Ok(cutoffs),
            _ => Err(Mistake::argument("cutoffs", "must be Cutoffs")),
        }
    }

    fn opened(&self) -> Result<&Index> {
        match &self.base {
            Base::Index(index) => Ok(index),
            _ => Err(Mistake::argument("index", "must be an Index")),
        }
    }

    /// An index, of this process's own rules.
    ///
    /// # Errors
    /// Damaged bytes.
    pub fn index(bytes: &[u8]) -> Result<Self> {
        Ok(Base::Index(Arc::new(Index::open(bytes, lowwater::Index::local)?)).into())
    }

    /// An index of rules of elsewhere.
    ///
    /// # Errors
    /// Damaged bytes, bounds in the wrong order.
    pub fn index_replica(bytes: &[u8], stale_after: i64, expired_after: i64) -> Result<Self> {
        let replica =
            |bytes| lowwater::Index::replica(bytes, span(stale_after), span(expired_after));
        Ok(Base::Index(Arc::new(Index::open(bytes, replica)?)).into())
    }

    /// How old an index is, as JSON.
    ///
    /// # Errors
    /// It is none.
    pub fn index_freshness(&self, now: i64) -> Result<String> {
        Ok(freshness_json(self.opened()?.get().freshness(at(now))))
    }

    /// Proves every line of an index.
    ///
    /// # Errors
    /// One is damaged.
    pub fn index_check_all(&self) -> Result<()> {
        Ok(self.opened()?.get().check_all()?)
    }

    /// How many targets an index knows.
    ///
    /// # Errors
    /// It is none.
    pub fn index_targets(&self) -> Result<f64> {
        Ok(crate::number(self.opened()?.get().targets()))
    }

    /// What an index takes of memory; for rules that change see [`cutoffs_bytes`](Self::cutoffs_bytes).
    #[must_use]
    pub fn bytes(&self) -> usize {
        match &self.base {
            Base::Index(index) => index.size(),
            _ => size_of::<Self>(),
        }
    }
}

impl Base {
    fn ask<T>(&self, fresh_within: Option<i64>, ask: impl FnOnce(&(dyn RuleSet + Sync)) -> T) -> T {
        match (self, fresh_within.map(span)) {
            (Self::Cutoffs(cutoffs), None) => ask(&*cutoffs.current()),
            (Self::Cutoffs(cutoffs), Some(bound)) => ask(&cutoffs.current().fresh_within(bound)),
            (Self::Index(index), None) => ask(index.get()),
            (Self::Index(index), Some(bound)) => ask(&index.get().fresh_within(bound)),
            (Self::None, _) => ask(&lowwater::NoCutoffs),
        }
    }
}

/// `state`, and `age` in seconds where there is one.
pub(crate) fn freshness_json(freshness: Freshness) -> String {
    let age = freshness.age().map_or_else(
        || "null".to_owned(),
        |age| format!("{}.{:03}", age.as_secs(), age.subsec_millis()),
    );
    format!("{{\"state\":\"{}\",\"age\":{age}}}", freshness.as_str())
}
