//! What sharing rules costs: a reader, with and without a writer at work, beside the lock it spares, and
//! a writer, for a thousand to a million rules. `cargo bench -p lowwater-edge`; about two minutes.
#![allow(
    missing_docs,
    clippy::allow_attributes,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a benchmark: a panic is how it fails"
)]

use std::hint::black_box;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lowwater::{Cutoffs, Rule, Target, UnixTime};
use lowwater_edge::SharedCutoffs;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn user(number: u64) -> Target {
    Target::subject(&format!("auth0|{number:024x}")).at_issuer("https://tenant.example.auth/")
}

fn cutoffs(rules: u64) -> Cutoffs {
    let mut cutoffs = Cutoffs::local();
    for number in 0..rules {
        cutoffs.apply(Rule::issued_before(user(number), NOW), NOW).unwrap();
    }
    cutoffs
}

fn read(c: &mut Criterion) {
    let rules = SharedCutoffs::new(cutoffs(100_000));
    let mut group = c.benchmark_group("read");
    group.bench_function("current", |b| b.iter(|| rules.current().len()));
    group.bench_function("hold", |b| b.iter(|| rules.hold().len()));
    let locked = RwLock::new(Cutoffs::local());
    group.bench_function("RwLock, uncontended", |b| b.iter(|| locked.read().unwrap().len()));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                black_box((rules.current().len(), locked.read().unwrap().len()));
            }
        });
        group.bench_function("current, while a thread reads too", |b| {
            b.iter(|| rules.current().len());
        });
        group.bench_function("RwLock, while a thread reads too", |b| {
            b.iter(|| locked.read().unwrap().len());
        });
        done.store(true, Ordering::Relaxed);
    });
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut writes = Writes::of(100_000);
            while !done.load(Ordering::Relaxed) {
                writes.apply(&rules);
            }
        });
        group.bench_function("current, while a thread writes without pause", |b| {
            b.iter(|| black_box(rules.current().len()));
        });
        done.store(true, Ordering::Relaxed);
    });
    group.finish();
}

/// Later and later cutoffs of the same users, so that the number of rules stays.
struct Writes {
    users: u64,
    number: u64,
    now: UnixTime,
}

impl Writes {
    const fn of(users: u64) -> Self {
        Self { users, number: 0, now: NOW }
    }

    fn next(&mut self) -> Rule {
        // A prime, so that one after the other is somewhere else in memory.
        self.number = self.number.wrapping_add(7919);
        self.now = self.now.after(Duration::from_millis(1));
        Rule::issued_before(user(self.number % self.users), self.now)
    }

    fn apply(&mut self, rules: &SharedCutoffs) {
        let rule = self.next();
        rules.apply(rule, self.now).unwrap();
    }
}

fn write(c: &mut Criterion) {
    let mut group = c.benchmark_group("write");
    group.sample_size(20);
    for count in [1_000, 100_000, 1_000_000] {
        let mut alone = cutoffs(count);
        let rules = SharedCutoffs::new(alone.clone());
        let mut writes = Writes::of(count);
        group.bench_function(BenchmarkId::new("apply", count), |b| {
            b.iter(|| writes.apply(&rules));
        });
        group.bench_function(BenchmarkId::new("a thousand in one update", count), |b| {
            b.iter(|| {
                rules.update(|rules| {
                    (0..1000).try_for_each(|_| rules.apply(writes.next(), writes.now).map(drop))
                })
            });
        });
        let mut writes = Writes::of(count);
        group.bench_function(BenchmarkId::new("apply to rules of one's own", count), |b| {
            b.iter(|| {
                let rule = writes.next();
                alone.apply(rule, writes.now).unwrap()
            });
        });
        group.sample_size(10);
        group.bench_function(BenchmarkId::new("replace", count), |b| {
            b.iter(|| rules.replace(Cutoffs::clone(&rules.current())));
        });
        group.sample_size(20);
    }
    group.finish();
}

criterion_group!(
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = read, write
);
criterion_main!(benches);
