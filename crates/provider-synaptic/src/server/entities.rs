//! `GET /synaptic/api/v1/entities`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::offers::Offer;
use cartola_http::{Gate, answer};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::WithKey;
use super::refused::Message;
use crate::{Action, Entity, OfAccounts, Product};

/// What can be asked of one entity.
#[derive(Serialize, ToSchema)]
pub struct EntityView {
    /// Its name, as actions have it.
    #[schema(example = "banco-chile")]
    entity: String,
    /// The name that people know.
    #[schema(example = "Banco de Chile")]
    name: &'static str,
    /// Its actions.
    #[schema(example = json!(["banco-chile:tef", "banco-chile:bill"]))]
    actions: Vec<String>,
}

/// List entities and their actions
///
/// Those that this gateway is set up for, with what their connectors read.
#[utoipa::path(
    get, path = "/api/v1/entities", operation_id = "entities", tag = "extraction",
    responses(
        (status = 200, description = "The entities", body = Vec<EntityView>),
        (status = 401, description = "The API key is missing, unknown or withdrawn", body = Message),
    ),
    security(("apiKey" = [])),
)]
pub async fn list(State(gate): State<Gate>, _caller: WithKey) -> Response {
    let view = |entity: Entity| {
        let offer = gate.engine().offer(&entity.institution.id);
        let offered = entity.products().iter().filter(|product| is_offered(**product, offer));
        let actions = offered.map(|product| name(&entity, *product)).collect();
        let name = entity.institution.name.as_str();
        EntityView { entity: entity.name, name, actions }
    };
    let entities: Vec<EntityView> =
        Entity::all().map(view).filter(|entity| !entity.actions.is_empty()).collect();
    answer::json(StatusCode::OK, &entities)
}

fn name(entity: &Entity, product: Product) -> String {
    Action { entity: entity.clone(), product }.name()
}

/// Whether what a product takes is offered.
pub fn is_offered(product: Product, offer: Offer) -> bool {
    let accounts = match product.of_accounts() {
        OfAccounts::Nothing => true,
        OfAccounts::Balances => offer.balances,
        OfAccounts::Movements | OfAccounts::YearOfMovements => offer.movements,
    };
    accounts && offer.records.covers(product.records())
}
