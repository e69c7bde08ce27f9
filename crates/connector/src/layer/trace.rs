//! One log line for each attempt.

use async_trait::async_trait;
use cartola_model::InstitutionId;
use tokio::time::Instant;

use crate::{Answer, ConnectorError, Context, Exchange, Request};

/// Logs what was done at which institution, for which request, with which result and in what time.
/// Never a path, header or body: they hold accounts, tokens and names.
#[derive(Debug)]
pub struct Trace<E> {
    inner: E,
    institution: InstitutionId,
}

impl<E> Trace<E> {
    /// For calls to that institution.
    pub const fn new(inner: E, institution: InstitutionId) -> Self {
        Self { inner, institution }
    }
}

#[async_trait]
impl<E: Exchange> Exchange for Trace<E> {
    #[allow(clippy::disallowed_methods, reason = "a duration is measured on monotonic time")]
    async fn send(&self, request: &Request, context: &Context) -> Result<Answer, ConnectorError> {
        let began = Instant::now();
        let outcome = self.inner.send(request, context).await;
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (institution, operation) = (self.institution.as_str(), request.operation);
        let request_id = context.request();
        match &outcome {
            Ok(answer) => tracing::info!(
                institution,
                operation,
                %request_id,
                status = answer.status.as_u16(),
                bytes = answer.body.len(),
                milliseconds,
                "connector.exchange.answer"
            ),
            Err(error) => tracing::warn!(
                institution,
                operation,
                %request_id,
                kind = error.kind.name(),
                reason = %error.reason,
                milliseconds,
                "connector.exchange.failure"
            ),
        }
        outcome
    }
}
