//! Enrolling phones: a code for somebody who was validated, and the phone that takes it.

use cartola_connector::Holder;
use cartola_crypto::{ContentHash, DeviceKey, DeviceSecret};
use cartola_model::authorization::{CancelCause, IdentityProof};
use cartola_model::{EnrolmentStanding, EnrolmentState, LinkState, Principal};
use cartola_primitives::id::{EnrolmentId, LinkId, PersonId, TenantId};
use cartola_primitives::{Rut, Secret};
use cartola_store::authorizations::{EnrolmentFilter, EnrolmentProgress, EnrolmentRow};
use cartola_store::{Command, UnitOfWork};

use super::content::SealedPhone;
use super::errors::{EnrolError, EnrolmentError, looked_at};
use super::moving::enrolment_event;
use super::token::phone_secret;
use super::{Begun, CODE_LASTS, Enrolled, MAX_PHONE_TEXT, NewPhone, SIGN_IN_SHOWS, Validated};
use crate::imports::Made;
use crate::retry::until_settled;
use crate::vault::purpose;
use crate::{Engine, EngineError};

impl Engine {
    /// Begins an enrolment of somebody whose identity was validated. A code that was given out before
    /// and that no phone took is of no use from now on; a phone that is active stays so until another
    /// takes the code.
    pub async fn begin_enrolment(
        &self,
        who: &Principal,
        rut: Rut,
        validated: Validated<'_>,
    ) -> Result<Begun, EnrolmentError> {
        until_settled(|| self.begin_enrolment_once(who, rut, validated)).await
    }

    async fn begin_enrolment_once(
        &self,
        who: &Principal,
        rut: Rut,
        validated: Validated<'_>,
    ) -> Result<Begun, EnrolmentError> {
        let (proof, evidence) = match validated {
            Validated::ByBank(link) => {
                (IdentityProof::Bank, self.shown_by_bank(who, rut, link).await?)
            }
            Validated::ByTenant([]) => return Err(EnrolmentError::Evidence),
            Validated::ByTenant(evidence) => (IdentityProof::Tenant, ContentHash::of(evidence)),
        };
        let (tenant, mut made) = (who.tenant, Made::default());
        let holder = Holder { rut: Some(rut), name: None };
        let (person, _) = self.resolve_person(who, &holder, self.now(), &mut made).await?;
        let person = person.ok_or(EngineError::Interrupted)?;
        let mut work = UnitOfWork::new(tenant, self.now());
        work.commands = made.commands;
        let actor = who.actor.to_string();
        if let Some(before) =
            self.enrolment_in_use(tenant, person, EnrolmentStanding::Pending).await?
        {
            let state = before.standing.state.supersede(work.at).map_err(looked_at)?;
            work.commands.extend(self.moving_enrolment(tenant, &actor, &before, state).await?);
        }
        let id = self.minter().mint();
        let code = self.enrolment_code(tenant, &id);
        let state = EnrolmentState::Pending { until: work.at + CODE_LASTS };
        let row = EnrolmentRow {
            id,
            person,
            proof,
            evidence,
            code: self.code_digest(tenant, code.expose()),
            created_at: work.at,
            standing: EnrolmentProgress { state, changed_at: work.at, phone: None },
            version: 1,
        };
        work.push(Command::Audit(enrolment_event(&actor, &row, state)));
        work.push(Command::AddEnrolment(Box::new(row.clone())));
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(Begun { enrolment: self.shown_enrolment(tenant, row).await?, code })
    }

    /// The hash of what shows that a bank has let somebody in.
    async fn shown_by_bank(
        &self,
        who: &Principal,
        rut: Rut,
        id: LinkId,
    ) -> Result<ContentHash, EnrolmentError> {
        let link = self.store().link(who.tenant, id).await.map_err(EngineError::from)?;
        let link = link.ok_or(EnrolmentError::Link)?;
        let person = self.person_of_rut(who, rut).await?;
        if person.is_none()
            || link.person != person
            || !matches!(link.state, LinkState::Active { .. })
        {
            return Err(EnrolmentError::Link);
        }
        let read = self.last_reading(who, id).await?.ok_or(EnrolmentError::NotSignedIn)?;
        let is_of_these = read.outcome.is_ok() && read.link_version == link.version;
        if !is_of_these || self.now().duration_since(read.ended_at) >= SIGN_IN_SHOWS {
            return Err(EnrolmentError::NotSignedIn);
        }
        Ok(ContentHash::of(format!("{id}\n{}\n{}", read.mandate, read.ended_at).as_bytes()))
    }

    /// Whether a code could be one of the tenant's.
    pub fn is_code_of(&self, who: &Principal, code: &str) -> bool {
        self.parse_enrolment_code(code).is_some_and(|(tenant, _)| tenant == who.tenant)
    }

