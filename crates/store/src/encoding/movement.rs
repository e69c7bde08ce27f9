//! A movement as one value, beside the columns that it is found by.
//!
//! A list shows a hundred movements for one question, and a backend spends more on handing over a
//! column than on finding the row. What no query compares therefore stands in one value: first a
//! head of fixed length, by which a row is shown or passed over, then the glosa, then those parts
//! that are there. Numbers are little-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 0 | the shape, [`SHAPE`] |
//! | 1 | the status: 1 pending, 2 booked, 3 removed |
//! | 2 to 17 | the consent set |
//! | 18 to 21 | the version |
//! | 22 to 29 | the amount, minor units |
//! | 30 to 32 | the currency's code |
//! | 33 to 34 | which parts follow the glosa, a bit each: [`Part`] |
//!
//! A text is its length in bytes, four of them, and its UTF-8. The head never moves: checks look
//! into it with SQL.

use cartola_crypto::Sealed;
use cartola_model::movement::MovementDetails;
use cartola_model::{CardUse, Instalment, Movement, MovementStatus};
use cartola_primitives::id::{AccountId, ConsentSetId, DataKeyId, MovementId};
use cartola_primitives::{Currency, Date, Money};

use super::{SHAPE, date_of_day, day_number};
use crate::StoreError;
use crate::movements::MovementRow;

/// Room for a movement without a counterparty, in bytes.
const USUAL_BYTES: usize = 128;

const CODE_LETTERS: usize = 3;

/// What may follow the glosa, in this order. A bit once given never means anything else.
#[derive(Clone, Copy)]
enum Part {
    ValueOn = 1,
    BalanceAfter = 1 << 1,
    Document = 1 << 2,
    Reference = 1 << 3,
    Channel = 1 << 4,
    Branch = 1 << 5,
    City = 1 << 6,
    Card = 1 << 7,
    AdditionalCard = 1 << 8,
    Instalment = 1 << 9,
    Counterparty = 1 << 10,
}

/// A movement without its account, day and id.
pub fn encode_movement(row: &MovementRow) -> Vec<u8> {
    let movement = &row.movement;
    let mut out = Vec::with_capacity(USUAL_BYTES + movement.glosa.len());
    out.extend([SHAPE, status_code(movement.status)]);
    out.extend(row.consents.as_bytes());
    out.extend(movement.version.to_le_bytes());
    out.extend(movement.amount.minor().to_le_bytes());
    out.extend(movement.amount.currency().code().as_bytes());
    out.extend(parts_of(row).to_le_bytes());
    write_text(&mut out, &movement.glosa);
    if let Some(day) = movement.value_on {
        out.extend(day_number(day).to_le_bytes());
    }
    if let Some(balance) = movement.balance_after {
        out.extend(balance.to_le_bytes());
    }
    write_details(&mut out, &movement.details);
    if let Some(sealed) = &row.counterparty {
        out.extend(sealed.key.as_bytes());
        out.extend(sealed.schema.to_le_bytes());
        write_bytes(&mut out, &sealed.bytes);
    }
    out
}

fn write_details(out: &mut Vec<u8>, details: &MovementDetails) {
    let MovementDetails { document, reference, channel, branch, city, card, instalment } = details;
    for text in [document, reference, channel, branch, city].into_iter().flatten() {
        write_text(out, text);
    }
    if let Some(card) = card {
        write_text(out, &card.last4);
    }
    if let Some(Instalment { number, of }) = instalment {
        out.extend(number.to_le_bytes());
        out.extend(of.to_le_bytes());
    }
}

fn parts_of(row: &MovementRow) -> u16 {
    let details = &row.movement.details;
    [
        (Part::ValueOn, row.movement.value_on.is_some()),
        (Part::BalanceAfter, row.movement.balance_after.is_some()),
        (Part::Document, details.document.is_some()),
        (Part::Reference, details.reference.is_some()),
        (Part::Channel, details.channel.is_some()),
        (Part::Branch, details.branch.is_some()),
        (Part::City, details.city.is_some()),
        (Part::Card, details.card.is_some()),
        (Part::AdditionalCard, details.card.as_ref().is_some_and(|card| card.additional)),
        (Part::Instalment, details.instalment.is_some()),
        (Part::Counterparty, row.counterparty.is_some()),
    ]
    .into_iter()
    .filter(|(_, there)| *there)
    .fold(0, |parts, (part, _)| parts | part as u16)
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    write_bytes(out, text.as_bytes());
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("a value of a row is far below four gigabytes");
    out.extend(length.to_le_bytes());
    out.extend(bytes);
}

const fn status_code(status: MovementStatus) -> u8 {
    match status {
        MovementStatus::Pending => 1,
        MovementStatus::Booked => 2,
        MovementStatus::Removed => 3,
    }
}

