//! The steps themselves: what is asked of a bank, and what is made of its answer.

use cartola_connector::{ConnectorError, ErrorKind, RetryAdvice};
use cartola_model::{
    AccountNumber, Failure, InvalidTransition, LinkSource, PaymentFailure, PaymentState,
    TransferOrder, TransferTold,
};
use cartola_primitives::Timestamp;
use cartola_store::jobs::JobEnd;
use cartola_store::payments::PaymentRow;

use super::account::paying_account;
use super::jobs::{Step, over};
use super::moving::Move;
use super::pauses::{self, TOLD_AFTER, next_look};
use super::session::SignedIn;
use crate::links::LinkError;
use crate::readings::LOCK;
use crate::work::Outcome;
use crate::{Engine, EngineError};

impl Engine {
    /// Chooses the account, writes down that the bank is told, and tells it.
    pub(super) async fn submit(&self, step: &Step<'_>) -> Result<Outcome, EngineError> {
        match &step.row.standing.state {
            PaymentState::Requested => {}
            // Whoever wrote this did not come to its end.
            PaymentState::Submitting => return self.doubt(step, Failure::Internal).await,
            // It was given up before: its turn is the next one's.
            state if state.is_final() => {
                let next = self.whose_turn_is_next(step.who, step.row).await?;
                return Ok(Outcome::End(next.into_iter().collect(), JobEnd::Done));
            }
            _ => return Ok(over()),
        }
        if let Err(failure) = self.allowed(&step.errand()).await? {
            return self.fail(step, PaymentFailure::of(failure)).await;
        }
        let mut signed_in = match self.sign_in_unsettled(&step.errand()).await {
            Ok(signed_in) => signed_in,
            Err(error) => return self.not_made(step, error).await,
        };
        match self.fixed(step, &mut signed_in).await? {
            Ok((order, row)) => {
                let begun = signed_in.transfers();
                let begun = match begun {
                    Ok(maker) => maker.begin(&order, &signed_in.context).await,
                    Err(error) => Err(error.before_sending()),
                };
                let step = Step { row: &row, ..*step };
                match begun {
                    Err(error) if error.unsent => self.not_made(&step, error.into()).await,
                    begun => self.heard(&step, signed_in, begun).await,
                }
            }
            Err(error) => self.not_made(step, error.into()).await,
        }
    }

    /// The order with its account, once it is written down that the bank is about to be told, by which
    /// way, and as which client of it; and that it has let the customer in.
    async fn fixed(
        &self,
        step: &Step<'_>,
        signed_in: &mut SignedIn,
    ) -> Result<Result<(TransferOrder, PaymentRow), ConnectorError>, EngineError> {
        let unsettled = signed_in.unsettled.take();
        let (who, row, live) = (step.who, step.row, &signed_in.session);
        let mut sealed = self.opened_order(who, row).await?;
        let named = sealed.from.as_deref().and_then(|number| AccountNumber::parse(number).ok());
        let finding = async {
            let maker = signed_in.transfers()?;
            let from = paying_account(live.session(), named.as_ref(), &signed_in.context).await?;
            Ok((from, maker.route()))
        };
        let (found, unsettled) = match unsettled {
            Some(attempted) => self.settle_late(attempted, finding).await?,
            None => (finding.await, None),
        };
        let (from, route) = match found {
            Ok(found) => found,
            Err(error) => {
                if let Some(attempted) = unsettled {
                    self.settle_sign_in(attempted).await?;
                }
                return Ok(Err(error));
            }
        };
        sealed.from = Some(from.written().to_owned());
        sealed.route = Some(route.to_owned());
        let key = self.vault().key_of(who.tenant, row.person, self.minter(), self.now()).await?;
        let place = PaymentRow::order_place(who.tenant, &row.id);
        let order = Some(self.vault().seal_record(&key, &place, &sealed)?);
        let Ok(state) = row.standing.state.clone().submit() else {
            return Err(EngineError::Interrupted);
        };
        let credentials = self.sealed_payer(&step.errand(), signed_in, &key)?;
        let next = Move { order, credentials, ..Move::to(state) };
        let row = self.announce(step, &next, unsettled).await?;
        Ok(Ok((sealed.transfer(&row, from), row)))
    }

    /// Tells the bank what the customer has answered.
    pub(super) async fn tell_answer(&self, step: &Step<'_>) -> Result<Outcome, EngineError> {
        let (state, version) = (&step.row.standing.state, step.arguments.version());
        match state {
            PaymentState::Answered(_) if step.row.version == version => {}
            PaymentState::Answering(_) if step.row.version == version + 1 => {
                return self.doubt(step, Failure::Internal).await;
            }
            _ => return Ok(over()),
        }
        let signed_in = match self.sign_in(&step.errand()).await {
            Ok(signed_in) if self.allowed(&step.errand()).await?.is_ok() => signed_in,
            Ok(_) => return self.ask_again(step).await,
            Err(error) => {
                not_asked(step.row, &error.into_ours()?);
                return self.ask_again(step).await;
            }
        };
        let Ok(answering) = state.clone().send_answer() else { return Ok(over()) };
        let route = self.route_of(step.who, step.row).await?;
        let row = self.announce(step, &Move::to(answering), None).await?;
        let step = Step { row: &row, ..*step };
        let told = answered(&step, &signed_in, route.as_deref()).await;
        let (signed_in, told) = match told {
            Err(error) if signed_in.has_ended_since(&error) => {
                match self.sign_in_anew(&step.errand()).await {
                    Ok(anew) => {
                        let told = answered(&step, &anew, route.as_deref()).await;
                        (anew, told)
                    }
                    Err(error) => {
                        not_asked(&row, &error.into_ours()?);
                        return self.ask_again(&step).await;
                    }
                }
            }
            told => (signed_in, told),
        };
        match told {
            Err(error) if error.unsent => self.ask_again(&step).await,
            told => self.heard(&step, signed_in, told).await,
        }
    }

