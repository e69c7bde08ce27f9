//! The statement that a demo begins with: made up, in a bank's layout.

use anyhow::Context;
use bytes::Bytes;
use cartola_crypto::ContentHash;
use cartola_engine::Engine;
use cartola_engine::imports::Upload;
use cartola_engine::once::Reply;
use cartola_model::Principal;
use cartola_primitives::id::TenantId;
use cartola_store::MAX_PAGE;

/// Another one beside it overlaps with it, for who tries an import.
const SAMPLE: &[u8] = include_bytes!("../../../samples/banco-chile-cuenta-corriente.xlsx");

/// Imports the sample unless it was imported before. One whose consent was revoked since stays out.
pub async fn import(engine: &Engine, tenant: TenantId) -> anyhow::Result<()> {
    let who = Principal::operator(tenant);
    if was_imported(engine, &who, ContentHash::of(SAMPLE)).await? {
        return Ok(());
    }
    let upload = Upload { bytes: Bytes::from_static(SAMPLE), ..Upload::default() };
    let outcome = engine.import(&who, upload, Reply::NONE).await;
    outcome.context("the sample statement is not imported")?;
    Ok(())
}

async fn was_imported(
    engine: &Engine,
    who: &Principal,
    content: ContentHash,
) -> anyhow::Result<bool> {
    let mut after = None;
    loop {
        let page = engine.imports(who, None, after, MAX_PAGE).await;
        let page = page.context("the imports cannot be read")?;
        if page.rows.iter().any(|row| row.content == content) {
            return Ok(true);
        }
        after = page.next;
        if after.is_none() {
            return Ok(false);
        }
    }
}
