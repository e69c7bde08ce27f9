//! The institutions of the box that are no banks, each under its id: `/servipag`, `/sii`, … What they
//! say is in `docs/portal.md`.

mod afc;
mod caller;
mod cmf;
mod cryptomkt;
mod person;
mod servipag;
mod session;
mod sii;
mod told;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use cartola_provider_portal::wire::{
    BALANCES_PATH, CONTRIBUTIONS_PATH, DEBTS_PATH, EMPLOYERS_PATH, IDENTITY_PATH,
    PERSONAL_INFO_PATH, SERVICE_ACCOUNTS_PATH, SESSION_PATH, TAX_FOLDER_PATH, TAX_STATUS_PATH,
};

use crate::sandbox::Sandbox;
use caller::Place;
use told::{reading, reading_if_any};

/// All of them.
pub(crate) fn router(sandbox: &Sandbox) -> Router<Sandbox> {
    let none = Router::new;
    let civil_register = none().route(IDENTITY_PATH, reading(person::of_civil_register));
    let clave_unica = none().route(IDENTITY_PATH, reading(person::of_clave_unica));
    let servipag = none().route(SERVICE_ACCOUNTS_PATH, reading(servipag::tell));
    let sii = none()
        .route(TAX_FOLDER_PATH, reading(sii::folder::tell))
        .route(TAX_STATUS_PATH, reading(sii::status::tell));
    let cmf = none().route(DEBTS_PATH, reading(cmf::tell));
    let afc = none()
        .route(CONTRIBUTIONS_PATH, reading(afc::contributions))
        .route(EMPLOYERS_PATH, reading(afc::employers))
        .route(PERSONAL_INFO_PATH, reading_if_any(afc::personal_info));
    let cryptomkt = none().route(BALANCES_PATH, reading(cryptomkt::tell));
    let all = [
        ("servipag", servipag),
        ("registro-civil", civil_register),
        ("clave-unica", clave_unica),
        ("sii", sii),
        ("cmf", cmf),
        ("afc", afc),
        ("cryptomkt", cryptomkt),
    ];
    all.into_iter().fold(Router::new(), |router, (id, products)| {
        router.nest(&format!("/{id}"), institution(sandbox, id, products))
    })
}

/// One institution: its products, its sessions, and what is ordered to go wrong there.
fn institution(sandbox: &Sandbox, id: &'static str, products: Router<Sandbox>) -> Router<Sandbox> {
    products
        .route(SESSION_PATH, post(session::open).delete(session::end))
        .layer(from_fn_with_state((sandbox.clone(), Place(id)), caller::arrive))
}
