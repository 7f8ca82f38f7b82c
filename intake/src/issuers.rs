//! The keys of several issuers, and what a rejected token says about them.

mod lists;

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use lowwater::{Backend, Code, ConfigError, KeySet, Rejection, UnixTime, Unverified};

use crate::answer::Answer;
use crate::config::mistake;
use crate::fetch::Fetch;
use crate::key_source::KeySource;
use crate::status::StatusLists;

/// The keys of one or several issuers: a [`KeySource`] for each, asked as one; and with them the status lists of their
/// tokens, if they have any.
///
/// Each key serves its own issuer alone, so that none can sign in the name of another.
pub struct Issuers {
    sources: Vec<KeySource>,
    /// Fetches of theirs are numbered after the sources.
    lists: Vec<StatusLists>,
}

/// What follows for the keys from a token that was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a driver has to handle every case")]
pub enum Lack {
    /// The rejection stands: keys have nothing to do with it, or would not help.
    Nothing,
    /// The keys of the token's issuer are being fetched or due ([`Issuers::poll`]): wait for them, then decide once more.
    Awaited,
    /// They cannot be had now: answer with [`Validator::keys_unavailable`](lowwater::Validator::keys_unavailable).
    Unavailable {
        /// When the next fetch is due.
        retry_after: Duration,
    },
}

impl Issuers {
    /// Collects sources.
    ///
    /// # Errors
    /// None, or two of one issuer.
    pub fn new(sources: impl IntoIterator<Item = KeySource>) -> Result<Self, ConfigError> {
        let mut all = Vec::new();
        for source in sources {
            if all.iter().any(|own: &KeySource| own.issuer() == source.issuer()) {
                return Err(mistake("key source", "give one source for each issuer"));
            }
            all.push(source);
        }
        if all.is_empty() {
            return Err(mistake("key source", "give at least one source of keys"));
        }
        Ok(Self { sources: all, lists: Vec::new() })
    }

    /// Each source.
    pub fn sources(&self) -> impl Iterator<Item = &KeySource> {
        self.sources.iter()
    }

    /// The keys to decide by, of all issuers whose keys are there: each bound to its issuer.
    #[must_use]
    pub fn keys(&self, now: UnixTime) -> KeySet {
        let held = self.sources.iter().filter_map(|source| source.keys(now).ok());
        held.fold(KeySet::empty(), |all, keys| all.union(keys))
    }

    /// Differs whenever [`keys`](Self::keys) does: of each source, how often its keys changed; `None`: it has none.
    #[must_use]
    pub fn revisions(&self, now: UnixTime) -> Vec<Option<u64>> {
        self.sources.iter().map(|source| source.keys(now).ok().map(|_| source.revision())).collect()
    }

    /// Until when [`keys`](Self::keys) gives the same without another answer, and none of them is
    /// [outdated](Self::is_outdated).
    #[must_use]
    pub fn unchanged_until(&self, now: UnixTime) -> UnixTime {
        self.sources.iter().filter_map(|source| source.unchanged_until(now)).min().unwrap_or(now)
    }

    /// What to fetch now, if anything: ask until there is nothing. Fetches of several issuers may go on at once.
    pub fn poll(&mut self, now: UnixTime) -> Option<Fetch> {
        let mut sources = self.sources.iter_mut().enumerate();
        let of_keys = sources.find_map(|(place, source)| {
            let fetch = source.poll(now)?;
            Some(Fetch { source: place, ..fetch })
        });
        of_keys.or_else(|| self.poll_lists(now))
    }

    /// Is anything being fetched, of which nobody told yet?
    #[must_use]
    pub fn is_fetching(&self) -> bool {
        let fetches = |own: &StatusLists| own.fetching_until().is_some();
        self.sources.iter().any(KeySource::is_fetching) || self.lists.iter().any(fetches)
    }

    /// When to ask [`poll`](Self::poll) again; `None`: at once.
    #[must_use]
    pub fn next_poll(&self) -> Option<UnixTime> {
        let mut soonest = None;
        for source in &self.sources {
            let at = source.next_poll()?;
            soonest = Some(soonest.map_or(at, |own: UnixTime| own.min(at)));
        }
        soonest.into_iter().chain(self.lists.iter().map(StatusLists::next_poll)).min()
    }

    /// What an issuer answered; tells what to fetch next in the same round (keys after metadata, a redirect).
    pub fn answered(
        &mut self,
        fetch: &Fetch,
        answer: &Answer<'_>,
        backend: &dyn Backend,
        now: UnixTime,
    ) -> Option<Fetch> {
        let Some(source) = self.sources.get_mut(fetch.source) else {
            return self.list_answered(fetch, answer, now);
        };
        source.answered(fetch, answer, backend, now);
        let next = source.goes_on().then(|| source.poll(now)).flatten()?;
        Some(Fetch { source: fetch.source, ..next })
    }

