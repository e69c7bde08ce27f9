//! Which account a batch belongs to, and whose it is.

use std::collections::HashMap;
use std::sync::Arc;

use cartola_connector::{AccountClaim, Batch, Holder};
use cartola_crypto::DataKey;
use cartola_model::{AccountKind, AccountNumber, Catalogue, InstitutionId, LinkSource, Principal};
use cartola_primitives::id::{AccountId, LinkId, PersonId};
use cartola_primitives::{Date, Rut, Timestamp, santiago};
use cartola_store::Command;
use cartola_store::accounts::AccountRow;
use cartola_store::consents::ConsentRow;
use cartola_store::people::{LinkRow, PersonRow};

use super::{ImportError, Upload};
use crate::accounts::{
    IdentityParts, SealedAccount, SealedPerson, account_place, identity_text, person_place,
};
use crate::links::resuming;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// Who gives batches, and so what is known of them beside what they say.
#[derive(Clone, Copy)]
pub(crate) enum Giver<'a> {
    /// The tenant, with a file.
    Tenant(&'a Upload),
    /// An institution, asked through a link under a mandate.
    Institution {
        /// The link.
        link: &'a LinkRow,
        /// The mandate, as it held when the institution was asked.
        mandate: &'a ConsentRow,
        /// When it was asked. Of two readings at once, what the one says that began later counts,
        /// whichever is taken in first.
        begun: Timestamp,
    },
}

impl<'a> Giver<'a> {
    fn named_account(self) -> Option<AccountId> {
        match self {
            Self::Tenant(upload) => upload.account,
            Self::Institution { .. } => None,
        }
    }

    /// The day on which a batch was made, and when it was received.
    pub(super) fn age_of(self, batch: &Batch, now: Timestamp) -> (Date, Timestamp) {
        match self {
            Self::Tenant(_) => (batch.as_of, now),
            Self::Institution { begun, .. } => (santiago::today(begun), begun),
        }
    }

    /// The same, under the mandate as it stands now.
    pub fn under(self, now: &'a ConsentRow) -> Self {
        match self {
            Self::Tenant(upload) => Self::Tenant(upload),
            Self::Institution { link, begun, .. } => {
                Self::Institution { link, mandate: now, begun }
            }
        }
    }

    fn institution(self) -> Option<&'a InstitutionId> {
        match self {
            Self::Tenant(upload) => upload.institution.as_ref(),
            Self::Institution { link, .. } => Some(&link.institution),
        }
    }
}

/// The account of a batch.
pub(super) struct Target {
    pub id: AccountId,
    pub link: LinkId,
    pub person: Option<PersonId>,
    /// What seals its holder's data.
    pub key: Arc<DataKey>,
    pub institution: InstitutionId,
    pub origin: Origin,
}

/// Whether the account is known.
pub(super) enum Origin {
    /// It is, as this row.
    Known(Box<AccountRow>),
    /// It is not, and becomes this row once its consent set is known.
    New(Box<AccountRow>),
}

/// What the batches of one file make together: the second batch of a holder finds what the first
/// has made.
#[derive(Default)]
pub(crate) struct Made {
    pub commands: Vec<Command>,
    people: HashMap<Rut, (PersonId, Arc<DataKey>)>,
    links: HashMap<(InstitutionId, Option<PersonId>), LinkId>,
}

/// All that identifies an account, after the file and the caller have been heard.
struct Identity {
    institution: InstitutionId,
    kind: AccountKind,
    number: AccountNumber,
}

/// The accounts of a file's batches, in order, and what must be made for them.
pub(super) struct Resolved {
    pub targets: Vec<Target>,
    pub made: Vec<Command>,
}

impl Engine {
    /// Finds the account of every batch.
    pub(super) async fn resolve_all(
        &self,
        who: &Principal,
        giver: Giver<'_>,
        batches: &[Batch],
    ) -> Result<Resolved, ImportError> {
        let mut made = Made::default();
        let mut targets: Vec<Target> = Vec::with_capacity(batches.len());
        for batch in batches {
            let target = self.resolve(who, giver, batch, &mut made).await?;
            if targets.iter().any(|other| other.is_account_of(&target)) {
                return Err(ImportError::Shape("two statements of one account"));
            }
            targets.push(target);
        }
        Ok(Resolved { targets, made: made.commands })
    }

