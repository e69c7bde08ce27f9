//! A page of an account's movements.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_provider_mibanco::wire::{
    Channel, ErrorCode, MAX_PAGE_SIZE, StatementCounterparty, StatementRequest, StatementResponse,
    Transaction, TransactionStatus, bank_word,
};

use super::accounts;
use super::caller::Caller;
use crate::door::{Reading, Refusal, json, misbehave, parse};
use crate::movement::{Movement, Status};
use crate::sandbox::Sandbox;

/// `POST statement`
pub(crate) async fn read(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Refusal> {
    let request: StatementRequest = parse(&body)?;
    if let Some(page) = misbehave::nonsense(&sandbox, caller.customer.rut) {
        return Ok(page);
    }
    check(&request)?;
    let answer = sandbox.blocking(move |sandbox| page(sandbox, &caller, request)).await?;
    Ok(json(StatusCode::OK, &answer))
}

fn check(request: &StatementRequest) -> Result<(), Refusal> {
    if request.from_date > request.to_date {
        return Err(Refusal::invalid("from_date es posterior a to_date."));
    }
    if request.page == 0 || !(1..=MAX_PAGE_SIZE).contains(&request.page_size) {
        return Err(Refusal::invalid("page es al menos 1 y page_size va de 1 a 500."));
    }
    Ok(())
}

fn page(
    sandbox: &Sandbox,
    caller: &Caller,
    request: StatementRequest,
) -> Result<StatementResponse, Refusal> {
    let own = accounts::shown(sandbox, caller);
    let account = own
        .iter()
        .find(|account| account.number.identity() == request.account_id.identity())
        .ok_or(Refusal::new(ErrorCode::AccountNotFound))?;
    if account.key.product.currency() != request.currency {
        return Err(Refusal::invalid("currency no es la moneda de la cuenta."));
    }
    let reading = reading(sandbox, caller, account.key, &request);
    let size = usize::try_from(request.page_size).expect("a page has at most five hundred");
    let pages = reading.movements.chunks(size);
    let total_pages = u32::try_from(pages.len().max(1)).expect("a history has few pages");
    if request.page > total_pages {
        return Err(Refusal::invalid("page va más allá de la última."));
    }
    let wanted = usize::try_from(request.page - 1).expect("a page is a small number");
    let transactions = pages.skip(wanted).take(1).flatten().map(transaction).collect();
    if request.page == total_pages {
        sandbox.sessions().keep_reading(&caller.access, None);
    }
    let StatementRequest { account_id, page, .. } = request;
    Ok(StatementResponse { account_id, page, total_pages, transactions })
}

/// The first page looks at what there is, the others go on with that: whatever is booked in
/// between moves no line from one page to another.
fn reading(
    sandbox: &Sandbox,
    caller: &Caller,
    key: crate::key::AccountKey,
    request: &StatementRequest,
) -> Reading {
    let days = (request.from_date, request.to_date);
    let begun = sandbox.sessions().reading(&caller.access);
    let going_on = begun.filter(|begun| request.page > 1 && (begun.key, begun.days) == (key, days));
    going_on.unwrap_or_else(|| {
        let movements = sandbox.world().statement(key, days).into();
        let reading = Reading { key, days, movements };
        sandbox.sessions().keep_reading(&caller.access, Some(reading.clone()));
        reading
    })
}

fn transaction(movement: &Movement) -> Transaction {
    let pending = movement.status == Status::Pending;
    let moment = if pending { movement.occurred } else { movement.booked };
    Transaction {
        date: moment.date(),
        description: movement.glosa.clone(),
        amount: movement.amount.minor(),
        currency: movement.amount.currency(),
        balance_after: movement.balance_after,
        channel: Some(channel(movement)),
        reference: Some(movement.reference.clone()),
        status: pending.then_some(TransactionStatus::Pending),
        counterparty: counterparty(movement),
    }
}

fn channel(movement: &Movement) -> Channel {
    match movement.channel {
        "Compras" => Channel::Card,
        "Cajero Automático" => Channel::Atm,
        "Sucursal" => Channel::Branch,
        "Oficina" => Channel::Automatic,
        _ if movement.other.customer().is_some() => Channel::Tef,
        _ => Channel::Internet,
    }
}

fn counterparty(movement: &Movement) -> Option<StatementCounterparty> {
    let told = movement.counterparty.as_ref()?;
    Some(StatementCounterparty {
        name: told.name.clone(),
        rut: told.rut,
        bank: told.bank.as_ref().map(bank_word),
        account: told.account.clone(),
    })
}