    /// There was no answer.
    pub fn failed(&mut self, fetch: &Fetch, now: UnixTime) {
        match self.sources.get_mut(fetch.source) {
            Some(source) => source.failed(fetch, now),
            None => self.list_failed(fetch, now),
        }
    }

    /// Keys that were kept: see [`KeySource::hydrate`].
    ///
    /// # Errors
    /// An issuer without a source; as [`KeySource::hydrate`].
    pub fn hydrate(
        &mut self,
        issuer: &str,
        jwks: &str,
        fresh_until: UnixTime,
        backend: &dyn Backend,
    ) -> Result<(), ConfigError> {
        let unknown = || mistake("key source", "no source of this issuer");
        self.source(issuer).ok_or_else(unknown)?.hydrate(jwks, fresh_until, backend)
    }

    /// A token was rejected: are the keys of its issuer missing or old?
    ///
    /// The issuer is what the token says, unproven: anyone can make a source look for new keys, and each looks at most once
    /// in a cool-down.
    pub fn lacking(&mut self, token: &str, rejection: &Rejection, now: UnixTime) -> Lack {
        let fails = match rejection.code() {
            Code::KeyNotFound | Code::KeyMismatch => false,
            Code::SignatureInvalid => true,
            _ => return Lack::Nothing,
        };
        let Ok(said) = Unverified::read(token) else { return Lack::Nothing };
        let Some(source) = self.source(said.issuer().unwrap_or_default()) else {
            return Lack::Nothing;
        };
        // A signature may fail because keys without names were tried in the place of the one that is missing. Keys without
        // names change without a name that is missing.
        if fails && said.key_id().is_some_and(|id| source.has_key(id, now)) {
            return Lack::Nothing;
        }
        missing(source, now)
    }

    /// No key of this issuer's could be found for a message: are they missing or old?
    ///
    /// Within a cool-down that somebody else used up the message is not known to be bad, and an issuer may not send it
    /// again: [`Unavailable`](Lack::Unavailable), unless the issuer was asked just now.
    pub fn lacking_of(&mut self, issuer: &str, now: UnixTime) -> Lack {
        let Some(source) = self.source(issuer) else { return Lack::Nothing };
        match missing(source, now) {
            Lack::Nothing if !source.was_just_checked(now) => {
                Lack::Unavailable { retry_after: source.retry_after(now) }
            }
            lack => lack,
        }
    }

    /// The keys of one issuer; `None`: there are none, or there is no such source.
    #[must_use]
    pub fn keys_of(&self, issuer: &str, now: UnixTime) -> Option<&KeySet> {
        lists::keys_of(&self.sources, issuer, now)
    }

    /// Tells every source the time: one that was set back puts nothing off.
    pub fn clock_shows(&mut self, now: UnixTime) {
        self.sources.iter_mut().for_each(|source| source.clock_shows(now));
        self.lists.iter_mut().for_each(|lists| lists.clock_shows(now));
    }

    /// Until when the fetches that go on may take; `None`: there are none.
    #[must_use]
    pub fn fetching_until(&self) -> Option<UnixTime> {
        let fetching = self.sources.iter().filter(|source| source.is_fetching());
        let of_keys = fetching.filter_map(KeySource::next_poll);
        of_keys.chain(self.lists.iter().filter_map(StatusLists::fetching_until)).max()
    }

    fn source(&mut self, issuer: &str) -> Option<&mut KeySource> {
        self.sources.iter_mut().find(|own| own.issuer() == issuer)
    }

    /// A token was accepted by a key of this issuer: is there a newer set to wait for?
    ///
    /// Only where nothing was asked for longer than the keys are fresh, and the issuer did not fail: a key that was withdrawn
    /// meanwhile must not serve once more.
    #[must_use]
    pub fn is_outdated(&self, issuer: &str, now: UnixTime) -> bool {
        let source = self.sources.iter().find(|source| source.issuer() == issuer);
        source.is_some_and(|own| {
            own.is_stale(now) && own.fault().is_none() && own.is_about_to_fetch(now)
        })
    }
}

/// A key of this issuer's is not there.
fn missing(source: &mut KeySource, now: UnixTime) -> Lack {
    source.clock_shows(now);
    let unavailable = source.keys(now).err().map(|none| none.retry_after);
    if unavailable.is_none() {
        source.key_is_missing();
    }
    match unavailable {
        // Nobody waits for an issuer that failed: who may be new is told so, while the next fetch is made.
        _ if source.fault().is_some() => Lack::Unavailable {
            retry_after: unavailable.unwrap_or_else(|| source.retry_after(now)),
        },
        _ if source.is_about_to_fetch(now) => Lack::Awaited,
        Some(retry_after) => Lack::Unavailable { retry_after },
        None => Lack::Nothing,
    }
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.sources).finish()
    }
}
