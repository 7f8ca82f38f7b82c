//! The lists of one issuer: fetched when a token names one, kept fresh, asked.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use core::fmt;
use core::time::Duration;

use lowwater::{
    Algorithm, ConfigError, KeySet, StatusAnswer, StatusEntry, StatusSource, UnixTime, WantedList,
};

use super::builder::{Settings, StatusListsBuilder};
use super::kept::{FIRST_RETRY, Kept, Step};
use super::token::{ListFault, ListToken};
use crate::answer::Answer;
use crate::clock::span;
use crate::fault::SourceFault;
use crate::fetch::Fetch;

/// In a row.
const MOST_REDIRECTS: u8 = 3;
/// What no token named for so long makes room for another.
const OUT_OF_USE: Duration = Duration::from_secs(60);

/// The status lists of one issuer's tokens (draft-ietf-oauth-status-list): which are fetched, when, and what they say.
///
/// Hand it to a validation beside the rules ([`RuleSet::with_status`](lowwater::RuleSet::with_status)); a slice of several
/// answers for several issuers. Where a list is missing the answer is 503, and the rejection names it: tell
/// [`want`](Self::want), then [`poll`](Self::poll) says what to fetch, as with a [`KeySource`](crate::KeySource). Ask it
/// again until it says nothing, and at [`next_poll`](Self::next_poll).
///
/// - Nothing is fetched but below the addresses that were configured, and only what a token named that is good otherwise.
/// - A list counts if it names its own address (`sub`), is signed by a key of its issuer, and is no older than the last.
/// - It is fetched anew when its `ttl` is over, within bounds, and before its `exp`. Headers of HTTP do not count.
/// - Where that fails, the last one is used for a while, never past its `exp`, and then none: 503.
/// - A copy costs little and shares the lists: one to change, copies to ask.
///
/// ```
/// use lowwater::{Accepted, Algorithm, Cutoffs, KeySet, Rejection, RuleSet as _, UnixTime, Validator};
/// use lowwater_intake::{Answer, StatusLists};
///
/// let mut lists = StatusLists::builder(
///     "https://issuer.example/",
///     ["https://issuer.example/statuslists/"],
///     [Algorithm::Es256],
/// )
/// .build()?;
///
/// fn decide(
///     validator: &Validator,
///     cutoffs: &Cutoffs,
///     lists: &mut StatusLists,
///     token: &str,
///     now: UnixTime,
/// ) -> Result<Accepted, Rejection> {
///     let decided = validator.validate(token, &cutoffs.with_status(lists), now);
///     if let Some(list) = decided.as_ref().err().and_then(Rejection::wanted_list) {
///         lists.want(list, now);
///     }
///     decided
/// }
///
/// /// In the background: at once after `want`, else at `next_poll`.
/// fn fetch(lists: &mut StatusLists, keys: &KeySet, now: UnixTime) {
///     while let Some(fetch) = lists.poll(now) {
///         match get(fetch.url()) {
///             Some((status, body)) => lists.answered(&fetch, &Answer::new(status, &[], &body), keys, now),
///             None => lists.failed(&fetch, now),
///         }
///     }
/// }
/// # fn get(_: &str) -> Option<(u16, Vec<u8>)> { None }
/// # assert!(lists.poll(UnixTime::from_secs(1_700_000_000)).is_none());
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct StatusLists {
    settings: Arc<Settings>,
    lists: BTreeMap<Box<str>, Kept>,
    number: u64,
}

