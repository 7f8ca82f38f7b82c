//! A validator whose keys come from its issuers: what to fetch is said, the fetching is somebody else's.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use lowwater::{
    Accepted, Backend, Code, ConfigError, KeySet, Policy, Rejection, RuleSet, StatusAnswer,
    StatusEntry, StatusSource, UnixTime, Unverified, Validator, WantedList, WithStatus,
};
use lowwater_intake::{Answer, Fetch, Issuers, KeySource, Lack, MessageFault, StatusLists};

use crate::memo::SharedMemo;

/// When to come again, while keys are on their way.
const SOON: Duration = Duration::from_secs(1);

/// A [`Validator`] whose keys are fetched from its issuers and kept fresh, for many threads.
///
/// It does no I/O. [`ask`](Self::ask) decides, and says whether newer keys are worth waiting for; [`poll`](Self::poll) says
/// what to fetch. `FetchingValidator` (feature `fetch`) does both for you.
///
/// ```
/// use lowwater::{Algorithm, NoCutoffs, Ring, UnixTime, Validator};
/// use lowwater_edge::{IssuerValidator, now};
/// use lowwater_intake::{Answer, KeySource};
///
/// let policy = Validator::builder().issuer("https://issuer.example/").audience("https://api.example/")
///     .algorithms([Algorithm::EdDsa]).policy()?;
/// let source = KeySource::of_jwks("https://issuer.example/", "https://issuer.example/jwks").build()?;
/// let validator = IssuerValidator::new(policy, [source], Ring)?;
///
/// while let Some(fetch) = validator.poll(now()) {
///     // GET fetch.url(), with fetch.headers(), within fetch.timeout(), at most fetch.max_bytes() long
///     let jwks = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4"}]}"#;
///     validator.answered(&fetch, &Answer::new(200, &[], jwks), now());
/// }
/// let asked = validator.ask("no.token.", &NoCutoffs, now(), now());
/// assert_eq!(asked.answer.unwrap_err().http_status(), 401);
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
pub struct IssuerValidator {
    held: ArcSwap<Held>,
    issuers: Mutex<Issuers>,
    /// When to ask the sources what to fetch, in milliseconds; so that a request that need not takes no lock.
    poll_at: AtomicI64,
    /// As the requests ask them, if there are any.
    lists: Option<ArcSwap<Vec<StatusLists>>>,
    backend: Box<dyn Backend + Send + Sync>,
    memo: SharedMemo,
}

/// What holds for a while.
struct Held {
    /// Over the keys of all issuers.
    validator: Validator,
    /// Over those of one alone, where there are several: another issuer may have keys of the same name, or without names.
    each: Vec<(String, Validator)>,
    revisions: Vec<Option<u64>>,
    /// As long as the sources need not be looked at.
    since: UnixTime,
    until: UnixTime,
}

/// An answer, and whether a better one may come.
#[derive(Debug)]
#[must_use]
#[expect(clippy::exhaustive_structs, reason = "an answer, and whether it is the last")]
pub struct Asked<A = Result<Accepted, Rejection>> {
    /// The answer, if nobody waits.
    pub answer: A,
    /// Newer keys, or a status list, are on their way, or due: [`poll`](IssuerValidator::poll), wait for them, ask again.
    pub awaited: bool,
}

impl IssuerValidator {
    /// A validator of this policy, with the keys of these issuers.
    ///
    /// # Errors
    /// No source, two of one issuer, or one whose tokens the policy does not take.
    pub fn new(
        policy: Policy,
        sources: impl IntoIterator<Item = KeySource>,
        backend: impl Backend + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        Self::with_status_lists(policy, sources, [], backend)
    }

