//! Using an approval: once, by exactly the operation that was approved.

use cartola_model::{Operation, Principal};
use cartola_primitives::Rut;
use cartola_store::authorizations::AuthorizationRow;
use cartola_store::{Command, UnitOfWork};

use super::Authorization;
use super::by::By;
use super::errors::UseError;
use crate::once::Reply;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

/// An approval, and the operation that is to be done by it.
#[derive(Clone, Copy)]
pub struct Use<'a> {
    /// The token of the approval, as the decision gave it; or its id, where it was decided on the
    /// gateway's own page.
    pub token: &'a str,
    /// Who does it.
    pub rut: Rut,
    /// What is done.
    pub operation: &'a Operation,
}

/// Who uses an approval.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum UsedBy {
    /// Whoever has its token, or its id.
    Whoever,
    /// What follows it ([`super::Ask::next`]).
    WhatFollows,
}

impl Engine {
    /// Uses an approval up, for an operation that is done elsewhere. Whoever does one in the store takes
    /// leave for it in that very unit, as payments and payouts do.
    pub async fn use_authorization(
        &self,
        who: &Principal,
        wanted: &Use<'_>,
    ) -> Result<Authorization, UseError> {
        self.use_authorization_replying(who, wanted, Reply::NONE).await
    }

    /// The same for a call that may be repeated.
    pub async fn use_authorization_replying(
        &self,
        who: &Principal,
        wanted: &Use<'_>,
        reply: Reply<'_, Authorization>,
    ) -> Result<Authorization, UseError> {
        until_settled(|| async {
            self.check_ticket(reply.ticket).await?;
            let (row, commands) = self.using(who, wanted, UsedBy::Whoever).await?;
            let mut work = UnitOfWork::new(who.tenant, self.now());
            work.commands = commands;
            let used = self.shown_authorization(who.tenant, row).await?;
            work.commands.extend(reply.command(self, &used)?);
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(used)
        })
        .await
    }

    /// What uses an approval up, for the unit that does the operation, and the authorization as it is
    /// then.
    pub(crate) async fn using(
        &self,
        who: &Principal,
        wanted: &Use<'_>,
        by: UsedBy,
    ) -> Result<(AuthorizationRow, Vec<Command>), UseError> {
        let tenant = who.tenant;
        let named = self.named_approval(tenant, wanted.token).ok_or(UseError::Unknown)?;
        let (id, is_id) = named;
        let row = self.store().authorization(tenant, id).await.map_err(EngineError::from)?;
        let row = row.ok_or(UseError::Unknown)?;
        let shown = self.shown_authorization(tenant, row.clone()).await?;
        // What was decided through the tenant's own call has a token, which it was told then.
        let has_token = shown.signed.as_ref().is_some_and(|signed| !signed.on_page);
        if is_id && has_token {
            return Err(UseError::Unknown);
        }
        // What follows by itself is done by that alone: else it could be used up with nothing done.
        let is_followed = shown.signed.as_ref().is_some_and(|signed| signed.is_followed);
        if is_followed && by == UsedBy::Whoever {
            return Err(UseError::Unknown);
        }
        let person = self.person_by_rut(who.tenant, wanted.rut).await?;
        if person != Some(row.person) || !shown.operation.allows(wanted.operation) {
            return Err(UseError::OtherOperation);
        }
        let now = self.instant(tenant);
        let state = row.standing.state.use_up(now);
        let state = state.map_err(|_| UseError::NotUsable(*shown.state()))?;
        let (commands, after) =
            self.moving_authorization(tenant, &By::of(who), &row, (state, None));
        Ok((after, commands))
    }
}
