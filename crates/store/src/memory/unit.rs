//! Applying one unit of work to a copy of its tenant's tables.

use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;

use super::tables::Tables;
use super::{
    State, accounts, answers, asking, audit, authorizations, checkouts, consents, imports,
    instructions, jobs, matters, movements, outbox, payments, payouts, people, records, subjects,
    tasks, tenancy, vault,
};
use crate::work::MAX_ROWS_PER_UNIT;
use crate::{Command, Receipt, StoreError, StoreErrorKind, UnitOfWork};

/// A unit on its way.
pub struct Unit<'a> {
    /// The installation as it stands, for what is unique across tenants.
    pub state: &'a State,
    pub tenant: TenantId,
    pub at: Timestamp,
    pub tables: Tables,
    pub receipt: Receipt,
}

impl<'a> Unit<'a> {
    /// The tenant's tables after the whole unit.
    pub fn apply(state: &'a State, work: UnitOfWork) -> Result<(Tables, Receipt), StoreError> {
        check_size(&work)?;
        let tables = state.tenants.get(&work.tenant).map(|known| Tables::clone(known));
        let mut unit = Self {
            state,
            tenant: work.tenant,
            at: work.at,
            tables: tables.unwrap_or_default(),
            receipt: Receipt::default(),
        };
        for command in work.commands {
            unit.apply_one(command)?;
        }
        if unit.tables.tenant.is_none() {
            return Err(StoreError::new(StoreErrorKind::Misuse, "the tenant was never added"));
        }
        Ok((unit.tables, unit.receipt))
    }

    fn apply_one(&mut self, command: Command) -> Result<(), StoreError> {
        let tables = &mut self.tables;
        match command {
            Command::AddTenant(row) => tenancy::add_tenant(self, row),
            Command::AddCredential(row) => tenancy::add_credential(tables, row),
            Command::RevokeCredential(id) => tenancy::end_credential(tables, id, self.at),
            Command::EndSessions => {
                tenancy::end_sessions(tables, self.at);
                Ok(())
            }
            Command::EndCredential { id, at } => tenancy::end_credential(tables, id, at),
            Command::RenewCredential { id, expected, digest, until } => {
                tenancy::renew_credential(tables, (id, self.at), &expected, (digest, until))
            }
            Command::AddDataKey(row) => vault::add_data_key(self, row),
            Command::AddPerson(row) => people::add_person(tables, row),
            Command::ExpectPerson { id, expected } => people::expect_person(tables, id, expected),
            Command::ExpectNobody(lookup) => people::expect_nobody(tables, &lookup),
            Command::ClaimPerson(claim) => subjects::claim(tables, &claim),
            Command::AddLink(row) => people::add_link(tables, row),
            Command::KeepLinkSecret(row) => {
                people::keep_link_secret(tables, row);
                Ok(())
            }
            Command::DestroyLinkSecret(link) => people::destroy_link_secret(tables, link),
            Command::ChangeLink { id, expected, state } => {
                people::change_link(tables, id, expected, state)
            }
            Command::AddConsent(row) => consents::add_consent(tables, row),
            Command::ChangeConsent { id, expected, state } => {
                consents::change_consent(tables, id, expected, state)
            }
            Command::NarrowConsent { id, expected, data } => {
                consents::narrow_consent(tables, id, expected, data)
            }
            Command::ExpectConsent { id, expected } => {
                consents::expect_consent(tables, id, expected)
            }
            Command::AddConsentSets(rows) => consents::add_sets(tables, rows),
            Command::AddAccount(row) => accounts::add_account(tables, row),
            Command::ClaimAccount { id, expected, consents } => {
                accounts::claim_account(tables, id, expected, consents)
            }
            Command::AddMovements(rows) => movements::add_movements(self, rows),
            Command::ChangeMovements(changes) => movements::change_movements(self, changes),
            Command::AddSources(rows) => movements::add_sources(tables, rows),
            Command::MoveSource { id, from, to } => movements::move_source(tables, id, from, to),
            Command::AddAlias(row) => movements::add_alias(tables, row),
            Command::AddBalances(rows) => {
                accounts::add_balances(tables, rows);
                Ok(())
            }
            Command::AddImport(row) => imports::add_import(tables, row),
            Command::KeepSighting(row) => {
                imports::keep_sighting(tables, row);
                Ok(())
            }
            Command::FeedAccount { link, account } => {
                accounts::feed_account(tables, link, account);
                Ok(())
            }
            Command::ListAccounts { link, accounts } => {
                accounts::list_accounts(tables, link, accounts);
                Ok(())
            }
            effect => self.apply_effect(effect),
        }
    }

