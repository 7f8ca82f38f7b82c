//! Mistakes of the operator, on their way to `ConfigError`.

use std::fmt;

/// A mistake of the operator or the programmer: a policy, a key, a rule, an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mistake {
    /// The core's stable name of it; `argument_invalid` for what JavaScript got wrong.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

/// What a call can come to.
pub type Result<T> = std::result::Result<T, Mistake>;

impl Mistake {
    /// What JavaScript should not have let through.
    #[must_use]
    pub fn argument(name: &str, expected: &str) -> Self {
        Self { code: "argument_invalid", message: format!("`{name}` {expected}") }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.message)
    }
}

impl std::error::Error for Mistake {}

macro_rules! mistakes {
    ($($error:ty),+) => {$(
        impl From<$error> for Mistake {
            fn from(error: $error) -> Self {
                Self { code: error.code(), message: error.to_string() }
            }
        }
    )+};
}

mistakes!(lowwater::ApplyError, lowwater::ConfigError, lowwater::DeltaError, lowwater::LoadError);
mistakes!(lowwater::PruneError);

/// A mistake in JSON. `text`: a person wrote it, and can be told the place; what was never a text has no
/// byte whose place could be told.
#[cfg(feature = "validation")]
pub(crate) fn in_json(text: bool) -> impl Fn(lowwater::ConfigError) -> Mistake {
    move |error| Mistake::from(if text { error } else { error.without_place() })
}
