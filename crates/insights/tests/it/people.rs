//! Movements as tests write them.

use cartola_insights::{Entry, Holder};
use cartola_model::Counterparty;
use cartola_primitives::id::{AccountId, MovementId};
use cartola_primitives::{Currency, Date, Money, Rut, date};

pub const TODAY: Date = date(2026, 11, 21);

/// A movement with what a test says of it.
#[derive(Debug, Clone)]
pub struct Line {
    pub id: MovementId,
    pub account: AccountId,
    pub on: Date,
    pub amount: Money,
    pub glosa: String,
    pub other: Option<Counterparty>,
}

impl Line {
    fn entry(&self) -> Entry<'_> {
        Entry {
            id: self.id,
            account: self.account,
            on: self.on,
            amount: self.amount,
            glosa: &self.glosa,
            channel: None,
            other: self.other.as_ref(),
        }
    }
}

/// `2026-10-30 1200000 SUELDO ACME | 76543210-3 | Acme Ltda. | account 2 | USD`: after the glosa in any
/// order a RUT, an account of the holder (else 1), a currency, and else the name of the other side.
pub fn line(place: u8, text: &str) -> Line {
    let mut parts = text.split(" | ");
    let (day, rest) = parts.next().unwrap().split_once(' ').unwrap();
    let (amount, glosa) = rest.split_once(' ').unwrap();
    let mut account = 1;
    let mut other = Counterparty::default();
    let mut currency = Currency::CLP;
    for part in parts {
        if let Some(number) = part.strip_prefix("account ") {
            account = number.parse().unwrap();
        } else if part == "USD" {
            currency = Currency::USD;
        } else if let Ok(rut) = Rut::parse(part) {
            other.rut = Some(rut);
        } else if let Some(number) = part.strip_prefix("number ") {
            other.account = Some(number.to_owned());
        } else {
            other.name = Some(part.to_owned());
        }
    }
    Line {
        id: MovementId::from_bytes([place; 16]),
        account: AccountId::from_bytes([account; 16]),
        on: day.parse().unwrap(),
        amount: Money::new(amount.parse().unwrap(), currency),
        glosa: glosa.to_owned(),
        other: (!other.is_empty()).then_some(other),
    }
}

pub fn lines(texts: &[&str]) -> Vec<Line> {
    (1..).zip(texts).map(|(place, text)| line(place, text)).collect()
}

pub fn entries(lines: &[Line]) -> Vec<Entry<'_>> {
    lines.iter().map(Line::entry).collect()
}

/// Who most tests are about.
pub fn holder() -> Holder<'static> {
    let rut = Rut::parse("12.345.678-5").ok();
    Holder { rut, name: Some("Ana María Rojas Pinto"), accounts: &[] }
}

/// The number that a test gave a movement: its place among the lines, from 1.
pub fn place(id: MovementId) -> u8 {
    id.as_bytes()[0]
}
