//! Transfers that a customer tells the bank to make.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use cartola_model::{AccountNumber, EndToEndId, TransferFailure};
use cartola_primitives::{Currency, SignedDuration, Timestamp};
use cartola_provider_mibanco::wire::{
    AuthorizationRequest, ChallengeType, ErrorCode, MI_PASS_TOKEN_HEADER, PaymentFailure,
    PaymentStatus, TransferChallenge, TransferRequest, TransferResponse, bank_named,
};

use super::accounts::at_bank;
use super::caller::Caller;
use crate::challenge::{DEVICE_FIELDS, Given, LABELS, Step};
use crate::door::{Refusal, header, json, misbehave, parse};
use crate::key::AccountKey;
use crate::sandbox::Sandbox;
use crate::world::{
    CHALLENGE_LASTS, MAX_GLOSA, Order, Stage, Transfer, TransferError, TransferKey, WRONG_ANSWERS,
    What, World,
};

impl From<TransferError> for Refusal {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Unknown => Self::new(ErrorCode::TransferNotFound),
            TransferError::Conflict => Self::new(ErrorCode::TransferConflict),
            TransferError::NotAsked => {
                Self::invalid("La transferencia no espera esa autorización.")
            }
            TransferError::Log(error) => error.into(),
        }
    }
}

/// `POST transfer`
pub(crate) async fn begin(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let request: TransferRequest = parse(&body)?;
    let order = order(&sandbox, &caller, &request)?;
    let token = header(&headers, MI_PASS_TOKEN_HEADER).map(str::to_owned);
    let id = request.end_to_end_id.unwrap_or_else(|| minted(&sandbox));
    about(sandbox, caller, id, move |world, key| {
        world.begin_transfer(key, &order, token.as_deref())
    })
    .await
}

/// `GET transfer/{end_to_end_id}`
pub(crate) async fn look(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path(path): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let id = id_of(&path)?;
    about(sandbox, caller, id, World::transfer).await
}

/// `POST transfer/{end_to_end_id}/authorization`
pub(crate) async fn authorise(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path(path): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let AuthorizationRequest { sms, codes } = parse(&body)?;
    let given = Given {
        sms: sms.map(|sms| sms.expose().clone()),
        codes: codes.map(|codes| codes.iter().map(|code| code.expose().clone()).collect()),
    };
    let id = id_of(&path)?;
    about(sandbox, caller, id, move |world, key| world.answer_transfer(key, &given)).await
}

/// `POST transfer/{end_to_end_id}/withdrawal`
pub(crate) async fn withdraw(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    Path(path): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let id = id_of(&path)?;
    about(sandbox, caller, id, World::withdraw_transfer).await
}

/// Does something about a transfer of the caller's, and tells where it stands then.
async fn about(
    sandbox: Sandbox,
    caller: Caller,
    id: EndToEndId,
    work: impl FnOnce(&World, &TransferKey) -> Result<Transfer, TransferError>,
) -> Result<Response, Refusal> {
    if let Some(page) = misbehave::nonsense(&sandbox, caller.customer.rut) {
        return Ok(page);
    }
    let key = TransferKey { customer: caller.customer, id };
    let done = sandbox.acting(move |sandbox| {
        if sandbox.world().is_of_operation(&key) {
            return Err(Refusal::new(ErrorCode::TransferNotFound));
        }
        let transfer = work(sandbox.world(), &key)?;
        Ok::<_, Refusal>(told(&key, &transfer))
    });
    let told = done.await?;
    let is_final = matches!(told.status, PaymentStatus::Completed | PaymentStatus::Failed);
    Ok(json(if is_final { StatusCode::OK } else { StatusCode::ACCEPTED }, &told))
}

pub(super) fn id_of((_, id): &(String, String)) -> Result<EndToEndId, Refusal> {
    let invalid = "end_to_end_id tiene 32 dígitos hexadecimales en minúscula.";
    EndToEndId::parse(id).map_err(|_| Refusal::invalid(invalid))
}

pub(super) fn minted(sandbox: &Sandbox) -> EndToEndId {
    let mut bytes = [0; 16];
    sandbox.randomness().fill(&mut bytes);
    EndToEndId::from_bytes(bytes)
}

