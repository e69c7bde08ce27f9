//! Using an approval: once, by exactly the operation that was approved.

use cartola_model::{Operation, Principal};
use cartola_primitives::Rut;
use cartola_store::authorizations::{AuthorizationRow, KnownPayee};
use cartola_store::{Command, UnitOfWork};

use super::Authorization;
use super::errors::UseError;
use crate::retry::until_settled;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// An approval, and the operation that is to be done by it.
#[derive(Clone, Copy)]
pub struct Use<'a> {
    /// The token of the approval, as the decision gave it.
    pub token: &'a str,
    /// Who does it.
    pub rut: Rut,
    /// What is done.
    pub operation: &'a Operation,
}

impl Engine {
    /// Uses an approval up. Whoever does the operation in the store does both in one unit, as
    /// [`Engine::begin_authorized_payment`].
    pub async fn use_authorization(
        &self,
        who: &Principal,
        wanted: &Use<'_>,
    ) -> Result<Authorization, UseError> {
        until_settled(|| async {
            let (row, commands) = self.using(who, wanted).await?;
            let mut work = UnitOfWork::new(who.tenant, self.now());
            work.commands = commands;
            self.store().commit(work).await.map_err(EngineError::from)?;
            let row = self.store().authorization(who.tenant, row.id).await;
            let row = row.map_err(EngineError::from)?.ok_or(UseError::Unknown)?;
            Ok(self.shown_authorization(who.tenant, row).await?)
        })
        .await
    }

    /// What uses an approval up, for the unit that does the operation.
    pub(crate) async fn using(
        &self,
        who: &Principal,
        wanted: &Use<'_>,
    ) -> Result<(AuthorizationRow, Vec<Command>), UseError> {
        let tenant = who.tenant;
        let id = self.parse_approval_token(tenant, wanted.token).ok_or(UseError::Unknown)?;
        let row = self.store().authorization(tenant, id).await.map_err(EngineError::from)?;
        let row = row.ok_or(UseError::Unknown)?;
        let shown = self.shown_authorization(tenant, row.clone()).await?;
        let person = self.person_of_rut(who, wanted.rut).await?;
        if person != Some(row.person) || shown.operation != *wanted.operation {
            return Err(UseError::OtherOperation);
        }
        let now = self.instant(tenant);
        let state = row.standing.state.use_up(now);
        let state = state.map_err(|_| UseError::NotUsable(*shown.state()))?;
        let actor = who.actor.to_string();
        let mut commands = self.moving_authorization(tenant, &actor, &row, (state, None));
        commands.extend(shown.operation.payees().iter().map(|payee| {
            let payee = self.vault().digest(purpose::PAYEE, tenant, payee.as_bytes());
            let (person, authorization) = (row.person, row.id);
            Command::KeepPayee(KnownPayee { person, payee, authorization, since: now })
        }));
        Ok((row, commands))
    }
}