    /// The same, with the status lists of their tokens (Token Status List): one that a token names is fetched, and fetched
    /// again when it is old. A source may be there for the keys of lists alone.
    ///
    /// # Errors
    /// As [`new`](Self::new); lists that are signed by an issuer without a source.
    pub fn with_status_lists(
        policy: Policy,
        sources: impl IntoIterator<Item = KeySource>,
        lists: impl IntoIterator<Item = StatusLists>,
        backend: impl Backend + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        let issuers = Issuers::new(sources)?.with_status_lists(lists)?;
        let wrong = |expected: &str| {
            Err(ConfigError::Value { what: "key source", expected: expected.into() })
        };
        let lists = issuers.status_lists();
        if policy.is_opaque() {
            return wrong("name the algorithms in the policy: without them it accepts no JWT");
        }
        if !lists.iter().all(|list| policy.takes_issuer(list.issuer())) {
            return wrong(
                "the policy takes no tokens of an issuer with status lists: name it in the policy",
            );
        }
        let signs_lists =
            |source: &KeySource| lists.iter().any(|list| list.list_issuer() == source.issuer());
        if !issuers.sources().all(|own| policy.takes_issuer(own.issuer()) || signs_lists(own)) {
            return wrong(
                "the policy takes no tokens of an issuer whose keys are fetched: name the issuer in the policy",
            );
        }
        let for_lists_alone = |source: &KeySource| is_for_lists_alone(source.issuer(), lists);
        if policy.takes_any_issuer() && issuers.sources().any(for_lists_alone) {
            return wrong(
                "name the issuers in the policy: of any issuer, it would take tokens of who signs status lists alone",
            );
        }
        let lists = (!lists.is_empty()).then(|| ArcSwap::from_pointee(lists.to_vec()));
        let never = UnixTime::from_millis(i64::MIN);
        let validator = Validator::new(policy, KeySet::empty());
        let each = Vec::new();
        let held = Held { validator, each, revisions: Vec::new(), since: never, until: never };
        Ok(Self {
            held: ArcSwap::from_pointee(held),
            issuers: Mutex::new(issuers),
            poll_at: AtomicI64::new(i64::MIN),
            lists,
            backend: Box::new(backend),
            memo: SharedMemo::default(),
        })
    }

    /// Reads a policy without `issuer`: tokens are taken of the issuers whose keys are fetched, but for one whose keys are there
    /// for the status lists of others alone.
    ///
    /// # Errors
    /// As [`Policy::of_issuers`] and [`with_status_lists`](Self::with_status_lists).
    pub fn from_json(
        policy: &str,
        sources: Vec<KeySource>,
        lists: Vec<StatusLists>,
        backend: impl Backend + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        let issuers = sources.iter().map(KeySource::issuer);
        let issuers = issuers.filter(|own| !is_for_lists_alone(own, &lists));
        let policy = Policy::of_issuers(issuers, policy)?;
        Self::with_status_lists(policy, sources, lists, backend)
    }

    /// With a memo of another size: see [`SharedMemo::new`].
    #[must_use]
    pub fn memo_bytes(mut self, bytes: usize) -> Self {
        self.memo = SharedMemo::new(bytes);
        self
    }

    /// Decides about a token by the keys that are there.
    ///
    /// `clock` is the time that the sources go by, as in [`poll`](Self::poll); `now` is that of the decision. They differ
    /// where a test decides at another time.
    pub fn ask(
        &self,
        token: &str,
        rules: &(impl RuleSet + ?Sized),
        now: UnixTime,
        clock: UnixTime,
    ) -> Asked {
        let mut held = self.held(clock);
        loop {
            let validator = held.of_token(token);
            let lists = self.lists.as_ref().map(ArcSwap::load);
            let answer = match &lists {
                None => validator.validate_with(&self.memo, token, rules, now),
                Some(lists) => {
                    let lists = At { lists, clock };
                    let rules = WithStatus::new(rules, &lists);
                    validator.validate_with(&self.memo, token, &rules, now)
                }
            };
            if let (Some(lists), Err(no)) = (&lists, &answer)
                && let Some(list) = no.wanted_list()
            {
                match self.want(list, lists, clock) {
                    Some(awaited) => return Asked { answer, awaited },
                    None => continue,
                }
            }
            let looks = match &answer {
                Ok(_) => clock >= held.until,
                Err(no) => has_to_do_with_keys(no),
            };
            if !looks {
                return Asked { answer, awaited: false };
            }
            let mut issuers = self.issuers();
            // Keys that came since are asked first: by the sources the token would lack nothing.
            if issuers.revisions(clock) != held.revisions {
                held = self.renew(&mut issuers, clock);
                continue;
            }
            let no = match answer {
                Ok(accepted) => {
                    let issuer = accepted.issuer().unwrap_or_default();
                    let awaited = issuers.is_outdated(issuer, clock);
                    return Asked { answer: Ok(accepted), awaited };
                }
                Err(no) => no,
            };
            let lack = issuers.lacking(token, &no, clock);
            self.note_next_poll(&issuers);
            let later = |span| Err(held.validator.keys_unavailable(span));
            return match lack {
                Lack::Nothing => Asked { answer: Err(no), awaited: false },
                Lack::Awaited => Asked { answer: later(SOON), awaited: true },
                Lack::Unavailable { retry_after } => {
                    Asked { answer: later(retry_after), awaited: false }
                }
            };
        }
    }

