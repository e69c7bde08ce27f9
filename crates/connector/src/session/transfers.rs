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
    /// By which way its transfers go out: the protocol, and the product of it where there are several.
    /// It is kept with a transfer before that leaves, and whoever asks about the transfer asks this way,
    /// whatever is configured by then. It never changes.
    fn route(&self) -> &'static str;

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

/// Longest code that a customer is given, in characters.
const MAX_CODE: usize = 16;

/// What a customer answers a challenge with. `Debug` shows which parts there are.
#[derive(Default)]
pub struct ChallengeAnswer {
    /// The code of the SMS.
    pub sms: Option<Secret<String>>,
    /// The codes of the card or device, in the order in which they were asked for.
    pub codes: Option<Vec<Secret<String>>>,
}

impl ChallengeAnswer {
    /// An answer as it was typed, without the blanks and hyphens that phones and cards show between
    /// digits.
    pub fn typed<'a>(sms: Option<&str>, codes: Option<impl IntoIterator<Item = &'a str>>) -> Self {
        let code = |typed: &str| {
            // Once and for all: a text that grows leaves copies behind.
            let mut code = String::with_capacity(typed.len());
            code.extend(typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-'));
            Secret::new(code)
        };
        Self { sms: sms.map(code), codes: codes.map(|codes| codes.into_iter().map(code).collect()) }
    }

    /// Whether it has what such a challenge asks for, and nothing else: what can be no code would
    /// cost an attempt at the bank.
    pub fn answers(&self, kind: &ChallengeKind) -> bool {
        let codes = self.codes.as_ref().map_or(0, Vec::len);
        let mut all = self.sms.iter().chain(self.codes.iter().flatten());
        (self.sms.is_some(), codes) == (kind.asks_sms(), kind.codes())
            && (self.sms.is_some() || codes > 0)
            && all.all(|code| is_code(code.expose()))
    }
}

/// Whether a text may be a code: digits, or letters among digits.
fn is_code(text: &str) -> bool {
    (1..=MAX_CODE).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().any(|byte| byte.is_ascii_digit())
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
