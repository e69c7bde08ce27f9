//! What every request passes: the engine behind it, and the limits before it.

use std::sync::Arc;
use std::time::Duration;

use cartola_engine::Engine;

use crate::rate::RateLimit;

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
}

impl Gate {
    /// A gate before an engine.
    pub fn new(engine: Engine, limits: Limits) -> Self {
        let rate = RateLimit::new(limits.rate_per_second, limits.burst);
        Self { inner: Arc::new(Inner { engine, rate, request_timeout: limits.request_timeout }) }
    }

    /// The use cases.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    pub(crate) fn rate(&self) -> &RateLimit {
        &self.inner.rate
    }

    pub(crate) fn request_timeout(&self) -> Duration {
        self.inner.request_timeout
    }
}
