//! Drives the built binary, as a person and as a program would. Each test has its own folder and
//! ports that the system picks, so they run side by side.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]
#![allow(clippy::needless_pass_by_value, reason = "`check` takes its expectation as it is written")]

mod agreement;
mod apistore;
mod audit;
mod backup;
mod bean_check;
mod beside;
mod book;
mod checkout;
mod chile;
mod config;
mod copy;
mod crash;
mod crash_callbacks;
mod crash_checkouts;
mod crash_payments;
mod crash_readings;
mod crash_tasks;
mod crash_transfers;
mod crash_withdrawals;
mod customers;
mod demo;
mod export;
mod faults;
mod floid;
mod forget;
mod http;
mod import;
mod installation;
mod keys;
mod khipu;
mod leftovers;
mod line;
mod links;
mod long_trail;
mod matters;
mod messages;
mod mi_pass;
mod mibanco;
mod oracle;
mod outbox;
mod payments;
mod postgres;
mod process;
mod readings;
mod receiver;
mod records;
mod sandbox;
mod seeded;
mod serve;
mod shop;
mod standard_webhooks;
mod statement;
mod synaptic;
mod tenants;
mod usage;
mod withdrawals;
