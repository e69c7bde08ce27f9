//! Beginning a link with credentials.

use std::collections::BTreeMap;

use cartola_connector::{Credential, CredentialForm, DeviceId, FieldKind, Holder};
use cartola_model::audit::AuditEvent;
use cartola_model::{ConsentData, InstitutionId, LinkSource, Principal};
use cartola_primitives::id::{ConsentId, PersonId};
use cartola_primitives::{Rut, Secret, Timestamp};
use cartola_store::people::{LinkRow, LinkSecretRow};
use cartola_store::{Command, UnitOfWork};

use super::secret::SealedSecret;
use super::{LinkError, PaysFor};
use crate::imports::Made;
use crate::once::Reply;
use crate::readings::LOCK;
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
    /// Whether the institution has just taken these credentials. Then it counts no more that it
    /// refused them before, as where it had locked somebody out for a time.
    pub proven: bool,
    /// At whose word these credentials may be paid with. What was said last counts: a link that is begun
    /// again for nobody pays no more.
    pub pays: PaysFor,
}

/// What a tenant says that a person allowed.
#[derive(Debug, Clone, Copy)]
pub struct Mandate<'a> {
    /// What for, one sentence.
    pub purpose: &'a str,
    /// What the person signed, or what stands for it: the words whose hash, with the line that
    /// [`Engine::kept_words`] adds, is the evidence.
    pub evidence: &'a [u8],
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// What of a mandate's a person may narrow: to whom their data goes, and which data it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extent<'a> {
    /// Who receives the data beside the tenant; absent where nobody does.
    pub recipient: Option<&'a str>,
    /// Which data; absent where it is all that the institution tells.
    pub data: Option<ConsentData>,
}

/// A link that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The link.
    pub link: LinkRow,
    /// What allows it to be read: the mandate that was wanted, or the one that it renews.
    pub mandate: ConsentId,
}

/// What is begun, and on which terms.
#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    pub wanted: &'a NewLink<'a>,
    pub extent: Extent<'a>,
    /// Whether another mandate that holds stays as it is.
    pub keeps_other: bool,
}

impl Engine {
    /// Begins a link, or begins one again with other credentials. The institution is not asked:
    /// credentials that it could not take, or that it has refused, are refused, and whether it
    /// takes them is seen at the first reading. A mandate for the same goes on where it holds; one
    /// for something else takes its place, and what only the old one allowed is no longer shown. While
    /// the person wants nothing done with their data, nothing is begun or kept.
    pub async fn begin_link(
        &self,
        who: &Principal,
        wanted: &NewLink<'_>,
    ) -> Result<LinkRow, LinkError> {
        Ok(self.begin_link_replying(who, wanted, Reply::NONE).await?.link)
    }

    /// The same for a call that may be repeated.
    pub async fn begin_link_replying(
        &self,
        who: &Principal,
        wanted: &NewLink<'_>,
        reply: Reply<'_, Begun>,
    ) -> Result<Begun, LinkError> {
        self.begin_link_about(who, wanted, Extent::default(), reply).await
    }

    /// The same for a mandate that is about some data alone, or to somebody beside the tenant.
    pub async fn begin_link_about(
        &self,
        who: &Principal,
        wanted: &NewLink<'_>,
        extent: Extent<'_>,
        reply: Reply<'_, Begun>,
    ) -> Result<Begun, LinkError> {
        self.check_credentials(wanted)?;
        let order = Order { wanted, extent, keeps_other: false };
        until_settled(|| self.begin_link_once(who, order, &reply)).await
    }

    /// The same where somebody signs in themselves, and signs nothing. A mandate that holds and says
    /// something else stays as it is: who signs in under it may do what it allows, and nothing is
    /// allowed that it does not, payments neither.
    pub async fn begin_link_signing_in(
        &self,
        who: &Principal,
        wanted: &NewLink<'_>,
    ) -> Result<LinkRow, LinkError> {
        self.check_credentials(wanted)?;
        let order = Order { wanted, extent: Extent::default(), keeps_other: true };
        let begun = until_settled(|| self.begin_link_once(who, order, &Reply::NONE)).await?;
        Ok(begun.link)
    }

    /// Refuses what no institution need be asked about.
    pub(crate) fn check_credentials(&self, wanted: &NewLink<'_>) -> Result<(), LinkError> {
        let form = self.connectors().check(&wanted.institution, &credential(wanted.fields))?;
        check_person(form, wanted)?;
        if wanted.mandate.expires_at.is_some_and(|end| end <= self.now()) {
            return Err(LinkError::MandateExpired);
        }
        Ok(())
    }

