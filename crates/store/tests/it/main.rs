//! Tests of the in-memory backend and of the encodings that backends share.

mod contract;
mod encoding;
mod memory;
