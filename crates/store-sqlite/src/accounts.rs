//! Accounts and balances.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::{AccountKind, BalanceKind, InstitutionId};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AccountId, ConsentSetId, LinkId, TenantId};
use cartola_store::accounts::{AccountRow, BalanceRow};
use cartola_store::encoding::codes;
use cartola_store::encoding::day_number;
use cartola_store::{Accounts, MAX_PAGE, Page, StoreError};
use rusqlite::{Connection, params};

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_empty, bytes_or_null};
use crate::permits::Permits;
use crate::rows::{all, each, first, page, snapshot};
use crate::unit::Unit;

macro_rules! account_columns {
    () => {
        "id, link, institution, kind, currency, identity, mask, \
         holder_key, holder_schema, holder_sealed, person, consents, version, created_at"
    };
}
pub(crate) use account_columns;

const ACCOUNT: &str =
    concat!("SELECT ", account_columns!(), " FROM account WHERE tenant = ?1 AND id = ?2");
const BY_IDENTITY: &str =
    concat!("SELECT ", account_columns!(), " FROM account WHERE tenant = ?1 AND identity = ?2");
const ACCOUNTS: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM account WHERE tenant = ?1 AND id > ?2 ORDER BY id"
);
const ACCOUNTS_OF: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM account WHERE tenant = ?1 AND id IN \
     (SELECT account FROM link_account WHERE tenant = ?1 AND link = ?2) ORDER BY id"
);
const FED: &str = "SELECT account FROM link_account WHERE tenant = ?1 AND link = ?2";
const STARVE: &str = "DELETE FROM link_account WHERE tenant = ?1 AND link = ?2 AND account = ?3";
const FEED: &str = "INSERT INTO link_account (tenant, link, account) VALUES (?1, ?2, ?3) \
    ON CONFLICT DO NOTHING";
const ADD: &str = concat!(
    "INSERT INTO account (tenant, ",
    account_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
);
const CLAIM: &str = "UPDATE account SET consents = ?4, version = version + 1 \
    WHERE tenant = ?1 AND id = ?2 AND version = ?3";
const READINGS: &str = "SELECT account, kind, as_of, amount, currency, received_at, import, consent \
    FROM balance WHERE tenant = ?1 AND account = ?2 AND kind = ?3 \
    ORDER BY as_of DESC, received_at DESC, import DESC";
const LATER_OF_DAY: &str = "SELECT 1 FROM balance WHERE tenant = ?1 AND account = ?2 \
    AND kind = ?3 AND as_of = ?4 AND consent = ?5 AND (received_at, import) >= (?6, ?7)";
const FORGET_OF_DAY: &str = "DELETE FROM balance WHERE tenant = ?1 AND account = ?2 \
    AND kind = ?3 AND as_of = ?4 AND consent = ?5";
const ADD_BALANCE: &str = "INSERT INTO balance \
    (tenant, account, kind, as_of, consent, received_at, import, amount, currency) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

#[async_trait]
impl Accounts for SqliteStore {
    async fn account(
        &self,
        tenant: TenantId,
        id: AccountId,
        now: Timestamp,
    ) -> Result<Option<AccountRow>, StoreError> {
        self.glance(move |connection| snapshot(connection, || account(connection, tenant, id, now)))
            .await
    }

    async fn account_by_identity(
        &self,
        tenant: TenantId,
        identity: &Digest,
    ) -> Result<Option<AccountRow>, StoreError> {
        let identity = *identity;
        self.glance(move |connection| {
            let values = params![tenant.as_bytes(), identity.as_bytes()];
            first(connection, BY_IDENTITY, values, read_account)
        })
        .await
    }

