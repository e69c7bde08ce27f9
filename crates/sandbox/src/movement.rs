//! A movement as its bank shows it.

use cartola_model::Counterparty;
use cartola_primitives::{Date, Money, Rut};
use jiff::civil::DateTime;

use crate::data::{Bank, Shown, data};
use crate::flow::{self, Flow, FlowId, Kind, Purpose, Side};
use crate::key::AccountKey;
use crate::month::Month;
use crate::world::Posting;
use crate::{account, glosa, identity, number};

/// Where a movement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Announced, and not yet money.
    Pending,
    /// In the books.
    Booked,
}

/// One line of a cartola.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The bank's reference: unique within the account, the same while pending and booked.
    pub reference: String,
    /// What moved: the same on both sides.
    pub flow: FlowId,
    /// When it was made, in Santiago.
    pub occurred: DateTime,
    /// When it is in the books; on a bank day.
    pub booked: DateTime,
    /// The day from which it bears interest.
    pub value_on: Date,
    /// Below zero is a cargo.
    pub amount: Money,
    /// As the bank prints it.
    pub glosa: String,
    /// What the bank tells of the other side.
    pub counterparty: Option<Counterparty>,
    /// Where the money came from or went.
    pub other: Side,
    /// Such as `Internet`.
    pub channel: &'static str,
    /// Sucursal.
    pub branch: &'static str,
    /// Comuna of a purchase.
    pub city: Option<&'static str>,
    /// Número de documento.
    pub document: Option<String>,
    /// Which instalment of how many.
    pub instalment: Option<(u16, u16)>,
    /// What it is to the population; `None` for what people did on top.
    pub(crate) kind: Option<Kind>,
    /// What the bank calls the transfer, of one that it was told to make.
    pub(crate) transfer: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// The balance after it, once booked; minor units.
    pub balance_after: Option<i64>,
}

impl Movement {
    /// What it is to the population, by its name in `data/glosas.toml`, such as `salary`; none for what
    /// people did on top. No bank tells this: it is for measuring what is made of the rest.
    pub fn kind_name(&self) -> Option<&'static str> {
        self.kind.map(Kind::name)
    }
}

/// Where the references of what people do begin, beyond those of any month's base history.
const FIRST_POSTED: usize = 90_000;

/// What is told of each movement of an account.
pub(crate) struct View {
    pub seed: u64,
    pub key: AccountKey,
    pub branch: &'static str,
}

impl View {
    /// A flow as this account's bank shows it. `ordinal` counts the month's movements from 1.
    pub(crate) fn of(&self, flow: &Flow, ordinal: usize, balance_after: i64) -> Movement {
        let bank = self.key.bank.row();
        let incoming = flow.to == Side::Customer(self.key);
        let other = if incoming { flow.from } else { flow.to };
        let named = self.named(other);
        let counterparty = self.told(bank, other, &named);
        Movement {
            reference: reference(bank, flow.when.booked.date(), ordinal),
            flow: flow.id,
            occurred: flow.when.occurred,
            booked: flow.when.booked,
            value_on: flow.when.booked.date(),
            amount: Money::new(flow.change(self.key), self.key.product.currency()),
            glosa: glosa::of(bank, flow.kind, incoming, &flow.detail, &named),
            counterparty,
            other,
            channel: glosa::channel(flow.kind),
            branch: self.branch,
            city: flow.detail.place,
            document: flow.detail.document.map(|number| number.to_string()),
            instalment: flow.detail.part,
            kind: Some(flow.kind),
            transfer: None,
            status: Status::Booked,
            balance_after: Some(balance_after),
        }
    }

    /// A posting as this account's bank shows it; the balance is for the overlay to say.
    pub(crate) fn posted(&self, posting: &Posting) -> Movement {
        let bank = self.key.bank.row();
        let incoming = posting.to.account() == Some(self.key);
        let sign = if incoming { 1 } else { -1 };
        let (glosa, other) = if incoming {
            (&posting.glosas.1, &posting.from)
        } else {
            (&posting.glosas.0, &posting.to)
        };
        let other = other.account().map_or(flow::LEVER, Side::Customer);
        let counterparty = self.told(bank, other, &self.named(other));
        let ordinal = FIRST_POSTED + usize::try_from(posting.id).unwrap_or_default();
        Movement {
            reference: reference(bank, posting.booked.date(), ordinal),
            flow: posting.flow(),
            occurred: posting.occurred,
            booked: posting.booked,
            value_on: posting.booked.date(),
            amount: Money::new(sign * posting.amount, posting.currency),
            glosa: glosa.clone(),
            counterparty,
            other,
            channel: if posting.puts_cash_aside() {
                glosa::channel(Kind::CardFree)
            } else {
                "Internet"
            },
            branch: self.branch,
            city: None,
            document: posting.document.clone(),
            instalment: None,
            kind: None,
            transfer: posting.transfer.clone(),
            status: Status::Booked,
            balance_after: None,
        }
    }

    fn named(&self, other: Side) -> glosa::Other {
        match other {
            Side::Customer(key) => other_of(self.seed, key),
            Side::System(system) => {
                let rut =
                    (system.purpose == Purpose::Payroll).then(|| employer(system.name)).flatten();
                glosa::Other { name: system.name.to_owned(), rut, bank: "" }
            }
        }
    }

    fn told(&self, bank: &Bank, other: Side, named: &glosa::Other) -> Option<Counterparty> {
        let tells = |what: Shown| bank.shows.contains(&what);
        match other {
            Side::System(_) => {
                let payer = named.rut.filter(|_| tells(Shown::Rut));
                let name = named.rut.map(|_| named.name.clone());
                payer.map(|rut| Counterparty { name, rut: Some(rut), ..Counterparty::default() })
            }
            Side::Customer(key) => {
                let number = number::of(self.seed, key);
                Some(Counterparty {
                    name: tells(Shown::Name).then(|| named.name.clone()),
                    rut: named.rut.filter(|_| tells(Shown::Rut)),
                    account: tells(Shown::Account).then(|| number.written().to_owned()),
                    bank: tells(Shown::Bank).then(|| key.bank.id().clone()),
                })
            }
        }
    }
}

/// The holder of an account as the other side's glosa names them.
pub(crate) fn other_of(seed: u64, key: AccountKey) -> glosa::Other {
    let name = identity::of(seed, key.owner).printed_name();
    glosa::Other { name, rut: Some(key.owner), bank: &key.bank.row().name }
}

/// The month that a reference names.
pub(crate) fn month_of(bank: &Bank, reference: &str) -> Option<Month> {
    let digits = reference.strip_prefix(bank.reference.as_str())?;
    let (year, month) = (digits.get(..4)?.parse().ok()?, digits.get(4..6)?.parse().ok()?);
    Date::new(year, month, 1).ok().map(Month::of)
}

/// Such as `MB-2026040800012`: the day it is booked, and its place in that month.
fn reference(bank: &Bank, day: Date, ordinal: usize) -> String {
    let (year, month, day) = (day.year(), day.month(), day.day());
    format!("{}{year:04}{month:02}{day:02}{ordinal:05}", bank.reference)
}

pub(crate) fn employer(name: &str) -> Option<Rut> {
    let row = data().people.employers.iter().find(|employer| employer.name == name)?;
    Rut::from_body(row.body).ok()
}

/// The view of an account that [`account::of`] described.
pub(crate) fn view(seed: u64, account: &account::Account) -> View {
    View { seed, key: account.key, branch: account.branch }
}