    async fn begin_link_once(
        &self,
        who: &Principal,
        order: Order<'_>,
        reply: &Reply<'_, Begun>,
    ) -> Result<Begun, LinkError> {
        self.check_ticket(reply.ticket).await?;
        let (wanted, now) = (order.wanted, self.now());
        let mut made = Made::default();
        let holder = Holder { rut: Some(wanted.rut), name: None };
        let (person, key) = self.resolve_person(who, &holder, now, &mut made).await?;
        let mut work = UnitOfWork::new(who.tenant, now);
        work.commands = made.commands;
        self.refuse_blocked(who.tenant, person, &mut work.commands).await?;
        let link = self.link_to_begin(who, wanted, person, &mut work).await?;
        let before = self.store().link_secret(who.tenant, link.id).await;
        let before = before.map_err(EngineError::from)?;
        let device = self.device_of(who, wanted, person, before.as_ref()).await?;
        let before = match before {
            Some(row) => self.mandate_before(who, &row).await?,
            None => None,
        };
        let (mandate, pays) = self.mandate_to_begin(who, order, &link, before, &mut work);
        let secret = SealedSecret::of(wanted.fields, &device).paying(pays);
        let sealed = self.seal_link_secret(who, &key, link.id, &secret)?;
        let row = LinkSecretRow { link: link.id, mandate, barred: None, sealed };
        work.push(Command::KeepLinkSecret(row));
        let begun = AuditEvent::once("link.begun", who.actor, link.id);
        work.push(Command::Audit(begun.with("institution", &wanted.institution)));
        let begun = Begun { link, mandate };
        work.commands.extend(reply.command(self, &begun)?);
        self.commit_cancelling(work).await?;
        Ok(begun)
    }

    /// The device that the link has had from its first day. To a bank, a new one is a reason for
    /// suspicion.
    async fn device_of(
        &self,
        who: &Principal,
        wanted: &NewLink<'_>,
        person: Option<PersonId>,
        before: Option<&LinkSecretRow>,
    ) -> Result<DeviceId, LinkError> {
        let mint = || DeviceId::mint(self.vault().randomness().as_ref());
        let Some(before) = before else {
            let seen = self.device_just_seen(who, wanted, person).await?;
            return Ok(seen.unwrap_or_else(mint));
        };
        let secret = self.open_link_secret(who, before).await?;
        let refused_at = before.barred.filter(|barred| barred.until.is_none());
        let is_fresh = refused_at.is_some_and(|barred| self.now() < barred.since + LOCK);
        if is_fresh && !wanted.proven && secret.has_fields(wanted.fields) {
            return Err(LinkError::CredentialsRefused);
        }
        Ok(secret.device().unwrap_or_else(mint))
    }

    /// The device from which a call has just shown that the institution takes the credentials.
    async fn device_just_seen(
        &self,
        who: &Principal,
        wanted: &NewLink<'_>,
        person: Option<PersonId>,
    ) -> Result<Option<DeviceId>, EngineError> {
        if !wanted.proven {
            return Ok(None);
        }
        let (institution, source) = (&wanted.institution, LinkSource::Calls);
        let calls = self.store().link_of(who.tenant, institution, person, source).await?;
        Ok(calls.map(|calls| self.device_of_calls(who, calls.id)))
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
            let (id, institution) = (self.minter().mint(), wanted.institution.clone());
            let row = LinkRow::begun(id, institution, person, source, work.at);
            work.push(Command::AddLink(row.clone()));
            return Ok(row);
        };
        let state = known.state.resume(work.at);
        work.push(Command::ChangeLink { id: known.id, expected: known.version, state });
        Ok(LinkRow { state, version: known.version + 1, ..known })
    }
}

/// The mandate is the person's whose data will come: whoever the credentials sign in.
fn check_person(form: &CredentialForm, wanted: &NewLink<'_>) -> Result<(), LinkError> {
    let ruts = form.fields.iter().filter(|field| field.kind == FieldKind::Rut);
    let others = ruts
        .filter_map(|field| wanted.fields.get(field.name))
        .any(|value| Rut::parse(value.expose()).is_ok_and(|rut| rut != wanted.rut));
    if others { Err(LinkError::OtherPerson) } else { Ok(()) }
}

/// Credentials as a connector takes them.
pub(crate) fn credential(fields: &BTreeMap<String, Secret<String>>) -> Credential {
    fields.iter().fold(Credential::default(), |all, (name, value)| {
        all.with(name.clone(), Secret::new(value.expose().clone()))
    })
}