    /// What is to be done, to be told, or was: the other half of the commands.
    fn apply_effect(&mut self, command: Command) -> Result<(), StoreError> {
        let tables = &mut self.tables;
        match command {
            Command::KeepReading(row) => {
                asking::keep_reading(tables, row);
                Ok(())
            }
            Command::KeepSignIns(row) => asking::keep_sign_ins(tables, row),
            Command::AddRecord(row) => records::add_record(tables, row),
            Command::ConfirmRecord { id, at } => records::confirm_record(tables, id, at),
            Command::Audit(event) => audit::append(self, &event),
            Command::ExpectBlocked { subject, is_blocked } => {
                matters::expect_blocked(tables, &subject, is_blocked)
            }
            Command::AddMatter(row) => matters::add_matter(tables, *row),
            Command::ChangeMatter(change) => matters::change_matter(tables, *change),
            Command::ForgetPerson(person) => {
                subjects::forget(tables, person);
                Ok(())
            }
            Command::ShredKept { person, until } => {
                subjects::shred_kept(tables, person, until);
                Ok(())
            }
            Command::ShredPerson(person) => {
                subjects::shred(tables, person);
                Ok(())
            }
            Command::AddAnchor(row) => audit::add_anchor(tables, row),
            Command::EnqueueJob(order) => jobs::enqueue(self, order),
            Command::EndJob { id, lease, end } => jobs::end(self, id, lease, end),
            Command::CancelJob { id, expected, failure } => {
                jobs::cancel(self, id, expected, failure)
            }
            Command::CancelJobsUnder { mandate, failure } => {
                jobs::cancel_under(self, mandate, failure)
            }
            Command::AddMessage(order) => outbox::add_message(self, order),
            Command::EndDelivery { id, lease, attempt, end } => {
                outbox::end_delivery(self, id, lease, attempt, end)
            }
            Command::ReplayMessage(id) => outbox::replay(self, id),
            Command::AllowDestination(destination) => outbox::allow(tables, &destination),
            Command::AddTask(row) => tasks::add_task(tables, row),
            Command::EndTask { id, end } => tasks::end_task(tables, id, end),
            Command::AddPayment(row) => payments::add_payment(tables, *row),
            Command::ChangePayment(change) => payments::change_payment(tables, *change),
            Command::AddCheckout(row) => checkouts::add_checkout(tables, *row),
            Command::ChangeCheckout(change) => checkouts::change_checkout(tables, *change),
            Command::AddPayout(row) => payouts::add_payout(tables, *row),
            Command::AddInstruction(row) => instructions::add_instruction(tables, *row),
            Command::ChangeInstruction(change) => instructions::change_instruction(tables, *change),
            Command::AddEnrolment(row) => authorizations::add_enrolment(tables, *row),
            Command::ChangeEnrolment(change) => authorizations::change_enrolment(tables, *change),
            Command::ExpectEnrolment { id, expected } => {
                authorizations::expect_enrolment(tables, id, expected)
            }
            Command::AddAuthorization(row) => authorizations::add_authorization(tables, *row),
            Command::ChangeAuthorization(change) => {
                authorizations::change_authorization(tables, *change)
            }
            Command::KeepPayee(row) => {
                authorizations::keep_payee(tables, row);
                Ok(())
            }
            Command::RecordAnswer(row) => answers::record_answer(tables, row, self.at),
            row => unreachable!("{row:?} is applied where rows are"),
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
