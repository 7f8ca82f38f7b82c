//! How often a decision asks for memory, counted.
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
    reason = "a test: a panic is how it fails; a counting allocator is unsafe by its nature"
)]

mod backends;
mod signing;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use backends::BACKENDS;
use lowwater::{Algorithm, Cutoffs, NoCutoffs, Rule, Target, UnixTime};
use signing::{ISSUER, NOW, Signer, access_token_claims, validator, validator_on};

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise is the one that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the pointer came from `System`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = COUNT.with(Cell::get);
    let made = work();
    (COUNT.with(Cell::get) - before, made)
}

const NOW_TIME: UnixTime = UnixTime::from_secs(NOW);

#[test]
fn an_accepted_token_costs_four_allocations_and_rules_none() {
    let mut cutoffs = Cutoffs::local();
    for number in 0..1000 {
        let subject = Target::subject(&format!("user-{number}")).at_issuer(ISSUER);
        cutoffs.apply(Rule::issued_before(subject.clone(), NOW_TIME), NOW_TIME).unwrap();
        cutoffs
            .apply(Rule::suspended(subject.and(Target::client("c")), true, 1), NOW_TIME)
            .unwrap();
    }
    for (algorithm, (name, backend)) in Algorithm::ALL
        .into_iter()
        .flat_map(|one| BACKENDS.iter().map(move |backend| (one, backend)))
    {
        let signer = Signer::of(algorithm);
        let validator = validator_on(*backend, algorithm, &signer);
        let token = signer.token(algorithm, &access_token_claims());
        // ring reads the processor's features once.
        drop(validator.validate(&token, &NoCutoffs, NOW_TIME));
        let (plain, decided) = allocations(|| validator.validate(&token, &NoCutoffs, NOW_TIME));
        assert!(decided.is_ok());
        let (with_rules, decided) = allocations(|| validator.validate(&token, &cutoffs, NOW_TIME));
        assert!(decided.is_ok());
        // RSA in ring builds its Montgomery context on the heap for each check.
        let own = match signer {
            Signer::Rsa(_) if *name == "ring" => plain.saturating_sub(rsa_allocations(&token)),
            _ => plain,
        };
        assert!(own <= 4, "{algorithm} on {name}: {own} of {plain}");
        assert_eq!(with_rules, plain, "{algorithm}");
    }
}

/// What ring's own check of an RSA signature allocates.
fn rsa_allocations(token: &str) -> usize {
    use ring::{rsa::PublicKeyComponents, signature::RsaKeyPair};
    let pair = RsaKeyPair::from_pkcs8(include_bytes!("signing/rsa-2048.pk8")).unwrap();
    let key = PublicKeyComponents::<Vec<u8>>::from(pair.public());
    let (message, _) = token.rsplit_once('.').unwrap();
    let parameters = &ring::signature::RSA_PKCS1_2048_8192_SHA256;
    allocations(|| key.verify(parameters, message.as_bytes(), &[1; 256])).0
}

#[test]
fn nothing_is_allocated_before_the_shape_is_right() {
    let signer = Signer::Secret;
    let validator = validator(Algorithm::Hs256, &signer);
    let good = signer.token(Algorithm::Hs256, &access_token_claims());
    let tokens = [
        String::new(),
        ".".repeat(1024 * 1024),
        ".".repeat(16 * 1024),
        "....".into(),
        "[".repeat(16 * 1024),
        "a".repeat(16 * 1024),
        format!("{good}="),
        good.replace('.', "./."),
        good.replacen('.', "+.", 1),
        good[..good.len() - 1].to_string() + "_",
    ];
    for token in &tokens {
        let (count, decided) = allocations(|| validator.validate(token, &NoCutoffs, NOW_TIME));
        let code = decided.unwrap_err().code();
        assert!(code.as_str().starts_with("token_"), "{code}");
        assert_eq!(count, 0, "{code}");
    }
}
