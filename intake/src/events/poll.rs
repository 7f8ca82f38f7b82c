//! Security event tokens that are fetched (RFC 8936).

mod config;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use lowwater::UnixTime;
use serde::Serialize;

use self::config::Settings;
use super::set_error;
use crate::answer::Answer;
use crate::fault::SourceFault;
use crate::fetch::Fetch;
use crate::members::Members;
use crate::message::{self, MessageFault};

/// The first wait after something went wrong; it doubles up to the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// What a token (16 KiB at most), its name and their quotes take.
const ONE_SET: usize = 20 * 1024;

/// Fetches the security event tokens of one stream, and acknowledges those whose rules are kept.
///
/// Drive it so: [`poll`](Self::poll) says what to fetch; fetch it, and tell [`answered`](Self::answered) or
/// [`failed`](Self::failed). Take each token that came ([`EventReceiver::receive`](crate::EventReceiver::receive)), apply and
/// keep its rules, and say [`kept`](Self::kept); of one that cannot be taken say [`refused`](Self::refused). What is said goes
/// into the next request. About what cannot be kept now say nothing: the transmitter sends it again, after a wait.
///
/// ```
/// use lowwater::{KeySet, UnixTime};
/// use lowwater_intake::{Answer, EventPoll, EventReceiver, Fetch};
///
/// # fn post(_: &Fetch) -> (u16, Vec<u8>) { (200, br#"{"sets":{},"moreAvailable":false}"#.to_vec()) }
/// fn round(poll: &mut EventPoll, receiver: &EventReceiver, keys: &KeySet, now: UnixTime) {
///     let Some(fetch) = poll.poll(now) else { return };
///     let (status, body) = post(&fetch); // with the headers, the body, the time and the size that it names
///     for set in poll.answered(&fetch, &Answer::new(status, &[], &body), now) {
///         match receiver.receive(set.token(), keys, now) {
///             Ok(received) => {
///                 // apply and keep received.rules(), and then:
///                 poll.kept(set.token_id());
///             }
///             Err(fault) => poll.refused(set.token_id(), &fault),
///         }
///     }
/// }
/// # let mut poll = EventPoll::new("https://issuer.example/poll")?.authorization("Bearer secret")?;
/// # let receiver = EventReceiver::new("https://issuer.example/", ["me"], [lowwater::Algorithm::EdDsa])?;
/// # let keys = KeySet::from_jwks(r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4"}]}"#)?;
/// # round(&mut poll, &receiver, &keys, UnixTime::from_secs(1_700_000_000));
/// # assert_eq!(poll.as_of(), Some(UnixTime::from_secs(1_700_000_000)));
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
pub struct EventPoll {
    settings: Settings,
    asked: Option<Asked>,
    /// Handed out, and nothing said about them yet.
    open: BTreeSet<String>,
    said: Said,
    /// When the request began whose answer leaves nothing behind, once its tokens are settled.
    drained: Option<UnixTime>,
    as_of: Option<UnixTime>,
    /// When the next request is due; `None`: at once.
    due: Option<UnixTime>,
    /// When it is due once all that is open is settled.
    settled_due: Option<UnixTime>,
    failures: u32,
    fault: Option<SourceFault>,
    number: u64,
}

/// One request.
struct Asked {
    number: u64,
    began: UnixTime,
    until: UnixTime,
    said: Said,
}

/// What an answer brought.
struct Came {
    sets: Vec<PolledSet>,
    /// The names of those that are no tokens.
    no_text: Vec<String>,
    more: bool,
}

/// What is said of tokens that came.
#[derive(Default)]
struct Said {
    kept: BTreeSet<String>,
    refused: BTreeMap<String, Refusal>,
}

/// RFC 8936 section 2.6.
#[derive(Serialize)]
struct Refusal {
    err: &'static str,
    description: String,
}

/// RFC 8936 section 2.4.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'r> {
    max_events: u32,
    return_immediately: bool,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    ack: &'r BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    set_errs: &'r BTreeMap<String, Refusal>,
}

/// A token that was fetched: the transmitter's word, not proven yet.
#[derive(Clone)]
pub struct PolledSet {
    token_id: String,
    token: String,
}

impl PolledSet {
    /// What the transmitter calls it: what [`EventPoll::kept`] wants.
    #[must_use]
    pub fn token_id(&self) -> &str {
        &self.token_id
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl fmt::Debug for PolledSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolledSet").field("token_id", &self.token_id).finish_non_exhaustive()
    }
}

