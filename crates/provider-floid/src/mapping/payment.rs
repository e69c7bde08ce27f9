//! Payments.

use cartola_model::{ChallengeKind, PaymentFailure, PaymentState, TransferFailure};
use cartola_primitives::Money;

use crate::wire::{TransferAnswer, TransferCallback, TransferMessage};

/// Why a bank makes no transfer that is beyond what it lets the customer pay.
const LIMIT: PaymentFailure = PaymentFailure::Refused(TransferFailure::LimitExceeded);

/// Where a payment stands. `page` is the one on which an answer is taken; without it nothing is asked
/// that could be answered.
pub fn transfer_answer(state: &PaymentState, page: Option<String>) -> TransferAnswer {
    match state {
        PaymentState::Completed { .. } => {
            TransferAnswer::plain(true, TransferMessage::BankTransferCompleted)
        }
        PaymentState::Failed { reason: LIMIT, .. } => {
            TransferAnswer::plain(false, TransferMessage::ExceedTransferLimit)
        }
        PaymentState::Failed { .. } => {
            TransferAnswer::plain(false, TransferMessage::BankTransferFailed)
        }
        PaymentState::Challenged(asked) => challenged(&asked.challenge.kind, page),
        PaymentState::Requested
        | PaymentState::Submitting
        | PaymentState::Answered(_)
        | PaymentState::Answering(_)
        | PaymentState::Settling
        | PaymentState::InDoubt { .. }
        | PaymentState::Withdrawing => NEEDS_TIME,
    }
}

const NEEDS_TIME: TransferAnswer =
    TransferAnswer::plain(true, TransferMessage::VerificationDataAccepted);

fn challenged(kind: &ChallengeKind, page: Option<String>) -> TransferAnswer {
    let (message, card_code) = match kind {
        ChallengeKind::App => {
            return TransferAnswer::plain(true, TransferMessage::WaitingForAppApproval);
        }
        _ if page.is_none() => return NEEDS_TIME,
        ChallengeKind::Sms => (TransferMessage::WaitingForSmsCode, None),
        ChallengeKind::Card { labels } => {
            (TransferMessage::WaitingForCardCode, Some(labels.clone()))
        }
        ChallengeKind::Device { fields } => {
            (TransferMessage::WaitingForCardCode, Some(vec![String::new(); *fields]))
        }
        ChallengeKind::SmsAndCard { labels } => {
            (TransferMessage::WaitingForSmsAndCardCode, Some(labels.clone()))
        }
    };
    TransferAnswer { card_code, page_id: page, ..TransferAnswer::plain(true, message) }
}

/// The last word on what has ended so.
pub fn transfer_callback<'a>(
    is_paid: bool,
    amount: Money,
    (bank_name, case_id): (&'a str, &'a str),
) -> TransferCallback<'a> {
    let (is_valid, message) = if is_paid {
        ("true", TransferMessage::BankTransferCompleted)
    } else {
        ("false", TransferMessage::BankTransferFailed)
    };
    let money_amount = amount.to_decimal_string();
    TransferCallback { is_valid, bank_name, money_amount, case_id, message }
}
