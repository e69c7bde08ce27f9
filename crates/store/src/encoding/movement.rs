//! A movement as one value, beside the columns that it is found by.
//!
//! A list shows a hundred movements for one question, and a backend spends more on handing over a
//! column than on finding the row. What no query compares therefore stands in one value: first a
//! head of fixed length, by which a row is shown or passed over, then those parts that are there,
//! and at the end all texts, one after another, so that they are checked at once. Numbers are
//! little-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 0 | the shape, [`SHAPE`] |
//! | 1 | the status: 1 pending, 2 booked, 3 removed |
//! | 2 to 17 | the consent set |
//! | 18 to 21 | the version |
//! | 22 to 29 | the amount, minor units |
//! | 30 to 32 | the currency's code |
//! | 33 to 34 | which parts are there, a bit each: [`Part`] |
//! | then | value date, 4; balance after, 8; instalment, 2 and 2; counterparty: key, 16, schema, 2, length, 4, sealed bytes |
//! | then | the length of each text that is there, 4 each: glosa, document, reference, channel, branch, city, card |
//! | to the end | those texts, UTF-8 |
//!
//! The head never moves: checks look into it with SQL.

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

/// What a movement may have. A bit once given never means anything else.
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

/// Every part that this version knows.
const KNOWN_PARTS: u16 = (1 << 11) - 1;

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
    if let Some(day) = movement.value_on {
        out.extend(day_number(day).to_le_bytes());
    }
    if let Some(balance) = movement.balance_after {
        out.extend(balance.to_le_bytes());
    }
    if let Some(Instalment { number, of }) = movement.details.instalment {
        out.extend(number.to_le_bytes());
        out.extend(of.to_le_bytes());
    }
    if let Some(sealed) = &row.counterparty {
        out.extend(sealed.key.as_bytes());
        out.extend(sealed.schema.to_le_bytes());
        out.extend(length(&sealed.bytes));
        out.extend(&sealed.bytes);
    }
    let texts = texts_of(movement);
    texts.iter().flatten().for_each(|text| out.extend(length(text.as_bytes())));
    texts.iter().flatten().for_each(|text| out.extend(text.as_bytes()));
    out
}

/// The texts of a movement, in the order in which they are stored.
fn texts_of(movement: &Movement) -> [Option<&str>; 7] {
    let MovementDetails { document, reference, channel, branch, city, card, .. } =
        &movement.details;
    [
        Some(&movement.glosa),
        document.as_deref(),
        reference.as_deref(),
        channel.as_deref(),
        branch.as_deref(),
        city.as_deref(),
        card.as_ref().map(|card| card.last4.as_str()),
    ]
}

fn length(bytes: &[u8]) -> [u8; 4] {
    let length = u32::try_from(bytes.len()).expect("a value of a row is far below four gigabytes");
    length.to_le_bytes()
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

/// Movements as they are stored, one after another in one buffer. A page is written from this
/// without an allocation for each of its texts.
#[derive(Debug, Clone, Default)]
pub struct MovementList {
    bodies: Vec<u8>,
    places: Vec<Place>,
}

/// What stands beside a body, and where that ends in the buffer.
#[derive(Debug, Clone)]
struct Place {
    account: AccountId,
    booked_on: Date,
    id: MovementId,
    end: usize,
    has_counterparty: bool,
}

impl MovementList {
    /// An empty list with room for so many movements.
    pub fn with_capacity(movements: usize) -> Self {
        let bodies = Vec::with_capacity(movements * USUAL_BYTES);
        Self { bodies, places: Vec::with_capacity(movements) }
    }

    /// Adds one whose body is stored already.
    pub fn push(
        &mut self,
        account: AccountId,
        booked_on: Date,
        id: MovementId,
        body: &StoredMovement<'_>,
    ) {
        self.bodies.extend_from_slice(body.bytes);
        let (end, has_counterparty) = (self.bodies.len(), body.has(Part::Counterparty));
        self.places.push(Place { account, booked_on, id, end, has_counterparty });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether the other side of any is known.
    pub fn has_counterparties(&self) -> bool {
        self.places.iter().any(|place| place.has_counterparty)
    }

    /// The movements, in their order, their texts in the buffer.
    pub fn iter(&self) -> impl Iterator<Item = Result<MovementRow<&str>, StoreError>> {
        self.opened()
    }

    /// The movements, in their order, each with texts of its own.
    pub fn to_rows(&self) -> Result<Vec<MovementRow>, StoreError> {
        self.opened().collect()
    }

    fn opened<'a, Text: From<&'a str>>(
        &'a self,
    ) -> impl Iterator<Item = Result<MovementRow<Text>, StoreError>> {
        let mut begin = 0;
        self.places.iter().map(move |place| {
            let body = &self.bodies[begin..place.end];
            begin = place.end;
            StoredMovement::open(body)?.to_row(place.account, place.booked_on, place.id)
        })
    }
}

impl<'a> FromIterator<&'a MovementRow> for MovementList {
    fn from_iter<Rows: IntoIterator<Item = &'a MovementRow>>(rows: Rows) -> Self {
        let mut list = Self::default();
        for row in rows {
            list.bodies.extend(encode_movement(row));
            let Movement { account, booked_on, id, .. } = row.movement;
            let (end, has_counterparty) = (list.bodies.len(), row.counterparty.is_some());
            list.places.push(Place { account, booked_on, id, end, has_counterparty });
        }
        list
    }
}

/// A stored movement, opened as far as its head: what it takes to know whether it is shown.
pub struct StoredMovement<'a> {
    /// Where it stands.
    pub status: MovementStatus,
    /// What allows it to be served.
    pub consents: ConsentSetId,
    /// Its version.
    pub version: u32,
    /// The signed amount, in minor units.
    pub amount: i64,
    currency: [u8; CODE_LETTERS],
    parts: u16,
    tail: Reader<'a>,
    bytes: &'a [u8],
}

