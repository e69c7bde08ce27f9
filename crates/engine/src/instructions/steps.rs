//! The steps themselves: what is asked of a bank, and what is made of its answer.

use cartola_connector::ConnectorError;
use cartola_connector::session::InstructionName;
use cartola_crypto::Sealed;
use cartola_model::{
    AccountNumber, BankSays, Failure, Instructed, InstructionOrder, InstructionState,
    InstructionTold, InvalidTransition, PaymentFailure,
};
use cartola_primitives::{Rut, Timestamp};
use cartola_store::instructions::InstructionRow;

use super::jobs::{Step, over};
use super::moving::Move;
use super::pauses::next_look;
use crate::links::LinkError;
use crate::payments::{SignedIn, TOLD_AFTER, paying_account};
use crate::readings::LOCK;
use crate::work::Outcome;
use crate::{Engine, EngineError};

impl Engine {
    /// Chooses the account, writes down that the bank is told, and tells it.
    pub(super) async fn submit_instruction(&self, step: &Step<'_>) -> Result<Outcome, EngineError> {
        match &step.row.standing.state {
            InstructionState::Requested => {}
            // Whoever wrote this did not come to its end.
            InstructionState::Submitting => {
                return self.doubt_instruction(step, Failure::Internal).await;
            }
            _ => return Ok(over()),
        }
        if let Err(failure) = self.allowed(&step.errand()).await? {
            return self.fail_instruction(step, PaymentFailure::of(failure)).await;
        }
        let signed_in = match self.sign_in(&step.errand()).await {
            Ok(signed_in) => signed_in,
            Err(error) => return self.not_given(step, error).await,
        };
        let (order, row) = match self.fixed_instruction(step, &signed_in).await? {
            Ok(fixed) => fixed,
            Err(error) => return self.not_given(step, error.into()).await,
        };
        let told = match signed_in.instructions(row.kind) {
            Ok(taker) => taker.instruct(&order, &signed_in.context).await,
            Err(error) => Err(error.before_sending()),
        };
        let step = Step { row: &row, ..*step };
        match told {
            Err(error) if error.unsent => self.not_given(&step, error.into()).await,
            Ok(told) => self.instruction_stands(&step, signed_in, told).await,
            Err(error) => {
                let cause = error.kind.failure();
                not_asked(&row, &error.into());
                self.doubt_instruction(&step, cause).await
            }
        }
    }

    /// The order with its account, once it is written down that the bank is about to be told.
    async fn fixed_instruction(
        &self,
        step: &Step<'_>,
        signed_in: &SignedIn,
    ) -> Result<Result<(InstructionOrder, InstructionRow), ConnectorError>, EngineError> {
        let (who, row, live) = (step.who, step.row, &signed_in.session);
        let mut sealed = self.opened_instruction(who, row).await?;
        if let Err(error) = signed_in.instructions(row.kind) {
            return Ok(Err(error));
        }
        let mut from = None;
        if row.kind.moves_money() {
            let named = sealed.from.as_deref().and_then(|number| AccountNumber::parse(number).ok());
            match paying_account(live.session(), named.as_ref(), &signed_in.context).await {
                Ok(number) => {
                    sealed.from = Some(number.written().to_owned());
                    from = Some(number);
                }
                Err(error) => return Ok(Err(error)),
            }
        }
        let key = self.vault().key_of(who.tenant, row.person, self.minter(), self.now()).await?;
        let place = InstructionRow::order_place(who.tenant, &row.id);
        let order = Some(self.vault().seal_record(&key, &place, &sealed)?);
        let Ok(state) = row.standing.state.clone().submit() else {
            return Err(EngineError::Interrupted);
        };
        let row = self.announce_instruction(step, &Move { order, ..Move::to(state) }).await?;
        Ok(Ok((sealed.order(row.end_to_end, from), row)))
    }