    async fn resolve(
        &self,
        who: &Principal,
        giver: Giver<'_>,
        batch: &Batch,
        made: &mut Made,
    ) -> Result<Target, ImportError> {
        if let Some(id) = giver.named_account() {
            return self.named_account(who, id, &batch.account, made).await;
        }
        let identity = complete(&batch.account, giver.institution())?;
        let digest = self.identity_digest(who, &batch.account, &identity);
        let known = self.store().account_by_identity(who.tenant, &digest).await;
        if let Some(row) = known.map_err(EngineError::from)? {
            let link = match giver {
                // Whoever told of it first, a file is told through the link of files.
                Giver::Tenant(_) => {
                    self.resolve_link(who, &row.institution, row.person, self.now(), made).await?
                }
                Giver::Institution { link, .. } => link.id,
            };
            return Ok(self.known_target(who, link, row).await?);
        }
        let now = self.now();
        let (person, key) = self.resolve_person(who, &batch.account.holder, now, made).await?;
        let link = match giver {
            Giver::Tenant(_) => {
                self.resolve_link(who, &identity.institution, person, now, made).await?
            }
            Giver::Institution { link, .. } => link.id,
        };
        let row = self.new_account(who, batch, &identity, digest, (link, person, &key), now)?;
        Ok(Target {
            id: row.id,
            link,
            person,
            key,
            institution: identity.institution,
            origin: Origin::New(Box::new(row)),
        })
    }

    async fn known_target(
        &self,
        who: &Principal,
        link: LinkId,
        row: AccountRow,
    ) -> Result<Target, EngineError> {
        let now = self.now();
        Ok(Target {
            id: row.id,
            link,
            person: row.person,
            key: self.vault().key_of(who.tenant, row.person, self.minter(), now).await?,
            institution: row.institution.clone(),
            origin: Origin::Known(Box::new(row)),
        })
    }

    /// The account that the caller names, if the file does not contradict.
    async fn named_account(
        &self,
        who: &Principal,
        id: AccountId,
        claim: &AccountClaim,
        made: &mut Made,
    ) -> Result<Target, ImportError> {
        let found = self.store().account(who.tenant, id, self.now()).await;
        let row = found.map_err(EngineError::from)?.ok_or(ImportError::AccountUnknown)?;
        if row.currency != claim.currency {
            return Err(ImportError::AccountMismatch("currency"));
        }
        if claim.institution.as_ref().is_some_and(|claimed| *claimed != row.institution) {
            return Err(ImportError::AccountMismatch("institution"));
        }
        if claim.kind.is_some_and(|claimed| claimed != row.kind) {
            return Err(ImportError::AccountMismatch("kind"));
        }
        if let (Some(claimed), Some(person)) = (claim.holder.rut, row.person)
            && self.rut_of(who.tenant, person).await?.is_some_and(|known| known != claimed)
        {
            return Err(ImportError::AccountMismatch("holder"));
        }
        if let Some(number) = claim.number.as_ref().filter(|number| !number.is_masked()) {
            let identity = Identity {
                institution: row.institution.clone(),
                kind: row.kind,
                number: number.clone(),
            };
            if self.identity_digest(who, claim, &identity) != row.identity {
                return Err(ImportError::AccountMismatch("account number"));
            }
        }
        let now = self.now();
        let link = self.resolve_link(who, &row.institution, row.person, now, made).await?;
        Ok(self.known_target(who, link, row).await?)
    }

    fn identity_digest(
        &self,
        who: &Principal,
        claim: &AccountClaim,
        identity: &Identity,
    ) -> cartola_crypto::Digest {
        let text = identity_text(&IdentityParts {
            institution: &identity.institution,
            kind: identity.kind,
            currency: claim.currency,
            number: &identity.number,
            holder: claim.holder.rut,
        });
        self.vault().digest(purpose::ACCOUNT, who.tenant, text.as_bytes())
    }

