//! Tests of the use cases.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::needless_pass_by_value, reason = "`check` takes its expectation as it is written")]

mod account_links;
mod again;
mod audit;
mod authorizations;
mod calls;
mod cancelling;
mod checkouts;
mod consents;
mod device_sessions;
mod elsewhere;
mod given_up;
mod heard;
mod imports;
mod ingest;
mod instructions;
mod kept;
mod known;
mod learnt;
mod limits;
mod links;
mod master_keys;
mod matters;
mod message_keys;
mod movements;
mod once;
mod outbox;
mod overtaken;
mod pacing;
mod payouts;
mod progress;
mod quotas;
mod readings;
mod records;
mod repeated;
mod settling;
mod stuck;
mod subjects;
mod subscriptions;
mod tasks;
mod tenants;
mod tokens;
mod waits;
mod work;
mod world;
