//! Who frees a state that was replaced: a writer, never a reader.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is how it fails; a counting allocator is unsafe by its nature"
)]

mod alarm;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use alarm::Alarm;
use lowwater::{Cutoffs, Rule, Target, UnixTime};
use lowwater_edge::SharedCutoffs;

struct Counting;

thread_local! {
    static FREED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is the one that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        FREED.with(|count| count.set(count.get() + 1));
        // SAFETY: the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many pieces of memory this thread frees in `work`.
fn freed<T>(work: impl FnOnce() -> T) -> usize {
    let before = FREED.with(Cell::get);
    work();
    FREED.with(Cell::get) - before
}

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn cutoffs(rules: usize) -> Cutoffs {
    let mut cutoffs = Cutoffs::local();
    for number in 0..rules {
        let user = Target::subject(&format!("u{number}"));
        cutoffs.apply(Rule::issued_before(user, NOW), NOW).unwrap();
    }
    cutoffs
}

#[test]
fn a_state_lives_until_a_writer_comes_after_its_last_reader() {
    let rules = SharedCutoffs::new(cutoffs(500));
    let (current, held) = (rules.current(), rules.hold());
    let alive = Arc::downgrade(&held);
    let next = Cutoffs::clone(&held);
    rules.replace(next).unwrap();

    assert_eq!(freed(|| drop(held)), 0);
    assert_eq!(rules.free_replaced(), 1, "one is read");
    assert_eq!(freed(|| drop(current)), 0);
    assert!(alive.upgrade().is_some(), "and waits for a writer");
    assert!(freed(|| rules.lift("r-1")) > 500, "who pays for it");
    assert!(alive.upgrade().is_none());
    assert_eq!(rules.free_replaced(), 0);
}

/// Readers that let go of a state only once it was replaced: without the writer's list the last of them
/// would free it.
#[test]
fn readers_free_nothing_whatever_writers_do() {
    const ROUNDS: usize = 300;
    let rules = SharedCutoffs::new(cutoffs(500));
    assert!(freed(|| drop(cutoffs(500))) > 500, "freeing is seen");
    let (reading, failed) = (AtomicUsize::new(2), AtomicBool::new(false));
    let going = || !failed.load(Ordering::Relaxed);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let _alarm = Alarm(&failed);
                for round in 0..ROUNDS {
                    let count = freed(|| {
                        let current = rules.current();
                        let held = (round % 2 == 0).then(|| rules.hold());
                        while going() && rules.current().sequence() == current.sequence() {
                            thread::yield_now();
                        }
                        drop(held);
                    });
                    assert_eq!(count, 0);
                }
                reading.fetch_sub(1, Ordering::Release);
            });
        }
        scope.spawn(|| {
            let _alarm = Alarm(&failed);
            let mut number = 0_u64;
            while going() && reading.load(Ordering::Acquire) > 0 {
                number += 1;
                let rule = Rule::suspended(Target::subject("u1"), true, number);
                rules.apply(rule, NOW).unwrap();
                if number.is_multiple_of(64) {
                    // Refused where it came too late, and then freed here too.
                    let _refused = rules.replace(Cutoffs::clone(&rules.current()));
                }
            }
        });
    });
    assert_eq!(rules.free_replaced(), 0);
}

#[test]
fn the_list_is_as_long_as_states_are_read() {
    let rules = SharedCutoffs::default();
    let mut held = Vec::new();
    for number in 0..100_u64 {
        held.push(rules.hold());
        rules.apply(Rule::suspended(Target::everyone(), true, number), NOW).unwrap();
        assert_eq!(rules.free_replaced(), held.len());
        if number % 3 == 0 {
            held.swap_remove(0);
        }
    }
    held.clear();
    rules.lift("r-1");
    assert_eq!(rules.free_replaced(), 0);
}
