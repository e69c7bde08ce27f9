//! A session: a token for 900 s, which nobody can renew. A reading that lasts longer is told that its
//! session ended, and begins again in a new one.

use async_trait::async_trait;
use cartola_connector::session::{ReadRecords, RecordQuery, RecordReading};
use cartola_connector::{ConnectorError, Context, Credential, Endpoint, Product, Session};
use cartola_model::RecordKinds;
use cartola_primitives::Secret;

use super::{decode, encode, offer};
use crate::wire::SessionResponse;

/// An open session.
pub(super) struct PortalSession {
    endpoint: Endpoint,
    token: Secret<String>,
}

/// Opens one.
pub(super) async fn open(
    endpoint: Endpoint,
    credential: &Credential,
    context: &Context,
) -> Result<PortalSession, ConnectorError> {
    let request = encode::open(credential)?;
    let SessionResponse { token, .. } = decode::session(&endpoint.send(&request, context).await?)?;
    Ok(PortalSession { endpoint, token })
}

#[async_trait]
impl Session for PortalSession {
    fn records(&self) -> Option<&dyn ReadRecords> {
        Some(self)
    }

    async fn close(&self, context: &Context) -> Result<(), ConnectorError> {
        let request = encode::close(&self.token)?;
        decode::closed(&self.endpoint.send(&request, context).await?)
    }
}

#[async_trait]
impl ReadRecords for PortalSession {
    fn kinds(&self) -> RecordKinds {
        offer::kinds(self.endpoint.institution())
    }

    async fn record(
        &self,
        query: &RecordQuery,
        context: &Context,
    ) -> Result<RecordReading, ConnectorError> {
        let not_offered = || ConnectorError::not_offered(Product::Record(query.kind));
        let offered = self.kinds().contains(query.kind);
        let call = offer::call(query.kind).filter(|_| offered).ok_or_else(not_offered)?;
        let request = encode::product(&call, &self.token)?;
        call.read(&self.endpoint.send(&request, context).await?)
    }
}
