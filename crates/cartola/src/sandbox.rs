//! The sandbox of a folder, and its clock.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use cartola_model::{AccountNumber, InstitutionId, TransferPayee};
use cartola_primitives::clock::SystemClock;
use cartola_primitives::randomness::OsRandomness;
use cartola_primitives::{Clock, SignedDuration, Timestamp};
use cartola_sandbox::{FILE_NAME, Population, Sandbox, World, clock_offset};

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
    Sandbox::new(world, Arc::new(OsRandomness)).router()
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
