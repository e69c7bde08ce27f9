use std::sync::Arc;

use cartola_store::contract::Backend;

use crate::support::Kept;

async fn backend() -> Backend {
    let Kept { store, folder } = Kept::new();
    let archive = store.archive();
    Backend::new(Arc::clone(&store) as Arc<_>, archive)
        .rotated_by(Arc::clone(&store) as Arc<_>)
        .keeping((store, folder))
}

cartola_store::contract_tests!(backend);
