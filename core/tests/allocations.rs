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
use std::cell::{Cell, RefCell};

use backends::BACKENDS;
use lowwater::{Algorithm, Cutoffs, Memo, NoCutoffs, Rule, Target, UnixTime};
use signing::{ISSUER, NOW, Signer, access_token_claims, claims, validator, validator_on};

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn live(bytes: usize, sign: isize) {
    LIVE.with(|live| live.set(live.get() + sign * bytes as isize));
}

// SAFETY: every call is handed to the system allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        live(layout.size(), 1);
        // SAFETY: the caller's promise is the one that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        live(layout.size(), -1);
        // SAFETY: the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        live(size, 1);
        live(layout.size(), -1);
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

#[test]
fn a_token_that_a_memo_knows_costs_no_allocation() {
    let signer = Signer::Secret;
    let validator = validator(Algorithm::Hs256, &signer);
    let token = signer.token(Algorithm::Hs256, &access_token_claims());
    let memo = RefCell::new(Memo::new(1 << 20, [7; 16]));
    drop(validator.validate_with(&memo, &token, &NoCutoffs, NOW_TIME));
    let (count, decided) =
        allocations(|| validator.validate_with(&memo, &token, &NoCutoffs, NOW_TIME));
    assert!(decided.is_ok());
    assert_eq!(count, 0);
}

/// What is counted beside what is asked of the allocator: tokens that come once and twice, small ones, and
/// ones whose many members and escapes take the most memory for their length.
#[test]
fn a_memo_takes_no_more_memory_than_it_was_given() {
    const BYTES: usize = 1 << 20;
    let signer = Signer::Secret;
    let validator = validator(Algorithm::Hs256, &signer);
    let escaped = |number: usize| format!(r#","jti":"\\u0061{}{number}""#, "a".repeat(300));
    let members = |number: usize| {
        (0..200).map(|member| format!(r#","{member}-{number}":0"#)).collect::<String>()
    };
    let small = |number: usize| format!(r#","jti":"{number}""#);
    for more in [&small as &dyn Fn(usize) -> String, &escaped, &members] {
        let tokens: Vec<String> =
            (0..3000).map(|n| signer.token(Algorithm::Hs256, &claims(&more(n)))).collect();
        let before = LIVE.with(Cell::get);
        let memo = RefCell::new(Memo::new(BYTES, [7; 16]));
        for (number, token) in tokens.iter().enumerate() {
            for _ in 0..=number % 2 {
                drop(validator.validate_with(&memo, token, &NoCutoffs, NOW_TIME).unwrap());
                let live = LIVE.with(Cell::get) - before;
                assert!(live <= BYTES as isize, "{live} bytes, {:?}", memo.borrow());
            }
        }
        let live = LIVE.with(Cell::get) - before;
        assert!(live > BYTES as isize / 2, "{live} bytes, {:?}", memo.borrow());
        drop(memo);
        assert_eq!(LIVE.with(Cell::get), before);
    }
}
