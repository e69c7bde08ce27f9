//! Applying one unit of work inside a transaction.

use cartola_crypto::ChainHead;
use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;
use cartola_store::work::{Command, MAX_ROWS_PER_UNIT, Receipt};
use cartola_store::{StoreError, StoreErrorKind, UnitOfWork};
use rusqlite::{Connection, Params};

use crate::error::Doing;
use crate::{
    accounts, answers, asking, audit, authorizations, checkouts, consents, imports, instructions,
    jobs, matters, movements, outbox, payments, payouts, people, records, sightings, subjects,
    tasks, tenancy, vault,
};

/// Whose unit is applied, when, and to what.
pub struct Unit<'c> {
    /// Inside a transaction.
    pub connection: &'c Connection,
    /// Whose.
    pub tenant: TenantId,
    /// When it was decided, as exactly as instants are stored: what the audit chain hashes must be
    /// what is read again.
    pub at: Timestamp,
}

impl Unit<'_> {
    /// Runs a prepared statement; gives the number of rows it changed.
    pub fn execute(
        &self,
        doing: &'static str,
        statement: &'static str,
        values: impl Params,
    ) -> Result<usize, StoreError> {
        self.connection
            .prepare_cached(statement)
            .and_then(|mut statement| statement.execute(values))
            .doing(doing)
    }

    /// Runs a statement that changes one row in the version expected, or nothing.
    pub fn change(
        &self,
        doing: &'static str,
        statement: &'static str,
        values: impl Params,
    ) -> Result<(), StoreError> {
        match self.execute(doing, statement, values)? {
            1 => Ok(()),
            _ => Err(StoreError::conflict(doing)),
        }
    }
}

