//! Which imports may no longer be told of in full.

use std::collections::BTreeSet;

use cartola_engine::rows::ImportRow;
use cartola_engine::{Engine, EngineError};
use cartola_model::Principal;
use cartola_primitives::id::ConsentId;

/// Those consents of some imports that do not hold now. Each is looked up once.
pub async fn ended(
    engine: &Engine,
    who: &Principal,
    rows: &[ImportRow],
) -> Result<BTreeSet<ConsentId>, EngineError> {
    let mut ended: BTreeSet<ConsentId> = rows.iter().map(|row| row.consent).collect();
    for id in ended.clone() {
        let consent = engine.consent(who, id).await?;
        // A consent that is not there allows nothing.
        if consent.is_some_and(|consent| consent.state.holds(engine.now())) {
            ended.remove(&id);
        }
    }
    Ok(ended)
}