/// The order as the box keeps it. What is wrong with it is told in Spanish; what the bank refuses
/// for a reason of business is for the world to say.
fn order(sandbox: &Sandbox, caller: &Caller, request: &TransferRequest) -> Result<Order, Refusal> {
    if request.currency != Currency::CLP || request.amount <= 0 {
        return Err(Refusal::invalid("El monto debe ser positivo y en pesos."));
    }
    let too_long =
        |text: &Option<String>| text.as_ref().is_some_and(|text| text.chars().count() > MAX_GLOSA);
    if too_long(&request.comment) || too_long(&request.to_name) {
        return Err(Refusal::invalid("El comentario y el nombre tienen hasta 120 caracteres."));
    }
    let to_bank = bank_named(&request.to_bank).ok_or(Refusal::invalid("El banco no existe."))?;
    Ok(Order {
        from: payer(sandbox, caller, &request.from_account)?,
        to_bank,
        to_account: request.to_account.identity().to_owned(),
        to_rut: request.to_rut,
        to_name: request.to_name.clone(),
        amount: request.amount,
        comment: request.comment.clone(),
        what: What::Transfer,
    })
}

/// The account that pays: a current account of the customer's here, in pesos.
pub(super) fn payer(
    sandbox: &Sandbox,
    caller: &Caller,
    number: &AccountNumber,
) -> Result<AccountKey, Refusal> {
    let accounts = at_bank(sandbox, caller);
    let found = accounts.iter().find(|account| account.number.identity() == number.identity());
    let key = found.ok_or(Refusal::new(ErrorCode::AccountNotFound))?.key;
    let pays = key.product.is_current() && key.product.currency() == Currency::CLP;
    pays.then_some(key).ok_or(Refusal::invalid("Desde esa cuenta no se transfieren pesos."))
}

fn told(key: &TransferKey, transfer: &Transfer) -> TransferResponse {
    let (mut settled_at, mut failure) = (None, None);
    let status = match transfer.stage {
        Stage::Challenged { .. } => PaymentStatus::PendingAuthorization,
        Stage::Approved { .. } => PaymentStatus::Processing,
        Stage::Settled { at } => {
            settled_at = Some(at);
            PaymentStatus::Completed
        }
        Stage::Failed { reason, .. } => {
            failure = Some(word(reason));
            PaymentStatus::Failed
        }
    };
    let code = key.code();
    let in_app = transfer.step() == Some(Step::App);
    TransferResponse {
        auth_url: in_app.then(|| format!("mibanco://authorize?req={code}")),
        transfer_id: code,
        status,
        end_to_end_id: Some(key.id),
        challenge: challenge(transfer),
        settled_at,
        failure,
    }
}

pub(crate) fn challenge(transfer: &Transfer) -> Option<TransferChallenge> {
    let (step, Stage::Challenged { since, wrong, .. }) = (transfer.step()?, transfer.stage) else {
        return None;
    };
    let card = || LABELS.map(str::to_owned).to_vec();
    let (kind, labels) = match step {
        Step::App => (ChallengeType::App, Vec::new()),
        Step::Sms => (ChallengeType::Sms, Vec::new()),
        Step::Card => (ChallengeType::Card, card()),
        Step::Device => (ChallengeType::Device, vec![String::new(); DEVICE_FIELDS]),
        Step::SmsAndCard => (ChallengeType::SmsAndCard, card()),
    };
    let expires_at = after(since, CHALLENGE_LASTS);
    Some(TransferChallenge { kind, labels, expires_at, attempts_left: Some(WRONG_ANSWERS - wrong) })
}

fn after(since: Timestamp, by: SignedDuration) -> Timestamp {
    since.checked_add(by).unwrap_or(Timestamp::MAX)
}

pub(super) fn word(reason: TransferFailure) -> PaymentFailure {
    match reason {
        TransferFailure::InsufficientFunds => PaymentFailure::InsufficientFunds,
        TransferFailure::LimitExceeded => PaymentFailure::LimitExceeded,
        TransferFailure::ChallengeRejected => PaymentFailure::ChallengeRejected,
        TransferFailure::ChallengeExpired => PaymentFailure::ChallengeExpired,
        TransferFailure::Denied => PaymentFailure::Denied,
        TransferFailure::UnknownPayee => PaymentFailure::UnknownPayee,
        TransferFailure::WrongAmount => PaymentFailure::WrongAmount,
        TransferFailure::Withdrawn => PaymentFailure::Withdrawn,
        TransferFailure::Other => PaymentFailure::Other("OTHER".to_owned()),
    }
}
