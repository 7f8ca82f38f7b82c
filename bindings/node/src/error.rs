//! Mistakes of the operator, on their way to `ConfigError`.

use std::fmt::Display;

use lowwater::{ApplyError, ConfigError, DeltaError, LoadError, PruneError};
use napi::Error;

/// `Err` is thrown, with its first member as `code`.
pub(crate) type Result<T> = napi::Result<T, &'static str>;

/// A mistake, as the core tells it.
pub(crate) trait Mistake: Display {
    fn code(&self) -> &'static str;
}

macro_rules! mistakes {
    ($($error:ty),+) => {$(
        impl Mistake for $error {
            fn code(&self) -> &'static str {
                self.code()
            }
        }
    )+};
}

mistakes!(ApplyError, ConfigError, DeltaError, LoadError, PruneError);

/// A mistake that the core found.
pub(crate) fn mistake(error: impl Mistake) -> Error<&'static str> {
    Error::new(error.code(), error.to_string())
}

/// The same for what was never a text: there is no byte whose place could be told.
pub(crate) fn mistake_in_options(error: ConfigError) -> Error<&'static str> {
    mistake(error.without_place())
}

/// What JavaScript should not have let through.
pub(crate) fn argument(name: &str, expected: &str) -> Error<&'static str> {
    Error::new("argument_invalid", format!("`{name}` {expected}"))
}

/// An argument of a type that only `lib/` could have got wrong.
pub(crate) fn unreadable(error: Error) -> Error<&'static str> {
    Error::new("argument_invalid", error.reason)
}
