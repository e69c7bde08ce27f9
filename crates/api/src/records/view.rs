//! Records as they are sent.

use cartola_engine::records::OpenRecord;
use cartola_model::Record;
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{self, IdText};

/// What an institution told of one product, as a whole.
#[derive(Serialize, ToSchema)]
#[schema(as = ProductRecord)]
pub struct RecordView<'a> {
    #[schema(value_type = wire::RecordId)]
    id: IdText,
    #[schema(value_type = wire::LinkId)]
    link_id: IdText,
    #[schema(value_type = wire::ConsentId)]
    consent_id: IdText,
    /// The version of the content's shape. Within one, members are only added.
    #[schema(minimum = 1)]
    version: u16,
    /// When the institution was asked first that told this.
    #[schema(value_type = wire::Instant)]
    first_read_at: Timestamp,
    /// When it was asked last and still told the same.
    #[schema(value_type = wire::Instant)]
    last_read_at: Timestamp,
    #[serde(flatten)]
    record: &'a Record,
}

impl<'a> From<&'a OpenRecord> for RecordView<'a> {
    fn from(open: &'a OpenRecord) -> Self {
        let OpenRecord { row, record } = open;
        Self {
            id: row.id.into(),
            link_id: row.link.into(),
            consent_id: row.consent.into(),
            version: row.version,
            first_read_at: row.first_read_at,
            last_read_at: row.last_read_at,
            record,
        }
    }
}
