//! What changes of a breach's entry, as it is sent.

use cartola_engine::matters::{BreachChange, WhenTold};
use cartola_primitives::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::wire;

/// What changes of the entry of a breach in the register. What is left out stays as it is.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `effects`, `data`, `people`, `measures`, `agency_told_at` or `people_told_at`"
)]
#[schema(
    as = BreachAmendment,
    example = json!({"people": 117, "agency_told_at": "2026-11-22T15:00:00Z"})
)]
pub struct AmendmentView {
    /// What it may do to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    effects: Option<String>,
    /// Which kinds of data.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    data: Option<String>,
    /// About how many people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    people: Option<u64>,
    /// What is done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    measures: Option<String>,
    /// When the Agency was told; `null` takes the date away.
    #[serde(
        default,
        deserialize_with = "read",
        serialize_with = "written",
        skip_serializing_if = "is_as_before"
    )]
    #[schema(required = false, value_type = Option<wire::Instant>)]
    agency_told_at: WhenTold,
    /// When the people were told; `null` takes the date away.
    #[serde(
        default,
        deserialize_with = "read",
        serialize_with = "written",
        skip_serializing_if = "is_as_before"
    )]
    #[schema(required = false, value_type = Option<wire::Instant>)]
    people_told_at: WhenTold,
}

impl From<AmendmentView> for BreachChange {
    fn from(view: AmendmentView) -> Self {
        let AmendmentView { effects, data, people, measures, agency_told_at, people_told_at } =
            view;
        let (agency_told, people_told) = (agency_told_at, people_told_at);
        Self { effects, data, people, measures, agency_told, people_told }
    }
}

/// A date that is there; where it is left out, nobody asks.
fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WhenTold, D::Error> {
    let at = Option::<Timestamp>::deserialize(deserializer)?;
    Ok(at.map_or(WhenTold::Never, WhenTold::At))
}

fn written<S: Serializer>(told: &WhenTold, serializer: S) -> Result<S::Ok, S::Error> {
    match told {
        WhenTold::At(at) => at.serialize(serializer),
        WhenTold::Never | WhenTold::AsBefore => serializer.serialize_none(),
    }
}

fn is_as_before(told: &WhenTold) -> bool {
    *told == WhenTold::AsBefore
}
