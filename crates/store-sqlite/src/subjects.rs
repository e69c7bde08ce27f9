//! Data subjects.

use async_trait::async_trait;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{PersonId, TenantId};
use cartola_store::subjects::Belonging;
use cartola_store::{StoreError, Subjects};
use rusqlite::params;

use crate::SqliteStore;
use crate::columns::Columns;
use crate::rows::first;
use crate::unit::Unit;

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
const LAST_KEPT: &str = "SELECT max(at) FROM (\
    SELECT max(created_at) AS at FROM payment WHERE tenant = ?1 AND person = ?2 \
    UNION ALL SELECT max(created_at) FROM authorized WHERE tenant = ?1 AND person = ?2 \
    UNION ALL SELECT max(created_at) FROM enrolment WHERE tenant = ?1 AND person = ?2)";

macro_rules! their_links {
    () => {
        "(SELECT id FROM link WHERE tenant = ?1 AND person = ?2)"
    };
}

macro_rules! their_accounts {
    () => {
        concat!(
            "(SELECT id FROM account WHERE tenant = ?1 AND (person = ?2 \
             OR (person IS NULL AND link IN ",
            their_links!(),
            ")))"
        )
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

macro_rules! of {
    ($table:literal, $column:literal, $($those:tt)+) => {
        concat!("DELETE FROM ", $table, " WHERE tenant = ?1 AND ", $column, " IN ", $($those)+)
    };
}

const FORGET: &[&str] = &[
    concat!(
        "INSERT INTO feed_forgotten (tenant, entries) SELECT ?1, n FROM (SELECT count(*) AS n \
         FROM feed WHERE tenant = ?1 AND movement IN ",
        their_movements!(),
        ") WHERE n > 0 ON CONFLICT (tenant) DO UPDATE SET entries = entries + excluded.entries"
    ),
    of!("feed", "movement", their_movements!()),
    of!("source", "movement", their_movements!()),
    of!("alias", "alias", their_movements!()),
    of!("alias", "movement", their_movements!()),
    of!("balance", "account", their_accounts!()),
    of!("sighting", "account", their_accounts!()),
    of!("import", "account", their_accounts!()),
    of!("link_account", "account", their_accounts!()),
    of!("movement", "account", their_accounts!()),
    concat!(
        "DELETE FROM account WHERE tenant = ?1 AND (person = ?2 OR (person IS NULL AND link IN ",
        their_links!(),
        "))"
    ),
    of!("link_account", "link", their_links!()),
    of!("record", "link", their_links!()),
    of!("task", "link", their_links!()),
    of!("reading", "link", their_links!()),
    of!("link_secret", "link", their_links!()),
    "DELETE FROM sign_ins WHERE tenant = ?1 AND person = ?2",
];

const SHRED: &[&str] = &[
    "DELETE FROM payment WHERE tenant = ?1 AND person = ?2",
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

    async fn last_kept(
        &self,
        tenant: TenantId,
        person: PersonId,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.read(move |connection| {
            let values = params![tenant.as_bytes(), person.as_bytes()];
            let read = |columns: &mut Columns<'_>| columns.optional_timestamp();
            Ok(first(connection, LAST_KEPT, values, read)?.flatten())
        })
        .await
    }
}

/// Erases what is kept of a person but what a law says is to be kept. The statements name whose
/// movements and accounts they are as long as those are there.
pub fn forget(unit: &Unit<'_>, person: PersonId) -> Result<(), StoreError> {
    FORGET.iter().try_for_each(|statement| {
        let values = params![unit.tenant.as_bytes(), person.as_bytes()];
        unit.execute("forgetting a person", statement, values).map(drop)
    })
}

/// Erases the rest.
pub fn shred(unit: &Unit<'_>, person: PersonId) -> Result<(), StoreError> {
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