/// Rows that a unit writes, which is what limits are counted in.
pub fn rows(work: &UnitOfWork) -> usize {
    work.commands.iter().map(rows_of).sum()
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

/// Refuses a unit that is larger than any may be.
pub fn check_size(rows: usize) -> Result<(), StoreError> {
    if rows > MAX_ROWS_PER_UNIT {
        let context = format!("a unit of {rows} rows; at most {MAX_ROWS_PER_UNIT} are taken");
        return Err(StoreError::new(StoreErrorKind::Misuse, context));
    }
    Ok(())
}

/// Applies all commands. After an error, what was applied must be rolled back.
pub fn apply(connection: &Connection, work: &UnitOfWork) -> Result<Receipt, StoreError> {
    let at = Timestamp::from_microsecond(work.at.as_microsecond())
        .expect("an instant cut to microseconds stays within the calendar");
    let unit = Unit { connection, tenant: work.tenant, at };
    let mut counters = Counters::default();
    for command in &work.commands {
        apply_one(&unit, command, &mut counters)?;
    }
    tenancy::expect_tenant(&unit)?;
    counters.record(&unit)
}

/// What is read once and written once, however many commands move it.
#[derive(Default)]
struct Counters {
    feed: Option<u64>,
    audit: Option<ChainHead>,
}

impl Counters {
    fn feed(&self, unit: &Unit<'_>) -> Result<u64, StoreError> {
        match self.feed {
            Some(position) => Ok(position),
            None => movements::feed_position(unit.connection, unit.tenant),
        }
    }

    fn audit(&self, unit: &Unit<'_>) -> Result<ChainHead, StoreError> {
        match self.audit {
            Some(head) => Ok(head),
            None => Ok(audit::head(unit.connection, unit.tenant)?
                .unwrap_or_else(|| ChainHead::start(unit.tenant))),
        }
    }

    fn record(self, unit: &Unit<'_>) -> Result<Receipt, StoreError> {
        if let Some(position) = self.feed {
            movements::set_feed_position(unit, position)?;
        }
        if let Some(head) = &self.audit {
            audit::set_head(unit, head)?;
        }
        Ok(Receipt {
            feed_position: self.feed,
            audit_head: self.audit.map(|head| (head.sequence, head.hash)),
        })
    }
}

fn apply_one(
    unit: &Unit<'_>,
    command: &Command,
    counters: &mut Counters,
) -> Result<(), StoreError> {
    match command {
        Command::AddTenant(row) => tenancy::add_tenant(unit, row),
        Command::AddCredential(row) => tenancy::add_credential(unit, row),
        Command::RevokeCredential(id) => tenancy::end_credential(unit, *id, unit.at),
        Command::EndSessions => tenancy::end_sessions(unit),
        Command::EndCredential { id, at } => tenancy::end_credential(unit, *id, *at),
        Command::RenewCredential { id, expected, digest, until } => {
            tenancy::renew_credential(unit, *id, expected, (digest, *until))
        }
        Command::AddDataKey(row) => vault::add_data_key(unit, row),
        Command::AddPerson(row) => people::add_person(unit, row),
        Command::ExpectPerson { id, expected } => people::expect_person(unit, *id, *expected),
        Command::ExpectNobody(lookup) => people::expect_nobody(unit, lookup),
        Command::ExpectBlocked { subject, is_blocked } => {
            matters::expect_blocked(unit, subject, *is_blocked)
        }
        Command::ClaimPerson(claim) => subjects::claim(unit, claim),
        Command::AddLink(row) => people::add_link(unit, row),
        Command::KeepLinkSecret(row) => people::keep_link_secret(unit, row),
        Command::DestroyLinkSecret(link) => people::destroy_link_secret(unit, *link),
        Command::ChangeLink { id, expected, state } => {
            people::change_link(unit, *id, *expected, state)
        }
        Command::AddConsent(row) => consents::add_consent(unit, row),
        Command::ChangeConsent { id, expected, state } => {
            consents::change_consent(unit, *id, *expected, state)
        }
        Command::NarrowConsent { id, expected, data } => {
            consents::narrow_consent(unit, *id, *expected, *data)
        }
        Command::ExpectConsent { id, expected } => consents::expect_consent(unit, *id, *expected),
        Command::AddConsentSets(rows) => consents::add_sets(unit, rows),
        Command::AddAccount(row) => accounts::add_account(unit, row),
        Command::ClaimAccount { id, expected, consents } => {
            accounts::claim_account(unit, *id, *expected, *consents)
        }
        Command::AddMovements(_) | Command::ChangeMovements(_) => {
            move_feed(unit, command, counters)
        }
        Command::AddSources(rows) => movements::add_sources(unit, rows),
        Command::MoveSource { id, from, to } => movements::move_source(unit, *id, *from, *to),
        Command::AddAlias(row) => movements::add_alias(unit, row),
        Command::AddBalances(rows) => accounts::add_balances(unit, rows),
        Command::AddImport(row) => imports::add_import(unit, row),
        Command::KeepSighting(row) => sightings::keep_sighting(unit, row),
        Command::FeedAccount { link, account } => accounts::feed_account(unit, *link, *account),
        Command::ListAccounts { link, accounts } => accounts::list_accounts(unit, *link, accounts),
        Command::KeepReading(row) => asking::keep_reading(unit, row),
        Command::AddRecord(row) => records::add_record(unit, row),
        Command::ConfirmRecord { id, at } => records::confirm_record(unit, *id, *at),
        Command::KeepSignIns(row) => asking::keep_sign_ins(unit, row),
        effect => apply_effect(unit, effect, counters),
    }
}

/// What is to be done, to be told, or was: the other half of the commands.
fn apply_effect(
    unit: &Unit<'_>,
    command: &Command,
    counters: &mut Counters,
) -> Result<(), StoreError> {
    match command {
        Command::AddPayment(row) => payments::add_payment(unit, row),
        Command::ChangePayment(change) => payments::change_payment(unit, change),
        Command::AddCheckout(row) => checkouts::add_checkout(unit, row),
        Command::ChangeCheckout(change) => checkouts::change_checkout(unit, change),
        Command::AddPayout(row) => payouts::add_payout(unit, row),
        Command::AddInstruction(row) => instructions::add_instruction(unit, row),
        Command::ChangeInstruction(change) => instructions::change_instruction(unit, change),
        Command::AddEnrolment(row) => authorizations::add_enrolment(unit, row),
        Command::ChangeEnrolment(change) => authorizations::change_enrolment(unit, change),
        Command::ExpectEnrolment { id, expected } => {
            authorizations::expect_enrolment(unit, *id, *expected)
        }
        Command::AddAuthorization(row) => authorizations::add_authorization(unit, row),
        Command::ChangeAuthorization(change) => authorizations::change_authorization(unit, change),
        Command::KeepPayee(row) => authorizations::keep_payee(unit, row),
        Command::AddTask(row) => tasks::add_task(unit, row),
        Command::EndTask { id, end } => tasks::end_task(unit, *id, end),
        Command::Audit(event) => append_entry(unit, event, counters),
        Command::AddMatter(row) => matters::add_matter(unit, row),
        Command::ChangeMatter(change) => matters::change_matter(unit, change),
        Command::ForgetPerson(person) => subjects::forget(unit, *person),
        Command::ShredKept { person, until } => subjects::shred_kept(unit, *person, *until),
        Command::ShredPerson(person) => subjects::shred(unit, *person),
        Command::AddAnchor(row) => audit::add_anchor(unit, row),
        Command::EnqueueJob(order) => jobs::enqueue(unit, order),
        Command::EndJob { id, lease, end } => jobs::end_job(unit, *id, *lease, *end),
        Command::CancelJob { id, expected, failure } => {
            jobs::cancel_job(unit, *id, *expected, *failure)
        }
        Command::CancelJobsUnder { mandate, failure } => {
            jobs::cancel_under(unit, *mandate, *failure)
        }
        Command::AddMessage(order) => outbox::add_message(unit, order),
        Command::EndDelivery { id, lease, attempt, end } => {
            outbox::end_delivery(unit, *id, *lease, attempt, *end)
        }
        Command::ReplayMessage(id) => outbox::replay(unit, *id),
        Command::AllowDestination(destination) => outbox::allow(unit, destination),
        Command::RecordAnswer(row) => answers::record_answer(unit, row),
        row => unreachable!("{row:?} is applied where rows are"),
    }
}

/// Appends an entry to the tenant's audit chain.
fn append_entry(
    unit: &Unit<'_>,
    event: &cartola_model::audit::AuditEvent,
    counters: &mut Counters,
) -> Result<(), StoreError> {
    counters.audit = Some(audit::append(unit, &counters.audit(unit)?, event)?);
    Ok(())
}

/// Applies the commands that give out feed positions.
fn move_feed(
    unit: &Unit<'_>,
    command: &Command,
    counters: &mut Counters,
) -> Result<(), StoreError> {
    let before = counters.feed(unit)?;
    let after = match command {
        Command::AddMovements(rows) => movements::add_movements(unit, rows, before)?,
        Command::ChangeMovements(changes) => movements::change_movements(unit, changes, before)?,
        _ => before,
    };
    if after != before {
        counters.feed = Some(after);
    }
    Ok(())
}
