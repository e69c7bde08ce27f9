//! What is known of asking institutions.

use async_trait::async_trait;
use cartola_model::{Failure, InstitutionId, RecordKinds};
use cartola_primitives::id::{LinkId, PersonId, TenantId};
use cartola_store::asking::{AccountScope, ReadScope, ReadingFigures, ReadingRow, SignInsRow};
use cartola_store::encoding::{date_of_day, day_number};
use cartola_store::{Asking, StoreError};

use crate::PostgresStore;
use crate::columns::{Columns, damaged};
use crate::unit::Unit;
use crate::value::values;

const READING: &str = "SELECT link, link_version, mandate, scope, from_day, to_day, began_at, \
    ended_at, failure, accounts, lines, new, duplicates, amended, removed, kinds, \
    records FROM reading \
    WHERE tenant = $1 AND link = $2";
const KEEP_READING: &str = "INSERT INTO reading (tenant, link, link_version, mandate, scope, \
    from_day, to_day, began_at, ended_at, failure, accounts, lines, new, duplicates, amended, \
    removed, kinds, records) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
    $15, $16, $17, $18) \
    ON CONFLICT (tenant, link) DO UPDATE SET (link_version, mandate, scope, from_day, to_day, \
    began_at, ended_at, failure, accounts, lines, new, duplicates, amended, removed, kinds, records) = \
    (excluded.link_version, excluded.mandate, excluded.scope, excluded.from_day, excluded.to_day, \
    excluded.began_at, excluded.ended_at, excluded.failure, excluded.accounts, excluded.lines, \
    excluded.new, excluded.duplicates, excluded.amended, excluded.removed, excluded.kinds, \
    excluded.records)";
const SIGN_INS: &str = "SELECT institution, person, refused, open, last_at, locked_until, \
    refused_secret, refused_at, open_secret, version, waits_until FROM sign_ins \
    WHERE tenant = $1 AND institution = $2 AND person = $3";
const FIRST_SIGN_INS: &str = "INSERT INTO sign_ins (tenant, institution, person, refused, open, \
    last_at, locked_until, refused_secret, refused_at, open_secret, version, waits_until) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
const LATER_SIGN_INS: &str = "UPDATE sign_ins SET refused = $4, open = $5, last_at = $6, \
    locked_until = $7, refused_secret = $8, refused_at = $9, open_secret = $10, version = $11, waits_until = $12 \
    WHERE tenant = $1 AND institution = $2 AND person = $3 AND version = $11 - 1";

#[async_trait]
impl Asking for PostgresStore {
    async fn reading(
        &self,
        tenant: TenantId,
        link: LinkId,
    ) -> Result<Option<ReadingRow>, StoreError> {
        self.first(tenant, READING, values![&tenant, &link], read_reading).await
    }

    async fn sign_ins(
        &self,
        tenant: TenantId,
        institution: &InstitutionId,
        person: PersonId,
    ) -> Result<Option<SignInsRow>, StoreError> {
        let values = values![&tenant, institution.as_str(), &person];
        self.first(tenant, SIGN_INS, values, read_sign_ins).await
    }
}

pub fn keep_reading(unit: &mut Unit, row: &ReadingRow) {
    let (scope, from, to) = match row.scope.accounts {
        AccountScope::Nothing => (0, None, None),
        AccountScope::Accounts => (1, None, None),
        AccountScope::Balances => (2, None, None),
        AccountScope::Movements { from, to } => (3, Some(day_number(from)), Some(day_number(to))),
    };
    let figures = row.outcome.unwrap_or_default();
    let values = values![
        &unit.tenant,
        &row.link,
        row.link_version,
        &row.mandate,
        scope,
        from,
        to,
        row.began_at,
        row.ended_at,
        row.outcome.err().map(Failure::name),
        figures.accounts,
        figures.read,
        figures.new,
        figures.duplicates,
        figures.amended,
        figures.removed,
        row.scope.records.bits(),
        figures.records,
    ];
    unit.execute("keeping how a reading went", KEEP_READING, values);
}

pub fn keep_sign_ins(unit: &mut Unit, row: &SignInsRow) {
    let statement = if row.version == 1 { FIRST_SIGN_INS } else { LATER_SIGN_INS };
    let values = values![
        &unit.tenant,
        row.institution.as_str(),
        &row.person,
        row.refused,
        row.open,
        row.last_at,
        row.locked_until,
        row.refused_secret.as_ref().map(|(digest, _)| digest),
        row.refused_secret.map(|(_, at)| at),
        row.open_secret.as_ref(),
        row.version,
        row.waits_until,
    ];
    unit.change("counting attempts to sign in", statement, values);
}

fn read_reading(columns: &mut Columns<'_>) -> Result<ReadingRow, StoreError> {
    let (link, link_version, mandate) = (columns.id()?, columns.number()?, columns.id()?);
    let accounts = read_scope(columns)?;
    let (began_at, ended_at) = (columns.timestamp()?, columns.timestamp()?);
    let outcome = read_outcome(columns)?;
    let records = RecordKinds::known_of(columns.number()?);
    let told = columns.number()?;
    Ok(ReadingRow {
        link,
        link_version,
        mandate,
        scope: ReadScope { accounts, records },
        began_at,
        ended_at,
        outcome: outcome.map(|figures| ReadingFigures { records: told, ..figures }),
    })
}

fn read_scope(columns: &mut Columns<'_>) -> Result<AccountScope, StoreError> {
    let (scope, from, to) =
        (columns.integer()?, columns.optional_integer()?, columns.optional_integer()?);
    let date = |day: i64| date_of_day(i32::try_from(day).map_err(|_| damaged())?);
    match (scope, from, to) {
        (0, None, None) => Ok(AccountScope::Nothing),
        (1, None, None) => Ok(AccountScope::Accounts),
        (2, None, None) => Ok(AccountScope::Balances),
        (3, Some(from), Some(to)) => {
            Ok(AccountScope::Movements { from: date(from)?, to: date(to)? })
        }
        _ => Err(damaged()),
    }
}

fn read_outcome(columns: &mut Columns<'_>) -> Result<Result<ReadingFigures, Failure>, StoreError> {
    let failure = columns.optional_text()?.map(|name| Failure::parse(name).ok_or_else(damaged));
    let figures = ReadingFigures {
        accounts: columns.number()?,
        read: columns.number()?,
        new: columns.number()?,
        duplicates: columns.number()?,
        amended: columns.number()?,
        removed: columns.number()?,
        records: 0,
    };
    Ok(failure.transpose()?.map_or(Ok(figures), Err))
}

fn read_sign_ins(columns: &mut Columns<'_>) -> Result<SignInsRow, StoreError> {
    Ok(SignInsRow {
        institution: columns.word(|word| InstitutionId::parse(word).ok())?,
        person: columns.id()?,
        refused: columns.number()?,
        open: columns.number()?,
        last_at: columns.timestamp()?,
        locked_until: columns.optional_timestamp()?,
        refused_secret: columns.optional_digest()?.zip(columns.optional_timestamp()?),
        open_secret: columns.optional_digest()?,
        version: columns.number()?,
        waits_until: columns.optional_timestamp()?,
    })
}
