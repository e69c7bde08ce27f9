//! `POST /floid/api/full_debt`

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::readings::THRESHOLD;
use cartola_http::answer;
use cartola_insights::debt;
use cartola_model::records::DebtReport;
use cartola_primitives::santiago;

use super::asked::Asked;
use super::desk::{Entry, Untold, to_its_end};
use super::identity::authority;
use super::refused::Refused;
use super::telling::{DEBTS, IDENTITY};
use crate::request::Login;
use crate::{failure, mapping, wire};

/// The institution that knows what everybody owes.
pub const CMF: &str = "cmf";

/// The institution that knows who has its password: the CMF lets people in by it, and tells no name.
const CLAVE_UNICA: &str = "clave-unica";

/// How long a call waits for the debts.
const DEBTS_WAIT: Duration = Duration::from_secs(45);

/// How long it waits for the name after that.
const NAME_WAIT: Duration = Duration::from_secs(10);

const _: () = assert!(
    DEBTS_WAIT.as_secs() + NAME_WAIT.as_secs() <= super::SYNC_WAIT.as_secs(),
    "a call waits no longer than any other"
);

/// Full Debt
///
/// What somebody owes in the whole financial system. The password is that of Clave Única.
#[utoipa::path(
    post, path = "/api/full_debt", operation_id = "full_debt", tag = "financial information",
    request_body = Login,
    responses((status = 200, description = "What they owe, or why nobody says so", body = wire::FullDebt)),
)]
pub async fn full_debt(asked: Asked) -> Result<Response, Refused> {
    to_its_end(async move {
        let body: Login = asked.read()?;
        let rut = body.rut.rut("rut")?;
        let password = body.password.password("password")?;
        let entry = Entry { institution: authority(CMF), rut, password, threshold: THRESHOLD };
        let desk = asked.desk();
        let read = desk.read(&entry, DEBTS, DEBTS_WAIT, async |teller| teller.debts().await);
        let told = match read.await {
            Ok(report) => full(&asked, entry, &report).await?,
            Err(Untold::Failure(failure)) => wire::FullDebt {
                is_invalid_credentials: failure::standing(failure).refused,
                error: failure::text(failure),
                ..wire::FullDebt::default()
            },
            Err(Untold::Engine(error)) => return Err(error.into()),
        };
        Ok(answer::json(StatusCode::OK, &told))
    })
    .await
}

async fn full(asked: &Asked, entry: Entry, report: &DebtReport) -> Result<wire::FullDebt, Refused> {
    let debt = debt::FullDebt::of(report);
    let day = debt.as_of.unwrap_or_else(|| santiago::today(asked.engine.now()));
    Ok(wire::FullDebt {
        is_valid: true,
        is_invalid_credentials: false,
        full_name: Some(name(asked, entry).await?),
        credit_check_date: Some(mapping::credit_check_date(day)),
        accounts_data: Some(mapping::accounts_data(&debt)),
        error: "",
    })
}

/// The name: what is known of the RUT, else what Clave Única tells by the same password, else nothing.
async fn name(asked: &Asked, entry: Entry) -> Result<String, Refused> {
    if let Some(known) = asked.engine.identity_of(&asked.who, entry.rut).await? {
        return Ok(known.name);
    }
    let entry = Entry { institution: authority(CLAVE_UNICA), ..entry };
    let desk = asked.desk();
    let read = desk.read(&entry, IDENTITY, NAME_WAIT, async |teller| teller.identity().await);
    match read.await {
        Ok(identity) => Ok(identity.name),
        Err(Untold::Failure(_)) => Ok(String::new()),
        Err(Untold::Engine(error)) => Err(error.into()),
    }
}
