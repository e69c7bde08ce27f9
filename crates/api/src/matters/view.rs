//! A matter as it is sent.

use cartola_engine::matters::{Breach, Matter, MatterStepTaken};
use cartola_primitives::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire::{self, IdText};

/// What somebody asks of whoever keeps their data, or a breach of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Matter)]
pub struct MatterView {
    #[schema(value_type = wire::MatterId)]
    id: IdText,
    #[schema(value_type = wire::MatterKind)]
    kind: &'static str,
    #[schema(value_type = wire::MatterState)]
    state: &'static str,
    /// One more with each change.
    version: u32,
    /// Whose request it is; left out where nothing of theirs is kept, and of a breach.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::PersonId>, nullable = false)]
    person_id: Option<IdText>,
    /// What was asked, or happened; left out once the person is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    text: Option<String>,
    /// How to reach who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    contact: Option<String>,
    #[schema(value_type = wire::Instant)]
    opened_at: Timestamp,
    /// Until when it is to be answered. Of one that is `retained`, when what is kept may be erased.
    #[schema(value_type = wire::Instant)]
    due_at: Timestamp,
    /// What followed, in order.
    steps: Vec<StepView>,
    /// Of a breach, its entry in the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    breach: Option<BreachView>,
}

/// What was done about a matter.
#[derive(Serialize, ToSchema)]
#[schema(as = MatterStep)]
struct StepView {
    #[schema(value_type = wire::Instant)]
    at: Timestamp,
    /// The id of the credential that did it, or `operator`.
    by: String,
    /// Where the matter stood from then on.
    #[schema(value_type = wire::MatterState)]
    state: &'static str,
    /// Why, or what was answered.
    text: String,
}

/// What the register of breaches asks for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `effects`, `data`, `people` and `measures`"
)]
#[schema(as = Breach)]
pub struct BreachView {
    /// What it may do to people.
    #[schema(min_length = 1, max_length = 4000)]
    effects: String,
    /// Which kinds of data.
    #[schema(min_length = 1, max_length = 4000)]
    data: String,
    /// About how many people.
    people: u64,
    /// What is done about it.
    #[schema(min_length = 1, max_length = 4000)]
    measures: String,
    /// When the Agency was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    agency_told_at: Option<Timestamp>,
    /// When the people were told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    people_told_at: Option<Timestamp>,
}

impl From<Matter> for MatterView {
    fn from(matter: Matter) -> Self {
        let Matter { row, text, contact, steps, breach } = matter;
        Self {
            id: row.id.into(),
            kind: row.kind.name(),
            state: row.standing.state.name(),
            version: row.version,
            person_id: row.person.map(IdText::from),
            text,
            contact,
            opened_at: row.opened_at,
            due_at: row.standing.due_at,
            steps: steps.into_iter().map(StepView::from).collect(),
            breach: breach.map(BreachView::from),
        }
    }
}

impl From<MatterStepTaken> for StepView {
    fn from(step: MatterStepTaken) -> Self {
        let MatterStepTaken { at, by, state, text } = step;
        Self { at, by, state: state.name(), text }
    }
}

impl From<Breach> for BreachView {
    fn from(breach: Breach) -> Self {
        let Breach { effects, data, people, measures, agency_told_at, people_told_at } = breach;
        Self { effects, data, people, measures, agency_told_at, people_told_at }
    }
}

impl From<BreachView> for Breach {
    fn from(view: BreachView) -> Self {
        let BreachView { effects, data, people, measures, agency_told_at, people_told_at } = view;
        Self { effects, data, people, measures, agency_told_at, people_told_at }
    }
}
