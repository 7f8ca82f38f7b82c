//! One issuer's key set, kept fresh.

mod builder;

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use lowwater::{Backend, ConfigError, KeySet, UnixTime};

pub use self::builder::KeySourceBuilder;
use self::builder::{LEAST_FRESH, MOST_FRESH, Settings, Start};
use crate::address::Address;
use crate::answer::Answer;
use crate::clock::span;
use crate::config::mistake;
use crate::fault::{KeysUnavailable, SourceFault};
use crate::fetch::Fetch;
use crate::metadata;

/// In a row.
const MOST_REDIRECTS: u8 = 3;

/// The first wait after a fetch that failed while there are no keys; it doubles up to the cool-down.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// An issuer that was asked so shortly ago has no other keys by now.
const JUST_NOW: Duration = Duration::from_secs(1);

/// A clock that shows less than so much before what it showed was set back.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

/// Where the keys are is asked again after so long, and an `ETag` is believed for so long.
const WHOLE_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// The keys of one issuer: fetched, kept fresh, bound to the issuer.
///
/// Drive it so: [`poll`](Self::poll) says whether something is to be fetched now; fetch it, and tell
/// [`answered`](Self::answered) or [`failed`](Self::failed); ask again until it says nothing. Do that at the start, at
/// [`next_poll`](Self::next_poll), and when a token names a key that is not there ([`key_is_missing`](Self::key_is_missing)).
///
/// - One fetch at a time; one that was never answered is given up after its timeout.
/// - Keys are fetched anew before they grow old: `Cache-Control` says when, within bounds.
/// - An unknown `kid` causes at most one fetch in a cool-down, also after failures.
/// - Where fetching fails, the last keys are used up to a bound, and then none.
/// - What the issuer withdrew is gone with the next answer. `oct` keys are never taken.
pub struct KeySource {
    settings: Settings,
    held: Option<Held>,
    /// Where the keys are, by the metadata, and when those were read.
    place: Option<(Address, UnixTime)>,
    asked: Option<(u64, Step)>,
    /// What is to be fetched at once: the next step of a round that goes on.
    next: Option<Step>,
    /// When fetching is due; `None`: at once.
    due: Option<UnixTime>,
    /// When the last fetch began, and whether a missing key asks for another.
    began: Option<UnixTime>,
    wanted: bool,
    failures: u32,
    fault: Option<SourceFault>,
    number: u64,
    /// How often the keys changed.
    revision: u64,
    /// When the issuer last said which keys it has.
    checked: Option<UnixTime>,
    /// Is the last round for a key that is missing, and when did such a one go well?
    seeks: bool,
    sought: Option<UnixTime>,
}

struct Held {
    keys: KeySet,
    /// Of the text that they were read from: the same text is the same keys.
    digest: [u8; 32],
    fresh_until: UnixTime,
    whole_at: UnixTime,
    etag: Option<String>,
}

/// What is hoped for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Metadata,
    Keys,
}

/// One fetch of a round, which has to be over at an instant: metadata, keys and redirects together.
#[derive(Clone)]
struct Step {
    what: What,
    address: Address,
    if_none_match: Option<String>,
    redirects: u8,
    until: UnixTime,
}

impl KeySource {
    /// Keys of an issuer that publishes its metadata (OpenID Connect Discovery).
    pub fn of_issuer(issuer: &str) -> KeySourceBuilder {
        KeySourceBuilder::new(issuer, None)
    }

    /// Keys of an issuer from the address of its key set.
    pub fn of_jwks(issuer: &str, url: &str) -> KeySourceBuilder {
        KeySourceBuilder::new(issuer, Some(url))
    }

