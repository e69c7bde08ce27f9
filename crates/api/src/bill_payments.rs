//! `/v1/bill-payments`

pub mod cancel;
pub mod create;
pub mod list;
pub mod read;

use cartola_engine::instructions::InstructionKind;

/// What they are to the engine.
const KIND: InstructionKind = InstructionKind::BillPayment;
