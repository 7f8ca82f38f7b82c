//! Many decisions at once, on several threads where that is asked for.

use std::num::NonZero;
use std::thread::{self, Builder, ScopedJoinHandle, available_parallelism};

/// Fewer tokens than this are decided sooner than a thread has begun: it takes some 30 microseconds.
const LEAST_SHARE: usize = 16;

/// Decides about many tokens: `decide` is called once for each, on up to `threads` threads (no more than
/// the machine runs at once), and the answers stand in the order of the tokens.
///
/// Each thread takes a run of neighbours. Where the system gives no thread, the calling one does the work.
///
/// ```
/// use std::num::NonZero;
/// use lowwater::{Accepted, Rejection, Validator};
/// use lowwater_edge::{SharedCutoffs, SharedMemo, decide_many, now};
///
/// fn check(
///     validator: &Validator,
///     memo: &SharedMemo,
///     rules: &SharedCutoffs,
///     tokens: &[String],
/// ) -> Vec<Result<Accepted, Rejection>> {
///     let (rules, now) = (rules.current(), now()); // one state and one instant for all
///     let two = NonZero::new(2).unwrap_or(NonZero::<usize>::MIN);
///     decide_many(tokens, two, |token| validator.validate_with(memo, token, &*rules, now))
/// }
/// ```
pub fn decide_many<T: Sync, R: Send>(
    tokens: &[T],
    threads: NonZero<usize>,
    decide: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    // Where no system has any thread to give, what asks for one is not built.
    if cfg!(all(target_family = "wasm", target_os = "unknown")) {
        return tokens.iter().map(decide).collect();
    }
    let at_once = available_parallelism().map_or(1, NonZero::get);
    let most = tokens.len().div_ceil(LEAST_SHARE).clamp(1, at_once);
    let share = tokens.len().div_ceil(threads.get().min(most)).max(1);
    let mut shares = tokens.chunks(share);
    let Some(own) = shares.next() else { return Vec::new() };
    let answers = |tokens: &[T]| tokens.iter().map(&decide).collect::<Vec<R>>();
    thread::scope(|scope| {
        let answers = &answers;
        let begin = |tokens| match Builder::new().spawn_scoped(scope, move || answers(tokens)) {
            Ok(thread) => Share::Elsewhere(thread),
            Err(_) => Share::Here(tokens),
        };
        let begun: Vec<Share<'_, '_, T, R>> = shares.map(begin).collect();
        let mut all = answers(own);
        all.reserve_exact(tokens.len().saturating_sub(all.len()));
        for share in begun {
            all.extend(match share {
                Share::Here(tokens) => answers(tokens),
                Share::Elsewhere(thread) => match thread.join() {
                    Ok(answers) => answers,
                    Err(panic) => std::panic::resume_unwind(panic), // of `decide`: as if it ran here
                },
            });
        }
        all
    })
}

/// A run of tokens, and who decides about it.
enum Share<'scope, 't, T, R> {
    Here(&'t [T]),
    Elsewhere(ScopedJoinHandle<'scope, Vec<R>>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::Mutex;

    #[test]
    fn answers_stand_in_the_order_of_the_tokens_each_asked_once() {
        for count in [0, 1, 15, 16, 17, 33, 1000] {
            let tokens: Vec<usize> = (0..count).collect();
            for threads in [1, 2, 3, 8, 100, usize::MAX] {
                let asked = Mutex::new(Vec::new());
                let answers = decide_many(&tokens, NonZero::new(threads).unwrap(), |token| {
                    asked.lock().unwrap().push(*token);
                    token * 2
                });
                assert!(answers.iter().copied().eq((0..count).map(|token| token * 2)));
                let mut asked = asked.into_inner().unwrap();
                asked.sort_unstable();
                assert_eq!(asked, tokens, "{threads} threads");
            }
        }
    }

    #[test]
    fn threads_are_used_if_given_and_no_more_than_run_at_once() {
        let tokens = [(); 6400];
        let at_once = available_parallelism().unwrap().get();
        for threads in [1, 2, 4, usize::MAX] {
            let names =
                decide_many(&tokens, NonZero::new(threads).unwrap(), |()| thread::current().id());
            assert_eq!(
                names.into_iter().collect::<HashSet<_>>().len(),
                threads.min(at_once).min(400)
            );
        }
    }
}
