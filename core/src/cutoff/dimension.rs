//! What a rule can name about a token.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::encoding::{Bytes, number, put_text, put_varint};

/// The most dimensions of one target: nine are named, a handful of claims beside them is plenty.
pub(super) const MAX_DIMENSIONS: usize = 16;

/// One thing about a token that a rule can name. `N` is the name of a claim, owned or borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dimension<N = Box<str>> {
    Issuer,
    Subject,
    Client,
    Session,
    TokenId,
    KeyId,
    Tenant,
    Device,
    Confirmation,
    Claim(N),
}

/// Which dimensions a target names, in order: targets of one shape share a table.
pub(super) type Shape = [Dimension];

impl<N> Dimension<N> {
    /// The name in JSON; of a claim, `claim:` and its name.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Subject => "subject",
            Self::Client => "client",
            Self::Session => "session",
            Self::TokenId => "token_id",
            Self::KeyId => "key_id",
            Self::Tenant => "tenant",
            Self::Device => "device",
            Self::Confirmation => "confirmation",
            Self::Claim(_) => "claim:",
        }
    }

    /// Takes integers and booleans too: the value of a claim that the operator chose. Such a claim may
    /// be an array, so a token can have several values of it.
    pub(super) const fn is_typed(&self) -> bool {
        matches!(self, Self::Tenant | Self::Device | Self::Claim(_))
    }

    /// The same dimension with the name of its claim in another form.
    fn with_name<'n, M>(&'n self, form: impl FnOnce(&'n N) -> M) -> Dimension<M> {
        match self {
            Self::Issuer => Dimension::Issuer,
            Self::Subject => Dimension::Subject,
            Self::Client => Dimension::Client,
            Self::Session => Dimension::Session,
            Self::TokenId => Dimension::TokenId,
            Self::KeyId => Dimension::KeyId,
            Self::Tenant => Dimension::Tenant,
            Self::Device => Dimension::Device,
            Self::Confirmation => Dimension::Confirmation,
            Self::Claim(name) => Dimension::Claim(form(name)),
        }
    }
}

impl Dimension {
    /// The name in JSON, whole.
    pub(super) fn json_name(&self) -> Cow<'_, str> {
        match self {
            Self::Claim(name) => format!("claim:{name}").into(),
            _ => self.word().into(),
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "issuer" => Self::Issuer,
            "subject" => Self::Subject,
            "client" => Self::Client,
            "session" => Self::Session,
            "token_id" => Self::TokenId,
            "key_id" => Self::KeyId,
            "tenant" => Self::Tenant,
            "device" => Self::Device,
            "confirmation" => Self::Confirmation,
            _ => Self::Claim(word.strip_prefix("claim:")?.into()),
        })
    }

    pub(super) fn borrowed(&self) -> Dimension<&str> {
        self.with_name(|name| &**name)
    }
}

impl<'b> Dimension<&'b str> {
    pub(super) fn owned(self) -> Dimension {
        self.with_name(|name| Box::from(*name))
    }

    /// The binary form: one byte, of a claim its name behind it.
    #[inline]
    pub(super) fn read(bytes: &mut Bytes<'b>) -> Option<Self> {
        Some(match bytes.byte()? {
            1 => Self::Issuer,
            2 => Self::Subject,
            3 => Self::Client,
            4 => Self::Session,
            5 => Self::TokenId,
            6 => Self::KeyId,
            7 => Self::Tenant,
            8 => Self::Device,
            9 => Self::Confirmation,
            10 => Self::Claim(bytes.text()?),
            _ => return None,
        })
    }

    pub(super) fn write(self, bytes: &mut Vec<u8>) {
        bytes.push(match self {
            Self::Issuer => 1,
            Self::Subject => 2,
            Self::Client => 3,
            Self::Session => 4,
            Self::TokenId => 5,
            Self::KeyId => 6,
            Self::Tenant => 7,
            Self::Device => 8,
            Self::Confirmation => 9,
            Self::Claim(_) => 10,
        });
        if let Self::Claim(name) = self {
            put_text(bytes, name);
        }
    }
}

/// A shape as bytes: the number of dimensions, then each.
pub(super) fn write_shape(shape: &Shape, bytes: &mut Vec<u8>) {
    put_varint(bytes, number(shape.len()));
    for dimension in shape {
        dimension.borrowed().write(bytes);
    }
}

/// Reads a shape, and everything about it that could be wrong: it is one that a target can have, in the
/// one order.
pub(super) fn read_shape(bytes: &mut Bytes<'_>) -> Option<Box<Shape>> {
    let length = usize::try_from(bytes.varint()?).ok().filter(|n| *n <= MAX_DIMENSIONS)?;
    let mut shape: Vec<Dimension> = Vec::with_capacity(length);
    for _ in 0..length {
        let dimension = Dimension::read(bytes)?.owned();
        let named = !matches!(&dimension, Dimension::Claim(name) if name.is_empty());
        if !named || shape.last().is_some_and(|before| *before >= dimension) {
            return None;
        }
        shape.push(dimension);
    }
    Some(shape.into_boxed_slice())
}
