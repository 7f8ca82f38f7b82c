//! Status lists, and rules with them beside.

use std::slice;
use std::sync::{Arc, PoisonError, RwLock};

use lowwater::{KeySet, RuleSet, WithStatus};
use lowwater_intake::StatusLists;

use crate::mistake::{Result, in_json};
use crate::time::at;
use crate::{json, message};

/// The status lists of one issuer, for all that ask them.
#[derive(Clone, Debug)]
pub struct Lists(Arc<RwLock<Arc<StatusLists>>>);

impl Lists {
    /// Reads a configuration in JSON.
    ///
    /// # Errors
    /// A mistake in it.
    pub fn from_json(config: &str) -> Result<Self> {
        let lists = StatusLists::from_json(config).map_err(in_json(false))?;
        Ok(Self(Arc::new(RwLock::new(Arc::new(lists)))))
    }

    /// As they are now.
    pub(crate) fn held(&self) -> Arc<StatusLists> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whose tokens they are asked about.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.held().issuer().to_owned()
    }

    /// Whose keys sign them.
    #[must_use]
    pub fn list_issuer(&self) -> String {
        self.held().list_issuer().to_owned()
    }

    /// Takes in a list; the JSON of why it is not taken.
    #[must_use]
    pub fn hydrate(
        &self,
        uri: &str,
        token: &str,
        keys: &KeySet,
        fetched_at: i64,
    ) -> Option<String> {
        let mut own = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let came = Arc::make_mut(&mut own).hydrate(uri, token, keys, at(fetched_at));
        came.err().map(|fault| message::refused(fault.code(), fault.to_string(), None))
    }

    /// The lists whose last fetch went wrong, and how, as JSON: pairs.
    #[must_use]
    pub fn faults(&self) -> String {
        faults(slice::from_ref(&self.held()))
    }
}

/// Of lists whose last fetch went wrong: pairs, as JSON.
pub(crate) fn faults(lists: &[StatusLists]) -> String {
    let all = lists.iter().flat_map(StatusLists::faults);
    json(&all.map(|(uri, fault)| (uri, fault.to_string())).collect::<Vec<_>>())
}

/// Asks rules with lists beside them, as they are now.
pub(crate) fn ask<T>(
    rules: &(dyn RuleSet + Sync),
    lists: &[Lists],
    ask: impl FnOnce(&(dyn RuleSet + Sync)) -> T,
) -> T {
    let held: Vec<_> = lists.iter().map(Lists::held).collect();
    let all: Vec<&StatusLists> = held.iter().map(Arc::as_ref).collect();
    ask(&WithStatus::new(rules, &*all))
}
