//! What the bank is told to do beside transfers, and what it tells of it. Pure: values in, values out.

use cartola_connector::session::InstructionName;
use cartola_connector::{Answer, ConnectorError, ErrorKind, Method, Request};
use cartola_model::authorization::Beneficiary;
use cartola_model::instruction::{BeneficiaryOrder, BillOrder, CashOrder};
use cartola_model::{
    AccountNumber, BankSays, ChallengeKind, EndToEndId, Instructed, InstructionKind,
    InstructionOrder, InstructionTold, TransferFailure,
};
use cartola_primitives::{Secret, Timestamp};

use super::decode::{invalid, success};
use super::encode::json;
use super::transfer::{MAX_REFERENCE, challenge, reason};
use crate::wire::{
    BENEFICIARY_CHANGE_LOOK_PATH, BENEFICIARY_CHANGE_WITHDRAWAL_PATH, BENEFICIARY_CHANGES_PATH,
    BILL_PAYMENT_LOOK_PATH, BILL_PAYMENT_WITHDRAWAL_PATH, BILL_PAYMENTS_PATH, BeneficiaryChange,
    BeneficiaryChangeRequest, BillPaymentRequest, ErrorBody, ErrorCode, OperationResponse,
    OperationStatus, WITHDRAWAL_CANCELLATION_PATH, WITHDRAWAL_LOOK_PATH, WITHDRAWALS_PATH,
    WithdrawalRequest, bank_word,
};

/// Telling the bank to do something.
pub const INSTRUCT: &str = "mibanco.operation.begin";
/// Asking where it stands.
pub const LOOK: &str = "mibanco.operation.look";
/// Giving it up.
pub const CANCEL: &str = "mibanco.operation.cancel";

/// Longest code that is believed, in characters.
const MAX_CODE: usize = 32;

/// Tells the bank what to do. Never sent twice once it may have arrived.
pub fn begin(order: &InstructionOrder) -> Result<Request, ConnectorError> {
    let id = Some(order.end_to_end_id);
    let post = |path: &'static str| Request::new(INSTRUCT, Method::POST, path);
    let request = match &order.what {
        Instructed::Withdrawal(cash) => {
            json(post(WITHDRAWALS_PATH), &withdrawal(cash, payer(order)?, id))?
        }
        Instructed::BillPayment(bill) => {
            json(post(BILL_PAYMENTS_PATH), &bill_payment(bill, payer(order)?, id))?
        }
        Instructed::Beneficiary(beneficiary) => {
            json(post(BENEFICIARY_CHANGES_PATH), &change(beneficiary, id))?
        }
    };
    Ok(request.only_once())
}

fn payer(order: &InstructionOrder) -> Result<AccountNumber, ConnectorError> {
    order.from.clone().ok_or_else(|| {
        let reason = "it is not said which account pays";
        ConnectorError::new(ErrorKind::RequestInvalid, INSTRUCT, reason).before_sending()
    })
}

fn withdrawal(cash: &CashOrder, from: AccountNumber, id: Option<EndToEndId>) -> WithdrawalRequest {
    WithdrawalRequest {
        from_account: from,
        to_rut: cash.rut,
        amount: cash.amount.minor(),
        currency: cash.amount.currency(),
        comment: cash.comment.clone(),
        end_to_end_id: id,
    }
}

fn bill_payment(
    bill: &BillOrder,
    from: AccountNumber,
    id: Option<EndToEndId>,
) -> BillPaymentRequest {
    BillPaymentRequest {
        from_account: from,
        biller_code: bill.biller_code.clone(),
        client_number: bill.customer_number.clone(),
        amount: bill.amount.minor(),
        currency: bill.amount.currency(),
        end_to_end_id: id,
    }
}

fn change(order: &BeneficiaryOrder, id: Option<EndToEndId>) -> BeneficiaryChangeRequest {
    BeneficiaryChangeRequest {
        change: match order.change {
            Beneficiary::Add | Beneficiary::Change => BeneficiaryChange::Add,
            Beneficiary::Remove => BeneficiaryChange::Remove,
        },
        name: order.name.clone(),
        rut: order.rut,
        to_bank: bank_word(&order.institution),
        to_account: order.account.clone(),
        account_type: None,
        alias: order.alias.clone(),
        email: order.email.clone(),
        end_to_end_id: id,
    }
}

