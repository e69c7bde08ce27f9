//! Erasing a person.
//!
//! What is kept of them in plain (movements with their glosas, balances, days) is removed, and their data
//! key is destroyed: whatever was sealed under it anywhere, as a file in the archive or a row that was
//! left over, is noise from then on. Backups from before hold both, until they are destroyed.
//!
//! Where a law says that payments, instructions and what the person approved are to be kept, those stay,
//! with the person's identity and key, for [`super::RETENTION_YEARS`] after the last of them; everything
//! else goes at once, nothing more is approved, and they go by themselves when that time is over. Whoever consents to something again
//! meanwhile is the same person under the same key: then what was kept goes, and what came since stays.

use cartola_model::audit::AuditEvent;
use cartola_model::{MatterKind, MatterState, Principal};
use cartola_primitives::id::{PersonId, TenantId};
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::matters::{MatterChange, MatterFilter, MatterRow, MatterStanding};
use cartola_store::people::PersonRow;
use cartola_store::subjects::{DESTROYED_KEY, Holdings, PERSON_ERASED};
use cartola_store::{Command, MAX_PAGE, UnitOfWork};

use super::{Content, MatterStepTaken, RETENTION, of_person};
use crate::consents::OfAll;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

/// What the register says of an erasure that the law had put off.
const NO_LONGER_KEPT: &str = "what was kept because a law says so is erased";

/// The same where the person has consented to something again.
const CAME_BACK: &str = "what was kept because a law says so is erased; the person came back, and what came since stays";

/// How long a payment or an instruction that has not ended is waited for, before it is looked at again.
const UNTIL_ENDED: SignedDuration = SignedDuration::from_hours(24);

/// What is to become of what was kept of somebody.
enum Rest {
    /// It is kept for longer, until then.
    Kept(Timestamp),
    /// It goes, and they stay: they came back.
    Back,
    /// It goes, and they with it.
    Gone,
}

