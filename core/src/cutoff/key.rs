//! A target's values as bytes: one after the other, each with its type and its length. Two different
//! targets of one shape never share a key, as joined strings do (`a-b` and `c` against `a` and `b-c`).

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::dimension::MAX_DIMENSIONS;
use super::encoding::{Bytes, put_bytes};
use super::hashing::HashKey;
use super::target::TargetValue;
use crate::claims::Scalar;

/// One value, as a key holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyValue<'b> {
    /// UTF-8, of keys that were made here.
    Text(&'b [u8]),
    Integer(i64),
    Boolean(bool),
}

impl<'b> KeyValue<'b> {
    pub(super) fn of(value: &'b TargetValue) -> Self {
        match value {
            TargetValue::Text(text) => Self::Text(text.as_bytes()),
            TargetValue::Integer(integer) => Self::Integer(*integer),
            TargetValue::Boolean(boolean) => Self::Boolean(*boolean),
        }
    }

    pub(super) fn of_scalar(scalar: &'b Scalar<'_>) -> Self {
        match scalar {
            Scalar::Text(text) => Self::Text(text.as_bytes()),
            Scalar::Integer(integer) => Self::Integer(*integer),
            Scalar::Boolean(boolean) => Self::Boolean(*boolean),
        }
    }

    pub(super) fn owned(self) -> Option<TargetValue> {
        Some(match self {
            Self::Text(text) => TargetValue::Text(Box::from(core::str::from_utf8(text).ok()?)),
            Self::Integer(integer) => TargetValue::Integer(integer),
            Self::Boolean(boolean) => TargetValue::Boolean(boolean),
        })
    }

    pub(super) fn write(self, bytes: &mut Vec<u8>) {
        match self {
            Self::Text(text) => {
                bytes.push(b's');
                put_bytes(bytes, text);
            }
            Self::Integer(integer) => {
                bytes.push(b'i');
                bytes.extend_from_slice(&integer.to_le_bytes());
            }
            Self::Boolean(boolean) => bytes.push(if boolean { b't' } else { b'f' }),
        }
    }

    pub(super) fn hash(self, key: &HashKey) -> u64 {
        match self {
            Self::Text(text) => key.text(text),
            Self::Integer(integer) => key.integer(integer),
            Self::Boolean(boolean) => key.boolean(boolean),
        }
    }
}

/// The values of a key, from the first on; they end early where the bytes make no sense.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyValues<'b>(Bytes<'b>);

impl<'b> KeyValues<'b> {
    pub(super) const fn of(key: &'b [u8]) -> Self {
        Self(Bytes(key))
    }

    /// Is there nothing behind the last value?
    pub(super) const fn is_done(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'b> Iterator for KeyValues<'b> {
    type Item = KeyValue<'b>;

    fn next(&mut self) -> Option<KeyValue<'b>> {
        match self.0.byte()? {
            b's' => self.0.bytes().map(KeyValue::Text),
            b'i' => self.0.i64().map(KeyValue::Integer),
            b't' => Some(KeyValue::Boolean(true)),
            b'f' => Some(KeyValue::Boolean(false)),
            _ => None,
        }
    }
}

/// The hash by which a target of any shape is found.
pub(super) fn hash(key: &HashKey, values: KeyValues<'_>) -> u64 {
    let places = values.take(MAX_DIMENSIONS).zip(0..);
    places.fold(key.start(), |sum, (value, place)| key.add(sum, place, value.hash(key))).finish()
}
