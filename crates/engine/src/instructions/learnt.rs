//! Ending a doubt by what whoever runs the gateway has learnt at the bank, by other means.

use cartola_model::audit::AuditEvent;
use cartola_model::{BankSays, InstructionKind, Principal, TransferFailure};
use cartola_primitives::Timestamp;
use cartola_primitives::id::InstructionId;
use cartola_store::{Command, UnitOfWork};

use super::Instruction;
use super::moving::Move;
use crate::learnt::{LearntError, check_note, check_time, learnt_event};
use crate::retry::until_settled;
use crate::{Engine, EngineError};

/// What became of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstructionEnd {
    /// The bill is paid, or the beneficiary changed.
    Completed {
        /// When, as the bank says.
        at: Timestamp,
    },
    /// The cash was taken.
    Claimed {
        /// When, as the bank says.
        at: Timestamp,
    },
    /// Nobody took the cash in time, and the money is back.
    Expired {
        /// When, as the bank says.
        at: Timestamp,
    },
    /// It has had no effect and will have none.
    Failed,
}

impl InstructionEnd {
    /// When, where it is said.
    const fn at(self) -> Option<Timestamp> {
        match self {
            Self::Completed { at } | Self::Claimed { at } | Self::Expired { at } => Some(at),
            Self::Failed => None,
        }
    }

    const fn says(self) -> BankSays {
        match self {
            Self::Completed { at } => BankSays::Done { at },
            Self::Claimed { at } => BankSays::Claimed { at, by: None },
            Self::Expired { at } => BankSays::Expired { at },
            Self::Failed => BankSays::Failed(TransferFailure::Other),
        }
    }

    /// Whether such an instruction may end so.
    const fn is_of(self, kind: InstructionKind) -> bool {
        match self {
            Self::Completed { .. } => !matches!(kind, InstructionKind::Withdrawal),
            Self::Claimed { .. } | Self::Expired { .. } => {
                matches!(kind, InstructionKind::Withdrawal)
            }
            Self::Failed => true,
        }
    }
}

impl Engine {
    /// Ends an instruction of which nobody knows what its bank has heard, as the bank says by other
    /// means. All that follows an end follows this one. `note` is what shows it: its hash is written
    /// down.
    pub async fn settle_instruction(
        &self,
        who: &Principal,
        id: InstructionId,
        end: InstructionEnd,
        note: &str,
    ) -> Result<Instruction, LearntError> {
        check_note(note)?;
        until_settled(|| async {
            let row = self.store().instruction(who.tenant, id).await.map_err(EngineError::from)?;
            let row = row.ok_or(LearntError::Unknown)?;
            if !end.is_of(row.kind) {
                return Err(LearntError::OtherEnd { kind: row.kind.name() });
            }
            check_time(end.at(), row.created_at, self.now())?;
            let before = row.standing.state.standing().name();
            let state = row.standing.state.clone().learnt(&end.says(), self.now());
            let state = state.map_err(|_| LearntError::Known { state: before })?;
            let name = state.standing().name();
            let event = AuditEvent::once(&format!("{}.learnt", row.kind.name()), who.actor, row.id);
            let event = event.with("screen", row.kind.screen());
            let (commands, row) = self.moving_instruction(who, &row, &Move::to(state)).await?;
            let mut work = UnitOfWork::new(who.tenant, self.now())
                .with(Command::Audit(learnt_event(event, (before, name), note)));
            work.commands.extend(commands);
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(self.shown_instruction(who, row).await?)
        })
        .await
    }
}
