//! Who somebody is, by what the tenant's own links and readings have told.

use cartola_model::records::Identity;
use cartola_model::{Catalogue, InstitutionId, LinkSource, Principal, Record, RecordKind};
use cartola_primitives::Rut;
use cartola_primitives::id::PersonId;
use futures::future::try_join_all;

use crate::access::Subject;
use crate::records::OpenRecord;
use crate::{Engine, EngineError};

impl Engine {
    /// What was told last of somebody by an institution that tells who its customers are, of what a
    /// consent allows to be shown. Nobody is asked.
    pub async fn identity_of(
        &self,
        who: &Principal,
        rut: Rut,
    ) -> Result<Option<Identity>, EngineError> {
        self.note_access(who, "identity.read", Subject::list("identities"));
        let Some(person) = self.person_by_rut(who.tenant, rut).await? else { return Ok(None) };
        let told = Catalogue::bundled()
            .iter()
            .flat_map(|row| LinkSource::ALL.map(|source| (&row.id, source)))
            .map(|(institution, source)| self.told_by(who, institution, person, source));
        let told = try_join_all(told).await?.into_iter().flatten();
        let newest = told.max_by_key(|open| (open.row.last_read_at, open.row.id));
        Ok(newest.and_then(|open| match open.record {
            Record::Identity(identity) if identity.rut == rut => Some(identity),
            _ => None,
        }))
    }

    async fn told_by(
        &self,
        who: &Principal,
        institution: &InstitutionId,
        person: PersonId,
        source: LinkSource,
    ) -> Result<Option<OpenRecord>, EngineError> {
        let link = self.store().link_of(who.tenant, institution, Some(person), source).await?;
        match link {
            Some(link) => self.newest_record(who, link.id, RecordKind::Identity).await,
            None => Ok(None),
        }
    }
}
