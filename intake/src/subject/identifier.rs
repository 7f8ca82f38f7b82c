//! One subject identifier (RFC 9493 section 3).

use alloc::borrow::{Cow, ToOwned as _};
use alloc::string::String;
use alloc::vec::Vec;

use lowwater::Target;

use super::config::Meaning;
use crate::members::Members;

/// The formats whose meaning is configured.
pub(super) const CONFIGURED: [&str; 6] =
    ["opaque", "email", "phone_number", "account", "uri", "did"];
/// Those that are told by name where one means nothing here.
const KNOWN: [&str; 12] = [
    "opaque",
    "email",
    "phone_number",
    "account",
    "uri",
    "did",
    "iss_sub",
    "jwt_id",
    "aliases",
    "complex",
    "saml_assertion_id",
    "ip-addresses",
];
const MEMBERS: [&str; 7] =
    ["user", "device", "session", "application", "tenant", "org_unit", "group"];

/// An identifier that may mean somebody.
pub(super) enum Identifier {
    IssSub { issuer: String, subject: String },
    JwtId { issuer: String, token_id: String },
    Opaque { id: String },
    Email { email: String },
    Phone { number: String },
    Account { uri: String },
    Uri { uri: String },
    Did { url: String },
}

/// A dimension with a value, in every spelling, and the issuer that gave it.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) issuer: Option<String>,
    pub(super) meaning: Meaning,
    pub(super) spellings: Vec<Target>,
}

/// The name of a format for a report: no text of the message.
pub(super) fn known(format: &str) -> &'static str {
    KNOWN.into_iter().find(|known| *known == format).unwrap_or("another")
}

pub(super) fn known_member(member: &str) -> &'static str {
    MEMBERS.into_iter().find(|known| *known == member).unwrap_or("another")
}

/// `format`, as the standard calls it; in a draft `subject_type`, with other spellings. Empty: it does not say.
pub(super) fn format_of<'t>(subject: &Members<'t>, legacy: bool) -> Cow<'t, str> {
    let said = |name| subject.text(name).ok().flatten();
    match said("format") {
        Some(format) if !legacy => format,
        Some(format) => of_draft(format),
        None if legacy => said("subject_type").map_or_else(Cow::default, of_draft),
        None => Cow::default(),
    }
}

fn of_draft(format: Cow<'_, str>) -> Cow<'_, str> {
    match &*format {
        "iss-sub" => "iss_sub".into(),
        "jwt-id" => "jwt_id".into(),
        "phone" | "phone-number" => "phone_number".into(),
        _ => format,
    }
}

/// Is this the member that says the format, and no member of a complex subject?
pub(super) fn is_format(name: &str) -> bool {
    ["format", "subject_type"].contains(&name)
}

/// The identifiers of `aliases`: at least one, and not too many.
pub(super) fn aliases<'t>(subject: &Members<'t>, most: usize) -> Option<Vec<Members<'t>>> {
    let list = subject.list("identifiers").filter(|list| (1..=most).contains(&list.len()))?;
    Some(list.into_iter().filter_map(Members::of).collect())
}

impl Identifier {
    /// `None`: another format, or a member that it needs is missing, empty or no string.
    pub(super) fn read(subject: &Members<'_>, format: &str) -> Option<Self> {
        let text = |name| {
            let text = subject.text(name).ok().flatten()?;
            (!text.is_empty()).then(|| text.into_owned())
        };
        Some(match format {
            "iss_sub" => Self::IssSub { issuer: text("iss")?, subject: text("sub")? },
            "jwt_id" => Self::JwtId { issuer: text("iss")?, token_id: text("jti")? },
            "opaque" => Self::Opaque { id: text("id")? },
            "email" => Self::Email { email: text("email")? },
            "phone_number" => Self::Phone { number: text("phone_number")? },
            "account" => Self::Account { uri: text("uri")? },
            "uri" => Self::Uri { uri: text("uri")? },
            "did" => Self::Did { url: text("url")? },
            _ => return None,
        })
    }

    pub(super) const fn format(&self) -> &'static str {
        match self {
            Self::IssSub { .. } => "iss_sub",
            Self::JwtId { .. } => "jwt_id",
            Self::Opaque { .. } => "opaque",
            Self::Email { .. } => "email",
            Self::Phone { .. } => "phone_number",
            Self::Account { .. } => "account",
            Self::Uri { .. } => "uri",
            Self::Did { .. } => "did",
        }
    }

    /// As the value of a dimension.
    pub(super) fn named(self, meaning: &Meaning, any_email_case: bool) -> Named {
        let (issuer, values) = match self {
            Self::IssSub { issuer, subject } => (Some(issuer), alloc::vec![subject]),
            Self::JwtId { issuer, token_id } => (Some(issuer), alloc::vec![token_id]),
            Self::Email { email } => (None, spelled(email, any_email_case)),
            Self::Phone { number } => {
                let together = number.split(' ').collect();
                (None, alloc::vec![number, together])
            }
            Self::Opaque { id: one }
            | Self::Account { uri: one }
            | Self::Uri { uri: one }
            | Self::Did { url: one } => (None, alloc::vec![one]),
        };
        let mut spellings: Vec<Target> = Vec::new();
        for target in values.iter().map(|value| meaning.target(value)) {
            if !spellings.contains(&target) {
                spellings.push(target);
            }
        }
        Named { issuer, meaning: meaning.clone(), spellings }
    }
}

/// As it was sent, with the domain in small letters (it has no case), and perhaps all of it.
fn spelled(email: String, any_case: bool) -> Vec<String> {
    let domain = match email.rsplit_once('@') {
        Some((local, domain)) => alloc::format!("{local}@{}", domain.to_ascii_lowercase()),
        None => email.to_owned(),
    };
    let small = any_case.then(|| email.to_lowercase());
    [email, domain].into_iter().chain(small).collect()
}
