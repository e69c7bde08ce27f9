//! What one unit of work comes to, and how it is applied.
//!
//! Commands become steps: statements with their values and the number of rows that each must change.
//! All steps go out together; where one changed another number of rows, the transaction is undone.

use cartola_crypto::ChainHead;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{JobId, LeaseId, MessageId, TenantId};
use cartola_store::audit::AuditRow;
use cartola_store::outbox::Attempt;
use cartola_store::work::{Command, MAX_ROWS_PER_UNIT, Receipt};
use cartola_store::{StoreError, StoreErrorKind, UnitOfWork};
use tokio_postgres::{Error, Row, Statement};

use crate::error::{Doing, is_contended, is_gone, is_without_month};
use crate::head::Head;
use crate::session::{PIPELINE, Session};
use crate::value::Value;
use crate::{
    accounts, answers, asking, audit, authorizations, checkouts, consents, head, imports,
    instructions, jobs, matters, movements, outbox, payments, payouts, people, records, sightings,
    subjects, tasks, tenancy, vault,
};

/// One statement of a unit.
pub struct Step {
    doing: &'static str,
    statement: &'static str,
    values: Vec<Value>,
    /// How many rows it changes, if that is known, and what it means when it does not.
    expected: Option<(u64, StoreErrorKind)>,
}

/// Units of work of one tenant on their way in one transaction: whose, when the one that is planned
/// was decided, what they do, and how far they move what a tenant counts.
pub struct Unit {
    /// Whose.
    pub tenant: TenantId,
    /// When it was decided.
    pub at: Timestamp,
    /// The last feed position given out.
    pub feed: u64,
    /// The end of the audit chain.
    pub audit: ChainHead,
    /// Jobs that were done: many end in one statement.
    pub jobs_done: Vec<(JobId, LeaseId)>,
    /// Attempts at messages, likewise.
    pub attempts: Vec<(MessageId, Attempt)>,
    /// Entries of the audit trail, likewise.
    pub entries: Vec<AuditRow>,
    before: Head,
    steps: Vec<Step>,
    receipts: Vec<Receipt>,
}

impl Unit {
    /// A statement that changes any number of rows.
    pub fn execute(&mut self, doing: &'static str, statement: &'static str, values: Vec<Value>) {
        self.steps.push(Step { doing, statement, values, expected: None });
    }

    /// A statement that changes one row in the version expected, or else is a conflict.
    pub fn change(&mut self, doing: &'static str, statement: &'static str, values: Vec<Value>) {
        self.expect(doing, statement, values, 1, StoreErrorKind::Conflict);
    }

    /// A statement that changes so many rows, or else is refused in this way.
    pub fn expect(
        &mut self,
        doing: &'static str,
        statement: &'static str,
        values: Vec<Value>,
        rows: u64,
        otherwise: StoreErrorKind,
    ) {
        self.steps.push(Step { doing, statement, values, expected: Some((rows, otherwise)) });
    }

    /// All steps of units of one tenant, one after another, given where its feed and audit trail end.
    pub fn plan(works: &[&UnitOfWork], before: Head) -> Result<Self, StoreError> {
        let work = works.first().expect("there is a unit");
        let mut unit = Self {
            tenant: work.tenant,
            at: work.at,
            feed: before.feed,
            audit: before.audit,
            jobs_done: Vec::new(),
            attempts: Vec::new(),
            entries: Vec::new(),
            before,
            steps: Vec::new(),
            receipts: Vec::with_capacity(works.len()),
        };
        for work in works {
            unit.add(work)?;
        }
        unit.end_gathered();
        audit::add_entries(&mut unit);
        unit.record_head();
        Ok(unit)
    }

    fn add(&mut self, work: &UnitOfWork) -> Result<(), StoreError> {
        let (feed, audit) = (self.feed, self.audit);
        self.at = work.at;
        for command in &work.commands {
            // It is to find what has ended before as ended.
            if matches!(command, Command::CancelJob { .. } | Command::CancelJobsUnder { .. }) {
                self.end_gathered();
            }
            add(self, command)?;
        }
        self.receipts.push(Receipt {
            feed_position: (self.feed != feed).then_some(self.feed),
            audit_head: (self.audit != audit).then_some((self.audit.sequence, self.audit.hash)),
        });
        Ok(())
    }

    fn end_gathered(&mut self) {
        jobs::end_done(self);
        outbox::log_attempts(self);
    }

    fn record_head(&mut self) {
        let after = Head { feed: self.feed, audit: self.audit };
        if after != self.before {
            let values = head::values(self.tenant, &after);
            self.change("recording the end of feed and audit trail", head::SET, values);
        }
    }

    /// What each of them comes to once they are committed.
    pub fn into_receipts(self) -> Vec<Receipt> {
        self.receipts
    }

    /// Runs all steps. After an error, the transaction must be undone.
    pub async fn run(&self, session: &Session) -> Result<(), Failed> {
        run(&self.steps, session).await
    }