impl StatusLists {
    /// The lists of this issuer's tokens, which lie at or below these addresses, signed with one of these algorithms.
    pub fn builder<'p>(
        issuer: &str,
        lists: impl IntoIterator<Item = &'p str>,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> StatusListsBuilder {
        let prefixes = lists.into_iter().map(String::from).collect();
        StatusListsBuilder::new(issuer, prefixes, algorithms.into_iter().collect())
    }

    /// Reads `{"issuer", "lists": [address, ..], "algorithms"}`, and perhaps `"list_issuer"`, `"allow_loopback_http"`, in
    /// seconds `"leeway"`, `"fresh_for"`, `"stale_for"`, `"cool_down"`, `"timeout"`, `"forget_after"`, and `"max_lists"`,
    /// `"max_bytes"`, `"max_list_bytes"`: what [`StatusListsBuilder`] has.
    ///
    /// # Errors
    /// What was expected.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        StatusListsBuilder::from_json(json)
    }

    pub(super) const fn of(settings: Arc<Settings>) -> Self {
        Self { settings, lists: BTreeMap::new(), number: 0 }
    }

    /// Whose tokens these lists are asked about.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Whose keys sign the lists: hand those to [`answered`](Self::answered).
    #[must_use]
    pub fn list_issuer(&self) -> &str {
        &self.settings.list_issuer
    }

    /// How many lists are kept, those included that were not fetched yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lists.len()
    }

    /// Is none kept?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// The lists whose last fetch went wrong, and how. The addresses come from tokens.
    pub fn faults(&self) -> impl Iterator<Item = (&str, &ListFault)> {
        self.lists.iter().filter_map(|(uri, kept)| Some((&**uri, kept.fault.as_ref()?)))
    }

    /// Was a list signed by a key that may not be among those that were handed in? They may be old: tell
    /// [`KeySource::key_is_missing`](crate::KeySource::key_is_missing).
    #[must_use]
    pub fn key_is_missing(&self) -> bool {
        self.faults().any(|(_, fault)| fault.may_lack_keys())
    }

    /// A token was refused because this list was missing: have it fetched. Tells whether it will be: not one of another
    /// issuer, nor one that may not be fetched, nor one for which there is no room.
    pub fn want(&mut self, list: &WantedList, now: UnixTime) -> bool {
        let is_own = list.issuer() == Some(self.issuer());
        let settings = Arc::clone(&self.settings);
        is_own && self.keep(list.uri(), now).map(|kept| kept.wanted(&settings, now)).is_ok()
    }

    /// Is it worth a wait: is this list being fetched, or due, and its last fetch did not fail?
    #[must_use]
    pub fn is_awaited(&self, list: &WantedList, now: UnixTime) -> bool {
        list.issuer() == Some(self.issuer())
            && self.lists.get(list.uri()).is_some_and(|kept| kept.is_awaited(now))
    }

    /// Tells the time: a clock that was set back puts nothing off.
    pub fn clock_shows(&mut self, now: UnixTime) {
        let settings = &*self.settings;
        self.lists.values_mut().for_each(|kept| kept.settle(settings, now));
    }

    /// Until when the fetches that go on may take; `None`: there are none.
    #[must_use]
    pub fn fetching_until(&self) -> Option<UnixTime> {
        self.lists.values().filter_map(Kept::fetching_until).max()
    }

    /// Did a list's address lead to another, which is to be fetched at once?
    pub(crate) fn goes_on(&self) -> bool {
        self.lists.values().any(|kept| kept.next.is_some())
    }

    /// The list at this address, which is kept from now on.
    fn keep(&mut self, uri: &str, now: UnixTime) -> Result<&mut Kept, ListFault> {
        if !self.lists.contains_key(uri) {
            let address = self.settings.address(uri).ok_or(SourceFault::Address)?;
            if self.lists.len() >= self.settings.max_lists {
                let (uri, idle) = self.longest_idle(now).ok_or(ListFault::Full)?;
                if idle < OUT_OF_USE {
                    return Err(ListFault::Full);
                }
                self.lists.remove(&uri);
            }
            self.lists.insert(uri.into(), Kept::new(address, now));
        }
        self.lists.get_mut(uri).ok_or(ListFault::Full)
    }

    fn longest_idle(&self, now: UnixTime) -> Option<(Box<str>, Duration)> {
        let idle = self.lists.iter().map(|(uri, kept)| (uri, kept.idle(now)));
        idle.max_by_key(|(_, idle)| *idle).map(|(uri, idle)| (uri.clone(), idle))
    }

    /// When to ask [`poll`](Self::poll) again: the past, where that is at once; the end of time, where no list is kept.
    #[must_use]
    pub fn next_poll(&self) -> UnixTime {
        self.lists.values().map(Kept::wakes).min().unwrap_or(UnixTime::from_millis(i64::MAX))
    }

    /// What to fetch now, if anything: what waits longest. Several may be under way, each of another list. Whoever gets one
    /// has to tell what came of it.
    pub fn poll(&mut self, now: UnixTime) -> Option<Fetch> {
        self.clock_shows(now);
        let settings = &*self.settings;
        self.lists.retain(|_, kept| kept.is_in_flight() || kept.idle(now) < settings.forget_after);
        let due = self.lists.values_mut().filter(|kept| kept.asked.is_none());
        let kept = due.min_by_key(|kept| kept.wakes()).filter(|kept| now >= kept.wakes())?;
        let step = kept.begin(settings, now);
        self.number = self.number.saturating_add(1);
        let fetch = Fetch {
            source: 0,
            about: None,
            number: self.number,
            address: step.address.clone(),
            headers: vec![("Accept", "application/statuslist+jwt".into())],
            body: None,
            max_bytes: settings.max_bytes,
            timeout: span(now, step.until),
        };
        kept.asked = Some((self.number, step));
        Some(fetch)
    }

    /// What came. An answer to a fetch that was given up is nobody's. `keys` are those of
    /// [`list_issuer`](Self::list_issuer), bound to it ([`KeySource::keys`](crate::KeySource::keys) are).
    pub fn answered(&mut self, fetch: &Fetch, answer: &Answer<'_>, keys: &KeySet, now: UnixTime) {
        let settings = Arc::clone(&self.settings);
        let Some((uri, kept, step)) = self.awaited(fetch) else { return };
        let taken = taken(uri, kept, &step, answer, keys, &settings, now);
        if let Err(fault) = taken {
            kept.fail(fault, &settings, now);
        }
    }

    /// There was no answer: no connection, or not in time.
    pub fn failed(&mut self, fetch: &Fetch, now: UnixTime) {
        let settings = Arc::clone(&self.settings);
        if let Some((_, kept, _)) = self.awaited(fetch) {
            kept.fail(SourceFault::Unreachable.into(), &settings, now);
        }
    }

    /// Takes in a list that was fetched then, by somebody else or in an earlier run.
    ///
    /// # Errors
    /// Why it is not taken, as if it had been answered.
    pub fn hydrate(
        &mut self,
        uri: &str,
        token: &str,
        keys: &KeySet,
        fetched_at: UnixTime,
    ) -> Result<(), ListFault> {
        let settings = Arc::clone(&self.settings);
        settings.address(uri).ok_or(SourceFault::Address)?;
        let token = ListToken::read(token, uri, keys, &settings, fetched_at)?;
        self.keep(uri, fetched_at)?.take(token, &settings, fetched_at)
    }

    fn awaited(&mut self, fetch: &Fetch) -> Option<(&str, &mut Kept, Step)> {
        // The address too: another issuer's lists have the same numbers.
        self.lists.iter_mut().find_map(|(uri, kept)| {
            let own = kept
                .asked
                .take_if(|(number, step)| *number == fetch.number && step.address == fetch.address);
            own.map(|(_, step)| (&**uri, kept, step))
        })
    }
}

