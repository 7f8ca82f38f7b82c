//! JWK and JWK Set (RFC 7517, RFC 7518 section 6, RFC 8037).

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Key, Material, SkippedKey};
use crate::algorithm::{Algorithm, AlgorithmSet};
use crate::base64url;
use crate::error::{ConfigError, KeyFault};
use crate::header::MAX_KEY_ID_BYTES;
use crate::json::{self, Kind, Member};

/// Members that only a private key has (RFC 7518 section 6.2.2, 6.3.2; RFC 8037 section 2).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "priv"];

/// Which of these members an object has; the empty name: none of them. `None`: it cannot be read.
pub(super) fn names_one_of(text: &str, names: [&'static str; 2]) -> Option<&'static str> {
    let members = json::members(text).ok()?;
    let has = |name: &&str| members.iter().any(|member| member.is_named(text, name));
    Some(names.into_iter().find(has).unwrap_or_default())
}

/// A lone JWK. `offered`: which of [`Algorithm::OPTIONAL`] it may be for.
pub(super) fn read_one(
    jwk: &str,
    short_secret: bool,
    offered: AlgorithmSet,
) -> Result<Key, ConfigError> {
    let members = json::members(jwk).map_err(|fault| ConfigError::json("key", fault))?;
    if members.iter().any(|member| member.is_named(jwk, "keys")) {
        let expected = "this is a set of keys: read it as one (`from_jwks`)";
        return Err(ConfigError::expected("key", 0, expected));
    }
    Jwk { text: jwk, members }.key(short_secret, offered).map_err(Into::into)
}

/// The usable keys of a set with their places, and the others with the reason.
type Read = (Vec<(usize, Key)>, Vec<SkippedKey>);

/// Which `oct` keys a set may have.
#[derive(Clone, Copy)]
pub(super) enum Secrets {
    /// Those of a set of secrets.
    Alone { short: bool },
    /// None: the set is public.
    Never,
}

/// Reads a JWK Set.
pub(super) fn read_set(
    jwks: &str,
    secrets: Secrets,
    offered: AlgorithmSet,
) -> Result<Read, ConfigError> {
    let what = "key set";
    let outer = json::members(jwks).map_err(|fault| ConfigError::json(what, fault))?;
    let Some(list) = outer.iter().find(|member| member.is_named(jwks, "keys")) else {
        let expected = "expected a member `keys`; read a lone key as one (`from_jwk`)";
        return Err(ConfigError::expected(what, 0, expected));
    };
    let text = list.value.of(jwks);
    if list.kind != Kind::Array {
        return Err(ConfigError::expected(what, list.value.start(), "`keys` must be an array"));
    }
    let jwks: Vec<Option<Jwk<'_>>> =
        json::elements(text).map(|element| Jwk::new(text, &element)).collect();
    // A set in which any member is not `oct` is a set of public keys: a secret in it is no secret.
    let is_oct = |jwk: &Jwk<'_>| jwk.string("kty").as_deref() == Some("oct");
    let all_secret = jwks.iter().all(|jwk| jwk.as_ref().is_some_and(is_oct));
    let (public, short_secret) = match secrets {
        Secrets::Alone { short } => (!all_secret, short),
        Secrets::Never => (true, false),
    };
    let (mut keys, mut skipped) = (Vec::new(), Vec::new());
    for (position, jwk) in jwks.iter().enumerate() {
        let id = jwk.as_ref().and_then(|jwk| jwk.string("kid")).map(Cow::into_owned);
        let read = match jwk {
            None => Err(KeyFault::NotAnObject),
            Some(jwk) if public && is_oct(jwk) => Err(KeyFault::SecretAmongPublic),
            Some(jwk) => jwk.key(short_secret, offered),
        };
        match read {
            Ok(key) => keys.push((position, key)),
            Err(fault) => skipped.push(SkippedKey { position, id: id.map(Into::into), fault }),
        }
    }
    Ok((keys, skipped))
}

/// One key as it stands in JSON.
struct Jwk<'t> {
    text: &'t str,
    members: Vec<Member>,
}

impl<'t> Jwk<'t> {
    fn new(text: &'t str, element: &Member) -> Option<Self> {
        let text = element.value.of(text);
        if element.kind != Kind::Object {
            return None;
        }
        json::members(text).ok().map(|members| Self { text, members })
    }

    fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.is_named(self.text, name))
    }

    /// A member that is a string.
    fn string(&self, name: &str) -> Option<Cow<'t, str>> {
        let member = self.member(name).filter(|member| member.kind == Kind::String)?;
        Some(member.letters(self.text))
    }

    /// A member that may be left out, but is a string where it is there.
    fn optional(&self, name: &str, fault: KeyFault) -> Result<Option<Cow<'t, str>>, KeyFault> {
        match (self.member(name), self.string(name)) {
            (None, _) => Ok(None),
            (Some(_), Some(string)) => Ok(Some(string)),
            (Some(_), None) => Err(fault),
        }
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, KeyFault> {
        let text = self.string(name).ok_or(KeyFault::Malformed)?;
        base64url::decode(&text).ok_or(KeyFault::Malformed)
    }

    fn key(&self, short_secret: bool, offered: AlgorithmSet) -> Result<Key, KeyFault> {
        let kind = self.string("kty").ok_or(KeyFault::UnknownType)?;
        if !matches!(&*kind, "RSA" | "EC" | "OKP" | "oct") {
            return Err(KeyFault::UnknownType);
        }
        if kind != "oct" && PRIVATE.iter().any(|name| self.member(name).is_some()) {
            return Err(KeyFault::Private);
        }
        let id = self.optional("kid", KeyFault::BadKeyId)?;
        if id.as_ref().is_some_and(|id| id.len() > MAX_KEY_ID_BYTES) {
            return Err(KeyFault::BadKeyId);
        }
        if self.optional("use", KeyFault::NotForSignatures)?.is_some_and(|purpose| purpose != "sig")
        {
            return Err(KeyFault::NotForSignatures);
        }
        self.check_operations()?;
        let algorithm = match self.optional("alg", KeyFault::AlgorithmMismatch)? {
            Some(name) => {
                let known = Algorithm::from_name_among(&name, offered);
                Some(known.ok_or(KeyFault::AlgorithmMismatch)?)
            }
            None => None,
        };
        let material = self.material(&kind, offered)?;
        Key::new(material, id.map(|id| Box::from(&*id)), algorithm, short_secret)
    }

    /// `key_ops`: different strings, `verify` among them (RFC 7517 section 4.3).
    fn check_operations(&self) -> Result<(), KeyFault> {
        let Some(member) = self.member("key_ops") else {
            return Ok(());
        };
        let text = member.value.of(self.text);
        let fault = KeyFault::NotForVerification;
        if member.kind != Kind::Array {
            return Err(fault);
        }
        let mut names = Vec::new();
        for operation in json::elements(text) {
            if operation.kind != Kind::String {
                return Err(fault);
            }
            names.push(operation.letters(text));
        }
        let verifies = names.iter().any(|name| name == "verify");
        names.sort_unstable();
        let twice = names.windows(2).any(|pair| matches!(pair, [one, other] if one == other));
        if verifies && !twice { Ok(()) } else { Err(fault) }
    }

    fn material(&self, kind: &str, offered: AlgorithmSet) -> Result<Material, KeyFault> {
        match kind {
            "RSA" => Material::rsa(self.bytes("n")?, self.bytes("e")?),
            "oct" => Material::secret(&self.bytes("k")?),
            "EC" => match self.string("crv").as_deref() {
                Some("P-256") => Material::p256_point(&self.point(32)?),
                Some("P-384") => Material::p384_point(&self.point(48)?),
                Some("P-521") if offered.contains(Algorithm::Es512) => {
                    Material::p521_point(&self.point(66)?)
                }
                Some("secp256k1") if offered.contains(Algorithm::Es256K) => {
                    Material::secp256k1_point(&self.point(32)?)
                }
                _ => Err(KeyFault::UnknownCurve),
            },
            _ => match self.string("crv").as_deref() {
                Some("Ed25519") => Material::ed25519(&self.bytes("x")?),
                _ => Err(KeyFault::UnknownCurve),
            },
        }
    }

    /// Both coordinates, each as long as the curve's field (RFC 7518 section 6.2.1.2), as SEC 1 joins
    /// them.
    fn point(&self, length: usize) -> Result<Vec<u8>, KeyFault> {
        let (x, y) = (self.bytes("x")?, self.bytes("y")?);
        if x.len() != length || y.len() != length {
            return Err(KeyFault::Malformed);
        }
        Ok([&[4][..], &x, &y].concat())
    }
}
