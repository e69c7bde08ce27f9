//! What a bank does for its customers beside transfers.

use async_trait::async_trait;
use cartola_model::{EndToEndId, InstructionKind, InstructionOrder, InstructionTold};

use crate::{ConnectorError, Context};

/// What names an instruction at its bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstructionName {
    /// What kind it is.
    pub kind: InstructionKind,
    /// What the bank and we know it by.
    pub end_to_end_id: EndToEndId,
}

impl InstructionName {
    /// That of an order.
    pub const fn of(order: &InstructionOrder) -> Self {
        Self { kind: order.what.kind(), end_to_end_id: order.end_to_end_id }
    }
}

/// Takes instructions: cash at an ATM without a card, bills, changes of beneficiaries. Each is known by
/// its end-to-end id from before the bank hears of it, and is approved by the customer in their bank's
/// app where the bank wants that.
///
/// An instruction belongs to the customer and not to a session. An error of [`Self::instruct`] with
/// [`ConnectorError::unsent`] says that the bank never heard of it; any other says nothing of what the
/// bank did: [`Self::look`] tells, and [`Self::cancel`] makes an end of it. Nobody repeats it blindly.
#[async_trait]
pub trait TakeInstructions: Send + Sync {
    /// Which kinds; the same for every session at this institution.
    fn kinds(&self) -> &'static [InstructionKind];

    /// Tells the bank, and what it says of it. It has one effect however often it is told the same;
    /// another order under an id that it knows is refused with [`crate::ErrorKind::RequestInvalid`], and
    /// the first one stands. What the bank refuses for a reason of business is an instruction that
    /// failed, no error.
    async fn instruct(
        &self,
        order: &InstructionOrder,
        context: &Context,
    ) -> Result<InstructionTold, ConnectorError>;

    /// Where an instruction stands. `None`: the bank has not heard of it so far, which does not exclude
    /// a call that is still on its way; [`Self::cancel`] does.
    async fn look(
        &self,
        name: InstructionName,
        context: &Context,
    ) -> Result<Option<InstructionTold>, ConnectorError>;

    /// Asks the bank to give up what has had no effect, cash that nobody has taken, or what it never
    /// heard of: whatever arrives later under its id has no effect. Tells what stands: given up, or what
    /// it had come to before.
    async fn cancel(
        &self,
        name: InstructionName,
        context: &Context,
    ) -> Result<InstructionTold, ConnectorError>;
}