impl<'a> StoredMovement<'a> {
    /// Opens what [`encode_movement`] wrote.
    pub fn open(bytes: &'a [u8]) -> Result<Self, StoreError> {
        Ok(Self::head(bytes)?)
    }

    fn head(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let mut from = Reader(bytes);
        let [shape, status] = from.array()?;
        let status = (shape == SHAPE).then_some(status).and_then(status_of).ok_or(Damaged)?;
        Ok(Self {
            status,
            consents: ConsentSetId::from_bytes(from.array()?),
            version: u32::from_le_bytes(from.array()?),
            amount: i64::from_le_bytes(from.array()?),
            currency: from.array()?,
            parts: known_parts(u16::from_le_bytes(from.array()?))?,
            tail: from,
            bytes,
        })
    }

    /// The text as the bank printed it.
    pub fn glosa(&self) -> Result<&'a str, StoreError> {
        Ok(self.tail()?.texts.glosa)
    }

    /// The other side, sealed, where it is known.
    pub fn counterparty(&self) -> Result<Option<Sealed>, StoreError> {
        Ok(self.tail()?.counterparty)
    }

    /// The whole row, with what the columns beside it said.
    pub fn to_row<Text: From<&'a str>>(
        &self,
        account: AccountId,
        booked_on: Date,
        id: MovementId,
    ) -> Result<MovementRow<Text>, StoreError> {
        let Self { status, consents, version, .. } = *self;
        let Tail { value_on, balance_after, instalment, counterparty, texts } = self.tail()?;
        let Texts { glosa, document, reference, channel, branch, city, last4 } = texts;
        let additional = self.has(Part::AdditionalCard);
        let details = MovementDetails {
            document: document.map(Text::from),
            reference: reference.map(Text::from),
            channel: channel.map(Text::from),
            branch: branch.map(Text::from),
            city: city.map(Text::from),
            card: last4.map(|last4| CardUse { last4: last4.into(), additional }),
            instalment,
        };
        let movement = Movement {
            id,
            account,
            version,
            booked_on,
            value_on: value_on.map(date_of_day).transpose()?,
            amount: self.money()?,
            balance_after,
            status,
            glosa: glosa.into(),
            details,
        };
        Ok(MovementRow { movement, consents, counterparty })
    }

    fn money(&self) -> Result<Money, Damaged> {
        let code = std::str::from_utf8(&self.currency).map_err(|_| Damaged)?;
        let currency = Currency::parse(code).map_err(|_| Damaged)?;
        Ok(Money::new(self.amount, currency))
    }

    fn has(&self, part: Part) -> bool {
        self.parts & part as u16 != 0
    }

    fn tail(&self) -> Result<Tail<'a>, Damaged> {
        let mut from = self.tail;
        Ok(Tail {
            value_on: self.read_if(Part::ValueOn, || from.array().map(i32::from_le_bytes))?,
            balance_after: self
                .read_if(Part::BalanceAfter, || from.array().map(i64::from_le_bytes))?,
            instalment: self.read_if(Part::Instalment, || from.instalment())?,
            counterparty: self.read_if(Part::Counterparty, || from.sealed())?,
            texts: self.texts(from)?,
        })
    }

    fn texts(&self, mut from: Reader<'a>) -> Result<Texts<'a>, Damaged> {
        let glosa = from.length()?;
        let mut length = |part| self.read_if(part, || from.length());
        let (document, reference) = (length(Part::Document)?, length(Part::Reference)?);
        let (channel, branch) = (length(Part::Channel)?, length(Part::Branch)?);
        let (city, last4) = (length(Part::City)?, length(Part::Card)?);
        let mut texts = from.rest_as_texts()?;
        let read = Texts {
            glosa: texts.cut(glosa)?,
            document: texts.cut_if(document)?,
            reference: texts.cut_if(reference)?,
            channel: texts.cut_if(channel)?,
            branch: texts.cut_if(branch)?,
            city: texts.cut_if(city)?,
            last4: texts.cut_if(last4)?,
        };
        if texts.0.is_empty() { Ok(read) } else { Err(Damaged) }
    }

    fn read_if<T>(
        &self,
        part: Part,
        read: impl FnOnce() -> Result<T, Damaged>,
    ) -> Result<Option<T>, Damaged> {
        if self.has(part) { read().map(Some) } else { Ok(None) }
    }
}

