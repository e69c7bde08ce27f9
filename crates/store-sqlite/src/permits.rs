//! Which consents hold, decided anew for every request.

use std::collections::HashMap;

use cartola_model::ConsentData;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, ConsentSetId, TenantId};
use cartola_store::StoreError;
use cartola_store::records::RecordRow;
use rusqlite::{Connection, params};

use crate::columns::Columns;
use crate::consents::{read_data, read_state};
use crate::rows::first;

const OF_SET: &str = "SELECT c.state, c.granted_at, c.ended_at, c.data, s.rest \
    FROM consent_set s CROSS JOIN consent c ON c.tenant = s.tenant AND c.id = s.consent \
    WHERE s.tenant = ?1 AND s.id = ?2";
const OF_CONSENT: &str =
    "SELECT state, granted_at, ended_at, data FROM consent WHERE tenant = ?1 AND id = ?2";

/// What holds for one tenant at one instant. Lives as long as one request: rows of a page share few
/// sets, so that each is looked up once, and nothing is remembered for the next request.
pub struct Permits<'c> {
    connection: &'c Connection,
    tenant: TenantId,
    now: Timestamp,
    /// Neighbouring rows mostly came together.
    last: Option<(ConsentSetId, bool)>,
    seen: HashMap<ConsentSetId, bool>,
}

impl<'c> Permits<'c> {
    /// Nothing is known yet.
    pub fn new(connection: &'c Connection, tenant: TenantId, now: Timestamp) -> Self {
        Self { connection, tenant, now, last: None, seen: HashMap::new() }
    }

    /// Whether any consent of the set holds and is about accounts.
    pub fn set_holds(&mut self, set: ConsentSetId) -> Result<bool, StoreError> {
        if let Some((last, holds)) = self.last
            && last == set
        {
            return Ok(holds);
        }
        let holds = self.walk(set)?;
        self.last = Some((set, holds));
        Ok(holds)
    }

    /// Whether this one consent holds and is about accounts.
    pub fn consent_holds(&self, consent: ConsentId) -> Result<bool, StoreError> {
        self.holds(consent, ConsentData::has_accounts)
    }

    /// Whether the consent of a record holds and is about such records.
    pub fn record_shown(&self, row: &RecordRow) -> Result<bool, StoreError> {
        self.holds(row.consent, |data| ConsentData::has_records(data, row.kind))
    }

    fn holds(
        &self,
        consent: ConsentId,
        is_about: impl Fn(Option<ConsentData>) -> bool,
    ) -> Result<bool, StoreError> {
        let values = params![self.tenant.as_bytes(), consent.as_bytes()];
        let found = first(self.connection, OF_CONSENT, values, |columns: &mut Columns<'_>| {
            let holds = read_state(columns)?.holds(self.now);
            Ok(holds && is_about(read_data(columns.optional_text()?)?))
        })?;
        Ok(found.unwrap_or(false))
    }

    /// Goes through the list from the newest consent until one holds, or one is met whose answer is
    /// known. All sets on the way share the answer. A set that is not there allows nothing.
    fn walk(&mut self, set: ConsentSetId) -> Result<bool, StoreError> {
        let mut passed = Vec::new();
        let mut next = Some(set);
        let mut holds = false;
        while let Some(set) = next {
            if let Some(&known) = self.seen.get(&set) {
                holds = known;
                break;
            }
            // Entered before the answer is known, so that a list that damage has bent into a ring
            // ends here.
            self.seen.insert(set, false);
            passed.push(set);
            let (this_holds, rest) = self.look_at(set)?;
            holds = this_holds;
            next = if holds { None } else { rest };
        }
        if holds {
            self.seen.extend(passed.into_iter().map(|set| (set, true)));
        }
        Ok(holds)
    }

    fn look_at(&self, set: ConsentSetId) -> Result<(bool, Option<ConsentSetId>), StoreError> {
        let values = params![self.tenant.as_bytes(), set.as_bytes()];
        let found = first(self.connection, OF_SET, values, |columns: &mut Columns<'_>| {
            let holds = read_state(columns)?.holds(self.now);
            let data = read_data(columns.optional_text()?)?;
            Ok((holds && ConsentData::has_accounts(data), columns.optional_id()?))
        })?;
        Ok(found.unwrap_or((false, None)))
    }
}
