//! The payload: one strict JSON object, its registered claims typed, the rest as it stands.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::header::Header;
use crate::json::{self, Decimal, Elements, Kind, Known, Member, Text, unescape};
use crate::key::KeyName;
use crate::reason::Reason;
use crate::signature::Signed;
use crate::time::{TokenTime, UnixTime};

/// Room for so many members is kept, however few there are.
const MANY: usize = 20;

const TIME: &str = "a number of seconds from 0 to 253402300799";
const STRING: &str = "a string";
const AUDIENCE: &str = "a string or an array of strings that is not empty";
const STRINGS: &str = "an array of strings";
const SCOPE: &str = "a string or an array of strings";

/// What a payload says, each registered claim of its right type. Says nothing about whether it is true.
///
/// A registered claim of the wrong type is a fault even if nothing asks for the claim: libraries that
/// ignored it have let `"exp": "never"` live for ever (CVE-2026-25537).
#[derive(Clone)]
pub(crate) struct ClaimSet {
    text: String,
    members: Vec<Member>,
    issuer: Option<Text>,
    subject: Option<Text>,
    token_id: Option<Text>,
    session: Option<Text>,
    client_id: Option<Text>,
    authorized_party: Option<Text>,
    pub(crate) expires_at: Option<TokenTime>,
    pub(crate) not_before: Option<TokenTime>,
    pub(crate) issued_at: Option<TokenTime>,
    pub(crate) authenticated_at: Option<TokenTime>,
    audience: Option<Member>,
    scope: Option<Member>,
    permissions: Option<Member>,
}

impl ClaimSet {
    /// Reads a payload. JSON first, then the types in the order of the fields.
    pub(crate) fn read(payload: Vec<u8>) -> Result<Self, Reason> {
        Self::read_into(payload, Vec::new())
    }

    /// The same, with its members in a list that held others.
    fn read_into(payload: Vec<u8>, room: Vec<Member>) -> Result<Self, Reason> {
        let text = String::from_utf8(payload)
            .map_err(|_| Reason::ClaimsJson { fault: "expected UTF-8" })?;
        let mut members = json::members_into(&text, room)
            .map_err(|malformed| Reason::ClaimsJson { fault: malformed.fault })?;
        if members.capacity() / 4 > members.len().max(MANY) {
            members.shrink_to_fit(); // a header or a nested object had many more
        }
        let read = Registered::of(&text, &members);
        Ok(Self {
            issuer: read.string(0)?,
            subject: read.string(1)?,
            audience: read.audience(2)?,
            expires_at: read.time(3)?,
            not_before: read.time(4)?,
            issued_at: read.time(5)?,
            token_id: read.string(6)?,
            authenticated_at: read.time(7)?,
            session: read.string(8)?,
            client_id: read.string(9)?,
            authorized_party: read.string(10)?,
            scope: read.list(11, true, SCOPE)?,
            permissions: read.list(12, false, STRINGS)?,
            members,
            text,
        })
    }

    /// The payload as JSON, as it was sent.
    pub(crate) fn json(&self) -> &str {
        &self.text
    }

    /// What it takes of memory beside itself, at most: strings that were read through their escapes are
    /// parts of the text, and shorter than there.
    fn heap_bytes(&self) -> usize {
        let members = self.members.capacity().saturating_mul(size_of::<Member>());
        let escaped = self.members.iter().any(Member::is_escaped);
        let texts = self.text.capacity().saturating_mul(if escaped { 2 } else { 1 });
        members.saturating_add(texts)
    }

    fn letters<'c>(&'c self, claim: Option<&'c Text>) -> Option<&'c str> {
        claim.map(|claim| claim.read(&self.text))
    }

    pub(crate) fn issuer(&self) -> Option<&str> {
        self.letters(self.issuer.as_ref())
    }

    pub(crate) fn subject(&self) -> Option<&str> {
        self.letters(self.subject.as_ref())
    }