/// Refuses parts of a later version, whose bytes would be taken for something else, and an
/// additional card that is no card.
fn known_parts(parts: u16) -> Result<u16, Damaged> {
    let has = |part: Part| parts & part as u16 != 0;
    let sound = parts & !KNOWN_PARTS == 0 && (has(Part::Card) || !has(Part::AdditionalCard));
    if sound { Ok(parts) } else { Err(Damaged) }
}

/// What stands after the head.
struct Tail<'a> {
    value_on: Option<i32>,
    balance_after: Option<i64>,
    instalment: Option<Instalment>,
    counterparty: Option<Sealed>,
    texts: Texts<'a>,
}

struct Texts<'a> {
    glosa: &'a str,
    document: Option<&'a str>,
    reference: Option<&'a str>,
    channel: Option<&'a str>,
    branch: Option<&'a str>,
    city: Option<&'a str>,
    last4: Option<&'a str>,
}

/// What is left to be read.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Damaged)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn length(&mut self) -> Result<usize, Damaged> {
        usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| Damaged)
    }

    fn instalment(&mut self) -> Result<Instalment, Damaged> {
        let number = u16::from_le_bytes(self.array()?);
        let of = u16::from_le_bytes(self.array()?);
        Ok(Instalment { number, of })
    }

    fn sealed(&mut self) -> Result<Sealed, Damaged> {
        let key = DataKeyId::from_bytes(self.array()?);
        let schema = u16::from_le_bytes(self.array()?);
        let length = self.length()?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Damaged)?;
        self.0 = rest;
        Ok(Sealed { key, schema, bytes: bytes.to_vec() })
    }

    fn rest_as_texts(self) -> Result<RestOfTexts<'a>, Damaged> {
        std::str::from_utf8(self.0).map(RestOfTexts).map_err(|_| Damaged)
    }
}

/// Texts that are not given out yet.
struct RestOfTexts<'a>(&'a str);

impl<'a> RestOfTexts<'a> {
    fn cut(&mut self, length: usize) -> Result<&'a str, Damaged> {
        let (text, rest) = self.0.split_at_checked(length).ok_or(Damaged)?;
        self.0 = rest;
        Ok(text)
    }

    fn cut_if(&mut self, length: Option<usize>) -> Result<Option<&'a str>, Damaged> {
        length.map(|length| self.cut(length)).transpose()
    }
}

/// The value is none that [`encode_movement`] writes.
struct Damaged;

impl From<Damaged> for StoreError {
    fn from(Damaged: Damaged) -> Self {
        Self::corrupt("a stored movement is damaged, or of a shape that this version does not know")
    }
}
