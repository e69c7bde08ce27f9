//! `GET /mibanco/api/v1/mibanco/withdrawals`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::Engine;
use cartola_engine::device_sessions::DeviceSession;
use cartola_http::{Gate, answer};
use cartola_model::records::{Withdrawal, WithdrawalState};
use cartola_model::{Record, RecordKind, Scope};
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::caller::Session;
use super::super::desk::read_records;
use super::super::reads::newest;
use super::super::refused::{Refused, Told as Error, answered};
use super::super::screens;

/// 200 of `GET withdrawals`.
#[derive(Serialize, ToSchema)]
pub struct Withdrawals {
    /// As the bank lists them.
    withdrawals: Vec<Listed>,
}

/// Cash that was put aside, by whatever channel of the bank. Its code is told by
/// `GET withdrawals/{withdrawal_id}` alone.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedWithdrawal)]
pub struct Listed {
    /// What the bank calls it.
    reference: String,
    /// Who may take it, or could.
    #[schema(example = "12.345.678-5")]
    rut: String,
    /// Minor units.
    amount: i64,
    /// Its currency.
    currency: String,
    /// `AVAILABLE`, `CLAIMED`, `EXPIRED` or `CANCELLED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    /// When it was put aside.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Until when it can be taken, or could.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Who took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    claimed_by: Option<String>,
}

/// List cash that was put aside at ATMs
#[utoipa::path(
    get, path = "/api/v1/mibanco/withdrawals", operation_id = "withdrawals", tag = "withdrawals",
    responses(
        (status = 200, description = "The withdrawals", body = Withdrawals),
        (status = 401, description = "`INVALID_TOKEN`, `INVALID_CREDENTIALS`", body = Error),
        (status = 422, description = "`UNSUPPORTED`: the bank does no such thing", body = Error),
        (status = 503, description = "`UNAVAILABLE`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn read(State(gate): State<Gate>, caller: Session) -> Response {
    let told = async {
        let session = caller.may(Scope::Read)?;
        let told = tell(gate.engine(), session).await?;
        screens::note(gate.engine(), session, ("mibanco.withdrawals", screens::WITHDRAWALS));
        Ok(answer::json(StatusCode::OK, &told))
    };
    answered(&gate, told.await)
}

async fn tell(engine: &Engine, session: &DeviceSession) -> Result<Withdrawals, Refused> {
    let kind = RecordKind::Withdrawals;
    let is_there = read_records(engine, session, [kind]).await?;
    let found = if is_there { newest(engine, session, kind).await? } else { None };
    let withdrawals = match found {
        Some(Record::Withdrawals(all)) => all.iter().map(listed).collect(),
        _ => Vec::new(),
    };
    Ok(Withdrawals { withdrawals })
}

fn listed(told: &Withdrawal) -> Listed {
    Listed {
        reference: told.reference.clone(),
        rut: told.rut.dotted(),
        amount: told.amount.minor(),
        currency: told.amount.currency().code().to_owned(),
        status: told.state.map(|state| match state {
            WithdrawalState::Available => "AVAILABLE",
            WithdrawalState::Claimed => "CLAIMED",
            WithdrawalState::Expired => "EXPIRED",
            WithdrawalState::Cancelled => "CANCELLED",
        }),
        created_at: told.created_at,
        expires_at: told.expires_at,
        claimed_by: told.claimed_by.map(|rut| rut.dotted()),
    }
}
