//! Making transfers.

use std::fmt;

use async_trait::async_trait;
use cartola_model::{ChallengeKind, EndToEndId, TransferOrder, TransferTold};
use cartola_primitives::Secret;

use crate::{ConnectorError, Context};

/// Makes transfers, each known by its end-to-end id from before the bank hears of it.
///
/// A transfer belongs to the customer and not to a session: any session of theirs may answer it,
/// look at it and withdraw it.
///
/// An error of [`Self::begin`] or [`Self::answer`] with [`ConnectorError::unsent`] says that the
/// bank never heard of it, and [`crate::ErrorKind::SessionEnded`] that it has looked at nothing of it.
/// Any other says nothing of what the bank did: [`Self::look`] tells, and [`Self::withdraw`] makes an
/// end of it. Nobody repeats either of them blindly.
#[async_trait]
pub trait MakeTransfers: Send + Sync {
    /// Tells the bank to make a transfer, and what it says of it. Money moves once however often it
    /// is told the same; another order under an id that it knows is refused with
    /// [`crate::ErrorKind::RequestInvalid`], and the first one stands. What the bank refuses for a
    /// reason of business (too little money, no such account) is a transfer that failed, no error.
    async fn begin(
        &self,
        order: &TransferOrder,
        context: &Context,
    ) -> Result<TransferTold, ConnectorError>;

    /// Answers the challenge that the transfer stands at, and tells where it stands then. A wrong
    /// answer is no error: the challenge stands again, with fewer attempts, or the transfer has
    /// failed. An answer that does not have what the challenge asks for
    /// ([`ChallengeAnswer::answers`]) is [`crate::ErrorKind::RequestInvalid`] and costs no attempt.
    /// What is final already is told as it stands.
    async fn answer(
        &self,
        transfer: &EndToEndId,
        answer: &ChallengeAnswer,
        context: &Context,
    ) -> Result<TransferTold, ConnectorError>;

    /// Where a transfer stands. `None`: the bank has not heard of it so far, which does not exclude
    /// a call that is still on its way; [`Self::withdraw`] does.
    async fn look(
        &self,
        transfer: &EndToEndId,
        context: &Context,
    ) -> Result<Option<TransferTold>, ConnectorError>;

    /// Asks the bank to give up a transfer that has not settled, or that it never heard of: whatever
    /// arrives later under its id moves no money. Tells what stands: failed as
    /// [`cartola_model::TransferFailure::Withdrawn`], as it had settled or failed before, or settling
    /// where it comes too late to stop it.
    async fn withdraw(
        &self,
        transfer: &EndToEndId,
        context: &Context,
    ) -> Result<TransferTold, ConnectorError>;
}

/// What a customer answers a challenge with. `Debug` shows which parts there are.
#[derive(Default)]
pub struct ChallengeAnswer {
    /// The code of the SMS.
    pub sms: Option<Secret<String>>,
    /// The codes of the card or device, in the order in which they were asked for.
    pub codes: Option<Vec<Secret<String>>>,
}

impl ChallengeAnswer {
    /// Whether it has what such a challenge asks for, and nothing else.
    pub fn answers(&self, kind: &ChallengeKind) -> bool {
        let codes = self.codes.as_ref().map_or(0, Vec::len);
        (self.sms.is_some(), codes) == (kind.asks_sms(), kind.codes())
            && (self.sms.is_some() || codes > 0)
    }
}

impl fmt::Debug for ChallengeAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ChallengeAnswer")
            .field("sms", &self.sms.is_some())
            .field("codes", &self.codes.as_ref().map(Vec::len))
            .finish()
    }
}
