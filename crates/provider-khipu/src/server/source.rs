//! Whose data, and how it is read.

use std::collections::BTreeMap;

use cartola_engine::Engine;
use cartola_engine::rows::LinkRow;
use cartola_model::{Failure, InstitutionId, LinkSource, LinkState, Principal};
use cartola_primitives::{Rut, Secret};

use super::declined::Declined;
use crate::Segment;
use crate::request::{Credential, Login};

/// What a company's side of a bank is called behind the bank's own id.
const PORTAL: &str = "-empresas";

/// Where data comes from.
pub enum Source {
    /// What files have told of.
    Files(LinkRow),
    /// A bank that is asked through a link.
    Link(LinkRow),
    /// A bank that is asked with what came along.
    Login(InstitutionId, Login),
}

impl Source {
    /// What a credential stands for, at one side of a bank.
    pub async fn of(
        engine: &Engine,
        who: &Principal,
        at: (Segment, &InstitutionId),
        credential: Credential,
    ) -> Result<Self, Declined> {
        let text = match credential {
            Credential::Login(login) => return Ok(Self::Login(side(at, login.username), login)),
            Credential::Link(text) => text,
        };
        let link = engine.link_of_account_link(who, text.expose()).await?;
        let link = link.filter(|link| is_at(link, at)).ok_or_else(unknown)?;
        if matches!(link.state, LinkState::Revoked { .. }) {
            return Err(Failure::ConsentRevoked.into());
        }
        match link.source {
            LinkSource::Files => Ok(Self::Files(link)),
            LinkSource::Credentials => Ok(Self::Link(link)),
            // What allowed it ended with the call that brought the credentials.
            LinkSource::Calls => Err(Failure::ConsentMissing.into()),
        }
    }
}

fn unknown() -> Declined {
    Declined::value("AccountCredential.AccountLink", &"it is no link to this bank")
}

/// The institution that a person or company signs in at.
pub fn side((segment, bank): (Segment, &InstitutionId), rut: Rut) -> InstitutionId {
    match segment {
        Segment::Business => portal(bank),
        Segment::Entrepreneur if rut.is_company() => portal(bank),
        Segment::Personal | Segment::Entrepreneur => bank.clone(),
    }
}

/// Statement files tell no side of their bank from the other.
fn is_at(link: &LinkRow, (segment, bank): (Segment, &InstitutionId)) -> bool {
    let (is_bank, is_portal) = (link.institution == *bank, link.institution == portal(bank));
    match segment {
        _ if link.source == LinkSource::Files => is_bank || is_portal,
        Segment::Personal => is_bank,
        Segment::Business => is_portal,
        Segment::Entrepreneur => is_bank || is_portal,
    }
}

fn portal(bank: &InstitutionId) -> InstitutionId {
    InstitutionId::parse(&format!("{bank}{PORTAL}")).unwrap_or_else(|_| bank.clone())
}

/// User and password in the fields of a bank's form.
pub fn fields(login: &Login) -> BTreeMap<String, Secret<String>> {
    let password = Secret::new(login.password.expose().clone());
    let rut = Secret::new(login.username.compact());
    BTreeMap::from([("rut".to_owned(), rut), ("password".to_owned(), password)])
}
