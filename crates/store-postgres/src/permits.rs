//! Which consents hold, decided anew for every request.

use std::collections::{HashMap, HashSet};

use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentSetId, TenantId};
use cartola_store::StoreError;

use crate::columns::Columns;
use crate::rows::each;
use crate::session::Session;
use crate::value::{Value, values};

/// A set of that id, and whether its consent holds and is about accounts.
macro_rules! step {
    ($id:literal) => {
        concat!(
            "SELECT s.id, s.rest, coalesce(c.state = 1 AND (c.ended_at IS NULL OR c.ended_at > $3) \
             AND (c.data IS NULL OR 'movements' = ANY (string_to_array(c.data, ','))), false) AS holds \
             FROM (SELECT id, consent, rest FROM consent_set WHERE tenant = $1 AND id = ",
            $id,
            " LIMIT 1) s LEFT JOIN LATERAL (SELECT state, ended_at, data FROM consent \
             WHERE tenant = $1 AND id = s.consent LIMIT 1) c ON true"
        )
    };
}

/// Walks the lists of several sets together, each to its first consent that holds and is about accounts
/// ([`cartola_model::ConsentData::ACCOUNTS`]), or to its end.
/// `UNION` meets each set once, so that a list that damage has bent into a ring ends too.
/// Sets and consents are looked up one by one: joined, all that the tenant has may be walked for each.
pub const WALK: &str = concat!(
    "WITH RECURSIVE walk (id, rest, holds) AS (SELECT s.* FROM unnest($2::uuid[]) AS asked (id) \
     CROSS JOIN LATERAL (",
    step!("asked.id"),
    ") s UNION SELECT s.* FROM walk w CROSS JOIN LATERAL (",
    step!("w.rest"),
    ") s WHERE NOT w.holds) SELECT id, rest, holds FROM walk"
);

/// What holds for one tenant at one instant. Lives as long as one request: rows of a page share few
/// sets, so that each is looked up once, and nothing is remembered for the next request.
pub struct Permits {
    tenant: TenantId,
    now: Timestamp,
    seen: HashMap<ConsentSetId, bool>,
}

impl Permits {
    /// Nothing is known yet.
    pub fn new(tenant: TenantId, now: Timestamp) -> Self {
        Self { tenant, now, seen: HashMap::new() }
    }

    /// The values of [`WALK`] for these sets.
    pub fn values(
        tenant: TenantId,
        sets: impl IntoIterator<Item = ConsentSetId>,
        now: Timestamp,
    ) -> Vec<Value> {
        let sets: HashSet<ConsentSetId> = sets.into_iter().collect();
        values![&tenant, Value::ids(&sets), now]
    }

    /// Looks up those of the sets that were not seen yet, in one round trip.
    pub async fn look_up(
        &mut self,
        session: &Session,
        sets: impl IntoIterator<Item = ConsentSetId>,
    ) -> Result<(), StoreError> {
        let new: Vec<ConsentSetId> =
            sets.into_iter().filter(|set| !self.seen.contains_key(set)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let values = Self::values(self.tenant, new.iter().copied(), self.now);
        let steps = each(&session.rows(WALK, &values).await?, read_step)?;
        self.learn(&new, &steps.into_iter().collect());
        Ok(())
    }

    /// Whether any consent of a set that was looked up holds. One that is not there allows nothing.
    pub fn set_holds(&self, set: ConsentSetId) -> bool {
        self.seen.get(&set).copied().unwrap_or(false)
    }

    fn learn(&mut self, sets: &[ConsentSetId], steps: &HashMap<ConsentSetId, Step>) {
        for &set in sets {
            let holds = self.walk(set, steps);
            self.seen.insert(set, holds);
        }
    }

    /// Follows one list. All sets on the way share the answer.
    fn walk(&mut self, set: ConsentSetId, steps: &HashMap<ConsentSetId, Step>) -> bool {
        let mut passed = Vec::new();
        let mut next = Some(set);
        let mut holds = false;
        while let Some(set) = next {
            if let Some(&known) = self.seen.get(&set) {
                holds = known;
                break;
            }
            // Entered before the answer is known, so that a ring ends here.
            self.seen.insert(set, false);
            passed.push(set);
            let Some(step) = steps.get(&set) else { break };
            holds = step.holds;
            next = if holds { None } else { step.rest };
        }
        if holds {
            self.seen.extend(passed.into_iter().map(|set| (set, true)));
        }
        holds
    }
}

struct Step {
    rest: Option<ConsentSetId>,
    holds: bool,
}

fn read_step(columns: &mut Columns<'_>) -> Result<(ConsentSetId, Step), StoreError> {
    Ok((columns.id()?, Step { rest: columns.optional_id()?, holds: columns.flag()? }))
}

/// Those of the sets that hold, of the rows of [`WALK`].
pub fn holding(
    tenant: TenantId,
    sets: Vec<ConsentSetId>,
    now: Timestamp,
    rows: &[tokio_postgres::Row],
) -> Result<HashSet<ConsentSetId>, StoreError> {
    let mut permits = Permits::new(tenant, now);
    permits.learn(&sets, &each(rows, read_step)?.into_iter().collect());
    Ok(sets.into_iter().filter(|set| permits.set_holds(*set)).collect())
}
