//! Status lists beside the keys that prove them.

use lowwater::{ConfigError, KeySet, UnixTime, WantedList};

use super::Issuers;
use crate::answer::Answer;
use crate::config::mistake;
use crate::fetch::Fetch;
use crate::key_source::KeySource;
use crate::status::StatusLists;

impl Issuers {
    /// With the status lists of these issuers' tokens. Lists are fetched like keys ([`poll`](Self::poll)), once a token was
    /// refused for want of one ([`want`](Self::want)).
    ///
    /// # Errors
    /// Lists that are signed by an issuer without a source.
    pub fn with_status_lists(
        mut self,
        lists: impl IntoIterator<Item = StatusLists>,
    ) -> Result<Self, ConfigError> {
        self.lists.extend(lists);
        let signed = |own: &StatusLists| {
            self.sources.iter().any(|source| source.issuer() == own.list_issuer())
        };
        if self.lists.iter().all(signed) {
            Ok(self)
        } else {
            Err(mistake(
                "status lists",
                "give a source of keys for the issuer that signs the lists",
            ))
        }
    }

    /// The status lists, for a decision: [`RuleSet::with_status`](lowwater::RuleSet::with_status).
    #[must_use]
    pub fn status_lists(&self) -> &[StatusLists] {
        &self.lists
    }

    /// A token was refused because this list was missing: it is fetched, if it may be. Tells whether it is worth a wait: not
    /// where the last fetch failed, of the list or of the keys that sign it.
    pub fn want(&mut self, list: &WantedList, now: UnixTime) -> bool {
        let Some(own) = self.lists.iter_mut().find_map(|own| own.want(list, now).then_some(own))
        else {
            return false;
        };
        let source = self.sources.iter().find(|source| source.issuer() == own.list_issuer());
        let signer = source.is_some_and(|source| {
            source.keys(now).is_ok() || source.fault().is_none() && source.is_about_to_fetch(now)
        });
        signer && own.is_awaited(list, now)
    }

    /// A list is fetched once there are keys to prove it.
    pub(super) fn poll_lists(&mut self, now: UnixTime) -> Option<Fetch> {
        let Self { sources, lists } = self;
        let provable = |own: &StatusLists| keys_of(sources, own.list_issuer(), now).is_some();
        let mut lists = lists.iter_mut().enumerate().filter(|(_, own)| provable(own));
        lists.find_map(|(place, own)| {
            let fetch = own.poll(now)?;
            Some(Fetch { source: sources.len().saturating_add(place), ..fetch })
        })
    }

    pub(super) fn list_answered(
        &mut self,
        fetch: &Fetch,
        answer: &Answer<'_>,
        now: UnixTime,
    ) -> Option<Fetch> {
        let Self { sources, lists } = self;
        let own = lists.get_mut(fetch.source.checked_sub(sources.len())?)?;
        let none = KeySet::empty();
        own.answered(fetch, answer, keys_of(sources, own.list_issuer(), now).unwrap_or(&none), now);
        if own.key_is_missing()
            && let Some(source) =
                sources.iter_mut().find(|source| source.issuer() == own.list_issuer())
        {
            source.key_is_missing();
        }
        let next = own.goes_on().then(|| own.poll(now)).flatten()?;
        Some(Fetch { source: fetch.source, ..next })
    }

    pub(super) fn list_failed(&mut self, fetch: &Fetch, now: UnixTime) {
        let place = fetch.source.checked_sub(self.sources.len());
        if let Some(own) = place.and_then(|place| self.lists.get_mut(place)) {
            own.failed(fetch, now);
        }
    }
}

pub(super) fn keys_of<'s>(
    sources: &'s [KeySource],
    issuer: &str,
    now: UnixTime,
) -> Option<&'s KeySet> {
    sources.iter().find(|own| own.issuer() == issuer)?.keys(now).ok()
}
