//! Transfers that the holder of the accounts wants made.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cartola_connector::session::{ChallengeAnswer, MakeTransfers};
use cartola_connector::{ConnectorError, Context, ErrorKind};
use cartola_model::{EndToEndId, TransferOrder, TransferState, TransferTold};
use tokio::time::sleep;

use super::Access;
use crate::client::transfer::{self, PaysBy};

/// How long after a payment was begun it is looked at, once each. Until its bank has been told, and has
/// said what it wants of whom, it is `PENDING` as one that settles is; with most banks that is over
/// within a second, and only what is seen by then can be told as waiting for somebody.
const LOOKS_AFTER: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1_600),
    Duration::from_millis(3_200),
];

/// The product that makes transfers, or that made those which are asked about.
pub(super) struct Way {
    pub access: Arc<Access>,
    pub by: PaysBy,
}

impl Way {
    /// Where a payment stands that was just begun, once it stands anywhere. What was told first counts
    /// where nothing else can be learnt: it was begun.
    async fn past_pending(
        &self,
        id: &EndToEndId,
        first: TransferTold,
        context: &Context,
    ) -> TransferTold {
        let mut told = first;
        for pause in LOOKS_AFTER {
            let has_time = context.deadline().remaining() > pause;
            if told.state != TransferState::Settling || !has_time {
                break;
            }
            sleep(pause).await;
            match self.look(id, context).await {
                Ok(Some(now)) => told = now,
                Ok(None) | Err(_) => break,
            }
        }
        told
    }
}

#[async_trait]
impl MakeTransfers for Way {
    fn route(&self) -> &'static str {
        self.by.route()
    }

    async fn begin(
        &self,
        order: &TransferOrder,
        context: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        let Access { tokens, endpoint } = &*self.access;
        // Without a token nothing of the order has left.
        tokens.freshen(endpoint, context).await.map_err(ConnectorError::before_sending)?;
        let make = || transfer::begin(self.by, order);
        let (answer, asked) = self.access.call_counted(make, context).await?;
        let told = transfer::begun(&order.end_to_end_id, &answer, asked)?;
        Ok(self.past_pending(&order.end_to_end_id, told, context).await)
    }

    /// The protocol has no call for codes: what is to be proved is proved in an app.
    async fn answer(
        &self,
        _: &EndToEndId,
        _: &ChallengeAnswer,
        _: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        let reason = "codes are not given through ApiStore";
        Err(ConnectorError::new(ErrorKind::RequestInvalid, "apistore.payment.answer", reason)
            .before_sending())
    }

    async fn look(
        &self,
        id: &EndToEndId,
        context: &Context,
    ) -> Result<Option<TransferTold>, ConnectorError> {
        let answer = self.access.call(|| Ok(transfer::look(self.by, id)), context).await?;
        transfer::looked(id, &answer)
    }

    async fn withdraw(
        &self,
        id: &EndToEndId,
        context: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        let answer = self.access.call(|| Ok(transfer::withdraw(self.by, id)), context).await?;
        match transfer::withdrawn(id, &answer) {
            // What cannot be taken back has an end too, where that can be seen.
            Err(error) if error.kind == ErrorKind::Unsupported => {
                let told = self.look(id, context).await?;
                told.filter(|told| told.state.is_final()).ok_or(error)
            }
            told => told,
        }
    }
}
