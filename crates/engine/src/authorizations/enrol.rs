//! Enrolling phones: a code for somebody who was validated, and the phone that takes it.

use cartola_connector::Holder;
use cartola_crypto::{ContentHash, DeviceKey, DeviceSecret, Digest};
use cartola_model::authorization::{CancelCause, IdentityProof, KeyOrigin};
use cartola_model::{EnrolmentStanding, EnrolmentState, Principal};
use cartola_primitives::id::{EnrolmentId, PersonId, TenantId};
use cartola_primitives::{Rut, Secret};
use cartola_store::authorizations::{EnrolmentFilter, EnrolmentProgress, EnrolmentRow};
use cartola_store::{Command, UnitOfWork};

use super::by::{By, PAGE};
use super::content::SealedPhone;
use super::errors::{EnrolError, EnrolmentError, looked_at};
use super::jobs::Job;
use super::moving::enrolment_event;
use super::token::phone_secret;
use super::{
    Begun, CODE_LASTS, CODES_WITHIN, Enrolled, MAX_CODES, MAX_PHONE_TEXT, NewPhone, Validated,
};
use crate::imports::Made;
use crate::links::LinkError;
use crate::once::Reply;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

impl Engine {
    /// Begins an enrolment of somebody whose identity was validated. A code that was given out before
    /// and that no phone took is of no use from now on; a phone that is active stays so until another
    /// takes the code. While the person wants nothing done with their data, none is begun.
    pub async fn begin_enrolment(
        &self,
        who: &Principal,
        rut: Rut,
        validated: Validated<'_>,
    ) -> Result<Begun, EnrolmentError> {
        self.begin_enrolment_replying(who, rut, validated, Reply::NONE).await
    }

    /// The same for a call that may be repeated.
    pub async fn begin_enrolment_replying(
        &self,
        who: &Principal,
        rut: Rut,
        validated: Validated<'_>,
        reply: Reply<'_, Begun>,
    ) -> Result<Begun, EnrolmentError> {
        until_settled(|| self.begin_enrolment_once(who, rut, validated, &reply)).await
    }

    async fn begin_enrolment_once(
        &self,
        who: &Principal,
        rut: Rut,
        validated: Validated<'_>,
        reply: &Reply<'_, Begun>,
    ) -> Result<Begun, EnrolmentError> {
        self.check_ticket(reply.ticket).await?;
        let (proof, evidence) = match validated {
            Validated::ByBank(shown) if (shown.tenant, shown.rut) != (who.tenant, rut) => {
                return Err(EnrolmentError::OtherPerson);
            }
            Validated::ByBank(shown) => (shown.proof, shown.evidence),
            Validated::ByTenant([]) => return Err(EnrolmentError::Evidence),
            Validated::ByTenant(evidence) => (IdentityProof::Tenant, ContentHash::of(evidence)),
        };
        let (tenant, mut made) = (who.tenant, Made::default());
        let holder = Holder { rut: Some(rut), name: None };
        let (person, key) = self.resolve_person(who, &holder, self.now(), &mut made).await?;
        let person = person.ok_or(EngineError::Interrupted)?;
        self.refuse_blocked(tenant, Some(person), &mut made.commands).await?;
        self.refuse_too_many_codes(tenant, person).await?;
        let mut work = UnitOfWork::new(tenant, self.now());
        work.commands = made.commands;
        let by = By::of(who);
        if let Some(before) =
            self.enrolment_in_use(tenant, person, EnrolmentStanding::Pending).await?
        {
            let state = before.standing.state.supersede(work.at).map_err(looked_at)?;
            work.commands.extend(self.moving_enrolment(tenant, &by, &before, state).await?.0);
        }
        let id = self.minter().mint();
        let code = self.enrolment_code(tenant, &id);
        let until = work.at + CODE_LASTS;
        let state = EnrolmentState::Pending { until };
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
        work.push(Command::Audit(enrolment_event(&by, &row, state)));
        work.push(Command::AddEnrolment(Box::new(row.clone())));
        let order = self.ending_order((tenant, until), &key, &Job::Lapse(id))?;
        work.push(Command::EnqueueJob(order));
        let begun = Begun { enrolment: self.shown_enrolment(tenant, row).await?, code };
        work.commands.extend(reply.command(self, &begun)?);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(begun)
    }

    /// Refuses a code to somebody who was given [`MAX_CODES`] within [`CODES_WITHIN`]: each is an
    /// enrolment that is kept, and whoever needs so many is not somebody with a new phone.
    async fn refuse_too_many_codes(
        &self,
        tenant: TenantId,
        person: PersonId,
    ) -> Result<(), EnrolmentError> {
        let filter = EnrolmentFilter { person: Some(person), ..EnrolmentFilter::default() };
        let page = self.store().enrolments(tenant, filter, None, MAX_CODES).await;
        let rows = page.map_err(EngineError::from)?.rows;
        match rows.get(MAX_CODES - 1).map(|oldest| oldest.created_at + CODES_WITHIN) {
            Some(until) if self.now() < until => Err(EnrolmentError::TooMany { until }),
            _ => Ok(()),
        }
    }

