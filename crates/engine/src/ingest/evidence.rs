//! What a movement is, given what its sources say.
//!
//! A movement is a function of its source records alone, so that the order in which files arrive
//! makes no difference, and a source that is taken away leaves no trace.

use std::cmp::Reverse;

use cartola_model::movement::MovementDetails;
use cartola_model::{MergeReason, Movement, MovementStatus, Observation, SourceKind, glosa};
use cartola_primitives::Date;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AccountId, MovementId, SourceId};
use cartola_store::movements::SourceRow;

/// One piece of evidence: a source's words, or its silence.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// How far the source is trusted.
    pub source: SourceKind,
    /// When the institution made it.
    pub as_of: Date,
    /// When we received it.
    pub received_at: Timestamp,
    /// Breaks ties for good.
    pub id: SourceId,
    /// Whether somebody decided that it stands for a movement of its own.
    pub pinned: bool,
    /// What it says; `None` is silence where a complete statement should speak.
    pub says: Option<&'a Observation>,
}

impl<'a> From<&'a SourceRow> for Evidence<'a> {
    fn from(row: &'a SourceRow) -> Self {
        Self {
            source: row.source,
            as_of: row.as_of,
            received_at: row.received_at,
            id: row.id,
            pinned: row.reason == MergeReason::Split,
            says: row.says.as_deref(),
        }
    }
}

impl Evidence<'_> {
    fn age(&self) -> (Date, Timestamp, SourceId) {
        (self.as_of, self.received_at, self.id)
    }
}

/// The movement that the evidence describes, as version `version`; `None` if nobody ever spoke of
/// it.
///
/// Precedence, per field: the most trusted kind of source that gives it, of these the latest. Of
/// two texts of which one is the other cut short, the longer. It no longer exists where a silence is
/// later than all that was said and at least as trusted, unless somebody pinned it.
pub fn movement(
    id: MovementId,
    account: AccountId,
    version: u32,
    evidence: &[Evidence<'_>],
) -> Option<Movement> {
    let mut spoken: Vec<(Evidence<'_>, &Observation)> =
        evidence.iter().filter_map(|piece| Some((*piece, piece.says?))).collect();
    spoken.sort_by_key(|(piece, _)| Reverse((piece.source, piece.age())));
    let by_precedence: Vec<&Observation> = spoken.iter().map(|(_, says)| *says).collect();
    let best = *by_precedence.first()?;
    Some(Movement {
        id,
        account,
        version,
        booked_on: best.booked_on,
        value_on: first(&by_precedence, |says| says.value_on),
        amount: best.amount,
        balance_after: first(&by_precedence, |says| says.balance_after),
        status: status(evidence, &spoken),
        glosa: fullest_glosa(&by_precedence).to_owned(),
        details: details(&by_precedence),
    })
}

fn status(evidence: &[Evidence<'_>], spoken: &[(Evidence<'_>, &Observation)]) -> MovementStatus {
    let outspoken = |silence: &Evidence<'_>| {
        spoken.iter().any(|(piece, _)| piece.age() > silence.age() || piece.source > silence.source)
    };
    let silenced = evidence.iter().any(|piece| piece.says.is_none() && !outspoken(piece));
    if silenced && !evidence.iter().any(|piece| piece.pinned) {
        return MovementStatus::Removed;
    }
    spoken
        .iter()
        .max_by_key(|(piece, _)| piece.age())
        .map_or(MovementStatus::Removed, |(_, says)| says.status)
}

fn fullest_glosa<'a>(by_precedence: &[&'a Observation]) -> &'a str {
    let best = by_precedence[0].glosa.as_str();
    let folded = glosa::fold(best);
    by_precedence
        .iter()
        .map(|says| says.glosa.as_str())
        .filter(|text| text.len() > best.len())
        .filter(|text| glosa::is_truncation(&folded, &glosa::fold(text)))
        .max_by_key(|text| text.len())
        .unwrap_or(best)
}

fn details(by_precedence: &[&Observation]) -> MovementDetails {
    MovementDetails {
        document: first(by_precedence, |says| says.details.document.clone()),
        reference: first(by_precedence, |says| says.details.reference.clone()),
        channel: first(by_precedence, |says| says.details.channel.clone()),
        branch: first(by_precedence, |says| says.details.branch.clone()),
        city: first(by_precedence, |says| says.details.city.clone()),
        card: first(by_precedence, |says| says.details.card.clone()),
        instalment: first(by_precedence, |says| says.details.instalment),
    }
}

fn first<T>(
    by_precedence: &[&Observation],
    field: impl Fn(&Observation) -> Option<T>,
) -> Option<T> {
    by_precedence.iter().find_map(|says| field(says))
}