    /// Asks the customer once more for what the bank has not heard.
    async fn ask_again(&self, step: &Step<'_>) -> Result<Outcome, EngineError> {
        match step.row.standing.state.clone().ask_again() {
            Ok(state) => self.end_step(step, &Move::to(state)).await,
            Err(_) => Ok(over()),
        }
    }

    /// Looks where a payment stands that waits for the customer or for its bank. Where what allowed
    /// it has ended, and the bank does not have all it wants, it is withdrawn.
    pub(super) async fn look_at_payment(&self, step: &Step<'_>) -> Result<Outcome, EngineError> {
        if step.row.version != step.arguments.version() {
            return Ok(over());
        }
        let signed_in = match self.sign_in(&step.errand()).await {
            Ok(signed_in) => signed_in,
            Err(error) => return self.look_later(step, error).await,
        };
        let waits_for_customer = matches!(step.row.standing.state, PaymentState::Challenged(_));
        let is_over = waits_for_customer && self.allowed(&step.errand()).await?.is_err();
        let (id, context) = (&step.row.end_to_end, &signed_in.context);
        let route = self.route_of(step.who, step.row).await?;
        let told = match signed_in.transfers_by(route.as_deref()) {
            Ok(maker) if is_over => maker.withdraw(id, context).await.map(Some),
            Ok(maker) => maker.look(id, context).await,
            Err(error) => Err(error),
        };
        match told {
            Ok(Some(told)) => self.stands(step, signed_in, told).await,
            // It had heard of it before: that is no word to go by.
            Ok(None) => self.later(step, next_look(step.row, self.now())).await,
            Err(error) => self.look_later(step, error.into()).await,
        }
    }

    /// Asks a bank of which nobody knows what it has heard. What it never heard of is withdrawn: of
    /// what still arrives it will make nothing.
    pub(super) async fn resolve_payment(&self, step: &Step<'_>) -> Result<Outcome, EngineError> {
        if step.row.version != step.arguments.version() {
            return Ok(over());
        }
        let signed_in = match self.sign_in(&step.errand()).await {
            Ok(signed_in) => signed_in,
            Err(error) => return self.look_later(step, error).await,
        };
        let route = self.route_of(step.who, step.row).await?;
        match looked_or_withdrawn(step, &signed_in, route.as_deref()).await {
            Ok(told) => self.stands(step, signed_in, told).await,
            Err(error) => self.look_later(step, error.into()).await,
        }
    }

    /// Asks the bank to give up what is not wanted any more, until it says what stands.
    pub(super) async fn withdraw_payment(&self, step: &Step<'_>) -> Result<Outcome, EngineError> {
        if step.row.version != step.arguments.version() {
            return Ok(over());
        }
        let signed_in = match self.sign_in(&step.errand()).await {
            Ok(signed_in) => signed_in,
            Err(error) => return self.look_later(step, error).await,
        };
        let route = self.route_of(step.who, step.row).await?;
        let told = match signed_in.transfers_by(route.as_deref()) {
            Ok(maker) => maker.withdraw(&step.row.end_to_end, &signed_in.context).await,
            Err(error) => Err(error),
        };
        match told {
            Ok(told) => self.stands(step, signed_in, told).await,
            Err(error) => self.look_later(step, error.into()).await,
        }
    }

    /// What the bank makes of something that was sent; doubt where that cannot be told.
    async fn heard(
        &self,
        step: &Step<'_>,
        signed_in: SignedIn,
        told: Result<TransferTold, ConnectorError>,
    ) -> Result<Outcome, EngineError> {
        match told {
            Ok(told) => self.stands(step, signed_in, told).await,
            Err(error) => {
                let cause = error.kind.failure();
                not_asked(step.row, &error.into());
                self.doubt(step, cause).await
            }
        }
    }

    /// Moves a payment to where the bank says that it stands. Its session is left for the next step
    /// before that can begin.
    async fn stands(
        &self,
        step: &Step<'_>,
        signed_in: SignedIn,
        told: TransferTold,
    ) -> Result<Outcome, EngineError> {
        let before = &step.row.standing.state;
        let TransferTold { state, bank_reference } = told;
        let next = before.clone().told(&state, self.now());
        let goes_on = !next.as_ref().unwrap_or(before).is_final();
        self.leave_session(&step.errand(), signed_in, goes_on);
        match next {
            Ok(state) if state == *before => self.later(step, self.next_look_told(step.row)).await,
            Ok(state) => self.end_step(step, &Move { bank_reference, ..Move::to(state) }).await,
            Err(error) => {
                contradicted(step.row, &error);
                self.later(step, self.next_look_told(step.row)).await
            }
        }
    }

