//! Makes the same decision again and again: run under callgrind twice, with different counts, the
//! difference is what one decision takes. Prints how often one asks for memory, and for how many bytes.
//!
//! `instructions FIXTURE TOKENS RULES CONTESTANT COUNT`; RULES is `none`, `thousand` (none of them met) or
//! `revoked` (the token's subject), CONTESTANT `lowwater`, `memo` (lowwater that knows the token) or `ring`, the
//! primitive alone.
#![expect(unsafe_code, reason = "a counting allocator is unsafe by its nature")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use lowwater::{Cutoffs, NoCutoffs, Ring, Rule, Target, UnixTime};
use lowwater_bench::fixture::{Case, Fixture, Sample};
use lowwater_bench::lowwater::validator;
use lowwater_bench::rules::Kept;
use lowwater_bench::{Decide, Fault, raw};
use lowwater_edge::SharedMemo;

struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: usize) {
    CALLS.with(|calls| calls.set(calls.get() + 1));
    BYTES.with(|sum| sum.set(sum.get() + bytes));
}

// SAFETY: every call is handed to the system allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise is the one that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: the pointer came from `System`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> Result<(), Fault> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [path, tokens, rules, contestant, times] = given.as_slice() else {
        return Err("FIXTURE TOKENS RULES CONTESTANT COUNT".into());
    };
    let case = Case { fixture: path.into(), tokens: tokens.clone(), threads: 1, rules: None };
    let fixture = case.fixture()?;
    let samples = fixture.samples(tokens)?;
    let sample = samples.first().ok_or("no token")?;
    let decide = match contestant.as_str() {
        "lowwater" => lowwater(&fixture, rules, None)?,
        "memo" => lowwater(&fixture, rules, Some(SharedMemo::default()))?,
        "ring" => raw::ring(&case, &fixture, &mut Kept::for_issuer(&fixture.issuer))?,
        other => return Err(format!("no contestant {other}").into()),
    };
    // ring reads the processor's features at the first call.
    let accepted = decide(sample);
    let (calls, bytes) = (CALLS.with(Cell::get), BYTES.with(Cell::get));
    decide(sample);
    let (calls, bytes) = (CALLS.with(Cell::get) - calls, BYTES.with(Cell::get) - bytes);
    for _ in 0..times.parse()? {
        black_box(decide(black_box(sample)));
    }
    println!("{}", serde_json::json!({"accepted": accepted, "allocations": calls, "bytes": bytes}));
    Ok(())
}

/// At a fixed time: a clock is not what is counted.
fn lowwater(fixture: &Fixture, rules: &str, memo: Option<SharedMemo>) -> Result<Decide, Fault> {
    let validator = validator(fixture, &Ring)?;
    let now = UnixTime::from_secs(fixture.now);
    let mut cutoffs = Cutoffs::local();
    let mut cut_off = |subject: &str| {
        let target = Target::subject(subject).at_issuer(&fixture.issuer);
        cutoffs.apply(Rule::issued_before(target, now), now).map(drop)
    };
    match rules {
        "none" => {}
        "thousand" => (0..1000).try_for_each(|user| cut_off(&format!("auth0|{user}")))?,
        "revoked" => cut_off(&fixture.subject)?,
        other => return Err(format!("no rules {other}").into()),
    }
    let Some(memo) = memo else {
        return Ok(Box::new(move |sample: &Sample| {
            validator.validate(&sample.token, &cutoffs, now).is_ok()
        }));
    };
    // What it knows it knows from before the rules.
    let known = fixture.samples("accepted")?;
    for sample in &known {
        let decided = validator.validate_with(&memo, &sample.token, &NoCutoffs, now);
        decided.map(drop).map_err(|no| no.to_json())?;
    }
    Ok(Box::new(move |sample: &Sample| {
        validator.validate_with(&memo, &sample.token, &cutoffs, now).is_ok()
    }))
}
