//! A movement with all that was said about it, as it is sent.

use std::borrow::Cow;

use cartola_engine::movements::Explained;
use cartola_engine::rows::{AliasRow, SourceRow};
use cartola_model::{Counterparty, MergeReason, Observation, SourceKind, glosa};
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::reason;
use crate::movements::view::{DetailsView, MovementView, Status};
use crate::wire::{self, DayText, IdText};

/// A movement and why it is what it is.
#[derive(Serialize, ToSchema)]
#[schema(as = MovementWhy)]
pub struct WhyView<'a> {
    movement: MovementView<'a>,
    /// What its sources said, the oldest evidence first. What the movement says is a function of
    /// these alone.
    sources: Vec<SourceView<'a>>,
    /// Movements that were split from it, or from which it was split.
    aliases: Vec<AliasView>,
}

/// What one source said about a movement.
#[derive(Serialize, ToSchema)]
#[schema(as = MovementSource)]
struct SourceView<'a> {
    #[schema(value_type = wire::SourceId)]
    id: IdText,
    #[schema(value_type = wire::ImportId)]
    import_id: IdText,
    #[schema(value_type = wire::ConsentId)]
    consent_id: IdText,
    /// Where in the file it stands, such as `cell B12` or `line 7`.
    #[schema(example = "line 7")]
    place: &'a str,
    /// How far the source is trusted where two disagree.
    #[schema(value_type = wire::SourceKind)]
    kind: SourceKind,
    /// The day on which the institution made the source, or last said the same again.
    #[schema(value_type = wire::Day)]
    as_of: DayText,
    /// When it was received, or the same was received again.
    #[schema(value_type = wire::Instant)]
    received_at: Timestamp,
    /// Why it counts as this movement.
    #[schema(value_type = wire::MergeReason)]
    reason: MergeReason,
    /// The reason in words.
    explanation: Cow<'static, str>,
    /// The reason in Spanish.
    explanation_es: Cow<'static, str>,
    /// Whether what it said is withheld, because the consent under which it came has ended.
    withheld: bool,
    /// What it said; left out where it is withheld, and where it is the absence of the line that
    /// tells something.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    says: Option<SayingView<'a>>,
}

/// One line of a source, in canonical terms.
#[derive(Serialize, ToSchema)]
#[schema(as = SourceLine)]
struct SayingView<'a> {
    #[schema(value_type = wire::Day)]
    booked_on: DayText,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Day>, nullable = false)]
    value_on: Option<DayText>,
    /// In minor units of `currency`.
    amount: i64,
    #[schema(value_type = wire::CurrencyCode)]
    currency: &'static str,
    /// In minor units; `null` where the source prints none.
    #[schema(required = true)]
    balance_after: Option<i64>,
    status: Status,
    /// The glosa for people.
    description: Cow<'a, str>,
    /// The glosa as printed, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    description_raw: Option<&'a str>,
    #[serde(flatten)]
    details: DetailsView<'a>,
}

/// A split: `id` belonged to `movement_id`.
#[derive(Serialize, ToSchema)]
#[schema(as = MovementAlias)]
struct AliasView {
    #[schema(value_type = wire::MovementId)]
    id: IdText,
    #[schema(value_type = wire::MovementId)]
    movement_id: IdText,
    #[schema(value_type = wire::Instant)]
    at: Timestamp,
    /// Whether `id` now is a movement of its own.
    undone: bool,
}

impl<'a> WhyView<'a> {
    /// All of it.
    pub fn of(explained: &'a Explained, counterparty: Option<&'a Counterparty>) -> Self {
        Self {
            movement: MovementView::of(&explained.attested.row, counterparty),
            sources: explained.attested.sources.iter().map(SourceView::from).collect(),
            aliases: explained.aliases.iter().map(AliasView::from).collect(),
        }
    }
}

impl<'a> From<&'a SourceRow> for SourceView<'a> {
    fn from(row: &'a SourceRow) -> Self {
        let explanation = reason::sentence(row.reason);
        Self {
            id: row.id.into(),
            import_id: row.import.into(),
            consent_id: row.consent.into(),
            place: &row.place,
            kind: row.source,
            as_of: row.as_of.into(),
            received_at: row.received_at,
            reason: row.reason,
            explanation: explanation.en,
            explanation_es: explanation.es,
            withheld: row.says.is_none() && row.reason != MergeReason::Absent,
            says: row.says.as_deref().map(SayingView::from),
        }
    }
}

impl<'a> From<&'a Observation> for SayingView<'a> {
    fn from(says: &'a Observation) -> Self {
        let description = glosa::clean(&says.glosa);
        Self {
            booked_on: says.booked_on.into(),
            value_on: says.value_on.map(DayText::from),
            amount: says.amount.minor(),
            currency: says.amount.currency().code(),
            balance_after: says.balance_after,
            status: says.status.into(),
            description_raw: (description != says.glosa).then_some(says.glosa.as_str()),
            description,
            details: DetailsView::from(&says.details),
        }
    }
}

impl From<&AliasRow> for AliasView {
    fn from(row: &AliasRow) -> Self {
        Self {
            id: row.alias.into(),
            movement_id: row.movement.into(),
            at: row.at,
            undone: row.undone,
        }
    }
}
