//! A session of a device: opened with RUT and MI PIN, renewed with a token that works once, ended.

pub mod end;
pub mod open;
pub mod refresh;

use cartola_engine::device_sessions::{ACCESS_LIFETIME, SessionTokens};
use cartola_model::{Catalogue, InstitutionId};
use cartola_primitives::Rut;
use serde::Serialize;
use utoipa::ToSchema;

/// What a device is given, key by key as the document prints it.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct Given<'a> {
    /// The bearer token of every further call.
    #[schema(example = "eyJhbGciOi…")]
    access_token: &'a str,
    /// What the session is renewed with, once.
    #[schema(example = "rt_…")]
    refresh_token: &'a str,
    /// Seconds for which the access token is good.
    #[schema(example = 900)]
    expires_in: i64,
    /// Whether the session may read only after an approval in Mi Pass: never, once it is open.
    mi_pass_required: bool,
    /// `personas` or `empresas`.
    #[schema(example = "personas")]
    customer_segment: &'static str,
}

impl<'a> Given<'a> {
    fn of(tokens: &'a SessionTokens) -> Self {
        Self {
            access_token: tokens.access.expose(),
            refresh_token: tokens.refresh.expose(),
            expires_in: ACCESS_LIFETIME.as_secs(),
            mi_pass_required: false,
            customer_segment: segment(&tokens.session.link.institution),
        }
    }
}

/// The kind of customer that an institution lets in.
pub fn segment(institution: &InstitutionId) -> &'static str {
    let holder = Catalogue::bundled().holder_of_accounts(institution);
    if holder == institution { "personas" } else { "empresas" }
}

/// Where somebody signs in: companies at the bank's portal for them, where it has one.
fn side(bank: &InstitutionId, rut: Rut) -> InstitutionId {
    let portal = Catalogue::bundled().company_portal(bank);
    match portal.filter(|_| rut.is_company()) {
        Some(portal) => portal.id.clone(),
        None => bank.clone(),
    }
}
