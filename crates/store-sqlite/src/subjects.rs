//! Data subjects.

use async_trait::async_trait;
use cartola_primitives::id::{PersonId, TenantId, TypedId};
use cartola_store::subjects::Belonging;
use cartola_store::{StoreError, Subjects};
use rusqlite::params;

use crate::SqliteStore;
use crate::columns::Columns;
use crate::rows::first;

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

#[async_trait]
impl Subjects for SqliteStore {
    async fn owner(
        &self,
        tenant: TenantId,
        of: Belonging,
    ) -> Result<Option<PersonId>, StoreError> {
        let (query, id) = asked(of);
        self.read(move |connection| {
            let read = |columns: &mut Columns<'_>| columns.optional_id();
            Ok(first(connection, query, params![tenant.as_bytes(), id], read)?.flatten())
        })
        .await
    }
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
    }
}
