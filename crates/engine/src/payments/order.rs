//! What is sealed of a payment.

use cartola_model::{AccountNumber, Principal, TransferOrder, TransferPayee};
use cartola_primitives::id::{AuthorizationId, PaymentId};
use cartola_store::payments::PaymentRow;
use serde::{Deserialize, Serialize};

use crate::{Engine, EngineError};

/// Who is paid, and from which account once that is known.
#[derive(Serialize, Deserialize)]
pub(super) struct SealedOrder {
    /// The number as its bank writes it.
    pub from: Option<String>,
    pub to: TransferPayee,
    pub comment: Option<String>,
    /// The payment whose turn it is once this one has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<PaymentId>,
    /// By what its payer approved it, on their phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<AuthorizationId>,
    /// By which way its bank was told ([`cartola_connector::session::MakeTransfers::route`]), written
    /// down before that. Payments of older versions have none: they are asked about by today's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
}

/// What a bank is told of a payment, as whoever asks about themselves reads it. Personal data.
pub struct PaymentTold {
    /// The account that pays, as its bank writes it; absent until it is known.
    pub from: Option<String>,
    /// Who is paid.
    pub to: TransferPayee,
    /// What both sides are told of it.
    pub comment: Option<String>,
}

impl SealedOrder {
    /// What the bank is told.
    pub fn transfer(&self, row: &PaymentRow, from: AccountNumber) -> TransferOrder {
        TransferOrder {
            end_to_end_id: row.end_to_end,
            from,
            to: self.to.clone(),
            amount: row.amount,
            comment: self.comment.clone(),
        }
    }
}

impl Engine {
    /// By which way the bank was told of a payment.
    pub(super) async fn route_of(
        &self,
        who: &Principal,
        row: &PaymentRow,
    ) -> Result<Option<String>, EngineError> {
        Ok(self.opened_order(who, row).await?.route)
    }

    /// What the bank is told of a payment; nothing where the key that it was sealed under is gone.
    pub(crate) async fn payment_told(
        &self,
        who: &Principal,
        row: &PaymentRow,
    ) -> Result<Option<PaymentTold>, EngineError> {
        let key = row.standing.order.key;
        if self.store().data_key(who.tenant, key).await?.is_none() {
            return Ok(None);
        }
        let SealedOrder { from, to, comment, .. } = self.opened_order(who, row).await?;
        Ok(Some(PaymentTold { from, to, comment }))
    }

    pub(super) async fn opened_order(
        &self,
        who: &Principal,
        row: &PaymentRow,
    ) -> Result<SealedOrder, EngineError> {
        let place = PaymentRow::order_place(who.tenant, &row.id);
        self.vault().open_record(&place, &row.standing.order).await
    }
}
