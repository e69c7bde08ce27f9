//! Data subjects.

use async_trait::async_trait;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AccountId, LinkId, PersonId, RecordId, TenantId};
use cartola_store::accounts::{AccountRow, BalanceKey, BalanceRow};
use cartola_store::encoding::{codes, day_number};
use cartola_store::records::RecordRow;
use cartola_store::subjects::{Belonging, Holdings, PersonClaim};
use cartola_store::{Page, StoreError, Subjects};

use crate::PostgresStore;
use crate::accounts::{account_columns, read_account, read_balance};
use crate::columns::Columns;
use crate::records::{read_record, record_select};
use crate::rows::{one_more, page};
use crate::unit::Unit;
use crate::value::{Value, values};

// A link of nobody has the nil person, other tables none.
const LINK: &str = "SELECT nullif(person, '00000000-0000-0000-0000-000000000000') FROM link \
    WHERE tenant = $1 AND id = $2";
const CONSENT: &str = "SELECT person FROM consent WHERE tenant = $1 AND id = $2";
const ACCOUNT: &str = "SELECT person FROM account WHERE tenant = $1 AND id = $2";
const MOVEMENT: &str = "SELECT a.person FROM movement_key m \
    JOIN account a ON a.tenant = m.tenant AND a.id = m.account \
    WHERE m.tenant = $1 AND m.id = $2";
const IMPORT: &str = "SELECT a.person FROM import i \
    JOIN account a ON a.tenant = i.tenant AND a.id = i.account \
    WHERE i.tenant = $1 AND i.id = $2";
const RECORD: &str = "SELECT nullif(l.person, '00000000-0000-0000-0000-000000000000') FROM record r \
    JOIN link l ON l.tenant = r.tenant AND l.id = r.link \
    WHERE r.tenant = $1 AND r.id = $2";
const PAYMENT: &str = "SELECT person FROM payment WHERE tenant = $1 AND id = $2";
const ENROLMENT: &str = "SELECT person FROM enrolment WHERE tenant = $1 AND id = $2";
const AUTHORIZATION: &str = "SELECT person FROM authorized WHERE tenant = $1 AND id = $2";
const TASK: &str = "SELECT nullif(l.person, '00000000-0000-0000-0000-000000000000') FROM task t \
    JOIN link l ON l.tenant = t.tenant AND l.id = t.link \
    WHERE t.tenant = $1 AND t.id = $2";
const INSTRUCTION: &str = "SELECT person FROM instruction WHERE tenant = $1 AND id = $2";
const MATTER: &str = "SELECT person FROM matter WHERE tenant = $1 AND id = $2";
const HOLDINGS: &str = "SELECT consents, kept, pending, last_kept_at FROM held_of($1, $2)";
/// Before anything is counted, so that whoever adds something of theirs has done so or will fail.
const CLAIM: &str = "UPDATE person SET version = version + 1 \
    WHERE tenant = $1 AND id = $2 AND version = $3";
const STILL_HELD: &str = "SELECT 1 FROM held_of($1, $2) \
    WHERE consents = $3 AND kept = $4 AND pending = $5 AND last_kept_at IS NOT DISTINCT FROM $6";
const SHRED_KEPT: &str = "SELECT shred_kept_of($1, $2, $3)";
const KEPT_ACCOUNTS: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM account WHERE tenant = $1 AND id > $3 AND (person = $2 OR (person IS NULL AND link IN \
     (SELECT id FROM link WHERE tenant = $1 AND person = $2))) ORDER BY id LIMIT $4"
);
/// Less than the code of any.
const BEFORE_ALL_KINDS: i64 = -1;
const KEPT_BALANCES: &str = "SELECT account, kind, as_of, amount, currency, received_at, import, \
    consent FROM balance WHERE tenant = $1 AND account = $2 AND (kind, as_of, consent) > ($3, $4, $5) \
    ORDER BY kind, as_of, consent LIMIT $6";
const KEPT_RECORDS: &str = concat!(
    record_select!(),
    " WHERE r.tenant = $1 AND r.link = $2 AND r.id > $3 ORDER BY r.id LIMIT $4"
);
const FORGET: &str = "SELECT forget_person($1, $2)";
const SHRED: &str = "SELECT shred_person($1, $2)";

