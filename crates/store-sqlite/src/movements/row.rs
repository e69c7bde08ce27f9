//! The columns of movements and sources.

use cartola_model::{Movement, MovementStatus};
use cartola_primitives::Money;
use cartola_store::StoreError;
use cartola_store::encoding::{decode_details, decode_observation};
use cartola_store::movements::{MovementRow, SourceRow};

use crate::codes;
use crate::columns::Columns;

/// The columns of a movement, in the order in which [`read_movement`] reads them. Those that decide
/// whether a row is shown stand first.
macro_rules! movement_columns {
    ($table:literal) => {
        concat!(
            $table,
            "status, ",
            $table,
            "amount, ",
            $table,
            "glosa, ",
            $table,
            "consents, ",
            $table,
            "id, ",
            $table,
            "account, ",
            $table,
            "version, ",
            $table,
            "booked_on, ",
            $table,
            "value_on, ",
            $table,
            "currency, ",
            $table,
            "balance_after, ",
            $table,
            "details, ",
            $table,
            "counterparty_key, ",
            $table,
            "counterparty_schema, ",
            $table,
            "counterparty_sealed"
        )
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

/// The place of `consents` among the columns of a movement.
pub const CONSENTS: usize = 3;

/// The movement of its columns.
pub fn read_movement(columns: &mut Columns<'_>) -> Result<MovementRow, StoreError> {
    let status = read_status(columns)?;
    let amount = columns.integer()?;
    let glosa = columns.text()?.to_owned();
    let consents = columns.id()?;
    Ok(MovementRow {
        movement: Movement {
            id: columns.id()?,
            account: columns.id()?,
            version: columns.number()?,
            booked_on: columns.date()?,
            value_on: columns.optional_date()?,
            amount: Money::new(amount, columns.currency()?),
            balance_after: columns.optional_integer()?,
            status,
            glosa,
            details: decode_details(columns.optional_bytes()?)?,
        },
        consents,
        counterparty: columns.optional_sealed()?,
    })
}

/// The status of a movement.
pub fn read_status(columns: &mut Columns<'_>) -> Result<MovementStatus, StoreError> {
    columns.code(codes::status_of)
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
        says: columns.optional_bytes()?.map(decode_observation).transpose()?,
    })
}
