//! How far a job that reads an institution is.

use cartola_primitives::id::{JobId, LeaseId, TenantId};

/// How far a reading is. It says nothing about whom, and of what was told only how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub step: Step,
    /// Accounts whose movements have been told whole.
    pub accounts_done: u32,
    /// Accounts that are read; 0 until the institution has listed them.
    pub accounts: u32,
    /// Movements that were told so far.
    pub movements: u64,
}

impl Progress {
    /// Nothing has been told yet.
    pub const BEGUN: Self =
        Self { step: Step::SigningIn, accounts_done: 0, accounts: 0, movements: 0 };
}

/// What a reading is doing, in this order. Before the first it waits for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// It signs in.
    SigningIn,
    /// It asks for accounts and balances.
    Accounts,
    /// It asks for movements, of the account after those that are done.
    Movements,
    /// It asks for what the institution tells as a whole.
    Records,
    /// It keeps what it was told.
    Keeping,
}

impl Step {
    /// Every one, from first to last.
    pub const ALL: [Self; 5] =
        [Self::SigningIn, Self::Accounts, Self::Movements, Self::Records, Self::Keeping];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SigningIn => "signing_in",
            Self::Accounts => "accounts",
            Self::Movements => "movements",
            Self::Records => "records",
            Self::Keeping => "keeping",
        }
    }
}

/// How far one job is, as its worker notes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProgressNote {
    /// Whose job.
    pub tenant: TenantId,
    /// Which.
    pub job: JobId,
    /// The lease under which it runs.
    pub lease: LeaseId,
    /// How far it is.
    pub progress: Progress,
}
