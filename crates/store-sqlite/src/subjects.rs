//! Data subjects.

use async_trait::async_trait;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AccountId, LinkId, PersonId, RecordId, TenantId};
use cartola_store::accounts::{AccountRow, BalanceKey, BalanceRow};
use cartola_store::encoding::{codes, day_number};
use cartola_store::records::RecordRow;
use cartola_store::subjects::{Belonging, Holdings, PersonClaim};
use cartola_store::{Page, StoreError, Subjects};
use rusqlite::{Connection, params};

use crate::SqliteStore;
use crate::accounts::{account_columns, read_account, read_balance};
use crate::columns::{Columns, bytes_or_empty};
use crate::records::{read_record, record_columns};
use crate::rows::{first, page};
use crate::unit::Unit;
use crate::writer::note_erased;

// Whether a payment or an instruction has not ended: the names are those of their standings that are final.
macro_rules! is_pending {
    ("payment") => {
        "(state NOT IN ('completed', 'failed'))"
    };
    ("instruction") => {
        "(state NOT IN ('completed', 'claimed', 'expired', 'cancelled', 'failed'))"
    };
}

// A link of nobody has an empty person, other tables none.
const LINK: &str = "SELECT nullif(person, x'') FROM link WHERE tenant = ?1 AND id = ?2";
const CONSENT: &str = "SELECT person FROM consent WHERE tenant = ?1 AND id = ?2";
const ACCOUNT: &str = "SELECT person FROM account WHERE tenant = ?1 AND id = ?2";
const MOVEMENT: &str = "SELECT a.person FROM movement m INDEXED BY movement_by_id \
    CROSS JOIN account a ON a.tenant = m.tenant AND a.id = m.account \
    WHERE m.tenant = ?1 AND m.id = ?2";
const IMPORT: &str = "SELECT a.person FROM import i \
    CROSS JOIN account a ON a.tenant = i.tenant AND a.id = i.account \
    WHERE i.tenant = ?1 AND i.id = ?2";
const RECORD: &str = "SELECT nullif(l.person, x'') FROM record r \
    CROSS JOIN link l ON l.tenant = r.tenant AND l.id = r.link \
    WHERE r.tenant = ?1 AND r.id = ?2";
const PAYMENT: &str = "SELECT person FROM payment WHERE tenant = ?1 AND id = ?2";
const ENROLMENT: &str = "SELECT person FROM enrolment WHERE tenant = ?1 AND id = ?2";
const AUTHORIZATION: &str = "SELECT person FROM authorized WHERE tenant = ?1 AND id = ?2";
const TASK: &str = "SELECT nullif(l.person, x'') FROM task t \
    CROSS JOIN link l ON l.tenant = t.tenant AND l.id = t.link \
    WHERE t.tenant = ?1 AND t.id = ?2";
const INSTRUCTION: &str = "SELECT person FROM instruction WHERE tenant = ?1 AND id = ?2";
const MATTER: &str = "SELECT person FROM matter WHERE tenant = ?1 AND id = ?2";
/// Less than the code of any.
const BEFORE_ALL_KINDS: i64 = -1;
const KEPT_BALANCES: &str = "SELECT account, kind, as_of, amount, currency, received_at, import, \
    consent FROM balance WHERE tenant = ?1 AND account = ?2 AND (kind, as_of, consent) > (?3, ?4, ?5) \
    ORDER BY kind, as_of, consent";
const KEPT_RECORDS: &str = concat!(
    "SELECT ",
    record_columns!(),
    " FROM record WHERE tenant = ?1 AND link = ?2 AND id > ?3 ORDER BY id"
);
const HOLDINGS: &str = concat!(
    "SELECT (SELECT count(*) FROM consent WHERE tenant = ?1 AND person = ?2), count(*), \
     coalesce(sum(pending), 0), max(at) FROM (\
     SELECT created_at AS at, ",
    is_pending!("payment"),
    " AS pending FROM payment WHERE tenant = ?1 AND person = ?2 \
     UNION ALL SELECT created_at, ",
    is_pending!("instruction"),
    " FROM instruction WHERE tenant = ?1 AND person = ?2 \
     UNION ALL SELECT created_at, 0 FROM authorized WHERE tenant = ?1 AND person = ?2 \
     UNION ALL SELECT CASE WHEN phone_sealed IS NOT NULL THEN created_at END, 0 \
     FROM enrolment WHERE tenant = ?1 AND person = ?2)"
);
const CLAIM: &str = "UPDATE person SET version = version + 1 \
    WHERE tenant = ?1 AND id = ?2 AND version = ?3";