    /// Looks where an instruction stands that waits for the customer, for its bank, or for whoever takes
    /// cash. Where what allowed it has ended while the customer is still asked, it is given up.
    pub(super) async fn look_at_instruction(
        &self,
        step: &Step<'_>,
    ) -> Result<Outcome, EngineError> {
        if step.row.version != step.arguments.version {
            return Ok(over());
        }
        let signed_in = match self.sign_in(&step.errand()).await {
            Ok(signed_in) => signed_in,
            Err(error) => return self.look_at_instruction_later(step, error).await,
        };
        let is_asked = matches!(step.row.standing.state, InstructionState::Challenged(_));
        let is_over = is_asked && self.allowed(&step.errand()).await?.is_err();
        let (name, context) = (name(step.row), &signed_in.context);
        let told = match signed_in.instructions(step.row.kind) {
            Ok(taker) if is_over => taker.cancel(name, context).await.map(Some),
            Ok(taker) => taker.look(name, context).await,
            Err(error) => Err(error),
        };
        match told {
            Ok(Some(told)) => self.instruction_stands(step, signed_in, told).await,
            // It had heard of it before: that is no word to go by.
            Ok(None) => self.instruction_later(step, next_look(step.row, self.now())).await,
            Err(error) => self.look_at_instruction_later(step, error.into()).await,
        }
    }

    /// Asks a bank of which nobody knows what it has heard. What it never heard of is given up: of what
    /// still arrives it will make nothing.
    pub(super) async fn resolve_instruction(
        &self,
        step: &Step<'_>,
    ) -> Result<Outcome, EngineError> {
        if step.row.version != step.arguments.version {
            return Ok(over());
        }
        let signed_in = match self.sign_in(&step.errand()).await {
            Ok(signed_in) => signed_in,
            Err(error) => return self.look_at_instruction_later(step, error).await,
        };
        match looked_or_given_up(step, &signed_in).await {
            Ok(told) => self.instruction_stands(step, signed_in, told).await,
            Err(error) => self.look_at_instruction_later(step, error.into()).await,
        }
    }

    /// Asks the bank to give up what is not wanted any more, until it says what stands.
    pub(super) async fn give_instruction_up(
        &self,
        step: &Step<'_>,
    ) -> Result<Outcome, EngineError> {
        if step.row.version != step.arguments.version {
            return Ok(over());
        }
        let signed_in = match self.sign_in(&step.errand()).await {
            Ok(signed_in) => signed_in,
            Err(error) => return self.look_at_instruction_later(step, error).await,
        };
        let told = match signed_in.instructions(step.row.kind) {
            Ok(taker) => taker.cancel(name(step.row), &signed_in.context).await,
            Err(error) => Err(error),
        };
        match told {
            Ok(told) => self.instruction_stands(step, signed_in, told).await,
            Err(error) => self.look_at_instruction_later(step, error.into()).await,
        }
    }

    /// Moves an instruction to where the bank says that it stands. Its session is left for the next step
    /// before that can begin; not while cash waits, which it may do for a day.
    async fn instruction_stands(
        &self,
        step: &Step<'_>,
        signed_in: SignedIn,
        told: InstructionTold,
    ) -> Result<Outcome, EngineError> {
        let before = &step.row.standing.state;
        let InstructionTold { says, bank_reference } = told;
        let next = before.clone().told(&says, self.now());
        let stands = next.as_ref().unwrap_or(before);
        let goes_on = !stands.is_final() && !matches!(stands, InstructionState::Available { .. });
        self.leave_session(&step.errand(), signed_in, goes_on);
        match next {
            // A code may come after the cash was put aside.
            Ok(state) if state == *before && !is_first_code(step.row, &says) => {
                self.instruction_later(step, self.next_look_at_instruction(step.row)).await
            }
            Ok(state) => {
                let code = match says.code() {
                    Some(code) => Some(self.sealed_code(step.who, step.row, code).await?),
                    None => None,
                };
                let (order, by_other) = match says.claimed_by() {
                    Some(by) => self.claimed_order(step, by).await?,
                    None => (None, false),
                };
                let next = Move { order, code, bank_reference, by_other, ..Move::to(state) };
                self.end_instruction_step(step, &next).await
            }
            Err(error) => {
                contradicted(step.row, &error);
                self.instruction_later(step, self.next_look_at_instruction(step.row)).await
            }
        }
    }

