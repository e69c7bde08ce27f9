//! An endpoint as it is sent.

use cartola_engine::Engine;
use cartola_engine::messages::{Endpoint, EndpointId};
use cartola_http::callbacks::receiver_of;
use cartola_model::Principal;
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// A URL that messages go to. Path and query are not shown, since they may hold secrets.
#[derive(Serialize, ToSchema)]
#[schema(as = Endpoint)]
pub struct EndpointView {
    #[schema(value_type = wire::EndpointId)]
    id: String,
    /// Host and port; left out where no message to it is kept any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "example.cl:443")]
    receiver: Option<String>,
    /// Since when nothing is sent there, because the receiver has answered 410.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    disabled_at: Option<Timestamp>,
}

impl EndpointView {
    /// An endpoint at that receiver.
    pub fn new(id: EndpointId, receiver: Option<String>, disabled_at: Option<Timestamp>) -> Self {
        Self { id: id.to_string(), receiver, disabled_at }
    }
}

/// Who receives at an endpoint.
pub async fn receiver(engine: &Engine, who: &Principal, endpoint: &Endpoint) -> Option<String> {
    receiver_of(engine, who.tenant, endpoint.message.as_ref()?).await
}
