//! `GET /v1/movements/sync`

use std::collections::HashMap;

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::rows::{FeedChange, FeedEntry, MovementRow};
use cartola_http::cursor::{Cursor, List as CursorList};
use cartola_http::problem::{Code, Text};
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer};
use cartola_insights::categories::{Label, Rulebook};
use cartola_model::{Counterparty, Scope};
use cartola_primitives::id::{AccountId, MovementId};
use serde::Serialize;
use utoipa::ToSchema;

use super::category::{Include, Labeller};
use super::counterparties;
use super::view::MovementView;
use crate::page::{self, PageAsked};
use crate::wire::{self, IdText};

/// What changed since a cursor.
#[derive(Serialize, ToSchema)]
#[schema(as = MovementChanges)]
pub struct ChangesView<'a> {
    /// Movements that are new, or back.
    added: Vec<MovementView<'a>>,
    /// Movements that say something else than before.
    modified: Vec<MovementView<'a>>,
    /// Movements that are gone, or that no consent allows when this entry is read. Forget them.
    removed: Vec<RemovedView>,
    /// Keep it, and pass it as `cursor` next time.
    next_cursor: String,
    /// Whether there is more at once.
    has_more: bool,
}

/// A movement that is gone.
#[derive(Serialize, ToSchema)]
#[schema(as = RemovedMovement)]
pub struct RemovedView {
    #[schema(value_type = wire::MovementId)]
    id: IdText,
    #[schema(value_type = wire::AccountId)]
    account_id: IdText,
}

/// What a page of the feed comes to for one movement.
struct Net {
    /// Whether the caller knows it from before this page.
    known: bool,
    account: AccountId,
    /// The movement as it is now, unless it is gone.
    row: Option<MovementRow>,
}

/// Follow changes
///
/// What changed at the bank and what an import brought, in the order in which it became known, each
/// movement once a page. Begin without a cursor, go on with `next_cursor` for as long as `has_more`
/// says so, and come back with the last one later.
///
/// The end of a consent is no change of a movement, and the feed does not announce it: from then on
/// its movements are served nowhere, and entries about them that are read later say `removed`. Who
/// keeps a copy and revokes a consent drops what only that consent allowed. An import that allows
/// such movements again brings them back.
///
/// A cursor that lies beyond the last change, as after the restoring of an older backup, is
/// `cursor_invalid`: drop the copy and begin again without one.
#[utoipa::path(
    get, path = "/v1/movements/sync", operation_id = "sync_movements", tag = "movements",
    params(Include, PageAsked),
    responses((status = 200, description = "What changed", body = ChangesView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid"]))),
)]
pub async fn sync(
    State(gate): State<Gate>,
    Extension(rules): Extension<Arc<Rulebook>>,
    caller: Authenticated,
    Query((include, asked)): Query<(Include, PageAsked)>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let list = page::unfiltered("movements.sync", who);
    let after = asked.cursor.as_ref().map_or(Ok(0), |cursor| opened(cursor, list))?;
    let changes = gate.engine().changes(who, after, asked.limit).await?;
    if changes.beyond {
        return Err(beyond().into());
    }
    let (mut added, mut modified, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    for (id, net) in collapse(changes.entries) {
        match net.row {
            Some(row) if net.known => modified.push(row),
            Some(row) => added.push(row),
            None => removed.push(RemovedView { id: id.into(), account_id: net.account.into() }),
        }
    }
    let sides_added = counterparties(gate.engine(), who, &added).await?;
    let sides_modified = counterparties(gate.engine(), who, &modified).await?;
    let (mut labels_added, mut labels_modified) = (Vec::new(), Vec::new());
    if include.categories() {
        let mut labeller = Labeller::new(gate.engine(), who, rules.of(who.tenant));
        labels_added = labeller.labels(&added, &sides_added).await?;
        labels_modified = labeller.labels(&modified, &sides_modified).await?;
    }
    let body = ChangesView {
        added: views(&added, &sides_added, &labels_added),
        modified: views(&modified, &sides_modified, &labels_modified),
        removed,
        next_cursor: Cursor::new(list, &changes.position.to_be_bytes()).as_str().to_owned(),
        has_more: changes.more,
    };
    Ok(answer::json(StatusCode::OK, &body))
}

/// Each movement once, in order of its first change: added and modified is added, and whatever is
/// gone in the end is removed.
fn collapse(entries: Vec<FeedEntry>) -> Vec<(MovementId, Net)> {
    let mut places: HashMap<MovementId, usize> = HashMap::new();
    let mut net: Vec<(MovementId, Net)> = Vec::with_capacity(entries.len());
    for entry in entries {
        let row = entry.row.filter(|_| entry.change != FeedChange::Removed);
        if let Some(&place) = places.get(&entry.movement) {
            net[place].1.row = row;
            continue;
        }
        places.insert(entry.movement, net.len());
        let known = entry.change != FeedChange::Added;
        net.push((entry.movement, Net { known, account: entry.account, row }));
    }
    net
}

fn views<'a>(
    rows: &'a [MovementRow],
    sides: &'a [Option<Counterparty>],
    labels: &[Label<'a>],
) -> Vec<MovementView<'a>> {
    let side = |index: usize| sides.get(index).and_then(Option::as_ref);
    let view = |(index, row)| MovementView::of(row, side(index)).labelled(labels.get(index));
    rows.iter().enumerate().map(view).collect()
}

/// The feed that gave the cursor was longer than this one, and went on differently.
fn beyond() -> Problem {
    Problem::new(Code::CursorInvalid).detailed(Text::fixed(
        "The cursor lies beyond the last change: it comes from another gateway, or from before a backup was restored. Drop the copy and start again without `cursor`.",
        "El cursor está más allá del último cambio: viene de otro servicio, o de antes de restaurar un respaldo. Descarte la copia y comience otra vez sin `cursor`.",
    ))
}

fn opened(cursor: &Cursor, list: CursorList<'_>) -> Result<u64, Problem> {
    let bytes: [u8; 8] = cursor.open(list)?.try_into().map_err(|_| {
        Problem::internal("a sealed cursor holds something else than a position".to_owned())
    })?;
    Ok(u64::from_be_bytes(bytes))
}
