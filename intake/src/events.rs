//! Security event tokens (RFC 8417) of the Shared Signals Framework: CAEP, RISC, and what came before them.

mod config;
mod poll;
mod received;
mod rules;
mod stream;
mod table;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use lowwater::{Algorithm, At, ConfigError, KeySet, Stage, UnixTime};

pub use self::poll::{EventPoll, PolledSet};
pub use self::received::{Event, NotApplied, Received, StreamStatus};
pub(crate) use self::rules::Happened;
pub use self::stream::StreamFreshness;
pub use self::table::EventAction;
use self::table::{Chosen, EventTable, Known};
use crate::authority::Authority;
use crate::config::mistake;
use crate::members::Members;
use crate::message::{self, MessageFault, Typ, instant};
use crate::reply::Reply;
use crate::subject::{Reading, Subjects};

const WHAT: &str = "event receiver";
const TYPE: &str = "application/secevent+jwt";
/// A token has at most 16 KiB.
const MOST_BODY: usize = 64 * 1024;
/// One event, or one in several words (RFC 8417 section 2.2, Shared Signals Framework 1.0 section 4.1).
const MOST_EVENTS: usize = 8;

/// Takes in the security event tokens of one transmitter and says which rules they make.
///
/// What an event does is said by a table (see [`EventAction`]), what its subject means by [`Subjects`], whom the transmitter
/// may name by an [`Authority`]: where nothing is said, the users, clients, sessions, tokens, tenants and devices of its
/// own issuer. A message that comes again, or late, changes nothing that a later one said, so nothing has to be remembered.
///
/// ```
/// use lowwater::{Algorithm, KeySet, UnixTime};
/// use lowwater_intake::{EventReceiver, Reply, Subjects};
///
/// let receiver = EventReceiver::new("https://issuer.example/", ["https://api.example/"], [Algorithm::Rs256])?
///     .subjects(Subjects::new().format("opaque", "session")?);
///
/// // The transmitter posts to this API (RFC 8935); the answer is the transmitter's. Who may post is the API's to check.
/// fn push(receiver: &EventReceiver, content_type: &str, body: &[u8], keys: &KeySet, now: UnixTime) -> Reply {
///     match receiver.push(content_type, body, keys, now) {
///         Ok(received) => {
///             for rule in received.rules() { /* apply and keep it, then answer */ }
///             for event in received.events() { /* log what was not applied */ }
///             received.reply()
///         }
///         Err(fault) => EventReceiver::refusal(&fault),
///     }
/// }
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct EventReceiver {
    issuer: String,
    token_issuer: String,
    audience: Vec<String>,
    algorithms: Vec<Algorithm>,
    authority: Option<Authority>,
    subjects: Subjects,
    table: EventTable,
    legacy: bool,
    leeway: Duration,
    max_session: Option<Duration>,
    max_lifetime: Option<Duration>,
}

impl EventReceiver {
    /// Takes tokens of this transmitter for this audience (any of these), signed by one of these algorithms.
    ///
    /// # Errors
    /// An empty issuer, no audience or an empty one, no algorithm.
    pub fn new<'c>(
        issuer: &str,
        audience: impl IntoIterator<Item = &'c str>,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> Result<Self, ConfigError> {
        let audience: Vec<String> = audience.into_iter().map(String::from).collect();
        let algorithms: Vec<_> = algorithms.into_iter().collect();
        if issuer.is_empty() {
            return Err(mistake(WHAT, "the issuer must not be empty"));
        }
        if audience.is_empty() || audience.iter().any(String::is_empty) {
            return Err(mistake(WHAT, "name at least one audience, and none of them empty"));
        }
        if algorithms.is_empty() {
            return Err(mistake(WHAT, "name at least one algorithm"));
        }
        Ok(Self {
            issuer: issuer.into(),
            token_issuer: issuer.into(),
            audience,
            algorithms,
            authority: None,
            subjects: Subjects::new(),
            table: EventTable::default(),
            legacy: false,
            leeway: Duration::from_secs(60),
            max_session: None,
            max_lifetime: None,
        })
    }

    /// The transmitter.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Reads the body of a push (RFC 8935): the token, with the `Content-Type` of its request.
    ///
    /// # Errors
    /// Why it is not taken; answer with [`refusal`](Self::refusal). Where its code is `key_not_found`, fetch the keys and ask
    /// again before that: the transmitter may not send it twice.
    pub fn push(
        &self,
        content_type: &str,
        body: &[u8],
        keys: &KeySet,
        now: UnixTime,
    ) -> Result<Received, MessageFault> {
        if !message::is_media_type(content_type, TYPE) {
            return Err(MessageFault::Member { name: "Content-Type", expected: TYPE });
        }
        let set = core::str::from_utf8(body).ok().filter(|set| set.len() <= MOST_BODY);
        let expected = "one token, at most 64 KiB";
        self.receive(set.ok_or(MessageFault::Member { name: "the body", expected })?, keys, now)
    }

    /// Reads a security event token by itself.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn receive(
        &self,
        set: &str,
        keys: &KeySet,
        now: UnixTime,
    ) -> Result<Received, MessageFault> {
        const TYP: &str = "secevent+jwt";
        let typ = if self.legacy { Typ::SaidOrPlain(TYP) } else { Typ::Said(TYP) };
        let signed = message::prove(set, keys, &self.algorithms, typ)?;
        let claims = Members::read(signed.payload())?;
        message::from_issuer(&claims, &signed, &self.issuer)?;
        message::for_audience(&claims, &self.audience)?;
        let issued = message::issued_at(&claims, None, self.leeway, now)?;
        let token_id = message::needed(&claims, "jti")?;
        let toe = claims.time("toe")?;
        if self.legacy {
            message::not_expired(&claims, self.leeway, now)?;
        } else if let Some(name) = ["sub", "exp"].into_iter().find(|name| claims.has(name)) {
            return Err(MessageFault::Forbidden(name)); // an ID token, an access token (SSF 1.0 section 4.1)
        }
        let subject = claims.object("sub_id")?;
        if subject.is_none() && !self.legacy {
            return Err(MessageFault::Missing("sub_id"));
        }
        let received = Received {
            rules: Vec::new(),
            events: Vec::new(),
            token_id,
            issued: instant(issued).min(now),
            verification: None,
            stream: None,
        };
        let addressed = claims.texts("aud")?.unwrap_or_default();
        let ours = |own: &&String| addressed.iter().any(|one| *one == own.as_str());
        let clients = self.audience.iter().filter(ours).cloned().collect();
        let mut taking = Taking {
            receiver: self,
            authority: self.subjects.authority(self.authority.as_ref(), &self.token_issuer),
            subject,
            toe,
            issued,
            clients,
            received,
        };
        for (uri, event) in events(&claims)? {
            taking.take(uri, event)?;
        }
        Ok(taking.received)
    }

    /// What to answer where a push is not taken: 400, with `err` and `description` as JSON (RFC 8935 section 2.3); 503 where it may
    /// be taken later (keys that cannot be had, a clock that differs).
    #[must_use]
    pub fn refusal(fault: &MessageFault) -> Reply {
        let reply = received::refusal(set_error(fault), &message::described(fault));
        match fault.for_later() {
            Some(retry_after) => reply.later(retry_after),
            None => reply,
        }
    }
}

