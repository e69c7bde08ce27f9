//! Tests of the use cases.

mod consents;
mod imports;
mod ingest;
mod movements;
mod once;
mod tenants;
mod world;
