//! What the binary decides.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cartola_http::Limits;
use cartola_insights::categories::Rulebook;

/// Renders the metrics of the process as Prometheus reads them.
pub type MetricsText = Arc<dyn Fn() -> String + Send + Sync>;

/// Settings of the API.
#[derive(Clone)]
pub struct Settings {
    /// Requests a second that one key may make in the long run; at least 1.
    pub rate_per_second: u32,
    /// Requests that one key may make at once; at least 1.
    pub burst: u32,
    /// How long a request may take, its body included.
    pub request_timeout: Duration,
    /// What `/metrics` answers; without it, there is no such path.
    pub metrics: Option<MetricsText>,
    /// Which rules say what movements were for.
    pub rules: Arc<Rulebook>,
}

impl Default for Settings {
    fn default() -> Self {
        let Limits { rate_per_second, burst, request_timeout } = Limits::default();
        Self { rate_per_second, burst, request_timeout, metrics: None, rules: Arc::default() }
    }
}

impl Settings {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            rate_per_second: self.rate_per_second,
            burst: self.burst,
            request_timeout: self.request_timeout,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("limits", &self.limits())
            .field("metrics", &self.metrics.is_some())
            .finish_non_exhaustive()
    }
}