    /// Takes a code on a phone, once: the phone is the person's from now on, and no other is. A code of
    /// another tenant is none.
    pub async fn enrol_phone_replying(
        &self,
        who: &Principal,
        code: &str,
        phone: &NewPhone<'_>,
        reply: Reply<'_, Enrolled>,
    ) -> Result<Enrolled, EnrolError> {
        let parsed = self.parse_enrolment_code(code).filter(|(tenant, _)| *tenant == who.tenant);
        let code = parsed.ok_or(EnrolError::Unknown)?;
        let through = who.actor.to_string();
        until_settled(|| self.enrol_phone_once(code, phone, &through, &reply)).await
    }

    /// The same for whoever holds the code, on the gateway's own page.
    pub async fn enrol_phone(
        &self,
        code: &str,
        phone: &NewPhone<'_>,
    ) -> Result<Enrolled, EnrolError> {
        let code = self.parse_enrolment_code(code).ok_or(EnrolError::Unknown)?;
        until_settled(|| self.enrol_phone_once(code, phone, PAGE, &Reply::NONE)).await
    }

    async fn enrol_phone_once(
        &self,
        (tenant, code): (TenantId, Digest),
        phone: &NewPhone<'_>,
        through: &str,
        reply: &Reply<'_, Enrolled>,
    ) -> Result<Enrolled, EnrolError> {
        self.check_ticket(reply.ticket).await?;
        let row = self.store().enrolment_of_code(tenant, &code).await;
        let row = row.map_err(EngineError::from)?.ok_or(EnrolError::Unknown)?;
        let activate = || {
            let state = row.standing.state.activate(self.instant(tenant));
            state.map_err(|_| EnrolError::Ended(row.standing.state.seen_at(self.now())))
        };
        activate()?;
        check_text(Some(phone.name))?;
        check_text(phone.fingerprint)?;
        phone.pin.check_choice(self.rut_of_person(tenant, row.person).await?)?;
        let (key, secret) = self.key_of_phone((tenant, row.id), phone)?;
        let pin = self.hashed_pin((tenant, row.id), phone.pin).await?;
        // That took a while: it is by now that the phone has taken the code.
        let state = activate()?;
        let opened = SealedPhone {
            name: phone.name.to_owned(),
            fingerprint: phone.fingerprint.map(str::to_owned),
            key: key.jwk(),
            thumbprint: key.thumbprint().to_owned(),
            origin: if secret.is_some() { KeyOrigin::Gateway } else { KeyOrigin::Phone },
            before: self.phone_before(tenant, &row).await?,
            pin: Some(pin),
        };
        let by = By::phone(&row, &opened, through);
        let mut work = UnitOfWork::new(tenant, self.now());
        let blocked = self.refuse_blocked(tenant, Some(row.person), &mut work.commands).await;
        blocked.map_err(|error| match error {
            LinkError::Engine(error) => EnrolError::Engine(error),
            _ => EnrolError::Blocked,
        })?;
        if let Some(before) =
            self.enrolment_in_use(tenant, row.person, EnrolmentStanding::Active).await?
        {
            let replaced = before.standing.state.supersede(work.at).map_err(looked_at)?;
            let by = by.clone().with("by", row.id.to_string());
            let moving = self.moving_enrolment(tenant, &by, &before, replaced).await?.0;
            work.commands.extend(moving);
            let cause = CancelCause::PhoneReplaced;
            work.commands.extend(self.cancelling_all_of(tenant, &by, &before, cause).await?);
        }
        let data = self.vault().key_of(tenant, Some(row.person), self.minter(), work.at).await?;
        let sealed = self.sealed_phone((tenant, row.id), &data, &opened)?;
        let (change, after) = self.changed_enrolment(tenant, &row, state, Some(sealed));
        work.push(change);
        work.push(Command::Audit(enrolment_event(&by, &row, state)));
        let enrolled = Enrolled { enrolment: self.shown_enrolment(tenant, after).await?, secret };
        work.commands.extend(reply.command(self, &enrolled)?);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(enrolled)
    }

    /// The last phone that a person had before, however it ended: whoever takes a person's place would
    /// have it blocked first.
    async fn phone_before(
        &self,
        tenant: TenantId,
        row: &EnrolmentRow,
    ) -> Result<Option<EnrolmentId>, EngineError> {
        // This one has none yet, and however many codes were given out since, they have none either.
        let person = Some(row.person);
        let filter = EnrolmentFilter { person, standing: None, with_phone: true };
        let page = self.store().enrolments(tenant, filter, None, 1).await?;
        Ok(page.rows.first().map(|other| other.id))
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
        let (person, standing) = (Some(person), Some(standing));
        let filter = EnrolmentFilter { person, standing, with_phone: false };
        let page = self.store().enrolments(tenant, filter, None, 1).await?;
        Ok(page.rows.into_iter().next())
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
