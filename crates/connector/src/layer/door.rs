//! Leave to sign in is asked for at the last moment.

use async_trait::async_trait;

use crate::{Answer, ConnectorError, Context, Exchange, Request};

/// Lets a request out once its context has leave, and takes back the leave of a first one that never
/// left. Inside of what waits: leave that was given before a wait would be noted as an attempt that
/// nobody made, and may be out of date when it is over.
#[derive(Debug)]
pub struct Door<E> {
    inner: E,
}

impl<E> Door<E> {
    /// Before that which sends.
    pub const fn new(inner: E) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl<E: Exchange> Exchange for Door<E> {
    async fn send(&self, request: &Request, context: &Context) -> Result<Answer, ConnectorError> {
        context.enter().await?;
        let outcome = self.inner.send(request, context).await;
        context.sent(outcome.as_ref().map(|_| ())).await;
        outcome
    }
}
