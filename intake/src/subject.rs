//! Whom a subject identifier means here (RFC 9493, and the complex subjects of the Shared Signals Framework).

pub(crate) mod config;
mod identifier;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use lowwater::{ConfigError, Target};

use self::config::Meaning;
use self::identifier::{Identifier, Named};
use crate::authority::Authority;
use crate::config::mistake;
use crate::members::Members;

const WHAT: &str = "subjects";
/// More names for one principal are not what a message is for.
const MOST_ALIASES: usize = 16;
/// A target names at most 16 dimensions; the issuer, the user and the application may come on top.
const MOST_MEMBERS: usize = 12;

/// What to do about a member of a complex subject that means nothing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a member that is not known matches or does not")]
pub enum UnknownMember {
    /// It is left out: the rule names the other members, and so refuses more.
    Match,
    /// No rule is made, and the event is reported.
    NoMatch,
}

/// What identifiers mean here: which claim of a token they are compared with.
///
/// `iss_sub` is the token's issuer and subject, `jwt_id` its issuer and id: that is what the standard says. What anything
/// else means has to be said, for a rule about a claim that the tokens do not carry would refuse nobody, and nobody would
/// notice. Meanings are the dimensions of a rule: `subject`, `client`, `session`, `tenant`, `device`, `confirmation`,
/// `claim:NAME`.
///
/// ```
/// use lowwater_intake::{Subjects, UnknownMember};
///
/// let subjects = Subjects::new()
///     .format("email", "claim:email")? // an identifier that stands alone, or as `user`
///     .format("opaque", "session")?    // one that stands alone
///     .member("device", "device")?     // a member of a complex subject, opaque or `iss_sub`
///     .unknown_member("tenant", UnknownMember::Match)?; // there is one tenant: it need not be looked at
/// # Ok::<(), lowwater::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subjects {
    formats: BTreeMap<&'static str, Meaning>,
    members: BTreeMap<String, Meaning>,
    unknown: BTreeMap<String, UnknownMember>,
    critical: BTreeSet<String>,
    any_email_case: bool,
}

/// Why a subject means nobody here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unresolved {
    /// No identifier at all.
    Nothing,
    /// Of this format, which means nothing here or is not what the format says.
    Format(&'static str),
    /// With this member, which means nothing here.
    Member(&'static str),
    /// With this member, which means nothing here and must not be left out.
    Critical(&'static str),
}

/// How a subject is read.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'r> {
    /// Whose identifiers are read: of a message by this issuer, whose tokens say `tokens_of` of themselves.
    pub(crate) issuer: &'r str,
    pub(crate) tokens_of: &'r str,
    /// The members that the event is about: without one of them no other is left out unasked, and a lone identifier is
    /// the first.
    pub(crate) about: &'static [&'static str],
    /// Does the rule that is to be made refuse? What ends a suspension must not name more than it was told.
    pub(crate) refuses: bool,
    /// Spellings of drafts: `subject_type`, `iss-sub`, a complex subject that does not say so.
    pub(crate) legacy: bool,
}

/// Whom a subject names: a conjunction at one issuer.
#[derive(Clone, Debug)]
pub(crate) struct Whom {
    issuer: String,
    parts: Vec<(Meaning, Vec<Target>)>,
}

impl Whom {
    fn has(&self, meaning: &Meaning) -> bool {
        self.parts.iter().any(|(own, _)| own == meaning)
    }

    /// One token.
    pub(crate) fn is_token(&self) -> bool {
        self.has(&Meaning::TokenId)
    }

    pub(crate) fn has_client(&self) -> bool {
        self.has(&Meaning::Client)
    }

    pub(crate) fn has_subject(&self) -> bool {
        self.has(&Meaning::Subject)
    }

    /// Every way to spell the conjunction. Never empty, and never the issuer alone: there is at least one part.
    pub(crate) fn targets(&self) -> Vec<Target> {
        let start = alloc::vec![Target::issuer(&self.issuer)];
        self.parts.iter().fold(start, |all, (_, spellings)| {
            let each = |target: &Target| {
                let target = target.clone();
                spellings.iter().map(move |one| target.clone().and(one.clone())).collect::<Vec<_>>()
            };
            all.iter().flat_map(each).collect()
        })
    }

