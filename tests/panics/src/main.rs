//! Everything that a token or a file of rules goes through. It is linked, never run: what it asks of the
//! outside has no definition, so nothing of it is known while it is optimized.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::boxed::Box;
use core::alloc::{GlobalAlloc, Layout};
use core::time::Duration;

use lowwater::{
    Algorithm, Backend, Cutoffs, Index, InvalidSignature, KeyMaterial, KeySet, Memo, Rejection,
    Rule, RuleSet, Target, UnixTime, Unverified, Validator, VerifySignature,
};

unsafe extern "Rust" {
    safe fn text() -> &'static str;
    safe fn bytes() -> &'static [u8];
    safe fn number() -> i64;
    safe fn told(answer: &str);
    safe fn written(bytes: &[u8]);
    safe fn memory() -> *mut u8;
    safe fn stopped() -> !;
}

struct Outside;

// SAFETY: it is never run.
unsafe impl GlobalAlloc for Outside {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        memory()
    }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static MEMORY: Outside = Outside;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    stopped()
}

impl Backend for Outside {
    fn prepare(&self, _: Algorithm, _: &KeyMaterial<'_>) -> Option<Box<dyn VerifySignature>> {
        Some(Box::new(Self))
    }
    fn sha256(&self, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }
}

impl VerifySignature for Outside {
    fn verify(&self, _: &[u8], _: &[u8]) -> Result<(), InvalidSignature> {
        if number() == 0 { Ok(()) } else { Err(InvalidSignature) }
    }
}

fn now() -> UnixTime {
    UnixTime::from_millis(number())
}

fn seconds() -> Duration {
    Duration::from_secs(number().unsigned_abs())
}

fn validator() -> Option<Validator> {
    let policy = lowwater::Policy::from_json(text()).ok()?;
    Some(Validator::new(policy, KeySet::builder_with(&Outside).jwks(text()).ok()?.build().ok()?))
}

fn tell(rejection: &Rejection) {
    told(&rejection.message());
    rejection.headers().for_each(|(_, value)| told(&value));
    if number() == i64::from(rejection.http_status()) {
        told(rejection.code().as_str());
    }
}

/// A token, with and without a memo, and the ticket that it leaves.
#[inline(never)]
fn ask(validator: &Validator, rules: &impl RuleSet) {
    let memo = core::cell::RefCell::new(Memo::new(1 << 20, [7; 16]));
    match validator
        .bearer(text())
        .and_then(|token| validator.validate_with(&memo, token, rules, now()))
    {
        Ok(accepted) => accepted.notes().for_each(|note| told(note.as_str())),
        Err(rejection) => tell(&rejection),
    }
    match validator.validate(text(), rules, now()) {
        Ok(accepted) => {
            told(accepted.claims_json());
            accepted.require_scopes([text()]).unwrap_or_else(|rejection| tell(&rejection));
            accepted.ticket().recheck(rules, now()).map_or_else(|no| tell(&no), drop);
        }
        Err(rejection) => tell(&rejection),
    }
}

#[inline(never)]
fn rule(cutoffs: &mut Cutoffs) {
    let Ok(rule) = Rule::from_json(text()) else { return told("rule") };
    cutoffs.apply(rule, now()).map_or_else(|no| told(no.code()), drop);
    cutoffs.lift(text());
}

#[inline(never)]
fn forms(cutoffs: &mut Cutoffs) {
    cutoffs.load_snapshot(bytes(), now()).map_or_else(|no| told(no.code()), drop);
    cutoffs.load_json_lines(text()).map_or_else(|no| told(no.code()), drop);
    cutoffs.apply_delta(bytes(), now()).map_or_else(|no| told(no.code()), drop);
}

#[inline(never)]
fn join(cutoffs: &mut Cutoffs, other: &Cutoffs, validator: &Validator) {
    cutoffs.merge(other).map_or_else(|no| told(no.code()), drop);
    cutoffs.prune(now(), validator.retention()).map_or_else(|no| told(no.code()), drop);
    cutoffs.compact(now());
}

#[inline(never)]
fn index(validator: &Validator) {
    match Index::replica(bytes(), seconds(), seconds()) {
        Ok(index) => ask(validator, &index.fresh_within(seconds())),
        Err(no) => told(no.code()),
    }
}

/// What people ask of a token and of rules, and what is written for others.
#[inline(never)]
fn tell_all(validator: &Validator, cutoffs: &Cutoffs) {
    told(&validator.explain(text(), cutoffs, now()).to_json());
    if let Ok(unverified) = Unverified::read(text()) {
        told(unverified.claims_json());
    }
    if let Ok(target) = Target::from_json(text()) {
        cutoffs.find(&target).iter().for_each(|rule| told(&rule.to_json()));
    }
    told(&cutoffs.to_json_lines());
    written(&cutoffs.to_snapshot(now()));
    written(&cutoffs.to_index([7; 16], now()));
    cutoffs
        .delta_since(number().unsigned_abs(), now())
        .map_or_else(|no| told(no.code()), |bytes| written(&bytes));
}

/// Where a linker begins.
#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    if let (Some(validator), Ok(mut cutoffs)) =
        (validator(), Cutoffs::replica(seconds(), seconds()))
    {
        let mut other = Cutoffs::local();
        rule(&mut other);
        forms(&mut cutoffs);
        join(&mut cutoffs, &other, &validator);
        ask(&validator, &cutoffs);
        index(&validator);
        tell_all(&validator, &cutoffs);
    }
    stopped()
}