    async fn accounts(
        &self,
        tenant: TenantId,
        after: Option<AccountId>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Page<AccountRow, AccountId>, StoreError> {
        self.read(move |connection| {
            let mut permits = Permits::new(connection, tenant, now);
            let values = params![tenant.as_bytes(), bytes_or_empty(after.as_ref())];
            page(
                connection,
                ACCOUNTS,
                values,
                limit,
                |row: &AccountRow| row.id,
                |columns| {
                    let row = read_account(columns)?;
                    Ok(permits.set_holds(row.consents)?.then_some(row))
                },
            )
        })
        .await
    }

    async fn accounts_of(
        &self,
        tenant: TenantId,
        link: LinkId,
        now: Timestamp,
    ) -> Result<Vec<AccountRow>, StoreError> {
        self.glance(move |connection| {
            let mut permits = Permits::new(connection, tenant, now);
            let values = params![tenant.as_bytes(), link.as_bytes()];
            let mut rows = Vec::new();
            each(connection, ACCOUNTS_OF, values, |columns| {
                let row = read_account(columns)?;
                if permits.set_holds(row.consents)? {
                    rows.push(row);
                }
                Ok(rows.len() < MAX_PAGE)
            })?;
            Ok(rows)
        })
        .await
    }

    async fn balances(
        &self,
        tenant: TenantId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<BalanceRow>, StoreError> {
        self.glance(move |connection| {
            snapshot(connection, || latest_balances(connection, tenant, account, now))
        })
        .await
    }
}

fn account(
    connection: &Connection,
    tenant: TenantId,
    id: AccountId,
    now: Timestamp,
) -> Result<Option<AccountRow>, StoreError> {
    let values = params![tenant.as_bytes(), id.as_bytes()];
    let Some(row) = first(connection, ACCOUNT, values, read_account)? else { return Ok(None) };
    let allowed = Permits::new(connection, tenant, now).set_holds(row.consents)?;
    Ok(allowed.then_some(row))
}

fn latest_balances(
    connection: &Connection,
    tenant: TenantId,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<BalanceRow>, StoreError> {
    let permits = Permits::new(connection, tenant, now);
    let mut latest = Vec::new();
    for kind in BalanceKind::ALL {
        let values = params![tenant.as_bytes(), account.as_bytes(), codes::balance_kind(kind)];
        each(connection, READINGS, values, |columns| {
            let row = read_balance(columns)?;
            let allowed = permits.consent_holds(row.consent)?;
            latest.extend(allowed.then_some(row));
            Ok(!allowed)
        })?;
    }
    Ok(latest)
}

pub fn add_account(unit: &Unit<'_>, row: &AccountRow) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.link.as_bytes(),
        row.institution.as_str(),
        row.kind.name(),
        row.currency.code(),
        row.identity.as_bytes(),
        row.mask,
        row.sealed.key.as_bytes(),
        row.sealed.schema,
        row.sealed.bytes,
        bytes_or_null(row.person.as_ref()),
        row.consents.as_bytes(),
        row.version,
        row.created_at.as_microsecond(),
    ];
    unit.execute("adding an account", ADD, values).map(drop)
}

pub fn feed_account(unit: &Unit<'_>, link: LinkId, account: AccountId) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), link.as_bytes(), account.as_bytes()];
    unit.execute("noting which link tells of an account", FEED, values).map(drop)
}

pub fn list_accounts(
    unit: &Unit<'_>,
    link: LinkId,
    accounts: &[AccountId],
) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), link.as_bytes()];
    let listed: Vec<AccountId> =
        all(unit.connection, FED, values, |columns: &mut Columns<'_>| columns.id())?;
    for gone in listed.iter().filter(|known| !accounts.contains(known)) {
        let values = params![unit.tenant.as_bytes(), link.as_bytes(), gone.as_bytes()];
        unit.execute("forgetting an account of a link", STARVE, values)?;
    }
    let new = accounts.iter().filter(|account| !listed.contains(account));
    new.copied().try_for_each(|account| feed_account(unit, link, account))
}

pub fn claim_account(
    unit: &Unit<'_>,
    id: AccountId,
    expected: u32,
    consents: ConsentSetId,
) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), id.as_bytes(), expected, consents.as_bytes()];
    unit.change("claiming an account", CLAIM, values)
}

pub fn add_balances(unit: &Unit<'_>, rows: &[BalanceRow]) -> Result<(), StoreError> {
    rows.iter().try_for_each(|row| add_balance(unit, row))
}

/// Puts a balance in the place of the one of that kind, day and consent, unless that is later.
fn add_balance(unit: &Unit<'_>, row: &BalanceRow) -> Result<(), StoreError> {
    const ADDING: &str = "adding a balance";
    let (tenant, account, consent) =
        (unit.tenant.as_bytes(), row.account.as_bytes(), row.consent.as_bytes());
    let (kind, day) = (codes::balance_kind(row.kind), day_number(row.as_of));
    let (received_at, import) = (row.received_at.as_microsecond(), row.import.as_bytes());
    let age = params![tenant, account, kind, day, consent, received_at, import];
    if first(unit.connection, LATER_OF_DAY, age, |_| Ok(()))?.is_some() {
        return Ok(());
    }
    unit.execute(ADDING, FORGET_OF_DAY, params![tenant, account, kind, day, consent])?;
    let (amount, currency) = (row.amount.minor(), row.amount.currency().code());
    let values =
        params![tenant, account, kind, day, consent, received_at, import, amount, currency];
    unit.execute(ADDING, ADD_BALANCE, values).map(drop)
}

pub fn read_account(columns: &mut Columns<'_>) -> Result<AccountRow, StoreError> {
    Ok(AccountRow {
        id: columns.id()?,
        link: columns.id()?,
        institution: columns.word(|word| InstitutionId::parse(word).ok())?,
        kind: columns.word(AccountKind::parse)?,
        currency: columns.currency()?,
        identity: columns.digest()?,
        mask: columns.text()?.to_owned(),
        sealed: columns.sealed()?,
        person: columns.optional_id()?,
        consents: columns.id()?,
        version: columns.number()?,
        created_at: columns.timestamp()?,
    })
}

pub fn read_balance(columns: &mut Columns<'_>) -> Result<BalanceRow, StoreError> {
    Ok(BalanceRow {
        account: columns.id()?,
        kind: columns.code(codes::balance_kind_of)?,
        as_of: columns.date()?,
        amount: columns.amount()?,
        received_at: columns.timestamp()?,
        import: columns.id()?,
        consent: columns.id()?,
    })
}
