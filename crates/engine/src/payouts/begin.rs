//! Asking for a payout.

use std::collections::BTreeSet;

use cartola_crypto::DataKey;
use cartola_model::audit::AuditEvent;
use cartola_model::{Operation, Principal, authorization};
use cartola_primitives::id::{PaymentId, PayoutId};
use cartola_store::payments::PaymentCase;
use cartola_store::payouts::PayoutRow;
use cartola_store::{Command, UnitOfWork};

use super::ended::LineEnded;
use super::payer::Payer;
use super::read::SealedPayout;
use super::{
    LINE_MANDATE_TERM, MAX_LINES, PaidLine, Payout, PayoutError, PayoutLine, PayoutOrder,
    PayoutStanding,
};
use crate::authorizations::{Asking, Leave, LeaveBy, Sought};
use crate::links::Mandate;
use crate::once::Reply;
use crate::payments::{Draft, Payment, Through, Turn, check_amount, check_case, check_comment};
use crate::retry::until_settled;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// What a mandate of one line is for, as its consent says.
const PURPOSE: &str = crate::consents::purposes::PAYOUT;

/// A payout that is about to be added.
struct Begun<'a> {
    who: &'a Principal,
    order: &'a PayoutOrder<'a>,
    id: PayoutId,
    case: PaymentCase,
    payer: Payer,
    ids: Vec<PaymentId>,
    leave: Leave,
}

impl Engine {
    /// Begins a payout: its first line is queued when this answers. The same case with the same request
    /// is the payout that it was the first time, however it stands by now.
    pub async fn begin_payout(
        &self,
        who: &Principal,
        order: &PayoutOrder<'_>,
        reply: Reply<'_, PayoutStanding>,
    ) -> Result<PayoutStanding, PayoutError> {
        check_case(order.case).map_err(|_| PayoutError::Case)?;
        let case = PaymentCase {
            key: self.payout_case_key(who, order.list, order.case),
            fingerprint: self.vault().digest(purpose::FINGERPRINT, who.tenant, order.request),
        };
        until_settled(|| self.begin_payout_once(who, order, case, &reply)).await
    }

    async fn begin_payout_once(
        &self,
        who: &Principal,
        order: &PayoutOrder<'_>,
        case: PaymentCase,
        reply: &Reply<'_, PayoutStanding>,
    ) -> Result<PayoutStanding, PayoutError> {
        self.check_ticket(reply.ticket).await?;
        let known = self.store().payout_of_case(who.tenant, &case.key).await;
        if let Some(known) = known.map_err(EngineError::from)? {
            if known.case.fingerprint != case.fingerprint {
                return Err(PayoutError::OtherRequest);
            }
            let key = known.order.key;
            if let Some(standing) = self.standing_of(who, known).await? {
                return Ok(standing);
            }
            // Whoever is told that it was erased may pay it anew.
            self.refuse_lost(who.tenant, key).await?;
            return Err(PayoutError::Gone);
        }
        // What was begun is known whatever may be begun by now.
        check(order)?;
        let payer = self.payer(who, order.account.ok_or(PayoutError::UnknownAccount)?).await?;
        let ids = order.lines.iter().map(|_| self.minter().mint()).collect();
        let operation = Operation::Payout(operation(order, &payer));
        let sought = Sought {
            rut: self.whose_link(who, &payer.link).await?,
            operation: &operation,
            by: LeaveBy::token(order.approval),
            asking: Asking::WhereRequired,
        };
        let leave = self.leave(who, &sought).await?;
        let begun = Begun { who, order, id: self.minter().mint(), case, payer, ids, leave };
        self.add_payout(&begun, reply).await
    }

