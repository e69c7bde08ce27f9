//! Accounts and balances.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::{AccountKind, BalanceKind, InstitutionId};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AccountId, ConsentSetId, LinkId, TenantId};
use cartola_store::accounts::{AccountRow, BalanceRow};
use cartola_store::encoding::codes;
use cartola_store::encoding::day_number;
use cartola_store::{Accounts, MAX_PAGE, Page, StoreError, page_size};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::permits::Permits;
use crate::rows::{each, page};
use crate::unit::Unit;
use crate::value::{Value, values};

macro_rules! account_columns {
    () => {
        "id, link, institution, kind, currency, identity, mask, \
         holder_key, holder_schema, holder_sealed, person, consents, version, created_at"
    };
}
pub(crate) use account_columns;

const ACCOUNT: &str =
    concat!("SELECT ", account_columns!(), " FROM account WHERE tenant = $1 AND id = $2");
const BY_IDENTITY: &str =
    concat!("SELECT ", account_columns!(), " FROM account WHERE tenant = $1 AND identity = $2");
const ACCOUNTS: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM account WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3"
);
const ACCOUNTS_OF: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM (SELECT a.* FROM link_account l CROSS JOIN LATERAL (SELECT * FROM account o \
     WHERE o.tenant = $1 AND o.id = l.account LIMIT 1) a WHERE l.tenant = $1 AND l.link = $4 \
     AND l.account > $2 ORDER BY l.account LIMIT $3) a ORDER BY id"
);
const STARVE: &str =
    "DELETE FROM link_account WHERE tenant = $1 AND link = $2 AND account <> ALL ($3)";
const FEED: &str = "INSERT INTO link_account (tenant, link, account) \
    SELECT $1, $2, unnest($3::uuid[]) ON CONFLICT DO NOTHING";
const ADD: &str = concat!(
    "INSERT INTO account (tenant, ",
    account_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
);
const CLAIM: &str = "UPDATE account SET consents = $4, version = version + 1 \
    WHERE tenant = $1 AND id = $2 AND version = $3";
const READINGS: &str = "SELECT b.account, b.kind, b.as_of, b.amount, b.currency, b.received_at, \
    b.import, b.consent FROM unnest($3::smallint[]) WITH ORDINALITY AS k (kind, place), LATERAL (\
    SELECT o.* FROM balance o JOIN consent c ON c.tenant = o.tenant AND c.id = o.consent \
    WHERE o.tenant = $1 AND o.account = $2 AND o.kind = k.kind \
    AND c.state = 1 AND (c.ended_at IS NULL OR c.ended_at > $4) \
    AND (c.data IS NULL OR 'movements' = ANY (string_to_array(c.data, ','))) \
    ORDER BY o.as_of DESC, o.received_at DESC, o.import DESC LIMIT 1) b ORDER BY k.place";
/// Of several of one kind, day and consent in one unit, the last counts; the first of those that are
/// equally old.
const ADD_BALANCES: &str = "INSERT INTO balance \
    (tenant, account, kind, as_of, consent, received_at, import, amount, currency) \
    SELECT DISTINCT ON (account, kind, as_of, consent) \
    $1, account, kind, as_of, consent, received_at, import, amount, currency \
    FROM unnest($2::uuid[], $3::smallint[], $4::integer[], $5::uuid[], $6::bigint[], $7::uuid[], \
    $8::bigint[], $9::text[]) WITH ORDINALITY \
    AS b (account, kind, as_of, consent, received_at, import, amount, currency, place) \
    ORDER BY account, kind, as_of, consent, received_at DESC, import DESC, place \
    ON CONFLICT (tenant, account, kind, as_of, consent) DO UPDATE SET \
    (received_at, import, amount, currency) = \
    (excluded.received_at, excluded.import, excluded.amount, excluded.currency) \
    WHERE (balance.received_at, balance.import) < (excluded.received_at, excluded.import)";

/// Accounts that are looked at together when a list passes over those that are hidden.
const CHUNK: u64 = MAX_PAGE as u64 + 1;

#[async_trait]
impl Accounts for PostgresStore {
    async fn account(
        &self,
        tenant: TenantId,
        id: AccountId,
        now: Timestamp,
    ) -> Result<Option<AccountRow>, StoreError> {
        let (session, rows) = self.begin_reading(tenant, ACCOUNT, &values![&tenant, &id]).await?;
        let mut permits = Permits::new(tenant, now);
        let rows = each(&rows, read_account)?;
        permits.look_up(&session, rows.iter().map(|row| row.consents)).await?;
        session.end_reading();
        Ok(rows.into_iter().find(|row| permits.set_holds(row.consents)))
    }

