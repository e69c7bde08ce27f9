//! The columns of movements and sources.

use std::sync::Arc;

use cartola_primitives::Date;
use cartola_primitives::id::{AccountId, MovementId};
use cartola_store::StoreError;
use cartola_store::encoding::codes;
use cartola_store::encoding::decode_observation;
use cartola_store::encoding::movement::StoredMovement;
use cartola_store::movements::{MovementKey, MovementList, MovementRow, SourceRow};

use crate::columns::Columns;

/// The columns of a movement, in the order in which [`StoredRow::read`] reads them.
macro_rules! movement_columns {
    ($table:literal) => {
        concat!($table, "booked_on, ", $table, "id, ", $table, "body, ", $table, "account")
    };
}

/// The columns of a source, in the order in which [`read_source`] reads them.
macro_rules! source_columns {
    ($table:literal) => {
        concat!(
            $table,
            "id, ",
            $table,
            "movement, ",
            $table,
            "import, ",
            $table,
            "consent, ",
            $table,
            "place, ",
            $table,
            "source, ",
            $table,
            "as_of, ",
            $table,
            "received_at, ",
            $table,
            "reason, ",
            $table,
            "says"
        )
    };
}

pub(super) use {movement_columns, source_columns};

/// A movement of its columns, opened as far as it takes to know whether it is shown.
pub struct StoredRow<'row> {
    booked_on: Date,
    id: MovementId,
    account: AccountId,
    /// What decides whether it is shown.
    pub body: StoredMovement<'row>,
}

impl<'row> StoredRow<'row> {
    /// Reads the columns.
    pub fn read(columns: &mut Columns<'row>) -> Result<Self, StoreError> {
        Self::read_with(columns, Columns::id)
    }

    /// Reads all columns but the account, which is known.
    pub fn of_account(columns: &mut Columns<'row>, account: AccountId) -> Result<Self, StoreError> {
        Self::read_with(columns, |_| Ok(account))
    }

    /// Of its parts.
    pub const fn of(
        account: AccountId,
        booked_on: Date,
        id: MovementId,
        body: StoredMovement<'row>,
    ) -> Self {
        Self { booked_on, id, account, body }
    }

    fn read_with(
        columns: &mut Columns<'row>,
        account: impl FnOnce(&mut Columns<'row>) -> Result<AccountId, StoreError>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            booked_on: columns.date()?,
            id: columns.id()?,
            body: StoredMovement::open(columns.bytes()?)?,
            account: account(columns)?,
        })
    }

    /// Where it stands in its list.
    pub const fn key(&self) -> MovementKey {
        MovementKey { booked_on: self.booked_on, id: self.id }
    }

    /// Adds it to a list.
    pub fn push_to(&self, list: &mut MovementList) {
        list.push(self.account, self.booked_on, self.id, &self.body);
    }

    /// All of it.
    pub fn to_row(&self) -> Result<MovementRow, StoreError> {
        self.body.to_row(self.account, self.booked_on, self.id)
    }
}

/// The movement of its columns.
pub fn read_movement(columns: &mut Columns<'_>) -> Result<MovementRow, StoreError> {
    StoredRow::read(columns)?.to_row()
}

/// The source of its columns.
pub fn read_source(columns: &mut Columns<'_>) -> Result<SourceRow, StoreError> {
    Ok(SourceRow {
        id: columns.id()?,
        movement: columns.id()?,
        import: columns.id()?,
        consent: columns.id()?,
        place: columns.text()?.to_owned(),
        source: columns.code(codes::source_kind_of)?,
        as_of: columns.date()?,
        received_at: columns.timestamp()?,
        reason: columns.code(codes::reason_of)?,
        says: columns.optional_bytes()?.map(decode_observation).transpose()?.map(Arc::new),
    })
}