const fn status_of(code: u8) -> Option<MovementStatus> {
    match code {
        1 => Some(MovementStatus::Pending),
        2 => Some(MovementStatus::Booked),
        3 => Some(MovementStatus::Removed),
        _ => None,
    }
}

/// A stored movement, opened as far as it takes to know whether it is shown.
pub struct StoredMovement<'a> {
    /// Where it stands.
    pub status: MovementStatus,
    /// What allows it to be served.
    pub consents: ConsentSetId,
    /// Its version.
    pub version: u32,
    /// The signed amount.
    pub amount: Money,
    /// The text as the bank printed it.
    pub glosa: &'a str,
    parts: u16,
    rest: Reader<'a>,
}

impl<'a> StoredMovement<'a> {
    /// Opens what [`encode_movement`] wrote.
    pub fn open(bytes: &'a [u8]) -> Result<Self, StoreError> {
        Self::read(bytes).ok_or_else(damaged)
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut from = Reader(bytes);
        let [shape, status] = from.array()?;
        let status = (shape == SHAPE).then_some(status).and_then(status_of)?;
        let consents = ConsentSetId::from_bytes(from.array()?);
        let version = u32::from_le_bytes(from.array()?);
        let amount = i64::from_le_bytes(from.array()?);
        let code: [u8; CODE_LETTERS] = from.array()?;
        let currency = Currency::parse(std::str::from_utf8(&code).ok()?).ok()?;
        let parts = u16::from_le_bytes(from.array()?);
        let glosa = from.text()?;
        let amount = Money::new(amount, currency);
        Some(Self { status, consents, version, amount, glosa, parts, rest: from })
    }

    /// The whole row, with what the columns beside it said.
    pub fn into_row(
        self,
        account: AccountId,
        booked_on: Date,
        id: MovementId,
    ) -> Result<MovementRow, StoreError> {
        let Self { status, consents, version, amount, glosa, .. } = self;
        let glosa = glosa.to_owned();
        let Parts { value_on, balance_after, details, counterparty } =
            self.parts().ok_or_else(damaged)?;
        let value_on = value_on.map(date_of_day).transpose()?;
        Ok(MovementRow {
            movement: Movement {
                id,
                account,
                version,
                booked_on,
                value_on,
                amount,
                balance_after,
                status,
                glosa,
                details,
            },
            consents,
            counterparty,
        })
    }

    fn has(&self, part: Part) -> bool {
        self.parts & part as u16 != 0
    }

    fn parts(mut self) -> Option<Parts> {
        let value_on = self.read_if(Part::ValueOn, |from| from.array().map(i32::from_le_bytes))?;
        let balance_after =
            self.read_if(Part::BalanceAfter, |from| from.array().map(i64::from_le_bytes))?;
        let details = self.details()?;
        let counterparty = self.read_if(Part::Counterparty, Reader::sealed)?;
        self.rest.0.is_empty().then_some(Parts { value_on, balance_after, details, counterparty })
    }

    fn details(&mut self) -> Option<MovementDetails> {
        Some(MovementDetails {
            document: self.read_if(Part::Document, Reader::owned)?,
            reference: self.read_if(Part::Reference, Reader::owned)?,
            channel: self.read_if(Part::Channel, Reader::owned)?,
            branch: self.read_if(Part::Branch, Reader::owned)?,
            city: self.read_if(Part::City, Reader::owned)?,
            card: {
                let additional = self.has(Part::AdditionalCard);
                let last4 = self.read_if(Part::Card, Reader::owned)?;
                last4.map(|last4| CardUse { last4, additional })
            },
            instalment: self.read_if(Part::Instalment, Reader::instalment)?,
        })
    }

    /// A part that may be there. The outer `None` says that the value is damaged.
    fn read_if<T>(
        &mut self,
        part: Part,
        read: impl FnOnce(&mut Reader<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.has(part) { read(&mut self.rest).map(Some) } else { Some(None) }
    }
}

/// What stands after the glosa.
struct Parts {
    value_on: Option<i32>,
    balance_after: Option<i64>,
    details: MovementDetails,
    counterparty: Option<Sealed>,
}

/// What is left to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = u32::from_le_bytes(self.array()?);
        let (taken, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    fn owned(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    fn instalment(&mut self) -> Option<Instalment> {
        let number = u16::from_le_bytes(self.array()?);
        let of = u16::from_le_bytes(self.array()?);
        Some(Instalment { number, of })
    }

    fn sealed(&mut self) -> Option<Sealed> {
        let key = DataKeyId::from_bytes(self.array()?);
        let schema = u16::from_le_bytes(self.array()?);
        Some(Sealed { key, schema, bytes: self.bytes()?.to_vec() })
    }
}

fn damaged() -> StoreError {
    StoreError::corrupt("a stored movement is damaged, or of a shape that this version does not know")
}