const SHRED_KEPT: &[&str] = &[
    // Whose a payout is stands in the key that seals it, and which its payments are, under that seal.
    concat!(
        "DELETE FROM payout WHERE tenant = ?1 AND created_at <= ?3 AND order_key IN \
         (SELECT id FROM data_key WHERE tenant = ?1 AND subject = ?2) AND NOT EXISTS \
         (SELECT 1 FROM payment WHERE tenant = ?1 AND person = ?2 AND created_at <= ?3 AND ",
        is_pending!("payment"),
        ")"
    ),
    concat!(
        "DELETE FROM payment WHERE tenant = ?1 AND person = ?2 AND created_at <= ?3 AND NOT ",
        is_pending!("payment")
    ),
    concat!(
        "DELETE FROM instruction WHERE tenant = ?1 AND person = ?2 AND created_at <= ?3 AND NOT ",
        is_pending!("instruction")
    ),
    "DELETE FROM authorized WHERE tenant = ?1 AND person = ?2 AND created_at <= ?3",
];

macro_rules! their_links {
    () => {
        "(SELECT id FROM link WHERE tenant = ?1 AND person = ?2)"
    };
}

macro_rules! their_accounts {
    () => {
        "(SELECT id FROM account WHERE tenant = ?1 AND person = ?2 UNION ALL \
         SELECT a.id FROM link l CROSS JOIN account a INDEXED BY account_of_link \
         ON a.tenant = l.tenant AND a.link = l.id \
         WHERE l.tenant = ?1 AND l.person = ?2 AND a.person IS NULL)"
    };
}

macro_rules! their_movements {
    () => {
        concat!(
            "(SELECT id FROM movement WHERE tenant = ?1 AND account IN ",
            their_accounts!(),
            ")"
        )
    };
}

const KEPT_ACCOUNTS: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM account WHERE tenant = ?1 AND id > ?3 AND id IN ",
    their_accounts!(),
    " ORDER BY id"
);

macro_rules! of {
    ($table:literal, $column:literal, $($those:tt)+) => {
        concat!("DELETE FROM ", $table, " WHERE tenant = ?1 AND ", $column, " IN ", $($those)+)
    };
}

const FORGET: &[&str] = &[
    concat!(
        "INSERT INTO feed_forgotten (tenant, entries) SELECT ?1, n FROM \
         (SELECT sum(length(movements) / 16) AS n FROM feed WHERE tenant = ?1 AND account IN ",
        their_accounts!(),
        ") WHERE n > 0 ON CONFLICT (tenant) DO UPDATE SET entries = entries + excluded.entries"
    ),
    of!("feed", "account", their_accounts!()),
    // A file that tells of several people is sealed under the key of one: nobody keeps it.
    concat!(
        "UPDATE import SET archive = zeroblob(16) WHERE tenant = ?1 AND archive IN \
         (SELECT archive FROM import WHERE tenant = ?1 AND account IN ",
        their_accounts!(),
        ")"
    ),
    of!("source", "movement", their_movements!()),
    of!("alias", "alias", their_movements!()),
    of!("alias", "movement", their_movements!()),
    of!("balance", "account", their_accounts!()),
    of!("sighting", "account", their_accounts!()),
    of!("import", "account", their_accounts!()),
    of!("link_account", "account", their_accounts!()),
    concat!(
        "DELETE FROM movement_day WHERE tenant = ?1 AND (booked_on, id) IN \
         (SELECT booked_on, id FROM movement WHERE tenant = ?1 AND account IN ",
        their_accounts!(),
        ")"
    ),
    of!("unlisted", "account", their_accounts!()),
    of!("movement", "account", their_accounts!()),
    of!("account", "id", their_accounts!()),
    of!("link_account", "link", their_links!()),
    of!("record", "link", their_links!()),
    of!("task", "link", their_links!()),
    of!("reading", "link", their_links!()),
    of!("link_secret", "link", their_links!()),
    "DELETE FROM sign_ins WHERE tenant = ?1 AND person = ?2",
];

const SHRED: &[&str] = &[
    "DELETE FROM payment WHERE tenant = ?1 AND person = ?2",
    "DELETE FROM instruction WHERE tenant = ?1 AND person = ?2",
    "DELETE FROM authorized WHERE tenant = ?1 AND person = ?2",
    "DELETE FROM enrolment WHERE tenant = ?1 AND person = ?2",
    "DELETE FROM known_payee WHERE tenant = ?1 AND person = ?2",
    "DELETE FROM data_key WHERE tenant = ?1 AND subject = ?2",
    "DELETE FROM person WHERE tenant = ?1 AND id = ?2",
];

#[async_trait]
impl Subjects for SqliteStore {
    async fn owner(&self, tenant: TenantId, of: Belonging) -> Result<Option<PersonId>, StoreError> {
        let (query, id) = asked(of);
        self.read(move |connection| {
            let read = |columns: &mut Columns<'_>| columns.optional_id();
            Ok(first(connection, query, params![tenant.as_bytes(), id], read)?.flatten())
        })
        .await
    }

    async fn holdings(&self, tenant: TenantId, person: PersonId) -> Result<Holdings, StoreError> {
        self.read(move |connection| held(connection, tenant, person)).await
    }

