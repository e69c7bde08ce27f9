//! Repository tasks: tidy, generated files, benches.
fn main() {}