    pub(crate) fn token_id(&self) -> Option<&str> {
        self.letters(self.token_id.as_ref())
    }

    pub(crate) fn session(&self) -> Option<&str> {
        self.letters(self.session.as_ref())
    }

    pub(crate) fn client_id(&self) -> Option<&str> {
        self.letters(self.client_id.as_ref())
    }

    /// `client_id`, else `azp`.
    pub(crate) fn client(&self) -> Option<&str> {
        self.client_id().or_else(|| self.letters(self.authorized_party.as_ref()))
    }

    /// A token that a client asked for itself, with no user: no `auth_time`, and `client_id` is `sub`
    /// (RFC 9068 section 5). Never by `azp`, which issuers also set to a user's own client.
    pub(crate) fn is_machine(&self) -> bool {
        self.authenticated_at.is_none()
            && self.subject().is_some_and(|subject| self.client_id() == Some(subject))
    }

    /// Does `aud` name `audience`, byte for byte?
    pub(crate) fn has_audience(&self, audience: &str) -> bool {
        self.audience.as_ref().is_some_and(|member| self.strings(member, |name| name == audience))
    }

    pub(crate) fn has_any_audience(&self) -> bool {
        self.audience.is_some()
    }

    /// Is `scope` among the scopes: the words of a string, split at spaces only, or the elements of an
    /// array, which are not split?
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scope.as_ref().is_some_and(|member| match member.kind {
            Kind::String => {
                self.value_of(member).split(' ').any(|word| word == scope && !word.is_empty())
            }
            _ => self.strings(member, |element| element == scope),
        })
    }

    pub(crate) fn has_permission(&self, permission: &str) -> bool {
        self.permissions.as_ref().is_some_and(|list| self.strings(list, |name| name == permission))
    }

    /// Calls `visit` with each audience, scope or permission.
    pub(crate) fn each_audience(&self, mut visit: impl FnMut(&str)) {
        self.audience.iter().for_each(|member| self.each(member, &mut visit));
    }

    pub(crate) fn each_scope(&self, mut visit: impl FnMut(&str)) {
        self.scope.iter().for_each(|member| match member.kind {
            Kind::String => {
                let words = self.value_of(member);
                words.split(' ').filter(|word| !word.is_empty()).for_each(&mut visit);
            }
            _ => self.each(member, &mut visit),
        });
    }

    pub(crate) fn each_permission(&self, mut visit: impl FnMut(&str)) {
        self.permissions.iter().for_each(|member| self.each(member, &mut visit));
    }

    fn value_of(&self, member: &Member) -> alloc::borrow::Cow<'_, str> {
        member.letters(&self.text)
    }

    fn each(&self, member: &Member, visit: &mut impl FnMut(&str)) {
        self.strings(member, |name| {
            visit(name);
            false
        });
    }

    /// Does any string of this member (itself, or the elements of an array) please `test`?
    fn strings(&self, member: &Member, mut test: impl FnMut(&str) -> bool) -> bool {
        match member.kind {
            Kind::String => test(&self.value_of(member)),
            Kind::Array => {
                let list = member.value.of(&self.text);
                json::elements(list)
                    .any(|element| element.kind == Kind::String && test(&element.letters(list)))
            }
            _ => false,
        }
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        let sought = Known::new(name);
        self.members.iter().find(|member| member.is_called(&self.text, &sought))
    }

    /// The letters of a claim that is a string.
    pub(crate) fn text(&self, name: &str) -> Option<alloc::borrow::Cow<'_, str>> {
        let member = self.member(name).filter(|member| member.kind == Kind::String);
        member.map(|member| self.value_of(member))
    }

    /// The text of a claim's value as it was sent; of a string, with its quotes.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        self.member(name).map(|member| member.raw_value(&self.text))
    }

    /// Is the claim there, with a value other than `null`?
    pub(crate) fn is_present(&self, name: &str) -> bool {
        self.member(name).is_some_and(|member| member.kind != Kind::Null)
    }

    /// The names of all claims, in the order in which they were sent.
    pub(crate) fn names(&self) -> impl Iterator<Item = alloc::borrow::Cow<'_, str>> {
        self.members.iter().map(|member| unescape(member.raw_name(&self.text)))
    }

    /// A string inside an object claim: `cnf.jkt`.
    pub(crate) fn string_in(&self, claim: &str, name: &str) -> Option<String> {
        let member = self.member(claim).filter(|member| member.kind == Kind::Object)?;
        let text = member.value.of(&self.text);
        let inner = json::members(text).ok()?;
        let member = inner.iter().find(|member| member.is_named(text, name))?;
        (member.kind == Kind::String).then(|| member.letters(text).into_owned())
    }

    /// The values of a claim that a rule may name: itself, or the elements of an array.
    pub(crate) fn scalars<'c>(&'c self, name: &str, mut visit: impl FnMut(Scalar<'c>)) {
        let Some(member) = self.member(name) else {
            return;
        };
        if member.kind == Kind::Array {
            let list = member.value.of(&self.text);
            for element in json::elements(list) {
                Scalar::read(list, &element).into_iter().for_each(&mut visit);
            }
        } else {
            Scalar::read(&self.text, member).into_iter().for_each(visit);
        }
    }
}

