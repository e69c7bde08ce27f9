//! `token`: a lasting link in the place of credentials.

use cartola_engine::Engine;
use cartola_engine::links::wording::{MANDATE_DAYS, last_day, usual_purpose};
use cartola_engine::links::{Mandate, NewLink, PaysFor};
use cartola_model::{InstitutionId, Principal};
use cartola_primitives::{Rut, Secret, Timestamp, santiago};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::declined::Declined;
use super::said::Said;
use super::source;
use crate::request::Login;
use crate::wire::Token;
use cartola_engine::readings::evidence;

/// What a link is to stand for, sealed while the bank is asked whether it lets them in. Wiped when
/// dropped.
#[derive(Serialize, Deserialize)]
pub struct NewToken {
    institution: InstitutionId,
    #[serde(with = "cartola_primitives::rut::serde_compact")]
    rut: Rut,
    password: String,
    asked_at: Timestamp,
}

impl NewToken {
    pub fn of(institution: InstitutionId, login: &Login, asked_at: Timestamp) -> Self {
        let (rut, password) = (login.username, login.password.expose().clone());
        Self { institution, rut, password, asked_at }
    }

    /// Begins the link, which the bank was asked about before: a wrong password never takes the
    /// place of a right one. Done again, it comes to the same.
    pub async fn begin(
        &self,
        engine: &Engine,
        who: &Principal,
        operation_id: &str,
    ) -> Result<Said, Declined> {
        let Self { institution, rut, password, asked_at } = self;
        let login = Login { username: *rut, password: Secret::new(password.clone()) };
        let evidence = evidence("khipu", operation_id, institution, *rut, *asked_at);
        // As of any link, the purpose too: then one mandate renews the other instead of ending it.
        let expires_at = Some(santiago::end_of_day(last_day(*asked_at, MANDATE_DAYS)));
        let wanted = NewLink {
            institution: institution.clone(),
            rut: *rut,
            fields: &source::fields(&login),
            mandate: Mandate {
                purpose: usual_purpose(institution),
                evidence: &evidence,
                expires_at,
            },
            proven: true,
            pays: PaysFor::Nobody,
        };
        let link = engine.begin_link(who, &wanted).await?;
        let account_link = engine.account_link(who, link.id);
        Ok(Said::ok(operation_id, Token { account_link }, None))
    }
}

impl Drop for NewToken {
    fn drop(&mut self) {
        self.password.zeroize();
    }
}
