//! Accounts and balances, opened for their tenant.

mod by_number;

use std::fmt;

use cartola_crypto::{Digest, Place};
use cartola_model::audit::SCREEN_OF_BALANCES;
use cartola_model::{AccountNumber, Principal};
use cartola_primitives::Rut;
use cartola_primitives::id::{AccountId, LinkId, PersonId, TenantId};
use cartola_store::accounts::{AccountRow, BalanceRow};
use cartola_store::people::PersonRow;
use cartola_store::{Page, StoreError};
use serde::{Deserialize, Serialize};

use crate::access::Subject;
use crate::{Engine, EngineError};

/// An account with what is sealed of it.
#[derive(Clone)]
pub struct OpenAccount {
    /// The row.
    pub row: AccountRow,
    /// Its number as its bank writes it.
    pub number: String,
    /// The holder's name as printed.
    pub holder_name: Option<String>,
    /// The holder's RUT.
    pub holder_rut: Option<Rut>,
}

impl fmt::Debug for OpenAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAccount").field("id", &self.row.id).finish_non_exhaustive()
    }
}

/// What is sealed of an account.
#[derive(Serialize, Deserialize)]
pub(crate) struct SealedAccount {
    pub number: String,
    pub holder_name: Option<String>,
}

/// What is sealed of a person.
#[derive(Serialize, Deserialize)]
pub(crate) struct SealedPerson {
    #[serde(with = "cartola_primitives::rut::serde_compact")]
    pub rut: Rut,
    pub name: Option<String>,
}

pub(crate) fn account_place(tenant: TenantId, id: &AccountId) -> Place<'_> {
    Place { table: "account", column: "sealed", row: id.as_bytes(), tenant }
}

pub(crate) fn person_place(tenant: TenantId, id: &PersonId) -> Place<'_> {
    Place { table: "person", column: "sealed", row: id.as_bytes(), tenant }
}

/// What is digested to find an account again.
pub(crate) fn identity_text(row: &IdentityParts<'_>) -> String {
    let (institution, kind) = (row.institution, row.kind.name());
    let (currency, number) = (row.currency.code(), row.number.identity());
    match row.holder {
        // Four digits are shared by many cards: the holder is part of what identifies one.
        Some(holder) if row.number.is_masked() => {
            format!("{institution}\n{kind}\n{currency}\n{number}\n{}", holder.compact())
        }
        _ => format!("{institution}\n{kind}\n{currency}\n{number}"),
    }
}

/// The parts of an account's identity.
pub(crate) struct IdentityParts<'a> {
    pub institution: &'a cartola_model::InstitutionId,
    pub kind: cartola_model::AccountKind,
    pub currency: cartola_primitives::Currency,
    pub number: &'a AccountNumber,
    pub holder: Option<Rut>,
}

impl Engine {
    /// One account that a consent allows to be shown.
    pub async fn account(
        &self,
        who: &Principal,
        id: AccountId,
    ) -> Result<Option<OpenAccount>, EngineError> {
        self.note_access(who, "account.read", Subject::one(id));
        match self.store().account(who.tenant, id, self.now()).await? {
            Some(row) => Ok(Some(self.open_account(who.tenant, row).await?)),
            None => Ok(None),
        }
    }

    /// The RUT of who holds an account that a consent allows to be shown, where that is known: for
    /// what is computed from it, which shows nothing of it.
    pub async fn holder_of(
        &self,
        who: &Principal,
        id: AccountId,
    ) -> Result<Option<Rut>, EngineError> {
        let account = self.store().account(who.tenant, id, self.now()).await?;
        match account.and_then(|account| account.person) {
            Some(person) => self.rut_of(who.tenant, person).await,
            None => Ok(None),
        }
    }

    /// Accounts that a consent allows to be shown, by id.
    pub async fn accounts(
        &self,
        who: &Principal,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Page<OpenAccount, AccountId>, EngineError> {
        self.note_access(who, "account.read", Subject::list("accounts"));
        let page = self.store().accounts(who.tenant, after, limit, self.now()).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.open_account(who.tenant, row).await?);
        }
        Ok(Page { rows, next: page.next })
    }

    /// The accounts that a link has told of and that a consent allows to be shown, by id:
    /// [`cartola_store::MAX_PAGE`] of them at most.
    pub async fn accounts_of(
        &self,
        who: &Principal,
        link: LinkId,
    ) -> Result<Vec<OpenAccount>, EngineError> {
        self.note_access(who, "account.read", Subject::one(link));
        let found = self.store().accounts_of(who.tenant, link, self.now()).await?;
        let mut rows = Vec::with_capacity(found.len());
        for row in found {
            rows.push(self.open_account(who.tenant, row).await?);
        }
        Ok(rows)
    }

    /// The latest balances of an account; `None` where there is no such account to be shown.
    pub async fn balances(
        &self,
        who: &Principal,
        id: AccountId,
    ) -> Result<Option<Vec<BalanceRow>>, EngineError> {
        self.note_screen(who, "balance.read", Subject::one(id), Some(SCREEN_OF_BALANCES));
        let now = self.now();
        if self.store().account(who.tenant, id, now).await?.is_none() {
            return Ok(None);
        }
        Ok(Some(self.store().balances(who.tenant, id, now).await?))
    }

    pub(crate) async fn open_account(
        &self,
        tenant: TenantId,
        row: AccountRow,
    ) -> Result<OpenAccount, EngineError> {
        let sealed: SealedAccount =
            self.vault().open_record(&account_place(tenant, &row.id), &row.sealed).await?;
        let holder_rut = match row.person {
            Some(person) => self.rut_of(tenant, person).await?,
            None => None,
        };
        Ok(OpenAccount { row, number: sealed.number, holder_name: sealed.holder_name, holder_rut })
    }

    /// Who has a RUT, if they are known.
    pub(crate) async fn person_by_rut(
        &self,
        tenant: TenantId,
        rut: Rut,
    ) -> Result<Option<PersonId>, EngineError> {
        Ok(self.person_row_by_rut(tenant, rut).await?.map(|row| row.id))
    }

    /// The same with what is kept of them.
    pub(crate) async fn person_row_by_rut(
        &self,
        tenant: TenantId,
        rut: Rut,
    ) -> Result<Option<PersonRow>, EngineError> {
        self.person_row_by_lookup(tenant, &self.subject_digest(tenant, rut)).await
    }

    /// Who is found by a look-up. It stands in plain: what is sealed has to say the same, or two that were
    /// swapped would have one person's data kept, shown and erased as another's.
    pub(crate) async fn person_row_by_lookup(
        &self,
        tenant: TenantId,
        lookup: &Digest,
    ) -> Result<Option<PersonRow>, EngineError> {
        let Some(row) = self.store().person_by_lookup(tenant, lookup).await? else {
            return Ok(None);
        };
        let place = person_place(tenant, &row.id);
        let sealed: SealedPerson = self.vault().open_record(&place, &row.sealed).await?;
        if self.subject_digest(tenant, sealed.rut) == *lookup {
            Ok(Some(row))
        } else {
            Err(StoreError::corrupt("somebody is found by a RUT that is not theirs").into())
        }
    }

    pub(crate) async fn rut_of(
        &self,
        tenant: TenantId,
        id: PersonId,
    ) -> Result<Option<Rut>, EngineError> {
        let Some(row) = self.store().person(tenant, id).await? else { return Ok(None) };
        let sealed: SealedPerson =
            self.vault().open_record(&person_place(tenant, &id), &row.sealed).await?;
        Ok(Some(sealed.rut))
    }
}