    async fn account_by_identity(
        &self,
        tenant: TenantId,
        identity: &Digest,
    ) -> Result<Option<AccountRow>, StoreError> {
        self.first(tenant, BY_IDENTITY, values![&tenant, identity], read_account).await
    }

    async fn accounts(
        &self,
        tenant: TenantId,
        after: Option<AccountId>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Page<AccountRow, AccountId>, StoreError> {
        let after = Value::id_or_nil(after.as_ref());
        let enough = page_size(limit) + 1;
        let rows = self.shown(ACCOUNTS, values![&tenant, after, CHUNK], enough, tenant, now);
        Ok(page(rows.await?, limit, |row| row.id))
    }

    async fn accounts_of(
        &self,
        tenant: TenantId,
        link: LinkId,
        now: Timestamp,
    ) -> Result<Vec<AccountRow>, StoreError> {
        let values = values![&tenant, Value::id_or_nil(None::<&AccountId>), CHUNK, &link];
        self.shown(ACCOUNTS_OF, values, MAX_PAGE, tenant, now).await
    }

    async fn balances(
        &self,
        tenant: TenantId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<BalanceRow>, StoreError> {
        let kinds = BalanceKind::ALL.map(|kind| codes::balance_kind(kind).into());
        let values = values![&tenant, &account, Value::List(kinds.to_vec()), now];
        self.all(tenant, READINGS, values, read_balance).await
    }
}

impl PostgresStore {
    /// Accounts that some consent allows, until there are enough. The second value is the id after
    /// which the query begins, the third how many it gives.
    async fn shown(
        &self,
        query: &'static str,
        mut values: Vec<Value>,
        enough: usize,
        tenant: TenantId,
        now: Timestamp,
    ) -> Result<Vec<AccountRow>, StoreError> {
        let mut permits = Permits::new(tenant, now);
        let mut found = Vec::new();
        let (session, mut rows) = self.begin_reading(tenant, query, &values).await?;
        loop {
            let looked_at = each(&rows, read_account)?;
            permits.look_up(&session, looked_at.iter().map(|row| row.consents)).await?;
            let last = looked_at.last().map(|row| row.id);
            found.extend(looked_at.into_iter().filter(|row| permits.set_holds(row.consents)));
            match last {
                Some(last) if found.len() < enough && rows.len() as u64 == CHUNK => {
                    values[1] = Value::id(&last);
                    rows = session.rows(query, &values).await?;
                }
                _ => break,
            }
        }
        session.end_reading();
        found.truncate(enough);
        Ok(found)
    }
}

pub fn add_account(unit: &mut Unit, row: &AccountRow) {
    let mut values = values![
        &unit.tenant,
        &row.id,
        &row.link,
        row.institution.as_str(),
        row.kind.name(),
        row.currency.code(),
        &row.identity,
        row.mask.as_str(),
    ];
    values.extend(Value::sealed(Some(&row.sealed)));
    values.extend(values![row.person.as_ref(), &row.consents, row.version, row.created_at]);
    unit.execute("adding an account", ADD, values);
}

pub fn feed_account(unit: &mut Unit, link: LinkId, account: AccountId) {
    let values = values![&unit.tenant, &link, Value::ids([&account])];
    unit.execute("noting which link tells of an account", FEED, values);
}

pub fn list_accounts(unit: &mut Unit, link: LinkId, accounts: &[AccountId]) {
    let values = values![&unit.tenant, &link, Value::ids(accounts)];
    unit.execute("forgetting accounts of a link", STARVE, values.clone());
    unit.execute("noting which accounts a link has", FEED, values);
}

pub fn claim_account(unit: &mut Unit, id: AccountId, expected: u32, consents: ConsentSetId) {
    let values = values![&unit.tenant, &id, expected, &consents];
    unit.change("claiming an account", CLAIM, values);
}

pub fn add_balances(unit: &mut Unit, rows: &[BalanceRow]) {
    let column = |value: fn(&BalanceRow) -> Value| Value::List(rows.iter().map(value).collect());
    let values = values![
        &unit.tenant,
        column(|row| Value::id(&row.account)),
        column(|row| codes::balance_kind(row.kind).into()),
        column(|row| day_number(row.as_of).into()),
        column(|row| Value::id(&row.consent)),
        column(|row| row.received_at.into()),
        column(|row| Value::id(&row.import)),
        column(|row| row.amount.minor().into()),
        column(|row| row.amount.currency().code().into()),
    ];
    unit.execute("adding balances", ADD_BALANCES, values);
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