/// A value that a rule can name: compared with its type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scalar<'t> {
    Text(alloc::borrow::Cow<'t, str>),
    Integer(i64),
    Boolean(bool),
}

impl<'t> Scalar<'t> {
    fn read(text: &'t str, member: &Member) -> Option<Self> {
        let value = member.value.of(text);
        match member.kind {
            Kind::String => Some(Self::Text(unescape(value))),
            Kind::Number => Decimal::parse(value).integer().map(Self::Integer),
            Kind::True => Some(Self::Boolean(true)),
            Kind::False => Some(Self::Boolean(false)),
            _ => None,
        }
    }
}

/// The claims that have a type, in the order in which it is checked.
const REGISTERED: [Known<'static>; 13] = [
    Known::new("iss"),
    Known::new("sub"),
    Known::new("aud"),
    Known::new("exp"),
    Known::new("nbf"),
    Known::new("iat"),
    Known::new("jti"),
    Known::new("auth_time"),
    Known::new("sid"),
    Known::new("client_id"),
    Known::new("azp"),
    Known::new("scope"),
    Known::new("permissions"),
];

/// The registered claims of a token, by their places in that list, held against their types.
struct Registered<'m> {
    text: &'m str,
    found: [Option<&'m Member>; REGISTERED.len()],
}

impl<'m> Registered<'m> {
    /// Finds all in one walk.
    fn of(text: &'m str, members: &'m [Member]) -> Self {
        let mut found = [None; REGISTERED.len()];
        for member in members {
            let place = REGISTERED.iter().position(|known| member.is_called(text, known));
            if let Some(claim) = place.and_then(|place| found.get_mut(place)) {
                *claim = Some(member);
            }
        }
        Self { text, found }
    }

