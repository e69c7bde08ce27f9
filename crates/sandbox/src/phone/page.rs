//! How a phone looks.

use std::collections::BTreeMap;

use askama::Template;
use cartola_model::{Catalogue, InstitutionId};
use cartola_primitives::{Currency, Money, Rut, santiago};

use crate::challenge::{COLUMNS, ROWS};
use crate::world::{What, World, billed};

use super::{Seen, Waiting};

/// Characters of a device's id that are shown.
const SHOWN_OF_DEVICE: usize = 4;

/// The page of one person.
#[derive(Template)]
#[template(path = "phone.html")]
pub(super) struct Page {
    name: String,
    rut: String,
    /// The RUT as addresses have it.
    path: String,
    device: String,
    device_end: String,
    blocked: bool,
    now: String,
    pub notice: Option<&'static str>,
    pub token: Option<String>,
    approvals: Vec<Item>,
    messages: Vec<Item>,
    devices: Vec<Item>,
    cards: Vec<Card>,
}

/// A transfer that waits, as people read it.
struct Item {
    institution: String,
    /// What people call it.
    from: String,
    id: String,
    /// What is done, in a few words.
    title: String,
    amount: String,
    to: String,
    account: String,
    to_bank: String,
    comment: Option<String>,
    expires: String,
    attempts: u32,
    /// What an SMS or a device says.
    code: String,
}

struct Card {
    institution: String,
    columns: Vec<char>,
    rows: Vec<Row>,
}

struct Row {
    number: u32,
    codes: Vec<String>,
}

impl Page {
    pub(super) fn of(world: &World, rut: Rut, seen: Seen) -> Self {
        let identity = world.population().identity(rut);
        let Seen { phone, pending, cards } = seen;
        let end = phone.device.len().saturating_sub(SHOWN_OF_DEVICE);
        let approvals = pending.iter().filter(|each| each.is_app());
        let messages = pending.iter().filter_map(|each| Some((each, each.sms.clone()?)));
        let devices = pending.iter().filter(|each| each.is_device());
        Self {
            name: identity.map(|identity| identity.full_name()).unwrap_or_default(),
            rut: rut.dotted(),
            path: rut.compact(),
            device_end: format!("…{}", &phone.device[end..]),
            device: phone.device,
            blocked: phone.blocked,
            now: world.local_now().strftime("%H:%M:%S").to_string(),
            notice: None,
            token: None,
            approvals: approvals.map(|each| item(each, String::new())).collect(),
            messages: messages.map(|(each, code)| item(each, code)).collect(),
            devices: devices.map(|each| item(each, each.codes.join(" "))).collect(),
            cards: cards.into_iter().map(card).collect(),
        }
    }
}

fn item(waiting: &Waiting, code: String) -> Item {
    let Waiting { key, order, challenge, .. } = waiting;
    let expires = santiago::datetime_of(challenge.expires_at);
    let amount = Money::new(order.amount, Currency::CLP).display_chilean();
    let to = order.to_name.clone().unwrap_or_else(|| order.to_account.clone());
    let title = match &order.what {
        What::Transfer => format!("{amount} a {to}"),
        What::Withdrawal => {
            let taker = order.to_rut.map(|rut| rut.dotted()).unwrap_or_default();
            format!("Giro sin tarjeta de {amount} para el RUT {taker}")
        }
        What::Bill { biller, client_number } => {
            let company = billed(biller).unwrap_or(biller);
            format!("Pago de cuenta por {amount} a {company}, cliente {}", client_number.0)
        }
        What::Beneficiary { removes: false, .. } => format!("Agregar destinatario {to}"),
        What::Beneficiary { removes: true, .. } => format!("Eliminar destinatario {to}"),
    };
    Item {
        title,
        amount,
        to,
        from: called(&key.customer.institution),
        institution: key.customer.institution.clone(),
        id: key.id.to_string(),
        account: order.to_account.clone(),
        to_bank: called(order.to_bank.as_str()),
        comment: order.comment.clone(),
        expires: expires.strftime("%H:%M:%S").to_string(),
        attempts: challenge.attempts_left.unwrap_or_default(),
        code,
    }
}

/// The name that people know an institution by.
fn called(institution: &str) -> String {
    let id = InstitutionId::parse(institution).ok();
    let row = id.and_then(|id| Catalogue::bundled().find(&id));
    row.map_or_else(|| institution.to_owned(), |row| row.name.clone())
}

fn card((institution, codes): (String, BTreeMap<String, String>)) -> Card {
    let at = |row: u32, column: char| codes.get(&format!("{column}{row}")).cloned();
    let row = |number: u32| Row {
        number,
        codes: COLUMNS.chars().filter_map(|column| at(number, column)).collect(),
    };
    let rows = (1..=ROWS).map(row).collect();
    Card { institution: called(&institution), columns: COLUMNS.chars().collect(), rows }
}
