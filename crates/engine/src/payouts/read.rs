//! Looking at payouts.

use std::ops::Range;

use cartola_crypto::Digest;
use cartola_model::Principal;
use cartola_primitives::id::PayoutId;
use cartola_store::Page;
use cartola_store::payouts::PayoutRow;
use serde::{Deserialize, Serialize};

use super::{PaidLine, Payout, PayoutStanding};
use crate::access::Subject;
use crate::payments::Payment;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// What is sealed of a payout.
#[derive(Serialize, Deserialize)]
pub(super) struct SealedPayout {
    pub account: String,
    pub is_batch: bool,
    pub lines: Vec<PaidLine>,
}

impl SealedPayout {
    pub fn of(self, row: PayoutRow) -> Payout {
        let Self { account, is_batch, lines } = self;
        Payout { row, account, is_batch, lines }
    }
}

/// What was begun under a case.
pub enum PayoutOfCase {
    /// Nothing so far.
    Nothing,
    /// It was erased with whoever paid.
    Gone,
    /// This.
    Begun(Box<Payout>),
}

impl Engine {
    /// A payout of that list; nothing of one that was erased with whoever paid.
    pub async fn payout(
        &self,
        who: &Principal,
        list: &str,
        id: PayoutId,
    ) -> Result<Option<Payout>, EngineError> {
        self.note_access(who, "payout.read", Subject::one(id));
        let row = self.store().payout(who.tenant, id).await?;
        match row.filter(|row| row.list == list) {
            Some(row) => self.payout_unless_lost(who, row).await,
            None => Ok(None),
        }
    }

    /// The payout of that list that was begun under a case.
    pub async fn payout_of_case(
        &self,
        who: &Principal,
        list: &str,
        case: &str,
    ) -> Result<PayoutOfCase, EngineError> {
        let key = self.payout_case_key(who, list, case);
        let known = self.store().payout_of_case(who.tenant, &key).await?;
        let Some(row) = known else { return Ok(PayoutOfCase::Nothing) };
        self.note_access(who, "payout.read", Subject::one(row.id));
        let opened = self.payout_unless_lost(who, row).await?;
        Ok(opened.map_or(PayoutOfCase::Gone, |payout| PayoutOfCase::Begun(Box::new(payout))))
    }

    /// By what a case of a list is found.
    pub(super) fn payout_case_key(&self, who: &Principal, list: &str, case: &str) -> Digest {
        let named = format!("{list}/{case}");
        self.vault().digest(purpose::PAYOUT_CASE, who.tenant, named.as_bytes())
    }

    /// The payouts of a list, by age, without those that were erased with whoever paid: a page may have
    /// fewer than were asked for, and others after it.
    pub async fn payouts(
        &self,
        who: &Principal,
        list: &str,
        after: Option<PayoutId>,
        limit: usize,
    ) -> Result<Page<Payout, PayoutId>, EngineError> {
        self.note_access(who, "payout.read", Subject::list("payouts"));
        let page = self.store().payouts(who.tenant, list, after, limit).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.extend(self.opened_payout(who, row).await?);
        }
        Ok(Page { rows, next: page.next })
    }

    /// The payments of some of its lines, in their order. A range beyond the last line is cut. Nothing
    /// where one of them was erased with whoever paid.
    pub async fn payments_of_payout(
        &self,
        who: &Principal,
        payout: &Payout,
        lines: Range<usize>,
    ) -> Result<Option<Vec<Payment>>, EngineError> {
        let end = lines.end.min(payout.lines.len());
        let mut payments = Vec::new();
        for line in payout.lines.get(lines.start..end).unwrap_or_default() {
            // One unit added the payout and them. What is kept of whoever came back goes by its age.
            let Some(payment) = self.payment_unnoted(who, line.payment).await? else {
                return Ok(None);
            };
            payments.push(payment);
        }
        Ok(Some(payments))
    }

    pub(super) async fn standing_of(
        &self,
        who: &Principal,
        row: PayoutRow,
    ) -> Result<Option<PayoutStanding>, EngineError> {
        let Some(payout) = self.opened_payout(who, row).await? else { return Ok(None) };
        let payments = self.payments_of_payout(who, &payout, 0..payout.lines.len()).await?;
        Ok(payments.map(|payments| PayoutStanding { payout, payments }))
    }

    /// The same as [`Self::opened_payout`] for who asks after this one: whoever is told that there is none
    /// may pay it anew, and a key that no erasure destroyed may come back.
    async fn payout_unless_lost(
        &self,
        who: &Principal,
        row: PayoutRow,
    ) -> Result<Option<Payout>, EngineError> {
        let key = row.order.key;
        let opened = self.opened_payout(who, row).await?;
        if opened.is_none() {
            self.refuse_lost(who.tenant, key).await?;
        }
        Ok(opened)
    }

    /// A payout as it is sealed; nothing where whoever paid was erased, with their key.
    pub(super) async fn opened_payout(
        &self,
        who: &Principal,
        row: PayoutRow,
    ) -> Result<Option<Payout>, EngineError> {
        if self.store().data_key(who.tenant, row.order.key).await?.is_none() {
            return Ok(None);
        }
        let place = PayoutRow::order_place(who.tenant, &row.id);
        let sealed: SealedPayout = self.vault().open_record(&place, &row.order).await?;
        Ok(Some(sealed.of(row)))
    }
}
