//! What is kept of a person, whatever may be shown: for whoever answers them (Ley 19.628, arts. 5 and 9).
//!
//! A person who has withdrawn everything, who wants nothing done with their data, or whose consents have
//! run out asks for it all the same. No facade reads here; each reading is an entry of the trail.

use cartola_crypto::Digest;
use cartola_model::Principal;
use cartola_primitives::id::{AccountId, InstructionId, LinkId, MatterId, PersonId, RecordId};
use cartola_primitives::{Date, Rut};
use cartola_store::accounts::{BalanceKey, BalanceRow};
use cartola_store::authorizations::KnownPayee;
use cartola_store::matters::MatterFilter;
use cartola_store::movements::MovementRow;
use cartola_store::{MAX_PAGE, Page};

use super::Matter;
use crate::access::Subject;
use crate::accounts::OpenAccount;
use crate::instructions::Instruction;
use crate::records::OpenRecord;
use crate::{Engine, EngineError};

/// What such a reading is in the trail.
pub(super) const ACTION: &str = "person.read";

impl Engine {
    /// A person's accounts, by id: those that are theirs, and those that are nobody's of which a link of
    /// theirs told.
    pub async fn kept_accounts(
        &self,
        who: &Principal,
        person: PersonId,
        after: Option<AccountId>,
    ) -> Result<Page<OpenAccount, AccountId>, EngineError> {
        self.note_access(who, ACTION, Subject::one(person));
        let page = self.store().kept_accounts(who.tenant, person, after, MAX_PAGE).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.open_account(who.tenant, row).await?);
        }
        Ok(Page { rows, next: page.next })
    }

    /// Every balance of an account, by kind, day and consent.
    pub async fn kept_balances(
        &self,
        who: &Principal,
        account: AccountId,
        after: Option<BalanceKey>,
    ) -> Result<Page<BalanceRow, BalanceKey>, EngineError> {
        self.note_access(who, ACTION, Subject::one(account));
        Ok(self.store().kept_balances(who.tenant, account, after, MAX_PAGE).await?)
    }

    /// The movements of an account on the last day before that one on which there are any; none where
    /// there is no such day.
    pub async fn kept_movements(
        &self,
        who: &Principal,
        account: AccountId,
        before: Date,
    ) -> Result<Vec<MovementRow>, EngineError> {
        self.note_access(who, ACTION, Subject::one(account));
        Ok(self.store().day_before(who.tenant, account, before).await?)
    }

    /// What a link told as a whole, by id.
    pub async fn kept_records(
        &self,
        who: &Principal,
        link: LinkId,
        after: Option<RecordId>,
    ) -> Result<Page<OpenRecord, RecordId>, EngineError> {
        self.note_access(who, ACTION, Subject::one(link));
        let page = self.store().kept_records(who.tenant, link, after, MAX_PAGE).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.open_record(who.tenant, row).await?);
        }
        Ok(Page { rows, next: page.next })
    }

    /// Instructions of a person, of every kind, by age.
    pub async fn kept_instructions(
        &self,
        who: &Principal,
        person: PersonId,
        after: Option<InstructionId>,
    ) -> Result<Page<Instruction, InstructionId>, EngineError> {
        self.note_access(who, ACTION, Subject::one(person));
        let page = self.store().instructions_of_person(who.tenant, person, after, MAX_PAGE).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.shown_instruction(who, row).await?);
        }
        Ok(Page { rows, next: page.next })
    }

    /// Whom a person has paid by an approval, and is not asked about as for the first time. Who each is
    /// stands in what was approved.
    pub async fn kept_payees(
        &self,
        who: &Principal,
        person: PersonId,
        after: Option<Digest>,
    ) -> Result<Page<KnownPayee, Digest>, EngineError> {
        self.note_access(who, ACTION, Subject::one(person));
        Ok(self.store().known_payees(who.tenant, person, after, MAX_PAGE).await?)
    }

    /// What somebody has asked for before, by age.
    pub async fn matters_of(
        &self,
        who: &Principal,
        rut: Rut,
        after: Option<MatterId>,
    ) -> Result<Page<Matter, MatterId>, EngineError> {
        self.note_access(who, "matter.read", Subject::list("matters"));
        let subject = Some(self.subject_digest(who.tenant, rut));
        let filter = MatterFilter { subject, ..MatterFilter::default() };
        let page = self.store().matters(who.tenant, filter, after, MAX_PAGE).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.shown_matter(who.tenant, row).await?);
        }
        Ok(Page { rows, next: page.next })
    }
}
