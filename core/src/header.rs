//! The protected header: what the token says about its own signature.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use crate::algorithm::{Algorithm, AlgorithmSet};
use crate::compact::Compact;
use crate::json::{self, Kind, Known, Member, Text};
use crate::reason::Reason;

/// The longest `kid`: it is a name, and names of a kilobyte are attempts at something.
pub(crate) const MAX_KEY_ID_BYTES: usize = 1024;

/// Members that change what a signature means. None is supported, so their presence refuses, even as
/// `null`: whoever sent them counts on their being understood (RFC 7515 section 4.1.11).
const UNSUPPORTED: [Known<'static>; 4] =
    [Known::new("crit"), Known::new("b64"), Known::new("zip"), Known::new("enc")];

/// A header that may go on: a known and allowed algorithm, and perhaps a key's name and a type.
///
/// `jku`, `jwk`, `x5u` and `x5c` are not here: a token does not bring its own key (CVE-2018-0114).
#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    raw: RawHeader,
}

impl Header {
    /// Reads the header and holds its algorithm against the allow-list.
    pub(crate) fn parse(compact: &mut Compact<'_>, allowed: AlgorithmSet) -> Result<Self, Reason> {
        RawHeader::read(mem::take(&mut compact.header))?.allowed_by(allowed)
    }

    pub(crate) fn key_id(&self) -> Option<&str> {
        self.raw.key_id()
    }

    pub(crate) fn token_type(&self) -> Option<&str> {
        self.raw.token_type()
    }

    /// The header as JSON, as it was sent.
    pub(crate) fn json(&self) -> &str {
        &self.raw.text
    }

    /// Memory for the members of the claims, which the header needs no more.
    pub(crate) fn take_room(&mut self) -> Vec<Member> {
        mem::take(&mut self.raw.room)
    }

    /// What it takes of memory beside itself, at most: its text, and what was read of it through escapes.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.raw.text.capacity().saturating_mul(2)
    }
}

/// What a header says, before anyone asks whether its algorithm is known.
#[derive(Clone)]
pub(crate) struct RawHeader {
    text: String,
    algorithm: Text,
    key_id: Option<Text>,
    token_type: Option<Text>,
    /// Its members, done with: room for those of the claims.
    room: Vec<Member>,
}

impl RawHeader {
    /// In this order: a JSON object; the types of `alg`, `kid`, `typ`; members that are not supported.
    pub(crate) fn read(bytes: Vec<u8>) -> Result<Self, Reason> {
        let text =
            String::from_utf8(bytes).map_err(|_| Reason::HeaderJson { fault: "expected UTF-8" })?;
        let members = json::members(&text)
            .map_err(|malformed| Reason::HeaderJson { fault: malformed.fault })?;
        let member = |known: &Known<'static>| string(&text, &members, known);
        let algorithm = member(&const { Known::new("alg") })?
            .ok_or(Reason::HeaderMember { member: "alg", expected: "present" })?;
        let key_id = member(&const { Known::new("kid") })?;
        if key_id.as_ref().is_some_and(|id| id.read(&text).len() > MAX_KEY_ID_BYTES) {
            let expected = "a string of at most 1024 bytes";
            return Err(Reason::HeaderMember { member: "kid", expected });
        }
        let token_type = member(&const { Known::new("typ") })?;
        for known in &UNSUPPORTED {
            if members.iter().any(|member| member.is_called(&text, known)) {
                return Err(Reason::HeaderUnsupported { member: known.name });
            }
        }
        Ok(Self { algorithm, key_id, token_type, text, room: members })
    }

    pub(crate) fn allowed_by(self, allowed: AlgorithmSet) -> Result<Header, Reason> {
        let algorithm = Algorithm::from_name_among(self.algorithm(), allowed);
        let algorithm = algorithm.ok_or(Reason::AlgorithmUnknown)?;
        if !allowed.contains(algorithm) {
            return Err(Reason::AlgorithmNotAllowed { algorithm, allowed });
        }
        Ok(Header { algorithm, raw: self })
    }

    pub(crate) fn json(&self) -> &str {
        &self.text
    }

    pub(crate) fn algorithm(&self) -> &str {
        self.algorithm.read(&self.text)
    }

    pub(crate) fn key_id(&self) -> Option<&str> {
        self.key_id.as_ref().map(|id| id.read(&self.text))
    }

    pub(crate) fn token_type(&self) -> Option<&str> {
        self.token_type.as_ref().map(|typ| typ.read(&self.text))
    }
}

fn string(text: &str, members: &[Member], known: &Known<'static>) -> Result<Option<Text>, Reason> {
    match members.iter().find(|member| member.is_called(text, known)) {
        None => Ok(None),
        Some(member) if member.kind == Kind::String => Ok(Some(Text::of(text, member))),
        Some(_) => Err(Reason::HeaderMember { member: known.name, expected: "a string" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Code;

    fn code(text: &str) -> Code {
        RawHeader::read(text.into()).err().unwrap().code()
    }

    #[test]
    fn reads_the_three_members_and_ignores_the_rest() {
        let text = r#"{"alg":"ES256","kid":"\u006b","typ":"at+jwt","jku":5,"jwk":{"kty":"oct"}}"#;
        let header = RawHeader::read(text.into()).unwrap();
        assert_eq!(header.algorithm(), "ES256");
        assert_eq!(header.key_id(), Some("k"));
        assert_eq!(header.token_type(), Some("at+jwt"));
    }

    #[test]
    fn types_come_before_what_is_not_supported() {
        assert_eq!(code(r#"{"alg":"RS256","kid":7,"crit":["b64"]}"#), Code::HeaderMalformed);
        assert_eq!(code(r#"{"alg":"RS256","typ":null,"crit":null}"#), Code::HeaderMalformed);
        assert_eq!(code(r#"{"crit":[]}"#), Code::HeaderMalformed);
        for Known { name, .. } in UNSUPPORTED {
            let text = alloc::format!("{{\"alg\":\"none\",\"{name}\":null}}");
            assert_eq!(code(&text), Code::HeaderUnsupported, "{name}");
        }
    }

    #[test]
    fn a_kid_has_at_most_1024_bytes() {
        let with =
            |length: usize| alloc::format!(r#"{{"alg":"x","kid":"{}"}}"#, "é".repeat(length));
        assert!(RawHeader::read(with(512).into()).is_ok());
        assert_eq!(code(&with(513)), Code::HeaderMalformed);
    }
}
