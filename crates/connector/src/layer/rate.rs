//! No more calls than an institution bears.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::Pace;
use crate::{Answer, ConnectorError, Context, ErrorKind, Exchange, Request, RetryAdvice};

/// Sends each request when its turn comes. One that would have to wait beyond its deadline is refused
/// at once.
pub struct Rate<E> {
    inner: E,
    pace: Arc<dyn Pace>,
}

impl<E> Rate<E> {
    /// At that pace.
    pub const fn new(inner: E, pace: Arc<dyn Pace>) -> Self {
        Self { inner, pace }
    }
}

impl<E: fmt::Debug> fmt::Debug for Rate<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Rate").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[async_trait]
impl<E: Exchange> Exchange for Rate<E> {
    async fn send(&self, request: &Request, context: &Context) -> Result<Answer, ConnectorError> {
        let taken = self.pace.take(context.deadline().remaining()).await;
        let wait = taken.map_err(|wait| {
            let reason = "too many calls to this institution are waiting";
            ConnectorError::new(ErrorKind::RateLimited, request.operation, reason)
                .advising(RetryAdvice::After(wait))
                .before_sending()
        })?;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        self.inner.send(request, context).await
    }
}