    /// Ends what came to nothing before the bank heard of it. Nobody stands at the counter where it is
    /// paid out of an account of the tenant's own: then it waits for a bank that is away for a while,
    /// until its mandate has run out.
    async fn not_made(&self, step: &Step<'_>, error: LinkError) -> Result<Outcome, EngineError> {
        let error = error.into_ours()?;
        not_asked(step.row, &error);
        let waits = step.arguments.waits();
        match told_later(&error, self.now(), waits) {
            Some(not_before) if self.is_paid_out(step).await? => {
                self.postpone(step, (not_before, waits.saturating_add(1))).await
            }
            _ => self.fail(step, PaymentFailure::of(error.failure())).await,
        }
    }

    /// Lets a payment that its bank has not heard of wait for its first step.
    async fn postpone(
        &self,
        step: &Step<'_>,
        due: (Timestamp, u32),
    ) -> Result<Outcome, EngineError> {
        match step.row.standing.state.clone().postpone() {
            Ok(state) => self.end_step(step, &Move { due: Some(due), ..Move::to(state) }).await,
            Err(_) => self.step_later(step, due.0, &step.arguments.clone().waiting(due.1)).await,
        }
    }

    /// Whether it is paid with what a link keeps, and not with what somebody has just typed.
    async fn is_paid_out(&self, step: &Step<'_>) -> Result<bool, EngineError> {
        let link = self.store().link(step.who.tenant, step.row.link).await?;
        Ok(link.is_some_and(|link| link.source == LinkSource::Credentials))
    }

    /// Looks again when the bank may be asked.
    async fn look_later(&self, step: &Step<'_>, error: LinkError) -> Result<Outcome, EngineError> {
        let error = error.into_ours()?;
        not_asked(step.row, &error);
        let usual = self.next_look_told(step.row);
        let not_before = match &error {
            LinkError::Locked { until } => usual.max(*until),
            // They are tried again when the person may have made it right.
            LinkError::CredentialsRefused => usual.max(self.now() + LOCK),
            _ => usual,
        };
        self.later(step, not_before).await
    }

    /// When the bank is asked next; the operator hears of what does not come to its end.
    fn next_look_told(&self, row: &PaymentRow) -> Timestamp {
        let now = self.now();
        let lasts = now.duration_since(row.standing.changed_at);
        if lasts >= TOLD_AFTER {
            let (state, minutes) = (row.standing.state.standing().name(), lasts.as_mins());
            let institution = &row.institution;
            tracing::warn!(payment = %row.id, %institution, state, minutes, "engine.payment.stands");
        }
        next_look(row, now)
    }
}

/// When a bank that could not be told may be told, where that is a question of time.
fn told_later(error: &LinkError, now: Timestamp, waits: u32) -> Option<Timestamp> {
    let wished = match error {
        LinkError::Barred { until } | LinkError::QuotaUsed { until } => {
            return Some((now + pauses::wait(waits, None)).max(*until));
        }
        LinkError::Institution(error) => match (error.kind, error.retry) {
            (
                ErrorKind::InstitutionDown | ErrorKind::Timeout | ErrorKind::RateLimited,
                RetryAdvice::After(wished),
            ) => Some(wished),
            (ErrorKind::SessionEnded | ErrorKind::Timeout, RetryAdvice::WithNewSession) => None,
            _ => return None,
        },
        _ => return None,
    };
    Some(now + pauses::wait(waits, wished))
}

/// Sends what the customer has answered.
async fn answered(
    step: &Step<'_>,
    signed_in: &SignedIn,
    route: Option<&str>,
) -> Result<TransferTold, ConnectorError> {
    let (id, answer) = (&step.row.end_to_end, step.arguments.answer());
    match signed_in.transfers_by(route) {
        Ok(maker) => maker.answer(id, &answer, &signed_in.context).await,
        Err(error) => Err(error.before_sending()),
    }
}

async fn looked_or_withdrawn(
    step: &Step<'_>,
    signed_in: &SignedIn,
    route: Option<&str>,
) -> Result<TransferTold, ConnectorError> {
    let (maker, id) = (signed_in.transfers_by(route)?, &step.row.end_to_end);
    match maker.look(id, &signed_in.context).await? {
        Some(told) => Ok(told),
        None => maker.withdraw(id, &signed_in.context).await,
    }
}

fn contradicted(row: &PaymentRow, error: &InvalidTransition) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(payment = %row.id, error, "engine.payment.contradicted");
}

fn not_asked(row: &PaymentRow, error: &LinkError) {
    tracing::info!(
        payment = %row.id,
        institution = %row.institution,
        error = error as &dyn std::error::Error,
        "engine.payment.not_told"
    );
}