    /// A source by its configuration, one JSON object: `{"issuer": "https://issuer.example/"}`, and perhaps `"jwks_url"` or
    /// `"metadata_url"`, `"allow_loopback_http"`, `"fresh_for"`, `"stale_for"`, `"cool_down"`, `"timeout"` (in seconds),
    /// `"max_bytes"`. What they mean is said at [`KeySourceBuilder`].
    ///
    /// ```
    /// use lowwater_intake::KeySource;
    ///
    /// let source = KeySource::from_json(r#"{"issuer": "https://issuer.example/", "cool_down": 10}"#)?;
    /// let mistake = KeySource::from_json(r#"{"issuer": "https://issuer.example/", "cooldown": 10}"#).unwrap_err();
    /// assert!(mistake.to_string().contains("`cooldown` is no member"));
    /// # Ok::<(), lowwater::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// Unknown members, wrong types, and what [`KeySourceBuilder::build`] refuses.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        KeySourceBuilder::from_json(json)?.build()
    }

    fn new(settings: Settings) -> Self {
        Self {
            settings,
            held: None,
            place: None,
            asked: None,
            next: None,
            due: None,
            began: None,
            wanted: false,
            failures: 0,
            fault: None,
            number: 0,
            revision: 0,
            checked: None,
            seeks: false,
            sought: None,
        }
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// The keys to decide by, bound to the issuer.
    ///
    /// # Errors
    /// None were fetched, or the last are older than their time and the bound together.
    pub fn keys(&self, now: UnixTime) -> Result<&KeySet, KeysUnavailable> {
        let usable = |held: &&Held| now < held.fresh_until.after(self.settings.stale_for);
        self.held.as_ref().filter(usable).map(|held| &held.keys).ok_or_else(|| KeysUnavailable {
            retry_after: self.retry_after(now),
            fault: self.fault.clone(),
        })
    }

    /// What went wrong with the last fetch; `None` after one that went well.
    #[must_use]
    pub const fn fault(&self) -> Option<&SourceFault> {
        self.fault.as_ref()
    }

    /// When to ask [`poll`](Self::poll) again; `None`: at once.
    #[must_use]
    pub fn next_poll(&self) -> Option<UnixTime> {
        if self.next.is_some() {
            return None;
        }
        if let Some((_, step)) = &self.asked {
            return Some(step.until);
        }
        let cooled = self.began.map(|began| began.after(self.settings.cool_down));
        match (self.wanted, self.due, cooled) {
            (true, Some(due), Some(cooled)) => Some(due.min(cooled)),
            (true, ..) => None,
            (false, due, _) => due,
        }
    }

    pub(crate) fn retry_after(&self, now: UnixTime) -> Duration {
        self.next_poll().map_or(FIRST_RETRY, |at| span(now, at)).max(FIRST_RETRY)
    }

    /// How often its keys changed.
    pub(crate) const fn revision(&self) -> u64 {
        self.revision
    }

    /// Is something being fetched, or would be?
    pub(crate) fn is_about_to_fetch(&self, now: UnixTime) -> bool {
        self.asked.is_some() || self.next_poll().is_none_or(|at| now >= at)
    }

    pub(crate) const fn is_fetching(&self) -> bool {
        self.asked.is_some()
    }

    /// Does the round that was answered go on?
    pub(crate) const fn goes_on(&self) -> bool {
        self.next.is_some()
    }

    /// Are there keys, older than they should be?
    pub(crate) fn is_stale(&self, now: UnixTime) -> bool {
        self.held.as_ref().is_some_and(|held| now >= held.fresh_until)
    }

    /// Until when keys that are there may be used without another look: they are fresh, or no better ones can be had.
    pub(crate) fn unchanged_until(&self, now: UnixTime) -> Option<UnixTime> {
        let held = self.held.as_ref()?;
        let over = held.fresh_until.after(self.settings.stale_for);
        let until = match (now < held.fresh_until, &self.fault) {
            (true, _) => held.fresh_until,
            (false, Some(_)) => over,
            (false, None) => now,
        };
        (now < over).then_some(until)
    }

    /// Notices a clock that was set back. Threads that read it at the same time come here in any order: that is no minute, a
    /// clock that was set back may be years. Nothing is put off by as much, and nothing is fresh for as much longer: a round
    /// is over, another is due within the cool-down, and keys are as old as they would be if they had just come.
    pub(crate) fn clock_shows(&mut self, now: UnixTime) {
        let was_set_back = self.began.is_some_and(|began| now.after(CLOCKS_DIFFER) < began);
        self.began = self.began.map(|began| began.min(now));
        if !was_set_back {
            return;
        }
        self.due = self.due.map(|due| due.min(now.after(self.settings.cool_down)));
        self.checked = self.checked.map(|checked| checked.min(now));
        self.sought = self.sought.map(|sought| sought.min(now));
        if let Some((_, step)) = &mut self.asked {
            step.until = step.until.min(now);
        }
        if let Some(step) = &mut self.next {
            step.until = step.until.min(now);
        }
        if let Some(held) = &mut self.held {
            held.fresh_until = held.fresh_until.min(now.after(MOST_FRESH));
            held.whole_at = held.whole_at.min(now);
        }
    }

    /// Is there a key of this name?
    pub(crate) fn has_key(&self, key_id: &str, now: UnixTime) -> bool {
        self.keys(now).is_ok_and(|keys| keys.key_ids().any(|own| own == key_id))
    }

    /// Was a missing key looked for just now?
    pub(crate) fn was_just_checked(&self, now: UnixTime) -> bool {
        self.sought.is_some_and(|sought| now < sought.after(JUST_NOW))
    }

    /// What to fetch now, if anything. Whoever gets it has to tell what came of it.
    pub fn poll(&mut self, now: UnixTime) -> Option<Fetch> {
        self.clock_shows(now);
        let over = |step: &Step| now >= step.until;
        if self.asked.as_ref().map(|(_, step)| step).or(self.next.as_ref()).is_some_and(over) {
            (self.asked, self.next) = (None, None);
            self.fail(SourceFault::Unreachable, now);
        }
        if self.asked.is_some() {
            return None;
        }
        let step = match self.next.take() {
            Some(next) => next,
            None if self.next_poll().is_none_or(|at| now >= at) => self.begin(now),
            None => return None,
        };
        let fetch = self.fetch(&step, now);
        self.asked = Some((fetch.number, step));
        Some(fetch)
    }

    /// A token names a key that is not among these: fetch them, unless that was done within the cool-down.
    pub fn key_is_missing(&mut self) {
        self.wanted = true;
    }

    /// What the issuer answered. An answer to a fetch that was given up is nobody's.
    pub fn answered(
        &mut self,
        fetch: &Fetch,
        answer: &Answer<'_>,
        backend: &dyn Backend,
        now: UnixTime,
    ) {
        let Some(step) = self.awaited(fetch) else { return };
        let what = step.what;
        if let Err(fault) = self.take(step, answer, backend, now) {
            if what == What::Keys && fault != SourceFault::NoUsableKey {
                // They may have moved.
                self.place = None;
            }
            self.fail(fault, now);
        }
    }

    /// There was no answer: no connection, or not in time.
    pub fn failed(&mut self, fetch: &Fetch, now: UnixTime) {
        if self.awaited(fetch).is_some() {
            self.fail(SourceFault::Unreachable, now);
        }
    }

    /// Keys that were kept from an earlier run, or come with the program: used until the first fetch, which is still due
    /// at once. They count as fresh until `fresh_until`.
    ///
    /// # Errors
    /// A text that is no JWK Set, or one without a usable key; keys that were fetched already are newer.
    pub fn hydrate(
        &mut self,
        jwks: &str,
        fresh_until: UnixTime,
        backend: &dyn Backend,
    ) -> Result<(), ConfigError> {
        if self.checked.is_some() {
            return Err(mistake("key source", "the issuer's own keys were fetched already"));
        }
        let (keys, digest) = (self.read(jwks, backend)?, backend.sha256(jwks.as_bytes()));
        self.hold(Held { keys, digest, fresh_until, whole_at: fresh_until, etag: None });
        Ok(())
    }

    fn awaited(&mut self, fetch: &Fetch) -> Option<Step> {
        let own = self.asked.take_if(|(number, _)| *number == fetch.number);
        own.map(|(_, step)| step)
    }

    fn begin(&mut self, now: UnixTime) -> Step {
        let unknown = core::mem::take(&mut self.wanted);
        self.seeks = unknown;
        self.began = Some(now);
        let is_old = |since: UnixTime| now >= since.after(WHOLE_AFTER) || now < since;
        self.place.take_if(|(_, read_at)| is_old(*read_at));
        let place = match (&self.settings.start, &self.place) {
            (Start::Keys(address), _) | (Start::Metadata(_), Some((address, _))) => Ok(address),
            (Start::Metadata(address), None) => Err(address),
        };
        let (what, address) = match place {
            Ok(address) => (What::Keys, address.clone()),
            Err(address) => (What::Metadata, address.clone()),
        };
        // Whoever misses a key does not ask whether anything changed: some answer that question wrongly.
        let held = self.held.as_ref().filter(|held| !unknown && !is_old(held.whole_at));
        let if_none_match = held.filter(|_| what == What::Keys).and_then(|held| held.etag.clone());
        let until = now.after(self.settings.timeout);
        Step { what, address, if_none_match, redirects: 0, until }
    }

    fn fetch(&mut self, step: &Step, now: UnixTime) -> Fetch {
        self.number = self.number.saturating_add(1);
        let accept = match step.what {
            What::Metadata => "application/json",
            What::Keys => "application/jwk-set+json, application/json",
        };
        let etag = step.if_none_match.iter().map(|etag| ("If-None-Match", etag.clone()));
        Fetch {
            number: self.number,
            source: 0,
            about: None,
            address: step.address.clone(),
            headers: [("Accept", accept.into())].into_iter().chain(etag).collect(),
            body: None,
            max_bytes: self.settings.max_bytes,
            timeout: span(now, step.until),
        }
    }

    fn take(
        &mut self,
        step: Step,
        answer: &Answer<'_>,
        backend: &dyn Backend,
        now: UnixTime,
    ) -> Result<(), SourceFault> {
        if answer.body().len() > self.settings.max_bytes {
            return Err(SourceFault::TooLarge);
        }
        match (answer.status(), step.what) {
            (301 | 302 | 303 | 307 | 308, _) => self.redirect(step, answer),
            (304, What::Keys) if step.if_none_match.is_some() => {
                let fresh_for = self.fresh_for(answer);
                match &mut self.held {
                    // What the issuer calls unchanged has to be what is held.
                    Some(held) if held.etag == step.if_none_match => {
                        held.fresh_until = now.after(fresh_for);
                    }
                    _ => return Err(SourceFault::Status(304)),
                }
                self.went_well(fresh_for, now);
                Ok(())
            }
            (200, What::Metadata) => {
                let issuer = &self.settings.issuer;
                let schemes = step.address.schemes_of_others();
                let address = metadata::keys_of(answer.body(), issuer, schemes)?;
                self.place = Some((address.clone(), now));
                let what = What::Keys;
                self.next = Some(Step { what, address, if_none_match: None, redirects: 0, ..step });
                Ok(())
            }
            (200, What::Keys) => {
                let (keys, digest) = self.keys_of(answer.body(), backend)?;
                let fresh_for = self.fresh_for(answer);
                let fresh_until = now.after(fresh_for);
                let etag = answer.etag().map(String::from);
                self.hold(Held { keys, digest, fresh_until, whole_at: now, etag });
                self.went_well(fresh_for, now);
                Ok(())
            }
            (status, _) => Err(SourceFault::Status(status)),
        }
    }

    fn redirect(&mut self, step: Step, answer: &Answer<'_>) -> Result<(), SourceFault> {
        let location = answer.header("location").ok_or(SourceFault::Redirect)?;
        let address = step.address.redirected(location, self.settings.schemes)?;
        let redirects = step.redirects.saturating_add(1);
        if redirects > MOST_REDIRECTS {
            return Err(SourceFault::Redirect);
        }
        self.next = Some(Step { address, redirects, ..step });
        Ok(())
    }

    fn read(&self, jwks: &str, backend: &dyn Backend) -> Result<KeySet, ConfigError> {
        let keys = KeySet::builder_with(backend).public_only().jwks(jwks)?.build()?;
        Ok(keys.for_issuer(&self.settings.issuer))
    }

    /// The keys of an answer: those that are held, where its text is theirs, so that a memo knows them again.
    fn keys_of(
        &mut self,
        body: &[u8],
        backend: &dyn Backend,
    ) -> Result<(KeySet, [u8; 32]), SourceFault> {
        let digest = backend.sha256(body);
        if let Some(held) = self.held.as_ref().filter(|held| held.digest == digest) {
            return Ok((held.keys.clone(), digest));
        }
        let text = lowwater::strict_json(body).map_err(SourceFault::Json)?;
        match self.read(text, backend) {
            Ok(keys) => Ok((keys, digest)),
            Err(ConfigError::NoUsableKey { .. }) => {
                self.held = None;
                Err(SourceFault::NoUsableKey)
            }
            Err(_) => Err(SourceFault::Keys),
        }
    }

    fn hold(&mut self, new: Held) {
        if self.held.as_ref().is_none_or(|held| held.digest != new.digest) {
            self.revision = self.revision.saturating_add(1);
        }
        self.held = Some(new);
    }

    fn fresh_for(&self, answer: &Answer<'_>) -> Duration {
        answer.fresh_for().unwrap_or(self.settings.fresh_for).clamp(LEAST_FRESH, MOST_FRESH)
    }

    fn went_well(&mut self, fresh_for: Duration, now: UnixTime) {
        (self.failures, self.fault, self.checked) = (0, None, Some(now));
        self.sought = if self.seeks { Some(now) } else { self.sought };
        // Ahead of time, so that one failure or two are made up for before anything is stale.
        let ahead = fresh_for.saturating_mul(4).checked_div(5).unwrap_or_default();
        self.due = Some(now.after(ahead));
    }

    fn fail(&mut self, fault: SourceFault, now: UnixTime) {
        let doubled =
            FIRST_RETRY.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX));
        let cool_down = self.settings.cool_down;
        let wait = if self.held.is_some() { cool_down } else { doubled.min(cool_down) };
        self.failures = self.failures.saturating_add(1).min(31);
        self.fault = Some(fault);
        self.due = Some(now.after(wait));
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySource")
            .field("issuer", &self.settings.issuer)
            .field("keys", &self.held.as_ref().map(|held| held.keys.len()))
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}