    /// The order with who took the cash, as the bank says it, and whether that is somebody else than it was
    /// put aside for: the operator hears of that, and the audit trail says so.
    async fn claimed_order(
        &self,
        step: &Step<'_>,
        by: Rut,
    ) -> Result<(Option<Sealed>, bool), EngineError> {
        let (who, row) = (step.who, step.row);
        let mut sealed = self.opened_instruction(who, row).await?;
        sealed.claimed_by = Some(by);
        let by_other = matches!(&sealed.what, Instructed::Withdrawal(cash) if cash.rut != by);
        if by_other {
            let institution = &row.institution;
            tracing::warn!(instruction = %row.id, %institution, "engine.instruction.claimed_by_other");
        }
        let key = self.vault().key_of(who.tenant, row.person, self.minter(), self.now()).await?;
        let place = InstructionRow::order_place(who.tenant, &row.id);
        Ok((Some(self.vault().seal_record(&key, &place, &sealed)?), by_other))
    }

    /// Ends what came to nothing before the bank heard of it.
    async fn not_given(&self, step: &Step<'_>, error: LinkError) -> Result<Outcome, EngineError> {
        let error = error.into_ours()?;
        not_asked(step.row, &error);
        self.fail_instruction(step, PaymentFailure::of(error.failure())).await
    }

    /// Looks again when the bank may be asked.
    async fn look_at_instruction_later(
        &self,
        step: &Step<'_>,
        error: LinkError,
    ) -> Result<Outcome, EngineError> {
        let error = error.into_ours()?;
        not_asked(step.row, &error);
        let usual = self.next_look_at_instruction(step.row);
        let not_before = match &error {
            LinkError::Locked { until } => usual.max(*until),
            // They are tried again when the person may have made it right.
            LinkError::CredentialsRefused => usual.max(self.now() + LOCK),
            _ => usual,
        };
        self.instruction_later(step, not_before).await
    }

    /// When the bank is asked next; the operator hears of what does not come to its end. Cash has its own
    /// time.
    fn next_look_at_instruction(&self, row: &InstructionRow) -> Timestamp {
        let now = self.now();
        let due = match row.standing.state {
            InstructionState::Available { expires_at } => expires_at,
            _ => row.standing.changed_at,
        };
        let lasts = now.duration_since(due);
        if lasts >= TOLD_AFTER {
            let (state, minutes) = (row.standing.state.standing().name(), lasts.as_mins());
            let institution = &row.institution;
            tracing::warn!(
                instruction = %row.id, %institution, state, minutes, "engine.instruction.stands"
            );
        }
        next_look(row, now)
    }
}

/// Whether the bank tells the code of cash that was put aside without one.
fn is_first_code(row: &InstructionRow, says: &BankSays) -> bool {
    row.standing.code.is_none() && says.code().is_some()
}

const fn name(row: &InstructionRow) -> InstructionName {
    InstructionName { kind: row.kind, end_to_end_id: row.end_to_end }
}

async fn looked_or_given_up(
    step: &Step<'_>,
    signed_in: &SignedIn,
) -> Result<InstructionTold, ConnectorError> {
    let (taker, name) = (signed_in.instructions(step.row.kind)?, name(step.row));
    match taker.look(name, &signed_in.context).await? {
        Some(told) => Ok(told),
        None => taker.cancel(name, &signed_in.context).await,
    }
}

fn contradicted(row: &InstructionRow, error: &InvalidTransition) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(instruction = %row.id, error, "engine.instruction.contradicted");
}

fn not_asked(row: &InstructionRow, error: &LinkError) {
    tracing::info!(
        instruction = %row.id,
        institution = %row.institution,
        error = error as &dyn std::error::Error,
        "engine.instruction.not_told"
    );
}
