//! Asking somebody.

use cartola_model::authorization::showable;
use cartola_model::{
    AuthorizationStanding, AuthorizationState, EnrolmentStanding, EnrolmentState, Operation,
    Principal,
};
use cartola_primitives::id::{AuthorizationId, PersonId, TenantId};
use cartola_primitives::{Date, santiago};
use cartola_store::authorizations::{
    AuthorizationFilter, AuthorizationProgress, AuthorizationRow, EnrolmentRow,
};
use cartola_store::payments::PaymentCase;
use cartola_store::{Command, UnitOfWork};

use super::by::By;
use super::content::SealedContent;
use super::errors::AskError;
use super::jobs::Job;
use super::moving::authorization_event;
use super::{Ask, Authorization, CHALLENGE_LASTS, MAX_CHANNEL, MAX_PENDING, Reason};
use crate::payments::MAX_CASE_BYTES;
use crate::retry::until_settled;
use crate::vault::purpose;
use crate::{Engine, EngineError};

impl Engine {
    /// Asks somebody to approve an operation on their phone. The same case with the same operation is
    /// the authorization that it was the first time, however it stands by now.
    pub async fn ask_authorization(
        &self,
        who: &Principal,
        ask: &Ask<'_>,
    ) -> Result<Authorization, AskError> {
        check(ask, santiago::today(self.now()))?;
        let row = until_settled(|| self.ask_once(who, ask)).await?;
        Ok(self.shown_authorization(who.tenant, row).await?)
    }

    async fn ask_once(&self, who: &Principal, ask: &Ask<'_>) -> Result<AuthorizationRow, AskError> {
        let tenant = who.tenant;
        let case = self.case_of_ask(tenant, ask)?;
        let known = self.store().authorization_of_case(tenant, &case.key).await;
        if let Some(known) = known.map_err(EngineError::from)? {
            let is_same = known.case.fingerprint == case.fingerprint;
            return if is_same { Ok(known) } else { Err(AskError::OtherRequest) };
        }
        let person = self.person_by_rut(who.tenant, ask.rut).await?.ok_or(AskError::NoPhone)?;
        let phone = self.enrolment_in_use(tenant, person, EnrolmentStanding::Active).await?;
        let phone = phone.ok_or(AskError::NoPhone)?;
        self.check_cooling(who, ask, &phone).await?;
        let over = self.check_pending(tenant, person).await?;
        let mut work = UnitOfWork::new(tenant, self.now());
        work.commands = over;
        let key = self.vault().key_of(tenant, Some(person), self.minter(), work.at).await?;
        let id: AuthorizationId = self.minter().mint();
        let operation = self.named_operation(who, person, ask.operation).await?;
        let text = self.text_of(tenant, &operation).await?;
        let content = SealedContent { operation, text };
        let place = AuthorizationRow::content_place(tenant, &id);
        let until = work.at + CHALLENGE_LASTS;
        let state = AuthorizationState::Pending { until };
        let row = AuthorizationRow {
            id,
            person,
            enrolment: phone.id,
            kind: ask.operation.kind(),
            channel: ask.channel.to_owned(),
            amount: ask.operation.amount(),
            case,
            created_at: work.at,
            content: self.vault().seal_record(&key, &place, &content)?,
            standing: AuthorizationProgress {
                state,
                changed_at: work.at,
                signature: None,
                continuation: self.continuation(tenant, &key, ask.next.as_ref())?,
            },
            version: 1,
        };
        // Changed and not looked at alone: of many questions at once, each is of another version of the
        // phone, so that each has counted those before it.
        let (state_of_phone, sealed) = (phone.standing.state, phone.standing.phone.clone());
        work.push(self.changed_enrolment(tenant, &phone, state_of_phone, sealed).0);
        work.push(Command::Audit(authorization_event(&By::of(who), &row, state)));
        let job = Job::Expire(id);
        work.push(Command::EnqueueJob(self.ending_order((tenant, until), &key, &job)?));
        work.push(Command::AddAuthorization(Box::new(row.clone())));
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(row)
    }

    fn case_of_ask(&self, tenant: TenantId, ask: &Ask<'_>) -> Result<PaymentCase, EngineError> {
        let asked = (ask.rut.compact(), ask.channel, ask.operation);
        let asked = serde_json::to_vec(&asked).map_err(EngineError::Content)?;
        Ok(PaymentCase {
            key: self.vault().digest(purpose::AUTHORIZATION_CASE, tenant, ask.case.as_bytes()),
            fingerprint: self.vault().digest(purpose::FINGERPRINT, tenant, &asked),
        })
    }

    /// What the phone shows: the operation, and who asks for it.
    async fn text_of(&self, tenant: TenantId, operation: &Operation) -> Result<String, AskError> {
        let row = self.store().tenant(tenant).await.map_err(EngineError::from)?;
        let name = row.map(|row| row.name).filter(|name| showable(name));
        let name = name.ok_or(AskError::Requester)?;
        Ok(format!("{}\nSolicita: {name}", operation.text()))
    }

    /// Refuses what is high-risk on a phone that has just come after another one.
    async fn check_cooling(
        &self,
        who: &Principal,
        ask: &Ask<'_>,
        phone: &EnrolmentRow,
    ) -> Result<(), AskError> {
        let EnrolmentState::Active { since, .. } = phone.standing.state else { return Ok(()) };
        let until = since + self.inner.rules.cooling_off;
        if self.now() >= until {
            return Ok(());
        }
        let opened = self.opened_phone(who.tenant, phone).await?;
        if opened.is_none_or(|phone| phone.before.is_none()) {
            return Ok(());
        }
        let reasons = self.reasons_to_ask(who, ask.rut, ask.operation).await?;
        if reasons.into_iter().any(Reason::is_high_risk) {
            return Err(AskError::Cooling { until });
        }
        Ok(())
    }

    /// Refuses more than may wait for a person, and gives what writes down that the time of others is
    /// over.
    async fn check_pending(
        &self,
        tenant: TenantId,
        person: PersonId,
    ) -> Result<Vec<Command>, AskError> {
        let filter = AuthorizationFilter {
            person: Some(person),
            standing: Some(AuthorizationStanding::Pending),
            ..AuthorizationFilter::default()
        };
        let page = self.store().authorizations(tenant, filter, None, 2 * MAX_PENDING).await;
        let page = page.map_err(EngineError::from)?;
        let is_over = |row: &AuthorizationRow| row.standing.state.seen_at(self.now()).is_final();
        let (over, waiting): (Vec<_>, Vec<_>) = page.rows.into_iter().partition(is_over);
        if waiting.len() >= MAX_PENDING {
            return Err(AskError::TooMany);
        }
        Ok(over.iter().flat_map(|row| self.expiring(tenant, row)).collect())
    }
}

fn check(ask: &Ask<'_>, today: Date) -> Result<(), AskError> {
    let is_name = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.')
    };
    let is_sound = (1..=MAX_CASE_BYTES).contains(&ask.case.len())
        && (1..=MAX_CHANNEL).contains(&ask.channel.len())
        && ask.channel.bytes().all(is_name);
    if is_sound { Ok(ask.operation.check_on(today)?) } else { Err(AskError::Case) }
}