    /// Whose it is, and the key of that person's data. A new person and key are part of the unit.
    pub(crate) async fn resolve_person(
        &self,
        who: &Principal,
        holder: &Holder,
        now: Timestamp,
        made: &mut Made,
    ) -> Result<(Option<PersonId>, Arc<DataKey>), EngineError> {
        let tenant = who.tenant;
        let Some(rut) = holder.rut else {
            return Ok((None, self.vault().key_of(tenant, None, self.minter(), now).await?));
        };
        if let Some((id, key)) = made.people.get(&rut) {
            return Ok((Some(*id), key.clone()));
        }
        let (id, key) = if let Some(row) = self.person_row_by_rut(tenant, rut).await? {
            // Whoever erases them meanwhile destroys the key that is used here.
            made.commands.push(Command::ExpectPerson { id: row.id, expected: row.version });
            (row.id, self.vault().key_of(tenant, Some(row.id), self.minter(), now).await?)
        } else {
            let lookup = self.vault().digest(purpose::RUT, tenant, rut.compact().as_bytes());
            let id: PersonId = self.minter().mint();
            let (key, key_row) = self.vault().new_key(tenant, Some(id), self.minter(), now).await?;
            let record = SealedPerson { rut, name: holder.name.clone() };
            let sealed = self.vault().seal_record(&key, &person_place(tenant, &id), &record)?;
            made.commands.push(Command::AddDataKey(key_row));
            let row = PersonRow { id, lookup, sealed, created_at: now, version: 1 };
            self.adding_person(tenant, row, &mut made.commands).await?;
            (id, key)
        };
        made.people.insert(rut, (id, key.clone()));
        Ok((Some(id), key))
    }

    async fn resolve_link(
        &self,
        who: &Principal,
        institution: &InstitutionId,
        person: Option<PersonId>,
        now: Timestamp,
        made: &mut Made,
    ) -> Result<LinkId, EngineError> {
        let key = (institution.clone(), person);
        if let Some(id) = made.links.get(&key) {
            return Ok(*id);
        }
        let found =
            self.store().link_of(who.tenant, institution, person, LinkSource::Files).await?;
        let id = if let Some(row) = found {
            made.commands.extend(resuming(&row, now));
            row.id
        } else {
            let (id, source) = (self.minter().mint(), LinkSource::Files);
            let row = LinkRow::begun(id, institution.clone(), person, source, now);
            let id = row.id;
            made.commands.push(Command::AddLink(row));
            id
        };
        made.links.insert(key, id);
        Ok(id)
    }

    fn new_account(
        &self,
        who: &Principal,
        batch: &Batch,
        identity: &Identity,
        digest: cartola_crypto::Digest,
        (link, person, key): (LinkId, Option<PersonId>, &DataKey),
        now: Timestamp,
    ) -> Result<AccountRow, EngineError> {
        let id: AccountId = self.minter().mint();
        let record = SealedAccount {
            number: identity.number.written().to_owned(),
            holder_name: batch.account.holder.name.clone(),
        };
        Ok(AccountRow {
            id,
            link,
            institution: identity.institution.clone(),
            kind: identity.kind,
            currency: batch.account.currency,
            identity: digest,
            mask: identity.number.mask(),
            sealed: self.vault().seal_record(key, &account_place(who.tenant, &id), &record)?,
            person,
            // Replaced by the set that the import makes, before anything is written.
            consents: cartola_primitives::id::ConsentSetId::from_bytes([0; 16]),
            version: 1,
            created_at: now,
        })
    }
}

impl Target {
    fn is_account_of(&self, other: &Self) -> bool {
        match (&self.origin, &other.origin) {
            (Origin::New(mine), Origin::New(other)) => mine.identity == other.identity,
            _ => self.id == other.id,
        }
    }
}

/// What the file leaves out, the caller must have said.
fn complete(claim: &AccountClaim, named: Option<&InstitutionId>) -> Result<Identity, ImportError> {
    let is_unknown = |id: &InstitutionId| Catalogue::bundled().find(id).is_none();
    if named.is_some_and(is_unknown) {
        return Err(ImportError::InstitutionUnknown);
    }
    if let (Some(claimed), Some(named)) = (&claim.institution, named)
        && claimed != named
    {
        return Err(ImportError::AccountMismatch("institution"));
    }
    let institution = claim.institution.as_ref().or(named);
    let institution = institution.ok_or(ImportError::AccountUnclear("institution"))?.clone();
    if is_unknown(&institution) {
        return Err(ImportError::InstitutionUnknown);
    }
    let institution = Catalogue::bundled().holder_of_accounts(&institution).clone();
    let kind = claim.kind.ok_or(ImportError::AccountUnclear("kind of account"))?;
    let number = claim.number.clone().ok_or(ImportError::AccountUnclear("account number"))?;
    if number.is_masked() && claim.holder.rut.is_none() {
        return Err(ImportError::AccountUnclear("holder's RUT, which a masked number needs"));
    }
    Ok(Identity { institution, kind, number })
}
