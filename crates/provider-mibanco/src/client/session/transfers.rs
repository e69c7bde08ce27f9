//! Transfers that the customer wants made.

use async_trait::async_trait;
use cartola_connector::session::{ChallengeAnswer, MakeTransfers};
use cartola_connector::{ConnectorError, Context};
use cartola_model::{EndToEndId, TransferOrder, TransferTold};

use super::MiBancoSession;
use crate::client::transfer;

#[async_trait]
impl MakeTransfers for MiBancoSession {
    fn route(&self) -> &'static str {
        "mibanco/transfer"
    }

    async fn begin(
        &self,
        order: &TransferOrder,
        context: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        let answer = self.call(|| transfer::begin(order), context).await?;
        transfer::told(transfer::BEGIN, &order.end_to_end_id, &answer)
    }

    async fn answer(
        &self,
        id: &EndToEndId,
        given: &ChallengeAnswer,
        context: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        let answer = self.call(|| transfer::answer(id, given), context).await?;
        transfer::told(transfer::ANSWER, id, &answer)
    }

    async fn look(
        &self,
        id: &EndToEndId,
        context: &Context,
    ) -> Result<Option<TransferTold>, ConnectorError> {
        let answer = self.call(|| Ok(transfer::look(id)), context).await?;
        transfer::looked(id, &answer)
    }

    async fn withdraw(
        &self,
        id: &EndToEndId,
        context: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        let answer = self.call(|| Ok(transfer::withdraw(id)), context).await?;
        transfer::told(transfer::WITHDRAW, id, &answer)
    }
}
