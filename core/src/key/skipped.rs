//! A key that a set names and that cannot be used.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use core::fmt;

use crate::error::KeyFault;
use crate::json::quoted;

/// A key of a set that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedKey {
    pub(super) position: usize,
    pub(super) id: Option<Box<str>>,
    pub(super) fault: KeyFault,
}

impl SkippedKey {
    /// Its place in the set, from 0.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// Its `kid`, if that is a string.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The same as a JSON object: `position`, `key_id` (or `null`), `code`, `message`.
    #[must_use]
    pub fn to_json(&self) -> String {
        format!(
            "{{\"position\":{},\"key_id\":{},\"code\":{},\"message\":{}}}",
            self.position,
            self.key_id().map_or_else(|| "null".to_string(), quoted),
            quoted(self.fault.code()),
            quoted(&self.fault.to_string()),
        )
    }

    /// Why it was skipped.
    #[must_use]
    pub const fn fault(&self) -> KeyFault {
        self.fault
    }
}

impl fmt::Display for SkippedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {} of the set: {}", self.position, self.fault)
    }
}
