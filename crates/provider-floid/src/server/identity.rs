//! `POST /floid/api/identity/{bankid_kyc,claveunica_kyc,name_address_lookup}`

use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::readings::THRESHOLD;
use cartola_http::answer;
use cartola_model::{Institution, InstitutionId};

use super::SYNC_WAIT;
use super::asked::Asked;
use super::desk::{Entry, Untold, to_its_end};
use super::refused::Refused;
use super::telling::IDENTITY;
use crate::given::Mistake;
use crate::request::{Login, Lookup};
use crate::{bank, failure, mapping, wire};

/// The institution of Clave Única.
const CLAVE_UNICA: &str = "clave-unica";

/// What somebody is told of whom nothing is known.
const UNKNOWN: &str = "nothing is known of this RUT";

/// Bank ID & KYC
///
/// Asks the bank who signs in. A wrong password is `isLoginSuccess: false`.
#[utoipa::path(
    post, path = "/api/identity/bankid_kyc", operation_id = "bankid_kyc", tag = "identity",
    request_body = Login,
    responses((status = 200, description = "Who they are, or why nobody says so", body = wire::Identity)),
)]
pub async fn bank_id(asked: Asked) -> Result<Response, Refused> {
    to_its_end(async move {
        let login: Login = asked.read()?;
        let rut = login.rut.rut("rut")?;
        let password = login.password.password("password")?;
        let bank = bank_of(&asked, &login)?;
        let institution = bank.id.clone();
        kyc(&asked, Entry { institution, rut, password, threshold: THRESHOLD }).await
    })
    .await
}

/// The bank that is named, or the tenant's default, at the side of the RUT.
fn bank_of(asked: &Asked, login: &Login) -> Result<&'static Institution, Refused> {
    let rut = login.rut.rut("rut")?;
    let bank = match (login.bank_name.optional_text("bankName")?, asked.default_bank()) {
        (Some(name), _) => bank::of_name(name, rut),
        (None, Some(bank)) => bank::side(bank, rut),
        (None, None) => {
            let problem = "it is mandatory where no default bank is configured";
            return Err(Mistake::of("bankName", problem).into());
        }
    };
    Ok(bank.map_err(|error| Mistake::of("bankName", error))?)
}

/// `ClaveUnica` ID & KYC
///
/// Asks Clave Única who signs in.
#[utoipa::path(
    post, path = "/api/identity/claveunica_kyc", operation_id = "claveunica_kyc", tag = "identity",
    request_body = Login,
    responses((status = 200, description = "Who they are, or why nobody says so", body = wire::Identity)),
)]
pub async fn clave_unica(asked: Asked) -> Result<Response, Refused> {
    to_its_end(async move {
        let login: Login = asked.read()?;
        let rut = login.rut.rut("rut")?;
        let password = login.password.password("password")?;
        let institution = authority(CLAVE_UNICA);
        kyc(&asked, Entry { institution, rut, password, threshold: THRESHOLD }).await
    })
    .await
}

/// An institution of the catalogue that is no bank.
pub fn authority(id: &str) -> InstitutionId {
    InstitutionId::parse(id).expect("the ids of authorities are sound")
}

async fn kyc(asked: &Asked, entry: Entry) -> Result<Response, Refused> {
    let desk = asked.desk();
    let read = desk.read(&entry, IDENTITY, SYNC_WAIT, async |teller| {
        Ok(mapping::identity(&teller.identity().await?))
    });
    let identity = match read.await {
        Ok(told) => wire::Identity { is_login_success: Some(true), ..told },
        Err(Untold::Failure(failure)) => wire::Identity {
            is_login_success: Some(failure::standing(failure).let_in),
            error: Some(failure::text(failure)),
            ..wire::Identity::default()
        },
        Err(Untold::Engine(error)) => return Err(error.into()),
    };
    Ok(answer::json(StatusCode::OK, &identity))
}

/// Name & address
///
/// Nobody is asked: it is told what the tenant's own links and readings have told of that RUT, under a
/// consent that holds.
#[utoipa::path(
    post, path = "/api/identity/name_address_lookup", operation_id = "name_address_lookup", tag = "identity",
    request_body = Lookup,
    responses((status = 200, description = "Who they are, or that nothing is known", body = wire::Identity)),
)]
pub async fn look_up(asked: Asked) -> Result<Response, Refused> {
    let lookup: Lookup = asked.read()?;
    let rut = lookup.rut.rut("rut")?;
    let known = asked.engine.identity_of(&asked.who, rut).await?;
    let unknown = || wire::Identity { error: Some(UNKNOWN), ..wire::Identity::default() };
    let identity = known.as_ref().map_or_else(unknown, mapping::identity);
    Ok(answer::json(StatusCode::OK, &identity))
}
