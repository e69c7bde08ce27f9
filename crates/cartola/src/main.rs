//! The one binary: wires rooms together.
fn main() {}
