use std::sync::Arc;

use cartola_store::contract::Backend;

use crate::support::Kept;

async fn backend() -> Backend {
    let Kept { store, database } = Kept::new().await;
    Backend::new(Arc::clone(&store) as Arc<_>, store).keeping(database)
}

cartola_store::contract_tests!(backend);
