//! The backends that are compiled in: what holds of signatures holds on each.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::allow_attributes,
    reason = "each test binary includes it and uses its own part"
)]

use lowwater::Backend;

pub const BACKENDS: &[(&str, &dyn Backend)] = &[
    ("ring", &lowwater::Ring),
    #[cfg(feature = "aws-lc-rs")]
    ("aws-lc-rs", &lowwater::AwsLc::new()),
];

/// The answer of all of them; they must agree. Who asks for both (`LOWWATER_BACKENDS=2`) must have both.
pub fn all_agree<T: PartialEq + std::fmt::Debug>(ask: impl Fn(&dyn Backend) -> T) -> T {
    if let Ok(asked) = std::env::var("LOWWATER_BACKENDS") {
        assert_eq!(asked, BACKENDS.len().to_string(), "the feature `aws-lc-rs` is off");
    }
    let mut answers = BACKENDS.iter().map(|(name, backend)| (name, ask(*backend)));
    let (first, answer) = answers.next().expect("ring is there");
    for (name, other) in answers {
        assert_eq!(answer, other, "{first} and {name}");
    }
    answer
}
