//! Whose data, and how it is read.

use std::collections::BTreeMap;

use cartola_engine::Engine;
use cartola_engine::rows::LinkRow;
use cartola_model::{Catalogue, Failure, InstitutionId, LinkSource, LinkState, Principal};
use cartola_primitives::{Rut, Secret};

use super::declined::Declined;
use crate::Segment;
use crate::request::{Credential, Login};

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
            Credential::Login(login) => return Ok(Self::Login(side(at, login.username)?, login)),
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
pub fn side(
    (segment, bank): (Segment, &InstitutionId),
    rut: Rut,
) -> Result<InstitutionId, Failure> {
    match segment {
        Segment::Business => portal(bank).cloned().ok_or(Failure::Unsupported),
        Segment::Entrepreneur if rut.is_company() => side((Segment::Business, bank), rut),
        Segment::Personal | Segment::Entrepreneur => Ok(bank.clone()),
    }
}

/// Statement files tell no side of their bank from the other.
fn is_at(link: &LinkRow, (segment, bank): (Segment, &InstitutionId)) -> bool {
    let is_bank = link.institution == *bank;
    let is_portal = portal(bank) == Some(&link.institution);
    match segment {
        _ if link.source == LinkSource::Files => is_bank || is_portal,
        Segment::Personal => is_bank,
        Segment::Business => is_portal,
        Segment::Entrepreneur => is_bank || is_portal,
    }
}

/// Where a bank lets companies in.
fn portal(bank: &InstitutionId) -> Option<&'static InstitutionId> {
    Catalogue::bundled().company_portal(bank).map(|row| &row.id)
}

/// User and password in the fields of a bank's form.
pub fn fields(login: &Login) -> BTreeMap<String, Secret<String>> {
    let password = Secret::new(login.password.expose().clone());
    let rut = Secret::new(login.username.compact());
    BTreeMap::from([("rut".to_owned(), rut), ("password".to_owned(), password)])
}