    /// Its session alone, if it names one: whose it is and where it runs says no more. The tenant stays, for a source may
    /// be one of a single tenant.
    pub(crate) fn session(&self) -> Option<Self> {
        let kept = |meaning: &Meaning| matches!(meaning, Meaning::Session | Meaning::Tenant);
        self.has(&Meaning::Session).then(|| Self {
            issuer: self.issuer.clone(),
            parts: self.parts.iter().filter(|(meaning, _)| kept(meaning)).cloned().collect(),
        })
    }
}

impl Subjects {
    /// `iss_sub` and `jwt_id` alone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What an identifier of this format means where it stands alone, or (but for `opaque`) as the `user` of a complex
    /// subject: `opaque`, `email`, `phone_number`, `account`, `uri`, `did`.
    ///
    /// Of an e-mail address two spellings are named, as it was sent and with its domain in small letters; of a telephone
    /// number, as it was sent and without spaces.
    ///
    /// # Errors
    /// Another format, or a meaning that is no dimension.
    pub fn format(mut self, format: &str, means: &str) -> Result<Self, ConfigError> {
        let known = identifier::CONFIGURED.iter().find(|known| **known == format);
        let known = *known.ok_or_else(|| {
            mistake(WHAT, "a format is one of opaque, email, phone_number, account, uri, did")
        })?;
        self.formats.insert(known, Meaning::read(means)?);
        Ok(self)
    }

    /// What a member of a complex subject means, where it is an `opaque`, `uri` or `did` identifier, and, but for `user`,
    /// also where it is `iss_sub`: `user`, `session`, `device`, `application`, `tenant`, `org_unit`, `group`, or any other.
    ///
    /// # Errors
    /// A meaning that is no dimension, or more than 12 members.
    pub fn member(mut self, member: &str, means: &str) -> Result<Self, ConfigError> {
        self.members.insert(member.to_string(), Meaning::read(means)?);
        if self.members.len() > MOST_MEMBERS {
            return Err(mistake(WHAT, "at most 12 members can mean something"));
        }
        Ok(self)
    }

    /// What to do about this member where it means nothing here.
    ///
    /// Where nothing is said, it is left out of rules that refuse, if the member that the event is about is known (the user,
    /// of most): so no more than that user is refused. It is never left out of what ends a suspension.
    ///
    /// # Errors
    /// `user` cannot be left out: the event of one user would become one of the tenant.
    pub fn unknown_member(
        mut self,
        member: &str,
        unknown: UnknownMember,
    ) -> Result<Self, ConfigError> {
        if member == "user" && unknown == UnknownMember::Match {
            return Err(mistake(
                WHAT,
                "`user` cannot be left out: everyone of the tenant would be meant",
            ));
        }
        self.unknown.insert(member.to_string(), unknown);
        Ok(self)
    }

