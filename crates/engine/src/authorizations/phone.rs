//! A phone that was given a key pair, as its holder uses it.

use cartola_model::AuthorizationStanding;
use cartola_primitives::id::AuthorizationId;
use cartola_store::authorizations::AuthorizationFilter;
use cartola_store::{MAX_PAGE, Page};

use super::by::{By, PAGE};
use super::content::SealedPhone;
use super::errors::EnrolError;
use super::token::{SentSecret, parse_phone_secret};
use super::{Authorization, Enrolment, EnrolmentRow, Phone};
use crate::once::Reply;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

impl Engine {
    /// The phone that keeps a secret, with what waits for it; nothing where it is the secret of none.
    pub async fn phone(&self, secret: &str) -> Result<Option<Phone>, EngineError> {
        let Some((sent, row)) = self.holder(secret).await? else { return Ok(None) };
        let tenant = sent.tenant;
        let filter = AuthorizationFilter {
            person: Some(row.person),
            standing: Some(AuthorizationStanding::Pending),
            ..AuthorizationFilter::default()
        };
        let page = self.store().authorizations(tenant, filter, None, MAX_PAGE).await?;
        let mut pending = Vec::new();
        for asked in page.rows.into_iter().rev().filter(|asked| asked.enrolment == row.id) {
            let shown = self.shown_authorization(tenant, asked).await?;
            if shown.state().standing() == AuthorizationStanding::Pending {
                pending.push(shown);
            }
        }
        let rut = self.rut_of_person(tenant, row.person).await?;
        Ok(Some(Phone { enrolment: self.shown_enrolment(tenant, row).await?, rut, pending }))
    }

    /// What was asked on the phone that keeps a secret, newest first, and what became of it; nothing
    /// where it is the secret of none.
    pub async fn log_of_phone(
        &self,
        secret: &str,
        before: Option<AuthorizationId>,
        limit: usize,
    ) -> Result<Option<Page<Authorization, AuthorizationId>>, EngineError> {
        let Some((sent, row)) = self.holder(secret).await? else { return Ok(None) };
        let filter =
            AuthorizationFilter { person: Some(row.person), ..AuthorizationFilter::default() };
        let page = self.store().authorizations(sent.tenant, filter, before, limit).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        // What the person is asked on another phone is not for whoever has this one.
        for asked in page.rows.into_iter().filter(|asked| asked.enrolment == row.id) {
            rows.push(self.shown_authorization(sent.tenant, asked).await?);
        }
        Ok(Some(Page { rows, next: page.next }))
    }

    /// Blocks the phone that its holder holds.
    pub async fn block_own_phone(&self, secret: &str) -> Result<Enrolment, EnrolError> {
        let (sent, row) = self.holder(secret).await?.ok_or(EnrolError::Unknown)?;
        let Some(phone) = self.opened_phone(sent.tenant, &row).await? else {
            return Err(EnrolError::Unknown);
        };
        let by = By::phone(&row, &phone, PAGE);
        let (tenant, id) = (sent.tenant, row.id);
        until_settled(|| self.block_phone_once(tenant, &by, id, &Reply::NONE)).await
    }

    /// The phone of a secret whose public half is kept.
    async fn holder(
        &self,
        secret: &str,
    ) -> Result<Option<(SentSecret, EnrolmentRow)>, EngineError> {
        let Some(sent) = parse_phone_secret(secret) else { return Ok(None) };
        let row = self.store().enrolment(sent.tenant, sent.enrolment).await?;
        let Some(row) = row else { return Ok(None) };
        let Some(phone) = self.opened_phone(sent.tenant, &row).await? else { return Ok(None) };
        Ok(is_of(&sent, &phone).then_some((sent, row)))
    }
}

fn is_of(sent: &SentSecret, phone: &SealedPhone) -> bool {
    sent.secret.public().jwk() == phone.key
}