fn taken(
    uri: &str,
    kept: &mut Kept,
    step: &Step,
    answer: &Answer<'_>,
    keys: &KeySet,
    settings: &Settings,
    now: UnixTime,
) -> Result<(), ListFault> {
    if answer.body().len() > settings.max_bytes {
        return Err(SourceFault::TooLarge.into());
    }
    match answer.status() {
        301 | 302 | 303 | 307 | 308 => {
            let redirects = step.redirects.saturating_add(1);
            let to = answer.header("location");
            let to = to.and_then(|to| step.address.joined(to, settings.schemes));
            let to = to.filter(|to| settings.allows(to) && redirects <= MOST_REDIRECTS);
            let address = to.ok_or(SourceFault::Redirect)?;
            kept.next = Some(Step { address, redirects, until: step.until });
            Ok(())
        }
        200 => {
            // What is no text has a shape that no token has; it is told as such.
            let text = str::from_utf8(answer.body()).unwrap_or_default();
            kept.take(ListToken::read(text, uri, keys, settings, now)?, settings, now)
        }
        status => Err(SourceFault::Status(status).into()),
    }
}

impl StatusSource for StatusLists {
    fn status(&self, entry: &StatusEntry<'_>, now: UnixTime) -> StatusAnswer {
        if entry.issuer() != Some(self.issuer()) {
            return StatusAnswer::NotAllowed;
        }
        match self.lists.get(entry.uri()) {
            Some(kept) => kept.answer(entry.index(), &self.settings, now),
            None if self.settings.address(entry.uri()).is_none() => StatusAnswer::NotAllowed,
            None => StatusAnswer::Unavailable { retry_after: FIRST_RETRY },
        }
    }
}

impl fmt::Debug for StatusLists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusLists")
            .field("issuer", &self.settings.issuer)
            .field("lists", &self.lists.len())
            .finish_non_exhaustive()
    }
}
