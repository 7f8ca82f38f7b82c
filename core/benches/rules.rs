//! What the rules cost: the cutoff stage at a thousand to ten million rules of five shapes, from the live
//! set and from an index, beside the tables of the standard library and what memory itself takes.
//!
//! `cargo bench -p lowwater --bench rules` (or with sizes: `-- 1000 100000`). Ten million want 6 GiB.
//!
//! Every lookup is of another user, in random order, so that a large table is found in main memory and
//! never in a cache: before each series a buffer larger than the caches is read. The claims of 64 tokens
//! are read ahead, for in a validation they were parsed just before; then the 64 are asked, and the time
//! is taken for all of them. Figures are medians of 300 such batches.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a benchmark: a panic is how it fails; a counting allocator is unsafe by its nature"
)]

#[path = "../tests/signing/mod.rs"]
mod signing;

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lowwater::{
    Algorithm, Cutoffs, Index, NoCutoffs, Rule, RuleSet, Target, Ticket, UnixTime, Validator,
};
use signing::{AUDIENCE, ISSUER, NOW, Signer, validator};

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed to the system allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(charged(layout.size()), Ordering::Relaxed);
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise is the one that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(charged(layout.size()), Ordering::Relaxed);
        // SAFETY: the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What glibc's malloc takes for a request: eight bytes more, rounded up to 16, 32 at least.
fn charged(size: usize) -> usize {
    (size + 8).next_multiple_of(16).max(32)
}

const BATCH: usize = 64;
const BATCHES: usize = 300;
/// Batches that are not counted: they bring the code and the tables of pages back into the caches.
const FIRST: usize = 100;
const NOW_TIME: UnixTime = UnixTime::from_secs(NOW);
const PASSED: UnixTime = UnixTime::from_secs(NOW - 3600);

/// The targets of a user's token, one a shape.
fn targets(user: usize) -> [Target; 5] {
    let subject = Target::subject(&subject(user)).at_issuer(ISSUER);
    [
        subject.clone(),
        subject.and(Target::client("calendar")),
        Target::session(&format!("session-{user:08}")).at_issuer(ISSUER),
        Target::token_id(&format!("token-{user:08}-a7f3")),
        Target::device(&*format!("device-{user:08}")).at_issuer(ISSUER),
    ]
}

fn subject(user: usize) -> String {
    format!("auth0|{user:016x}")
}

/// Rules of the five shapes in turn; more than half name a user.
fn rule(number: usize) -> Rule {
    let shape = [0, 1, 0, 2, 0, 3, 0, 4, 0][number % 9];
    let at = UnixTime::from_millis(PASSED.as_millis() - (number % 3_600_000) as i64);
    let target = targets(number)[shape].clone();
    if shape == 3 { Rule::revoked(target, PASSED) } else { Rule::issued_before(target, at) }
}

fn text(rule: &Rule) -> usize {
    // The values of a target, which any way of keeping the rule has to hold.
    let json = rule.to_json();
    json.split('"')
        .skip(1)
        .step_by(2)
        .filter(|part| {
            part.starts_with("auth0|")
                || part.contains('-')
                || *part == ISSUER
                || *part == "calendar"
        })
        .map(str::len)
        .sum()
}

fn ticket(validator: &Validator, user: usize) -> Ticket {
    let claims = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"{}","client_id":"calendar","sid":"session-{user:08}","jti":"token-{user:08}-a7f3","device_id":"device-{user:08}","iat":{},"exp":{}}}"#,
        subject(user),
        NOW - 60,
        NOW + 600
    );
    let token = Signer::Secret.token(Algorithm::Hs256, &claims);
    validator.validate(&token, &NoCutoffs, NOW_TIME).unwrap().ticket()
}

/// A generator of numbers without a pattern that a processor could guess (splitmix64).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

struct Cold {
    buffer: Vec<u64>,
}

impl Cold {
    /// Median nanoseconds of one call.
    fn measure(&mut self, mut prepare: impl FnMut(usize), mut call: impl FnMut(usize)) -> f64 {
        for word in self.buffer.iter_mut().step_by(8) {
            *word = word.wrapping_add(1);
        }
        let batches = (0..FIRST + BATCHES).map(|batch| {
            let numbers = batch * BATCH..(batch + 1) * BATCH;
            numbers.clone().for_each(&mut prepare);
            let start = Instant::now();
            numbers.for_each(&mut call);
            start.elapsed()
        });
        let mut batches: Vec<Duration> = batches.skip(FIRST).collect();
        batches.sort();
        batches[BATCHES / 2].as_nanos() as f64 / BATCH as f64
    }

    fn stage(&mut self, tickets: &[Ticket], rules: &impl RuleSet) -> f64 {
        let at = |number: usize| &tickets[number % tickets.len()];
        let mut few = Cutoffs::local();
        for number in 0..9 {
            few.apply(rule(number), NOW_TIME).unwrap();
        }
        self.measure(
            |number| at(number).recheck(&few, NOW_TIME).map(drop).unwrap(),
            |number| {
                black_box(at(number).recheck(black_box(rules), NOW_TIME)).unwrap();
            },
        )
    }
}

