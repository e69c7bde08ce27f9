//! Tests of the in-memory backend and of the encodings that backends share.

mod claimer;
mod contract;
mod encoding;
mod memory;
mod seals;
