//! What is sealed of a checkout.

use cartola_model::Principal;
use cartola_primitives::Rut;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_primitives::rut::serde_compact_option;
use cartola_store::checkouts::CheckoutRow;
use serde::{Deserialize, Serialize};

use super::CheckoutOrder;
use crate::{Engine, EngineError};

/// What a tenant says of a checkout beside the amount. URLs may hold anything, a name too: kept
/// sealed, and never formatted for a log.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What payer and bank are told, at most [`crate::payments::MAX_COMMENT`] characters.
    pub comment: Option<String>,
    /// Where the payer goes when it is paid.
    pub on_success: Option<String>,
    /// Where they go when it is not.
    pub on_failure: Option<String>,
    /// The origins whose pages may hold the page in a frame, such as `https://shop.example`.
    pub frames: Vec<String>,
}

/// All that is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct SealedOrder {
    /// Through which key it was asked for; absent where the operator did.
    actor: Option<CredentialId>,
    #[serde(default, with = "serde_compact_option")]
    pub rut: Option<Rut>,
    pub terms: Terms,
}

impl SealedOrder {
    pub fn of(who: &Principal, order: &CheckoutOrder<'_>) -> Self {
        Self { actor: who.actor.credential(), rut: order.rut, terms: order.terms.clone() }
    }

    /// In whose name it was asked for.
    pub fn who(&self, tenant: TenantId) -> Principal {
        Principal::named(tenant, self.actor)
    }
}

impl Engine {
    pub(super) async fn opened_checkout_order(
        &self,
        tenant: TenantId,
        row: &CheckoutRow,
    ) -> Result<SealedOrder, EngineError> {
        let place = CheckoutRow::order_place(tenant, &row.id);
        self.vault().open_record(&place, &row.order).await
    }
}
