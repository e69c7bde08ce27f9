//! Values as columns hold them, and back.

use cartola_crypto::{Digest, Sealed};
use cartola_primitives::id::{DataKeyId, TypedId};
use cartola_primitives::{Currency, Date, Money, Timestamp};
use cartola_store::StoreError;
use cartola_store::encoding::date_of_day;
use rusqlite::Row;
use rusqlite::types::ValueRef;

/// Reads the columns of a row from left to right.
pub struct Columns<'row> {
    row: &'row Row<'row>,
    next: usize,
}

impl<'row> Columns<'row> {
    /// Begins with the first column.
    pub fn of(row: &'row Row<'row>) -> Self {
        Self::from(row, 0)
    }

    /// Begins with the column `next`, counted from 0.
    pub fn from(row: &'row Row<'row>, next: usize) -> Self {
        Self { row, next }
    }

    fn value(&mut self) -> Result<ValueRef<'row>, StoreError> {
        let value = self.row.get_ref(self.next).map_err(|error| damaged().caused_by(error))?;
        self.next += 1;
        Ok(value)
    }

    /// Leaves so many columns out.
    pub fn skip(&mut self, columns: usize) {
        self.next += columns;
    }

    /// An integer, or nothing.
    pub fn optional_integer(&mut self) -> Result<Option<i64>, StoreError> {
        match self.value()? {
            ValueRef::Integer(integer) => Ok(Some(integer)),
            ValueRef::Null => Ok(None),
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
            ValueRef::Blob(bytes) => Ok(Some(bytes)),
            ValueRef::Null => Ok(None),
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
            ValueRef::Text(text) => Ok(Some(std::str::from_utf8(text).map_err(|_| damaged())?)),
            ValueRef::Null => Ok(None),
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

    /// An id; nothing where the column is NULL or empty.
    pub fn optional_id<I: TypedId>(&mut self) -> Result<Option<I>, StoreError> {
        match self.optional_bytes()? {
            None | Some([]) => Ok(None),
            Some(bytes) => {
                bytes.try_into().map(|id| Some(I::from_bytes(id))).map_err(|_| damaged())
            }
        }
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

/// The bytes of an id that may be absent; empty where the column takes part in a unique key, since
/// SQL takes every NULL for another value.
pub fn bytes_or_empty<I: TypedId>(id: Option<&I>) -> &[u8] {
    id.map_or(&[], |id| id.as_bytes().as_slice())
}

/// The bytes of an id that may be absent.
pub fn bytes_or_null<I: TypedId>(id: Option<&I>) -> Option<&[u8]> {
    id.map(|id| id.as_bytes().as_slice())
}

/// The three columns of a sealed value that may be absent.
pub fn sealed_columns(sealed: Option<&Sealed>) -> (Option<&[u8]>, Option<u16>, Option<&[u8]>) {
    (
        sealed.map(|sealed| sealed.key.as_bytes().as_slice()),
        sealed.map(|sealed| sealed.schema),
        sealed.map(|sealed| sealed.bytes.as_slice()),
    )
}

/// A count or position as SQLite holds it.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
