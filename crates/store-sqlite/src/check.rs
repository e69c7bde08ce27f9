//! Whether everything that must hold does: for tests that kill the process, and for an operator who
//! wants to know.

use cartola_crypto::{ChainHead, Entry, Verifier};
use cartola_primitives::id::TenantId;
use cartola_store::StoreError;
use rusqlite::{Connection, params};

use crate::audit::{head, read_entry};
use crate::columns::Columns;
use crate::leftovers::{Leftovers, Present, count_absent, named};
use crate::movements::{EVERY_MOVEMENT, read_movement};
use crate::rows::{each, first, snapshot};
use crate::{SqliteStore, migrate};

/// Problems of one kind that SQLite lists, at most.
const MAX_LISTED: usize = 20;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What does not hold, one sentence each, without personal data. Empty when all is well.
    pub problems: Vec<String>,
    /// Tenants seen.
    pub tenants: u64,
    /// Movements seen.
    pub movements: u64,
    /// Source records seen.
    pub sources: u64,
    /// Feed entries seen.
    pub feed: u64,
    /// Audit entries seen, all proven unless a problem says otherwise.
    pub audit: u64,
    /// Imports' sealed sources that are not there, and so cannot be read again.
    pub absent: u64,
    /// What nothing refers to: harmless, and an import that is under way looks the same.
    pub leftovers: Leftovers,
}