impl EventPoll {
    /// What to fetch now, if anything. Whoever gets it has to tell what came of it.
    pub fn poll(&mut self, now: UnixTime) -> Option<Fetch> {
        let latest = now.after(self.settings.timeout);
        if self.asked.as_ref().is_some_and(|asked| now >= asked.until || asked.until > latest) {
            self.give_up(SourceFault::Unreachable, now);
        }
        // A clock that went back must not put off what is due by as much.
        let longest = now.after(LONGEST_WAIT.max(self.settings.interval));
        self.due = self.due.map(|due| due.min(longest));
        if self.asked.is_some() || self.due.is_some_and(|due| now < due) {
            return None;
        }
        if !self.open.is_empty() {
            // It comes again, until it is settled. The wait grows as after failures.
            self.open.clear();
            self.failures = self.failures.saturating_add(1).min(31);
        }
        self.drained = None;
        self.number = self.number.saturating_add(1);
        let until = now.after(self.settings.timeout);
        let said = core::mem::take(&mut self.said);
        let fetch = self.fetch(&said);
        self.asked = Some(Asked { number: self.number, began: now, until, said });
        Some(fetch)
    }

    /// When to ask [`poll`](Self::poll) again; `None`: at once.
    #[must_use]
    pub fn next_poll(&self) -> Option<UnixTime> {
        self.asked.as_ref().map(|asked| asked.until).or(self.due)
    }

    /// What the transmitter answered: the tokens that came. An answer to a request that was given up is nobody's.
    #[must_use = "what is not settled comes again"]
    pub fn answered(
        &mut self,
        fetch: &Fetch,
        answer: &Answer<'_>,
        now: UnixTime,
    ) -> Vec<PolledSet> {
        let Some(began) = self.awaited(fetch) else { return Vec::new() };
        match self.read(answer) {
            Err(fault) => {
                self.give_up(fault, now);
                Vec::new()
            }
            Ok(came) => self.take(came, began, now),
        }
    }

    /// There was no answer: no connection, or not in time. What was said is said again.
    pub fn failed(&mut self, fetch: &Fetch, now: UnixTime) {
        if self.awaited(fetch).is_some() {
            self.give_up(SourceFault::Unreachable, now);
        }
    }

    /// The rules of this token are applied and kept: it is acknowledged with the next request. Tells whether anybody waits
    /// for that; a token of an earlier answer comes again, which does no harm.
    pub fn kept(&mut self, token_id: &str) -> bool {
        let own = self.open.take(token_id);
        let settled = own.is_some();
        self.said.kept.extend(own);
        self.settle_if_done(settled)
    }

    /// This token cannot be taken, for ever: the transmitter is told why with the next request. Not for `key_not_found` before
    /// the keys were fetched anew, nor where it may be taken later ([`MessageFault::for_later`]).
    pub fn refused(&mut self, token_id: &str, fault: &MessageFault) {
        let own = self.open.take(token_id);
        let settled = own.is_some();
        let why = Refusal { err: set_error(fault), description: message::described(fault) };
        self.said.refused.extend(own.map(|token_id| (token_id, why)));
        self.settle_if_done(settled);
    }

    /// Those that were refused, each with the reason, until the next request tells the transmitter: for a log. One that is
    /// refused is not sent again, so a wrong `audience` here loses every event.
    pub fn refusals(&self) -> impl Iterator<Item = (&str, &str)> {
        let refused = self.said.refused.iter();
        refused.map(|(token_id, why)| (token_id.as_str(), why.description.as_str()))
    }

    /// When the last request began whose answer left nothing behind, and all of it is settled: so old are the rules, for
    /// [`StreamFreshness::polled`](crate::StreamFreshness::polled).
    #[must_use]
    pub const fn as_of(&self) -> Option<UnixTime> {
        self.as_of
    }

    /// What went wrong with the last request; `None` after one that went well.
    #[must_use]
    pub const fn fault(&self) -> Option<&SourceFault> {
        self.fault.as_ref()
    }

    fn awaited(&self, fetch: &Fetch) -> Option<UnixTime> {
        self.asked.as_ref().filter(|asked| asked.number == fetch.number).map(|asked| asked.began)
    }

