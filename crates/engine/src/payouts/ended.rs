//! What follows once a line has ended.

use cartola_model::Principal;
use cartola_primitives::Secret;
use cartola_primitives::id::{CredentialId, PayoutId, TenantId};
use cartola_store::jobs::JobKind;
use serde::{Deserialize, Serialize};

use super::{PaidLine, Payout};
use crate::payments::Payment;
use crate::readings::Next;
use crate::work::Task;
use crate::{Engine, EngineError};

/// Which line has ended: what the job knows that follows.
#[derive(Serialize, Deserialize)]
pub struct LineEnded {
    payout: PayoutId,
    /// Which, from 0.
    line: usize,
    /// Through which key it was asked for; absent where the operator did.
    actor: Option<CredentialId>,
}

/// A line that has ended, with all that is known of it.
pub struct EndedLine {
    /// Of what it is a line.
    pub payout: Payout,
    /// The line.
    pub line: PaidLine,
    /// How it ended.
    pub payment: Payment,
}

impl LineEnded {
    pub(super) fn of(who: &Principal, payout: PayoutId, line: usize) -> Self {
        Self { payout, line, actor: who.actor.credential() }
    }

    pub(super) fn next(&self, kind: &JobKind) -> Next {
        let arguments = serde_json::to_vec(self).expect("ids and a number are JSON");
        Next { kind: kind.clone(), arguments: Secret::new(arguments) }
    }

    /// What a job that follows was told; nothing where its arguments are gone.
    pub fn of_task(task: &Task) -> Result<Option<Self>, EngineError> {
        let Some(arguments) = &task.arguments else { return Ok(None) };
        serde_json::from_slice(arguments.expose()).map(Some).map_err(EngineError::Content)
    }

    /// In whose name it was asked for.
    pub fn who(&self, tenant: TenantId) -> Principal {
        Principal::named(tenant, self.actor)
    }
}

impl Engine {
    /// The line that has ended; nothing where it is not there, or has not. Nobody has read anything.
    pub async fn ended_line(
        &self,
        who: &Principal,
        ended: &LineEnded,
    ) -> Result<Option<EndedLine>, EngineError> {
        let row = self.store().payout(who.tenant, ended.payout).await?;
        let Some(row) = row else { return Ok(None) };
        let Some(payout) = self.opened_payout(who, row).await? else { return Ok(None) };
        let Some(line) = payout.lines.get(ended.line).cloned() else { return Ok(None) };
        let payment = self.payment_unnoted(who, line.payment).await?;
        let payment = payment.filter(|payment| payment.state().is_final());
        Ok(payment.map(|payment| EndedLine { payout, line, payment }))
    }
}
