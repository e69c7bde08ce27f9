//! What stands between a decision on a matter and what is added of the same person meanwhile.
//!
//! Each decision that changes what may be done with a person's data claims them: it raises their version,
//! and is made again where anything came to be of theirs since it was begun. Whatever adds something of
//! theirs expects the version that it found. So of the two, one comes first, and the other knows of it.

use cartola_crypto::Digest;
use cartola_model::{MatterKind, Principal};
use cartola_primitives::Rut;
use cartola_primitives::id::{MatterId, PersonId, TenantId};
use cartola_store::consents::ConsentRow;
use cartola_store::matters::{MatterFilter, MatterRow};
use cartola_store::people::PersonRow;
use cartola_store::subjects::{Holdings, PersonClaim};
use cartola_store::{Command, MAX_PAGE, StoreError, UnitOfWork};

use crate::links::LinkError;
use crate::vault::purpose;
use crate::{Engine, EngineError};

impl Engine {
    /// What somebody is found by.
    pub(crate) fn subject_digest(&self, tenant: TenantId, rut: Rut) -> Digest {
        self.vault().digest(purpose::RUT, tenant, rut.compact().as_bytes())
    }

    /// Whose matter it is by now: somebody may have become known since they asked, or have been erased and
    /// have come again.
    pub(super) async fn subject_of(
        &self,
        tenant: TenantId,
        row: &MatterRow,
    ) -> Result<Option<PersonRow>, EngineError> {
        Ok(match (row.subject, row.person) {
            (Some(subject), _) => self.person_row_by_lookup(tenant, &subject).await?,
            (None, Some(person)) => self.store().person(tenant, person).await?,
            (None, None) => None,
        })
    }

    /// Adds to a unit that it decides on a matter of that person's; what it decides on is to be read after
    /// this.
    pub(super) async fn claim_person(
        &self,
        who: &Principal,
        person: &PersonRow,
        work: &mut UnitOfWork,
    ) -> Result<Holdings, EngineError> {
        let (id, expected) = (person.id, person.version);
        let holdings = self.store().holdings(who.tenant, id).await?;
        work.push(Command::ClaimPerson(PersonClaim { id, expected, holdings }));
        Ok(holdings)
    }

    /// Adds to a unit whom what it decides is about, as they were read: they are there and nothing else was
    /// decided of them meanwhile, or there is still nobody whom such a request could be about. Nothing is so
    /// sealed under a key that is being destroyed, and nobody becomes known past a decision.
    pub(super) fn expect_subject(
        person: Option<&PersonRow>,
        subject: Option<&Digest>,
        work: &mut UnitOfWork,
    ) {
        match (person, subject) {
            (Some(PersonRow { id, version, .. }), _) => {
                work.push(Command::ExpectPerson { id: *id, expected: *version });
            }
            (None, Some(subject)) => work.push(Command::ExpectNobody(*subject)),
            // Breaches are nobody's.
            (None, None) => {}
        }
    }

    /// Adds to what a unit is to do that it adds somebody, and whether a block that they asked for before
    /// anything was kept of them holds: whoever asks for one at that moment, or has it lifted, finds nobody.
    pub(crate) async fn adding_person(
        &self,
        tenant: TenantId,
        row: PersonRow,
        commands: &mut Vec<Command>,
    ) -> Result<(), EngineError> {
        let subject = row.lookup;
        let is_blocked = self.is_blocked(tenant, &subject, None).await?;
        commands.push(Command::ExpectBlocked { subject, is_blocked });
        commands.push(Command::AddPerson(row));
        Ok(())
    }

    /// Adds to what a unit is to do that a person is there and no matter of theirs was decided meanwhile,
    /// and says whether they want nothing done with their data. To be called before what is decided on
    /// is read; a person whom the same commands add is there.
    pub(crate) async fn expect_person(
        &self,
        tenant: TenantId,
        id: PersonId,
        commands: &mut Vec<Command>,
    ) -> Result<bool, EngineError> {
        let made = commands.iter().find_map(|command| match command {
            Command::AddPerson(row) if row.id == id => Some((row.lookup, row.version)),
            _ => None,
        });
        let (subject, expected) = if let Some(made) = made {
            made
        } else {
            let row = self.store().person(tenant, id).await?;
            let row = row.ok_or_else(|| StoreError::conflict("the person was erased meanwhile"))?;
            (row.lookup, row.version)
        };
        commands.push(Command::ExpectPerson { id, expected });
        self.is_blocked(tenant, &subject, None).await
    }

    /// The same for what is not begun at all while a block holds: a link, a call with the person's credentials, a
    /// phone, moving money.
    pub(crate) async fn refuse_blocked(
        &self,
        tenant: TenantId,
        person: Option<PersonId>,
        commands: &mut Vec<Command>,
    ) -> Result<(), LinkError> {
        let Some(person) = person else { return Ok(()) };
        let is_blocked = self.expect_person(tenant, person, commands).await?;
        if is_blocked { Err(LinkError::Blocked) } else { Ok(()) }
    }

    /// The same before anything is asked or made for whoever has that RUT. What is then begun asks again.
    pub(crate) async fn refuse_blocked_rut(
        &self,
        tenant: TenantId,
        rut: Rut,
    ) -> Result<(), LinkError> {
        let subject = self.subject_digest(tenant, rut);
        if self.is_blocked(tenant, &subject, None).await? {
            Err(LinkError::Blocked)
        } else {
            Ok(())
        }
    }

    /// The consent of what comes with a file, as it begins: of somebody who wants nothing done
    /// with their data, it allows nothing until that is over.
    pub(crate) async fn consent_to_begin(
        &self,
        tenant: TenantId,
        row: ConsentRow,
        commands: &mut Vec<Command>,
    ) -> Result<ConsentRow, EngineError> {
        let Some(person) = row.person else { return Ok(row) };
        if !self.expect_person(tenant, person, commands).await? {
            return Ok(row);
        }
        let state = row.state.suspend(row.state.granted_at()).unwrap_or(row.state);
        Ok(ConsentRow { state, ..row })
    }

    /// Whether a block of whoever is found by that holds, leaving one aside.
    pub(super) async fn is_blocked(
        &self,
        tenant: TenantId,
        subject: &Digest,
        but: Option<MatterId>,
    ) -> Result<bool, EngineError> {
        let (kind, subject) = (Some(MatterKind::Block), Some(*subject));
        let filter = MatterFilter { kind, subject, state: None };
        let mut after = None;
        loop {
            let page = self.store().matters(tenant, filter, after, MAX_PAGE).await?;
            let holds = |row: &MatterRow| Some(row.id) != but && row.standing.state.blocks();
            if page.rows.iter().any(holds) {
                return Ok(true);
            }
            after = page.next;
            if after.is_none() {
                return Ok(false);
            }
        }
    }
}
