//! What messages of one tenant share that were taken together: they are read at once, when the first of
//! them is about to be sent, and so are the secrets that sign them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cartola_crypto::WebhookSecret;
use cartola_primitives::id::{MessageId, TenantId};
use cartola_store::jobs::ClaimedJob;
use cartola_store::outbox::{MessageOrder, message_of};
use cartola_store::{Store, StoreError};
use tokio::sync::OnceCell;

use super::Opener;

/// Messages of one tenant that were taken by one claim.
pub struct Taken {
    tenant: TenantId,
    ids: Vec<MessageId>,
    orders: OnceCell<Mutex<HashMap<MessageId, MessageOrder>>>,
    secrets: OnceCell<Vec<WebhookSecret>>,
}

impl Taken {
    /// What was taken, each with what it shares.
    pub fn together(claimed: Vec<ClaimedJob>) -> Vec<(ClaimedJob, Arc<Self>)> {
        let mut ids: HashMap<TenantId, Vec<MessageId>> = HashMap::new();
        for job in &claimed {
            ids.entry(job.tenant).or_default().push(message_of(job.row.order.id));
        }
        let taken: HashMap<TenantId, Arc<Self>> = ids
            .into_iter()
            .map(|(tenant, ids)| {
                let (orders, secrets) = (OnceCell::new(), OnceCell::new());
                (tenant, Arc::new(Self { tenant, ids, orders, secrets }))
            })
            .collect();
        let shared = |job: ClaimedJob| {
            let taken = taken.get(&job.tenant).expect("each has its tenant's");
            (job, Arc::clone(taken))
        };
        claimed.into_iter().map(shared).collect()
    }

    /// One of the messages, which is given out once; nothing where it is not there, or cannot be read.
    pub async fn order(&self, store: &dyn Store, id: MessageId) -> Option<MessageOrder> {
        let read = || async {
            let orders = store.message_orders(self.tenant, self.ids.clone()).await?;
            let orders = orders.into_iter().map(|order| (order.id, order)).collect();
            Ok::<_, StoreError>(Mutex::new(orders))
        };
        let orders = self.orders.get_or_try_init(read).await.ok()?;
        // Each is taken out whole, so a panic elsewhere cannot have broken any.
        orders.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
    }

    /// The secrets that sign for the tenant, or nothing where they cannot be opened.
    pub async fn secrets(&self, opener: &dyn Opener) -> Option<&[WebhookSecret]> {
        let open = || async { opener.secrets(self.tenant).await.ok_or(()) };
        self.secrets.get_or_try_init(open).await.ok().map(Vec::as_slice)
    }
}
