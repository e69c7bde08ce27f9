//! Instructions.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::{EndToEndId, InstitutionId, InstructionKind, InstructionStanding};
use cartola_primitives::id::{InstructionId, PersonId, TenantId};
use cartola_store::instructions::{
    InstructionChange, InstructionFilter, InstructionProgress, InstructionRow, read_state,
    written_state,
};
use cartola_store::payments::PaymentCase;
use cartola_store::{Instructions, Page, StoreError};
use rusqlite::params;

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_empty, bytes_or_null, sealed_columns};
use crate::jobs::read_continuation;
use crate::rows::page;
use crate::unit::Unit;

macro_rules! instruction_columns {
    () => {
        "id, kind, institution, person, link, mandate, amount, currency, about, end_to_end, case_key, \
         case_fingerprint, created_at, state, standing, changed_at, order_key, order_schema, \
         order_sealed, credentials_key, credentials_schema, credentials_sealed, code_key, \
         code_schema, code_sealed, bank_reference, next_id, next_kind, next_key, next_schema, \
         next_sealed, version"
    };
}

macro_rules! instruction_where {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            instruction_columns!(),
            " FROM instruction WHERE tenant = ?1 AND ",
            $rest
        )
    };
}

const INSTRUCTION: &str = instruction_where!("id = ?2");
const OF_CASE: &str = instruction_where!("case_key = ?2");
const OF_KIND: &str = instruction_where!("kind = ?3 AND id > ?2 ORDER BY id");
const THAT_STAND_SO: &str = instruction_where!("kind = ?3 AND state = ?4 AND id > ?2 ORDER BY id");
const ABOUT: &str = instruction_where!(
    "kind = ?3 AND about = ?4 AND (?5 IS NULL OR state = ?5) AND id > ?2 ORDER BY id"
);
const OF_PERSON: &str = concat!(
    "SELECT ",
    instruction_columns!(),
    " FROM instruction INDEXED BY instruction_of_person \
     WHERE tenant = ?1 AND person = ?3 AND id > ?2 ORDER BY id"
);
const ADD: &str = concat!(
    "INSERT INTO instruction (tenant, ",
    instruction_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, \
     ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33)"
);
const CHANGE: &str = "UPDATE instruction SET state = ?4, standing = ?5, changed_at = ?6, order_key = ?7, order_schema = ?8, \
    order_sealed = ?9, credentials_key = ?10, credentials_schema = ?11, \
    credentials_sealed = ?12, code_key = ?13, code_schema = ?14, code_sealed = ?15, \
    bank_reference = ?16, next_id = ?17, next_kind = ?18, next_key = ?19, \
    next_schema = ?20, next_sealed = ?21, version = version + 1 \
    WHERE tenant = ?1 AND id = ?2 AND version = ?3";

#[async_trait]
impl Instructions for SqliteStore {
    async fn instruction(
        &self,
        tenant: TenantId,
        id: InstructionId,
    ) -> Result<Option<InstructionRow>, StoreError> {
        self.first(INSTRUCTION, tenant, *id.as_bytes(), read_instruction).await
    }

    async fn instruction_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<InstructionRow>, StoreError> {
        self.first(OF_CASE, tenant, *key.as_bytes(), read_instruction).await
    }

    async fn instructions(
        &self,
        tenant: TenantId,
        filter: InstructionFilter,
        after: Option<InstructionId>,
        limit: usize,
    ) -> Result<Page<InstructionRow, InstructionId>, StoreError> {
        self.read(move |connection| {
            let read = |columns: &mut Columns<'_>| read_instruction(columns).map(Some);
            let id = |row: &InstructionRow| row.id;
            let (tenant, after) = (tenant.as_bytes(), bytes_or_empty(after.as_ref()));
            let (kind, state) =
                (filter.kind.name(), filter.standing.map(InstructionStanding::name));
            match (filter.about, state) {
                (Some(about), state) => {
                    let values = params![tenant, after, kind, about.as_bytes(), state];
                    page(connection, ABOUT, values, limit, id, read)
                }
                (None, Some(state)) => {
                    let values = params![tenant, after, kind, state];
                    page(connection, THAT_STAND_SO, values, limit, id, read)
                }
                (None, None) => {
                    page(connection, OF_KIND, params![tenant, after, kind], limit, id, read)
                }
            }
        })
        .await
    }

