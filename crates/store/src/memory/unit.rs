//! Applying one unit of work to a copy of its tenant's records.

use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;

use super::records::Records;
use super::{
    State, accounts, answers, asking, audit, consents, imports, jobs, movements, outbox, people,
    tenancy, vault,
};
use crate::work::MAX_ROWS_PER_UNIT;
use crate::{Command, Receipt, StoreError, StoreErrorKind, UnitOfWork};

/// A unit on its way.
pub struct Unit<'a> {
    /// The installation as it stands, for what is unique across tenants.
    pub state: &'a State,
    pub tenant: TenantId,
    pub at: Timestamp,
    pub records: Records,
    pub receipt: Receipt,
}

impl<'a> Unit<'a> {
    /// The tenant's records after the whole unit.
    pub fn apply(state: &'a State, work: UnitOfWork) -> Result<(Records, Receipt), StoreError> {
        check_size(&work)?;
        let records = state.tenants.get(&work.tenant).map(|known| Records::clone(known));
        let mut unit = Self {
            state,
            tenant: work.tenant,
            at: work.at,
            records: records.unwrap_or_default(),
            receipt: Receipt::default(),
        };
        for command in work.commands {
            unit.apply_one(command)?;
        }
        if unit.records.tenant.is_none() {
            return Err(StoreError::new(StoreErrorKind::Misuse, "the tenant was never added"));
        }
        Ok((unit.records, unit.receipt))
    }

    fn apply_one(&mut self, command: Command) -> Result<(), StoreError> {
        let records = &mut self.records;
        match command {
            Command::AddTenant(row) => tenancy::add_tenant(self, row),
            Command::AddCredential(row) => tenancy::add_credential(records, row),
            Command::RevokeCredential(id) => tenancy::revoke_credential(records, id, self.at),
            Command::AddDataKey(row) => vault::add_data_key(records, row),
            Command::AddPerson(row) => people::add_person(records, row),
            Command::AddLink(row) => people::add_link(records, row),
            Command::KeepLinkSecret(row) => {
                people::keep_link_secret(records, row);
                Ok(())
            }
            Command::DestroyLinkSecret(link) => people::destroy_link_secret(records, link),
            Command::ChangeLink { id, expected, state } => {
                people::change_link(records, id, expected, state)
            }
            Command::AddConsent(row) => consents::add_consent(records, row),
            Command::ChangeConsent { id, expected, state } => {
                consents::change_consent(records, id, expected, state)
            }
            Command::ExpectConsent { id, expected } => {
                consents::expect_consent(records, id, expected)
            }
            Command::AddConsentSets(rows) => consents::add_sets(records, rows),
            Command::AddAccount(row) => accounts::add_account(records, row),
            Command::ClaimAccount { id, expected, consents } => {
                accounts::claim_account(records, id, expected, consents)
            }
            Command::AddMovements(rows) => movements::add_movements(self, rows),
            Command::ChangeMovements(changes) => movements::change_movements(self, changes),
            Command::AddSources(rows) => movements::add_sources(records, rows),
            Command::MoveSource { id, from, to } => movements::move_source(records, id, from, to),
            Command::AddAlias(row) => movements::add_alias(records, row),
            Command::AddBalances(rows) => {
                accounts::add_balances(records, rows);
                Ok(())
            }
            Command::AddImport(row) => imports::add_import(records, row),
            Command::KeepSighting(row) => {
                imports::keep_sighting(records, row);
                Ok(())
            }
            Command::FeedAccount { link, account } => {
                accounts::feed_account(records, link, account);
                Ok(())
            }
            Command::KeepReading(row) => {
                asking::keep_reading(records, row);
                Ok(())
            }
            Command::KeepSignIns(row) => asking::keep_sign_ins(records, row),
            Command::Audit(event) => audit::append(self, &event),
            Command::EnqueueJob(order) => jobs::enqueue(self, order),
            Command::EndJob { id, lease, end } => jobs::end(self, id, lease, end),
            Command::AddMessage(order) => outbox::add_message(self, order),
            Command::EndDelivery { id, lease, attempt, end } => {
                outbox::end_delivery(self, id, lease, attempt, end)
            }
            Command::ReplayMessage(id) => outbox::replay(self, id),
            Command::AllowDestination(destination) => outbox::allow(records, &destination),
            Command::RecordAnswer(row) => answers::record_answer(records, row, self.at),
        }
    }
}

fn check_size(work: &UnitOfWork) -> Result<(), StoreError> {
    let rows: usize = work.commands.iter().map(rows_of).sum();
    if rows > MAX_ROWS_PER_UNIT {
        let context = format!("a unit of {rows} rows; at most {MAX_ROWS_PER_UNIT} are taken");
        return Err(StoreError::new(StoreErrorKind::Misuse, context));
    }
    Ok(())
}

fn rows_of(command: &Command) -> usize {
    match command {
        Command::AddConsentSets(rows) => rows.len(),
        Command::AddMovements(rows) => rows.len(),
        Command::ChangeMovements(changes) => changes.len(),
        Command::AddSources(rows) => rows.len(),
        Command::AddBalances(rows) => rows.len(),
        _ => 1,
    }
}
