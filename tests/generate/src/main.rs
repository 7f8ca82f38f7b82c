//! Writes tests/vectors: the only writer of that folder.
fn main() {}
