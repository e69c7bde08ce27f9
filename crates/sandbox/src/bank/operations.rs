//! What a customer tells the bank to do beside transfers, where the bank does such things: cash for
//! somebody at an ATM, bills, and changes of those whom they transfer to.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use cartola_model::{Catalogue, EndToEndId, InstructionKind};
use cartola_primitives::{Currency, Secret, Timestamp};
use cartola_provider_mibanco::wire::{
    AuthorizationEvent, Authorizations, BeneficiaryChange, BeneficiaryChangeRequest,
    BillPaymentRequest, Decision as WireDecision, ErrorCode, MI_PASS_TOKEN_HEADER,
    OperationResponse, OperationStatus, OperationType, Withdrawal, WithdrawalRequest, Withdrawals,
    bank_named,
};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::caller::Caller;
use super::payment::{challenge, id_of, minted, payer, word};
use super::told;
use crate::challenge::Step;
use crate::door::{Refusal, header, json, misbehave, parse};
use crate::sandbox::Sandbox;
use crate::world::{
    Cash, CashStage, Decided, Decision, Hidden, MAX_GLOSA, Order, Stage, Transfer, TransferError,
    TransferKey, What, World,
};

/// `POST withdrawals`
pub(crate) async fn put_aside(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    offered(&caller, InstructionKind::Withdrawal)?;
    let request: WithdrawalRequest = parse(&body)?;
    pesos(request.amount, request.currency)?;
    let order = Order {
        from: payer(&sandbox, &caller, &request.from_account)?,
        to_bank: caller.bank.id().clone(),
        to_account: String::new(),
        to_rut: Some(request.to_rut),
        to_name: None,
        amount: request.amount,
        comment: short(request.comment)?,
        what: What::Withdrawal,
    };
    begin(sandbox, caller, &headers, (request.end_to_end_id, order)).await
}

/// `POST bills/payments`
pub(crate) async fn pay_bill(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    offered(&caller, InstructionKind::BillPayment)?;
    let request: BillPaymentRequest = parse(&body)?;
    pesos(request.amount, request.currency)?;
    let client_number = Hidden(request.client_number);
    let order = Order {
        from: payer(&sandbox, &caller, &request.from_account)?,
        to_bank: caller.bank.id().clone(),
        to_account: String::new(),
        to_rut: None,
        to_name: None,
        amount: request.amount,
        comment: None,
        what: What::Bill { biller: request.biller_code, client_number },
    };
    begin(sandbox, caller, &headers, (request.end_to_end_id, order)).await
}

/// `POST beneficiaries/changes`
pub(crate) async fn change_beneficiary(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    offered(&caller, InstructionKind::Beneficiary)?;
    let request: BeneficiaryChangeRequest = parse(&body)?;
    let removes = match &request.change {
        BeneficiaryChange::Add => false,
        BeneficiaryChange::Remove => true,
        BeneficiaryChange::Other(_) => {
            return Err(Refusal::invalid("change debe ser ADD o REMOVE."));
        }
    };
    let to_bank = bank_named(&request.to_bank).ok_or(Refusal::invalid("El banco no existe."))?;
    let own = super::accounts::at_bank(&sandbox, &caller);
    let from = own.first().ok_or(Refusal::new(ErrorCode::ProductNotFound))?.key;
    let what = What::Beneficiary {
        removes,
        alias: short(request.alias)?.map(Hidden),
        email: short(request.email)?.map(Hidden),
    };
    let order = Order {
        from,
        to_bank,
        to_account: request.to_account.identity().to_owned(),
        to_rut: Some(request.rut),
        to_name: short(Some(request.name))?,
        amount: 0,
        comment: None,
        what,
    };
    begin(sandbox, caller, &headers, (request.end_to_end_id, order)).await
}

