//! Opening a session.

use cartola_primitives::{Rut, Secret};
use serde::{Deserialize, Serialize};

use super::personal::personal;
use super::text;

/// `POST session`.
#[derive(Serialize, Deserialize)]
pub struct SessionRequest {
    /// The user name: a RUT, in any written form.
    #[serde(with = "text::rut")]
    pub user: Rut,
    /// The password.
    #[serde(with = "text::secret")]
    pub password: Secret<String>,
}

/// 200 of `POST session`.
#[derive(Serialize, Deserialize)]
pub struct SessionResponse {
    /// The bearer token of every further call at this institution.
    #[serde(with = "text::secret")]
    pub token: Secret<String>,
    /// Seconds for which it is good. It cannot be renewed.
    pub expires_in: u32,
}

personal!(SessionRequest, SessionResponse);
