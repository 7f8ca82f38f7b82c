//! Threads that wait for each other end together when one of them fails.
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Tells the other threads that this one failed, so that none waits for it.
pub(crate) struct Alarm<'f>(pub(crate) &'f AtomicBool);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        self.0.fetch_or(thread::panicking(), Ordering::Relaxed);
    }
}
