//! What is known of asking institutions.

use async_trait::async_trait;
use cartola_model::{Failure, InstitutionId, RecordKinds};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{LinkId, PersonId, TenantId};
use cartola_store::asking::{AccountScope, ReadScope, ReadingFigures, ReadingRow, SignInsRow};
use cartola_store::encoding::{date_of_day, day_number};
use cartola_store::{Asking, StoreError};
use rusqlite::params;

use crate::SqliteStore;
use crate::columns::{Columns, damaged, signed};
use crate::rows::first;
use crate::unit::Unit;

macro_rules! reading_columns {
    () => {
        "link, link_version, mandate, scope, from_day, to_day, began_at, ended_at, failure, \
         accounts, lines, new, duplicates, amended, removed, \
         kinds, records"
    };
}

const READING: &str =
    concat!("SELECT ", reading_columns!(), " FROM reading WHERE tenant = ?1 AND link = ?2");
const KEEP_READING: &str = concat!(
    "INSERT OR REPLACE INTO reading (tenant, ",
    reading_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, \
     ?18)"
);
const SIGN_INS: &str = "SELECT institution, person, refused, open, last_at, locked_until, \
    refused_secret, refused_at, open_secret, version, waits_until FROM sign_ins WHERE tenant = ?1 AND institution = ?2 AND person = ?3";
const FIRST_SIGN_INS: &str = "INSERT INTO sign_ins (tenant, institution, person, refused, open, \
    last_at, locked_until, refused_secret, refused_at, open_secret, version, waits_until) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
    ON CONFLICT DO NOTHING";
const LATER_SIGN_INS: &str = "UPDATE sign_ins SET refused = ?4, open = ?5, last_at = ?6, \
    locked_until = ?7, refused_secret = ?8, refused_at = ?9, open_secret = ?10, version = ?11, waits_until = ?12 \
    WHERE tenant = ?1 AND institution = ?2 AND person = ?3 AND version = ?11 - 1";

#[async_trait]
impl Asking for SqliteStore {
    async fn reading(
        &self,
        tenant: TenantId,
        link: LinkId,
    ) -> Result<Option<ReadingRow>, StoreError> {
        self.first(READING, tenant, *link.as_bytes(), read_reading).await
    }

    async fn sign_ins(
        &self,
        tenant: TenantId,
        institution: &InstitutionId,
        person: PersonId,
    ) -> Result<Option<SignInsRow>, StoreError> {
        let institution = institution.clone();
        self.glance(move |connection| {
            let values = params![tenant.as_bytes(), institution.as_str(), person.as_bytes()];
            first(connection, SIGN_INS, values, read_sign_ins)
        })
        .await
    }
}

pub fn keep_reading(unit: &Unit<'_>, row: &ReadingRow) -> Result<(), StoreError> {
    let (scope, from, to) = match row.scope.accounts {
        AccountScope::Nothing => (0, None, None),
        AccountScope::Accounts => (1, None, None),
        AccountScope::Balances => (2, None, None),
        AccountScope::Movements { from, to } => (3, Some(day_number(from)), Some(day_number(to))),
    };
    let figures = row.outcome.unwrap_or_default();
    let values = params![
        unit.tenant.as_bytes(),
        row.link.as_bytes(),
        row.link_version,
        row.mandate.as_bytes(),
        scope,
        from,
        to,
        row.began_at.as_microsecond(),
        row.ended_at.as_microsecond(),
        row.outcome.err().map(Failure::name),
        signed(figures.accounts),
        signed(figures.read),
        signed(figures.new),
        signed(figures.duplicates),
        signed(figures.amended),
        signed(figures.removed),
        row.scope.records.bits(),
        signed(figures.records),
    ];
    unit.execute("keeping how a reading went", KEEP_READING, values).map(drop)
}

pub fn keep_sign_ins(unit: &Unit<'_>, row: &SignInsRow) -> Result<(), StoreError> {
    let statement = if row.version == 1 { FIRST_SIGN_INS } else { LATER_SIGN_INS };
    let values = params![
        unit.tenant.as_bytes(),
        row.institution.as_str(),
        row.person.as_bytes(),
        row.refused,
        row.open,
        row.last_at.as_microsecond(),
        row.locked_until.map(Timestamp::as_microsecond),
        row.refused_secret.as_ref().map(|(digest, _)| digest.as_bytes().as_slice()),
        row.refused_secret.map(|(_, at)| at.as_microsecond()),
        row.open_secret.as_ref().map(|digest| digest.as_bytes().as_slice()),
        row.version,
        row.waits_until.map(Timestamp::as_microsecond),
    ];
    unit.change("counting attempts to sign in", statement, values)
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
