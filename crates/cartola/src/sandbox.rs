//! The sandbox of a folder, and its clock.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use cartola_events::url::UrlError;
use cartola_events::{Client, Reach, SystemResolver, TargetUrl};
use cartola_model::{AccountNumber, InstitutionId, TransferPayee};
use cartola_primitives::clock::SystemClock;
use cartola_primitives::randomness::OsRandomness;
use cartola_primitives::{Clock, SignedDuration, Timestamp};
use cartola_sandbox::{FILE_NAME, Population, Post, PostError, Sandbox, World, clock_offset};

use crate::folder::{self, SANDBOX};

/// The sandbox's folder within a demo's.
pub const FOLDER: &str = "sandbox";

/// Opens the box of a folder, or makes it with that seed. Nobody else opens it meanwhile.
pub fn open(data: &Path, seed: Option<u64>) -> anyhow::Result<Arc<World>> {
    folder::prepare(data, &SANDBOX)?;
    let clock = Arc::new(SystemClock);
    let world = tokio::task::block_in_place(|| World::open(data, seed, clock));
    let opening = || format!("the sandbox in {} cannot be opened", data.display());
    Ok(Arc::new(world.with_context(opening)?))
}

/// Who is paid in a demo.
pub fn merchant(population: Population) -> TransferPayee {
    let merchant = cartola_sandbox::merchant(population);
    let sound = "the sandbox names its merchant soundly";
    TransferPayee {
        institution: InstitutionId::parse(&merchant.institution).expect(sound),
        account: AccountNumber::parse(&merchant.account).expect(sound),
        rut: merchant.rut,
        name: merchant.name,
    }
}

/// Its banks and levers.
pub fn router(world: Arc<World>) -> Router {
    Sandbox::new(world, Arc::new(OsRandomness), Arc::new(Poster::new())).router()
}

/// Posts what levers are told to, by the client for URLs that somebody gave us. The box listens on
/// loopback alone, and so do those whom it posts to.
struct Poster(Client);

impl Poster {
    fn new() -> Self {
        Self(Client::new(Reach::PublicAndLoopback, Arc::new(SystemResolver)))
    }
}

#[async_trait]
impl Post for Poster {
    async fn post(&self, url: &str, headers: HeaderMap, body: Bytes) -> Result<u16, PostError> {
        let refused = |error: UrlError| PostError::Refused(error.to_string());
        let url = TargetUrl::parse(url).map_err(refused)?;
        self.0.admit(&url).await.map_err(refused)?;
        let answer = self.0.post(&url, headers, body).await.map_err(|_| PostError::Unanswered)?;
        Ok(answer.status)
    }
}

/// The clock of a demo's sandbox as it was left or stands now, for a command beside the demo; the
/// machine's where there is no sandbox in the folder.
pub fn clock_beside(data: &Path) -> anyhow::Result<Arc<dyn Clock>> {
    let folder = data.join(FOLDER);
    if !folder.join(FILE_NAME).exists() {
        return Ok(Arc::new(SystemClock));
    }
    let ahead = clock_offset(&folder);
    let ahead = ahead.with_context(|| format!("the clock in {} is lost", folder.display()))?;
    Ok(Arc::new(Ahead(ahead)))
}

/// The machine's clock, set forward.
#[derive(Debug)]
struct Ahead(SignedDuration);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        let real = SystemClock.now();
        real.checked_add(self.0).unwrap_or(real)
    }
}