/// `GET` of one of them, by its end-to-end id.
pub(crate) async fn look(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path(path): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let id = id_of(&path)?;
    about(sandbox, caller, id, |world, key| {
        let transfer = world.transfer(key)?;
        Ok((transfer, world.cash(key)?))
    })
    .await
}

/// `POST …/cancellation` and `POST …/withdrawal`
pub(crate) async fn cancel(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path(path): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let id = id_of(&path)?;
    about(sandbox, caller, id, World::cancel_operation).await
}

/// `GET withdrawals`
pub(crate) async fn withdrawals(
    State(sandbox): State<Sandbox>,
    caller: Caller,
) -> Result<Response, Refusal> {
    told::answer(sandbox, caller, |asking| {
        let all = asking.world.all_cash(&asking.customer)?;
        let withdrawals = all.iter().map(|(key, order, cash)| listed(key, order, cash)).collect();
        Ok(Withdrawals { withdrawals })
    })
    .await
}

/// `GET authorizations`
pub(crate) async fn authorizations(
    State(sandbox): State<Sandbox>,
    caller: Caller,
) -> Result<Response, Refusal> {
    told::answer(sandbox, caller, |asking| {
        let decided = asking.world.decisions(&asking.customer);
        let authorizations = decided.iter().map(|(each, device)| event(each, device)).collect();
        Ok(Authorizations { authorizations })
    })
    .await
}

/// Whether the bank does such things.
fn offered(caller: &Caller, kind: InstructionKind) -> Result<(), Refusal> {
    let does = Catalogue::bundled().instructions(caller.bank.id()).contains(&kind);
    does.then_some(()).ok_or(Refusal::new(ErrorCode::ProductNotFound))
}

fn pesos(amount: i64, currency: Currency) -> Result<(), Refusal> {
    let is_sound = currency == Currency::CLP && amount > 0;
    is_sound.then_some(()).ok_or(Refusal::invalid("El monto debe ser positivo y en pesos."))
}

fn short(text: Option<String>) -> Result<Option<String>, Refusal> {
    let is_long = text.as_ref().is_some_and(|text| text.chars().count() > MAX_GLOSA);
    if is_long {
        Err(Refusal::invalid("Los textos tienen hasta 120 caracteres."))
    } else {
        Ok(text)
    }
}

async fn begin(
    sandbox: Sandbox,
    caller: Caller,
    headers: &HeaderMap,
    (id, order): (Option<EndToEndId>, Order),
) -> Result<Response, Refusal> {
    let token = header(headers, MI_PASS_TOKEN_HEADER).map(str::to_owned);
    let id = id.unwrap_or_else(|| minted(&sandbox));
    about(sandbox, caller, id, move |world, key| {
        let transfer = world.begin_transfer(key, &order, token.as_deref())?;
        Ok((transfer, world.cash(key)?))
    })
    .await
}

/// Does something about an operation of the caller's, and tells where it stands then. A transfer is
/// none, whatever its id.
async fn about(
    sandbox: Sandbox,
    caller: Caller,
    id: EndToEndId,
    work: impl FnOnce(&World, &TransferKey) -> Result<(Transfer, Option<Cash>), TransferError>
    + Send
    + 'static,
) -> Result<Response, Refusal> {
    if let Some(page) = misbehave::nonsense(&sandbox, caller.customer.rut) {
        return Ok(page);
    }
    let key = TransferKey { customer: caller.customer, id };
    let done = sandbox.blocking(move |sandbox| {
        let world = sandbox.world();
        if world.is_of_transfer(&key) {
            return Err(Refusal::new(ErrorCode::OperationNotFound));
        }
        let (transfer, cash) = work(world, &key).map_err(refused)?;
        Ok::<_, Refusal>(stands(&key, &transfer, cash))
    });
    let told = done.await?;
    let goes_on = matches!(
        told.status,
        OperationStatus::PendingAuthorization
            | OperationStatus::Processing
            | OperationStatus::Available
    );
    Ok(json(if goes_on { StatusCode::ACCEPTED } else { StatusCode::OK }, &told))
}

