//! `POST /floid/api/asset_report`

use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::readings::{ReadScope, THRESHOLD};
use cartola_http::answer;

use super::SYNC_WAIT;
use super::asked::Asked;
use super::desk::{Entry, Untold, to_its_end};
use super::refused::Refused;
use super::telling::CREDITS;
use crate::given::Mistake;
use crate::request::Assets;
use crate::{bank, failure, wire};

/// What `uiType` may be. A bank's mobile channel is asked in any case.
const UI_TYPES: [&str; 2] = ["mobile", "desktop"];

/// Asset report
///
/// Accounts, cards and lines at one bank, and a score of them.
#[utoipa::path(
    post, path = "/api/asset_report", operation_id = "asset_report", tag = "financial information",
    request_body = Assets,
    responses((status = 200, description = "What they have, or why nobody says so", body = wire::AssetReport)),
)]
pub async fn asset_report(asked: Asked) -> Result<Response, Refused> {
    to_its_end(async move {
        let entry = entry(&asked.read()?)?;
        let scope = ReadScope::BALANCES.with_records(CREDITS);
        let desk = asked.desk();
        let read = desk.read(&entry, scope, SYNC_WAIT, async |teller| teller.asset_report().await);
        let report = match read.await {
            Ok(report) => report,
            Err(Untold::Failure(failure)) => wire::AssetReport {
                is_login_success: failure::standing(failure).let_in,
                error: Some(failure::text(failure)),
                ..wire::AssetReport::default()
            },
            Err(Untold::Engine(error)) => return Err(error.into()),
        };
        Ok(answer::json(StatusCode::OK, &report))
    })
    .await
}

fn entry(body: &Assets) -> Result<Entry, Mistake> {
    let rut = body.rut.rut("rut")?;
    let password = body.password.password("password")?;
    let bank = bank::of_name(body.bank_name.text("bankName")?, rut);
    let institution = bank.map_err(|error| Mistake::of("bankName", error))?.id.clone();
    let ui_type = body.ui_type.optional_text("uiType")?;
    if ui_type.is_some_and(|ui_type| !UI_TYPES.contains(&ui_type)) {
        return Err(Mistake::of("uiType", format!("it must be one of {}", UI_TYPES.join(" | "))));
    }
    Ok(Entry { institution, rut, password, threshold: THRESHOLD })
}
