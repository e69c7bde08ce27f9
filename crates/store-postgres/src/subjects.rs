//! Data subjects.

use async_trait::async_trait;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{PersonId, TenantId};
use cartola_store::subjects::Belonging;
use cartola_store::{StoreError, Subjects};

use crate::PostgresStore;
use crate::columns::Columns;
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
const LAST_KEPT: &str = "SELECT last_kept_of($1, $2)";
const FORGET: &str = "SELECT forget_person($1, $2)";
const SHRED: &str = "SELECT shred_person($1, $2)";

#[async_trait]
impl Subjects for PostgresStore {
    async fn owner(&self, tenant: TenantId, of: Belonging) -> Result<Option<PersonId>, StoreError> {
        let (query, id) = asked(of);
        let read = |columns: &mut Columns<'_>| columns.optional_id();
        Ok(self.first(tenant, query, values![&tenant, id], read).await?.flatten())
    }

    async fn last_kept(
        &self,
        tenant: TenantId,
        person: PersonId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let read = |columns: &mut Columns<'_>| columns.optional_timestamp();
        Ok(self.first(tenant, LAST_KEPT, values![&tenant, &person], read).await?.flatten())
    }
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
