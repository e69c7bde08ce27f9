//! Who pays: the account, and the link that may pay from it.

use cartola_model::{AccountNumber, Catalogue, LinkSource, LinkState, Principal};
use cartola_primitives::Rut;
use cartola_primitives::id::AccountId;
use cartola_store::Command;
use cartola_store::accounts::AccountRow;
use cartola_store::people::LinkRow;

use super::PayoutError;
use crate::links::{LinkError, PaysFor, SealedSecret};
use crate::payments::pays;
use crate::readings::Access;
use crate::{Engine, EngineError};

/// An account with what its bank lets its holder in with.
pub(crate) struct Payer {
    pub number: AccountNumber,
    pub link: LinkRow,
    pub secret: SealedSecret,
    /// What the unit that pays expects: that nothing of what this rests on was decided anew meanwhile.
    pub expected: Vec<Command>,
}

impl Engine {
    /// Who pays from an account, at the tenant's word. Of several links that may, it is the one that told
    /// of the account first, or else that of its holder.
    pub(crate) async fn payer(
        &self,
        who: &Principal,
        account: AccountId,
    ) -> Result<Payer, PayoutError> {
        let account = self.account(who, account).await?.ok_or(PayoutError::UnknownAccount)?;
        let number = AccountNumber::parse(&account.number).ok();
        let number = number.filter(|number| !number.is_masked());
        let number = number.filter(|_| pays(account.row.kind, account.row.currency));
        let number = number.ok_or(PayoutError::NoPayingAccount)?;
        let mut refusal = PayoutError::NotEnabled;
        for link in self.links_of_account(who, &account.row).await? {
            let mut expected = Vec::new();
            match self.secret_to_begin(who, (&link, PaysFor::Tenant), &mut expected).await {
                Ok(Some(secret)) => {
                    self.connectors()
                        .check(&link.institution, &secret.credential())
                        .map_err(LinkError::from)?;
                    return Ok(Payer { number, link, secret, expected });
                }
                Ok(None) => {}
                Err(error) => refusal = error.into(),
            }
        }
        Err(refusal)
    }

    /// Whose link it is: who answers for what is done with it, and is asked.
    pub(crate) async fn whose_link(
        &self,
        who: &Principal,
        link: &LinkRow,
    ) -> Result<Option<Rut>, EngineError> {
        match link.person {
            Some(person) => self.rut_of(who.tenant, person).await,
            None => Ok(None),
        }
    }

    /// The links with credentials through which an account may be read.
    async fn links_of_account(
        &self,
        who: &Principal,
        account: &AccountRow,
    ) -> Result<Vec<LinkRow>, EngineError> {
        let first = self.store().link(who.tenant, account.link).await?;
        let mut links: Vec<_> = first.into_iter().collect();
        let portal = Catalogue::bundled().company_portal(&account.institution);
        let portal = portal.map(|portal| &portal.id);
        for at in [Some(&account.institution), portal].into_iter().flatten() {
            let source = LinkSource::Credentials;
            if account.person.is_some() {
                links.extend(self.store().link_of(who.tenant, at, account.person, source).await?);
            }
        }
        links.retain(|link| link.source == LinkSource::Credentials);
        Ok(links)
    }

    /// What a link signs in with, if it may pay at the word of these, for what is begun now; and adds to
    /// what a unit is to do what it rests on: no matter of whose link it is was decided meanwhile, and its
    /// mandate is as it was read. To be called before their key is read, and anything else of theirs but
    /// the link.
    pub(crate) async fn secret_to_begin(
        &self,
        who: &Principal,
        (link, asks): (&LinkRow, PaysFor),
        commands: &mut Vec<Command>,
    ) -> Result<Option<SealedSecret>, LinkError> {
        // Of somebody who was erased, a link is left that has ended.
        if matches!(link.state, LinkState::Revoked { .. }) {
            return Err(LinkError::MandateEnded);
        }
        self.refuse_blocked(who.tenant, link.person, commands).await?;
        let access = self.access(who, link.clone(), None).await?;
        let (id, expected) = (access.mandate.id, access.mandate.version);
        commands.push(Command::ExpectConsent { id, expected });
        self.paying_secret_of(who, &access, asks).await
    }

    /// What a link signs in with, if it may pay at the word of these; why not even its bank may be asked,
    /// where that is so.
    pub(crate) async fn paying_secret(
        &self,
        who: &Principal,
        (link, asks): (LinkRow, PaysFor),
    ) -> Result<Option<SealedSecret>, LinkError> {
        let access = self.access(who, link, None).await?;
        self.paying_secret_of(who, &access, asks).await
    }

    /// It says at whose word it is used now: what it is sealed with goes on at no lower one.
    async fn paying_secret_of(
        &self,
        who: &Principal,
        access: &Access,
        asks: PaysFor,
    ) -> Result<Option<SealedSecret>, LinkError> {
        let Some(row) = &access.secret else { return Ok(None) };
        let secret = self.open_link_secret(who, row).await?;
        Ok((secret.pays() >= asks).then(|| secret.paying(asks)))
    }
}