#[async_trait]
impl Subjects for PostgresStore {
    async fn owner(&self, tenant: TenantId, of: Belonging) -> Result<Option<PersonId>, StoreError> {
        let (query, id) = asked(of);
        let read = |columns: &mut Columns<'_>| columns.optional_id();
        Ok(self.first(tenant, query, values![&tenant, id], read).await?.flatten())
    }

    async fn holdings(&self, tenant: TenantId, person: PersonId) -> Result<Holdings, StoreError> {
        let read = |columns: &mut Columns<'_>| {
            Ok(Holdings {
                consents: columns.number()?,
                kept: columns.number()?,
                pending: columns.number()?,
                last_kept_at: columns.optional_timestamp()?,
            })
        };
        let found = self.first(tenant, HOLDINGS, values![&tenant, &person], read).await?;
        Ok(found.unwrap_or_default())
    }

    async fn kept_accounts(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Page<AccountRow, AccountId>, StoreError> {
        let after = Value::id_or_nil(after.as_ref());
        let values = values![&tenant, &person, after, one_more(limit)];
        let rows = self.all(tenant, KEPT_ACCOUNTS, values, read_account).await?;
        Ok(page(rows, limit, |row| row.id))
    }

    async fn kept_balances(
        &self,
        tenant: TenantId,
        account: AccountId,
        after: Option<BalanceKey>,
        limit: usize,
    ) -> Result<Page<BalanceRow, BalanceKey>, StoreError> {
        let (kind, day) = after.map_or((BEFORE_ALL_KINDS, 0), |after| {
            (codes::balance_kind(after.kind), day_number(after.as_of))
        });
        let consent = Value::id_or_nil(after.map(|after| after.consent).as_ref());
        let values = values![&tenant, &account, kind, day, consent, one_more(limit)];
        let rows = self.all(tenant, KEPT_BALANCES, values, read_balance).await?;
        Ok(page(rows, limit, BalanceRow::key))
    }

    async fn kept_records(
        &self,
        tenant: TenantId,
        link: LinkId,
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<Page<RecordRow, RecordId>, StoreError> {
        let after = Value::id_or_nil(after.as_ref());
        let values = values![&tenant, &link, after, one_more(limit)];
        let rows = self.all(tenant, KEPT_RECORDS, values, read_record).await?;
        Ok(page(rows, limit, |row| row.id))
    }
}

/// Raises a person's version, if all is as the decision took it to be.
pub fn claim(unit: &mut Unit, claim: &PersonClaim) {
    let Holdings { consents, kept, pending, last_kept_at } = claim.holdings;
    unit.change("claiming a person", CLAIM, values![&unit.tenant, &claim.id, claim.expected]);
    let values = values![&unit.tenant, &claim.id, consents, kept, pending, last_kept_at];
    unit.change("finding all of a person's as it was", STILL_HELD, values);
}

/// Erases what was kept until an instant because a law says so, and has ended.
pub fn shred_kept(unit: &mut Unit, person: PersonId, until: Timestamp) {
    let values = values![&unit.tenant, &person, until];
    unit.execute("shredding what was kept of a person", SHRED_KEPT, values);
}

/// Erases what is kept of a person but what a law says is to be kept.
pub fn forget(unit: &mut Unit, person: PersonId) {
    unit.execute("forgetting a person", FORGET, values![&unit.tenant, &person]);
}

/// Erases the rest.
pub fn shred(unit: &mut Unit, person: PersonId) {
    unit.execute("shredding a person", SHRED, values![&unit.tenant, &person]);
}

fn asked(of: Belonging) -> (&'static str, Value) {
    match of {
        Belonging::Link(id) => (LINK, Value::id(&id)),
        Belonging::Consent(id) => (CONSENT, Value::id(&id)),
        Belonging::Account(id) => (ACCOUNT, Value::id(&id)),
        Belonging::Movement(id) => (MOVEMENT, Value::id(&id)),
        Belonging::Import(id) => (IMPORT, Value::id(&id)),
        Belonging::Record(id) => (RECORD, Value::id(&id)),
        Belonging::Payment(id) => (PAYMENT, Value::id(&id)),
        Belonging::Enrolment(id) => (ENROLMENT, Value::id(&id)),
        Belonging::Authorization(id) => (AUTHORIZATION, Value::id(&id)),
        Belonging::Task(id) => (TASK, Value::id(&id)),
        Belonging::Instruction(id) => (INSTRUCTION, Value::id(&id)),
        Belonging::Matter(id) => (MATTER, Value::id(&id)),
    }
}
