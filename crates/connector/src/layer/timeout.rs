//! An end to waiting.

use std::time::Duration;

use async_trait::async_trait;

use crate::{Answer, ConnectorError, Context, ErrorKind, Exchange, Request};

/// Gives an attempt so long, and never longer than the caller's deadline.
#[derive(Debug)]
pub struct Timeout<E> {
    inner: E,
    longest: Duration,
}

impl<E> Timeout<E> {
    /// At most `longest` for each attempt.
    pub const fn new(inner: E, longest: Duration) -> Self {
        Self { inner, longest }
    }
}

#[async_trait]
impl<E: Exchange> Exchange for Timeout<E> {
    async fn send(&self, request: &Request, context: &Context) -> Result<Answer, ConnectorError> {
        let remaining = context.deadline().remaining();
        if remaining.is_zero() {
            let reason = "the time for the work had passed before it was sent";
            return Err(
                ConnectorError::new(ErrorKind::Timeout, request.operation, reason).before_sending()
            );
        }
        tokio::time::timeout(self.longest.min(remaining), self.inner.send(request, context))
            .await
            .unwrap_or_else(|_| {
                let reason = "the institution did not answer in time";
                Err(ConnectorError::new(ErrorKind::Timeout, request.operation, reason))
            })
    }
}
