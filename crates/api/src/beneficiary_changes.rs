//! `/v1/beneficiary-changes`

pub mod cancel;
pub mod create;
pub mod list;
pub mod read;

use cartola_engine::instructions::InstructionKind;

/// What they are to the engine.
const KIND: InstructionKind = InstructionKind::Beneficiary;
