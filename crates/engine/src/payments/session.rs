//! A session for one step.

use std::time::Duration;

use cartola_connector::session::MakeTransfers;
use cartola_connector::{ConnectorError, Context, LiveSession, Product};
use cartola_model::{Failure, LinkSource, PaymentState, Principal};
use cartola_store::people::LinkRow;

use super::jobs::Step;
use crate::links::LinkError;
use crate::readings::{THRESHOLD, is_proof};
use crate::{Engine, EngineError};

/// How long one step may take, from signing in to what the bank says.
const STEP_TIMEOUT: Duration = Duration::from_mins(2);

/// Somebody who was let in.
pub(super) struct SignedIn {
    pub session: LiveSession,
    pub context: Context,
}

impl SignedIn {
    /// What makes transfers here.
    pub fn transfers(&self) -> Result<&dyn MakeTransfers, ConnectorError> {
        let maker = self.session.session().transfers();
        maker.ok_or_else(|| ConnectorError::not_offered(Product::Transfers))
    }
}

impl Engine {
    /// Signs the customer in with what is sealed with the payment. After its first step the bank has
    /// taken these credentials, and an attempt with them is noted where it fails alone.
    pub(super) async fn sign_in(&self, step: &Step<'_>) -> Result<SignedIn, LinkError> {
        let (who, row) = (step.who, step.row);
        let link = self.store().link(who.tenant, row.link).await.map_err(EngineError::from)?;
        let link = link.ok_or(LinkError::Unknown)?;
        let secret = self.opened_credentials(who, row).await?;
        let is_first = row.standing.state == PaymentState::Requested;
        let proven = !is_first || self.takes_what_is_kept(who, &link).await?;
        let leave = self.leave_to_ask(who, &link, &secret, (proven, THRESHOLD)).await?;
        let (session, attempted, context) =
            self.open_at_institution(leave, &secret, STEP_TIMEOUT).await??;
        self.note_sign_in(attempted.leave(), Ok(())).await?;
        attempted.settle();
        Ok(SignedIn { session, context })
    }

    /// Whether the last reading shows that the bank takes what the link keeps: several payments at once
    /// are then no guesses.
    async fn takes_what_is_kept(&self, who: &Principal, link: &LinkRow) -> Result<bool, LinkError> {
        if link.source != LinkSource::Credentials {
            return Ok(false);
        }
        let access = self.access(who, link.clone(), None).await?;
        let last = self.last_reading(who, link.id).await?;
        Ok(last.is_some_and(|last| is_proof(&last, &access, self.now())))
    }

    /// Whether what allowed the payment holds, and the link through which it is made, which is of no more weight once the bank has all it
    /// wants.
    pub(super) async fn allowed(
        &self,
        step: &Step<'_>,
    ) -> Result<Result<(), Failure>, EngineError> {
        match self.allowed_by(step).await {
            Ok(()) => Ok(Ok(())),
            Err(error) => Ok(Err(error.into_ours()?.failure())),
        }
    }

    async fn allowed_by(&self, step: &Step<'_>) -> Result<(), LinkError> {
        let (who, row) = (step.who, step.row);
        self.mandate_that_holds(who, row.mandate).await?;
        let link = self.store().link(who.tenant, row.link).await.map_err(EngineError::from)?;
        let link = link.ok_or(LinkError::Unknown)?;
        if link.source == LinkSource::Credentials {
            self.paying_secret(who, link).await?.ok_or(LinkError::MandateEnded)?;
        }
        Ok(())
    }
}
