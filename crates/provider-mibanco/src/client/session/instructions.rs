//! What the customer wants done beside transfers.

use async_trait::async_trait;
use cartola_connector::session::{InstructionName, TakeInstructions};
use cartola_connector::{ConnectorError, Context};
use cartola_model::{Catalogue, InstructionKind, InstructionOrder, InstructionTold};

use super::MiBancoSession;
use crate::client::instruct;

#[async_trait]
impl TakeInstructions for MiBancoSession {
    fn kinds(&self) -> &'static [InstructionKind] {
        Catalogue::bundled().instructions(self.endpoint.institution())
    }

    async fn instruct(
        &self,
        order: &InstructionOrder,
        context: &Context,
    ) -> Result<InstructionTold, ConnectorError> {
        let answer = self.call(|| instruct::begin(order), context).await?;
        instruct::told(instruct::INSTRUCT, InstructionName::of(order), &answer)
    }

    async fn look(
        &self,
        name: InstructionName,
        context: &Context,
    ) -> Result<Option<InstructionTold>, ConnectorError> {
        let answer = self.call(|| Ok(instruct::look(name)), context).await?;
        instruct::looked(name, &answer)
    }

    async fn cancel(
        &self,
        name: InstructionName,
        context: &Context,
    ) -> Result<InstructionTold, ConnectorError> {
        let answer = self.call(|| Ok(instruct::cancel(name)), context).await?;
        instruct::told(instruct::CANCEL, name, &answer)
    }
}