    /// Begins the transaction with a statement that reads, and runs all steps; as many as go out at
    /// once go out with it. Gives what was read. After an error, the transaction must be undone.
    pub async fn begin_and_run(
        &self,
        session: &mut Session,
        statement: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, Failed> {
        let (steps, rest) = self.steps.split_at(self.steps.len().min(PIPELINE));
        let prepared = prepared(steps, session).await?;
        let begun = session.begin_with(self.tenant, (statement, values), &prepared).await;
        let (rows, outcomes) = begun.map_err(|error| Failed::by(Cause::Store, error))?;
        check(steps, outcomes)?;
        run(rest, session).await?;
        Ok(rows)
    }
}

async fn run(steps: &[Step], session: &Session) -> Result<(), Failed> {
    for steps in steps.chunks(PIPELINE) {
        check(steps, session.run(&prepared(steps, session).await?).await)?;
    }
    Ok(())
}

async fn prepared<'a>(
    steps: &'a [Step],
    session: &Session,
) -> Result<Vec<(Statement, &'a [Value])>, Failed> {
    let mut prepared = Vec::with_capacity(steps.len());
    for step in steps {
        let statement = session.prepare(step.statement).await;
        let statement = statement.map_err(|error| Failed::by(Cause::Store, error))?;
        prepared.push((statement, &step.values[..]));
    }
    Ok(prepared)
}

fn check(steps: &[Step], outcomes: Vec<Result<u64, Error>>) -> Result<(), Failed> {
    steps.iter().zip(outcomes).try_for_each(|(step, outcome)| step.check(outcome))
}

impl Step {
    fn check(&self, outcome: Result<u64, Error>) -> Result<(), Failed> {
        let again = match &outcome {
            Err(error) if is_contended(error) => Again::AtOnce,
            Err(error) if is_without_month(error) => Again::WithMonths,
            _ => Again::No,
        };
        let gone = outcome.as_ref().err().is_some_and(is_gone);
        let cause = if gone { Cause::Store } else { Cause::Unit };
        let failed = |error| Failed { again, cause, error };
        let changed = outcome.doing(self.doing).map_err(failed)?;
        match self.expected {
            Some((rows, otherwise)) if rows != changed => {
                Err(Failed::of(StoreError::new(otherwise, self.doing)))
            }
            _ => Ok(()),
        }
    }
}

/// A unit that could not be applied.
pub struct Failed {
    /// Whether trying again helps.
    pub again: Again,
    /// What it was that failed.
    pub cause: Cause,
    /// Why.
    pub error: StoreError,
}

impl Failed {
    /// One that does not help to try again.
    pub fn of(error: StoreError) -> Self {
        Self { again: Again::No, cause: Cause::Unit, error }
    }

    /// One that has that cause.
    pub fn by(cause: Cause, error: StoreError) -> Self {
        Self { cause, ..Self::of(error) }
    }
}

/// What failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// What the unit asks for. Another one may succeed.
    Unit,
    /// The way to the database, or the database. Nothing was written.
    Store,
    /// The commit, which may have happened all the same.
    Commit,
}

/// Whether the same unit may succeed when it is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It would fail again.
    No,
    /// It lost against another one.
    AtOnce,
    /// A month was dropped since it was looked for.
    WithMonths,
}

/// Refuses a unit that is larger than any may be.
pub fn check_size(work: &UnitOfWork) -> Result<(), StoreError> {
    let rows = rows_of(work);
    if rows > MAX_ROWS_PER_UNIT {
        let context = format!("a unit of {rows} rows; at most {MAX_ROWS_PER_UNIT} are taken");
        return Err(StoreError::new(StoreErrorKind::Misuse, context));
    }
    Ok(())
}

/// Rows that a unit writes, about.
pub fn rows_of(work: &UnitOfWork) -> usize {
    work.commands.iter().map(rows_of_command).sum()
}

fn rows_of_command(command: &Command) -> usize {
    match command {
        Command::AddConsentSets(rows) => rows.len(),
        Command::AddMovements(rows) => rows.len(),
        Command::ChangeMovements(changes) => changes.len(),
        Command::AddSources(rows) => rows.len(),
        Command::AddBalances(rows) => rows.len(),
        _ => 1,
    }
}