    async fn kept_accounts(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Page<AccountRow, AccountId>, StoreError> {
        self.read(move |connection| {
            let values =
                params![tenant.as_bytes(), person.as_bytes(), bytes_or_empty(after.as_ref())];
            let read = |columns: &mut Columns<'_>| read_account(columns).map(Some);
            page(connection, KEPT_ACCOUNTS, values, limit, |row: &AccountRow| row.id, read)
        })
        .await
    }

    async fn kept_balances(
        &self,
        tenant: TenantId,
        account: AccountId,
        after: Option<BalanceKey>,
        limit: usize,
    ) -> Result<Page<BalanceRow, BalanceKey>, StoreError> {
        self.read(move |connection| {
            let (kind, day) = after.map_or((BEFORE_ALL_KINDS, 0), |after| {
                (codes::balance_kind(after.kind), day_number(after.as_of))
            });
            let consent = after.map(|after| after.consent);
            let consent = bytes_or_empty(consent.as_ref());
            let values = params![tenant.as_bytes(), account.as_bytes(), kind, day, consent];
            let read = |columns: &mut Columns<'_>| read_balance(columns).map(Some);
            page(connection, KEPT_BALANCES, values, limit, BalanceRow::key, read)
        })
        .await
    }

    async fn kept_records(
        &self,
        tenant: TenantId,
        link: LinkId,
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<Page<RecordRow, RecordId>, StoreError> {
        self.read(move |connection| {
            let values =
                params![tenant.as_bytes(), link.as_bytes(), bytes_or_empty(after.as_ref())];
            let read = |columns: &mut Columns<'_>| read_record(columns).map(Some);
            page(connection, KEPT_RECORDS, values, limit, |row: &RecordRow| row.id, read)
        })
        .await
    }
}

fn held(
    connection: &Connection,
    tenant: TenantId,
    person: PersonId,
) -> Result<Holdings, StoreError> {
    let values = params![tenant.as_bytes(), person.as_bytes()];
    let found = first(connection, HOLDINGS, values, |columns: &mut Columns<'_>| {
        Ok(Holdings {
            consents: columns.number()?,
            kept: columns.number()?,
            pending: columns.number()?,
            last_kept_at: columns.optional_timestamp()?,
        })
    })?;
    Ok(found.unwrap_or_default())
}

/// Raises a person's version, if all is as the decision took it to be.
pub fn claim(unit: &Unit<'_>, claim: &PersonClaim) -> Result<(), StoreError> {
    if held(unit.connection, unit.tenant, claim.id)? != claim.holdings {
        return Err(StoreError::conflict("something of the person's came to be, or ended"));
    }
    let values = params![unit.tenant.as_bytes(), claim.id.as_bytes(), claim.expected];
    unit.change("claiming a person", CLAIM, values)
}

/// Erases what was kept until an instant because a law says so, and has ended.
pub fn shred_kept(unit: &Unit<'_>, person: PersonId, until: Timestamp) -> Result<(), StoreError> {
    note_erased(unit)?;
    SHRED_KEPT.iter().try_for_each(|statement| {
        let values = params![unit.tenant.as_bytes(), person.as_bytes(), until.as_microsecond()];
        unit.execute("shredding what was kept of a person", statement, values).map(drop)
    })
}

/// Erases what is kept of a person but what a law says is to be kept. The statements name whose
/// movements and accounts they are as long as those are there.
pub fn forget(unit: &Unit<'_>, person: PersonId) -> Result<(), StoreError> {
    note_erased(unit)?;
    FORGET.iter().try_for_each(|statement| {
        let values = params![unit.tenant.as_bytes(), person.as_bytes()];
        unit.execute("forgetting a person", statement, values).map(drop)
    })
}

/// Erases the rest.
pub fn shred(unit: &Unit<'_>, person: PersonId) -> Result<(), StoreError> {
    note_erased(unit)?;
    SHRED.iter().try_for_each(|statement| {
        let values = params![unit.tenant.as_bytes(), person.as_bytes()];
        unit.execute("shredding a person", statement, values).map(drop)
    })
}

fn asked(of: Belonging) -> (&'static str, [u8; 16]) {
    match of {
        Belonging::Link(id) => (LINK, *id.as_bytes()),
        Belonging::Consent(id) => (CONSENT, *id.as_bytes()),
        Belonging::Account(id) => (ACCOUNT, *id.as_bytes()),
        Belonging::Movement(id) => (MOVEMENT, *id.as_bytes()),
        Belonging::Import(id) => (IMPORT, *id.as_bytes()),
        Belonging::Record(id) => (RECORD, *id.as_bytes()),
        Belonging::Payment(id) => (PAYMENT, *id.as_bytes()),
        Belonging::Enrolment(id) => (ENROLMENT, *id.as_bytes()),
        Belonging::Authorization(id) => (AUTHORIZATION, *id.as_bytes()),
        Belonging::Task(id) => (TASK, *id.as_bytes()),
        Belonging::Instruction(id) => (INSTRUCTION, *id.as_bytes()),
        Belonging::Matter(id) => (MATTER, *id.as_bytes()),
    }
}
