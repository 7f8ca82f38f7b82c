//! The scanner's judgement, for whoever reads other messages with a reader of JSON that is less strict.

use core::fmt;

use super::scan::{Malformed, members};

/// Why bytes are not one strict JSON object, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    position: usize,
    expected: &'static str,
}

impl JsonError {
    /// Where it was noticed, in bytes from the start: of a name that stands twice, at the object's end.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// What should have stood there; no text of the message.
    #[must_use]
    pub const fn expected(&self) -> &'static str {
        self.expected
    }
}

impl From<Malformed> for JsonError {
    fn from(malformed: Malformed) -> Self {
        Self { position: malformed.position, expected: malformed.fault }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.expected, self.position)
    }
}

impl core::error::Error for JsonError {}

/// The text of one JSON object, as strict as a token's payload has to be: UTF-8 without a byte order mark, surrogates in
/// pairs, at most 32 levels, **no member name twice** at any depth, also when one is spelled with escapes (RFC 7493).
///
/// For messages beside tokens (a logout token, an introspection response, a key set's metadata): check them here, then
/// read them with `serde_json`, which alone would take the last of two members.
///
/// ```
/// assert_eq!(lowwater::strict_json(br#"{"active":true}"#)?, r#"{"active":true}"#);
/// let twice = lowwater::strict_json(br#"{"active":false,"\u0061ctive":true}"#).unwrap_err();
/// assert_eq!(twice.expected(), "expected each member name once in an object");
/// # Ok::<(), lowwater::JsonError>(())
/// ```
///
/// # Errors
/// Anything else, with the place where it was noticed.
pub fn strict_json(json: &[u8]) -> Result<&str, JsonError> {
    let text = str::from_utf8(json)
        .map_err(|fault| JsonError { position: fault.valid_up_to(), expected: "expected UTF-8" })?;
    members(text)?;
    Ok(text)
}