/// Asks where an instruction stands.
pub fn look(name: InstructionName) -> Request {
    let template = match name.kind {
        InstructionKind::Withdrawal => WITHDRAWAL_LOOK_PATH,
        InstructionKind::BillPayment => BILL_PAYMENT_LOOK_PATH,
        InstructionKind::Beneficiary => BENEFICIARY_CHANGE_LOOK_PATH,
    };
    Request::new(LOOK, Method::GET, path(template, name))
}

/// Gives an instruction up. However often it is sent, the effect is one.
pub fn cancel(name: InstructionName) -> Request {
    let template = match name.kind {
        InstructionKind::Withdrawal => WITHDRAWAL_CANCELLATION_PATH,
        InstructionKind::BillPayment => BILL_PAYMENT_WITHDRAWAL_PATH,
        InstructionKind::Beneficiary => BENEFICIARY_CHANGE_WITHDRAWAL_PATH,
    };
    Request::new(CANCEL, Method::POST, path(template, name))
}

fn path(template: &str, name: InstructionName) -> String {
    template.replace("{end_to_end_id}", &name.end_to_end_id.to_string())
}

/// Where an instruction stands, by the answer to a call about it.
pub fn told(
    operation: &'static str,
    name: InstructionName,
    answer: &Answer,
) -> Result<InstructionTold, ConnectorError> {
    let response: OperationResponse = success(operation, answer)?;
    if response.end_to_end_id.is_some_and(|told| told != name.end_to_end_id) {
        return Err(invalid(operation, "the answer is about another operation than was asked for"));
    }
    let bank_reference = Some(response.operation_id.clone());
    let is_short = |code: &String| (1..=MAX_REFERENCE).contains(&code.chars().count());
    let says = says(name.kind, response).map_err(|reason| invalid(operation, reason))?;
    Ok(InstructionTold { says, bank_reference: bank_reference.filter(is_short) })
}

/// The same, or none where the bank says that it never heard of it. Only its own word for that is
/// taken: a 404 of something that stands before it says nothing about money.
pub fn looked(
    name: InstructionName,
    answer: &Answer,
) -> Result<Option<InstructionTold>, ConnectorError> {
    let refusal: Option<ErrorBody> = serde_json::from_slice(&answer.body).ok();
    if !answer.status.is_success()
        && refusal.is_some_and(|body| body.code == ErrorCode::OperationNotFound)
    {
        return Ok(None);
    }
    told(LOOK, name, answer).map(Some)
}

fn says(kind: InstructionKind, response: OperationResponse) -> Result<BankSays, &'static str> {
    let is_cash = kind == InstructionKind::Withdrawal;
    let ended = response.ended_at.ok_or("when it ended is not told");
    Ok(match &response.status {
        OperationStatus::PendingAuthorization => {
            let asked = challenge(response.challenge.as_ref().ok_or("no challenge is told")?)?;
            if asked.kind != ChallengeKind::App {
                return Err("an operation is approved in the app, and something else is asked for");
            }
            BankSays::Challenged(asked)
        }
        OperationStatus::Processing => BankSays::Settling,
        OperationStatus::Available if is_cash => available(response)?,
        OperationStatus::Completed if !is_cash => BankSays::Done { at: ended? },
        OperationStatus::Claimed if is_cash => {
            BankSays::Claimed { at: ended?, by: response.claimed_by }
        }
        OperationStatus::Expired if is_cash => BankSays::Expired { at: ended? },
        OperationStatus::Cancelled if is_cash => BankSays::Cancelled { at: ended? },
        OperationStatus::Failed => {
            BankSays::Failed(response.failure.as_ref().map_or(TransferFailure::Other, reason))
        }
        _ => return Err("the operation has a status that such a one cannot have"),
    })
}

fn available(response: OperationResponse) -> Result<BankSays, &'static str> {
    let expires_at: Timestamp = response.expires_at.ok_or("until when is not told")?;
    let is_code = |code: &Secret<String>| {
        let code = code.expose();
        (1..=MAX_CODE).contains(&code.len())
            && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match response.code {
        Some(code) if !is_code(&code) => Err("the code is none that an ATM takes"),
        code => Ok(BankSays::Available { code, expires_at }),
    }
}
