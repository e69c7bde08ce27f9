//! Whether everything that must hold does: for tests that kill the server, and for an operator who
//! wants to know.
//!
//! Each tenant is checked on one state of its rows, in the role that serves. Whether pages and indexes
//! are whole is PostgreSQL's to say (`pg_amcheck`).

use cartola_crypto::{Entry, Verifier};
use cartola_primitives::id::TenantId;
use cartola_store::audit::AuditRow;
use cartola_store::{StoreError, Tenancy};

use crate::PostgresStore;
use crate::audit::read_entry;
use crate::columns::Columns;
use crate::head;
use crate::movements::{NEXT_MOVEMENTS, read_stored_movement};
use crate::rows::{each, first, only};
use crate::session::Session;
use crate::value::{Value, values};

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
    /// Sealed sources that imports or records name and that are not there, and so cannot be read
    /// again.
    pub absent: u64,
    /// Sealed sources that nothing names: harmless, and an import that is under way looks the same.
    pub orphans: u64,
}

impl Report {
    /// Whether what the store promises holds. Sealed sources that are absent are no broken promise
    /// of its own.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Whole tables are read here, for as long as that takes.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
    SET LOCAL statement_timeout = 0; SET LOCAL enable_seqscan = on; \
    SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on";

const COUNTS: &str = "SELECT (SELECT count(*) FROM movement WHERE tenant = $1), \
    (SELECT count(*) FROM source WHERE tenant = $1), \
    (SELECT count(*) FROM feed WHERE tenant = $1), \
    (SELECT count(*) FROM audit WHERE tenant = $1), \
    (SELECT count(*) FROM (SELECT archive FROM import WHERE tenant = $1 \
    AND archive <> '00000000-0000-0000-0000-000000000000' \
    UNION SELECT archive FROM record WHERE tenant = $1) n \
    WHERE NOT EXISTS (SELECT 1 FROM archive a WHERE a.tenant = $1 AND a.id = n.archive)), \
    (SELECT count(*) FROM archive a WHERE a.tenant = $1 \
    AND NOT EXISTS (SELECT 1 FROM import i WHERE i.tenant = $1 AND i.archive = a.id) \
    AND NOT EXISTS (SELECT 1 FROM record r WHERE r.tenant = $1 AND r.archive = a.id))";

/// What must hold: a sentence that says what does not, and a query that counts where.
const RULES: &[(&str, &str)] = &[
    (
        "holes in the feed, or a recorded last position that is not the last",
        "SELECT count(*) FROM (SELECT coalesce(min(position), 1) AS low, \
         coalesce(max(position), 0) AS high, count(*) AS n FROM feed WHERE tenant = $1) f, \
         tenant_head h LEFT JOIN feed_forgotten g ON g.tenant = h.tenant WHERE h.tenant = $1 \
         AND CASE WHEN g.entries IS NULL THEN low <> 1 OR high <> n OR high <> feed_position \
         ELSE low < 1 OR high > feed_position OR n + g.entries <> feed_position END",
    ),
    (
        "movements that the feed never announced",
        "SELECT count(*) FROM (SELECT id FROM movement_key WHERE tenant = $1 \
         AND booked_on >= coalesce((SELECT kept_from FROM retention), booked_on) \
         EXCEPT SELECT movement FROM feed WHERE tenant = $1 AND change = 1) m",
    ),
    (
        "feed entries without their movement",
        "SELECT count(*) FROM feed f WHERE tenant = $1 AND NOT EXISTS \
         (SELECT 1 FROM movement_key k WHERE k.tenant = $1 AND k.id = f.movement)",
    ),
    (
        // The version is four bytes of the body, the lowest first.
        "movements that lie elsewhere, or have another version, than their key says",
        "SELECT count(*) FROM (SELECT id, account, booked_on, get_byte(body, 18)::bigint \
         + (get_byte(body, 19)::bigint << 8) + (get_byte(body, 20)::bigint << 16) \
         + (get_byte(body, 21)::bigint << 24) AS version FROM movement WHERE tenant = $1 \
         AND booked_on >= coalesce((SELECT kept_from FROM retention), booked_on)) m \
         FULL JOIN (SELECT * FROM movement_key WHERE tenant = $1 \
         AND booked_on >= coalesce((SELECT kept_from FROM retention), booked_on)) k ON k.id = m.id \
         WHERE (m.account, m.booked_on, m.version) \
         IS DISTINCT FROM (k.account, k.booked_on, k.version)",
    ),
    (
        "movements without a source",
        "SELECT count(*) FROM movement m WHERE tenant = $1 \
         AND booked_on >= coalesce((SELECT kept_from FROM retention), booked_on) \
         AND NOT EXISTS (SELECT 1 FROM source s \
         WHERE s.tenant = $1 AND s.movement = m.id) AND NOT (get_byte(m.body, 1) = 3 AND EXISTS \
         (SELECT 1 FROM alias a WHERE a.tenant = $1 AND a.alias = m.id))",
    ),
    (
        "sources without their movement",
        "SELECT count(*) FROM source s WHERE tenant = $1 AND NOT EXISTS \
         (SELECT 1 FROM movement_key k WHERE k.tenant = $1 AND k.id = s.movement)",
    ),
    (
        "link secrets without their link or mandate, or of a link that ended",
        "SELECT count(*) FROM link_secret s WHERE tenant = $1 AND (NOT EXISTS (SELECT 1 FROM link l \
         WHERE l.tenant = $1 AND l.id = s.link AND l.state = 'active') OR NOT EXISTS \
         (SELECT 1 FROM consent c WHERE c.tenant = $1 AND c.id = s.mandate))",
    ),
    (
        "imports that sources name and that are not there",
        "SELECT count(*) FROM (SELECT DISTINCT import FROM source WHERE tenant = $1) s \
         WHERE NOT EXISTS (SELECT 1 FROM import i WHERE i.tenant = $1 AND i.id = s.import)",
    ),
    (
        "sightings whose account, consent or import is not there",
        "SELECT count(*) FROM sighting s WHERE tenant = $1 AND (NOT EXISTS (SELECT 1 FROM account a \
         WHERE a.tenant = $1 AND a.id = s.account) OR NOT EXISTS (SELECT 1 FROM consent c \
         WHERE c.tenant = $1 AND c.id = s.consent) OR NOT EXISTS (SELECT 1 FROM import i \
         WHERE i.tenant = $1 AND i.id = s.import))",
    ),
    (
        "accounts that movements name and that are not there",
        "SELECT count(*) FROM (SELECT DISTINCT account FROM movement_key WHERE tenant = $1) m \
         WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.tenant = $1 AND a.id = m.account)",
    ),
    (
        "consent sets that movements or accounts name and that are not there",
        "SELECT count(*) FROM (SELECT encode(substr(body, 3, 16), 'hex')::uuid AS consents \
         FROM movement WHERE tenant = $1 UNION SELECT consents FROM account WHERE tenant = $1) m \
         WHERE NOT EXISTS (SELECT 1 FROM consent_set s WHERE s.tenant = $1 AND s.id = m.consents)",
    ),
    (
        "consent sets whose consent or rest is not there",
        "SELECT count(*) FROM consent_set s WHERE tenant = $1 AND (NOT EXISTS (SELECT 1 \
         FROM consent c WHERE c.tenant = $1 AND c.id = s.consent) OR (s.rest IS NOT NULL AND \
         NOT EXISTS (SELECT 1 FROM consent_set r WHERE r.tenant = $1 AND r.id = s.rest)))",
    ),
    (
        "consents whose link is not there",
        "SELECT count(*) FROM consent c WHERE tenant = $1 AND NOT EXISTS (SELECT 1 FROM link l \
         WHERE l.tenant = $1 AND l.id = c.link)",
    ),
    (
        "queues whose number of open jobs is not as recorded",
        "SELECT count(*) FROM (SELECT queue, sum(open) AS open FROM job_open WHERE tenant = $1 \
         GROUP BY queue) o WHERE o.open <> (SELECT count(*) FROM job j \
         WHERE j.tenant = $1 AND j.queue = o.queue AND j.state IN (1, 2))",
    ),
    (
        "messages without their job, or jobs without their message",
        "SELECT count(*) FROM (SELECT id FROM job WHERE tenant = $1 AND queue = 2) j FULL JOIN \
         (SELECT id FROM message WHERE tenant = $1) m ON m.id = j.id \
         WHERE j.id IS NULL OR m.id IS NULL",
    ),
];

/// Movements that are opened together.
const CHUNK: u64 = 5_000;

const ENTRIES: &str = "SELECT sequence, at, body, hash FROM audit \
    WHERE tenant = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";

impl PostgresStore {
    /// Checks what rows promise each other, every tenant's audit chain, and which sealed sources are
    /// there. Reads everything, and stops nobody from writing.
    pub async fn check(&self) -> Result<Report, StoreError> {
        let mut report = Report::default();
        for tenant in self.tenants().await? {
            report.tenants += 1;
            self.check_tenant(tenant.id, &mut report).await?;
        }
        Ok(report)
    }