    fn fetch(&self, said: &Said) -> Fetch {
        let request = Request {
            max_events: self.settings.max_events,
            return_immediately: !self.settings.long_poll,
            ack: &said.kept,
            set_errs: &said.refused,
        };
        let authorization = self.settings.authorization.iter();
        let headers = [("Accept", "application/json"), ("Content-Type", "application/json")];
        Fetch {
            source: 0,
            about: None,
            number: self.number,
            address: self.settings.address.clone(),
            headers: headers
                .map(|(name, value)| (name, value.into()))
                .into_iter()
                .chain(authorization.map(|value| ("Authorization", value.clone())))
                .collect(),
            // Strings, numbers and booleans under names that are strings: they can be written.
            body: Some(serde_json::to_string(&request).unwrap_or_default()),
            max_bytes: self.max_bytes(),
            timeout: self.settings.timeout,
        }
    }

    fn max_bytes(&self) -> usize {
        let sets = usize::try_from(self.settings.max_events).unwrap_or(1);
        sets.saturating_add(1).saturating_mul(ONE_SET)
    }

    fn read(&self, answer: &Answer<'_>) -> Result<Came, SourceFault> {
        if answer.body().len() > self.max_bytes() {
            return Err(SourceFault::TooLarge);
        }
        match answer.status() {
            200 => {}
            301 | 302 | 303 | 307 | 308 => return Err(SourceFault::Redirect),
            status => return Err(SourceFault::Status(status)),
        }
        let body = Members::read(answer.body()).map_err(SourceFault::Json)?;
        let more = match body.raw("moreAvailable") {
            Some("true") => true,
            Some("false") | None => false,
            Some(_) => return Err(SourceFault::Sets),
        };
        let all = body.inner("sets").ok_or(SourceFault::Sets)?;
        let most = usize::try_from(self.settings.max_events).unwrap_or(usize::MAX);
        let more = more || all.names().nth(most).is_some();
        let mut came = Came { sets: Vec::new(), no_text: Vec::new(), more };
        for token_id in all.names().take(most) {
            match all.string(token_id) {
                Some(token) => came
                    .sets
                    .push(PolledSet { token_id: token_id.into(), token: token.into_owned() }),
                None => came.no_text.push(token_id.into()),
            }
        }
        Ok(came)
    }

    fn take(&mut self, came: Came, began: UnixTime, now: UnixTime) -> Vec<PolledSet> {
        let Came { sets, no_text, more } = came;
        // A clock that was set back meanwhile puts nothing off, and makes no rules younger than they are.
        let began = began.min(now);
        self.as_of = self.as_of.map(|as_of| as_of.min(now));
        self.asked = None; // what was said was heard
        self.fault = None;
        self.open = sets.iter().map(|set| set.token_id.clone()).collect();
        self.drained = (!more).then_some(began);
        for token_id in no_text {
            let description = "the token is no string".into();
            self.said.refused.insert(token_id, Refusal { err: "invalid_request", description });
        }
        // Unless there is more, not at once: some transmitters answer a long poll without waiting, or send again what was
        // acknowledged.
        let soon = began.after(FIRST_WAIT);
        self.settled_due = (!more).then_some(soon);
        if !self.open.is_empty() {
            self.due = Some(now.after(self.wait()));
            return sets;
        }
        let at_rest = !more && !self.settings.long_poll && self.said.refused.is_empty();
        self.due = Some(if at_rest { now.after(self.settings.interval) } else { soon });
        self.settle();
        sets
    }

    fn wait(&self) -> Duration {
        let doubled = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        FIRST_WAIT.saturating_mul(doubled).min(LONGEST_WAIT)
    }

    /// The request came to nothing: what it said is said again, with what was said since.
    fn give_up(&mut self, fault: SourceFault, now: UnixTime) {
        if let Some(Asked { mut said, .. }) = self.asked.take() {
            self.said.kept.append(&mut said.kept);
            self.said.refused.append(&mut said.refused);
        }
        self.due = Some(now.after(self.wait()));
        self.failures = self.failures.saturating_add(1).min(31);
        self.fault = Some(fault);
    }

    fn settle_if_done(&mut self, settled: bool) -> bool {
        if settled && self.open.is_empty() {
            self.settle();
            self.due = self.settled_due;
        }
        settled
    }

    fn settle(&mut self) {
        self.failures = 0;
        self.as_of = self.as_of.max(self.drained.take());
    }
}

impl fmt::Debug for EventPoll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventPoll")
            .field("url", &self.settings.address.as_str())
            .field("open", &self.open.len())
            .field("fault", &self.fault)
            .field("as_of", &self.as_of)
            .finish_non_exhaustive()
    }
}
