//! Accepted tokens that JavaScript may still ask about.
//!
//! What an object of JavaScript owns outside of it is freed only between turns of the event loop, so a loop
//! over a million tokens would hold all million. So no object owns one: each knows its number and its
//! token, and the newest of a thread are held here. One that is no longer is validated again, by the same
//! validator at the same instant and without rules: what accepted it then accepts it now, in the same way. Of a token
//! that its authorization server was asked about, the response stands for the text.

use std::cell::RefCell;
use std::collections::VecDeque;

use lowwater::Accepted;

use crate::mistake::{Mistake, Result};
use crate::validator::Validator;

/// As many requests as one thread may have begun and not ended without a second check of a signature.
const MOST_TOKENS: usize = 1024;

/// And no more of them than have so many bytes, for a token may have a mebibyte.
const MOST_BYTES: usize = 4 << 20;

#[derive(Default)]
struct Held {
    /// The number of the first, and so of each: they are in order and without gaps.
    first: u64,
    tokens: VecDeque<(usize, Accepted)>,
    bytes: usize,
}

thread_local! {
    static HELD: RefCell<Held> = RefCell::default();
}

impl Held {
    fn forget_oldest(&mut self) -> Option<Accepted> {
        let (bytes, accepted) = self.tokens.pop_front()?;
        self.bytes = self.bytes.saturating_sub(bytes);
        self.first = self.first.saturating_add(1);
        Some(accepted)
    }

    fn keep(&mut self, bytes: usize, accepted: Accepted) -> u64 {
        self.bytes = self.bytes.saturating_add(bytes);
        while self.tokens.len() >= MOST_TOKENS || self.bytes > MOST_BYTES {
            if self.forget_oldest().is_none() {
                break;
            }
        }
        let number =
            self.first.saturating_add(u64::try_from(self.tokens.len()).unwrap_or(u64::MAX));
        self.tokens.push_back((bytes, accepted));
        number
    }

    fn get(&self, number: u64) -> Option<&Accepted> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.tokens.get(place).map(|(_, accepted)| accepted)
    }
}

/// Holds an accepted token; tells its number.
pub(crate) fn keep(token: &str, accepted: Accepted) -> u64 {
    HELD.with_borrow_mut(|held| held.keep(token.len(), accepted))
}

/// Asks an accepted token.
pub(crate) fn ask<T>(
    number: f64,
    validator: &Validator,
    token: &str,
    now: i64,
    ask: impl FnOnce(&Accepted) -> T,
) -> Result<T> {
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it came from `keep`"
    )]
    let number = number as u64;
    HELD.with_borrow(|held| match held.get(number) {
        Some(accepted) => Ok(ask(accepted)),
        None => match validator.again(token, now) {
            Some(accepted) => Ok(ask(&accepted)),
            None => Err(Mistake::argument("accepted", "is no accepted token")),
        },
    })
}