/// RFC 8935 section 2.4.
pub(crate) fn set_error(fault: &MessageFault) -> &'static str {
    match fault {
        MessageFault::Forged(_) => "invalid_key",
        MessageFault::Unproven(no) => match no.stage() {
            Stage::Key | Stage::Signature => "invalid_key",
            _ => "invalid_request",
        },
        MessageFault::Issuer => "invalid_issuer",
        MessageFault::Audience => "invalid_audience",
        _ => "invalid_request",
    }
}

/// The events of a message, with what each says: at least one, each an object.
fn events<'t>(claims: &Members<'t>) -> Result<Vec<(String, &'t str)>, MessageFault> {
    let expected = "an object of 1 to 8 objects";
    let wrong = MessageFault::Member { name: "events", expected };
    let events = claims.object("events")?.ok_or(MessageFault::Missing("events"))?;
    let each =
        |uri: &str| Some((String::from(uri), events.inner(uri).and_then(|_| events.raw(uri))?));
    let all: Option<Vec<_>> = events.names().map(each).collect();
    all.filter(|all| (1..=MOST_EVENTS).contains(&all.len())).ok_or(wrong)
}

/// A message that is being taken in.
struct Taking<'t> {
    receiver: &'t EventReceiver,
    authority: Authority,
    subject: Option<Members<'t>>,
    toe: Option<At>,
    issued: At,
    clients: Vec<String>,
    received: Received,
}

impl Taking<'_> {
    fn take(&mut self, uri: String, json: &str) -> Result<(), MessageFault> {
        let event = Members::of(json).ok_or(MessageFault::Missing("events"))?;
        let happened = event.event_time("event_timestamp")?.or(self.toe).unwrap_or(self.issued);
        let not_applied = match self.receiver.table.find(&uri, &event) {
            Err(no) => alloc::vec![no],
            Ok(Known::Verification) => {
                self.received.verification = Some(event.text("state")?.map(Into::into));
                Vec::new()
            }
            Ok(Known::StreamUpdated) => {
                let status = event.text("status")?.and_then(|word| StreamStatus::read(&word));
                let expected = "enabled, paused or disabled";
                let status = status.ok_or(MessageFault::Member { name: "status", expected })?;
                self.received.stream = self.received.stream.max(Some(status));
                Vec::new()
            }
            Ok(Known::Of(Chosen { action: EventAction::Nothing, .. })) => {
                alloc::vec![NotApplied::NothingToDo]
            }
            Ok(Known::Of(chosen)) => {
                let own = if self.receiver.legacy { event.object("subject")? } else { None };
                let subject = self.subject.clone().or(own);
                self.act(&chosen, subject.as_ref(), Happened::told(happened, self.issued))
            }
        };
        self.received.events.push(Event { uri, json: json.into(), not_applied });
        Ok(())
    }

    /// Makes the rules; tells why not, of each whom the subject names.
    fn act(&mut self, chosen: &Chosen, subject: Option<&Members<'_>>, at: At) -> Vec<NotApplied> {
        let receiver = self.receiver;
        let reading = Reading {
            issuer: &receiver.issuer,
            tokens_of: &receiver.token_issuer,
            about: chosen.about,
            refuses: chosen.action != EventAction::Resume,
            legacy: receiver.legacy,
        };
        let Some(subject) = subject else { return alloc::vec![NotApplied::NoSubject] };
        let everyone = match receiver.subjects.resolve(subject, reading) {
            Ok(everyone) => everyone,
            Err(no) => return alloc::vec![no.into()],
        };
        let happened = Happened {
            at,
            issued: self.issued,
            max_session: receiver.max_session,
            max_lifetime: receiver.max_lifetime,
            clients: &self.clients,
            issuer: &receiver.issuer,
            token_id: &self.received.token_id,
            name: chosen.name,
        };
        let mut not_applied = Vec::new();
        for whom in everyone {
            let rules = happened.rules(chosen.action, &whom);
            match rules.iter().try_for_each(|rule| self.authority.admit(rule)) {
                Ok(()) => received::add(&mut self.received.rules, rules),
                Err(overreach) => not_applied.push(overreach.into()),
            }
        }
        not_applied
    }
}
