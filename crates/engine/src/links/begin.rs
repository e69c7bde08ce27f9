//! Beginning a link with credentials.

use std::collections::BTreeMap;

use cartola_connector::{Credential, Holder};
use cartola_crypto::ContentHash;
use cartola_model::audit::AuditEvent;
use cartola_model::{ConsentKind, ConsentState, InstitutionId, LinkSource, LinkState, Principal};
use cartola_primitives::id::{ConsentId, PersonId};
use cartola_primitives::{Rut, Secret, Timestamp};
use cartola_store::consents::ConsentRow;
use cartola_store::people::{LinkRow, LinkSecretRow};
use cartola_store::{Command, UnitOfWork};

use super::LinkError;
use super::secret::SealedSecret;
use crate::imports::{Made, granted_event};
use crate::retry::until_settled;
use crate::{Engine, EngineError};

/// A link that is wanted.
pub struct NewLink<'a> {
    /// The institution.
    pub institution: InstitutionId,
    /// Whose data.
    pub rut: Rut,
    /// What the institution lets them in with, in the fields of one of its forms.
    pub fields: &'a BTreeMap<String, Secret<String>>,
    /// What allows it.
    pub mandate: Mandate<'a>,
}

/// What a tenant says that a person allowed.
#[derive(Debug, Clone, Copy)]
pub struct Mandate<'a> {
    /// What for, one sentence.
    pub purpose: &'a str,
    /// What the person signed, or what stands for it: its hash is the evidence.
    pub evidence: &'a [u8],
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

impl Engine {
    /// Begins a link, or begins one again with other credentials. The institution is not asked:
    /// credentials that it could not take are refused, and whether it takes them is seen at the
    /// first reading. A mandate that the link had before is withdrawn.
    pub async fn begin_link(
        &self,
        who: &Principal,
        wanted: &NewLink<'_>,
    ) -> Result<LinkRow, LinkError> {
        self.connectors().check(&wanted.institution, &credential(wanted.fields))?;
        until_settled(|| self.begin_link_once(who, wanted)).await
    }

    async fn begin_link_once(
        &self,
        who: &Principal,
        wanted: &NewLink<'_>,
    ) -> Result<LinkRow, LinkError> {
        let now = self.now();
        let mut made = Made::default();
        let holder = Holder { rut: Some(wanted.rut), name: None };
        let (person, key) = self.resolve_person(who, &holder, now, &mut made).await?;
        let mut work = UnitOfWork::new(who.tenant, now);
        work.commands = made.commands;
        let link = self.link_to_begin(who, wanted, person, &mut work).await?;
        let mandate = mandate(self.minter().mint(), wanted, &link, now);
        let before = self.store().link_secret(who.tenant, link.id).await;
        if let Some(before) = before.map_err(EngineError::from)? {
            self.withdraw(who, before.mandate, &mut work).await?;
        }
        let secret = SealedSecret::of(wanted.fields, None);
        let sealed = self.seal_link_secret(who, &key, link.id, &secret)?;
        work.push(Command::Audit(granted_event(who, &mandate)));
        work.push(Command::KeepLinkSecret(LinkSecretRow {
            link: link.id,
            mandate: mandate.id,
            refused_at: None,
            sealed,
        }));
        work.push(Command::AddConsent(mandate));
        let begun = AuditEvent::once("link.begun", who.actor, link.id);
        work.push(Command::Audit(begun.with("institution", &wanted.institution)));
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(link)
    }

    /// The link as it is once the unit is committed.
    async fn link_to_begin(
        &self,
        who: &Principal,
        wanted: &NewLink<'_>,
        person: Option<PersonId>,
        work: &mut UnitOfWork,
    ) -> Result<LinkRow, EngineError> {
        let source = LinkSource::Credentials;
        let known = self.store().link_of(who.tenant, &wanted.institution, person, source).await?;
        let Some(known) = known else {
            let row = LinkRow {
                id: self.minter().mint(),
                institution: wanted.institution.clone(),
                person,
                source,
                state: LinkState::Active { since: work.at },
                version: 1,
            };
            work.push(Command::AddLink(row.clone()));
            return Ok(row);
        };
        let state = known.state.resume(work.at);
        work.push(Command::ChangeLink { id: known.id, expected: known.version, state });
        Ok(LinkRow { state, version: known.version + 1, ..known })
    }

    /// Withdraws a consent within a unit, if it still holds.
    pub(super) async fn withdraw(
        &self,
        who: &Principal,
        id: ConsentId,
        work: &mut UnitOfWork,
    ) -> Result<(), EngineError> {
        let Some(row) = self.store().consent(who.tenant, id).await? else { return Ok(()) };
        let Ok(state) = row.state.revoke(work.at) else { return Ok(()) };
        work.push(Command::ChangeConsent { id, expected: row.version, state });
        work.push(Command::Audit(AuditEvent::once("consent.revoked", who.actor, id)));
        Ok(())
    }
}

fn credential(fields: &BTreeMap<String, Secret<String>>) -> Credential {
    fields.iter().fold(Credential::default(), |all, (name, value)| {
        all.with(name.clone(), Secret::new(value.expose().clone()))
    })
}

fn mandate(id: ConsentId, wanted: &NewLink<'_>, link: &LinkRow, now: Timestamp) -> ConsentRow {
    ConsentRow {
        id,
        kind: ConsentKind::TenantMandate,
        person: link.person,
        institution: link.institution.clone(),
        link: link.id,
        purpose: wanted.mandate.purpose.to_owned(),
        evidence: ContentHash::of(wanted.mandate.evidence),
        state: ConsentState::Granted { at: now, expires_at: wanted.mandate.expires_at },
        version: 1,
    }
}
