//! The wire types against the document's examples.

mod wire;