    /// Takes a code on a phone, once: the phone is the person's from now on, and no other is.
    pub async fn enrol_phone(
        &self,
        code: &str,
        phone: &NewPhone<'_>,
    ) -> Result<Enrolled, EnrolError> {
        until_settled(|| self.enrol_phone_once(code, phone)).await
    }

    async fn enrol_phone_once(
        &self,
        code: &str,
        phone: &NewPhone<'_>,
    ) -> Result<Enrolled, EnrolError> {
        let (tenant, digest) = self.parse_enrolment_code(code).ok_or(EnrolError::Unknown)?;
        let row = self.store().enrolment_of_code(tenant, &digest).await;
        let row = row.map_err(EngineError::from)?.ok_or(EnrolError::Unknown)?;
        let now = self.now();
        let ended = |_| EnrolError::Ended(row.standing.state.seen_at(now));
        let state = row.standing.state.activate(self.instant(tenant)).map_err(ended)?;
        check_text(Some(phone.name))?;
        check_text(phone.fingerprint)?;
        phone.pin.check_choice(self.rut_of_person(tenant, row.person).await?)?;
        let (key, secret) = self.key_of_phone((tenant, row.id), phone)?;
        let sealed = SealedPhone {
            name: phone.name.to_owned(),
            fingerprint: phone.fingerprint.map(str::to_owned),
            key: key.jwk(),
            pin: Some(self.hashed_pin((tenant, row.id), phone.pin).await?),
        };
        let actor = row.id.to_string();
        let mut work = UnitOfWork::new(tenant, now);
        if let Some(before) =
            self.enrolment_in_use(tenant, row.person, EnrolmentStanding::Active).await?
        {
            let replaced = before.standing.state.supersede(work.at).map_err(looked_at)?;
            work.commands = self.moving_enrolment(tenant, &actor, &before, replaced).await?;
            let cause = CancelCause::PhoneReplaced;
            let cancelled = self.cancelling_all_of(tenant, &actor, &before, cause).await?;
            work.commands.extend(cancelled);
        }
        let data = self.vault().key_of(tenant, Some(row.person), self.minter(), now).await?;
        let sealed = self.sealed_phone((tenant, row.id), &data, &sealed)?;
        work.push(self.changed_enrolment(tenant, &row, state, Some(sealed.clone())));
        work.push(Command::Audit(enrolment_event(&actor, &row, state)));
        let standing = EnrolmentProgress { state, changed_at: work.at, phone: Some(sealed) };
        self.store().commit(work).await.map_err(EngineError::from)?;
        let row = EnrolmentRow { standing, version: row.version + 1, ..row };
        Ok(Enrolled { enrolment: self.shown_enrolment(tenant, row).await?, secret })
    }

    /// The phone's own key, or one that is made for it.
    fn key_of_phone(
        &self,
        (tenant, id): (TenantId, EnrolmentId),
        phone: &NewPhone<'_>,
    ) -> Result<(DeviceKey, Option<Secret<String>>), EnrolError> {
        if let Some(jwk) = phone.key {
            return Ok((DeviceKey::parse(jwk)?, None));
        }
        let secret = DeviceSecret::generate(self.vault().randomness().as_ref());
        Ok((secret.public(), Some(phone_secret(tenant, id, &secret))))
    }

    /// The enrolment of a person that stands so, of which there is one at most.
    pub(super) async fn enrolment_in_use(
        &self,
        tenant: TenantId,
        person: PersonId,
        standing: EnrolmentStanding,
    ) -> Result<Option<EnrolmentRow>, EngineError> {
        let filter = EnrolmentFilter { person: Some(person), standing: Some(standing) };
        let page = self.store().enrolments(tenant, filter, None, 1).await?;
        Ok(page.rows.into_iter().next())
    }

    /// Who has a RUT, if they are known.
    pub(crate) async fn person_of_rut(
        &self,
        who: &Principal,
        rut: Rut,
    ) -> Result<Option<PersonId>, EngineError> {
        let lookup = self.vault().digest(purpose::RUT, who.tenant, rut.compact().as_bytes());
        let person = self.store().person_by_lookup(who.tenant, &lookup).await?;
        Ok(person.map(|person| person.id))
    }
}

fn check_text(text: Option<&str>) -> Result<(), EnrolError> {
    let is_sound = |text: &str| {
        (1..=MAX_PHONE_TEXT).contains(&text.chars().count())
            && !text.trim().is_empty()
            && !text.chars().any(char::is_control)
    };
    if text.is_none_or(is_sound) { Ok(()) } else { Err(EnrolError::Text) }
}
