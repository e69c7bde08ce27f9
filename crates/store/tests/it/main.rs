//! Tests of the in-memory backend and of the encodings that backends share.