    fn get(&self, place: usize) -> Option<&'m Member> {
        self.found.get(place).copied().flatten()
    }

    #[cold]
    fn wrong<T>(place: usize, expected: &'static str) -> Result<T, Reason> {
        let claim = REGISTERED.get(place).map_or("", |known| known.name);
        Err(Reason::ClaimType { claim, expected })
    }

    fn string(&self, place: usize) -> Result<Option<Text>, Reason> {
        match self.get(place) {
            None => Ok(None),
            Some(member) if member.kind == Kind::String => Ok(Some(Text::of(self.text, member))),
            Some(_) => Self::wrong(place, STRING),
        }
    }

    fn time(&self, place: usize) -> Result<Option<TokenTime>, Reason> {
        let Some(member) = self.get(place) else {
            return Ok(None);
        };
        let number = member.kind == Kind::Number;
        match number.then(|| Decimal::read_time(member.value.of(self.text))).flatten() {
            Some((millis, resolution)) => {
                Ok(Some(TokenTime { at: UnixTime::from_millis(millis), resolution }))
            }
            None => Self::wrong(place, TIME),
        }
    }

    fn audience(&self, place: usize) -> Result<Option<Member>, Reason> {
        let audience = self.list(place, true, AUDIENCE)?;
        let empty =
            |member: &Member| member.kind == Kind::Array && member.elements == Elements::Nothing;
        if audience.as_ref().is_some_and(empty) {
            Self::wrong(place, AUDIENCE)
        } else {
            Ok(audience)
        }
    }

    /// An array of strings, or, if `or_string`, one string.
    fn list(
        &self,
        place: usize,
        or_string: bool,
        expected: &'static str,
    ) -> Result<Option<Member>, Reason> {
        let Some(member) = self.get(place) else { return Ok(None) };
        match member.kind {
            Kind::String if or_string => Ok(Some(*member)),
            Kind::Array if member.elements != Elements::Mixed => Ok(Some(*member)),
            _ => Self::wrong(place, expected),
        }
    }
}

/// Claims that somebody vouches for.
pub(crate) struct Claims {
    pub(crate) set: ClaimSet,
    voucher: Voucher,
}

/// Who says that claims are true.
enum Voucher {
    /// A key of the set, by its signature over them and this header.
    Key { header: Header, key: Arc<KeyName> },
    /// The authorization server of this issuer, which was asked about the token.
    Server(Arc<str>),
}

/// What is known of a token beside its claims, as far as the policy asks.
#[derive(Clone, Copy)]
pub(crate) enum Origin<'c> {
    /// A JWT: the `typ` of its header, and the issuers to which the key that verified is bound.
    Token { token_type: Option<&'c str>, key_issuers: &'c [Arc<str>] },
    /// A response of this issuer's authorization server.
    Response { issuer: &'c str },
}

impl Claims {
    /// Only signed bytes become claims.
    ///
    /// Shared: an accepted token, its tickets and a memo hold one copy.
    pub(crate) fn parse(signed: Signed) -> Result<Arc<Self>, Reason> {
        let Signed { mut header, payload, key } = signed;
        let set = ClaimSet::read_into(payload, header.take_room())?;
        let voucher = Voucher::Key { header, key: Arc::clone(key.name()) };
        Ok(Arc::new(Self { set, voucher }))
    }

    /// What the authorization server of this issuer says of a token that is active.
    pub(crate) fn introspected(set: ClaimSet, issuer: &str) -> Self {
        Self { set, voucher: Voucher::Server(issuer.into()) }
    }

    /// The header of a JWT.
    pub(crate) const fn header(&self) -> Option<&Header> {
        match &self.voucher {
            Voucher::Key { header, .. } => Some(header),
            Voucher::Server(_) => None,
        }
    }

    /// The name of the key that verified.
    pub(crate) fn key_id(&self) -> Option<&str> {
        match &self.voucher {
            Voucher::Key { key, .. } => Some(key.id()),
            Voucher::Server(_) => None,
        }
    }

    pub(crate) fn origin(&self) -> Origin<'_> {
        match &self.voucher {
            Voucher::Key { header, key } => {
                Origin::Token { token_type: header.token_type(), key_issuers: key.issuers() }
            }
            Voucher::Server(issuer) => Origin::Response { issuer },
        }
    }

    /// What they take of memory.
    pub(crate) fn bytes(&self) -> usize {
        let beside = match &self.voucher {
            Voucher::Key { header, .. } => header.heap_bytes(),
            Voucher::Server(issuer) => issuer.len(),
        };
        size_of::<Self>().saturating_add(self.set.heap_bytes()).saturating_add(beside)
    }
}
