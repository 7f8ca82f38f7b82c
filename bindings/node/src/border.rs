//! What crosses the border in both directions: mistakes, and what is made or refused.

use lowwater_javascript::{Mistake, OrRejection};
use napi::Error;
use napi::bindgen_prelude::{BufferSlice, Either, Env, External};

/// `Err` is thrown, with its first member as `code`.
pub(crate) type Result<T> = napi::Result<T, &'static str>;

/// A mistake, as it is thrown.
pub(crate) fn thrown(mistake: Mistake) -> Error<&'static str> {
    Error::new(mistake.code, mistake.message)
}

/// What JavaScript should not have let through.
pub(crate) fn argument(name: &str, expected: &str) -> Error<&'static str> {
    thrown(Mistake::argument(name, expected))
}

/// An argument of a type that only `lib/` could have got wrong.
pub(crate) fn unreadable(error: Error) -> Error<&'static str> {
    Error::new("argument_invalid", error.reason)
}

/// What was made, with what V8 should know of its size; or the JSON of a rejection.
pub(crate) fn made<T: 'static>(
    made: OrRejection<T>,
    size: impl FnOnce(&T) -> usize,
) -> Either<External<T>, String> {
    match made {
        Ok(made) => {
            let size = size(&made);
            Either::A(External::new_with_size_hint(made, size))
        }
        Err(json) => Either::B(json),
    }
}

pub(crate) fn buffer<'e>(env: &'e Env, bytes: &[u8]) -> Result<BufferSlice<'e>> {
    BufferSlice::copy_from(env, bytes).map_err(unreadable)
}