    /// Has a list fetched; tells whether it is worth a wait. `None`: since those that were asked, others have come.
    fn want(
        &self,
        list: &WantedList,
        asked: &Arc<Vec<StatusLists>>,
        clock: UnixTime,
    ) -> Option<bool> {
        let mut issuers = self.issuers();
        // Changed under the lock alone, by what an issuer answered.
        let now = self.lists.as_ref()?.load();
        if !Arc::ptr_eq(asked, &now) {
            return None;
        }
        let awaited = issuers.want(list, clock);
        self.note_next_poll(&issuers);
        Some(awaited)
    }

    /// Reads a message of an issuer's (a logout token, a security event) by its keys of this moment: like
    /// [`ask`](Self::ask), it says whether newer keys are worth waiting for.
    ///
    /// The answer is what `read` returns; `keys_unavailable`, where the keys cannot be had.
    pub fn read<T>(
        &self,
        issuer: &str,
        clock: UnixTime,
        read: impl Fn(&KeySet) -> Result<T, MessageFault>,
    ) -> Asked<Result<T, MessageFault>> {
        let mut held = self.held(clock);
        loop {
            let answer = read(held.of_issuer(issuer).keys());
            let looks = match &answer {
                Ok(_) => clock >= held.until,
                Err(fault) => fault.may_lack_keys(),
            };
            if !looks {
                return Asked { answer, awaited: false };
            }
            let mut issuers = self.issuers();
            if issuers.revisions(clock) != held.revisions {
                held = self.renew(&mut issuers, clock);
                continue;
            }
            let Err(fault) = answer else {
                let awaited = issuers.is_outdated(issuer, clock);
                return Asked { answer, awaited };
            };
            let lack = issuers.lacking_of(issuer, clock);
            self.note_next_poll(&issuers);
            let later = |retry_after| MessageFault::KeysUnavailable { retry_after };
            let (fault, awaited) = match lack {
                Lack::Nothing => (fault, false),
                Lack::Awaited => (later(SOON), true),
                Lack::Unavailable { retry_after } => (later(retry_after), false),
            };
            return Asked { answer: Err(fault), awaited };
        }
    }

    /// What to fetch now, if anything: ask until there is nothing. Cheap where there is nothing.
    pub fn poll(&self, clock: UnixTime) -> Option<Fetch> {
        // The wall clock may go back: then the sources are looked at, and find out.
        let due = self.poll_at.load(Ordering::Relaxed);
        if clock.as_millis() < due && clock >= self.held.load().since {
            return None;
        }
        let mut issuers = self.issuers();
        let fetch = issuers.poll(clock);
        self.note_given_up(&issuers);
        self.note_next_poll(&issuers);
        fetch
    }

    /// How long to wait for keys at most: until the last of the fetches that go on is given up, whoever made it (a process
    /// that forked has those of its parent).
    #[must_use]
    pub fn longest_wait(&self, clock: UnixTime) -> Duration {
        let until = self.issuers().fetching_until().map_or(0, UnixTime::as_millis);
        let millis = until.saturating_sub(clock.as_millis()).clamp(0, 60_000);
        Duration::from_millis(millis.unsigned_abs())
    }

    /// What an issuer answered; tells what to fetch next of that issuer's.
    pub fn answered(&self, fetch: &Fetch, answer: &Answer<'_>, clock: UnixTime) -> Option<Fetch> {
        let mut issuers = self.issuers();
        let next = issuers.answered(fetch, answer, &*self.backend, clock);
        self.note_lists(&issuers);
        self.renew(&mut issuers, clock);
        next
    }

    /// There was no answer: no connection, or not in time.
    pub fn failed(&self, fetch: &Fetch, clock: UnixTime) {
        let mut issuers = self.issuers();
        issuers.failed(fetch, clock);
        self.note_lists(&issuers);
        self.renew(&mut issuers, clock);
    }

    /// Keys that were kept from an earlier run, or come with the program: see
    /// [`KeySource::hydrate`](lowwater_intake::KeySource::hydrate).
    ///
    /// # Errors
    /// An issuer without a source; a text that is no JWK Set, or one without a usable key.
    pub fn hydrate(
        &self,
        issuer: &str,
        jwks: &str,
        fresh_until: UnixTime,
        clock: UnixTime,
    ) -> Result<(), ConfigError> {
        let mut issuers = self.issuers();
        issuers.hydrate(issuer, jwks, fresh_until, &*self.backend)?;
        self.renew(&mut issuers, clock);
        Ok(())
    }

    /// The validator with the keys of this moment: to explain a decision, to verify another message of the issuer's, to read
    /// a header. It knows no status lists: hand it [`Issuers::status_lists`] with the rules
    /// ([`with_sources`](Self::with_sources)).
    #[must_use]
    pub fn current(&self, clock: UnixTime) -> Validator {
        self.held(clock).validator.clone()
    }

