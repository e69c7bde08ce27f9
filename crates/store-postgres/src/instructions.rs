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

use crate::PostgresStore;
use crate::columns::Columns;
use crate::jobs::read_continuation;
use crate::rows::{one_more, page};
use crate::unit::Unit;
use crate::value::{Value, values};

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
            " FROM instruction WHERE tenant = $1 AND ",
            $rest
        )
    };
}

const INSTRUCTION: &str = instruction_where!("id = $2");
const OF_CASE: &str = instruction_where!("case_key = $2");
const OF_KIND: &str = instruction_where!("kind = $3 AND id > $2 ORDER BY id LIMIT $4");
const THAT_STAND_SO: &str =
    instruction_where!("kind = $3 AND state = $5 AND id > $2 ORDER BY id LIMIT $4");
const ABOUT: &str = instruction_where!(
    "kind = $3 AND about = $5 AND ($6::text IS NULL OR state = $6) AND id > $2 ORDER BY id LIMIT $4"
);
const OF_PERSON: &str = instruction_where!("person = $4 AND id > $2 ORDER BY id LIMIT $3");
const ADD: &str = concat!(
    "INSERT INTO instruction (tenant, ",
    instruction_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
     $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)"
);
const CHANGE: &str = "UPDATE instruction SET state = $4, standing = $5, changed_at = $6, order_key = $7, order_schema = $8, \
    order_sealed = $9, credentials_key = $10, credentials_schema = $11, \
    credentials_sealed = $12, code_key = $13, code_schema = $14, code_sealed = $15, \
    bank_reference = $16, next_id = $17, next_kind = $18, next_key = $19, \
    next_schema = $20, next_sealed = $21, version = version + 1 \
    WHERE tenant = $1 AND id = $2 AND version = $3";

#[async_trait]
impl Instructions for PostgresStore {
    async fn instruction(
        &self,
        tenant: TenantId,
        id: InstructionId,
    ) -> Result<Option<InstructionRow>, StoreError> {
        self.first(tenant, INSTRUCTION, values![&tenant, &id], read_instruction).await
    }

    async fn instruction_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<InstructionRow>, StoreError> {
        self.first(tenant, OF_CASE, values![&tenant, key], read_instruction).await
    }

    async fn instructions(
        &self,
        tenant: TenantId,
        filter: InstructionFilter,
        after: Option<InstructionId>,
        limit: usize,
    ) -> Result<Page<InstructionRow, InstructionId>, StoreError> {
        let after = Value::id_or_nil(after.as_ref());
        let mut values = values![&tenant, after, filter.kind.name(), one_more(limit)];
        let state = filter.standing.map(InstructionStanding::name);
        let query = match (&filter.about, state) {
            (Some(about), state) => {
                values.extend(values![about, state]);
                ABOUT
            }
            (None, Some(state)) => {
                values.push(Value::from(state));
                THAT_STAND_SO
            }
            (None, None) => OF_KIND,
        };
        let rows = self.all(tenant, query, values, read_instruction).await?;
        Ok(page(rows, limit, |row| row.id))
    }

    async fn instructions_of_person(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<InstructionId>,
        limit: usize,
    ) -> Result<Page<InstructionRow, InstructionId>, StoreError> {
        let after = Value::id_or_nil(after.as_ref());
        let values = values![&tenant, after, one_more(limit), &person];
        let rows = self.all(tenant, OF_PERSON, values, read_instruction).await?;
        Ok(page(rows, limit, |row| row.id))
    }
}

pub fn add_instruction(unit: &mut Unit, row: &InstructionRow) {
    let mut values = values![
        &unit.tenant,
        &row.id,
        row.kind.name(),
        row.institution.as_str(),
        row.person.as_ref(),
        &row.link,
        &row.mandate,
        row.amount.map(|amount| amount.minor()),
        row.amount.map(|amount| amount.currency().code()),
        &row.about,
        row.end_to_end.as_bytes().to_vec(),
        &row.case.key,
        &row.case.fingerprint,
        row.created_at,
    ];
    values.extend(standing_values(&row.standing));
    values.push(Value::from(row.version));
    unit.execute("adding an instruction", ADD, values);
}

pub fn change_instruction(unit: &mut Unit, change: &InstructionChange) {
    let mut values = values![&unit.tenant, &change.id, change.expected];
    values.extend(standing_values(&change.standing));
    unit.change("moving an instruction on", CHANGE, values);
}

/// The columns that change, from `state` on.
fn standing_values(standing: &InstructionProgress) -> Vec<Value> {
    let next = standing.continuation.as_ref();
    let mut values = values![
        standing.state.standing().name(),
        written_state(&standing.state),
        standing.changed_at,
    ];
    values.extend(Value::sealed(Some(&standing.order)));
    values.extend(Value::sealed(standing.credentials.as_ref()));
    values.extend(Value::sealed(standing.code.as_ref()));
    values.extend(values![
        standing.bank_reference.as_deref(),
        next.map(|next| &next.id),
        next.map(|next| next.kind.as_str()),
    ]);
    values.extend(Value::sealed(next.and_then(|next| next.arguments.as_ref())));
    values
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
