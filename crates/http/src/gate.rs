//! What every request passes: the engine behind it, and the limits before it.

use std::sync::Arc;
use std::time::Duration;

use cartola_engine::Engine;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::problem::{Code, Problem, Text};
use crate::rate::RateLimit;

/// Uploads of the largest size that are under way at a time. Smaller ones take less of the room.
pub const MAX_UPLOADS: usize = 4;

/// Largest upload that is ever taken, in bytes: what one place in the room stands for.
pub const MAX_UPLOAD_BYTES: usize = 33 << 20;

/// How long an upload waits for room, before it has read anything.
pub const UPLOAD_WAIT: Duration = Duration::from_secs(10);

/// When an upload that found no room should come back, in seconds.
const UPLOAD_RETRY_SECONDS: u32 = 5;

/// What room is counted in, and the least that an upload takes of it, in bytes.
const UPLOAD_UNIT_BYTES: usize = 64 << 10;

/// Limits of one process.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Requests a second that one key may make in the long run; at least 1.
    pub rate_per_second: u32,
    /// Requests that one key may make at once; at least 1.
    pub burst: u32,
    /// How long a request may take, its body included.
    pub request_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rate_per_second: 100, burst: 200, request_timeout: Duration::from_mins(1) }
    }
}

/// Shared by all rooms that answer HTTP. Cheap to clone.
#[derive(Clone)]
pub struct Gate {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    rate: RateLimit,
    request_timeout: Duration,
    uploads: Semaphore,
}

impl Gate {
    /// A gate before an engine.
    pub fn new(engine: Engine, limits: Limits) -> Self {
        let rate = RateLimit::new(limits.rate_per_second, limits.burst);
        let uploads = Semaphore::new(units_of(MAX_UPLOADS * MAX_UPLOAD_BYTES));
        let request_timeout = limits.request_timeout;
        Self { inner: Arc::new(Inner { engine, rate, request_timeout, uploads }) }
    }

    /// The use cases.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// Room for an upload that says how long it is, or could be as long as any. Hold it for as long
    /// as what was uploaded is in memory. Whoever finds none in time is told to come later.
    pub async fn room(&self, length: Option<u64>) -> Result<SemaphorePermit<'_>, Problem> {
        let length = length.and_then(|length| usize::try_from(length).ok());
        let units =
            units_of(length.map_or(MAX_UPLOAD_BYTES, |length| length.min(MAX_UPLOAD_BYTES)));
        let units = u32::try_from(units).expect("an upload has a few hundred units");
        let turn = tokio::time::timeout(UPLOAD_WAIT, self.inner.uploads.acquire_many(units));
        match turn.await {
            Ok(room) => Ok(room.expect("the room is never closed")),
            Err(_) => {
                Err(Problem::new(Code::Busy).after(UPLOAD_RETRY_SECONDS).detailed(Text::fixed(
                    "Too many uploads are under way. Nothing was read.",
                    "Hay demasiadas cargas de archivos en curso. No se leyó nada.",
                )))
            }
        }
    }

    pub(crate) fn rate(&self) -> &RateLimit {
        &self.inner.rate
    }

    /// How long a request may take, its body included.
    pub fn request_timeout(&self) -> Duration {
        self.inner.request_timeout
    }
}

const fn units_of(bytes: usize) -> usize {
    let units = bytes.div_ceil(UPLOAD_UNIT_BYTES);
    if units == 0 { 1 } else { units }
}