    /// Calls `look` with the sources: which issuer failed, and how.
    pub fn with_sources<T>(&self, look: impl FnOnce(&Issuers) -> T) -> T {
        look(&self.issuers())
    }

    /// Does it fetch the keys of this issuer?
    #[must_use]
    pub fn has_source_of(&self, issuer: &str) -> bool {
        self.issuers().sources().any(|source| source.issuer() == issuer)
    }

    fn held(&self, clock: UnixTime) -> Arc<Held> {
        let held = self.held.load_full();
        if held.since <= clock && clock < held.until {
            return held;
        }
        self.renew(&mut self.issuers(), clock)
    }

    /// Takes over what the sources have; the keys that are in use stay, where they are the same.
    fn renew(&self, issuers: &mut Issuers, clock: UnixTime) -> Arc<Held> {
        // Whoever comes first with a clock that was set back tells them.
        issuers.clock_shows(clock);
        self.note_next_poll(issuers);
        let held = self.held.load_full();
        let revisions = issuers.revisions(clock);
        let (validator, each) = if revisions == held.revisions {
            (held.validator.clone(), held.each.clone())
        } else {
            let of = |source: &KeySource| {
                let issuer = source.issuer();
                let keys = issuers.keys_of(issuer, clock).cloned().unwrap_or_else(KeySet::empty);
                (issuer.to_owned(), held.validator.with_keys(keys))
            };
            let several = revisions.len() > 1;
            let each = issuers.sources().filter(|_| several).map(of).collect();
            (held.validator.with_keys(issuers.keys(clock)), each)
        };
        let until = issuers.unchanged_until(clock);
        let new = Arc::new(Held { validator, each, revisions, since: clock, until });
        self.held.store(Arc::clone(&new));
        new
    }

    /// A list that was given up decides no longer: nobody would fetch it anew.
    fn note_given_up(&self, issuers: &Issuers) {
        let count = |lists: &[StatusLists]| lists.iter().map(StatusLists::len).sum::<usize>();
        let asked = self.lists.as_ref().map(|lists| count(&lists.load()));
        if asked.is_some_and(|asked| asked > count(issuers.status_lists())) {
            self.note_lists(issuers);
        }
    }

    /// For the requests. A list that is only wanted so far tells them nothing.
    fn note_lists(&self, issuers: &Issuers) {
        if let Some(lists) = &self.lists {
            lists.store(Arc::new(issuers.status_lists().to_vec()));
        }
    }

    fn note_next_poll(&self, issuers: &Issuers) {
        let at = issuers.next_poll().map_or(i64::MIN, UnixTime::as_millis);
        self.poll_at.store(at, Ordering::Relaxed);
    }

    /// A panic in a turn could come from a backend of the caller's alone, while it reads keys: then none were taken over.
    fn issuers(&self) -> MutexGuard<'_, Issuers> {
        self.issuers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// The keys of the issuer that a token names, unproven: a key has to be its own anyway.
    fn of_token(&self, token: &str) -> &Validator {
        if self.each.is_empty() {
            return &self.validator;
        }
        match Unverified::read(token) {
            Ok(said) => self.of_issuer(said.issuer().unwrap_or_default()),
            Err(_) => &self.validator,
        }
    }

    fn of_issuer(&self, issuer: &str) -> &Validator {
        let own = self.each.iter().find(|(name, _)| name == issuer);
        own.map_or(&self.validator, |(_, validator)| validator)
    }
}

/// Does it sign status lists of others, and has no tokens with lists of its own?
fn is_for_lists_alone(issuer: &str, lists: &[StatusLists]) -> bool {
    lists.iter().any(|own| own.list_issuer() == issuer)
        && lists.iter().all(|own| own.issuer() != issuer)
}

/// Status lists at the time that the sources go by: their age has nothing to do with the time of the decision.
struct At<'l> {
    lists: &'l [StatusLists],
    clock: UnixTime,
}

impl StatusSource for At<'_> {
    fn status(&self, entry: &StatusEntry<'_>, _: UnixTime) -> StatusAnswer {
        self.lists.status(entry, self.clock)
    }
}

/// Before a lock is taken: most rejections have other reasons.
fn has_to_do_with_keys(no: &Rejection) -> bool {
    matches!(no.code(), Code::KeyNotFound | Code::KeyMismatch | Code::SignatureInvalid)
}

impl fmt::Debug for IssuerValidator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuerValidator").field("issuers", &*self.issuers()).finish_non_exhaustive()
    }
}
