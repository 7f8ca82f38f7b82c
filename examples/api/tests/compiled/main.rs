//! The compiled example, from outside.
#![expect(clippy::expect_used, reason = "a test says so by failing")]

mod durability;
mod server;
mod story;
