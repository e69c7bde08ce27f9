//! Tests of the use cases.

mod ingest;