impl Report {
    /// Whether what the store promises holds. Sealed sources that are absent are no broken promise
    /// of its own: a backup may have been made without them.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// What must hold: a sentence that says what does not, and a query that counts where.
const RULES: &[(&str, &str)] = &[
    (
        "tenants whose feed has holes or does not begin at 1",
        "SELECT count(*) FROM (SELECT tenant, min(position - length(movements) / 16 + 1) AS low, \
         max(position) AS high, sum(length(movements) / 16) AS n FROM feed GROUP BY tenant) f \
         LEFT JOIN feed_forgotten g ON g.tenant = f.tenant \
         LEFT JOIN tenant_feed t ON t.tenant = f.tenant WHERE CASE WHEN g.entries IS NULL \
         THEN low <> 1 OR high <> n ELSE low < 1 OR n + g.entries IS NOT t.position END",
    ),
    (
        "runs of the feed that are cut, too long, or reach into another",
        "SELECT count(*) FROM (SELECT length(movements) AS bytes, \
         position - length(movements) / 16 AS before, \
         lag(position) OVER (PARTITION BY tenant ORDER BY position) AS last FROM feed) \
         WHERE bytes = 0 OR bytes % 16 <> 0 OR bytes > 16 * 64 OR before < last",
    ),
    (
        "tenants whose recorded last feed position is not the last",
        "SELECT count(*) FROM (SELECT tenant, max(position) AS last FROM feed GROUP BY tenant) f \
         FULL JOIN tenant_feed t ON t.tenant = f.tenant WHERE f.last IS NOT t.position \
         AND (t.position IS NULL OR f.last > t.position OR NOT EXISTS \
         (SELECT 1 FROM feed_forgotten g WHERE g.tenant = t.tenant))",
    ),
    (
        "movements that the feed never announced",
        "SELECT count(*) FROM (SELECT tenant, id FROM movement WHERE booked_on >= \
         coalesce((SELECT kept_from FROM retention), booked_on) \
         EXCEPT SELECT tenant, movement FROM feed_entry WHERE change = 1)",
    ),
    (
        "feed entries without their movement",
        "SELECT count(*) FROM feed_entry f WHERE NOT EXISTS (SELECT 1 FROM movement m \
         WHERE m.tenant = f.tenant AND m.id = f.movement AND m.account = f.account)",
    ),
    (
        "movements that are not listed by their day, and not left out either",
        "SELECT count(*) FROM movement m WHERE NOT EXISTS (SELECT 1 FROM movement_day d \
         WHERE d.tenant = m.tenant AND d.booked_on = m.booked_on AND d.id = m.id \
         AND d.account = m.account) AND NOT EXISTS (SELECT 1 FROM unlisted u \
         WHERE u.tenant = m.tenant AND u.account = m.account)",
    ),
    (
        "movements listed by a day that are not there, or are left out",
        "SELECT count(*) FROM movement_day d WHERE NOT EXISTS (SELECT 1 FROM movement m \
         WHERE m.tenant = d.tenant AND m.account = d.account AND m.booked_on = d.booked_on \
         AND m.id = d.id) OR EXISTS (SELECT 1 FROM unlisted u \
         WHERE u.tenant = d.tenant AND u.account = d.account)",
    ),
    (
        "accounts left out by day whose number of movements is not as recorded",
        "SELECT count(*) FROM unlisted u WHERE u.movements <> (SELECT count(*) FROM movement m \
         WHERE m.tenant = u.tenant AND m.account = u.account)",
    ),
    (
        "movements without a source",
        "SELECT count(*) FROM movement m WHERE NOT EXISTS (SELECT 1 FROM source s \
         WHERE s.tenant = m.tenant AND s.movement = m.id) AND NOT (substr(m.body, 2, 1) = x'03' AND EXISTS \
         (SELECT 1 FROM alias a WHERE a.tenant = m.tenant AND a.alias = m.id))",
    ),
    (
        "sources without their movement",
        "SELECT count(*) FROM source s WHERE NOT EXISTS (SELECT 1 FROM movement m \
         WHERE m.tenant = s.tenant AND m.id = s.movement)",
    ),
    (
        "link secrets without their link or mandate, or of a link that ended",
        "SELECT count(*) FROM link_secret s WHERE NOT EXISTS (SELECT 1 FROM link l \
         WHERE l.tenant = s.tenant AND l.id = s.link AND l.state = 'active') OR NOT EXISTS \
         (SELECT 1 FROM consent c WHERE c.tenant = s.tenant AND c.id = s.mandate)",
    ),
    (
        "imports that sources name and that are not there",
        "SELECT count(*) FROM (SELECT DISTINCT tenant, import FROM source) s WHERE NOT EXISTS \
         (SELECT 1 FROM import i WHERE i.tenant = s.tenant AND i.id = s.import)",
    ),
    (
        "sightings whose account, consent or import is not there",
        "SELECT count(*) FROM sighting s WHERE NOT EXISTS (SELECT 1 FROM account a \
         WHERE a.tenant = s.tenant AND a.id = s.account) OR NOT EXISTS (SELECT 1 FROM consent c \
         WHERE c.tenant = s.tenant AND c.id = s.consent) OR NOT EXISTS (SELECT 1 FROM import i \
         WHERE i.tenant = s.tenant AND i.id = s.import)",
    ),
    (
        "accounts that movements name and that are not there",
        "SELECT count(*) FROM (SELECT DISTINCT tenant, account FROM movement) m WHERE NOT EXISTS \
         (SELECT 1 FROM account a WHERE a.tenant = m.tenant AND a.id = m.account)",
    ),
    (
        "consent sets that movements or accounts name and that are not there",
        "SELECT count(*) FROM (SELECT tenant, substr(body, 3, 16) AS consents FROM movement \
         UNION SELECT tenant, consents FROM account) m WHERE NOT EXISTS \
         (SELECT 1 FROM consent_set s WHERE s.tenant = m.tenant AND s.id = m.consents)",
    ),
    (
        "consent sets whose consent or rest is not there",
        "SELECT count(*) FROM consent_set s WHERE NOT EXISTS (SELECT 1 FROM consent c \
         WHERE c.tenant = s.tenant AND c.id = s.consent) OR (s.rest IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM consent_set r WHERE r.tenant = s.tenant AND r.id = s.rest))",
    ),
    (
        "consents whose link is not there",
        "SELECT count(*) FROM consent c WHERE NOT EXISTS (SELECT 1 FROM link l \
         WHERE l.tenant = c.tenant AND l.id = c.link)",
    ),
    (
        "tenants whose number of open jobs is not as recorded",
        "SELECT count(*) FROM (SELECT queue, tenant, count(*) AS n FROM job WHERE state IN (1, 2) \
         GROUP BY queue, tenant) j FULL JOIN job_turn t ON t.queue = j.queue \
         AND t.tenant = j.tenant WHERE coalesce(j.n, 0) IS NOT t.open",
    ),
    (
        "messages without their job, or jobs without their message",
        "SELECT count(*) FROM (SELECT tenant, id FROM job WHERE queue = 2) j FULL JOIN message m \
         ON m.tenant = j.tenant AND m.id = j.id WHERE j.id IS NULL OR m.id IS NULL",
    ),
    (
        "accounts, imports or credentials of a tenant that is not there",
        "SELECT count(*) FROM (SELECT tenant FROM account UNION ALL SELECT tenant FROM import \
         UNION ALL SELECT tenant FROM credential) WHERE tenant NOT IN (SELECT id FROM tenant)",
    ),
];

impl SqliteStore {
    /// Checks the file, what rows promise each other, every tenant's audit chain, and which sealed
    /// sources are there, all on one state of the store. Blocks, reads everything, and does not stop anybody from writing.
    pub fn check(&self) -> Result<Report, StoreError> {
        let connection = self.open_reader()?;
        let present = Present::list(self.folder())?;
        snapshot(&connection, || {
            let named = named(&connection)?;
            let absent = count_absent(self.folder(), &named)?;
            let leftovers = present.leftovers(&named);
            Ok(Report { absent, leftovers, ..check_database(&connection)? })
        })
    }
}

fn check_database(connection: &Connection) -> Result<Report, StoreError> {
    migrate::version(connection)?;
    let mut report = Report {
        problems: check_file(connection)?,
        tenants: count(connection, "SELECT count(*) FROM tenant")?,
        movements: count(connection, "SELECT count(*) FROM movement")?,
        sources: count(connection, "SELECT count(*) FROM source")?,
        feed: count(connection, "SELECT coalesce(sum(length(movements) / 16), 0) FROM feed")?,
        audit: count(connection, "SELECT count(*) FROM audit")?,
        ..Report::default()
    };
    for (sentence, query) in RULES {
        let found = count(connection, query)?;
        if found > 0 {
            report.problems.push(format!("{found} {sentence}"));
        }
    }
    let damaged = damaged_movements(connection)?;
    if damaged > 0 {
        report.problems.push(format!("{damaged} movements that cannot be read"));
    }
    check_audit(connection, &mut report.problems)?;
    Ok(report)
}

/// Movements whose body is not one: SQLite sees bytes, and finds nothing wrong with them.
fn damaged_movements(connection: &Connection) -> Result<u64, StoreError> {
    let mut damaged = 0;
    each(connection, EVERY_MOVEMENT, [], |columns| {
        damaged += u64::from(read_movement(columns).is_err());
        Ok(true)
    })?;
    Ok(damaged)
}

/// What SQLite itself finds: damaged pages, and indexes that do not agree with their tables.
fn check_file(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut problems = Vec::new();
    each(connection, "PRAGMA integrity_check", [], |columns| {
        let said = columns.text()?;
        if said != "ok" && problems.len() < MAX_LISTED {
            problems.push(said.to_owned());
        }
        Ok(true)
    })?;
    Ok(problems)
}

fn check_audit(connection: &Connection, problems: &mut Vec<String>) -> Result<(), StoreError> {
    const TENANTS: &str = "SELECT tenant FROM tenant_audit UNION SELECT tenant FROM audit";
    let mut tenants: Vec<TenantId> = Vec::new();
    each(connection, TENANTS, [], |columns| {
        tenants.push(columns.id()?);
        Ok(true)
    })?;
    for tenant in tenants {
        problems.extend(broken_chain(connection, tenant)?);
    }
    Ok(())
}

/// Why a tenant's chain does not hold, if so.
fn broken_chain(connection: &Connection, tenant: TenantId) -> Result<Option<String>, StoreError> {
    const CHAIN: &str =
        "SELECT sequence, at, body, hash FROM audit WHERE tenant = ?1 ORDER BY sequence";
    let mut verifier = Verifier::from_genesis(tenant);
    let mut broken = None;
    each(connection, CHAIN, params![tenant.as_bytes()], |columns| {
        let row = read_entry(columns)?;
        let entry = Entry { sequence: row.sequence, at: row.at, body: row.body, hash: row.hash };
        broken = verifier.take(&entry).err();
        Ok(broken.is_none())
    })?;
    let end = head(connection, tenant)?.unwrap_or_else(|| ChainHead::start(tenant));
    let broken = broken.or_else(|| verifier.finish(&end).err());
    Ok(broken.map(|broken| format!("the audit trail of {tenant}: {broken}")))
}

/// The one number that a query gives.
pub fn count(connection: &Connection, query: &'static str) -> Result<u64, StoreError> {
    let counted = first(connection, query, [], |columns: &mut Columns<'_>| columns.number())?;
    counted.ok_or_else(crate::columns::damaged)
}