fn add(unit: &mut Unit, command: &Command) -> Result<(), StoreError> {
    match command {
        Command::AddTenant(row) => tenancy::add_tenant(unit, row)?,
        Command::AddCredential(row) => tenancy::add_credential(unit, row),
        Command::RevokeCredential(id) => tenancy::end_credential(unit, *id, unit.at),
        Command::EndSessions => tenancy::end_sessions(unit),
        Command::EndCredential { id, at } => tenancy::end_credential(unit, *id, *at),
        Command::RenewCredential { id, expected, digest, until } => {
            tenancy::renew_credential(unit, *id, expected, (digest, *until));
        }
        Command::AddDataKey(row) => vault::add_data_key(unit, row),
        Command::AddPerson(row) => people::add_person(unit, row),
        Command::ExpectPerson { id, expected } => people::expect_person(unit, *id, *expected),
        Command::ExpectNobody(lookup) => people::expect_nobody(unit, lookup),
        Command::ExpectBlocked { subject, is_blocked } => {
            matters::expect_blocked(unit, subject, *is_blocked);
        }
        Command::ClaimPerson(claim) => subjects::claim(unit, claim),
        Command::AddLink(row) => people::add_link(unit, row),
        Command::KeepLinkSecret(row) => people::keep_link_secret(unit, row),
        Command::DestroyLinkSecret(link) => people::destroy_link_secret(unit, *link),
        Command::ChangeLink { id, expected, state } => {
            people::change_link(unit, *id, *expected, state);
        }
        Command::AddConsent(row) => consents::add_consent(unit, row),
        Command::ChangeConsent { id, expected, state } => {
            consents::change_consent(unit, *id, *expected, state);
        }
        Command::NarrowConsent { id, expected, data } => {
            consents::narrow_consent(unit, *id, *expected, *data);
        }
        Command::ExpectConsent { id, expected } => consents::expect_consent(unit, *id, *expected),
        Command::AddConsentSets(rows) => consents::add_sets(unit, rows),
        Command::AddAccount(row) => accounts::add_account(unit, row),
        Command::ClaimAccount { id, expected, consents } => {
            accounts::claim_account(unit, *id, *expected, *consents);
        }
        Command::AddMovements(rows) => movements::add_movements(unit, rows),
        Command::ChangeMovements(changes) => movements::change_movements(unit, changes),
        Command::AddSources(rows) => movements::add_sources(unit, rows),
        Command::MoveSource { id, from, to } => movements::move_source(unit, *id, *from, *to),
        Command::AddAlias(row) => movements::add_alias(unit, row),
        Command::AddBalances(rows) => accounts::add_balances(unit, rows),
        Command::AddImport(row) => imports::add_import(unit, row)?,
        Command::AddRecord(row) => records::add_record(unit, row),
        Command::ConfirmRecord { id, at } => records::confirm_record(unit, *id, *at),
        Command::KeepSighting(row) => sightings::keep_sighting(unit, row),
        Command::FeedAccount { link, account } => accounts::feed_account(unit, *link, *account),
        Command::ListAccounts { link, accounts } => accounts::list_accounts(unit, *link, accounts),
        Command::KeepReading(row) => asking::keep_reading(unit, row),
        Command::KeepSignIns(row) => asking::keep_sign_ins(unit, row),
        effect => add_effect(unit, effect)?,
    }
    Ok(())
}

/// What is to be done, to be told, or was: the other half of the commands.
fn add_effect(unit: &mut Unit, command: &Command) -> Result<(), StoreError> {
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
            authorizations::expect_enrolment(unit, *id, *expected);
        }
        Command::AddAuthorization(row) => authorizations::add_authorization(unit, row),
        Command::ChangeAuthorization(change) => {
            authorizations::change_authorization(unit, change);
        }
        Command::KeepPayee(row) => authorizations::keep_payee(unit, row),
        Command::AddTask(row) => tasks::add_task(unit, row),
        Command::EndTask { id, end } => tasks::end_task(unit, *id, end),
        Command::Audit(event) => audit::append(unit, event)?,
        Command::AddMatter(row) => matters::add_matter(unit, row),
        Command::ChangeMatter(change) => matters::change_matter(unit, change),
        Command::ForgetPerson(person) => subjects::forget(unit, *person),
        Command::ShredKept { person, until } => subjects::shred_kept(unit, *person, *until),
        Command::ShredPerson(person) => subjects::shred(unit, *person),
        Command::AddAnchor(row) => audit::add_anchor(unit, row),
        Command::EnqueueJob(order) => jobs::enqueue(unit, order)?,
        Command::EndJob { id, lease, end } => jobs::end_job(unit, *id, *lease, *end),
        Command::CancelJob { id, expected, failure } => {
            jobs::cancel_job(unit, *id, *expected, *failure)?;
        }
        Command::CancelJobsUnder { mandate, failure } => {
            jobs::cancel_under(unit, *mandate, *failure);
        }
        Command::AddMessage(order) => outbox::add_message(unit, order)?,
        Command::EndDelivery { id, lease, attempt, end } => {
            outbox::end_delivery(unit, *id, *lease, attempt, *end);
        }
        Command::ReplayMessage(id) => outbox::replay(unit, *id),
        Command::AllowDestination(destination) => outbox::allow(unit, destination),
        Command::RecordAnswer(row) => answers::record_answer(unit, row),
        row => unreachable!("{row:?} is added where rows are"),
    }
    Ok(())
}
