use std::sync::Arc;

use cartola_store::contract::Backend;
use cartola_store_postgres::DatabaseKeys;

use crate::support::Kept;

async fn backend() -> Backend {
    let Kept { store, database } = Kept::new().await;
    let keys = DatabaseKeys::open(&database.options()).await.expect("the owner's connection");
    Backend::new(Arc::clone(&store) as Arc<_>, store).rotated_by(Arc::new(keys)).keeping(database)
}

cartola_store::contract_tests!(backend);
