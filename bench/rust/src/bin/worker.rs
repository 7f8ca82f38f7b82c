//! Measures time. One line of JSON is asked, one is answered (`bench/harness/workers.py`).
//!
//! `worker BACKEND`: which one `jsonwebtoken` uses in this process, `aws_lc_rs` or `rust_crypto`.

use std::collections::HashMap;
use std::hint::black_box;
use std::io::{BufRead as _, Write as _};
use std::sync::Barrier;
use std::time::Instant;

use lowwater_bench::fixture::{Case, Sample};
use lowwater_bench::rules::{Kept, tokens};
use lowwater_bench::{Decide, Fault, contestants, peer};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Asked {
    /// Make a contestant ready; answers how many of its first tokens it accepted and refused.
    Prepare {
        id: u32,
        contestant: String,
        case: Case,
    },
    /// Nanoseconds that so many calls take together.
    Run {
        id: u32,
        calls: usize,
    },
    /// Nanoseconds of each call, the clock's own reading included.
    Each {
        id: u32,
        calls: usize,
    },
    Forget {
        id: u32,
    },
}

struct Ready {
    decide: Decide,
    samples: Vec<Sample>,
    threads: usize,
    /// Which token comes next: the rotation goes on from one run to the next.
    next: usize,
}

fn main() -> Result<(), Fault> {
    peer::install(&std::env::args().nth(1).unwrap_or_default())?;
    let (mut ready, mut kept) = (HashMap::new(), None);
    let mut answers = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let answer = answer(serde_json::from_str(&line?)?, &mut ready, &mut kept)?;
        writeln!(answers, "{answer}")?;
        answers.flush()?;
    }
    Ok(())
}

fn answer(
    asked: Asked,
    ready: &mut HashMap<u32, Ready>,
    kept: &mut Option<Kept>,
) -> Result<Value, Fault> {
    let of = |ready: &mut HashMap<u32, Ready>, id| -> Result<Ready, Fault> {
        ready.remove(&id).ok_or_else(|| format!("{id} was not prepared").into())
    };
    Ok(match asked {
        Asked::Prepare { id, contestant, case } => {
            let made = prepare(&contestant, &case, kept)?;
            let first = made.samples.iter().take(16);
            let accepted = first.clone().filter(|sample| (made.decide)(sample)).count();
            let answer = json!({"accepted": accepted, "refused": first.count() - accepted});
            ready.insert(id, made);
            answer
        }
        Asked::Run { id, calls } => {
            let mut one = of(ready, id)?;
            let nanos = if one.threads == 1 { one.run(calls) } else { one.together(calls) };
            ready.insert(id, one);
            json!({"nanos": nanos})
        }
        Asked::Each { id, calls } => {
            let mut one = of(ready, id)?;
            let nanos: Vec<u64> = (0..calls).map(|_| one.run(1)).collect();
            ready.insert(id, one);
            json!({"nanos": nanos})
        }
        Asked::Forget { id } => {
            ready.remove(&id);
            json!({})
        }
    })
}

fn prepare(contestant: &str, case: &Case, kept: &mut Option<Kept>) -> Result<Ready, Fault> {
    let fixture = case.fixture()?;
    let kept = kept.get_or_insert_with(|| Kept::for_issuer(&fixture.issuer));
    let samples = match case.rules {
        Some(rules) => tokens(&fixture, rules)?,
        None => fixture.samples(&case.tokens)?,
    };
    let contestants = contestants();
    let make = contestants.get(contestant).ok_or_else(|| format!("no contestant {contestant}"))?;
    Ok(Ready { decide: make(case, &fixture, kept)?, samples, threads: case.threads, next: 0 })
}

impl Ready {
    fn run(&mut self, calls: usize) -> u64 {
        let count = self.samples.len();
        let start = Instant::now();
        for _ in 0..calls {
            self.next = if self.next + 1 < count { self.next + 1 } else { 0 };
            black_box((self.decide)(black_box(&self.samples[self.next])));
        }
        between(start, Instant::now())
    }

    /// Every thread asks all of the calls; together they take from the first start to the last end.
    fn together(&self, calls: usize) -> u64 {
        let barrier = Barrier::new(self.threads);
        let ask = || {
            barrier.wait();
            let start = Instant::now();
            for sample in self.samples.iter().cycle().take(calls) {
                black_box((self.decide)(black_box(sample)));
            }
            (start, Instant::now())
        };
        let spans: Vec<(Instant, Instant)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        assert_eq!(spans.len(), self.threads, "a thread panicked");
        let first = spans.iter().map(|(start, _)| *start).min();
        let last = spans.iter().map(|(_, end)| *end).max();
        first.zip(last).map_or(0, |(first, last)| between(first, last))
    }
}

fn between(start: Instant, end: Instant) -> u64 {
    u64::try_from((end - start).as_nanos()).unwrap_or(u64::MAX)
}
