//! Transfers, sent and received, by the page.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use cartola_model::AccountKind;
use cartola_primitives::{Date, santiago};
use cartola_provider_mibanco::wire::{
    DEFAULT_PAGE_SIZE, Direction, MAX_PAGE_SIZE, Transfer, TransferStatus, TransfersQuery,
    TransfersResponse,
};

use super::caller::Caller;
use super::party::Party;
use super::told::{self, Asking};
use crate::dice::Dice;
use crate::door::Refusal;
use crate::flow::{FlowId, Kind, Side};
use crate::key::AccountKey;
use crate::movement::{Movement, Status};
use crate::sandbox::Sandbox;
use crate::world::is_of_transfer;

/// `GET transfers`
pub(crate) async fn read(
    State(sandbox): State<Sandbox>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let query = parsed(query.as_deref().unwrap_or_default())?;
    told::answer(sandbox, caller, move |asking| page(asking, &query)).await
}

fn parsed(query: &str) -> Result<TransfersQuery, Refusal> {
    let (mut from, mut to, mut page, mut page_size) = (None, None, 1, DEFAULT_PAGE_SIZE);
    let number =
        |text: &str| text.parse().map_err(|_| Refusal::invalid("page y page_size son números."));
    let day =
        |text: &str| text.parse::<Date>().map_err(|_| Refusal::invalid("from y to son fechas."));
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("from", text)) => from = Some(day(text)?),
            Some(("to", text)) => to = Some(day(text)?),
            Some(("page", text)) => page = number(text)?,
            Some(("page_size", text)) => page_size = number(text)?,
            _ => {}
        }
    }
    let days = from.zip(to).ok_or(Refusal::invalid("Faltan from y to."))?;
    if days.0 > days.1 {
        return Err(Refusal::invalid("from es posterior a to."));
    }
    if page == 0 || !(1..=MAX_PAGE_SIZE).contains(&page_size) {
        return Err(Refusal::invalid("page es al menos 1 y page_size va de 1 a 500."));
    }
    Ok(TransfersQuery { from: days.0, to: days.1, page, page_size })
}

fn page(asking: &Asking, query: &TransfersQuery) -> Result<TransfersResponse, Refusal> {
    let all = all(asking, (query.from, query.to));
    let size = usize::try_from(query.page_size).expect("a page has at most five hundred");
    let pages = all.chunks(size);
    let total_pages = u32::try_from(pages.len().max(1)).expect("a history has few pages");
    if query.page > total_pages {
        return Err(Refusal::invalid("page va más allá de la última."));
    }
    let wanted = usize::try_from(query.page - 1).expect("a page is a small number");
    let shown = pages.skip(wanted).take(1).flatten();
    let transfers = shown.map(|(key, movement)| transfer(asking, *key, movement)).collect();
    Ok(TransfersResponse { page: query.page, total_pages, transfers })
}

/// Of all current and savings accounts here, oldest first.
fn all(asking: &Asking, days: (Date, Date)) -> Vec<(AccountKey, Movement)> {
    let is_account = |key: &AccountKey| {
        !matches!(key.product.kind(), AccountKind::CreditCard | AccountKind::CreditLine)
    };
    let mut all = Vec::new();
    for key in asking.own().filter(is_account) {
        let movements = asking.world.statement(key, days).into_iter();
        all.extend(movements.filter(|each| is_told(key, each)).map(|each| (key, each)));
    }
    all.sort_by_key(|(_, movement)| (movement.occurred, movement.flow));
    all
}

fn is_told(key: AccountKey, movement: &Movement) -> bool {
    let is_transfer = if let Some(kind) = movement.kind {
        matches!(kind, Kind::Transfer | Kind::Own | Kind::Rent | Kind::Supplier | Kind::Withdrawal)
    } else {
        let of_transfer = movement.transfer.as_deref().is_some_and(is_of_transfer);
        movement.other.customer().is_some() || of_transfer
    };
    // Between two accounts of theirs here, it is told once.
    let other = movement.other.customer();
    let is_within = other.is_some_and(|other| (other.owner, other.bank) == (key.owner, key.bank));
    is_transfer && !(is_within && movement.amount.minor() > 0)
}

fn transfer(asking: &Asking, key: AccountKey, movement: &Movement) -> Transfer {
    let own = Party::of(asking.seed(), Side::Customer(key)).side_of_transfer();
    let other = Party::of(asking.seed(), movement.other).side_of_transfer();
    let is_sent = movement.amount.minor() < 0;
    let (direction, origin, recipient) =
        if is_sent { (Direction::Sent, own, other) } else { (Direction::Received, other, own) };
    let is_booked = movement.status == Status::Booked;
    Transfer {
        transfer_id: movement
            .transfer
            .clone()
            .unwrap_or_else(|| code(asking.seed(), movement.flow)),
        direction,
        occurred_at: santiago::instant_of(movement.occurred),
        accounting_date: is_booked.then(|| movement.booked.date()),
        amount: movement.amount.minor().abs(),
        currency: movement.amount.currency(),
        origin,
        recipient,
        description: movement.glosa.clone(),
        channel: movement.channel.to_owned(),
        status: if is_booked { TransferStatus::Done } else { TransferStatus::Pending },
    }
}

/// The same from both sides, and saying nothing of either.
fn code(seed: u64, flow: FlowId) -> String {
    let mut dice = Dice::of(seed, "tefcode", flow.plan.into(), flow.month.count(), flow.slot);
    format!("TEF{:018}", dice.below(1_000_000_000_000_000_000))
}
