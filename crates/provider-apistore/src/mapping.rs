//! Canonical records as `ApiStore`'s answers.

use cartola_model::{
    BalanceKind, Catalogue, Counterparty, Movement, PaymentState, TransferPayee, glosa,
};
use cartola_primitives::{Date, Money, santiago};

use crate::wire::{self, Amount, BalanceType, BatchStatus, Event, MovementType, Status};

/// Which balance is told: what may be spent, or else what is in the books. Of a card neither is
/// known, and none is told.
const TOLD: [BalanceKind; 2] = [BalanceKind::Available, BalanceKind::Ledger];

/// How a glosa begins that says how the money came or went, in the form it is compared in.
const BEGINNINGS: [(&str, MovementType); 7] = [
    ("TRASPASO", MovementType::Transfer),
    ("TRANSF", MovementType::Transfer),
    ("TEF ", MovementType::Transfer),
    ("COMPRA", MovementType::Purchase),
    ("GIRO CAJERO", MovementType::Withdrawal),
    ("GIRO EN CAJERO", MovementType::Withdrawal),
    ("GIRO SIN TARJETA", MovementType::Withdrawal),
];

/// What a bank calls the way it came, whole and in the form it is compared in.
const CHANNELS: [(&str, MovementType); 4] = [
    ("TEF", MovementType::Transfer),
    ("TARJETA", MovementType::Purchase),
    ("CAJERO", MovementType::Withdrawal),
    ("CAJERO AUTOMATICO", MovementType::Withdrawal),
];

/// What is known of what is on an account.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// What it counts.
    pub kind: BalanceKind,
    /// How much.
    pub amount: Money,
    /// The day that it is of.
    pub as_of: Date,
}

/// A statement of an account: the balance of all that are known as they stood some time up to `today`,
/// and a page of movements. The printed shape has no word for what is not available now, so that this is
/// told beside it.
pub fn statement(
    account_id: String,
    (known, today): (impl IntoIterator<Item = Known>, Date),
    (movements, next_cursor): (Vec<wire::Movement>, Option<String>),
) -> wire::Statement {
    let rank = |kind| TOLD.iter().position(|told| *told == kind);
    let ranked = known.into_iter().filter_map(|known| Some((rank(known.kind)?, known)));
    let best = ranked.min_by_key(|(rank, _)| *rank).map(|(_, known)| known);
    let balance_of = |Known { amount, .. }| wire::Balance {
        amount: Amount::of(amount),
        currency: amount.currency().code(),
    };
    wire::Statement {
        account_id,
        balance: best.map(balance_of),
        balance_as_of: best.filter(|it| it.as_of < today).map(|it| it.as_of.to_string()),
        balance_type: best.filter(|it| it.kind == BalanceKind::Ledger).map(|_| BalanceType::Booked),
        movements,
        next_cursor,
    }
}

/// A movement.
pub fn movement<Text: AsRef<str>>(movement: &Movement<Text>) -> wire::Movement {
    wire::Movement {
        date: movement.booked_on.to_string(),
        amount: Amount::of(movement.amount),
        kind: movement_type(movement),
        description: glosa::clean(movement.glosa.as_ref()).into_owned(),
    }
}

/// How it came or went: by its card, by what the bank calls the way, by how its glosa begins.
pub fn movement_type<Text: AsRef<str>>(movement: &Movement<Text>) -> MovementType {
    let details = &movement.details;
    if details.card.is_some() {
        return MovementType::Purchase;
    }
    let channel = details.channel.as_ref().map(|channel| glosa::fold(channel.as_ref()));
    let by_channel = CHANNELS.iter().find(|(name, _)| channel.as_deref() == Some(*name));
    let text = glosa::fold(movement.glosa.as_ref());
    let by_glosa = BEGINNINGS.iter().find(|(beginning, _)| text.starts_with(beginning));
    let by_glosa = by_glosa.map(|(_, kind)| *kind);
    let is_out = movement.amount.minor() < 0;
    // Machines take money in and transfer it too.
    let gives_cash = is_out && by_glosa != Some(MovementType::Transfer);
    let by_channel = by_channel.map(|(_, kind)| *kind);
    let by_channel = by_channel.filter(|kind| *kind != MovementType::Withdrawal || gives_cash);
    match by_channel.or(by_glosa) {
        Some(kind) => kind,
        None if is_out => MovementType::Debit,
        None => MovementType::Credit,
    }
}

/// A movement as a notification; nothing for what is no transfer.
pub fn notification<Text: AsRef<str>>(
    movement: &Movement<Text>,
    account_id: &str,
    other: Option<&Counterparty>,
) -> Option<wire::Notification> {
    if movement_type(movement) != MovementType::Transfer {
        return None;
    }
    let (minor, currency) = (movement.amount.minor(), movement.amount.currency());
    Some(wire::Notification {
        event: if minor < 0 { Event::Sent } else { Event::Received },
        account_id: account_id.to_owned(),
        amount: Amount::of(Money::new(minor.saturating_abs(), currency)),
        currency: currency.code(),
        date: santiago::start_of_day(movement.booked_on).to_string(),
        counterparty: other.and_then(known_as),
    })
}

/// Name, or else RUT, or else account.
fn known_as(other: &Counterparty) -> Option<String> {
    let rut = || other.rut.map(|rut| rut.compact());
    other.name.clone().or_else(rut).or_else(|| other.account.clone())
}

/// Where a payment stands.
pub const fn status(state: &PaymentState) -> Status {
    match state {
        PaymentState::Requested
        | PaymentState::Submitting
        | PaymentState::Answered(_)
        | PaymentState::Answering(_)
        | PaymentState::Settling
        | PaymentState::Withdrawing => Status::Pending,
        PaymentState::Challenged(_) => Status::AuthorizationRequired,
        PaymentState::InDoubt { .. } => Status::InDoubt,
        PaymentState::Completed { .. } => Status::Completed,
        PaymentState::Failed { .. } => Status::Failed,
    }
}

/// What somebody is to prove for a payment that stands so.
pub fn authorization(state: &PaymentState) -> Option<wire::Authorization> {
    let PaymentState::Challenged(asked) = state else { return None };
    let challenge = &asked.challenge;
    let expires_at = challenge.expires_at.to_string();
    Some(wire::Authorization { kind: challenge.kind.name(), expires_at })
}

/// Where lines stand, taken together: so many were paid, so many were not, and so many have not ended.
pub const fn batch_status(completed: usize, failed: usize, pending: usize) -> BatchStatus {
    match (completed, failed, pending) {
        (_, _, 1..) => BatchStatus::Pending,
        (_, 0, _) => BatchStatus::Completed,
        (0, ..) => BatchStatus::Failed,
        _ => BatchStatus::Partial,
    }
}

/// Who is paid.
pub fn counterparty(payee: &TransferPayee) -> wire::Counterparty {
    let bank = Catalogue::bundled().find(&payee.institution);
    let code = bank.and_then(|bank| bank.cmf_code.clone());
    wire::Counterparty {
        name: payee.name.clone(),
        rut: payee.rut.compact(),
        bank: code.unwrap_or_else(|| payee.institution.to_string()),
        account_id: payee.account.written().to_owned(),
    }
}