    async fn check_tenant(&self, tenant: TenantId, report: &mut Report) -> Result<(), StoreError> {
        let mut session = self.connect().await?;
        let counts = session.begin(BEGIN, tenant, COUNTS, &values![&tenant]).await?;
        only(&counts, |columns| add_counts(columns, report))?;
        let mut problems = Vec::new();
        for (sentence, query) in RULES {
            let rows = session.rows(query, &values![&tenant]).await?;
            let found: u64 = only(&rows, |columns: &mut Columns<'_>| columns.number())?;
            problems.extend((found > 0).then(|| format!("{found} {sentence}")));
        }
        let damaged = damaged_movements(&session, tenant).await?;
        if damaged > 0 {
            problems.push(format!("{damaged} movements that cannot be read"));
        }
        problems.extend(broken_chain(&session, tenant).await?);
        session.end_reading();
        let of_tenant = problems.into_iter().map(|problem| format!("{tenant}: {problem}"));
        report.problems.extend(of_tenant);
        Ok(())
    }
}

fn add_counts(columns: &mut Columns<'_>, report: &mut Report) -> Result<(), StoreError> {
    let Report { movements, sources, feed, audit, absent, orphans, .. } = report;
    for count in [movements, sources, feed, audit, absent, orphans] {
        *count += columns.number::<u64>()?;
    }
    Ok(())
}

/// Movements whose body is not one: PostgreSQL sees bytes, and finds nothing wrong with them.
async fn damaged_movements(session: &Session, tenant: TenantId) -> Result<u64, StoreError> {
    let mut damaged = 0;
    let mut after = values![i32::MIN, Value::Id([u8::MAX; 16])];
    loop {
        let mut values = values![&tenant];
        values.extend(after);
        values.extend(values![i32::MAX, CHUNK]);
        let rows = session.rows(NEXT_MOVEMENTS, &values).await?;
        let keys = each(&rows, |columns| {
            let (day, id, readable) = read_stored_movement(columns)?;
            damaged += u64::from(!readable);
            Ok(values![day, &id])
        })?;
        match keys.into_iter().next_back() {
            Some(last) if rows.len() as u64 == CHUNK => after = last,
            _ => return Ok(damaged),
        }
    }
}

/// Why a tenant's audit chain does not hold, if so.
async fn broken_chain(session: &Session, tenant: TenantId) -> Result<Option<String>, StoreError> {
    let mut verifier = Verifier::from_genesis(tenant);
    let mut after = 0;
    loop {
        let rows = session.rows(ENTRIES, &values![&tenant, after, CHUNK]).await?;
        for row in each(&rows, read_entry)? {
            let AuditRow { sequence, at, body, hash } = row;
            after = sequence;
            if let Err(broken) = verifier.take(&Entry { sequence, at, body, hash }) {
                return Ok(Some(format!("the audit trail: {broken}")));
            }
        }
        if (rows.len() as u64) < CHUNK {
            break;
        }
    }
    let end = session.rows(head::LOOK, &values![&tenant]).await?;
    let end = first(&end, |columns| head::read(tenant, columns))?;
    let end = end.unwrap_or_else(|| head::Head::start(tenant));
    Ok(verifier.finish(&end.audit).err().map(|broken| format!("the audit trail: {broken}")))
}