    async fn instructions_of_person(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<InstructionId>,
        limit: usize,
    ) -> Result<Page<InstructionRow, InstructionId>, StoreError> {
        self.read(move |connection| {
            let values =
                params![tenant.as_bytes(), bytes_or_empty(after.as_ref()), person.as_bytes()];
            let read = |columns: &mut Columns<'_>| read_instruction(columns).map(Some);
            page(connection, OF_PERSON, values, limit, |row: &InstructionRow| row.id, read)
        })
        .await
    }
}

pub fn add_instruction(unit: &Unit<'_>, row: &InstructionRow) -> Result<(), StoreError> {
    let standing = &row.standing;
    let order = sealed_columns(Some(&standing.order));
    let credentials = sealed_columns(standing.credentials.as_ref());
    let code = sealed_columns(standing.code.as_ref());
    let next = standing.continuation.as_ref();
    let arguments = sealed_columns(next.and_then(|next| next.arguments.as_ref()));
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.kind.name(),
        row.institution.as_str(),
        bytes_or_null(row.person.as_ref()),
        row.link.as_bytes(),
        row.mandate.as_bytes(),
        row.amount.map(|amount| amount.minor()),
        row.amount.map(|amount| amount.currency().code()),
        row.about.as_bytes(),
        row.end_to_end.as_bytes(),
        row.case.key.as_bytes(),
        row.case.fingerprint.as_bytes(),
        row.created_at.as_microsecond(),
        standing.state.standing().name(),
        written_state(&standing.state),
        standing.changed_at.as_microsecond(),
        order.0,
        order.1,
        order.2,
        credentials.0,
        credentials.1,
        credentials.2,
        code.0,
        code.1,
        code.2,
        standing.bank_reference,
        bytes_or_null(next.map(|next| &next.id)),
        next.map(|next| next.kind.as_str()),
        arguments.0,
        arguments.1,
        arguments.2,
        row.version,
    ];
    unit.execute("adding an instruction", ADD, values).map(drop)
}

pub fn change_instruction(unit: &Unit<'_>, change: &InstructionChange) -> Result<(), StoreError> {
    let standing = &change.standing;
    let order = sealed_columns(Some(&standing.order));
    let credentials = sealed_columns(standing.credentials.as_ref());
    let code = sealed_columns(standing.code.as_ref());
    let next = standing.continuation.as_ref();
    let arguments = sealed_columns(next.and_then(|next| next.arguments.as_ref()));
    let values = params![
        unit.tenant.as_bytes(),
        change.id.as_bytes(),
        change.expected,
        standing.state.standing().name(),
        written_state(&standing.state),
        standing.changed_at.as_microsecond(),
        order.0,
        order.1,
        order.2,
        credentials.0,
        credentials.1,
        credentials.2,
        code.0,
        code.1,
        code.2,
        standing.bank_reference,
        bytes_or_null(next.map(|next| &next.id)),
        next.map(|next| next.kind.as_str()),
        arguments.0,
        arguments.1,
        arguments.2,
    ];
    unit.change("moving an instruction on", CHANGE, values)
}

fn read_instruction(columns: &mut Columns<'_>) -> Result<InstructionRow, StoreError> {
    Ok(InstructionRow {
        id: columns.id()?,
        kind: columns.word(InstructionKind::parse)?,
        institution: columns.word(|word| InstitutionId::parse(word).ok())?,
        person: columns.optional_id()?,
        link: columns.id()?,
        mandate: columns.id()?,
        amount: columns.optional_amount()?,
        about: columns.digest()?,
        end_to_end: EndToEndId::from_bytes(columns.array()?),
        case: PaymentCase { key: columns.digest()?, fingerprint: columns.digest()? },
        created_at: columns.timestamp()?,
        standing: read_standing(columns)?,
        version: columns.number()?,
    })
}

fn read_standing(columns: &mut Columns<'_>) -> Result<InstructionProgress, StoreError> {
    let name = columns.text()?;
    let state = columns.word(|written| read_state(name, written))?;
    Ok(InstructionProgress {
        state,
        changed_at: columns.timestamp()?,
        order: columns.sealed()?,
        credentials: columns.optional_sealed()?,
        code: columns.optional_sealed()?,
        bank_reference: columns.optional_text()?.map(str::to_owned),
        continuation: read_continuation(columns)?,
    })
}
