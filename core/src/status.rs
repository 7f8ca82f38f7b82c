//! Token status lists (draft-ietf-oauth-status-list): whom a validation asks about one entry of one of them.

use alloc::boxed::Box;
use core::fmt;
use core::time::Duration;

use crate::time::UnixTime;

/// Keeps status lists and answers for their entries: `StatusLists` of the crate `lowwater-intake`, or a store of one's own.
///
/// Handed to a validation beside the rules, by [`RuleSet::with_status`](crate::RuleSet::with_status). It is asked for each
/// token that names an entry and has passed all checks before, so it must not wait: what is not there is
/// [`Unavailable`](StatusAnswer::Unavailable), and the rejection tells what to fetch
/// ([`Rejection::wanted_list`](crate::Rejection::wanted_list)). Nothing should be fetched because it was asked: an
/// explanation asks about tokens too that nobody has signed.
///
/// ```
/// use std::collections::HashMap;
/// use std::time::Duration;
/// use lowwater::{StatusAnswer, StatusEntry, StatusSource, UnixTime};
///
/// /// Lists of one issuer, a byte an entry, exchanged by another thread.
/// struct Kept(HashMap<String, Vec<u8>>);
///
/// impl StatusSource for Kept {
///     fn status(&self, entry: &StatusEntry<'_>, _: UnixTime) -> StatusAnswer {
///         if entry.issuer() != Some("https://issuer.example/") {
///             return StatusAnswer::NotAllowed;
///         }
///         let Some(list) = self.0.get(entry.uri()) else {
///             return StatusAnswer::Unavailable { retry_after: Duration::from_secs(5) };
///         };
///         let value = usize::try_from(entry.index()).ok().and_then(|index| list.get(index));
///         value.map_or(StatusAnswer::OutOfRange, |value| StatusAnswer::Value(*value))
///     }
/// }
/// # let kept = Kept(HashMap::from([("https://issuer.example/1".into(), vec![0, 1])]));
/// # let now = UnixTime::from_secs(1_700_000_000);
/// # let entry = StatusEntry::new(Some("https://issuer.example/"), "https://issuer.example/1", 1);
/// # assert_eq!(kept.status(&entry, now), StatusAnswer::Value(1));
/// ```
pub trait StatusSource {
    /// What the list says of this entry now.
    fn status(&self, entry: &StatusEntry<'_>, now: UnixTime) -> StatusAnswer;
}

impl<S: StatusSource + ?Sized> StatusSource for &S {
    fn status(&self, entry: &StatusEntry<'_>, now: UnixTime) -> StatusAnswer {
        (**self).status(entry, now)
    }
}

/// Several sources, of several issuers: the first that may be asked about the entry answers.
impl<S: StatusSource> StatusSource for [S] {
    fn status(&self, entry: &StatusEntry<'_>, now: UnixTime) -> StatusAnswer {
        let mut answers = self.iter().map(|source| source.status(entry, now));
        answers
            .find(|answer| *answer != StatusAnswer::NotAllowed)
            .unwrap_or(StatusAnswer::NotAllowed)
    }
}

/// What a source says of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatusAnswer {
    /// Its value: 0 passes, 2 is suspended, all others are refused as invalid.
    Value(u8),
    /// The list has no such entry: the token is refused.
    OutOfRange,
    /// There is no list to decide by; ask again in so long.
    Unavailable {
        /// Until a list may be there.
        retry_after: Duration,
    },
    /// A list that may not be fetched for this token, by configuration. No list will come.
    NotAllowed,
}

/// An entry of a status list, as a token names it (`status.status_list`), and the issuer of that token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StatusEntry<'t> {
    issuer: Option<&'t str>,
    uri: &'t str,
    index: u64,
}

impl<'t> StatusEntry<'t> {
    /// `iss` of the token, `uri` and `idx`.
    #[must_use]
    pub const fn new(issuer: Option<&'t str>, uri: &'t str, index: u64) -> Self {
        Self { issuer, uri, index }
    }

    /// The token's issuer (`iss`).
    #[must_use]
    pub const fn issuer(&self) -> Option<&'t str> {
        self.issuer
    }

    /// Where the list is, byte for byte as the token says (`uri`).
    #[must_use]
    pub const fn uri(&self) -> &'t str {
        self.uri
    }

    /// Which entry of it (`idx`).
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }
}

/// Without the address, which is text of a token.
impl fmt::Debug for StatusEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusEntry").field("index", &self.index).finish_non_exhaustive()
    }
}

/// A list that was missing when a token asked for it: who fetches lists is told of it.
///
/// The token was good in all that was checked before: signed, permitted, not too old. Its texts are the token's, so they
/// are for no log; `Debug` shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct WantedList {
    issuer: Option<Box<str>>,
    uri: Box<str>,
}

impl WantedList {
    /// The list of this entry.
    pub(crate) fn of(entry: &StatusEntry<'_>) -> Self {
        Self { issuer: entry.issuer.map(Box::from), uri: entry.uri.into() }
    }

    /// The token's issuer.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Where the list is.
    #[must_use]
    pub const fn uri(&self) -> &str {
        &self.uri
    }
}

impl fmt::Debug for WantedList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WantedList(..)")
    }
}