impl Engine {
    /// Adds to a unit what erases a person, and says until when some of it is kept.
    pub(super) async fn erase(
        &self,
        who: &Principal,
        person: Option<&PersonRow>,
        work: &mut UnitOfWork,
    ) -> Result<Option<Timestamp>, EngineError> {
        let Some(person) = person else { return Ok(None) };
        let holdings = self.claim_person(who, person, work).await?;
        self.forget(who, person.id, work).await?;
        let until = kept_until(&holdings, work.at);
        match until {
            Some(_) => self.end_all_phones(who, person.id, work).await?,
            None => self.shred(who, person.id, work).await?,
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
        let filter = MatterFilter { kind: Some(MatterKind::Erasure), state, subject: None };
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
        let mut content = self.content_to_decide(tenant, &row).await?;
        let mut work = UnitOfWork::new(tenant, self.now());
        let person = self.granted_to(tenant, &row).await?;
        let rest = match &person {
            Some(person) => {
                let since = granted_at(&row, &content);
                self.rest_of(&who, person, since, &mut work).await?
            }
            None => Rest::Gone,
        };
        let (state, due_at, text) = match rest {
            Rest::Kept(until) => (MatterState::Retained, until, None),
            Rest::Back => (MatterState::Granted, row.standing.due_at, Some(CAME_BACK)),
            Rest::Gone => (MatterState::Granted, row.standing.due_at, Some(NO_LONGER_KEPT)),
        };
        if let Some(text) = text {
            let (at, by, text) = (work.at, who.actor.to_string(), text.to_owned());
            content.steps.push(MatterStepTaken { at, by, state, text });
            content = Content { contact: None, text: String::new(), ..content };
        }
        let whose = person.map(|person| person.id);
        let of = whose.filter(|_| text.is_none());
        let sealed = self.sealed_matter(tenant, &row.id, of, &content).await?;
        let (id, expected) = (row.id, row.version);
        let standing = MatterStanding { state, due_at, content: sealed };
        work.push(Command::ChangeMatter(Box::new(MatterChange { id, expected, standing })));
        let event = AuditEvent::once("matter.granted", who.actor, id)
            .with("state", state.name())
            .with("due", due_at);
        work.push(Command::Audit(of_person(event, whose.or(row.person))));
        self.commit_cancelling(work).await?;
        if let (Rest::Gone, Some(person)) = (rest, whose.or(row.person)) {
            self.vault().forget_key_of(tenant, person);
        }
        Ok(())
    }

    /// Of whom something is kept since their erasure was granted: what was decided is sealed under their
    /// key, or, as versions before had it, under the tenant's. They may have become known after they asked;
    /// and of somebody who came again after they were gone, the matter is not.
    async fn granted_to(
        &self,
        tenant: TenantId,
        row: &MatterRow,
    ) -> Result<Option<PersonRow>, EngineError> {
        let key = self.store().data_key(tenant, row.standing.content.key).await?;
        match key.and_then(|key| key.subject).or(row.person) {
            Some(id) => Ok(self.store().person(tenant, id).await?),
            None => Ok(None),
        }
    }

    /// Adds to a unit what is to become of what was kept of somebody since then.
    async fn rest_of(
        &self,
        who: &Principal,
        person: &PersonRow,
        since: Timestamp,
        work: &mut UnitOfWork,
    ) -> Result<Rest, EngineError> {
        let holdings = self.claim_person(who, person, work).await?;
        if self.consented_after(who.tenant, person.id, since).await? {
            work.push(Command::ShredKept { person: person.id, until: since });
            return Ok(Rest::Back);
        }
        // Something may have been asked for since without a consent, or not have ended.
        if let Some(until) = kept_until(&holdings, work.at) {
            return Ok(Rest::Kept(until));
        }
        self.forget(who, person.id, work).await?;
        self.shred(who, person.id, work).await?;
        Ok(Rest::Gone)
    }

    /// Adds to a unit that all goes but what a law says is to be kept.
    async fn forget(
        &self,
        who: &Principal,
        person: PersonId,
        work: &mut UnitOfWork,
    ) -> Result<(), EngineError> {
        self.change_all_consents(who, person, OfAll::Revoked, work).await?;
        self.end_all_links(who, person, work).await?;
        work.push(Command::ForgetPerson(person));
        Ok(())
    }

    /// The trail keeps which key was destroyed: of what is left under it, that is why nothing opens it.
    async fn shred(
        &self,
        who: &Principal,
        person: PersonId,
        work: &mut UnitOfWork,
    ) -> Result<(), EngineError> {
        let key = self.store().data_key_of(who.tenant, Some(person)).await?;
        let mut event = AuditEvent::once(PERSON_ERASED, who.actor, person);
        if let Some(key) = key {
            event = event.with(DESTROYED_KEY, key.id);
        }
        work.push(Command::ShredPerson(person));
        work.push(Command::Audit(event));
        Ok(())
    }

    /// Whether somebody consented to anything after that, however it stands by now.
    async fn consented_after(
        &self,
        tenant: TenantId,
        person: PersonId,
        since: Timestamp,
    ) -> Result<bool, EngineError> {
        let consents = self.all_consents_of(tenant, person).await?;
        Ok(consents.iter().any(|row| row.state.granted_at() > since))
    }
}

/// Until when some of it is to be kept: as long as a law says, and while a payment or an instruction has
/// not ended, so that its bank can still be asked about it.
fn kept_until(holdings: &Holdings, now: Timestamp) -> Option<Timestamp> {
    let by_law = holdings.last_kept_at.map(|last| last + RETENTION).filter(|until| *until > now);
    let to_its_end = (holdings.pending > 0).then(|| now + UNTIL_ENDED);
    by_law.max(to_its_end)
}

/// When an erasure was granted but for what a law says is to be kept.
fn granted_at(row: &MatterRow, content: &Content) -> Timestamp {
    let step = content.steps.iter().rfind(|step| step.state == MatterState::Retained);
    step.map_or(row.opened_at, |step| step.at)
}