    async fn add_payout(
        &self,
        begun: &Begun<'_>,
        reply: &Reply<'_, PayoutStanding>,
    ) -> Result<PayoutStanding, PayoutError> {
        let Begun { who, order, payer, .. } = begun;
        let now = self.now();
        let key = self.vault().key_of(who.tenant, payer.link.person, self.minter(), now).await?;
        let mut work = UnitOfWork::new(who.tenant, now);
        work.commands.clone_from(&payer.expected);
        let payout = self.payout_row(begun, &key, &work)?;
        let event = AuditEvent::once("payout.requested", who.actor, begun.id);
        let event = event.with("list", order.list).with("lines", order.lines.len());
        work.push(Command::Audit(event));
        work.push(Command::AddPayout(Box::new(payout.row.clone())));
        let mut payments = Vec::with_capacity(order.lines.len());
        for index in 0..order.lines.len() {
            payments.push(self.draft_line(begun, &key, index, &mut work)?);
        }
        work.commands.extend(begun.leave.commands.iter().cloned());
        let standing = PayoutStanding { payout, payments };
        work.commands.extend(reply.command(self, &standing)?);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(standing)
    }

    fn payout_row(
        &self,
        begun: &Begun<'_>,
        key: &DataKey,
        work: &UnitOfWork,
    ) -> Result<Payout, EngineError> {
        let Begun { who, order, id, case, ids, .. } = begun;
        let lines = ids.iter().zip(&order.lines);
        let lines = lines.map(|(payment, line)| PaidLine { payment: *payment, line: line.clone() });
        let (account, is_batch) = (order.named.to_owned(), order.is_batch);
        let sealed = SealedPayout { account, is_batch, lines: lines.collect() };
        let place = PayoutRow::order_place(who.tenant, id);
        let row = PayoutRow {
            id: *id,
            list: order.list.to_owned(),
            case: *case,
            created_at: work.at,
            order: self.vault().seal_record(key, &place, &sealed)?,
        };
        Ok(sealed.of(row))
    }

    fn draft_line(
        &self,
        begun: &Begun<'_>,
        key: &DataKey,
        index: usize,
        work: &mut UnitOfWork,
    ) -> Result<Payment, EngineError> {
        let Begun { who, order, id, payer, ids, .. } = begun;
        let (line, then) = (&order.lines[index], ids.get(index + 1).copied());
        let case = format!("payout/{id}/{index}");
        let expires_at = Some(work.at + LINE_MANDATE_TERM);
        let draft = Draft {
            id: ids[index],
            case: PaymentCase {
                key: self.case_key(who.tenant, &case),
                fingerprint: begun.case.fingerprint,
            },
            amount: line.amount,
            from: Some(&payer.number),
            payee: &line.payee,
            comment: line.comment.as_deref(),
            mandate: &Mandate { purpose: PURPOSE, evidence: order.request, expires_at },
            secret: &payer.secret,
            next: Some(&LineEnded::of(who, *id, index).next(&order.next)),
            approved: begun.leave.by,
            turn: if index == 0 { Turn::Now { then } } else { Turn::Later { then } },
        };
        let row = self.draft_payment(who, &Through { key, link: &payer.link }, &draft, work)?;
        Ok(Payment { row, page: None })
    }
}

/// The operation that a payout is, as whoever the account is approves it.
fn operation(order: &PayoutOrder<'_>, payer: &Payer) -> authorization::Payout {
    let line = |line: &PayoutLine| authorization::PayoutLine {
        to: line.payee.clone(),
        amount: line.amount,
        comment: line.comment.clone(),
    };
    authorization::Payout {
        institution: payer.link.institution.clone(),
        from: Some(payer.number.clone()),
        lines: order.lines.iter().map(line).collect(),
    }
}

/// Refuses what need not be asked of anybody.
fn check(order: &PayoutOrder<'_>) -> Result<(), PayoutError> {
    match order.lines.len() {
        0 => return Err(PayoutError::NoLines),
        1..=MAX_LINES => {}
        _ => return Err(PayoutError::TooManyLines),
    }
    let mut references = BTreeSet::new();
    for (index, line) in order.lines.iter().enumerate() {
        let checked =
            check_amount(line.amount).and_then(|()| check_comment(line.comment.as_deref()));
        checked.map_err(|error| PayoutError::Line { index, error })?;
        if !line.reference.as_ref().is_none_or(|reference| references.insert(reference)) {
            return Err(PayoutError::SameReference { index });
        }
    }
    Ok(())
}