fn refused(error: TransferError) -> Refusal {
    match error {
        TransferError::Unknown => Refusal::new(ErrorCode::OperationNotFound),
        TransferError::Conflict => Refusal::new(ErrorCode::OperationConflict),
        other => other.into(),
    }
}

fn stands(key: &TransferKey, transfer: &Transfer, cash: Option<Cash>) -> OperationResponse {
    let what = transfer.order.as_ref().map(|order| order.what.clone()).unwrap_or_default();
    let code = key.code_of(&what);
    let in_app = transfer.step() == Some(Step::App);
    let mut told = OperationResponse {
        auth_url: in_app.then(|| format!("mibanco://authorize?req={code}")),
        operation_id: code,
        status: OperationStatus::Processing,
        end_to_end_id: Some(key.id),
        challenge: challenge(transfer),
        code: None,
        expires_at: None,
        ended_at: None,
        claimed_by: None,
        failure: None,
    };
    match transfer.stage {
        Stage::Challenged { .. } => told.status = OperationStatus::PendingAuthorization,
        Stage::Approved { .. } => {}
        Stage::Settled { at } => {
            (told.status, told.ended_at) = (OperationStatus::Completed, Some(at));
        }
        Stage::Failed { reason, .. } => {
            (told.status, told.failure) = (OperationStatus::Failed, Some(word(reason)));
        }
    }
    if let Some(cash) = cash {
        (told.status, told.ended_at) = status(&cash);
        told.expires_at = Some(cash.expires_at);
        let taker = transfer.order.as_ref().and_then(|order| order.to_rut);
        match cash.stage {
            CashStage::Waiting => told.code = Some(Secret::new(cash.code.0)),
            CashStage::Claimed { .. } => told.claimed_by = taker,
            CashStage::Expired { .. } | CashStage::Cancelled { .. } => {}
        }
    }
    told
}

fn status(cash: &Cash) -> (OperationStatus, Option<Timestamp>) {
    match cash.stage {
        CashStage::Waiting => (OperationStatus::Available, None),
        CashStage::Claimed { at } => (OperationStatus::Claimed, Some(at)),
        CashStage::Expired { at } => (OperationStatus::Expired, Some(at)),
        CashStage::Cancelled { at } => (OperationStatus::Cancelled, Some(at)),
    }
}

fn listed(key: &TransferKey, order: &Order, cash: &Cash) -> Withdrawal {
    let (status, ended_at) = status(cash);
    let to_rut = order.to_rut.expect("cash is put aside for somebody");
    Withdrawal {
        operation_id: key.code_of(&order.what),
        to_rut,
        amount: order.amount,
        currency: Currency::CLP,
        claimed_by: (status == OperationStatus::Claimed).then_some(to_rut),
        status,
        created_at: cash.since,
        expires_at: cash.expires_at,
        ended_at,
    }
}

fn event(decided: &Decided, device: &str) -> AuthorizationEvent {
    let moves_money = decided.amount > 0;
    AuthorizationEvent {
        operation_id: decided.key.code_of(&decided.what),
        operation: match decided.what {
            What::Transfer => OperationType::Transfer,
            What::Withdrawal => OperationType::Withdrawal,
            What::Bill { .. } => OperationType::BillPayment,
            What::Beneficiary { .. } => OperationType::BeneficiaryChange,
        },
        device_fingerprint: HEXLOWER.encode(&Sha256::digest(device.as_bytes())),
        decided_at: decided.at,
        decision: match decided.decision {
            Decision::Approved => WireDecision::Approved,
            Decision::Denied => WireDecision::Denied,
            Decision::Rejected => WireDecision::Rejected,
            Decision::Expired => WireDecision::Expired,
        },
        amount: moves_money.then_some(decided.amount),
        currency: moves_money.then_some(Currency::CLP),
    }
}
