//! Values as columns hold them, and back.

use std::error::Error;

use cartola_crypto::{Digest, Sealed};
use cartola_primitives::id::{DataKeyId, ID_BYTES, TypedId};
use cartola_primitives::{Currency, Date, Money, Timestamp};
use cartola_store::encoding::date_of_day;
use cartola_store::{StoreError, copying};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

/// A value as it came.
#[derive(Debug, Clone, Copy)]
enum Cell<'row> {
    Null,
    Integer(i64),
    Flag(bool),
    Text(&'row str),
    Bytes(&'row [u8]),
}

impl<'row> FromSql<'row> for Cell<'row> {
    fn from_sql(kind: &Type, raw: &'row [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *kind {
            Type::INT2 => Self::Integer(i16::from_be_bytes(raw.try_into()?).into()),
            Type::INT4 => Self::Integer(i32::from_be_bytes(raw.try_into()?).into()),
            Type::INT8 => Self::Integer(i64::from_be_bytes(raw.try_into()?)),
            Type::BOOL => Self::Flag(raw == [1]),
            Type::TEXT => Self::Text(std::str::from_utf8(raw)?),
            Type::UUID | Type::BYTEA => Self::Bytes(raw),
            _ => return Err(format!("a column of type {kind}, which no table of ours has").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Reads the columns of a row from left to right.
pub struct Columns<'row> {
    row: &'row Row,
    next: usize,
}

impl<'row> Columns<'row> {
    /// Begins with the first column.
    pub fn of(row: &'row Row) -> Self {
        Self { row, next: 0 }
    }

    fn value(&mut self) -> Result<Cell<'row>, StoreError> {
        let value = self.row.try_get(self.next).map_err(|error| damaged().caused_by(error))?;
        self.next += 1;
        Ok(value)
    }

    /// Leaves so many columns out.
    pub fn skip(&mut self, columns: usize) {
        self.next += columns;
    }

    /// What may not be there, of so many columns behind the one that says whether it is; not all of
    /// them need be read.
    pub fn where_it_is<T>(
        &mut self,
        columns: usize,
        read: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let is_there = self.flag()?;
        let after = self.next + columns;
        let found = if is_there { Some(read(self)?) } else { None };
        self.next = after;
        Ok(found)
    }

    /// A value as it is, for what copies rows. Yes and no are 1 and 0.
    pub fn plain(&mut self) -> Result<copying::Cell, StoreError> {
        Ok(match self.value()? {
            Cell::Null => copying::Cell::Null,
            Cell::Integer(integer) => copying::Cell::Integer(integer),
            Cell::Flag(flag) => copying::Cell::Integer(flag.into()),
            Cell::Text(text) => copying::Cell::Text(text.to_owned()),
            Cell::Bytes(bytes) => copying::Cell::Bytes(bytes.to_vec()),
        })
    }

    /// Yes or no.
    pub fn flag(&mut self) -> Result<bool, StoreError> {
        match self.value()? {
            Cell::Flag(flag) => Ok(flag),
            _ => Err(damaged()),
        }
    }

    /// An integer, or nothing.
    pub fn optional_integer(&mut self) -> Result<Option<i64>, StoreError> {
        match self.value()? {
            Cell::Integer(integer) => Ok(Some(integer)),
            Cell::Null => Ok(None),
            _ => Err(damaged()),
        }
    }

    /// An integer.
    pub fn integer(&mut self) -> Result<i64, StoreError> {
        self.optional_integer()?.ok_or_else(damaged)
    }

    /// An integer of a narrower type.
    pub fn number<N: TryFrom<i64>>(&mut self) -> Result<N, StoreError> {
        N::try_from(self.integer()?).map_err(|_| damaged())
    }

    /// Bytes, or nothing.
    pub fn optional_bytes(&mut self) -> Result<Option<&'row [u8]>, StoreError> {
        match self.value()? {
            Cell::Bytes(bytes) => Ok(Some(bytes)),
            Cell::Null => Ok(None),
            _ => Err(damaged()),
        }
    }

    /// Bytes.
    pub fn bytes(&mut self) -> Result<&'row [u8], StoreError> {
        self.optional_bytes()?.ok_or_else(damaged)
    }

    /// Bytes of a fixed length.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        self.bytes()?.try_into().map_err(|_| damaged())
    }

    /// A text, or nothing.
    pub fn optional_text(&mut self) -> Result<Option<&'row str>, StoreError> {
        match self.value()? {
            Cell::Text(text) => Ok(Some(text)),
            Cell::Null => Ok(None),
            _ => Err(damaged()),
        }
    }

    /// A text.
    pub fn text(&mut self) -> Result<&'row str, StoreError> {
        self.optional_text()?.ok_or_else(damaged)
    }

    /// A word, read by `parse`.
    pub fn word<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        parse(self.text()?).ok_or_else(damaged)
    }

    /// A code, read by `parse`.
    pub fn code<T>(&mut self, parse: impl FnOnce(i64) -> Option<T>) -> Result<T, StoreError> {
        parse(self.integer()?).ok_or_else(damaged)
    }

    /// An id.
    pub fn id<I: TypedId>(&mut self) -> Result<I, StoreError> {
        self.array().map(I::from_bytes)
    }

    /// An id; nothing where the column is NULL or the nil `uuid`.
    pub fn optional_id<I: TypedId>(&mut self) -> Result<Option<I>, StoreError> {
        const NIL: [u8; ID_BYTES] = [0; ID_BYTES];
        let id = self.optional_bytes()?.map(<[u8; ID_BYTES]>::try_from).transpose();
        let id = id.map_err(|_| damaged())?;
        Ok(id.filter(|id| *id != NIL).map(I::from_bytes))
    }

    /// A keyed digest.
    pub fn digest(&mut self) -> Result<Digest, StoreError> {
        self.array().map(Digest::from_bytes)
    }

    /// A keyed digest, or nothing.
    pub fn optional_digest(&mut self) -> Result<Option<Digest>, StoreError> {
        let bytes = self.optional_bytes()?;
        let digest = |bytes: &[u8]| bytes.try_into().map(Digest::from_bytes);
        bytes.map(digest).transpose().map_err(|_| damaged())
    }

    /// A date.
    pub fn date(&mut self) -> Result<Date, StoreError> {
        date_of_day(self.number()?)
    }

    /// An instant.
    pub fn timestamp(&mut self) -> Result<Timestamp, StoreError> {
        instant(self.integer()?)
    }

    /// An instant, or nothing.
    pub fn optional_timestamp(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.optional_integer()?.map(instant).transpose()
    }

    /// A currency.
    pub fn currency(&mut self) -> Result<Currency, StoreError> {
        Currency::parse(self.text()?).map_err(|_| damaged())
    }

    /// The two columns of an amount: minor units and their currency.
    pub fn amount(&mut self) -> Result<Money, StoreError> {
        Ok(Money::new(self.integer()?, self.currency()?))
    }

    /// The same two columns where there may be no amount: both are there or neither.
    pub fn optional_amount(&mut self) -> Result<Option<Money>, StoreError> {
        match (self.optional_integer()?, self.optional_text()?) {
            (None, None) => Ok(None),
            (Some(minor), Some(code)) => {
                let currency = Currency::parse(code).map_err(|_| damaged())?;
                Ok(Some(Money::new(minor, currency)))
            }
            _ => Err(damaged()),
        }
    }

    /// The three columns of a sealed value.
    pub fn sealed(&mut self) -> Result<Sealed, StoreError> {
        self.optional_sealed()?.ok_or_else(damaged)
    }

    /// The three columns of a value that may be absent.
    pub fn optional_sealed(&mut self) -> Result<Option<Sealed>, StoreError> {
        let Some(key) = self.optional_id::<DataKeyId>()? else {
            self.next += 2;
            return Ok(None);
        };
        Ok(Some(Sealed { key, schema: self.number()?, bytes: self.bytes()?.to_vec() }))
    }
}

fn instant(microseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(microseconds).map_err(|error| damaged().caused_by(error))
}

/// A column holds what no column of its kind can hold.
pub fn damaged() -> StoreError {
    StoreError::corrupt("a stored row is damaged")
}