    /// What the transmitter lists as `critical_subject_members`: an event with such a member that means nothing here is
    /// discarded and reported, whatever is said of unknown members.
    #[must_use]
    pub fn critical_members<'m>(mut self, members: impl IntoIterator<Item = &'m str>) -> Self {
        self.critical = members.into_iter().map(String::from).collect();
        self
    }

    /// Names e-mail addresses all in small letters too: for issuers that write them so, whatever was typed.
    #[must_use]
    pub const fn any_email_case(mut self) -> Self {
        self.any_email_case = true;
        self
    }

    /// Whom a source may name: what was said, or the tokens of this issuer by the usual dimensions and by those that
    /// identifiers mean here.
    pub(crate) fn authority(&self, said: Option<&Authority>, issuer: &str) -> Authority {
        let meanings = self.formats.values().chain(self.members.values()).map(Meaning::dimension);
        said.cloned().unwrap_or_else(|| {
            meanings.fold(Authority::over_issuer(issuer), |own, one| own.and_dimension(&one))
        })
    }

    /// Everyone whom a subject names: one, or of `aliases` each that means somebody.
    pub(crate) fn resolve(
        &self,
        subject: &Members<'_>,
        reading: Reading<'_>,
    ) -> Result<Vec<Whom>, Unresolved> {
        let is_complex = |format: &str| match format {
            "complex" => true,
            "" => reading.legacy && subject.names().all(|name| subject.inner(name).is_some()),
            _ => false,
        };
        let format = identifier::format_of(subject, reading.legacy);
        if subject.names().next().is_none() {
            return Err(Unresolved::Nothing);
        }
        if is_complex(&format) {
            return self.conjunction(subject, reading).map(|whom| alloc::vec![whom]);
        }
        if format == "aliases" {
            let each = identifier::aliases(subject, MOST_ALIASES).unwrap_or_default();
            let all: Vec<_> = each.iter().filter_map(|one| self.alone(one, reading).ok()).collect();
            return if all.is_empty() { Err(Unresolved::Format("aliases")) } else { Ok(all) };
        }
        self.alone(subject, reading).map(|whom| alloc::vec![whom])
    }

    /// An identifier that stands alone.
    fn alone(&self, subject: &Members<'_>, reading: Reading<'_>) -> Result<Whom, Unresolved> {
        let format = identifier::format_of(subject, reading.legacy);
        let no = Unresolved::Format(identifier::known(&format));
        let identifier = Identifier::read(subject, &format).ok_or(no)?;
        let configured = self.formats.get(identifier.format());
        let meaning = match (&identifier, reading.about.first()) {
            (Identifier::JwtId { .. }, _) => Some(&Meaning::TokenId),
            (Identifier::IssSub { .. }, Some(&"user")) => Some(&Meaning::Subject),
            (_, Some(about)) => {
                self.members.get(*about).filter(|_| *about != "user").or(configured)
            }
            (_, None) => configured,
        };
        let named = identifier.named(meaning.ok_or(no)?, self.any_email_case);
        Ok(reading.whom(alloc::vec![named]))
    }

    /// A complex subject: all of its members together.
    fn conjunction(&self, subject: &Members<'_>, reading: Reading<'_>) -> Result<Whom, Unresolved> {
        let mut names: Vec<_> =
            subject.names().filter(|name| !identifier::is_format(name)).collect();
        names.sort_by_key(|name| *name != "user"); // the user first: the others have to fit
        let mut known: Vec<(&str, Named)> = Vec::new();
        for name in &names {
            let named = subject.inner(name).and_then(|one| self.part(name, &one, reading));
            // One target has one issuer and one value of a dimension.
            let fits = |new: &Named| {
                known.iter().all(|(_, own)| {
                    let same =
                        own.issuer.is_none() || new.issuer.is_none() || own.issuer == new.issuer;
                    same && own.meaning != new.meaning
                })
            };
            if let Some(named) = named.filter(fits) {
                known.push((name, named));
            }
        }
        let is_known = |name: &str| known.iter().any(|(own, _)| *own == name);
        let left_out = reading.refuses && reading.about.iter().any(|name| is_known(name));
        let unasked = if left_out { UnknownMember::Match } else { UnknownMember::NoMatch };
        for name in names.iter().filter(|name| !is_known(name)) {
            let member = identifier::known_member(name);
            if self.critical.contains(*name) {
                return Err(Unresolved::Critical(member));
            }
            if self.unknown.get(*name).unwrap_or(&unasked) == &UnknownMember::NoMatch {
                return Err(Unresolved::Member(member));
            }
        }
        let parts: Vec<_> = known.into_iter().map(|(_, named)| named).collect();
        if parts.is_empty() { Err(Unresolved::Nothing) } else { Ok(reading.whom(parts)) }
    }

    /// A member of a complex subject, if it means something here.
    fn part(&self, name: &str, member: &Members<'_>, reading: Reading<'_>) -> Option<Named> {
        let format = identifier::format_of(member, reading.legacy);
        let identifier = Identifier::read(member, &format)?;
        let (is_user, own) = (name == "user", self.members.get(name));
        let meaning = match &identifier {
            Identifier::JwtId { .. } => Some(&Meaning::TokenId),
            Identifier::IssSub { .. } if is_user => Some(&Meaning::Subject),
            Identifier::IssSub { .. } | Identifier::Opaque { .. } => own,
            Identifier::Uri { .. } | Identifier::Did { .. } if !is_user => own,
            other if is_user => self.formats.get(other.format()),
            _ => None,
        };
        Some(identifier.named(meaning?, self.any_email_case))
    }
}

impl Reading<'_> {
    /// These parts at their issuer; identifiers that have none are of the transmitter's own tokens.
    fn whom(self, parts: Vec<Named>) -> Whom {
        let own = parts.iter().find_map(|named| named.issuer.as_deref());
        let issuer = own.filter(|own| *own != self.issuer).unwrap_or(self.tokens_of).to_string();
        Whom {
            issuer,
            parts: parts.into_iter().map(|named| (named.meaning, named.spellings)).collect(),
        }
    }
}
