//! Erasing a person.
//!
//! What is kept of them in plain (movements with their glosas, balances, days) is removed, and their data
//! key is destroyed: whatever was sealed under it anywhere, as a file in the archive or a row that was
//! left over, is noise from then on. Backups from before hold both, until they are destroyed.
//!
//! Where a law says that payments and what the person approved are to be kept, those stay, with the
//! person's identity and key, for [`super::RETENTION_YEARS`] after the last of them; everything else goes
//! at once, and they go by themselves when that time is over.

use cartola_model::audit::AuditEvent;
use cartola_model::{MatterKind, MatterState, Principal};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{PersonId, TenantId};
use cartola_store::matters::{MatterChange, MatterFilter, MatterRow, MatterStanding};
use cartola_store::{Command, MAX_PAGE, UnitOfWork};

use super::{Content, MatterStepTaken, RETENTION, of_person};
use crate::consents::OfAll;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

/// What the register says of an erasure that the law had put off.
const NO_LONGER_KEPT: &str = "what was kept because a law says so is erased";

impl Engine {
    /// Adds to a unit what erases a person, and says until when some of it is kept.
    pub(super) async fn erase(
        &self,
        who: &Principal,
        person: Option<PersonId>,
        work: &mut UnitOfWork,
    ) -> Result<Option<Timestamp>, EngineError> {
        let Some(person) = person else { return Ok(None) };
        self.change_all_consents(who, person, OfAll::Revoked, work).await?;
        work.push(Command::ForgetPerson(person));
        let last = self.store().last_kept(who.tenant, person).await?;
        let until = last.map(|last| last + RETENTION).filter(|until| *until > work.at);
        if until.is_none() {
            shred(who, person, work);
        }
        Ok(until)
    }

    /// Erases what was kept because a law said so, where it says so no more. Gives the number of people. What
    /// of a tenant cannot be read holds up nobody else: it is told in the log.
    pub async fn erase_retained(&self) -> Result<usize, EngineError> {
        let (mut erased, mut failed) = (0, None);
        for tenant in self.store().tenants().await? {
            if let Err(error) = self.erase_retained_of(tenant.id, &mut erased).await {
                let error = &*failed.insert(error) as &dyn std::error::Error;
                tracing::error!(tenant = %tenant.id, error, "engine.people.not_erased");
            }
        }
        // Who was erased is told first: they are not erased again.
        if erased == 0
            && let Some(error) = failed
        {
            Err(error)
        } else {
            Ok(erased)
        }
    }

    async fn erase_retained_of(
        &self,
        tenant: TenantId,
        erased: &mut usize,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let state = Some(MatterState::Retained);
        let filter = MatterFilter { kind: Some(MatterKind::Erasure), state, person: None };
        let mut after = None;
        loop {
            let page = self.store().matters(tenant, filter, after, MAX_PAGE).await?;
            for row in page.rows.iter().filter(|row| row.standing.due_at <= now) {
                match until_settled(|| self.erase_rest(tenant, row)).await {
                    Ok(()) => *erased += 1,
                    Err(error) if error.is_damage() => {
                        let (matter, error) = (row.id, &error as &dyn std::error::Error);
                        tracing::error!(%tenant, %matter, error, "engine.people.not_erased");
                    }
                    Err(error) => return Err(error),
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn erase_rest(&self, tenant: TenantId, row: &MatterRow) -> Result<(), EngineError> {
        let who = Principal::operator(tenant);
        let Some(row) = self.store().matter(tenant, row.id).await? else { return Ok(()) };
        if row.standing.state != MatterState::Retained {
            return Ok(());
        }
        let mut work = UnitOfWork::new(tenant, self.now());
        // Something may have been paid since, and be kept for longer.
        let (state, due_at) = match self.erase(&who, row.person, &mut work).await? {
            Some(until) => (MatterState::Retained, until),
            None => (MatterState::Granted, row.standing.due_at),
        };
        let known = self.opened_content(tenant, &row).await?;
        let (steps, breach) =
            known.map(|content| (content.steps, content.breach)).unwrap_or_default();
        let mut content = Content { contact: None, text: String::new(), steps, breach };
        if state == MatterState::Granted {
            let (at, by) = (work.at, who.actor.to_string());
            let text = NO_LONGER_KEPT.to_owned();
            content.steps.push(MatterStepTaken { at, by, state, text });
        }
        let sealed = self.sealed_matter(tenant, &row.id, None, &content).await?;
        let (id, expected) = (row.id, row.version);
        let standing = MatterStanding { state, due_at, content: sealed };
        work.push(Command::ChangeMatter(Box::new(MatterChange { id, expected, standing })));
        let event = AuditEvent::once("matter.granted", who.actor, id)
            .with("state", state.name())
            .with("due", due_at);
        work.push(Command::Audit(of_person(event, row.person)));
        self.commit_cancelling(work).await?;
        if let (MatterState::Granted, Some(person)) = (state, row.person) {
            self.vault().forget_key_of(tenant, person);
        }
        Ok(())
    }
}

fn shred(who: &Principal, person: PersonId, work: &mut UnitOfWork) {
    work.push(Command::ShredPerson(person));
    work.push(Command::Audit(AuditEvent::once("person.erased", who.actor, person)));
}
