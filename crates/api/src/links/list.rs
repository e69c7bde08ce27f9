//! `GET /v1/links`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::links::ShownLink;
use cartola_http::{Authenticated, Gate, Query, Refusal, answer};
use cartola_model::{LinkSource, LinkStanding, Scope};
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::page::{self, PageAsked};
use crate::wire::{self, IdText, List};

/// A person's or company's data at one institution.
#[derive(Serialize, ToSchema)]
#[schema(as = Link)]
pub struct LinkView {
    #[schema(value_type = wire::LinkId)]
    id: IdText,
    #[schema(value_type = wire::InstitutionId)]
    institution: String,
    /// Whose data; left out where the source names nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::PersonId>, nullable = false)]
    person_id: Option<IdText>,
    /// Where its data comes from.
    #[schema(value_type = wire::LinkSource)]
    source: LinkSource,
    state: LinkStateView,
    /// Since when it is in that state; of one that is `suspended`, since when it was `active`.
    #[schema(value_type = wire::Instant)]
    since: Timestamp,
}

/// Where a link stands. Of `credentials`, its mandate counts too; each file or call brings its own consent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LinkState)]
enum LinkStateView {
    /// Takes data.
    Active,
    /// The person wants nothing done with their data: nothing is read until the block is over.
    Suspended,
    /// Its mandate has run out.
    Expired,
    /// It was ended, or its mandate was revoked.
    Revoked,
}

impl From<ShownLink> for LinkView {
    fn from(ShownLink { row, standing }: ShownLink) -> Self {
        let state = match standing {
            LinkStanding::Active { .. } => LinkStateView::Active,
            LinkStanding::Suspended { .. } => LinkStateView::Suspended,
            LinkStanding::Expired { .. } => LinkStateView::Expired,
            LinkStanding::Revoked { .. } => LinkStateView::Revoked,
        };
        Self {
            id: row.id.into(),
            institution: row.institution.to_string(),
            person_id: row.person.map(IdText::from),
            source: row.source,
            state,
            since: standing.since(),
        }
    }
}

/// List links
///
/// In the order in which they were made.
#[utoipa::path(
    get, path = "/v1/links", operation_id = "list_links", tag = "links",
    params(PageAsked),
    responses((status = 200, description = "One page", body = List<LinkView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(asked): Query<PageAsked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let list = page::unfiltered("links", who);
    let found = gate.engine().shown_links(who, asked.after(list)?, asked.limit).await?;
    Ok(answer::json(StatusCode::OK, &page::shown(found, list, LinkView::from)))
}
