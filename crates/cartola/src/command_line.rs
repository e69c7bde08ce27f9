//! What can be typed.

use clap::{Parser, Subcommand};

use crate::commands::{
    audit, backup, copy, demo, doctor, export, forget, import, keys, links, matters, messages,
    migrate, openapi, payments, restore, sandbox, serve, sync, tenants, worker,
};

/// The command line.
#[derive(Parser)]
#[command(name = "cartola", version, about = "A self-hosted open-finance gateway for Chile")]
pub struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

/// One per file under `commands/`.
#[derive(Subcommand)]
pub enum Command {
    /// Try the gateway: an embedded store, a tenant with keys and a sample statement, on loopback
    Demo(demo::Arguments),
    /// Run the gateway from a configuration file
    Serve(serve::Arguments),
    /// Do background work alone, beside processes that serve a store in PostgreSQL
    Worker(worker::Arguments),
    /// Run the sandbox by itself: invented people and banks to try things with, on loopback
    Sandbox(sandbox::Arguments),
    /// Import statement files
    Import(import::Arguments),
    /// Begin, list and end links to institutions
    #[command(subcommand)]
    Links(links::Verb),
    /// Read what institutions have, through links
    Sync(sync::Arguments),
    /// What people ask of whoever keeps their data, and breaches of it: deadlines, decisions, erasure
    #[command(subcommand)]
    Matters(matters::Verb),
    /// List, show and replay callbacks and webhooks
    #[command(subcommand)]
    Messages(messages::Verb),
    /// List payments and withdrawals that are in doubt, and end one as its bank says
    #[command(subcommand)]
    Payments(payments::Verb),
    /// Add tenants and list them; issue and revoke their keys
    #[command(subcommand)]
    Tenants(tenants::Verb),
    /// Write out what is stored
    Export(export::Arguments),
    /// Forget movements that were booked before a month, of all tenants
    Forget(forget::Arguments),
    /// Show what master keys wrap, and change the master key while the gateway serves
    #[command(subcommand)]
    Keys(keys::Verb),
    /// Prove the audit trail, keep anchors of it, and hand it out signed
    #[command(subcommand)]
    Audit(audit::Verb),
    /// Copy the data folder while it is in use
    Backup(backup::Arguments),
    /// Make a data folder from a backup
    Restore(restore::Arguments),
    /// Copy a whole store from a data folder to PostgreSQL, or back, and compare every row
    Copy(copy::Arguments),
    /// Check a data folder: its store, its key and who may read it
    Doctor(doctor::Arguments),
    /// Bring the schema of a store in PostgreSQL up to date
    Migrate(migrate::Arguments),
    /// Print the OpenAPI description of /v1
    Openapi(openapi::Arguments),
}

impl Command {
    /// Whether it does nothing but print what is there, so that a reader who has read enough
    /// leaves nothing undone.
    pub fn only_prints(&self) -> bool {
        match self {
            Self::Export(_) | Self::Openapi(_) => true,
            Self::Links(verb) => verb.only_prints(),
            Self::Audit(verb) => verb.only_prints(),
            Self::Keys(verb) => verb.only_prints(),
            Self::Matters(verb) => verb.only_prints(),
            Self::Messages(verb) => verb.only_prints(),
            Self::Payments(verb) => verb.only_prints(),
            Self::Tenants(verb) => verb.only_prints(),
            _ => false,
        }
    }
}