fn seconds<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let made = work();
    println!("  {what:<42}{:>9.2} s", start.elapsed().as_secs_f64());
    made
}

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1_000, 100_000, 1_000_000, 10_000_000] } else { sizes };
    let validator = validator(Algorithm::Hs256, &Signer::Secret);
    let mut cold = Cold { buffer: vec![1; 96 << 17] };
    for size in sizes {
        println!("{size} rules");
        run(size, &validator, &mut cold);
    }
}

fn run(size: usize, validator: &Validator, cold: &mut Cold) {
    let before = LIVE.load(Ordering::Relaxed);
    let mut cutoffs = Cutoffs::local();
    seconds("apply all, one by one", || {
        for number in 0..size {
            cutoffs.apply(rule(number), NOW_TIME).unwrap();
        }
    });
    let live = LIVE.load(Ordering::Relaxed) - before;
    let sample = size.min(10_000);
    let text = (0..sample).map(|number| text(&rule(number))).sum::<usize>() / sample;
    println!(
        "  live set: {} bytes a rule, of which {text} are its text: {} beside it",
        live / size,
        live / size - text
    );
    let snapshot = seconds("write a snapshot", || cutoffs.to_snapshot(NOW_TIME));
    println!("  snapshot: {} bytes a rule", snapshot.len() / size);
    seconds("load it", || Cutoffs::local().load_snapshot(&snapshot, NOW_TIME).unwrap());
    drop(snapshot);
    let bytes = seconds("build the index", || cutoffs.to_index([7; 16], NOW_TIME));
    println!("  index: {:.2} bytes a rule", bytes.len() as f64 / size as f64);
    let start = Instant::now();
    let index = Index::local(&bytes).unwrap();
    println!("  open it: {:.3} ms", start.elapsed().as_secs_f64() * 1e3);

    let mut seed = 1;
    let count = BATCH * (FIRST + BATCHES);
    let users = |beyond: usize, seed: &mut u64| -> Vec<usize> {
        (0..count).map(|_| beyond + random(seed) as usize % size).collect()
    };
    let (known, unknown) = (users(0, &mut seed), users(size, &mut seed));
    let tickets = |users: &[usize]| users.iter().map(|user| ticket(validator, *user)).collect();
    let (hits, misses): (Vec<Ticket>, Vec<Ticket>) = (tickets(&known), tickets(&unknown));
    let calls = CALLS.load(Ordering::Relaxed);
    for ticket in hits.iter().chain(&misses) {
        ticket.recheck(&cutoffs, NOW_TIME).unwrap();
        ticket.recheck(&index, NOW_TIME).unwrap();
    }
    println!("  allocations in {} decisions: {}", 4 * count, CALLS.load(Ordering::Relaxed) - calls);

    let row = |what: &str, hit: f64, miss: f64| {
        println!("  {what:<42}{hit:>9.0} ns hit {miss:>9.0} ns miss");
    };
    row("no rules", cold.stage(&hits, &NoCutoffs), cold.stage(&misses, &NoCutoffs));
    row("index, 5 shapes", cold.stage(&hits, &index), cold.stage(&misses, &index));
    row("live set, 5 shapes", cold.stage(&hits, &cutoffs), cold.stage(&misses, &cutoffs));
    let keys = |users: &[usize]| -> Vec<String> {
        users.iter().map(|user| format!("{ISSUER}\n{}", subject(*user))).collect()
    };
    let (hit_keys, miss_keys) = (keys(&known), keys(&unknown));
    let all = || (0..size).map(|user| (format!("{ISSUER}\n{}", subject(user)), 1));
    let mut ask = |table: &dyn Fn(&str) -> Option<u64>, keys: &[String]| {
        let at = |number: usize| keys[number % keys.len()].as_str();
        let touch = |number: usize| {
            black_box(at(number).bytes().map(u64::from).sum::<u64>());
        };
        cold.measure(touch, |number| {
            black_box(table(at(number)));
        })
    };
    let hash: HashMap<String, u64> = all().collect();
    let table = |key: &str| hash.get(key).copied();
    row("HashMap<String, u64>, one lookup", ask(&table, &hit_keys), ask(&table, &miss_keys));
    drop(hash);
    let tree: BTreeMap<String, u64> = all().collect();
    let table = |key: &str| tree.get(key).copied();
    row("BTreeMap<String, u64>, one lookup", ask(&table, &hit_keys), ask(&table, &miss_keys));
    drop(tree);
    chase(bytes.len(), cold);
}

/// What memory takes: each address comes from the load before, over as many bytes as the index has.
fn chase(bytes: usize, cold: &mut Cold) {
    let lines = (bytes / 64).max(2);
    let mut order: Vec<usize> = (0..lines).collect();
    let mut seed = 2;
    for last in (1..lines).rev() {
        order.swap(last, random(&mut seed) as usize % (last + 1));
    }
    let mut next = vec![[0_usize; 8]; lines];
    for pair in 0..lines {
        next[order[pair]][0] = order[(pair + 1) % lines];
    }
    let mut place = order[0];
    let one = cold.measure(|_| {}, |_| place = next[place][0]);
    let mut sum = 0;
    let several = cold.measure(
        |_| {},
        |number| {
            // Five that do not wait for each other.
            let mut seed = number as u64;
            sum += (0..5).map(|_| next[random(&mut seed) as usize % lines][0]).sum::<usize>();
        },
    );
    black_box((place, sum));
    println!("  memory: one load after the other {one:.0} ns; five at once {several:.0} ns");
}
