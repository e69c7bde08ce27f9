//! Canonical records, the institution catalogue and state machines.
//!
//! Nothing here does IO or knows how it is stored or shown. Every connector maps to these
//! records and every facade maps from them.

pub mod access;
pub mod account;
pub mod audit;
pub mod authorization;
pub mod balance;
pub mod checkout;
pub mod consent;
pub mod counterparty;
pub mod failure;
pub mod glosa;
pub mod import;
pub mod institution;
pub mod instruction;
pub mod link;
pub mod matter;
pub mod merge;
pub mod movement;
pub mod observation;
pub mod payment;
pub mod period;
pub mod records;
pub mod transfer;
pub mod transition;

pub use access::{Principal, Scope};
pub use account::{AccountKind, AccountNumber};
pub use authorization::{
    AuthorizationStanding, AuthorizationState, EnrolmentStanding, EnrolmentState, Operation,
    OperationKind, Pin,
};
pub use balance::{BalanceKind, BalanceReading};
pub use checkout::{CheckoutStanding, CheckoutState};
pub use consent::{ConsentData, ConsentKind, ConsentState};
pub use counterparty::Counterparty;
pub use failure::Failure;
pub use import::{BalanceGap, Coverage};
pub use institution::{Catalogue, Institution, InstitutionId, PasswordSchema};
pub use instruction::{
    BankSays, Instructed, InstructionKind, InstructionOrder, InstructionStanding, InstructionState,
    InstructionTold,
};
pub use link::{LinkSource, LinkStanding, LinkState};
pub use matter::{MatterKind, MatterState};
pub use merge::MergeReason;
pub use movement::{Movement, MovementStatus};
pub use observation::{CardUse, Instalment, Observation, SourceKind};
pub use payment::{PaymentFailure, PaymentStanding, PaymentState};
pub use period::StatementPeriod;
pub use records::{Record, RecordKind, RecordKinds};
pub use transfer::{
    Challenge, ChallengeKind, EndToEndId, EndToEndIdError, TransferFailure, TransferOrder,
    TransferPayee, TransferState, TransferStep, TransferTold,
};
pub use transition::InvalidTransition;
