//! An HTTP API guarded by lowwater, and a story played against it.
fn main() {}
